#include "pages/look.h"

#include <math.h>
#include <residua/error.h>

#include "pages/taps.h"
#include "state/behind.h"

static void
look_clear (gpointer data)
{
  RnLook *look = data;

  g_clear_pointer (&look->model, rn_model_unref);
  g_clear_pointer (&look->view, rn_picture_unref);
  g_clear_pointer (&look->last, rn_tensor_unref);
  g_clear_pointer (&look->weight, rn_tensor_unref);
  g_clear_pointer (&look->bias, rn_tensor_unref);
  g_free (look->logits);
  g_free (look->gated);
  g_free (look->probabilities);
  g_free (look->notes);
  g_free (look->problem);
}

RnLook *
rn_look_ref (RnLook *look)
{
  return g_atomic_rc_box_acquire (look);
}

void
rn_look_unref (RnLook *look)
{
  g_atomic_rc_box_release_full (look, look_clear);
}

void
rn_look_softmax (double *p, const float *logits, int n)
{
  double max = -INFINITY, sum = 0.0;

  for (int k = 0; k < n; k++)
    max = MAX (max, (double) logits[k]);
  for (int k = 0; k < n; k++)
    {
      p[k] = exp ((double) logits[k] - max);
      sum += p[k];
    }
  for (int k = 0; k < n; k++)
    p[k] /= sum;
}

double
rn_look_entropy (const double *p, int n)
{
  double sum = 0.0;

  for (int k = 0; k < n; k++)
    if (p[k] > 0.0)
      sum -= p[k] * log2 (p[k]);
  return sum;
}

/* The pass as trained, to @logits, with a tap on what the global average pool gets, and the pass with switched-off branches */
static gboolean
look_inside (RnLook *look, float *logits, const gboolean *gates, const int *cancel, GError **error)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (look->model);
  const RnSpec *spec = rn_model_get_spec (look->model);
  const int side = preprocess->side, n_blocks = rn_spec_n_blocks (spec);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (look->model, RN_PATH_TAPS, 1, error);
  g_autofree char *last = n_blocks > 0 ? rn_tap_of_block (spec, n_blocks - 1, "out") : NULL;
  g_autofree float *x = g_new (float, (gsize) side *side * preprocess->channels);
  const char *names[] = { last, NULL };
  RnPass pass = { .tap_names = names, .taps = &look->last, .cancel = cancel };

  if (evaluator == NULL)
    return FALSE;
  rn_preprocess_apply (preprocess, x, look->view);
  if (!rn_evaluator_run (evaluator, logits, x, 1, side, side, &pass, error))
    return FALSE;
  look->weight = rn_model_get_parameter (look->model, "fc.weight");
  look->bias = rn_model_get_parameter (look->model, "fc.bias");
  if (gates == NULL)
    return TRUE;
  look->gated = g_new (float, look->n_classes);
  pass = (RnPass){ .gates = gates, .cancel = cancel };
  return rn_evaluator_run (evaluator, look->gated, x, 1, side, side, &pass, error);
}

void
rn_look_views (RnLookKind kind, int side, RnViews *views)
{
  *views = (RnViews){ .crops = kind == RN_LOOK_TEN ? 10 : 1, .flip = kind == RN_LOOK_SCALES };
  if (kind == RN_LOOK_SCALES)
    rn_views_paper_scales (views, side);
}

static gboolean
classify (RnLook *look, RnPicture *picture, RnLookKind kind, const int *cancel, GError **error)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (look->model, RN_PATH_RUN, 1, error);
  RnViews views;

  if (evaluator == NULL)
    return FALSE;
  rn_look_views (kind, rn_model_get_preprocess (look->model)->side, &views);
  look->probabilities = g_new (float, look->n_classes);
  return rn_classify_picture (evaluator, picture, &views, look->probabilities, look->logits,
                              &look->notes, cancel, error);
}

RnLook *
rn_look_new (RnModel *model, RnPicture *picture, RnLookKind kind, const gboolean *gates,
             const int *cancel, GError **error)
{
  g_autoptr (RnLook) look = g_atomic_rc_box_new0 (RnLook);
  const gint64 start = g_get_monotonic_time ();

  look->model = rn_model_ref (model);
  look->n_classes = rn_spec_get_classes (rn_model_get_spec (model));
  look->logits = g_new (float, look->n_classes);
  look->is_full = kind == RN_LOOK_INSIDE;
  look->view = rn_view_single (picture, rn_model_get_preprocess (model), error);
  if (look->view == NULL ||
      !(kind == RN_LOOK_INSIDE ? look_inside (look, look->logits, gates, cancel, error)
                               : classify (look, picture, kind, cancel, error)))
    return NULL;
  look->seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  return g_steal_pointer (&look);
}

static RnLook *
copy_answer (const RnLook *from)
{
  const gsize size = (gsize) from->n_classes * sizeof (float);
  RnLook *look = g_atomic_rc_box_new0 (RnLook);

  look->model = rn_model_ref (from->model);
  look->view = rn_picture_ref (from->view);
  look->n_classes = from->n_classes;
  look->logits = g_memdup2 (from->logits, size);
  look->probabilities = g_memdup2 (from->probabilities, from->probabilities != NULL ? size : 0);
  look->notes = g_strdup (from->notes);
  look->seconds = from->seconds;
  return look;
}

/* Returns: (nullable): NULL where it was cancelled */
static RnLook *
fill (const RnLook *from, const int *cancel, GError **error)
{
  g_autoptr (RnLook) look = copy_answer (from);
  g_autofree float *logits = g_new (float, look->n_classes);
  g_autoptr (GError) problem = NULL;

  look->is_full = TRUE;
  if (look_inside (look, logits, NULL, cancel, &problem))
    return g_steal_pointer (&look);
  if (g_error_matches (problem, RN_ERROR, RN_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  look->problem = g_strdup (problem->message);
  return g_steal_pointer (&look);
}

/* a[h,w] = sum over c of w[k,c] x[h,w,c] / (H W): its sum is the logit less its bias */
RnTensor *
rn_look_activation (const RnLook *look, int class, double *sum, double *logit)
{
  RnTensor *map;
  int dims[2], channels;

  *sum = *logit = NAN;
  if (look->last == NULL || look->weight == NULL || look->bias == NULL)
    return NULL;
  dims[0] = look->last->dims[1];
  dims[1] = look->last->dims[2];
  channels = look->last->dims[3];
  map = rn_tensor_new (2, dims, NULL);
  if (map == NULL)
    return NULL;
  *sum = 0.0;
  for (int p = 0; p < dims[0] * dims[1]; p++)
    {
      const float *x = look->last->data + (gsize) p * channels;
      const float *w = look->weight->data + (gsize) class * channels;
      double a = 0.0;

      for (int c = 0; c < channels; c++)
        a += (double) w[c] * (double) x[c];
      a /= dims[0] * dims[1];
      map->data[p] = (float) a;
      *sum += a;
    }
  if (look->probabilities == NULL)
    *logit = (double) look->logits[class] - (double) look->bias->data[class];
  return map;
}

/* In a task */

typedef struct
{
  RnLook *look;       /* (nullable): to be filled; otherwise a new one of: */
  RnModel *model;     /* (nullable) */
  RnPicture *picture; /* (nullable) */
  RnLookKind kind;
  gboolean *gates;
  int cancel;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->look, rn_look_unref);
  g_clear_pointer (&job->model, rn_model_unref);
  g_clear_pointer (&job->picture, rn_picture_unref);
  g_free (job->gates);
  g_free (job);
}

static void
cancel_job (GCancellable *cancellable, gpointer data)
{
  __atomic_store_n ((int *) data, 1, __ATOMIC_RELAXED);
}

static RnLook *
do_job (Job *job, GError **error)
{
  if (job->look != NULL)
    return fill (job->look, &job->cancel, error);
  return rn_look_new (job->model, job->picture, job->kind, job->gates, &job->cancel, error);
}

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  const gulong id =
      cancellable != NULL
          ? g_cancellable_connect (cancellable, G_CALLBACK (cancel_job), &job->cancel, NULL)
          : 0;
  RnLook *look = do_job (job, &error);

  g_cancellable_disconnect (cancellable, id);
  if (look != NULL)
    g_task_return_pointer (task, look, (GDestroyNotify) rn_look_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* Takes @job over. */
static void
start (Job *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, rn_look_finish);
  g_task_set_task_data (task, job, job_free);
  rn_task_run_behind (task, look_thread);
}

void
rn_look_async (RnModel *model, RnPicture *picture, RnLookKind kind, const gboolean *gates,
               int n_gates, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->model = rn_model_ref (model);
  job->picture = rn_picture_ref (picture);
  job->kind = kind;
  if (n_gates > 0)
    job->gates = g_memdup2 (gates, (gsize) n_gates * sizeof *gates);
  start (job, cancellable, callback, data);
}

void
rn_look_fill_async (RnLook *look, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->look = rn_look_ref (look);
  start (job, cancellable, callback, data);
}

RnLook *
rn_look_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
