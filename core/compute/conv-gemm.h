#pragma once

#include "conv.h"

/* Convolution as matrix products in cache-sized bands: for any shape. Arguments as in conv.h. */

gsize rn_conv_gemm_scratch (const RnConvShape *shape);
gsize rn_conv_gemm_partials (const RnConvShape *shape);
void rn_conv_gemm_forward (RnWorker *worker, float *y, const float *x, const float *w,
                           const RnConvShape *shape, const RnConvEpilogue *epilogue);
void rn_conv_gemm_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                                 const RnConvShape *shape);
void rn_conv_gemm_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                    float *partials, const RnConvShape *shape);
