#pragma once

#include <residua/tensor.h>

#include "charts/palette.h"

G_BEGIN_DECLS

/* Numbers and pictures of feature maps `[1,H,W,C]`. Sums in double precision over the very tensor. The first group walks
 * the whole tensor: for a task where it is large. */

/** Root of the mean of the squares of all values. */
double rn_maps_rms (const RnTensor *maps);
/** @strengths: (out): RMS of each of the C channels */
void rn_maps_strengths (const RnTensor *maps, double *strengths);
/** @channels: (out): the @n strongest, the strongest first, equals in order. Returns: how many there are, at most @n */
int rn_maps_strongest (const RnTensor *maps, int *channels, int n);

/* The range of one channel's values; NaN counts as nothing. */
void rn_maps_range (const RnTensor *maps, int channel, float *min, float *max);

/** Returns: (transfer full): one pixel for each value. @limit: what gets the full colour; signed maps are drawn in
 * blue, ground and orange, others in grey */
cairo_surface_t *rn_maps_surface (const RnTensor *maps, int channel, double limit,
                                  gboolean is_signed, const RnPalette *palette);

G_END_DECLS
