#include "charts/study-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/study-private.h"
#include "state/format.h"

G_DEFINE_FINAL_TYPE (RnStudyChart, rn_study_chart, RN_TYPE_PLOT)

static RnStudyPlace *
get_place (RnStudyChart *self, int at)
{
  return at >= 0 && at < (int) self->places->len ? &g_array_index (self->places, RnStudyPlace, at)
                                                 : NULL;
}

static RnPlotFrame
get_frame (RnStudyChart *self)
{
  return rn_study_chart_get_frame (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                   gtk_widget_get_height (GTK_WIDGET (self)));
}

/* Words */

static char *
describe_order (const RnStudyPlace *place, const char *mean, const char *low, const char *high)
{
  g_autofree char *tau = rn_format_number (place->sum_tau / place->n);

  if (place->number == 0)
    return g_strdup_printf (_ ("in the trained order: %s wrong"), mean);
  return g_strdup_printf (ngettext ("%d pair exchanged, τ %s: %s wrong, %s to %s",
                                    "%d pairs exchanged, τ %s: %s wrong, %s to %s", place->number),
                          place->number, tau, mean, low, high);
}

static char *
describe (RnPlot *plot, int at)
{
  RnStudyChart *self = RN_STUDY_CHART (plot);
  const RnStudyPlace *place = get_place (self, at);
  g_autofree char *mean = NULL, *low = NULL, *high = NULL;

  if (place == NULL || place->n == 0)
    return g_strdup ("");
  mean = rn_format_percent (place->sum / place->n);
  low = rn_format_percent (place->low);
  high = rn_format_percent (place->high);
  if (self->plot == RN_STUDY_PLOT_ORDER)
    return describe_order (place, mean, low, high);
  if (self->plot == RN_STUDY_PLOT_MANY)
    return g_strdup_printf (ngettext ("%d random block off: %s wrong, %s to %s",
                                      "%d random blocks off: %s wrong, %s to %s", place->number),
                            place->number, mean, low, high);
  if (place->changes_shape)
    return g_strdup_printf (_ ("block %d, which changes the shape: %s wrong without it"),
                            place->number, mean);
  return g_strdup_printf (_ ("block %d: %s wrong without it"), place->number, mean);
}

char *
rn_study_chart_describe (RnStudyChart *self, int at)
{
  return describe (RN_PLOT (self), at);
}

/* The worst place */
static void
say_summary (RnStudyChart *self)
{
  g_autofree char *text = NULL;
  int worst = -1;

  for (int at = 0; at < (int) self->places->len; at++)
    {
      const RnStudyPlace *place = get_place (self, at);
      const RnStudyPlace *before = get_place (self, worst);

      if (place->n > 0 && (before == NULL || place->sum / place->n > before->sum / before->n))
        worst = at;
    }
  text = rn_study_chart_describe (self, worst);
  rn_plot_say (RN_PLOT (self), text);
}

/* The plot */

static int
count (RnPlot *plot)
{
  return (int) RN_STUDY_CHART (plot)->places->len;
}

/* Places of RN_STUDY_PLOT_ORDER stand at uneven distances. */
static int
find (RnPlot *plot, double x, double y)
{
  RnStudyChart *self = RN_STUDY_CHART (plot);
  const RnPlotFrame frame = get_frame (self);
  int nearest = rn_plot_frame_find (&frame, x, y, count (plot));

  for (int at = 0; nearest >= 0 && at < count (plot); at++)
    if (fabs (rn_study_chart_get_x (self, &frame, at) - x) <
        fabs (rn_study_chart_get_x (self, &frame, nearest) - x))
      nearest = at;
  return nearest;
}

static void
locate (RnPlot *plot, int at, double *x, double *top, double *bottom)
{
  const RnPlotFrame frame = get_frame (RN_STUDY_CHART (plot));

  *x = rn_study_chart_get_x (RN_STUDY_CHART (plot), &frame, at);
  *top = frame.y;
  *bottom = frame.y + frame.height;
}

static void
choose (RnPlot *plot, int at, double y)
{
  RnStudyChart *self = RN_STUDY_CHART (plot);
  const RnStudyPlace *place = get_place (self, at);

  if (place != NULL && place->block != 0 && self->selection != NULL)
    rn_selection_select (self->selection, RN_PART_BLOCK, place->block, NULL);
}

static void
append_numbers (GString *text, const double *values, int n)
{
  for (int i = 0; i < n; i++)
    {
      g_string_append_c (text, ',');
      rn_figure_append_number (text, values[i]);
    }
  g_string_append_c (text, '\n');
}

static void
write_csv (RnPlot *plot, GString *text)
{
  static const char *const heads[] = { "block,mean,low,high\n", "off,mean,low,high\n",
                                       "pairs,draw,tau,error\n" };
  RnStudyChart *self = RN_STUDY_CHART (plot);

  g_string_append (text, heads[self->plot]);
  for (guint i = 0; i < self->dots->len; i++)
    {
      const RnStudyDot *dot = &g_array_index (self->dots, RnStudyDot, i);

      g_string_append_printf (text, "%d,%d", dot->number, dot->draw);
      append_numbers (text, (double[]){ dot->tau, dot->error }, 2);
    }
  for (int at = 0; self->plot != RN_STUDY_PLOT_ORDER && at < count (plot); at++)
    {
      double values[3];

      if (!rn_study_chart_get (self, at, &values[0], &values[1], &values[2]))
        continue;
      g_string_append_printf (text, "%d", get_place (self, at)->number);
      append_numbers (text, values, 3);
    }
}

/* The widget */

static void
rn_study_chart_dispose (GObject *object)
{
  g_clear_object (&RN_STUDY_CHART (object)->selection);
  G_OBJECT_CLASS (rn_study_chart_parent_class)->dispose (object);
}

static void
rn_study_chart_finalize (GObject *object)
{
  g_array_unref (RN_STUDY_CHART (object)->places);
  g_array_unref (RN_STUDY_CHART (object)->dots);
  G_OBJECT_CLASS (rn_study_chart_parent_class)->finalize (object);
}

static void
rn_study_chart_init (RnStudyChart *self)
{
  self->places = g_array_new (FALSE, TRUE, sizeof (RnStudyPlace));
  self->dots = g_array_new (FALSE, FALSE, sizeof (RnStudyDot));
  self->whole = NAN;
  rn_axis_fit (&self->axis, 0.0, 1.0, FALSE);
  rn_axis_fit (&self->order_axis, 0.0, 1.0, FALSE);
}

static void
rn_study_chart_class_init (RnStudyChartClass *class)
{
  RnPlotClass *plot = RN_PLOT_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_study_chart_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_study_chart_finalize;
  plot->figure.name = "study";
  plot->minimum_width = 240;
  plot->minimum_height = 180;
  plot->natural_width = 400;
  plot->natural_height = 240;
  plot->count = count;
  plot->find = find;
  plot->locate = locate;
  plot->describe = describe;
  plot->choose = choose;
  plot->draw = rn_study_chart_draw;
  plot->write_csv = write_csv;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "studychart");
  rn_plot_class_step_by_keys (plot);
}

static const char *
get_label (RnStudyPlot plot)
{
  switch (plot)
    {
    case RN_STUDY_PLOT_EACH:
      return _ ("Error without each block");
    case RN_STUDY_PLOT_MANY:
      return _ ("Error without random blocks");
    case RN_STUDY_PLOT_ORDER:
    default:
      return _ ("Error with blocks in another order");
    }
}

GtkWidget *
rn_study_chart_new (RnStudyPlot plot, RnSelection *selection)
{
  RnStudyChart *self = g_object_new (RN_TYPE_STUDY_CHART, NULL);

  self->plot = plot;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  get_label (plot), -1);
  if (selection != NULL)
    {
      self->selection = g_object_ref (selection);
      g_signal_connect_object (selection, "changed", G_CALLBACK (rn_plot_invalidate), self,
                               G_CONNECT_SWAPPED);
    }
  return GTK_WIDGET (self);
}

/* Data */

static void
add_blocks (RnStudyChart *self, const RnSpec *spec)
{
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);
      const int before =
          i > 0 ? rn_spec_get_block (spec, i - 1)->channels : rn_spec_get_stem_channels (spec);
      const RnStudyPlace place = { .number = i + 1,
                                   .block = block->id,
                                   .changes_shape =
                                       block->stride != 1 || block->channels != before };

      if (!rn_block_kind_is_plain (block->kind))
        g_array_append_val (self->places, place);
    }
}

static RnStudyPlace *
find_number (RnStudyChart *self, int number)
{
  for (int at = 0; at < (int) self->places->len; at++)
    if (get_place (self, at)->number == number)
      return get_place (self, at);
  return NULL;
}

/* Returns: (nullable): where @point belongs */
static RnStudyPlace *
place_of (RnStudyChart *self, const RnStudyPoint *point)
{
  RnStudyPlace *place;

  if (self->plot == RN_STUDY_PLOT_EACH)
    return point->block >= 0 ? find_number (self, point->block + 1) : NULL;
  if (point->block >= 0)
    return NULL;
  place = find_number (self, point->n_off);
  if (place != NULL)
    return place;
  g_array_set_size (self->places, self->places->len + 1);
  place = get_place (self, (int) self->places->len - 1);
  place->number = point->n_off;
  return place;
}

static void
take (RnStudyChart *self, const RnStudyPoint *point, double error)
{
  RnStudyPlace *place = place_of (self, point);

  if (place == NULL)
    return;
  place->low = place->n > 0 ? MIN (place->low, error) : error;
  place->high = place->n > 0 ? MAX (place->high, error) : error;
  place->sum += error;
  place->sum_tau += point->tau;
  place->n++;
  if (self->plot == RN_STUDY_PLOT_ORDER)
    g_array_append_val (self->dots, ((RnStudyDot){ point->n_off, point->draw, point->tau, error }));
}

static int
compare_by_tau (gconstpointer a, gconstpointer b)
{
  const RnStudyPlace *p = a, *q = b;
  const double x = p->sum_tau / p->n, y = q->sum_tau / q->n;

  return x > y ? -1 : x < y ? 1 : p->number - q->number;
}

static void
fit_order (RnStudyChart *self)
{
  double least = 1.0;

  for (guint i = 0; i < self->dots->len; i++)
    least = MIN (least, g_array_index (self->dots, RnStudyDot, i).tau);
  rn_axis_fit (&self->order_axis, MIN (least, 0.9), 1.0, FALSE);
  g_array_sort (self->places, compare_by_tau);
}

void
rn_study_chart_set (RnStudyChart *self, const RnSpec *spec, const RnStudyPoint *points, guint n,
                    int n_pictures)
{
  double most = 0.0;

  g_return_if_fail (RN_IS_STUDY_CHART (self));

  g_array_set_size (self->places, 0);
  g_array_set_size (self->dots, 0);
  self->whole = NAN;
  if (spec != NULL && self->plot == RN_STUDY_PLOT_EACH)
    add_blocks (self, spec);
  for (guint i = 0; spec != NULL && n_pictures > 0 && i < n; i++)
    {
      const double error = (double) points[i].wrong / n_pictures;

      if (points[i].n_off == 0)
        self->whole = error;
      take (self, &points[i], error);
      most = MAX (most, error);
    }
  rn_axis_fit (&self->axis, 0.0, most > 0.0 ? most : 1.0, FALSE);
  if (self->plot == RN_STUDY_PLOT_ORDER)
    fit_order (self);
  say_summary (self);
  rn_plot_invalidate (RN_PLOT (self));
}

int
rn_study_chart_count (RnStudyChart *self)
{
  return (int) self->places->len;
}

gboolean
rn_study_chart_get (RnStudyChart *self, int at, double *mean, double *low, double *high)
{
  const RnStudyPlace *place = get_place (self, at);

  if (place == NULL || place->n == 0)
    return FALSE;
  *mean = place->sum / place->n;
  *low = place->low;
  *high = place->high;
  return TRUE;
}

double
rn_study_chart_get_tau (RnStudyChart *self, int at)
{
  const RnStudyPlace *place = get_place (self, at);

  return place != NULL && place->n > 0 ? place->sum_tau / place->n : 1.0;
}

gboolean
rn_study_chart_get_place (RnStudyChart *self, int at, double *x, double *y)
{
  const RnPlotFrame frame = get_frame (self);
  const RnStudyPlace *place = get_place (self, at);

  if (place == NULL || place->n == 0)
    return FALSE;
  *x = rn_study_chart_get_x (self, &frame, at);
  *y = rn_study_chart_get_y (self, &frame, place->sum / place->n);
  return TRUE;
}
