#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Small widgets in a row, each as wide as it wants to be; those that have no room left begin another row below. */

#define RN_TYPE_WRAP_BOX (rn_wrap_box_get_type ())
G_DECLARE_FINAL_TYPE (RnWrapBox, rn_wrap_box, RN, WRAP_BOX, GtkWidget)

/** @gap, @row_gap: pixels between neighbours, and between rows */
GtkWidget *rn_wrap_box_new (int gap, int row_gap);
/** @child: after those that are there */
void rn_wrap_box_append (RnWrapBox *self, GtkWidget *child);

G_END_DECLS
