#include "pages/lab-reader.h"

#include <math.h>
#include <pthread.h>

/* What the thread and the window share: the thread's until it is freed, but for what @lock guards. */
typedef struct
{
  RnExperiment *experiment;
  char *data;
  char *folder;
  int n_seeds;
  int threads;
  gboolean is_training; /* it has the processors, so nothing is timed or studied */
  gboolean has_studied; /* the results that are known have all studies of @n_known runs */
  int n_known;
  int cancel; /* atomic */

  pthread_mutex_t lock;
  RnLabReader *reader; /* (nullable): NULL once nobody wants to know; the window's */
  gboolean is_told;    /* the window was woken and has not looked yet */
  gboolean is_done;
  RnLabDoing doing;
  double progress;
  RnDataset *dataset;
  RnLabPlan *plan;
  RnLabResults *results;
  gboolean has_all; /* studies, too */
  double estimate;
  gint64 steps;
  GError *error;
} Work;

struct _RnLabReader
{
  GObject parent_instance;

  RnSession *session;
  RnExperiment *experiment;
  char *data; /* (nullable) */
  int n_seeds;
  Work *work; /* (nullable): under way */

  RnDataset *dataset;
  RnLabPlan *plan;
  RnLabResults *results;
  gboolean has_studied;
  double estimate;
  gint64 steps;
  RnLabDoing doing;
  double progress;
  char *problem;
};

G_DEFINE_FINAL_TYPE (RnLabReader, rn_lab_reader, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
changed (RnLabReader *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Work */

static void
work_clear (gpointer data)
{
  Work *work = data;

  rn_experiment_unref (work->experiment);
  g_clear_pointer (&work->dataset, rn_dataset_unref);
  g_clear_pointer (&work->plan, rn_lab_plan_unref);
  g_clear_pointer (&work->results, rn_lab_results_unref);
  g_clear_error (&work->error);
  g_free (work->data);
  g_free (work->folder);
  pthread_mutex_destroy (&work->lock);
}

static void
work_unref (gpointer work)
{
  g_atomic_rc_box_release_full (work, work_clear);
}

/* With the lock: what the thread has found is the reader's as well. */
static void
take (RnLabReader *self, Work *work)
{
  self->doing = work->is_done ? RN_LAB_DOING_NOTHING : work->doing;
  self->progress = work->progress;
  if (work->dataset != NULL && self->dataset == NULL)
    self->dataset = rn_dataset_ref (work->dataset);
  if (work->plan != NULL && self->plan == NULL)
    self->plan = rn_lab_plan_ref (work->plan);
  if (work->results != NULL && work->results != self->results)
    {
      g_clear_pointer (&self->results, rn_lab_results_unref);
      self->results = rn_lab_results_ref (work->results);
      self->has_studied = work->has_all;
    }
  self->steps = work->steps >= 0 ? work->steps : self->steps;
  self->estimate = isnan (work->estimate) ? self->estimate : work->estimate;
  if (work->is_done && work->error != NULL)
    {
      g_free (self->problem);
      self->problem = g_strdup (work->error->message);
    }
}

/* In the window's thread: takes what has come. */
static gboolean
collect (gpointer data)
{
  Work *work = data;
  g_autoptr (RnLabReader) self = NULL;
  gboolean is_done;

  if (work->reader == NULL)
    return G_SOURCE_REMOVE;
  self = g_object_ref (work->reader);
  pthread_mutex_lock (&work->lock);
  work->is_told = FALSE;
  is_done = work->is_done;
  take (self, work);
  pthread_mutex_unlock (&work->lock);
  if (is_done)
    {
      work->reader = NULL;
      g_clear_pointer (&self->work, work_unref);
    }
  changed (self);
  return G_SOURCE_REMOVE;
}

/* With the lock */
static void
tell (Work *work)
{
  if (work->is_told)
    return;
  work->is_told = TRUE;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, collect, g_atomic_rc_box_acquire (work), work_unref);
}

static gboolean
is_cancelled (Work *work)
{
  return __atomic_load_n (&work->cancel, __ATOMIC_RELAXED) != 0;
}

static void
begin (Work *work, RnLabDoing doing)
{
  pthread_mutex_lock (&work->lock);
  work->doing = doing;
  work->progress = 0.0;
  tell (work);
  pthread_mutex_unlock (&work->lock);
}

static gboolean
on_progress (double done, gpointer data)
{
  Work *work = data;

  pthread_mutex_lock (&work->lock);
  work->progress = done;
  tell (work);
  pthread_mutex_unlock (&work->lock);
  return !is_cancelled (work);
}

/* What the thread does, one after another. Each returns whether to go on. */

static gboolean
open_data (Work *work, GError **error)
{
  RnDataset *dataset;

  if (work->dataset != NULL)
    return TRUE;
  begin (work, RN_LAB_DOING_DATA);
  dataset = rn_dataset_open (work->data, 1, on_progress, work, error);
  pthread_mutex_lock (&work->lock);
  work->dataset = dataset;
  pthread_mutex_unlock (&work->lock);
  return dataset != NULL && !is_cancelled (work);
}

static gboolean
make_plan (Work *work, GError **error)
{
  RnLabPlan *plan = work->plan;
  gint64 steps = 0;

  begin (work, RN_LAB_DOING_RESULTS);
  if (plan == NULL)
    plan = rn_lab_plan_new (work->experiment, work->dataset, work->n_seeds, work->folder, error);
  if (plan == NULL)
    return FALSE;
  for (int run = 0; run < rn_lab_plan_n_runs (plan); run++)
    steps += MAX (rn_lab_plan_get_step (plan, run), 0);
  pthread_mutex_lock (&work->lock);
  work->plan = plan;
  work->steps = steps;
  tell (work);
  pthread_mutex_unlock (&work->lock);
  return !is_cancelled (work);
}

static gboolean
read_results (Work *work, gboolean studies, GError **error)
{
  g_autoptr (RnLabResults) results = NULL;

  begin (work, studies ? RN_LAB_DOING_STUDIES : RN_LAB_DOING_RESULTS);
  results = rn_lab_results_new (work->plan, work->threads, studies, on_progress, work,
                                &work->cancel, error);
  if (results == NULL)
    return FALSE;
  /* curves without studies are no gain where all studies are known already */
  if (!studies && work->has_studied && work->n_known > 0 &&
      rn_lab_needs_studies (work->experiment) &&
      rn_lab_results_n_finished (results) == work->n_known)
    return !is_cancelled (work);
  pthread_mutex_lock (&work->lock);
  g_clear_pointer (&work->results, rn_lab_results_unref);
  work->results = g_steal_pointer (&results);
  work->has_all = studies || !rn_lab_needs_studies (work->experiment) ||
                  rn_lab_results_n_finished (work->results) == 0;
  tell (work);
  pthread_mutex_unlock (&work->lock);
  return !is_cancelled (work);
}

static gboolean
estimate (Work *work, GError **error)
{
  double seconds;

  begin (work, RN_LAB_DOING_ESTIMATE);
  if (!rn_lab_plan_estimate (work->plan, work->threads, &work->cancel, &seconds, error))
    return FALSE;
  pthread_mutex_lock (&work->lock);
  work->estimate = seconds;
  tell (work);
  pthread_mutex_unlock (&work->lock);
  return !is_cancelled (work);
}

static gboolean
work_on (Work *work, GError **error)
{
  if (!open_data (work, error) || !make_plan (work, error) || !read_results (work, FALSE, error))
    return FALSE;
  if (work->is_training)
    return TRUE;
  if (!estimate (work, error))
    return FALSE;
  return work->results == NULL || work->has_all || read_results (work, TRUE, error);
}

static gpointer
run (gpointer data)
{
  Work *work = data;
  GError *error = NULL;

  rn_compute_lower_priority ();
  work_on (work, &error);
  pthread_mutex_lock (&work->lock);
  work->error = error;
  work->is_done = TRUE;
  tell (work);
  pthread_mutex_unlock (&work->lock);
  work_unref (work);
  return NULL;
}

/* The reader */

static void
forget_work (RnLabReader *self)
{
  if (self->work == NULL)
    return;
  __atomic_store_n (&self->work->cancel, 1, __ATOMIC_RELAXED);
  self->work->reader = NULL;
  g_clear_pointer (&self->work, work_unref);
  self->doing = RN_LAB_DOING_NOTHING;
}

static void
forget_all (RnLabReader *self)
{
  forget_work (self);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_clear_pointer (&self->plan, rn_lab_plan_unref);
  g_clear_pointer (&self->results, rn_lab_results_unref);
  g_clear_pointer (&self->problem, g_free);
  self->has_studied = FALSE;
  self->estimate = NAN;
  self->steps = -1;
}

static const char *
get_data (RnLabReader *self)
{
  return self->data != NULL ? self->data : rn_experiment_get_data (self->experiment);
}

/* Returns: (transfer full) (nullable): what the window has open already, where it is what is wanted */
static RnDataset *
find_dataset (RnLabReader *self)
{
  RnDataset *open = rn_session_get_dataset (self->session);

  if (self->dataset != NULL)
    return rn_dataset_ref (self->dataset);
  if (open != NULL && g_strcmp0 (rn_dataset_get_source (open), get_data (self)) == 0)
    return rn_dataset_ref (open);
  return NULL;
}

void
rn_lab_reader_refresh (RnLabReader *self)
{
  Work *work;

  g_return_if_fail (RN_IS_LAB_READER (self));

  forget_work (self);
  if (self->experiment == NULL)
    return;
  g_clear_pointer (&self->problem, g_free);
  work = g_atomic_rc_box_new0 (Work);
  work->experiment = rn_experiment_ref (self->experiment);
  work->data = g_strdup (get_data (self));
  work->folder = g_strdup (rn_session_get_runs_folder (self->session));
  work->n_seeds = self->n_seeds;
  work->threads = rn_session_get_threads (self->session);
  work->is_training = rn_session_is_training (self->session) ||
                      rn_lab_desk_get_plan (rn_session_get_lab (self->session)) != NULL;
  work->dataset = find_dataset (self);
  work->plan = self->plan != NULL ? rn_lab_plan_ref (self->plan) : NULL;
  work->has_studied = self->has_studied;
  work->n_known = self->results != NULL ? rn_lab_results_n_finished (self->results) : -1;
  work->estimate = NAN;
  work->steps = -1;
  work->reader = self;
  pthread_mutex_init (&work->lock, NULL);
  self->work = work;
  g_thread_unref (g_thread_new ("lab", run, g_atomic_rc_box_acquire (work)));
  changed (self);
}

void
rn_lab_reader_ask (RnLabReader *self, RnExperiment *experiment, const char *data, int n_seeds)
{
  g_return_if_fail (RN_IS_LAB_READER (self));

  forget_all (self);
  if (experiment != NULL)
    rn_experiment_ref (experiment);
  g_clear_pointer (&self->experiment, rn_experiment_unref);
  self->experiment = experiment;
  g_free (self->data);
  self->data = g_strdup (data);
  self->n_seeds = n_seeds;
  if (experiment != NULL)
    rn_lab_reader_refresh (self);
  else
    changed (self);
}

void
rn_lab_reader_leave (RnLabReader *self)
{
  g_return_if_fail (RN_IS_LAB_READER (self));

  if (self->work == NULL)
    return;
  forget_work (self);
  changed (self);
}

RnExperiment *
rn_lab_reader_get_experiment (RnLabReader *self)
{
  return self->experiment;
}

RnLabPlan *
rn_lab_reader_get_plan (RnLabReader *self)
{
  return self->plan;
}

RnLabResults *
rn_lab_reader_get_results (RnLabReader *self)
{
  return self->results;
}

double
rn_lab_reader_get_estimate (RnLabReader *self)
{
  return self->estimate;
}

gint64
rn_lab_reader_get_steps (RnLabReader *self, gint64 *wanted)
{
  *wanted = 0;
  for (int i = 0; self->plan != NULL && i < rn_lab_plan_n_runs (self->plan); i++)
    *wanted += rn_lab_plan_get_run (self->plan, i)->settings->steps;
  return self->steps;
}

RnLabDoing
rn_lab_reader_get_doing (RnLabReader *self)
{
  return self->doing;
}

gboolean
rn_lab_reader_is_busy (RnLabReader *self)
{
  return self->work != NULL;
}

double
rn_lab_reader_get_progress (RnLabReader *self)
{
  return self->progress;
}

const char *
rn_lab_reader_get_problem (RnLabReader *self)
{
  return self->problem;
}

static void
rn_lab_reader_dispose (GObject *object)
{
  RnLabReader *self = RN_LAB_READER (object);

  forget_all (self);
  g_clear_pointer (&self->experiment, rn_experiment_unref);
  g_clear_pointer (&self->data, g_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_lab_reader_parent_class)->dispose (object);
}

static void
rn_lab_reader_init (RnLabReader *self)
{
  self->estimate = NAN;
  self->steps = -1;
}

static void
rn_lab_reader_class_init (RnLabReaderClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_lab_reader_dispose;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

RnLabReader *
rn_lab_reader_new (RnSession *session)
{
  RnLabReader *self = g_object_new (RN_TYPE_LAB_READER, NULL);

  self->session = g_object_ref (session);
  return self;
}
