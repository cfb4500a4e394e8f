#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Takes the theme's background away from @view, a list or a grid within a card, which is its ground. */
void rn_clear_ground (GtkWidget *view);

G_END_DECLS
