#pragma once

#include <residua/lab-results.h>

#include "charts/axis.h"
#include "state/record.h"

G_BEGIN_DECLS

/* Draws a figure of an experiment, on the screen or on paper, with nothing of a widget: bands and lines of curves, marks
 * with their spread, a dot for each seed, and beside them the runs that still train as thin lines. Arms are told apart by
 * colour and, beyond the third, by dashes and hollow marks.
 */

/* A run that still trains, of the seed that is under way; curves alone show it */
typedef struct
{
  RnRecord *record; /* (nullable): owned by whoever has the plot */
  gint64 offset;    /* steps that were done before it */
} RnLabLive;

typedef struct
{
  const RnLabFigure *figure; /* (nullable): nothing came out yet; owned by results */
  const RnExperiment *experiment;
  RnLabFigureKind kind;
  double steps; /* the longest arm's, that curves reach to */
  RnLabLive lives[RN_LAB_MAX_ARMS];
  RnAxis y; /* in what is shown: percent where the figure has shares */
  double x_min, x_max;
} RnLabPlot;

/* Where the plot's rectangle is */
typedef struct
{
  double x, y, width, height;
} RnLabFrame;

/** Returns: whether the figure is a curve over steps, that runs under way can be drawn in */
gboolean rn_lab_plot_is_curve (RnLabFigureKind kind);
/** Fits the axes to what there is; an axis of y that is held already only grows where @grows. */
void rn_lab_plot_fit (RnLabPlot *plot, gboolean grows);
/** Returns: whether there is anything to draw */
gboolean rn_lab_plot_has_data (const RnLabPlot *plot);
RnLabFrame rn_lab_plot_get_frame (const RnLabPlot *plot, PangoContext *pango, double width,
                                  double height);
double rn_lab_plot_get_x (const RnLabPlot *plot, const RnLabFrame *frame, double x);
/** @value: as the figure has it: a share, not percent */
double rn_lab_plot_get_y (const RnLabPlot *plot, const RnLabFrame *frame, double value);
/** @scale: device pixels per pixel, for hairlines */
void rn_lab_plot_draw (const RnLabPlot *plot, cairo_t *cr, PangoContext *pango,
                       const RnPalette *palette, double scale, double width, double height);

/** Returns: (transfer full): "step 300" and what each arm says there, a line each; "" where nothing is near */
char *rn_lab_plot_describe (const RnLabPlot *plot, double x);
/** Returns: (transfer full): all numbers: arm, x, mean, low, high */
GString *rn_lab_plot_to_csv (const RnLabPlot *plot);

G_END_DECLS
