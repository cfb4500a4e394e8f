#include <math.h>

#include "charts/lab-plot.h"
#include "state/format.h"

/* Logical pixels */
#define GAP 6.0
#define MARGIN 8.0
#define LINE 2.0
#define THIN 1.25 /* of runs under way */
#define DOT 3.0   /* radius of a mean's mark */
#define SEED_DOT 2.0
#define SWATCH 16.0
#define FEW 12 /* so many points have dots of their own */
#define BAND 0.18

typedef struct
{
  const RnLabPlot *plot;
  cairo_t *cr;
  PangoContext *pango;
  const RnPalette *palette;
  double scale;
  double width, height;
  RnLabFrame frame;
} Canvas;

/* Text */

static void
get_text_size (PangoContext *pango, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = rn_text_layout_in_context (pango, RN_TEXT_CAPTION, text);

  pango_layout_get_pixel_size (layout, width, height);
}

/* @most: in pixels, beyond which it is cut with an ellipsis; below 0 it is not */
static void
draw_text (const Canvas *self, const char *text, double x, double y, double x_align, double most,
           const GdkRGBA *colour)
{
  g_autoptr (PangoLayout) layout = rn_text_layout_in_context (self->pango, RN_TEXT_CAPTION, text);
  int width, height;

  if (most >= 0.0)
    {
      pango_layout_get_pixel_size (layout, &width, &height);
      if (width > most)
        {
          pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
          pango_layout_set_width (layout, (int) (most * PANGO_SCALE));
        }
    }
  pango_layout_get_pixel_size (layout, &width, &height);
  rn_palette_set_source (self->cr, colour, 1.0);
  cairo_move_to (self->cr, round (x - x_align * width), round (y - height / 2.0));
  pango_cairo_show_layout (self->cr, layout);
  cairo_new_path (self->cr);
}

/* The legend: names of the arms above the plot, in as many lines as it takes */

static gboolean
has_legend (const RnLabPlot *plot)
{
  return plot->figure == NULL || !plot->figure->x_is_arm;
}

/* Curves name all that train or will; what is measured of the trained may not be there for each, such as an order of blocks
 * where no two may be exchanged.
 */
static gboolean
has_name (const RnLabPlot *plot, int arm)
{
  if (plot->figure == NULL || rn_lab_plot_is_curve (plot->kind))
    return TRUE;
  for (guint i = 0; i < plot->figure->series->len; i++)
    if (((const RnLabSeries *) plot->figure->series->pdata[i])->arm == arm)
      return TRUE;
  return FALSE;
}

/* Calls back for each name with its place. Returns: the height of all lines */
static double
lay_out_legend (const RnLabPlot *plot, PangoContext *pango, double width,
                void (*place) (gpointer data, int arm, double x, double y, double room),
                gpointer data)
{
  double x = 0.0, y = 0.0;
  int line = 0;

  if (!has_legend (plot))
    return 0.0;
  for (int arm = 0; arm < rn_experiment_n_arms (plot->experiment); arm++)
    {
      int text_width;
      double wanted;

      if (!has_name (plot, arm))
        continue;
      get_text_size (pango, rn_experiment_get_arm (plot->experiment, arm)->name, &text_width,
                     &line);
      wanted = SWATCH + GAP + text_width;
      if (x > 0.0 && x + wanted > width)
        {
          x = 0.0;
          y += line + 2.0;
        }
      if (place != NULL)
        place (data, arm, x, y + line / 2.0, MAX (width - x - SWATCH - GAP, 1.0));
      x += wanted + 2.0 * GAP;
    }
  return y + line + GAP;
}

static void
set_arm (const Canvas *self, int arm, double width, double alpha)
{
  static const double dashes[] = { 5.0, 3.0 };

  rn_palette_set_source (self->cr, &self->palette->series[arm % RN_N_SERIES_COLOURS], alpha);
  cairo_set_line_width (self->cr, width);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash (self->cr, dashes, arm < RN_N_SERIES_COLOURS ? 0 : 2, 0.0);
}

/* Full where the arm's line is, hollow where that is dashed */
static void
draw_mark (const Canvas *self, int arm, double x, double y, double radius, double alpha)
{
  cairo_set_dash (self->cr, NULL, 0, 0.0);
  cairo_new_sub_path (self->cr);
  cairo_arc (self->cr, x, y, radius, 0.0, 2.0 * G_PI);
  rn_palette_set_source (self->cr,
                         arm < RN_N_SERIES_COLOURS
                             ? &self->palette->series[arm % RN_N_SERIES_COLOURS]
                             : &self->palette->card,
                         alpha);
  cairo_fill_preserve (self->cr);
  rn_palette_set_source (self->cr, &self->palette->series[arm % RN_N_SERIES_COLOURS], alpha);
  cairo_set_line_width (self->cr, 1.5);
  cairo_stroke (self->cr);
}

static void
draw_name (gpointer data, int arm, double x, double y, double room)
{
  const Canvas *self = data;
  const gboolean is_line = self->plot->figure == NULL || self->plot->figure->line;

  set_arm (self, arm, LINE, 1.0);
  if (is_line)
    {
      cairo_move_to (self->cr, x, floor (y) + 0.0);
      cairo_line_to (self->cr, x + SWATCH, floor (y) + 0.0);
      cairo_stroke (self->cr);
    }
  else
    draw_mark (self, arm, x + SWATCH / 2.0, floor (y), DOT, 1.0);
  draw_text (self, rn_experiment_get_arm (self->plot->experiment, arm)->name, x + SWATCH + GAP, y,
             0.0, room, &self->palette->text);
}

/* Frame */

RnLabFrame
rn_lab_plot_get_frame (const RnLabPlot *plot, PangoContext *pango, double width, double height)
{
  const double legend = lay_out_legend (plot, pango, width, NULL, NULL);
  g_autofree char *top = rn_axis_format (&plot->y, plot->y.max);
  int label_width, line;
  double x, y;

  get_text_size (pango, top, &label_width, &line);
  x = ceil (label_width + GAP + MARGIN);
  y = ceil (legend + 1.5 * line + GAP);
  return (RnLabFrame){ x, y, MAX (width - x - MARGIN - GAP, 1.0),
                       MAX (height - y - 2.0 * line - GAP, 1.0) };
}

static void
draw_y_axis (const Canvas *self)
{
  const RnLabPlot *plot = self->plot;
  const RnLabFrame *frame = &self->frame;
  double ticks[RN_AXIS_MAX_TICKS];
  const int n = rn_axis_get_ticks (&plot->y, ticks);

  for (int i = 0; i < n; i++)
    {
      const double y =
          floor ((frame->y + frame->height * (1.0 - rn_axis_fraction (&plot->y, ticks[i]))) *
                 self->scale) /
          self->scale;
      g_autofree char *label = rn_axis_format (&plot->y, ticks[i]);

      rn_palette_set_source (self->cr, i == 0 ? &self->palette->baseline : &self->palette->grid,
                             1.0);
      cairo_rectangle (self->cr, frame->x - MARGIN, y, frame->width + 2.0 * MARGIN,
                       1.0 / self->scale);
      cairo_fill (self->cr);
      draw_text (self, label, frame->x - MARGIN - GAP, y, 1.0, -1.0, &self->palette->dim);
    }
}

static void
draw_units (const Canvas *self)
{
  const RnLabFigure *figure = self->plot->figure;
  const double legend = lay_out_legend (self->plot, self->pango, self->width, NULL, NULL);
  g_autofree char *unit = NULL;
  int line;

  if (figure == NULL)
    return;
  get_text_size (self->pango, "0", NULL, &line);
  unit =
      figure->y_is_share ? g_strdup_printf ("%s, %%", figure->y_label) : g_strdup (figure->y_label);
  draw_text (self, unit, 0.0, legend + line / 2.0, 0.0, self->width, &self->palette->dim);
  if (!figure->x_is_arm)
    draw_text (self, figure->x_label, self->frame.x + self->frame.width + MARGIN,
               self->frame.y + self->frame.height + GAP + 1.5 * line, 1.0, self->width,
               &self->palette->dim);
}

static void
draw_arm_names (const Canvas *self, double y)
{
  const int n = rn_experiment_n_arms (self->plot->experiment);
  const double room = self->frame.width / n - GAP;

  for (int arm = 0; arm < n; arm++)
    draw_text (self, rn_experiment_get_arm (self->plot->experiment, arm)->name,
               rn_lab_plot_get_x (self->plot, &self->frame, arm), y, 0.5, room,
               &self->palette->dim);
}

static void
draw_x_axis (const Canvas *self)
{
  const RnLabPlot *plot = self->plot;
  RnAxis axis;
  double ticks[RN_AXIS_MAX_TICKS];
  int line, n;
  double y;

  get_text_size (self->pango, "0", NULL, &line);
  y = self->frame.y + self->frame.height + GAP + line / 2.0;
  if (plot->figure != NULL && plot->figure->x_is_arm)
    {
      draw_arm_names (self, y);
      return;
    }
  rn_axis_fit (&axis, plot->x_min, plot->x_max, FALSE);
  if (rn_lab_plot_is_curve (plot->kind) || (plot->figure != NULL && plot->figure->x_is_whole))
    axis.step = MAX (axis.step, 1.0);
  n = rn_axis_get_ticks (&axis, ticks);
  for (int i = 0; i < n; i++)
    {
      const double margin = 1e-9 * (plot->x_max - plot->x_min);
      g_autofree char *label =
          axis.step >= 1.0 ? rn_format_count ((gint64) ticks[i]) : rn_axis_format (&axis, ticks[i]);

      if (ticks[i] >= plot->x_min - margin && ticks[i] <= plot->x_max + margin)
        draw_text (self, label, rn_lab_plot_get_x (plot, &self->frame, ticks[i]), y, 0.5, -1.0,
                   &self->palette->dim);
    }
}

/* Data */

static double
x_of (const Canvas *self, double x)
{
  return rn_lab_plot_get_x (self->plot, &self->frame, x);
}

static double
y_of (const Canvas *self, double value)
{
  return rn_lab_plot_get_y (self->plot, &self->frame, value);
}

static void
draw_band (const Canvas *self, const RnLabSeries *series)
{
  for (int i = 0; i < series->n; i++)
    cairo_line_to (self->cr, x_of (self, series->x[i]), y_of (self, series->high[i]));
  for (int i = series->n; i > 0; i--)
    cairo_line_to (self->cr, x_of (self, series->x[i - 1]), y_of (self, series->low[i - 1]));
  cairo_close_path (self->cr);
  set_arm (self, series->arm, LINE, BAND);
  cairo_fill (self->cr);
}

static void
draw_line (const Canvas *self, const RnLabSeries *series)
{
  for (int i = 0; i < series->n; i++)
    cairo_line_to (self->cr, x_of (self, series->x[i]), y_of (self, series->mean[i]));
  set_arm (self, series->arm, LINE, 1.0);
  cairo_stroke (self->cr);
  for (int i = 0; i < series->n && series->n <= FEW; i++)
    draw_mark (self, series->arm, x_of (self, series->x[i]), y_of (self, series->mean[i]),
               DOT - 0.5, 1.0);
}

/* A mark of its own for each mean, in the middle of its spread */
static void
draw_marks (const Canvas *self, const RnLabSeries *series)
{
  for (int i = 0; i < series->n; i++)
    {
      const double x = x_of (self, series->x[i]);

      set_arm (self, series->arm, 1.5, 0.7);
      cairo_set_dash (self->cr, NULL, 0, 0.0);
      cairo_move_to (self->cr, x, y_of (self, series->low[i]));
      cairo_line_to (self->cr, x, y_of (self, series->high[i]));
      cairo_stroke (self->cr);
      draw_mark (self, series->arm, x, y_of (self, series->mean[i]), DOT + 0.5, 1.0);
    }
}

static void
draw_series (const Canvas *self, const RnLabSeries *series)
{
  for (int i = 0; i < series->n_dots; i++)
    draw_mark (self, series->arm, x_of (self, series->dots_x[i]), y_of (self, series->dots[i]),
               SEED_DOT, 0.45);
  if (!self->plot->figure->line)
    draw_marks (self, series);
  else
    draw_line (self, series);
}

/* Runs under way */

static void
draw_live_series (const Canvas *self, int arm, RnSeries *series)
{
  const RnLabLive *live = &self->plot->lives[arm];
  const int n = MAX ((int) self->frame.width, 1);
  g_autofree RnColumn *columns = g_new (RnColumn, n);

  rn_series_get_columns (series, self->plot->x_min - (double) live->offset,
                         self->plot->x_max - (double) live->offset, n, columns);
  for (int i = 0; i < n; i++)
    {
      const double value = isnan (columns[i].smooth) ? columns[i].mean : columns[i].smooth;

      if (columns[i].last > 0 && isfinite (value))
        cairo_line_to (self->cr, x_of (self, (double) (columns[i].last + live->offset)),
                       y_of (self, value));
    }
  set_arm (self, arm, THIN, 0.9);
  cairo_stroke (self->cr);
}

static void
draw_live_tests (const Canvas *self, int arm, const GArray *tests)
{
  const gboolean is_loss = self->plot->kind == RN_LAB_FIGURE_TEST_LOSS;

  for (int pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < tests->len; i++)
        {
          const RnTest *test = &g_array_index (tests, RnTest, i);
          const double x = x_of (self, (double) (test->step + self->plot->lives[arm].offset));
          const double y = y_of (self, is_loss ? test->loss : test->error);

          if (pass == 0)
            cairo_line_to (self->cr, x, y);
          else
            draw_mark (self, arm, x, y, SEED_DOT, 1.0);
        }
      set_arm (self, arm, THIN, 0.9);
      cairo_stroke (self->cr);
    }
}

static void
draw_live (const Canvas *self, int arm)
{
  RnRecord *record = self->plot->lives[arm].record;

  if (record == NULL)
    return;
  switch (self->plot->kind)
    {
    case RN_LAB_FIGURE_TRAIN_LOSS:
      draw_live_series (self, arm, rn_record_get_loss (record));
      break;
    case RN_LAB_FIGURE_TRAIN_ERROR:
      draw_live_series (self, arm, rn_record_get_error (record));
      break;
    case RN_LAB_FIGURE_TEST_LOSS:
    case RN_LAB_FIGURE_TEST_ERROR:
      draw_live_tests (self, arm, rn_record_get_tests (record));
      break;
    default:
      break;
    }
}

static void
draw_data (const Canvas *self)
{
  const RnLabFigure *figure = self->plot->figure;

  for (guint i = 0; figure != NULL && figure->line && i < figure->series->len; i++)
    draw_band (self, figure->series->pdata[i]);
  for (guint i = 0; figure != NULL && i < figure->series->len; i++)
    draw_series (self, figure->series->pdata[i]);
  for (int arm = 0; arm < RN_LAB_MAX_ARMS; arm++)
    draw_live (self, arm);
}

void
rn_lab_plot_draw (const RnLabPlot *plot, cairo_t *cr, PangoContext *pango, const RnPalette *palette,
                  double scale, double width, double height)
{
  const Canvas self = { plot,  cr,    pango,  palette,
                        scale, width, height, rn_lab_plot_get_frame (plot, pango, width, height) };

  cairo_new_path (cr);
  draw_y_axis (&self);
  draw_x_axis (&self);
  draw_units (&self);
  lay_out_legend (plot, pango, width, draw_name, (gpointer) &self);
  cairo_save (cr);
  /* a band may reach below zero; marks on the edge are whole */
  cairo_rectangle (cr, self.frame.x - MARGIN, self.frame.y - MARGIN,
                   self.frame.width + 2.0 * MARGIN, self.frame.height + MARGIN + DOT);
  cairo_clip (cr);
  draw_data (&self);
  cairo_restore (cr);
}
