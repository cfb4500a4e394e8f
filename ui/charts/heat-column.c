#include "charts/heat-column.h"

#include <math.h>

#define WIDTH 28
#define HEIGHT 220
#define BLOCK_MOST 12.0 /* no block is higher, or a shallow network would look like a deep one */
#define SCALE_WIDTH 120
#define SCALE_HEIGHT 8

struct _RnHeatColumn
{
  GtkWidget parent_instance;

  GArray *values; /* of double */
  int most;
  RnSpineScale scale;
};

G_DEFINE_FINAL_TYPE (RnHeatColumn, rn_heat_column, GTK_TYPE_WIDGET)

/* Whole pixels of the device from block to block, where there are as many */
static double
get_edge (double block, int at, double scale)
{
  return round (block * at * scale) / scale;
}

static void
draw_values (RnHeatColumn *self, cairo_t *cr, const RnPalette *palette, double width, double height)
{
  const double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const double block = MIN (height / MAX (self->most, 1), BLOCK_MOST);

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (int i = 0; i < (int) self->values->len; i++)
    {
      const double value = g_array_index (self->values, double, i);
      const double from = get_edge (block, i, scale), to = get_edge (block, i + 1, scale);
      /* a seam between blocks, where they are high enough for one */
      const double seam = block >= 4.0 ? 1.0 / scale : 0.0;

      if (isnan (value))
        {
          rn_palette_hatch (cr, palette, 0.0, from, width, to - from - seam);
          continue;
        }
      {
        const GdkRGBA colour = rn_spine_scale_colour (&self->scale, palette, value);

        rn_palette_set_source (cr, &colour, 1.0);
        cairo_rectangle (cr, 0.0, from, width, to - from - seam);
        cairo_fill (cr);
      }
    }
}

static void
rn_heat_column_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) width,
                                                                          (float) height));
  RnPalette palette;

  rn_palette_get (widget, &palette);
  draw_values (RN_HEAT_COLUMN (widget), cr, &palette, width, height);
  cairo_destroy (cr);
}

static void
rn_heat_column_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
rn_heat_column_finalize (GObject *object)
{
  g_array_unref (RN_HEAT_COLUMN (object)->values);
  G_OBJECT_CLASS (rn_heat_column_parent_class)->finalize (object);
}

static void
rn_heat_column_init (RnHeatColumn *self)
{
  self->values = g_array_new (FALSE, FALSE, sizeof (double));
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

static void
rn_heat_column_class_init (RnHeatColumnClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = rn_heat_column_finalize;
  widget_class->snapshot = rn_heat_column_snapshot;
  widget_class->measure = rn_heat_column_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

GtkWidget *
rn_heat_column_new (void)
{
  return g_object_new (RN_TYPE_HEAT_COLUMN, NULL);
}

void
rn_heat_column_set (RnHeatColumn *self, const double *values, int n, int most,
                    const RnSpineScale *scale)
{
  g_return_if_fail (RN_IS_HEAT_COLUMN (self));

  g_array_set_size (self->values, 0);
  g_array_append_vals (self->values, values, (guint) n);
  self->most = most;
  self->scale = *scale;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The scale */

struct _RnHeatScale
{
  GtkWidget parent_instance;

  RnSpineScale scale;
};

G_DEFINE_FINAL_TYPE (RnHeatScale, rn_heat_scale, GTK_TYPE_WIDGET)

static double
value_at (const RnSpineScale *scale, double place)
{
  return scale->is_log ? scale->min * pow (scale->max / scale->min, place)
                       : scale->min + (scale->max - scale->min) * place;
}

static void
rn_heat_scale_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const RnHeatScale *self = RN_HEAT_SCALE (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) width,
                                                                          (float) height));
  RnPalette palette;

  rn_palette_get (widget, &palette);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (int x = 0; x < width; x++)
    {
      const GdkRGBA colour = rn_spine_scale_colour (&self->scale, &palette,
                                                    value_at (&self->scale, (x + 0.5) / width));

      rn_palette_set_source (cr, &colour, 1.0);
      cairo_rectangle (cr, x, 0.0, 1.0, height);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

static void
rn_heat_scale_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? SCALE_WIDTH : SCALE_HEIGHT;
}

static void
rn_heat_scale_init (RnHeatScale *self)
{
  rn_spine_scale_init (&self->scale, RN_MEASURE_GRADIENT);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

static void
rn_heat_scale_class_init (RnHeatScaleClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  widget_class->snapshot = rn_heat_scale_snapshot;
  widget_class->measure = rn_heat_scale_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

GtkWidget *
rn_heat_scale_new (void)
{
  return g_object_new (RN_TYPE_HEAT_SCALE, NULL);
}

void
rn_heat_scale_set (RnHeatScale *self, const RnSpineScale *scale)
{
  g_return_if_fail (RN_IS_HEAT_SCALE (self));

  self->scale = *scale;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
