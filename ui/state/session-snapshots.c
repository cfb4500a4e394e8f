#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"
#include "state/session-private.h"

/* What the worker tells: taken into the record and the status, and what follows from it. */

/* Whether what the worker tells is the effect of the command that waits */
static gboolean
is_answer (RnSession *self, const RnSnapshot *snapshot)
{
  const gboolean is_over = snapshot->state == RN_STATE_FINISHED ||
                           snapshot->state == RN_STATE_FAILED ||
                           snapshot->state == RN_STATE_STOPPED;

  switch (self->pending)
    {
    case RN_PENDING_RUN:
      return is_over || rn_state_is_working (snapshot->state);
    case RN_PENDING_STEP:
      return is_over || (snapshot->state == RN_STATE_PAUSED && snapshot->step > self->pending_step);
    case RN_PENDING_PAUSE:
      return is_over || snapshot->state == RN_STATE_PAUSED;
    case RN_PENDING_STOP:
      return snapshot->state == RN_STATE_FAILED || snapshot->state == RN_STATE_STOPPED;
    case RN_PENDING_NONE:
    default:
      return FALSE;
    }
}

static void
take_status (RnSession *self, const RnSnapshot *snapshot)
{
  RnRecord *record = rn_document_get_record (self->live);
  const GArray *tests = rn_record_get_tests (record);
  const double epoch_steps = rn_record_get_epoch_steps (record);
  RnStatus *status = &self->status;

  if (is_answer (self, snapshot))
    self->pending = RN_PENDING_NONE;
  *status =
      (RnStatus){ .state = snapshot->state == RN_STATE_IDLE ? RN_STATE_PAUSED : snapshot->state,
                  .step = snapshot->step,
                  .steps = snapshot->steps,
                  .epoch = snapshot->epoch,
                  .epochs = epoch_steps > 0.0 ? (double) snapshot->steps / epoch_steps : 0.0,
                  .rate = snapshot->rate,
                  .pictures_per_s = snapshot->pictures_per_s,
                  .seconds_left = snapshot->seconds_left,
                  .memory_bytes = snapshot->memory_bytes,
                  .test_error = NAN };
  if (tests->len > 0)
    status->test_error = g_array_index (tests, RnTest, tests->len - 1).error;
  rn_session_note_pending (self, status);
}

static char *
describe_end (RnSession *self, const RnSnapshot *snapshot)
{
  const char *title = rn_document_get_title (self->live);
  g_autofree char *steps = rn_format_count (snapshot->step);
  g_autofree char *wrong = NULL;

  if (snapshot->state == RN_STATE_FAILED && snapshot->failure != NULL)
    return g_strdup_printf ("%s: %s", title, snapshot->failure->message);
  if (isnan (self->status.test_error))
    return g_strdup_printf (ngettext ("%s: %s step done", "%s: %s steps done",
                                      (gulong) snapshot->step),
                            title, steps);
  wrong = rn_format_percent (self->status.test_error);
  return g_strdup_printf (ngettext ("%s: %s step done, %s of the test pictures wrong",
                                    "%s: %s steps done, %s of the test pictures wrong",
                                    (gulong) snapshot->step),
                          title, steps, wrong);
}

static void
take_end (RnSession *self, const RnSnapshot *snapshot)
{
  g_autofree char *text = describe_end (self, snapshot);
  const RnState state = snapshot->state;

  if (state == RN_STATE_FAILED)
    g_set_object (&self->failed, self->live);
  rn_session_end_training (self);
  if (state == RN_STATE_STOPPED)
    return;
  rn_session_tell_end (self, state, text);
  if (state == RN_STATE_FAILED && snapshot->failure != NULL)
    rn_session_fail (self, _ ("Training has ended"), snapshot->failure->message);
}

/* The worker paused by itself, for want of room on the disk. */
static void
take_failed_write (RnSession *self, const RnSnapshot *snapshot)
{
  rn_session_set_pending (self, RN_PENDING_NONE);
  rn_session_tell_end (self, RN_STATE_PAUSED, snapshot->failure->message);
  rn_session_fail (self, _ ("The disk is full"), snapshot->failure->message);
}

void
rn_session_take (RnSession *self, RnSnapshot *snapshot)
{
  g_autoptr (RnDocument) live = g_object_ref (self->live);
  RnRecord *record = rn_document_get_record (live);
  const gboolean is_shown = live == self->document;

  rn_record_take_snapshot (record, snapshot);
  take_status (self, snapshot);
  if (is_shown)
    rn_session_update_time (self, FALSE);
  rn_session_emit (self, RN_SIGNAL_STATUS);
  if (is_shown && snapshot->measures->len > 0 && rn_time_axis_get_cursor (self->time) < 0)
    rn_session_emit (self, RN_SIGNAL_MEASURES);
  rn_session_take_watched (self, snapshot);
  if (self->live != live)
    {
      /* a command of one who was told has drained the feed to its end */
      rn_snapshot_free (snapshot);
      return;
    }
  switch (snapshot->state)
    {
    case RN_STATE_FINISHED:
    case RN_STATE_STOPPED:
    case RN_STATE_FAILED:
      take_end (self, snapshot);
      break;
    case RN_STATE_PAUSED:
      if (rn_record_is_incomplete (record))
        rn_session_read_again (self, live);
      if (g_error_matches (snapshot->failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        take_failed_write (self, snapshot);
      else if (snapshot->failure != NULL)
        rn_session_tell (self, snapshot->failure->message);
      break;
    default:
      if (snapshot->failure != NULL)
        rn_session_tell (self, snapshot->failure->message);
      break;
    }
  rn_snapshot_free (snapshot);
}
