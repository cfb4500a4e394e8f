#include "pages/augment-card.h"

#include <glib/gi18n-lib.h>

#include "pages/augment-panel.h"
#include "pages/augment-preview.h"
#include "pages/card.h"

#define USUAL_SIDE 32

struct _RnAugmentCard
{
  GtkWidget parent_instance;

  RnSession *session;
  RnDatasetStudy *study;
  RnPicture *picture;
  gint64 index;
  GtkWidget *card;
  GtkWidget *panel;
  GtkWidget *preview;
};

G_DEFINE_FINAL_TYPE (RnAugmentCard, rn_augment_card, GTK_TYPE_WIDGET)

static void
update_preview (RnAugmentCard *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  const RnSettings *settings = rn_session_get_settings (self->session);
  const RnPreprocess *channels = rn_dataset_study_get_channels (self->study);
  const float *axes = rn_dataset_study_get_axes (self->study);
  RnDataset *dataset = rn_session_get_dataset (self->session);
  RnAugmentInput input = { .index = self->index };

  rn_augment_panel_get (RN_AUGMENT_PANEL (self->panel), &input.augment);
  if (input.augment.colour > 0.0)
    rn_dataset_study_want_axes (self->study);
  input.side = spec != NULL ? rn_spec_get_side (spec) : USUAL_SIDE;
  input.channels = dataset != NULL ? rn_dataset_get_channels (dataset) : 3;
  input.seed = settings->seed;
  for (int c = 0; c < 3; c++)
    {
      /* until it is measured, zeros show as middle grey */
      input.mean[c] = channels != NULL ? channels->mean[c] : 0.5f;
      input.std[c] = channels != NULL ? channels->std[c] : 0.25f;
    }
  input.has_axes = axes != NULL;
  for (int i = 0; i < 9 && axes != NULL; i++)
    input.axes[i] = axes[i];
  rn_augment_preview_set (RN_AUGMENT_PREVIEW (self->preview), self->picture, &input);
}

/* What a run was trained with is over and done. */
static void
tell_whose (RnAugmentCard *self)
{
  const gboolean is_run = rn_session_get_record (self->session) != NULL;

  gtk_widget_set_sensitive (self->panel, !is_run);
  gtk_widget_set_tooltip_text (self->panel,
                               is_run ? _ ("This is the augmentation of the run that is shown. "
                                           "Edit its network to train a new one with another.")
                                      : NULL);
}

void
rn_augment_card_update (RnAugmentCard *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  RnDataset *dataset = rn_session_get_dataset (self->session);

  g_return_if_fail (RN_IS_AUGMENT_CARD (self));

  rn_augment_panel_set_input (RN_AUGMENT_PANEL (self->panel),
                              spec != NULL ? rn_spec_get_side (spec) : USUAL_SIDE,
                              dataset != NULL ? rn_dataset_get_channels (dataset) : 3);
  update_preview (self);
}

static void
on_changed (RnAugmentCard *self)
{
  RnSettings settings = *rn_session_get_settings (self->session);

  rn_augment_panel_get (RN_AUGMENT_PANEL (self->panel), &settings.augment);
  rn_session_set_settings (self->session, &settings);
  update_preview (self);
}

static void
on_settings (RnAugmentCard *self)
{
  tell_whose (self);
  rn_augment_panel_set (RN_AUGMENT_PANEL (self->panel),
                        &rn_session_get_settings (self->session)->augment);
  update_preview (self);
}

static void
on_again (RnAugmentCard *self)
{
  rn_augment_preview_again (RN_AUGMENT_PREVIEW (self->preview));
}

static void
constructed (RnAugmentCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *again = gtk_button_new_with_label (_ ("Again"));

  self->panel = rn_augment_panel_new ();
  self->preview = rn_augment_preview_new ();
  g_signal_connect_swapped (self->panel, "changed", G_CALLBACK (on_changed), self);
  gtk_box_append (GTK_BOX (box), self->preview);
  gtk_box_append (GTK_BOX (box), self->panel);
  gtk_widget_set_tooltip_text (again, _ ("Draw the next eight epochs of the picture"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (again), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Augment again"), -1);
  g_signal_connect_swapped (again, "clicked", G_CALLBACK (on_again), self);
  self->card = rn_card_new (_ ("Augmentation"), box);
  rn_card_add_suffix (RN_CARD (self->card), again);
  rn_card_set_help (RN_CARD (self->card),
                    _ ("The network never meets a picture twice in the same way, so it cannot "
                       "learn pictures by heart. Shown is the picture as it would be drawn in "
                       "eight epochs of the next training. The paper pads CIFAR by 4, crops and "
                       "mirrors (section 4.2), and on ImageNet scales, mirrors and shifts colours "
                       "(section 3.4)."));
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
  g_signal_connect_object (self->session, "settings", G_CALLBACK (on_settings), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "document", G_CALLBACK (on_settings), self,
                           G_CONNECT_SWAPPED);
  on_settings (self);
}

static void
rn_augment_card_init (RnAugmentCard *self)
{
}

static void
dispose (GObject *object)
{
  RnAugmentCard *self = RN_AUGMENT_CARD (object);

  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_pointer (&self->picture, rn_picture_unref);
  g_clear_object (&self->study);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_augment_card_parent_class)->dispose (object);
}

static void
rn_augment_card_class_init (RnAugmentCardClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
}

GtkWidget *
rn_augment_card_new (RnSession *session, RnDatasetStudy *study)
{
  RnAugmentCard *self = g_object_new (RN_TYPE_AUGMENT_CARD, NULL);

  self->session = g_object_ref (session);
  self->study = g_object_ref (study);
  constructed (self);
  return GTK_WIDGET (self);
}

void
rn_augment_card_set_picture (RnAugmentCard *self, RnPicture *picture, gint64 index)
{
  g_return_if_fail (RN_IS_AUGMENT_CARD (self));

  if (picture != NULL)
    rn_picture_ref (picture);
  g_clear_pointer (&self->picture, rn_picture_unref);
  self->picture = picture;
  self->index = index;
  update_preview (self);
}

gboolean
rn_augment_card_has_picture (RnAugmentCard *self)
{
  return self->picture != NULL;
}
