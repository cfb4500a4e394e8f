#include "pages/inspect-prediction.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/palette.h"
#include "pages/card.h"
#include "pages/look.h"
#include "pages/prediction-bars.h"
#include "pages/taps.h"
#include "pages/text.h"
#include "pages/untrained.h"
#include "state/format.h"

struct _RnInspectPrediction
{
  GtkWidget parent_instance;

  RnSession *session;
  GtkWidget *card;
  GtkWidget *box; /* in it */
  GtkWidget *bars;
  GtkWidget *entropy;
  GtkWidget *weights;
  GtkWidget *legend;
};

G_DEFINE_FINAL_TYPE (RnInspectPrediction, rn_inspect_prediction, GTK_TYPE_WIDGET)

/* "block 5 off", "3 branches off" */
static char *
say_gates (RnInspectPrediction *self)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  const int n_off = rn_session_n_gates_off (self->session);

  if (n_off == 1)
    for (int i = 0; i < rn_spec_n_blocks (spec); i++)
      if (!rn_session_get_gate (self->session, rn_spec_get_block (spec, i)->id))
        return g_strdup_printf (_ ("block %d off"), i + 1);
  return g_strdup_printf (ngettext ("%d branch off", "%d branches off", n_off), n_off);
}

static char *
say_entropy (const double *trained, const double *gated, int n)
{
  g_autofree char *bits = g_strdup_printf ("%.2f", rn_look_entropy (trained, n));
  g_autofree char *most = g_strdup_printf ("%.2f", log2 (n));
  g_autofree char *other = NULL;

  if (gated == NULL)
    return g_strdup_printf (_ ("Entropy %s of at most %s bits"), bits, most);
  other = g_strdup_printf ("%.2f", rn_look_entropy (gated, n));
  return g_strdup_printf (_ ("Entropy %s → %s of at most %s bits"), bits, other, most);
}

void
rn_inspect_prediction_set (RnInspectPrediction *self, const char *const *names, int n,
                           const float *trained, const float *gated, int truth, const char *weights)
{
  g_autofree double *p = g_new (double, 2 * (gsize) n);
  double *q = gated != NULL ? p + n : NULL;
  g_autofree char *entropy = NULL, *caption = NULL, *used = NULL;

  g_return_if_fail (RN_IS_INSPECT_PREDICTION (self));

  gtk_widget_set_visible (self->legend, gated != NULL);
  if (trained == NULL)
    {
      rn_prediction_bars_set (RN_PREDICTION_BARS (self->bars), names, n, NULL, NULL, -1);
      gtk_label_set_text (GTK_LABEL (self->entropy), "");
      gtk_label_set_text (GTK_LABEL (self->weights), "");
      rn_card_set_caption (RN_CARD (self->card), NULL);
      return;
    }
  rn_look_softmax (p, trained, n);
  if (gated != NULL)
    {
      rn_look_softmax (q, gated, n);
      caption = say_gates (self);
    }
  rn_prediction_bars_set (RN_PREDICTION_BARS (self->bars), names, n, p, q, truth);
  entropy = say_entropy (p, q, n);
  gtk_label_set_text (GTK_LABEL (self->entropy), entropy);
  used = g_strdup_printf (_ ("Weights: %s"), weights);
  gtk_label_set_text (GTK_LABEL (self->weights), used);
  rn_card_set_caption (RN_CARD (self->card), caption);
}

void
rn_inspect_prediction_set_empty (RnInspectPrediction *self, const char *text, gboolean can_train)
{
  g_return_if_fail (RN_IS_INSPECT_PREDICTION (self));

  rn_card_set_empty (RN_CARD (self->card), text,
                     text != NULL && can_train ? rn_untrained_offer_new (self->session) : NULL);
}

void
rn_inspect_prediction_append (RnInspectPrediction *self, GtkWidget *line)
{
  g_return_if_fail (RN_IS_INSPECT_PREDICTION (self));

  gtk_box_append (GTK_BOX (self->box), line);
}

/* The legend's swatches */

static void
draw_swatch (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const double side = MIN (width, height);
  RnPalette palette;

  rn_palette_get (GTK_WIDGET (area), &palette);
  rn_palette_set_source (cr, &palette.series[GPOINTER_TO_INT (data)], 1.0);
  cairo_arc (cr, width / 2.0, height / 2.0, side / 2, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
add_to_legend (RnInspectPrediction *self, int series, const char *text)
{
  GtkWidget *swatch = gtk_drawing_area_new (), *label = gtk_label_new (text);
  GtkWidget *entry = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (swatch), 10);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (swatch), 10);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (swatch), draw_swatch, GINT_TO_POINTER (series),
                                  NULL);
  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (label, text);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (entry), swatch);
  gtk_box_append (GTK_BOX (entry), label);
  gtk_box_append (GTK_BOX (self->legend), entry);
}

static GtkWidget *
make_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  rn_text_wrap (label);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (label, "caption");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static void
make_content (RnInspectPrediction *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->box = box;
  self->bars = rn_prediction_bars_new ();
  gtk_widget_set_vexpand (self->bars, TRUE);
  gtk_widget_set_margin_bottom (self->bars, 6);
  self->entropy = make_label (NULL);
  self->weights = make_label ("dim-label");
  self->legend = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  add_to_legend (self, 0, _ ("as trained"));
  add_to_legend (self, 1, _ ("with the switched-off branches"));
  gtk_widget_set_visible (self->legend, FALSE);
  gtk_box_append (GTK_BOX (box), self->bars);
  gtk_box_append (GTK_BOX (box), self->entropy);
  gtk_box_append (GTK_BOX (box), self->weights);
  gtk_box_append (GTK_BOX (box), self->legend);
  self->card = rn_card_new (_ ("Prediction"), box);
  rn_card_set_help (
      RN_CARD (self->card),
      _ ("What the network takes the picture for: the softmax of its last layer. "
         "Switch branches off in the spine to see how little a single block decides, "
         "as each path through the shortcuts is a network of its own (He et al. 2015, "
         "section 3.2; Veit et al. 2016)."));
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));
}

static void
rn_inspect_prediction_dispose (GObject *object)
{
  RnInspectPrediction *self = RN_INSPECT_PREDICTION (object);

  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_inspect_prediction_parent_class)->dispose (object);
}

static void
rn_inspect_prediction_init (RnInspectPrediction *self)
{
}

static void
rn_inspect_prediction_class_init (RnInspectPredictionClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_inspect_prediction_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_inspect_prediction_new (RnSession *session)
{
  RnInspectPrediction *self = g_object_new (RN_TYPE_INSPECT_PREDICTION, NULL);

  self->session = g_object_ref (session);
  make_content (self);
  return GTK_WIDGET (self);
}
