#include "data/sample.h"

#include <glib/gstdio.h>
#include <math.h>

#include "base/random.h"

/* Whether the sample set needs more than a linear classifier: softmax regression on pixels, trained until it knows
 * many of the training pictures by heart.
 */

#define N_CLASSES 10
#define N_PIXELS 3072
#define EPOCHS 12

typedef struct
{
  float w[N_CLASSES][N_PIXELS];
  float b[N_CLASSES];
} Linear;

static const guint8 *
pixels_of (GBytes *records, int at)
{
  return (const guint8 *) g_bytes_get_data (records, NULL) + (gsize) at * RN_SAMPLE_RECORD + 1;
}

static void
scores (const Linear *linear, const guint8 *pixels, float *y)
{
  for (int k = 0; k < N_CLASSES; k++)
    {
      y[k] = linear->b[k];
      for (int i = 0; i < N_PIXELS; i++)
        y[k] += linear->w[k][i] * ((float) pixels[i] / 128.0f - 1.0f);
    }
}

/* One picture's step: w[k] -= rate (p[k] - [k = label]) x */
static void
learn (Linear *linear, const guint8 *pixels, int label, float rate)
{
  float y[N_CLASSES], top = -INFINITY, total = 0.0f;

  scores (linear, pixels, y);
  for (int k = 0; k < N_CLASSES; k++)
    top = MAX (top, y[k]);
  for (int k = 0; k < N_CLASSES; k++)
    total += y[k] = expf (y[k] - top);
  for (int k = 0; k < N_CLASSES; k++)
    {
      const float step = rate * (y[k] / total - (k == label ? 1.0f : 0.0f));

      linear->b[k] -= step;
      for (int i = 0; i < N_PIXELS; i++)
        linear->w[k][i] -= step * ((float) pixels[i] / 128.0f - 1.0f);
    }
}

static double
accuracy (const Linear *linear, GBytes *records, int first, int count)
{
  int right = 0;

  for (int at = first; at < first + count; at++)
    {
      const guint8 *pixels = pixels_of (records, at);
      float y[N_CLASSES];
      int best = 0;

      scores (linear, pixels, y);
      for (int k = 1; k < N_CLASSES; k++)
        if (y[k] > y[best])
          best = k;
      right += best == pixels[-1];
    }
  return (double) right / count;
}

static void
linear_classifier_stays_under_60_percent (void)
{
  g_autofree Linear *linear = g_new0 (Linear, 1);
  g_autofree int *order = g_new (int, RN_SAMPLE_TRAIN);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) records = rn_sample_load (NULL, NULL, &error);
  RnRandom random;
  double train, test;

  g_assert_no_error (error);
  for (int i = 0; i < RN_SAMPLE_TRAIN; i++)
    order[i] = i;
  for (int epoch = 0; epoch < EPOCHS; epoch++)
    {
      const float rate = 3e-4f * (1.0f - (float) epoch / EPOCHS);

      rn_random_start (&random, 1, RN_STREAM_TEST, 0, (guint64) epoch);
      rn_random_shuffle (&random, order, RN_SAMPLE_TRAIN);
      for (int i = 0; i < RN_SAMPLE_TRAIN; i++)
        {
          const guint8 *pixels = pixels_of (records, order[i]);

          learn (linear, pixels, pixels[-1], rate);
        }
    }
  train = accuracy (linear, records, 0, RN_SAMPLE_TRAIN);
  test = accuracy (linear, records, RN_SAMPLE_TRAIN, RN_SAMPLE_TEST);
  g_test_message ("linear: %.2f %% of training, %.2f %% of test pictures", 100 * train, 100 * test);
  g_assert_cmpfloat (train, >, 0.25);
  g_assert_cmpfloat (test, <=, 0.60);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("rn-sample-XXXXXX", NULL);
  g_autofree char *path = NULL, *folder = NULL;
  int result;

  g_assert_nonnull (cache);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample/linear_classifier_stays_under_60_percent",
                   linear_classifier_stays_under_60_percent);
  result = g_test_run ();
  path = rn_sample_get_cache_path ();
  folder = g_path_get_dirname (path);
  g_unlink (path);
  g_rmdir (folder);
  g_rmdir (cache);
  return result;
}
