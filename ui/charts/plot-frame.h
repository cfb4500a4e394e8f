#pragma once

#include "charts/axis.h"

G_BEGIN_DECLS

/* The frame of a plot with one axis at the left and one below: the unit of y above it, that of x under its right end
 * (design: visual.md, 11 to 14). Logical pixels.
 */

#define RN_PLOT_GAP 6.0
#define RN_PLOT_MARGIN 8.0 /* between an axis and the outermost values */
#define RN_PLOT_LINE 2.0

typedef struct
{
  GtkWidget *widget; /* borrowed: whose text and pixels */
  double x, y, width, height;
  double line; /* height of a caption */
} RnPlotFrame;

/** Where values are drawn in @width x @height. @widest: label of the y axis */
RnPlotFrame rn_plot_frame (GtkWidget *widget, const char *widest, int width, int height);
/** The same for @widget as it stands now */
RnPlotFrame rn_plot_frame_now (GtkWidget *widget, const char *widest);

/** Place @at of @n, from edge to edge */
double rn_plot_frame_get_x (const RnPlotFrame *frame, int at, int n);
double rn_plot_frame_get_y (const RnPlotFrame *frame, const RnAxis *axis, double value);
/** Returns: the place of @n nearest to @x, -1 where (@x, @y) is outside */
int rn_plot_frame_find (const RnPlotFrame *frame, double x, double y, int n);

/** Returns: (transfer full): a tick's label */
typedef char *(*RnPlotLabelFunc) (const RnAxis *axis, double value);

/** Grid, baseline, labels, and @unit above */
void rn_plot_frame_draw_y (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                           const RnAxis *axis, RnPlotLabelFunc label, const char *unit);
/** @unit under the right end of the x axis */
void rn_plot_frame_draw_x_unit (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                                const char *unit);
/** A label of the x axis, its middle at @x */
void rn_plot_frame_draw_x_label (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                                 const char *label, double x);
/** Labels of @n places: the first, the last, and of those whose number is a multiple of 1-2-5 as many as have room */
void rn_plot_frame_draw_places (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                                const int *numbers, int n);
/** Names of series above the plot, each in its colour, from the right; as many as there is room for beside @unit.
 * @names: (nullable elements): @n of them */
void rn_plot_frame_draw_names (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                               const char *unit, const char *const *names, int n);
/** Colour, width and dashes of a series: the fourth and later are dashed. */
void rn_plot_frame_set_series (cairo_t *cr, const RnPalette *palette, int series);
/** A dot of @radius that the source of @cr fills */
void rn_plot_frame_dot (cairo_t *cr, double x, double y, double radius);

/** The size of a caption */
void rn_plot_text_size (GtkWidget *widget, const char *text, int *width, int *height);

G_END_DECLS
