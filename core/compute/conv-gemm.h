#pragma once

#include "conv.h"

/* Gradients of filters by lowering and OpenBLAS. Any shape; arguments as in conv.h. */

gsize rn_conv_gemm_scratch (const RnConvShape *shape);
gsize rn_conv_gemm_partials (const RnConvShape *shape);
void rn_conv_gemm_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                    float *partials, const RnConvShape *shape,
                                    const RnConvInput *input);
