#pragma once

#include "conv.h"

/* Rows of one picture with their frame of zeros: [.., W + 2 pad, C] */

/* In floats: a row, and the rows that @band rows of y see */
gsize rn_conv_frame_row (const RnConvShape *shape);
gsize rn_conv_frame_floats (const RnConvShape *shape, int band);
/* Fills in what rows [first,last) of y see of x [H,W,C]; @input: (nullable). Returns: the end */
float *rn_conv_frame_fill (float *frame, const float *x, int first, int last,
                           const RnConvShape *shape, const RnConvInput *input);

/* @pixels of x, as the convolution is to see them; @input: (nullable) */
void rn_conv_read_pixels (float *to, const float *x, gsize pixels, int channels,
                          const RnConvInput *input);
