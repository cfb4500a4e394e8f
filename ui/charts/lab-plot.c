#include "charts/lab-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/figure.h"
#include "state/format.h"

gboolean
rn_lab_plot_is_curve (RnLabFigureKind kind)
{
  return kind <= RN_LAB_FIGURE_TEST_ERROR;
}

static gboolean
is_share (const RnLabPlot *plot)
{
  return plot->figure != NULL
             ? plot->figure->y_is_share
             : plot->kind == RN_LAB_FIGURE_TRAIN_ERROR || plot->kind == RN_LAB_FIGURE_TEST_ERROR;
}

static double
get_factor (const RnLabPlot *plot)
{
  return is_share (plot) ? 100.0 : 1.0;
}

/* What there is */

typedef struct
{
  double low, high;
} Range;

static void
widen (Range *range, double value)
{
  if (!isfinite (value))
    return;
  range->low = MIN (range->low, value);
  range->high = MAX (range->high, value);
}

static void
widen_by_series (Range *range, const RnLabFigure *figure)
{
  for (guint i = 0; figure != NULL && i < figure->series->len; i++)
    {
      const RnLabSeries *series = figure->series->pdata[i];

      for (int at = 0; at < series->n; at++)
        {
          widen (range, series->mean[at]);
          widen (range, series->low[at]);
          widen (range, series->high[at]);
        }
      for (int at = 0; at < series->n_dots; at++)
        widen (range, series->dots[at]);
    }
}

/* The curve of a run under way: smoothed, as it is drawn */
static RnSeries *
get_live_series (const RnLabPlot *plot, const RnLabLive *live)
{
  if (live->record == NULL)
    return NULL;
  return plot->kind == RN_LAB_FIGURE_TRAIN_LOSS    ? rn_record_get_loss (live->record)
         : plot->kind == RN_LAB_FIGURE_TRAIN_ERROR ? rn_record_get_error (live->record)
                                                   : NULL;
}

static double
get_test (const RnLabPlot *plot, const RnTest *test)
{
  return plot->kind == RN_LAB_FIGURE_TEST_LOSS ? test->loss : test->error;
}

/* Returns: (nullable): the evaluations of a run under way, where the figure is of those */
static const GArray *
get_live_tests (const RnLabPlot *plot, const RnLabLive *live)
{
  const gboolean is_of_tests =
      plot->kind == RN_LAB_FIGURE_TEST_LOSS || plot->kind == RN_LAB_FIGURE_TEST_ERROR;

  return live->record != NULL && is_of_tests ? rn_record_get_tests (live->record) : NULL;
}

/* Returns: the smoothed value at a column, NaN where it has none */
static double
get_column (const RnColumn *column)
{
  if (column->last == 0)
    return NAN;
  return isnan (column->smooth) ? column->mean : column->smooth;
}

#define FIT_COLUMNS 64

static void
widen_by_lives (Range *range, const RnLabPlot *plot)
{
  for (int arm = 0; arm < RN_LAB_MAX_ARMS; arm++)
    {
      const RnLabLive *live = &plot->lives[arm];
      RnSeries *series = get_live_series (plot, live);
      const GArray *tests = get_live_tests (plot, live);

      if (series != NULL && rn_series_n (series) > 0)
        {
          RnColumn columns[FIT_COLUMNS];

          rn_series_get_columns (series, 0.0, (double) rn_series_last_step (series), FIT_COLUMNS,
                                 columns);
          for (int i = 0; i < FIT_COLUMNS; i++)
            widen (range, get_column (&columns[i]));
        }
      for (guint i = 0; tests != NULL && i < tests->len; i++)
        widen (range, get_test (plot, &g_array_index (tests, RnTest, i)));
    }
}

gboolean
rn_lab_plot_has_data (const RnLabPlot *plot)
{
  Range range = { INFINITY, -INFINITY };

  widen_by_series (&range, plot->figure);
  if (rn_lab_plot_is_curve (plot->kind))
    widen_by_lives (&range, plot);
  return range.low <= range.high;
}

void
rn_lab_plot_fit (RnLabPlot *plot, gboolean grows)
{
  const double factor = get_factor (plot);
  Range range = { INFINITY, -INFINITY };

  widen_by_series (&range, plot->figure);
  if (rn_lab_plot_is_curve (plot->kind))
    widen_by_lives (&range, plot);
  if (range.low > range.high)
    range.high = 1.0;
  if (is_share (plot))
    range.high = MIN (range.high, 1.0);
  /* from zero, so that nobody takes a small difference for a large one */
  range.low = 0.0;
  if (grows)
    rn_axis_grow (&plot->y, factor * range.low, factor * range.high);
  else
    rn_axis_fit (&plot->y, factor * range.low, factor * range.high, FALSE);
  plot->x_min = plot->figure != NULL ? plot->figure->x_min : 0.0;
  plot->x_max = plot->figure != NULL ? plot->figure->x_max : plot->steps;
  if (rn_lab_plot_is_curve (plot->kind))
    {
      plot->x_min = 0.0;
      plot->x_max = MAX (plot->x_max, plot->steps);
    }
  if (!(plot->x_max > plot->x_min))
    plot->x_max = plot->x_min + 1.0;
}

double
rn_lab_plot_get_x (const RnLabPlot *plot, const RnLabFrame *frame, double x)
{
  return frame->x + frame->width * (x - plot->x_min) / (plot->x_max - plot->x_min);
}

double
rn_lab_plot_get_y (const RnLabPlot *plot, const RnLabFrame *frame, double value)
{
  return frame->y + frame->height * (1.0 - rn_axis_fraction (&plot->y, get_factor (plot) * value));
}

/* In words */

/* Returns: the point of @series that is nearest to @x, where it is no farther than half of what lies between points */
static int
find_near (const RnLabPlot *plot, const RnLabSeries *series, double x)
{
  const double most = plot->figure->x_is_arm ? 0.5
                      : series->n > 1
                          ? 0.5 * (series->x[series->n - 1] - series->x[0]) / (series->n - 1)
                          : 0.5 * (plot->x_max - plot->x_min);
  int best = -1;

  for (int i = 0; i < series->n; i++)
    if (isfinite (series->mean[i]) &&
        (best < 0 || fabs (series->x[i] - x) < fabs (series->x[best] - x)))
      best = i;
  return best >= 0 && fabs (series->x[best] - x) <= 1.01 * most ? best : -1;
}

static char *
format_value (const RnLabPlot *plot, double value)
{
  return is_share (plot) ? rn_format_percent (value) : rn_format_number (value);
}

static void
add_series_line (const RnLabPlot *plot, const RnLabSeries *series, double x, GString *text)
{
  const int at = find_near (plot, series, x);
  g_autofree char *mean = at < 0 ? NULL : format_value (plot, series->mean[at]);
  g_autofree char *low = at < 0 ? NULL : format_value (plot, series->low[at]);
  g_autofree char *high = at < 0 ? NULL : format_value (plot, series->high[at]);

  if (at < 0)
    return;
  g_string_append_c (text, '\n');
  if (series->high[at] > series->low[at])
    /* Translators: a network's name, its mean, and the range of the spread over seeds */
    g_string_append_printf (text, _ ("%s: %s (%s to %s)"), series->label, mean, low, high);
  else
    g_string_append_printf (text, "%s: %s", series->label, mean);
}

static void
add_live_line (const RnLabPlot *plot, int arm, double x, GString *text)
{
  const RnLabLive *live = &plot->lives[arm];
  RnSeries *series = get_live_series (plot, live);
  const GArray *tests = get_live_tests (plot, live);
  const gint64 step = (gint64) llround (x) - live->offset;
  g_autofree char *value = NULL;
  RnColumn column;

  if (series != NULL && step >= 1 && step <= rn_series_last_step (series) &&
      rn_series_lookup (series, step, &column))
    value = format_value (plot, get_column (&column));
  for (guint i = 0; tests != NULL && i < tests->len; i++)
    {
      const RnTest *test = &g_array_index (tests, RnTest, i);

      if (test->step > step)
        break;
      g_free (value);
      value = format_value (plot, get_test (plot, test));
    }
  if (value == NULL)
    return;
  g_string_append_c (text, '\n');
  /* Translators: a network that still trains, and its number */
  g_string_append_printf (text, _ ("%s, now: %s"),
                          rn_experiment_get_arm (plot->experiment, arm)->name, value);
}

static char *
describe_place (const RnLabPlot *plot, double x)
{
  const RnLabFigure *figure = plot->figure;
  g_autofree char *number = NULL;

  if (rn_lab_plot_is_curve (plot->kind))
    {
      number = rn_format_count ((gint64) llround (x));
      return g_strdup_printf (_ ("step %s"), number);
    }
  if (figure == NULL || figure->x_is_arm)
    return g_strdup ("");
  number = figure->x_is_whole ? rn_format_count ((gint64) llround (x)) : rn_format_number (x);
  return g_strdup_printf ("%s: %s", figure->x_label, number);
}

char *
rn_lab_plot_describe (const RnLabPlot *plot, double x)
{
  g_autofree char *place = describe_place (plot, x);
  GString *text = g_string_new (NULL);

  for (guint i = 0; plot->figure != NULL && i < plot->figure->series->len; i++)
    add_series_line (plot, plot->figure->series->pdata[i], x, text);
  for (int arm = 0; arm < RN_LAB_MAX_ARMS && rn_lab_plot_is_curve (plot->kind); arm++)
    add_live_line (plot, arm, x, text);
  if (text->len > 0 && *place != '\0')
    g_string_prepend (text, place);
  else if (text->len > 0)
    g_string_erase (text, 0, 1);
  return g_string_free (text, FALSE);
}

static void
append_number (GString *text, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (text, ',');
  if (isfinite (value))
    g_string_append (text, g_ascii_formatd (buffer, sizeof buffer, "%.9g", value));
}

GString *
rn_lab_plot_to_csv (const RnLabPlot *plot)
{
  GString *text = g_string_new ("arm,x,mean,low,high\n");

  for (guint i = 0; plot->figure != NULL && i < plot->figure->series->len; i++)
    {
      const RnLabSeries *series = plot->figure->series->pdata[i];

      for (int at = 0; at < series->n; at++)
        {
          rn_figure_append_quoted (text, series->label);
          append_number (text, series->x[at]);
          append_number (text, series->mean[at]);
          append_number (text, series->low[at]);
          append_number (text, series->high[at]);
          g_string_append_c (text, '\n');
        }
    }
  return text;
}
