#include <math.h>

#include "state/session-private.h"

/* What the one trainer that there is at a time is doing, commanding it and ending it. It is made (session-start.c) and freed on
 * threads of their own: both read and write files and take memory.
 */

/* Status */

static void
status_of_record (RnSession *self, RnRecord *record, RnStatus *status)
{
  const RnSettings *settings = rn_record_get_settings (record);
  const GArray *tests = rn_record_get_tests (record);
  const double epoch_steps = rn_record_get_epoch_steps (record);

  status->step = rn_record_get_last_step (record);
  status->steps = settings->steps;
  status->state = status->step >= status->steps ? RN_STATE_FINISHED : RN_STATE_STOPPED;
  if (self->failed != NULL && self->failed == self->document)
    status->state = RN_STATE_FAILED;
  if (epoch_steps > 0.0)
    {
      status->epoch = (double) status->step / epoch_steps;
      status->epochs = (double) status->steps / epoch_steps;
    }
  status->rate = settings->rate;
  if (tests->len > 0)
    status->test_error = g_array_index (tests, RnTest, tests->len - 1).error;
}

void
rn_session_refresh_status (RnSession *self)
{
  RnRecord *record = rn_session_get_record (self);
  RnStatus status = { .state = RN_STATE_IDLE, .test_error = NAN, .epochs = self->epochs };

  if (self->training != NULL)
    return;
  status.steps = self->settings.steps;
  status.rate = self->settings.rate;
  if (record != NULL)
    status_of_record (self, record, &status);
  if (self->start != NULL)
    {
      status.state = RN_STATE_PREPARING;
      status.is_pending = TRUE;
      status.preparing = self->dataset_progress >= 0.0 ? self->dataset_progress : 1.0;
      status.is_stopping = rn_session_is_start_cancelled (self);
    }
  self->status = status;
  rn_session_emit (self, RN_SIGNAL_STATUS);
}

const RnStatus *
rn_session_get_status (RnSession *self)
{
  return &self->status;
}

gboolean
rn_state_is_working (RnState state)
{
  return state == RN_STATE_RUNNING || state == RN_STATE_EVALUATING;
}

gboolean
rn_session_is_training (RnSession *self)
{
  return self->start != NULL ||
         (self->training != NULL && rn_state_is_working (self->status.state));
}

gboolean
rn_session_has_trainer (RnSession *self)
{
  return self->training != NULL;
}

gboolean
rn_session_is_busy (RnSession *self)
{
  return self->start != NULL || self->training != NULL || self->n_makers > 0 ||
         rn_lab_desk_is_busy (self->lab) || self->keep_source != 0 || self->is_keeping;
}

void
rn_session_note_pending (RnSession *self, RnStatus *status)
{
  status->is_pending = self->pending != RN_PENDING_NONE;
  status->is_stopping = self->pending == RN_PENDING_STOP;
  status->is_pausing = self->pending == RN_PENDING_PAUSE;
  status->is_saving =
      status->is_pausing && rn_trainer_is_saving (rn_training_get_trainer (self->training));
}

void
rn_session_set_pending (RnSession *self, RnPending pending)
{
  self->pending = pending;
  self->pending_step = self->status.step;
  rn_session_note_pending (self, &self->status);
  rn_session_emit (self, RN_SIGNAL_STATUS);
}

/* Ending one, on its thread */

typedef struct
{
  RnSession *session; /* (nullable): held; NULL where it is being disposed */
  RnTraining *training;
} Ending;

void
rn_session_check_shut_down (RnSession *self)
{
  if (self->shut_down == NULL || self->n_makers > 0 || self->training != NULL ||
      rn_lab_desk_is_busy (self->lab) || self->is_keeping)
    return;
  g_task_return_boolean (self->shut_down, TRUE);
  g_clear_object (&self->shut_down);
}

static gboolean
has_ended (gpointer data)
{
  g_autoptr (RnSession) self = data;

  self->n_makers--;
  rn_session_proceed (self);
  rn_session_check_shut_down (self);
  return G_SOURCE_REMOVE;
}

static gpointer
end_in_thread (gpointer data)
{
  Ending *ending = data;

  rn_training_end (ending->training);
  rn_training_unref (ending->training);
  if (ending->session != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, has_ended, ending->session, NULL);
  g_free (ending);
  return NULL;
}

static void
end_training (RnSession *self, RnSession *holder)
{
  Ending *ending = g_new0 (Ending, 1);

  rn_session_stop_draining (self);
  ending->training = g_steal_pointer (&self->training);
  ending->session = holder == NULL ? NULL : g_object_ref (holder);
  if (holder != NULL)
    self->n_makers++;
  self->pending = RN_PENDING_NONE;
  self->watch_every = 0;
  g_thread_unref (g_thread_new ("residua-end", end_in_thread, ending));
}

void
rn_session_end_training (RnSession *self)
{
  g_autoptr (RnDocument) document = g_steal_pointer (&self->live);

  end_training (self, self);
  if (document != NULL && rn_record_is_incomplete (rn_document_get_record (document)))
    rn_session_read_again (self, document);
  rn_session_refresh_status (self);
  rn_session_rewatch (self);
}

void
rn_session_dispose_training (RnSession *self)
{
  rn_session_dispose_start (self);
  if (self->training != NULL)
    end_training (self, NULL);
  g_clear_object (&self->live);
}

/* Commands */

void
rn_session_pause (RnSession *self)
{
  if (self->start != NULL)
    {
      rn_session_cancel_start (self);
      return;
    }
  rn_session_drain (self);
  if (self->training == NULL ||
      (!rn_state_is_working (self->status.state) && self->pending == RN_PENDING_NONE))
    return;
  rn_session_set_pending (self, RN_PENDING_PAUSE);
  rn_trainer_pause (rn_training_get_trainer (self->training));
}

void
rn_session_stop (RnSession *self)
{
  if (self->start != NULL)
    {
      rn_session_cancel_start (self);
      return;
    }
  rn_session_drain (self);
  if (self->training == NULL)
    return;
  rn_session_set_pending (self, RN_PENDING_STOP);
  rn_trainer_stop (rn_training_get_trainer (self->training));
}

void
rn_session_set_rate (RnSession *self, double rate)
{
  if (self->training != NULL)
    rn_trainer_set_rate (rn_training_get_trainer (self->training), rate);
}

void
rn_session_evaluate (RnSession *self)
{
  if (self->training != NULL)
    rn_trainer_evaluate (rn_training_get_trainer (self->training));
}

gboolean
rn_session_get_position (RnSession *self, int *block, gboolean *is_backward)
{
  if (self->training == NULL || self->live != self->document ||
      self->status.state != RN_STATE_RUNNING)
    return FALSE;
  rn_trainer_get_position (rn_training_get_trainer (self->training), block, is_backward);
  return TRUE;
}

void
rn_session_shut_down (RnSession *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  if (self->shut_down != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "It is shutting down already");
      g_object_unref (task);
      return;
    }
  self->shut_down = task;
  if (self->start != NULL)
    rn_session_cancel_start (self);
  rn_session_stop (self);
  rn_lab_desk_stop (self->lab);
  rn_session_keep_now (self);
  rn_session_check_shut_down (self);
}
