#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Makes @list, a GtkListView, GtkGridView or GtkColumnView, one stop of the Tab key (and one for each control in the row
 * that has the focus): GTK before 4.12 stops at every row, however many there are. Arrows go from row to row. */
void rn_tab_stop_make (GtkWidget *list);

G_END_DECLS
