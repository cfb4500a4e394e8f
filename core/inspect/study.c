#include "residua/study.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "compute/layers.h"
#include "compute/memory.h"
#include "inspect/pictures.h"
#include "inspect/study-private.h"
#include "network/evaluator-private.h"
#include "network/model.h"
#include "residua/error.h"

#define LOAD 64 /* pictures from one word of progress to the next */

struct _RnStudy
{
  RnEvaluator *evaluator;
  int threads;
  int count;
  int *indices; /* of the pictures in their split */
  int *truths;
  float *x; /* [count,side,side,channels], normalised */
  gsize picture_floats;
};

static gboolean
load (RnStudy *self, RnDataset *dataset, RnSplit split, RnProgressFunc progress, gpointer user_data,
      const int *cancel, GError **error)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (rn_study_get_model (self));

  for (int from = 0; from < self->count; from += LOAD)
    {
      const int n = MIN (LOAD, self->count - from);

      if (!rn_pictures_load (self->x + (gsize) from * self->picture_floats, preprocess, dataset,
                             split, self->indices + from, n, cancel, error))
        return FALSE;
      if (progress != NULL && !progress ((double) (from + n) / self->count, user_data))
        return rn_study_cancelled (error);
    }
  return TRUE;
}

static gboolean
make_room (RnStudy *self, const RnPreprocess *preprocess, GError **error)
{
  gsize floats;

  self->picture_floats = (gsize) preprocess->side * preprocess->side * preprocess->channels;
  if (rn_checked_product (&floats, self->picture_floats, self->count, 1, 1) &&
      floats <= RN_STUDY_MAX_BYTES / sizeof (float) && (self->x = rn_floats_new (floats)) != NULL)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
               _ ("%d pictures of %dx%d do not fit into memory: ask for fewer"), self->count,
               preprocess->side, preprocess->side);
  return FALSE;
}

RnStudy *
rn_study_new (RnModel *model, RnDataset *dataset, RnSplit split, int count, int threads,
              RnProgressFunc progress, gpointer user_data, const int *cancel, GError **error)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const int total = rn_dataset_count (dataset, split);
  g_autofree int *matches = rn_pictures_match (model, dataset, split, error);
  g_autoptr (RnStudy) self = NULL;

  if (matches == NULL)
    return NULL;
  self = g_new0 (RnStudy, 1);
  self->count = count > 0 ? MIN (count, total) : total;
  self->threads = threads;
  self->evaluator = rn_evaluator_new (model, RN_PATH_TAPS, threads, error);
  if (self->evaluator == NULL || !make_room (self, preprocess, error))
    return NULL;
  self->indices = g_new (int, self->count);
  self->truths = g_new (int, self->count);
  for (int i = 0; i < self->count; i++)
    {
      self->indices[i] = (int) ((gint64) i * total / self->count);
      self->truths[i] = matches[rn_dataset_get_label (dataset, split, self->indices[i])];
    }
  if (!load (self, dataset, split, progress, user_data, cancel, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rn_study_free (RnStudy *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->evaluator, rn_evaluator_free);
  rn_floats_free (self->x);
  g_free (self->indices);
  g_free (self->truths);
  g_free (self);
}

RnModel *
rn_study_get_model (RnStudy *self)
{
  return rn_evaluator_get_model (self->evaluator);
}

int
rn_study_get_threads (RnStudy *self)
{
  return self->threads;
}

void
rn_study_gather (RnStudy *self, float *x, int *labels, const int *which, int n)
{
  for (int i = 0; i < n; i++)
    {
      memcpy (x + (gsize) i * self->picture_floats,
              self->x + (gsize) which[i] * self->picture_floats, self->picture_floats * sizeof *x);
      labels[i] = self->truths[which[i]];
    }
}

int
rn_study_count (RnStudy *self)
{
  return self->count;
}

gboolean
rn_study_cancelled (GError **error)
{
  g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
  return FALSE;
}

/* Answers */

static int
find_best (const float *logits, int n, int without)
{
  int best = -1;

  for (int k = 0; k < n; k++)
    {
      if (isnan (logits[k]))
        return -1;
      if (k != without && (best < 0 || logits[k] > logits[best]))
        best = k;
    }
  return best;
}

static void
answer (RnAnswer *self, const float *logits, float *probabilities, int classes)
{
  rn_softmax (probabilities, logits, classes);
  self->answer = find_best (logits, classes, -1);
  self->second = self->answer < 0 ? -1 : find_best (logits, classes, self->answer);
  self->confidence = self->answer < 0 ? NAN : probabilities[self->answer];
  self->of_truth = probabilities[self->truth];
}

gboolean
rn_study_answers_of (RnStudy *self, RnEvaluator *evaluator, RnAnswer *answers,
                     const gboolean *gates, RnProgressFunc progress, gpointer user_data,
                     const int *cancel, GError **error)
{
  const RnModel *model = rn_evaluator_get_model (evaluator);
  const int side = rn_model_get_preprocess (model)->side;
  const int classes = rn_spec_get_classes (rn_model_get_spec (model));
  const int batch = rn_evaluator_batch_for (evaluator, side, side);
  g_autofree float *logits = g_new (float, (gsize) batch *classes);
  g_autofree float *probabilities = g_new (float, classes);
  const RnPass pass = { .gates = gates, .cancel = cancel };

  for (int from = 0; from < self->count; from += batch)
    {
      const int n = MIN (batch, self->count - from);

      if (!rn_evaluator_run (evaluator, logits, self->x + (gsize) from * self->picture_floats, n,
                             side, side, &pass, error))
        return FALSE;
      for (int i = 0; i < n; i++)
        {
          answers[from + i].index = self->indices[from + i];
          answers[from + i].truth = self->truths[from + i];
          answer (&answers[from + i], logits + (gsize) i * classes, probabilities, classes);
        }
      if (progress != NULL && !progress ((double) (from + n) / self->count, user_data))
        return rn_study_cancelled (error);
    }
  return TRUE;
}

gboolean
rn_study_answers (RnStudy *self, RnAnswer *answers, const gboolean *gates, RnProgressFunc progress,
                  gpointer user_data, const int *cancel, GError **error)
{
  return rn_study_answers_of (self, self->evaluator, answers, gates, progress, user_data, cancel,
                              error);
}

int
rn_answers_n_wrong (const RnAnswer *answers, int n)
{
  int wrong = 0;

  for (int i = 0; i < n; i++)
    wrong += answers[i].answer != answers[i].truth;
  return wrong;
}
