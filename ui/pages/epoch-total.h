#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* How long an epoch of the shown network would take on this computer: measured for about a second in a task, a moment after
 * the last edit and only while it is seen and nothing trains. A button breaks the measurement off or asks for one.
 */

#define RN_TYPE_EPOCH_TOTAL (rn_epoch_total_get_type ())
G_DECLARE_FINAL_TYPE (RnEpochTotal, rn_epoch_total, RN, EPOCH_TOTAL, GtkWidget)

GtkWidget *rn_epoch_total_new (RnSession *session);
/** Returns: whether a measurement is under way or about to begin */
gboolean rn_epoch_total_is_measuring (RnEpochTotal *self);
/** Returns: that were measured for the network as it is shown; NaN where nothing was */
double rn_epoch_total_get_seconds (RnEpochTotal *self);
/** As if the button were pressed: breaks off, or measures at once. */
void rn_epoch_total_toggle (RnEpochTotal *self);

G_END_DECLS
