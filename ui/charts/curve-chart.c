#include "charts/curve-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/curve-private.h"

#define DEFAULT_SMOOTHING 0.9
/* Series up to this long are smoothed at once, in a tenth of a millisecond; longer ones by a task. */
#define SMALL_SERIES 20000
/* Assistive technology hears of new numbers at most this often. */
#define SUMMARY_INTERVAL_US (5 * G_USEC_PER_SEC)

enum
{
  PROP_0,
  PROP_SMOOTHING,
  PROP_LOG_SCALE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (RnCurveChart, rn_curve_chart, GTK_TYPE_WIDGET)

/* Smoothing: a task smooths copies of all series; what came meanwhile is added when it is done. Only the newest weight
 * counts.
 */

typedef struct
{
  double weight;
  GPtrArray *series; /* of RnSeries: those of the chart... */
  GPtrArray *copies; /* ...and what the task smooths */
} Smoothing;

static void
smoothing_free (gpointer data)
{
  Smoothing *work = data;

  g_ptr_array_unref (work->series);
  g_ptr_array_unref (work->copies);
  g_free (work);
}

static void
smooth_copies (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Smoothing *work = data;

  for (guint i = 0; i < work->copies->len; i++)
    rn_series_smooth (work->copies->pdata[i], work->weight);
  g_task_return_boolean (task, TRUE);
}

static void
queue_redraw (RnCurveChart *self)
{
  /* who asks for the scene of a chart that is not in view gets what is new */
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->is_stale = TRUE;
  rn_pace_ask (&self->draw_pace);
}

static void request_smoothing (RnCurveChart *self);

static void
on_smoothed (GObject *source, GAsyncResult *result, gpointer data)
{
  RnCurveChart *self = RN_CURVE_CHART (source);
  const Smoothing *work = g_task_get_task_data (G_TASK (result));

  self->is_smoothing = FALSE;
  if (self->model.lines == NULL) /* the chart has gone meanwhile */
    return;
  if (work->weight == self->smoothing)
    for (guint i = 0; i < work->series->len; i++)
      rn_series_adopt_smoothing (work->series->pdata[i], work->copies->pdata[i]);
  request_smoothing (self);
  queue_redraw (self);
}

/* Smooths all series that are smoothed otherwise, or not at all. */
static void
request_smoothing (RnCurveChart *self)
{
  g_autoptr (GTask) task = NULL;
  Smoothing *work;

  if (self->is_smoothing)
    return;
  work = g_new (Smoothing, 1);
  work->weight = self->smoothing;
  work->series = g_ptr_array_new_with_free_func ((GDestroyNotify) rn_series_unref);
  work->copies = g_ptr_array_new_with_free_func ((GDestroyNotify) rn_series_unref);
  for (guint i = 0; i < self->model.lines->len; i++)
    {
      RnSeries *series = rn_curve_model_get_line (&self->model, (int) i)->series;

      if (series == NULL || rn_series_get_weight (series) == self->smoothing)
        continue;
      if (rn_series_n (series) <= SMALL_SERIES)
        {
          rn_series_smooth (series, self->smoothing);
          continue;
        }
      g_ptr_array_add (work->series, rn_series_ref (series));
      g_ptr_array_add (work->copies, rn_series_copy (series));
    }
  if (work->series->len == 0)
    {
      smoothing_free (work);
      return;
    }
  self->is_smoothing = TRUE;
  task = g_task_new (self, NULL, on_smoothed, NULL);
  g_task_set_source_tag (task, request_smoothing);
  g_task_set_task_data (task, work, smoothing_free);
  g_task_run_in_thread (task, smooth_copies);
}

/* What assistive technology is told */

static gboolean
update_summary (gpointer data)
{
  RnCurveChart *self = data;
  g_autofree char *text = rn_curve_model_summarize (&self->model);

  self->summary_id = 0;
  self->summarized_us = g_get_monotonic_time ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
  return G_SOURCE_REMOVE;
}

static void
queue_summary (RnCurveChart *self)
{
  const gint64 since = g_get_monotonic_time () - self->summarized_us;

  if (self->summary_id != 0)
    return;
  if (self->summarized_us == 0 || since >= SUMMARY_INTERVAL_US)
    update_summary (self);
  else
    self->summary_id =
        g_timeout_add ((guint) ((SUMMARY_INTERVAL_US - since) / 1000) + 1, update_summary, self);
}

/* Widget */

static void
rn_curve_chart_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RnCurveChart *self = RN_CURVE_CHART (object);

  switch (id)
    {
    case PROP_SMOOTHING:
      g_value_set_double (value, self->smoothing);
      break;
    case PROP_LOG_SCALE:
      g_value_set_boolean (value, self->model.is_log);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rn_curve_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RnCurveChart *self = RN_CURVE_CHART (object);

  switch (id)
    {
    case PROP_SMOOTHING:
      if (self->smoothing == g_value_get_double (value))
        return;
      self->smoothing = g_value_get_double (value);
      request_smoothing (self);
      break;
    case PROP_LOG_SCALE:
      if (self->model.is_log == g_value_get_boolean (value))
        return;
      self->model.is_log = g_value_get_boolean (value);
      self->fit = RN_FIT_EXACTLY;
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  g_object_notify_by_pspec (object, pspec);
  self->is_stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
rn_curve_chart_dispose (GObject *object)
{
  RnCurveChart *self = RN_CURVE_CHART (object);

  rn_pace_unmap (&self->draw_pace);
  g_clear_handle_id (&self->summary_id, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  rn_curve_view_clear (self);
  rn_curve_model_clear (&self->model);
  G_OBJECT_CLASS (rn_curve_chart_parent_class)->dispose (object);
}

static void
rn_curve_chart_finalize (GObject *object)
{
  g_ptr_array_unref (RN_CURVE_CHART (object)->tiles);
  G_OBJECT_CLASS (rn_curve_chart_parent_class)->finalize (object);
}

static void
rn_curve_chart_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 200 : 150;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : 280;
}

static void
rn_curve_chart_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RnCurveChart *self = RN_CURVE_CHART (widget);

  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
rn_curve_chart_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (rn_curve_chart_parent_class)->map (widget);
  rn_pace_map (&RN_CURVE_CHART (widget)->draw_pace);
}

static void
rn_curve_chart_unmap (GtkWidget *widget)
{
  rn_pace_unmap (&RN_CURVE_CHART (widget)->draw_pace);
  GTK_WIDGET_CLASS (rn_curve_chart_parent_class)->unmap (widget);
}

static void
rn_curve_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  rn_curve_view_snapshot (RN_CURVE_CHART (widget), snapshot);
}

static void
rn_curve_chart_class_init (RnCurveChartClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = rn_curve_chart_get_property;
  object_class->set_property = rn_curve_chart_set_property;
  object_class->dispose = rn_curve_chart_dispose;
  object_class->finalize = rn_curve_chart_finalize;
  widget_class->map = rn_curve_chart_map;
  widget_class->unmap = rn_curve_chart_unmap;
  widget_class->measure = rn_curve_chart_measure;
  widget_class->size_allocate = rn_curve_chart_size_allocate;
  widget_class->snapshot = rn_curve_chart_snapshot;
  properties[PROP_SMOOTHING] =
      g_param_spec_double ("smoothing", NULL, NULL, 0.0, 0.999, DEFAULT_SMOOTHING,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_LOG_SCALE] =
      g_param_spec_boolean ("log-scale", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_set_css_name (widget_class, "curve-chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  rn_curve_input_class_init (widget_class);
}

static void
rn_curve_chart_init (RnCurveChart *self)
{
  self->smoothing = DEFAULT_SMOOTHING;
  self->tiles = g_ptr_array_new ();
  self->was_following = TRUE;
  self->is_stale = TRUE;
  self->band_x0 = NAN;
  rn_pace_init (&self->draw_pace, GTK_WIDGET (self), RN_PACE_DRAW_US, rn_curve_view_redraw);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  rn_curve_input_init (self);
}

GtkWidget *
rn_curve_chart_new (const char *title, const char *unit, RnTimeAxis *time)
{
  RnCurveChart *self;

  g_return_val_if_fail (title != NULL && unit != NULL && RN_IS_TIME_AXIS (time), NULL);
  self = g_object_new (RN_TYPE_CURVE_CHART, NULL);
  rn_curve_model_init (&self->model, title, unit, time);
  self->was_following = rn_time_axis_is_following (time);
  g_signal_connect_object (time, "changed", G_CALLBACK (rn_curve_view_time_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (time, "hovered", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (time, "cursor", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  update_summary (self);
  self->summarized_us = 0; /* the first data is told at once */
  return GTK_WIDGET (self);
}

/* Data */

int
rn_curve_chart_add_line (RnCurveChart *self, const char *name, RnSeries *series, int colour,
                         gboolean dashed)
{
  RnCurveLine *line;

  g_return_val_if_fail (RN_IS_CURVE_CHART (self) && name != NULL, -1);
  g_return_val_if_fail (colour >= 0 && colour < RN_N_SERIES_COLOURS, -1);
  line = g_new0 (RnCurveLine, 1);
  line->name = g_strdup (name);
  line->series = series != NULL ? rn_series_ref (series) : NULL;
  line->dots = g_array_new (FALSE, FALSE, sizeof (RnDot));
  line->colour = colour;
  line->is_dashed = dashed;
  g_ptr_array_add (self->model.lines, line);
  request_smoothing (self);
  rn_curve_chart_changed (self);
  return (int) self->model.lines->len - 1;
}

void
rn_curve_chart_set_dots (RnCurveChart *self, int line, const RnDot *dots, guint n)
{
  RnCurveLine *target;

  g_return_if_fail (RN_IS_CURVE_CHART (self));
  target = rn_curve_model_get_line (&self->model, line);
  g_return_if_fail (target != NULL);
  g_array_set_size (target->dots, 0);
  if (n > 0)
    g_array_append_vals (target->dots, dots, n);
  rn_curve_chart_changed (self);
}

void
rn_curve_chart_set_marks (RnCurveChart *self, const RnChartMark *marks, guint n)
{
  g_return_if_fail (RN_IS_CURVE_CHART (self));
  g_array_set_size (self->model.marks, 0);
  for (guint i = 0; i < n; i++)
    {
      const RnChartMark mark = { marks[i].step, g_strdup (marks[i].label) };

      g_array_append_val (self->model.marks, mark);
    }
  queue_redraw (self);
}

void
rn_curve_chart_clear (RnCurveChart *self)
{
  g_return_if_fail (RN_IS_CURVE_CHART (self));
  g_ptr_array_set_size (self->model.lines, 0);
  g_array_set_size (self->model.marks, 0);
  /* what comes next is another thing: its axis starts anew */
  self->model.has_y = FALSE;
  rn_curve_chart_changed (self);
}

void
rn_curve_chart_changed (RnCurveChart *self)
{
  gint64 last;

  g_return_if_fail (RN_IS_CURVE_CHART (self));
  last = rn_curve_model_get_last_step (&self->model);
  if (last > rn_time_axis_get_extent (self->model.time))
    rn_time_axis_set_extent (self->model.time, last);
  queue_redraw (self);
  queue_summary (self);
}

void
rn_curve_chart_set_empty_text (RnCurveChart *self, const char *text)
{
  g_return_if_fail (RN_IS_CURVE_CHART (self));
  if (g_strcmp0 (text, self->model.empty_text) == 0)
    return;
  g_free (self->model.empty_text);
  self->model.empty_text = g_strdup (text);
  if (!rn_curve_model_has_data (&self->model))
    update_summary (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

char *
rn_curve_chart_describe (RnCurveChart *self, gint64 step)
{
  g_autofree char *head = NULL;
  GString *text;

  g_return_val_if_fail (RN_IS_CURVE_CHART (self), NULL);
  head = rn_curve_model_read_step (&self->model, step);
  text = g_string_new (head);
  for (guint i = 0; i < self->model.lines->len; i++)
    {
      g_autofree char *value = rn_curve_model_read (&self->model, (int) i, step);

      g_string_append_printf (text, "\n%s %s",
                              rn_curve_model_get_line (&self->model, (int) i)->name, value);
    }
  return g_string_free (text, FALSE);
}
