#include "charts/strip-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/axis.h"

/* Logical pixels */
#define GAP 6              /* between names, plot and labels */
#define SLACK 2            /* beside the widest text */
#define LEGEND_GAP 18      /* between the plot and its legend */
#define LEGEND_BAR 12      /* its width */
#define TRIANGLE 5.0       /* height of what stands for values out of range */
#define LEGEND_INSET 7     /* room for the triangles above and below the bar */
#define TOP 2              /* room for the outline of the first row */
#define ROW 14             /* least height of a row, as long as they are few */
#define MAX_MIN_PLOT 216   /* many rows share this: 4 px for 54 */
#define MIN_PLOT 84        /* the labels of the legend need it */
#define MIN_PLOT_WIDTH 160 /* a strip can still be read */
#define DEFAULT_ROWS 9     /* while there is no spec: nothing jumps when there is */

int
rn_strip_n_rows (RnStrip *self)
{
  return self->data != NULL ? rn_strip_data_n_rows (self->data) : 0;
}

gboolean
rn_strip_has_columns (RnStrip *self)
{
  return rn_strip_n_rows (self) > 0 && rn_strip_data_n_columns (self->data) > 0;
}

/* Layout */

static char *
format_name (int row)
{
  return g_strdup_printf (_ ("block %d"), row + 1);
}

static PangoLayout *
make_name (RnStrip *self, int row, gboolean is_bold)
{
  g_autofree char *name = format_name (row);
  PangoLayout *layout = rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, name);

  if (is_bold)
    {
      PangoAttrList *attributes = pango_attr_list_copy (pango_layout_get_attributes (layout));

      pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
      pango_layout_set_attributes (layout, attributes);
      pango_attr_list_unref (attributes);
    }
  return layout;
}

void
rn_strip_measure_texts (RnStrip *self)
{
  /* the widest label of any measure, so that the plots of all strips stand above each other */
  static const char *const labels[] = { "1  F = x", "100 %", "1e-10" };
  g_autoptr (PangoLayout) name = NULL;

  if (self->names_width >= 0)
    return;
  /* all digits are as wide as each other */
  name = make_name (self, MAX (rn_strip_n_rows (self), 10) - 1, TRUE);
  pango_layout_get_pixel_size (name, &self->names_width, &self->text_height);
  /* ink may reach a little beyond */
  self->names_width += SLACK;
  self->legend_width = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr (PangoLayout) label =
          rn_text_layout (GTK_WIDGET (self), RN_TEXT_CAPTION, labels[i]);
      int width;

      pango_layout_get_pixel_size (label, &width, NULL);
      self->legend_width = MAX (self->legend_width, width + SLACK);
    }
}

static int
get_right_width (RnStrip *self)
{
  return LEGEND_GAP + LEGEND_BAR + GAP + self->legend_width;
}

RnStripPlot
rn_strip_get_plot (RnStrip *self, int width, int height)
{
  int x;

  rn_strip_measure_texts (self);
  x = self->names_width + GAP;
  return (RnStripPlot){ x, TOP, MAX (width - x - get_right_width (self), 1),
                        MAX (height - TOP - GAP - self->text_height, 1) };
}

int
rn_strip_get_min_height (RnStrip *self)
{
  const int n = self->spec != NULL && rn_spec_n_blocks (self->spec) > 0
                    ? rn_spec_n_blocks (self->spec)
                    : DEFAULT_ROWS;

  rn_strip_measure_texts (self);
  return TOP + CLAMP (n * ROW, MIN_PLOT, MAX_MIN_PLOT) + GAP + self->text_height;
}

int
rn_strip_get_min_width (RnStrip *self)
{
  rn_strip_measure_texts (self);
  return self->names_width + GAP + MIN_PLOT_WIDTH + get_right_width (self);
}

/* Drawing */

typedef struct
{
  RnStrip *strip;
  cairo_t *cr;
  const RnStripScale *scale;
  const RnPalette *palette;
  RnStripPlot plot;
  int n_rows;
  int device_scale;
} Canvas;

/* The rows' edges are those of the picture, in device pixels. */
static double
row_y (const Canvas *c, int row)
{
  return c->plot.y + (double) rn_strip_row_top (row, c->n_rows, c->plot.height * c->device_scale) /
                         c->device_scale;
}

static double
row_middle (const Canvas *c, int row)
{
  return (row_y (c, row) + row_y (c, row + 1)) / 2.0;
}

static gboolean
is_selected (const Canvas *c, int row)
{
  return c->strip->selection != NULL && c->strip->spec != NULL &&
         rn_selection_contains (c->strip->selection, rn_spec_get_block (c->strip->spec, row)->id);
}

/* Where the middle of a row's name is: within the plot, though the row be thin */
static double
get_name_y (const Canvas *c, int row)
{
  const double half = c->strip->text_height / 2.0;
  const double least = c->plot.y - TOP + half, most = c->plot.y + c->plot.height + TOP - half;

  return most > least ? CLAMP (row_middle (c, row), least, most) : row_middle (c, row);
}

static void
draw_name (const Canvas *c, int row, gboolean selected)
{
  g_autoptr (PangoLayout) layout = make_name (c->strip, row, selected);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  rn_palette_set_source (c->cr, selected ? &c->palette->accent : &c->palette->dim, 1.0);
  cairo_move_to (c->cr, c->plot.x - GAP - width, round (get_name_y (c, row) - height / 2.0));
  pango_cairo_show_layout (c->cr, layout);
}

/* Names this far from each other can still be told apart: lines of small letters may stand closer than their height. */
static double
get_tight_pitch (const Canvas *c)
{
  return 0.75 * c->strip->text_height;
}

/* Returns: that every which row is named, 1, 2, 5, 10, ... */
static int
get_name_stride (const Canvas *c)
{
  const double row = (double) c->plot.height / c->n_rows;
  int stride = 1;

  if (row >= get_tight_pitch (c))
    return 1;
  for (int i = 0; row * stride < c->strip->text_height; i++)
    stride = i % 3 == 1 ? stride / 2 * 5 : stride * 2;
  return stride;
}

/* Draws the names of rows @first, @first + @stride, ... that are selected, or are not, where no name is yet. @is_taken:
 * [plot.height + 1]: the pixels of the plot where a name's middle may not come
 */
static void
draw_names_of (const Canvas *c, gboolean selected, int first, int stride, int pitch,
               gboolean *is_taken)
{
  for (int row = first; row < c->n_rows; row += stride)
    {
      const int y = (int) CLAMP (get_name_y (c, row) - c->plot.y, 0, c->plot.height);

      if (is_selected (c, row) != selected || is_taken[y])
        continue;
      draw_name (c, row, selected);
      for (int i = MAX (y - pitch + 1, 0); i < MIN (y + pitch, c->plot.height + 1); i++)
        is_taken[i] = TRUE;
    }
}

/* The selected come first, then each stride-th, then the first block. */
static void
draw_names (const Canvas *c)
{
  const int stride = get_name_stride (c);
  const int pitch = stride == 1 ? (int) get_tight_pitch (c) : c->strip->text_height;
  g_autofree gboolean *is_taken = g_new0 (gboolean, c->plot.height + 1);

  draw_names_of (c, TRUE, 0, 1, pitch, is_taken);
  draw_names_of (c, FALSE, stride - 1, stride, pitch, is_taken);
  draw_names_of (c, FALSE, 0, c->n_rows, pitch, is_taken);
}

static void
draw_heat (const Canvas *c, RnStripImage *image)
{
  const RnStripContent content = { c->strip->data, c->strip->stage_ends, c->strip->time, c->scale,
                                   c->plot.width,  c->plot.height,       c->device_scale };

  rn_strip_image_update (image, &content);
  /* where nothing was measured yet */
  rn_palette_set_source (c->cr, &c->palette->tint, 1.0);
  cairo_rectangle (c->cr, c->plot.x, c->plot.y, c->plot.width, c->plot.height);
  cairo_fill (c->cr);
  cairo_set_source_surface (c->cr, image->surface, c->plot.x, c->plot.y);
  cairo_pattern_set_filter (cairo_get_source (c->cr), CAIRO_FILTER_NEAREST);
  cairo_rectangle (c->cr, c->plot.x, c->plot.y, c->plot.width, c->plot.height);
  cairo_fill (c->cr);
}

/* One outline around each run of selected rows */
static void
draw_selection (const Canvas *c)
{
  cairo_set_line_width (c->cr, 2.0);
  rn_palette_set_source (c->cr, &c->palette->accent, 1.0);
  for (int row = 0; row < c->n_rows; row++)
    {
      const int first = row;

      if (!is_selected (c, row))
        continue;
      while (row + 1 < c->n_rows && is_selected (c, row + 1))
        row++;
      cairo_rectangle (c->cr, c->plot.x - 1.0, row_y (c, first) - 1.0, c->plot.width + 2.0,
                       row_y (c, row + 1) - row_y (c, first) + 2.0);
      cairo_stroke (c->cr);
    }
}

static double
measure_text (const Canvas *c, const char *text)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (GTK_WIDGET (c->strip), RN_TEXT_CAPTION, text);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

static void
draw_time (const Canvas *c, int width)
{
  GtkWidget *widget = GTK_WIDGET (c->strip);
  const double y = c->plot.y + c->plot.height + GAP + c->strip->text_height / 2.0;
  const char *unit = rn_time_axis_get_unit_label (c->strip->time);
  const double end = width - measure_text (c, unit) - GAP;
  double at[RN_MAX_TICKS];
  char *labels[RN_MAX_TICKS];
  const int n = rn_time_axis_get_ticks (c->strip->time, at, labels);

  for (int i = 0; i < n; i++)
    {
      const double x = c->plot.x + rn_time_axis_to_x (c->strip->time, at[i], c->plot.width);
      const double half = measure_text (c, labels[i]) / 2.0;

      rn_palette_set_source (c->cr, &c->palette->baseline, 1.0);
      rn_hairline_vertical (c->cr, widget, MIN (x, c->plot.x + c->plot.width - 1.0),
                            c->plot.y + c->plot.height, c->plot.y + c->plot.height + 4.0);
      if (x + half < end)
        rn_text_draw (c->cr, widget, RN_TEXT_CAPTION, labels[i], x, y, 0.5, &c->palette->dim);
      g_free (labels[i]);
    }
  rn_text_draw (c->cr, widget, RN_TEXT_CAPTION, unit, width, y, 1.0, &c->palette->dim);
}

static void
draw_triangle (const Canvas *c, double x, double base, double direction, guint32 argb)
{
  cairo_set_source_rgb (c->cr, (argb >> 16 & 0xff) / 255.0, (argb >> 8 & 0xff) / 255.0,
                        (argb & 0xff) / 255.0);
  cairo_move_to (c->cr, x, base);
  cairo_line_to (c->cr, x + LEGEND_BAR, base);
  cairo_line_to (c->cr, x + LEGEND_BAR / 2.0, base + direction * TRIANGLE);
  cairo_close_path (c->cr);
  cairo_fill (c->cr);
}

static void
draw_bar (const Canvas *c, double x, double y, double height)
{
  cairo_pattern_t *pattern = cairo_pattern_create_linear (0, y + height, 0, y);

  for (int i = 0; i <= 32; i++)
    {
      const guint32 argb = c->scale->argb[i * (RN_STRIP_N_COLOURS - 1) / 32];

      cairo_pattern_add_color_stop_rgb (pattern, i / 32.0, (argb >> 16 & 0xff) / 255.0,
                                        (argb >> 8 & 0xff) / 255.0, (argb & 0xff) / 255.0);
    }
  cairo_set_source (c->cr, pattern);
  cairo_rectangle (c->cr, x, y, LEGEND_BAR, height);
  cairo_fill (c->cr);
  cairo_pattern_destroy (pattern);
}

static void
draw_legend (const Canvas *c)
{
  const double x = c->plot.x + c->plot.width + LEGEND_GAP;
  const double y = c->plot.y + LEGEND_INSET, height = c->plot.height - 2.0 * LEGEND_INSET;
  double values[RN_AXIS_MAX_TICKS], before = INFINITY;
  char *labels[RN_AXIS_MAX_TICKS];
  const int n = rn_strip_scale_get_ticks (c->scale, values, labels);

  if (height > 0.0)
    draw_bar (c, x, y, height);
  if (c->scale->kind == RN_MEASURE_RATIO)
    {
      draw_triangle (c, x, y - 1.0, -1.0, c->scale->argb[RN_STRIP_N_COLOURS - 1]);
      draw_triangle (c, x, y + height + 1.0, 1.0, c->scale->argb[0]);
    }
  for (int i = 0; i < n; i++)
    {
      const double at = y + height * (1.0 - rn_strip_scale_fraction (c->scale, values[i]));

      if (height > 0.0 && before - at >= c->strip->text_height)
        {
          before = at;
          rn_palette_set_source (c->cr, &c->palette->dim, 1.0);
          rn_hairline_horizontal (c->cr, GTK_WIDGET (c->strip), x + LEGEND_BAR,
                                  x + LEGEND_BAR + 3.0, MIN (at, y + height - 1.0));
          rn_text_draw (c->cr, GTK_WIDGET (c->strip), RN_TEXT_CAPTION, labels[i],
                        x + LEGEND_BAR + GAP, at, 0.0, &c->palette->dim);
        }
      g_free (labels[i]);
    }
}

static void
draw_empty (const Canvas *c, int width, int height)
{
  g_autoptr (PangoLayout) layout =
      rn_text_layout (GTK_WIDGET (c->strip), RN_TEXT_BODY, c->strip->empty_text);
  int text_width, text_height;

  pango_layout_set_width (layout, MAX (width - 24, 1) * PANGO_SCALE);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  rn_palette_set_source (c->cr, &c->palette->dim, 1.0);
  cairo_move_to (c->cr, 12.0, round ((height - text_height) / 2.0));
  pango_cairo_show_layout (c->cr, layout);
}

void
rn_strip_draw (RnStrip *self, cairo_t *cr, const RnStripScale *scale, RnStripImage *image,
               int device_scale, int width, int height)
{
  const Canvas c = { self,
                     cr,
                     scale,
                     &scale->palette,
                     rn_strip_get_plot (self, width, height),
                     rn_strip_n_rows (self),
                     device_scale };

  if (!rn_strip_has_columns (self))
    {
      draw_empty (&c, width, height);
      return;
    }
  draw_heat (&c, image);
  draw_selection (&c);
  draw_names (&c);
  draw_time (&c, width);
  draw_legend (&c);
}
