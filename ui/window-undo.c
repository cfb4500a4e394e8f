#include "window-private.h"

#include <glib/gi18n-lib.h>

/* Undo and redo, which say in the menu what they would undo and redo. The keys go by focus: an entry comes first. */

static void
undo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_session_undo (RN_WINDOW (data)->session);
}

static void
redo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  rn_session_redo (RN_WINDOW (data)->session);
}

static const GActionEntry entries[] = {
  { "undo", undo, NULL, NULL, NULL, { 0 } },
  { "redo", redo, NULL, NULL, NULL, { 0 } },
};

GMenuModel *
rn_window_new_undo_menu (RnWindow *self)
{
  g_set_object (&self->undo_menu, NULL);
  self->undo_menu = g_menu_new ();
  return G_MENU_MODEL (g_object_ref (self->undo_menu));
}

/* A menu makes all its items anew; a person edits many times before opening it. */
void
rn_window_fill_undo_menu (RnWindow *self)
{
  g_autofree char *undo_label = rn_session_get_undo_label (self->session);
  g_autofree char *redo_label = rn_session_get_redo_label (self->session);

  g_menu_remove_all (self->undo_menu);
  g_menu_append (self->undo_menu, undo_label != NULL ? undo_label : _ ("Undo"), "win.undo");
  g_menu_append (self->undo_menu, redo_label != NULL ? redo_label : _ ("Redo"), "win.redo");
}

static void
update (RnWindow *self)
{
  g_autofree char *undo_label = rn_session_get_undo_label (self->session);
  g_autofree char *redo_label = rn_session_get_redo_label (self->session);
  GActionMap *map = G_ACTION_MAP (self);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "undo")),
                               undo_label != NULL);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "redo")),
                               redo_label != NULL);
}

static void
add_key (GtkEventController *controller, guint key, GdkModifierType state, const char *action)
{
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (key, state),
                                                          gtk_named_action_new (action)));
}

void
rn_window_add_undo (RnWindow *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_key (controller, GDK_KEY_z, GDK_CONTROL_MASK, "win.undo");
  add_key (controller, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.redo");
  add_key (controller, GDK_KEY_y, GDK_CONTROL_MASK, "win.redo");
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
  g_signal_connect_object (self->session, "document", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "sketch", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
