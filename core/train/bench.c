#include "train/bench-case.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/machine.h"
#include "base/number.h"
#include "base/random.h"
#include "compute/info.h"
#include "compute/memory.h"
#include "network/evaluator-private.h"
#include "network/network.h"
#include "residua/cost.h"
#include "residua/error.h"
#include "residua/evaluator.h"

#define WARM_UP 3
#define MIN_STEPS 5
#define SEED 1

static const RnBenchCase cases[] = {
  { "train_r20_b128", "resnet20", TRUE, 128 }, { "train_r56_b128", "resnet56", TRUE, 128 },
  { "train_r18_b16", "resnet18", TRUE, 16 },   { "infer_r20_b128", "resnet20", FALSE, 128 },
  { "infer_r20_b1", "resnet20", FALSE, 1 },    { "infer_r18_b1", "resnet18", FALSE, 1 },
  { "infer_r18_b16", "resnet18", FALSE, 16 },  { "infer_r50_b1", "resnet50", FALSE, 1 },
  { "infer_r50_b16", "resnet50", FALSE, 16 },
};

const char *const *
rn_bench_cases (void)
{
  static const char *names[G_N_ELEMENTS (cases) + 1];
  static gsize is_filled;

  if (g_once_init_enter (&is_filled))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
        names[i] = cases[i].name;
      g_once_init_leave (&is_filled, 1);
    }
  return names;
}

const RnBenchCase *
rn_bench_find_case (const char *name, GError **error)
{
  g_autofree char *all = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    if (strcmp (cases[i].name, name) == 0)
      return &cases[i];
  all = g_strjoinv (", ", (char **) rn_bench_cases ());
  g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("There is no case “%s”; there are %s"), name,
               all);
  return NULL;
}

RnSpec *
rn_bench_case_spec (const RnBenchCase *kind, GError **error)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (kind->preset, error);

  for (int i = 0; spec != NULL && i < rn_spec_n_blocks (spec); i++)
    {
      RnBlockSpec block = *rn_spec_get_block (spec, i);

      if (block.shortcut != RN_SHORTCUT_A_SPLIT)
        continue;
      block.shortcut = RN_SHORTCUT_A_END;
      if (!rn_spec_set_block (spec, i, block, error))
        return NULL;
    }
  return g_steal_pointer (&spec);
}

RnTeam *
rn_bench_new_team (int threads, GError **error)
{
  const int wanted = threads > 0 ? threads : rn_info_n_processors ();
  RnTeam *team = rn_team_new (wanted);

  if (team == NULL)
    g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("%d threads are more than the system gives"),
                 wanted);
  return team;
}

/* What is measured: a step of one or the other. */
typedef struct
{
  const RnBenchCase *kind;
  RnSpec *spec;
  int threads;
  gboolean splits;
  float *x;
  const int *cancel;

  RnTeam *team;
  RnNetwork *network; /* training */
  int *labels;

  RnEvaluator *evaluator; /* running */
  float *logits;
} Bench;

static void
bench_clear (Bench *bench)
{
  g_clear_pointer (&bench->network, rn_network_free);
  g_clear_pointer (&bench->evaluator, rn_evaluator_free);
  g_clear_pointer (&bench->team, rn_team_free);
  g_clear_pointer (&bench->spec, rn_spec_free);
  g_clear_pointer (&bench->x, rn_floats_free);
  g_clear_pointer (&bench->labels, g_free);
  g_clear_pointer (&bench->logits, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static gboolean
fill_pictures (Bench *bench, GError **error)
{
  const int side = rn_spec_get_side (bench->spec), channels = rn_spec_get_channels (bench->spec);
  const gsize count = (gsize) bench->kind->batch * side * side * channels;
  RnRandom random;

  bench->x = rn_floats_new (count);
  if (bench->x == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for a batch"));
      return FALSE;
    }
  rn_random_start (&random, SEED, RN_STREAM_TEST, 0, 0);
  for (gsize i = 0; i < count; i++)
    bench->x[i] = (float) rn_random_normal (&random);
  bench->labels = g_new (int, bench->kind->batch);
  for (int i = 0; i < bench->kind->batch; i++)
    bench->labels[i] = (int) rn_random_below (&random, (guint64) rn_spec_get_classes (bench->spec));
  return TRUE;
}

static gboolean
prepare_training (Bench *bench, GError **error)
{
  bench->network = rn_network_new (bench->spec, bench->kind->batch, bench->team, SEED, error);
  return bench->network != NULL;
}

static gboolean
prepare_running (Bench *bench, GError **error)
{
  const RnPreprocess preprocess = {
    .side = rn_spec_get_side (bench->spec),
    .channels = rn_spec_get_channels (bench->spec),
    .std = { 1.0f, 1.0f, 1.0f },
  };
  g_autoptr (RnModel) model = rn_model_new (bench->spec, NULL, SEED, NULL, &preprocess, error);

  if (model == NULL)
    return FALSE;
  bench->evaluator = rn_evaluator_new_on_team (model, RN_PATH_RUN, bench->team, error);
  bench->logits = g_new (float, (gsize) bench->kind->batch *rn_spec_get_classes (bench->spec));
  return bench->evaluator != NULL;
}

static gboolean
step (Bench *bench, GError **error)
{
  const int side = rn_spec_get_side (bench->spec), batch = bench->kind->batch;
  const RnPass pass = { .cancel = bench->cancel };
  double loss;
  int wrong;

  if (!bench->kind->trains)
    return rn_evaluator_run (bench->evaluator, bench->logits, bench->x, batch, side, side, &pass,
                             error);
  if (!rn_network_compute (bench->network, bench->x, bench->labels, batch, FALSE, bench->cancel,
                           &loss, &wrong))
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return FALSE;
    }
  if (!rn_network_is_finite (bench->network))
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_DIVERGED,
                           _ ("The benchmark's loss is not finite"));
      return FALSE;
    }
  rn_network_commit (bench->network, 1e-3, 0.9, 1e-4, FALSE);
  return TRUE;
}

static gboolean
measure (Bench *bench, double seconds, RnBenchResult *result, GError **error)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  const double *sorted;
  gint64 began_us;

  for (int i = 0; i < WARM_UP; i++)
    if (!step (bench, error))
      return FALSE;
  if (bench->splits)
    rn_team_keep_account (bench->team, TRUE);
  began_us = g_get_monotonic_time ();
  while (times->len < MIN_STEPS || (double) (g_get_monotonic_time () - began_us) * 1e-6 < seconds)
    {
      const gint64 before_us = g_get_monotonic_time ();
      double ms;

      if (!step (bench, error))
        return FALSE;
      ms = (double) (g_get_monotonic_time () - before_us) * 1e-3;
      g_array_append_val (times, ms);
    }
  g_array_sort (times, rn_number_compare);
  sorted = (const double *) (gconstpointer) times->data;
  result->steps = (int) times->len;
  result->min_step_ms = sorted[0];
  result->median_step_ms = 0.5 * (sorted[(times->len - 1) / 2] + sorted[times->len / 2]);
  result->pictures_per_s = bench->kind->batch / MAX (result->median_step_ms, 1e-3) * 1e3;
  return TRUE;
}

static void
take_split (Bench *bench, RnBenchResult *result)
{
  static const RnBenchWork names[RN_N_WORKS] = {
    [RN_WORK_TRANSFORMS] = RN_BENCH_WORK_TRANSFORMS, [RN_WORK_PRODUCTS] = RN_BENCH_WORK_PRODUCTS,
    [RN_WORK_DIRECT] = RN_BENCH_WORK_DIRECT,         [RN_WORK_PASSES] = RN_BENCH_WORK_PASSES,
    [RN_WORK_WAITING] = RN_BENCH_WORK_WAITING,
  };
  double seconds[RN_N_WORKS], all = 0.0;

  rn_team_get_account (bench->team, seconds);
  for (int i = 0; i < RN_N_WORKS; i++)
    all += seconds[i];
  for (int i = 0; i < RN_N_WORKS; i++)
    result->split[names[i]] = seconds[i] / all;
}

gboolean
rn_bench_run (const char *case_name, int threads, double seconds, gboolean split, const int *cancel,
              RnBenchResult *result, GError **error)
{
  const RnBenchCase *kind = rn_bench_find_case (case_name, error);
  g_auto (Bench) bench = { .kind = kind, .cancel = cancel };
  RnCost cost;

  if (kind == NULL)
    return FALSE;
  rn_compute_start ();
  bench.threads = threads > 0 ? threads : rn_info_n_processors ();
  bench.spec = rn_bench_case_spec (kind, error);
  if (bench.spec == NULL || !fill_pictures (&bench, error))
    return FALSE;
  bench.team = rn_bench_new_team (bench.threads, error);
  if (bench.team == NULL)
    return FALSE;
  if (!(kind->trains ? prepare_training (&bench, error) : prepare_running (&bench, error)))
    return FALSE;
  memset (result, 0, sizeof *result);
  bench.splits = split;
  if (!measure (&bench, seconds, result, error))
    return FALSE;
  if (split)
    take_split (&bench, result);
  rn_cost_of_network (bench.spec, kind->batch, bench.threads, &cost);
  result->batch = kind->batch;
  result->threads = bench.threads;
  result->peak_rss_bytes = rn_memory_peak ();
  result->macs = cost.macs;
  return TRUE;
}
