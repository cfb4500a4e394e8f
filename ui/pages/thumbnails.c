#include "pages/thumbnails.h"

#include <residua/augment.h>

struct _RnThumbnails
{
  GObject parent_instance;

  int side;
  GThreadPool *pool; /* one thread: a large picture takes memory while it is decoded */
  GHashTable *kept;  /* path (of the queue) to GdkTexture */
  GQueue order;      /* of char *, the oldest at the head */
};

G_DEFINE_FINAL_TYPE (RnThumbnails, rn_thumbnails, G_TYPE_OBJECT)

static GdkTexture *
texture_of (const RnPicture *picture)
{
  g_autoptr (GBytes) bytes =
      g_bytes_new (picture->pixels, (gsize) picture->width * picture->height * 3);

  return gdk_memory_texture_new (picture->width, picture->height, GDK_MEMORY_R8G8B8, bytes,
                                 (gsize) picture->width * 3);
}

static void
make (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (RnPicture) whole = NULL, small = NULL, coloured = NULL;
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  whole = rn_picture_load (g_task_get_task_data (task), &error);
  if (whole != NULL)
    small = rn_picture_resize_shorter (whole, GPOINTER_TO_INT (user_data), &error);
  if (small != NULL)
    coloured = rn_picture_convert (small, 3, &error);
  if (coloured != NULL)
    g_task_return_pointer (task, texture_of (coloured), g_object_unref);
  else
    g_task_return_error (task, error);
}

GdkTexture *
rn_thumbnails_look_up (RnThumbnails *self, const char *path)
{
  return g_hash_table_lookup (self->kept, path);
}

void
rn_thumbnails_get_async (RnThumbnails *self, const char *path, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_thread_pool_push (self->pool, task, NULL);
}

static void
keep (RnThumbnails *self, const char *path, GdkTexture *texture)
{
  char *key;

  if (g_hash_table_contains (self->kept, path))
    return;
  if (g_queue_get_length (&self->order) >= RN_THUMBNAILS_KEPT)
    {
      char *oldest = g_queue_pop_head (&self->order);

      g_hash_table_remove (self->kept, oldest);
      g_free (oldest);
    }
  key = g_strdup (path);
  g_queue_push_tail (&self->order, key);
  g_hash_table_insert (self->kept, key, g_object_ref (texture));
}

GdkTexture *
rn_thumbnails_get_finish (RnThumbnails *self, GAsyncResult *result, GError **error)
{
  GdkTexture *texture = g_task_propagate_pointer (G_TASK (result), error);

  if (texture != NULL)
    keep (self, g_task_get_task_data (G_TASK (result)), texture);
  return texture;
}

guint
rn_thumbnails_count (RnThumbnails *self)
{
  return g_hash_table_size (self->kept);
}

/* Each request that waits holds a reference, so none does here. */
static void
rn_thumbnails_finalize (GObject *object)
{
  RnThumbnails *self = RN_THUMBNAILS (object);

  g_thread_pool_free (self->pool, FALSE, FALSE);
  g_hash_table_unref (self->kept);
  g_queue_clear_full (&self->order, g_free);
  G_OBJECT_CLASS (rn_thumbnails_parent_class)->finalize (object);
}

static void
rn_thumbnails_init (RnThumbnails *self)
{
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  g_queue_init (&self->order);
}

static void
rn_thumbnails_class_init (RnThumbnailsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_thumbnails_finalize;
}

RnThumbnails *
rn_thumbnails_new (int side)
{
  RnThumbnails *self = g_object_new (RN_TYPE_THUMBNAILS, NULL);

  self->side = side;
  self->pool = g_thread_pool_new (make, GINT_TO_POINTER (side), 1, FALSE, NULL);
  return self;
}
