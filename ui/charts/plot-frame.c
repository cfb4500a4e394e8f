#include "charts/plot-frame.h"

#include <math.h>

#include "state/format.h"

#define MOST_LABELS 6   /* of x, beside the first and the last */
#define LEAST_NAME 60.0 /* pixels */

void
rn_plot_text_size (GtkWidget *widget, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (widget, RN_TEXT_CAPTION, text);

  pango_layout_get_pixel_size (layout, width, height);
}

RnPlotFrame
rn_plot_frame (GtkWidget *widget, const char *widest, int width, int height)
{
  int label, line;
  double x, y;

  rn_plot_text_size (widget, widest, &label, &line);
  x = label + RN_PLOT_GAP + RN_PLOT_MARGIN;
  y = round (1.5 * line + RN_PLOT_GAP);
  /* below: labels, and the unit of x under their right end */
  return (RnPlotFrame){ widget,
                        x,
                        y,
                        MAX (width - x - RN_PLOT_MARGIN - RN_PLOT_GAP, 1.0),
                        MAX (height - y - 2.0 * line - RN_PLOT_GAP, 1.0),
                        line };
}

RnPlotFrame
rn_plot_frame_now (GtkWidget *widget, const char *widest)
{
  return rn_plot_frame (widget, widest, gtk_widget_get_width (widget),
                        gtk_widget_get_height (widget));
}

double
rn_plot_frame_get_x (const RnPlotFrame *frame, int at, int n)
{
  return frame->x + (n > 1 ? frame->width * at / (n - 1) : frame->width / 2.0);
}

double
rn_plot_frame_get_y (const RnPlotFrame *frame, const RnAxis *axis, double value)
{
  return frame->y + frame->height * (1.0 - rn_axis_fraction (axis, value));
}

int
rn_plot_frame_find (const RnPlotFrame *frame, double x, double y, int n)
{
  const double around = RN_PLOT_MARGIN + RN_PLOT_GAP;

  if (n == 0 || x < frame->x - around || x > frame->x + frame->width + around ||
      y < frame->y - around || y > frame->y + frame->height + around)
    return -1;
  return n == 1 ? 0 : (int) CLAMP (round ((x - frame->x) / frame->width * (n - 1)), 0.0, n - 1.0);
}

void
rn_plot_frame_draw_y (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                      const RnAxis *axis, RnPlotLabelFunc label, const char *unit)
{
  double ticks[RN_AXIS_MAX_TICKS];
  const int n = rn_axis_get_ticks (axis, ticks);

  for (int i = 0; i < n; i++)
    {
      const double y = round (rn_plot_frame_get_y (frame, axis, ticks[i]));
      g_autofree char *text = label (axis, ticks[i]);

      rn_palette_set_source (cr, i == 0 ? &palette->baseline : &palette->grid, 1.0);
      rn_hairline_horizontal (cr, frame->widget, frame->x - RN_PLOT_MARGIN,
                              frame->x + frame->width + RN_PLOT_MARGIN, y);
      rn_text_draw (cr, frame->widget, RN_TEXT_CAPTION, text,
                    frame->x - RN_PLOT_MARGIN - RN_PLOT_GAP, y, 1.0, &palette->dim);
    }
  rn_text_draw (cr, frame->widget, RN_TEXT_CAPTION, unit, 0.0, frame->line / 2.0, 0.0,
                &palette->dim);
}

void
rn_plot_frame_draw_x_unit (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                           const char *unit)
{
  rn_text_draw (cr, frame->widget, RN_TEXT_CAPTION, unit, frame->x + frame->width + RN_PLOT_MARGIN,
                frame->y + frame->height + RN_PLOT_GAP + 1.5 * frame->line, 1.0, &palette->dim);
}

void
rn_plot_frame_draw_x_label (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                            const char *label, double x)
{
  rn_text_draw (cr, frame->widget, RN_TEXT_CAPTION, label, x,
                frame->y + frame->height + RN_PLOT_GAP + frame->line / 2.0, 0.5, &palette->dim);
}

void
rn_plot_frame_draw_places (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                           const int *numbers, int n)
{
  const double pitch = n > 1 ? frame->width / (n - 1) : frame->width;
  int room, step = 1;

  rn_plot_text_size (frame->widget, "0000", &room, NULL);
  for (int i = 0; step * pitch < room || n / step > MOST_LABELS; i++)
    step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  for (int at = 0; at < n; at++)
    {
      const gboolean is_end = at == 0 || at == n - 1;
      g_autofree char *label = NULL;

      if (!is_end && (numbers[at] % step != 0 || at * pitch < room || (n - 1 - at) * pitch < room))
        continue;
      label = rn_format_count (numbers[at]);
      rn_plot_frame_draw_x_label (frame, cr, palette, label, rn_plot_frame_get_x (frame, at, n));
    }
}

void
rn_plot_frame_draw_names (const RnPlotFrame *frame, cairo_t *cr, const RnPalette *palette,
                          const char *unit, const char *const *names, int n)
{
  double right = frame->x + frame->width + RN_PLOT_MARGIN;
  g_autofree char *name = NULL;
  int width;
  double left;

  rn_plot_text_size (frame->widget, unit, &width, NULL);
  left = width + 2.0 * RN_PLOT_GAP;
  for (int i = n - 1; i >= 0; i--)
    {
      if (names[i] == NULL)
        continue;
      g_free (name);
      name = rn_text_shorten (gtk_widget_get_pango_context (frame->widget), RN_TEXT_CAPTION,
                              names[i], right - left);
      rn_plot_text_size (frame->widget, name, &width, NULL);
      /* an ellipsis with a letter or two says nothing */
      if (right - width < left || (!g_str_equal (name, names[i]) && right - left < LEAST_NAME))
        break;
      rn_text_draw (cr, frame->widget, RN_TEXT_CAPTION, name, right, frame->line / 2.0, 1.0,
                    &palette->series[i % RN_N_SERIES_COLOURS]);
      right -= width + 2.0 * RN_PLOT_GAP;
    }
}

void
rn_plot_frame_set_series (cairo_t *cr, const RnPalette *palette, int series)
{
  static const double dashes[] = { 5.0, 3.0 };

  rn_palette_set_source (cr, &palette->series[series % RN_N_SERIES_COLOURS], 1.0);
  cairo_set_dash (cr, dashes, series >= RN_N_SERIES_COLOURS ? 2 : 0, 0.0);
  cairo_set_line_width (cr, RN_PLOT_LINE);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
}

void
rn_plot_frame_dot (cairo_t *cr, double x, double y, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x, y, radius, 0.0, 2.0 * G_PI);
}
