#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The margin of a page around what it holds: 24 pixels, and 12 where the page is narrow. */

#define RN_TYPE_MARGIN (rn_margin_get_type ())
G_DECLARE_FINAL_TYPE (RnMargin, rn_margin, RN, MARGIN, GtkWidget)

GtkWidget *rn_margin_new (GtkWidget *child);
/** The same for what stands above a page with margins: none below it. */
GtkWidget *rn_margin_new_head (GtkWidget *child);

G_END_DECLS
