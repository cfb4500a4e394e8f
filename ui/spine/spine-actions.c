#include "spine/spine-body-private.h"

#include <glib/gi18n-lib.h>

#include "spine/spine-edit.h"
#include "spine/spine-menu.h"

/* What keys, menus and the button of a seam ask for */

#define MAX_REPEATS 1000

static RnSession *
session_of (GtkWidget *widget)
{
  return RN_SPINE_BODY (widget)->view.session;
}

/* "basic" and the other kinds, "stage" */
static RnCargo *
cargo_of (const char *word)
{
  RnBlockKind kind;

  if (rn_spine_parse_kind (word, &kind))
    return rn_cargo_new_block (kind);
  return rn_cargo_new_stage ();
}

static void
insert (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);
  g_autoptr (RnCargo) cargo = cargo_of (g_variant_get_string (parameter, NULL));
  const int seam = rn_spine_body_get_seam (self);

  rn_edit_insert (self->view.session, cargo,
                  seam >= 0 ? seam : rn_edit_find_place (self->view.session));
}

static void
insert_alike (GtkWidget *widget, const char *action, GVariant *parameter)
{
  rn_edit_insert_alike (session_of (widget));
}

static void
insert_stage (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (RnCargo) cargo = rn_cargo_new_stage ();

  rn_edit_insert (session_of (widget), cargo, rn_edit_find_place (session_of (widget)));
}

static void
duplicate (GtkWidget *widget, const char *action, GVariant *parameter)
{
  rn_edit_repeat (session_of (widget), 1);
}

static void
move (GtkWidget *widget, const char *action, GVariant *parameter)
{
  rn_edit_move_by (session_of (widget), g_str_equal (action, "spine.move-up") ? -1 : 1);
}

static void
delete_blocks (GtkWidget *widget, const char *action, GVariant *parameter)
{
  rn_edit_delete (session_of (widget));
}

static void
set_kind (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RnBlockKind kind;

  if (rn_spine_parse_kind (g_variant_get_string (parameter, NULL), &kind))
    rn_edit_set_kind (session_of (widget), kind);
}

static void
next_kind (GtkWidget *widget, const char *action, GVariant *parameter)
{
  rn_edit_next_kind (session_of (widget));
}

static void
set_shortcut (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RnShortcut shortcut;

  if (rn_spine_parse_shortcut (g_variant_get_string (parameter, NULL), &shortcut))
    rn_edit_set_shortcut (session_of (widget), shortcut);
}

static void
deepen (GtkWidget *widget, const char *action, GVariant *parameter)
{
  rn_edit_deepen (session_of (widget));
}

/* Clipboard */

static void
copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree char *text = NULL;

  rn_edit_collect (self->view.session, ids);
  text = rn_edit_to_text (self->view.session, ids);
  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  if (g_str_equal (action, "spine.cut"))
    rn_edit_delete (self->view.session);
}

static void
on_text (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnSpineBody) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  if (text != NULL && self->view.session != NULL)
    rn_edit_paste (self->view.session, text);
}

gboolean
rn_spine_body_paste (RnSpineBody *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));

  if (!gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), G_TYPE_STRING) &&
      !gdk_content_formats_contain_mime_type (gdk_clipboard_get_formats (clipboard),
                                              "text/plain;charset=utf-8"))
    return FALSE;
  gdk_clipboard_read_text_async (clipboard, NULL, on_text, g_object_ref (self));
  return TRUE;
}

static void
paste (GtkWidget *widget, const char *action, GVariant *parameter)
{
  rn_spine_body_paste (RN_SPINE_BODY (widget));
}

/* Popovers at a place of the spine. They are made once: GTK 4.8 does not bear one that goes away in the frame in which it
 * closes. */

static void
closed (RnSpineBody *self)
{
  self->popover = NULL;
}

static void
add_popover (RnSpineBody *self, GtkWidget *popover)
{
  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  g_signal_connect_swapped (popover, "closed", G_CALLBACK (closed), self);
}

static void
pop_up (RnSpineBody *self, GtkWidget *popover, double x, double y)
{
  self->popover = popover;
  gtk_widget_trigger_tooltip_query (GTK_WIDGET (self));
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
make_menu (RnSpineBody *self)
{
  self->menu = gtk_popover_menu_new_from_model (NULL);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Edit blocks"), -1);
  add_popover (self, self->menu);
}

void
rn_spine_body_open_menu (RnSpineBody *self, double x, double y)
{
  const RnSpineMenuState state = {
    .has_blocks = rn_selection_n_blocks (rn_session_get_selection (self->view.session)) > 0,
    .has_shortcut = rn_edit_has_shortcut (self->view.session),
  };
  g_autoptr (GMenuModel) menu = NULL;

  if (!rn_edit_is_possible (self->view.session))
    return;
  menu = rn_spine_menu_new (&state);
  rn_spine_body_show_seam_of_lead (self);
  if (self->menu == NULL)
    make_menu (self);
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), menu);
  pop_up (self, self->menu, x, y);
}

static void
repeat_as_told (RnSpineBody *self)
{
  gtk_spin_button_update (GTK_SPIN_BUTTON (self->times));
  rn_edit_repeat (self->view.session,
                  gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->times)));
  gtk_popover_popdown (GTK_POPOVER (self->repeat));
}

static void
make_repeat (RnSpineBody *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gtk_button_new_with_label (_ ("Repeat"));

  self->times = gtk_spin_button_new_with_range (1.0, MAX_REPEATS, 1.0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->times), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("More copies"), -1);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->times), 4);
  gtk_widget_add_css_class (button, "suggested-action");
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (repeat_as_told), self);
  g_signal_connect_swapped (gtk_editable_get_delegate (GTK_EDITABLE (self->times)), "activate",
                            G_CALLBACK (repeat_as_told), self);
  gtk_box_append (GTK_BOX (box), gtk_label_new (_ ("More copies")));
  gtk_box_append (GTK_BOX (box), self->times);
  gtk_box_append (GTK_BOX (box), button);
  self->repeat = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->repeat), box);
  add_popover (self, self->repeat);
}

static void
repeat (GtkWidget *widget, const char *action, GVariant *parameter)
{
  RnSpineBody *self = RN_SPINE_BODY (widget);
  const int lead = rn_spine_body_find_lead (self);
  RnBlockRow *row = lead != G_MININT ? rn_spine_body_get_row (self, lead) : NULL;
  graphene_rect_t place;

  if (row == NULL || rn_selection_n_blocks (rn_session_get_selection (self->view.session)) == 0 ||
      !gtk_widget_compute_bounds (GTK_WIDGET (row), widget, &place))
    return;
  if (self->repeat == NULL)
    make_repeat (self);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->times), 1.0);
  pop_up (self, self->repeat, self->view.geometry.box_x + 24.0,
          place.origin.y + place.size.height - 6.0);
}

void
rn_spine_body_install_actions (GtkWidgetClass *class)
{
  static const struct
  {
    const char *name;
    const char *type;
    GtkWidgetActionActivateFunc function;
  } actions[] = {
    { "spine.insert", "s", insert },
    { "spine.insert-alike", NULL, insert_alike },
    { "spine.insert-stage", NULL, insert_stage },
    { "spine.duplicate", NULL, duplicate },
    { "spine.repeat", NULL, repeat },
    { "spine.move-up", NULL, move },
    { "spine.move-down", NULL, move },
    { "spine.delete", NULL, delete_blocks },
    { "spine.kind", "s", set_kind },
    { "spine.next-kind", NULL, next_kind },
    { "spine.shortcut", "s", set_shortcut },
    { "spine.deepen", NULL, deepen },
    { "spine.copy", NULL, copy },
    { "spine.cut", NULL, copy },
    { "spine.paste", NULL, paste },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (class, actions[i].name, actions[i].type, actions[i].function);
}
