#pragma once

#include <gtk/gtk.h>

#include "charts/palette.h"

G_BEGIN_DECLS

/* What every plot's axes share: ticks at 1-2-5, their labels, text, hairlines on the device's pixels. */

#define RN_AXIS_MAX_TICKS 12

typedef struct
{
  double min;
  double max;
  double step; /* between ticks; a factor of 10 where logarithmic */
  gboolean is_log;
} RnAxis;

/** The least axis of 4 to 6 ticks at 1-2-5 that holds @low to @high. Linear ones that start near zero start at zero. */
void rn_axis_fit (RnAxis *axis, double low, double high, gboolean is_log);
/** Grows @axis where it does not hold the range; never shrinks it. Returns: whether it grew */
gboolean rn_axis_grow (RnAxis *axis, double low, double high);
int rn_axis_get_ticks (const RnAxis *axis, double ticks[RN_AXIS_MAX_TICKS]);
/** Returns: (transfer full): with as many decimals as the axis needs, the same for all its ticks */
char *rn_axis_format (const RnAxis *axis, double value);
/** The same of an axis of shares, in percent */
char *rn_axis_format_percent (const RnAxis *axis, double share);
/** Returns: 0 at min, 1 at max; not clamped */
double rn_axis_fraction (const RnAxis *axis, double value);

/** The three sizes of the design, in points, times the desktop's text scaling */
typedef enum
{
  RN_TEXT_TITLE,
  RN_TEXT_BODY,
  RN_TEXT_CAPTION
} RnTextSize;

/** Returns: (transfer full): tabular figures are on */
PangoLayout *rn_text_layout (GtkWidget *widget, RnTextSize size, const char *text);
/** The same without a widget, for files that a task writes */
PangoLayout *rn_text_layout_in_context (PangoContext *context, RnTextSize size, const char *text);
/** Returns: (transfer full): @text where it is at most @room pixels wide, else its beginning and its end */
char *rn_text_shorten (PangoContext *context, RnTextSize size, const char *text, double room);
/** Draws @text with @x_align (0 left of... 0.5 centred, 1 right) at @x and its vertical middle at @y. */
void rn_text_draw (cairo_t *cr, GtkWidget *widget, RnTextSize size, const char *text, double x,
                   double y, double x_align, const GdkRGBA *colour);

/** A line 1 device pixel thick, on its grid, at any scale factor */
void rn_hairline_horizontal (cairo_t *cr, GtkWidget *widget, double x0, double x1, double y);
void rn_hairline_vertical (cairo_t *cr, GtkWidget *widget, double x, double y0, double y1);

G_END_DECLS
