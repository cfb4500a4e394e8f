#include "charts/curve-draw.h"

#include <math.h>

/* The design's sizes, pixels */
#define DOTS_WIDTH 2.0
#define RAW_WIDTH 0.75
#define DOT_SIZE 5.0
#define MARK_HEIGHT 6.0
/* Dots nearer than this are not drawn: they would hide their line. */
#define DOT_ROOM 8.0
#define NAN_LABEL "NaN"

static PangoLayout *
layout_new (const RnCanvas *canvas, RnTextSize size, const char *text)
{
  return rn_text_layout_in_context (canvas->pango, size, text);
}

/* As <text>, which other programs can search and edit; Cairo would make outlines of it */
static void
write_svg_text (const RnCanvas *canvas, PangoLayout *layout, RnTextSize size, const char *text,
                double x, double baseline, const GdkRGBA *colour)
{
  const PangoFontDescription *font = pango_layout_get_font_description (layout);
  const double points = pango_font_description_get_size (font) / (double) PANGO_SCALE;
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_autofree char *family = g_markup_escape_text (pango_font_description_get_family (font) != NULL
                                                      ? pango_font_description_get_family (font)
                                                      : "sans-serif",
                                                  -1);
  char x_text[G_ASCII_DTOSTR_BUF_SIZE], y_text[G_ASCII_DTOSTR_BUF_SIZE],
      size_text[G_ASCII_DTOSTR_BUF_SIZE], alpha_text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (x_text, sizeof x_text, "%.2f", x);
  g_ascii_formatd (y_text, sizeof y_text, "%.2f", baseline);
  g_ascii_formatd (size_text, sizeof size_text, "%.2f",
                   pango_font_description_get_size_is_absolute (font) ? points
                                                                      : points * 96.0 / 72.0);
  g_ascii_formatd (alpha_text, sizeof alpha_text, "%.3f", (double) colour->alpha);
  g_string_append_printf (canvas->svg_text,
                          "<text x=\"%s\" y=\"%s\" font-family=\"%s, sans-serif\" font-size=\"%s\""
                          "%s fill=\"#%02x%02x%02x\" fill-opacity=\"%s\">%s</text>\n",
                          x_text, y_text, family, size_text,
                          size == RN_TEXT_TITLE ? " font-weight=\"bold\"" : "",
                          (guint) lroundf (colour->red * 255.0f),
                          (guint) lroundf (colour->green * 255.0f),
                          (guint) lroundf (colour->blue * 255.0f), alpha_text, escaped);
}

void
rn_curve_draw_text (const RnCanvas *canvas, RnTextSize size, const char *text, double x, double y,
                    double x_align, const GdkRGBA *colour)
{
  g_autoptr (PangoLayout) layout = layout_new (canvas, size, text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  x = round (x - x_align * width);
  y = round (y - height / 2.0);
  if (canvas->svg_text != NULL)
    {
      write_svg_text (canvas, layout, size, text, x,
                      y + pango_layout_get_baseline (layout) / (double) PANGO_SCALE, colour);
      return;
    }
  rn_palette_set_source (canvas->cr, colour, 1.0);
  cairo_move_to (canvas->cr, x, y);
  pango_cairo_show_layout (canvas->cr, layout);
}

static void
hairline (const RnCanvas *canvas, double x, double y, double width, double height)
{
  const double thin = 1.0 / canvas->scale;

  cairo_rectangle (canvas->cr, width > 0.0 ? x : floor (x * canvas->scale) * thin,
                   height > 0.0 ? y : floor (y * canvas->scale) * thin, MAX (width, thin),
                   MAX (height, thin));
}

static GdkRGBA
line_colour (const RnCanvas *canvas, const RnSceneLine *line)
{
  return canvas->palette->series[line->colour % RN_N_SERIES_COLOURS];
}

static void
set_line_source (const RnCanvas *canvas, const RnSceneLine *line, double alpha)
{
  const GdkRGBA colour = line_colour (canvas, line);

  rn_palette_set_source (canvas->cr, &colour, alpha);
}

/* Frame */

static void
draw_grid (const RnCurveScene *scene, const RnCanvas *canvas)
{
  const cairo_rectangle_t *plot = &scene->plot;
  cairo_t *cr = canvas->cr;

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (int i = 0; i < scene->n_y_ticks; i++)
    if (scene->y_ticks[i] < plot->y + plot->height - 0.5)
      hairline (canvas, plot->x, scene->y_ticks[i], plot->width, 0.0);
  rn_palette_set_source (cr, &canvas->palette->grid, 1.0);
  cairo_fill (cr);
  hairline (canvas, plot->x, plot->y + plot->height, plot->width, 0.0);
  rn_palette_set_source (cr, &canvas->palette->baseline, 1.0);
  cairo_fill (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
}

static void
draw_legend (const RnCurveScene *scene, const RnCanvas *canvas)
{
  static const double dashes[] = { RN_CURVE_DASH, RN_CURVE_DASH_GAP };
  cairo_t *cr = canvas->cr;

  for (guint i = 0; i < scene->lines->len; i++)
    {
      const RnSceneLine *line = scene->lines->pdata[i];

      set_line_source (canvas, line, 1.0);
      cairo_set_line_width (cr, DOTS_WIDTH);
      cairo_set_dash (cr, dashes, line->is_dashed ? 2 : 0, 0.0);
      cairo_move_to (cr, line->name_x - 24.0, line->name_y);
      cairo_line_to (cr, line->name_x - 6.0, line->name_y);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0.0);
      rn_curve_draw_text (canvas, RN_TEXT_CAPTION, line->name, line->name_x, line->name_y, 0.0,
                          &canvas->palette->text);
    }
}

void
rn_curve_draw_frame (const RnCurveScene *scene, const RnCanvas *canvas)
{
  const cairo_rectangle_t *plot = &scene->plot;
  const GdkRGBA *dim = &canvas->palette->dim;
  const double bottom = plot->y + plot->height;

  draw_grid (scene, canvas);
  for (int i = 0; i < scene->n_y_ticks; i++)
    rn_curve_draw_text (canvas, RN_TEXT_CAPTION, scene->y_labels[i], plot->x - 6.0,
                        scene->y_ticks[i], 1.0, dim);
  for (int i = 0; i < scene->n_x_ticks; i++)
    rn_curve_draw_text (canvas, RN_TEXT_CAPTION, scene->x_labels[i], scene->x_ticks[i],
                        bottom + 6.0 + scene->caption_height / 2.0, 0.5, dim);
  rn_curve_draw_text (canvas, RN_TEXT_CAPTION, scene->unit, 0.0, scene->unit_y, 0.0, dim);
  rn_curve_draw_text (canvas, RN_TEXT_CAPTION, scene->x_unit, plot->x + plot->width,
                      bottom + 6.0 + scene->caption_height * 1.5, 1.0, dim);
  if (scene->title != NULL)
    {
      g_autoptr (PangoLayout) layout = layout_new (canvas, RN_TEXT_TITLE, scene->title);
      int height;

      pango_layout_get_pixel_size (layout, NULL, &height);
      rn_curve_draw_text (canvas, RN_TEXT_TITLE, scene->title, 0.0, height / 2.0, 0.0,
                          &canvas->palette->text);
    }
  if (scene->has_legend)
    draw_legend (scene, canvas);
}

/* Lines */

/* Returns: the column at pixel @x, inside the plot */
static int
column_at (const RnCurveScene *scene, double x)
{
  return (int) CLAMP ((x - scene->plot.x) * scene->scale, 0.0, scene->n_columns - 1.0);
}

/* For files, where single steps are seen */
static void
draw_raw_line (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line)
{
  int before = -1;

  for (int c = 0; c < scene->n_columns; c++)
    {
      const RnColumn *column = &line->columns[c];
      const double y = rn_curve_scene_y (scene, (double) column->mean);

      if (column->last == 0)
        continue;
      if (!rn_curve_has_number (column) || !isfinite (y))
        {
          before = -1;
          continue;
        }
      if (before < 0 || rn_curve_is_gap (line->columns, before, c))
        cairo_move_to (canvas->cr, (double) line->xs[c], y);
      else
        cairo_line_to (canvas->cr, (double) line->xs[c], y);
      before = c;
    }
  set_line_source (canvas, line, RN_CURVE_JOINED_OPACITY);
  cairo_set_line_width (canvas->cr, RAW_WIDTH);
  cairo_stroke (canvas->cr);
}

/* For files: the same as one shape, without seams at any size */
static void
draw_band_shape (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line,
                 int first, int last)
{
  const double thin = 1.0 / scene->scale;

  for (int from = first; from <= last; from++)
    {
      double top, bottom;
      int to = from;

      if (!rn_curve_band_edges (scene, &line->columns[from], &top, &bottom))
        continue;
      cairo_move_to (canvas->cr, scene->plot.x + from * thin, top);
      for (; to <= last && rn_curve_band_edges (scene, &line->columns[to], &top, &bottom); to++)
        {
          cairo_line_to (canvas->cr, scene->plot.x + to * thin, top);
          cairo_line_to (canvas->cr, scene->plot.x + (to + 1) * thin, top);
        }
      for (int c = to - 1; c >= from; c--)
        {
          rn_curve_band_edges (scene, &line->columns[c], &top, &bottom);
          cairo_line_to (canvas->cr, scene->plot.x + (c + 1) * thin, bottom);
          cairo_line_to (canvas->cr, scene->plot.x + c * thin, bottom);
        }
      cairo_close_path (canvas->cr);
      from = to;
    }
  set_line_source (canvas, line, RN_CURVE_BAND_OPACITY);
  cairo_fill (canvas->cr);
}

static void
stroke (const RnCanvas *canvas, const RnSceneLine *line, double width)
{
  static const double dashes[] = { RN_CURVE_DASH, RN_CURVE_DASH_GAP };

  set_line_source (canvas, line, 1.0);
  cairo_set_line_width (canvas->cr, width);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_BEVEL);
  /* a noisy line takes half the time so, and looks the same at these widths */
  cairo_set_antialias (canvas->cr, CAIRO_ANTIALIAS_FAST);
  cairo_set_dash (canvas->cr, dashes, line->is_dashed ? 2 : 0, 0.0);
  cairo_stroke (canvas->cr);
  cairo_set_antialias (canvas->cr, CAIRO_ANTIALIAS_DEFAULT);
  cairo_set_dash (canvas->cr, NULL, 0, 0.0);
}

double
rn_curve_smooth_y (const RnCurveScene *scene, const RnColumn *column)
{
  const double reach = 4.0 * scene->plot.height;
  double y;

  if (!rn_curve_has_number (column))
    return NAN;
  y = rn_curve_scene_y (scene, (double) (isnan (column->smooth) ? column->mean : column->smooth));
  return isfinite (y) ? CLAMP (y, scene->plot.y - reach, scene->plot.y + scene->plot.height + reach)
                      : NAN;
}

/* The smooth line as a path: for files, and where few steps are in view */
static void
stroke_smooth (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line,
               int first, int last)
{
  int before = -1;

  for (int c = first; c <= last; c++)
    {
      double y;

      if (line->columns[c].last == 0)
        continue;
      y = rn_curve_smooth_y (scene, &line->columns[c]);
      if (isnan (y))
        {
          before = -1;
          continue;
        }
      if (before < 0 || rn_curve_is_gap (line->columns, before, c))
        cairo_move_to (canvas->cr, (double) line->xs[c], y);
      else
        cairo_line_to (canvas->cr, (double) line->xs[c], y);
      before = c;
    }
  stroke (canvas, line, RN_CURVE_SMOOTH_WIDTH);
}

static void
draw_points (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line,
             double from, double to)
{
  const RnScenePoint *points = (const RnScenePoint *) (gpointer) line->points->data;
  const guint n = line->points->len;
  const double left = scene->plot.x - 0.5, right = scene->plot.x + scene->plot.width + 0.5;
  gboolean is_open = FALSE, has_room;

  /* lines end with the plot; dots at its ends are whole */
  cairo_save (canvas->cr);
  cairo_rectangle (canvas->cr, scene->plot.x, 0.0, scene->plot.width, scene->height);
  cairo_clip (canvas->cr);
  for (guint i = 0; i < n; i++)
    {
      const gboolean is_near = line->is_dashed || ((i == 0 || points[i - 1].x <= to) &&
                                                   (i + 1 == n || points[i + 1].x >= from));

      if (isnan (points[i].y) || !is_near)
        is_open = FALSE;
      else if (is_open)
        cairo_line_to (canvas->cr, points[i].x, points[i].y);
      else
        {
          cairo_move_to (canvas->cr, points[i].x, points[i].y);
          is_open = TRUE;
        }
    }
  stroke (canvas, line, DOTS_WIDTH);
  cairo_restore (canvas->cr);
  set_line_source (canvas, line, 1.0);
  has_room = n < 2 || (points[n - 1].x - points[0].x) / (n - 1) >= DOT_ROOM;
  for (guint i = 0; i < n; i++)
    {
      const gboolean is_alone =
          (i == 0 || isnan (points[i - 1].y)) && (i + 1 == n || isnan (points[i + 1].y));

      if (isnan (points[i].y) || (!has_room && !is_alone) ||
          points[i].x < MAX (from - DOT_SIZE, left) || points[i].x > MIN (to + DOT_SIZE, right))
        continue;
      cairo_new_sub_path (canvas->cr);
      cairo_arc (canvas->cr, points[i].x, points[i].y, DOT_SIZE / 2.0, 0.0, 2.0 * G_PI);
    }
  cairo_fill (canvas->cr);
}

/* Where a line that goes on later has no number: steps that are NaN, or that nobody knows */
static void
draw_missing (const RnCurveScene *scene, const RnCanvas *canvas, const RnSceneLine *line)
{
  const double thin = 1.0 / scene->scale;
  const int n = scene->n_columns;
  int before = -1; /* the newest column with steps */

  for (int c = 0; c < n; c++)
    {
      const RnColumn *column = &line->columns[c];
      int from = c, to = c;

      if (column->last == 0)
        continue;
      if (isnan (column->mean))
        {
          double x0, x1, x_label;

          for (int next = c; next < n; next++)
            if (line->columns[next].last != 0 && !isnan (line->columns[next].mean))
              break;
            else if (line->columns[next].last != 0)
              to = next;
          x0 = scene->plot.x + from * thin;
          x1 = MAX (scene->plot.x + (to + 1) * thin, x0 + 3.0);
          x_label = x1 + 4.0;
          rn_palette_hatch (canvas->cr, canvas->palette, x0, scene->plot.y, x1 - x0,
                            scene->plot.height);
          rn_curve_draw_text (canvas, RN_TEXT_CAPTION, NAN_LABEL,
                              MIN (x_label, scene->plot.x + scene->plot.width),
                              scene->plot.y + scene->plot.height - scene->caption_height, 0.0,
                              &canvas->palette->dim);
          c = to;
        }
      else if (before >= 0 && rn_curve_is_gap (line->columns, before, c))
        rn_palette_hatch (canvas->cr, canvas->palette, scene->plot.x + (before + 1) * thin,
                          scene->plot.y, (c - before - 1) * thin, scene->plot.height);
      before = c;
    }
}

/* The columns between two pixels, and the next ones with steps on either side, which lines come from and go to */
static void
find_stretch (const RnCurveScene *scene, const RnSceneLine *line, double from, double to,
              int *first, int *last)
{
  *first = column_at (scene, from);
  *last = column_at (scene, to);
  while (*first > 0 && line->columns[*first].last == 0)
    (*first)--;
  while (*last < scene->n_columns - 1 && line->columns[*last].last == 0)
    (*last)++;
}

void
rn_curve_draw_lines (const RnCurveScene *scene, const RnCanvas *canvas, double from, double to)
{
  cairo_t *cr = canvas->cr;

  cairo_save (cr);
  cairo_rectangle (cr, from, scene->plot.y - RN_CURVE_BLEED, to - from,
                   scene->plot.height + 2.0 * RN_CURVE_BLEED);
  cairo_clip (cr);
  for (guint i = 0; i < scene->lines->len; i++)
    {
      const RnSceneLine *line = scene->lines->pdata[i];
      int first, last;

      if (line->columns == NULL)
        continue;
      find_stretch (scene, line, from - RN_CURVE_BLEED, to + RN_CURVE_BLEED, &first, &last);
      draw_missing (scene, canvas, line);
      if (canvas->is_vector && scene->is_sparse)
        draw_raw_line (scene, canvas, line);
      else if (canvas->is_vector)
        draw_band_shape (scene, canvas, line, first, last);
      else
        rn_curve_draw_band (scene, canvas, line, first, last);
    }
  for (guint i = 0; i < scene->lines->len; i++)
    {
      const RnSceneLine *line = scene->lines->pdata[i];
      int first, last;

      if (line->columns == NULL)
        continue;
      find_stretch (scene, line, from - 2.0 * RN_CURVE_BLEED, to + 2.0 * RN_CURVE_BLEED, &first,
                    &last);
      if (!canvas->is_vector && !scene->is_sparse)
        {
          rn_curve_draw_smooth (scene, canvas, line, first, last);
          continue;
        }
      if (line->is_dashed)
        first = 0; /* dashes count from the start of the line */
      stroke_smooth (scene, canvas, line, first, last);
    }
  for (guint i = 0; i < scene->lines->len; i++)
    {
      const RnSceneLine *line = scene->lines->pdata[i];

      if (line->points->len > 0)
        draw_points (scene, canvas, line, from - RN_CURVE_BLEED, to + RN_CURVE_BLEED);
    }
  cairo_restore (cr);
}

/* Marks and names */

static void
draw_marks (const RnCurveScene *scene, const RnCanvas *canvas)
{
  g_autoptr (PangoLayout) unit = layout_new (canvas, RN_TEXT_CAPTION, scene->unit);
  double free_from;
  int unit_width;

  pango_layout_get_pixel_size (unit, &unit_width, NULL);
  free_from = unit_width + 6.0;
  for (guint i = 0; i < scene->marks->len; i++)
    {
      const RnSceneMark *mark = &g_array_index (scene->marks, RnSceneMark, i);
      g_autoptr (PangoLayout) layout = layout_new (canvas, RN_TEXT_CAPTION, mark->label);
      int width;

      cairo_set_antialias (canvas->cr, CAIRO_ANTIALIAS_NONE);
      hairline (canvas, mark->x, scene->plot.y - MARK_HEIGHT / 2.0, 0.0, MARK_HEIGHT);
      rn_palette_set_source (canvas->cr, &canvas->palette->text, 0.8);
      cairo_fill (canvas->cr);
      cairo_set_antialias (canvas->cr, CAIRO_ANTIALIAS_DEFAULT);
      pango_layout_get_pixel_size (layout, &width, NULL);
      /* labels that would touch are left out; their ticks stand */
      if (mark->x < free_from || mark->x + 4.0 + width > scene->width)
        continue;
      rn_curve_draw_text (canvas, RN_TEXT_CAPTION, mark->label, mark->x + 4.0, scene->unit_y, 0.0,
                          &canvas->palette->dim);
      free_from = mark->x + 4.0 + width + 6.0;
    }
}

GdkRGBA
rn_curve_card_colour (const RnPalette *palette)
{
  const GdkRGBA *ground = &palette->ground, *card = &palette->card;
  const float a = card->alpha;

  return (GdkRGBA){ card->red * a + ground->red * (1.0f - a),
                    card->green * a + ground->green * (1.0f - a),
                    card->blue * a + ground->blue * (1.0f - a), 1.0f };
}

void
rn_curve_draw_names (const RnCurveScene *scene, const RnCanvas *canvas)
{
  const GdkRGBA card = rn_curve_card_colour (canvas->palette);

  draw_marks (scene, canvas);
  if (scene->has_legend)
    return;
  for (guint i = 0; i < scene->lines->len; i++)
    {
      const RnSceneLine *line = scene->lines->pdata[i];

      if (isnan (line->end_x))
        continue;
      /* other lines may go on behind it */
      cairo_rectangle (canvas->cr, line->name_x - 2.0, line->name_y - scene->caption_height / 2.0,
                       line->name_width + 4.0, scene->caption_height);
      rn_palette_set_source (canvas->cr, &card, 0.7);
      cairo_fill (canvas->cr);
      rn_curve_draw_text (canvas, RN_TEXT_CAPTION, line->name, line->name_x, line->name_y, 0.0,
                          &canvas->palette->series[line->colour % RN_N_SERIES_COLOURS]);
    }
}
