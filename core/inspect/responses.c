#include "residua/inspect.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "inspect/pictures.h"
#include "network/evaluator-private.h"
#include "network/model.h"
#include "residua/classify.h"
#include "residua/error.h"

static void
response_free (gpointer data)
{
  RnResponse *response = data;

  g_free (response->name);
  g_free (response);
}

/* Sums over every element that has come by, per layer. */
typedef struct
{
  double sum;
  double squares;
  double count;
} Sums;

static void
add_tensor (Sums *sums, const RnTensor *tensor)
{
  const gsize count = rn_tensor_count (tensor);

  for (gsize i = 0; i < count; i++)
    {
      const double v = tensor->data[i];

      sums->sum += v;
      sums->squares += v * v;
    }
  sums->count += (double) count;
}

static gboolean
add_batch (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split, const int *indices, int n,
           const char *const *names, RnTensor **taps, Sums *sums, GError **error)
{
  RnModel *model = rn_evaluator_get_model (evaluator);
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const gsize count = (gsize) preprocess->side * preprocess->side * preprocess->channels;
  g_autofree float *x = g_new (float, count *(gsize) n);
  g_autofree float *logits =
      g_new (float, (gsize) n *rn_spec_get_classes (rn_model_get_spec (model)));
  const RnPass pass = { .tap_names = names, .taps = taps };

  if (!rn_pictures_load (x, preprocess, dataset, split, indices, n, NULL, error))
    return FALSE;
  if (!rn_evaluator_run (evaluator, logits, x, n, preprocess->side, preprocess->side, &pass, error))
    return FALSE;
  for (int i = 0; names[i] != NULL; i++)
    {
      add_tensor (&sums[i], taps[i]);
      g_clear_pointer (&taps[i], rn_tensor_unref);
    }
  return TRUE;
}

static GPtrArray *
conclude (const RnLayout *layout, const Sums *sums)
{
  GPtrArray *responses = g_ptr_array_new_with_free_func (response_free);

  for (int i = 0; i < layout->n_convs; i++)
    {
      RnResponse *response = g_new0 (RnResponse, 1);

      response->name = g_strdup (layout->convs[i].norm_name);
      response->kernel = layout->convs[i].kernel;
      response->mean = sums[i].sum / sums[i].count;
      response->std =
          sqrt (MAX (sums[i].squares / sums[i].count - response->mean * response->mean, 0.0));
      g_ptr_array_add (responses, response);
    }
  return responses;
}

GPtrArray *
rn_inspect_responses (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split, int count,
                      RnProgressFunc progress, gpointer user_data, GError **error)
{
  RnModel *model = rn_evaluator_get_model (evaluator);
  const RnLayout *layout = rn_model_get_layout (model);
  const int side = rn_model_get_preprocess (model)->side;
  const int total = MIN (count, rn_dataset_count (dataset, split));
  /* every layer's output is kept at once, so a batch is smaller than one that only runs */
  const int batch = MAX (rn_evaluator_batch_for (evaluator, side, side) / 8, 1);
  g_autofree const char **names = g_new0 (const char *, layout->n_convs + 1);
  g_autofree RnTensor **taps = g_new0 (RnTensor *, layout->n_convs + 1);
  g_autofree Sums *sums = g_new0 (Sums, layout->n_convs);
  g_autofree int *indices = g_new (int, MAX (total, 1));

  if (total < 1)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has no pictures to look at"),
                   rn_dataset_get_source (dataset));
      return NULL;
    }
  if (rn_dataset_get_channels (dataset) != rn_model_get_preprocess (model)->channels)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("The network takes %d channels, the pictures of “%s” have %d"),
                   rn_model_get_preprocess (model)->channels, rn_dataset_get_source (dataset),
                   rn_dataset_get_channels (dataset));
      return NULL;
    }
  for (int i = 0; i < layout->n_convs; i++)
    names[i] = layout->convs[i].norm_name;
  for (int i = 0; i < total; i++)
    indices[i] = (int) ((gint64) i * rn_dataset_count (dataset, split) / total);
  for (int from = 0; from < total; from += batch)
    {
      if (!add_batch (evaluator, dataset, split, indices + from, MIN (batch, total - from), names,
                      taps, sums, error))
        return NULL;
      if (progress != NULL && !progress ((double) MIN (from + batch, total) / total, user_data))
        {
          g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
          return NULL;
        }
    }
  return conclude (layout, sums);
}
