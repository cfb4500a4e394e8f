#pragma once

#include <math.h>

#include "charts/curve-scene.h"

G_BEGIN_DECLS

/* Between curve-draw.c (paths and text, for the screen and for files) and curve-pixels.c (what is written straight into the
 * pixels of an image, because a path of so many columns takes several times as long).
 */

/* The design's: the smooth line's width, pixels; the raw band's opacity... */
#define RN_CURVE_SMOOTH_WIDTH 1.5
#define RN_CURVE_BAND_OPACITY 0.18
/* ...and where single steps are seen, and the band is but a thin line */
#define RN_CURVE_JOINED_OPACITY 0.4
/* Of a dashed line along x, pixels */
#define RN_CURVE_DASH 5
#define RN_CURVE_DASH_GAP 3

static inline gboolean
rn_curve_has_number (const RnColumn *column)
{
  return column->last != 0 && !isnan (column->mean);
}

/** Returns: whether steps lie between two columns that follow each other which nobody knows */
static inline gboolean
rn_curve_is_gap (const RnColumn *columns, int a, int b)
{
  return b - a > 1 && columns[b].last - columns[a].last > 1;
}

/** Where the smooth line goes through @column; NaN where it has no number. Far outside the plot it is brought nearer, so
 * that it costs no more than what is near.
 */
double rn_curve_smooth_y (const RnCurveScene *scene, const RnColumn *column);

/** Top and bottom of the raw values in a column, on device pixels; at least one high. Returns: FALSE without any */
gboolean rn_curve_band_edges (const RnCurveScene *scene, const RnColumn *column, double *top,
                              double *bottom);

/** The raw values of columns @first to @last, onto an image */
void rn_curve_draw_band (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line,
                         int first, int last);
/** The smooth line through columns @first to @last, onto an image; where columns are about as wide as steps or wider */
void rn_curve_draw_smooth (const RnCurveScene *scene, const RnCanvas *canvas,
                           const RnSceneLine *line, int first, int last);

G_END_DECLS
