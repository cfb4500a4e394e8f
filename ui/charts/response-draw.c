#include "charts/response-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

/* Logical pixels */
#define DOT 2.6          /* radius */
#define DOT_DISTANCE 6.0 /* points closer than this have no dots */

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

RnPlotFrame
rn_response_get_frame (RnResponseChart *self, int width, int height)
{
  g_autofree char *label = rn_axis_format (&self->axis, self->axis.max);

  return rn_plot_frame (GTK_WIDGET (self), label, width, height);
}

double
rn_response_get_x (RnResponseChart *self, const RnPlotFrame *frame, int at)
{
  return rn_plot_frame_get_x (frame, at, rn_response_n_layers (self));
}

double
rn_response_get_y (RnResponseChart *self, const RnPlotFrame *frame, double std)
{
  return rn_plot_frame_get_y (frame, &self->axis, std);
}

int
rn_response_find_curve (RnResponseChart *self, int at, double y)
{
  const RnPlotFrame frame = rn_response_get_frame (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                                   gtk_widget_get_height (GTK_WIDGET (self)));
  double nearest = INFINITY;
  int found = -1;

  for (int i = 0; i < (int) self->curves->len; i++)
    {
      const RnResponsePoint *point = rn_response_get_point (self, i, at);
      double distance;

      if (point == NULL)
        continue;
      distance = isfinite (point->std) ? fabs (rn_response_get_y (self, &frame, point->std) - y)
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
draw_axes (RnResponseChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame)
{
  const char *unit = C_ ("axis", "standard deviation");
  const int n = rn_response_n_layers (self), n_curves = (int) self->curves->len;
  g_autofree int *numbers = g_new (int, n);
  g_autofree const char **names = g_new (const char *, n_curves);

  for (int i = 0; i < n; i++)
    numbers[i] = i + 1;
  for (int i = 0; i < n_curves; i++)
    names[i] =
        rn_response_get_curve (self, i) != NULL ? rn_response_get_curve (self, i)->name : NULL;
  rn_plot_frame_draw_y (frame, cr, palette, &self->axis, rn_axis_format, unit);
  rn_plot_frame_draw_places (frame, cr, palette, numbers, n);
  rn_plot_frame_draw_x_unit (frame, cr, palette,
                             self->is_sorted ? _ ("3×3 layers by size") : _ ("3×3 layer"));
  rn_plot_frame_draw_names (frame, cr, palette, unit, names, n_curves);
}

static void
draw_line (RnResponseChart *self, cairo_t *cr, const RnPlotFrame *frame, int curve)
{
  const int n = (int) rn_response_get_curve (self, curve)->points->len;
  gboolean is_down = FALSE;

  for (int i = 0; i < n; i++)
    {
      const double std = rn_response_get_point (self, curve, i)->std;

      if (!isfinite (std))
        is_down = FALSE;
      else if (is_down)
        cairo_line_to (cr, rn_response_get_x (self, frame, i),
                       rn_response_get_y (self, frame, std));
      else
        {
          cairo_move_to (cr, rn_response_get_x (self, frame, i),
                         rn_response_get_y (self, frame, std));
          is_down = TRUE;
        }
    }
  cairo_stroke (cr);
}

/* Where many layers share a pixel: their range as a rectangle one pixel wide, all in one fill */
static void
draw_ranges (RnResponseChart *self, cairo_t *cr, const RnPlotFrame *frame, int curve)
{
  const int n = (int) rn_response_get_curve (self, curve)->points->len;
  const cairo_antialias_t before = cairo_get_antialias (cr);
  int i = 0;

  while (i < n)
    {
      const double x = floor (rn_response_get_x (self, frame, i));
      double low = INFINITY, high = -INFINITY;

      for (; i < n && floor (rn_response_get_x (self, frame, i)) <= x; i++)
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
          const double top = floor (rn_response_get_y (self, frame, high));
          const double bottom = ceil (rn_response_get_y (self, frame, low));

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
  if (self->selection == NULL || point->block == RN_RESPONSE_NO_BLOCK)
    return FALSE;
  return point->block == 0 ? rn_selection_get_part (self->selection) == RN_PART_STEM
                           : rn_selection_contains (self->selection, point->block);
}

static void
draw_curve (RnResponseChart *self, cairo_t *cr, const RnPalette *palette, const RnPlotFrame *frame,
            int curve)
{
  const int n = (int) rn_response_get_curve (self, curve)->points->len;
  const double pitch = frame->width / MAX (rn_response_n_layers (self) - 1, 1);

  rn_plot_frame_set_series (cr, palette, curve);
  if (pitch < 1.0)
    draw_ranges (self, cr, frame, curve);
  else
    draw_line (self, cr, frame, curve);
  cairo_set_dash (cr, NULL, 0, 0.0);
  for (int i = 0; i < n; i++)
    {
      const RnResponsePoint *point = rn_response_get_point (self, curve, i);
      const gboolean selected = is_selected (self, point);

      if (!isfinite (point->std) || (pitch < DOT_DISTANCE && n > 1 && !selected))
        continue;
      rn_plot_frame_dot (cr, rn_response_get_x (self, frame, i),
                         rn_response_get_y (self, frame, point->std), selected ? 1.6 * DOT : DOT);
    }
  cairo_fill (cr);
}

/* A band behind the layers of the selected blocks, of curve 0 */
static void
draw_selection (RnResponseChart *self, cairo_t *cr, const RnPalette *palette,
                const RnPlotFrame *frame)
{
  const double half = MAX (frame->width / MAX (rn_response_n_layers (self) - 1, 1) / 2.0, 1.0);

  for (int i = 0; i < rn_response_n_layers (self); i++)
    {
      const RnResponsePoint *point = rn_response_get_point (self, 0, i);

      if (point != NULL && is_selected (self, point))
        {
          const double x = rn_response_get_x (self, frame, i);
          const double left = MAX (x - half, frame->x - RN_PLOT_MARGIN);
          const double right = MIN (x + half, frame->x + frame->width + RN_PLOT_MARGIN);

          cairo_rectangle (cr, left, frame->y, right - left, frame->height);
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
rn_response_draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  RnResponseChart *self = RN_RESPONSE_CHART (plot);
  const RnPlotFrame frame = rn_response_get_frame (self, width, height);

  if (rn_response_n_layers (self) == 0)
    {
      draw_empty (self, cr, palette, width, height);
      return;
    }
  draw_axes (self, cr, palette, &frame);
  draw_selection (self, cr, palette, &frame);
  /* the first on top */
  for (int i = (int) self->curves->len - 1; i >= 0; i--)
    if (rn_response_get_curve (self, i) != NULL)
      draw_curve (self, cr, palette, &frame, i);
}
