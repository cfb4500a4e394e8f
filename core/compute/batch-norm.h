#pragma once

#include "parallel.h"

/* Batch-norm with what stands beside it in a residual network, in as few passes as there can be. z is a convolution's
 * output, [pixels,C] with pixels = N H W; called by all members of a team. @partials: rn_norm_partials() doubles,
 * shared, may be reused as soon as a call has returned.
 */

gsize rn_norm_partials (gsize pixels, int channels);

/* mean[c], var[c] (biased) of z[:,c]. Sums in chunks of at most 1024 pixels in float around a shift (the first
 * pixel), added in double: no cancellation where the mean is large. */
void rn_norm_statistics (RnWorker *worker, float *mean, float *var, const float *z,
                         double *partials, gsize pixels, int channels);

/* What rn_norm_apply() gathers on its way. */
typedef struct
{
  double sum_s2; /* sum of s^2 over everything, (out) */
  int n_dead;    /* channels of y that are zero everywhere, (out) */
} RnNormMeasures;

/* y = relu (z scale[c] + shift[c] + s), where s is nullable and ReLU optional. y may be z or s.
 * @measures: (nullable): needs @partials */
void rn_norm_apply (RnWorker *worker, float *y, const float *z, const float *s, const float *scale,
                    const float *shift, gboolean relu, RnNormMeasures *measures, double *partials,
                    gsize pixels, int channels);

/* Backward through y = relu (batch-norm (z) + s) with batch statistics.
 *
 *   d = (dy + dy2) where y > 0 (everywhere if y is NULL): the gradient of the branch's end and of s
 *   dbeta += sum d;  dgamma += sum d xhat,  xhat = (z - mean) inv_std
 *   dz = gamma inv_std (d - sum d / pixels - xhat sum (d xhat) / pixels)        (Ioffe and Szegedy 2015)
 *
 * @dy2: (nullable): a second gradient of y. @d may be dy or dy2; @dz may be d. Overwrites d and dz, adds to dgamma and dbeta. */
void rn_norm_backward (RnWorker *worker, float *dz, float *d, const float *dy, const float *dy2,
                       const float *y, const float *z, const float *mean, const float *inv_std,
                       const float *gamma, float *dgamma, float *dbeta, double *partials,
                       gsize pixels, int channels);
