#pragma once

#include "conv.h"

/* Convolution straight from the inputs, which are only framed with zeros: for few channels, where lowering and turning
 * would cost more than the products. Arguments as in conv.h. */

/* Scratch of forward and backward_filters, and of backward_data. */
gsize rn_conv_direct_scratch (const RnConvShape *shape);
gsize rn_conv_direct_data_scratch (const RnConvShape *shape);
gsize rn_conv_direct_partials (const RnConvShape *shape);
void rn_conv_direct_forward (RnWorker *worker, float *y, const float *x, const float *w,
                             const RnConvShape *shape, const RnConvEpilogue *epilogue);
void rn_conv_direct_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                                   const RnConvShape *shape);
void rn_conv_direct_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                      float *partials, const RnConvShape *shape);
