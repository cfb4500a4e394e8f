#pragma once

#include "state/session.h"

G_BEGIN_DECLS

/** Returns: (transfer full) (nullable): for each block of @spec whether its branch is on; NULL where all are. Gates go by
 * block ids, which a model file may number otherwise than what is shown: @spec is the shown specification. */
gboolean *rn_gates_of (RnSession *session, const RnSpec *spec);

G_END_DECLS
