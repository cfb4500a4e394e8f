#include "data/sample-shapes.h"

#include <math.h>

#define CORNERS(points) ((int) (G_N_ELEMENTS (points) / 2))

/* Of the arguments of a call, and of the items of a list, one at most draws a random number: C leaves their order
 * open, and every compiler is to draw the same scenes.
 */
static double
between (SampleBrush *brush, double low, double high)
{
  return rn_random_between (brush->random, low, high);
}

static gboolean
chance (SampleBrush *brush, double probability)
{
  return rn_random_uniform (brush->random) < probability;
}

static int
whole (SampleBrush *brush, int low, int high)
{
  return low + (int) rn_random_below (brush->random, (guint64) (high - low + 1));
}

/* Fills the current path and, as the style asks, outlines it. */
static void
ink (SampleBrush *brush, SampleTone tone)
{
  if (brush->style == SAMPLE_STYLE_DRAWING && tone == SAMPLE_TONE_DETAIL)
    cairo_set_source (brush->cr, brush->line);
  else
    cairo_set_source (brush->cr, brush->tones[tone]);
  if (brush->style == SAMPLE_STYLE_PLAIN || tone == SAMPLE_TONE_DETAIL)
    {
      cairo_fill (brush->cr);
      return;
    }
  cairo_fill_preserve (brush->cr);
  cairo_set_source (brush->cr, brush->line);
  cairo_set_line_width (brush->cr, brush->line_width);
  cairo_stroke (brush->cr);
}

/* Strokes the current path with a tone, at least as wide as the outlines. */
static void
trace (SampleBrush *brush, SampleTone tone, double width)
{
  if (brush->style == SAMPLE_STYLE_DRAWING)
    cairo_set_source (brush->cr, brush->line);
  else
    cairo_set_source (brush->cr, brush->tones[tone]);
  cairo_set_line_width (brush->cr, MAX (width, brush->line_width));
  cairo_stroke (brush->cr);
}

static void
polygon (SampleBrush *brush, const double *xy, int n, SampleTone tone)
{
  for (int i = 0; i < n; i++)
    cairo_line_to (brush->cr, xy[2 * i], xy[2 * i + 1]);
  cairo_close_path (brush->cr);
  ink (brush, tone);
}

static void
box (SampleBrush *brush, double x, double y, double width, double height, SampleTone tone)
{
  cairo_rectangle (brush->cr, x, y, width, height);
  ink (brush, tone);
}

static void
oval (SampleBrush *brush, double x, double y, double rx, double ry, SampleTone tone)
{
  cairo_save (brush->cr);
  cairo_translate (brush->cr, x, y);
  cairo_scale (brush->cr, rx, ry);
  cairo_new_sub_path (brush->cr);
  cairo_arc (brush->cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (brush->cr);
  ink (brush, tone);
}

static void
disc (SampleBrush *brush, double x, double y, double radius, SampleTone tone)
{
  oval (brush, x, y, radius, radius, tone);
}

static void
segment (SampleBrush *brush, double x0, double y0, double x1, double y1, double width,
         SampleTone tone)
{
  cairo_move_to (brush->cr, x0, y0);
  cairo_line_to (brush->cr, x1, y1);
  trace (brush, tone, width);
}

static void
draw_house (SampleBrush *brush)
{
  const double half = between (brush, 0.6, 0.85), top = between (brush, -0.3, 0.05);
  const double eaves = half + between (brush, 0.05, 0.2), ridge = between (brush, -1.0, -0.75);
  const double flat = chance (brush, 0.3) ? between (brush, 0.2, 0.45) : 0.0;
  const double roof[] = { -eaves, top, -flat, ridge, flat, ridge, eaves, top };
  const double door = between (brush, -0.4, 0.15) * half, wide = between (brush, 0.24, 0.34);

  if (chance (brush, 0.5))
    {
      const double x = between (brush, 0.3, 0.5);

      box (brush, x, ridge + 0.02, 0.2, top - ridge - 0.1, SAMPLE_TONE_SECOND);
    }
  box (brush, -half, top, 2 * half, 0.9 - top, SAMPLE_TONE_MAIN);
  polygon (brush, roof, CORNERS (roof), SAMPLE_TONE_SECOND);
  box (brush, door, 0.9 - between (brush, 0.45, 0.58), wide, 0.5, SAMPLE_TONE_DETAIL);
  if (chance (brush, 0.85))
    box (brush, MIN (door + wide + 0.12, half - 0.34), top + 0.18, 0.26, 0.26, SAMPLE_TONE_DETAIL);
  if (chance (brush, 0.5))
    box (brush, MAX (door - 0.36, 0.08 - half), top + 0.18, 0.24, 0.26, SAMPLE_TONE_DETAIL);
}

static void
draw_conifer (SampleBrush *brush)
{
  const int n = whole (brush, 2, 3);
  const double wide = between (brush, 0.55, 0.75);

  for (int i = n - 1; i >= 0; i--)
    {
      const double above = -1.0 + 0.42 * i, below = above + 1.5 - 0.3 * n + 0.08 * i;
      const double half = wide * (0.55 + 0.45 * (i + 1) / n);
      const double layer[] = { 0.0, above, half, below, -half, below };

      polygon (brush, layer, CORNERS (layer), SAMPLE_TONE_MAIN);
    }
}

static void
draw_tree (SampleBrush *brush)
{
  const double trunk = between (brush, 0.1, 0.18), crown = between (brush, 0.5, 0.66);

  box (brush, -trunk, 0.1, 2 * trunk, 0.88, SAMPLE_TONE_SECOND);
  if (chance (brush, 0.45))
    draw_conifer (brush);
  else if (chance (brush, 0.5))
    oval (brush, 0.0, -0.35, crown, between (brush, 0.55, 0.68), SAMPLE_TONE_MAIN);
  else
    {
      const double side = between (brush, 0.34, 0.44);

      disc (brush, -side, -0.08, side + 0.06, SAMPLE_TONE_MAIN);
      disc (brush, side, -0.08, side + 0.06, SAMPLE_TONE_MAIN);
      disc (brush, between (brush, -0.1, 0.1), -0.5, crown * 0.85, SAMPLE_TONE_MAIN);
    }
}

static void
draw_fish (SampleBrush *brush)
{
  const double tall = between (brush, 0.38, 0.58), tail = between (brush, 0.32, 0.55);
  const double fork = between (brush, 0.62, 0.9);
  const double fan[] = { 0.35, 0.0, 0.98, -tail, fork, 0.0, 0.98, tail };
  const double fin[] = { -0.25, -tall * 0.8, 0.15, -tall - between (brush, 0.12, 0.3),
                         0.3,   -tall * 0.6 };

  polygon (brush, fan, CORNERS (fan), SAMPLE_TONE_SECOND);
  if (chance (brush, 0.7))
    polygon (brush, fin, CORNERS (fin), SAMPLE_TONE_SECOND);
  if (chance (brush, 0.5))
    oval (brush, -0.25, 0.0, 0.72, tall, SAMPLE_TONE_MAIN);
  else
    {
      cairo_move_to (brush->cr, -0.98, 0.0);
      cairo_curve_to (brush->cr, -0.6, -tall * 1.5, 0.1, -tall * 1.2, 0.55, 0.0);
      cairo_curve_to (brush->cr, 0.1, tall * 1.2, -0.6, tall * 1.5, -0.98, 0.0);
      cairo_close_path (brush->cr);
      ink (brush, SAMPLE_TONE_MAIN);
    }
  if (chance (brush, 0.5))
    {
      cairo_arc (brush->cr, -0.62, 0.0, 0.36, -0.8, 0.8);
      trace (brush, SAMPLE_TONE_SECOND, 0.07);
    }
  disc (brush, -0.6, -tall * 0.25, between (brush, 0.09, 0.14), SAMPLE_TONE_DETAIL);
}

static void
draw_star (SampleBrush *brush)
{
  const int n = whole (brush, 5, 7);
  const double inner = between (brush, 0.4, 0.55), turn = between (brush, 0.0, 2 * G_PI);

  for (int i = 0; i < 2 * n; i++)
    {
      const double angle = turn + G_PI * i / n, radius = i % 2 == 0 ? 1.0 : inner;

      cairo_line_to (brush->cr, radius * cos (angle), radius * sin (angle));
    }
  cairo_close_path (brush->cr);
  ink (brush, SAMPLE_TONE_MAIN);
  if (chance (brush, 0.4))
    {
      const SampleTone tone = chance (brush, 0.5) ? SAMPLE_TONE_SECOND : SAMPLE_TONE_DETAIL;

      disc (brush, 0.0, 0.0, inner * between (brush, 0.5, 0.75), tone);
    }
}

static void
draw_car (SampleBrush *brush)
{
  const double belt = between (brush, -0.15, 0.02), roof = between (brush, -0.62, -0.45);
  const double front = between (brush, -0.5, -0.3), back = between (brush, 0.3, 0.62);
  const double slope = between (brush, 0.1, 0.3), wheel = between (brush, 0.2, 0.27);
  const double cabin[] = { front - slope, belt, front, roof, back, roof, back + slope, belt };
  const double pane[] = { front - slope * 0.4, belt,        front + 0.06,       roof + 0.12,
                          back - 0.06,         roof + 0.12, back + slope * 0.4, belt };
  const double middle = (front + back) / 2;

  polygon (brush, cabin, CORNERS (cabin), SAMPLE_TONE_MAIN);
  polygon (brush, pane, CORNERS (pane), SAMPLE_TONE_SECOND);
  box (brush, middle - 0.05, roof, 0.1, belt - roof, SAMPLE_TONE_MAIN);
  box (brush, -0.98, belt, 1.96, between (brush, 0.42, 0.5), SAMPLE_TONE_MAIN);
  for (int i = 0; i < 2; i++)
    {
      const double x = i == 0 ? -0.55 : 0.55;

      disc (brush, x, 0.42, wheel, SAMPLE_TONE_DETAIL);
      disc (brush, x, 0.42, wheel * 0.45, SAMPLE_TONE_SECOND);
    }
}

static void
draw_flower (SampleBrush *brush)
{
  const int n = whole (brush, 5, 8);
  const gboolean stem = chance (brush, 0.6);
  const double size = stem ? between (brush, 0.55, 0.66) : between (brush, 0.85, 1.0);
  const double x = stem ? between (brush, -0.1, 0.1) : 0.0, y = stem ? -0.38 : 0.0;
  const double turn = between (brush, 0.0, 2 * G_PI), plump = between (brush, 0.75, 1.05);

  if (stem)
    {
      segment (brush, x, y, 0.0, 1.0, 0.12, SAMPLE_TONE_SECOND);
      cairo_save (brush->cr);
      cairo_translate (brush->cr, 0.22, between (brush, 0.5, 0.68));
      cairo_rotate (brush->cr, -0.6);
      oval (brush, 0.0, 0.0, 0.3, 0.13, SAMPLE_TONE_SECOND);
      cairo_restore (brush->cr);
    }
  for (int i = 0; i < n; i++)
    {
      cairo_save (brush->cr);
      cairo_translate (brush->cr, x, y);
      cairo_rotate (brush->cr, turn + 2 * G_PI * i / n);
      oval (brush, 0.6 * size, 0.0, 0.4 * size, plump * 1.9 * size / n, SAMPLE_TONE_MAIN);
      cairo_restore (brush->cr);
    }
  disc (brush, x, y, size * between (brush, 0.28, 0.4), SAMPLE_TONE_DETAIL);
}

static void
draw_cup (SampleBrush *brush)
{
  const double top = between (brush, 0.52, 0.68), foot = top * between (brush, 0.6, 0.98);
  const double rim = between (brush, -0.72, -0.5), base = between (brush, 0.65, 0.85);
  const double body[] = { -top, rim, top, rim, foot, base, -foot, base };
  const double reach = between (brush, 0.2, 0.3);

  cairo_save (brush->cr);
  cairo_translate (brush->cr, (top + foot) / 2, 0.0);
  cairo_scale (brush->cr, reach, between (brush, 0.28, 0.4));
  cairo_arc (brush->cr, 0.0, 0.0, 1.0, -G_PI / 2, G_PI / 2);
  cairo_restore (brush->cr);
  trace (brush, SAMPLE_TONE_MAIN, between (brush, 0.13, 0.18));
  polygon (brush, body, CORNERS (body), SAMPLE_TONE_MAIN);
  oval (brush, 0.0, rim, top, between (brush, 0.12, 0.2), SAMPLE_TONE_SECOND);
  if (chance (brush, 0.4))
    {
      const double wide = top * 0.92, y = between (brush, -0.15, 0.15);

      box (brush, -wide, y, 2 * wide, between (brush, 0.15, 0.3), SAMPLE_TONE_SECOND);
    }
  else if (chance (brush, 0.4))
    disc (brush, 0.0, 0.1, 0.2, SAMPLE_TONE_DETAIL);
}

static void
draw_boat (SampleBrush *brush)
{
  const double deck = between (brush, 0.3, 0.42), keel = between (brush, 0.35, 0.65);
  const double mast = between (brush, -0.15, 0.1), top = between (brush, -1.0, -0.85);
  const double hull[] = { -0.95, deck, 0.95, deck, keel, 0.9, -keel, 0.9 };
  const double sail[] = { mast + 0.06, top,         mast + between (brush, 0.55, 0.75),
                          deck - 0.12, mast + 0.06, deck - 0.12 };
  const double jib[] = { mast - 0.08, top + 0.2,   mast - between (brush, 0.4, 0.6),
                         deck - 0.12, mast - 0.08, deck - 0.12 };

  segment (brush, mast, top, mast, deck, 0.1, SAMPLE_TONE_DETAIL);
  polygon (brush, sail, CORNERS (sail), SAMPLE_TONE_SECOND);
  if (chance (brush, 0.6))
    polygon (brush, jib, CORNERS (jib), SAMPLE_TONE_SECOND);
  polygon (brush, hull, CORNERS (hull), SAMPLE_TONE_MAIN);
  if (chance (brush, 0.4))
    for (int i = -1; i <= 1; i++)
      disc (brush, 0.35 * i, (deck + 0.9) / 2, 0.09, SAMPLE_TONE_DETAIL);
}

static void
draw_key (SampleBrush *brush)
{
  const double bow = between (brush, 0.33, 0.44), shaft = between (brush, 0.075, 0.11);
  const double eye = bow * between (brush, 0.4, 0.58), tooth = between (brush, 0.22, 0.34);
  const int n = whole (brush, 2, 3);

  for (int i = 0; i < n; i++)
    box (brush, 0.78 - 0.28 * i, 0.0, 0.15, shaft + tooth * (i == 1 ? 0.7 : 1.0), SAMPLE_TONE_MAIN);
  box (brush, bow - 0.6, -shaft, 1.55 - bow, 2 * shaft, SAMPLE_TONE_MAIN);
  cairo_set_fill_rule (brush->cr, CAIRO_FILL_RULE_EVEN_ODD);
  if (chance (brush, 0.7))
    cairo_arc (brush->cr, -0.55, 0.0, bow, 0.0, 2 * G_PI);
  else
    cairo_rectangle (brush->cr, -0.55 - bow, -bow * 0.9, 2 * bow, 1.8 * bow);
  cairo_new_sub_path (brush->cr);
  cairo_arc (brush->cr, -0.55, 0.0, eye, 0.0, 2 * G_PI);
  ink (brush, SAMPLE_TONE_MAIN);
  cairo_set_fill_rule (brush->cr, CAIRO_FILL_RULE_WINDING);
}

static void
draw_mouth (SampleBrush *brush)
{
  const double y = between (brush, 0.36, 0.46), wide = between (brush, 0.26, 0.42);
  const double bend = between (brush, -0.16, 0.28);

  if (chance (brush, 0.2))
    {
      oval (brush, 0.0, y, wide * 0.55, between (brush, 0.1, 0.18), SAMPLE_TONE_DETAIL);
      return;
    }
  cairo_move_to (brush->cr, -wide, y);
  cairo_curve_to (brush->cr, -wide * 0.5, y + bend, wide * 0.5, y + bend, wide, y);
  trace (brush, SAMPLE_TONE_DETAIL, between (brush, 0.09, 0.14));
}

static void
draw_face (SampleBrush *brush)
{
  const double wide = between (brush, 0.68, 0.88), tall = between (brush, 0.8, 0.95);
  const double apart = between (brush, 0.26, 0.38), eye = between (brush, 0.09, 0.15);
  const double brow = between (brush, -0.28, -0.1);

  if (chance (brush, 0.4))
    for (int side = -1; side <= 1; side += 2)
      disc (brush, side * wide, -0.05, 0.18, SAMPLE_TONE_MAIN);
  oval (brush, 0.0, 0.0, wide, tall, SAMPLE_TONE_MAIN);
  if (chance (brush, 0.5))
    {
      cairo_save (brush->cr);
      cairo_scale (brush->cr, wide * 1.04, tall * 1.04);
      cairo_arc (brush->cr, 0.0, 0.0, 1.0, G_PI * 1.12, G_PI * 1.88);
      cairo_close_path (brush->cr);
      cairo_restore (brush->cr);
      ink (brush, SAMPLE_TONE_SECOND);
    }
  for (int side = -1; side <= 1; side += 2)
    disc (brush, side * apart, brow, eye, SAMPLE_TONE_DETAIL);
  if (chance (brush, 0.4))
    segment (brush, 0.0, brow + 0.1, 0.0, 0.18, 0.09, SAMPLE_TONE_SECOND);
  draw_mouth (brush);
}

void
rn_sample_shape_draw (SampleBrush *brush, int label)
{
  static void (*const shapes[SAMPLE_N_CLASSES]) (SampleBrush *) = {
    draw_house,  draw_tree, draw_fish, draw_star, draw_car,
    draw_flower, draw_cup,  draw_boat, draw_key,  draw_face,
  };

  shapes[label](brush);
}

void
rn_sample_shape_draw_scrap (SampleBrush *brush)
{
  const SampleTone tone = (SampleTone) whole (brush, 0, 2);
  const double wide = between (brush, 0.3, 1.0), width = between (brush, 0.15, 0.4);
  const double wedge[] = { -wide, 0.8, wide, 0.8, between (brush, -0.6, 0.6), -0.9 };

  switch (whole (brush, 0, 6))
    {
    case 0:
      oval (brush, 0.0, 0.0, 0.9, 0.9 * wide, tone);
      break;
    case 1:
      disc (brush, 0.0, 0.0, 0.9, tone);
      disc (brush, 0.0, 0.0, 0.9 * between (brush, 0.35, 0.6), SAMPLE_TONE_DETAIL);
      break;
    case 2:
      polygon (brush, wedge, CORNERS (wedge), tone);
      break;
    case 3:
      box (brush, -wide, -0.8, 2 * wide, 1.6, tone);
      break;
    case 4:
      cairo_arc (brush->cr, 0.0, 0.0, 0.9, 0.0, between (brush, 1.5, 4.0));
      trace (brush, tone, width);
      break;
    case 5:
      segment (brush, -1.2, 0.0, 1.2, between (brush, -0.8, 0.8), width, tone);
      break;
    default:
      disc (brush, -0.6, 0.0, 0.35, SAMPLE_TONE_DETAIL);
      disc (brush, 0.6, 0.0, 0.35, SAMPLE_TONE_DETAIL);
      break;
    }
}
