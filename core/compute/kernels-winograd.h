#pragma once

#include "kernels.h"
#include "vector.h"

/* What kernels-winograd.c gives to the table of its instruction set. */
void IN_SET (winograd_filters) (float *u, const float *taps, gsize position);
void IN_SET (winograd_input) (float *v, const RnWinogradTile *tile, gsize position);
void IN_SET (winograd_output) (const RnWinogradTile *tile, float *y, const float *m, gsize position,
                               const RnFinish *finish);
void IN_SET (winograd_gradient) (float *z, const RnWinogradTile *tile, gsize position);
void IN_SET (winograd_outer) (float *d, const float *z, const float *v, int n, int k, int c,
                              int first, int end);
void IN_SET (winograd_filters_back) (float *taps, const float *d, gsize position);
