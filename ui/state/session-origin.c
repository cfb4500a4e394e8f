#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "state/session-private.h"

/* What sketches were made of: kept for those that are saved, as their files do not say it, and followed when a run is renamed or
 * removed. Pasts are asides, in a folder beside those of sketches that are not saved, each named after its sketch's file. */

#define PASTS "pasts"

typedef struct
{
  char *from, *to;
  char *pasts; /* (nullable): the folder */
  gboolean has_forks;
} Move;

static void
move_free (gpointer data)
{
  Move *move = data;

  g_free (move->from);
  g_free (move->to);
  g_free (move->pasts);
  g_free (move);
}

RnAside *
rn_session_make_aside (RnDocument *document)
{
  RnDocument *origin = rn_document_get_origin (document);
  RnModel *model = origin == NULL ? NULL : rn_document_get_model (origin);
  RnAside *aside = g_new0 (RnAside, 1);
  RnModelHints hints;

  aside->spec = rn_spec_copy (rn_document_get_spec (document));
  aside->file = g_strdup (rn_document_get_path (document));
  aside->origin = origin == NULL ? NULL : g_strdup (rn_document_get_path (origin));
  if (model != NULL)
    {
      rn_model_get_hints (model, &hints);
      aside->hints = rn_aside_copy_hints (&hints);
    }
  return aside;
}

RnDocument *
rn_session_read_origin (const char *path, const RnModelHints *hints)
{
  g_autoptr (RnRecord) record = NULL;
  g_autoptr (RnModel) model = NULL;

  if (path == NULL)
    return NULL;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      record = rn_record_load (path, NULL);
      return record == NULL ? NULL : rn_document_new_run (record);
    }
  model = rn_model_load (path, hints, NULL);
  return model == NULL ? NULL : rn_document_new_model (model, path);
}

char *
rn_session_get_pasts (RnSession *self)
{
  return self->sketch_folder == NULL ? NULL : g_build_filename (self->sketch_folder, PASTS, NULL);
}

static char *
past_of_file (const char *pasts, const char *file)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file, -1);

  return g_build_filename (pasts, digest, NULL);
}

void
rn_session_write_past (const char *pasts, const RnAside *past)
{
  g_autofree char *path = pasts == NULL ? NULL : past_of_file (pasts, past->file);
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return;
  if (past->origin == NULL)
    g_unlink (path);
  else if (g_mkdir_with_parents (pasts, 0700) != 0 || !rn_aside_save (past, path, &error))
    g_info ("%s", error != NULL ? error->message : g_strerror (errno));
}

RnDocument *
rn_session_read_fork (const char *pasts, const RnSpec *spec, const char *file)
{
  g_autofree char *path = pasts == NULL ? NULL : past_of_file (pasts, file);
  g_autoptr (RnAside) past = path == NULL ? NULL : rn_aside_load (path, NULL);
  /* the file may hold another network meanwhile, whose numbers of blocks mean others */
  g_autoptr (RnDocument) origin = past == NULL || !rn_document_is_same_spec (past->spec, spec)
                                      ? NULL
                                      : rn_session_read_origin (past->origin, past->hints);
  RnDocument *document;

  if (origin == NULL)
    return NULL;
  document = rn_document_new_fork (spec, origin);
  rn_document_set_saved (document, file, rn_sketch_get_state (rn_document_get_sketch (document)));
  return document;
}

/* Those of sketches that are not open */
static void
move_pasts (const Move *move)
{
  g_autoptr (GDir) dir = move->pasts == NULL ? NULL : g_dir_open (move->pasts, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (move->pasts, name, NULL);
      g_autoptr (RnAside) past = rn_aside_load (path, NULL);

      if (past != NULL && g_strcmp0 (past->origin, move->from) == 0)
        {
          g_free (past->origin);
          past->origin = g_strdup (move->to);
          rn_session_write_past (move->pasts, past);
        }
    }
}

static gboolean
comes_from (RnDocument *sketch, const char *path)
{
  RnDocument *origin = rn_document_get_origin (sketch);

  return origin != NULL && g_strcmp0 (rn_document_get_path (origin), path) == 0;
}

/* Returns: (transfer full) (element-type RnDocument): the sketches that were made of what is at @path, those out of sight
 * too */
static GPtrArray *
find_forks (RnSession *self, const char *path)
{
  GPtrArray *forks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->documents)); i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (G_LIST_MODEL (self->documents), i);

      if (comes_from (document, path))
        g_ptr_array_add (forks, g_steal_pointer (&document));
    }
  for (guint i = 0; self->waiting != NULL && i < self->waiting->len; i++)
    if (comes_from (self->waiting->pdata[i], path))
      g_ptr_array_add (forks, g_object_ref (self->waiting->pdata[i]));
  return forks;
}

/* @origin: (nullable) */
static void
give_origin (RnSession *self, GPtrArray *forks, RnDocument *origin)
{
  for (guint i = 0; i < forks->len; i++)
    rn_document_set_origin (forks->pdata[i], origin);
  if (forks->len > 0)
    rn_session_keep_later (self);
  if (g_ptr_array_find (forks, self->document, NULL))
    rn_session_tell_document (self, FALSE);
}

static void
read_moved (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Move *move = data;

  move_pasts (move);
  g_task_return_pointer (task, move->has_forks ? rn_session_read_origin (move->to, NULL) : NULL,
                         g_object_unref);
}

static void
was_moved (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  const Move *move = g_task_get_task_data (G_TASK (result));
  g_autoptr (RnDocument) read = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GPtrArray) forks = find_forks (self, move->from);
  RnDocument *open = rn_session_find_document (self, move->to);

  if (read != NULL)
    give_origin (self, forks, open != NULL ? open : read);
}

/* Takes @forks' past away and says so. */
static void
forget_origin (RnSession *self, GPtrArray *forks)
{
  for (guint i = 0; i < forks->len; i++)
    {
      g_autofree char *text =
          g_strdup_printf (_ ("%s keeps no weights: the run that it was made of is gone"),
                           rn_document_get_title (forks->pdata[i]));

      rn_session_tell (self, text);
    }
  give_origin (self, forks, NULL);
}

void
rn_session_run_moved (RnSession *self, const char *from, const char *to)
{
  g_autoptr (GPtrArray) forks = find_forks (self, from);
  g_autoptr (GTask) task = NULL;
  Move *move;

  rn_session_tell_moved (self, from, to);
  if (to == NULL)
    {
      forget_origin (self, forks);
      return;
    }
  move = g_new (Move, 1);
  *move = (Move){ g_strdup (from), g_strdup (to), rn_session_get_pasts (self), forks->len > 0 };
  task = g_task_new (self, NULL, was_moved, NULL);
  g_task_set_task_data (task, move, move_free);
  g_task_run_in_thread (task, read_moved);
}
