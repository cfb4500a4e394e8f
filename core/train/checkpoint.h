#pragma once

#include "residua/model.h"

/* A model and what training needs to go on from it, in one safetensors file: the model's own tensors and metadata,
 * "train.momentum.NAME" for each learned parameter, and "train.state.step", ".rate" and ".schedule". No time, thread
 * count or path is in it: the same training gives the same bytes.
 */

typedef struct
{
  RnModel *model;        /* its own step is ignored: @step is written in its place */
  const float *momentum; /* n_learned floats, in the order of the arena's front */
  gint64 step;           /* steps done */
  double rate;           /* the base rate, as set-rate commands have left it */
  const double *state;   /* whatever else the trainer keeps, back to the bit */
  int n_state;           /* at least 1 */
} RnCheckpoint;

/* Aside, synced, renamed over @path. */
gboolean rn_checkpoint_save (const RnCheckpoint *checkpoint, const char *path, GError **error);

typedef struct
{
  RnModel *model;
  float *momentum; /* from rn_floats_new() */
  gint64 step;
  double rate;
  double *state;
  int n_state;
} RnLoadedCheckpoint;

/* @error: RN_ERROR_FORMAT or RN_ERROR_SHAPE naming file and tensor, GIO's for reading */
RnLoadedCheckpoint *rn_checkpoint_load (const char *path, GError **error);
void rn_loaded_checkpoint_free (RnLoadedCheckpoint *checkpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLoadedCheckpoint, rn_loaded_checkpoint_free)
