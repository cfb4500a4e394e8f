#pragma once

#include "kernels.h"

/* Filters side by side: their floats become the lanes of vectors.
 *
 *   packed[i,lane] = w[lane,i] scale[lane]     w [lanes,n], rows `row` floats apart   packed [n,16], rows `packed_row` apart
 *
 * @lanes: 1 to RN_CONV_BLOCK; the others are left as they are. @scale: (nullable) */
void rn_conv_pack_lanes (float *packed, gsize packed_row, const float *w, gsize row, gsize n,
                         int lanes, const float *scale);
