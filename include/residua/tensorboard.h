#pragma once

#include "residua/run.h"

G_BEGIN_DECLS

/**
 * rn_run_export_tensorboard:
 * @folder: made where it is absent
 * @path: (out) (nullable) (transfer full): the file that was written
 * @error: RN_ERROR_*, GIO's
 *
 * Writes the curves of a run as an event file of TensorBoard's: scalars "loss/train", "error/train", "rate" for each
 * step, "loss/test" and "error/test" where it was evaluated. Wall times are those of timing.csv, and between its lines in
 * proportion to the steps. The file's name is made from the run's beginning and folder, so that writing the same run
 * again replaces it.
 */
gboolean rn_run_export_tensorboard (RnRun *run, const char *folder, char **path, GError **error);

/* The same while a training goes on: a file that grows */

typedef struct _RnTensorboard RnTensorboard;

/**
 * rn_tensorboard_new:
 * @run: path of the run's folder, which need not be there yet
 * @folder: of the event file; made where it is absent
 * @goes_on: whether the run is resumed
 * @step: after which it goes on; 0 for a new run
 * @error: GIO's
 *
 * A new run begins a file of its own. One that goes on goes on with its newest file in @folder: what is there of steps
 * after @step is cut off, as it is in the run, so that no step stands there twice.
 */
RnTensorboard *rn_tensorboard_new (const char *run, const char *folder, gboolean goes_on,
                                   gint64 step, GError **error);
/** Appends the steps that the run has on disk by now; what cannot be written is tried again the next time. */
gboolean rn_tensorboard_update (RnTensorboard *tensorboard, GError **error);
/** Takes back what rn_tensorboard_new() has put there for a new run: its file, and the folder that was made for it. */
void rn_tensorboard_discard (RnTensorboard *tensorboard);
/** Closes the file, without an update. */
void rn_tensorboard_free (RnTensorboard *tensorboard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnTensorboard, rn_tensorboard_free)

G_END_DECLS
