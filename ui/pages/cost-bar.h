#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A number of the cost table at the right, and before it a bar of the share that it has of the column's largest. */

#define RN_TYPE_COST_BAR (rn_cost_bar_get_type ())
G_DECLARE_FINAL_TYPE (RnCostBar, rn_cost_bar, RN, COST_BAR, GtkWidget)

GtkWidget *rn_cost_bar_new (void);
/** @share: 0 to 1 */
void rn_cost_bar_set (RnCostBar *self, const char *number, double share);

G_END_DECLS
