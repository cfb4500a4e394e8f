#include "training.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>

#include "output-json.h"
#include "residua/compute-info.h"
#include "residua/cost.h"
#include "residua/error.h"
#include "signals.h"
#include "terminal.h"

/* How often the loop looks whether somebody interrupted */
#define LOOK_EVERY_US (G_USEC_PER_SEC / 20)
#define EVENTS_EVERY_US (2 * G_USEC_PER_SEC)
#define SMOOTHING 0.95

typedef struct
{
  RnTrainer *trainer;
  RnTensorboard *events; /* (nullable) */
  gint64 events_us;      /* when they were last brought up to date */
  gboolean json;
  gint64 began_us;
  gboolean is_stopping;
  RnState state;
  gint64 step;
  gint64 steps;
  gint64 saved_step; /* of the newest checkpoint that was told of */
  GError *failure;

  double loss; /* smoothed, for the bar */
  double error;
  gint64 n_points;
  double sum_loss; /* since the last test, over steps */
  double sum_error;
  double sum_steps;
  RnCliProgress progress;
} Watch;

RnDataset *
rn_cli_open_data (const char *what, guint64 seed, GError **error)
{
  RnCliProgress progress;
  RnDataset *dataset;

  rn_cli_signals_look ();
  rn_cli_progress_start (&progress, _ ("Opening the data"));
  dataset = rn_dataset_open (what, seed, rn_cli_progress_func, &progress, error);
  rn_cli_progress_end (&progress);
  return dataset;
}

/* The start */

static void
tell_start_json (const char *run_path, const RnSpec *spec, const RnSettings *settings,
                 RnDataset *dataset, gint64 step, int threads, const RnCost *cost)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *schedule = rn_schedule_to_string (&settings->schedule);
  g_autofree char *augment = rn_augment_to_string (&settings->augment);
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, settings->seed);

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "event", "start");
  rn_cli_json_string (builder, "run", run_path);
  rn_cli_json_string (builder, "network", rn_spec_get_name (spec));
  rn_cli_json_int (builder, "parameters", cost->parameters);
  rn_cli_json_int (builder, "macs", cost->macs);
  rn_cli_json_int (builder, "side", rn_spec_get_side (spec));
  rn_cli_json_int (builder, "channels", rn_spec_get_channels (spec));
  rn_cli_json_string (builder, "data", rn_dataset_get_source (dataset));
  rn_cli_json_strings (builder, "classes", rn_dataset_get_classes (dataset));
  rn_cli_json_int (builder, "train_count", rn_dataset_count (dataset, RN_SPLIT_TRAIN));
  rn_cli_json_int (builder, "test_count", rn_dataset_count (dataset, RN_SPLIT_TEST));
  rn_cli_json_int (builder, "step", step);
  rn_cli_json_int (builder, "steps", settings->steps);
  rn_cli_json_int (builder, "batch", settings->batch);
  rn_cli_json_number (builder, "rate", settings->rate);
  rn_cli_json_string (builder, "schedule", schedule);
  rn_cli_json_string (builder, "augment", augment);
  rn_cli_json_string (builder, "seed", seed); /* 64 bits do not fit into every reader's number */
  rn_cli_json_int (builder, "threads", threads);
  rn_cli_json_int (builder, "memory_bytes", (gint64) cost->train_bytes);
  rn_cli_json_string (builder, "isa", rn_compute_isa ());
  rn_cli_json_string (builder, "blas_core", rn_compute_blas_core ());
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

static void
tell_start_text (const RnSpec *spec, const RnSettings *settings, RnDataset *dataset, gint64 step,
                 int threads, const RnCost *cost)
{
  g_autofree char *schedule = rn_schedule_to_string (&settings->schedule);
  g_autofree char *augment = rn_augment_to_string (&settings->augment);
  g_autofree char *parameters = rn_cli_grouped (cost->parameters);
  g_autofree char *macs = rn_cli_large ((double) cost->macs);
  const int n_train = rn_dataset_count (dataset, RN_SPLIT_TRAIN);
  const int side = rn_spec_get_side (spec);

  rn_cli_tell (
      _ ("Network   %s: input %d×%d×%d, %d blocks, %s parameters, %s multiply-adds a picture"),
      rn_spec_get_name (spec) != NULL ? rn_spec_get_name (spec) : _ ("without a name"), side, side,
      rn_spec_get_channels (spec), rn_spec_n_blocks (spec), parameters, macs);
  rn_cli_tell (_ ("Data      %s (%s): %d training and %d test pictures, %d classes"),
               rn_dataset_get_source (dataset), rn_dataset_get_format (dataset), n_train,
               rn_dataset_count (dataset, RN_SPLIT_TEST), rn_dataset_n_classes (dataset));
  rn_cli_tell (_ ("Training  %lld steps of %d pictures (%.1f epochs), rate %g, schedule %s, "
                  "augmentation %s, seed %llu"),
               (long long) settings->steps, settings->batch,
               (double) settings->steps * settings->batch / MAX (n_train, 1), settings->rate,
               schedule, augment, (unsigned long long) settings->seed);
  rn_cli_tell (_ ("Machine   %d threads, %s, OpenBLAS for %s, about %.0f MB beside the data"),
               threads, rn_compute_isa (), rn_compute_blas_core (),
               (double) cost->train_bytes / 1e6);
  if (step > 0)
    rn_cli_tell (_ ("Going on  after step %lld"), (long long) step);
}

void
rn_cli_tell_start (const char *run_path, const RnSpec *spec, const RnSettings *settings,
                   RnDataset *dataset, gint64 step, int threads, gboolean json)
{
  const int used = threads > 0 ? threads : rn_compute_n_processors ();
  const char *const *warnings = rn_dataset_get_warnings (dataset);
  RnCost cost;

  rn_cost_of_network (spec, settings->batch, used, &cost);
  for (int i = 0; warnings != NULL && warnings[i] != NULL; i++)
    rn_cli_complain (_ ("warning: %s"), warnings[i]);
  if (json)
    tell_start_json (run_path, spec, settings, dataset, step, used, &cost);
  else
    tell_start_text (spec, settings, dataset, step, used, &cost);
}

/* Events for machines */

static JsonBuilder *
event_new (const char *kind, gint64 step)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "event", kind);
  rn_cli_json_int (builder, "step", step);
  return builder;
}

/* (transfer full) @builder */
static void
event_print (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
  g_object_unref (builder);
}

static void
print_point (const Watch *self, const RnSnapshot *snapshot, const RnPoint *point)
{
  JsonBuilder *builder = event_new ("step", point->last_step);

  if (point->first_step != point->last_step)
    rn_cli_json_int (builder, "first_step", point->first_step);
  rn_cli_json_number (builder, "epoch",
                      snapshot->step > 0
                          ? snapshot->epoch * (double) point->last_step / (double) snapshot->step
                          : 0.0);
  rn_cli_json_number (builder, "loss", point->loss_mean);
  rn_cli_json_number (builder, "error", point->error_mean);
  rn_cli_json_number (builder, "rate", point->rate);
  rn_cli_json_number (builder, "pictures_per_s", snapshot->pictures_per_s);
  event_print (builder);
}

static void
print_mark (Watch *self, const RnMark *mark)
{
  JsonBuilder *builder;

  if (mark->kind == RN_MARK_TEST)
    {
      builder = event_new ("test", mark->step);
      rn_cli_json_number (builder, "error", mark->value);
      rn_cli_json_number (builder, "loss", mark->value2);
      event_print (builder);
    }
  else if (mark->kind == RN_MARK_CHECKPOINT)
    {
      self->saved_step = mark->step;
      event_print (event_new ("checkpoint", mark->step));
    }
}

/* Lines for people */

static void
tell_test (Watch *self, const RnSnapshot *snapshot, const RnMark *mark)
{
  const double seconds = (double) (g_get_monotonic_time () - self->began_us) * 1e-6;
  g_autofree char *duration = rn_cli_duration (seconds);
  g_autofree char *training = NULL;

  /* nothing was trained here since: the end of a step that an interruption had cut off */
  if (self->sum_steps > 0.0)
    training = g_strdup_printf (_ ("  training loss %.4f, error %.2f %%"),
                                self->sum_loss / self->sum_steps,
                                100.0 * self->sum_error / self->sum_steps);
  rn_cli_tell (_ ("%8s  epoch %-6.4g step %-6lld%s  test loss %.4f, error %.2f %%"), duration,
               snapshot->step > 0 ? snapshot->epoch * (double) mark->step / (double) snapshot->step
                                  : 0.0,
               (long long) mark->step, training != NULL ? training : "", mark->value2,
               100.0 * mark->value);
  self->sum_loss = self->sum_error = self->sum_steps = 0.0;
  /* in a pipe this line was news enough */
  self->progress.shown_us = g_get_monotonic_time ();
}

static void
update_progress (Watch *self, const RnSnapshot *snapshot)
{
  g_autofree char *detail = NULL;

  if (self->is_stopping || snapshot->steps < 1)
    return;
  if (snapshot->state == RN_STATE_EVALUATING)
    detail = g_strdup_printf (_ ("step %lld/%lld  testing"), (long long) snapshot->step,
                              (long long) snapshot->steps);
  else if (self->n_points > 0)
    detail = g_strdup_printf (_ ("step %lld/%lld  loss %.3f  error %.1f %%  %.0f/s"),
                              (long long) snapshot->step, (long long) snapshot->steps, self->loss,
                              100.0 * self->error, snapshot->pictures_per_s);
  if (detail != NULL)
    rn_cli_progress_update (&self->progress, (double) snapshot->step / (double) snapshot->steps,
                            snapshot->seconds_left > 0.0 ? snapshot->seconds_left : -1.0, detail);
}

/* Snapshots */

static void
take_point (Watch *self, const RnSnapshot *snapshot, const RnPoint *point)
{
  const double n = (double) (point->last_step - point->first_step + 1);
  const double keep = self->n_points == 0 ? 0.0 : pow (SMOOTHING, n);

  self->loss = keep * self->loss + (1.0 - keep) * point->loss_mean;
  self->error = keep * self->error + (1.0 - keep) * point->error_mean;
  self->sum_loss += n * point->loss_mean;
  self->sum_error += n * point->error_mean;
  self->sum_steps += n;
  self->n_points++;
  if (self->json)
    print_point (self, snapshot, point);
}

static void
take_mark (Watch *self, const RnSnapshot *snapshot, const RnMark *mark)
{
  if (self->json)
    print_mark (self, mark);
  else if (mark->kind == RN_MARK_TEST)
    tell_test (self, snapshot, mark);
}

/* (transfer full) @snapshot: points and marks in the order of their steps */
static void
take_snapshot (Watch *self, RnSnapshot *snapshot)
{
  guint m = 0;

  for (guint p = 0; p < snapshot->points->len || m < snapshot->marks->len;)
    {
      const RnPoint *point =
          p < snapshot->points->len ? &g_array_index (snapshot->points, RnPoint, p) : NULL;
      const RnMark *mark =
          m < snapshot->marks->len ? &g_array_index (snapshot->marks, RnMark, m) : NULL;

      if (mark == NULL || (point != NULL && point->first_step <= mark->step))
        {
          take_point (self, snapshot, point);
          p++;
        }
      else
        {
          take_mark (self, snapshot, mark);
          m++;
        }
    }
  self->state = snapshot->state;
  self->step = snapshot->step;
  self->steps = snapshot->steps;
  /* nobody is there to make room and to go on: a full disk ends it here */
  if (self->failure == NULL &&
      (snapshot->state == RN_STATE_FAILED ||
       g_error_matches (snapshot->failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE)))
    self->failure = g_steal_pointer (&snapshot->failure);
  update_progress (self, snapshot);
  rn_snapshot_free (snapshot);
}

static void
stop (Watch *self)
{
  self->is_stopping = TRUE;
  rn_cli_tell (
      _ ("Stopping: a checkpoint is being written (Ctrl-C once more leaves at once, without it)"));
  rn_trainer_stop (self->trainer);
}

/* A training does not end for want of its events: at its end it is tried once more, and told. */
static void
update_events (Watch *self)
{
  const gint64 now = g_get_monotonic_time ();

  if (self->events == NULL || now - self->events_us < EVENTS_EVERY_US)
    return;
  self->events_us = now;
  rn_tensorboard_update (self->events, NULL);
}

static void
watch (Watch *self)
{
  rn_trainer_run (self->trainer, 0);
  while (self->state != RN_STATE_FINISHED && self->state != RN_STATE_STOPPED &&
         self->state != RN_STATE_FAILED && self->failure == NULL)
    {
      RnSnapshot *snapshot = rn_feed_wait (rn_trainer_get_feed (self->trainer), LOOK_EVERY_US);

      if (snapshot != NULL)
        take_snapshot (self, snapshot);
      update_events (self);
      /* a reader of the events that went away stops it like Ctrl-C */
      if (!self->is_stopping && (rn_cli_is_interrupted () || ferror (stdout)))
        stop (self);
    }
  rn_cli_progress_end (&self->progress);
}

/* The end */

/* Test errors of the whole run, what was trained before a resume included; NaN and -1 where there are none */
typedef struct
{
  double last;
  double best;
  gint64 best_step;
  gint64 best_checkpoint;
} Results;

static void
read_results (const char *run_path, Results *results)
{
  g_autoptr (RnRun) run = rn_run_open (run_path, NULL);
  g_autoptr (GArray) history = run != NULL ? rn_run_read_history (run, NULL) : NULL;

  *results = (Results){ NAN, NAN, -1, run != NULL ? rn_run_best_step (run) : -1 };
  for (guint i = 0; history != NULL && i < history->len; i++)
    {
      const RnHistoryRow *row = &g_array_index (history, RnHistoryRow, i);

      if (isnan (row->test_error))
        continue;
      results->last = row->test_error;
      if (isnan (results->best) || row->test_error < results->best)
        {
          results->best = row->test_error;
          results->best_step = row->step;
        }
    }
}

static void
print_end_json (const Watch *self, const char *run_path, double seconds, const Results *results)
{
  JsonBuilder *builder = event_new ("end", self->step);

  rn_cli_json_int (builder, "steps", self->steps);
  rn_cli_json_string (builder, "state",
                      self->state == RN_STATE_FINISHED ? "finished" : "interrupted");
  rn_cli_json_number (builder, "seconds", seconds);
  rn_cli_json_number (builder, "test_error", results->last);
  rn_cli_json_number (builder, "best_error", results->best);
  rn_cli_json_int (builder, "best_step", results->best_step);
  rn_cli_json_string (builder, "run", run_path);
  event_print (builder);
}

static void
print_end_text (const Watch *self, const char *run_path, double seconds, const Results *results)
{
  g_autoptr (RnRun) run = rn_run_open (run_path, NULL);
  g_autofree char *duration = rn_cli_duration (seconds);
  g_autofree char *quoted = rn_cli_quote (run_path);
  g_autofree char *data = rn_cli_quote (run != NULL ? rn_run_get_data (run) : "DATA");

  if (!isnan (results->last))
    rn_cli_print (_ ("Test error %.2f %%; the best was %.2f %% at step %lld"),
                  100.0 * results->last, 100.0 * results->best, (long long) results->best_step);
  else if (self->n_points > 0)
    rn_cli_print (_ ("Training error %.2f %%; there are no test pictures"), 100.0 * self->error);
  rn_cli_print (_ ("Finished %lld steps; %s here. The run is in %s"), (long long) self->step,
                duration, quoted);
  rn_cli_tell (_ ("Use it:   residua-cli eval --model %s%s --data %s\n"
                  "          residua-cli classify --model %s%s PICTURE…"),
               quoted, results->best_checkpoint >= 0 ? "@best" : "", data, quoted,
               results->best_checkpoint >= 0 ? "@best" : "");
}

static void
tell_how_to_go_on (const Watch *self, const char *run_path)
{
  g_autofree char *quoted = rn_cli_quote (run_path);

  rn_cli_tell (_ ("Stopped after step %lld of %lld; a checkpoint is saved. It goes on with\n    "
                  "residua-cli resume %s"),
               (long long) self->step, (long long) self->steps, quoted);
}

RnExit
rn_cli_fail_training (GError *error, gboolean json, const char *command)
{
  if (json)
    {
      JsonBuilder *builder = json_builder_new ();

      json_builder_begin_object (builder);
      rn_cli_json_string (builder, "event", "error");
      rn_cli_json_string (builder, "message", error->message);
      rn_cli_json_bool (builder, "diverged", g_error_matches (error, RN_ERROR, RN_ERROR_DIVERGED));
      event_print (builder);
    }
  return rn_cli_fail (error, command);
}

static RnExit
conclude (Watch *self, const char *run_path)
{
  const double seconds = (double) (g_get_monotonic_time () - self->began_us) * 1e-6;
  Results results;

  if (self->state == RN_STATE_FAILED || self->failure != NULL)
    {
      if (self->failure == NULL)
        self->failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, _ ("Training failed"));
      return rn_cli_fail_training (g_steal_pointer (&self->failure), self->json, NULL);
    }
  read_results (run_path, &results);
  /* the worker's last word says that it stopped, which it does only after a checkpoint */
  if (self->json && self->state == RN_STATE_STOPPED && self->saved_step != self->step)
    event_print (event_new ("checkpoint", self->step));
  if (self->json)
    print_end_json (self, run_path, seconds, &results);
  if (self->state == RN_STATE_FINISHED)
    {
      if (!self->json)
        print_end_text (self, run_path, seconds, &results);
      return RN_EXIT_DONE;
    }
  tell_how_to_go_on (self, run_path);
  return rn_cli_is_interrupted () ? RN_EXIT_INTERRUPTED : RN_EXIT_FAILED;
}

RnExit
rn_cli_watch_training (RnTrainer *trainer, RnTensorboard *events, gboolean json)
{
  g_autofree char *run_path = g_strdup (rn_trainer_get_run_path (trainer));
  const char *const *warnings = rn_trainer_get_warnings (trainer);
  Watch self = { .trainer = trainer,
                 .events = events,
                 .json = json,
                 .began_us = g_get_monotonic_time (),
                 .state = RN_STATE_IDLE };

  rn_cli_signals_look ();
  for (int i = 0; warnings != NULL && warnings[i] != NULL; i++)
    rn_cli_complain (_ ("warning: %s"), warnings[i]);
  rn_cli_progress_start (&self.progress, _ ("Training"));
  watch (&self);
  /* waits for the worker, so that the run is whole when it is read again */
  rn_trainer_free (trainer);
  if (events != NULL && self.failure == NULL)
    rn_tensorboard_update (events, &self.failure);
  return conclude (&self, run_path);
}
