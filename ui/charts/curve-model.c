#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "charts/curve-scene.h"
#include "state/format.h"

/* What is said of a step that has no number */
#define MISSING "–"

static void
line_free (gpointer data)
{
  RnCurveLine *line = data;

  g_free (line->name);
  g_clear_pointer (&line->series, rn_series_unref);
  g_array_unref (line->dots);
  g_free (line);
}

static void
mark_clear (gpointer mark)
{
  g_free (((RnChartMark *) mark)->label);
}

void
rn_curve_model_init (RnCurveModel *model, const char *title, const char *unit, RnTimeAxis *time)
{
  model->title = g_strdup (title);
  model->unit = g_strdup (unit);
  model->lines = g_ptr_array_new_with_free_func (line_free);
  model->marks = g_array_new (FALSE, TRUE, sizeof (RnChartMark));
  g_array_set_clear_func (model->marks, mark_clear);
  model->time = g_object_ref (time);
  model->factor = strchr (unit, '%') != NULL ? 100.0 : 1.0;
}

void
rn_curve_model_clear (RnCurveModel *model)
{
  g_clear_pointer (&model->title, g_free);
  g_clear_pointer (&model->unit, g_free);
  g_clear_pointer (&model->empty_text, g_free);
  g_clear_pointer (&model->lines, g_ptr_array_unref);
  g_clear_pointer (&model->marks, g_array_unref);
  g_clear_object (&model->time);
}

RnCurveLine *
rn_curve_model_get_line (const RnCurveModel *model, int line)
{
  g_return_val_if_fail (line >= 0 && (guint) line < model->lines->len, NULL);
  return model->lines->pdata[line];
}

static gint64
last_step (const RnCurveLine *line)
{
  gint64 step = line->series != NULL ? rn_series_last_step (line->series) : 0;

  if (line->dots->len > 0)
    step = MAX (step, g_array_index (line->dots, RnDot, line->dots->len - 1).step);
  return step;
}

gboolean
rn_curve_model_has_data (const RnCurveModel *model)
{
  for (guint i = 0; i < model->lines->len; i++)
    {
      const RnCurveLine *line = model->lines->pdata[i];

      if (line->dots->len > 0 || (line->series != NULL && rn_series_n (line->series) > 0))
        return TRUE;
    }
  return FALSE;
}

gint64
rn_curve_model_get_last_step (const RnCurveModel *model)
{
  gint64 step = 0;

  for (guint i = 0; i < model->lines->len; i++)
    step = MAX (step, last_step (model->lines->pdata[i]));
  return step;
}

static char *
format_value (const RnCurveModel *model, double value)
{
  if (isnan (value))
    return g_strdup ("NaN");
  return model->factor == 1.0 ? rn_format_number (value) : rn_format_percent (value);
}

/* Returns: (nullable): what the series has at @step, exactly */
static char *
read_series (const RnCurveModel *model, const RnSeries *series, gint64 step)
{
  const gsize at = rn_series_find (series, step);
  g_autofree char *mean = NULL, *min = NULL, *max = NULL;
  RnSeriesEntry entry;

  if (at == rn_series_n (series))
    return NULL;
  rn_series_get_entry (series, at, &entry);
  if (entry.first > step)
    return NULL;
  mean = format_value (model, (double) entry.mean);
  if (entry.first == entry.last || isnan (entry.mean))
    return g_steal_pointer (&mean);
  min = format_value (model, (double) entry.min);
  max = format_value (model, (double) entry.max);
  /* Translators: a mean with the least and the greatest of several steps, "0.486 (0.41 to 0.55)" */
  return g_strdup_printf (_ ("%s (%s to %s)"), mean, min, max);
}

/* Returns: (nullable): the newest dot at @step or before it; of another step, with that step */
static char *
read_dots (const RnCurveModel *model, const GArray *dots, gint64 step)
{
  g_autofree char *value = NULL, *count = NULL;
  guint low = 0, high = dots->len;
  const RnDot *dot;

  while (low < high)
    {
      const guint middle = (low + high) / 2;

      if (g_array_index (dots, RnDot, middle).step <= step)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return NULL;
  dot = &g_array_index (dots, RnDot, low - 1);
  value = format_value (model, dot->value);
  if (dot->step == step)
    return g_steal_pointer (&value);
  count = rn_format_count (dot->step);
  /* Translators: a value and the step at which it was measured, "0.602 (step 3,120)" */
  return g_strdup_printf (_ ("%s (step %s)"), value, count);
}

char *
rn_curve_model_read (const RnCurveModel *model, int at, gint64 step)
{
  const RnCurveLine *line = rn_curve_model_get_line (model, at);
  g_autofree char *value = line->series != NULL ? read_series (model, line->series, step) : NULL;
  g_autofree char *dot = read_dots (model, line->dots, step);

  if (value != NULL && dot != NULL)
    return g_strconcat (value, ", ", dot, NULL);
  if (value == NULL && dot == NULL)
    return g_strdup (MISSING);
  return value != NULL ? g_steal_pointer (&value) : g_steal_pointer (&dot);
}

char *
rn_curve_model_read_step (const RnCurveModel *model, gint64 step)
{
  g_autofree char *count = rn_format_count (step);
  double epoch;

  if (rn_time_axis_get_unit (model->time) != RN_TIME_EPOCHS)
    return g_strdup_printf (_ ("step %s"), count);
  epoch = (double) step / rn_time_axis_get_epoch_steps (model->time);
  /* Translators: "step 3,386, epoch 8.68" */
  return g_strdup_printf (_ ("step %s, epoch %.2f"), count, epoch);
}

char *
rn_curve_model_summarize (const RnCurveModel *model)
{
  const guint n = model->lines->len;
  GString *text;

  if (!rn_curve_model_has_data (model))
    return g_strdup (model->empty_text != NULL ? model->empty_text : _ ("No data yet"));
  text = g_string_new (NULL);
  /* Translators: the chart's title and how many lines it has, "Loss: 3 lines" */
  g_string_append_printf (text, ngettext ("%s: %u line", "%s: %u lines", n), model->title, n);
  for (guint i = 0; i < n; i++)
    {
      const RnCurveLine *line = model->lines->pdata[i];
      const gint64 step = last_step (line);
      g_autofree char *value = NULL, *count = NULL;

      if (step == 0)
        continue;
      value = rn_curve_model_read (model, (int) i, step);
      count = rn_format_count (step);
      g_string_append (text, "; ");
      /* Translators: a line's name, its newest value and where that is, "train 0.486 at step 5,462" */
      g_string_append_printf (text, _ ("%s %s at step %s"), line->name, value, count);
    }
  return g_string_free (text, FALSE);
}
