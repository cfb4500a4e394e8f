#include "train/worker.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "compute/info.h"
#include "compute/layers.h"
#include "compute/memory.h"
#include "network/evaluator-private.h"
#include "network/model.h"
#include "residua/error.h"
#include "inspect/evaluate.h"
#include "train/feed.h"

#define TIMING_EVERY_US (10 * G_USEC_PER_SEC)

/* What a checkpoint keeps beside parameters, momentum, step and base rate: the schedule's numbers, then these. */
enum
{
  EXTRA_PENDING,
  EXTRA_LOSS,
  EXTRA_ERROR,
  EXTRA_RATE,
  EXTRA_ERROR_SUM,
  EXTRA_ERROR_STEPS,
  N_EXTRA
};

static RnModel *
copy_model (RnTrainer *self, GError **error)
{
  const gsize n = rn_network_get_parameters (self->network)->n_floats;
  float *arena = rn_floats_new (n);

  if (arena == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY,
                           _ ("There is no memory for a copy of the network"));
      return NULL;
    }
  memcpy (arena, rn_network_get_arena (self->network), n * sizeof (float));
  return rn_model_new_take (self->spec, arena, rn_dataset_get_classes (self->dataset),
                            &self->preprocess, rn_network_get_epsilon (self->network), self->step,
                            error);
}

/* Snapshots */

static RnSnapshot *
snapshot_new (RnTrainer *self)
{
  RnSnapshot *snapshot = rn_snapshot_new ();

  snapshot->state = self->state;
  snapshot->step = self->step;
  snapshot->steps = self->settings.steps;
  snapshot->epoch = (double) self->step / (double) self->epoch_steps;
  snapshot->rate = self->rate;
  snapshot->pictures_per_s = self->pictures_per_s;
  snapshot->seconds_left = self->seconds_per_step * (double) (self->settings.steps - self->step);
  snapshot->memory_bytes = self->memory_bytes;
  return snapshot;
}

static void
set_state (RnTrainer *self, RnState state)
{
  pthread_mutex_lock (&self->lock);
  self->state = state;
  pthread_mutex_unlock (&self->lock);
}

static void
tell_state (RnTrainer *self, RnState state)
{
  set_state (self, state);
  rn_feed_offer (self->feed, snapshot_new (self));
}

static void
tell_mark (RnTrainer *self, RnMarkKind kind, double value, double value2)
{
  const RnMark mark = { kind, self->step, value, value2 };
  RnSnapshot *snapshot = snapshot_new (self);

  g_array_append_val (snapshot->marks, mark);
  rn_feed_offer (self->feed, snapshot);
}

/* (transfer full) @error: training ends here; the last checkpoint on disk stays as it is. */
static void
fail (RnTrainer *self, GError *error)
{
  const RnMark mark = { RN_MARK_ERROR, self->step, 0.0, 0.0 };
  RnSnapshot *snapshot;

  /* what is told is why it ended, not that this could not be written as well */
  if (g_error_matches (error, RN_ERROR, RN_ERROR_DIVERGED))
    rn_run_writer_append_event (self->writer,
                                self->row_is_pending ? self->row.step : self->step + 1, "diverged",
                                self->rate, NULL);
  self->training = FALSE;
  self->failed = TRUE;
  set_state (self, RN_STATE_FAILED);
  snapshot = snapshot_new (self);
  g_array_append_val (snapshot->marks, mark);
  snapshot->failure = error;
  rn_feed_offer (self->feed, snapshot);
}

/* (transfer full) @error: what could not be written is kept and written when training goes on. */
static void
pause_for_room (RnTrainer *self, GError *error)
{
  RnSnapshot *snapshot;

  self->training = FALSE;
  set_state (self, RN_STATE_PAUSED);
  snapshot = snapshot_new (self);
  snapshot->failure =
      g_error_new (G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _ ("There is no room left to write in “%s”. Training pauses at step %lld and "
                      "nothing is lost: make room there, then let it go on (%s)"),
                   rn_run_writer_get_path (self->writer), (long long) self->step, error->message);
  rn_feed_offer (self->feed, snapshot);
  g_error_free (error);
}

/* (transfer full) @error: a full disk is waited out, all else ends the training. */
static void
give_way (RnTrainer *self, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    pause_for_room (self, error);
  else
    fail (self, error);
}

/* Measures */

static gboolean
record_measures (RnTrainer *self, GError **error)
{
  if (self->measures_wait && self->measures->len > 0 &&
      !rn_run_writer_append_measures (self->writer,
                                      (const RnBlockMeasure *) (gpointer) self->measures->data,
                                      (int) self->measures->len, error))
    return FALSE;
  self->measures_wait = FALSE;
  return TRUE;
}

/* Checkpoints */

/* A checkpoint with NaN or infinity is not read again, and would in time push out those that are. */
static gboolean
check_finite (RnTrainer *self, GError **error)
{
  const RnParameters *parameters = rn_network_get_parameters (self->network);

  if (rn_all_finite (rn_network_get_arena (self->network), parameters->n_floats) &&
      rn_all_finite (rn_network_get_momentum (self->network), parameters->n_learned))
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_DIVERGED,
               _ ("Training diverged at step %lld: a parameter is not finite. The checkpoint of "
                  "step %lld is kept; a lower rate or a warm-up may help"),
               (long long) self->step, (long long) self->saved_step);
  return FALSE;
}

static gboolean
save (RnTrainer *self, GError **error)
{
  g_autoptr (RnModel) model = copy_model (self, error);
  double numbers[RN_SCHEDULE_STATE_SIZE + N_EXTRA] = { 0.0 },
                                          *extra = numbers + RN_SCHEDULE_STATE_SIZE;
  RnCheckpoint checkpoint;

  if (model == NULL || !check_finite (self, error) || !record_measures (self, error))
    return FALSE;
  rn_schedule_state_save (&self->schedule, numbers);
  if (self->row_is_pending)
    {
      extra[EXTRA_PENDING] = 1.0;
      extra[EXTRA_LOSS] = self->row.loss;
      extra[EXTRA_ERROR] = self->row.error;
      extra[EXTRA_RATE] = self->row.rate;
    }
  extra[EXTRA_ERROR_SUM] = self->epoch_error_sum;
  extra[EXTRA_ERROR_STEPS] = (double) self->epoch_error_steps;
  checkpoint = (RnCheckpoint){ .model = model,
                               .momentum = rn_network_get_momentum (self->network),
                               .step = self->step,
                               .rate = self->rate,
                               .state = numbers,
                               .n_state = G_N_ELEMENTS (numbers) };
  if (!rn_run_writer_checkpoint (self->writer, &checkpoint, error))
    return FALSE;
  self->saved_step = self->step;
  self->save_is_due = FALSE;
  return TRUE;
}

gboolean
rn_worker_save (RnTrainer *self, GError **error)
{
  gboolean is_saved;

  atomic_store (&self->is_saving, TRUE);
  is_saved = save (self, error);
  atomic_store (&self->is_saving, FALSE);
  return is_saved;
}

/* A row that waits for its evaluation, as it stood when the checkpoint was written */
static void
restore_row (RnTrainer *self, const double *extra)
{
  self->row_is_pending = TRUE;
  self->row = (RnHistoryRow){ .step = self->step,
                              .epoch = (double) self->step / (double) self->epoch_steps,
                              .loss = extra[EXTRA_LOSS],
                              .error = extra[EXTRA_ERROR],
                              .rate = extra[EXTRA_RATE],
                              .test_loss = NAN,
                              .test_error = NAN };
}

gboolean
rn_worker_restore (RnTrainer *self, const RnLoadedCheckpoint *checkpoint, GError **error)
{
  const RnParameters *parameters = rn_network_get_parameters (self->network);
  const double *extra = checkpoint->state + RN_SCHEDULE_STATE_SIZE;

  if (!rn_spec_equal (self->spec, rn_model_get_spec (checkpoint->model)) ||
      checkpoint->n_state != RN_SCHEDULE_STATE_SIZE + N_EXTRA ||
      !rn_schedule_state_load (&self->schedule, checkpoint->state, RN_SCHEDULE_STATE_SIZE))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s”: the checkpoint of step %lld is not one of this run"),
                   rn_run_writer_get_path (self->writer), (long long) checkpoint->step);
      return FALSE;
    }
  rn_network_load (self->network, checkpoint->model);
  memcpy (rn_network_get_momentum (self->network), checkpoint->momentum,
          parameters->n_learned * sizeof (float));
  self->step = self->saved_step = checkpoint->step;
  self->rate = checkpoint->rate;
  self->epoch_error_sum = extra[EXTRA_ERROR_SUM];
  self->epoch_error_steps = (gint64) extra[EXTRA_ERROR_STEPS];
  if (extra[EXTRA_PENDING] == 1.0)
    restore_row (self, extra);
  return rn_run_writer_cut (self->writer, self->step, self->step - (self->row_is_pending ? 1 : 0),
                            error);
}

/* Evaluation */

/* Returns: FALSE with RN_ERROR_CANCELLED where a command waits */
static gboolean
evaluate (RnTrainer *self, double *test_loss, double *test_error, GError **error)
{
  const RnViews single = { .crops = 1 };
  g_autoptr (RnModel) model = copy_model (self, error);
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autoptr (RnEvaluation) evaluation = NULL;

  if (model == NULL)
    return FALSE;
  tell_state (self, RN_STATE_EVALUATING);
  evaluator = rn_evaluator_new_on_team (model, RN_PATH_RUN, self->team, error);
  if (evaluator != NULL)
    evaluation = rn_evaluate_cancellable (evaluator, self->dataset, RN_SPLIT_TEST, &single, 0, 0,
                                          NULL, NULL, &self->interrupt, error);
  set_state (self, RN_STATE_RUNNING);
  if (evaluation == NULL)
    return FALSE;
  *test_loss = evaluation->loss;
  *test_error = (double) evaluation->wrong / evaluation->count;
  return TRUE;
}

static gboolean
has_test_split (const RnTrainer *self)
{
  return rn_dataset_count (self->dataset, RN_SPLIT_TEST) > 0;
}

static gboolean
is_due (const RnTrainer *self, gint64 every)
{
  return self->step == self->settings.steps ||
         self->step % (every > 0 ? every : self->epoch_steps) == 0;
}

/* The plateau's error: of the test split, or of the training steps since the last time where there is none. */
static void
note_evaluation (RnTrainer *self)
{
  double error = self->row.test_error;

  if (!has_test_split (self))
    error = self->epoch_error_sum / (double) MAX (self->epoch_error_steps, 1);
  rn_schedule_note_epoch (&self->settings.schedule, &self->schedule, error);
  self->epoch_error_sum = 0.0;
  self->epoch_error_steps = 0;
}

/* Steps */

static gboolean
note_timing (RnTrainer *self, GError **error)
{
  const gint64 now = g_get_monotonic_time ();

  if (self->last_timing_us != 0 && now - self->last_timing_us < TIMING_EVERY_US)
    return TRUE;
  self->last_timing_us = now;
  self->memory_bytes = rn_memory_resident ();
  return rn_run_writer_append_timing (self->writer, self->step, g_get_real_time () / G_USEC_PER_SEC,
                                      self->pictures_per_s, self->threads, rn_info_isa (),
                                      rn_info_blas_core (), error);
}

static gboolean
save_due (RnTrainer *self, GError **error)
{
  if (!rn_worker_save (self, error))
    return FALSE;
  tell_mark (self, RN_MARK_CHECKPOINT, 0.0, 0.0);
  return TRUE;
}

/* The end of a step: its evaluation where one is due, its row, its checkpoint. Leaves the row pending, without an
 * error, where a command interrupts the evaluation. After an error it can be called again: what is done is not done
 * twice. */
static gboolean
finish_step (RnTrainer *self, GError **error)
{
  const gboolean evaluates = is_due (self, self->settings.evaluate_every);

  if (!record_measures (self, error))
    return FALSE;
  if (evaluates && has_test_split (self) && !self->row_is_evaluated)
    {
      g_autoptr (GError) local = NULL;

      if (!evaluate (self, &self->row.test_loss, &self->row.test_error, &local))
        {
          if (g_error_matches (local, RN_ERROR, RN_ERROR_CANCELLED))
            return TRUE;
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      self->row_is_evaluated = TRUE;
    }
  if (!rn_run_writer_append_history (self->writer, &self->row, error))
    return FALSE;
  self->row_is_pending = self->row_is_evaluated = FALSE;
  if (evaluates)
    note_evaluation (self);
  self->save_is_due =
      self->row.test_error < self->best_error || is_due (self, self->settings.checkpoint_every);
  if (!isnan (self->row.test_error))
    {
      self->best_error = MIN (self->best_error, self->row.test_error);
      tell_mark (self, RN_MARK_TEST, self->row.test_error, self->row.test_loss);
    }
  return note_timing (self, error) && (!self->save_is_due || save_due (self, error));
}

static gboolean
watch (RnTrainer *self, RnSnapshot *snapshot, GError **error)
{
  const int n = (int) g_strv_length (self->watched_taps);
  g_autoptr (RnModel) model = copy_model (self, error);
  g_autoptr (RnEvaluator) evaluator = NULL;
  g_autofree RnTensor **taps = g_new0 (RnTensor *, n + 1);
  g_autofree float *logits = g_new (float, rn_spec_get_classes (self->spec));
  const RnPass pass = { .tap_names = (const char *const *) self->watched_taps, .taps = taps };

  if (model == NULL ||
      (evaluator = rn_evaluator_new_on_team (model, RN_PATH_TAPS, self->team, error)) == NULL ||
      !rn_evaluator_run (evaluator, logits, self->watched->data, 1, self->watched->dims[1],
                         self->watched->dims[2], &pass, error))
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      RnWatched *watched = g_new0 (RnWatched, 1);

      watched->tap = g_strdup (self->watched_taps[i]);
      watched->step = self->step;
      watched->values = taps[i];
      g_ptr_array_add (snapshot->watched, watched);
    }
  return TRUE;
}

/* A picture that cannot be watched is no reason to stop training: it is forgotten. */
static void
watch_into (RnTrainer *self, RnSnapshot *snapshot)
{
  g_autoptr (GError) error = NULL;

  if (self->watched == NULL || watch (self, snapshot, &error))
    return;
  g_clear_pointer (&self->watched, rn_tensor_unref);
  g_clear_pointer (&self->watched_taps, g_strfreev);
  if (snapshot->failure == NULL)
    snapshot->failure = g_steal_pointer (&error);
}

static void
tell_step (RnTrainer *self, gboolean measured)
{
  const RnHistoryRow *row = &self->row;
  const RnPoint point = { row->step,  row->step,  row->loss,  row->loss, row->loss,
                          row->error, row->error, row->error, row->rate };
  RnSnapshot *snapshot = snapshot_new (self);

  g_array_append_val (snapshot->points, point);
  if (measured)
    {
      g_array_append_vals (snapshot->measures, self->measures->data, self->measures->len);
      g_array_append_vals (snapshot->responses, self->responses->data, self->responses->len);
    }
  if (self->watched != NULL && self->step % self->watch_every == 0)
    watch_into (self, snapshot);
  rn_feed_offer (self->feed, snapshot);
}

/* Commands of an earlier life of this run take effect again where they did. */
static void
replay_events (RnTrainer *self)
{
  while (self->events != NULL && self->events->len > 0)
    {
      const RnRunEvent *event = &g_array_index (self->events, RnRunEvent, 0);

      if (event->step > self->step)
        break;
      if (strcmp (event->name, "rate") == 0)
        self->rate = event->value;
      g_array_remove_index (self->events, 0);
    }
}

static void
measure_speed (RnTrainer *self, int n, gint64 started_us)
{
  const double seconds = MAX ((double) (g_get_monotonic_time () - started_us) * 1e-6, 1e-9);

  self->pictures_per_s =
      self->pictures_per_s == 0.0 ? n / seconds : 0.9 * self->pictures_per_s + 0.1 * n / seconds;
  self->session_steps++;
  self->seconds_per_step = (double) (g_get_monotonic_time () - self->session_started_us) * 1e-6 /
                           (double) self->session_steps;
}

static void
gather_measures (RnTrainer *self)
{
  RnBlockMeasure *measures;

  g_array_set_size (self->measures, (guint) rn_spec_n_blocks (self->spec));
  g_array_set_size (self->responses, (guint) rn_network_get_layout (self->network)->n_convs);
  measures = (RnBlockMeasure *) (gpointer) self->measures->data;
  rn_network_get_measures (self->network, measures);
  for (guint i = 0; i < self->measures->len; i++)
    measures[i].step = self->step + 1;
  self->measures_wait = TRUE;
  rn_network_get_responses (self->network, (RnLayerResponse *) (gpointer) self->responses->data);
}

/* One step, whole or not at all. */
static gboolean
do_step (RnTrainer *self, GError **error)
{
  const RnSettings *settings = &self->settings;
  const gboolean measures =
      settings->measure_every > 0 && (self->step + 1) % settings->measure_every == 0;
  const gint64 started_us = g_get_monotonic_time ();
  g_autoptr (GError) local = NULL;
  const RnBatch *batch =
      rn_loader_get_cancellable (self->loader, self->step, &self->interrupt, &local);
  double loss, rate;
  gboolean is_recorded;
  int wrong;

  if (g_error_matches (local, RN_ERROR, RN_ERROR_CANCELLED))
    return TRUE;
  if (batch == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  replay_events (self);
  rate = rn_schedule_rate (&settings->schedule, &self->schedule, self->rate, self->step,
                           settings->steps);
  if (!rn_network_compute (self->network, batch->x, batch->labels, batch->n, measures,
                           &self->interrupt, &loss, &wrong))
    return TRUE;
  if (!rn_network_is_finite (self->network))
    {
      g_set_error (
          error, RN_ERROR, RN_ERROR_DIVERGED,
          _ ("Training diverged at step %lld: the loss, a gradient or a layer's variance is not "
             "finite (learning rate %g). The checkpoint of step %lld is kept; a lower rate or a "
             "warm-up may help"),
          (long long) self->step + 1, rate, (long long) self->saved_step);
      return FALSE;
    }
  if (measures)
    gather_measures (self);
  rn_network_commit (self->network, rate, settings->momentum, settings->weight_decay,
                     settings->spare_norms);
  self->step++;
  self->row = (RnHistoryRow){ .step = self->step,
                              .epoch = (double) self->step / (double) self->epoch_steps,
                              .loss = loss,
                              .error = (double) wrong / batch->n,
                              .rate = rate,
                              .test_loss = NAN,
                              .test_error = NAN };
  self->row_is_pending = TRUE;
  self->epoch_error_sum += self->row.error;
  self->epoch_error_steps++;
  rn_schedule_note_step (&settings->schedule, &self->schedule, self->row.error, self->epoch_steps);
  measure_speed (self, batch->n, started_us);
  is_recorded = record_measures (self, error);
  tell_step (self, measures);
  return is_recorded;
}

/* Commands */

static void
do_run (RnTrainer *self, gint64 n_steps)
{
  if (self->failed)
    return;
  self->goal =
      n_steps > 0 ? MIN (self->step + n_steps, self->settings.steps) : self->settings.steps;
  if (!self->training)
    {
      self->session_started_us = g_get_monotonic_time ();
      self->session_steps = 0;
    }
  self->training = TRUE;
  tell_state (self, RN_STATE_RUNNING);
}

static void
do_set_rate (RnTrainer *self, double rate)
{
  GError *error = NULL;

  if (self->failed || !isfinite (rate) || rate <= 0.0)
    return;
  if (!rn_run_writer_append_event (self->writer, self->step, "rate", rate, &error))
    {
      give_way (self, error);
      return;
    }
  /* those of an earlier life that are due come before it, as they do in the file */
  replay_events (self);
  self->rate = rate;
  tell_mark (self, RN_MARK_RATE, rate, 0.0);
}

static void
do_checkpoint (RnTrainer *self)
{
  GError *error = NULL;

  if (self->failed || self->saved_step == self->step)
    return;
  if (rn_worker_save (self, &error))
    tell_mark (self, RN_MARK_CHECKPOINT, 0.0, 0.0);
  else
    give_way (self, error);
}

/* For the feed alone: what the run keeps does not depend on who looked when. */
static void
do_evaluate (RnTrainer *self)
{
  g_autoptr (GError) error = NULL;
  const RnState state = self->state;
  double test_loss, test_error;
  RnSnapshot *snapshot;

  if (self->failed || !has_test_split (self))
    return;
  if (evaluate (self, &test_loss, &test_error, &error))
    {
      set_state (self, state);
      tell_mark (self, RN_MARK_TEST, test_error, test_loss);
    }
  set_state (self, state);
  snapshot = snapshot_new (self);
  if (!g_error_matches (error, RN_ERROR, RN_ERROR_CANCELLED))
    snapshot->failure = g_steal_pointer (&error);
  rn_feed_offer (self->feed, snapshot);
}

static void
do_watch (RnTrainer *self, RnCommand *command)
{
  RnSnapshot *snapshot;

  g_clear_pointer (&self->watched, rn_tensor_unref);
  g_clear_pointer (&self->watched_taps, g_strfreev);
  self->watched = g_steal_pointer (&command->picture);
  self->watched_taps = g_steal_pointer (&command->taps);
  self->watch_every = command->steps;
  snapshot = snapshot_new (self);
  watch_into (self, snapshot);
  rn_feed_offer (self->feed, snapshot);
}

static void
do_copy (RnTrainer *self, RnCopyReply *reply)
{
  RnModel *model = copy_model (self, NULL);

  pthread_mutex_lock (&self->lock);
  reply->model = model;
  reply->done = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

static void
do_command (RnTrainer *self, RnCommand *command)
{
  switch (command->kind)
    {
    case RN_COMMAND_RUN:
      do_run (self, command->steps);
      break;
    case RN_COMMAND_PAUSE:
      if (self->training)
        tell_state (self, RN_STATE_PAUSED);
      self->training = FALSE;
      break;
    case RN_COMMAND_STOP:
      self->training = FALSE;
      self->stopping = TRUE;
      break;
    case RN_COMMAND_RATE:
      do_set_rate (self, command->rate);
      break;
    case RN_COMMAND_CHECKPOINT:
      do_checkpoint (self);
      break;
    case RN_COMMAND_EVALUATE:
      do_evaluate (self);
      break;
    case RN_COMMAND_WATCH:
      do_watch (self, command);
      break;
    case RN_COMMAND_UNWATCH:
      g_clear_pointer (&self->watched, rn_tensor_unref);
      g_clear_pointer (&self->watched_taps, g_strfreev);
      break;
    case RN_COMMAND_COPY:
      do_copy (self, command->reply);
      break;
    default:
      break;
    }
}

/* Whether a command that waits asks to leave the step under way. Called with the lock held. */
static gboolean
interrupt_waits_locked (RnTrainer *self)
{
  for (GList *link = self->commands.head; link != NULL; link = link->next)
    {
      const RnCommand *command = link->data;

      if (command->kind == RN_COMMAND_PAUSE || command->kind == RN_COMMAND_STOP)
        return TRUE;
    }
  return FALSE;
}

/* Does what was asked; waits for something to do while it does not train. */
static void
do_commands (RnTrainer *self)
{
  RnCommand *command;

  pthread_mutex_lock (&self->lock);
  for (;;)
    {
      command = g_queue_pop_head (&self->commands);
      if (command == NULL && (self->training || self->stopping))
        break;
      if (command == NULL)
        {
          self->busy = FALSE;
          pthread_cond_broadcast (&self->changed);
          pthread_cond_wait (&self->changed, &self->lock);
          continue;
        }
      __atomic_store_n (&self->interrupt, interrupt_waits_locked (self), __ATOMIC_RELEASE);
      pthread_mutex_unlock (&self->lock);
      do_command (self, command);
      rn_command_free (command);
      pthread_mutex_lock (&self->lock);
    }
  pthread_mutex_unlock (&self->lock);
}

/* What comes next: the end of a step that waits for its evaluation or for room on the disk, or a step, or the end. */
static void
advance (RnTrainer *self)
{
  GError *error = NULL;
  gboolean well;

  if (self->row_is_pending)
    well = finish_step (self, &error);
  else if (self->save_is_due)
    well = save_due (self, &error);
  else if (self->step < self->goal)
    well = do_step (self, &error);
  else
    {
      self->training = FALSE;
      tell_state (self, self->step == self->settings.steps ? RN_STATE_FINISHED : RN_STATE_PAUSED);
      return;
    }
  if (!well)
    give_way (self, error);
}

/* Nobody may wait for a worker that is gone. */
static void
close_mailbox (RnTrainer *self)
{
  RnCommand *command;

  pthread_mutex_lock (&self->lock);
  self->ended = TRUE;
  self->busy = FALSE;
  while ((command = g_queue_pop_head (&self->commands)) != NULL)
    {
      if (command->reply != NULL)
        command->reply->done = TRUE;
      rn_command_free (command);
    }
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

gpointer
rn_worker_thread (gpointer data)
{
  RnTrainer *self = data;
  GError *error = NULL;

  while (!self->stopping)
    {
      do_commands (self);
      if (self->training)
        advance (self);
    }
  if (!self->failed && self->saved_step != self->step && !rn_worker_save (self, &error))
    fail (self, error);
  if (!self->failed)
    tell_state (self, RN_STATE_STOPPED);
  close_mailbox (self);
  return NULL;
}
