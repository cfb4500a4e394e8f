#include "charts/study-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

#define DOT 3.0       /* radius, logical pixels */
#define SMALL_DOT 2.0 /* of single drawings */

/* Places */

RnPlotFrame
rn_study_chart_get_frame (RnStudyChart *self, int width, int height)
{
  return rn_plot_frame (GTK_WIDGET (self), "100.0 %", width, height);
}

static double
get_order_x (RnStudyChart *self, const RnPlotFrame *frame, double tau)
{
  return frame->x + frame->width * (1.0 - rn_axis_fraction (&self->order_axis, tau));
}

double
rn_study_chart_get_x (RnStudyChart *self, const RnPlotFrame *frame, int at)
{
  return self->plot == RN_STUDY_PLOT_ORDER
             ? get_order_x (self, frame, rn_study_chart_get_tau (self, at))
             : rn_plot_frame_get_x (frame, at, (int) self->places->len);
}

double
rn_study_chart_get_y (RnStudyChart *self, const RnPlotFrame *frame, double error)
{
  return rn_plot_frame_get_y (frame, &self->axis, error);
}

static const RnStudyPlace *
get_place (RnStudyChart *self, int at)
{
  return &g_array_index (self->places, RnStudyPlace, at);
}

static double
mean_y (RnStudyChart *self, const RnPlotFrame *frame, int at)
{
  return rn_study_chart_get_y (self, frame, get_place (self, at)->sum / get_place (self, at)->n);
}

/* Axes */

static void
draw_numbers (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  const int n = (int) self->places->len;
  g_autofree int *numbers = g_new (int, n);

  for (int at = 0; at < n; at++)
    numbers[at] = get_place (self, at)->number;
  rn_plot_frame_draw_places (frame, cr, palette, numbers, n);
}

static void
draw_order (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  double ticks[RN_AXIS_MAX_TICKS];
  const int n = rn_axis_get_ticks (&self->order_axis, ticks);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *label = rn_axis_format (&self->order_axis, ticks[i]);

      rn_plot_frame_draw_x_label (frame, cr, palette, label, get_order_x (self, frame, ticks[i]));
    }
}

static void
draw_x_axis (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  const char *const units[] = { _ ("block that is off"), _ ("random blocks that are off"),
                                _ ("rank correlation with the trained order, Kendall’s τ") };

  if (self->plot == RN_STUDY_PLOT_ORDER)
    draw_order (self, cr, palette, frame);
  else
    draw_numbers (self, cr, palette, frame);
  rn_plot_frame_draw_x_unit (frame, cr, palette, units[self->plot]);
}

/* Data */

static void
draw_whole (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  const double right = frame->x + frame->width + RN_PLOT_MARGIN;
  g_autofree char *error = NULL, *text = NULL;

  if (isnan (self->whole))
    return;
  error = rn_format_percent (self->whole);
  text = g_strdup_printf (_ ("whole network: %s"), error);
  rn_palette_set_source (cr, &palette->text, 0.7);
  rn_hairline_horizontal (cr, frame->widget, frame->x - RN_PLOT_MARGIN, right,
                          round (rn_study_chart_get_y (self, frame, self->whole)));
  rn_text_draw (cr, frame->widget, RN_TEXT_CAPTION, text, right, frame->line / 2.0, 1.0,
                &palette->dim);
}

/* All drawings of one number lie in it. */
static void
draw_range (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  int n = 0;

  while (n < (int) self->places->len && get_place (self, n)->n > 0)
    n++;
  if (n < 2)
    return;
  cairo_new_path (cr);
  for (int at = 0; at < n; at++)
    cairo_line_to (cr, rn_study_chart_get_x (self, frame, at),
                   rn_study_chart_get_y (self, frame, get_place (self, at)->high));
  for (int at = n - 1; at >= 0; at--)
    cairo_line_to (cr, rn_study_chart_get_x (self, frame, at),
                   rn_study_chart_get_y (self, frame, get_place (self, at)->low));
  cairo_close_path (cr);
  rn_palette_set_source (cr, &palette->series[0], 0.2);
  cairo_fill (cr);
}

/* Each drawing by itself: how far they lie apart is half of what the study says. */
static void
draw_drawings (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  cairo_new_path (cr);
  for (guint i = 0; i < self->dots->len; i++)
    {
      const RnStudyDot *dot = &g_array_index (self->dots, RnStudyDot, i);

      rn_plot_frame_dot (cr, get_order_x (self, frame, dot->tau),
                         rn_study_chart_get_y (self, frame, dot->error), SMALL_DOT);
    }
  rn_palette_set_source (cr, &palette->series[1], 0.7);
  cairo_fill (cr);
}

static void
draw_line (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  cairo_new_path (cr); /* text leaves a point */
  for (int at = 0; at < (int) self->places->len; at++)
    if (get_place (self, at)->n > 0)
      cairo_line_to (cr, rn_study_chart_get_x (self, frame, at), mean_y (self, frame, at));
  rn_plot_frame_set_series (cr, palette, 0);
  cairo_stroke (cr);
}

/* Blocks that change the shape are rings: their shortcut carries less. */
static void
draw_means (RnStudyChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  for (int at = 0; at < (int) self->places->len; at++)
    {
      const RnStudyPlace *place = get_place (self, at);
      const gboolean is_selected = place->block != 0 && self->selection != NULL &&
                                   rn_selection_contains (self->selection, place->block);

      if (place->n == 0)
        continue;
      rn_plot_frame_dot (cr, rn_study_chart_get_x (self, frame, at), mean_y (self, frame, at),
                         is_selected ? 1.6 * DOT : DOT);
      rn_palette_set_source (cr, place->changes_shape ? &palette->card : &palette->series[0], 1.0);
      cairo_fill_preserve (cr);
      rn_plot_frame_set_series (cr, palette, 0);
      cairo_stroke (cr);
    }
}

void
rn_study_chart_draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  RnStudyChart *self = RN_STUDY_CHART (plot);
  const RnPlotFrame frame = rn_study_chart_get_frame (self, width, height);

  if (self->places->len == 0)
    return;
  rn_plot_frame_draw_y (&frame, cr, palette, &self->axis, rn_axis_format_percent,
                        C_ ("axis", "error"));
  draw_x_axis (self, cr, palette, &frame);
  draw_whole (self, cr, palette, &frame);
  if (self->plot == RN_STUDY_PLOT_MANY)
    draw_range (self, cr, palette, &frame);
  if (self->plot == RN_STUDY_PLOT_ORDER)
    draw_drawings (self, cr, palette, &frame);
  draw_line (self, cr, palette, &frame);
  draw_means (self, cr, palette, &frame);
}
