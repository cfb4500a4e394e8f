#include "spine/spine-legend.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "spine/spine-draw.h"

#define BAR_PX 6.0
#define TICK_PX 3.0

struct _RnSpineLegend
{
  GtkWidget parent_instance;

  RnSpineBody *body;
  RnSpineScale scale; /* as drawn */
  PangoLayout *text;
};

G_DEFINE_FINAL_TYPE (RnSpineLegend, rn_spine_legend, GTK_TYPE_WIDGET)

typedef struct
{
  double value;
  char *label;
} Tick;

static char *
power_text (double value)
{
  return g_strdup_printf ("1e%d", (int) lround (log10 (value)));
}

/* Returns: how many, at most 4 */
static int
get_ticks (const RnSpineScale *scale, Tick ticks[4])
{
  switch (scale->kind)
    {
    case RN_MEASURE_RATIO:
      ticks[0] = (Tick){ RN_RATIO_MIN, g_strdup ("0.05") };
      ticks[1] = (Tick){ 0.2, g_strdup ("0.2") };
      ticks[2] = (Tick){ 1.0, g_strdup ("F = x") };
      ticks[3] = (Tick){ RN_RATIO_MAX, g_strdup ("4") };
      return 4;
    case RN_MEASURE_GRADIENT:
      ticks[0] = (Tick){ scale->min, power_text (scale->min) };
      ticks[1] = (Tick){ scale->max, power_text (scale->max) };
      return 2;
    case RN_MEASURE_DEAD:
      ticks[0] = (Tick){ 0.0, g_strdup ("0 %") };
      ticks[1] = (Tick){ 0.5, g_strdup ("50 %") };
      ticks[2] = (Tick){ 1.0, g_strdup ("100 %") };
      return 3;
    default:
      ticks[0] = (Tick){ 0.0, g_strdup ("0") };
      ticks[1] = (Tick){ scale->max, g_strdup_printf ("%g", scale->max) };
      return 2;
    }
}

static double
value_at (const RnSpineScale *scale, double place)
{
  return scale->is_log ? scale->min * pow (scale->max / scale->min, place)
                       : scale->min + (scale->max - scale->min) * place;
}

static void
draw_bar (RnSpineLegend *self, cairo_t *cr, const RnPalette *palette, double width)
{
  cairo_pattern_t *pattern = cairo_pattern_create_linear (0.0, 0.0, width, 0.0);

  for (int i = 0; i <= 16; i++)
    {
      const double place = i / 16.0;
      const GdkRGBA c =
          rn_spine_scale_colour (&self->scale, palette, value_at (&self->scale, place));

      cairo_pattern_add_color_stop_rgb (pattern, place, c.red, c.green, c.blue);
    }
  rn_spine_path_box (cr, 0.0, 0.0, width, BAR_PX, 2.0);
  cairo_set_source (cr, pattern);
  cairo_fill (cr);
  cairo_pattern_destroy (pattern);
}

static void
rn_spine_legend_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnSpineLegend *self = RN_SPINE_LEGEND (widget);
  const double width = gtk_widget_get_width (widget);
  const double height = gtk_widget_get_height (widget);
  Tick ticks[4];
  const int n = get_ticks (&self->scale, ticks);
  RnPalette palette;
  cairo_t *cr;

  rn_palette_get (widget, &palette);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) width, (float) height));
  draw_bar (self, cr, &palette, width);
  for (int i = 0; i < n; i++)
    {
      const double place = rn_spine_scale_place (&self->scale, ticks[i].value);
      const double x = CLAMP (floor (place * width), 0.0, width - 1.0);
      int text_width;

      rn_palette_set_source (cr, &palette.dim, 1.0);
      cairo_rectangle (cr, x, BAR_PX + 1.0, 1.0, TICK_PX);
      cairo_fill (cr);
      pango_layout_set_text (self->text, ticks[i].label, -1);
      pango_layout_get_pixel_size (self->text, &text_width, NULL);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot,
                              &GRAPHENE_POINT_INIT ((float) round (CLAMP (x - 0.5 * text_width, 0.0,
                                                                          width - text_width)),
                                                    (float) (BAR_PX + TICK_PX + 1.0)));
      gtk_snapshot_append_layout (snapshot, self->text, &palette.dim);
      gtk_snapshot_restore (snapshot);
      g_free (ticks[i].label);
    }
  cairo_destroy (cr);
}

static void
rn_spine_legend_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  RnSpineLegend *self = RN_SPINE_LEGEND (widget);
  int height;

  pango_layout_get_pixel_size (self->text, NULL, &height);
  *minimum = *natural =
      orientation == GTK_ORIENTATION_HORIZONTAL ? 100 : (int) (BAR_PX + TICK_PX + 1.0) + height;
}

static void
make_text (RnSpineLegend *self)
{
  PangoAttrList *attributes = pango_attr_list_new ();

  g_clear_object (&self->text);
  self->text = gtk_widget_create_pango_layout (GTK_WIDGET (self), "0");
  pango_attr_list_insert (attributes, pango_attr_scale_new (9.0 / 11.0));
  pango_layout_set_attributes (self->text, attributes);
  pango_attr_list_unref (attributes);
}

static void
rn_spine_legend_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_spine_legend_parent_class)->css_changed (widget, change);
  make_text (RN_SPINE_LEGEND (widget));
}

static void
data_changed (RnSpineLegend *self)
{
  const RnSpineScale *scale = &rn_spine_body_get_view (self->body)->scale;
  g_autofree char *text = NULL;

  if (scale->kind == self->scale.kind && scale->min == self->scale.min &&
      scale->max == self->scale.max)
    return;
  self->scale = *scale;
  text = g_strdup_printf (_ ("Colours of %s"), rn_measure_title (scale->kind));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
rn_spine_legend_finalize (GObject *object)
{
  g_clear_object (&RN_SPINE_LEGEND (object)->text);
  G_OBJECT_CLASS (rn_spine_legend_parent_class)->finalize (object);
}

static void
rn_spine_legend_class_init (RnSpineLegendClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = rn_spine_legend_finalize;
  widget_class->measure = rn_spine_legend_measure;
  widget_class->snapshot = rn_spine_legend_snapshot;
  widget_class->css_changed = rn_spine_legend_css_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
rn_spine_legend_init (RnSpineLegend *self)
{
  self->scale.kind = RN_N_MEASURES;
  make_text (self);
}

GtkWidget *
rn_spine_legend_new (RnSpineBody *body)
{
  RnSpineLegend *self = g_object_new (RN_TYPE_SPINE_LEGEND, NULL);

  self->body = body;
  g_signal_connect_object (body, "data", G_CALLBACK (data_changed), self, G_CONNECT_SWAPPED);
  data_changed (self);
  return GTK_WIDGET (self);
}
