#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_INSPECT_PAGE (rn_inspect_page_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectPage, rn_inspect_page, RN, INSPECT_PAGE, GtkWidget)

GtkWidget *rn_inspect_page_new (RnSession *session);

G_END_DECLS
