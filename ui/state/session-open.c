#include <glib/gi18n-lib.h>

#include "state/session-private.h"

/* Opening documents, in tasks. */

typedef enum
{
  OPEN_RUN,
  OPEN_SPEC,
  OPEN_MODEL,
  OPEN_MODEL_AGAIN,
  OPEN_COMPARED
} OpenKind;

typedef struct
{
  OpenKind kind;
  char *path;
  char *pasts;          /* (nullable): the folder that says what a sketch was made of */
  RnModelHints hints;   /* of a model that is opened again */
  char **classes;       /* (nullable): the hints' */
  RnDocument *document; /* (nullable): which gives its place */
  GTask *asked;         /* (nullable): waits until the document is shown */
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  g_clear_object (&open->document);
  g_clear_object (&open->asked);
  g_free (open->path);
  g_free (open->pasts);
  g_strfreev (open->classes);
  g_free (open);
}

static RnDocument *
read_run (const Open *open, GError **error)
{
  g_autoptr (RnRecord) record = rn_record_load (open->path, error);

  if (record == NULL)
    return NULL;
  if (open->kind != OPEN_COMPARED)
    rn_record_load_responses (record);
  return rn_document_new_run (record);
}

static RnDocument *
read_model (const Open *open, GError **error)
{
  const gboolean again = open->kind == OPEN_MODEL_AGAIN;
  RnModelGuess guesses;
  g_autoptr (RnModel) model =
      rn_model_import (open->path, again ? &open->hints : NULL, &guesses, error);
  RnDocument *document = model == NULL ? NULL : rn_document_new_model (model, open->path);

  if (document != NULL)
    rn_document_set_guesses (document, again ? 0 : guesses);
  return document;
}

static RnDocument *
read_spec (const Open *open, GError **error)
{
  g_autoptr (RnSpec) spec = rn_spec_load_draft (open->path, error);
  RnDocument *fork = spec == NULL ? NULL : rn_session_read_fork (open->pasts, spec, open->path);

  if (spec == NULL || fork != NULL)
    return fork;
  return rn_document_new_sketch (spec, open->path);
}

static RnDocument *
read_document (const Open *open, GError **error)
{
  switch (open->kind)
    {
    case OPEN_SPEC:
      return read_spec (open, error);
    case OPEN_MODEL:
    case OPEN_MODEL_AGAIN:
      return read_model (open, error);
    case OPEN_RUN:
    case OPEN_COMPARED:
    default:
      return read_run (open, error);
    }
}

static void
open_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  RnDocument *document = read_document (data, &error);

  if (document != NULL)
    g_task_return_pointer (task, document, g_object_unref);
  else
    g_task_return_error (task, error);
}

static const char *
title_of_problem (OpenKind kind)
{
  switch (kind)
    {
    case OPEN_SPEC:
      return _ ("The network cannot be opened");
    case OPEN_MODEL:
    case OPEN_MODEL_AGAIN:
      return _ ("The model cannot be opened");
    case OPEN_RUN:
    case OPEN_COMPARED:
    default:
      return _ ("The run cannot be opened");
    }
}

static void
show_opened (RnSession *self, RnDocument *document, OpenKind kind, GTask *asked)
{
  RnRecord *record = rn_document_get_record (document);

  rn_session_show (self, document);
  if (record != NULL && rn_record_get_damage (record) != NULL)
    rn_session_tell (self, rn_record_get_damage (record));
  if (kind == OPEN_MODEL && rn_document_get_guesses (document) != 0)
    rn_session_emit (self, RN_SIGNAL_GUESSED);
  if (asked != NULL)
    g_task_return_boolean (asked, TRUE);
}

static gboolean
find_compared (RnSession *self, const char *path, guint *at)
{
  GListModel *list = G_LIST_MODEL (self->compared);

  for (*at = 0; *at < g_list_model_get_n_items (list); (*at)++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (list, *at);

      if (g_strcmp0 (rn_document_get_path (document), path) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
add_compared (RnSession *self, RnDocument *document)
{
  guint at;

  if (find_compared (self, rn_document_get_path (document), &at))
    return;
  g_list_store_append (self->compared, document);
  rn_session_emit (self, RN_SIGNAL_COMPARED);
}

/* Puts @document where @old was, and shows it where that was shown. */
static void
replace_document (RnSession *self, RnDocument *old, RnDocument *document)
{
  gpointer items[] = { document };
  guint at;

  if (!g_list_store_find (self->documents, old, &at))
    return; /* closed meanwhile */
  g_list_store_splice (self->documents, at, 1, items, 1);
  if (self->document == old)
    rn_session_show (self, document);
}

static void
was_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  const Open *open = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDocument) document = g_task_propagate_pointer (G_TASK (result), &error);
  RnDocument *known;

  if (document == NULL)
    {
      rn_session_fail (self, title_of_problem (open->kind), error->message);
      if (open->asked != NULL)
        g_task_return_error (open->asked, g_steal_pointer (&error));
      return;
    }
  if (open->kind == OPEN_COMPARED)
    {
      add_compared (self, document);
      return;
    }
  if (open->kind == OPEN_MODEL_AGAIN)
    {
      replace_document (self, open->document, document);
      return;
    }
  /* it may have been asked for twice meanwhile */
  known = rn_session_find_document (self, open->path);
  show_opened (self, known != NULL ? known : document, open->kind, open->asked);
}

/* @asked: (nullable) */
static void
run_task (RnSession *self, const char *path, OpenKind kind, GTask *asked)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, was_opened, NULL);
  Open *open = g_new0 (Open, 1);

  open->kind = kind;
  open->path = g_strdup (path);
  open->pasts = rn_session_get_pasts (self);
  g_set_object (&open->asked, asked);
  g_task_set_task_data (task, open, open_free);
  g_task_run_in_thread (task, open_in_task);
}

static void
open_document (RnSession *self, const char *path, OpenKind kind, GTask *asked)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  RnDocument *known = rn_session_find_document (self, whole);

  if (known != NULL)
    show_opened (self, known, kind, asked);
  else
    run_task (self, whole, kind, asked);
}

void
rn_session_open_run (RnSession *self, const char *path)
{
  open_document (self, path, OPEN_RUN, NULL);
}

void
rn_session_open_run_async (RnSession *self, const char *path, GAsyncReadyCallback callback,
                           gpointer data)
{
  g_autoptr (GTask) asked = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (asked, rn_session_open_run_async);
  open_document (self, path, OPEN_RUN, asked);
}

gboolean
rn_session_open_run_finish (RnSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
rn_session_open_spec (RnSession *self, const char *path)
{
  open_document (self, path, OPEN_SPEC, NULL);
}

void
rn_session_open_model (RnSession *self, const char *path)
{
  open_document (self, path, OPEN_MODEL, NULL);
}

void
rn_session_reopen_model (RnSession *self, RnDocument *document, const RnModelHints *hints)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, was_opened, NULL);
  Open *open = g_new0 (Open, 1);

  open->kind = OPEN_MODEL_AGAIN;
  open->path = g_strdup (rn_document_get_path (document));
  open->hints = *hints;
  open->classes = g_strdupv ((char **) hints->classes);
  open->hints.classes = (const char *const *) open->classes;
  open->document = g_object_ref (document);
  g_task_set_task_data (task, open, open_free);
  g_task_run_in_thread (task, open_in_task);
}

void
rn_session_compare (RnSession *self, const char *run_path)
{
  g_autofree char *whole = g_canonicalize_filename (run_path, NULL);
  RnDocument *known;
  guint at;

  if (find_compared (self, whole, &at))
    {
      g_list_store_remove (self->compared, at);
      rn_session_emit (self, RN_SIGNAL_COMPARED);
      return;
    }
  known = rn_session_find_document (self, whole);
  if (known != NULL && rn_document_get_kind (known) == RN_DOCUMENT_RUN)
    add_compared (self, known);
  else
    run_task (self, whole, OPEN_COMPARED, NULL);
}
