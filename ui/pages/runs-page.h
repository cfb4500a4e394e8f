#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_RUNS_PAGE (rn_runs_page_get_type ())
G_DECLARE_FINAL_TYPE (RnRunsPage, rn_runs_page, RN, RUNS_PAGE, GtkWidget)

GtkWidget *rn_runs_page_new (RnSession *session);
/** Shows the runs @names alone, until the person wants all. @title: whose they are */
void rn_runs_page_show_group (RnRunsPage *self, const char *title, const char *const *names);

G_END_DECLS
