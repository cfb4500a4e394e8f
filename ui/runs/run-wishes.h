#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* Renaming and removing runs: asks what has to be asked, does it in a task, and keeps what the session shows valid. */

/** @done: called after the folder has changed */
typedef void (*RnRunChangedFunc) (gpointer data);

/** @parent: of dialogs; @owner: passed to @done, and nothing happens after it is gone */
void rn_run_ask_rename (GtkWidget *parent, RnSession *session, const char *path,
                        RnRunChangedFunc done, GObject *owner);
/** To the wastebasket; where there is none it asks, and deletes. */
void rn_run_ask_trash (GtkWidget *parent, RnSession *session, const char *path,
                       RnRunChangedFunc done, GObject *owner);
/** Without asking for a name: what the dialog does in the end. */
void rn_run_rename (GtkWidget *parent, RnSession *session, const char *path, const char *name,
                    RnRunChangedFunc done, GObject *owner);
/** Without asking: what the dialog does in the end. */
void rn_run_delete (GtkWidget *parent, RnSession *session, const char *path, RnRunChangedFunc done,
                    GObject *owner);
/** Returns: whether the curves of the run are compared */
gboolean rn_run_is_compared (RnSession *session, const char *path);

G_END_DECLS
