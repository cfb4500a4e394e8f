#pragma once

#include "residua/dataset.h"
#include "residua/experiment.h"
#include "residua/feed.h"

G_BEGIN_DECLS

/* The lab: an experiment (experiment.h) becomes a plan of ordinary runs, a runner trains what of them is not there yet,
 * and lab-results.h says what came out, from the runs on disk alone.
 */

/**
 * RnLabRun:
 * @arm: index in the experiment
 * @spec: fitted to the data
 * @name: of its folder: the network's name, the seed, and a digest of network, settings, pictures and origin. So two
 *   experiments that need the same training share it, and a change of anything that decides the result is another run
 * @path: the folder; RUNS/@name
 * @origin: index of the run whose last weights it begins with, -1 for none
 * @offset: steps that its origins did before it
 *
 * One training of a plan, everything about it decided.
 */
typedef struct
{
  int arm;
  guint64 seed;
  const RnSpec *spec;
  const RnSettings *settings;
  const char *name;
  const char *path;
  int origin;
  gint64 offset;
} RnLabRun;

/**
 * RnLabPlan:
 *
 * Which runs an experiment needs, in the order in which they are trained: seed by seed, within a seed the arms.
 * Immutable and reference counted; making one reads and writes nothing.
 */
typedef struct _RnLabPlan RnLabPlan;

/**
 * rn_lab_plan_new:
 * @dataset: what all arms learn; kept
 * @n_seeds: 1 to RN_LAB_MAX_SEEDS; 0 for the experiment's own
 * @runs_folder: where the runs are, or will be
 * @error: RN_ERROR_SHAPE where a network does not fit the data, RN_ERROR_DATA where the settings do not or two arms come to
 *   the same training
 */
RnLabPlan *rn_lab_plan_new (RnExperiment *experiment, RnDataset *dataset, int n_seeds,
                            const char *runs_folder, GError **error);
RnLabPlan *rn_lab_plan_ref (RnLabPlan *plan);
void rn_lab_plan_unref (RnLabPlan *plan);

RnExperiment *rn_lab_plan_get_experiment (RnLabPlan *plan);
RnDataset *rn_lab_plan_get_dataset (RnLabPlan *plan);
int rn_lab_plan_n_seeds (const RnLabPlan *plan);
int rn_lab_plan_n_runs (const RnLabPlan *plan);
/** Returns: (transfer none): run @run, of arm @run % arms and the seed @run / arms of the plan */
const RnLabRun *rn_lab_plan_get_run (const RnLabPlan *plan, int run);
/** Returns: the steps of run @run that are safe on disk: those of its newest checkpoint; -1 where there is no run yet */
gint64 rn_lab_plan_get_step (const RnLabPlan *plan, int run);
/** Returns: whether run @run has done all its steps, the last evaluation included, and is the run that the plan means */
gboolean rn_lab_plan_is_finished (const RnLabPlan *plan, int run);
/** Returns: whether run @run is finished or never will be: it diverged, or what it begins with did */
gboolean rn_lab_plan_is_over (const RnLabPlan *plan, int run);
/** Returns: (transfer full): how arm @arm is trained, for a report: "600 steps of 128 pictures, rate 0.1, …" */
char *rn_lab_plan_describe_arm (const RnLabPlan *plan, int arm);
/** Returns: (transfer full): on what: "sample: 10000 training and 2000 test pictures, 10 classes" */
char *rn_lab_plan_describe_data (const RnLabPlan *plan);

/**
 * rn_lab_plan_estimate:
 * @threads: 1 to 256; 0 for as many as there are processors
 * @cancel: (nullable): as in RnPass
 * @seconds: (out): what is not on disk yet would take here and now, evaluations included, studies of the trained
 *   networks not
 * @error: as rn_bench_estimate_epoch()
 *
 * Trains each network for about a second; for a thread that may wait.
 */
gboolean rn_lab_plan_estimate (const RnLabPlan *plan, int threads, const int *cancel,
                               double *seconds, GError **error);

/**
 * RnLabRunner:
 *
 * Trains the runs of a plan in a thread of its own. Commands return at once. Runs that are finished or diverged before are
 * left as they are, others go on from their newest checkpoint, and whatever ends it (also a kill) leaves all of them
 * resumable. A run that diverges does not keep the others from their end; the runner fails then.
 */
typedef struct _RnLabRunner RnLabRunner;

typedef enum
{
  RN_LAB_IDLE,
  RN_LAB_RUNNING,
  RN_LAB_PAUSED,
  RN_LAB_FINISHED,
  RN_LAB_STOPPED,
  RN_LAB_FAILED
} RnLabState;

/**
 * RnLabOrder:
 * @RN_LAB_IN_TURN: the arms of a seed in slices of a twentieth of their steps, so that their curves grow together; where
 *   there is not enough memory for all of them at once, those that wait are put on disk
 * @RN_LAB_ONE_BY_ONE: each run to its end before the next
 *
 * The order changes no byte of curves and weights.
 */
typedef enum
{
  RN_LAB_IN_TURN,
  RN_LAB_ONE_BY_ONE
} RnLabOrder;

/**
 * RnLabStatus:
 * @run: the run that trains now, -1 for none
 * @step, @steps: done and wanted, over all runs
 * @done: 0 to 1, by multiply-adds, as steps of different networks take different time; a run that diverged is done
 * @seconds_left: from what was measured so far; below 0 while nothing was
 * @pictures_per_s: of the run that trains
 */
typedef struct
{
  RnLabState state;
  int run;
  gint64 step;
  gint64 steps;
  double done;
  double seconds_left;
  double pictures_per_s;
} RnLabStatus;

/**
 * rn_lab_runner_new:
 * @threads: 1 to 256; 0 for as many as there are processors
 *
 * Reads the histories of the runs that are there already; for a thread that may wait.
 *
 * Returns: (transfer full): a runner at rest; nothing is written before rn_lab_runner_start()
 */
RnLabRunner *rn_lab_runner_new (RnLabPlan *plan, RnLabOrder order, int threads);
/** Stops (as rn_lab_runner_stop()), waits for the thread and frees. */
void rn_lab_runner_free (RnLabRunner *runner);

/**
 * rn_lab_runner_set_wake:
 * @wake: (nullable): called on the runner's thread, with the runner or the feed and @data, when the status has changed or
 *   a feed turns from empty to filled; must not block. Set before the start
 */
void rn_lab_runner_set_wake (RnLabRunner *runner, GFunc wake, gpointer data);

/** Begins, or goes on after a pause. */
void rn_lab_runner_start (RnLabRunner *runner);
/** Leaves the step under way; everything stays in memory. */
void rn_lab_runner_pause (RnLabRunner *runner);
/** Leaves the step under way, writes a checkpoint of every open run and ends; another runner can go on. */
void rn_lab_runner_stop (RnLabRunner *runner);

void rn_lab_runner_get_status (RnLabRunner *runner, RnLabStatus *status);
/** Returns: steps done of run @run */
gint64 rn_lab_runner_get_step (RnLabRunner *runner, int run);
/** Returns: (transfer full) (nullable): why it failed */
GError *rn_lab_runner_get_error (RnLabRunner *runner);
/**
 * rn_lab_runner_get_feed:
 *
 * Returns: (transfer none): the snapshots of run @run's training, as a trainer's own feed gives them, but without
 *   steps that were done before the runner began; rn_run_read_history() has those. Its wake is the runner's
 */
RnFeed *rn_lab_runner_get_feed (RnLabRunner *runner, int run);
/** Waits until the runner is at rest: idle, paused, finished, stopped or failed. Returns: that state */
RnLabState rn_lab_runner_wait (RnLabRunner *runner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLabPlan, rn_lab_plan_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLabRunner, rn_lab_runner_free)

G_END_DECLS
