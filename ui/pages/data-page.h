#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_DATA_PAGE (rn_data_page_get_type ())
G_DECLARE_FINAL_TYPE (RnDataPage, rn_data_page, RN, DATA_PAGE, GtkWidget)

GtkWidget *rn_data_page_new (RnSession *session);

G_END_DECLS
