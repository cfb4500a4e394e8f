#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* How long an epoch of some networks would take on this computer: measured one after the other in tasks, for a second or two
 * each, a moment after the last change and only while somebody sees it and nothing trains. What was measured before for the
 * same network, data and batch is known at once.
 *
 * Signal "changed" (no arguments): what it answers is new.
 */

#define RN_MOST_METERED 2

#define RN_TYPE_EPOCH_METER (rn_epoch_meter_get_type ())
G_DECLARE_FINAL_TYPE (RnEpochMeter, rn_epoch_meter, RN, EPOCH_METER, GObject)

RnEpochMeter *rn_epoch_meter_new (RnSession *session);
/** @n: 0 to RN_MOST_METERED. What was measured is forgotten, and measured anew where it is seen. */
void rn_epoch_meter_set_specs (RnEpochMeter *self, const RnSpec *const *specs, int n);
/** Nothing is measured unseen; what is under way is broken off. */
void rn_epoch_meter_set_seen (RnEpochMeter *self, gboolean is_seen);
/** Returns: whether a measurement is under way or about to begin */
gboolean rn_epoch_meter_is_measuring (RnEpochMeter *self);
/** Returns: of network @at; NaN where nothing was measured */
double rn_epoch_meter_get_seconds (RnEpochMeter *self, int at);
/** Breaks off, or measures at once. */
void rn_epoch_meter_toggle (RnEpochMeter *self);
/** Returns: (transfer floating): a small button that toggles it, and tells why it cannot */
GtkWidget *rn_epoch_meter_new_button (RnEpochMeter *self);
/** Returns: (transfer full): "12 s", "1:05 h"; "–" of NaN */
char *rn_format_epoch (double seconds);

G_END_DECLS
