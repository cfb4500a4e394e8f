#pragma once

#include <gtk/gtk.h>

#include "pages/sample-loader.h"

G_BEGIN_DECLS

/* One picture of the grid, recycled; asks the loader for its pixels while it has an item. */

#define RN_TYPE_SAMPLE_CELL (rn_sample_cell_get_type ())
G_DECLARE_FINAL_TYPE (RnSampleCell, rn_sample_cell, RN, SAMPLE_CELL, GtkWidget)

/* The side of a cell, in logical pixels: 32 x 32 pictures twice their size */
#define RN_SAMPLE_CELL_SIZE 64

GtkWidget *rn_sample_cell_new (RnSampleLoader *loader);
/** @item: (nullable): NULL takes the old one away and cancels what was asked for it */
void rn_sample_cell_set_item (RnSampleCell *self, RnSampleItem *item);
RnSampleItem *rn_sample_cell_get_item (RnSampleCell *self); /* (nullable) */
/** Returns: (transfer none) (nullable): what is shown; NULL until it is loaded */
GdkTexture *rn_sample_cell_get_texture (RnSampleCell *self);

G_END_DECLS
