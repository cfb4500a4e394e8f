#include "charts/histogram.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/plot-frame.h"
#include "state/format.h"

struct _RnHistogram
{
  RnPlot parent_instance;

  RnHistogramCounts counts;
  gboolean has_counts;
  GCancellable *task; /* (nullable): of the counting under way */
  RnAxis shares;
  RnAxis values;
};

G_DEFINE_FINAL_TYPE (RnHistogram, rn_histogram, RN_TYPE_PLOT)

enum
{
  COUNTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Counting */

static void
measure (RnHistogramCounts *counts, const RnTensor *values)
{
  const gsize n = rn_tensor_count (values);
  double sum = 0.0, squares = 0.0;
  gsize zeros = 0;

  *counts = (RnHistogramCounts){ .low = INFINITY, .high = -INFINITY };
  for (gsize i = 0; i < n; i++)
    {
      const double value = (double) values->data[i];

      if (!isfinite (value))
        continue;
      counts->low = MIN (counts->low, value);
      counts->high = MAX (counts->high, value);
      sum += value;
      squares += value * value;
      zeros += value == 0.0;
      counts->n++;
    }
  counts->n_odd = n - counts->n;
  counts->zeros = n > 0 ? (double) zeros / (double) n : 0.0;
  counts->mean = sum / (double) counts->n;
  counts->std = sqrt (MAX (squares / (double) counts->n - counts->mean * counts->mean, 0.0));
}

void
rn_histogram_count (RnHistogramCounts *counts, const RnTensor *values)
{
  const gsize n = rn_tensor_count (values);

  measure (counts, values);
  for (gsize i = 0; i < n; i++)
    {
      const double value = (double) values->data[i];
      const double at = (value - counts->low) / (counts->high - counts->low) * RN_HISTOGRAM_BINS;

      if (!isfinite (value))
        continue;
      /* the largest value is in the last part; where all are the same there is one part */
      counts
          ->bins[counts->high > counts->low ? (int) CLAMP (at, 0.0, RN_HISTOGRAM_BINS - 1.0) : 0]++;
    }
}

static void
count_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RnHistogramCounts *counts = g_new (RnHistogramCounts, 1);

  rn_histogram_count (counts, data);
  g_task_return_pointer (task, counts, g_free);
}

static double
get_share (RnHistogram *self, int at)
{
  return (double) self->counts.bins[at] / (double) self->counts.n;
}

static void
fit_axes (RnHistogram *self)
{
  double most = 0.0;

  for (int i = 0; i < RN_HISTOGRAM_BINS; i++)
    most = MAX (most, get_share (self, i));
  rn_axis_fit (&self->shares, 0.0, most, FALSE);
  rn_axis_fit (&self->values, self->counts.low, self->counts.high, FALSE);
}

static void
counted (GObject *source, GAsyncResult *result, gpointer data)
{
  RnHistogram *self = RN_HISTOGRAM (source);
  g_autofree RnHistogramCounts *counts = g_task_propagate_pointer (G_TASK (result), NULL);

  if (counts == NULL) /* newer values came */
    return;
  g_clear_object (&self->task);
  self->counts = *counts;
  self->has_counts = counts->n > 0;
  if (self->has_counts)
    fit_axes (self);
  rn_plot_invalidate (RN_PLOT (self));
  g_signal_emit (self, signals[COUNTED], 0);
}

static void
stop (RnHistogram *self)
{
  if (self->task != NULL)
    g_cancellable_cancel (self->task);
  g_clear_object (&self->task);
}

void
rn_histogram_set_values (RnHistogram *self, RnTensor *values)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (RN_IS_HISTOGRAM (self));

  stop (self);
  if (values == NULL)
    {
      self->has_counts = FALSE;
      rn_plot_invalidate (RN_PLOT (self));
      g_signal_emit (self, signals[COUNTED], 0);
      return;
    }
  self->task = g_cancellable_new ();
  task = g_task_new (self, self->task, counted, NULL);
  g_task_set_task_data (task, rn_tensor_ref (values), (GDestroyNotify) rn_tensor_unref);
  g_task_run_in_thread (task, count_in_task);
}

const RnHistogramCounts *
rn_histogram_get_counts (RnHistogram *self)
{
  return self->has_counts ? &self->counts : NULL;
}

/* The plot */

static RnPlotFrame
get_frame (RnHistogram *self, int width, int height)
{
  return rn_plot_frame (GTK_WIDGET (self), "100.0 %", width, height);
}

static RnPlotFrame
get_frame_now (RnHistogram *self)
{
  return get_frame (self, gtk_widget_get_width (GTK_WIDGET (self)),
                    gtk_widget_get_height (GTK_WIDGET (self)));
}

/* Where part @at begins on the axis of values */
static double
get_edge (RnHistogram *self, int at)
{
  const double span = self->counts.high - self->counts.low;

  return self->counts.low + span * at / RN_HISTOGRAM_BINS;
}

static double
get_x (RnHistogram *self, const RnPlotFrame *frame, double value)
{
  return frame->x + frame->width * rn_axis_fraction (&self->values, value);
}

static int
count (RnPlot *plot)
{
  return RN_HISTOGRAM (plot)->has_counts ? RN_HISTOGRAM_BINS : 0;
}

static int
find (RnPlot *plot, double x, double y)
{
  RnHistogram *self = RN_HISTOGRAM (plot);
  const RnPlotFrame frame = get_frame_now (self);

  if (!self->has_counts || y < frame.y || y > frame.y + frame.height)
    return -1;
  for (int at = 0; at < RN_HISTOGRAM_BINS; at++)
    if (x >= get_x (self, &frame, get_edge (self, at)) &&
        x < get_x (self, &frame, get_edge (self, at + 1)))
      return at;
  return -1;
}

static void
locate (RnPlot *plot, int at, double *x, double *top, double *bottom)
{
  RnHistogram *self = RN_HISTOGRAM (plot);
  const RnPlotFrame frame = get_frame_now (self);

  *x = get_x (self, &frame, (get_edge (self, at) + get_edge (self, at + 1)) / 2.0);
  *top = frame.y;
  *bottom = frame.y + frame.height;
}

static char *
describe (RnPlot *plot, int at)
{
  RnHistogram *self = RN_HISTOGRAM (plot);
  g_autofree char *from = rn_format_number (get_edge (self, at));
  g_autofree char *to = rn_format_number (get_edge (self, at + 1));
  g_autofree char *share = rn_format_percent (get_share (self, at));

  return g_strdup_printf (_ ("%s to %s: %s of the values"), from, to, share);
}

static void
write_csv (RnPlot *plot, GString *text)
{
  RnHistogram *self = RN_HISTOGRAM (plot);

  g_string_append (text, "from,to,count\n");
  for (int at = 0; at < count (plot); at++)
    {
      rn_figure_append_number (text, get_edge (self, at));
      g_string_append_c (text, ',');
      rn_figure_append_number (text, get_edge (self, at + 1));
      g_string_append_printf (text, ",%" G_GSIZE_FORMAT "\n", self->counts.bins[at]);
    }
}

static void
draw_x_axis (RnHistogram *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  double ticks[RN_AXIS_MAX_TICKS];
  const int n = rn_axis_get_ticks (&self->values, ticks);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *label = rn_axis_format (&self->values, ticks[i]);

      rn_plot_frame_draw_x_label (frame, cr, palette, label, get_x (self, frame, ticks[i]));
    }
  rn_plot_frame_draw_x_unit (frame, cr, palette, _ ("value"));
}

static void
draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  RnHistogram *self = RN_HISTOGRAM (plot);
  const RnPlotFrame frame = get_frame (self, width, height);
  const double bottom = round (frame.y + frame.height);

  if (!self->has_counts)
    return;
  rn_plot_frame_draw_y (&frame, cr, palette, &self->shares, rn_axis_format_percent,
                        C_ ("axis", "share of the values"));
  draw_x_axis (self, cr, palette, &frame);
  for (int at = 0; at < RN_HISTOGRAM_BINS; at++)
    {
      const double left = round (get_x (self, &frame, get_edge (self, at)));
      const double right = round (get_x (self, &frame, get_edge (self, at + 1)));
      const double top = round (rn_plot_frame_get_y (&frame, &self->shares, get_share (self, at)));

      /* what is there is seen, however little */
      if (self->counts.bins[at] > 0)
        cairo_rectangle (cr, left, MIN (top, bottom - 1.0), MAX (right - left - 1.0, 1.0),
                         MAX (bottom - top, 1.0));
    }
  rn_palette_set_source (cr, &palette->series[0], 1.0);
  cairo_fill (cr);
}

static void
rn_histogram_dispose (GObject *object)
{
  stop (RN_HISTOGRAM (object));
  G_OBJECT_CLASS (rn_histogram_parent_class)->dispose (object);
}

static void
rn_histogram_init (RnHistogram *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Distribution of the values"), -1);
}

static void
rn_histogram_class_init (RnHistogramClass *class)
{
  RnPlotClass *plot = RN_PLOT_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_histogram_dispose;
  plot->figure.name = "values";
  plot->minimum_width = 240;
  plot->minimum_height = 170;
  plot->natural_width = 400;
  plot->natural_height = 200;
  plot->count = count;
  plot->find = find;
  plot->locate = locate;
  plot->describe = describe;
  plot->draw = draw;
  plot->write_csv = write_csv;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "histogram");
  rn_plot_class_step_by_keys (plot);
  signals[COUNTED] = g_signal_new ("counted", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

GtkWidget *
rn_histogram_new (void)
{
  return g_object_new (RN_TYPE_HISTOGRAM, NULL);
}
