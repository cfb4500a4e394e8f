#include "charts/path-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/plot-frame.h"
#include "state/format.h"

#define DOT 2.6 /* radius, logical pixels */

/* Paths of one length */
typedef struct
{
  double paths; /* share of all */
  double share; /* of the gradient; NAN: not known yet */
  int n;        /* drawings */
  double sum, low, high;
} Length;

struct _RnPathChart
{
  RnPlot parent_instance;

  RnPathPlot plot;
  GArray *lengths; /* of Length */
  RnAxis axis;
};

G_DEFINE_FINAL_TYPE (RnPathChart, rn_path_chart, RN_TYPE_PLOT)

static Length *
get_length (RnPathChart *self, int at)
{
  return at >= 0 && at < (int) self->lengths->len ? &g_array_index (self->lengths, Length, at)
                                                  : NULL;
}

static double
get_mean (const Length *length)
{
  return length->n > 0 ? length->sum / length->n : NAN;
}

static RnPlotFrame
get_frame (RnPathChart *self, int width, int height)
{
  return rn_plot_frame (GTK_WIDGET (self), "100.0 %", width, height);
}

static RnPlotFrame
get_frame_now (RnPathChart *self)
{
  return get_frame (self, gtk_widget_get_width (GTK_WIDGET (self)),
                    gtk_widget_get_height (GTK_WIDGET (self)));
}

/* The plot */

static int
count (RnPlot *plot)
{
  return (int) RN_PATH_CHART (plot)->lengths->len;
}

static int
find (RnPlot *plot, double x, double y)
{
  const RnPlotFrame frame = get_frame_now (RN_PATH_CHART (plot));

  return rn_plot_frame_find (&frame, x, y, count (plot));
}

static void
locate (RnPlot *plot, int at, double *x, double *top, double *bottom)
{
  const RnPlotFrame frame = get_frame_now (RN_PATH_CHART (plot));

  *x = rn_plot_frame_get_x (&frame, at, count (plot));
  *top = frame.y;
  *bottom = frame.y + frame.height;
}

static char *
describe (RnPlot *plot, int at)
{
  RnPathChart *self = RN_PATH_CHART (plot);
  const Length *length = get_length (self, at);
  g_autofree char *first = NULL, *second = NULL, *third = NULL;

  if (length == NULL)
    return g_strdup ("");
  if (self->plot == RN_PATH_PLOT_SHARES)
    {
      first = rn_format_percent (length->paths);
      second = rn_format_percent (length->share);
      return g_strdup_printf (_ ("length %d: %s of the paths, %s of the gradient"), at, first,
                              second);
    }
  if (length->n == 0)
    return g_strdup ("");
  first = rn_format_number (get_mean (length));
  second = rn_format_number (length->low);
  third = rn_format_number (length->high);
  return g_strdup_printf (_ ("one path of length %d: gradient %s, %s to %s"), at, first, second,
                          third);
}

char *
rn_path_chart_describe (RnPathChart *self, int length)
{
  return describe (RN_PLOT (self), length);
}

static void
write_csv (RnPlot *plot, GString *text)
{
  RnPathChart *self = RN_PATH_CHART (plot);

  g_string_append (text, "length,paths,gradient,low,high,gradient_share\n");
  for (int at = 0; at < count (plot); at++)
    {
      const Length *length = get_length (self, at);
      const double values[] = { length->paths, get_mean (length), length->low, length->high,
                                length->share };

      g_string_append_printf (text, "%d", at);
      for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
        {
          g_string_append_c (text, ',');
          rn_figure_append_number (text, values[i]);
        }
      g_string_append_c (text, '\n');
    }
}

/* Drawing */

typedef double (*ValueFunc) (const Length *length);

static double
get_paths (const Length *length)
{
  return length->paths;
}

static double
get_share (const Length *length)
{
  return length->share;
}

/* What is not known, and on a logarithmic axis nothing at all, is a gap. */
static gboolean
get_point (RnPathChart *self, const RnPlotFrame *frame, int at, ValueFunc value, double *x,
           double *y)
{
  *x = rn_plot_frame_get_x (frame, at, (int) self->lengths->len);
  *y = rn_plot_frame_get_y (frame, &self->axis, value (get_length (self, at)));
  return isfinite (*y);
}

static void
draw_series (RnPathChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame,
             int series, ValueFunc value)
{
  gboolean is_down = FALSE;
  double x, y;

  rn_plot_frame_set_series (cr, palette, series);
  cairo_new_path (cr);
  for (int at = 0; at < (int) self->lengths->len; at++)
    {
      const gboolean is_there = get_point (self, frame, at, value, &x, &y);

      if (is_there && is_down)
        cairo_line_to (cr, x, y);
      else if (is_there)
        cairo_move_to (cr, x, y);
      is_down = is_there;
    }
  cairo_stroke (cr);
  for (int at = 0; at < (int) self->lengths->len; at++)
    if (get_point (self, frame, at, value, &x, &y))
      rn_plot_frame_dot (cr, x, y, DOT);
  cairo_fill (cr);
}

static void
draw_ranges (RnPathChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  cairo_new_path (cr);
  for (int at = 0; at < (int) self->lengths->len; at++)
    {
      const Length *length = get_length (self, at);
      const double x = rn_plot_frame_get_x (frame, at, (int) self->lengths->len);

      if (length->n == 0 || !(length->high > 0.0))
        continue;
      cairo_move_to (cr, x, rn_plot_frame_get_y (frame, &self->axis, length->high));
      cairo_line_to (cr, x,
                     rn_plot_frame_get_y (frame, &self->axis, MAX (length->low, self->axis.min)));
    }
  rn_palette_set_source (cr, &palette->series[1], 0.35);
  cairo_set_line_width (cr, 2.0 * DOT);
  cairo_stroke (cr);
}

static void
draw_lengths (RnPathChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  const int n = (int) self->lengths->len;
  g_autofree int *numbers = g_new (int, n);

  for (int i = 0; i < n; i++)
    numbers[i] = i;
  rn_plot_frame_draw_places (frame, cr, palette, numbers, n);
  rn_plot_frame_draw_x_unit (frame, cr, palette, _ ("length of the path, blocks"));
}

static void
draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  RnPathChart *self = RN_PATH_CHART (plot);
  const RnPlotFrame frame = get_frame (self, width, height);
  const gboolean is_shares = self->plot == RN_PATH_PLOT_SHARES;
  const char *unit = is_shares ? C_ ("axis", "share") : C_ ("axis", "gradient of one path");
  const char *const names[] = { _ ("paths"), _ ("gradient") };

  if (self->lengths->len == 0)
    return;
  rn_plot_frame_draw_y (&frame, cr, palette, &self->axis,
                        is_shares ? rn_axis_format_percent : rn_axis_format, unit);
  draw_lengths (self, cr, palette, &frame);
  if (is_shares)
    {
      rn_plot_frame_draw_names (&frame, cr, palette, unit, names, G_N_ELEMENTS (names));
      draw_series (self, cr, palette, &frame, 0, get_paths);
      draw_series (self, cr, palette, &frame, 1, get_share);
      return;
    }
  draw_ranges (self, cr, palette, &frame);
  draw_series (self, cr, palette, &frame, 1, get_mean);
}

/* The widget */

static void
rn_path_chart_finalize (GObject *object)
{
  g_array_unref (RN_PATH_CHART (object)->lengths);
  G_OBJECT_CLASS (rn_path_chart_parent_class)->finalize (object);
}

static void
rn_path_chart_init (RnPathChart *self)
{
  self->lengths = g_array_new (FALSE, TRUE, sizeof (Length));
  rn_axis_fit (&self->axis, 0.0, 1.0, FALSE);
}

static void
rn_path_chart_class_init (RnPathChartClass *class)
{
  RnPlotClass *plot = RN_PLOT_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = rn_path_chart_finalize;
  plot->figure.name = "path-lengths";
  plot->minimum_width = 240;
  plot->minimum_height = 180;
  plot->natural_width = 400;
  plot->natural_height = 240;
  plot->count = count;
  plot->find = find;
  plot->locate = locate;
  plot->describe = describe;
  plot->draw = draw;
  plot->write_csv = write_csv;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "pathchart");
  rn_plot_class_step_by_keys (plot);
}

GtkWidget *
rn_path_chart_new (RnPathPlot plot)
{
  RnPathChart *self = g_object_new (RN_TYPE_PATH_CHART, NULL);

  self->plot = plot;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  plot == RN_PATH_PLOT_SHARES
                                      ? _ ("Share of paths and of the gradient by path length")
                                      : _ ("Gradient of one path by its length"),
                                  -1);
  return GTK_WIDGET (self);
}

/* Data */

static void
take (RnPathChart *self, const RnPathGradient *gradient)
{
  Length *length = get_length (self, gradient->length);

  if (length == NULL || !isfinite (gradient->norm))
    return;
  length->low = length->n > 0 ? MIN (length->low, gradient->norm) : gradient->norm;
  length->high = length->n > 0 ? MAX (length->high, gradient->norm) : gradient->norm;
  length->sum += gradient->norm;
  length->n++;
}

/* The gradient's shares are of all lengths together: known when every length has been drawn. */
static void
share_out (RnPathChart *self)
{
  const int n = (int) self->lengths->len;
  g_autofree double *paths = g_new (double, n), *means = g_new (double, n);
  g_autofree double *shares = g_new (double, n);
  gboolean is_whole = TRUE;

  for (int at = 0; at < n; at++)
    {
      means[at] = get_mean (get_length (self, at));
      is_whole = is_whole && get_length (self, at)->n > 0;
    }
  rn_path_lengths (paths, n - 1);
  rn_path_shares (shares, means, n - 1);
  for (int at = 0; at < n; at++)
    {
      get_length (self, at)->paths = paths[at];
      get_length (self, at)->share = is_whole ? shares[at] : NAN;
    }
}

static void
fit_axis (RnPathChart *self)
{
  double low = INFINITY, high = 0.0;

  for (int at = 0; at < (int) self->lengths->len; at++)
    {
      const Length *length = get_length (self, at);

      if (self->plot == RN_PATH_PLOT_SHARES)
        high = MAX (high, MAX (length->paths, isnan (length->share) ? 0.0 : length->share));
      else if (length->n > 0 && get_mean (length) > 0.0)
        {
          low = MIN (low, length->low > 0.0 ? length->low : get_mean (length));
          high = MAX (high, length->high);
        }
    }
  if (self->plot == RN_PATH_PLOT_SHARES)
    rn_axis_fit (&self->axis, 0.0, high, FALSE);
  else
    rn_axis_fit (&self->axis, low, high, TRUE);
}

/* The length that carries most of the gradient */
static void
say_summary (RnPathChart *self)
{
  g_autofree char *text = NULL;
  int most = 0;

  for (int at = 0; at < (int) self->lengths->len; at++)
    if (get_length (self, at)->share > get_length (self, most)->share)
      most = at;
  text = rn_path_chart_describe (self, most);
  rn_plot_say (RN_PLOT (self), text);
}

void
rn_path_chart_set (RnPathChart *self, int n_blocks, const RnPathGradient *gradients, guint n)
{
  g_return_if_fail (RN_IS_PATH_CHART (self));

  g_array_set_size (self->lengths, 0);
  g_array_set_size (self->lengths, (guint) MAX (n_blocks + 1, 0));
  for (guint i = 0; i < n; i++)
    take (self, &gradients[i]);
  if (n_blocks >= 0)
    share_out (self);
  fit_axis (self);
  say_summary (self);
  rn_plot_invalidate (RN_PLOT (self));
}

gboolean
rn_path_chart_get (RnPathChart *self, int length, double *paths, double *gradient, double *share)
{
  const Length *one = get_length (self, length);

  if (one == NULL)
    return FALSE;
  *paths = one->paths;
  *gradient = get_mean (one);
  *share = one->share;
  return TRUE;
}
