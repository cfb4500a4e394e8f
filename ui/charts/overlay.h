#pragma once

#include <gtk/gtk.h>

#include "charts/palette.h"

G_BEGIN_DECLS

/* What charts draw above their picture while a person points at them: small nodes, so that little is drawn anew. */

/** The dark card that says values in words: @text (a line each) to the left or right of (@x, @y), within the widget. */
void rn_overlay_card (GtkSnapshot *snapshot, GtkWidget *widget, const RnPalette *palette,
                      const char *text, double x, double y);
/** A vertical line of @thickness device pixels with a seam of the ground's colour, seen on any heat */
void rn_overlay_line (GtkSnapshot *snapshot, GtkWidget *widget, const GdkRGBA *colour,
                      const RnPalette *palette, int thickness, double x, double y0, double y1);
/** The ring around a chart that has the focus, where it is to be seen */
void rn_overlay_focus (GtkSnapshot *snapshot, GtkWidget *widget, const RnPalette *palette);

G_END_DECLS
