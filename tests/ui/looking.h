#pragma once

#include <adwaita.h>

#include "state/session.h"

/* For the tests of pages that look into a network: a small random one, a page in a window, and waiting. */

/** ResNet-8 of random weights, @n_classes classes named c0, c1, …; @plain: its twin without shortcuts */
RnModel *looking_model (guint64 seed, gboolean plain);
/** A session that shows @model, with a sample scene of @side pixels as its picture. */
RnSession *looking_session (RnModel *model, int side);
/** A window of @page, presented and drawn once. */
GtkWidget *looking_window (GtkWidget *page, int width, int height);
void looking_close (GtkWidget *window);

typedef gboolean (*LookingFunc) (gpointer data);

/** Runs the main loop until @is_done says so; fails after two minutes. */
void looking_wait (LookingFunc is_done, gpointer data);
/** Runs the main loop for a while. */
void looking_pass (int ms);
/** Returns: the @nth descendant of @type in the order of the tree */
gpointer looking_find (GtkWidget *root, GType type, int nth);
/** Returns: whether a visible label below @root says @text, or something with it in it */
gboolean looking_says (GtkWidget *root, const char *text);
/** Saves a picture of the window where the environment names a folder in RESIDUA_PICTURES. */
void looking_shoot (GtkWidget *window, const char *name);
