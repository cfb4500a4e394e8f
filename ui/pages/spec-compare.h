#pragma once

#include <gtk/gtk.h>

#include "pages/compare-totals.h"
#include "state/session.h"

G_BEGIN_DECLS

/* The shown network beside another, its plain twin, an open document's or a preset's, with what differs marked. Counted in
 * a task. */

#define RN_TYPE_SPEC_COMPARE (rn_spec_compare_get_type ())
G_DECLARE_FINAL_TYPE (RnSpecCompare, rn_spec_compare, RN, SPEC_COMPARE, GtkWidget)

/* Signal "compared" (no arguments): rn_spec_compare_get_diff() answers for the newest networks. */

GtkWidget *rn_spec_compare_new (RnSession *session);
/** Counts again, and offers the documents that are open now; where it is not seen, when it is. @batch: pictures trained at
 * once */
void rn_spec_compare_refresh (RnSpecCompare *self, int batch);
/** Returns: how many networks can be chosen to stand beside the shown one */
guint rn_spec_compare_n_choices (RnSpecCompare *self);
/** (transfer none): "Its plain twin", "ResNet-20, run 3", "ResNet-56" */
const char *rn_spec_compare_get_choice (RnSpecCompare *self, guint at);
void rn_spec_compare_choose (RnSpecCompare *self, guint at);
/** (nullable): of the shown network and the other; NULL until it has been counted */
const RnSpecDiff *rn_spec_compare_get_diff (RnSpecCompare *self);
/** (transfer none): what both cost in all */
RnCompareTotals *rn_spec_compare_get_totals (RnSpecCompare *self);

G_END_DECLS
