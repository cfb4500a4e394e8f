#include "state/session.h"

#include <glib/gi18n-lib.h>

#include "state/session-private.h"

G_DEFINE_FINAL_TYPE (RnSession, rn_session, G_TYPE_OBJECT)

static guint signals[RN_N_SIGNALS];

static void
rn_session_dispose (GObject *object)
{
  RnSession *self = RN_SESSION (object);

  rn_session_set_clock (self, NULL);
  rn_session_stop_draining (self); /* its clock may have gone before */
  rn_session_cancel_dataset (self);
  rn_session_dispose_training (self);
  g_clear_object (&self->lab);
  rn_session_dispose_picture (self);
  rn_session_dispose_aside (self);
  rn_session_dispose_sketch (self);
  if (self->time != NULL)
    g_signal_handlers_disconnect_by_data (self->time, self);
  g_clear_object (&self->selection);
  g_clear_object (&self->time);
  g_clear_object (&self->document);
  g_clear_object (&self->failed);
  g_ptr_array_set_size (self->adopts_next, 0);
  g_clear_object (&self->documents);
  g_clear_object (&self->compared);
  G_OBJECT_CLASS (rn_session_parent_class)->dispose (object);
}

static void
rn_session_finalize (GObject *object)
{
  RnSession *self = RN_SESSION (object);

  g_clear_pointer (&self->runs_folder, g_free);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_clear_pointer (&self->dataset_name, g_free);
  g_clear_pointer (&self->dataset_problem, g_free);
  g_clear_pointer (&self->cursor_measures, g_array_unref);
  g_ptr_array_unref (self->adopts_next);
  G_OBJECT_CLASS (rn_session_parent_class)->finalize (object);
}

static void
rn_session_class_init (RnSessionClass *class)
{
  static const char *const plain[] = { "document", "sketch",   "status",  "measures",
                                       "dataset",  "settings", "picture", "watched",
                                       "gates",    "compared", "guessed", "folder" };
  const GType type = RN_TYPE_SESSION;

  G_OBJECT_CLASS (class)->dispose = rn_session_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_session_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    signals[i] =
        g_signal_new (plain[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RN_SIGNAL_MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                             NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[RN_SIGNAL_PROBLEM] = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                             NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[RN_SIGNAL_MOVED] = g_signal_new ("moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[RN_SIGNAL_ENDED] = g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
}

static void
rn_session_init (RnSession *self)
{
  self->selection = rn_selection_new ();
  self->time = rn_time_axis_new ();
  self->lab = rn_lab_desk_new (self);
  self->documents = g_list_store_new (RN_TYPE_DOCUMENT);
  self->compared = g_list_store_new (RN_TYPE_DOCUMENT);
  self->adopts_next = g_ptr_array_new_with_free_func (g_object_unref);
  self->gates_off = g_hash_table_new (NULL, NULL);
  self->dataset_progress = -1.0;
  self->picture.true_class = -1;
  rn_session_init_settings (self);
  rn_session_refresh_status (self);
  g_signal_connect_swapped (self->time, "cursor", G_CALLBACK (rn_session_read_cursor), self);
}

RnSession *
rn_session_new (const char *runs_folder)
{
  RnSession *self = g_object_new (RN_TYPE_SESSION, NULL);

  self->runs_folder = g_strdup (runs_folder);
  return self;
}

void
rn_session_emit (RnSession *self, guint signal)
{
  g_signal_emit (self, signals[signal], 0);
}

void
rn_session_tell (RnSession *self, const char *text)
{
  g_signal_emit (self, signals[RN_SIGNAL_MESSAGE], 0, text);
}

void
rn_session_fail (RnSession *self, const char *title, const char *text)
{
  g_signal_emit (self, signals[RN_SIGNAL_PROBLEM], 0, title, text);
}

void
rn_session_tell_moved (RnSession *self, const char *from, const char *to)
{
  g_signal_emit (self, signals[RN_SIGNAL_MOVED], 0, from, to);
}

void
rn_session_tell_end (RnSession *self, RnState state, const char *text)
{
  g_signal_emit (self, signals[RN_SIGNAL_ENDED], 0, (int) state, text);
}

const char *
rn_session_get_runs_folder (RnSession *self)
{
  return self->runs_folder;
}

void
rn_session_set_runs_folder (RnSession *self, const char *folder)
{
  g_autofree char *before = self->runs_folder;

  self->runs_folder = g_strdup (folder);
  if (g_strcmp0 (before, folder) != 0)
    rn_session_emit (self, RN_SIGNAL_FOLDER);
}

void
rn_session_set_threads (RnSession *self, int threads)
{
  if (self->threads == threads)
    return;
  self->threads = threads;
  rn_session_emit (self, RN_SIGNAL_SETTINGS);
}

int
rn_session_get_threads (RnSession *self)
{
  return self->threads;
}

int
rn_session_count_threads (RnSession *self)
{
  return self->threads > 0 ? self->threads : rn_compute_n_processors ();
}

RnLabDesk *
rn_session_get_lab (RnSession *self)
{
  return self->lab;
}

RnSelection *
rn_session_get_selection (RnSession *self)
{
  return self->selection;
}

RnTimeAxis *
rn_session_get_time (RnSession *self)
{
  return self->time;
}

/* Documents */

RnDocument *
rn_session_get_document (RnSession *self)
{
  return self->document;
}

GListModel *
rn_session_get_documents (RnSession *self)
{
  return G_LIST_MODEL (self->documents);
}

RnDocument *
rn_session_get_live (RnSession *self)
{
  return self->live;
}

const RnSpec *
rn_session_get_spec (RnSession *self)
{
  return self->document == NULL ? NULL : rn_document_get_spec (self->document);
}

RnRecord *
rn_session_get_record (RnSession *self)
{
  return self->document == NULL ? NULL : rn_document_get_record (self->document);
}

GListModel *
rn_session_get_compared (RnSession *self)
{
  return G_LIST_MODEL (self->compared);
}

void
rn_session_add_document (RnSession *self, RnDocument *document)
{
  if (!g_list_store_find (self->documents, document, NULL))
    g_list_store_append (self->documents, document);
}

RnDocument *
rn_session_find_document (RnSession *self, const char *path)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->documents));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (G_LIST_MODEL (self->documents), i);

      /* the list keeps it */
      if (g_strcmp0 (rn_document_get_path (document), path) == 0)
        return document;
    }
  return NULL;
}

void
rn_session_update_time (RnSession *self, gboolean is_other)
{
  RnRecord *record = rn_session_get_record (self);
  double epoch_steps = record == NULL ? 0.0 : rn_record_get_epoch_steps (record);
  const GArray *stamps = record == NULL ? NULL : rn_record_get_stamps (record);

  if (is_other)
    {
      rn_time_axis_set_cursor (self->time, -1);
      rn_time_axis_set_hover (self->time, -1);
    }
  if (epoch_steps < 1.0)
    epoch_steps = (double) MAX (rn_session_epoch_steps (self, rn_session_get_settings (self)), 1);
  rn_time_axis_set_epoch_steps (self->time, epoch_steps);
  if (is_other && stamps != NULL)
    rn_time_axis_set_stamps (self->time, (const RnTimeStamp *) (gpointer) stamps->data,
                             stamps->len);
  else if (is_other)
    rn_time_axis_set_stamps (self->time, NULL, 0);
  else if (stamps != NULL && stamps->len > 0)
    rn_time_axis_add_stamp (self->time, g_array_index (stamps, RnTimeStamp, stamps->len - 1));
  rn_time_axis_set_extent (self->time, record == NULL ? 0 : rn_record_get_last_step (record));
  if (is_other)
    rn_time_axis_reset (self->time);
}

void
rn_session_tell_document (RnSession *self, gboolean is_other)
{
  RnDocument *document = self->document;

  g_clear_pointer (&self->watched, g_ptr_array_unref);
  rn_selection_keep (self->selection, rn_document_get_spec (document));
  rn_session_derive_settings (self);
  /* nobody may be told of measures or maps whose blocks are not those that he knows */
  g_signal_handlers_block_by_func (self->time, rn_session_read_cursor, self);
  rn_session_update_time (self, is_other);
  g_signal_handlers_unblock_by_func (self->time, rn_session_read_cursor, self);
  rn_session_refresh_status (self);
  rn_session_emit (self, RN_SIGNAL_DOCUMENT);
  if (self->document != document) /* who was told shows another one */
    return;
  rn_session_emit (self, RN_SIGNAL_SKETCH);
  rn_session_emit (self, RN_SIGNAL_SETTINGS);
  rn_session_emit (self, RN_SIGNAL_MEASURES);
  rn_session_emit (self, RN_SIGNAL_WATCHED);
  rn_session_rewatch (self);
}

void
rn_session_show (RnSession *self, RnDocument *document)
{
  g_return_if_fail (RN_IS_DOCUMENT (document));

  if (document == self->document)
    return;
  rn_session_add_document (self, document);
  g_set_object (&self->document, document);
  self->run_epochs = 0.0;
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  g_clear_pointer (&self->cursor_measures, g_array_unref);
  rn_session_tell_document (self, TRUE);
}

void
rn_session_close (RnSession *self, RnDocument *document)
{
  g_autoptr (RnDocument) closed = g_object_ref (document);
  g_autoptr (RnDocument) next = NULL;
  guint at;

  if (!g_list_store_find (self->documents, document, &at))
    return;
  if (document == self->live || rn_session_prepares (self, document))
    {
      rn_session_fail (self, _ ("This run is in training"),
                       _ ("Stop the training first; what it has learned is kept."));
      return;
    }
  g_list_store_remove (self->documents, at);
  rn_session_forget_waiting (self, document);
  rn_session_keep_later (self);
  if (document != self->document)
    return;
  next = g_list_model_get_item (G_LIST_MODEL (self->documents), at > 0 ? at - 1 : 0);
  if (next == NULL)
    next = rn_document_new_sketch (rn_document_get_spec (closed), NULL);
  rn_session_show (self, next);
}
