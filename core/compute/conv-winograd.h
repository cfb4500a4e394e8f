#pragma once

#include "conv.h"

/* 3x3 convolution with stride 1 and padding 1 by Winograd's F(4x4,3x3): about a quarter of the products, at a rounding error
 * of up to 6e-5 of the outputs' RMS. Channels in and out are multiples of 16; sides are any. Arguments as in conv.h. */

gboolean rn_conv_winograd_fits (const RnConvShape *shape);

/* Scratch for all three. */
gsize rn_conv_winograd_scratch (const RnConvShape *shape);
gsize rn_conv_winograd_partials (const RnConvShape *shape);
void rn_conv_winograd_forward (RnWorker *worker, float *y, const float *x, const float *w,
                               const RnConvShape *shape, const RnConvEpilogue *epilogue);
void rn_conv_winograd_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                                     const RnConvShape *shape);
void rn_conv_winograd_backward_filters (RnWorker *worker, float *dw, const float *x,
                                        const float *dy, float *partials, const RnConvShape *shape);
