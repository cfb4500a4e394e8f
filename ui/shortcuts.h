#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Gives @application the keys of all actions. */
void rn_shortcuts_set_keys (GtkApplication *application);
/** Returns: a window that lists them, and those of spine and charts */
GtkWidget *rn_shortcuts_new (GtkWindow *parent);

G_END_DECLS
