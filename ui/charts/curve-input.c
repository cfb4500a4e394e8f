#include <glib/gi18n-lib.h>
#include <math.h>

#include "charts/curve-private.h"
#include "charts/figure.h"

/* A press that moves less than this is a click, pixels. */
#define CLICK_REACH 4.0
#define ZOOM_STEP 0.8
#define KEY_ZOOM 0.5
/* What an arrow moves the view by, as a share of it */
#define PAN_SHARE 0.1

/* Returns: the step under @x, inside the plot and the run; -1 outside the plot */
static gint64
step_at (RnCurveChart *self, double x)
{
  const cairo_rectangle_t *plot;
  double step;

  if (self->scene == NULL)
    return -1;
  plot = &self->scene->plot;
  if (x < plot->x - RN_CURVE_BLEED || x > plot->x + plot->width + RN_CURVE_BLEED)
    return -1;
  step = round (rn_time_axis_to_step (self->model.time, x - plot->x, plot->width));
  return (gint64) CLAMP (step, 1.0, (double) MAX (rn_time_axis_get_extent (self->model.time), 1));
}

static void
show_readout (RnCurveChart *self, gint64 step)
{
  self->has_readout = step >= 0;
  rn_time_axis_set_hover (self->model.time, step);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Zooms around pixel @x, or around the middle where the pointer is outside the plot. */
static void
zoom (RnCurveChart *self, double x, double factor)
{
  const cairo_rectangle_t *plot;

  if (self->scene == NULL)
    return;
  plot = &self->scene->plot;
  if (!(x >= plot->x && x <= plot->x + plot->width))
    x = plot->x + plot->width / 2.0;
  rn_time_axis_zoom (self->model.time,
                     rn_time_axis_to_step (self->model.time, x - plot->x, plot->width), factor);
}

static void
pan_by_share (RnCurveChart *self, double share)
{
  double from, to;

  rn_time_axis_get_range (self->model.time, &from, &to);
  if (!rn_time_axis_is_following (self->model.time))
    rn_time_axis_pan (self->model.time, share * (to - from));
}

static void
reset (RnCurveChart *self)
{
  rn_time_axis_reset (self->model.time);
  self->fit = RN_FIT_EXACTLY;
  self->is_stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Pointer */

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, RnCurveChart *self)
{
  self->pointer_x = x;
  show_readout (self, step_at (self, x));
}

static void
on_leave (GtkEventControllerMotion *controller, RnCurveChart *self)
{
  self->pointer_x = NAN;
  show_readout (self, -1);
}

/* The wheel zooms with Ctrl, and alone where the chart has the focus; otherwise the page scrolls. */
static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, RnCurveChart *self)
{
  const GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if (self->scene == NULL)
    return GDK_EVENT_PROPAGATE;
  if (dx != 0.0 && fabs (dx) > fabs (dy))
    {
      pan_by_share (self, dx * PAN_SHARE);
      return GDK_EVENT_STOP;
    }
  if (!(state & GDK_CONTROL_MASK) && !gtk_widget_has_focus (GTK_WIDGET (self)))
    return GDK_EVENT_PROPAGATE;
  zoom (self, self->pointer_x, pow (ZOOM_STEP, -dy));
  return GDK_EVENT_STOP;
}

static void
on_released (GtkGestureClick *gesture, int n_press, double x, double y, RnCurveChart *self)
{
  const gint64 step = step_at (self, x);

  if (n_press == 2)
    {
      /* the first of the two clicks meant nothing by itself */
      rn_time_axis_set_cursor (self->model.time, self->cursor_before);
      reset (self);
      return;
    }
  if (n_press != 1 || step < 0)
    return;
  self->cursor_before = rn_time_axis_get_cursor (self->model.time);
  rn_time_axis_set_cursor (self->model.time, step);
}

static void
on_pressed (GtkGestureClick *gesture, int n_press, double x, double y, RnCurveChart *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, RnCurveChart *self)
{
  rn_time_axis_get_range (self->model.time, &self->drag_from, &self->drag_to);
}

static double
inside_plot (RnCurveChart *self, double x)
{
  const cairo_rectangle_t *plot = &self->scene->plot;

  return CLAMP (x, plot->x, plot->x + plot->width);
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, RnCurveChart *self)
{
  const GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  RnTimeAxis *time = self->model.time;
  double x, y, from, to;

  if (self->scene == NULL || (fabs (dx) < CLICK_REACH && isnan (self->band_x0)))
    return;
  /* it is a drag: no click when it ends */
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  if ((state & GDK_SHIFT_MASK) || !isnan (self->band_x0))
    {
      self->band_x0 = inside_plot (self, x);
      self->band_x1 = inside_plot (self, x + dx);
      gtk_widget_queue_draw (GTK_WIDGET (self));
      return;
    }
  if (rn_time_axis_is_following (time))
    return;
  rn_time_axis_get_range (time, &from, &to);
  rn_time_axis_pan (time, self->drag_from -
                              dx / self->scene->plot.width * (self->drag_to - self->drag_from) -
                              from);
}

static void
on_drag_end (GtkGestureDrag *gesture, double dx, double dy, RnCurveChart *self)
{
  const double x0 = MIN (self->band_x0, self->band_x1), x1 = MAX (self->band_x0, self->band_x1);

  if (isnan (self->band_x0))
    return;
  self->band_x0 = NAN;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->scene == NULL || x1 - x0 < CLICK_REACH)
    return;
  rn_time_axis_set_range (self->model.time,
                          rn_time_axis_to_step (self->model.time, x0 - self->scene->plot.x,
                                                self->scene->plot.width),
                          rn_time_axis_to_step (self->model.time, x1 - self->scene->plot.x,
                                                self->scene->plot.width));
}

/* Menu */

static GMenuModel *
menu_model (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) figure = g_menu_new (), view = g_menu_new ();
  g_autoptr (GMenuModel) saving = rn_figure_new_save_menu ("chart.save");

  g_menu_append (figure, _ ("_Copy"), "chart.copy");
  g_menu_append (view, _ ("_Reset view"), "chart.reset");
  g_menu_append (view, _ ("_Log scale"), "chart.log-scale");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (figure));
  g_menu_append_section (menu, NULL, saving);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  return G_MENU_MODEL (menu);
}

static void
open_menu (RnCurveChart *self, double x, double y)
{
  if (self->menu == NULL)
    {
      g_autoptr (GMenuModel) model = menu_model ();

      self->menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
on_menu_pressed (GtkGestureClick *gesture, int n_press, double x, double y, RnCurveChart *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, x, y);
}

/* Actions */

static void
act_menu (GtkWidget *widget, const char *name, GVariant *parameter)
{
  open_menu (RN_CURVE_CHART (widget), gtk_widget_get_width (widget) / 2.0,
             gtk_widget_get_height (widget) / 2.0);
}

static void
act_copy (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rn_curve_chart_copy (RN_CURVE_CHART (widget));
}

static void
act_save (GtkWidget *widget, const char *name, GVariant *parameter)
{
  rn_curve_export_ask (RN_CURVE_CHART (widget), g_variant_get_string (parameter, NULL));
}

static void
act_reset (GtkWidget *widget, const char *name, GVariant *parameter)
{
  reset (RN_CURVE_CHART (widget));
}

static void
act_zoom (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RnCurveChart *self = RN_CURVE_CHART (widget);

  zoom (self, self->pointer_x, g_variant_get_double (parameter));
}

static void
act_pan (GtkWidget *widget, const char *name, GVariant *parameter)
{
  pan_by_share (RN_CURVE_CHART (widget), g_variant_get_double (parameter));
}

/* The read-out without a pointer: by pixels, so that a key press is seen; at least by one step */
static void
act_readout (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RnCurveChart *self = RN_CURVE_CHART (widget);
  const int by = g_variant_get_int32 (parameter);
  gint64 step = rn_time_axis_get_hover (self->model.time);
  double from, to;

  if (self->scene == NULL)
    return;
  if (by == 0)
    {
      show_readout (self, -1);
      return;
    }
  rn_time_axis_get_range (self->model.time, &from, &to);
  if (step < 0)
    step = (gint64) round ((from + to) / 2.0);
  else
    step += by * MAX ((gint64) ((to - from) / self->scene->plot.width), 1);
  to = MIN (floor (to), (double) rn_time_axis_get_extent (self->model.time));
  from = MAX (ceil (from), 1.0);
  show_readout (self, (gint64) CLAMP ((double) step, from, MAX (from, to)));
}

static void
act_set_cursor (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RnCurveChart *self = RN_CURVE_CHART (widget);

  if (rn_time_axis_get_hover (self->model.time) >= 0)
    rn_time_axis_set_cursor (self->model.time, rn_time_axis_get_hover (self->model.time));
}

static void
bind_zoom (GtkWidgetClass *class, guint key, double factor)
{
  gtk_widget_class_add_binding_action (class, key, 0, "chart.zoom", "d", factor);
  gtk_widget_class_add_binding_action (class, key, GDK_SHIFT_MASK, "chart.zoom", "d", factor);
}

void
rn_curve_input_class_init (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "chart.menu", NULL, act_menu);
  gtk_widget_class_install_action (class, "chart.copy", NULL, act_copy);
  gtk_widget_class_install_action (class, "chart.save", "s", act_save);
  gtk_widget_class_install_action (class, "chart.reset", NULL, act_reset);
  gtk_widget_class_install_action (class, "chart.zoom", "d", act_zoom);
  gtk_widget_class_install_action (class, "chart.pan", "d", act_pan);
  gtk_widget_class_install_action (class, "chart.read-out", "i", act_readout);
  gtk_widget_class_install_action (class, "chart.set-cursor", NULL, act_set_cursor);
  gtk_widget_class_install_property_action (class, "chart.log-scale", "log-scale");

  gtk_widget_class_add_binding_action (class, GDK_KEY_Menu, 0, "chart.menu", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_F10, GDK_SHIFT_MASK, "chart.menu", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_c, GDK_CONTROL_MASK, "chart.copy", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_0, 0, "chart.reset", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_KP_0, 0, "chart.reset", NULL);
  bind_zoom (class, GDK_KEY_plus, KEY_ZOOM);
  bind_zoom (class, GDK_KEY_equal, KEY_ZOOM);
  bind_zoom (class, GDK_KEY_KP_Add, KEY_ZOOM);
  bind_zoom (class, GDK_KEY_minus, 1.0 / KEY_ZOOM);
  bind_zoom (class, GDK_KEY_KP_Subtract, 1.0 / KEY_ZOOM);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Left, 0, "chart.pan", "d", -PAN_SHARE);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Right, 0, "chart.pan", "d", PAN_SHARE);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Left, GDK_SHIFT_MASK, "chart.read-out", "i",
                                       -1);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Right, GDK_SHIFT_MASK, "chart.read-out", "i",
                                       1);
  gtk_widget_class_add_binding_action (class, GDK_KEY_Return, 0, "chart.set-cursor", NULL);
  gtk_widget_class_add_binding_action (class, GDK_KEY_space, 0, "chart.set-cursor", NULL);
}

void
rn_curve_input_init (RnCurveChart *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new (),
                     *scroll =
                         gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new (), *menu = gtk_gesture_click_new (),
             *drag = gtk_gesture_drag_new ();

  self->pointer_x = NAN;
  self->cursor_before = -1;
  g_signal_connect (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (widget, scroll);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect (click, "released", G_CALLBACK (on_released), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect (menu, "pressed", G_CALLBACK (on_menu_pressed), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (menu));
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
}
