#pragma once

#include "parallel.h"

/* Batch-norm with what stands beside it in a residual network, in as few passes as there can be. z is a convolution's
 * output, [pixels,C] with pixels = N H W; functions that take a worker are called by all members of a team.
 *
 * Sums over the pixels are gathered by whoever writes the tensor that they are of, while it is in the cache: pieces of it, each
 * added to a slot of its own. So that bits do not depend on threads, slots and the order within each are the writer's, chosen by
 * the shape alone; the slots are added up in their order.
 */

/* What the sums are of.
 *
 * Statistics (@d is NULL): mean and variance of z.
 *
 * Backward through y = relu (batch-norm (z) + s): in @d is dy, a gradient of y, and there it is overwritten by
 *
 *   d = (dy + dy2) where y > 0, everywhere without ReLU: the gradient of the branch's end and of s
 *
 * and the sums are sum d and sum d xhat,  xhat = (z - mean) inv_std. */
typedef struct
{
  const float *z;
  int channels;
  double *slots; /* rn_norm_slots() doubles, shared; may be reused as soon as the sums were taken */

  float *d;
  const float *dy2; /* (nullable): a second gradient of y */
  const float *y;   /* (nullable): where s is NULL y may be told by the next two, */
  const float *scale,
      *shift; /* (nullable): which are what rn_norm_apply() takes; neither: no ReLU */
  const float *mean;
} RnNormGather;

/* Some rows of pixels of the tensor */
typedef struct
{
  gsize pixel; /* the first */
  int rows, run;
  gsize width; /* pixels from one row to the next; @run where they lie together */
  int cut_for; /* the channels of a call whose bits this one of some of them is to give; 0: its own */
} RnNormArea;

gsize rn_norm_slots (int n_slots, int channels);
/* Called by one thread: empties @slot for channels [@channel,@channel + @n) */
void rn_norm_gather_begin (const RnNormGather *gather, int slot, int channel, int n);
/* Called by one thread: adds @area, which has just been written. */
void rn_norm_gather (const RnNormGather *gather, int slot, int channel, int n,
                     const RnNormArea *area);
/* The same for a tensor that lies there already. Returns: how many slots were used, as rn_norm_count_slots() says. */
int rn_norm_gather_all (RnWorker *worker, const RnNormGather *gather, gsize pixels);
int rn_norm_count_slots (gsize pixels, int channels);

/* mean[c], var[c] (biased) of z[:,c] from @n_slots of statistics. In a slot they are kept in double; what is added to it was
 * summed in float around one of its pixels, at most 1024 of them: no cancellation where the mean is large. */
void rn_norm_statistics (RnWorker *worker, float *mean, float *var, const RnNormGather *gather,
                         int n_slots);

/* What rn_norm_apply() gathers on its way. */
typedef struct
{
  double sum_s2; /* sum of s^2 over everything, (out) */
  int n_dead;    /* channels of y that are zero everywhere, (out) */
} RnNormMeasures;

/* y = relu (z scale[c] + shift[c] + s), where s is nullable and ReLU optional. y may be z or s.
 * @measures: (nullable): needs @partials, rn_norm_slots (rn_norm_count_slots ()) doubles */
void rn_norm_apply (RnWorker *worker, float *y, const float *z, const float *s, const float *scale,
                    const float *shift, gboolean relu, RnNormMeasures *measures, double *partials,
                    gsize pixels, int channels);

/* From the sums of @n_slots of @gather, and its d:
 *
 *   dbeta += sum d;  dgamma += sum d xhat
 *   dz = gamma inv_std (d - sum d / pixels - xhat sum (d xhat) / pixels)        (Ioffe and Szegedy 2015)
 *
 * @dz may be d. */
void rn_norm_backward (RnWorker *worker, float *dz, const RnNormGather *gather, int n_slots,
                       const float *inv_std, const float *gamma, float *dgamma, float *dbeta,
                       gsize pixels);
