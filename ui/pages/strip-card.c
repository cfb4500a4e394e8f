#include "pages/strip-card.h"

#include <glib/gi18n-lib.h>

#include "charts/strip.h"
#include "pages/card.h"

struct _RnStripCard
{
  GtkWidget parent_instance;

  RnSession *session;
  RnMeasureKind kind;
  RnCard *card;
  GtkWidget *holder;
  GtkWidget *choice;
  RnStrip *strip;
  gboolean is_stale; /* what grew while it was not seen */
};

G_DEFINE_FINAL_TYPE (RnStripCard, rn_strip_card, GTK_TYPE_WIDGET)

static const struct
{
  const char *title;
  const char *caption;
  const char *help;
} texts[RN_N_MEASURES] = {
  [RN_MEASURE_RATIO] = { N_ ("Residual strip"), N_ ("F(x) / x by block"),
                         N_ ("Each row is a block and its colour how strong the residual branch "
                             "F(x) is beside what "
                             "the shortcut carries, from the first step at the left to the newest. "
                             "Where it stays "
                             "small the block changes its input only a little, as the paper "
                             "expects of deep networks "
                             "(He et al. 2015, section 3.1 and Figure 7).") },
  [RN_MEASURE_GRADIENT] = { N_ ("Gradient strip"), N_ ("RMS by block"),
                            N_ ("Each row is a block and its colour how strong the gradient of its "
                                "filters is, on a "
                                "logarithmic scale. In a healthy network all rows stay alike; in "
                                "deep plain networks "
                                "the paper looked here for vanishing gradients and found none "
                                "(He et al. 2015, section 4.1).") },
  [RN_MEASURE_DEAD] = { N_ ("Dead ReLUs"), N_ ("share of channels by block"),
                        N_ ("A ReLU that is zero for every picture of a batch passes nothing on "
                            "and learns nothing. "
                            "Each row is a block and its colour the share of its channels that "
                            "were dead "
                            "(ReLU: He et al. 2015, section 3.2 and Figure 2).") },
  [RN_MEASURE_RESPONSE] = { N_ ("Response strip"), N_ ("standard deviation by block"),
                            N_ ("Each row is a block and its colour the standard deviation of its "
                                "last 3×3 layer’s "
                                "response, after batch-norm and before the addition. It is the "
                                "paper’s Figure 7 over "
                                "time (He et al. 2015, section 4.2).") },
};

void
rn_strip_card_update (RnStripCard *self)
{
  g_return_if_fail (RN_IS_STRIP_CARD (self));

  self->is_stale = !gtk_widget_get_mapped (GTK_WIDGET (self->strip));
  if (!self->is_stale)
    rn_strip_changed (self->strip);
}

static void
on_strip_map (RnStripCard *self)
{
  if (self->is_stale)
    rn_strip_card_update (self);
}

void
rn_strip_card_rebuild (RnStripCard *self)
{
  RnRecord *record;

  g_return_if_fail (RN_IS_STRIP_CARD (self));

  record = rn_session_get_record (self->session);
  if (record != NULL)
    rn_strip_set_data (self->strip, rn_record_get_strip (record, self->kind),
                       rn_record_get_spec (record));
  else
    rn_strip_set_data (self->strip, NULL, NULL);
}

static void
make_strip (RnStripCard *self)
{
  GtkWidget *strip = rn_strip_new (self->kind, rn_session_get_time (self->session),
                                   rn_session_get_selection (self->session));

  if (self->strip != NULL)
    gtk_box_remove (GTK_BOX (self->holder), GTK_WIDGET (self->strip));
  self->strip = RN_STRIP (strip);
  gtk_widget_set_hexpand (strip, TRUE);
  gtk_widget_set_vexpand (strip, TRUE);
  g_signal_connect_swapped (strip, "map", G_CALLBACK (on_strip_map), self);
  gtk_box_append (GTK_BOX (self->holder), strip);
  rn_card_set_title (self->card, _ (texts[self->kind].title));
  rn_card_set_caption (self->card, _ (texts[self->kind].caption));
  rn_card_set_help (self->card, _ (texts[self->kind].help));
  rn_strip_card_rebuild (self);
}

static void
on_choice (GtkDropDown *choice, GParamSpec *pspec, RnStripCard *self)
{
  const guint kind = gtk_drop_down_get_selected (choice);

  if (kind >= RN_N_MEASURES || kind == self->kind)
    return;
  self->kind = (RnMeasureKind) kind;
  make_strip (self);
}

static void
rn_strip_card_dispose (GObject *object)
{
  RnStripCard *self = RN_STRIP_CARD (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  g_clear_object (&self->session);
  g_clear_pointer (&child, gtk_widget_unparent);
  G_OBJECT_CLASS (rn_strip_card_parent_class)->dispose (object);
}

static void
rn_strip_card_init (RnStripCard *self)
{
}

static void
rn_strip_card_class_init (RnStripCardClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_strip_card_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_strip_card_new (RnSession *session, RnMeasureKind kind)
{
  RnStripCard *self = g_object_new (RN_TYPE_STRIP_CARD, NULL);
  const char *names[RN_N_MEASURES + 1] = { NULL };

  for (RnMeasureKind i = 0; i < RN_N_MEASURES; i++)
    names[i] = rn_measure_title (i);
  self->session = g_object_ref (session);
  self->kind = kind;
  self->holder = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->card = RN_CARD (rn_card_new (NULL, self->holder));
  rn_card_set_caption_beside (self->card, TRUE);
  self->choice = gtk_drop_down_new_from_strings (names);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->choice), kind);
  gtk_widget_set_tooltip_text (self->choice, _ ("The measure that this strip shows"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->choice), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The measure that this strip shows"), -1);
  g_signal_connect (self->choice, "notify::selected", G_CALLBACK (on_choice), self);
  rn_card_add_suffix (self->card, self->choice);
  gtk_widget_set_parent (GTK_WIDGET (self->card), GTK_WIDGET (self));
  make_strip (self);
  return GTK_WIDGET (self);
}
