#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <string.h>

#include "base/machine.h"
#include "base/number.h"
#include "compute/info.h"
#include "compute/memory.h"
#include "data/loader.h"
#include "inspect/evaluate.h"
#include "network/evaluator-private.h"
#include "network/network.h"
#include "residua/bench.h"
#include "residua/cost.h"
#include "residua/error.h"

/* How long an epoch would take, from a few steps of the network itself on pictures of the data set, drawn as training
 * draws them, and a few passes over test pictures. */

#define SECONDS 0.8 /* to measure steps for, at most about twice that */
/* That a step may have: a quarter of a second where 160 G are done in one. */
#define STEP_MACS 40e9
#define MIN_STEPS 2
#define MAX_STEPS 9
#define TEST_MACS 20e9 /* that the measured part of the test may have, beside one batch */
#define N_FIXED 2 /* pairs of steps from which the part that does not grow with the batch follows */
#define N_CACHED 64

/* Of one picture */
typedef struct
{
  double train; /* seconds: drawn, forward, backward, and its share of the update */
  double test;  /* seconds: decoded and run; 0 without test pictures */
} Pace;

typedef struct
{
  char *key; /* (nullable) */
  Pace pace;
} Cached;

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static Cached cache[N_CACHED];
static guint next_cached;

/* Returns: (transfer full): what decides the pace: the network without name and ids, batch, threads, data and augmentation */
static char *
key_of (const RnSpec *spec, const RnSettings *settings, RnDataset *dataset, int threads)
{
  g_autofree char *augment = rn_augment_to_string (&settings->augment);
  GString *key = g_string_new (rn_dataset_get_digest (dataset));

  g_string_append_printf (key, " %s %d %d %d %d %d %d %d", augment, settings->batch, threads,
                          rn_spec_get_side (spec), rn_spec_get_channels (spec),
                          (int) rn_spec_get_stem (spec), rn_spec_get_stem_channels (spec),
                          rn_spec_get_classes (spec));
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      g_string_append_printf (key, " %d,%d,%d,%d,%d", (int) block->kind, block->channels,
                              block->stride, (int) block->shortcut, (int) block->bottleneck_stride);
    }
  return g_string_free (key, FALSE);
}

static gboolean
find_cached (const char *key, Pace *pace)
{
  gboolean is_found = FALSE;

  pthread_mutex_lock (&cache_lock);
  for (guint i = 0; i < N_CACHED && !is_found; i++)
    if (g_strcmp0 (cache[i].key, key) == 0)
      {
        *pace = cache[i].pace;
        is_found = TRUE;
      }
  pthread_mutex_unlock (&cache_lock);
  return is_found;
}

static void
keep (const char *key, const Pace *pace)
{
  pthread_mutex_lock (&cache_lock);
  g_free (cache[next_cached].key);
  cache[next_cached] = (Cached){ g_strdup (key), *pace };
  next_cached = (next_cached + 1) % N_CACHED;
  pthread_mutex_unlock (&cache_lock);
}

/* What is measured */
typedef struct
{
  const RnSpec *spec;
  RnDataset *dataset;
  const int *cancel;
  RnTeam *team;
  RnLoader *loader;
  RnNetwork *network;
  int batch; /* at most the settings' */
  gint64 step;
} Trial;

static void
trial_clear (Trial *trial)
{
  g_clear_pointer (&trial->network, rn_network_free);
  g_clear_pointer (&trial->loader, rn_loader_free);
  g_clear_pointer (&trial->team, rn_team_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

/* The largest part of @batch, halved again and again, whose step is neither too long nor too large. */
static int
choose_batch (const RnSpec *spec, int batch, int threads)
{
  const gsize available = rn_memory_available ();
  RnCost cost;

  for (;; batch = (batch + 1) / 2)
    {
      rn_cost_of_network (spec, batch, threads, &cost);
      if (batch == 1 ||
          (3.0 * (double) cost.macs * batch <= STEP_MACS && cost.train_bytes <= available / 4))
        return batch;
    }
}

/* Any will do: what a picture is normalised by does not change how long that takes. */
static RnPreprocess
preprocess_of (const RnSpec *spec)
{
  return (RnPreprocess){ .side = rn_spec_get_side (spec),
                         .channels = rn_spec_get_channels (spec),
                         .std = { 1.0f, 1.0f, 1.0f } };
}

static gboolean
trial_init (Trial *trial, const RnSettings *settings, int threads, GError **error)
{
  const RnPreprocess preprocess = preprocess_of (trial->spec);
  RnAugment augment = settings->augment;

  /* its axes are measured on thousands of pictures, which takes longer than all of this; what it adds to a picture is little */
  augment.colour = 0.0;
  trial->batch = MIN (choose_batch (trial->spec, settings->batch, threads),
                      MAX (rn_dataset_count (trial->dataset, RN_SPLIT_TRAIN), 1));
  trial->team = rn_team_new (threads);
  if (trial->team == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("%d threads are more than the system gives"), threads);
      return FALSE;
    }
  trial->loader =
      rn_loader_new (trial->dataset, &preprocess, &augment, trial->batch, TRUE, 1, error);
  if (trial->loader == NULL)
    return FALSE;
  trial->network = rn_network_new (trial->spec, trial->batch, trial->team, 1, error);
  return trial->network != NULL;
}

/* A step of the first @n pictures of @batch. The rate is so small that no network of chance diverges; how long a step takes
 * does not depend on it. */
static gboolean
compute (Trial *trial, const RnBatch *batch, int n, GError **error)
{
  double loss;
  int wrong;

  if (!rn_network_compute (trial->network, batch->x, batch->labels, n, FALSE, trial->cancel, &loss,
                           &wrong))
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return FALSE;
    }
  rn_network_commit (trial->network, 1e-9, 0.9, 1e-4, FALSE);
  return TRUE;
}

/* The next step, its pictures drawn beside the one before as in training */
static gboolean
step (Trial *trial, GError **error)
{
  const RnBatch *batch =
      rn_loader_get_cancellable (trial->loader, trial->step++, trial->cancel, error);

  return batch != NULL && compute (trial, batch, batch->n, error);
}

static double
seconds_since (gint64 before_us)
{
  return (double) (g_get_monotonic_time () - before_us) * 1e-6;
}

static double
median (double *values, int n)
{
  qsort (values, (gsize) n, sizeof *values, rn_number_compare);
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

/* @seconds: (out): of a step of the trial's batch: the median of some, after one to warm up */
static gboolean
measure_step (Trial *trial, double *seconds, GError **error)
{
  const gint64 began_us = g_get_monotonic_time ();
  double times[MAX_STEPS];
  int n = 0;

  if (!step (trial, error))
    return FALSE;
  while (n < MIN_STEPS || (n < MAX_STEPS && seconds_since (began_us) < SECONDS))
    {
      const gint64 before_us = g_get_monotonic_time ();

      if (!step (trial, error))
        return FALSE;
      times[n++] = seconds_since (before_us);
    }
  *seconds = median (times, n);
  return TRUE;
}

/* @seconds: (out): of a step that do not grow with its pictures: filters packed, gradients summed, parameters moved. They
 * count for more in a trial's smaller batch. From steps of a whole batch and of a quarter, without the loader:
 *
 *   t(n) = fixed + n slope
 */
static gboolean
measure_fixed (Trial *trial, double *seconds, GError **error)
{
  const RnBatch *batch =
      rn_loader_get_cancellable (trial->loader, trial->step, trial->cancel, error);
  const int sizes[2] = { trial->batch, MAX (trial->batch / 4, 1) };
  double times[2][N_FIXED], whole, part;

  *seconds = 0.0;
  if (batch == NULL)
    return FALSE;
  if (sizes[0] == sizes[1])
    return TRUE;
  for (int i = 0; i < N_FIXED; i++)
    for (int j = 0; j < 2; j++)
      {
        const gint64 before_us = g_get_monotonic_time ();

        if (!compute (trial, batch, sizes[j], error))
          return FALSE;
        times[j][i] = seconds_since (before_us);
      }
  whole = median (times[0], N_FIXED);
  part = median (times[1], N_FIXED);
  *seconds = (part * sizes[0] - whole * sizes[1]) / (sizes[0] - sizes[1]);
  *seconds = CLAMP (*seconds, 0.0, part);
  return TRUE;
}

/* @seconds: (out): of a picture in a step of @batch */
static gboolean
measure_training (Trial *trial, int batch, double *seconds, GError **error)
{
  double all, fixed = 0.0;

  if (!measure_step (trial, &all, error) ||
      (trial->batch < batch && !measure_fixed (trial, &fixed, error)))
    return FALSE;
  *seconds = MAX (all - fixed, 0.0) / trial->batch + fixed / batch;
  return TRUE;
}

/* The first @limit test pictures, as training tests them */
static gboolean
test (Trial *trial, RnEvaluator *evaluator, int limit, GError **error)
{
  const RnViews single = { .crops = 1 };
  g_autoptr (RnEvaluation) evaluation =
      rn_evaluate_cancellable (evaluator, trial->dataset, RN_SPLIT_TEST, &single, limit, 0, NULL,
                               NULL, trial->cancel, error);

  return evaluation != NULL;
}

/* @seconds: (out): of a test picture, after a batch to warm up */
static gboolean
measure_test (Trial *trial, double *seconds, GError **error)
{
  const RnPreprocess preprocess = preprocess_of (trial->spec);
  const int count = rn_dataset_count (trial->dataset, RN_SPLIT_TEST), side = preprocess.side;
  g_autoptr (RnModel) model = NULL;
  g_autoptr (RnEvaluator) evaluator = NULL;
  RnCost cost;
  gint64 before_us;
  int batch, batches, n;

  *seconds = 0.0;
  if (count == 0)
    return TRUE;
  model = rn_model_new (trial->spec, NULL, 1, NULL, &preprocess, error);
  if (model == NULL ||
      (evaluator = rn_evaluator_new_on_team (model, RN_PATH_RUN, trial->team, error)) == NULL)
    return FALSE;
  rn_cost_of_network (trial->spec, 1, 1, &cost);
  batch = MIN (rn_evaluator_batch_for (evaluator, side, side), count);
  batches = (int) CLAMP (TEST_MACS / ((double) cost.macs * batch), 1.0, 8.0);
  n = MIN (batch * batches, count);
  if (!test (trial, evaluator, batch, error))
    return FALSE;
  before_us = g_get_monotonic_time ();
  if (!test (trial, evaluator, n, error))
    return FALSE;
  *seconds = seconds_since (before_us) / n;
  return TRUE;
}

static gboolean
measure (const RnSpec *spec, const RnSettings *settings, RnDataset *dataset, int threads,
         const int *cancel, Pace *pace, GError **error)
{
  g_auto (Trial) trial = { .spec = spec, .dataset = dataset, .cancel = cancel };

  if (!trial_init (&trial, settings, threads, error) ||
      !measure_training (&trial, settings->batch, &pace->train, error))
    return FALSE;
  /* what training keeps of them is not needed to test */
  g_clear_pointer (&trial.network, rn_network_free);
  g_clear_pointer (&trial.loader, rn_loader_free);
  return measure_test (&trial, &pace->test, error);
}

/* Returns: @spec with the colours and classes of @dataset, without which it could not be trained on it; they hardly
 * change how long that takes */
static RnSpec *
fit (const RnSpec *spec, RnDataset *dataset, GError **error)
{
  g_autoptr (RnSpec) fitted = rn_spec_copy (spec);

  if (!rn_spec_check (spec, error) ||
      !rn_spec_set_input (fitted, rn_spec_get_side (spec), rn_dataset_get_channels (dataset),
                          error) ||
      !rn_spec_set_classes (fitted, rn_dataset_n_classes (dataset), error))
    return NULL;
  return g_steal_pointer (&fitted);
}

/* What an epoch comes to at @pace */
static double
sum_up (const Pace *pace, const RnSettings *settings, RnDataset *dataset)
{
  const gint64 count = rn_dataset_count (dataset, RN_SPLIT_TRAIN), batch = settings->batch;
  const gint64 steps = settings->drop_last ? count / batch : (count + batch - 1) / batch;
  const double tests =
      settings->evaluate_every > 0 ? (double) steps / (double) settings->evaluate_every : 1.0;

  return pace->train * (double) MIN (count, steps * batch) +
         pace->test * tests * rn_dataset_count (dataset, RN_SPLIT_TEST);
}

gboolean
rn_bench_estimate_epoch (const RnSpec *spec, const RnSettings *settings, RnDataset *dataset,
                         int threads, const int *cancel, double *seconds, GError **error)
{
  g_autoptr (RnSpec) fitted = NULL;
  g_autofree char *key = NULL;
  Pace pace = { 0.0, 0.0 };

  g_return_val_if_fail (threads >= 0, FALSE);

  if (!rn_settings_check (settings, error) || (fitted = fit (spec, dataset, error)) == NULL)
    return FALSE;
  rn_compute_start ();
  threads = threads > 0 ? threads : rn_info_n_processors ();
  key = key_of (fitted, settings, dataset, threads);
  if (!find_cached (key, &pace))
    {
      if (!measure (fitted, settings, dataset, threads, cancel, &pace, error))
        return FALSE;
      keep (key, &pace);
    }
  *seconds = sum_up (&pace, settings, dataset);
  return TRUE;
}
