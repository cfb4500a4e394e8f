#include "pages/recent-data.h"

#include <glib/gi18n-lib.h>

#include "remembered.h"

static GStrv
get_paths (void)
{
  return rn_remembered_get_data (rn_remembered ());
}

/* Returns: (transfer full): the name of the file or folder, and where it is; a menu takes single underscores away */
static char *
make_label (const char *path)
{
  g_autofree char *name = g_path_get_basename (path), *folder = g_path_get_dirname (path);
  g_autofree char *name_text = g_filename_display_name (name);
  g_autofree char *folder_text = g_filename_display_name (folder);
  /* Translators: a data set and the folder it is in, in a menu */
  g_autoptr (GString) label = g_string_new (NULL);

  g_string_printf (label, _ ("%s, in %s"), name_text, folder_text);
  g_string_replace (label, "_", "__", 0);
  return g_string_free (g_steal_pointer (&label), FALSE);
}

/* Nothing looks whether they are still there: a disk that sleeps would hold the window up. */
static void
make_popup (GtkMenuButton *button, gpointer data)
{
  g_auto (GStrv) paths = get_paths ();
  g_autoptr (GMenu) menu = g_menu_new (), list = g_menu_new (), deeds = g_menu_new ();

  for (int i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *label = make_label (paths[i]);
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "recent.open", "s", paths[i]);
      g_menu_append_item (list, item);
    }
  g_menu_append (deeds, _ ("Clear this list"), "recent.clear");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (list));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (deeds));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static void
open_path (GSimpleAction *action, GVariant *path, gpointer session)
{
  rn_session_open_dataset (session, g_variant_get_string (path, NULL));
}

static void
clear (GSimpleAction *action, GVariant *parameter, gpointer session)
{
  rn_remembered_clear_data (rn_remembered ());
}

static void
update (GtkWidget *button)
{
  g_auto (GStrv) paths = get_paths ();

  gtk_widget_set_sensitive (button, paths[0] != NULL);
}

static void
add_actions (GtkWidget *button, RnSession *session)
{
  static const GActionEntry entries[] = {
    { .name = "open", .activate = open_path, .parameter_type = "s" },
    { .name = "clear", .activate = clear },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), session);
  gtk_widget_insert_action_group (button, "recent", G_ACTION_GROUP (group));
}

GtkWidget *
rn_recent_data_new (RnSession *session)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-open-recent-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), make_popup, NULL, NULL);
  gtk_widget_set_tooltip_text (button, _ ("Data that was opened before"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Data that was opened before"), -1);
  add_actions (button, session);
  if (rn_remembered () != NULL)
    g_signal_connect_object (rn_remembered (), "changed::recent-data", G_CALLBACK (update), button,
                             G_CONNECT_SWAPPED);
  update (button);
  return button;
}
