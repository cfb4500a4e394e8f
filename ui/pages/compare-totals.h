#pragma once

#include <gtk/gtk.h>

#include "pages/epoch-meter.h"
#include "pages/spec-diff.h"

G_BEGIN_DECLS

/* What two networks cost in all, side by side, with the differences; and how long an epoch of each would take here, measured
 * while it is seen. */

#define RN_TYPE_COMPARE_TOTALS (rn_compare_totals_get_type ())
G_DECLARE_FINAL_TYPE (RnCompareTotals, rn_compare_totals, RN, COMPARE_TOTALS, GtkWidget)

GtkWidget *rn_compare_totals_new (RnSession *session);
void rn_compare_totals_set (RnCompareTotals *self, const RnSpecDiff *diff);
/** (transfer none): of network 0 and 1 */
RnEpochMeter *rn_compare_totals_get_meter (RnCompareTotals *self);
/** Returns: (transfer full): "+2,752", "−1.2 M", "=": from @from to @to, amounts in the words of @format */
char *rn_format_change (gint64 from, gint64 to, char *(*format) (gint64));

G_END_DECLS
