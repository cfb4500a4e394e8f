#include "charts/axis.h"

void
rn_axis_fit (RnAxis *axis, double low, double high, gboolean is_log)
{
}

gboolean
rn_axis_grow (RnAxis *axis, double low, double high)
{
  return 0;
}

int
rn_axis_get_ticks (const RnAxis *axis, double ticks[RN_AXIS_MAX_TICKS])
{
  return 0;
}

char *
rn_axis_format (const RnAxis *axis, double value)
{
  return g_strdup ("");
}

double
rn_axis_fraction (const RnAxis *axis, double value)
{
  return 0;
}

PangoLayout *
rn_text_layout (GtkWidget *widget, RnTextSize size, const char *text)
{
  return NULL;
}

void
rn_text_draw (cairo_t *cr, GtkWidget *widget, RnTextSize size, const char *text, double x, double y,
              double x_align, const GdkRGBA *colour)
{
}

void
rn_hairline_horizontal (cairo_t *cr, GtkWidget *widget, double x0, double x1, double y)
{
}

void
rn_hairline_vertical (cairo_t *cr, GtkWidget *widget, double x, double y0, double y1)
{
}
