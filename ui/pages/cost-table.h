#pragma once

#include <gtk/gtk.h>
#include <residua/cost.h>

#include "state/selection.h"

G_BEGIN_DECLS

/* What each part of a network costs, one row for the stem, each block and the head; counted in a task. */

#define RN_TYPE_COST_TABLE (rn_cost_table_get_type ())
G_DECLARE_FINAL_TYPE (RnCostTable, rn_cost_table, RN, COST_TABLE, GtkWidget)

/* Signal "counted" (no arguments): rn_cost_table_get_total() answers for the newest network. */

/** @selection: (nullable): a row that is chosen selects its block */
GtkWidget *rn_cost_table_new (RnSelection *selection);
/** @spec: (nullable): copied; @trained: (nullable): that a training makes of it, of which the memory to train is in the
 * total; @batch: pictures trained at once; @threads: that train, at least 1 */
void rn_cost_table_set_spec (RnCostTable *self, const RnSpec *spec, const RnSpec *trained,
                             int batch, int threads);
/** Returns: FALSE until it has been counted */
gboolean rn_cost_table_get_total (RnCostTable *self, RnCost *total);
guint rn_cost_table_n_rows (RnCostTable *self);
/** @cost: (out): of row @at: 0 the stem, then the blocks, then the head */
void rn_cost_table_get_row (RnCostTable *self, guint at, RnCost *cost);

G_END_DECLS
