#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/** Asks for a folder and writes the curves of the run at @path into it for TensorBoard, in a task; the session says how it
 * went. @parent: of the dialog */
void rn_run_ask_events (GtkWidget *parent, RnSession *session, const char *path);

G_END_DECLS
