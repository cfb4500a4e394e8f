#pragma once

#include "residua/feed.h"

G_BEGIN_DECLS

/**
 * RnTrainer:
 *
 * The worker: a thread that owns a network and trains it. Commands go in and return at once; snapshots come out of its
 * feed. A step is a transaction: pause and stop abandon the step under way and leave no trace of it; the same batch is
 * drawn again.
 */
typedef struct _RnTrainer RnTrainer;

/**
 * rn_trainer_fit_spec:
 * @error: RN_ERROR_SHAPE for values out of range; @spec may have changed in part
 *
 * Gives @spec the colours and classes of @dataset, and its side where all pictures are squares of one small one; others are
 * scaled to the input.
 */
gboolean rn_trainer_fit_spec (RnSpec *spec, RnDataset *dataset, GError **error);

/**
 * rn_trainer_new:
 * @run_path: a folder to be made; G_IO_ERROR_EXISTS where something is there already
 * @spec: its input and classes fit @dataset
 * @threads: 1 to 256; 0 for as many as there are processors
 * @error: RN_ERROR_SHAPE, RN_ERROR_DATA, RN_ERROR_MEMORY, GIO's
 *
 * Makes the run and its first checkpoint (step 0) on the calling thread, then starts the worker, idle.
 */
RnTrainer *rn_trainer_new (const char *run_path, const RnSpec *spec, const RnSettings *settings,
                           RnDataset *dataset, int threads, GError **error);

/**
 * rn_trainer_new_from:
 * @origin: (nullable): the network that @spec was made of; what rn_carry_list() says keeps its weights begins with
 *   @origin's, and the rest as the settings' seed has it. Momentum begins at zero
 * @origin_name: (nullable): what origin.json of the run calls it, a name without a path
 *
 * As rn_trainer_new(). The checkpoint of step 0 holds the weights, so the run does not need its origin any more.
 */
RnTrainer *rn_trainer_new_from (const char *run_path, const RnSpec *spec,
                                const RnSettings *settings, RnDataset *dataset, int threads,
                                RnModel *origin, const char *origin_name, GError **error);

/**
 * rn_trainer_resume:
 * @run_path: an existing run; it is locked, and what was written after its newest whole checkpoint is cut off and will
 *   be written again
 * @dataset: (nullable): NULL opens what the run names
 * @steps: a new length, or 0 for the run's own; no less than what is done
 * @error: RN_ERROR_DATA where the data's digest differs; G_IO_ERROR_BUSY where another program trains it
 */
RnTrainer *rn_trainer_resume (const char *run_path, RnDataset *dataset, gint64 steps, int threads,
                              GError **error);

/** Stops (as rn_trainer_stop()), waits for the worker and frees. */
void rn_trainer_free (RnTrainer *trainer);

/** Returns: (transfer none): where the snapshots come from */
RnFeed *rn_trainer_get_feed (RnTrainer *trainer);
const char *rn_trainer_get_run_path (RnTrainer *trainer);
/** Returns: (transfer none): how pictures become the network's input, for rn_trainer_watch(); it never changes */
const RnPreprocess *rn_trainer_get_preprocess (RnTrainer *trainer);
/** Returns: sentences worth telling before training, such as another instruction set than at the start; NULL-terminated */
const char *const *rn_trainer_get_warnings (RnTrainer *trainer);

/** Trains @n_steps, or to the end where 0. */
void rn_trainer_run (RnTrainer *trainer, gint64 n_steps);
void rn_trainer_pause (RnTrainer *trainer);
/** Pauses, writes a checkpoint and ends the worker; the feed's last snapshot says RN_STATE_STOPPED. */
void rn_trainer_stop (RnTrainer *trainer);
/** Changes the base rate from the next step on; recorded in the run's events.csv before it takes effect. */
void rn_trainer_set_rate (RnTrainer *trainer, double rate);
void rn_trainer_checkpoint (RnTrainer *trainer);
/** Evaluates the test split at the next step boundary, for the feed only; history.csv keeps its own schedule. */
void rn_trainer_evaluate (RnTrainer *trainer);

/**
 * rn_trainer_watch:
 * @x: `[1,H,W,C]`, normalised
 * @tap_names: NULL-terminated, as in RnPass
 * @every: steps between answers, at least 1; also answered at once while paused
 */
void rn_trainer_watch (RnTrainer *trainer, RnTensor *x, const char *const *tap_names, gint64 every);
void rn_trainer_unwatch (RnTrainer *trainer);

/**
 * rn_trainer_get_position:
 * @block: (out): where the step under way is: a block's index, -1 in the stem, the number of blocks in the head
 * @backward: (out): whether it is on its way back
 *
 * Answers at once, from any thread: a glance for whoever shows where the work is.
 */
void rn_trainer_get_position (RnTrainer *trainer, int *block, gboolean *backward);

/** Returns: whether a checkpoint is being written, for whose end every command waits; at once, from any thread */
gboolean rn_trainer_is_saving (RnTrainer *trainer);

/** Returns: (transfer full) (nullable): NULL after rn_trainer_stop(); a copy of the model at the next step boundary; waits for it: at most a step, or an evaluation of the test split. */
RnModel *rn_trainer_copy_model (RnTrainer *trainer);

/** Waits until the worker is idle, paused, finished or failed. Returns: that state */
RnState rn_trainer_wait (RnTrainer *trainer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnTrainer, rn_trainer_free)

G_END_DECLS
