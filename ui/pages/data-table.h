#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What tables of numbers in a card share: no ground of their own, one stop of the Tab key, titles over their numbers. */

/** Returns: (transfer floating): a GtkColumnView. @model: (transfer full); @label: names it for assistive technology */
GtkWidget *rn_data_table_new (GtkSelectionModel *model, const char *label);
typedef void (*RnDataTableFunc) (GtkListItemFactory *factory, GtkListItem *item, gpointer column);
/** Adds column @column, whose number the functions get as pointer; titles of all but the first @n_left columns stand
 * at the right, as their cells should. */
void rn_data_table_add_column (GtkWidget *view, const char *title, int column, int n_left,
                               RnDataTableFunc setup, RnDataTableFunc bind);

G_END_DECLS
