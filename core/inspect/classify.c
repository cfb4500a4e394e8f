#include "residua/classify.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "compute/layers.h"
#include "inspect/evaluate.h"
#include "inspect/pictures.h"
#include "inspect/views.h"
#include "network/evaluator-private.h"
#include "residua/error.h"

#define N_CROPS 10

/* One classification: who is asked, and what the views have said so far. */
typedef struct
{
  RnEvaluator *evaluator;
  const RnPreprocess *preprocess;
  int n_classes;
  const int *cancel;
  double *probabilities; /* summed over views */
  double *logits;
  int n_views;
  gboolean mean_gave_way;
} Vote;

/* Runs @n views of the same size and adds what they say. @x: [n,height,width,channels] */
static gboolean
vote (Vote *self, const float *x, int n, int height, int width, GError **error)
{
  const RnPass pass = { .cancel = self->cancel };
  g_autofree float *logits = g_new (float, (gsize) n * self->n_classes);
  g_autofree float *p = g_new (float, self->n_classes);

  if (!rn_evaluator_run (self->evaluator, logits, x, n, height, width, &pass, error))
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      rn_softmax (p, logits + (gsize) i * self->n_classes, self->n_classes);
      for (int k = 0; k < self->n_classes; k++)
        {
          self->probabilities[k] += p[k];
          self->logits[k] += logits[(gsize) i * self->n_classes + k];
        }
    }
  self->n_views += n;
  return TRUE;
}

static gsize
count_of (const RnPicture *picture)
{
  return (gsize) picture->width * picture->height * picture->channels;
}

static gboolean
vote_single (Vote *self, RnPicture *picture, GError **error)
{
  const int side = self->preprocess->side;
  g_autoptr (RnPicture) view = rn_view_single (picture, self->preprocess, error);
  g_autofree float *x = NULL;

  if (view == NULL)
    return FALSE;
  x = g_new (float, count_of (view));
  rn_preprocess_apply (self->preprocess, x, view);
  return vote (self, x, 1, side, side, error);
}

/* Four corners, the centre, and their mirror images */
static gboolean
vote_ten (Vote *self, RnPicture *picture, const RnViews *views, GError **error)
{
  const int side = self->preprocess->side;
  const gsize count = (gsize) side * side * self->preprocess->channels;
  g_autoptr (RnPicture) resized = rn_view_resize (picture, self->preprocess, views, 0, error);
  g_autofree float *x = g_new (float, count *N_CROPS);

  if (resized == NULL)
    return FALSE;
  for (int i = 0; i < N_CROPS; i++)
    {
      g_autoptr (RnPicture) view = rn_view_cut (resized, self->preprocess, views, i, error);

      if (view == NULL)
        return FALSE;
      rn_preprocess_apply (self->preprocess, x + (gsize) i * count, view);
    }
  return vote (self, x, N_CROPS, side, side, error);
}

static gboolean
vote_whole (Vote *self, RnPicture *picture, GError **error)
{
  g_autofree float *x = g_new (float, count_of (picture));

  if (self->preprocess->pixel_mean != NULL &&
      (picture->width != self->preprocess->side || picture->height != self->preprocess->side))
    self->mean_gave_way = TRUE;
  rn_preprocess_apply (self->preprocess, x, picture);
  return vote (self, x, 1, picture->height, picture->width, error);
}

static gboolean
vote_scales (Vote *self, RnPicture *picture, const RnViews *views, GError **error)
{
  g_autoptr (RnPicture) resized = NULL;

  for (int i = 0; i < rn_views_count (views); i++)
    {
      g_autoptr (RnPicture) view = NULL;

      if (!views->flip || i % 2 == 0)
        {
          g_clear_pointer (&resized, rn_picture_unref);
          resized = rn_view_resize (picture, self->preprocess, views, i, error);
        }
      if (resized != NULL)
        view = rn_view_cut (resized, self->preprocess, views, i, error);
      if (view == NULL || !vote_whole (self, view, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_views (const RnViews *views, GError **error)
{
  if (views->n_scales < 0 || views->n_scales > RN_MAX_SCALES)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("%d scales: 1 to %d are possible"),
                   views->n_scales, RN_MAX_SCALES);
      return FALSE;
    }
  if (views->n_scales == 0 && views->crops != 1 && views->crops != N_CROPS)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("%d crops: 1 or 10 are possible"),
                   views->crops);
      return FALSE;
    }
  for (int i = 0; i < views->n_scales; i++)
    if (views->scales[i] < 1 || views->scales[i] > RN_MAX_SIDE)
      {
        g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("A scale of %d: 1 to %d are possible"),
                     views->scales[i], RN_MAX_SIDE);
        return FALSE;
      }
  return TRUE;
}

gboolean
rn_classify_picture (RnEvaluator *evaluator, RnPicture *picture, const RnViews *views,
                     float *probabilities, float *logits, char **notes, const int *cancel,
                     GError **error)
{
  RnModel *model = rn_evaluator_get_model (evaluator);
  const int n_classes = rn_spec_get_classes (rn_model_get_spec (model));
  g_autofree double *sums = g_new0 (double, 2 * (gsize) n_classes);
  g_autofree float *mean_logits = g_new (float, n_classes);
  g_autoptr (RnPicture) converted = NULL;
  Vote self = { .evaluator = evaluator,
                .preprocess = rn_model_get_preprocess (model),
                .n_classes = n_classes,
                .cancel = cancel,
                .probabilities = sums,
                .logits = sums + n_classes };
  gboolean well;

  if (notes != NULL)
    *notes = NULL;
  if (!check_views (views, error))
    return FALSE;
  converted = rn_picture_convert (picture, self.preprocess->channels, error);
  if (converted == NULL)
    return FALSE;
  well = views->n_scales > 0       ? vote_scales (&self, converted, views, error)
         : views->crops == N_CROPS ? vote_ten (&self, converted, views, error)
                                   : vote_single (&self, converted, error);
  if (!well)
    return FALSE;
  for (int k = 0; k < n_classes; k++)
    {
      probabilities[k] = (float) (self.probabilities[k] / self.n_views);
      mean_logits[k] = (float) (self.logits[k] / self.n_views);
    }
  /* fully convolutional: the scores are averaged, not the probabilities */
  if (views->n_scales > 0)
    rn_softmax (probabilities, mean_logits, n_classes);
  if (logits != NULL)
    memcpy (logits, mean_logits, (gsize) n_classes * sizeof (float));
  if (notes != NULL && self.mean_gave_way)
    *notes = g_strdup_printf (_ ("Where a view is not %d × %d, the channels' mean was subtracted "
                                 "instead of each pixel's"),
                              self.preprocess->side, self.preprocess->side);
  return TRUE;
}

/* A data set */

typedef struct
{
  RnEvaluator *evaluator;
  RnDataset *dataset;
  RnSplit split;
  const RnViews *views;
  const int *cancel;
  const int *matches; /* the model's class of each of the data set's */
  RnEvaluation *result;
  double loss;
} Examination;

/* Enters what was said of picture @index. */
static void
enter (Examination *self, int index, const float *probabilities, const float *logits)
{
  RnEvaluation *result = self->result;
  const int label = self->matches[rn_dataset_get_label (self->dataset, self->split, index)];
  int best = 0, before = 0;

  for (int k = 1; k < result->n_classes; k++)
    if (probabilities[k] > probabilities[best])
      best = k;
  for (int k = 0; k < result->n_classes; k++)
    if (!(probabilities[k] <= probabilities[label]) ||
        (probabilities[k] == probabilities[label] && k < label))
      before++; /* NaN stands before everything: a network that diverged is never right */
  result->count++;
  result->wrong += best != label || isnan (probabilities[label]);
  result->wrong_top5 += before >= 5;
  result->confusion[(gsize) label * result->n_classes + best]++;
  self->loss -= log (probabilities[label] < 1e-38f ? 1e-38 : (double) probabilities[label]);
  if (index < result->n_logits)
    memcpy (result->logits + (gsize) index * result->n_classes, logits,
            (gsize) result->n_classes * sizeof (float));
}

/* Pictures @from .. @from + @n - 1, each with a view of its own */
static gboolean
examine_batch (Examination *self, int from, int n, float *x, float *logits, GError **error)
{
  const RnPreprocess *preprocess =
      rn_model_get_preprocess (rn_evaluator_get_model (self->evaluator));
  const int side = preprocess->side, n_classes = self->result->n_classes;
  const RnPass pass = { .cancel = self->cancel };
  g_autofree float *p = g_new (float, n_classes);
  g_autofree int *indices = g_new (int, n);

  for (int i = 0; i < n; i++)
    indices[i] = from + i;
  if (!rn_pictures_load (x, preprocess, self->dataset, self->split, indices, n, self->cancel,
                         error))
    return FALSE;
  if (!rn_evaluator_run (self->evaluator, logits, x, n, side, side, &pass, error))
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      rn_softmax (p, logits + (gsize) i * n_classes, n_classes);
      enter (self, from + i, p, logits + (gsize) i * n_classes);
    }
  return TRUE;
}

static gboolean
examine_picture (Examination *self, int index, float *probabilities, float *logits, GError **error)
{
  g_autoptr (RnPicture) picture = rn_dataset_get_picture (self->dataset, self->split, index, error);
  g_autofree char *notes = NULL;

  if (picture == NULL || !rn_classify_picture (self->evaluator, picture, self->views, probabilities,
                                               logits, &notes, self->cancel, error))
    return FALSE;
  enter (self, index, probabilities, logits);
  if (self->result->notes == NULL)
    self->result->notes = g_steal_pointer (&notes);
  return TRUE;
}

static gboolean
examine_all (Examination *self, int count, RnProgressFunc progress, gpointer user_data,
             GError **error)
{
  const RnPreprocess *preprocess =
      rn_model_get_preprocess (rn_evaluator_get_model (self->evaluator));
  const int side = preprocess->side, n_classes = self->result->n_classes;
  const gboolean is_single = self->views->n_scales == 0 && self->views->crops == 1;
  const int batch = is_single ? rn_evaluator_batch_for (self->evaluator, side, side) : 1;
  g_autofree float *x = g_new (float, (gsize) batch *side *side * preprocess->channels);
  g_autofree float *logits = g_new (float, (gsize) batch *n_classes);
  g_autofree float *probabilities = g_new (float, n_classes);

  for (int from = 0; from < count; from += batch)
    {
      const gboolean well =
          is_single ? examine_batch (self, from, MIN (batch, count - from), x, logits, error)
                    : examine_picture (self, from, probabilities, logits, error);

      if (!well)
        return FALSE;
      if (progress != NULL && !progress ((double) MIN (from + batch, count) / count, user_data))
        {
          g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
          return FALSE;
        }
    }
  return TRUE;
}

RnEvaluation *
rn_evaluate_cancellable (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split,
                         const RnViews *views, int limit, int n_logits, RnProgressFunc progress,
                         gpointer user_data, const int *cancel, GError **error)
{
  RnModel *model = rn_evaluator_get_model (evaluator);
  const int total = rn_dataset_count (dataset, split),
            count = limit > 0 ? MIN (limit, total) : total;
  g_autofree int *matches =
      check_views (views, error) ? rn_pictures_match (model, dataset, split, error) : NULL;
  g_autoptr (RnEvaluation) result = NULL;
  Examination self = { evaluator, dataset, split, views, cancel, matches, NULL, 0.0 };

  if (matches == NULL)
    return NULL;
  result = g_new0 (RnEvaluation, 1);
  result->n_classes = rn_spec_get_classes (rn_model_get_spec (model));
  result->confusion = g_new0 (int, (gsize) result->n_classes * result->n_classes);
  result->n_logits = MIN (n_logits, count);
  result->logits = g_new0 (float, (gsize) MAX (result->n_logits, 1) * result->n_classes);
  self.result = result;
  if (!examine_all (&self, count, progress, user_data, error))
    return NULL;
  result->loss = self.loss / result->count;
  return g_steal_pointer (&result);
}

RnEvaluation *
rn_evaluate (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split, const RnViews *views,
             int limit, int n_logits, RnProgressFunc progress, gpointer user_data, GError **error)
{
  return rn_evaluate_cancellable (evaluator, dataset, split, views, limit, n_logits, progress,
                                  user_data, NULL, error);
}

void
rn_evaluation_free (RnEvaluation *evaluation)
{
  if (evaluation == NULL)
    return;
  g_free (evaluation->confusion);
  g_free (evaluation->logits);
  g_free (evaluation->notes);
  g_free (evaluation);
}
