#pragma once

#include <adwaita.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_WINDOW (rn_window_get_type ())
G_DECLARE_FINAL_TYPE (RnWindow, rn_window, RN, WINDOW, AdwApplicationWindow)

/** @settings: (nullable): what is remembered, see remembered.h; NULL remembers nothing */
GtkWidget *rn_window_new (GtkApplication *application, RnSession *session, GSettings *settings);
RnSession *rn_window_get_session (RnWindow *self);
/** @name: "build", "data", "train", "inspect", "classify", "runs", "lab" */
void rn_window_show_page (RnWindow *self, const char *name);
/** Returns: (transfer none): the page @name, made where it has not been shown yet */
GtkWidget *rn_window_get_page_widget (RnWindow *self, const char *name);
/** What was dropped, pasted, opened or named on the command line (see opened.h). (element-type GFile) */
void rn_window_open (RnWindow *self, GListModel *files);
/** Returns: whether it is closed for the person, and only stays until the training has been saved */
gboolean rn_window_is_closing (RnWindow *self);

G_END_DECLS
