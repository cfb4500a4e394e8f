#pragma once

#include "state/session.h"

/* A session without data, trainer or files, whose every answer a test gives. It stands in the place of the real one
 * at link time. */

/* Everything but the selection is forgotten. @spec: (nullable) */
void fake_session_show (RnSession *session, const RnSpec *spec, const char *title);
/* @measures: one per block, copied; NULL for none */
void fake_session_set_measures (RnSession *session, const RnBlockMeasure *measures);
/* @block: G_MININT for no step under way */
void fake_session_set_position (RnSession *session, int block, gboolean is_backward);
