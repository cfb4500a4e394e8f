#include "lab/outcome.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "lab/plan-private.h"
#include "residua/cost.h"
#include "residua/error.h"
#include "residua/inspect.h"
#include "residua/study.h"

/* Pictures of the test split that a study asks about: enough for a tenth of a percent, few enough for seconds */
#define STUDY_PICTURES 512
#define RESPONSE_PICTURES 256
#define GRADIENT_PICTURES 256
#define MOST_OFF 5
#define MOST_PAIRS 5
#define DRAWS 4
#define STUDY_SEED 1
/* The newest part of the steps that a training error is the mean of */
#define WINDOW 10

void
rn_lab_outcome_clear (RnLabOutcome *self)
{
  g_clear_pointer (&self->history, g_array_unref);
  g_clear_pointer (&self->responses, g_array_unref);
  g_clear_pointer (&self->lesions, g_array_unref);
  g_clear_pointer (&self->lesions_many, g_array_unref);
  g_clear_pointer (&self->shuffles, g_array_unref);
  g_clear_pointer (&self->n_exchanged, g_array_unref);
  g_clear_pointer (&self->shares, g_array_unref);
}

static void
init (RnLabOutcome *self)
{
  memset (self, 0, sizeof *self);
  for (int i = 0; i < RN_LAB_N_QUANTITIES; i++)
    self->numbers[i] = NAN;
  self->responses = g_array_new (FALSE, FALSE, sizeof (double));
  self->lesions = g_array_new (FALSE, FALSE, sizeof (RnLabPoint));
  self->lesions_many = g_array_new (FALSE, FALSE, sizeof (RnLabPoint));
  self->shuffles = g_array_new (FALSE, FALSE, sizeof (RnLabPoint));
  self->n_exchanged = g_array_new (FALSE, FALSE, sizeof (int));
  self->shares = g_array_new (FALSE, FALSE, sizeof (RnLabPoint));
}

/* Curves */

static double
mean_of_window (const GArray *history, RnLabQuantity quantity, gint64 end, gint64 window)
{
  double sum = 0.0;

  for (gint64 i = end - window; i < end; i++)
    {
      const RnHistoryRow *row = &g_array_index (history, RnHistoryRow, i);

      sum += quantity == RN_LAB_TRAIN_LOSS ? row->loss : row->error;
    }
  return sum / (double) window;
}

static double
newest_test (const GArray *history, RnLabQuantity quantity, gint64 end)
{
  for (gint64 i = end - 1; i >= 0; i--)
    {
      const RnHistoryRow *row = &g_array_index (history, RnHistoryRow, i);

      if (!isnan (row->test_error))
        return quantity == RN_LAB_TEST_LOSS ? row->test_loss : row->test_error;
    }
  return NAN;
}

double
rn_lab_outcome_at (const RnLabOutcome *self, RnLabQuantity quantity, double at, gint64 steps)
{
  const gint64 end = CLAMP (llround (at * (double) steps), 1, steps);
  const gint64 window = MIN (MAX (steps / WINDOW, 1), end);

  g_return_val_if_fail (quantity <= RN_LAB_TEST_ERROR, NAN);

  if (self->history == NULL || (gint64) self->history->len < end)
    return NAN;
  if (quantity == RN_LAB_TRAIN_LOSS || quantity == RN_LAB_TRAIN_ERROR)
    return mean_of_window (self->history, quantity, end, window);
  return newest_test (self->history, quantity, end);
}

/* Studies */

static double
mean_of (const GArray *values)
{
  double sum = 0.0;

  for (guint i = 0; i < values->len; i++)
    sum += g_array_index (values, double, i);
  return sum / values->len; /* NaN of none */
}

/* What every study needs */
typedef struct
{
  RnLabOutcome *outcome;
  RnModel *model;
  RnDataset *dataset;
  RnSplit split;
  int threads;
  const int *cancel;
  RnStudy *study; /* (nullable) */
} Course;

static gboolean
is_wanted (double done, gpointer data)
{
  const Course *course = data;

  return course->cancel == NULL || __atomic_load_n (course->cancel, __ATOMIC_RELAXED) == 0;
}

static gboolean
study_responses (Course *self, GError **error)
{
  g_autoptr (RnEvaluator) evaluator =
      rn_evaluator_new (self->model, RN_PATH_TAPS, self->threads, error);
  g_autoptr (GPtrArray) layers =
      evaluator != NULL ? rn_inspect_responses (evaluator, self->dataset, self->split,
                                                RESPONSE_PICTURES, is_wanted, self, error)
                        : NULL;

  for (guint i = 0; layers != NULL && i < layers->len; i++)
    {
      const RnResponse *layer = layers->pdata[i];

      if (layer->kernel == 3)
        g_array_append_val (self->outcome->responses, layer->std);
    }
  self->outcome->numbers[RN_LAB_RESPONSE] = mean_of (self->outcome->responses);
  return layers != NULL;
}

static double
share_wrong (const Course *self, const RnStudyPoint *point)
{
  return (double) point->wrong / rn_study_count (self->study);
}

static gboolean
take_lesion (const RnStudyPoint *point, double done, gpointer data)
{
  Course *self = data;
  const RnLabPoint single = { point->block + 1, share_wrong (self, point) };
  const RnLabPoint many = { point->n_off, single.y };

  if (point->block >= 0 || point->n_off == 0)
    g_array_append_val (self->outcome->lesions, single);
  if (point->block < 0)
    g_array_append_val (self->outcome->lesions_many, many);
  return TRUE;
}

static gboolean
study_lesions (Course *self, GError **error)
{
  g_autoptr (GArray) errors = g_array_new (FALSE, FALSE, sizeof (double));
  const double *sorted;

  if (!rn_study_removals (self->study, MOST_OFF, DRAWS, STUDY_SEED, take_lesion, self, self->cancel,
                          error))
    return FALSE;
  self->outcome->numbers[RN_LAB_INTACT] = g_array_index (self->outcome->lesions, RnLabPoint, 0).y;
  for (guint i = 1; i < self->outcome->lesions->len; i++)
    g_array_append_val (errors, g_array_index (self->outcome->lesions, RnLabPoint, i).y);
  g_array_sort (errors, rn_number_compare);
  sorted = (const double *) (gconstpointer) errors->data;
  self->outcome->numbers[RN_LAB_LESION] =
      0.5 * (sorted[(errors->len - 1) / 2] + sorted[errors->len / 2]);
  return TRUE;
}

static gboolean
take_shuffle (const RnStudyPoint *point, double done, gpointer data)
{
  Course *self = data;
  const RnLabPoint order = { point->tau, share_wrong (self, point) };

  g_array_append_val (self->outcome->shuffles, order);
  g_array_append_val (self->outcome->n_exchanged, point->n_off);
  return TRUE;
}

static gboolean
study_shuffles (Course *self, GError **error)
{
  double sum = 0.0;
  guint n = 0;

  if (!rn_study_shuffles (self->study, MOST_PAIRS, DRAWS, STUDY_SEED, take_shuffle, self,
                          self->cancel, error))
    return FALSE;
  for (guint i = 0; i < self->outcome->shuffles->len; i++)
    if (g_array_index (self->outcome->n_exchanged, int, i) > 0)
      {
        sum += g_array_index (self->outcome->shuffles, RnLabPoint, i).y;
        n++;
      }
  self->outcome->numbers[RN_LAB_SHUFFLE] = sum / n;
  return TRUE;
}

static gboolean
study_gradient (Course *self, GError **error)
{
  g_autoptr (GArray) ways =
      rn_inspect_gradient_ways (self->model, self->dataset, RN_SPLIT_TRAIN, GRADIENT_PICTURES,
                                self->threads, self->cancel, error);
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; ways != NULL && i < ways->len; i++)
    {
      const RnGradientWays *way = &g_array_index (ways, RnGradientWays, i);
      const RnLabPoint share = { i + 1, way->shortcut / (way->shortcut + way->branch) };

      if (isnan (share.y)) /* a plain block, or no gradient at all */
        continue;
      g_array_append_val (self->outcome->shares, share);
      g_array_append_val (values, share.y);
    }
  self->outcome->numbers[RN_LAB_SHORTCUT_SHARE] = mean_of (values);
  return ways != NULL;
}

/* Does @part; a network to which it has nothing to say (no two blocks are alike, say) is no failure of the experiment. */
static gboolean
study_part (Course *self, gboolean (*part) (Course *self, GError **error), GError **error)
{
  GError *local = NULL;

  if (part (self, &local))
    return TRUE;
  if (g_error_matches (local, RN_ERROR, RN_ERROR_SHAPE))
    {
      g_error_free (local);
      return TRUE;
    }
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
study (RnLabOutcome *self, RnRun *run, RnDataset *dataset, RnLabStudies studies, int threads,
       const int *cancel, GError **error)
{
  const RnLabStudies asks = RN_LAB_STUDY_LESIONS | RN_LAB_STUDY_SHUFFLES;
  g_autoptr (RnModel) model = rn_run_load_model (run, rn_run_get_settings (run)->steps, error);
  Course course = { self, model, dataset, RN_SPLIT_TEST, threads, cancel, NULL };
  gboolean is_done = model != NULL;

  if (rn_dataset_count (dataset, RN_SPLIT_TEST) == 0)
    {
      course.split = RN_SPLIT_TRAIN;
      studies &= (RnLabStudies) ~asks; /* they are of test errors */
    }
  if (is_done && (studies & asks))
    {
      course.study = rn_study_new (model, dataset, course.split, STUDY_PICTURES, threads, NULL,
                                   NULL, cancel, error);
      is_done = course.study != NULL;
    }
  if (is_done && (studies & RN_LAB_STUDY_RESPONSES))
    is_done = study_responses (&course, error);
  if (is_done && (studies & RN_LAB_STUDY_LESIONS))
    is_done = study_part (&course, study_lesions, error);
  if (is_done && (studies & RN_LAB_STUDY_SHUFFLES))
    is_done = study_part (&course, study_shuffles, error);
  if (is_done && (studies & RN_LAB_STUDY_GRADIENT))
    is_done = study_gradient (&course, error);
  g_clear_pointer (&course.study, rn_study_free);
  return is_done;
}

/* The whole */

/* Steps by the speed that they had: what others did in between, where arms take turns, is not its time. */
static double
read_seconds (RnRun *run, gint64 steps_done)
{
  g_autoptr (GArray) rows = rn_run_read_timing (run, NULL);
  const int batch = rn_run_get_settings (run)->batch;
  double seconds = 0.0;
  gint64 step = 0;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const RnTimingRow *row = &g_array_index (rows, RnTimingRow, i);
      const gint64 until = i + 1 < rows->len ? row->step : steps_done;

      if (row->pictures_per_s > 0.0 && until > step)
        {
          seconds += (double) (until - step) * batch / row->pictures_per_s;
          step = until;
        }
    }
  return seconds;
}

static void
read_numbers (RnLabOutcome *self, const RnLabRun *run)
{
  RnCost cost;

  rn_cost_of_network (run->spec, run->settings->batch, 1, &cost);
  self->numbers[RN_LAB_PARAMETERS] = (double) cost.parameters;
  self->numbers[RN_LAB_MACS] = (double) cost.macs;
  for (int i = RN_LAB_TRAIN_LOSS; self->is_finished && i <= RN_LAB_TEST_ERROR; i++)
    self->numbers[i] = rn_lab_outcome_at (self, (RnLabQuantity) i, 1.0, run->settings->steps);
}

gboolean
rn_lab_outcome_read (RnLabOutcome *self, RnLabPlan *plan, int run, RnLabStudies studies,
                     int threads, const int *cancel, GError **error)
{
  const RnLabRun *planned = rn_lab_plan_get_run (plan, run);
  g_autoptr (RnRun) on_disk = NULL;
  g_autoptr (GArray) events = NULL;

  init (self);
  if (g_file_test (planned->path, G_FILE_TEST_EXISTS))
    {
      on_disk = rn_run_open (planned->path, error);
      if (on_disk == NULL || !rn_lab_plan_check_run (plan, run, on_disk, error) ||
          (self->history = rn_run_read_history (on_disk, error)) == NULL)
        return FALSE;
      self->seconds = read_seconds (on_disk, self->history->len);
      self->is_finished = rn_lab_plan_is_finished (plan, run);
      events = rn_run_read_events (on_disk, error);
      if (events == NULL)
        return FALSE;
      self->diverged = rn_run_find_divergence (events, (gint64) self->history->len);
    }
  read_numbers (self, planned);
  return !self->is_finished || studies == 0 ||
         study (self, on_disk, rn_lab_plan_get_dataset (plan), studies, threads, cancel, error);
}
