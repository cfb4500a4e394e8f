#pragma once

#include <gtk/gtk.h>

#include "charts/series.h"
#include "charts/time-axis.h"

G_BEGIN_DECLS

/* Curves over training time: loss or error, for training and test, of one run or several. */

/* A test evaluation, or any sparse curve */
typedef struct
{
  gint64 step;
  double value;
} RnDot;

/* A moment worth marking, such as a change of the rate */
typedef struct
{
  gint64 step;
  char *label; /* "rate 0.01" */
} RnChartMark;

#define RN_TYPE_CURVE_CHART (rn_curve_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnCurveChart, rn_curve_chart, RN, CURVE_CHART, GtkWidget)

/* Properties: "smoothing" (double, 0 to 0.999, default 0.9: debiased exponential weight; a task smooths the full data,
 * newest request only; where a pixel holds more steps than that looks back, the line is the mean of the pixel's steps),
 * "log-scale" (boolean).
 *
 * Hover, cursor (click), zoom (Ctrl and wheel, the wheel alone with the focus, Shift and drag, keys + - 0, double click
 * resets) and pan (drag, arrows) go to the shared time axis. Without a pointer, Shift and arrows move the read-out,
 * Return sets the cursor. The axis of y grows while data comes, and fits what is in view only when the person zooms,
 * pans or resets.
 *
 * Actions, also in the menu (right click, Menu key): "chart.copy", "chart.save" (int: RnFigureFormat), "chart.reset",
 * "chart.log-scale", "chart.zoom" (double), "chart.pan" (double: share of the view).
 */

/** @title: names it for assistive technology and exports, "Loss"; @unit: stands above the axis, "loss", "error, %";
 * with a % in it, values are shares and shown times 100 */
GtkWidget *rn_curve_chart_new (const char *title, const char *unit, RnTimeAxis *time);

/**
 * rn_curve_chart_add_line:
 * @name: stands at the line's end, "train", "test", "run 2, test"
 * @series: (nullable): every step, drawn as a smooth line over its raw band
 * @colour: 0 to RN_N_SERIES_COLOURS - 1; @dashed for those beyond
 *
 * Returns: its number. The chart refers to @series and draws what it has grown to.
 */
int rn_curve_chart_add_line (RnCurveChart *self, const char *name, RnSeries *series, int colour,
                             gboolean dashed);
/** The sparse curve of line @line: copied. */
void rn_curve_chart_set_dots (RnCurveChart *self, int line, const RnDot *dots, guint n);
void rn_curve_chart_set_marks (RnCurveChart *self, const RnChartMark *marks, guint n);
/** Removes all lines, dots and marks. */
void rn_curve_chart_clear (RnCurveChart *self);
/** The series have grown: redraws at the next frame, at most ten times a second; the time axis' extent grows with them.
 * Axes grow in steps and never shrink by themselves. */
void rn_curve_chart_changed (RnCurveChart *self);
/** Shown in the plot's place while there is no data, the same height. */
void rn_curve_chart_set_empty_text (RnCurveChart *self, const char *text);

/** The steps and values in view as the hover card shows them. Returns: (transfer full): one line per curve */
char *rn_curve_chart_describe (RnCurveChart *self, gint64 step);

typedef enum
{
  RN_FIGURE_PNG,
  RN_FIGURE_SVG,
  RN_FIGURE_PDF,
  RN_FIGURE_CSV
} RnFigureFormat;

/** Writes the chart as it is (light, on white; CSV: every step of every line) from a task. */
void rn_curve_chart_save_async (RnCurveChart *self, GFile *file, RnFigureFormat format,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data);
gboolean rn_curve_chart_save_finish (RnCurveChart *self, GAsyncResult *result, GError **error);
/** Puts the picture and the numbers on the clipboard; also Ctrl+C while it has the focus. */
void rn_curve_chart_copy (RnCurveChart *self);

G_END_DECLS
