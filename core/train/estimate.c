#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <string.h>

#include "base/machine.h"
#include "base/number.h"
#include "base/random.h"
#include "compute/info.h"
#include "compute/memory.h"
#include "network/network.h"
#include "residua/bench.h"
#include "residua/cost.h"
#include "residua/error.h"

/* How long an epoch would take, from a few steps of the network itself on random pictures. */

#define SECONDS 0.8 /* to measure for, at most about twice that */
/* That a step may have: a quarter of a second where 80 G are done in one. */
#define STEP_MACS 20e9
#define MIN_STEPS 2
#define MAX_STEPS 9
#define N_CACHED 64

typedef struct
{
  char *key;      /* (nullable) */
  double seconds; /* a step of the batch asked for */
} Cached;

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static Cached cache[N_CACHED];
static guint next_cached;

/* Returns: (transfer full): what decides the time of a step: the network without name and ids, batch and threads */
static char *
key_of (const RnSpec *spec, int batch, int threads)
{
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "%d %d %d %d %d %d %d", batch, threads, rn_spec_get_side (spec),
                          rn_spec_get_channels (spec), (int) rn_spec_get_stem (spec),
                          rn_spec_get_stem_channels (spec), rn_spec_get_classes (spec));
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);

      g_string_append_printf (key, " %d,%d,%d,%d,%d", (int) block->kind, block->channels,
                              block->stride, (int) block->shortcut, (int) block->bottleneck_stride);
    }
  return g_string_free (key, FALSE);
}

static gboolean
find_cached (const char *key, double *seconds)
{
  gboolean is_found = FALSE;

  pthread_mutex_lock (&cache_lock);
  for (guint i = 0; i < N_CACHED && !is_found; i++)
    if (g_strcmp0 (cache[i].key, key) == 0)
      {
        *seconds = cache[i].seconds;
        is_found = TRUE;
      }
  pthread_mutex_unlock (&cache_lock);
  return is_found;
}

static void
keep (const char *key, double seconds)
{
  pthread_mutex_lock (&cache_lock);
  g_free (cache[next_cached].key);
  cache[next_cached] = (Cached){ g_strdup (key), seconds };
  next_cached = (next_cached + 1) % N_CACHED;
  pthread_mutex_unlock (&cache_lock);
}

/* What is measured */
typedef struct
{
  RnTeam *team;
  RnNetwork *network;
  float *x;
  int *labels;
  int batch;
} Trial;

static void
trial_clear (Trial *trial)
{
  g_clear_pointer (&trial->network, rn_network_free);
  g_clear_pointer (&trial->team, rn_team_free);
  g_clear_pointer (&trial->x, rn_floats_free);
  g_clear_pointer (&trial->labels, g_free);
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

static gboolean
trial_init (Trial *trial, const RnSpec *spec, int threads, GError **error)
{
  const int side = rn_spec_get_side (spec);
  const gsize count = (gsize) trial->batch * side * side * rn_spec_get_channels (spec);
  RnRandom random;

  trial->team = rn_team_new (threads);
  trial->x = rn_floats_new (count);
  if (trial->team == NULL || trial->x == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for a batch"));
      return FALSE;
    }
  trial->network = rn_network_new (spec, trial->batch, trial->team, 1, error);
  if (trial->network == NULL)
    return FALSE;
  rn_random_start (&random, 1, RN_STREAM_TEST, 0, 0);
  for (gsize i = 0; i < count; i++)
    trial->x[i] = (float) rn_random_normal (&random);
  trial->labels = g_new0 (int, trial->batch);
  return TRUE;
}

/* The rate is so small that no network of chance diverges; how long a step takes does not depend on it. */
static gboolean
step (Trial *trial, const int *cancel, GError **error)
{
  double loss;
  int wrong;

  if (!rn_network_compute (trial->network, trial->x, trial->labels, trial->batch, FALSE, cancel,
                           &loss, &wrong))
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return FALSE;
    }
  rn_network_commit (trial->network, 1e-9, 0.9, 1e-4, FALSE);
  return TRUE;
}

/* @seconds: (out): of a step of the trial's batch: the median of some, after one to warm up */
static gboolean
measure (Trial *trial, const int *cancel, double *seconds, GError **error)
{
  const gint64 began_us = g_get_monotonic_time ();
  double times[MAX_STEPS];
  int n = 0;

  if (!step (trial, cancel, error))
    return FALSE;
  while (n < MIN_STEPS ||
         (n < MAX_STEPS && (double) (g_get_monotonic_time () - began_us) * 1e-6 < SECONDS))
    {
      const gint64 before_us = g_get_monotonic_time ();

      if (!step (trial, cancel, error))
        return FALSE;
      times[n++] = (double) (g_get_monotonic_time () - before_us) * 1e-6;
    }
  qsort (times, (gsize) n, sizeof *times, rn_number_compare);
  *seconds = 0.5 * (times[(n - 1) / 2] + times[n / 2]);
  return TRUE;
}

gboolean
rn_bench_estimate_epoch (const RnSpec *spec, int batch, gint64 pictures, int threads,
                         const int *cancel, double *seconds, GError **error)
{
  g_auto (Trial) trial = { .batch = 0 };
  g_autofree char *key = NULL;
  double step_seconds;

  g_return_val_if_fail (batch >= 1 && pictures >= 0 && threads >= 0, FALSE);

  if (!rn_spec_check (spec, error))
    return FALSE;
  rn_compute_start ();
  threads = threads > 0 ? threads : rn_info_n_processors ();
  key = key_of (spec, batch, threads);
  if (!find_cached (key, &step_seconds))
    {
      trial.batch = choose_batch (spec, batch, threads);
      if (!trial_init (&trial, spec, threads, error) ||
          !measure (&trial, cancel, &step_seconds, error))
        return FALSE;
      step_seconds *= (double) batch / trial.batch;
      keep (key, step_seconds);
    }
  *seconds = step_seconds * (double) pictures / batch;
  return TRUE;
}
