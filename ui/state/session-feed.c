#include "state/session-private.h"

/* When the feed is drained: by a tick of the window's frame clock, ten times a second at most, but at once while a
 * command waits for its effect, and once a second while nothing is to be seen. At rest nothing wakes.
 */

#define DRAIN_EVERY_US 100000
#define HIDDEN_EVERY_US 1000000
/* A window that is mapped may still get no frames (it is covered, or on another desktop). */
#define FRAME_PATIENCE_MS 1000

static gboolean
is_visible (RnSession *self)
{
  return self->clock == NULL || gtk_widget_get_mapped (self->clock);
}

static gboolean
drain_by_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  RnSession *self = data;

  self->tick_id = 0;
  rn_session_drain (self);
  return G_SOURCE_REMOVE;
}

static gboolean
drain_by_patience (gpointer data)
{
  RnSession *self = data;

  self->drain_source = 0;
  rn_session_drain (self);
  return G_SOURCE_REMOVE;
}

static gboolean
drain_is_due (gpointer data)
{
  RnSession *self = data;

  self->drain_source = 0;
  if (self->clock == NULL || !gtk_widget_get_mapped (self->clock))
    {
      rn_session_drain (self);
      return G_SOURCE_REMOVE;
    }
  self->tick_id = gtk_widget_add_tick_callback (self->clock, drain_by_tick, self, NULL);
  self->drain_source = g_timeout_add (FRAME_PATIENCE_MS, drain_by_patience, self);
  return G_SOURCE_REMOVE;
}

static void
schedule (RnSession *self)
{
  const gint64 every = is_visible (self) ? DRAIN_EVERY_US : HIDDEN_EVERY_US;
  const gint64 wait_us = self->drained_us + every - g_get_monotonic_time ();

  if (self->tick_id != 0 || self->drain_source != 0)
    return;
  if (wait_us <= 0)
    drain_is_due (self);
  else
    self->drain_source = g_timeout_add ((guint) (wait_us / 1000 + 1), drain_is_due, self);
}

void
rn_session_stop_draining (RnSession *self)
{
  if (self->tick_id != 0 && self->clock != NULL)
    gtk_widget_remove_tick_callback (self->clock, self->tick_id);
  self->tick_id = 0;
  g_clear_handle_id (&self->drain_source, g_source_remove);
}

void
rn_session_feed_filled (RnSession *self)
{
  if (self->lab == NULL)
    return; /* disposed of: a last word of a thread */
  if (self->pending != RN_PENDING_NONE || rn_lab_desk_is_pending (self->lab))
    rn_session_drain (self);
  else
    schedule (self);
}

void
rn_session_drain (RnSession *self)
{
  RnSnapshot *snapshot;

  rn_session_stop_draining (self);
  self->drained_us = g_get_monotonic_time ();
  rn_lab_desk_drain (self->lab);
  if (self->training == NULL)
    return;
  snapshot = rn_feed_take (rn_training_get_feed (self->training));
  if (snapshot != NULL)
    rn_session_take (self, snapshot);
}

/* The clock */

static void
clock_was_mapped (RnSession *self)
{
  rn_session_drain (self);
  if (self->live != NULL && rn_record_is_incomplete (rn_document_get_record (self->live)))
    rn_session_read_again (self, self->live);
}

static void
clock_is_gone (gpointer data, GObject *widget)
{
  RnSession *self = data;

  /* its tick callbacks and handlers went with it */
  self->clock = NULL;
  self->map_handler = 0;
  if (self->tick_id != 0)
    {
      self->tick_id = 0;
      if (self->drain_source == 0)
        schedule (self);
    }
}

void
rn_session_set_clock (RnSession *self, GtkWidget *widget)
{
  if (self->clock != NULL)
    {
      rn_session_stop_draining (self);
      g_clear_signal_handler (&self->map_handler, self->clock);
      g_object_weak_unref (G_OBJECT (self->clock), clock_is_gone, self);
    }
  self->clock = widget;
  if (widget == NULL)
    return;
  g_object_weak_ref (G_OBJECT (widget), clock_is_gone, self);
  self->map_handler = g_signal_connect_swapped (widget, "map", G_CALLBACK (clock_was_mapped), self);
}

/* Reading again */

typedef struct
{
  RnDocument *document;
  double loss_weight, error_weight; /* by which its curves are smoothed; -1: by none */
} Adoption;

static void
adoption_free (gpointer data)
{
  Adoption *adoption = data;

  g_object_unref (adoption->document);
  g_free (adoption);
}

static void
smooth_as (RnSeries *series, double weight)
{
  if (weight >= 0.0)
    rn_series_smooth (series, weight);
}

static void
load_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Adoption *adoption = data;
  GError *error = NULL;
  RnRecord *fresh = rn_record_load (rn_document_get_path (adoption->document), &error);

  if (fresh == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  smooth_as (rn_record_get_loss (fresh), adoption->loss_weight);
  smooth_as (rn_record_get_error (fresh), adoption->error_weight);
  g_task_return_pointer (task, fresh, g_object_unref);
}

static void
read_next (RnSession *self)
{
  g_autoptr (RnDocument) next =
      self->adopts_next->len > 0 ? g_ptr_array_steal_index (self->adopts_next, 0) : NULL;

  if (next != NULL)
    rn_session_read_again (self, next);
}

static void
loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  const Adoption *adoption = g_task_get_task_data (G_TASK (result));
  RnDocument *document = adoption->document;
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRecord) fresh = g_task_propagate_pointer (G_TASK (result), &error);

  self->is_adopting = FALSE;
  /* what is shown stays as it was where it cannot be read */
  if (fresh != NULL)
    rn_record_adopt (rn_document_get_record (document), fresh);
  else if (document == self->live || document == self->document)
    rn_session_tell (self, error->message);
  if (fresh != NULL && document == self->document)
    {
      rn_session_update_time (self, FALSE);
      rn_session_emit (self, RN_SIGNAL_MEASURES);
    }
  read_next (self);
}

void
rn_session_read_again (RnSession *self, RnDocument *document)
{
  g_autoptr (GTask) task = NULL;
  RnRecord *record = rn_document_get_record (document);
  Adoption *adoption;

  g_return_if_fail (record != NULL);

  if (rn_document_get_path (document) == NULL)
    return;
  if (self->is_adopting)
    {
      if (!g_ptr_array_find (self->adopts_next, document, NULL))
        g_ptr_array_add (self->adopts_next, g_object_ref (document));
      return;
    }
  self->is_adopting = TRUE;
  adoption = g_new0 (Adoption, 1);
  adoption->document = g_object_ref (document);
  adoption->loss_weight = rn_series_get_weight (rn_record_get_loss (record));
  adoption->error_weight = rn_series_get_weight (rn_record_get_error (record));
  task = g_task_new (self, NULL, loaded, NULL);
  g_task_set_task_data (task, adoption, adoption_free);
  g_task_run_in_thread (task, load_in_task);
}
