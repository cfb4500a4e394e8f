#pragma once

#include <gtk/gtk.h>
#include <residua/cost.h>

G_BEGIN_DECLS

/* What a whole network costs: a few large numbers, each over its name. */

#define RN_TYPE_COST_TOTALS (rn_cost_totals_get_type ())
G_DECLARE_FINAL_TYPE (RnCostTotals, rn_cost_totals, RN, COST_TOTALS, GtkWidget)

GtkWidget *rn_cost_totals_new (void);
/** @batch: pictures that memory was counted for */
void rn_cost_totals_set (RnCostTotals *self, const RnCost *total, int batch);
/** Another of the kind, after those that are there */
void rn_cost_totals_add (RnCostTotals *self, GtkWidget *widget);

G_END_DECLS
