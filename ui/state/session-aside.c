#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "state/session-private.h"

/* Sketches that are not saved, kept in a folder of the program's own so that nothing is lost when it ends. */

#define DELAY_MS 1000
#define MAX_RESTORED 64

/* What a task writes and removes; all of it copied. */
typedef struct
{
  char *folder;
  GPtrArray *names;   /* of char */
  GPtrArray *asides;  /* of RnAside: as many */
  GPtrArray *removed; /* of char: names */
} Keeping;

static void
keeping_free (gpointer data)
{
  Keeping *keeping = data;

  g_free (keeping->folder);
  g_ptr_array_unref (keeping->names);
  g_ptr_array_unref (keeping->asides);
  g_ptr_array_unref (keeping->removed);
  g_free (keeping);
}

static gint64
time_of (const char *path)
{
  GStatBuf status;

  return path != NULL && g_stat (path, &status) == 0 ? MAX ((gint64) status.st_mtime, 0) : 0;
}

static void
keep_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Keeping *keeping = data;
  GError *error = NULL;

  g_mkdir_with_parents (keeping->folder, 0700);
  for (guint i = 0; i < keeping->names->len && error == NULL; i++)
    {
      RnAside *aside = g_ptr_array_index (keeping->asides, i);
      g_autofree char *path =
          g_build_filename (keeping->folder, g_ptr_array_index (keeping->names, i), NULL);

      aside->file_time = time_of (aside->file);
      rn_aside_save (aside, path, &error);
    }
  for (guint i = 0; i < keeping->removed->len; i++)
    {
      g_autofree char *path =
          g_build_filename (keeping->folder, g_ptr_array_index (keeping->removed, i), NULL);

      g_unlink (path);
    }
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void keep (RnSession *self);

static void
was_kept (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  g_autoptr (GError) error = NULL;

  self->is_keeping = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    rn_session_tell (self, error->message);
  if (self->keeps_again && self->sketch_folder != NULL)
    keep (self);
  rn_session_check_shut_down (self);
}

/* What is changed now is written, and what was kept and is no longer is removed. */
static void
keep (RnSession *self)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->documents));
  g_autoptr (GTask) task = g_task_new (self, NULL, was_kept, NULL);
  g_autoptr (GHashTable) now = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Keeping *keeping = g_new0 (Keeping, 1);
  GHashTableIter iter;
  gpointer name;

  keeping->folder = g_strdup (self->sketch_folder);
  keeping->names = g_ptr_array_new_with_free_func (g_free);
  keeping->asides = g_ptr_array_new_with_free_func ((GDestroyNotify) rn_aside_free);
  keeping->removed = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (G_LIST_MODEL (self->documents), i);

      if (!rn_document_is_to_keep (document))
        continue;
      g_hash_table_add (now, g_strdup (rn_document_get_aside (document)));
      g_ptr_array_add (keeping->names, g_strdup (rn_document_get_aside (document)));
      g_ptr_array_add (keeping->asides, rn_session_make_aside (document));
    }
  g_hash_table_iter_init (&iter, self->kept);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (now, name))
      g_ptr_array_add (keeping->removed, g_strdup (name));
  g_hash_table_unref (self->kept);
  self->kept = g_steal_pointer (&now);
  self->is_keeping = TRUE;
  self->keeps_again = FALSE;
  g_task_set_task_data (task, keeping, keeping_free);
  g_task_run_in_thread (task, keep_in_task);
}

static gboolean
keep_after_delay (gpointer data)
{
  RnSession *self = data;

  self->keep_source = 0;
  if (self->is_keeping)
    self->keeps_again = TRUE;
  else
    keep (self);
  return G_SOURCE_REMOVE;
}

void
rn_session_keep_later (RnSession *self)
{
  if (self->sketch_folder != NULL && self->keep_source == 0)
    self->keep_source = g_timeout_add (DELAY_MS, keep_after_delay, self);
}

void
rn_session_keep_now (RnSession *self)
{
  if (self->keep_source == 0)
    return;
  g_clear_handle_id (&self->keep_source, g_source_remove);
  keep_after_delay (self);
}

void
rn_session_dispose_aside (RnSession *self)
{
  g_clear_handle_id (&self->keep_source, g_source_remove);
  g_clear_pointer (&self->sketch_folder, g_free);
  g_clear_pointer (&self->kept, g_hash_table_unref);
}

void
rn_session_set_sketch_folder (RnSession *self, const char *folder)
{
  rn_session_dispose_aside (self);
  self->sketch_folder = g_strdup (folder);
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* Restoring */

typedef struct
{
  RnDocument *document;
  char *name;
} Restored;

static void
restored_free (gpointer data)
{
  Restored *restored = data;

  g_object_unref (restored->document);
  g_free (restored->name);
  g_free (restored);
}

static RnDocument *
read_sketch (const char *path, GError **error)
{
  g_autoptr (RnAside) aside = rn_aside_load (path, error);
  g_autoptr (RnDocument) origin =
      aside == NULL ? NULL : rn_session_read_origin (aside->origin, aside->hints);
  const gboolean is_older = aside != NULL && time_of (aside->file) > aside->file_time;
  RnDocument *document;

  if (aside == NULL)
    return NULL;
  if (origin == NULL)
    return rn_document_new_sketch (aside->spec, is_older ? NULL : aside->file);
  document = rn_document_new_fork (rn_document_get_spec (origin), origin);
  rn_sketch_change (rn_document_get_sketch (document), aside->spec, _ ("all that was restored"));
  if (aside->file != NULL && !is_older)
    rn_document_set_saved (document, aside->file, 0);
  return document;
}

static void
restore_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *folder = data, *name;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *all = g_ptr_array_new_with_free_func (restored_free);

  while (dir != NULL && all->len < MAX_RESTORED && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) error = NULL;
      RnDocument *document = NULL;
      Restored *restored;

      if (!g_str_has_suffix (name, ".json"))
        continue;
      document = read_sketch (path, &error);
      if (document == NULL)
        {
          g_info ("%s", error->message);
          continue;
        }
      restored = g_new0 (Restored, 1);
      restored->document = document;
      restored->name = g_strdup (name);
      g_ptr_array_add (all, restored);
    }
  g_task_return_pointer (task, all, (GDestroyNotify) g_ptr_array_unref);
}

static gboolean
is_untouched (RnDocument *document)
{
  return document == NULL ||
         (rn_document_get_kind (document) == RN_DOCUMENT_SKETCH &&
          !rn_document_is_changed (document) && rn_document_get_path (document) == NULL);
}

static void
was_restored (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  g_autoptr (GPtrArray) all = g_task_propagate_pointer (G_TASK (result), NULL);
  const gboolean shows_it = is_untouched (self->document) && self->start == NULL;

  if (all == NULL || all->len == 0 || self->sketch_folder == NULL)
    return;
  for (guint i = 0; i < all->len; i++)
    {
      const Restored *restored = g_ptr_array_index (all, i);

      rn_document_set_aside (restored->document, restored->name);
      g_hash_table_add (self->kept, g_strdup (restored->name));
      rn_session_add_document (self, restored->document);
      if (shows_it && i + 1 == all->len)
        rn_session_show (self, restored->document);
    }
  rn_session_tell (self, ngettext ("Sketch restored", "Sketches restored", (gulong) all->len));
}

void
rn_session_restore_sketches (RnSession *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, was_restored, NULL);

  g_return_if_fail (self->sketch_folder != NULL);

  g_task_set_task_data (task, g_strdup (self->sketch_folder), g_free);
  g_task_run_in_thread (task, restore_in_task);
}
