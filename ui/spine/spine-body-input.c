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

static void
select_block (RnSpineBody *self, int index, GdkModifierType state)
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

void
rn_spine_body_click (RnSpineBody *self, double x, double y, GdkModifierType state)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);
  RnBlockRow *row;
  double row_x, row_y;
  int index, layer;
  RnPart part;

  if (selection == NULL || (row = row_at (self, x, y, &row_x, &row_y)) == NULL)
    return;
  part = rn_block_row_pick (row, row_x, row_y, &index, &layer);
  if (part == RN_PART_STEM || part == RN_PART_HEAD)
    rn_selection_select (selection, part, 0, NULL);
  else if (part == RN_PART_BLOCK || (state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK)) != 0)
    select_block (self, index, state);
  else
    rn_selection_select (selection, part, rn_spec_get_block (self->view.spec, index)->id,
                         part == RN_PART_LAYER ? rn_spine_layer_name (layer) : NULL);
}

static void
pressed (GtkGestureClick *gesture, int n_press, double x, double y, RnSpineBody *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  rn_spine_body_click (self, x, y,
                       gtk_event_controller_get_current_event_state (
                           GTK_EVENT_CONTROLLER (gesture)));
}

/* Keys */

static void
move_to (RnSpineBody *self, int index, GdkModifierType state)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);
  const int n = rn_spec_n_blocks (self->view.spec);

  if (index < 0)
    rn_selection_select (selection, RN_PART_STEM, 0, NULL);
  else if (index >= n)
    rn_selection_select (selection, RN_PART_HEAD, 0, NULL);
  else
    select_block (self, index, state & GDK_SHIFT_MASK);
}

static void
move_by (RnSpineBody *self, int by, GdkModifierType state)
{
  const int lead = rn_spine_body_find_lead (self);

  if (lead == G_MININT)
    move_to (self, by > 0 ? 0 : rn_spec_n_blocks (self->view.spec) - 1, state);
  else
    move_to (self, lead + by, state);
}

static gboolean
toggle_gate (RnSpineBody *self)
{
  const int lead = rn_spine_body_find_lead (self);
  const RnBlockSpec *block;

  if (lead < 0 || lead >= rn_spec_n_blocks (self->view.spec))
    return FALSE;
  block = rn_spec_get_block (self->view.spec, lead);
  if (rn_block_kind_is_plain (block->kind))
    return FALSE;
  rn_session_set_gate (self->view.session, block->id,
                       !rn_session_get_gate (self->view.session, block->id));
  return TRUE;
}

static gboolean
fold_lead (RnSpineBody *self, gboolean is_folded)
{
  const int lead = rn_spine_body_find_lead (self);
  const RnSpineLayout *layout = self->view.layout;
  int stage;

  if (lead == G_MININT || layout == NULL)
    return FALSE;
  stage = g_array_index (layout->rows, RnRow, (guint) rn_spine_layout_row_of (layout, lead)).stage;
  if (stage < 0)
    return FALSE;
  rn_spine_body_set_folded (self, stage, is_folded);
  rn_spine_body_reveal (self, lead);
  return TRUE;
}

static gboolean
inspect_lead (RnSpineBody *self)
{
  return rn_spine_body_find_lead (self) != G_MININT &&
         gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "inspect");
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             RnSpineBody *self)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);

  if (selection == NULL || self->view.spec == NULL ||
      (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      move_by (self, -1, state);
      return TRUE;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      move_by (self, 1, state);
      return TRUE;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      move_to (self, -1, state);
      return TRUE;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      move_to (self, rn_spec_n_blocks (self->view.spec), state);
      return TRUE;
    case GDK_KEY_Left:
    case GDK_KEY_Right:
      return fold_lead (self, key == GDK_KEY_Left);
    case GDK_KEY_space:
      return toggle_gate (self);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      return inspect_lead (self);
    case GDK_KEY_Escape:
      return rn_selection_up (selection);
    default:
      return FALSE;
    }
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
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_VERTICAL | GTK_EVENT_CONTROLLER_SCROLL_DISCRETE);

  g_signal_connect (click, "pressed", G_CALLBACK (pressed), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (wheel), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
}
