#include "charts/lesion-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

/* Logical pixels */
#define GAP 6.0
#define DOT 3.0 /* radius */
#define MARGIN 8.0
#define LINE 2.0

static void
get_text_size (RnLesionChart *self, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, text);

  pango_layout_get_pixel_size (layout, width, height);
}

/* Places */

RnLesionFrame
rn_lesion_get_frame (RnLesionChart *self, int width, int height)
{
  int label_width, line;
  double x, y;

  get_text_size (self, "100.0 %", &label_width, &line);
  x = label_width + GAP + MARGIN;
  y = round (1.5 * line + GAP);
  return (RnLesionFrame){ x, y, MAX (width - x - MARGIN - GAP, 1.0),
                          MAX (height - y - 2.0 * line - GAP, 1.0) };
}

double
rn_lesion_get_x (RnLesionChart *self, const RnLesionFrame *frame, int at)
{
  const int n = (int) self->places->len;

  return frame->x + (n > 1 ? frame->width * at / (n - 1) : frame->width / 2.0);
}

double
rn_lesion_get_y (RnLesionChart *self, const RnLesionFrame *frame, double error)
{
  return frame->y + frame->height * (1.0 - rn_axis_fraction (&self->axis, error));
}

static const RnLesionPlace *
get_place (RnLesionChart *self, int at)
{
  return &g_array_index (self->places, RnLesionPlace, at);
}

/* Axes */

static void
draw_y_axis (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, const RnLesionFrame *frame)
{
  double ticks[RN_AXIS_MAX_TICKS];
  const int n = rn_axis_get_ticks (&self->axis, ticks);
  int line;

  get_text_size (self, "0", NULL, &line);
  for (int i = 0; i < n; i++)
    {
      const double y = round (rn_lesion_get_y (self, frame, ticks[i]));
      g_autofree char *label = rn_format_percent (ticks[i]);

      rn_palette_set_source (cr, i == 0 ? &palette->baseline : &palette->grid, 1.0);
      rn_hairline_horizontal (cr, GTK_WIDGET (self), frame->x - MARGIN,
                              frame->x + frame->width + MARGIN, y);
      rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, label, frame->x - MARGIN - GAP, y, 1.0,
                    &palette->dim);
    }
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, C_ ("axis", "error"), 0.0, line / 2.0, 0.0,
                &palette->dim);
}

/* As many numbers as have room */
static void
draw_x_axis (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, const RnLesionFrame *frame)
{
  const int n = (int) self->places->len;
  const char *unit =
      self->plot == RN_LESION_EACH ? _ ("block that is off") : _ ("random blocks that are off");
  int label_width, line, step = 1;
  double y;

  get_text_size (self, "000", &label_width, &line);
  y = frame->y + frame->height + GAP + line / 2.0;
  while (n > 1 && step * frame->width / (n - 1) < label_width)
    step++;
  for (int at = 0; at < n; at += step)
    {
      g_autofree char *label = rn_format_count (get_place (self, at)->number);

      rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, label,
                    rn_lesion_get_x (self, frame, at), y, 0.5, &palette->dim);
    }
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, unit, frame->x + frame->width + MARGIN,
                y + line, 1.0, &palette->dim);
}

/* Data */

static void
draw_whole (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, const RnLesionFrame *frame)
{
  const double y = rn_lesion_get_y (self, frame, self->whole);
  g_autofree char *error = NULL, *text = NULL;
  int line;

  if (isnan (self->whole))
    return;
  error = rn_format_percent (self->whole);
  text = g_strdup_printf (_ ("whole network: %s"), error);
  get_text_size (self, text, NULL, &line);
  rn_palette_set_source (cr, &palette->text, 0.7);
  rn_hairline_horizontal (cr, GTK_WIDGET (self), frame->x - MARGIN,
                          frame->x + frame->width + MARGIN, round (y));
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, text, frame->x + frame->width + MARGIN,
                line / 2.0, 1.0, &palette->dim);
}

/* All drawings of one number lie in it. */
static void
draw_range (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, const RnLesionFrame *frame)
{
  int n = 0;

  while (n < (int) self->places->len && get_place (self, n)->n > 0)
    n++;
  if (n < 2)
    return;
  cairo_new_path (cr);
  for (int at = 0; at < n; at++)
    cairo_line_to (cr, rn_lesion_get_x (self, frame, at),
                   rn_lesion_get_y (self, frame, get_place (self, at)->high));
  for (int at = n - 1; at >= 0; at--)
    cairo_line_to (cr, rn_lesion_get_x (self, frame, at),
                   rn_lesion_get_y (self, frame, get_place (self, at)->low));
  cairo_close_path (cr);
  rn_palette_set_source (cr, &palette->series[0], 0.2);
  cairo_fill (cr);
}

static void
draw_line (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, const RnLesionFrame *frame)
{
  cairo_new_path (cr); /* text leaves a point */
  for (int at = 0; at < (int) self->places->len; at++)
    if (get_place (self, at)->n > 0)
      cairo_line_to (cr, rn_lesion_get_x (self, frame, at),
                     rn_lesion_get_y (self, frame,
                                      get_place (self, at)->sum / get_place (self, at)->n));
  rn_palette_set_source (cr, &palette->series[0], 1.0);
  cairo_set_line_width (cr, LINE);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
}

/* Blocks that change the shape are rings: their shortcut carries less. */
static void
draw_dots (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, const RnLesionFrame *frame)
{
  for (int at = 0; at < (int) self->places->len; at++)
    {
      const RnLesionPlace *place = get_place (self, at);
      const gboolean is_selected = place->block != 0 && self->selection != NULL &&
                                   rn_selection_contains (self->selection, place->block);

      if (place->n == 0)
        continue;
      cairo_new_sub_path (cr);
      cairo_arc (cr, rn_lesion_get_x (self, frame, at),
                 rn_lesion_get_y (self, frame, place->sum / place->n),
                 is_selected ? 1.6 * DOT : DOT, 0.0, 2.0 * G_PI);
      rn_palette_set_source (cr, place->changes_shape ? &palette->card : &palette->series[0], 1.0);
      cairo_fill_preserve (cr);
      rn_palette_set_source (cr, &palette->series[0], 1.0);
      cairo_set_line_width (cr, LINE);
      cairo_stroke (cr);
    }
}

void
rn_lesion_draw (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  const RnLesionFrame frame = rn_lesion_get_frame (self, width, height);

  if (self->places->len == 0)
    return;
  draw_y_axis (self, cr, palette, &frame);
  draw_x_axis (self, cr, palette, &frame);
  draw_whole (self, cr, palette, &frame);
  if (self->plot == RN_LESION_MANY)
    draw_range (self, cr, palette, &frame);
  draw_line (self, cr, palette, &frame);
  draw_dots (self, cr, palette, &frame);
}
