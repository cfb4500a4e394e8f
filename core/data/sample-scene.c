#include "data/sample-scene.h"

#include <math.h>

#include "data/sample-shapes.h"

typedef struct
{
  double r, g, b;
} Colour;

/* What of a scene is decided before anything is drawn. */
typedef struct
{
  RnRandom random;
  cairo_t *cr; /* scaled so that the picture is the square from (0, 0) to (1, 1) */
  int label;
  double ground; /* brightness of the background, 0 to 1 */
  double object; /* brightness of the object, well apart from @ground */
  double x, y, radius;
} Scene;

static double
between (Scene *scene, double low, double high)
{
  return rn_random_between (&scene->random, low, high);
}

static gboolean
chance (Scene *scene, double probability)
{
  return rn_random_uniform (&scene->random) < probability;
}

/* Any hue at a given brightness (ITU-R 601 luma): hue tells nothing about the class. */
static Colour
random_colour (Scene *scene, double luma, double max_chroma)
{
  const double hue = between (scene, 0.0, 2 * G_PI),
               chroma = between (scene, 0.25, 1.0) * max_chroma;
  const double u = chroma * cos (hue), v = chroma * sin (hue);

  return (Colour){ CLAMP (luma + 1.14 * v, 0.0, 1.0),
                   CLAMP (luma - 0.395 * u - 0.581 * v, 0.0, 1.0),
                   CLAMP (luma + 2.032 * u, 0.0, 1.0) };
}

static void
add_stop (cairo_pattern_t *pattern, double offset, Colour colour, double alpha)
{
  cairo_pattern_add_color_stop_rgba (pattern, offset, colour.r, colour.g, colour.b, alpha);
}

/* Stripes of two colours, @period apart, across any direction. */
static cairo_pattern_t *
stripes_new (Scene *scene, Colour a, Colour b, double period)
{
  const double angle = between (scene, 0.0, 2 * G_PI), share = between (scene, 0.3, 0.7);
  cairo_pattern_t *pattern =
      cairo_pattern_create_linear (0.0, 0.0, period * cos (angle), period * sin (angle));

  cairo_pattern_set_extend (pattern, CAIRO_EXTEND_REPEAT);
  add_stop (pattern, 0.0, a, 1.0);
  add_stop (pattern, share - 0.05, a, 1.0);
  add_stop (pattern, share + 0.05, b, 1.0);
  add_stop (pattern, 0.95, b, 1.0);
  add_stop (pattern, 1.0, a, 1.0);
  return pattern;
}

static cairo_pattern_t *
gradient_new (Scene *scene, Colour a, Colour b, double reach)
{
  const double angle = between (scene, 0.0, 2 * G_PI), x = reach * cos (angle),
               y = reach * sin (angle);
  cairo_pattern_t *pattern = cairo_pattern_create_linear (-x, -y, x, y);

  add_stop (pattern, 0.0, a, 1.0);
  add_stop (pattern, 1.0, b, 1.0);
  return pattern;
}

/* One paint for an area of an object: flat, shaded or striped. */
static cairo_pattern_t *
paint_new (Scene *scene, double luma)
{
  const Colour a = random_colour (scene, luma, 0.28);
  const Colour b = { CLAMP (a.r + 0.14, 0, 1), CLAMP (a.g + 0.14, 0, 1), CLAMP (a.b + 0.14, 0, 1) };
  const double kind = rn_random_uniform (&scene->random);

  if (kind < 0.5)
    return cairo_pattern_create_rgb (a.r, a.g, a.b);
  if (kind < 0.8)
    return gradient_new (scene, a, b, 1.0);
  return stripes_new (scene, a, b, between (scene, 0.25, 0.5));
}

/* Brightness on the other side of the middle, where most room is. */
static double
away_from (Scene *scene, double luma, double low, double high)
{
  const double distance = between (scene, low, high);

  return luma < 0.5 ? MIN (luma + distance, 0.97) : MAX (luma - distance, 0.03);
}

static void
brush_start (Scene *scene, SampleBrush *brush, double luma)
{
  const double second = luma + between (scene, -0.2, 0.2);
  const double detail = away_from (scene, luma, 0.4, 0.6),
               line = away_from (scene, luma, 0.35, 0.6);
  const Colour ink = random_colour (scene, line, 0.28);

  brush->cr = scene->cr;
  brush->random = &scene->random;
  brush->style = (SampleStyle) rn_random_below (&scene->random, SAMPLE_N_STYLES);
  brush->tones[SAMPLE_TONE_MAIN] = paint_new (scene, luma);
  brush->tones[SAMPLE_TONE_SECOND] = paint_new (scene, CLAMP (second, 0.05, 0.95));
  brush->tones[SAMPLE_TONE_DETAIL] = paint_new (scene, detail);
  brush->line = cairo_pattern_create_rgb (ink.r, ink.g, ink.b);
  brush->line_width = between (scene, 0.07, 0.13);
  if (brush->style == SAMPLE_STYLE_DRAWING)
    {
      cairo_pattern_destroy (brush->tones[SAMPLE_TONE_SECOND]);
      brush->tones[SAMPLE_TONE_SECOND] = cairo_pattern_reference (brush->tones[SAMPLE_TONE_MAIN]);
    }
}

static void
brush_end (SampleBrush *brush)
{
  for (int i = 0; i < 3; i++)
    cairo_pattern_destroy (brush->tones[i]);
  cairo_pattern_destroy (brush->line);
}

static void
draw_blobs (Scene *scene, int n)
{
  for (int i = 0; i < n; i++)
    {
      const double x = between (scene, 0.0, 1.0), y = between (scene, 0.0, 1.0),
                   r = between (scene, 0.15, 0.5);
      const Colour colour =
          random_colour (scene, scene->ground + between (scene, -0.15, 0.15), 0.2);
      cairo_pattern_t *pattern = cairo_pattern_create_radial (x, y, 0.0, x, y, r);

      add_stop (pattern, 0.0, colour, 0.9);
      add_stop (pattern, 1.0, colour, 0.0);
      cairo_set_source (scene->cr, pattern);
      cairo_paint (scene->cr);
      cairo_pattern_destroy (pattern);
    }
}

static void
draw_background (Scene *scene)
{
  const Colour a = random_colour (scene, scene->ground + between (scene, -0.1, 0.1), 0.2);
  const Colour b = random_colour (scene, scene->ground + between (scene, -0.1, 0.1), 0.2);
  const double kind = rn_random_uniform (&scene->random);
  cairo_pattern_t *pattern = kind < 0.3 ? stripes_new (scene, a, b, between (scene, 0.12, 0.5))
                                        : gradient_new (scene, a, b, 1.0);

  cairo_set_source (scene->cr, pattern);
  cairo_paint (scene->cr);
  cairo_pattern_destroy (pattern);
  if (kind > 0.6)
    draw_blobs (scene, 2 + (int) rn_random_below (&scene->random, 3));
  if (chance (scene, 0.25))
    {
      const Colour floor = random_colour (scene, scene->ground + between (scene, -0.15, 0.15), 0.2);
      const double left = between (scene, 0.55, 0.9), right = left + between (scene, -0.12, 0.12);

      cairo_move_to (scene->cr, 0.0, left);
      cairo_line_to (scene->cr, 1.0, right);
      cairo_line_to (scene->cr, 1.0, 1.0);
      cairo_line_to (scene->cr, 0.0, 1.0);
      cairo_set_source_rgb (scene->cr, floor.r, floor.g, floor.b);
      cairo_fill (scene->cr);
    }
}

/* Moves the pen to a place around the object, so that what is drawn there covers little of it. */
static void
go_beside (Scene *scene, double low, double high)
{
  const double angle = between (scene, 0.0, 2 * G_PI),
               distance = scene->radius * between (scene, low, high);

  cairo_translate (scene->cr, scene->x + distance * cos (angle), scene->y + distance * sin (angle));
}

static void
draw_scraps (Scene *scene, int n)
{
  for (int i = 0; i < n; i++)
    {
      const double size = between (scene, 0.05, 0.17);
      SampleBrush brush;

      cairo_save (scene->cr);
      go_beside (scene, 0.5, 1.7);
      cairo_rotate (scene->cr, between (scene, 0.0, 2 * G_PI));
      cairo_scale (scene->cr, size, size);
      brush_start (scene, &brush, between (scene, 0.1, 0.9));
      rn_sample_shape_draw_scrap (&brush);
      brush_end (&brush);
      cairo_restore (scene->cr);
    }
}

/* Half of an object of any class, small and behind the scene's own: parts alone do not tell the class. */
static void
draw_fragment (Scene *scene)
{
  const double size = scene->radius * between (scene, 0.5, 0.75);
  const double luma = scene->object + between (scene, -0.2, 0.2);
  SampleBrush brush;

  cairo_save (scene->cr);
  go_beside (scene, 1.1, 1.5);
  cairo_rotate (scene->cr, between (scene, -0.6, 0.6));
  cairo_scale (scene->cr, size, size);
  cairo_rotate (scene->cr, between (scene, 0.0, 2 * G_PI));
  cairo_rectangle (scene->cr, -1.5, between (scene, -0.25, 0.1), 3.0, 3.0);
  cairo_clip (scene->cr);
  cairo_rotate (scene->cr, between (scene, 0.0, 2 * G_PI));
  brush_start (scene, &brush, CLAMP (luma, 0.05, 0.95));
  rn_sample_shape_draw (&brush, (int) rn_random_below (&scene->random, SAMPLE_N_CLASSES));
  brush_end (&brush);
  cairo_restore (scene->cr);
}

static void
draw_object (Scene *scene)
{
  const double turn = between (scene, -0.48, 0.48), stretch = between (scene, 0.88, 1.14);
  const double mirror = chance (scene, 0.5) ? -1.0 : 1.0;
  SampleBrush brush;

  cairo_save (scene->cr);
  cairo_translate (scene->cr, scene->x, scene->y);
  cairo_rotate (scene->cr, turn);
  cairo_scale (scene->cr, mirror * scene->radius * stretch, scene->radius / stretch);
  brush_start (scene, &brush, scene->object);
  rn_sample_shape_draw (&brush, scene->label);
  brush_end (&brush);
  cairo_restore (scene->cr);
}

/* Something in front that hides an edge of the object. */
static void
draw_cover (Scene *scene)
{
  const Colour colour = random_colour (scene, between (scene, 0.1, 0.9), 0.25);

  cairo_save (scene->cr);
  go_beside (scene, 0.6, 1.0);
  cairo_rotate (scene->cr, between (scene, 0.0, 2 * G_PI));
  if (chance (scene, 0.5))
    cairo_rectangle (scene->cr, -0.6, -0.03, 1.2, between (scene, 0.04, 0.09));
  else
    cairo_arc (scene->cr, 0.0, 0.0, between (scene, 0.07, 0.14), 0.0, 2 * G_PI);
  cairo_set_source_rgb (scene->cr, colour.r, colour.g, colour.b);
  cairo_fill (scene->cr);
  cairo_restore (scene->cr);
}

/* 0, 1 or 2 with the shares 50, 38 and 12 in a hundred */
static int
up_to_two (Scene *scene)
{
  const double share = rn_random_uniform (&scene->random);

  return share < 0.5 ? 0 : share < 0.88 ? 1 : 2;
}

static void
draw_all (Scene *scene)
{
  scene->ground = between (scene, 0.12, 0.88);
  scene->object = away_from (scene, scene->ground, 0.3, 0.55);
  scene->radius = between (scene, 0.33, 0.44);
  scene->x = 0.5 + between (scene, -1.0, 1.0) * (0.5 - scene->radius);
  scene->y = 0.5 + between (scene, -1.0, 1.0) * (0.5 - scene->radius);
  draw_background (scene);
  draw_scraps (scene, (int) rn_random_below (&scene->random, 4));
  for (int n = up_to_two (scene); n > 0; n--)
    draw_fragment (scene);
  draw_object (scene);
  for (int n = up_to_two (scene); n > 0; n--)
    draw_cover (scene);
}

/* out[i] = sum over k of weights[|k|] in[i + k], ends repeated, for one row or column of 3 interleaved channels */
static void
blur_line (float *out, const float *in, int n, gsize stride, const float *weights, int reach)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < 3; c++)
      {
        float sum = weights[0] * in[(gsize) i * stride + c];

        for (int k = 1; k <= reach; k++)
          sum += weights[k] * (in[(gsize) MAX (i - k, 0) * stride + c] +
                               in[(gsize) MIN (i + k, n - 1) * stride + c]);
        out[(gsize) i * stride + c] = sum;
      }
}

static void
blur (float *rgb, int side, double sigma)
{
  const int reach = (int) ceil (2.5 * sigma);
  const gsize row = 3 * (gsize) side;
  g_autofree float *weights = g_new (float, reach + 1);
  g_autofree float *other = g_new (float, row *side);
  double total = 0.0;

  for (int k = 0; k <= reach; k++)
    {
      weights[k] = (float) exp (-0.5 * (k / sigma) * (k / sigma));
      total += (k == 0 ? 1.0 : 2.0) * weights[k];
    }
  for (int k = 0; k <= reach; k++)
    weights[k] /= (float) total;
  for (int y = 0; y < side; y++)
    blur_line (other + y * row, rgb + y * row, side, 3, weights, reach);
  for (int x = 0; x < side; x++)
    blur_line (rgb + 3 * x, other + 3 * x, side, row, weights, reach);
}

/* Cairo's 0x00rrggbb as floats 0 to 1, [n,3] */
static void
unpack (float *rgb, const guint32 *pixels, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < 3; c++)
      rgb[3 * i + c] = (float) (pixels[i] >> (16 - 8 * c) & 0xff) / 255.0f;
}

/* As a camera would: out of focus, weak contrast, grain. Larger pictures keep the light and the contrast, and get
 * less than their share of blur and finer grain, since they are there to be looked at.
 */
static void
develop (Scene *scene, float *rgb, int side, guint8 *out)
{
  const double zoom = side / 32.0, focus = between (scene, 0.0, 0.6);
  const double contrast = between (scene, 0.78, 1.12), light = between (scene, -0.08, 0.08);
  const double grain = between (scene, 0.0, 0.04) / sqrt (MAX (zoom, 1.0)), tint = grain * 0.5;
  const gsize n = (gsize) side * (gsize) side;

  if (focus > 0.25)
    blur (rgb, side, focus * sqrt (zoom));
  for (gsize i = 0; i < n; i++)
    {
      const double shared = grain * rn_random_normal (&scene->random) + light;

      for (int c = 0; c < 3; c++)
        {
          const double own = tint * rn_random_normal (&scene->random);
          const double value = 0.5 + (rgb[3 * i + c] - 0.5) * contrast + shared + own;

          out[3 * i + c] = (guint8) (CLAMP (value, 0.0, 1.0) * 255.0 + 0.5);
        }
    }
}

int
rn_sample_scene_label (int index)
{
  return index % SAMPLE_N_CLASSES;
}

void
rn_sample_scene_draw (RnSplit split, int index, int side, guint8 *rgb)
{
  const gsize n = (gsize) side * (gsize) side;
  g_autofree guint32 *pixels = g_new0 (guint32, n);
  g_autofree float *light = g_new (float, 3 * n);
  cairo_surface_t *surface =
      cairo_image_surface_create_for_data ((guint8 *) pixels, CAIRO_FORMAT_RGB24, side, side,
                                           side * (int) sizeof (guint32));
  Scene scene = { .cr = cairo_create (surface), .label = rn_sample_scene_label (index) };

  rn_random_start (&scene.random, SAMPLE_SCENE_SEED, RN_STREAM_SAMPLE, (guint64) split,
                   (guint64) index);
  cairo_scale (scene.cr, side, side);
  cairo_set_line_join (scene.cr, CAIRO_LINE_JOIN_ROUND);
  draw_all (&scene);
  cairo_destroy (scene.cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  unpack (light, pixels, n);
  develop (&scene, light, side, rgb);
}
