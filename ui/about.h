#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *rn_about_new (GtkWindow *parent);

G_END_DECLS
