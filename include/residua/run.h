#pragma once

#include "residua/model.h"
#include "residua/settings.h"

G_BEGIN_DECLS

/**
 * RnHistoryRow:
 * @step: the number of steps done, so the first row's is 1
 * @loss: mean cross-entropy of the step's batch
 * @error: share of the batch that was classified wrongly
 * @rate: learning rate of the step
 * @test_loss, @test_error: of the whole test split after the step; NaN where it was not evaluated
 */
typedef struct
{
  gint64 step;
  double epoch;
  double loss;
  double error;
  double rate;
  double test_loss;
  double test_error;
} RnHistoryRow;

/**
 * RnBlockMeasure:
 * @block: id in the specification
 * @rms_s: RMS of what the shortcut gives; NaN in plain blocks
 * @rms_f: RMS of the residual branch
 * @ratio: @rms_f / @rms_s
 * @gradient: RMS of dL/dw over the block's convolution filters, before weight decay
 * @dead: mean share over the block's ReLUs of channels that are zero on the whole batch
 * @response: standard deviation of the last 3x3 layer's response (batch-norm's output)
 *
 * A record of blocks.bin; architecture.md of the design calls these the measures of a block.
 */
typedef struct
{
  gint64 step;
  guint32 block;
  float rms_s;
  float rms_f;
  float ratio;
  float gradient;
  float dead;
  float response;
} RnBlockMeasure;

/**
 * RnTimingRow:
 * @step: steps done by then
 * @unix_time: seconds
 * @pictures_per_s: 0 before the first step
 * @threads: that worked
 *
 * A line of timing.csv: one every ten seconds or so while it trains, none while it does not.
 */
typedef struct
{
  gint64 step;
  gint64 unix_time;
  double pictures_per_s;
  int threads;
} RnTimingRow;

/**
 * RnRunEvent:
 * @step: steps done when it took effect; of "diverged" the step that could not be done
 * @name: "rate", "diverged"
 * @value: the new learning rate; of "diverged" the one of that step, before the schedule
 *
 * A line of events.csv: a command that changed the result, or how it ended. A training that is resumed from before a step
 * that diverged, with another rate say, may come past it.
 */
typedef struct
{
  gint64 step;
  char name[16];
  double value;
} RnRunEvent;

/**
 * RnMeasureFunc:
 *
 * Returns: FALSE to end the reading
 */
typedef gboolean (*RnMeasureFunc) (const RnBlockMeasure *measure, gpointer data);

/**
 * RnRun:
 *
 * A training on disk: a folder with spec.json, settings.json, classes.json, history.csv, timing.csv, blocks.bin,
 * events.csv, lock and checkpoints/step-NNNNNNNN.safetensors; where it began with the weights of another network also
 * origin.json, which names that one and its step. Nothing in it but timing.csv depends on time, threads or
 * paths, apart from the data's path in settings.json.
 */
typedef struct _RnRun RnRun;

/**
 * rn_run_open:
 * @path: of the folder
 * @error: RN_ERROR_FORMAT naming the file in it; GIO's
 *
 * Opens to look; takes no lock. A torn last line of a growing file is left out.
 */
RnRun *rn_run_open (const char *path, GError **error);
void rn_run_free (RnRun *run);

const char *rn_run_get_path (const RnRun *run);
const RnSpec *rn_run_get_spec (const RnRun *run);
const RnSettings *rn_run_get_settings (const RnRun *run);
/** Returns: what it was trained on: "sample" or a path */
const char *rn_run_get_data (const RnRun *run);
const char *rn_run_get_data_digest (const RnRun *run);

/** Returns: (transfer full) (element-type RnHistoryRow): the whole history */
GArray *rn_run_read_history (RnRun *run, GError **error);
/** Returns: (transfer full) (element-type RnBlockMeasure) */
GArray *rn_run_read_measures (RnRun *run, GError **error);
/** Calls @func for each record of blocks.bin in order, without keeping them. */
gboolean rn_run_scan_measures (RnRun *run, RnMeasureFunc func, gpointer data, GError **error);
/**
 * rn_run_read_measures_at:
 *
 * Finds them in O(log n) of the file's records, so it is quick on a run of any length, also while it grows; a torn end
 * is left out.
 *
 * Returns: (transfer full) (element-type RnBlockMeasure): those of the newest measured step that is not after @step,
 *   one per block in order; empty where none was measured by then
 */
GArray *rn_run_read_measures_at (RnRun *run, gint64 step, GError **error);
/** Returns: (transfer full) (element-type RnTimingRow): up to the first line that is not understood: nothing hangs on
 *   this file */
GArray *rn_run_read_timing (RnRun *run, GError **error);
/** Returns: (transfer full) (element-type RnRunEvent): by step, and as they were written within a step */
GArray *rn_run_read_events (RnRun *run, GError **error);
/** @events: (element-type RnRunEvent): of a run; @last_step: of its history. Returns: the step at which it diverged, the
 *   next one; 0 where it did not */
gint64 rn_run_find_divergence (const GArray *events, gint64 last_step);
/** Returns: (transfer full) (element-type gint64): steps with a checkpoint, rising */
GArray *rn_run_list_checkpoints (RnRun *run, GError **error);
/** Returns: the step of the best checkpoint: the lowest test error, the earliest of equals; -1 where there is none */
gint64 rn_run_best_step (RnRun *run);
/** Returns: (transfer full): the model of the checkpoint at @step; -1 is the latest that reads well */
RnModel *rn_run_load_model (RnRun *run, gint64 step, GError **error);

/** Whether a folder of this name is one in which a run is still being made, "RUN.new-XXXXXX" */
gboolean rn_run_is_in_making (const char *name);
/** Removes from @folder what programs that died while they made a run have left there; nothing that is being made,
 * nothing in which a step was done, and nothing that holds anything but a run's files. A new training does so first. */
void rn_run_clear_making (const char *folder);

/**
 * rn_model_load_any:
 * @what: a model file, or a run: "RUN" (latest checkpoint), "RUN@best", "RUN@STEP"
 * @hints: (nullable): for files of others
 */
RnModel *rn_model_load_any (const char *what, const RnModelHints *hints, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnRun, rn_run_free)

G_END_DECLS
