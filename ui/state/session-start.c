#include <glib/gi18n-lib.h>
#include <math.h>

#include "state/format.h"
#include "state/session-private.h"

/* Starting: waiting for the data, fitting the network to them, making a trainer on a thread, and handing it over. */

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

/* Waiting, and giving up */

gboolean
rn_session_prepares (RnSession *self, RnDocument *document)
{
  return self->start != NULL && self->start->document == document;
}

gboolean
rn_session_is_start_cancelled (RnSession *self)
{
  return self->start != NULL && self->start->is_stopped;
}

void
rn_session_dispose_start (RnSession *self)
{
  if (self->start != NULL && !self->start->is_making)
    g_clear_pointer (&self->start, start_free);
}

void
rn_session_cancel_start (RnSession *self)
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
    rn_session_cancel_start (self);
}

/* Attaching what was made */

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
      rn_session_set_pending (self, RN_PENDING_STOP);
      rn_trainer_stop (trainer);
    }
  else
    {
      rn_session_set_pending (self, start->n_steps == 1 ? RN_PENDING_STEP : RN_PENDING_RUN);
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

/* Returns: whether the data set that is open is what the start needs; asks for it where not. A sketch takes what is open, also
 * where another one could not be opened since. */
static gboolean
has_data (RnSession *self, RnStart *start)
{
  RnRecord *record = rn_document_get_record (start->document);
  const char *wanted = record != NULL          ? rn_record_get_data (record)
                       : self->dataset != NULL ? rn_dataset_get_source (self->dataset)
                                               : self->dataset_name;
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
      rn_session_cancel_start (self);
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
  g_thread_unref (g_thread_new ("residua-start", make_in_thread, start));
}

/* Beginning */

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
      rn_session_set_pending (self, RN_PENDING_STOP);
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
      rn_session_refresh_status (self);
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
  else if (n_steps > 0 || !rn_state_is_working (self->status.state))
    {
      rn_session_set_pending (self, n_steps > 0 ? RN_PENDING_STEP : RN_PENDING_RUN);
      rn_trainer_run (rn_training_get_trainer (self->training), n_steps);
    }
}

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
rn_session_step_anew (RnSession *self)
{
  run (self, 1, TRUE);
}
