#include "data/picture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/augment.h"
#include "residua/error.h"

typedef struct
{
  RnPicture picture;
  gatomicrefcount references;
  guint8 pixels[];
} Counted;

gsize
rn_picture_n_bytes (const RnPicture *picture)
{
  return (gsize) picture->width * (gsize) picture->height * (gsize) picture->channels;
}

gboolean
rn_picture_check_size (guint64 width, guint64 height, const char *where, GError **error)
{
  if (width >= 1 && height >= 1 && width <= RN_MAX_PICTURE_SIDE && height <= RN_MAX_PICTURE_SIDE &&
      width * height <= RN_MAX_PICTURE_PIXELS)
    return TRUE;
  g_set_error (
      error, RN_ERROR, RN_ERROR_FORMAT,
      _ ("“%s” claims a picture of %llu×%llu; sides of 1 to %d and at most %d pixels are read"),
      where, (unsigned long long) width, (unsigned long long) height, RN_MAX_PICTURE_SIDE,
      RN_MAX_PICTURE_PIXELS);
  return FALSE;
}

static RnPicture *
new_picture (int width, int height, int channels, gboolean cleared, GError **error)
{
  const gsize n = sizeof (Counted) + (gsize) width * (gsize) height * (gsize) channels;
  Counted *counted = NULL;

  if ((gint64) width * height <= RN_MAX_PICTURE_PIXELS)
    counted = cleared ? g_try_malloc0 (n) : g_try_malloc (n);
  if (counted == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory for a picture of %d×%d pixels"), width, height);
      return NULL;
    }
  g_atomic_ref_count_init (&counted->references);
  counted->picture = (RnPicture){ width, height, channels, counted->pixels };
  return &counted->picture;
}

RnPicture *
rn_picture_new (int width, int height, int channels, GError **error)
{
  g_return_val_if_fail (width >= 1 && height >= 1, NULL);
  g_return_val_if_fail (channels == 1 || channels == 3, NULL);

  return new_picture (width, height, channels, TRUE, error);
}

RnPicture *
rn_picture_ref (RnPicture *picture)
{
  g_atomic_ref_count_inc (&((Counted *) picture)->references);
  return picture;
}

void
rn_picture_unref (RnPicture *picture)
{
  Counted *counted = (Counted *) picture;

  if (counted != NULL && g_atomic_ref_count_dec (&counted->references))
    g_free (counted);
}

RnPicture *
rn_picture_convert (RnPicture *picture, int channels, GError **error)
{
  RnPicture *result;
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  const guint8 *from = picture->pixels;
  guint8 *to;

  g_return_val_if_fail (channels == 1 || channels == 3, NULL);

  if (picture->channels == channels)
    return rn_picture_ref (picture);
  result = new_picture (picture->width, picture->height, channels, FALSE, error);
  if (result == NULL)
    return NULL;
  to = result->pixels;
  if (channels == 3)
    for (gsize i = 0; i < n; i++, to += 3)
      to[0] = to[1] = to[2] = from[i];
  else /* ITU-R 601 luma: 0.299, 0.587 and 0.114 in 65536ths */
    for (gsize i = 0; i < n; i++, from += 3)
      to[i] = (guint8) ((19595u * from[0] + 38470u * from[1] + 7471u * from[2] + 32768u) >> 16);
  return result;
}

RnPicture *
rn_picture_crop (RnPicture *picture, int x, int y, int width, int height, GError **error)
{
  RnPicture *result;
  const gsize channels = (gsize) picture->channels, row = (gsize) width * channels;

  g_return_val_if_fail (x >= 0 && y >= 0 && width >= 1 && height >= 1, NULL);
  g_return_val_if_fail (width <= picture->width - x && height <= picture->height - y, NULL);

  if (width == picture->width && height == picture->height)
    return rn_picture_ref (picture);
  result = new_picture (width, height, picture->channels, FALSE, error);
  if (result == NULL)
    return NULL;
  for (int i = 0; i < height; i++)
    memcpy (result->pixels + (gsize) i * row,
            picture->pixels + ((gsize) (y + i) * (gsize) picture->width + (gsize) x) * channels,
            row);
  return result;
}

RnPicture *
rn_picture_flip (RnPicture *picture, GError **error)
{
  RnPicture *result =
      new_picture (picture->width, picture->height, picture->channels, FALSE, error);
  const gsize channels = (gsize) picture->channels, width = (gsize) picture->width;

  if (result == NULL)
    return NULL;
  for (gsize y = 0; y < (gsize) picture->height; y++)
    for (gsize x = 0; x < width; x++)
      memcpy (result->pixels + (y * width + x) * channels,
              picture->pixels + (y * width + width - 1 - x) * channels, channels);
  return result;
}

/* What each pixel of a new row takes from the old one: @weights of the pixels from @first on, which sum to exactly
 * 65536.
 */
typedef struct
{
  int *first;
  int *n;
  guint32 *weights; /* @stride for each new pixel */
  int stride;
} Taps;

/* New pixel i covers [i*from, (i+1)*from) where an old one covers @to units. */
static void
fill_area_taps (Taps *taps, int from, int to)
{
  for (int i = 0; i < to; i++)
    {
      const gint64 start = (gint64) i * from, end = start + from;
      const int first = (int) (start / to), last = (int) ((end - 1) / to);
      guint32 *weights = taps->weights + (gsize) i * (gsize) taps->stride;
      gint64 before = 0;

      taps->first[i] = first;
      taps->n[i] = last - first + 1;
      /* Differences of a rounded sum, so that nothing is lost however small the weights are. */
      for (int j = first; j <= last; j++)
        {
          const gint64 covered = MIN (((gint64) j + 1) * to, end) - start;
          const gint64 now = covered * 65536 / from;

          weights[j - first] = (guint32) (now - before);
          before = now;
        }
    }
}

/* The centre of new pixel i is at ((2 i + 1) from - to) / (2 to), counted from the centre of the first old one. */
static void
fill_bilinear_taps (Taps *taps, int from, int to)
{
  for (int i = 0; i < to; i++)
    {
      const gint64 place =
          CLAMP ((2 * (gint64) i + 1) * from - to, 0, 2 * (gint64) to * (from - 1));
      const gint64 whole = place / (2 * (gint64) to), rest = place % (2 * (gint64) to);
      const guint32 second = (guint32) (rest * 65536 / (2 * (gint64) to));
      guint32 *weights = taps->weights + (gsize) i * (gsize) taps->stride;

      taps->first[i] = (int) whole;
      taps->n[i] = second > 0 ? 2 : 1;
      weights[0] = 65536 - second;
      weights[1] = second;
    }
}

static void
taps_init (Taps *taps, int from, int to)
{
  taps->stride = from > to ? from / to + 2 : 2;
  taps->first = g_new (int, to);
  taps->n = g_new (int, to);
  taps->weights = g_new0 (guint32, (gsize) to * (gsize) taps->stride);
  if (from > to)
    fill_area_taps (taps, from, to);
  else
    fill_bilinear_taps (taps, from, to);
}

static void
taps_clear (Taps *taps)
{
  g_free (taps->first);
  g_free (taps->n);
  g_free (taps->weights);
}

/* One row: values times 256 into @to [width,channels]; 255 * 65536 fits 32 bits. */
static void
resize_row (guint16 *to, const guint8 *from, const Taps *taps, int width, int channels)
{
  for (int x = 0; x < width; x++)
    {
      const guint32 *weights = taps->weights + (gsize) x * (gsize) taps->stride;
      const guint8 *pixel = from + (gsize) taps->first[x] * (gsize) channels;

      for (int c = 0; c < channels; c++)
        {
          guint32 sum = 128;

          for (int j = 0; j < taps->n[x]; j++)
            sum += weights[j] * pixel[j * channels + c];
          *to++ = (guint16) (sum >> 8);
        }
    }
}

/* Adds a row of resize_row() to @sums [row]; 255 * 256 * 65536 and the rounding fit 32 bits. */
static void
add_row (guint32 *sums, const guint16 *row, guint32 weight, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += weight * row[i];
}

RnPicture *
rn_picture_resize (RnPicture *picture, int width, int height, GError **error)
{
  RnPicture *result;
  Taps across, down;
  const int channels = picture->channels;
  const gsize row = (gsize) width * (gsize) channels;
  const gsize old_row = (gsize) picture->width * (gsize) channels;
  g_autofree guint16 *rows = NULL;
  g_autofree guint32 *sums = NULL;
  int n_done = 0;

  g_return_val_if_fail (width >= 1 && height >= 1, NULL);

  if (width == picture->width && height == picture->height)
    return rn_picture_ref (picture);

  result = new_picture (width, height, channels, FALSE, error);
  if (result == NULL)
    return NULL;
  taps_init (&across, picture->width, width);
  taps_init (&down, picture->height, height);
  /* The last two old rows at the new width: a new row needs old ones in order, and at most the last again. */
  rows = g_new (guint16, 2 * row);
  sums = g_new (guint32, row);
  for (int y = 0; y < height; y++)
    {
      for (gsize i = 0; i < row; i++)
        sums[i] = 1u << 23;
      for (int j = 0; j < down.n[y]; j++)
        {
          const int old = down.first[y] + j;

          for (; n_done <= old; n_done++)
            resize_row (rows + (gsize) (n_done % 2) * row,
                        picture->pixels + (gsize) n_done * old_row, &across, width, channels);
          add_row (sums, rows + (gsize) (old % 2) * row,
                   down.weights[(gsize) y * (gsize) down.stride + (gsize) j], row);
        }
      for (gsize i = 0; i < row; i++)
        result->pixels[(gsize) y * row + i] = (guint8) (sums[i] >> 24);
    }
  taps_clear (&across);
  taps_clear (&down);
  return result;
}

void
rn_picture_measure_shorter (const RnPicture *picture, int side, int *width, int *height)
{
  const int shorter = MIN (picture->width, picture->height);
  const int longer = MAX (picture->width, picture->height);
  gint64 other;

  /* A strip of 16384x1 would grow without bound: beyond these limits its shape gives way. */
  other = ((gint64) longer * side * 2 + shorter) / (2 * (gint64) shorter);
  other = MIN (other, RN_MAX_PICTURE_SIDE);
  other = MIN (other, RN_MAX_PICTURE_PIXELS / side);
  other = MAX (other, side);
  *width = picture->width <= picture->height ? side : (int) other;
  *height = picture->width <= picture->height ? (int) other : side;
}

RnPicture *
rn_picture_resize_shorter (RnPicture *picture, int side, GError **error)
{
  int width, height;

  g_return_val_if_fail (side >= 1 && side <= RN_MAX_PICTURE_SIDE, NULL);

  rn_picture_measure_shorter (picture, side, &width, &height);
  return rn_picture_resize (picture, width, height, error);
}

RnPicture *
rn_picture_fit (RnPicture *picture, int side, GError **error)
{
  g_autoptr (RnPicture) resized = rn_picture_resize_shorter (picture, side, error);

  if (resized == NULL)
    return NULL;
  return rn_picture_crop (resized, (resized->width - side) / 2, (resized->height - side) / 2, side,
                          side, error);
}
