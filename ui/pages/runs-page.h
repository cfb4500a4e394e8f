#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_RUNS_PAGE (rn_runs_page_get_type ())
G_DECLARE_FINAL_TYPE (RnRunsPage, rn_runs_page, RN, RUNS_PAGE, GtkWidget)

GtkWidget *rn_runs_page_new (RnSession *session);

G_END_DECLS
