#pragma once

#include <gtk/gtk.h>
#include <residua/augment.h>

G_BEGIN_DECLS

/* One picture as the network would meet it in eight epochs: the very draws of the training, made in a task. */

#define RN_TYPE_AUGMENT_PREVIEW (rn_augment_preview_get_type ())
G_DECLARE_FINAL_TYPE (RnAugmentPreview, rn_augment_preview, RN, AUGMENT_PREVIEW, GtkWidget)

#define RN_AUGMENT_PREVIEW_N 8

/* What decides the pictures, besides the epoch */
typedef struct
{
  RnAugment augment;
  int side;     /* of the network's input */
  int channels; /* 1 or 3 */
  float mean[3];
  float std[3];
  gboolean has_axes; /* of the colours; without them @augment's colour changes nothing */
  float axes[9];
  guint64 seed;
  gint64 index; /* in the training split */
} RnAugmentInput;

GtkWidget *rn_augment_preview_new (void);
/** @picture: (nullable): NULL shows nothing */
void rn_augment_preview_set (RnAugmentPreview *self, RnPicture *picture,
                             const RnAugmentInput *input);
/** The next eight epochs */
void rn_augment_preview_again (RnAugmentPreview *self);
/** Returns: the first epoch shown, from 0 */
gint64 rn_augment_preview_get_epoch (RnAugmentPreview *self);
/** Returns: (transfer none) (nullable): picture @at, 0 to RN_AUGMENT_PREVIEW_N - 1; NULL until it is made */
GdkTexture *rn_augment_preview_get_texture (RnAugmentPreview *self, int at);

G_END_DECLS
