#pragma once

#include <gtk/gtk.h>

#include "pages/curve-card.h"
#include "pages/progress-card.h"
#include "pages/strip-card.h"
#include "pages/train-settings.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Training: how far it is, its curves, layer responses and strips; at the right the settings of the next one. */

#define RN_TYPE_TRAIN_PAGE (rn_train_page_get_type ())
G_DECLARE_FINAL_TYPE (RnTrainPage, rn_train_page, RN, TRAIN_PAGE, GtkWidget)

GtkWidget *rn_train_page_new (RnSession *session);

/** (transfer none) */
RnProgressCard *rn_train_page_get_progress (RnTrainPage *self);
RnTrainSettings *rn_train_page_get_settings (RnTrainPage *self);
RnCurveCard *rn_train_page_get_curves (RnTrainPage *self);
/** The button in the empty state. */
GtkWidget *rn_train_page_get_start (RnTrainPage *self);
/** Returns: how often data has made the page redraw something */
guint rn_train_page_n_updates (RnTrainPage *self);

G_END_DECLS
