#include "spine/spine-draw.h"

#include <math.h>

GdkRGBA
rn_spine_line_colour (const RnPalette *palette)
{
  const GdkRGBA *a = &palette->ground, *b = &palette->text;
  const float t = (palette->is_high_contrast ? 0.85f : 0.5f) * b->alpha;

  return (GdkRGBA){ a->red + (b->red - a->red) * t, a->green + (b->green - a->green) * t,
                    a->blue + (b->blue - a->blue) * t, 1.0f };
}

void
rn_spine_draw_trunk (cairo_t *cr, const GdkRGBA *colour, double x, double from, double to,
                     gboolean is_dashed)
{
  static const double dashes[] = { 4.0, 3.0 };

  cairo_save (cr);
  if (is_dashed)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0.0);
  cairo_set_line_width (cr, RN_SPINE_TRUNK_PX);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  rn_palette_set_source (cr, colour, 1.0);
  /* a centre at half a pixel puts both edges of 3 px on whole ones */
  cairo_move_to (cr, floor (x) + 0.5, from);
  cairo_line_to (cr, floor (x) + 0.5, to);
  cairo_stroke (cr);
  cairo_restore (cr);
}

void
rn_spine_draw_join (cairo_t *cr, const RnPalette *palette, double x, double y, double radius)
{
  const GdkRGBA line = rn_spine_line_colour (palette);
  const double cx = floor (x) + 0.5, arm = radius - 2.5;

  cairo_new_path (cr);
  cairo_arc (cr, cx, y, radius, 0.0, 2.0 * G_PI);
  if (radius < 3.5)
    {
      rn_palette_set_source (cr, &line, 1.0);
      cairo_fill (cr);
      return;
    }
  rn_palette_set_source (cr, &palette->ground, 1.0);
  cairo_fill_preserve (cr);
  rn_palette_set_source (cr, &line, 1.0);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
  cairo_move_to (cr, cx - arm, y);
  cairo_line_to (cr, cx + arm, y);
  cairo_move_to (cr, cx, y - arm);
  cairo_line_to (cr, cx, y + arm);
  cairo_stroke (cr);
}

void
rn_spine_draw_diamond (cairo_t *cr, const RnPalette *palette, double x, double y, double size)
{
  const double cx = floor (x) + 0.5, half = 0.5 * size * G_SQRT2;

  cairo_move_to (cr, cx, y - half);
  cairo_line_to (cr, cx + half, y);
  cairo_line_to (cr, cx, y + half);
  cairo_line_to (cr, cx - half, y);
  cairo_close_path (cr);
  rn_palette_set_source (cr, &palette->series[1], 1.0);
  cairo_fill_preserve (cr);
  /* the ground around it sets it off from the trunk */
  rn_palette_set_source (cr, &palette->ground, 1.0);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
}

void
rn_spine_path_box (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  const double r = MIN (radius, 0.5 * MIN (width, height));

  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - r, y + r, r, -0.5 * G_PI, 0.0);
  cairo_arc (cr, x + width - r, y + height - r, r, 0.0, 0.5 * G_PI);
  cairo_arc (cr, x + r, y + height - r, r, 0.5 * G_PI, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

void
rn_spine_draw_box (cairo_t *cr, const RnPalette *palette, double x, double y, double width,
                   double height, const GdkRGBA *outline, double line, gboolean is_dashed)
{
  static const double dashes[] = { 4.0, 3.0 };
  const GdkRGBA *edge = palette->is_high_contrast ? &palette->baseline : &palette->track;

  cairo_save (cr);
  rn_spine_path_box (cr, x + 0.5, y + 0.5, width - 1.0, height - 1.0, 6.0);
  /* a card's colour may let light through */
  rn_palette_set_source (cr, &palette->ground, 1.0);
  cairo_fill_preserve (cr);
  rn_palette_set_source (cr, &palette->card, 1.0);
  cairo_fill_preserve (cr);
  if (is_dashed)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0.0);
  cairo_set_line_width (cr, line);
  rn_palette_set_source (cr, outline != NULL ? outline : edge, 1.0);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
path_branch (cairo_t *cr, const RnSpineBranch *b)
{
  const double x = floor (b->trunk_x) + 0.5, width = b->box_x - x;
  const double bend = MIN (0.75 * width, MAX (b->in_y - b->from_y, 1.0));

  cairo_move_to (cr, x, b->from_y);
  cairo_line_to (cr, x, b->in_y - bend);
  cairo_curve_to (cr, x, b->in_y - 0.4 * bend, x + 0.4 * bend, b->in_y, x + bend, b->in_y);
  cairo_line_to (cr, b->box_x, b->in_y);
  cairo_move_to (cr, b->box_x, b->out_y);
  cairo_curve_to (cr, x + 0.55 * width, b->out_y, x + b->radius + 0.25 * width, b->join_y,
                  x + b->radius, b->join_y);
}

void
rn_spine_draw_branch (cairo_t *cr, const RnSpineBranch *branch, const GdkRGBA *colour, double width,
                      gboolean is_cut)
{
  const double gap_from = branch->trunk_x + 0.45 * (branch->box_x - branch->trunk_x);
  const double top = branch->from_y - 4.0, height = branch->join_y + 8.0 - top;

  cairo_save (cr);
  if (is_cut)
    {
      cairo_rectangle (cr, branch->trunk_x - 4.0, top, gap_from - branch->trunk_x + 4.0, height);
      cairo_rectangle (cr, branch->box_x - 3.0, top, 3.0, height);
      cairo_clip (cr);
    }
  path_branch (cr, branch);
  cairo_set_line_width (cr, width);
  rn_palette_set_source (cr, colour, is_cut ? 0.6 : 1.0);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_out_of_range (cairo_t *cr, const RnPalette *palette, double x, double y, double height,
                   gboolean is_above)
{
  const double half = MIN (3.5, 0.5 * height), middle = y + 0.5 * height;
  const double tip = is_above ? x + half : x - half;

  cairo_move_to (cr, tip, middle);
  cairo_line_to (cr, x, middle - half);
  cairo_line_to (cr, x, middle + half);
  cairo_close_path (cr);
  rn_palette_set_source (cr, &palette->dim, 1.0);
  cairo_fill (cr);
}

void
rn_spine_draw_bar (cairo_t *cr, const RnPalette *palette, double x, double y, double width,
                   double height, double place, const GdkRGBA *colour, double alpha)
{
  const double radius = MIN (2.0, 0.25 * height);

  cairo_save (cr);
  rn_spine_path_box (cr, x, y, width, height, radius);
  cairo_clip_preserve (cr);
  rn_palette_set_source (cr, &palette->track, 1.0);
  cairo_fill (cr);
  rn_palette_set_source (cr, colour, alpha);
  cairo_rectangle (cr, x, y, round (width * CLAMP (place, 0.0, 1.0)), height);
  cairo_fill (cr);
  cairo_restore (cr);
  if (place < 0.0)
    draw_out_of_range (cr, palette, x + 5.0, y, height, FALSE);
  else if (place > 1.0)
    draw_out_of_range (cr, palette, x + width - 4.0, y, height, TRUE);
}
