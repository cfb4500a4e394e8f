#pragma once

#include "residua/run.h"
#include "train/checkpoint.h"

/* The one who writes a run. It holds the run's lock (flock on PATH/lock) for as long as it lives. Whole lines and
 * records go out in one write() each, so a kill leaves at most one torn at the end; nothing that is appended is
 * waited for but events. One thread at a time may use it.
 */
typedef struct _RnRunWriter RnRunWriter;

/* Makes the run beside its place, under a temporary name; the first rn_run_writer_checkpoint() renames it to @path, so
 * that a run is there with a checkpoint or not at all. Folders above @path are made. Freed before that, nothing is
 * left. @classes: (nullable): NULL-terminated. @error: G_IO_ERROR_EXISTS where @path is there already.
 */
RnRunWriter *rn_run_writer_create (const char *path, const RnSpec *spec, const RnSettings *settings,
                                   const char *data, const char *digest, const char *const *classes,
                                   GError **error);

/* Writes origin.json: what a new run's weights come from. For people; nothing reads it to train. @name: (nullable) */
gboolean rn_run_writer_set_origin (RnRunWriter *writer, const RnSpec *origin, const char *name,
                                   gint64 step, GError **error);

/* Takes the lock of an existing run, for rn_run_writer_cut() to follow. @error: G_IO_ERROR_BUSY where another holds
 * it.
 */
RnRunWriter *rn_run_writer_open (const char *path, GError **error);

/* Loads the newest checkpoint that reads well. The rest of the run must not be touched by it. */
RnLoadedCheckpoint *rn_run_writer_load_newest (RnRunWriter *writer, GError **error);

/* Cuts off what was written after @step, the step of an existing checkpoint: rows of timing.csv and records of
 * blocks.bin, torn ends, later checkpoints, files left by a kill; and of history.csv the rows after @history_step,
 * which is @step, or one less where the checkpoint was written before its row. Appending may begin. @error:
 * RN_ERROR_FORMAT where the history does not reach @history_step.
 */
gboolean rn_run_writer_cut (RnRunWriter *writer, gint64 step, gint64 history_step, GError **error);

/* rn_run_writer_open() and rn_run_writer_cut() for whoever knows the checkpoint */
RnRunWriter *rn_run_writer_resume (const char *path, gint64 step, GError **error);

/* What the newest row of timing.csv says, after rn_run_writer_cut(). Returns: FALSE where there is none */
gboolean rn_run_writer_get_machine (const RnRunWriter *writer, char **isa, char **blas_core);

/* Syncs nothing: what was appended is the kernel's. A run that has no checkpoint yet is removed. */
void rn_run_writer_free (RnRunWriter *writer);

const char *rn_run_writer_get_path (const RnRunWriter *writer);
/* Returns: (nullable): what was damaged and cut off blocks.bin by rn_run_writer_cut(), a sentence */
const char *rn_run_writer_get_damage (const RnRunWriter *writer);

/* @row: its step is the one after the last row's */
gboolean rn_run_writer_append_history (RnRunWriter *writer, const RnHistoryRow *row,
                                       GError **error);
/* All of one step, at most 4096 */
gboolean rn_run_writer_append_measures (RnRunWriter *writer, const RnBlockMeasure *measures, int n,
                                        GError **error);
/* The one file with times in it. @isa, @blas_core: words without commas */
gboolean rn_run_writer_append_timing (RnRunWriter *writer, gint64 step, gint64 unix_time,
                                      double pictures_per_s, int threads, const char *isa,
                                      const char *blas_core, GError **error);

/* A command that changes the result, on disk before this returns. @name: a word such as "rate" */
gboolean rn_run_writer_append_event (RnRunWriter *writer, gint64 step, const char *name,
                                     double value, GError **error);

/* Returns: (transfer full) (element-type RnRunEvent): all of step @first_step or later, by step, and as written within
 * a step. A resume from a checkpoint of that step does them again.
 */
GArray *rn_run_writer_read_events (RnRunWriter *writer, gint64 first_step, GError **error);

/* Rewrites settings.json with another length. */
gboolean rn_run_writer_set_steps (RnRunWriter *writer, gint64 steps, GError **error);

/* Syncs history and measures, writes checkpoints/step-NNNNNNNN.safetensors, then removes old checkpoints: kept are the
 * best, the latest two, and as many of the newest as fit in 512 MiB together with those.
 */
gboolean rn_run_writer_checkpoint (RnRunWriter *writer, const RnCheckpoint *checkpoint,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnRunWriter, rn_run_writer_free)
