#include "charts/response-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/axis.h"
#include "charts/figure.h"
#include "charts/overlay.h"
#include "charts/pace.h"
#include "charts/response-private.h"
#include "state/format.h"

G_DEFINE_FINAL_TYPE (RnResponseChart, rn_response_chart, GTK_TYPE_WIDGET)

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
invalidate (RnResponseChart *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_paced_draw (GtkWidget *widget)
{
  invalidate (RN_RESPONSE_CHART (widget));
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
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text->len > 0 ? text->str : self->empty_text, -1);
  g_string_free (text, TRUE);
}

/* Pointer and keys */

static void
set_hover (RnResponseChart *self, int at)
{
  if (at == self->hover)
    return;
  self->hover = at;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_motion (RnResponseChart *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
  self->has_pointer = TRUE;
  self->hover = rn_response_find_layer (self, x, y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (RnResponseChart *self)
{
  self->has_pointer = FALSE;
  set_hover (self, -1);
}

static void
select_point (RnResponseChart *self, const RnResponsePoint *point)
{
  if (self->selection == NULL || point == NULL)
    return;
  rn_selection_select (self->selection, point->block == 0 ? RN_PART_STEM : RN_PART_BLOCK,
                       point->block, NULL);
}

static void
on_pressed (RnResponseChart *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  const int at = rn_response_find_layer (self, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (at >= 0)
    select_point (self, rn_response_get_point (self, rn_response_find_curve (self, at, y), at));
}

/* Arguments: by how many layers; beyond all of them is to the end */
static gboolean
move_layer (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnResponseChart *self = RN_RESPONSE_CHART (widget);
  const int n = rn_response_n_layers (self);
  int by, at;

  if (n == 0)
    return FALSE;
  g_variant_get (arguments, "(i)", &by);
  at = self->hover >= 0 ? self->hover : by > 0 ? -1 : n;
  at = CLAMP (at + by, 0, n - 1);
  self->has_pointer = FALSE;
  set_hover (self, at);
  for (guint i = 0; i < self->curves->len; i++)
    if (rn_response_get_point (self, (int) i, at) != NULL)
      {
        select_point (self, rn_response_get_point (self, (int) i, at));
        break;
      }
  return TRUE;
}

/* The widget */

static void
snapshot_hover (RnResponseChart *self, GtkSnapshot *snapshot, const RnPalette *palette)
{
  g_autofree char *text = NULL;
  RnResponsePlot plot;
  double x, y;

  if (self->hover < 0 || self->hover >= rn_response_n_layers (self))
    return;
  plot = rn_response_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                               gtk_widget_get_height (GTK_WIDGET (self)));
  x = rn_response_get_x (self, &plot, self->hover);
  y = self->has_pointer ? self->pointer_y : plot.y + plot.height / 2.0;
  text = rn_response_chart_describe (self, self->hover);
  rn_overlay_line (snapshot, GTK_WIDGET (self), &palette->dim, palette, 1, x, plot.y,
                   plot.y + plot.height);
  rn_overlay_card (snapshot, GTK_WIDGET (self), palette, text, x, y);
}

static void
rn_response_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  RnResponseChart *self = RN_RESPONSE_CHART (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  RnPalette palette;

  rn_palette_get (widget, &palette);
  if (self->base == NULL)
    {
      GtkSnapshot *own = gtk_snapshot_new ();
      cairo_t *cr = gtk_snapshot_append_cairo (own, &GRAPHENE_RECT_INIT (0, 0, (float) width,
                                                                         (float) height));

      rn_response_draw (self, cr, &palette, width, height);
      cairo_destroy (cr);
      self->base = gtk_snapshot_free_to_node (own);
    }
  if (self->base != NULL)
    gtk_snapshot_append_node (snapshot, self->base);
  snapshot_hover (self, snapshot, &palette);
  rn_overlay_focus (snapshot, widget, &palette);
}

static void
rn_response_chart_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                           int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 200 : 150;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 360 : 220;
}

static void
rn_response_chart_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&RN_RESPONSE_CHART (widget)->base, gsk_render_node_unref);
  rn_figure_allocate (widget);
}

static void
rn_response_chart_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (rn_response_chart_parent_class)->css_changed (widget, change);
  invalidate (RN_RESPONSE_CHART (widget));
}

static void
rn_response_chart_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (rn_response_chart_parent_class)->state_flags_changed (widget, before);
  gtk_widget_queue_draw (widget);
}

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

  rn_figure_detach (GTK_WIDGET (self));
  rn_pace_unmap (&self->draw_pace);
  rn_pace_unmap (&self->text_pace);
  g_clear_pointer (&self->base, gsk_render_node_unref);
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

/* For print */

static void
draw_for_print (GtkWidget *widget, cairo_t *cr, int width, int height)
{
  RnPalette palette;

  rn_palette_get_for_print (&palette);
  rn_response_draw (RN_RESPONSE_CHART (widget), cr, &palette, width, height);
}

/* Returns: (transfer full) (type GString): the text itself: it is short */
static gpointer
copy_numbers (GtkWidget *widget)
{
  RnResponseChart *self = RN_RESPONSE_CHART (widget);
  GString *text = g_string_new ("curve,layer,name,std\n");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < self->curves->len; i++)
    {
      const RnResponseCurve *curve = rn_response_get_curve (self, (int) i);

      for (guint k = 0; curve != NULL && k < curve->points->len; k++)
        {
          const RnResponsePoint *point = &g_array_index (curve->points, RnResponsePoint, k);

          rn_figure_append_quoted (text, curve->name);
          g_string_append_printf (text, ",%u,%s,%s\n", k + 1, point->name,
                                  g_ascii_formatd (number, sizeof number, "%.9g", point->std));
        }
    }
  return text;
}

static const RnFigure figure = { "layer-responses", draw_for_print, copy_numbers,
                                 rn_figure_format_text, rn_figure_free_text };

static void
rn_response_chart_class_init (RnResponseChartClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = rn_response_chart_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_response_chart_finalize;
  widget_class->snapshot = rn_response_chart_snapshot;
  widget_class->measure = rn_response_chart_measure;
  widget_class->size_allocate = rn_response_chart_size_allocate;
  widget_class->css_changed = rn_response_chart_css_changed;
  widget_class->state_flags_changed = rn_response_chart_state_flags_changed;
  widget_class->map = rn_response_chart_map;
  widget_class->unmap = rn_response_chart_unmap;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "responsechart");
  rn_figure_install (widget_class);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, move_layer, "(i)", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, move_layer, "(i)", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, 0, move_layer, "(i)", -G_MAXINT / 2);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, 0, move_layer, "(i)", G_MAXINT / 2);
}

static void
rn_response_chart_init (RnResponseChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->curves = g_ptr_array_new_with_free_func (curve_free);
  self->hover = -1;
  self->empty_text = g_strdup (_ ("Appears with the first steps of a training."));
  rn_axis_fit (&self->axis, 0.0, 1.0, FALSE);
  rn_pace_init (&self->draw_pace, GTK_WIDGET (self), RN_PACE_DRAW_US, on_paced_draw);
  rn_pace_init (&self->text_pace, GTK_WIDGET (self), RN_PACE_TEXT_US, update_summary);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  rn_figure_attach (GTK_WIDGET (self), &figure);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
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
      g_signal_connect_object (selection, "changed", G_CALLBACK (invalidate), self,
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
rn_response_chart_set_sorted (RnResponseChart *self, gboolean sorted)
{
  g_return_if_fail (RN_IS_RESPONSE_CHART (self));
  if (!sorted == !self->is_sorted)
    return;
  self->is_sorted = sorted;
  invalidate (self);
}

gboolean
rn_response_chart_get_place (RnResponseChart *self, int curve, int at, double *x, double *y)
{
  const RnResponsePoint *point = rn_response_get_point (self, curve, at);
  RnResponsePlot plot;

  if (point == NULL || !isfinite (point->std))
    return FALSE;
  plot = rn_response_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                               gtk_widget_get_height (GTK_WIDGET (self)));
  *x = rn_response_get_x (self, &plot, at);
  *y = rn_response_get_y (self, &plot, point->std);
  return TRUE;
}
