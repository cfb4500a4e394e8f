#include <math.h>

#include "charts/strip-private.h"

/* Places */

int
rn_strip_row_under (RnStrip *self, double y)
{
  const RnStripPlot plot = rn_strip_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                              gtk_widget_get_height (GTK_WIDGET (self)));
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (!rn_strip_has_columns (self) || y < plot.y || y >= plot.y + plot.height)
    return -1;
  return rn_strip_row_at ((int) ((y - plot.y) * scale), rn_strip_n_rows (self),
                          plot.height * scale);
}

gint64
rn_strip_step_under (RnStrip *self, double x)
{
  const RnStripPlot plot = rn_strip_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                              gtk_widget_get_height (GTK_WIDGET (self)));

  if (!rn_strip_has_columns (self) || x < plot.x || x >= plot.x + plot.width)
    return -1;
  return MAX ((gint64) ceil (rn_time_axis_to_step (self->time, x - plot.x, plot.width)), 1);
}

gboolean
rn_strip_get_place (RnStrip *self, int row, gint64 step, double *x, double *y)
{
  const RnStripPlot plot = rn_strip_get_plot (self, gtk_widget_get_width (GTK_WIDGET (self)),
                                              gtk_widget_get_height (GTK_WIDGET (self)));
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const int n = rn_strip_n_rows (self);

  if (row < 0 || row >= n)
    return FALSE;
  *x = plot.x + rn_time_axis_to_x (self->time, (double) step - 0.5, plot.width);
  *y = plot.y + (rn_strip_row_top (row, n, plot.height * scale) +
                 rn_strip_row_top (row + 1, n, plot.height * scale)) /
                    (2.0 * scale);
  return *x >= plot.x && *x < plot.x + plot.width;
}

/* Pointer and keys */

static void
on_motion (RnStrip *self, double x, double y)
{
  self->has_pointer = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  rn_time_axis_set_hover (self->time, rn_strip_step_under (self, x));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (RnStrip *self)
{
  self->has_pointer = FALSE;
  rn_time_axis_set_hover (self->time, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
select_row (RnStrip *self, int row, GdkModifierType state)
{
  guint32 block;

  if (self->selection == NULL || self->spec == NULL || row < 0)
    return;
  block = rn_spec_get_block (self->spec, row)->id;
  if (state & GDK_CONTROL_MASK)
    rn_selection_toggle (self->selection, block);
  else if (state & GDK_SHIFT_MASK)
    rn_selection_extend (self->selection, self->spec, block);
  else
    rn_selection_select (self->selection, RN_PART_BLOCK, block, NULL);
}

static void
on_pressed (RnStrip *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  const int row = rn_strip_row_under (self, y);
  const gint64 step = rn_strip_step_under (self, x);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (row < 0)
    return;
  select_row (self, row,
              gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)));
  if (rn_strip_data_find (self->data, step) >= 0)
    rn_time_axis_set_cursor (self->time, step);
}

/* Returns: the row of the lead block, -1 where there is none */
static int
find_lead (RnStrip *self)
{
  const guint32 lead = rn_selection_get_block (self->selection);

  for (int row = 0; row < rn_strip_n_rows (self); row++)
    if (lead != 0 && rn_spec_get_block (self->spec, row)->id == lead)
      return row;
  return -1;
}

/* Arguments: how far (beyond all rows: to the end), modifiers */
static gboolean
move_row (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnStrip *self = RN_STRIP (widget);
  const int n = rn_strip_n_rows (self);
  int by, state, row;

  if (n == 0 || self->selection == NULL || self->spec == NULL)
    return FALSE;
  g_variant_get (arguments, "(ii)", &by, &state);
  row = find_lead (self);
  if (row < 0)
    row = by > 0 ? -1 : n;
  select_row (self, CLAMP (row + by, 0, n - 1), (GdkModifierType) state);
  return TRUE;
}

/* Arguments: by how many columns */
static gboolean
move_cursor (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  RnStrip *self = RN_STRIP (widget);
  const gint64 cursor = rn_time_axis_get_cursor (self->time);
  int by, column, n;
  gint64 from, to;

  if (!rn_strip_has_columns (self))
    return FALSE;
  n = rn_strip_data_n_columns (self->data);
  g_variant_get (arguments, "(i)", &by);
  column = cursor < 0 ? n - 1 : rn_strip_data_find (self->data, cursor);
  if (column < 0)
    column = n - 1;
  rn_strip_data_get_span (self->data, CLAMP (column + by, 0, n - 1), &from, &to);
  rn_time_axis_set_cursor (self->time, to);
  return TRUE;
}

void
rn_strip_bind_keys (GtkWidgetClass *class)
{
  static const struct
  {
    guint key;
    int by;
  } rows[] = { { GDK_KEY_Up, -1 },
               { GDK_KEY_Down, 1 },
               { GDK_KEY_Home, -RN_MAX_BLOCKS },
               { GDK_KEY_End, RN_MAX_BLOCKS } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gtk_widget_class_add_binding (class, rows[i].key, 0, move_row, "(ii)", rows[i].by, 0);
      gtk_widget_class_add_binding (class, rows[i].key, GDK_SHIFT_MASK, move_row, "(ii)",
                                    rows[i].by, (int) GDK_SHIFT_MASK);
    }
  gtk_widget_class_add_binding (class, GDK_KEY_Left, 0, move_cursor, "(i)", -1);
  gtk_widget_class_add_binding (class, GDK_KEY_Right, 0, move_cursor, "(i)", 1);
}

void
rn_strip_add_controllers (RnStrip *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
