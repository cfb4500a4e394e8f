#include "pages/inspect-layer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "charts/histogram.h"
#include "charts/map-grid.h"
#include "charts/norm-chart.h"
#include "pages/pair.h"
#include "state/format.h"

#define BESIDE 640     /* pixels from which the two charts stand side by side */
#define FILTER_SIDE 30 /* pixels that a filter is zoomed to */

struct _RnInspectLayer
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *values_title;
  GtkWidget *histogram;
  GtkWidget *norm_title;
  GtkWidget *norm;
  GtkWidget *filter_box;
  GtkWidget *filter_title;
  GtkWidget *filter;
  RnModel *model; /* of what is shown */
  char *tap;
  char *conv;        /* (nullable) */
  RnTensor *filters; /* (nullable): [K,C,R,S] of it */
  int channel;
};

G_DEFINE_FINAL_TYPE (RnInspectLayer, rn_inspect_layer, GTK_TYPE_WIDGET)

/* Names */

static gboolean
has_parameter (const RnModel *model, const char *layer)
{
  g_autofree char *name = g_strdup_printf ("%s.weight", layer);
  g_autoptr (RnTensor) values = rn_model_get_parameter (model, name);

  return values != NULL;
}

/* Returns: whether @model has the two in @block ("layer1.0.", "" for the stem); of the batch-norm alone, which is the smaller */
static gboolean
take_names (const RnModel *model, const char *block, const char *conv_part, const char *norm_part,
            char **conv, char **norm)
{
  g_autofree char *conv_name = g_strconcat (block, conv_part, NULL);
  g_autofree char *norm_name = g_strconcat (block, norm_part, NULL);

  if (!has_parameter (model, norm_name))
    return FALSE;
  *conv = g_steal_pointer (&conv_name);
  *norm = g_steal_pointer (&norm_name);
  return TRUE;
}

void
rn_inspect_layer_names (const RnModel *model, const char *tap, char **conv, char **norm)
{
  const char *dot = strrchr (tap, '.');
  g_autofree char *block = dot != NULL ? g_strndup (tap, (gsize) (dot - tap) + 1) : g_strdup ("");
  const char *part = dot != NULL ? dot + 1 : tap;

  *conv = *norm = NULL;
  if (g_str_has_suffix (block, ".downsample."))
    take_names (model, block, "0", "1", conv, norm);
  else if (g_str_equal (part, "shortcut"))
    take_names (model, block, "downsample.0", "downsample.1", conv, norm);
  else if (g_str_has_prefix (part, "conv") || g_str_has_prefix (part, "bn"))
    {
      const char *number = part + strcspn (part, "123456789");
      g_autofree char *conv_part = g_strdup_printf ("conv%s", number);
      g_autofree char *norm_part = g_strdup_printf ("bn%s", number);

      take_names (model, block, conv_part, norm_part, conv, norm);
    }
  else if (g_str_equal (part, "f") || g_str_equal (part, "sum") || g_str_equal (part, "out"))
    {
      if (!take_names (model, block, "conv3", "bn3", conv, norm))
        take_names (model, block, "conv2", "bn2", conv, norm);
    }
}

/* Showing */

/* The filter of one output channel as maps of its input channels: [1,R,S,C] of [K,C,R,S] */
static RnTensor *
slice (const RnTensor *filters, int channel)
{
  const int channels = filters->dims[1], pixels = filters->dims[2] * filters->dims[3];
  RnTensor *maps =
      rn_tensor_new (4, (int[]){ 1, filters->dims[2], filters->dims[3], channels }, NULL);
  const float *from = filters->data + (gsize) channel * (gsize) channels * (gsize) pixels;

  for (int c = 0; maps != NULL && c < channels; c++)
    for (int i = 0; i < pixels; i++)
      maps->data[(gsize) i * (gsize) channels + (gsize) c] = from[c * pixels + i];
  return maps;
}

static void
show_filter (RnInspectLayer *self)
{
  const gboolean is_there =
      self->filters != NULL && self->channel >= 0 && self->channel < self->filters->dims[0];
  g_autoptr (RnTensor) maps = is_there ? slice (self->filters, self->channel) : NULL;
  g_autofree char *title = NULL;

  gtk_widget_set_visible (self->filter_box, maps != NULL);
  rn_map_grid_set_maps (RN_MAP_GRID (self->filter), maps, self->conv);
  if (maps == NULL)
    return;
  title = g_strdup_printf (ngettext ("Filter of channel %d, %s: %d×%d for %d input channel",
                                     "Filter of channel %d, %s: %d×%d for each of %d input "
                                     "channels",
                                     (gulong) maps->dims[3]),
                           self->channel, self->conv, maps->dims[1], maps->dims[2], maps->dims[3]);
  gtk_label_set_text (GTK_LABEL (self->filter_title), title);
}

static void
show_counts (RnInspectLayer *self)
{
  const RnHistogramCounts *counts = rn_histogram_get_counts (RN_HISTOGRAM (self->histogram));
  g_autofree char *mean = NULL, *std = NULL, *zeros = NULL, *title = NULL;

  if (counts == NULL)
    {
      gtk_label_set_text (GTK_LABEL (self->values_title), _ ("Values"));
      return;
    }
  mean = rn_format_number (counts->mean);
  std = rn_format_number (counts->std);
  zeros = rn_format_percent (counts->zeros);
  title =
      g_strdup_printf (_ ("Values: mean %s, standard deviation %s, %s are 0"), mean, std, zeros);
  gtk_label_set_text (GTK_LABEL (self->values_title), title);
}

void
rn_inspect_layer_set_model (RnInspectLayer *self, RnModel *model, const char *tap)
{
  g_autofree char *norm = NULL, *weight = NULL, *title = NULL;

  g_return_if_fail (RN_IS_INSPECT_LAYER (self));

  if (model == self->model && g_strcmp0 (tap, self->tap) == 0)
    return;
  if (model != NULL)
    rn_model_ref (model);
  g_clear_pointer (&self->model, rn_model_unref);
  self->model = model;
  g_free (self->tap);
  self->tap = g_strdup (tap);
  g_clear_pointer (&self->conv, g_free);
  g_clear_pointer (&self->filters, rn_tensor_unref);
  if (model != NULL && tap != NULL)
    rn_inspect_layer_names (model, tap, &self->conv, &norm);
  rn_norm_chart_set (RN_NORM_CHART (self->norm), model, norm);
  title = norm != NULL ? g_strdup_printf (_ ("Batch-norm %s"), norm)
                       : g_strdup (_ ("No batch-norm stands right before these maps"));
  gtk_label_set_text (GTK_LABEL (self->norm_title), title);
  if (self->conv != NULL)
    {
      weight = g_strdup_printf ("%s.weight", self->conv);
      self->filters = rn_model_get_parameter (model, weight);
    }
  show_filter (self);
}

void
rn_inspect_layer_set_maps (RnInspectLayer *self, RnTensor *maps)
{
  g_return_if_fail (RN_IS_INSPECT_LAYER (self));

  rn_histogram_set_values (RN_HISTOGRAM (self->histogram), maps);
}

void
rn_inspect_layer_set_channel (RnInspectLayer *self, int channel)
{
  g_return_if_fail (RN_IS_INSPECT_LAYER (self));

  if (channel == self->channel)
    return;
  self->channel = channel;
  show_filter (self);
}

/* Making it */

static GtkWidget *
make_titled (GtkWidget **title, GtkWidget *child)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  *title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (*title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (*title), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (*title, "caption-heading");
  gtk_widget_add_css_class (*title, "numeric");
  gtk_box_append (GTK_BOX (box), *title);
  gtk_box_append (GTK_BOX (box), child);
  return box;
}

static void
rn_inspect_layer_init (RnInspectLayer *self)
{
  GtkWidget *values, *norm;

  self->channel = -1;
  self->histogram = rn_histogram_new ();
  self->norm = rn_norm_chart_new ();
  self->filter = rn_map_grid_new ();
  g_object_set (self->filter, "map-size", FILTER_SIDE, NULL);
  g_signal_connect_object (self->histogram, "counted", G_CALLBACK (show_counts), self,
                           G_CONNECT_SWAPPED);
  values = make_titled (&self->values_title, self->histogram);
  norm = make_titled (&self->norm_title, self->norm);
  self->filter_box = make_titled (&self->filter_title, self->filter);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_box_append (GTK_BOX (self->box), rn_pair_new (values, norm, 0.5, BESIDE));
  gtk_box_append (GTK_BOX (self->box), self->filter_box);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (self->filter_box, FALSE);
  show_counts (self);
}

static void
rn_inspect_layer_dispose (GObject *object)
{
  RnInspectLayer *self = RN_INSPECT_LAYER (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->model, rn_model_unref);
  g_clear_pointer (&self->filters, rn_tensor_unref);
  g_clear_pointer (&self->tap, g_free);
  g_clear_pointer (&self->conv, g_free);
  G_OBJECT_CLASS (rn_inspect_layer_parent_class)->dispose (object);
}

static void
rn_inspect_layer_class_init (RnInspectLayerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_inspect_layer_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

GtkWidget *
rn_inspect_layer_new (void)
{
  return g_object_new (RN_TYPE_INSPECT_LAYER, NULL);
}
