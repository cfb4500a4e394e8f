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

/* Pixels without a file */

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
