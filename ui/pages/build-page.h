#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_BUILD_PAGE (rn_build_page_get_type ())
G_DECLARE_FINAL_TYPE (RnBuildPage, rn_build_page, RN, BUILD_PAGE, GtkWidget)

GtkWidget *rn_build_page_new (RnSession *session);

G_END_DECLS
