#pragma once

#include "conv.h"

/* 3x3 convolution with stride 1 and padding 1 by Winograd's F(4x4,3x3): about a quarter of the products, at a rounding error
 * of up to 6e-5 of the outputs' RMS. Channels in and out are 16 or more; sides are any. Arguments as in conv.h. */

gboolean rn_conv_winograd_fits (const RnConvShape *shape);

/* @packed: the transformed filters; @shared: rn_conv_winograd_shared() floats */
gsize rn_conv_winograd_packed (const RnConvShape *shape);
gsize rn_conv_winograd_scratch (const RnConvShape *shape);
/* of forward with @input, and of backward to data */
gsize rn_conv_winograd_train_scratch (const RnConvShape *shape);
gsize rn_conv_winograd_shared (const RnConvShape *shape);
/* @c, @k: channels read and written */
int rn_conv_winograd_slots (const RnConvShape *shape, int c, int k);
void rn_conv_winograd_pack (RnWorker *worker, float *packed, const float *w, const float *scale,
                            const RnConvShape *shape);
void rn_conv_winograd_run (RnWorker *worker, float *y, const float *x, const float *packed,
                           float *shared, const RnConvShape *shape, const RnFinish *finish,
                           const RnConvInput *input, const RnNormGather *gather);

/* @packed and @shared as for forward */
void rn_conv_winograd_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                                     float *packed, float *shared, const RnConvShape *shape,
                                     const RnNormGather *gather);

gsize rn_conv_winograd_filters_scratch (const RnConvShape *shape);
gsize rn_conv_winograd_filters_shared (const RnConvShape *shape);
void rn_conv_winograd_backward_filters (RnWorker *worker, float *dw, const float *x,
                                        const float *dy, float *shared, const RnConvShape *shape,
                                        const RnConvInput *input);
