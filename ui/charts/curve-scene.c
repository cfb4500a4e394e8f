#include "charts/curve-scene.h"

#include <math.h>
#include <string.h>

/* Pixels between a name and the end of its line, an axis and its labels */
#define GAP 6.0
/* An axis that is not asked for exactly stays while this share of it is in use. */
#define LOOSE_SHARE 0.4
/* How far raw values may stretch the axis beyond the smooth lines, as a share of the lines' range: a few outliers must
 * not flatten all that comes later
 */
#define RAW_SHARE 0.5

static void
scene_line_free (gpointer data)
{
  RnSceneLine *line = data;

  g_free (line->name);
  g_free (line->columns);
  g_free (line->xs);
  g_array_unref (line->points);
  g_free (line);
}

static void
scene_mark_clear (gpointer mark)
{
  g_free (((RnSceneMark *) mark)->label);
}

void
rn_curve_scene_free (RnCurveScene *scene)
{
  g_free (scene->title);
  g_free (scene->unit);
  g_free (scene->x_unit);
  for (int i = 0; i < scene->n_y_ticks; i++)
    g_free (scene->y_labels[i]);
  for (int i = 0; i < scene->n_x_ticks; i++)
    g_free (scene->x_labels[i]);
  g_ptr_array_unref (scene->lines);
  g_array_unref (scene->marks);
  g_free (scene);
}

double
rn_curve_scene_y (const RnCurveScene *scene, double shown_value)
{
  return scene->plot.y + (1.0 - rn_axis_fraction (&scene->y, shown_value)) * scene->plot.height;
}

static void
measure (PangoContext *pango, RnTextSize size, const char *text, double *width, double *height)
{
  g_autoptr (PangoLayout) layout = rn_text_layout_in_context (pango, size, text);
  int w, h;

  pango_layout_get_pixel_size (layout, &w, &h);
  *width = w;
  if (height != NULL)
    *height = h;
}

/* Data */

static void
scale_columns (RnColumn *columns, int n, float factor)
{
  for (int i = 0; i < n; i++)
    {
      columns[i].min *= factor;
      columns[i].max *= factor;
      columns[i].mean *= factor;
      columns[i].smooth *= factor;
    }
}

/* Where a pixel has more steps than smoothing looks back, about 1 / (1 - w), the smoothed value at its end tells less than
 * the mean of all its steps: the line shows that.
 */
static void
smooth_by_means (RnColumn *columns, int n)
{
  for (int i = 0; i < n; i++)
    columns[i].smooth = columns[i].mean;
}

static void
take_series (const RnCurveModel *model, const RnCurveScene *scene, RnSeries *series,
             RnSceneLine *line)
{
  const int n = scene->n_columns;
  RnTimeAxis *time = model->time;
  double from, to;

  rn_time_axis_get_range (time, &from, &to);
  line->columns = g_realloc_n (line->columns, n, sizeof (RnColumn));
  line->xs = g_realloc_n (line->xs, n, sizeof (float));
  if (rn_time_axis_get_unit (time) != RN_TIME_SECONDS)
    rn_series_get_columns (series, from, to, n, line->columns);
  else
    /* pixels are equal in seconds, not in steps */
    for (int i = 0; i < n; i++)
      {
        const double end = rn_time_axis_to_step (time, i + 1.0, n);

        if (end > from)
          rn_series_get_columns (series, from, end, 1, &line->columns[i]);
        else
          line->columns[i] = (RnColumn){ NAN, NAN, NAN, NAN, 0 };
        from = MAX (from, end);
      }
  for (int i = 0; i < n; i++)
    line->xs[i] =
        line->columns[i].last == 0
            ? NAN
            : (float) (scene->plot.x +
                       rn_time_axis_to_x (time, (double) line->columns[i].last, scene->plot.width));
  rn_time_axis_get_range (time, &from, &to);
  if ((to - from) / n * (1.0 - rn_series_get_weight (series)) >= 1.0)
    smooth_by_means (line->columns, n);
  if (model->factor != 1.0)
    scale_columns (line->columns, n, (float) model->factor);
}

/* Of dots that share a pixel only the first and the last are taken, so that a long list costs no more than the plot's
 * width.
 */
static void
take_dots (const RnCurveModel *model, const RnCurveScene *scene, const GArray *dots,
           RnSceneLine *line)
{
  double from, to;

  g_array_set_size (line->points, 0);
  rn_time_axis_get_range (model->time, &from, &to);
  for (guint i = 0; i < dots->len; i++)
    {
      const RnDot *dot = &g_array_index (dots, RnDot, i);
      const gboolean is_before =
          i + 1 < dots->len && (double) g_array_index (dots, RnDot, i + 1).step < from;
      RnScenePoint point = { 0.0, dot->value * model->factor, dot->step };

      if (is_before)
        continue;
      point.x =
          scene->plot.x + rn_time_axis_to_x (model->time, (double) dot->step, scene->plot.width);
      if (line->points->len >= 2)
        {
          const RnScenePoint *previous =
              &g_array_index (line->points, RnScenePoint, line->points->len - 2);

          if (point.x - previous->x < 1.0 && !isnan (point.y))
            g_array_set_size (line->points, line->points->len - 1);
        }
      g_array_append_val (line->points, point);
      if ((double) dot->step > to)
        break;
    }
}

static void
take_data (const RnCurveModel *model, RnCurveScene *scene)
{
  double from, to;

  rn_time_axis_get_range (model->time, &from, &to);
  scene->is_sparse = to - from < 0.5 * scene->n_columns;
  for (guint i = 0; i < model->lines->len; i++)
    {
      const RnCurveLine *line = model->lines->pdata[i];

      if (line->series != NULL)
        take_series (model, scene, line->series, scene->lines->pdata[i]);
      take_dots (model, scene, line->dots, scene->lines->pdata[i]);
    }
}

static void
widen (double range[2], double value, gboolean is_log)
{
  if (!isfinite (value) || (is_log && !(value > 0.0)))
    return;
  range[0] = fmin (range[0], value);
  range[1] = fmax (range[1], value);
}

/* The range of what is in view, as it is shown; NaN where there is nothing. @raw: of single steps */
static void
find_ranges (const RnCurveScene *scene, gboolean is_log, double range[2], double raw[2])
{
  range[0] = range[1] = raw[0] = raw[1] = NAN;
  for (guint i = 0; i < scene->lines->len; i++)
    {
      const RnSceneLine *line = scene->lines->pdata[i];

      for (int c = 0; line->columns != NULL && c < scene->n_columns; c++)
        {
          const RnColumn *column = &line->columns[c];

          if (column->last == 0 || isnan (column->mean))
            continue;
          widen (range, (double) (isnan (column->smooth) ? column->mean : column->smooth), is_log);
          widen (raw, (double) column->min, is_log);
          widen (raw, (double) column->max, is_log);
        }
      for (guint p = 0; p < line->points->len; p++)
        widen (range, g_array_index (line->points, RnScenePoint, p).y, is_log);
    }
}

/* What the axis is to hold. Shares end at 100 %: no raw value of theirs is cut off, as none can be far from the others, and no
 * rounding takes the axis beyond.
 */
static void
find_range (const RnCurveScene *scene, gboolean is_log, gboolean is_share, double range[2])
{
  double raw[2], reach;

  find_ranges (scene, is_log, range, raw);
  if (isnan (range[0]) || isnan (raw[0]))
    return;
  if (is_share)
    {
      range[0] = fmin (range[0], raw[0]);
      range[1] = fmin (fmax (range[1], raw[1]), 100.0);
      return;
    }
  if (is_log)
    {
      /* a decade, at most */
      range[0] = fmin (range[0], fmax (raw[0], range[0] / 10.0));
      range[1] = fmax (range[1], fmin (raw[1], range[1] * 10.0));
      return;
    }
  reach = RAW_SHARE * (range[1] > range[0] ? range[1] - range[0] : fabs (range[1]));
  range[0] = fmin (range[0], fmax (raw[0], range[0] - reach));
  range[1] = fmax (range[1], fmin (raw[1], range[1] + reach));
}

static void
fit_axis (RnCurveModel *model, RnCurveFit fit, const double range[2])
{
  const RnAxis *y = &model->y;
  const gboolean is_first = !model->has_y || y->is_log != model->is_log;
  gboolean is_loose;

  if (isnan (range[0]))
    {
      if (is_first)
        rn_axis_fit (&model->y, range[0], range[1], model->is_log);
      return;
    }
  is_loose = range[0] < y->min || range[1] > y->max ||
             rn_axis_fraction (y, range[1]) - rn_axis_fraction (y, range[0]) < LOOSE_SHARE;
  if (is_first || fit == RN_FIT_EXACTLY || (fit == RN_FIT_LOOSE && is_loose))
    rn_axis_fit (&model->y, range[0], range[1], model->is_log);
  else
    rn_axis_grow (&model->y, range[0], range[1]);
  model->has_y = TRUE;
}

/* Layout */

/* Wraps the legend's entries, where there is one, and gives names their places in it. Returns: its height */
static double
lay_out_legend (RnCurveScene *scene, double top, double left)
{
  const double swatch = 18.0, gap = 18.0;
  double x = left, y = top + scene->caption_height / 2.0;

  for (guint i = 0; i < scene->lines->len; i++)
    {
      RnSceneLine *line = scene->lines->pdata[i];

      if (x > left && x + swatch + GAP + line->name_width > scene->width)
        {
          x = left;
          y += scene->caption_height + 2.0;
        }
      line->name_x = x + swatch + GAP;
      line->name_y = y;
      x += swatch + GAP + line->name_width + gap;
    }
  return y + scene->caption_height / 2.0 - top;
}

static void
set_y_ticks (RnCurveScene *scene, const RnCurveModel *model)
{
  double ticks[RN_AXIS_MAX_TICKS];

  for (int i = 0; i < scene->n_y_ticks; i++)
    g_free (scene->y_labels[i]);
  scene->y = model->y;
  scene->n_y_ticks = rn_axis_get_ticks (&scene->y, ticks);
  for (int i = 0; i < scene->n_y_ticks; i++)
    {
      scene->y_ticks[i] = rn_curve_scene_y (scene, ticks[i]);
      scene->y_labels[i] = rn_axis_format (&scene->y, ticks[i]);
    }
}

/* Returns: the most that the names at the lines' ends may take, with the gap before them */
static double
get_margin (const RnCurveScene *scene)
{
  return floor (scene->width / 3.0);
}

/* The plot's rectangle, on whole pixels. Returns: whether it has changed */
static gboolean
lay_out (RnCurveScene *scene, const RnCurveModel *model, PangoContext *pango)
{
  const cairo_rectangle_t before = scene->plot;
  double left, right, top = 0.0, width, height;

  measure (pango, RN_TEXT_CAPTION, "0.00", &left, &scene->caption_height);
  measure (pango, RN_TEXT_CAPTION, scene->unit, &width, &height);
  scene->caption_height = MAX (scene->caption_height, height);
  for (int i = 0; i < scene->n_y_ticks; i++)
    {
      measure (pango, RN_TEXT_CAPTION, scene->y_labels[i], &width, NULL);
      left = MAX (left, width);
    }
  left += GAP;
  right = left; /* half of the last label of x, at least */
  if (scene->title != NULL)
    {
      measure (pango, RN_TEXT_TITLE, scene->title, &width, &height);
      top += height + 2.0 * GAP;
    }
  if (scene->has_legend)
    top += lay_out_legend (scene, top, left) + GAP;
  /* the unit, clear of the highest label, half of which stands above the plot */
  top += scene->caption_height + MAX (GAP, ceil (scene->caption_height / 2.0));
  for (guint i = 0; i < scene->lines->len && !scene->has_legend; i++)
    right = MAX (right, ((RnSceneLine *) scene->lines->pdata[i])->name_width + GAP);
  right = MIN (right, get_margin (scene));
  scene->plot.x = ceil (left);
  scene->plot.y = ceil (top);
  scene->unit_y =
      scene->plot.y - MAX (GAP, ceil (scene->caption_height / 2.0)) - scene->caption_height / 2.0;
  scene->plot.width = MAX (floor (scene->width - right) - scene->plot.x, 16.0);
  scene->plot.height =
      MAX (floor (scene->height - 2.0 * scene->caption_height - GAP) - scene->plot.y, 16.0);
  scene->n_columns = (int) (scene->plot.width * scene->scale);
  return memcmp (&before, &scene->plot, sizeof before) != 0;
}

static void
set_x_ticks (RnCurveScene *scene, RnTimeAxis *time)
{
  scene->n_x_ticks = rn_time_axis_get_ticks (time, scene->x_ticks, scene->x_labels);
  for (int i = 0; i < scene->n_x_ticks; i++)
    scene->x_ticks[i] =
        scene->plot.x + rn_time_axis_to_x (time, scene->x_ticks[i], scene->plot.width);
}

static void
set_marks (RnCurveScene *scene, const RnCurveModel *model)
{
  for (guint i = 0; i < model->marks->len; i++)
    {
      const RnChartMark *mark = &g_array_index (model->marks, RnChartMark, i);
      RnSceneMark place = { scene->plot.x + rn_time_axis_to_x (model->time, (double) mark->step,
                                                               scene->plot.width),
                            NULL };

      if (place.x < scene->plot.x || place.x > scene->plot.x + scene->plot.width)
        continue;
      place.label = g_strdup (mark->label);
      g_array_append_val (scene->marks, place);
    }
}

/* Where the line ends in view */
static void
find_end (const RnCurveScene *scene, RnSceneLine *line)
{
  const double right = scene->plot.x + scene->plot.width;

  line->end_x = line->end_y = NAN;
  for (int c = scene->n_columns - 1; c >= 0 && line->columns != NULL && isnan (line->end_x); c--)
    if (line->columns[c].last != 0 && !isnan (line->columns[c].mean))
      {
        const float smooth = line->columns[c].smooth;

        line->end_x = (double) line->xs[c];
        line->end_y = (double) (isnan (smooth) ? line->columns[c].mean : smooth);
      }
  for (guint i = line->points->len; i > 0; i--)
    {
      const RnScenePoint *point = &g_array_index (line->points, RnScenePoint, i - 1);

      if (isnan (point->y) || point->x > right + 0.5)
        continue;
      if (point->x >= scene->plot.x && !(line->end_x > point->x))
        line->end_x = point->x, line->end_y = point->y;
      break;
    }
  if (!isnan (line->end_y))
    line->end_y = CLAMP (rn_curve_scene_y (scene, line->end_y), scene->plot.y,
                         scene->plot.y + scene->plot.height);
}

static int
by_name_y (gconstpointer a, gconstpointer b)
{
  const RnSceneLine *first = *(RnSceneLine *const *) a, *second = *(RnSceneLine *const *) b;

  return first->name_y < second->name_y ? -1 : first->name_y > second->name_y;
}

/* Names start beside their lines' ends; where two would touch, the lower one moves down; those that would leave the plot
 * push back up.
 */
static void
place_names (RnCurveScene *scene)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  double floor_y = scene->plot.y + scene->plot.height;

  for (guint i = 0; i < scene->lines->len; i++)
    {
      RnSceneLine *line = scene->lines->pdata[i];

      if (isnan (line->end_x))
        continue;
      line->name_x = MIN (line->end_x + GAP, scene->width - line->name_width);
      line->name_y = line->end_y;
      g_ptr_array_add (names, line);
    }
  g_ptr_array_sort (names, by_name_y);
  for (guint i = 1; i < names->len; i++)
    {
      const RnSceneLine *above = names->pdata[i - 1];
      RnSceneLine *line = names->pdata[i];

      line->name_y = MAX (line->name_y, above->name_y + scene->caption_height);
    }
  for (guint i = names->len; i > 0; i--)
    {
      RnSceneLine *line = names->pdata[i - 1];

      line->name_y = MIN (line->name_y, floor_y);
      floor_y = line->name_y - scene->caption_height;
    }
}

static void
to_pixels (RnCurveScene *scene)
{
  for (guint i = 0; i < scene->lines->len; i++)
    {
      RnSceneLine *line = scene->lines->pdata[i];

      find_end (scene, line);
      for (guint p = 0; p < line->points->len; p++)
        {
          RnScenePoint *point = &g_array_index (line->points, RnScenePoint, p);

          point->y = isfinite (point->y) ? rn_curve_scene_y (scene, point->y) : NAN;
        }
    }
}

RnCurveScene *
rn_curve_scene_new (RnCurveModel *model, RnCurveFit fit, PangoContext *pango, double width,
                    double height, double scale, gboolean has_title)
{
  RnCurveScene *scene = g_new0 (RnCurveScene, 1);
  double range[2];

  scene->width = width;
  scene->height = height;
  scene->scale = scale;
  scene->title = has_title ? g_strdup (model->title) : NULL;
  scene->unit = g_strdup (model->unit);
  scene->x_unit = g_strdup (rn_time_axis_get_unit_label (model->time));
  scene->has_legend = model->lines->len > RN_CURVE_MAX_NAMES;
  scene->lines = g_ptr_array_new_with_free_func (scene_line_free);
  scene->marks = g_array_new (FALSE, FALSE, sizeof (RnSceneMark));
  g_array_set_clear_func (scene->marks, scene_mark_clear);
  for (guint i = 0; i < model->lines->len; i++)
    {
      const RnCurveLine *from = model->lines->pdata[i];
      RnSceneLine *line = g_new0 (RnSceneLine, 1);

      line->name = rn_text_shorten (pango, RN_TEXT_CAPTION, from->name, get_margin (scene) - GAP);
      line->colour = from->colour;
      line->is_dashed = from->is_dashed;
      line->points = g_array_new (FALSE, FALSE, sizeof (RnScenePoint));
      measure (pango, RN_TEXT_CAPTION, line->name, &line->name_width, &line->name_height);
      g_ptr_array_add (scene->lines, line);
    }
  if (!model->has_y)
    rn_axis_fit (&model->y, NAN, NAN, model->is_log);
  set_y_ticks (scene, model);
  lay_out (scene, model, pango);
  take_data (model, scene);
  find_range (scene, model->is_log, model->factor != 1.0, range);
  fit_axis (model, fit, range);
  set_y_ticks (scene, model);
  /* other labels may need another margin */
  if (lay_out (scene, model, pango))
    take_data (model, scene);
  set_y_ticks (scene, model);
  set_x_ticks (scene, model->time);
  set_marks (scene, model);
  to_pixels (scene);
  if (!scene->has_legend)
    place_names (scene);
  return scene;
}

/* Comparing */

static void
diff_columns (const RnSceneLine *a, const RnSceneLine *b, const RnCurveScene *scene, double *from,
              double *to)
{
  const int n = scene->n_columns;
  int first = 0, last = n - 1;

  while (first < n && memcmp (&a->columns[first], &b->columns[first], sizeof (RnColumn)) == 0 &&
         (a->xs[first] == b->xs[first] || a->columns[first].last == 0))
    first++;
  if (first == n)
    return;
  while (memcmp (&a->columns[last], &b->columns[last], sizeof (RnColumn)) == 0 &&
         (a->xs[last] == b->xs[last] || a->columns[last].last == 0))
    last--;
  /* the line to the neighbours is another, too */
  do
    first--;
  while (first > 0 && (a->columns[first].last == 0 || b->columns[first].last == 0));
  do
    last++;
  while (last < n - 1 && (a->columns[last].last == 0 || b->columns[last].last == 0));
  *from = MIN (*from, scene->plot.x + (first - 1) / scene->scale);
  *to = MAX (*to, scene->plot.x + (last + 2) / scene->scale);
}

static void
diff_points (const RnSceneLine *a, const RnSceneLine *b, const RnCurveScene *scene, double *from,
             double *to)
{
  const guint n = MIN (a->points->len, b->points->len);
  guint first = 0;

  while (first < n &&
         memcmp (&g_array_index (a->points, RnScenePoint, first),
                 &g_array_index (b->points, RnScenePoint, first), sizeof (RnScenePoint)) == 0)
    first++;
  if (first == n && a->points->len == b->points->len)
    return;
  *from = MIN (*from, first > 0 ? g_array_index (a->points, RnScenePoint, first - 1).x
                                : scene->plot.x - RN_CURVE_BLEED);
  *to = scene->width;
}

gboolean
rn_curve_scene_diff (const RnCurveScene *a, const RnCurveScene *b, double *from, double *to)
{
  *from = INFINITY;
  *to = -INFINITY;
  if (a->width != b->width || a->height != b->height || a->scale != b->scale ||
      a->is_sparse != b->is_sparse || a->lines->len != b->lines->len ||
      memcmp (&a->plot, &b->plot, sizeof a->plot) != 0 || a->y.min != b->y.min ||
      a->y.max != b->y.max || a->y.is_log != b->y.is_log)
    return FALSE;
  for (guint i = 0; i < a->lines->len; i++)
    {
      const RnSceneLine *first = a->lines->pdata[i], *second = b->lines->pdata[i];

      if (first->colour != second->colour || first->is_dashed != second->is_dashed ||
          (first->columns == NULL) != (second->columns == NULL))
        return FALSE;
      if (first->columns != NULL)
        diff_columns (first, second, a, from, to);
      diff_points (first, second, a, from, to);
    }
  return TRUE;
}
