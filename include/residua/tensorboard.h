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

G_END_DECLS
