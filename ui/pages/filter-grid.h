#pragma once

#include <gtk/gtk.h>
#include <residua/tensor.h>

G_BEGIN_DECLS

/* The filters of the first layer, which look at colours: each as the little picture it looks for. Zero is the middle grey,
 * and one scale holds for all. */

#define RN_TYPE_FILTER_GRID (rn_filter_grid_get_type ())
G_DECLARE_FINAL_TYPE (RnFilterGrid, rn_filter_grid, RN, FILTER_GRID, GtkWidget)

GtkWidget *rn_filter_grid_new (void);
/** @filters: (nullable): `[K,C,R,S]` with C 1 or 3, kept */
void rn_filter_grid_set_filters (RnFilterGrid *self, RnTensor *filters);
RnTensor *rn_filter_grid_get_filters (RnFilterGrid *self);

G_END_DECLS
