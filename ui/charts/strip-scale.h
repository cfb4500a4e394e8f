#pragma once

#include <gtk/gtk.h>

#include "charts/axis.h"
#include "charts/palette.h"
#include "state/measures.h"

G_BEGIN_DECLS

/* How a measure becomes a colour in strips: the ratio on its fixed logarithmic scale, the gradient on decades and the
 * response on a line that only grow, dead ReLUs from 0 to 100 %.
 */

#define RN_STRIP_N_COLOURS 1024

typedef struct
{
  RnMeasureKind kind;
  RnAxis axis;
  gboolean is_fitted; /* the axis has seen data, or is fixed */
  RnPalette palette;
  guint32 argb[RN_STRIP_N_COLOURS]; /* from the axis's min to its max */
  guint serial;                     /* changes whenever a value may have another colour */
} RnStripScale;

void rn_strip_scale_init (RnStripScale *self, RnMeasureKind kind);
/** Forgets the range that was seen: other data. */
void rn_strip_scale_reset (RnStripScale *self);
void rn_strip_scale_set_palette (RnStripScale *self, const RnPalette *palette);
/** Grows to hold @min to @max; both over zero. */
void rn_strip_scale_grow (RnStripScale *self, double min, double max);

/** Returns: 0 at the axis's least, 1 at its greatest; beyond where @value is; zero is -INFINITY where logarithmic */
double rn_strip_scale_fraction (const RnStripScale *self, double value);
/** @value: not NaN. Returns: 0xffRRGGBB */
guint32 rn_strip_scale_get_argb (const RnStripScale *self, double value);
/** Which of two stands for both where they share a pixel: the one farther from the scale's middle for ratio and gradient,
 * where both ends are bad, the larger of the others. */
double rn_strip_scale_more_extreme (const RnStripScale *self, double a, double b);
/** Returns: how many; @labels (transfer full) each, in rising order */
int rn_strip_scale_get_ticks (const RnStripScale *self, double values[RN_AXIS_MAX_TICKS],
                              char *labels[RN_AXIS_MAX_TICKS]);

G_END_DECLS
