#pragma once

#include "batch-norm.h"
#include "kernels.h"
#include "parallel.h"

/* Convolution, any odd kernel, stride 1 or 2 (more work too), zero padding.
 *
 *   x [N,H,W,C]   w [K,R,S,C], R = S = kernel   y [N,P,Q,K]
 *   y[n,p,q,k] = sum over r, s, c of x[n, p*stride + r - pad, q*stride + s - pad, c] w[k,r,s,c]
 *
 * Every function that takes a worker is called by all members of a team. conv.c chooses the algorithm, by shape alone; it is the
 * one place that does.
 */

typedef struct
{
  int n, h, w, c;
  int p, q, k;
  int kernel, stride, pad;
} RnConvShape;

typedef enum
{
  RN_CONV_DIRECT,
  RN_CONV_WINOGRAD,
  RN_CONV_PRODUCT /* lowered to a matrix product; gradients of filters only */
} RnConvMethod;

/* What the three directions take. */
RnConvMethod rn_conv_forward_method (const RnConvShape *shape);
RnConvMethod rn_conv_data_method (const RnConvShape *shape);
RnConvMethod rn_conv_filters_method (const RnConvShape *shape);

/* What each member needs as scratch, and how long the memory is that all share in a call, in floats. Its content is of no
 * meaning between calls. */
gsize rn_conv_scratch (const RnConvShape *shape);
gsize rn_conv_shared (const RnConvShape *shape);

/* @gather: (nullable): whose slots take y, or dx, in the pieces that it is written in: as many as these say */
int rn_conv_forward_slots (const RnConvShape *shape);
int rn_conv_data_slots (const RnConvShape *shape);

/* What a convolution does to its input while it reads it: x stands for  relu (x scale[c] + shift[c]), so that what comes before
 * need not be written down. Padding stays zero. */
typedef struct
{
  const float *scale, *shift;
} RnConvInput;

/* Whether it can: there has to be padding. */
gboolean rn_conv_reads_raw (const RnConvShape *shape);

/* @input: (nullable) */
void rn_conv_forward (RnWorker *worker, float *y, const float *x, const float *w, float *shared,
                      const RnConvShape *shape, const RnConvInput *input,
                      const RnNormGather *gather);

/* dx[n,h,w,c] = sum of dy w; overwrites dx */
void rn_conv_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                            float *shared, const RnConvShape *shape, const RnNormGather *gather);

/* dw[k,r,s,c] += sum over n, p, q of dy x;  @input: (nullable), of x */
void rn_conv_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                               float *shared, const RnConvShape *shape, const RnConvInput *input);

/* Forward in two parts, for filters that stay as they are: they are packed for the kernels once. What is packed depends on the
 * filters and on rn_conv_forward_method(), and on nothing else of the shape. */

/* In floats: packed filters, and each member's scratch and what all share in rn_conv_run() */
gsize rn_conv_packed (const RnConvShape *shape);
gsize rn_conv_run_scratch (const RnConvShape *shape);
gsize rn_conv_run_shared (const RnConvShape *shape);
/* Packs  w[k,..] scale[k];  @scale: (nullable): [K] */
void rn_conv_pack (RnWorker *worker, float *packed, const float *w, const float *scale,
                   const RnConvShape *shape);
/* @finish: (nullable): what is done to y while it is in registers; its addend may not be y */
void rn_conv_run (RnWorker *worker, float *y, const float *x, const float *packed, float *shared,
                  const RnConvShape *shape, const RnFinish *finish);
