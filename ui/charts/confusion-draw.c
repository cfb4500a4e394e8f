#include "charts/confusion-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"

#define MOST_NAMES 20 /* classes whose names are written */
/* Logical pixels */
#define GAP 4.0
#define MOST_NAME_WIDTH 88.0
#define NUMBER_GAP 4.0 /* around a count in its cell */

static void
get_text_size (RnConfusion *self, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, text);

  pango_layout_get_pixel_size (layout, width, height);
}

/* Room for the names, at most MOST_NAME_WIDTH; 0 where none are written */
static double
get_names_width (RnConfusion *self)
{
  double most = 0.0;

  for (int k = 0; self->n <= MOST_NAMES && k < self->n; k++)
    {
      int width;

      get_text_size (self, self->names[k], &width, NULL);
      most = MAX (most, (double) width);
    }
  return MIN (most, MOST_NAME_WIDTH);
}

RnConfusionPlot
rn_confusion_get_plot (RnConfusion *self, int width, int height)
{
  const double names = get_names_width (self);
  RnConfusionPlot plot;
  int line;

  get_text_size (self, "0", NULL, &line);
  plot.x = line + names + 2.0 * GAP;
  plot.y = line + names + 2.0 * GAP;
  plot.cell = MIN (width - plot.x - GAP, height - plot.y - line - 2.0 * GAP) / MAX (self->n, 1);
  if (plot.cell > 2.0)
    plot.cell = floor (plot.cell);
  plot.cell = MAX (plot.cell, 0.01);
  return plot;
}

/* A name that ends at (@x, @y), cut where it is too long; upwards where @is_up, then it begins there. */
static void
draw_name (RnConfusion *self, cairo_t *cr, const RnPalette *palette, const char *name, double x,
           double y, gboolean is_up)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, name);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, NULL);
  if (width > (int) MOST_NAME_WIDTH)
    {
      pango_layout_set_width (layout, (int) MOST_NAME_WIDTH * PANGO_SCALE);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    }
  pango_layout_get_pixel_size (layout, &width, &height);
  rn_palette_set_source (cr, &palette->dim, 1.0);
  cairo_save (cr);
  if (is_up)
    {
      cairo_translate (cr, round (x - height / 2.0), y);
      cairo_rotate (cr, -G_PI / 2.0);
    }
  else
    cairo_translate (cr, round (x - width), round (y - height / 2.0));
  cairo_move_to (cr, 0.0, 0.0);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
}

static void
draw_names (RnConfusion *self, cairo_t *cr, const RnPalette *palette, const RnConfusionPlot *plot)
{
  const double side = plot->cell * self->n;
  int line;

  get_text_size (self, "0", NULL, &line);
  for (int k = 0; self->n <= MOST_NAMES && k < self->n && plot->cell >= line - 2.0; k++)
    {
      const double middle = (k + 0.5) * plot->cell;

      draw_name (self, cr, palette, self->names[k], plot->x - GAP, plot->y + middle, FALSE);
      draw_name (self, cr, palette, self->names[k], plot->x + middle, plot->y - GAP, TRUE);
    }
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, C_ ("axis", "taken for"), plot->x + side,
                line / 2.0, 1.0, &palette->text);
  cairo_save (cr);
  cairo_translate (cr, line / 2.0, plot->y + side);
  cairo_rotate (cr, -G_PI / 2.0);
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, C_ ("axis", "true class"), 0.0, 0.0, 0.0,
                &palette->text);
  cairo_restore (cr);
}

static double
luminance (const GdkRGBA *colour)
{
  return 0.2126 * (double) colour->red + 0.7152 * (double) colour->green +
         0.0722 * (double) colour->blue;
}

/* Right answers stay in the ground's tint, so that the colour is all of mistakes. */
static GdkRGBA
get_colour (RnConfusion *self, const RnPalette *palette, int row, int column)
{
  const int count = self->counts[row * self->n + column];

  if (row == column || count == 0 || self->sums[row] == 0 || self->most <= 0.0)
    return palette->tint;
  return rn_palette_gradient (palette, (double) count / self->sums[row] / self->most);
}

static void
draw_count (RnConfusion *self, cairo_t *cr, const RnPalette *palette, const RnConfusionPlot *plot,
            int row, int column)
{
  static const GdkRGBA black = { 0, 0, 0, 1 }, white = { 1, 1, 1, 1 };
  const int count = self->counts[row * self->n + column];
  const GdkRGBA colour = get_colour (self, palette, row, column);
  const GdkRGBA *ink = row == column ? &palette->dim : luminance (&colour) > 0.4 ? &black : &white;
  g_autofree char *text = rn_format_count (count);
  int width, height;

  get_text_size (self, text, &width, &height);
  if (count == 0 || width + NUMBER_GAP > plot->cell || height > plot->cell)
    return;
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, text, plot->x + (column + 0.5) * plot->cell,
                plot->y + (row + 0.5) * plot->cell, 0.5, ink);
}

static void
draw_cells (RnConfusion *self, cairo_t *cr, const RnPalette *palette, const RnConfusionPlot *plot)
{
  const double side = plot->cell * self->n, gap = plot->cell >= 8.0 ? 1.0 : 0.0;

  rn_palette_set_source (cr, &palette->tint, 1.0);
  cairo_rectangle (cr, plot->x, plot->y, side, side);
  cairo_fill (cr);
  for (int row = 0; row < self->n; row++)
    for (int column = 0; column < self->n; column++)
      {
        const GdkRGBA colour = get_colour (self, palette, row, column);

        if (self->counts[row * self->n + column] == 0)
          continue;
        rn_palette_set_source (cr, &colour, 1.0);
        cairo_rectangle (cr, plot->x + column * plot->cell, plot->y + row * plot->cell,
                         plot->cell - gap, plot->cell - gap);
        cairo_fill (cr);
        if (self->n <= MOST_NAMES)
          draw_count (self, cr, palette, plot, row, column);
      }
}

/* What the darkest colour means */
static void
draw_key (RnConfusion *self, cairo_t *cr, const RnPalette *palette, const RnConfusionPlot *plot)
{
  const double y = plot->y + plot->cell * self->n + GAP;
  g_autofree char *most = rn_format_percent (self->most);
  g_autofree char *text = g_strdup_printf (_ ("colour: share of the row, 0 to %s"), most);
  int height;

  if (self->most <= 0.0)
    return;
  get_text_size (self, text, NULL, &height);
  rn_text_draw (cr, GTK_WIDGET (self), RN_TEXT_CAPTION, text, plot->x, y + height / 2.0, 0.0,
                &palette->dim);
}

static void
draw_picked (RnConfusion *self, cairo_t *cr, const RnPalette *palette, const RnConfusionPlot *plot)
{
  if (self->picked_row < 0)
    return;
  rn_palette_set_source (cr, &palette->accent, 1.0);
  cairo_set_line_width (cr, 2.0);
  cairo_rectangle (cr, plot->x + self->picked_column * plot->cell - 0.5,
                   plot->y + self->picked_row * plot->cell - 0.5, plot->cell, plot->cell);
  cairo_stroke (cr);
}

void
rn_confusion_draw (RnPlot *widget, cairo_t *cr, const RnPalette *palette, int width, int height)
{
  RnConfusion *self = RN_CONFUSION (widget);
  const RnConfusionPlot plot = rn_confusion_get_plot (self, width, height);

  if (self->n == 0)
    return;
  draw_names (self, cr, palette, &plot);
  draw_cells (self, cr, palette, &plot);
  draw_key (self, cr, palette, &plot);
  draw_picked (self, cr, palette, &plot);
}
