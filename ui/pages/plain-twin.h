#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/**
 * rn_plain_twin_train:
 * @widget: whose window dialogs belong to; the page Train is shown there
 * @run_path: of a run of a network with shortcuts, on the data set that is open
 *
 * Trains the same network without its shortcuts, with the settings and the seed of the run, so on the very same batches, and
 * draws the run beside it. A "problem" of @session says why not.
 */
void rn_plain_twin_train (RnSession *session, GtkWidget *widget, const char *run_path);

/** Returns: (transfer floating): a button that does so with the run that is shown; not to be seen where that has no twin to
 * train */
GtkWidget *rn_plain_twin_button_new (RnSession *session);

G_END_DECLS
