#pragma once

#include "residua/model.h"

G_BEGIN_DECLS

/**
 * RnPath:
 * @RN_PATH_TAPS: unfolded: every layer's output can be looked at and branches can be switched off. Statements "to the
 *   bit" hold within this path
 * @RN_PATH_RUN: batch-norm folded into the filters, fused; agrees within 1e-4 of the logits' RMS
 */
typedef enum
{
  RN_PATH_TAPS,
  RN_PATH_RUN
} RnPath;

/**
 * RnEvaluator:
 *
 * Runs one model on its own threads with its own buffers. One thread at a time may use it.
 */
typedef struct _RnEvaluator RnEvaluator;

/**
 * RnPass:
 * @gates: (nullable): for each block whether its residual branch is on; an off branch leaves the block its shortcut,
 *   after the final ReLU. Plain blocks have no branch to switch: FALSE there is an error
 * @tap_names: (nullable): NULL-terminated layer names ("conv1", "bn1", "layer1.0.conv2", "layer1.0.bn2") and block
 *   parts ("layer1.0.in", ".shortcut", ".f", ".sum", ".out"); "pool", "fc"
 * @taps: (out) (nullable): as many tensors as names, each (transfer full), `[N,H,W,C]`
 * @cancel: (nullable): becomes non-zero, from any thread, to make the pass fail with RN_ERROR_CANCELLED soon
 *
 * What one evaluation does beside computing logits; all zero is nothing. Gates are of a pass, never of a model.
 */
typedef struct
{
  const gboolean *gates;
  const char *const *tap_names;
  RnTensor **taps;
  const int *cancel;
} RnPass;

/**
 * rn_evaluator_new:
 * @threads: 1 to 256; 0 for as many as there are processors
 * @error: RN_ERROR_MEMORY
 */
RnEvaluator *rn_evaluator_new (RnModel *model, RnPath path, int threads, GError **error);
void rn_evaluator_free (RnEvaluator *evaluator);
RnModel *rn_evaluator_get_model (RnEvaluator *evaluator);

/**
 * rn_evaluator_run:
 * @logits: (out): n x classes
 * @x: `[n,height,width,channels]`, normalised; any sides of at least 1: the global average pool takes what comes
 * @pass: (nullable); taps and gates need RN_PATH_TAPS
 *
 * Buffers grow to the largest pass so far and are kept.
 */
gboolean rn_evaluator_run (RnEvaluator *evaluator, float *logits, const float *x, int n, int height,
                           int width, const RnPass *pass, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnEvaluator, rn_evaluator_free)

G_END_DECLS
