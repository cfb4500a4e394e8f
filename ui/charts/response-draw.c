#include "charts/response-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

/* Logical pixels */
#define GAP 6.0
#define DOT 2.6          /* radius */
#define DOT_DISTANCE 6.0 /* points closer than this have no dots */
#define LINE 2.0
#define MARGIN 4.0 /* half a dot beyond the plot, at both ends */

/* Data */

static int
compare_by_size (gconstpointer a, gconstpointer b, gpointer data)
{
  const RnResponsePoint *points = data;
  const double x = points[*(const int *) a].std, y = points[*(const int *) b].std;

  if (isnan (x) || isnan (y))
    return (isnan (x) ? 1 : 0) - (isnan (y) ? 1 : 0);
  return x > y ? -1 : x < y ? 1 : *(const int *) a - *(const int *) b;
}

int *
rn_response_sort (const RnResponsePoint *points, guint n)
{
  int *order = g_new (int, n);

  for (guint i = 0; i < n; i++)
    order[i] = (int) i;
  g_qsort_with_data (order, (int) n, sizeof *order, compare_by_size, (gpointer) points);
  return order;
}

RnResponseCurve *
rn_response_get_curve (RnResponseChart *self, int curve)
{
  return curve >= 0 && curve < (int) self->curves->len ? self->curves->pdata[curve] : NULL;
}

const RnResponsePoint *
rn_response_get_point (RnResponseChart *self, int curve, int at)
{
  const RnResponseCurve *c = rn_response_get_curve (self, curve);

  if (c == NULL || at < 0 || at >= (int) c->points->len)
    return NULL;
  return &g_array_index (c->points, RnResponsePoint, self->is_sorted ? c->order[at] : at);
}

int
rn_response_n_layers (RnResponseChart *self)
{
  guint n = 0;

  for (guint i = 0; i < self->curves->len; i++)
    if (rn_response_get_curve (self, (int) i) != NULL)
      n = MAX (n, rn_response_get_curve (self, (int) i)->points->len);
  return (int) n;
}

/* Places */

static void
get_text_size (RnResponseChart *self, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, text);

  pango_layout_get_pixel_size (layout, width, height);
}

RnResponsePlot
rn_response_get_plot (RnResponseChart *self, int width, int height)
{
  g_autofree char *label = rn_axis_format (&self->axis, self->axis.max);
  int label_width, text_height;
  double x, y;

  get_text_size (self, label, &label_width, &text_height);
  x = label_width + GAP + MARGIN;
  y = 1.5 * text_height + GAP;
  /* below: ticks, and the unit of x under their right end */
  return (RnResponsePlot){ x, round (y), MAX (width - x - 2.0 * MARGIN - GAP, 1.0),
                           MAX (height - round (y) - 2.0 * text_height - GAP, 1.0) };
}

double
rn_response_get_x (RnResponseChart *self, const RnResponsePlot *plot, int at)
{
  const int n = rn_response_n_layers (self);

  return plot->x + (n > 1 ? plot->width * at / (n - 1) : plot->width / 2.0);
}

double
rn_response_get_y (RnResponseChart *self, const RnResponsePlot *plot, double std)
{
  return plot->y + plot->height * (1.0 - rn_axis_fraction (&self->axis, std));
}

int
rn_response_find_layer (RnResponseChart *self, double x, double y)
{
  const RnResponsePlot plot = rn_response_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                                    gtk_widget_get_height (GTK_WIDGET (self)));
  const int n = rn_response_n_layers (self);

  if (n == 0 || x < plot.x - GAP || x > plot.x + plot.width + GAP || y < plot.y - GAP ||
      y > plot.y + plot.height + GAP)
    return -1;
  return n == 1 ? 0
                : (int) CLAMP (round ((x - plot.x) / plot.width * (n - 1)), 0.0, (double) (n - 1));
}

int
rn_response_find_curve (RnResponseChart *self, int at, double y)
{
  const RnResponsePlot plot = rn_response_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                                    gtk_widget_get_height (GTK_WIDGET (self)));
  double nearest = INFINITY;
  int found = -1;

  for (int i = 0; i < (int) self->curves->len; i++)
    {
      const RnResponsePoint *point = rn_response_get_point (self, i, at);
      double distance;

      if (point == NULL)
        continue;
      distance = isfinite (point->std) ? fabs (rn_response_get_y (self, &plot, point->std) - y)
                                       : G_MAXDOUBLE;
      if (distance < nearest)
        {
          nearest = distance;
          found = i;
        }
    }
  return found;
}

/* Drawing */

static void
draw_y_axis (RnResponseChart *self, cairo_t *cr, const RnPalette *palette,
             const RnResponsePlot *plot)
{
  double ticks[RN_AXIS_MAX_TICKS];
  const int n = rn_axis_get_ticks (&self->axis, ticks);

  for (int i = 0; i < n; i++)
    {
      const double y = round (rn_response_get_y (self, plot, ticks[i]));
      g_autofree char *label = rn_axis_format (&self->axis, ticks[i]);

      rn_palette_set_source (cr, i == 0 ? &palette->baseline : &palette->grid, 1.0);
      rn_hairline_horizontal (cr, GTK_WIDGET (self), plot->x - MARGIN,
                              plot->x + plot->width + MARGIN, y);
      rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, label, plot->x - MARGIN - GAP, y, 1.0,
                    &palette->dim);
    }
}

static void
draw_x_label (RnResponseChart *self, cairo_t *cr, const RnPalette *palette,
              const RnResponsePlot *plot, int layer, double y)
{
  g_autofree char *label = rn_format_count (layer);

  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, label,
                rn_response_get_x (self, plot, layer - 1), y, 0.5, &palette->dim);
}

/* Ticks at 1, at multiples of 1-2-5 and at the last, as far as each other as their labels need */
static void
draw_x_axis (RnResponseChart *self, cairo_t *cr, const RnPalette *palette,
             const RnResponsePlot *plot)
{
  const int n = rn_response_n_layers (self);
  const char *unit = self->is_sorted ? _ ("3×3 layers by size") : _ ("3×3 layer");
  int label_width, text_height, step = 1;
  double pitch, y;

  get_text_size (self, "0000", &label_width, &text_height);
  pitch = n > 1 ? plot->width / (n - 1) : plot->width;
  for (int i = 0; step * pitch < label_width || n / step > 6; i++)
    step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  y = plot->y + plot->height + GAP + text_height / 2.0;
  draw_x_label (self, cr, palette, plot, 1, y);
  for (int layer = step; layer < n; layer += step)
    if ((layer - 1) * pitch >= label_width && (n - layer) * pitch >= label_width)
      draw_x_label (self, cr, palette, plot, layer, y);
  if (n > 1)
    draw_x_label (self, cr, palette, plot, n, y);
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, unit, plot->x + plot->width + MARGIN,
                y + text_height, 1.0, &palette->dim);
}

static void
set_curve_style (cairo_t *cr, const RnPalette *palette, int curve)
{
  static const double dashes[] = { 5.0, 3.0 };

  rn_palette_set_source (cr, &palette->series[curve % RN_N_SERIES_COLOURS], 1.0);
  cairo_set_dash (cr, dashes, curve >= RN_N_SERIES_COLOURS ? 2 : 0, 0.0);
  cairo_set_line_width (cr, LINE);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
}

/* The unit above the y axis, the names of the curves in their colours at the right, as many as there is room for */
static void
draw_head (RnResponseChart *self, cairo_t *cr, const RnPalette *palette, const RnResponsePlot *plot)
{
  const char *unit = C_ ("axis", "standard deviation");
  double right = plot->x + plot->width + MARGIN;
  int width, height;
  double left;

  get_text_size (self, unit, &width, &height);
  left = width + 2.0 * GAP;
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, unit, 0.0, height / 2.0, 0.0,
                &palette->dim);
  for (int i = (int) self->curves->len - 1; i >= 0; i--)
    {
      const RnResponseCurve *curve = rn_response_get_curve (self, i);

      if (curve == NULL)
        continue;
      get_text_size (self, curve->name, &width, NULL);
      if (right - width < left)
        return;
      rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, curve->name, right, height / 2.0, 1.0,
                    &palette->series[i % RN_N_SERIES_COLOURS]);
      right -= width + 2.0 * GAP;
    }
}

static void
draw_line (RnResponseChart *self, cairo_t *cr, const RnResponsePlot *plot, int curve)
{
  const int n = (int) rn_response_get_curve (self, curve)->points->len;
  gboolean is_down = FALSE;

  for (int i = 0; i < n; i++)
    {
      const double std = rn_response_get_point (self, curve, i)->std;

      if (!isfinite (std))
        is_down = FALSE;
      else if (is_down)
        cairo_line_to (cr, rn_response_get_x (self, plot, i), rn_response_get_y (self, plot, std));
      else
        {
          cairo_move_to (cr, rn_response_get_x (self, plot, i),
                         rn_response_get_y (self, plot, std));
          is_down = TRUE;
        }
    }
  cairo_stroke (cr);
}

/* Where many layers share a pixel: their range as a rectangle one pixel wide, all in one fill */
static void
draw_ranges (RnResponseChart *self, cairo_t *cr, const RnResponsePlot *plot, int curve)
{
  const int n = (int) rn_response_get_curve (self, curve)->points->len;
  const cairo_antialias_t before = cairo_get_antialias (cr);
  int i = 0;

  while (i < n)
    {
      const double x = floor (rn_response_get_x (self, plot, i));
      double low = INFINITY, high = -INFINITY;

      for (; i < n && floor (rn_response_get_x (self, plot, i)) <= x; i++)
        {
          const double std = rn_response_get_point (self, curve, i)->std;

          if (isfinite (std))
            {
              low = MIN (low, std);
              high = MAX (high, std);
            }
        }
      if (low <= high)
        {
          const double top = floor (rn_response_get_y (self, plot, high));
          const double bottom = ceil (rn_response_get_y (self, plot, low));

          cairo_rectangle (cr, x, top, 1.0, MAX (bottom - top, 1.0));
        }
    }
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_fill (cr);
  cairo_set_antialias (cr, before);
}

static gboolean
is_selected (RnResponseChart *self, const RnResponsePoint *point)
{
  if (self->selection == NULL)
    return FALSE;
  return point->block == 0 ? rn_selection_get_part (self->selection) == RN_PART_STEM
                           : rn_selection_contains (self->selection, point->block);
}

static void
draw_curve (RnResponseChart *self, cairo_t *cr, const RnPalette *palette,
            const RnResponsePlot *plot, int curve)
{
  const int n = (int) rn_response_get_curve (self, curve)->points->len;
  const double pitch = plot->width / MAX (rn_response_n_layers (self) - 1, 1);

  set_curve_style (cr, palette, curve);
  if (pitch < 1.0)
    draw_ranges (self, cr, plot, curve);
  else
    draw_line (self, cr, plot, curve);
  cairo_set_dash (cr, NULL, 0, 0.0);
  for (int i = 0; i < n; i++)
    {
      const RnResponsePoint *point = rn_response_get_point (self, curve, i);
      const gboolean selected = is_selected (self, point);

      if (!isfinite (point->std) || (pitch < DOT_DISTANCE && n > 1 && !selected))
        continue;
      cairo_new_sub_path (cr);
      cairo_arc (cr, rn_response_get_x (self, plot, i), rn_response_get_y (self, plot, point->std),
                 selected ? 1.6 * DOT : DOT, 0.0, 2.0 * G_PI);
    }
  cairo_fill (cr);
}

/* A band behind the layers of the selected blocks, of curve 0 */
static void
draw_selection (RnResponseChart *self, cairo_t *cr, const RnPalette *palette,
                const RnResponsePlot *plot)
{
  const double half = MAX (plot->width / MAX (rn_response_n_layers (self) - 1, 1) / 2.0, 1.0);

  for (int i = 0; i < rn_response_n_layers (self); i++)
    {
      const RnResponsePoint *point = rn_response_get_point (self, 0, i);

      if (point != NULL && is_selected (self, point))
        {
          const double x = rn_response_get_x (self, plot, i);
          const double left = MAX (x - half, plot->x - MARGIN);
          const double right = MIN (x + half, plot->x + plot->width + MARGIN);

          cairo_rectangle (cr, left, plot->y, right - left, plot->height);
        }
    }
  rn_palette_set_source (cr, &palette->accent, 0.14);
  cairo_fill (cr);
}

static void
draw_empty (RnResponseChart *self, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  g_autoptr (PangoLayout) layout =
      rn_text_layout (GTK_WIDGET (self), RN_TEXT_BODY, self->empty_text);
  int text_height;

  pango_layout_set_width (layout, MAX (width - 24, 1) * PANGO_SCALE);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, NULL, &text_height);
  rn_palette_set_source (cr, &palette->dim, 1.0);
  cairo_move_to (cr, 12.0, round ((height - text_height) / 2.0));
  pango_cairo_show_layout (cr, layout);
}

void
rn_response_draw (RnResponseChart *self, cairo_t *cr, const RnPalette *palette, int width,
                  int height)
{
  const RnResponsePlot plot = rn_response_get_plot (self, width, height);

  if (rn_response_n_layers (self) == 0)
    {
      draw_empty (self, cr, palette, width, height);
      return;
    }
  draw_y_axis (self, cr, palette, &plot);
  draw_x_axis (self, cr, palette, &plot);
  draw_head (self, cr, palette, &plot);
  draw_selection (self, cr, palette, &plot);
  /* the first on top */
  for (int i = (int) self->curves->len - 1; i >= 0; i--)
    if (rn_response_get_curve (self, i) != NULL)
      draw_curve (self, cr, palette, &plot, i);
}
