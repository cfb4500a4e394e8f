#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_LAB_PAGE (rn_lab_page_get_type ())
G_DECLARE_FINAL_TYPE (RnLabPage, rn_lab_page, RN, LAB_PAGE, GtkWidget)

GtkWidget *rn_lab_page_new (RnSession *session);

G_END_DECLS
