#pragma once

#include <gtk/gtk.h>

/* Waiting and looking, for tests of pages. */

/* Runs the main loop until @holds says so. Fails the test after @seconds. */
void settle_until (gboolean (*holds) (gpointer data), gpointer data, double seconds);
/* Runs the main loop for so long. */
void settle_for (int ms);
/* Brings what is in @window to so many pixels, whatever the frame takes that is drawn where there is no compositor. */
void settle_size (GtkWindow *window, int width, int height);
/* Returns: (transfer none) (nullable): the @nth widget of @type within @root, in depth-first order, itself included */
GtkWidget *find_widget (GtkWidget *root, GType type, int nth);
/* Returns: how many there are */
int count_widgets (GtkWidget *root, GType type);
/* Returns: whether a label that can be seen has @text in it */
gboolean says (GtkWidget *root, const char *text);
