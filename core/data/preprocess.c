#include "data/preprocess.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "data/picture.h"
#include "residua/error.h"

#define MAX_MEASURED 20000

void
rn_preprocess_copy (RnPreprocess *to, const RnPreprocess *from)
{
  const gsize n = (gsize) from->side * (gsize) from->side * (gsize) from->channels;

  *to = *from;
  to->pixel_mean = g_memdup2 (from->pixel_mean, n * sizeof (float));
}

void
rn_preprocess_clear (RnPreprocess *preprocess)
{
  g_clear_pointer (&preprocess->pixel_mean, g_free);
}

void
rn_byte_table_fill (RnByteTable *table, const RnPreprocess *preprocess)
{
  for (int c = 0; c < preprocess->channels; c++)
    for (int b = 0; b < 256; b++)
      table->value[c][b] = ((float) b / 255.0f - preprocess->mean[c]) / preprocess->std[c];
}

void
rn_preprocess_apply (const RnPreprocess *preprocess, float *x, const RnPicture *picture)
{
  const int channels = preprocess->channels;
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  const guint8 *bytes = picture->pixels;
  RnByteTable table;

  g_return_if_fail (picture->channels == channels);

  if (preprocess->pixel_mean != NULL && picture->width == preprocess->side &&
      picture->height == preprocess->side)
    {
      for (gsize i = 0; i < n; i++)
        for (int c = 0; c < channels; c++, bytes++)
          x[i * (gsize) channels + (gsize) c] =
              ((float) *bytes / 255.0f - preprocess->pixel_mean[i * (gsize) channels + (gsize) c]) /
              preprocess->std[c];
      return;
    }
  rn_byte_table_fill (&table, preprocess);
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      *x++ = table.value[c][*bytes++];
}

/* Called with each measured picture, @n bytes of the set's channels */
typedef void (*VisitFunc) (const RnPicture *picture, gpointer user_data);

/* The first pictures of the training split, brought to @side. Returns: how many, or 0 with @error set */
static int
visit_training (RnDataset *dataset, int side, VisitFunc visit, gpointer user_data, GError **error)
{
  const int n = MIN (rn_dataset_count (dataset, RN_SPLIT_TRAIN), MAX_MEASURED);

  if (n == 0)
    g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has no training pictures to measure"),
                 rn_dataset_get_source (dataset));
  for (int i = 0; i < n; i++)
    {
      g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, RN_SPLIT_TRAIN, i, error);
      g_autoptr (RnPicture) fitted = NULL;

      if (picture == NULL)
        return 0;
      fitted = rn_picture_fit (picture, side, error);
      if (fitted == NULL)
        return 0;
      visit (fitted, user_data);
    }
  return n;
}

/* Sums of bytes and of products of bytes of channels: whole numbers, so exact in any order */
typedef struct
{
  guint64 sum[3];
  guint64 product[3][3];
  guint32 *pixel_sum; /* (nullable): 20,000 times 255 fits */
} Sums;

static void
add_picture (const RnPicture *picture, gpointer user_data)
{
  Sums *sums = user_data;
  const int channels = picture->channels;
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  const guint8 *p = picture->pixels;

  for (gsize i = 0; sums->pixel_sum != NULL && i < n * (gsize) channels; i++)
    sums->pixel_sum[i] += p[i];
  for (gsize i = 0; i < n; i++, p += channels)
    for (int c = 0; c < channels; c++)
      {
        sums->sum[c] += p[c];
        for (int d = 0; d <= c; d++)
          sums->product[c][d] += (guint) p[c] * p[d];
      }
}

/* Of the bytes of two channels over @n pixels, on the scale where white is 1 */
static double
covariance (const Sums *sums, int c, int d, double n)
{
  const double mean_c = (double) sums->sum[c] / n, mean_d = (double) sums->sum[d] / n;

  return ((double) sums->product[MAX (c, d)][MIN (c, d)] / n - mean_c * mean_d) / (255.0 * 255.0);
}

gboolean
rn_preprocess_measure (RnPreprocess *preprocess, RnDataset *dataset, int side, gboolean per_pixel,
                       GError **error)
{
  const int channels = rn_dataset_get_channels (dataset);
  const gsize n_pixels = (gsize) side * (gsize) side, n_bytes = n_pixels * (gsize) channels;
  g_autofree guint32 *pixel_sum = NULL;
  Sums sums = { { 0 } };
  int n;

  g_return_val_if_fail (side >= 1 && side <= RN_MAX_PICTURE_SIDE / 2, FALSE);

  if (per_pixel)
    sums.pixel_sum = pixel_sum = g_new0 (guint32, n_bytes);
  n = visit_training (dataset, side, add_picture, &sums, error);
  if (n == 0)
    return FALSE;
  memset (preprocess, 0, sizeof *preprocess);
  preprocess->side = side;
  preprocess->channels = channels;
  for (int c = 0; c < channels; c++)
    {
      const double count = (double) n * (double) n_pixels;
      const double variance = covariance (&sums, c, c, count);

      preprocess->mean[c] = (float) ((double) sums.sum[c] / count / 255.0);
      /* A channel that never changes carries nothing: it is left on its scale. */
      preprocess->std[c] = variance > 1e-12 ? (float) sqrt (variance) : 1.0f;
    }
  if (per_pixel)
    {
      preprocess->pixel_mean = g_new (float, n_bytes);
      for (gsize i = 0; i < n_bytes; i++)
        preprocess->pixel_mean[i] = (float) ((double) pixel_sum[i] / (double) n / 255.0);
    }
  return TRUE;
}

/* One rotation of Jacobi's method in the plane of @p and @q: a[p][q] becomes 0; columns of @v turn along. */
static void
rotate (double a[3][3], double v[3][3], int p, int q)
{
  const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
  const double t = (theta >= 0 ? 1.0 : -1.0) / (fabs (theta) + sqrt (theta * theta + 1.0));
  const double c = 1.0 / sqrt (t * t + 1.0), s = t * c;

  for (int k = 0; k < 3; k++)
    {
      const double left = a[k][p], right = a[k][q];

      a[k][p] = c * left - s * right;
      a[k][q] = s * left + c * right;
    }
  for (int k = 0; k < 3; k++)
    {
      const double upper = a[p][k], lower = a[q][k], left = v[k][p], right = v[k][q];

      a[p][k] = c * upper - s * lower;
      a[q][k] = s * upper + c * lower;
      v[k][p] = c * left - s * right;
      v[k][q] = s * left + c * right;
    }
}

/* Makes @a diagonal, with the eigenvalues on it and the eigenvectors in the columns of @v. */
static void
diagonalise (double a[3][3], double v[3][3])
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      v[i][j] = i == j ? 1.0 : 0.0;
  /* Converges quadratically: a few sweeps are enough. */
  for (int sweep = 0; sweep < 20; sweep++)
    for (int p = 0; p < 2; p++)
      for (int q = p + 1; q < 3; q++)
        if (fabs (a[p][q]) > 1e-18)
          rotate (a, v, p, q);
}

gboolean
rn_colour_axes_measure (float axes[9], RnDataset *dataset, int side, GError **error)
{
  double a[3][3], v[3][3];
  Sums sums = { { 0 } };
  int order[3] = { 0, 1, 2 }, n;

  g_return_val_if_fail (rn_dataset_get_channels (dataset) == 3, FALSE);

  n = visit_training (dataset, side, add_picture, &sums, error);
  if (n == 0)
    return FALSE;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      a[i][j] = covariance (&sums, i, j, (double) n * side * side);
  diagonalise (a, v);
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2 - i; j++)
      if (a[order[j]][order[j]] < a[order[j + 1]][order[j + 1]])
        {
          const int kept = order[j];

          order[j] = order[j + 1];
          order[j + 1] = kept;
        }
  for (int k = 0; k < 3; k++)
    {
      const int column = order[k];
      const double sum = v[0][column] + v[1][column] + v[2][column];
      /* Either sign is an eigenvector; the one towards white is taken. */
      const double length = copysign (sqrt (MAX (a[column][column], 0.0)), sum);

      for (int c = 0; c < 3; c++)
        axes[3 * k + c] = (float) (length * v[c][column]);
    }
  return TRUE;
}
