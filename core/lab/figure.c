#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "lab/results-private.h"

/* Points of a curve of training: each is the mean of as many steps as there are to a point. */
#define CURVE_POINTS 50
#define N_TICKS 5

/* What the points of one arm are gathered in: values by place, over the seeds */
typedef struct
{
  RnLabSeries *series;
  GArray *x;      /* (element-type double): places, in the order in which they came */
  GPtrArray *all; /* (element-type GArray of double): the values at each */
  GArray *dots;   /* (element-type RnLabPoint) */
} Gathering;

static void
gathering_init (Gathering *self, const RnLabArm *arm, int index)
{
  self->series = g_new0 (RnLabSeries, 1);
  self->series->label = g_strdup (arm->name);
  self->series->arm = index;
  self->x = g_array_new (FALSE, FALSE, sizeof (double));
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->dots = g_array_new (FALSE, FALSE, sizeof (RnLabPoint));
}

/* @place: of points with one place the mean is taken; what is no number, or grew beyond all in a sum, is no point */
static void
add (Gathering *self, guint place, double x, double y)
{
  if (!isfinite (y))
    return;
  while (self->all->len <= place)
    {
      g_ptr_array_add (self->all, g_array_new (FALSE, FALSE, sizeof (double)));
      g_array_append_val (self->x, x);
    }
  g_array_index (self->x, double, place) = x;
  g_array_append_val ((GArray *) self->all->pdata[place], y);
}

static void
add_dot (Gathering *self, double x, double y)
{
  const RnLabPoint dot = { x, y };

  if (isfinite (y))
    g_array_append_val (self->dots, dot);
}

static void
series_free (gpointer data)
{
  RnLabSeries *series = data;

  g_free (series->label);
  g_free (series->x);
  g_free (series->mean);
  g_free (series->low);
  g_free (series->high);
  g_free (series->dots_x);
  g_free (series->dots);
  g_free (series);
}

/* Among the others by x: more exchanges need not mean a lower tau, and a line must not turn back. */
static void
insert_mean (RnLabSeries *series, double x, double mean, double spread)
{
  int at = series->n++;

  for (; at > 0 && series->x[at - 1] > x; at--)
    {
      series->x[at] = series->x[at - 1];
      series->mean[at] = series->mean[at - 1];
      series->low[at] = series->low[at - 1];
      series->high[at] = series->high[at - 1];
    }
  series->x[at] = x;
  series->mean[at] = mean;
  series->low[at] = mean - spread;
  series->high[at] = mean + spread;
}

/* Returns: (transfer full): the series, and the rest freed */
static RnLabSeries *
conclude (Gathering *self)
{
  RnLabSeries *series = self->series;

  series->x = g_new (double, self->all->len);
  series->mean = g_new (double, self->all->len);
  series->low = g_new (double, self->all->len);
  series->high = g_new (double, self->all->len);
  for (guint i = 0; i < self->all->len; i++)
    {
      const GArray *values = self->all->pdata[i];
      const RnLabNumber number =
          rn_lab_number_of ((const double *) (gconstpointer) values->data, (int) values->len);
      const double spread = number.n > 1 ? number.spread : 0.0;

      if (number.n == 0 || !isfinite (number.mean) || !isfinite (spread))
        continue;
      insert_mean (series, g_array_index (self->x, double, i), number.mean, spread);
    }
  series->n_dots = (int) self->dots->len;
  series->dots_x = g_new (double, self->dots->len);
  series->dots = g_new (double, self->dots->len);
  for (guint i = 0; i < self->dots->len; i++)
    {
      series->dots_x[i] = g_array_index (self->dots, RnLabPoint, i).x;
      series->dots[i] = g_array_index (self->dots, RnLabPoint, i).y;
    }
  g_array_unref (self->x);
  g_ptr_array_unref (self->all);
  g_array_unref (self->dots);
  return series;
}

/* Curves */

static double
value_of (const RnHistoryRow *row, RnLabFigureKind kind)
{
  switch (kind)
    {
    case RN_LAB_FIGURE_TRAIN_LOSS:
      return row->loss;
    case RN_LAB_FIGURE_TRAIN_ERROR:
      return row->error;
    case RN_LAB_FIGURE_TEST_LOSS:
      return row->test_loss;
    case RN_LAB_FIGURE_TEST_ERROR:
    default:
      return row->test_error;
    }
}

static void
add_training_curve (Gathering *self, const GArray *history, RnLabFigureKind kind,
                    const RnLabRun *run)
{
  const gint64 steps = run->settings->steps;
  guint place = 0;

  /* half a point at the growing end would jump about */
  for (gint64 point = 0; point < CURVE_POINTS && (point + 1) * steps / CURVE_POINTS <= history->len;
       point++)
    {
      const guint from = (guint) (point * steps / CURVE_POINTS);
      const guint to = (guint) ((point + 1) * steps / CURVE_POINTS);
      double sum = 0.0;

      if (from == to)
        continue; /* there are fewer steps than points */
      for (guint i = from; i < to; i++)
        sum += value_of (&g_array_index (history, RnHistoryRow, i), kind);
      add (self, place++, (double) (run->offset + to), sum / (to - from));
    }
}

static void
add_test_curve (Gathering *self, const GArray *history, RnLabFigureKind kind, const RnLabRun *run)
{
  guint place = 0;

  for (guint i = 0; i < history->len; i++)
    {
      const RnHistoryRow *row = &g_array_index (history, RnHistoryRow, i);

      if (!isnan (row->test_error))
        add (self, place++, (double) (run->offset + row->step), value_of (row, kind));
    }
}

/* Profiles */

static int
compare_falling (gconstpointer a, gconstpointer b)
{
  return rn_number_compare (b, a);
}

static void
add_responses (Gathering *self, const GArray *responses, gboolean is_sorted)
{
  g_autoptr (GArray) values = g_array_copy ((GArray *) responses);

  if (is_sorted)
    g_array_sort (values, compare_falling);
  for (guint i = 0; i < values->len; i++)
    add (self, i, i + 1, g_array_index (values, double, i));
}

static void
add_points (Gathering *self, const GArray *points)
{
  for (guint i = 0; i < points->len; i++)
    {
      const RnLabPoint *point = &g_array_index (points, RnLabPoint, i);

      add (self, i, point->x, point->y);
    }
}

/* By a whole number that several points share */
static void
add_by_count (Gathering *self, const GArray *points)
{
  for (guint i = 0; i < points->len; i++)
    {
      const RnLabPoint *point = &g_array_index (points, RnLabPoint, i);

      add (self, (guint) point->x, point->x, point->y);
    }
}

/* @seed's drawings; the line is through their means by number of exchanges, at the mean of their tau. */
static void
add_shuffles (Gathering *self, const RnLabOutcome *outcome)
{
  for (guint i = 0; i < outcome->shuffles->len; i++)
    {
      const RnLabPoint *point = &g_array_index (outcome->shuffles, RnLabPoint, i);
      const int n = g_array_index (outcome->n_exchanged, int, i);
      double sum = 0.0;
      int count = 0;

      for (guint j = 0; j < outcome->shuffles->len; j++)
        if (g_array_index (outcome->n_exchanged, int, j) == n)
          {
            sum += g_array_index (outcome->shuffles, RnLabPoint, j).x;
            count++;
          }
      add (self, (guint) n, sum / count, point->y);
      add_dot (self, point->x, point->y);
    }
}

static void
add_final (Gathering *self, const RnLabOutcome *outcome, RnLabQuantity quantity, int arm)
{
  add (self, 0, arm, outcome->numbers[quantity]);
  add_dot (self, arm, outcome->numbers[quantity]);
}

static void
add_run (Gathering *self, const RnLabOutcome *outcome, const RnLabRun *run, RnLabFigureKind kind)
{
  switch (kind)
    {
    case RN_LAB_FIGURE_TRAIN_LOSS:
    case RN_LAB_FIGURE_TRAIN_ERROR:
      if (outcome->history != NULL)
        add_training_curve (self, outcome->history, kind, run);
      break;
    case RN_LAB_FIGURE_TEST_LOSS:
    case RN_LAB_FIGURE_TEST_ERROR:
      if (outcome->history != NULL)
        add_test_curve (self, outcome->history, kind, run);
      break;
    case RN_LAB_FIGURE_FINAL_TRAIN_ERROR:
      add_final (self, outcome, RN_LAB_TRAIN_ERROR, run->arm);
      break;
    case RN_LAB_FIGURE_FINAL_TEST_ERROR:
      add_final (self, outcome, RN_LAB_TEST_ERROR, run->arm);
      break;
    case RN_LAB_FIGURE_RESPONSES:
    case RN_LAB_FIGURE_RESPONSES_SORTED:
      add_responses (self, outcome->responses, kind == RN_LAB_FIGURE_RESPONSES_SORTED);
      break;
    case RN_LAB_FIGURE_LESIONS:
      add_points (self, outcome->lesions);
      break;
    case RN_LAB_FIGURE_LESIONS_MANY:
      add_by_count (self, outcome->lesions_many);
      break;
    case RN_LAB_FIGURE_SHUFFLES:
      add_shuffles (self, outcome);
      break;
    case RN_LAB_FIGURE_SHORTCUT_SHARE:
    default:
      add_points (self, outcome->shares);
      break;
    }
}

/* What stands around it */

typedef struct
{
  const char *title;
  const char *x_label;
  const char *y_label;
  gboolean x_is_arm;
  gboolean x_is_whole;
  gboolean y_is_share;
} Frame;

static const Frame frames[] = {
  [RN_LAB_FIGURE_TRAIN_LOSS] = { N_ ("Training loss"), N_ ("steps"), N_ ("loss"), FALSE, TRUE,
                                 FALSE },
  [RN_LAB_FIGURE_TRAIN_ERROR] = { N_ ("Training error"), N_ ("steps"), N_ ("error"), FALSE, TRUE,
                                  TRUE },
  [RN_LAB_FIGURE_TEST_LOSS] = { N_ ("Test loss"), N_ ("steps"), N_ ("loss"), FALSE, TRUE, FALSE },
  [RN_LAB_FIGURE_TEST_ERROR] = { N_ ("Test error"), N_ ("steps"), N_ ("error"), FALSE, TRUE, TRUE },
  [RN_LAB_FIGURE_FINAL_TRAIN_ERROR] = { N_ ("Training error at the end"), "", N_ ("error"), TRUE,
                                        TRUE, TRUE },
  [RN_LAB_FIGURE_FINAL_TEST_ERROR] = { N_ ("Test error at the end"), "", N_ ("error"), TRUE, TRUE,
                                       TRUE },
  [RN_LAB_FIGURE_RESPONSES] = { N_ ("Layer responses, in order"), N_ ("3×3 layer"),
                                N_ ("standard deviation"), FALSE, TRUE, FALSE },
  [RN_LAB_FIGURE_RESPONSES_SORTED] = { N_ ("Layer responses, sorted"), N_ ("rank of the layer"),
                                       N_ ("standard deviation"), FALSE, TRUE, FALSE },
  [RN_LAB_FIGURE_LESIONS] = { N_ ("Without one block"), N_ ("block that is taken out (0: none)"),
                              N_ ("test error"), FALSE, TRUE, TRUE },
  [RN_LAB_FIGURE_LESIONS_MANY] = { N_ ("Without several blocks"), N_ ("blocks that are taken out"),
                                   N_ ("test error"), FALSE, TRUE, TRUE },
  [RN_LAB_FIGURE_SHUFFLES] = { N_ ("Blocks in another order"),
                               N_ ("rank correlation with the trained order (Kendall’s τ)"),
                               N_ ("test error"), FALSE, FALSE, TRUE },
  [RN_LAB_FIGURE_SHORTCUT_SHARE] = { N_ ("Gradient through the shortcut"), N_ ("block"),
                                     N_ ("share"), FALSE, TRUE, TRUE },
};

static const char *
words (const char *text)
{
  return *text != '\0' ? _ (text) : text;
}

/* The least multiple of the distance between ticks that is no less than @value, which is over 0; itself where numbers end */
static double
round_up (double value)
{
  g_autoptr (GArray) ticks = rn_lab_find_ticks (0.0, value, N_TICKS, FALSE);
  const double step = ticks->len > 1 ? g_array_index (ticks, double, 1) : value;
  const double rounded = step * ceil (value / step - 1e-9);

  return isfinite (rounded) ? rounded : value;
}

static void
stretch (double value, double *least, double *most)
{
  *least = MIN (*least, value);
  *most = MAX (*most, value);
}

static void
find_bounds (RnLabFigure *self, int n_arms)
{
  double x_min = INFINITY, x_max = -INFINITY, y_min = 0.0, y_max = 0.0;

  for (guint s = 0; s < self->series->len; s++)
    {
      const RnLabSeries *series = self->series->pdata[s];

      for (int i = 0; i < series->n; i++)
        {
          stretch (series->x[i], &x_min, &x_max);
          stretch (series->high[i], &y_min, &y_max);
        }
      for (int i = 0; i < series->n_dots; i++)
        {
          stretch (series->dots_x[i], &x_min, &x_max);
          stretch (series->dots[i], &y_min, &y_max);
        }
    }
  self->x_min = x_min <= x_max ? x_min : 0.0;
  self->x_max = x_min <= x_max ? x_max : 1.0;
  if (self->x_is_arm)
    {
      self->x_min = -0.5;
      self->x_max = n_arms - 0.5;
    }
  else if (self->kind <= RN_LAB_FIGURE_TEST_ERROR)
    self->x_min = 0.0;
  if (self->x_max <= self->x_min)
    self->x_max = self->x_min + 1.0;
  /* from zero, so that nobody takes a small difference for a large one */
  self->y_min = 0.0;
  self->y_max = y_max > 0.0 ? round_up (y_max) : 1.0;
  if (self->y_is_share)
    self->y_max = MIN (self->y_max, 1.0);
}

void
rn_lab_figure_init (RnLabFigure *self, const RnLabResults *results, RnLabFigureKind kind)
{
  const Frame *frame = &frames[kind];

  *self = (RnLabFigure){ .kind = kind,
                         .title = words (frame->title),
                         .x_label = words (frame->x_label),
                         .y_label = words (frame->y_label),
                         .x_is_arm = frame->x_is_arm,
                         .x_is_whole = frame->x_is_whole,
                         .y_is_share = frame->y_is_share,
                         .line = !frame->x_is_arm,
                         .series = g_ptr_array_new_with_free_func (series_free) };
  for (int arm = 0; arm < results->n_arms; arm++)
    {
      Gathering gathering;
      RnLabSeries *series;

      gathering_init (&gathering, rn_experiment_get_arm (results->experiment, arm), arm);
      for (int seed = 0; seed < results->n_seeds; seed++)
        add_run (&gathering, rn_lab_results_get_outcome (results, arm, seed),
                 rn_lab_results_get_run (results, arm, seed), kind);
      series = conclude (&gathering);
      if (series->n > 0)
        g_ptr_array_add (self->series, series);
      else
        series_free (series);
    }
  find_bounds (self, results->n_arms);
}

void
rn_lab_figure_clear (RnLabFigure *self)
{
  g_clear_pointer (&self->series, g_ptr_array_unref);
}
