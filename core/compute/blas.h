#pragma once

#include <glib.h>

/* One row-major product on the calling thread:  c [M,N] = a [M,K] b [K,N] + beta c
 *
 * With @a_turned a is stored [K,M], with @b_turned b is stored [N,K]; lda, ldb and ldc are the floats from one stored row
 * to the next. beta is 0 (c is overwritten, whatever it held) or 1. The bits depend on M, N, K and on nothing else
 * as long as the processor stays the same. */
void rn_blas_product (float *c, const float *a, const float *b, int m, int n, int k, int ldc,
                      int lda, int ldb, gboolean a_turned, gboolean b_turned, float beta);
