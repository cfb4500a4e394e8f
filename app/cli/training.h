#pragma once

#include "commands.h"
#include "residua/tensorboard.h"
#include "residua/trainer.h"

/* What train and resume share: a training under way, looked at from a terminal, a pipe or by a machine. */

/* Runs @trainer to its end or until somebody interrupts, telling what happens, and frees it.
 * @events: (nullable): to be kept up to date
 * @json: one object per event on stdout
 */
RnExit rn_cli_watch_training (RnTrainer *trainer, RnTensorboard *events, gboolean json);

/* As rn_cli_fail() and, with @json, an "error" event */
RnExit rn_cli_fail_training (GError *error, gboolean json, const char *command);

/* Opens a data set and shows how far it is; RN_ERROR_CANCELLED when interrupted. */
RnDataset *rn_cli_open_data (const char *what, guint64 seed, GError **error);

/* The "start" event, or the same as lines for people. */
void rn_cli_tell_start (const char *run_path, const RnSpec *spec, const RnSettings *settings,
                        RnDataset *dataset, gint64 step, int threads, gboolean json);
