#pragma once

#include "conv.h"

/* Convolution in registers: rn_kernels()->conv_row() for y and dx, ->conv_filters() for dw. Any shape; arguments as in conv.h.
 */

gsize rn_conv_direct_packed (const RnConvShape *shape);
gsize rn_conv_direct_scratch (const RnConvShape *shape);
void rn_conv_direct_pack (RnWorker *worker, float *packed, const float *w, const float *scale,
                          const RnConvShape *shape);
void rn_conv_direct_run (RnWorker *worker, float *y, const float *x, const float *packed,
                         const RnConvShape *shape, const RnFinish *finish, const RnConvInput *input,
                         const RnNormGather *gather);
int rn_conv_direct_slots (const RnConvShape *shape);

/* @packed: rn_conv_direct_data_packed() floats, shared */
gsize rn_conv_direct_data_packed (const RnConvShape *shape);
gsize rn_conv_direct_data_scratch (const RnConvShape *shape);
void rn_conv_direct_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                                   float *packed, const RnConvShape *shape,
                                   const RnNormGather *gather);
int rn_conv_direct_data_slots (const RnConvShape *shape);

/* @partials: rn_conv_direct_partials() floats, shared */
gsize rn_conv_direct_partials (const RnConvShape *shape);
gsize rn_conv_direct_filters_scratch (const RnConvShape *shape);
void rn_conv_direct_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                      float *partials, const RnConvShape *shape,
                                      const RnConvInput *input);
