#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

#define RN_TYPE_TRAIN_PAGE (rn_train_page_get_type ())
G_DECLARE_FINAL_TYPE (RnTrainPage, rn_train_page, RN, TRAIN_PAGE, GtkWidget)

GtkWidget *rn_train_page_new (RnSession *session);

G_END_DECLS
