#include "state/session-private.h"

/* The measures that the spine shows: the newest, or those at the time cursor, which are read from the run. */

RnMeasureKind
rn_session_get_measure (RnSession *self)
{
  return self->measure;
}

void
rn_session_set_measure (RnSession *self, RnMeasureKind kind)
{
  g_return_if_fail (kind >= 0 && kind < RN_N_MEASURES);
  if (kind == self->measure)
    return;
  self->measure = kind;
  rn_session_emit (self, RN_SIGNAL_MEASURES);
}

const RnBlockMeasure *
rn_session_get_measures (RnSession *self, gint64 *step)
{
  RnRecord *record = rn_session_get_record (self);

  if (record == NULL)
    return NULL;
  if (rn_time_axis_get_cursor (self->time) < 0)
    return rn_record_get_newest (record, step);
  if (self->cursor_measures == NULL || self->cursor_measures->len == 0)
    return NULL;
  if (step != NULL)
    *step = g_array_index (self->cursor_measures, RnBlockMeasure, 0).step;
  return (const RnBlockMeasure *) (gpointer) self->cursor_measures->data;
}

typedef struct
{
  RnDocument *document;
  gint64 step;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_object_unref (reading->document);
  g_free (reading);
}

static void
read_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;
  GError *error = NULL;
  g_autoptr (RnRun) run = rn_run_open (rn_document_get_path (reading->document), &error);
  GArray *measures = run == NULL ? NULL : rn_run_read_measures_at (run, reading->step, &error);

  if (measures != NULL)
    g_task_return_pointer (task, measures, (GDestroyNotify) g_array_unref);
  else
    g_task_return_error (task, error);
}

static void
was_read (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  const Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) measures = g_task_propagate_pointer (G_TASK (result), &error);

  self->is_reading_cursor = FALSE;
  if (reading->document == self->document && rn_time_axis_get_cursor (self->time) >= 0)
    {
      g_clear_pointer (&self->cursor_measures, g_array_unref);
      self->cursor_measures = g_steal_pointer (&measures);
      rn_session_emit (self, RN_SIGNAL_MEASURES);
      if (error != NULL)
        rn_session_tell (self, error->message);
    }
  if (self->reads_cursor_again)
    rn_session_read_cursor (self);
}

void
rn_session_read_cursor (RnSession *self)
{
  const gint64 step = rn_time_axis_get_cursor (self->time);
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  rn_session_rewatch (self);
  self->reads_cursor_again = FALSE;
  if (step < 0 || self->document == NULL || rn_session_get_record (self) == NULL ||
      rn_document_get_path (self->document) == NULL)
    {
      g_clear_pointer (&self->cursor_measures, g_array_unref);
      rn_session_emit (self, RN_SIGNAL_MEASURES);
      return;
    }
  /* one at a time: while the cursor is dragged, only its newest place counts */
  if (self->is_reading_cursor)
    {
      self->reads_cursor_again = TRUE;
      return;
    }
  self->is_reading_cursor = TRUE;
  reading = g_new0 (Reading, 1);
  reading->document = g_object_ref (self->document);
  reading->step = step;
  task = g_task_new (self, NULL, was_read, NULL);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_task);
}
