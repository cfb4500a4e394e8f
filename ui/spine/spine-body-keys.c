#include "spine/spine-body-private.h"

#include "spine/spine-edit.h"

/* The spine is one stop of the Tab key. Up and Down go from row to row; Right goes through the controls of the row, its
 * switch, its mend and the button on its seam, and Left comes back; from the row itself they unfold and fold its stage. */

#define MAX_CONTROLS 3

static gboolean
is_block (RnSpineBody *self, int index)
{
  return index >= 0 && index < rn_spec_n_blocks (self->view.spec);
}

/* Rows */

static void
move_to (RnSpineBody *self, int index, GdkModifierType state)
{
  RnSelection *selection = rn_session_get_selection (self->view.session);
  const int n = rn_spec_n_blocks (self->view.spec);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if ((state & GDK_SHIFT_MASK) != 0 && n > 0)
    index = CLAMP (index, 0, n - 1);
  if (index < 0)
    rn_selection_select (selection, RN_PART_STEM, 0, NULL);
  else if (index >= n)
    rn_selection_select (selection, RN_PART_HEAD, 0, NULL);
  else
    rn_spine_body_select (self, index, state & GDK_SHIFT_MASK);
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
select_all (RnSpineBody *self)
{
  const int n = rn_spec_n_blocks (self->view.spec);

  if (n == 0)
    return FALSE;
  rn_spine_body_select (self, 0, 0);
  if (n > 1)
    rn_spine_body_select (self, n - 1, GDK_SHIFT_MASK);
  return TRUE;
}

static gboolean
toggle_gate (RnSpineBody *self)
{
  const int lead = rn_spine_body_find_lead (self);
  const RnBlockSpec *block;

  if (!is_block (self, lead))
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
is_lead_folded (RnSpineBody *self)
{
  const int lead = rn_spine_body_find_lead (self);
  RnBlockRow *row = lead != G_MININT ? rn_spine_body_get_row (self, lead) : NULL;

  return row != NULL && rn_block_row_get_kind (row) == RN_ROW_STAGE;
}

/* Controls of the lead's row. Returns: how many */
static int
find_controls (RnSpineBody *self, GtkWidget **controls)
{
  const int lead = rn_spine_body_find_lead (self);
  RnBlockRow *row = lead != G_MININT ? rn_spine_body_get_row (self, lead) : NULL;
  GtkWidget *seam = rn_spine_body_show_seam_of_lead (self);
  int n = 0;

  if (row != NULL && rn_block_row_get_switch (row) != NULL)
    controls[n++] = rn_block_row_get_switch (row);
  if (row != NULL && rn_block_row_get_mend (row) != NULL)
    controls[n++] = rn_block_row_get_mend (row);
  if (seam != NULL)
    controls[n++] = seam;
  return n;
}

static gboolean
go_in_row (RnSpineBody *self, int by)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *controls[MAX_CONTROLS];
  const int n = find_controls (self, controls);
  int at = -1;

  for (int i = 0; i < n; i++)
    if (focus != NULL && (focus == controls[i] || gtk_widget_is_ancestor (focus, controls[i])))
      at = i;
  if (at + by < -1 || at + by >= n)
    return at >= 0;
  return gtk_widget_grab_focus (at + by >= 0 ? controls[at + by] : GTK_WIDGET (self));
}

static gboolean
go_sideways (RnSpineBody *self, int by)
{
  if (gtk_widget_is_focus (GTK_WIDGET (self)))
    {
      if (by < 0)
        return fold_lead (self, TRUE);
      if (is_lead_folded (self))
        return fold_lead (self, FALSE);
    }
  return go_in_row (self, by);
}

static gboolean
inspect_lead (RnSpineBody *self)
{
  return rn_spine_body_find_lead (self) != G_MININT &&
         gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "inspect");
}

static gboolean
open_menu (RnSpineBody *self)
{
  const int lead = rn_spine_body_find_lead (self);
  RnBlockRow *row = lead != G_MININT ? rn_spine_body_get_row (self, lead) : NULL;
  graphene_rect_t place;

  if (row == NULL || !gtk_widget_compute_bounds (GTK_WIDGET (row), GTK_WIDGET (self), &place))
    return FALSE;
  rn_spine_body_open_menu (self, self->view.geometry.box_x + 12.0,
                           place.origin.y + 0.5f * place.size.height);
  return TRUE;
}

static gboolean
go (RnSpineBody *self, guint key, GdkModifierType state)
{
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
    case GDK_KEY_KP_Left:
      return go_sideways (self, -1);
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      return go_sideways (self, 1);
    case GDK_KEY_space:
      return toggle_gate (self);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      return inspect_lead (self);
    case GDK_KEY_Escape:
      return rn_selection_up (rn_session_get_selection (self->view.session));
    case GDK_KEY_Menu:
      return open_menu (self);
    case GDK_KEY_F10:
      return (state & GDK_SHIFT_MASK) != 0 && open_menu (self);
    default:
      return FALSE;
    }
}

/* Edits */

static const struct
{
  guint key;
  GdkModifierType state;
  const char *action;
} edits[] = {
  { GDK_KEY_Insert, 0, "spine.insert-alike" },
  { GDK_KEY_KP_Insert, 0, "spine.insert-alike" },
  { GDK_KEY_plus, 0, "spine.insert-alike" },
  { GDK_KEY_KP_Add, 0, "spine.insert-alike" },
  { GDK_KEY_s, 0, "spine.insert-stage" },
  { GDK_KEY_d, GDK_CONTROL_MASK, "spine.duplicate" },
  { GDK_KEY_r, 0, "spine.repeat" },
  { GDK_KEY_k, 0, "spine.next-kind" },
  { GDK_KEY_Delete, 0, "spine.delete" },
  { GDK_KEY_KP_Delete, 0, "spine.delete" },
  { GDK_KEY_Up, GDK_ALT_MASK, "spine.move-up" },
  { GDK_KEY_KP_Up, GDK_ALT_MASK, "spine.move-up" },
  { GDK_KEY_Down, GDK_ALT_MASK, "spine.move-down" },
  { GDK_KEY_KP_Down, GDK_ALT_MASK, "spine.move-down" },
  { GDK_KEY_c, GDK_CONTROL_MASK, "spine.copy" },
  { GDK_KEY_x, GDK_CONTROL_MASK, "spine.cut" },
};

static gboolean
edit (RnSpineBody *self, guint key, GdkModifierType state)
{
  GdkModifierType held = state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK);

  /* many keyboards have it above another sign */
  if (key == GDK_KEY_plus)
    held &= ~(GdkModifierType) GDK_SHIFT_MASK;

  for (gsize i = 0; i < G_N_ELEMENTS (edits); i++)
    if (edits[i].key == gdk_keyval_to_lower (key) && edits[i].state == held)
      return gtk_widget_activate_action (GTK_WIDGET (self), edits[i].action, NULL);
  if (held == GDK_CONTROL_MASK && gdk_keyval_to_lower (key) == GDK_KEY_a)
    return select_all (self);
  /* a picture on the clipboard is the window's */
  if (held == GDK_CONTROL_MASK && gdk_keyval_to_lower (key) == GDK_KEY_v)
    return rn_spine_body_paste (self);
  return FALSE;
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             RnSpineBody *self)
{
  if (rn_session_get_selection (self->view.session) == NULL || self->view.spec == NULL)
    return FALSE;
  if (edit (self, key, state))
    return TRUE;
  return (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) == 0 && go (self, key, state);
}

void
rn_spine_body_add_keys (RnSpineBody *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

gboolean
rn_spine_body_focus (GtkWidget *widget, GtkDirectionType direction)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  const gboolean is_inside =
      focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));

  /* a menu within keeps its own */
  if (is_inside && direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return FALSE;
  return !is_inside && gtk_widget_grab_focus (widget);
}
