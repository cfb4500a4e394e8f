#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_RUNS_PAGE (rn_runs_page_get_type ())
G_DECLARE_FINAL_TYPE (RnRunsPage, rn_runs_page, RN, RUNS_PAGE, GtkWidget)

GtkWidget *rn_runs_page_new (RnSession *session);
/** Shows the runs alone whose names have @text in them, as if it had been typed. */
void rn_runs_page_find (RnRunsPage *self, const char *text);

G_END_DECLS
