#pragma once

#include "parallel.h"

/* Convolution, any odd kernel, stride 1 or 2 (more work too), zero padding.
 *
 *   x [N,H,W,C]   w [K,R,S,C], R = S = kernel   y [N,P,Q,K]
 *   y[n,p,q,k] = sum over r, s, c of x[n, p*stride + r - pad, q*stride + s - pad, c] w[k,r,s,c]
 *
 * Every function is called by all members of a team. conv.c chooses the algorithm, by shape alone; it is the one place
 * that does.
 */

typedef struct
{
  int n, h, w, c;
  int p, q, k;
  int kernel, stride, pad;
} RnConvShape;

/* What each member needs as scratch, and how long the shared partial sums of backward_filters are, in floats. */
gsize rn_conv_scratch (const RnConvShape *shape);
gsize rn_conv_partials (const RnConvShape *shape);

/* What is done to y while it is still in cache: y = relu (y + bias[k] + add); all nullable or FALSE. @add [N,P,Q,K]
 * may be y's own former content only where it does not alias. */
typedef struct
{
  const float *bias;
  const float *add;
  gboolean relu;
} RnConvEpilogue;

void rn_conv_forward (RnWorker *worker, float *y, const float *x, const float *w,
                      const RnConvShape *shape, const RnConvEpilogue *epilogue);

/* dx[n,h,w,c] = sum of dy w; overwrites dx */
void rn_conv_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                            const RnConvShape *shape);

/* dw[k,r,s,c] += sum over n, p, q of dy x; @partials: rn_conv_partials() floats, shared */
void rn_conv_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                               float *partials, const RnConvShape *shape);
