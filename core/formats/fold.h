#pragma once

#include "network/model.h"

/* Batch-norm taken into the convolution before it, with running statistics:
 * norm (conv (x, w)) = conv (x, w scale) + bias, scale = gamma / sqrt (variance + epsilon), bias = beta - mean scale.
 */

/* @filter: [K,R,S,C] of convolution @conv of the layout */
void rn_fold_filter (const RnModel *model, int conv, float *filter);
/* @bias: [K] */
void rn_fold_bias (const RnModel *model, int conv, float *bias);
