#include "pages/study-runner.h"

#include <glib/gi18n-lib.h>
#include <pthread.h>

#include "pages/gates.h"

/* The random part of a study: curves as smooth as a few minutes allow */
#define MOST_OFF 10
#define DRAWS 5
#define SEED 1

/* What the thread and the window share: the thread's until it is freed but for what @lock guards. */
typedef struct
{
  RnStudyKind kind;
  RnModel *model;
  RnDataset *dataset;
  int count;
  gboolean *gates; /* (nullable) */
  int cancel;      /* atomic */

  pthread_mutex_t lock;
  RnStudyRunner
      *runner; /* (nullable): NULL once nobody wants to know; read by the window's thread alone */
  gboolean is_told; /* the window was woken and has not looked yet */
  gboolean is_done;
  double progress;
  int n_pictures;
  GArray *answers;
  GArray *points;
  GError *error;
} Work;

struct _RnStudyRunner
{
  GObject parent_instance;

  RnSession *session;
  RnStudyKind kind;
  int count;
  GCancellable *asking; /* (nullable): for the weights */
  Work *work;           /* (nullable): under way */

  double progress;
  char *problem;
  RnModel *model;
  RnDataset *dataset;
  int n_pictures;
  int n_off;
  GArray *answers;
  GArray *points;
};

G_DEFINE_FINAL_TYPE (RnStudyRunner, rn_study_runner, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
changed (RnStudyRunner *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Work */

static void
work_clear (gpointer data)
{
  Work *work = data;

  rn_model_unref (work->model);
  rn_dataset_unref (work->dataset);
  g_free (work->gates);
  g_array_unref (work->answers);
  g_array_unref (work->points);
  g_clear_error (&work->error);
  pthread_mutex_destroy (&work->lock);
}

static void
work_unref (gpointer work)
{
  g_atomic_rc_box_release_full (work, work_clear);
}

/* In the window's thread: takes what has come. */
static gboolean
collect (gpointer data)
{
  Work *work = data;
  g_autoptr (RnStudyRunner) self = NULL;
  gboolean is_done;

  if (work->runner == NULL)
    return G_SOURCE_REMOVE;
  self = g_object_ref (work->runner);
  pthread_mutex_lock (&work->lock);
  work->is_told = FALSE;
  is_done = work->is_done;
  self->progress = work->progress;
  self->n_pictures = work->n_pictures;
  if (work->points->len > self->points->len)
    g_array_append_vals (self->points,
                         &g_array_index (work->points, RnStudyPoint, self->points->len),
                         work->points->len - self->points->len);
  if (is_done && work->answers->len > 0)
    {
      g_array_set_size (self->answers, 0);
      g_array_append_vals (self->answers, work->answers->data, work->answers->len);
    }
  pthread_mutex_unlock (&work->lock);
  if (is_done)
    {
      work->runner = NULL;
      self->work = NULL;
      if (work->error != NULL)
        self->problem = g_strdup (work->error->message);
      work_unref (work);
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

static void
advance (Work *work, double progress)
{
  pthread_mutex_lock (&work->lock);
  work->progress = progress;
  tell (work);
  pthread_mutex_unlock (&work->lock);
}

/* Loading is the first tenth of it. */
static gboolean
on_loaded (double done, gpointer data)
{
  advance (data, 0.1 * done);
  return TRUE;
}

static gboolean
on_answered (double done, gpointer data)
{
  advance (data, 0.1 + 0.9 * done);
  return TRUE;
}

static gboolean
on_point (const RnStudyPoint *point, double done, gpointer data)
{
  Work *work = data;

  pthread_mutex_lock (&work->lock);
  g_array_append_val (work->points, *point);
  pthread_mutex_unlock (&work->lock);
  on_answered (done, work);
  return TRUE;
}

static void
answer_all (Work *work, RnStudy *study, GError **error)
{
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (RnAnswer));

  g_array_set_size (answers, (guint) rn_study_count (study));
  if (!rn_study_answers (study, (RnAnswer *) (gpointer) answers->data, work->gates, on_answered,
                         work, &work->cancel, error))
    return;
  pthread_mutex_lock (&work->lock);
  g_array_append_vals (work->answers, answers->data, answers->len);
  pthread_mutex_unlock (&work->lock);
}

static gpointer
run (gpointer data)
{
  Work *work = data;
  g_autoptr (RnStudy) study = NULL;
  GError *error = NULL;

  rn_compute_lower_priority ();
  study = rn_study_new (work->model, work->dataset, RN_SPLIT_TEST, work->count, 0, on_loaded, work,
                        &work->cancel, &error);
  if (study != NULL)
    {
      pthread_mutex_lock (&work->lock);
      work->n_pictures = rn_study_count (study);
      pthread_mutex_unlock (&work->lock);
      if (work->kind == RN_STUDY_ANSWERS)
        answer_all (work, study, &error);
      else if (work->kind == RN_STUDY_LESIONS)
        rn_study_lesions (study, MOST_OFF, DRAWS, SEED, on_point, work, &work->cancel, &error);
      else
        rn_study_shuffles (study, MOST_OFF, DRAWS, SEED, on_point, work, &work->cancel, &error);
    }
  pthread_mutex_lock (&work->lock);
  work->error = error;
  work->is_done = TRUE;
  tell (work);
  pthread_mutex_unlock (&work->lock);
  work_unref (work);
  return NULL;
}

static Work *
work_new (RnStudyRunner *self)
{
  Work *work = g_atomic_rc_box_new0 (Work);

  work->kind = self->kind;
  work->model = rn_model_ref (self->model);
  work->dataset = rn_dataset_ref (self->dataset);
  work->count = self->count;
  work->answers = g_array_new (FALSE, FALSE, sizeof (RnAnswer));
  work->points = g_array_new (FALSE, FALSE, sizeof (RnStudyPoint));
  work->runner = self;
  pthread_mutex_init (&work->lock, NULL);
  return work;
}

/* The runner */

static void
forget_work (RnStudyRunner *self)
{
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  if (self->work == NULL)
    return;
  __atomic_store_n (&self->work->cancel, 1, __ATOMIC_RELAXED);
  self->work->runner = NULL;
  g_clear_pointer (&self->work, work_unref);
}

static void
forget_results (RnStudyRunner *self)
{
  self->progress = 0.0;
  self->n_pictures = 0;
  self->n_off = 0;
  g_clear_pointer (&self->problem, g_free);
  g_clear_pointer (&self->model, rn_model_unref);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_array_set_size (self->answers, 0);
  g_array_set_size (self->points, 0);
}

static int
count_off (const gboolean *gates, int n)
{
  int n_off = 0;

  for (int i = 0; gates != NULL && i < n; i++)
    n_off += !gates[i];
  return n_off;
}

static void
begin (RnStudyRunner *self, RnModel *model)
{
  const RnSpec *spec = rn_session_get_spec (self->session);
  gboolean *gates = self->kind == RN_STUDY_ANSWERS ? rn_gates_of (self->session, spec) : NULL;

  forget_results (self);
  self->model = rn_model_ref (model);
  self->dataset = rn_dataset_ref (rn_session_get_dataset (self->session));
  self->n_off = count_off (gates, rn_spec_n_blocks (spec));
  self->work = work_new (self);
  self->work->gates = gates;
  g_thread_unref (g_thread_new ("study", run, g_atomic_rc_box_acquire (self->work)));
}

static void
got_model (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RnStudyRunner) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = rn_session_get_model_finish (RN_SESSION (source), result, &error);
  const RnSpec *spec = rn_session_get_spec (self->session);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->asking == NULL)
    return;
  g_clear_object (&self->asking);
  if (model == NULL)
    self->problem = g_strdup (error->message);
  else if (rn_session_get_dataset (self->session) == NULL || spec == NULL ||
           rn_spec_n_blocks (rn_model_get_spec (model)) != rn_spec_n_blocks (spec))
    self->problem = g_strdup (_ ("There are no pictures to ask about yet."));
  else
    begin (self, model);
  changed (self);
}

void
rn_study_runner_start (RnStudyRunner *self, int count)
{
  g_return_if_fail (RN_IS_STUDY_RUNNER (self));

  forget_work (self);
  g_clear_pointer (&self->problem, g_free);
  self->count = count;
  self->progress = 0.0;
  self->asking = g_cancellable_new ();
  rn_session_get_model_async (self->session, self->asking, got_model, g_object_ref (self));
  changed (self);
}

void
rn_study_runner_cancel (RnStudyRunner *self)
{
  g_return_if_fail (RN_IS_STUDY_RUNNER (self));

  if (!rn_study_runner_is_running (self))
    return;
  forget_work (self);
  changed (self);
}

void
rn_study_runner_clear (RnStudyRunner *self)
{
  g_return_if_fail (RN_IS_STUDY_RUNNER (self));

  forget_work (self);
  forget_results (self);
  changed (self);
}

gboolean
rn_study_runner_is_running (RnStudyRunner *self)
{
  return self->work != NULL || self->asking != NULL;
}

double
rn_study_runner_get_progress (RnStudyRunner *self)
{
  return self->progress;
}

const char *
rn_study_runner_get_problem (RnStudyRunner *self)
{
  return self->problem;
}

RnModel *
rn_study_runner_get_model (RnStudyRunner *self)
{
  return self->model;
}

RnDataset *
rn_study_runner_get_dataset (RnStudyRunner *self)
{
  return self->dataset;
}

int
rn_study_runner_n_pictures (RnStudyRunner *self)
{
  return self->n_pictures;
}

int
rn_study_runner_n_off (RnStudyRunner *self)
{
  return self->n_off;
}

const GArray *
rn_study_runner_get_answers (RnStudyRunner *self)
{
  return self->answers;
}

const GArray *
rn_study_runner_get_points (RnStudyRunner *self)
{
  return self->points;
}

static void
rn_study_runner_dispose (GObject *object)
{
  RnStudyRunner *self = RN_STUDY_RUNNER (object);

  forget_work (self);
  forget_results (self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (rn_study_runner_parent_class)->dispose (object);
}

static void
rn_study_runner_finalize (GObject *object)
{
  RnStudyRunner *self = RN_STUDY_RUNNER (object);

  g_array_unref (self->answers);
  g_array_unref (self->points);
  G_OBJECT_CLASS (rn_study_runner_parent_class)->finalize (object);
}

static void
rn_study_runner_init (RnStudyRunner *self)
{
  self->answers = g_array_new (FALSE, FALSE, sizeof (RnAnswer));
  self->points = g_array_new (FALSE, FALSE, sizeof (RnStudyPoint));
}

static void
rn_study_runner_class_init (RnStudyRunnerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_study_runner_dispose;
  G_OBJECT_CLASS (class)->finalize = rn_study_runner_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

RnStudyRunner *
rn_study_runner_new (RnSession *session, RnStudyKind kind)
{
  RnStudyRunner *self = g_object_new (RN_TYPE_STUDY_RUNNER, NULL);

  self->session = g_object_ref (session);
  self->kind = kind;
  return self;
}
