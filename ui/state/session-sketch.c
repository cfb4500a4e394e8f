#include <glib/gi18n-lib.h>

#include "state/session-private.h"

/* Editing what is shown: which sketch an edit goes to, and what is shown after it. */

/* Returns: (nullable): the sketch of @origin that waits out of sight */
static RnDocument *
find_waiting (RnSession *self, RnDocument *origin)
{
  for (guint i = 0; self->waiting != NULL && i < self->waiting->len; i++)
    {
      RnDocument *sketch = g_ptr_array_index (self->waiting, i);

      if (rn_document_get_origin (sketch) == origin)
        return sketch;
    }
  return NULL;
}

void
rn_session_forget_waiting (RnSession *self, RnDocument *origin)
{
  RnDocument *sketch = find_waiting (self, origin);

  if (sketch != NULL)
    g_ptr_array_remove (self->waiting, sketch);
}

void
rn_session_dispose_sketch (RnSession *self)
{
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_object (&self->editing);
}

static gboolean
is_at_origin (RnDocument *sketch)
{
  RnDocument *origin = rn_document_get_origin (sketch);

  return origin != NULL &&
         rn_document_is_same_spec (rn_document_get_spec (origin), rn_document_get_spec (sketch));
}

/* Returns: (nullable): the document whose undo list is that of what is shown */
static RnDocument *
undo_document (RnSession *self)
{
  if (self->document == NULL || rn_document_get_kind (self->document) == RN_DOCUMENT_SKETCH)
    return self->document;
  return find_waiting (self, self->document);
}

/* Puts @origin where its sketch, which is shown, stands in the list. */
static void
show_origin (RnSession *self, RnDocument *sketch)
{
  RnDocument *origin = rn_document_get_origin (sketch);
  GListModel *list = G_LIST_MODEL (self->documents);
  guint at;

  rn_session_forget_waiting (self, origin);
  if (self->waiting == NULL)
    self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->waiting, g_object_ref (sketch));
  if (g_list_store_find (self->documents, sketch, &at))
    {
      gpointer items[] = { origin };

      g_list_store_splice (self->documents, at, 1, items,
                           g_list_store_find (self->documents, origin, NULL) ? 0 : 1);
    }
  g_assert (g_list_model_get_n_items (list) > 0);
  rn_session_show (self, origin);
}

/* Shows what @sketch has become. */
static void
show_edited (RnSession *self, RnDocument *sketch)
{
  g_autoptr (RnDocument) held = g_object_ref (sketch);

  rn_document_refresh (sketch);
  rn_session_keep_later (self);
  if (is_at_origin (sketch))
    {
      if (self->document == rn_document_get_origin (sketch))
        rn_session_emit (self, RN_SIGNAL_SKETCH);
      else
        show_origin (self, sketch);
    }
  else if (self->document == sketch)
    rn_session_tell_document (self, FALSE);
  else
    {
      if (self->waiting != NULL)
        g_ptr_array_remove (self->waiting, sketch);
      rn_session_show (self, sketch);
    }
}

RnSketch *
rn_session_begin_edit (RnSession *self)
{
  RnDocument *document;

  g_return_val_if_fail (self->document != NULL, NULL);
  g_return_val_if_fail (self->editing == NULL, NULL);

  document = undo_document (self);
  self->editing = document != NULL ? g_object_ref (document)
                                   : rn_document_new_fork (rn_document_get_spec (self->document),
                                                           self->document);
  self->edited_state = rn_sketch_get_state (rn_document_get_sketch (self->editing));
  return rn_document_get_sketch (self->editing);
}

gboolean
rn_session_end_edit (RnSession *self, GError *error)
{
  g_autoptr (RnDocument) sketch = g_steal_pointer (&self->editing);
  g_autoptr (GError) why = error;

  g_return_val_if_fail (sketch != NULL, FALSE);

  if (rn_sketch_get_state (rn_document_get_sketch (sketch)) != self->edited_state)
    show_edited (self, sketch);
  if (why != NULL)
    rn_session_tell (self, why->message);
  return why == NULL;
}

char *
rn_session_get_undo_label (RnSession *self)
{
  RnDocument *document = undo_document (self);

  return document == NULL ? NULL : rn_sketch_get_undo_label (rn_document_get_sketch (document));
}

char *
rn_session_get_redo_label (RnSession *self)
{
  RnDocument *document = undo_document (self);

  return document == NULL ? NULL : rn_sketch_get_redo_label (rn_document_get_sketch (document));
}

void
rn_session_undo (RnSession *self)
{
  RnDocument *document = undo_document (self);

  if (document != NULL && rn_sketch_undo (rn_document_get_sketch (document)))
    show_edited (self, document);
}

void
rn_session_redo (RnSession *self)
{
  RnDocument *document = undo_document (self);

  if (document != NULL && rn_sketch_redo (rn_document_get_sketch (document)))
    show_edited (self, document);
}

static void
show_new (RnSession *self, const RnSpec *spec, const char *path)
{
  g_autoptr (RnDocument) sketch = rn_document_new_sketch (spec, path);

  rn_session_show (self, sketch);
}

/* Whether @spec cannot be an edit of what is shown: it is the network of the run or the model there, wanted once more. */
static gboolean
is_no_edit (RnSession *self, const RnSpec *spec)
{
  RnDocument *shown = self->document;

  return shown == NULL || (rn_document_get_kind (shown) != RN_DOCUMENT_SKETCH &&
                           rn_document_is_same_spec (rn_document_get_spec (shown), spec));
}

void
rn_session_show_sketch (RnSession *self, const RnSpec *spec, const char *path)
{
  g_return_if_fail (spec != NULL);

  if (path != NULL || is_no_edit (self, spec))
    {
      show_new (self, spec, path);
      return;
    }
  rn_sketch_change (rn_session_begin_edit (self), spec, _ ("change the network"));
  rn_session_end_edit (self, NULL);
}

/* A sketch that a file is of, or that somebody edited: a preset in its place would overwrite the one at the next save, and take the
 * other's copy away. */
static gboolean
holds_work (RnDocument *document)
{
  return rn_document_get_kind (document) == RN_DOCUMENT_SKETCH &&
         (rn_document_get_path (document) != NULL || rn_document_is_to_keep (document));
}

void
rn_session_show_preset (RnSession *self, const RnSpec *spec)
{
  g_return_if_fail (spec != NULL);

  if (is_no_edit (self, spec) || holds_work (self->document))
    {
      show_new (self, spec, NULL);
      return;
    }
  rn_sketch_replace (rn_session_begin_edit (self), spec);
  rn_session_end_edit (self, NULL);
  if (rn_document_get_kind (self->document) == RN_DOCUMENT_SKETCH)
    rn_document_set_preset (self->document);
}

void
rn_session_new_sketch (RnSession *self)
{
  const RnSpec *shown = rn_session_get_spec (self);
  g_autoptr (RnSpec) spec =
      shown == NULL ? rn_spec_new (NULL, 32, 3, RN_STEM_3X3, 16, 10, NULL)
                    : rn_spec_new (NULL, rn_spec_get_side (shown), rn_spec_get_channels (shown),
                                   rn_spec_get_stem (shown), rn_spec_get_stem_channels (shown),
                                   rn_spec_get_classes (shown), NULL);

  show_new (self, spec, NULL);
}

/* Saving */

typedef struct
{
  RnDocument *document;
  guint64 state;
  RnAside *past; /* with the network, and the file that it is saved in */
  char *pasts;   /* (nullable) */
} Saving;

static void
saving_free (gpointer data)
{
  Saving *saving = data;

  g_object_unref (saving->document);
  rn_aside_free (saving->past);
  g_free (saving->pasts);
  g_free (saving);
}

static void
save_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Saving *saving = data;
  GError *error = NULL;

  if (!rn_spec_save (saving->past->spec, saving->past->file, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  rn_session_write_past (saving->pasts, saving->past);
  g_task_return_boolean (task, TRUE);
}

static void
was_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  const Saving *saving = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_filename_display_basename (saving->past->file);
  g_autofree char *text = g_strdup_printf (_ ("Saved as “%s”"), name);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      rn_session_fail (self, _ ("The network was not saved"), error->message);
      return;
    }
  if (rn_document_get_kind (saving->document) == RN_DOCUMENT_SKETCH)
    rn_document_set_saved (saving->document, saving->past->file, saving->state);
  rn_session_keep_later (self);
  rn_session_tell (self, text);
  if (saving->document == self->document)
    rn_session_emit (self, RN_SIGNAL_SKETCH);
}

void
rn_session_save_sketch (RnSession *self, const char *path)
{
  RnSketch *sketch;
  g_autoptr (GTask) task = NULL;
  Saving *saving;

  g_return_if_fail (self->document != NULL);

  sketch = rn_document_get_sketch (self->document);
  saving = g_new0 (Saving, 1);
  saving->document = g_object_ref (self->document);
  saving->state = sketch == NULL ? 0 : rn_sketch_get_state (sketch);
  saving->past = rn_session_make_aside (self->document);
  g_free (saving->past->file);
  saving->past->file = g_canonicalize_filename (path, NULL);
  saving->pasts = rn_session_get_pasts (self);
  task = g_task_new (self, NULL, was_saved, NULL);
  g_task_set_task_data (task, saving, saving_free);
  g_task_run_in_thread (task, save_in_task);
}
