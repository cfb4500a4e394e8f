#pragma once

#include "charts/palette.h"
#include "state/measures.h"

G_BEGIN_DECLS

/* How the spine turns a measure into a length and a colour. The ratio's scale is fixed; gradient and response begin with
 * a usual range and only grow, by decades and by 1-2-5, so that colours do not swim while data arrives. */
typedef struct
{
  RnMeasureKind kind;
  double min;
  double max;
  gboolean is_log;
} RnSpineScale;

void rn_spine_scale_init (RnSpineScale *scale, RnMeasureKind kind);
/** Returns: whether it grew to hold @measures, @n of them */
gboolean rn_spine_scale_grow (RnSpineScale *scale, const RnBlockMeasure *measures, int n);
/** Returns: 0 to 1 within the scale, below 0 and above 1 outside; NaN where @value is */
double rn_spine_scale_place (const RnSpineScale *scale, double value);
/** Of NaN the colour of an empty bar */
GdkRGBA rn_spine_scale_colour (const RnSpineScale *scale, const RnPalette *palette, double value);
/** Returns: how far @value is from what is usual: of blocks that share a pixel the greatest is drawn. -1 for NaN */
double rn_spine_scale_extremity (const RnSpineScale *scale, double value);
/** Returns: a branch's line in logical pixels: 1 + 2 sqrt (min (ratio, 4)); 1.5 for NaN */
double rn_spine_branch_width (double ratio);

G_END_DECLS
