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
  RnDataset *dataset;
  RnSplit split;
  int threads;
  int count;
  int *indices; /* of the pictures in their split */
  int *truths;
  float *x; /* [n_kept,side,side,channels], normalised */
  int n_kept; /* the first of the pictures; the others are decoded again whenever they are asked about */
  gsize picture_floats;
};

/* @x: [n,side,side,channels], pictures @from to @from + @n - 1 of the study */
static gboolean
decode (const RnStudy *self, float *x, int from, int n, const int *cancel, GError **error)
{
  return rn_pictures_load (x, rn_model_get_preprocess (rn_evaluator_get_model (self->evaluator)),
                           self->dataset, self->split, self->indices + from, n, cancel, error);
}

static gboolean
load (RnStudy *self, RnProgressFunc progress, gpointer user_data, const int *cancel, GError **error)
{
  for (int from = 0; from < self->n_kept; from += LOAD)
    {
      const int n = MIN (LOAD, self->n_kept - from);

      if (!decode (self, self->x + (gsize) from * self->picture_floats, from, n, cancel, error))
        return FALSE;
      if (progress != NULL && !progress ((double) (from + n) / self->n_kept, user_data))
        return rn_study_cancelled (error);
    }
  return TRUE;
}

/* Where there is not even so much memory, nothing is kept. */
static void
make_room (RnStudy *self, const RnPreprocess *preprocess, gsize most_bytes)
{
  self->picture_floats = (gsize) preprocess->side * preprocess->side * preprocess->channels;
  self->n_kept =
      (int) MIN ((gsize) self->count, most_bytes / sizeof (float) / self->picture_floats);
  if (self->n_kept > 0)
    self->x = rn_floats_new ((gsize) self->n_kept * self->picture_floats);
  if (self->x == NULL)
    self->n_kept = 0;
}

RnStudy *
rn_study_new (RnModel *model, RnDataset *dataset, RnSplit split, int count, int threads,
              RnProgressFunc progress, gpointer user_data, const int *cancel, GError **error)
{
  return rn_study_new_within (model, dataset, split, count, threads, RN_STUDY_MAX_BYTES, progress,
                              user_data, cancel, error);
}

RnStudy *
rn_study_new_within (RnModel *model, RnDataset *dataset, RnSplit split, int count, int threads,
                     gsize most_bytes, RnProgressFunc progress, gpointer user_data,
                     const int *cancel, GError **error)
{
  const int total = rn_dataset_count (dataset, split);
  g_autofree int *matches = rn_pictures_match (model, dataset, split, error);
  g_autoptr (RnStudy) self = NULL;

  if (matches == NULL)
    return NULL;
  self = g_new0 (RnStudy, 1);
  self->count = count > 0 ? MIN (count, total) : total;
  self->dataset = rn_dataset_ref (dataset);
  self->split = split;
  self->threads = threads;
  self->evaluator = rn_evaluator_new (model, RN_PATH_TAPS, threads, error);
  if (self->evaluator == NULL)
    return NULL;
  make_room (self, rn_model_get_preprocess (model), most_bytes);
  self->indices = g_new (int, self->count);
  self->truths = g_new (int, self->count);
  for (int i = 0; i < self->count; i++)
    {
      self->indices[i] = (int) ((gint64) i * total / self->count);
      self->truths[i] = matches[rn_dataset_get_label (dataset, split, self->indices[i])];
    }
  if (!load (self, progress, user_data, cancel, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rn_study_free (RnStudy *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->evaluator, rn_evaluator_free);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
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

int
rn_study_n_kept (RnStudy *self)
{
  return self->n_kept;
}

gboolean
rn_study_gather (RnStudy *self, float *x, int *labels, const int *which, int n, const int *cancel,
                 GError **error)
{
  for (int i = 0; i < n; i++)
    {
      float *to = x + (gsize) i * self->picture_floats;

      labels[i] = self->truths[which[i]];
      if (which[i] < self->n_kept)
        memcpy (to, self->x + (gsize) which[i] * self->picture_floats,
                self->picture_floats * sizeof *x);
      else if (!decode (self, to, which[i], 1, cancel, error))
        return FALSE;
    }
  return TRUE;
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

/* Room for one batch, where not all pictures are kept. Returns: FALSE where there is not even so much memory */
static gboolean
make_batch (const RnStudy *self, float **x, int batch, GError **error)
{
  *x = NULL;
  if (self->n_kept == self->count)
    return TRUE;
  *x = rn_floats_new ((gsize) batch * self->picture_floats);
  if (*x == NULL)
    g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for %d pictures"), batch);
  return *x != NULL;
}

/* Returns: pictures @from to @from + @n - 1, in @room where they are not kept; NULL where they could not be decoded */
static const float *
get_batch (const RnStudy *self, float *room, int from, int n, const int *cancel, GError **error)
{
  if (from + n <= self->n_kept)
    return self->x + (gsize) from * self->picture_floats;
  return decode (self, room, from, n, cancel, error) ? room : NULL;
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
  float *room;
  gboolean well;

  well = make_batch (self, &room, batch, error);
  for (int from = 0; well && from < self->count; from += batch)
    {
      const int n = MIN (batch, self->count - from);
      const float *x = get_batch (self, room, from, n, cancel, error);

      well = x != NULL && rn_evaluator_run (evaluator, logits, x, n, side, side, &pass, error);
      for (int i = from; well && i < from + n; i++)
        {
          answers[i].index = self->indices[i];
          answers[i].truth = self->truths[i];
          answer (&answers[i], logits + (gsize) (i - from) * classes, probabilities, classes);
        }
      if (well && progress != NULL && !progress ((double) (from + n) / self->count, user_data))
        well = rn_study_cancelled (error);
    }
  rn_floats_free (room);
  return well;
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
