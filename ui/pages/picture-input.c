#include "pages/picture-input.h"

#include <glib/gi18n-lib.h>

#include "state/format.h"

#define SCENE_SIDE 256

/* Whatever brings a picture: a task on the session that returns a Found, newest only. */

typedef struct
{
  RnPicture *picture;
  char *name;
  int truth;
} Found;

typedef Found *(*FindFunc) (gpointer data, GError **error);

typedef struct
{
  FindFunc find;
  gpointer data;
  GDestroyNotify free_data;
} Search;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_clear_pointer (&found->picture, rn_picture_unref);
  g_free (found->name);
  g_free (found);
}

/* Returns: NULL where there is no @picture. Takes both over. */
static Found *
found_new (RnPicture *picture, char *name, int truth)
{
  Found *found;

  if (picture == NULL)
    {
      g_free (name);
      return NULL;
    }
  found = g_new (Found, 1);
  *found = (Found){ picture, name, truth };
  return found;
}

static void
search_free (gpointer data)
{
  Search *search = data;

  search->free_data (search->data);
  g_free (search);
}

static void
search_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Search *search = data;
  GError *error = NULL;
  Found *found = search->find (search->data, &error);

  if (found != NULL)
    g_task_return_pointer (task, found, found_free);
  else
    g_task_return_error (task, error);
}

static void
searched (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *session = RN_SESSION (source);
  g_autoptr (GError) error = NULL;
  Found *found = g_task_propagate_pointer (G_TASK (result), &error);

  if (found != NULL)
    {
      rn_session_set_picture (session, found->picture, found->name, found->truth);
      found_free (found);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit_by_name (session, "problem", _ ("The picture cannot be shown"), error->message);
}

static void
search (RnSession *session, FindFunc find, gpointer data, GDestroyNotify free_data)
{
  static const char key[] = "rn-picture-search";
  GCancellable *before = g_object_get_data (G_OBJECT (session), key);
  GCancellable *cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (session, cancellable, searched, NULL);
  Search *request = g_new (Search, 1);

  if (before != NULL)
    g_cancellable_cancel (before);
  g_object_set_data_full (G_OBJECT (session), key, cancellable, g_object_unref);
  *request = (Search){ find, data, free_data };
  g_task_set_task_data (task, request, search_free);
  g_task_run_in_thread (task, search_thread);
}

/* A file */

static Found *
find_file (gpointer data, GError **error)
{
  return found_new (rn_picture_load (data, error), g_filename_display_basename (data), -1);
}

void
rn_picture_input_load (RnSession *session, const char *path)
{
  search (session, find_file, g_strdup (path), g_free);
}

/* A scene, a test picture */

typedef struct
{
  RnDataset *dataset; /* (nullable) */
  int index;
} Place;

static Place *
place_new (RnSession *session, int index)
{
  Place *place = g_new0 (Place, 1);
  RnDataset *dataset = rn_session_get_dataset (session);

  place->dataset = dataset != NULL ? rn_dataset_ref (dataset) : NULL;
  place->index = index;
  return place;
}

static void
place_free (gpointer data)
{
  Place *place = data;

  g_clear_pointer (&place->dataset, rn_dataset_unref);
  g_free (place);
}

static Found *
find_scene (gpointer data, GError **error)
{
  const Place *place = data;
  const gboolean is_known =
      place->dataset != NULL && g_str_equal (rn_dataset_get_source (place->dataset), "sample");
  const int class = is_known ? place->index % rn_dataset_n_classes (place->dataset) : -1;
  g_autofree char *number = rn_format_count (place->index);
  char *name = is_known ? g_strdup_printf (_ ("%s, scene %s"),
                                           rn_dataset_get_classes (place->dataset)[class], number)
                        : g_strdup_printf (_ ("scene %s"), number);

  return found_new (rn_sample_render (RN_SPLIT_TEST, place->index, SCENE_SIDE, error), name, class);
}

void
rn_picture_input_sample (RnSession *session, int index)
{
  search (session, find_scene, place_new (session, index), place_free);
}

static Found *
find_test (gpointer data, GError **error)
{
  const Place *place = data;
  const int class = rn_dataset_get_label (place->dataset, RN_SPLIT_TEST, place->index);
  g_autofree char *number = rn_format_count (place->index);
  char *name =
      g_strdup_printf (_ ("%s, test %s"), rn_dataset_get_classes (place->dataset)[class], number);

  return found_new (rn_dataset_get_picture (place->dataset, RN_SPLIT_TEST, place->index, error),
                    name, class);
}

void
rn_picture_input_test (RnSession *session, int index)
{
  RnDataset *dataset = rn_session_get_dataset (session);

  g_return_if_fail (dataset != NULL && index >= 0 &&
                    index < rn_dataset_count (dataset, RN_SPLIT_TEST));
  search (session, find_test, place_new (session, index), place_free);
}

/* The clipboard */

/* GDK hands out what Cairo calls ARGB32: premultiplied, 0xAARRGGBB in the order of the machine. */
RnPicture *
rn_picture_from_texture (GdkTexture *texture, GError **error)
{
  const int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  RnPicture *picture = rn_picture_new (width, height, 3, error);
  g_autofree guint32 *pixels = NULL;
  gsize count;

  if (picture == NULL)
    return NULL;
  count = (gsize) width * height;
  pixels = g_new (guint32, count);
  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  for (gsize i = 0; i < count; i++)
    {
      const guint white = 255 - (pixels[i] >> 24);

      for (int c = 0; c < 3; c++)
        picture->pixels[3 * i + (gsize) c] = (guint8) ((pixels[i] >> (16 - 8 * c) & 0xff) + white);
    }
  return picture;
}

static Found *
find_texture (gpointer data, GError **error)
{
  return found_new (rn_picture_from_texture (data, error), g_strdup (_ ("Pasted picture")), -1);
}

typedef struct
{
  RnSession *session;
  RnPathsFunc many;
  gpointer data;
  GObject *owner; /* a weak pointer to the widget: @data is its */
} Request;

static Request *
request_new (GtkWidget *widget, RnSession *session, RnPathsFunc many, gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->session = g_object_ref (session);
  request->many = many;
  request->data = data;
  g_set_weak_pointer (&request->owner, G_OBJECT (widget));
  return request;
}

static void
request_free (Request *request)
{
  g_clear_weak_pointer (&request->owner);
  g_object_unref (request->session);
  g_free (request);
}

static void
take_paths (Request *request, GPtrArray *paths)
{
  if (paths->len == 1 || (paths->len > 1 && request->many == NULL))
    rn_picture_input_load (request->session, g_ptr_array_index (paths, 0));
  else if (paths->len > 1 && request->owner != NULL)
    request->many (paths, request->data);
}

static void
take_value (Request *request, const GValue *value)
{
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

      for (GSList *l = g_value_get_boxed (value); l != NULL; l = l->next)
        {
          char *path = g_file_get_path (l->data);

          if (path != NULL)
            g_ptr_array_add (paths, path);
        }
      take_paths (request, paths);
    }
  else
    search (request->session, find_texture, g_value_dup_object (value), g_object_unref);
}

static void
pasted (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, &error);

  if (value != NULL)
    take_value (request, value);
  else
    g_signal_emit_by_name (request->session, "message", _ ("The picture could not be pasted"));
  request_free (request);
}

void
rn_picture_input_paste (GtkWidget *widget, RnSession *session, RnPathsFunc many, gpointer data)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (widget);
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);
  const GType type = gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST) ||
                             gdk_content_formats_contain_mime_type (formats, "text/uri-list")
                         ? GDK_TYPE_FILE_LIST
                         : GDK_TYPE_TEXTURE;
  g_autoptr (GdkContentFormats) readable =
      gdk_content_formats_union_deserialize_mime_types (gdk_content_formats_new_for_gtype (type));

  if (!gdk_content_formats_match (readable, formats))
    {
      g_signal_emit_by_name (session, "message", _ ("There is no picture to paste"));
      return;
    }
  gdk_clipboard_read_value_async (clipboard, type, G_PRIORITY_DEFAULT, NULL, pasted,
                                  request_new (widget, session, many, data));
}

/* The dialog */

static void
chosen (GtkNativeDialog *dialog, int response, gpointer data)
{
  Request *request = data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);
          char *path = g_file_get_path (file);

          if (path != NULL)
            g_ptr_array_add (paths, path);
        }
      take_paths (request, paths);
    }
  request_free (request);
  g_object_unref (dialog);
}

void
rn_picture_input_open (GtkWidget *widget, RnSession *session, RnPathsFunc many, gpointer data)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (many != NULL ? _ ("Open pictures") : _ ("Open a picture"),
                                   GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                   GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Pictures (PNG, JPEG)"));
  gtk_file_filter_add_mime_type (filter, "image/png");
  gtk_file_filter_add_mime_type (filter, "image/jpeg");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), many != NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (chosen),
                    request_new (widget, session, many, data));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
