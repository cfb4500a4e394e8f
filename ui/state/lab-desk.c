#include "state/lab-desk.h"

#include <glib/gi18n-lib.h>

#include "state/lab-work.h"
#include "state/session-private.h"

/* The smoothing of curves under way */
#define SMOOTHING 0.9

struct _RnLabDesk
{
  GObject parent_instance;

  RnSession *session; /* (transfer none) */
  RnLabWork *work;    /* (nullable) */
  RnLabStatus status;
  gboolean is_made;     /* the runner is there */
  gboolean is_stopping; /* nobody wants it any more */
  RnLabState wanted;    /* RUNNING or PAUSED */
  guint n_endings;      /* threads that free a runner */
  int seed;
  int n_done;           /* runs that have done all their steps */
  GPtrArray *records;   /* of RnRecord (nullable): of the seed's runs, by arm */
  guint reading_serial; /* of the newest reading of records; an older one is not wanted */
};

G_DEFINE_FINAL_TYPE (RnLabDesk, rn_lab_desk, G_TYPE_OBJECT)

enum
{
  CHANGED,
  RECORDS,
  RUN_DONE,
  ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
emit (RnLabDesk *self, guint signal)
{
  g_signal_emit (self, signals[signal], 0);
}

/* The session tells whoever keeps the computer awake. */
static void
tell_status (RnLabDesk *self)
{
  emit (self, CHANGED);
  rn_session_emit (self->session, RN_SIGNAL_STATUS);
}

/* Records */

typedef struct
{
  RnLabPlan *plan;
  int seed;
  guint serial;
} Reading;

static void
reading_free (gpointer data)
{
  rn_lab_plan_unref (((Reading *) data)->plan);
  g_free (data);
}

static RnRecord *
read_record (const RnLabRun *run, const char *source)
{
  RnRecord *record = NULL;

  if (g_file_test (run->path, G_FILE_TEST_IS_DIR))
    record = rn_record_load (run->path, NULL);
  if (record == NULL)
    record = rn_record_new (run->spec, run->settings, run->path);
  rn_record_set_data (record, source);
  rn_series_smooth (rn_record_get_loss (record), SMOOTHING);
  rn_series_smooth (rn_record_get_error (record), SMOOTHING);
  return record;
}

GPtrArray *
rn_lab_read_records (RnLabPlan *plan, int seed)
{
  const int n_arms = rn_experiment_n_arms (rn_lab_plan_get_experiment (plan));
  const char *pictures = rn_dataset_get_source (rn_lab_plan_get_dataset (plan));
  GPtrArray *records = g_ptr_array_new_with_free_func (g_object_unref);

  for (int arm = 0; arm < n_arms; arm++)
    g_ptr_array_add (records,
                     read_record (rn_lab_plan_get_run (plan, seed * n_arms + arm), pictures));
  return records;
}

static void
read_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;

  g_task_return_pointer (task, rn_lab_read_records (reading->plan, reading->seed),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
were_read (GObject *source, GAsyncResult *result, gpointer data)
{
  RnLabDesk *self = RN_LAB_DESK (source);
  const Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GPtrArray) records = g_task_propagate_pointer (G_TASK (result), NULL);

  if (records == NULL || self->work == NULL || reading->serial != self->reading_serial)
    return;
  g_clear_pointer (&self->records, g_ptr_array_unref);
  self->records = g_steal_pointer (&records);
  emit (self, RECORDS);
  /* what the feeds have gathered meanwhile */
  rn_lab_desk_drain (self);
}

/* The records of another seed take the place of those that were: so many are held, however many seeds there are. */
static void
read_records (RnLabDesk *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, were_read, NULL);
  Reading *reading = g_new (Reading, 1);

  *reading = (Reading){ rn_lab_plan_ref (self->work->plan), self->seed, ++self->reading_serial };
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_task);
}

RnRecord *
rn_lab_desk_get_record (RnLabDesk *self, int run)
{
  int n_arms;

  g_return_val_if_fail (RN_IS_LAB_DESK (self), NULL);

  if (self->work == NULL || self->records == NULL || run < 0)
    return NULL;
  n_arms = rn_experiment_n_arms (rn_lab_plan_get_experiment (self->work->plan));
  return run / n_arms == self->seed ? g_ptr_array_index (self->records, run % n_arms) : NULL;
}

/* Returns: whether something came */
static gboolean
take_snapshots (RnLabDesk *self)
{
  gboolean has_some = FALSE;
  const int n_arms = self->records == NULL ? 0 : (int) self->records->len;

  for (int arm = 0; arm < n_arms; arm++)
    {
      g_autoptr (RnSnapshot) snapshot =
          rn_feed_take (rn_lab_runner_get_feed (self->work->runner, self->seed * n_arms + arm));

      if (snapshot == NULL)
        continue;
      rn_record_take_snapshot (g_ptr_array_index (self->records, arm), snapshot);
      has_some = TRUE;
    }
  return has_some;
}

/* Ending */

static gboolean
has_ended (gpointer data)
{
  g_autoptr (RnSession) session = data;

  session->lab->n_endings--;
  /* another one can begin */
  tell_status (session->lab);
  rn_session_check_shut_down (session);
  return G_SOURCE_REMOVE;
}

static void
end (RnLabDesk *self, gboolean is_told)
{
  RnLabWork *work = g_steal_pointer (&self->work);

  self->is_made = FALSE;
  self->is_stopping = FALSE;
  self->seed = -1;
  self->n_done = 0;
  self->status = (RnLabStatus){ .state = RN_LAB_IDLE, .run = -1, .seconds_left = -1.0 };
  g_clear_pointer (&self->records, g_ptr_array_unref);
  if (is_told)
    {
      self->n_endings++;
      rn_lab_work_end (work, has_ended, g_object_ref (self->session));
    }
  else
    rn_lab_work_end (work, NULL, NULL);
}

static void
take_end (RnLabDesk *self)
{
  const RnLabState state = self->status.state;
  RnExperiment *experiment = rn_lab_plan_get_experiment (self->work->plan);
  g_autofree char *title = g_strdup (rn_experiment_get_title (experiment));
  g_autoptr (GError) error = rn_lab_runner_get_error (self->work->runner);
  g_autofree char *text = NULL;

  end (self, TRUE);
  tell_status (self);
  emit (self, ENDED);
  if (state == RN_LAB_STOPPED)
    return;
  /* Translators: an experiment's title */
  text = state == RN_LAB_FINISHED
             ? g_strdup_printf (_ ("The experiment “%s” is finished"), title)
             : g_strdup_printf ("%s: %s", title, error != NULL ? error->message : "");
  rn_session_tell_end (self->session,
                       state == RN_LAB_FINISHED ? RN_STATE_FINISHED : RN_STATE_FAILED, text);
  if (state == RN_LAB_FAILED && error != NULL)
    rn_session_fail (self->session, _ ("The experiment has ended"), error->message);
}

/* Status */

static int
count_done (RnLabDesk *self)
{
  int n = 0;

  for (int run = 0; run < rn_lab_plan_n_runs (self->work->plan); run++)
    n += rn_lab_runner_get_step (self->work->runner, run) >=
         rn_lab_plan_get_run (self->work->plan, run)->settings->steps;
  return n;
}

static gboolean
is_other (const RnLabStatus *a, const RnLabStatus *b)
{
  return a->state != b->state || a->run != b->run || a->step != b->step || a->done != b->done ||
         a->seconds_left != b->seconds_left;
}

/* It paused though nobody asked: there is no room left to write. */
static void
tell_of_room (RnLabDesk *self)
{
  g_autoptr (GError) error = rn_lab_runner_get_error (self->work->runner);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    rn_session_fail (self->session, _ ("The experiment pauses"), error->message);
}

static void
take_status (RnLabDesk *self)
{
  const RnLabStatus before = self->status;
  const int n_arms = rn_experiment_n_arms (rn_lab_plan_get_experiment (self->work->plan));
  int n_done;

  rn_lab_runner_get_status (self->work->runner, &self->status);
  /* a runner that was just told to begin may not have looked yet */
  if (self->status.state == RN_LAB_IDLE)
    self->status.state = RN_LAB_RUNNING;
  if (self->status.run >= 0 && self->status.run / n_arms != self->seed)
    {
      self->seed = self->status.run / n_arms;
      read_records (self);
    }
  n_done = count_done (self);
  if (is_other (&before, &self->status))
    tell_status (self);
  if (self->work != NULL && self->status.state == RN_LAB_PAUSED && before.state != RN_LAB_PAUSED)
    tell_of_room (self);
  if (n_done != self->n_done && self->work != NULL)
    {
      self->n_done = n_done;
      emit (self, RUN_DONE);
    }
}

void
rn_lab_desk_drain (RnLabDesk *self)
{
  g_return_if_fail (RN_IS_LAB_DESK (self));

  if (self->work == NULL || !self->is_made)
    return;
  take_status (self);
  /* whoever was told may have stopped it */
  if (self->work == NULL)
    return;
  if (take_snapshots (self))
    emit (self, RECORDS);
  if (self->work != NULL &&
      (self->status.state == RN_LAB_FINISHED || self->status.state == RN_LAB_STOPPED ||
       self->status.state == RN_LAB_FAILED))
    take_end (self);
}

/* Starting */

static gboolean
was_made (gpointer data)
{
  RnLabWork *work = data;
  g_autoptr (RnSession) session = g_weak_ref_get (&work->session);
  RnLabDesk *self = session->lab;

  session->n_makers--;
  self->is_made = TRUE;
  if (self->is_stopping)
    rn_lab_runner_stop (work->runner);
  else if (self->wanted == RN_LAB_PAUSED)
    rn_lab_runner_pause (work->runner);
  rn_lab_desk_drain (self);
  rn_session_check_shut_down (session);
  g_object_unref (session); /* that of the thread */
  rn_lab_work_unref (work);
  return G_SOURCE_REMOVE;
}

static gboolean
may_start (RnLabDesk *self)
{
  RnSession *session = self->session;
  const char *what;

  if (session->shut_down != NULL)
    return FALSE;
  if (self->work == NULL && self->n_endings == 0 && !rn_session_has_trainer (session) &&
      !rn_session_is_training (session))
    return TRUE;
  what = self->work != NULL || self->n_endings > 0
             ? _ ("Another experiment has not ended yet. Stop it first; what it has learned is "
                  "kept.")
             : _ ("A network is in training. Stop it first; what it has learned is kept.");
  rn_session_fail (session, _ ("The experiment cannot begin"), what);
  return FALSE;
}

gboolean
rn_lab_desk_start (RnLabDesk *self, RnLabPlan *plan, const RnLabWish *wish)
{
  g_return_val_if_fail (RN_IS_LAB_DESK (self), FALSE);
  g_return_val_if_fail (plan != NULL && wish != NULL, FALSE);

  if (!may_start (self))
    return FALSE;
  self->work = rn_lab_work_new (self->session, plan, wish, self->session->threads);
  self->wanted = RN_LAB_RUNNING;
  self->status = (RnLabStatus){ .state = RN_LAB_RUNNING, .run = -1, .seconds_left = -1.0 };
  self->seed = -1;
  self->n_done = 0;
  g_object_ref (self->session);
  self->session->n_makers++;
  rn_lab_work_make (self->work, was_made);
  tell_status (self);
  return TRUE;
}

void
rn_lab_desk_pause (RnLabDesk *self)
{
  g_return_if_fail (RN_IS_LAB_DESK (self));

  if (self->work == NULL || self->is_stopping)
    return;
  self->wanted = RN_LAB_PAUSED;
  if (self->is_made)
    rn_lab_runner_pause (self->work->runner);
  tell_status (self);
}

void
rn_lab_desk_resume (RnLabDesk *self)
{
  g_return_if_fail (RN_IS_LAB_DESK (self));

  if (self->work == NULL || self->is_stopping)
    return;
  self->wanted = RN_LAB_RUNNING;
  if (self->is_made)
    rn_lab_runner_start (self->work->runner);
  tell_status (self);
}

void
rn_lab_desk_stop (RnLabDesk *self)
{
  g_return_if_fail (RN_IS_LAB_DESK (self));

  if (self->work == NULL || self->is_stopping)
    return;
  self->is_stopping = TRUE;
  if (self->is_made)
    rn_lab_runner_stop (self->work->runner);
  tell_status (self);
}

/* Asking */

RnLabPlan *
rn_lab_desk_get_plan (RnLabDesk *self)
{
  return self->work != NULL ? self->work->plan : NULL;
}

const RnLabWish *
rn_lab_desk_get_wish (RnLabDesk *self)
{
  return self->work != NULL ? self->work->wish : NULL;
}

const RnLabStatus *
rn_lab_desk_get_status (RnLabDesk *self)
{
  return &self->status;
}

gboolean
rn_lab_desk_is_training (RnLabDesk *self)
{
  return self->work != NULL && self->status.state == RN_LAB_RUNNING;
}

gboolean
rn_lab_desk_is_pending (RnLabDesk *self)
{
  return self->work != NULL &&
         (!self->is_made || self->is_stopping ||
          (self->wanted == RN_LAB_PAUSED) != (self->status.state == RN_LAB_PAUSED));
}

gboolean
rn_lab_desk_is_busy (RnLabDesk *self)
{
  return self->work != NULL || self->n_endings > 0;
}

int
rn_lab_desk_get_seed (RnLabDesk *self)
{
  return self->seed;
}

static void
rn_lab_desk_dispose (GObject *object)
{
  RnLabDesk *self = RN_LAB_DESK (object);

  /* one that is still being made holds the session, so it is there */
  if (self->work != NULL)
    end (self, FALSE);
  g_clear_pointer (&self->records, g_ptr_array_unref);
  G_OBJECT_CLASS (rn_lab_desk_parent_class)->dispose (object);
}

static void
rn_lab_desk_init (RnLabDesk *self)
{
  self->seed = -1;
  self->status = (RnLabStatus){ .state = RN_LAB_IDLE, .run = -1, .seconds_left = -1.0 };
}

static void
rn_lab_desk_class_init (RnLabDeskClass *class)
{
  static const char *const names[N_SIGNALS] = { "changed", "records", "run-done", "ended" };

  G_OBJECT_CLASS (class)->dispose = rn_lab_desk_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

RnLabDesk *
rn_lab_desk_new (RnSession *session)
{
  RnLabDesk *self = g_object_new (RN_TYPE_LAB_DESK, NULL);

  self->session = session;
  return self;
}
