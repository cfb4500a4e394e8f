#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A row of the class balance: name, bars of both splits, their numbers. */

#define RN_TYPE_CLASS_BAR (rn_class_bar_get_type ())
G_DECLARE_FINAL_TYPE (RnClassBar, rn_class_bar, RN, CLASS_BAR, GtkWidget)

GtkWidget *rn_class_bar_new (void);
/**
 * rn_class_bar_set:
 * @counts: training and test
 * @most: what fills a bar
 * @name_px, @number_px: the widths of the columns, the same in all rows; the name's is bounded by a third
 */
void rn_class_bar_set (RnClassBar *self, const char *name, const int counts[2], int most,
                       int name_px, int number_px);

G_END_DECLS
