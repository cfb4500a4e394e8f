#pragma once

#include "residua/augment.h"

/* Batches of the training split, prepared ahead: while the caller computes with batch @step, a thread of the
 * loader makes @step + 1. What is in batch @step is a function of (data set, settings, seed, step) alone, so any
 * step can be asked for at any time, and again.
 *
 * One thread at a time may call; two batches are kept in memory.
 */
typedef struct _RnLoader RnLoader;

typedef struct
{
  int n;        /* pictures in it; fewer than asked for only at the end of an epoch */
  gint64 epoch; /* step / steps per epoch */
  float *x;     /* [n,side,side,channels], normalised and augmented */
  int *labels;  /* [n] */
} RnBatch;

/* @batch: pictures in a batch, at least 1
 * @drop_last: leave out the last, short batch of each epoch
 * @error: RN_ERROR_DATA where there are no training pictures, or fewer than @batch with @drop_last;
 *   RN_ERROR_MEMORY; what decoding says where colours are measured
 */
RnLoader *rn_loader_new (RnDataset *dataset, const RnPreprocess *preprocess,
                         const RnAugment *augment, int batch, gboolean drop_last, guint64 seed,
                         GError **error);
void rn_loader_free (RnLoader *loader);
gint64 rn_loader_steps_per_epoch (RnLoader *loader);
/* @step: from 0
 *
 * Waits until the batch is ready. Returns: (transfer none): valid until another step is asked for; NULL where a
 * picture cannot be decoded, with the error naming it
 */
const RnBatch *rn_loader_get (RnLoader *loader, gint64 step, GError **error);
/* The same, but fails with RN_ERROR_CANCELLED soon after @cancel (nullable) becomes non-zero: a batch of large
 * pictures takes long
 */
const RnBatch *rn_loader_get_cancellable (RnLoader *loader, gint64 step, const int *cancel,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLoader, rn_loader_free)
