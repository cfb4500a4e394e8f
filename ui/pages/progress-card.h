#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* How far the training is, in words and as a bar, with what can be done meanwhile: change the rate, evaluate. */

#define RN_TYPE_PROGRESS_CARD (rn_progress_card_get_type ())
G_DECLARE_FINAL_TYPE (RnProgressCard, rn_progress_card, RN, PROGRESS_CARD, GtkWidget)

GtkWidget *rn_progress_card_new (RnSession *session);
/** A control at the right end of its first line. */
void rn_progress_card_add_control (RnProgressCard *self, GtkWidget *widget);

/* What it says, for tests and whoever else tells the state. (transfer full) */

/** "Epoch 14 of 64", "Paused in epoch 14 of 64"; @failure: (nullable): why a training failed */
char *rn_progress_describe_state (const RnStatus *status, const char *dataset_name,
                                  const char *failure);
/** "step 5,462 of 24,960 · 1,218 pictures/s · 31 min left · 236 MB": what is known of it */
char *rn_progress_describe_detail (const RnStatus *status);

G_END_DECLS
