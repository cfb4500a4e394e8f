/* A window to drag files from, as a file manager would be, and to copy a picture from; for test-by-hand.
 *
 *   drag-source FILE...          its whole window drags FILEs; Ctrl+C in it copies the first one, as a picture
 */
#include <gtk/gtk.h>

#define SIDE 160

static GdkContentProvider *
on_prepare (GtkDragSource *source, double x, double y, gpointer files)
{
  GdkFileList *list = gdk_file_list_new_from_list (files);
  GdkContentProvider *provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return provider;
}

static gboolean
copy (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_file (((GSList *) data)->data, &error);

  if (texture == NULL)
    g_printerr ("drag-source: %s\n", error->message);
  else
    gdk_clipboard_set_texture (gtk_widget_get_clipboard (widget), texture);
  return TRUE;
}

static void
add_keys (GtkWidget *window, GSList *files)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_c,
                                                                                  GDK_CONTROL_MASK),
                                                          gtk_callback_action_new (copy, files,
                                                                                   NULL)));
  gtk_widget_add_controller (window, controller);
}

int
main (int argc, char **argv)
{
  GtkWidget *window, *ground;
  GtkDragSource *source = gtk_drag_source_new ();
  GSList *files = NULL;

  for (int i = argc - 1; i > 0; i--)
    files = g_slist_prepend (files, g_file_new_for_commandline_arg (argv[i]));
  if (files == NULL)
    {
      g_printerr ("drag-source: which files?\n");
      return 2;
    }
  gtk_init ();
  window = gtk_window_new ();
  ground = gtk_label_new ("drag me");
  gtk_window_set_title (GTK_WINDOW (window), "drag-source");
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), SIDE, SIDE);
  gtk_window_set_child (GTK_WINDOW (window), ground);
  g_signal_connect (source, "prepare", G_CALLBACK (on_prepare), files);
  gtk_widget_add_controller (ground, GTK_EVENT_CONTROLLER (source));
  add_keys (window, files);
  gtk_window_present (GTK_WINDOW (window));
  while (g_list_model_get_n_items (gtk_window_get_toplevels ()) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_slist_free_full (files, g_object_unref);
  return 0;
}
