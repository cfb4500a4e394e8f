#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"
#include "state/session-private.h"

/* Starting, commanding and ending the one trainer that there is at a time. It is made and freed on threads of their own:
 * both read and write files and take memory.
 */

#define MAX_RUN_NUMBER 1000000

struct _RnStart
{
  RnSession *session; /* (transfer none): held while the thread runs */
  RnDocument *document;
  gint64 n_steps; /* as rn_trainer_run() */
  gboolean has_asked_data;
  gboolean is_making;  /* its thread runs */
  gboolean is_stopped; /* meanwhile nobody wants it any more */
  gboolean is_anew;    /* nothing is kept of the sketch's origin */
  guint64 state;       /* of the sketch that is being trained */

  /* the thread's */
  RnSpec *spec;
  RnSettings settings;
  RnDataset *dataset;
  char *folder;       /* of a new run */
  char *run_path;     /* of a run that goes on */
  RnWeights *weights; /* (nullable): that a new run begins with */
  char *origin_name;
  gint64 steps;
  int threads;
  RnTraining *training;
  char *source;
  GError *error;
};

static void
start_free (RnStart *start)
{
  g_clear_object (&start->document);
  g_clear_pointer (&start->spec, rn_spec_free);
  g_clear_pointer (&start->dataset, rn_dataset_unref);
  g_clear_pointer (&start->training, rn_training_unref);
  g_clear_error (&start->error);
  g_clear_pointer (&start->weights, rn_weights_free);
  g_free (start->origin_name);
  g_free (start->folder);
  g_free (start->run_path);
  g_free (start->source);
  g_free (start);
}

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
    }
  self->status = status;
  rn_session_emit (self, RN_SIGNAL_STATUS);
}

const RnStatus *
rn_session_get_status (RnSession *self)
{
  return &self->status;
}

static gboolean
is_working (RnState state)
{
  return state == RN_STATE_RUNNING || state == RN_STATE_EVALUATING;
}

gboolean
rn_session_is_training (RnSession *self)
{
  return self->start != NULL || (self->training != NULL && is_working (self->status.state));
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

gboolean
rn_session_prepares (RnSession *self, RnDocument *document)
{
  return self->start != NULL && self->start->document == document;
}

static void
set_pending (RnSession *self, RnPending pending)
{
  self->pending = pending;
  self->pending_step = self->status.step;
  self->status.is_pending = pending != RN_PENDING_NONE;
  self->status.is_stopping = pending == RN_PENDING_STOP;
  rn_session_emit (self, RN_SIGNAL_STATUS);
}

/* Making a trainer, on its thread */

static RnTrainer *
make_new (RnStart *start)
{
  g_autofree char *stem = rn_document_folder_stem (start->spec);
  g_autoptr (RnModel) origin =
      start->weights == NULL ? NULL : rn_weights_load (start->weights, &start->error);

  if (start->weights != NULL && origin == NULL)
    return NULL;
  for (int number = 1; number < MAX_RUN_NUMBER; number++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%d", stem, number);
      g_autofree char *path = g_build_filename (start->folder, name, NULL);
      RnTrainer *trainer;

      if (g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        continue;
      trainer = rn_trainer_new_from (path, start->spec, &start->settings, start->dataset,
                                     start->threads, origin, start->origin_name, &start->error);
      if (trainer != NULL || !g_error_matches (start->error, G_IO_ERROR, G_IO_ERROR_EXISTS))
        return trainer;
      g_clear_error (&start->error);
    }
  g_set_error (&start->error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _ ("“%s” has no number left for a run"), start->folder);
  return NULL;
}

static gboolean was_made (gpointer data);

static gpointer
make_in_thread (gpointer data)
{
  RnStart *start = data;
  RnTrainer *trainer;

  rn_training_lower_priority ();
  if (start->run_path != NULL)
    trainer = rn_trainer_resume (start->run_path, start->dataset, start->steps, start->threads,
                                 &start->error);
  else
    trainer = make_new (start);
  if (trainer != NULL)
    {
      rn_crash_mark (rn_trainer_get_run_path (trainer));
      start->training = rn_training_new (trainer, start->session);
    }
  g_idle_add_full (G_PRIORITY_DEFAULT, was_made, start, NULL);
  return NULL;
}

static void
run_thread (const char *name, GThreadFunc func, gpointer data)
{
  g_thread_unref (g_thread_new (name, func, data));
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
  run_thread ("residua-end", end_in_thread, ending);
}

void
rn_session_end_training (RnSession *self)
{
  g_autoptr (RnDocument) document = g_steal_pointer (&self->live);

  end_training (self, self);
  if (document != NULL && rn_record_is_incomplete (rn_document_get_record (document)))
    rn_session_adopt (self, document);
  rn_session_refresh_status (self);
  rn_session_rewatch (self);
}

void
rn_session_dispose_training (RnSession *self)
{
  if (self->start != NULL && !self->start->is_making)
    g_clear_pointer (&self->start, start_free);
  if (self->training != NULL)
    end_training (self, NULL);
  g_clear_object (&self->live);
}

/* Starting */

static void
cancel_start (RnSession *self)
{
  if (self->start->is_making)
    self->start->is_stopped = TRUE;
  else
    g_clear_pointer (&self->start, start_free);
  rn_session_refresh_status (self);
}

void
rn_session_data_failed (RnSession *self)
{
  if (self->start != NULL && !self->start->is_making)
    cancel_start (self);
}

static RnDocument *
document_of_start (RnSession *self, RnStart *start)
{
  g_autoptr (RnRecord) record = NULL;
  RnDocument *document;

  if (rn_document_get_kind (start->document) == RN_DOCUMENT_RUN)
    {
      if (start->steps > 0)
        rn_record_set_steps (rn_document_get_record (start->document), start->steps);
      return g_object_ref (start->document);
    }
  record = rn_record_new (start->spec, &start->settings,
                          rn_trainer_get_run_path (rn_training_get_trainer (start->training)));
  rn_record_set_data (record, start->source);
  document = rn_document_new_run (record);
  rn_session_add_document (self, document);
  return document;
}

static void
tell_warnings (RnSession *self)
{
  const char *const *warnings = rn_trainer_get_warnings (rn_training_get_trainer (self->training));

  for (int i = 0; warnings[i] != NULL; i++)
    rn_session_tell (self, warnings[i]);
}

static gboolean is_still_shown (RnSession *self, const RnStart *start);

static void
attach (RnSession *self, RnStart *start)
{
  RnTrainer *trainer = rn_training_get_trainer (start->training);

  self->live = document_of_start (self, start);
  self->training = g_steal_pointer (&start->training);
  self->run_epochs = 0.0;
  g_clear_object (&self->failed);
  self->status.state = RN_STATE_RUNNING;
  self->status.step = rn_record_get_last_step (rn_document_get_record (self->live));
  self->status.steps = rn_record_get_settings (rn_document_get_record (self->live))->steps;
  if (start->is_stopped)
    {
      set_pending (self, RN_PENDING_STOP);
      rn_trainer_stop (trainer);
    }
  else
    {
      set_pending (self, start->n_steps == 1 ? RN_PENDING_STEP : RN_PENDING_RUN);
      rn_trainer_run (trainer, start->n_steps);
    }
  if (is_still_shown (self, start))
    rn_session_show (self, self->live);
  tell_warnings (self);
  rn_session_rewatch (self);
}

static gboolean
was_made (gpointer data)
{
  RnStart *start = data;
  g_autoptr (RnSession) self = g_steal_pointer (&start->session);

  self->n_makers--;
  self->start = NULL;
  if (start->training != NULL)
    attach (self, start);
  else
    {
      rn_session_refresh_status (self);
      if (!start->is_stopped)
        rn_session_fail (self, _ ("Training cannot start"), start->error->message);
    }
  start_free (start);
  rn_session_check_shut_down (self);
  return G_SOURCE_REMOVE;
}

RnSpec *
rn_session_fit_sketch (RnSession *self, RnDocument *sketch, GError **error)
{
  g_autoptr (RnSpec) spec = rn_spec_copy (rn_document_get_spec (sketch));
  int side;

  if (!rn_spec_set_draft (spec, FALSE, error))
    return NULL;
  if (self->dataset == NULL)
    return g_steal_pointer (&spec);
  side = rn_session_common_side (self->dataset);
  if (!rn_spec_set_input (spec, side > 0 ? side : rn_spec_get_side (spec),
                          rn_dataset_get_channels (self->dataset), error) ||
      !rn_spec_set_classes (spec, rn_dataset_n_classes (self->dataset), error))
    return NULL;
  return g_steal_pointer (&spec);
}

GArray *
rn_session_list_carry (RnSession *self)
{
  RnDocument *origin = self->document == NULL ? NULL : rn_document_get_origin (self->document);
  g_autoptr (RnSpec) spec =
      origin == NULL ? NULL : rn_session_fit_sketch (self, self->document, NULL);

  return spec == NULL ? NULL : rn_carry_list (rn_document_get_spec (origin), spec);
}

static gboolean
fit (RnSession *self, RnStart *start, GError **error)
{
  RnDocument *origin = rn_document_get_origin (start->document);

  start->spec = rn_session_fit_sketch (self, start->document, error);
  start->state = rn_sketch_get_state (rn_document_get_sketch (start->document));
  start->settings = self->settings;
  if (origin != NULL && !start->is_anew)
    {
      const char *path = rn_document_get_path (origin);

      start->weights = rn_weights_new_stored (origin);
      start->origin_name = path == NULL ? NULL : g_filename_display_basename (path);
    }
  return start->spec != NULL && rn_settings_check (&start->settings, error);
}

/* Whether the document that was to be trained is shown, and is what it was then. */
static gboolean
is_still_shown (RnSession *self, const RnStart *start)
{
  RnSketch *sketch = rn_document_get_sketch (start->document);

  return self->document == start->document &&
         (sketch == NULL || rn_sketch_get_state (sketch) == start->state);
}

/* Returns: whether the data set that is open is what the start needs; asks for it where not. */
static gboolean
has_data (RnSession *self, RnStart *start)
{
  RnRecord *record = rn_document_get_record (start->document);
  const char *wanted = record != NULL ? rn_record_get_data (record) : self->dataset_name;
  const guint64 seed = record != NULL ? rn_record_get_settings (record)->seed : self->settings.seed;

  if (self->opening != NULL)
    return FALSE;
  if (wanted == NULL)
    wanted = "sample";
  if (self->dataset != NULL &&
      (start->has_asked_data || (g_strcmp0 (rn_dataset_get_source (self->dataset), wanted) == 0 &&
                                 (seed == self->dataset_seed || g_str_equal (wanted, "sample")))))
    return TRUE;
  start->has_asked_data = TRUE;
  rn_session_open_dataset_with (self, wanted, seed);
  return FALSE;
}

void
rn_session_proceed (RnSession *self)
{
  RnStart *start = self->start;
  g_autoptr (GError) error = NULL;

  if (start == NULL || start->is_making || self->n_makers > 0 || self->training != NULL ||
      !has_data (self, start))
    return;
  if (rn_document_get_kind (start->document) == RN_DOCUMENT_RUN)
    start->run_path = g_strdup (rn_document_get_path (start->document));
  else if (!fit (self, start, &error))
    {
      cancel_start (self);
      rn_session_fail (self, _ ("Training cannot start"), error->message);
      return;
    }
  start->folder = g_strdup (self->runs_folder);
  start->dataset = rn_dataset_ref (self->dataset);
  start->source = g_strdup (rn_dataset_get_source (self->dataset));
  start->threads = self->threads;
  start->session = g_object_ref (self);
  start->is_making = TRUE;
  self->n_makers++;
  rn_session_refresh_status (self);
  run_thread ("residua-start", make_in_thread, start);
}

/* Steps of a run that goes on: 0 for its own. */
static gint64
wanted_steps (RnSession *self, RnRecord *record)
{
  double epoch_steps = rn_record_get_epoch_steps (record);

  if (self->run_epochs <= 0.0)
    return 0;
  if (epoch_steps < 1.0)
    epoch_steps = (double) rn_session_epoch_steps (self, rn_record_get_settings (record));
  return epoch_steps < 1.0 ? 0 : (gint64) ceil (self->run_epochs * epoch_steps - 1e-9);
}

static gboolean
check_startable (RnSession *self, RnDocument *document)
{
  RnRecord *record = rn_document_get_record (document);
  g_autofree char *steps = NULL, *text = NULL;
  gint64 goal;

  if (rn_document_get_kind (document) == RN_DOCUMENT_MODEL)
    {
      rn_session_fail (self, _ ("A model file cannot be trained"),
                       _ ("It has no data and no history to go on from. A change to its network "
                          "makes a sketch, which can be trained."));
      return FALSE;
    }
  if (record == NULL)
    {
      g_autoptr (GError) error = NULL;

      if (rn_spec_check (rn_document_get_spec (document), &error))
        return TRUE;
      rn_session_fail (self, _ ("This network cannot be trained"), error->message);
      return FALSE;
    }
  goal = wanted_steps (self, record);
  if (goal == 0)
    goal = rn_record_get_settings (record)->steps;
  if (rn_record_get_last_step (record) < goal)
    return TRUE;
  steps = rn_format_count (rn_record_get_last_step (record));
  text = g_strdup_printf (ngettext ("“%s” has done its %s step. More epochs let it go on.",
                                    "“%s” has done its %s steps. More epochs let it go on.",
                                    (gulong) rn_record_get_last_step (record)),
                          rn_document_get_title (document), steps);
  rn_session_tell (self, text);
  return FALSE;
}

static void
begin (RnSession *self, gint64 n_steps, gboolean is_anew)
{
  RnRecord *record = rn_session_get_record (self);

  if (!check_startable (self, self->document))
    return;
  self->start = g_new0 (RnStart, 1);
  self->start->document = g_object_ref (self->document);
  self->start->n_steps = n_steps;
  self->start->is_anew = is_anew;
  self->start->steps = record == NULL ? 0 : wanted_steps (self, record);
  if (self->training != NULL)
    {
      set_pending (self, RN_PENDING_STOP);
      rn_trainer_stop (rn_training_get_trainer (self->training));
    }
  rn_session_refresh_status (self);
  rn_session_proceed (self);
}

static void
run (RnSession *self, gint64 n_steps, gboolean is_anew)
{
  if (self->document == NULL || self->shut_down != NULL)
    return;
  if (self->start != NULL)
    {
      self->start->n_steps = n_steps;
      self->start->is_stopped = FALSE;
      return;
    }
  rn_session_drain (self);
  if (rn_lab_desk_is_busy (self->lab))
    {
      rn_session_fail (self, _ ("An experiment of the Lab is in training"),
                       _ ("Stop it there first; what it has learned is kept, and it can go on."));
      return;
    }
  if (self->training == NULL)
    begin (self, n_steps, is_anew);
  else if (self->live != self->document && self->status.state == RN_STATE_PAUSED)
    begin (self, n_steps, is_anew);
  else if (self->live != self->document)
    {
      g_autofree char *text = g_strdup_printf (_ ("“%s” is in training. Pause or stop it first."),
                                               rn_document_get_title (self->live));

      rn_session_fail (self, _ ("One network is trained at a time"), text);
    }
  else if (n_steps > 0 || !is_working (self->status.state))
    {
      set_pending (self, n_steps > 0 ? RN_PENDING_STEP : RN_PENDING_RUN);
      rn_trainer_run (rn_training_get_trainer (self->training), n_steps);
    }
}

/* Commands */

void
rn_session_start (RnSession *self)
{
  run (self, 0, FALSE);
}

void
rn_session_start_anew (RnSession *self)
{
  run (self, 0, TRUE);
}

void
rn_session_step (RnSession *self)
{
  run (self, 1, FALSE);
}

void
rn_session_pause (RnSession *self)
{
  if (self->start != NULL)
    {
      cancel_start (self);
      return;
    }
  rn_session_drain (self);
  if (self->training == NULL ||
      (!is_working (self->status.state) && self->pending == RN_PENDING_NONE))
    return;
  set_pending (self, RN_PENDING_PAUSE);
  rn_trainer_pause (rn_training_get_trainer (self->training));
}

void
rn_session_stop (RnSession *self)
{
  if (self->start != NULL)
    {
      cancel_start (self);
      return;
    }
  rn_session_drain (self);
  if (self->training == NULL)
    return;
  set_pending (self, RN_PENDING_STOP);
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
    cancel_start (self);
  rn_session_stop (self);
  rn_lab_desk_stop (self->lab);
  rn_session_keep_now (self);
  rn_session_check_shut_down (self);
}

/* Snapshots */

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
      return is_over || is_working (snapshot->state);
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
                  .is_pending = self->pending != RN_PENDING_NONE,
                  .is_stopping = self->pending == RN_PENDING_STOP,
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
  self->pending = RN_PENDING_NONE;
  self->status.is_pending = self->status.is_stopping = FALSE;
  rn_session_emit (self, RN_SIGNAL_STATUS);
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
        rn_session_adopt (self, live);
      if (g_error_matches (snapshot->failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        take_failed_write (self, snapshot);
      break;
    default:
      if (snapshot->failure != NULL)
        rn_session_tell (self, snapshot->failure->message);
      break;
    }
  rn_snapshot_free (snapshot);
}
