#include "spine/spine-body-private.h"

#include <math.h>

#include "spine/spine-words.h"

static int
index_of (RnSpineBody *self, guint32 block)
{
  for (int i = 0; self->view.spec != NULL && i < rn_spec_n_blocks (self->view.spec); i++)
    if (rn_spec_get_block (self->view.spec, i)->id == block)
      return i;
  return G_MININT;
}

int
rn_spine_body_find_lead (RnSpineBody *self)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);

  if (selection == NULL || self->view.spec == NULL)
    return G_MININT;
  switch (rn_selection_get_part (selection))
    {
    case RN_PART_STEM:
      return -1;
    case RN_PART_HEAD:
      return rn_spec_n_blocks (self->view.spec);
    case RN_PART_NONE:
      return G_MININT;
    default:
      return index_of (self, rn_selection_get_block (selection));
    }
}

static RnBlockRow *
row_at (RnSpineBody *self, double x, double y, double *row_x, double *row_y)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);

      gtk_widget_translate_coordinates (GTK_WIDGET (self), row, x, y, row_x, row_y);
      if (*row_y >= 0.0 && *row_y < gtk_widget_get_height (row))
        return RN_BLOCK_ROW (row);
    }
  return NULL;
}

void
rn_spine_body_select (RnSpineBody *self, int index, GdkModifierType state)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);
  const guint32 id = rn_spec_get_block (self->view.spec, index)->id;

  if ((state & GDK_SHIFT_MASK) != 0)
    rn_selection_extend (selection, self->view.spec, id);
  else if ((state & GDK_CONTROL_MASK) != 0)
    rn_selection_toggle (selection, id);
  else
    rn_selection_select (selection, RN_PART_BLOCK, id, NULL);
}

gboolean
rn_spine_body_pick (RnSpineBody *self, double x, double y, RnPart *part, int *index, int *layer)
{
  double row_x, row_y;
  RnBlockRow *row = row_at (self, x, y, &row_x, &row_y);

  if (row == NULL)
    return FALSE;
  *part = rn_block_row_pick (row, row_x, row_y, index, layer);
  return TRUE;
}

void
rn_spine_body_click (RnSpineBody *self, double x, double y, GdkModifierType state)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);
  int index, layer;
  RnPart part;

  if (selection == NULL || !rn_spine_body_pick (self, x, y, &part, &index, &layer))
    return;
  if (part == RN_PART_STEM || part == RN_PART_HEAD)
    rn_selection_select (selection, part, 0, NULL);
  else if (part == RN_PART_BLOCK || (state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK)) != 0)
    rn_spine_body_select (self, index, state);
  else
    rn_selection_select (selection, part, rn_spec_get_block (self->view.spec, index)->id,
                         part == RN_PART_LAYER ? rn_spine_layer_name (layer) : NULL);
}

/* Returns: whether block @index is one of several that are selected */
static gboolean
is_one_of_several (RnSpineBody *self, RnPart part, int index)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);

  return part != RN_PART_STEM && part != RN_PART_HEAD && rn_selection_n_blocks (selection) > 1 &&
         rn_selection_contains (selection, rn_spec_get_block (self->view.spec, index)->id);
}

/* One of several may be the handle by which all are dragged: it becomes the only one when the button comes up. */
static void
pressed (GtkGestureClick *gesture, int n_press, double x, double y, RnSpineBody *self)
{
  const GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  int index, layer;
  RnPart part;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->is_press_held = (state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK)) == 0 &&
                        rn_spine_body_pick (self, x, y, &part, &index, &layer) &&
                        is_one_of_several (self, part, index);
  if (!self->is_press_held)
    rn_spine_body_click (self, x, y, state);
}

static void
released (GtkGestureClick *gesture, int n_press, double x, double y, RnSpineBody *self)
{
  if (self->is_press_held)
    rn_spine_body_click (self, x, y, 0);
  self->is_press_held = FALSE;
}

static void
menu_pressed (GtkGestureClick *gesture, int n_press, double x, double y, RnSpineBody *self)
{
  int index, layer;
  RnPart part;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!rn_spine_body_pick (self, x, y, &part, &index, &layer))
    return;
  if (!is_one_of_several (self, part, index))
    rn_spine_body_click (self, x, y, 0);
  rn_spine_body_open_menu (self, x, y);
}

static gboolean
wheel (GtkEventControllerScroll *controller, double dx, double dy, RnSpineBody *self)
{
  const GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));
  double x, y, left, top;
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));

  if ((state & GDK_CONTROL_MASK) == 0 || dy == 0.0)
    return FALSE;
  y = -1.0;
  if (event != NULL && gdk_event_get_position (event, &x, &y))
    {
      gtk_native_get_surface_transform (native, &left, &top);
      gtk_widget_translate_coordinates (GTK_WIDGET (native), GTK_WIDGET (self), x - left, y - top,
                                        &x, &y);
    }
  rn_spine_body_zoom_by (self, dy < 0.0 ? 1 : -1, y);
  return TRUE;
}

/* Tooltips */

static char *
explain (RnSpineBody *self, RnPart part, int index)
{
  g_autofree char *text = NULL;

  if (part != RN_PART_STEM && part != RN_PART_HEAD &&
      rn_spine_view_get_problem (&self->view, index) != NULL)
    {
      text = rn_spec_problem_to_string (rn_spine_view_get_problem (&self->view, index));
      return g_markup_escape_text (text, -1);
    }
  if (part != RN_PART_STEM && part != RN_PART_HEAD)
    return rn_spine_explain (self->view.spec, index, rn_spine_view_get_measure (&self->view, index),
                             rn_spine_view_is_on (&self->view, index));
  text = part == RN_PART_STEM ? rn_spine_stem_text (self->view.spec)
                              : rn_spine_head_text (self->view.spec);
  return g_markup_escape_text (text, -1);
}

static gboolean
query_tooltip (GtkWidget *widget, int x, int y, gboolean is_keyboard, GtkTooltip *tooltip,
               gpointer data)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);
  double row_x, row_y;
  int index, layer;
  RnBlockRow *row;
  RnPart part;
  graphene_rect_t place;
  g_autofree char *text = NULL;

  /* it would cover the menu or the marker */
  if (self->popover != NULL || self->is_hovering)
    return FALSE;
  if (is_keyboard)
    {
      index = rn_spine_body_find_lead (self);
      row = index != G_MININT ? rn_spine_body_get_row (self, index) : NULL;
      row_x = row_y = 0.0;
    }
  else
    row = row_at (self, x, y, &row_x, &row_y);
  if (row == NULL || !gtk_widget_compute_bounds (GTK_WIDGET (row), widget, &place))
    return FALSE;
  part = rn_block_row_pick (row, row_x, row_y, &index, &layer);
  text = explain (self, part, index);
  gtk_tooltip_set_markup (tooltip, text);
  gtk_tooltip_set_tip_area (tooltip, &(GdkRectangle){ (int) place.origin.x,
                                                      rn_block_row_get_kind (row) == RN_ROW_STAGE
                                                          ? y - 1
                                                          : (int) place.origin.y,
                                                      (int) place.size.width,
                                                      rn_block_row_get_kind (row) == RN_ROW_STAGE
                                                          ? 2
                                                          : (int) place.size.height });
  return TRUE;
}

void
rn_spine_body_add_controllers (RnSpineBody *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *second = gtk_gesture_click_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_VERTICAL | GTK_EVENT_CONTROLLER_SCROLL_DISCRETE);

  g_signal_connect (click, "pressed", G_CALLBACK (pressed), self);
  g_signal_connect (click, "released", G_CALLBACK (released), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (second), GDK_BUTTON_SECONDARY);
  g_signal_connect (second, "pressed", G_CALLBACK (menu_pressed), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (wheel), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (second));
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
  rn_spine_body_add_keys (self);
  rn_spine_body_add_drag (self);
  rn_spine_body_add_seam (self);
}
