#include "pages/study-work.h"

#include <residua/classify.h>

/* The random part of a study: curves as smooth as a few minutes allow */
#define MOST_OFF 10
#define DRAWS 5
#define PATH_DRAWS 20
#define SEED 1

static void
work_clear (gpointer data)
{
  RnStudyWork *work = data;

  rn_model_unref (work->model);
  g_clear_pointer (&work->dataset, rn_dataset_unref);
  g_clear_pointer (&work->view, rn_picture_unref);
  g_clear_pointer (&work->map, rn_tensor_unref);
  g_free (work->gates);
  g_array_unref (work->answers);
  g_array_unref (work->points);
  g_array_unref (work->gradients);
  g_clear_pointer (&work->curves, g_ptr_array_unref);
  g_ptr_array_unref (work->measured);
  g_clear_error (&work->error);
  pthread_mutex_destroy (&work->lock);
}

void
rn_study_work_unref (gpointer work)
{
  g_atomic_rc_box_release_full (work, work_clear);
}

/* With the lock */
static void
tell (RnStudyWork *work)
{
  if (work->is_told)
    return;
  work->is_told = TRUE;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, work->collect, g_atomic_rc_box_acquire (work),
                   rn_study_work_unref);
}

static void
advance (RnStudyWork *work, double progress)
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
  RnStudyWork *work = data;

  pthread_mutex_lock (&work->lock);
  g_array_append_val (work->points, *point);
  pthread_mutex_unlock (&work->lock);
  on_answered (done, work);
  return TRUE;
}

static gboolean
on_gradient (const RnPathGradient *gradient, double done, gpointer data)
{
  RnStudyWork *work = data;

  pthread_mutex_lock (&work->lock);
  g_array_append_val (work->gradients, *gradient);
  pthread_mutex_unlock (&work->lock);
  on_answered (done, work);
  return TRUE;
}

static void
answer_all (RnStudyWork *work, RnStudy *study, GError **error)
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

static void
study_test_pictures (RnStudyWork *work, GError **error)
{
  g_autoptr (RnStudy) study = rn_study_new (work->model, work->dataset, RN_SPLIT_TEST, work->count,
                                            work->threads, on_loaded, work, &work->cancel, error);

  if (study == NULL)
    return;
  pthread_mutex_lock (&work->lock);
  work->n_pictures = rn_study_count (study);
  pthread_mutex_unlock (&work->lock);
  if (work->kind == RN_STUDY_ANSWERS)
    answer_all (work, study, error);
  else if (work->kind == RN_STUDY_LESIONS)
    rn_study_lesions (study, MOST_OFF, DRAWS, SEED, on_point, work, &work->cancel, error);
  else if (work->kind == RN_STUDY_SHUFFLES)
    rn_study_shuffles (study, MOST_OFF, DRAWS, SEED, on_point, work, &work->cancel, error);
  else
    rn_study_path_gradients (study, PATH_DRAWS, SEED, on_gradient, work, &work->cancel, error);
}

static gboolean
on_covered (double done, gpointer data)
{
  advance (data, done);
  return TRUE;
}

static void
cover_picture (RnStudyWork *work, GError **error)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (work->model);
  const int side = preprocess->side, patch = MAX (side / RN_STUDY_PATCHES, 1);
  g_autoptr (RnEvaluator) evaluator =
      rn_evaluator_new (work->model, RN_PATH_RUN, work->threads, error);
  g_autofree float *x = g_new (float, (gsize) side *side * preprocess->channels);
  RnTensor *map;

  if (evaluator == NULL)
    return;
  rn_preprocess_apply (preprocess, x, work->view);
  map = rn_occlusion (evaluator, x, work->class, patch, MAX (side / RN_STUDY_STRIDES, 1),
                      on_covered, work, &work->cancel, error);
  pthread_mutex_lock (&work->lock);
  work->map = map;
  pthread_mutex_unlock (&work->lock);
}

/* Where one of several models is under way */
typedef struct
{
  RnStudyWork *work;
  guint at;
} Turn;

static gboolean
on_looked (double done, gpointer data)
{
  const Turn *turn = data;

  advance (turn->work, (turn->at + done) / turn->work->curves->len);
  return __atomic_load_n (&turn->work->cancel, __ATOMIC_RELAXED) == 0;
}

/* A model that cannot be measured does not keep the others from being. */
static void
measure_responses (RnStudyWork *work)
{
  const int all = rn_dataset_count (work->dataset, RN_SPLIT_TEST);
  const int count = work->count > 0 ? MIN (work->count, all) : all;

  for (guint i = 0; i < work->curves->len; i++)
    {
      RnStudyCurve *curve = work->curves->pdata[i];
      Turn turn = { work, i };

      rn_study_curve_measure (curve, work->model, i == 0, work->dataset, count, work->threads,
                              on_looked, &turn);
      if (__atomic_load_n (&work->cancel, __ATOMIC_RELAXED) != 0)
        return;
      pthread_mutex_lock (&work->lock);
      g_ptr_array_add (work->measured, rn_study_curve_copy (curve));
      work->n_pictures = count;
      pthread_mutex_unlock (&work->lock);
      advance (work, (i + 1.0) / work->curves->len);
    }
}

static gpointer
run (gpointer data)
{
  RnStudyWork *work = data;
  GError *error = NULL;

  rn_compute_lower_priority ();
  if (work->kind == RN_STUDY_OCCLUSION)
    cover_picture (work, &error);
  else if (work->kind == RN_STUDY_RESPONSES)
    measure_responses (work);
  else
    study_test_pictures (work, &error);
  pthread_mutex_lock (&work->lock);
  work->error = error;
  work->is_done = TRUE;
  tell (work);
  pthread_mutex_unlock (&work->lock);
  rn_study_work_unref (work);
  return NULL;
}

RnStudyWork *
rn_study_work_new (RnStudyKind kind, RnModel *model, GSourceFunc collect, gpointer owner)
{
  RnStudyWork *work = g_atomic_rc_box_new0 (RnStudyWork);

  work->kind = kind;
  work->model = rn_model_ref (model);
  work->collect = collect;
  work->owner = owner;
  work->answers = g_array_new (FALSE, FALSE, sizeof (RnAnswer));
  work->points = g_array_new (FALSE, FALSE, sizeof (RnStudyPoint));
  work->gradients = g_array_new (FALSE, FALSE, sizeof (RnPathGradient));
  work->measured = g_ptr_array_new_with_free_func (rn_study_curve_free);
  pthread_mutex_init (&work->lock, NULL);
  return work;
}

void
rn_study_work_start (RnStudyWork *work)
{
  g_thread_unref (g_thread_new ("study", run, g_atomic_rc_box_acquire (work)));
}

void
rn_study_work_abandon (RnStudyWork *work)
{
  __atomic_store_n (&work->cancel, 1, __ATOMIC_RELAXED);
  work->owner = NULL;
  rn_study_work_unref (work);
}
