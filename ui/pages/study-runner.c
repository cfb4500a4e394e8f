#include "pages/study-runner.h"

#include <glib/gi18n-lib.h>

#include "pages/gates.h"
#include "pages/study-work.h"

struct _RnStudyRunner
{
  GObject parent_instance;

  RnSession *session;
  RnStudyKind kind;
  int count;
  GCancellable *asking; /* (nullable): for the weights */
  RnStudyWork *work;    /* (nullable): under way */

  double progress;
  char *problem;
  RnModel *model;
  RnDataset *dataset;
  int n_pictures;
  int n_off;
  GArray *answers;
  GArray *points;
  GArray *gradients;
  RnTensor *map;
  GPtrArray *wanted; /* of RnStudyCurve: of the next study */
  GPtrArray *curves; /* of RnStudyCurve: measured */
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

/* @to becomes as long as @from, which only ever grows. */
static void
catch_up (GArray *to, const GArray *from)
{
  const gsize size = g_array_get_element_size (to);

  if (from->len > to->len)
    g_array_append_vals (to, from->data + to->len * size, from->len - to->len);
}

/* In the window's thread: takes what has come. */
static gboolean
collect (gpointer data)
{
  RnStudyWork *work = data;
  g_autoptr (RnStudyRunner) self = NULL;
  gboolean is_done;

  if (work->owner == NULL)
    return G_SOURCE_REMOVE;
  self = g_object_ref (work->owner);
  pthread_mutex_lock (&work->lock);
  work->is_told = FALSE;
  is_done = work->is_done;
  self->progress = work->progress;
  self->n_pictures = work->n_pictures;
  catch_up (self->points, work->points);
  catch_up (self->gradients, work->gradients);
  for (guint i = self->curves->len; i < work->measured->len; i++)
    g_ptr_array_add (self->curves, rn_study_curve_copy (work->measured->pdata[i]));
  if (is_done && work->map != NULL)
    self->map = g_steal_pointer (&work->map);
  if (is_done && work->answers->len > 0)
    {
      g_array_set_size (self->answers, 0);
      g_array_append_vals (self->answers, work->answers->data, work->answers->len);
    }
  pthread_mutex_unlock (&work->lock);
  if (is_done)
    {
      work->owner = NULL;
      self->work = NULL;
      if (work->error != NULL)
        self->problem = g_strdup (work->error->message);
      rn_study_work_unref (work);
    }
  changed (self);
  return G_SOURCE_REMOVE;
}

/* The runner */

static void
forget_work (RnStudyRunner *self)
{
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  g_clear_pointer (&self->work, rn_study_work_abandon);
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
  g_clear_pointer (&self->map, rn_tensor_unref);
  g_array_set_size (self->answers, 0);
  g_array_set_size (self->points, 0);
  g_array_set_size (self->gradients, 0);
  g_ptr_array_set_size (self->curves, 0);
}

static int
count_off (const gboolean *gates, int n)
{
  int n_off = 0;

  for (int i = 0; gates != NULL && i < n; i++)
    n_off += !gates[i];
  return n_off;
}

static GPtrArray *
copy_curves (const GPtrArray *curves)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (rn_study_curve_free);

  for (guint i = 0; i < curves->len; i++)
    g_ptr_array_add (copy, rn_study_curve_copy (curves->pdata[i]));
  return copy;
}

void
rn_study_runner_set_curves (RnStudyRunner *self, const GPtrArray *curves)
{
  g_return_if_fail (RN_IS_STUDY_RUNNER (self));

  g_ptr_array_unref (self->wanted);
  self->wanted = copy_curves (curves);
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
  self->work = rn_study_work_new (self->kind, model, collect, self);
  self->work->dataset = rn_dataset_ref (self->dataset);
  self->work->count = self->count;
  self->work->threads = rn_session_get_threads (self->session);
  self->work->gates = gates;
  if (self->kind == RN_STUDY_RESPONSES)
    self->work->curves = copy_curves (self->wanted);
  rn_study_work_start (self->work);
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
rn_study_runner_start_with (RnStudyRunner *self, RnModel *model, RnPicture *view, int class)
{
  g_return_if_fail (RN_IS_STUDY_RUNNER (self) && self->kind == RN_STUDY_OCCLUSION);

  forget_work (self);
  forget_results (self);
  self->model = rn_model_ref (model);
  self->work = rn_study_work_new (self->kind, model, collect, self);
  self->work->view = rn_picture_ref (view);
  self->work->class = class;
  self->work->threads = rn_session_get_threads (self->session);
  rn_study_work_start (self->work);
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

const GArray *
rn_study_runner_get_gradients (RnStudyRunner *self)
{
  return self->gradients;
}

const GPtrArray *
rn_study_runner_get_curves (RnStudyRunner *self)
{
  return self->curves;
}

RnTensor *
rn_study_runner_get_map (RnStudyRunner *self)
{
  return self->map;
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
  g_array_unref (self->gradients);
  g_ptr_array_unref (self->wanted);
  g_ptr_array_unref (self->curves);
  G_OBJECT_CLASS (rn_study_runner_parent_class)->finalize (object);
}

static void
rn_study_runner_init (RnStudyRunner *self)
{
  self->answers = g_array_new (FALSE, FALSE, sizeof (RnAnswer));
  self->points = g_array_new (FALSE, FALSE, sizeof (RnStudyPoint));
  self->gradients = g_array_new (FALSE, FALSE, sizeof (RnPathGradient));
  self->wanted = g_ptr_array_new_with_free_func (rn_study_curve_free);
  self->curves = g_ptr_array_new_with_free_func (rn_study_curve_free);
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
