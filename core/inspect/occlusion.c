#include <glib/gi18n-lib.h>
#include <string.h>

#include "compute/layers.h"
#include "inspect/study-private.h"
#include "network/evaluator-private.h"
#include "residua/error.h"
#include "residua/model.h"

/* y = x where a square of @patch, its upper left corner at (@top, @left), is the mean colour: 0 after normalisation
 * x, y [side,side,channels]
 */
static void
cover (float *restrict y, const float *restrict x, int side, int channels, int top, int left,
       int patch)
{
  const int from = MAX (left, 0), to = MIN (left + patch, side);

  memcpy (y, x, (gsize) side * side * channels * sizeof *y);
  for (int row = MAX (top, 0); row < MIN (top + patch, side); row++)
    memset (y + ((gsize) row * side + from) * channels, 0,
            (gsize) (to - from) * channels * sizeof *y);
}

static float
probability (const float *logits, float *scratch, int classes, int class)
{
  rn_softmax (scratch, logits, classes);
  return scratch[class];
}

RnTensor *
rn_occlusion (RnEvaluator *evaluator, const float *x, int class, int patch, int stride,
              RnProgressFunc progress, gpointer user_data, const int *cancel, GError **error)
{
  RnModel *model = rn_evaluator_get_model (evaluator);
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const int side = preprocess->side, channels = preprocess->channels;
  const int classes = rn_spec_get_classes (rn_model_get_spec (model));
  const int step = MAX (stride, 1), across = (side + step - 1) / step, total = across * across;
  const int batch = MIN (rn_evaluator_batch_for (evaluator, side, side), total);
  const gsize count = (gsize) side * side * channels;
  const RnPass pass = { .cancel = cancel };
  g_autofree float *covered = g_new (float, count *batch);
  g_autofree float *logits = g_new (float, (gsize) batch *classes);
  g_autofree float *scratch = g_new (float, classes);
  g_autoptr (RnTensor) map = NULL;
  float whole;

  g_return_val_if_fail (class >= 0 && class < classes, NULL);
  g_return_val_if_fail (patch >= 1 && patch <= side && stride >= 1, NULL);

  map = rn_tensor_new (2, (int[]){ across, across }, error);
  if (map == NULL || !rn_evaluator_run (evaluator, logits, x, 1, side, side, &pass, error))
    return NULL;
  whole = probability (logits, scratch, classes, class);
  for (int from = 0; from < total; from += batch)
    {
      const int n = MIN (batch, total - from);

      for (int i = 0; i < n; i++)
        cover (covered + (gsize) i * count, x, side, channels,
               (from + i) / across * stride - patch / 2, (from + i) % across * stride - patch / 2,
               patch);
      if (!rn_evaluator_run (evaluator, logits, covered, n, side, side, &pass, error))
        return NULL;
      for (int i = 0; i < n; i++)
        map->data[from + i] =
            whole - probability (logits + (gsize) i * classes, scratch, classes, class);
      if (progress != NULL && !progress ((double) (from + n) / total, user_data))
        {
          rn_study_cancelled (error);
          return NULL;
        }
    }
  return g_steal_pointer (&map);
}
