#include "charts/curve-draw.h"

#include <math.h>

static GdkRGBA
line_colour (const RnCanvas *canvas, const RnSceneLine *line)
{
  return canvas->palette->series[line->colour % RN_N_SERIES_COLOURS];
}

/* An image's pixels, and where the plot's first column stands in it */
typedef struct
{
  cairo_surface_t *surface;
  guint32 *data;
  int width, height;
  gsize stride; /* pixels */
  int left;
} Pixels;

static Pixels
pixels_open (const RnCurveScene *scene, const RnCanvas *canvas)
{
  cairo_surface_t *surface = cairo_get_target (canvas->cr);

  cairo_surface_flush (surface);
  return (Pixels){
    .surface = surface,
    .data = (guint32 *) (gpointer) cairo_image_surface_get_data (surface),
    .width = cairo_image_surface_get_width (surface),
    .height = cairo_image_surface_get_height (surface),
    .stride = (gsize) cairo_image_surface_get_stride (surface) / 4,
    .left = (int) floor ((scene->plot.x - (double) canvas->origin.x) * scene->scale + 0.5),
  };
}

/* dst = src + (1 - alpha of src) dst for each byte of a premultiplied pixel */
static inline guint32
blend (guint32 src, guint32 dst)
{
  const guint32 rest = 255 - (src >> 24);
  const guint32 even = (dst & 0x00ff00ff) * rest + 0x00800080,
                odd = (dst >> 8 & 0x00ff00ff) * rest + 0x00800080;

  return src + (((even + (even >> 8 & 0x00ff00ff)) >> 8 & 0x00ff00ff) |
                ((odd + (odd >> 8 & 0x00ff00ff)) & 0xff00ff00));
}

/* The band */

gboolean
rn_curve_band_edges (const RnCurveScene *scene, const RnColumn *column, double *top, double *bottom)
{
  const double scale = scene->scale, end = scene->plot.y + scene->plot.height;

  if (!rn_curve_has_number (column))
    return FALSE;
  *top = rn_curve_scene_y (scene, (double) column->max);
  *bottom = rn_curve_scene_y (scene, (double) column->min);
  if (isnan (*top) || isnan (*bottom))
    return FALSE;
  *top = floor (CLAMP (*top, scene->plot.y, end) * scale) / scale;
  *bottom = ceil (CLAMP (*bottom, scene->plot.y, end) * scale) / scale;
  *bottom = MAX (*bottom, *top + 1.0 / scale);
  return TRUE;
}

/* What a column of the band covers, in whole device pixels of the target; empty where bottom is not below top */
typedef struct
{
  int top;
  int bottom;
} Span;

static void
cover (Span *span, double top, double bottom, double origin, double scale)
{
  const int from = (int) floor ((top - origin) * scale + 1e-6),
            to = (int) ceil ((bottom - origin) * scale - 1e-6);

  if (span->bottom <= span->top)
    *span = (Span){ from, MAX (to, from + 1) };
  else
    *span = (Span){ MIN (span->top, from), MAX (span->bottom, MAX (to, from + 1)) };
}

/* Between two columns with single steps, where steps are about as wide as pixels or wider, the raw values are joined:
 * each column shows the stretch that a line would cross in it.
 */
static void
join_band (const RnCurveScene *scene, Span *spans, const RnColumn *columns, int a, int b,
           double origin)
{
  const double y0 = rn_curve_scene_y (scene, (double) columns[a].mean),
               y1 = rn_curve_scene_y (scene, (double) columns[b].mean);
  const double top = scene->plot.y, bottom = top + scene->plot.height;

  if (!isfinite (y0) || !isfinite (y1))
    return;
  for (int c = a; c <= b; c++)
    {
      const double u = y0 + (y1 - y0) * MAX (c - a - 0.5, 0.0) / (b - a),
                   v = y0 + (y1 - y0) * MIN (c - a + 0.5, b - a) / (b - a);

      cover (&spans[c - a], CLAMP (MIN (u, v), top, bottom), CLAMP (MAX (u, v), top, bottom),
             origin, scene->scale);
    }
}

/* Returns: whether the stretch from column @a to @b is to be joined: steps known one by one */
static gboolean
is_joined (const RnColumn *columns, int a, int b)
{
  return rn_curve_has_number (&columns[a]) && rn_curve_has_number (&columns[b]) &&
         columns[b].last - columns[a].last == 1 && columns[a].min == columns[a].max &&
         columns[b].min == columns[b].max;
}

static void
fill_spans (const Pixels *pixels, const Span *spans, int first, int last, guint32 colour)
{
  for (int c = MAX (first, -pixels->left); c <= MIN (last, pixels->width - 1 - pixels->left); c++)
    {
      const Span *span = &spans[c - first];
      const int bottom = MIN (span->bottom, pixels->height);
      guint32 *pixel = pixels->data + pixels->left + c;

      for (int y = MAX (span->top, 0); y < bottom; y++)
        pixel[(gsize) y * pixels->stride] = blend (colour, pixel[(gsize) y * pixels->stride]);
    }
  cairo_surface_mark_dirty (pixels->surface);
}

void
rn_curve_draw_band (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line,
                    int first, int last)
{
  const Pixels pixels = pixels_open (scene, canvas);
  const double scale = scene->scale, origin = (double) canvas->origin.y;
  g_autofree Span *spans = g_new0 (Span, last - first + 1);
  GdkRGBA colour = line_colour (canvas, line);
  int before = -1;

  for (int c = first; c <= last; c++)
    {
      double top, bottom;

      if (line->columns[c].last == 0)
        continue;
      if (before >= 0 && is_joined (line->columns, before, c))
        join_band (scene, spans + before - first, line->columns, before, c, origin);
      before = c;
      if (rn_curve_band_edges (scene, &line->columns[c], &top, &bottom))
        cover (&spans[c - first], top, bottom, origin, scale);
    }
  colour.alpha *= (float) (scene->is_sparse ? RN_CURVE_JOINED_OPACITY : RN_CURVE_BAND_OPACITY);
  fill_spans (&pixels, spans, first, last, rn_palette_argb (&colour));
}

/* The smooth line: a round pen is led along it. The line's height is sampled several times in a column; around each sample
 * the pen covers a stretch, and a pixel's share of the stretches of its column's samples is its coverage.
 */

/* Samples in a column */
#define N_SAMPLES 4
/* The widest pen, samples to either side */
#define MAX_REACH 64

/* Heights in device pixels of the image, from column @first to @last; NaN where the line does not go */
static float *
sample_line (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line, int first,
             int last)
{
  const int n = (last - first + 1) * N_SAMPLES;
  float *heights = g_new (float, n);
  int before = -1, column_before = -1;

  for (int i = 0; i < n; i++)
    heights[i] = NAN;
  for (int c = first; c <= last; c++)
    {
      double y;
      int at;

      if (line->columns[c].last == 0)
        continue;
      y = rn_curve_smooth_y (scene, &line->columns[c]);
      if (isnan (y))
        {
          before = -1;
          continue;
        }
      at = (int) (((double) line->xs[c] - scene->plot.x) * scene->scale * N_SAMPLES) -
           first * N_SAMPLES;
      at = CLAMP (at, (c - first) * N_SAMPLES, (c - first + 1) * N_SAMPLES - 1);
      heights[at] = (float) ((y - (double) canvas->origin.y) * scene->scale);
      if (before >= 0 && !rn_curve_is_gap (line->columns, column_before, c))
        for (int i = before + 1; i < at; i++)
          heights[i] = heights[before] + (heights[at] - heights[before]) * (float) (i - before) /
                                             (float) (at - before);
      before = at;
      column_before = c;
    }
  return heights;
}

/* How far the pen reaches above and below its middle, @pen[d] at @d samples beside it. Returns: how many d there are */
static int
make_pen (double width, float pen[MAX_REACH + 1])
{
  const double radius = width / 2.0;
  const int reach = MIN ((int) (radius * N_SAMPLES), MAX_REACH);

  for (int d = 0; d <= reach; d++)
    pen[d] = (float) sqrt (radius * radius - (double) d * d / N_SAMPLES / N_SAMPLES);
  return reach;
}

/* What the pen covers at sample @at. Returns: FALSE where the line does not come near */
static gboolean
pen_stretch (const float *heights, int n, int at, const float *pen, int reach, float *top,
             float *bottom)
{
  *top = INFINITY;
  *bottom = -INFINITY;
  for (int i = MAX (at - reach, 0); i <= MIN (at + reach, n - 1); i++)
    {
      const float half = pen[ABS (i - at)];

      /* false for NaN */
      if (heights[i] - half < *top)
        *top = heights[i] - half;
      if (heights[i] + half > *bottom)
        *bottom = heights[i] + half;
    }
  return *top < *bottom;
}

/* Adds to the coverage of rows what lies below @y: running sums of @steps are the coverage. */
static void
add_edge (float *steps, float y, float share)
{
  const int row = (int) y;
  const float rest = y - (float) row;

  steps[row] += share * (1.0f - rest);
  steps[row + 1] += share * rest;
}

/* @colour, premultiplied, with @share of its opacity, 0 to 256 */
static inline guint32
dilute (guint32 colour, guint32 share)
{
  return ((colour & 0x00ff00ff) * share >> 8 & 0x00ff00ff) |
         ((colour >> 8 & 0x00ff00ff) * share & 0xff00ff00);
}

/* Lays @colour over rows @from to @to as far as they are covered, and clears @steps for the next column. */
static void
fill_covered (const Pixels *pixels, int x, float *steps, int from, int to, guint32 colour)
{
  guint32 *pixel = pixels->data + (gsize) from * pixels->stride + x;
  float covered = 0.0f;

  for (int y = from; y <= to; y++, pixel += pixels->stride)
    {
      covered += steps[y];
      steps[y] = 0.0f;
      if (covered > 0.002f && y < pixels->height)
        *pixel = blend (dilute (colour, (guint32) (covered * 256.0f + 0.5f)), *pixel);
    }
}

void
rn_curve_draw_smooth (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line,
                      int first, int last)
{
  const Pixels pixels = pixels_open (scene, canvas);
  const int n = (last - first + 1) * N_SAMPLES;
  const int dash = (int) (RN_CURVE_DASH * scene->scale),
            period = dash + (int) (RN_CURVE_DASH_GAP * scene->scale);
  const GdkRGBA rgba = line_colour (canvas, line);
  const guint32 colour = rn_palette_argb (&rgba);
  g_autofree float *heights = sample_line (scene, canvas, line, first, last);
  g_autofree float *steps = g_new0 (float, pixels.height + 2);
  float pen[MAX_REACH + 1];
  const int reach = make_pen (RN_CURVE_SMOOTH_WIDTH * scene->scale, pen);

  for (int c = MAX (first, -pixels.left); c <= MIN (last, pixels.width - 1 - pixels.left); c++)
    {
      const float height = (float) pixels.height;
      float top, bottom, least = height, greatest = 0.0f;

      if (line->is_dashed && c % period >= dash)
        continue;
      for (int i = 0; i < N_SAMPLES; i++)
        {
          if (!pen_stretch (heights, n, (c - first) * N_SAMPLES + i, pen, reach, &top, &bottom))
            continue;
          top = CLAMP (top, 0.0f, height);
          bottom = CLAMP (bottom, 0.0f, height);
          add_edge (steps, top, 1.0f / N_SAMPLES);
          add_edge (steps, bottom, -1.0f / N_SAMPLES);
          least = MIN (least, top);
          greatest = MAX (greatest, bottom);
        }
      if (least < greatest)
        fill_covered (&pixels, pixels.left + c, steps, (int) least, (int) greatest + 1, colour);
    }
  cairo_surface_mark_dirty (pixels.surface);
}
