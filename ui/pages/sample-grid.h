#pragma once

#include <gtk/gtk.h>

#include "pages/sample-list.h"

G_BEGIN_DECLS

/* The pictures of a list as a scrolled grid. Its children are recycled: there are a few hundred of them, however many
 * pictures the list has. */

#define RN_TYPE_SAMPLE_GRID (rn_sample_grid_get_type ())
G_DECLARE_FINAL_TYPE (RnSampleGrid, rn_sample_grid, RN, SAMPLE_GRID, GtkWidget)

/* Signals:
 *   "picked" (RnSampleItem)      by a click or the arrow keys
 *   "activated" (RnSampleItem)   by a double click or Return
 */

GtkWidget *rn_sample_grid_new (RnSampleList *list);
/** Selects the picture at @position as a click does. */
void rn_sample_grid_pick (RnSampleGrid *self, guint position);

G_END_DECLS
