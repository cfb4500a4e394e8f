#include <glib/gi18n-lib.h>
#include <string.h>

#include "lab/experiment-private.h"
#include "lab/plan-private.h"
#include "residua/bench.h"
#include "residua/error.h"

#define DIGEST_LENGTH 10

typedef struct
{
  RnLabRun run; /* what others see; its pointers are to what follows */
  RnSpec *spec;
  RnSettings settings;
  char *name;
  char *path;
} PlannedRun;

struct _RnLabPlan
{
  gatomicrefcount references;
  RnExperiment *experiment;
  RnDataset *dataset;
  int n_seeds;
  int n_runs;
  PlannedRun *runs;
};

/* Returns: (transfer full): @spec with the colours and classes of the data and, where all pictures are squares of one
 * small size, their side
 */
static RnSpec *
fit_spec (const RnSpec *spec, RnDataset *dataset, GError **error)
{
  g_autoptr (RnSpec) fitted = rn_spec_copy (spec);
  const int side = rn_dataset_get_side (dataset);

  if (!rn_spec_set_input (fitted, side > 0 ? side : rn_spec_get_side (spec),
                          rn_dataset_get_channels (dataset), error) ||
      !rn_spec_set_classes (fitted, rn_dataset_n_classes (dataset), error))
    return NULL;
  return g_steal_pointer (&fitted);
}

/* Returns: (transfer full): the network's name as part of a folder's */
static char *
folder_word (const char *name)
{
  GString *word = g_string_new (NULL);

  for (const char *at = name; *at != '\0' && word->len < RN_LAB_MAX_ID; at++)
    g_string_append_c (word, g_ascii_isalnum (*at) || *at == '.' ? *at : '-');
  return g_string_free (word, FALSE);
}

/* The name says who it is to people, and to the machine everything that decides the result: the digest is of the network,
 * the settings with the seed and the pictures' digest, and the run that it begins with.
 */
static char *
name_run (const PlannedRun *run, RnDataset *dataset, const char *origin)
{
  g_autofree char *spec = rn_spec_to_json (run->spec), *digest = NULL;
  g_autofree char *settings =
      rn_settings_to_json (&run->settings, NULL, rn_dataset_get_digest (dataset));
  g_autofree char *word = folder_word (rn_spec_get_name (run->spec));
  g_autofree char *all = g_strconcat (spec, settings, origin, NULL);

  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);
  return g_strdup_printf ("lab-%s-seed%" G_GUINT64_FORMAT "-%.*s", *word != '\0' ? word : "network",
                          run->settings.seed, DIGEST_LENGTH, digest);
}

static gboolean
plan_run (RnLabPlan *self, int index, const char *runs_folder, GError **error)
{
  const int n_arms = self->experiment->n_arms;
  const RnExperimentArm *arm = &self->experiment->arms[index % n_arms];
  PlannedRun *planned = &self->runs[index];
  const RnLabRun *origin = NULL;

  planned->run.arm = index % n_arms;
  planned->run.seed = arm->settings.base.seed + (guint64) (index / n_arms);
  planned->run.origin = arm->arm.origin < 0 ? -1 : index - planned->run.arm + arm->arm.origin;
  if (planned->run.origin >= 0)
    origin = &self->runs[planned->run.origin].run;
  planned->spec = fit_spec (arm->spec, self->dataset, error);
  if (planned->spec == NULL ||
      !rn_lab_settings_resolve (&arm->settings, rn_dataset_count (self->dataset, RN_SPLIT_TRAIN),
                                planned->run.seed, &planned->settings, error))
    {
      g_prefix_error (error, _ ("“%s”, arm “%s”: "), self->experiment->name, arm->id);
      return FALSE;
    }
  if (origin != NULL)
    planned->run.offset = origin->offset + origin->settings->steps;
  planned->name = name_run (planned, self->dataset, origin != NULL ? origin->name : NULL);
  planned->path = g_build_filename (runs_folder, planned->name, NULL);
  planned->run.spec = planned->spec;
  planned->run.settings = &planned->settings;
  planned->run.name = planned->name;
  planned->run.path = planned->path;
  return TRUE;
}

/* One folder cannot have two trainers at once. */
static gboolean
check_is_own (const RnLabPlan *self, int index, GError **error)
{
  const PlannedRun *planned = &self->runs[index];

  for (int i = index - planned->run.arm; i < index; i++)
    if (strcmp (self->runs[i].name, planned->name) == 0)
      {
        g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                     _ ("“%s”: arms “%s” and “%s” are the same training"), self->experiment->name,
                     self->experiment->arms[self->runs[i].run.arm].id,
                     self->experiment->arms[planned->run.arm].id);
        return FALSE;
      }
  return TRUE;
}

RnLabPlan *
rn_lab_plan_new (RnExperiment *experiment, RnDataset *dataset, int n_seeds, const char *runs_folder,
                 GError **error)
{
  g_autoptr (RnLabPlan) self = g_new0 (RnLabPlan, 1);

  g_return_val_if_fail (n_seeds >= 0 && n_seeds <= RN_LAB_MAX_SEEDS, NULL);

  g_atomic_ref_count_init (&self->references);
  self->experiment = rn_experiment_ref (experiment);
  self->dataset = rn_dataset_ref (dataset);
  self->n_seeds = n_seeds > 0 ? n_seeds : experiment->n_seeds;
  self->n_runs = self->n_seeds * experiment->n_arms;
  self->runs = g_new0 (PlannedRun, self->n_runs);
  if (rn_dataset_count (dataset, RN_SPLIT_TRAIN) < 1)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has no training pictures"),
                   rn_dataset_get_source (dataset));
      return NULL;
    }
  for (int i = 0; i < self->n_runs; i++)
    if (!plan_run (self, i, runs_folder, error) || !check_is_own (self, i, error))
      return NULL;
  return g_steal_pointer (&self);
}

RnLabPlan *
rn_lab_plan_ref (RnLabPlan *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rn_lab_plan_unref (RnLabPlan *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  for (int i = 0; i < self->n_runs; i++)
    {
      rn_spec_free (self->runs[i].spec);
      g_free (self->runs[i].name);
      g_free (self->runs[i].path);
    }
  g_free (self->runs);
  rn_dataset_unref (self->dataset);
  rn_experiment_unref (self->experiment);
  g_free (self);
}

RnExperiment *
rn_lab_plan_get_experiment (RnLabPlan *self)
{
  return self->experiment;
}

RnDataset *
rn_lab_plan_get_dataset (RnLabPlan *self)
{
  return self->dataset;
}

int
rn_lab_plan_n_seeds (const RnLabPlan *self)
{
  return self->n_seeds;
}

int
rn_lab_plan_n_runs (const RnLabPlan *self)
{
  return self->n_runs;
}

const RnLabRun *
rn_lab_plan_get_run (const RnLabPlan *self, int run)
{
  g_return_val_if_fail (run >= 0 && run < self->n_runs, NULL);

  return &self->runs[run].run;
}

gint64
rn_lab_plan_get_step (const RnLabPlan *self, int run)
{
  g_autoptr (RnRun) on_disk = NULL;
  g_autoptr (GArray) steps = NULL;

  g_return_val_if_fail (run >= 0 && run < self->n_runs, -1);

  on_disk = rn_run_open (self->runs[run].path, NULL);
  steps = on_disk != NULL ? rn_run_list_checkpoints (on_disk, NULL) : NULL;
  return steps != NULL && steps->len > 0 ? g_array_index (steps, gint64, steps->len - 1) : -1;
}

/* Whether the rate was not changed on the way: that is in no settings. */
static gboolean
is_left_alone (RnRun *on_disk)
{
  g_autoptr (GArray) events = rn_run_read_events (on_disk, NULL);

  for (guint i = 0; events != NULL && i < events->len; i++)
    if (strcmp (g_array_index (events, RnRunEvent, i).name, "rate") == 0)
      return FALSE;
  return events != NULL;
}

gboolean
rn_lab_plan_check_run (const RnLabPlan *self, int run, RnRun *on_disk, GError **error)
{
  const PlannedRun *planned = &self->runs[run];
  g_autofree char *wanted = rn_settings_to_json (&planned->settings, NULL, NULL);
  g_autofree char *found = rn_settings_to_json (rn_run_get_settings (on_disk), NULL, NULL);

  if (is_left_alone (on_disk) && rn_spec_equal (rn_run_get_spec (on_disk), planned->spec) &&
      strcmp (wanted, found) == 0 &&
      g_strcmp0 (rn_run_get_data_digest (on_disk), rn_dataset_get_digest (self->dataset)) == 0)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_DATA,
               _ ("“%s” was changed after the lab made it: its network, settings or pictures are "
                  "others now"),
               planned->path);
  return FALSE;
}

gboolean
rn_lab_plan_is_finished (const RnLabPlan *self, int run)
{
  g_autoptr (RnRun) on_disk = NULL;
  g_autoptr (GArray) history = NULL;
  gint64 steps;

  g_return_val_if_fail (run >= 0 && run < self->n_runs, FALSE);

  steps = self->runs[run].settings.steps;
  if (rn_lab_plan_get_step (self, run) != steps)
    return FALSE;
  /* a stop within the last evaluation leaves the last checkpoint without the last line */
  on_disk = rn_run_open (self->runs[run].path, NULL);
  if (on_disk == NULL || !rn_lab_plan_check_run (self, run, on_disk, NULL))
    return FALSE;
  history = rn_run_read_history (on_disk, NULL);
  return history != NULL && history->len == steps;
}

static gboolean
has_diverged (const RnLabPlan *self, int run)
{
  g_autoptr (RnRun) on_disk = rn_run_open (self->runs[run].path, NULL);
  g_autoptr (GArray) history = NULL, events = NULL;

  if (on_disk == NULL || !rn_lab_plan_check_run (self, run, on_disk, NULL))
    return FALSE;
  history = rn_run_read_history (on_disk, NULL);
  events = rn_run_read_events (on_disk, NULL);
  return history != NULL && events != NULL &&
         rn_run_find_divergence (events, (gint64) history->len) > 0;
}

gboolean
rn_lab_plan_is_over (const RnLabPlan *self, int run)
{
  int origin;

  g_return_val_if_fail (run >= 0 && run < self->n_runs, FALSE);

  if (rn_lab_plan_is_finished (self, run) || has_diverged (self, run))
    return TRUE;
  origin = self->runs[run].run.origin;
  return origin >= 0 && !rn_lab_plan_is_finished (self, origin) &&
         rn_lab_plan_is_over (self, origin);
}

/* In words */

char *
rn_lab_plan_describe_arm (const RnLabPlan *self, int arm)
{
  const RnSettings *settings = rn_lab_plan_get_run (self, arm)->settings;
  const int origin = rn_experiment_get_arm (self->experiment, arm)->origin;
  g_autofree char *schedule = rn_schedule_to_string (&settings->schedule);
  g_autofree char *augment = rn_augment_to_string (&settings->augment);
  g_autofree char *words =
      g_strdup_printf (_ ("%lld steps of %d pictures, rate %g, schedule %s, momentum %g, weight "
                          "decay %g, augmentation %s"),
                       (long long) settings->steps, settings->batch, settings->rate, schedule,
                       settings->momentum, settings->weight_decay, augment);

  if (origin < 0)
    return g_steal_pointer (&words);
  return g_strdup_printf (_ ("%s; begins with the last weights of “%s”"), words,
                          rn_experiment_get_arm (self->experiment, origin)->name);
}

char *
rn_lab_plan_describe_data (const RnLabPlan *self)
{
  g_autofree char *source = g_path_get_basename (rn_dataset_get_source (self->dataset));

  return g_strdup_printf (_ ("%s: %d training and %d test pictures, %d classes"), source,
                          rn_dataset_count (self->dataset, RN_SPLIT_TRAIN),
                          rn_dataset_count (self->dataset, RN_SPLIT_TEST),
                          rn_dataset_n_classes (self->dataset));
}

/* What is left of a run that will go on, in epochs of its data */
static double
epochs_left (const RnLabPlan *self, int run)
{
  const RnSettings *settings = &self->runs[run].settings;
  const gint64 n = rn_dataset_count (self->dataset, RN_SPLIT_TRAIN);
  const gint64 steps =
      settings->drop_last ? n / settings->batch : (n + settings->batch - 1) / settings->batch;
  const gint64 done = MAX (rn_lab_plan_get_step (self, run), 0);

  return (double) (settings->steps - done) / (double) MAX (steps, 1);
}

gboolean
rn_lab_plan_estimate (const RnLabPlan *self, int threads, const int *cancel, double *seconds,
                      GError **error)
{
  *seconds = 0.0;
  for (int i = 0; i < self->n_runs; i++)
    {
      const double epochs = rn_lab_plan_is_over (self, i) ? 0.0 : epochs_left (self, i);
      double of_epoch;

      if (epochs <= 0.0)
        continue;
      if (!rn_bench_estimate_epoch (self->runs[i].spec, &self->runs[i].settings, self->dataset,
                                    threads, cancel, &of_epoch, error))
        return FALSE;
      *seconds += epochs * of_epoch;
    }
  return TRUE;
}
