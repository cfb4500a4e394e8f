#pragma once

#include "parallel.h"

/* The small layers. Called by all members of a team unless said otherwise. */

/* Max-pool 3x3, stride 2, pad 1: x [N,H,W,C], y [N,P,Q,C], P = ceil (H / 2); the padding never wins. @arg [N,P,Q,C]:
 * which of the 9 won (the first of equals), NULL where backward is not wanted. NaN wins. */
void rn_pool_forward (RnWorker *worker, float *y, guint8 *arg, const float *x, int n, int h, int w,
                      int channels);
/* The gradient of y is dy + dy2; @dy2: (nullable); overwrites dx */
void rn_pool_backward (RnWorker *worker, float *dx, const float *dy, const float *dy2,
                       const guint8 *arg, int n, int h, int w, int channels);

/* y[n,c] = mean of x[n,:,:,c], summed in double;  x [N,H W,C] */
void rn_average_forward (RnWorker *worker, float *y, const float *x, int n, int pixels,
                         int channels);
/* dx[n,:,c] = dy[n,c] / pixels; overwrites dx */
void rn_average_backward (RnWorker *worker, float *dx, const float *dy, int n, int pixels,
                          int channels);

/* y [N,K] = x [N,C] w^T + b;  w [K,C] */
void rn_linear_forward (RnWorker *worker, float *y, const float *x, const float *w, const float *b,
                        int n, int c, int k);
/* overwrites dx (nullable), adds to dw and db */
void rn_linear_backward (RnWorker *worker, float *dx, float *dw, float *db, const float *dy,
                         const float *x, const float *w, int n, int c, int k);

/* Option A: s[n,p,q,before + i] = x[n, p stride, q stride, i], other channels zero.
 * x [N,H,W,C], s [N,ceil (H / stride),ceil (W / stride),K], 0 <= before <= K - C */
void rn_subsample_forward (RnWorker *worker, float *s, const float *x, int n, int h, int w, int c,
                           int k, int stride, int before);
/* overwrites dx */
void rn_subsample_backward (RnWorker *worker, float *dx, const float *ds, int n, int h, int w,
                            int c, int k, int stride, int before);

/* Softmax and cross-entropy, natural logarithm; max-subtracted. labels in [0,K).
 * @dlogits: (nullable): d (mean loss) / d logits, overwritten. Returns through @loss the mean over the batch (double),
 * through @wrong how many were not the first largest (a NaN among a picture's logits makes it wrong).
 * One thread calls it. */
void rn_cross_entropy (double *loss, int *wrong, float *dlogits, const float *logits,
                       const int *labels, int n, int k);
/* p = softmax (logits), one row. One thread. */
void rn_softmax (float *p, const float *logits, int k);

/* One step of gradient descent with momentum on [0,count):  v = momentum v + g + decay w;  w -= rate v. */
void rn_sgd_update (RnWorker *worker, float *w, float *v, const float *g, gsize count, float rate,
                    float momentum, float decay);

/* Called by one thread. Sum of squares in double, in a fixed order. */
double rn_sum_squares (const float *x, gsize count);
/* Whether every one of @count floats is finite. */
gboolean rn_all_finite (const float *x, gsize count);
