#include "charts/sparkline.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/axis.h"
#include "charts/palette.h"
#include "state/format.h"

#define MIN_WIDTH 60
#define NATURAL_WIDTH 120
#define MIN_HEIGHT 24
#define LINE_PX 1.5

struct _RnSparkline
{
  GtkWidget parent_instance;

  float *values;
  guint n;
};

G_DEFINE_FINAL_TYPE (RnSparkline, rn_sparkline, GTK_TYPE_WIDGET)

/* Returns: FALSE where there is no finite value */
static gboolean
find_range (RnSparkline *self, double *min, double *max)
{
  *min = INFINITY;
  *max = -INFINITY;
  for (guint i = 0; i < self->n; i++)
    if (isfinite (self->values[i]))
      {
        *min = MIN (*min, (double) self->values[i]);
        *max = MAX (*max, (double) self->values[i]);
      }
  return *min <= *max;
}

/* Returns: the mean of point @at of @n_points, which share the values evenly; NaN where one of them is none */
static double
get_point (RnSparkline *self, guint at, guint n_points)
{
  const guint first = (guint) ((guint64) at * self->n / n_points);
  const guint end = (guint) ((guint64) (at + 1) * self->n / n_points);
  double sum = 0.0;

  for (guint i = first; i < end; i++)
    sum += (double) self->values[i];
  return isfinite (sum) ? sum / (end - first) : NAN;
}

static void
draw_line (RnSparkline *self, cairo_t *cr, double width, double height)
{
  /* a point a pixel at most: a stroked zigzag costs much and says little */
  const guint n = MIN (self->n, (guint) MAX (width, 1.0));
  double min, max;
  gboolean is_down = FALSE;

  if (!find_range (self, &min, &max))
    return;
  for (guint i = 0; i < n; i++)
    {
      const double value = get_point (self, i, n);
      const double x = LINE_PX + (n > 1 ? (width - 2.0 * LINE_PX) * i / (n - 1) : 0.0);
      const double share = max > min ? (value - min) / (max - min) : 0.5;
      const double y = height - 1.0 - LINE_PX - share * (height - 1.0 - 2.0 * LINE_PX);

      if (isnan (value))
        {
          is_down = FALSE;
          continue;
        }
      if (is_down)
        cairo_line_to (cr, x, y);
      else
        {
          /* of no length, so that a value between two gaps is a dot */
          cairo_move_to (cr, x, y);
          cairo_line_to (cr, x, y);
        }
      is_down = TRUE;
    }
  cairo_set_line_width (cr, LINE_PX);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
}

static void
rn_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnSparkline *self = RN_SPARKLINE (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                          (float) height));
  RnPalette palette;

  rn_palette_get (widget, &palette);
  rn_palette_set_source (cr, &palette.baseline, 1.0);
  rn_hairline_horizontal (cr, widget, 0.0, width, height - 1.0);
  rn_palette_set_source (cr, &palette.series[0], 1.0);
  draw_line (self, cr, width, height);
  cairo_destroy (cr);
}

static void
rn_sparkline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : MIN_HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : MIN_HEIGHT;
}

static void
rn_sparkline_finalize (GObject *object)
{
  g_free (RN_SPARKLINE (object)->values);
  G_OBJECT_CLASS (rn_sparkline_parent_class)->finalize (object);
}

static void
rn_sparkline_class_init (RnSparklineClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = rn_sparkline_finalize;
  widget_class->snapshot = rn_sparkline_snapshot;
  widget_class->measure = rn_sparkline_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "sparkline");
}

static void
rn_sparkline_init (RnSparkline *self)
{
}

GtkWidget *
rn_sparkline_new (void)
{
  return g_object_new (RN_TYPE_SPARKLINE, NULL);
}

static char *
summarise (RnSparkline *self)
{
  g_autofree char *first = NULL, *last = NULL;

  if (self->n == 0)
    return g_strdup (_ ("no numbers yet"));
  first = rn_format_number ((double) self->values[0]);
  last = rn_format_number ((double) self->values[self->n - 1]);
  return g_strdup_printf (_ ("from %s to %s"), first, last);
}

void
rn_sparkline_set_values (RnSparkline *self, const float *values, guint n, const char *name)
{
  g_autofree char *text = NULL;

  g_return_if_fail (RN_IS_SPARKLINE (self) && (values != NULL || n == 0));
  g_free (self->values);
  self->values = g_memdup2 (values, n * sizeof *values);
  self->n = n;
  text = summarise (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name != NULL ? name : "", GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
