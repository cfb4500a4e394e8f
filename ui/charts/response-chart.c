#include "charts/response-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/response-private.h"
#include "state/format.h"

G_DEFINE_FINAL_TYPE (RnResponseChart, rn_response_chart, RN_TYPE_PLOT)

static void
point_clear (gpointer data)
{
  g_free ((char *) ((RnResponsePoint *) data)->name);
}

static void
curve_free (gpointer data)
{
  RnResponseCurve *curve = data;

  if (curve == NULL)
    return;
  g_free (curve->name);
  g_array_unref (curve->points);
  g_free (curve->order);
  g_free (curve);
}

static void
on_paced_draw (GtkWidget *widget)
{
  rn_plot_invalidate (RN_PLOT (widget));
}

/* Words */

char *
rn_response_chart_describe (RnResponseChart *self, int at)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (RN_IS_RESPONSE_CHART (self), NULL);
  if (at >= 0 && at < rn_response_n_layers (self))
    g_string_append_printf (text, self->is_sorted ? _ ("place %d") : _ ("3×3 layer %d"), at + 1);
  for (guint i = 0; i < self->curves->len; i++)
    {
      const RnResponsePoint *point = rn_response_get_point (self, (int) i, at);
      g_autofree char *value = NULL;

      if (point == NULL)
        continue;
      value = rn_format_number (point->std);
      g_string_append_printf (text, "\n%s, %s: %s", rn_response_get_curve (self, (int) i)->name,
                              point->name, value);
    }
  return g_string_free (text, FALSE);
}

/* The least and the largest response of each curve, a sentence each */
static void
update_summary (GtkWidget *widget)
{
  RnResponseChart *self = RN_RESPONSE_CHART (widget);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->curves->len; i++)
    {
      const RnResponseCurve *curve = rn_response_get_curve (self, (int) i);
      const RnResponsePoint *points, *low = NULL, *high = NULL;
      g_autofree char *least = NULL, *most = NULL;

      if (curve == NULL)
        continue;
      points = (const RnResponsePoint *) (gpointer) curve->points->data;
      for (guint k = 0; k < curve->points->len; k++)
        if (isfinite (points[k].std))
          {
            low = low == NULL || points[k].std < low->std ? &points[k] : low;
            high = high == NULL || points[k].std > high->std ? &points[k] : high;
          }
      if (low == NULL)
        continue;
      least = rn_format_number (low->std);
      most = rn_format_number (high->std);
      if (text->len > 0)
        g_string_append (text, "; ");
      g_string_append_printf (text, _ ("%s: least %s in %s, most %s in %s"), curve->name, least,
                              low->name, most, high->name);
    }
  rn_plot_say (RN_PLOT (widget), text->len > 0 ? text->str : self->empty_text);
  g_string_free (text, TRUE);
}

/* The plot */

static RnPlotFrame
get_frame (RnResponseChart *self)
{
  return rn_response_get_frame (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                gtk_widget_get_height (GTK_WIDGET (self)));
}

static int
count (RnPlot *plot)
{
  return rn_response_n_layers (RN_RESPONSE_CHART (plot));
}

static int
find (RnPlot *plot, double x, double y)
{
  const RnPlotFrame frame = get_frame (RN_RESPONSE_CHART (plot));

  return rn_plot_frame_find (&frame, x, y, count (plot));
}

static void
locate (RnPlot *plot, int at, double *x, double *top, double *bottom)
{
  const RnPlotFrame frame = get_frame (RN_RESPONSE_CHART (plot));

  *x = rn_response_get_x (RN_RESPONSE_CHART (plot), &frame, at);
  *top = frame.y;
  *bottom = frame.y + frame.height;
}

static char *
describe (RnPlot *plot, int at)
{
  return rn_response_chart_describe (RN_RESPONSE_CHART (plot), at);
}

static void
select_point (RnResponseChart *self, const RnResponsePoint *point)
{
  if (self->selection == NULL || point == NULL || point->block == RN_RESPONSE_NO_BLOCK)
    return;
  rn_selection_select (self->selection, point->block == 0 ? RN_PART_STEM : RN_PART_BLOCK,
                       point->block, NULL);
}

/* Pressed, the nearest curve's; by keys, that of the first that has one */
static void
choose (RnPlot *plot, int at, double y)
{
  RnResponseChart *self = RN_RESPONSE_CHART (plot);
  const RnResponsePoint *point = NULL;

  if (at < 0)
    return;
  if (!isnan (y))
    point = rn_response_get_point (self, rn_response_find_curve (self, at, y), at);
  for (guint i = 0; point == NULL && i < self->curves->len; i++)
    point = rn_response_get_point (self, (int) i, at);
  select_point (self, point);
}

static void
write_csv (RnPlot *plot, GString *text)
{
  RnResponseChart *self = RN_RESPONSE_CHART (plot);

  g_string_append (text, "curve,layer,name,std\n");
  for (guint i = 0; i < self->curves->len; i++)
    {
      const RnResponseCurve *curve = rn_response_get_curve (self, (int) i);

      for (guint k = 0; curve != NULL && k < curve->points->len; k++)
        {
          const RnResponsePoint *point = &g_array_index (curve->points, RnResponsePoint, k);

          rn_figure_append_quoted (text, curve->name);
          g_string_append_printf (text, ",%u,%s,", k + 1, point->name);
          rn_figure_append_number (text, point->std);
          g_string_append_c (text, '\n');
        }
    }
}

/* The widget */

static void
rn_response_chart_map (GtkWidget *widget)
{
  RnResponseChart *self = RN_RESPONSE_CHART (widget);

  GTK_WIDGET_CLASS (rn_response_chart_parent_class)->map (widget);
  rn_pace_map (&self->draw_pace);
  rn_pace_map (&self->text_pace);
}

static void
rn_response_chart_unmap (GtkWidget *widget)
{
  RnResponseChart *self = RN_RESPONSE_CHART (widget);

  rn_pace_unmap (&self->draw_pace);
  rn_pace_unmap (&self->text_pace);
  GTK_WIDGET_CLASS (rn_response_chart_parent_class)->unmap (widget);
}

static void
rn_response_chart_dispose (GObject *object)
{
  RnResponseChart *self = RN_RESPONSE_CHART (object);

  rn_pace_unmap (&self->draw_pace);
  rn_pace_unmap (&self->text_pace);
  g_clear_object (&self->selection);
  g_ptr_array_set_size (self->curves, 0);
  G_OBJECT_CLASS (rn_response_chart_parent_class)->dispose (object);
}

static void
rn_response_chart_finalize (GObject *object)
{
  RnResponseChart *self = RN_RESPONSE_CHART (object);

  g_ptr_array_unref (self->curves);
  g_free (self->empty_text);
  G_OBJECT_CLASS (rn_response_chart_parent_class)->finalize (object);
}

static void
rn_response_chart_class_init (RnResponseChartClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  RnPlotClass *plot = RN_PLOT_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_response_chart_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_response_chart_finalize;
  widget_class->map = rn_response_chart_map;
  widget_class->unmap = rn_response_chart_unmap;
  plot->figure.name = "layer-responses";
  plot->minimum_width = 200;
  plot->minimum_height = 150;
  plot->natural_width = 360;
  plot->natural_height = 220;
  plot->count = count;
  plot->find = find;
  plot->locate = locate;
  plot->describe = describe;
  plot->choose = choose;
  plot->draw = rn_response_draw;
  plot->write_csv = write_csv;
  gtk_widget_class_set_css_name (widget_class, "responsechart");
  rn_plot_class_step_by_keys (plot);
}

static void
rn_response_chart_init (RnResponseChart *self)
{
  self->curves = g_ptr_array_new_with_free_func (curve_free);
  self->empty_text = g_strdup (_ ("Appears with the first steps of a training."));
  rn_axis_fit (&self->axis, 0.0, 1.0, FALSE);
  rn_pace_init (&self->draw_pace, GTK_WIDGET (self), RN_PACE_DRAW_US, on_paced_draw);
  rn_pace_init (&self->text_pace, GTK_WIDGET (self), RN_PACE_TEXT_US, update_summary);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Standard deviation of layer responses by depth"), -1);
  rn_pace_ask (&self->text_pace);
}

GtkWidget *
rn_response_chart_new (RnSelection *selection)
{
  RnResponseChart *self = g_object_new (RN_TYPE_RESPONSE_CHART, NULL);

  if (selection != NULL)
    {
      self->selection = g_object_ref (selection);
      g_signal_connect_object (selection, "changed", G_CALLBACK (rn_plot_invalidate), self,
                               G_CONNECT_SWAPPED);
    }
  return GTK_WIDGET (self);
}

/* Data */

static RnResponseCurve *
curve_new (const char *name, const RnResponsePoint *points, guint n)
{
  RnResponseCurve *curve = g_new0 (RnResponseCurve, 1);

  curve->name = g_strdup (name);
  curve->points = g_array_sized_new (FALSE, FALSE, sizeof (RnResponsePoint), n);
  g_array_set_clear_func (curve->points, point_clear);
  g_array_append_vals (curve->points, points, n);
  for (guint i = 0; i < n; i++)
    g_array_index (curve->points, RnResponsePoint, i).name = g_strdup (points[i].name);
  curve->order = rn_response_sort (points, n);
  return curve;
}

static void
grow_axis (RnResponseChart *self, const RnResponsePoint *points, guint n)
{
  double max = 0.0;

  for (guint i = 0; i < n; i++)
    if (isfinite (points[i].std))
      max = MAX (max, points[i].std);
  if (max <= 0.0)
    return;
  if (self->is_fitted)
    rn_axis_grow (&self->axis, 0.0, max);
  else
    rn_axis_fit (&self->axis, 0.0, max, FALSE);
  self->is_fitted = TRUE;
}

void
rn_response_chart_set_curve (RnResponseChart *self, int at, const char *name,
                             const RnResponsePoint *points, guint n)
{
  g_return_if_fail (RN_IS_RESPONSE_CHART (self) && at >= 0 && (points != NULL || n == 0));
  if ((guint) at >= self->curves->len)
    g_ptr_array_set_size (self->curves, at + 1);
  g_clear_pointer (&self->curves->pdata[at], curve_free);
  if (n > 0)
    self->curves->pdata[at] = curve_new (name, points, n);
  if (rn_response_n_layers (self) == 0)
    self->is_fitted = FALSE;
  grow_axis (self, points, n);
  rn_pace_ask (&self->draw_pace);
  rn_pace_ask (&self->text_pace);
}

void
rn_response_chart_set_empty (RnResponseChart *self, const char *text)
{
  g_return_if_fail (RN_IS_RESPONSE_CHART (self) && text != NULL);
  if (g_str_equal (text, self->empty_text))
    return;
  g_free (self->empty_text);
  self->empty_text = g_strdup (text);
  rn_pace_ask (&self->draw_pace);
  rn_pace_ask (&self->text_pace);
}

void
rn_response_chart_set_sorted (RnResponseChart *self, gboolean sorted)
{
  g_return_if_fail (RN_IS_RESPONSE_CHART (self));
  if (!sorted == !self->is_sorted)
    return;
  self->is_sorted = sorted;
  rn_plot_invalidate (RN_PLOT (self));
}

gboolean
rn_response_chart_get_place (RnResponseChart *self, int curve, int at, double *x, double *y)
{
  const RnResponsePoint *point = rn_response_get_point (self, curve, at);
  RnPlotFrame frame;

  if (point == NULL || !isfinite (point->std))
    return FALSE;
  frame = get_frame (self);
  *x = rn_response_get_x (self, &frame, at);
  *y = rn_response_get_y (self, &frame, point->std);
  return TRUE;
}
