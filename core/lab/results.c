#include <glib/gi18n-lib.h>
#include <math.h>

#include "lab/results-private.h"
#include "residua/error.h"

static RnLabStudies
study_of_quantity (RnLabQuantity quantity)
{
  switch (quantity)
    {
    case RN_LAB_RESPONSE:
      return RN_LAB_STUDY_RESPONSES;
    case RN_LAB_INTACT:
    case RN_LAB_LESION:
      return RN_LAB_STUDY_LESIONS;
    case RN_LAB_SHUFFLE:
      return RN_LAB_STUDY_SHUFFLES;
    case RN_LAB_SHORTCUT_SHARE:
      return RN_LAB_STUDY_GRADIENT;
    case RN_LAB_TRAIN_LOSS:
    case RN_LAB_TRAIN_ERROR:
    case RN_LAB_TEST_LOSS:
    case RN_LAB_TEST_ERROR:
    case RN_LAB_PARAMETERS:
    case RN_LAB_MACS:
    default:
      return 0;
    }
}

static RnLabStudies
study_of_figure (RnLabFigureKind kind)
{
  switch (kind)
    {
    case RN_LAB_FIGURE_RESPONSES:
    case RN_LAB_FIGURE_RESPONSES_SORTED:
      return RN_LAB_STUDY_RESPONSES;
    case RN_LAB_FIGURE_LESIONS:
    case RN_LAB_FIGURE_LESIONS_MANY:
      return RN_LAB_STUDY_LESIONS;
    case RN_LAB_FIGURE_SHUFFLES:
      return RN_LAB_STUDY_SHUFFLES;
    case RN_LAB_FIGURE_SHORTCUT_SHARE:
      return RN_LAB_STUDY_GRADIENT;
    case RN_LAB_FIGURE_TRAIN_LOSS:
    case RN_LAB_FIGURE_TRAIN_ERROR:
    case RN_LAB_FIGURE_TEST_LOSS:
    case RN_LAB_FIGURE_TEST_ERROR:
    case RN_LAB_FIGURE_FINAL_TRAIN_ERROR:
    case RN_LAB_FIGURE_FINAL_TEST_ERROR:
    default:
      return 0;
    }
}

/* What the figures and checks of an experiment have to know of its trained networks */
static RnLabStudies
find_studies (const RnExperiment *experiment)
{
  RnLabStudies studies = 0;

  for (int i = 0; i < rn_experiment_n_figures (experiment); i++)
    studies |= study_of_figure (rn_experiment_get_figure (experiment, i));
  for (int i = 0; i < rn_experiment_n_checks (experiment); i++)
    for (int side = 0; side < 2; side++)
      studies |= study_of_quantity (rn_experiment_get_check (experiment, i)->quantity[side]);
  return studies;
}

gboolean
rn_lab_needs_studies (const RnExperiment *experiment)
{
  return find_studies (experiment) != 0;
}

const RnLabOutcome *
rn_lab_results_get_outcome (const RnLabResults *self, int arm, int seed)
{
  return &self->outcomes[seed * self->n_arms + arm];
}

const RnLabRun *
rn_lab_results_get_run (const RnLabResults *self, int arm, int seed)
{
  return rn_lab_plan_get_run (self->plan, seed * self->n_arms + arm);
}

/* @values: (out): of each seed */
static void
gather (const RnLabResults *self, int arm, RnLabQuantity quantity, double at, double *values)
{
  for (int seed = 0; seed < self->n_seeds; seed++)
    {
      const RnLabOutcome *outcome = rn_lab_results_get_outcome (self, arm, seed);
      const RnLabRun *run = rn_lab_results_get_run (self, arm, seed);

      /* a curve that ends in a divergence is known up to there */
      values[seed] = at < 1.0 && (outcome->is_finished || outcome->diverged > 0)
                         ? rn_lab_outcome_at (outcome, quantity, at, run->settings->steps)
                         : outcome->numbers[quantity];
    }
}

/* Whether what run @run begins with will never be there. */
static gboolean
is_orphan (const RnLabResults *self, int run)
{
  const int origin = rn_lab_plan_get_run (self->plan, run)->origin;

  return origin >= 0 && !self->outcomes[origin].is_finished &&
         rn_lab_results_is_over (self, origin);
}

gboolean
rn_lab_results_is_over (const RnLabResults *self, int run)
{
  const RnLabOutcome *outcome;

  g_return_val_if_fail (run >= 0 && run < self->n_arms * self->n_seeds, FALSE);

  outcome = &self->outcomes[run];
  return outcome->is_finished || outcome->diverged > 0 || is_orphan (self, run);
}

static gboolean
are_over (const RnLabResults *self, const RnLabCheck *check)
{
  for (int side = 0; side < 2 && check->arm[side] >= 0; side++)
    for (int seed = 0; seed < self->n_seeds; seed++)
      if (!rn_lab_results_is_over (self, seed * self->n_arms + check->arm[side]))
        return FALSE;
  return TRUE;
}

/* Whether @check is of what only a study says, and there was none */
static gboolean
waits_for_study (const RnLabResults *self, const RnLabCheck *check)
{
  return !self->has_studied && (study_of_quantity (check->quantity[0]) != 0 ||
                                study_of_quantity (check->quantity[1]) != 0);
}

static void
judge (RnLabResults *self, int index)
{
  const RnLabCheck *check = rn_experiment_get_check (self->experiment, index);
  g_autofree double *sides = g_new (double, 2 * self->n_seeds);
  double *second = sides + self->n_seeds;

  gather (self, check->arm[0], check->quantity[0], check->at, sides);
  if (check->arm[1] >= 0)
    gather (self, check->arm[1], check->quantity[1], check->at, second);
  else
    for (int i = 0; i < self->n_seeds; i++)
      second[i] = check->than;
  rn_lab_verdict_init (&self->verdicts[index], check, sides, second, self->n_seeds);
  if (self->verdicts[index].answer == RN_LAB_NOT_YET && are_over (self, check) &&
      !waits_for_study (self, check))
    self->verdicts[index].answer = RN_LAB_CANNOT_TELL; /* nothing will give that number */
}

RnLabResults *
rn_lab_results_new (RnLabPlan *plan, int threads, gboolean studies, RnProgressFunc progress,
                    gpointer user_data, const int *cancel, GError **error)
{
  g_autoptr (RnLabResults) self = g_new0 (RnLabResults, 1);
  const int n_runs = rn_lab_plan_n_runs (plan);

  g_atomic_ref_count_init (&self->references);
  self->plan = rn_lab_plan_ref (plan);
  self->experiment = rn_lab_plan_get_experiment (plan);
  self->n_arms = rn_experiment_n_arms (self->experiment);
  self->n_seeds = rn_lab_plan_n_seeds (plan);
  self->has_studied = studies;
  self->outcomes = g_new0 (RnLabOutcome, n_runs);
  for (int i = 0; i < n_runs; i++)
    {
      if (!rn_lab_outcome_read (&self->outcomes[i], plan, i,
                                studies ? find_studies (self->experiment) : 0, threads, cancel,
                                error))
        return NULL;
      if (progress != NULL && !progress ((double) (i + 1) / n_runs, user_data))
        {
          g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
          return NULL;
        }
    }
  for (int i = 0; i < rn_experiment_n_checks (self->experiment); i++)
    judge (self, i);
  for (int i = 0; i < rn_experiment_n_figures (self->experiment); i++)
    rn_lab_figure_init (&self->figures[i], self, rn_experiment_get_figure (self->experiment, i));
  return g_steal_pointer (&self);
}

RnLabResults *
rn_lab_results_ref (RnLabResults *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rn_lab_results_unref (RnLabResults *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  for (int i = 0; i < self->n_arms * self->n_seeds; i++)
    rn_lab_outcome_clear (&self->outcomes[i]);
  g_free (self->outcomes);
  for (int i = 0; i < RN_LAB_MAX_FIGURES; i++)
    rn_lab_figure_clear (&self->figures[i]);
  rn_lab_plan_unref (self->plan);
  g_free (self);
}

RnLabPlan *
rn_lab_results_get_plan (RnLabResults *self)
{
  return self->plan;
}

int
rn_lab_results_n_finished (const RnLabResults *self)
{
  int n = 0;

  for (int i = 0; i < self->n_arms * self->n_seeds; i++)
    n += self->outcomes[i].is_finished;
  return n;
}

int
rn_lab_results_n_ended (const RnLabResults *self)
{
  int n = 0;

  for (int i = 0; i < self->n_arms * self->n_seeds; i++)
    n += rn_lab_results_is_over (self, i);
  return n;
}

gboolean
rn_lab_results_is_final (const RnLabResults *self)
{
  return rn_lab_results_n_ended (self) == self->n_arms * self->n_seeds &&
         (self->has_studied || !rn_lab_needs_studies (self->experiment) ||
          rn_lab_results_n_finished (self) == 0);
}

gint64
rn_lab_results_get_divergence (const RnLabResults *self, int run)
{
  g_return_val_if_fail (run >= 0 && run < self->n_arms * self->n_seeds, 0);

  return self->outcomes[run].diverged;
}

/* "ResNet-56, seed 2 of 3" behind the others of @runs, and where @step is not 0 ", at step 431" */
static void
list_run (const RnLabResults *self, GString *runs, int run, gint64 step)
{
  const char *name = rn_experiment_get_arm (self->experiment, run % self->n_arms)->name;
  const int seed = run / self->n_arms + 1;

  if (runs->len > 0)
    g_string_append (runs, "; ");
  if (step > 0)
    g_string_append_printf (runs, _ ("%s, seed %d of %d, at step %lld"), name, seed, self->n_seeds,
                            (long long) step);
  else
    g_string_append_printf (runs, _ ("%s, seed %d of %d"), name, seed, self->n_seeds);
}

char *
rn_lab_results_describe_divergences (const RnLabResults *self)
{
  g_autoptr (GString) diverged = g_string_new (NULL), orphans = g_string_new (NULL);
  g_autofree char *words = NULL;

  for (int i = 0; i < self->n_arms * self->n_seeds; i++)
    if (self->outcomes[i].diverged > 0)
      list_run (self, diverged, i, self->outcomes[i].diverged);
    else if (is_orphan (self, i))
      list_run (self, orphans, i, 0);
  if (diverged->len == 0)
    return NULL;
  words = g_strdup_printf (_ ("Diverged: %s."), diverged->str);
  if (orphans->len == 0)
    return g_steal_pointer (&words);
  return g_strdup_printf (_ ("%s These cannot begin, because the run whose weights they start from "
                             "diverged: %s."),
                          words, orphans->str);
}

double
rn_lab_results_get_seconds (const RnLabResults *self)
{
  double seconds = 0.0;

  for (int i = 0; i < self->n_arms * self->n_seeds; i++)
    seconds += self->outcomes[i].seconds;
  return seconds;
}

RnLabNumber
rn_lab_results_get_number (const RnLabResults *self, int arm, RnLabQuantity quantity)
{
  g_autofree double *values = g_new (double, self->n_seeds);

  gather (self, arm, quantity, 1.0, values);
  return rn_lab_number_of (values, self->n_seeds);
}

const RnLabVerdict *
rn_lab_results_get_verdict (const RnLabResults *self, int check)
{
  g_return_val_if_fail (check >= 0 && check < rn_experiment_n_checks (self->experiment), NULL);

  return &self->verdicts[check];
}

const RnLabFigure *
rn_lab_results_get_figure (const RnLabResults *self, int figure)
{
  g_return_val_if_fail (figure >= 0 && figure < rn_experiment_n_figures (self->experiment), NULL);

  return &self->figures[figure];
}
