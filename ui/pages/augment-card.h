#pragma once

#include <gtk/gtk.h>

#include "pages/dataset-study.h"
#include "state/session.h"

G_BEGIN_DECLS

/* The augmentation of the session's settings, and what it makes of one picture. */

#define RN_TYPE_AUGMENT_CARD (rn_augment_card_get_type ())
G_DECLARE_FINAL_TYPE (RnAugmentCard, rn_augment_card, RN, AUGMENT_CARD, GtkWidget)

/** @study: of the session's data set; it is asked for the axes of the colours when they are needed */
GtkWidget *rn_augment_card_new (RnSession *session, RnDatasetStudy *study);
/** @picture: (nullable); @index: its number in the split; a test picture, which training never draws, borrows the draws of
 * the same number */
void rn_augment_card_set_picture (RnAugmentCard *self, RnPicture *picture, gint64 index);
gboolean rn_augment_card_has_picture (RnAugmentCard *self);
/** The study knows more, or there is another data set or network. */
void rn_augment_card_update (RnAugmentCard *self);

G_END_DECLS
