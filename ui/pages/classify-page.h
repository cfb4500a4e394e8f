#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_CLASSIFY_PAGE (rn_classify_page_get_type ())
G_DECLARE_FINAL_TYPE (RnClassifyPage, rn_classify_page, RN, CLASSIFY_PAGE, GtkWidget)

GtkWidget *rn_classify_page_new (RnSession *session);

G_END_DECLS
