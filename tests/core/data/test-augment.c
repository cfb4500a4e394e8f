#include "residua/augment.h"

#include <math.h>
#include <string.h>

#include "data/picture.h"
#include "data/preprocess.h"
#include "residua/error.h"
#include "scratch.h"

/* Leaves bytes as they are: x = byte */
static RnPreprocess
identity (int side, int channels)
{
  RnPreprocess preprocess = { .side = side, .channels = channels };

  for (int c = 0; c < 3; c++)
    preprocess.std[c] = 1.0f / 255.0f;
  return preprocess;
}

static void
augment (const RnAugment *settings, const RnPreprocess *preprocess, const float *axes, float *x,
         RnPicture *picture, guint64 seed, gint64 epoch, gint64 index)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      rn_augment_picture (settings, preprocess, axes, x, picture, seed, epoch, index, &error));
  g_assert_no_error (error);
}

static void
text_forms_read_back_exactly (void)
{
  static const struct
  {
    const char *text;
    RnAugment augment;
    const char *printed;
  } cases[] = {
    { "none", { 0, FALSE, 0, 0, 0.0 }, "none" },
    { "crop", { 4, FALSE, 0, 0, 0.0 }, "crop=4" },
    { "flip,crop=2", { 2, TRUE, 0, 0, 0.0 }, "crop=2,flip" },
    { "scale=256-480,flip", { 0, TRUE, 256, 480, 0.0 }, "flip,scale=256-480" },
    { "colour", { 0, FALSE, 0, 0, 0.1 }, "colour=0.1" },
    { "colour=0.3333333333333333,crop=64,scale=1-4096,flip",
      { 64, TRUE, 1, 4096, 0.3333333333333333 },
      "crop=64,flip,scale=1-4096,colour=0.3333333333333333" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int again = 0; again < 2; again++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *printed = NULL;
        RnAugment parsed;

        g_assert_true (
            rn_augment_parse (again ? cases[i].printed : cases[i].text, &parsed, &error));
        g_assert_no_error (error);
        g_assert_cmpint (parsed.pad, ==, cases[i].augment.pad);
        g_assert_cmpint (parsed.flip, ==, cases[i].augment.flip);
        g_assert_cmpint (parsed.scale_min, ==, cases[i].augment.scale_min);
        g_assert_cmpint (parsed.scale_max, ==, cases[i].augment.scale_max);
        g_assert_true (parsed.colour == cases[i].augment.colour);
        printed = rn_augment_to_string (&parsed);
        g_assert_cmpstr (printed, ==, cases[i].printed);
      }
}

static void
wrong_words_are_named_and_change_nothing (void)
{
  static const char *const wrong[][2] = { { "", "“”" },
                                          { "crop,", "“”" },
                                          { "crops", "“crops”" },
                                          { "Flip", "“Flip”" },
                                          { "flip,flip", "“flip”" },
                                          { "crop,crop=2", "“crop=2”" },
                                          { "crop=0", "“crop=0”" },
                                          { "crop=65", "“crop=65”" },
                                          { "crop=-1", "“crop=-1”" },
                                          { "crop=", "“crop=”" },
                                          { "crop=4x", "“crop=4x”" },
                                          { "flip=1", "“flip=1”" },
                                          { "scale", "“scale”" },
                                          { "scale=256", "“scale=256”" },
                                          { "scale=480-256", "“scale=480-256”" },
                                          { "scale=0-4", "“scale=0-4”" },
                                          { "scale=1-4097", "“scale=1-4097”" },
                                          { "scale=99999999999999999999-4",
                                            "“scale=99999999999999999999-4”" },
                                          { "colour=0", "“colour=0”" },
                                          { "colour=nan", "“colour=nan”" },
                                          { "colour=-1", "“colour=-1”" },
                                          { "colour=11", "“colour=11”" },
                                          { "none,flip", "“none”" },
                                          { "flip, crop", "“ crop”" } };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      RnAugment untouched = { 1, TRUE, 2, 3, 4.0 };

      g_assert_false (rn_augment_parse (wrong[i][0], &untouched, &error));
      g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
      g_assert_nonnull (strstr (error->message, wrong[i][1]));
      g_assert_cmpint (untouched.scale_max, ==, 3);
    }
}

static void
normalising_subtracts_the_mean_and_divides_by_the_deviation (void)
{
  g_autoptr (RnPicture) picture = make_noise (7, 5, 3, 1);
  const RnPreprocess preprocess = {
    32, 3, { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f }, NULL
  };
  float x[7 * 5 * 3];

  rn_preprocess_apply (&preprocess, x, picture);
  for (int i = 0; i < 7 * 5 * 3; i++)
    g_assert_cmpfloat_with_epsilon (x[i],
                                    (picture->pixels[i] / 255.0 - preprocess.mean[i % 3]) /
                                        (double) preprocess.std[i % 3],
                                    1e-6);
}

static void
the_mean_of_pixels_serves_only_pictures_of_its_size (void)
{
  g_autoptr (RnPicture) fitting = make_noise (4, 4, 1, 1);
  g_autoptr (RnPicture) other = make_noise (4, 5, 1, 1);
  RnPreprocess from = { 4, 1, { 0.5f, 0, 0 }, { 0.25f, 0, 0 }, NULL }, preprocess;
  float pixel_mean[16], x[20];

  for (int i = 0; i < 16; i++)
    pixel_mean[i] = (float) i / 16.0f;
  from.pixel_mean = pixel_mean;
  rn_preprocess_copy (&preprocess, &from);
  g_assert_true (preprocess.pixel_mean != pixel_mean);
  rn_preprocess_apply (&preprocess, x, fitting);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat_with_epsilon (x[i], (fitting->pixels[i] / 255.0 - i / 16.0) / 0.25, 1e-5);
  rn_preprocess_apply (&preprocess, x, other);
  for (int i = 0; i < 20; i++)
    g_assert_cmpfloat_with_epsilon (x[i], (other->pixels[i] / 255.0 - 0.5) / 0.25, 1e-5);
  rn_preprocess_clear (&preprocess);
  g_assert_null (preprocess.pixel_mean);
}

/* A set of @n training pictures of noise, 32x32 RGB; their bytes as [n,32,32,3] in @pixels */
static RnDataset *
open_noise (char **folder, int n, guint8 **pixels)
{
  g_autoptr (GByteArray) bytes = make_cifar (n, 1, 10);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  RnDataset *dataset;

  *folder = scratch_new ();
  *pixels = g_malloc ((gsize) n * 3072);
  for (int i = 0; i < n; i++)
    {
      g_autoptr (RnPicture) noise = make_noise (32, 32, 3, (guint64) i);

      for (int p = 0; p < 1024; p++)
        {
          /* The channels belong together and differ in strength. */
          const int base = noise->pixels[3 * p];
          const guint8 rgb[3] = { (guint8) base, (guint8) ((base + noise->pixels[3 * p + 1]) / 2),
                                  (guint8) (noise->pixels[3 * p + 2] / 3 + i) };

          for (int c = 0; c < 3; c++)
            {
              bytes->data[i * 3073 + 1 + c * 1024 + p] = rgb[c];
              (*pixels)[(i * 1024 + p) * 3 + c] = rgb[c];
            }
        }
    }
  path = scratch_write_array (*folder, "data_batch_1.bin", bytes);
  dataset = rn_dataset_open (path, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  return dataset;
}

static void
measured_mean_and_deviation_are_those_of_the_pixels (void)
{
  enum
  {
    N = 12
  };
  g_autoptr (GError) error = NULL;
  char *folder;
  g_autofree guint8 *pixels = NULL;
  g_autoptr (RnDataset) dataset = open_noise (&folder, N, &pixels);
  RnPreprocess preprocess;

  g_assert_true (rn_preprocess_measure (&preprocess, dataset, 32, TRUE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (preprocess.side, ==, 32);
  g_assert_cmpint (preprocess.channels, ==, 3);
  for (int c = 0; c < 3; c++)
    {
      double sum = 0.0, squares = 0.0;

      for (int i = 0; i < N * 1024; i++)
        sum += pixels[3 * i + c] / 255.0;
      sum /= N * 1024;
      for (int i = 0; i < N * 1024; i++)
        squares += (pixels[3 * i + c] / 255.0 - sum) * (pixels[3 * i + c] / 255.0 - sum);
      g_assert_cmpfloat_with_epsilon (preprocess.mean[c], sum, 1e-6);
      g_assert_cmpfloat_with_epsilon (preprocess.std[c], sqrt (squares / (N * 1024)), 1e-6);
    }
  for (int at = 0; at < 3072; at++)
    {
      double sum = 0.0;

      for (int i = 0; i < N; i++)
        sum += pixels[i * 3072 + at] / 255.0;
      g_assert_cmpfloat_with_epsilon (preprocess.pixel_mean[at], sum / N, 1e-6);
    }
  rn_preprocess_clear (&preprocess);
  scratch_free (folder);
}

static void
a_channel_that_never_changes_keeps_its_scale (void)
{
  char *folder = scratch_new ();
  g_autoptr (GByteArray) bytes = make_cifar (3, 1, 10);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  RnPreprocess preprocess;

  for (int i = 0; i < 3; i++)
    memset (bytes->data + i * 3073 + 1, 51, 1024);
  path = scratch_write_array (folder, "data_batch_1.bin", bytes);
  dataset = rn_dataset_open (path, 1, NULL, NULL, &error);
  g_assert_true (rn_preprocess_measure (&preprocess, dataset, 32, FALSE, &error));
  g_assert_cmpfloat_with_epsilon (preprocess.mean[0], 0.2, 1e-6);
  g_assert_true (preprocess.std[0] == 1.0f);
  g_assert_cmpfloat (preprocess.std[1], <, 0.5);
  g_assert_null (preprocess.pixel_mean);
  scratch_free (folder);
}

static void
measuring_without_training_pictures_is_an_error (void)
{
  char *folder = scratch_new ();
  g_autoptr (GByteArray) bytes = make_cifar (3, 1, 10);
  g_autofree char *path = scratch_write_array (folder, "test_batch.bin", bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = rn_dataset_open (path, 1, NULL, NULL, &error);
  RnPreprocess preprocess;

  g_assert_false (rn_preprocess_measure (&preprocess, dataset, 32, TRUE, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, path));
  scratch_free (folder);
}

/* The axes' outer products sum to the covariance, they are at right angles, and the strongest comes first. */
static void
colour_axes_span_the_covariance (void)
{
  enum
  {
    N = 12
  };
  g_autoptr (GError) error = NULL;
  char *folder;
  g_autofree guint8 *pixels = NULL;
  g_autoptr (RnDataset) dataset = open_noise (&folder, N, &pixels);
  double mean[3] = { 0 }, covariance[3][3] = { { 0 } };
  float axes[9];

  g_assert_true (rn_colour_axes_measure (axes, dataset, 32, &error));
  g_assert_no_error (error);
  for (int i = 0; i < N * 1024; i++)
    for (int c = 0; c < 3; c++)
      mean[c] += pixels[3 * i + c] / 255.0 / (N * 1024);
  for (int i = 0; i < N * 1024; i++)
    for (int c = 0; c < 3; c++)
      for (int d = 0; d < 3; d++)
        covariance[c][d] += (pixels[3 * i + c] / 255.0 - mean[c]) *
                            (pixels[3 * i + d] / 255.0 - mean[d]) / (N * 1024);
  for (int c = 0; c < 3; c++)
    for (int d = 0; d < 3; d++)
      {
        double spanned = 0.0, dot = 0.0;

        for (int k = 0; k < 3; k++)
          {
            spanned += (double) axes[3 * k + c] * (double) axes[3 * k + d];
            dot += (double) axes[3 * c + k] * (double) axes[3 * d + k];
          }
        g_assert_cmpfloat_with_epsilon (spanned, covariance[c][d], 1e-7);
        if (c != d)
          g_assert_cmpfloat_with_epsilon (dot, 0.0, 1e-7);
        if (c < d)
          g_assert_cmpfloat (hypot (hypot (axes[3 * c], axes[3 * c + 1]), axes[3 * c + 2]), >,
                             hypot (hypot (axes[3 * d], axes[3 * d + 1]), axes[3 * d + 2]));
      }
  scratch_free (folder);
}

static void
no_augmentation_is_plain_normalisation (void)
{
  g_autoptr (RnPicture) picture = make_noise (32, 32, 3, 4);
  const RnPreprocess preprocess = { 32, 3, { 0.4f, 0.5f, 0.6f }, { 0.2f, 0.3f, 0.25f }, NULL };
  const RnAugment none = { 0 };
  float plain[3072], augmented[3072];

  rn_preprocess_apply (&preprocess, plain, picture);
  augment (&none, &preprocess, NULL, augmented, picture, 1, 2, 3);
  g_assert_cmpmem (augmented, sizeof augmented, plain, sizeof plain);
}

static void
seed_epoch_and_index_decide_every_draw (void)
{
  g_autoptr (RnPicture) picture = make_noise (40, 32, 3, 4);
  const RnPreprocess preprocess = { 24, 3, { 0.4f, 0.5f, 0.6f }, { 0.2f, 0.3f, 0.25f }, NULL };
  const RnAugment all = { 3, TRUE, 26, 60, 0.2 };
  const float axes[9] = { 0.3f, 0.2f, 0.1f, -0.1f, 0.1f, 0.1f, 0.01f, 0.0f, 0.05f };
  static const guint64 changed[3][3] = { { 6, 5, 7 }, { 5, 6, 7 }, { 5, 5, 8 } };
  float first[24 * 24 * 3], again[24 * 24 * 3];

  augment (&all, &preprocess, axes, first, picture, 5, 5, 7);
  augment (&all, &preprocess, axes, again, picture, 5, 5, 7);
  g_assert_cmpmem (first, sizeof first, again, sizeof again);
  for (int i = 0; i < 3; i++)
    {
      augment (&all, &preprocess, axes, again, picture, changed[i][0], (gint64) changed[i][1],
               (gint64) changed[i][2]);
      g_assert_cmpint (memcmp (first, again, sizeof first), !=, 0);
    }
}

/* A 15x15 picture whose bytes are 1 to 225, so that a pixel tells where it came from and 0 is the padding */
static RnPicture *
make_numbered (void)
{
  RnPicture *picture = rn_picture_new (15, 15, 1, NULL);

  for (int i = 0; i < 225; i++)
    picture->pixels[i] = (guint8) (i + 1);
  return picture;
}

static void
crops_and_flips_are_whole_and_equally_likely (void)
{
  enum
  {
    N = 10000
  };
  g_autoptr (RnPicture) picture = make_numbered ();
  const RnPreprocess preprocess = identity (15, 1);
  const RnAugment settings = { .pad = 2, .flip = TRUE };
  int counts[2][5][5] = { { { 0 } } };
  float x[225];

  for (int n = 0; n < N; n++)
    {
      int centre, flipped, from_x, from_y;

      augment (&settings, &preprocess, NULL, x, picture, 3, 0, n);
      centre = (int) lroundf (x[7 * 15 + 7]) - 1;
      flipped = x[7 * 15 + 8] < x[7 * 15 + 7];
      from_y = centre / 15 - 7;
      from_x = centre % 15 - 7;
      counts[flipped][from_y + 2][from_x + 2]++;
      for (int i = 0; i < 225; i++)
        {
          const int old_x = (flipped ? 14 - i % 15 : i % 15) + from_x, old_y = i / 15 + from_y;
          const gboolean inside = old_x >= 0 && old_y >= 0 && old_x < 15 && old_y < 15;

          g_assert_cmpfloat_with_epsilon (x[i], inside ? old_y * 15 + old_x + 1 : 0, 1e-3);
        }
    }
  /* 50 cells of 200 in the mean, standard deviation 14: five of these */
  for (int i = 0; i < 50; i++)
    g_assert_cmpint (ABS ((&counts[0][0][0])[i] - N / 50), <, 70);
}

static void
the_padding_is_zero_after_normalisation (void)
{
  g_autoptr (RnPicture) picture = make_noise (16, 16, 3, 5);
  const RnPreprocess preprocess = { 16, 3, { 0.9f, 0.8f, 0.7f }, { 0.2f, 0.3f, 0.25f }, NULL };
  const RnAugment settings = { .pad = 8, .colour = 0.5 };
  const float axes[9] = { 1, 1, 1, 0, 0, 0, 0, 0, 0 };
  int n_zeros = 0;
  float x[768];

  for (int n = 0; n < 20; n++)
    {
      augment (&settings, &preprocess, axes, x, picture, 3, 0, n);
      for (int i = 0; i < 256; i++)
        n_zeros += x[3 * i] == 0.0f && x[3 * i + 1] == 0.0f && x[3 * i + 2] == 0.0f;
    }
  /* Half of it is padding where a corner is drawn; none would be zero if the mean were taken from it. */
  g_assert_cmpint (n_zeros, >, 20 * 256 / 10);
}

static void
the_mean_of_pixels_moves_with_the_crop (void)
{
  g_autoptr (RnPicture) picture = make_numbered ();
  RnPreprocess preprocess = identity (15, 1);
  const RnAugment settings = { .pad = 2, .flip = TRUE };
  float pixel_mean[225], x[225];

  for (int i = 0; i < 225; i++)
    pixel_mean[i] = (float) (i + 1) / 255.0f;
  preprocess.pixel_mean = pixel_mean;
  for (int n = 0; n < 50; n++)
    {
      augment (&settings, &preprocess, NULL, x, picture, 3, 0, n);
      for (int i = 0; i < 225; i++)
        g_assert_cmpfloat_with_epsilon (x[i], 0.0, 1e-4);
    }
}

/* Whether @x [16,16] is a window of @picture, by searching all of them */
static gboolean
is_window_of (const float *x, const RnPicture *picture)
{
  for (int top = 0; top + 16 <= picture->height; top++)
    for (int left = 0; left + 16 <= picture->width; left++)
      {
        gboolean same = TRUE;

        for (int i = 0; i < 256 && same; i++)
          same = lroundf (x[i]) == picture->pixels[(top + i / 16) * picture->width + left + i % 16];
        if (same)
          return TRUE;
      }
  return FALSE;
}

static void
scales_are_drawn_from_the_whole_range (void)
{
  g_autoptr (RnPicture) picture = make_noise (60, 50, 1, 6);
  const RnPreprocess preprocess = identity (16, 1);
  const RnAugment settings = { .scale_min = 20, .scale_max = 23 };
  RnPicture *scaled[4];
  int counts[4] = { 0 };
  float x[256];

  for (int s = 0; s < 4; s++)
    scaled[s] = rn_picture_resize_shorter (picture, 20 + s, NULL);
  for (int n = 0; n < 200; n++)
    {
      int found = 0;

      augment (&settings, &preprocess, NULL, x, picture, 3, 0, n);
      while (found < 4 && !is_window_of (x, scaled[found]))
        found++;
      g_assert_cmpint (found, <, 4);
      counts[found]++;
    }
  /* 50 each in the mean, standard deviation 6 */
  for (int s = 0; s < 4; s++)
    g_assert_cmpint (ABS (counts[s] - 50), <, 31);
  for (int s = 0; s < 4; s++)
    rn_picture_unref (scaled[s]);
}

static void
a_scale_under_the_side_gives_the_side (void)
{
  g_autoptr (RnPicture) picture = make_noise (32, 32, 1, 6);
  g_autoptr (RnPicture) resized = rn_picture_resize_shorter (picture, 16, NULL);
  const RnPreprocess preprocess = identity (16, 1);
  const RnAugment settings = { .scale_min = 1, .scale_max = 3 };
  float x[256];

  augment (&settings, &preprocess, NULL, x, picture, 3, 0, 1);
  g_assert_true (is_window_of (x, resized));
}

static void
other_sizes_are_fitted_and_other_channels_converted (void)
{
  g_autoptr (RnPicture) picture = make_noise (50, 32, 1, 7);
  g_autoptr (RnPicture) fitted = rn_picture_fit (picture, 16, NULL);
  const RnPreprocess preprocess = identity (16, 3);
  const RnAugment none = { 0 };
  float x[768];

  augment (&none, &preprocess, NULL, x, picture, 3, 0, 1);
  for (int i = 0; i < 768; i++)
    g_assert_cmpfloat_with_epsilon (x[i], fitted->pixels[i / 3], 1e-3);
}

static void
the_colour_shift_is_one_for_all_pixels_and_normal_along_the_axes (void)
{
  enum
  {
    N = 4000
  };
  g_autoptr (RnPicture) picture = make_noise (4, 4, 3, 8);
  const RnPreprocess preprocess = { 4, 3, { 0.5f, 0.5f, 0.5f }, { 0.5f, 0.25f, 0.125f }, NULL };
  const RnAugment settings = { .colour = 0.1 };
  const float axes[9] = { 0.6f, 0, 0, 0, 0.3f, 0, 0, 0, 0.2f };
  const double deviations[3] = { 0.06, 0.03, 0.02 };
  double sum[3] = { 0 }, squares[3] = { 0 };
  float plain[48], x[48];

  rn_preprocess_apply (&preprocess, plain, picture);
  for (int n = 0; n < N; n++)
    {
      augment (&settings, &preprocess, axes, x, picture, 3, 0, n);
      for (int c = 0; c < 3; c++)
        {
          const double shift = (x[c] - plain[c]) * preprocess.std[c];

          for (int i = 0; i < 16; i++)
            g_assert_cmpfloat_with_epsilon ((x[3 * i + c] - plain[3 * i + c]) * preprocess.std[c],
                                            shift, 1e-6);
          sum[c] += shift;
          squares[c] += shift * shift;
        }
    }
  for (int c = 0; c < 3; c++)
    {
      g_assert_cmpfloat (fabs (sum[c] / N), <, 5 * deviations[c] / sqrt (N));
      g_assert_cmpfloat_with_epsilon (sqrt (squares[c] / N) / deviations[c], 1.0, 0.06);
    }
}

static void
colours_stay_without_axes_and_for_grey (void)
{
  g_autoptr (RnPicture) picture = make_noise (4, 4, 3, 8);
  g_autoptr (RnPicture) grey = make_noise (4, 4, 1, 8);
  const RnPreprocess colour = identity (4, 3), plain = identity (4, 1);
  const RnAugment settings = { .colour = 0.1 };
  const float axes[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  float x[48];

  augment (&settings, &colour, NULL, x, picture, 1, 0, 0);
  for (int i = 0; i < 48; i++)
    g_assert_cmpfloat_with_epsilon (x[i], picture->pixels[i], 1e-3);
  augment (&settings, &plain, axes, x, grey, 1, 0, 0);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat_with_epsilon (x[i], grey->pixels[i], 1e-3);
}

#define ADD(name, function) g_test_add_func ("/augment/" name, function)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("text-forms-read-back-exactly", text_forms_read_back_exactly);
  ADD ("wrong-words-are-named-and-change-nothing", wrong_words_are_named_and_change_nothing);
  ADD ("normalising-subtracts-the-mean-and-divides-by-the-deviation",
       normalising_subtracts_the_mean_and_divides_by_the_deviation);
  ADD ("the-mean-of-pixels-serves-only-pictures-of-its-size",
       the_mean_of_pixels_serves_only_pictures_of_its_size);
  ADD ("measured-mean-and-deviation-are-those-of-the-pixels",
       measured_mean_and_deviation_are_those_of_the_pixels);
  ADD ("a-channel-that-never-changes-keeps-its-scale",
       a_channel_that_never_changes_keeps_its_scale);
  ADD ("measuring-without-training-pictures-is-an-error",
       measuring_without_training_pictures_is_an_error);
  ADD ("colour-axes-span-the-covariance", colour_axes_span_the_covariance);
  ADD ("no-augmentation-is-plain-normalisation", no_augmentation_is_plain_normalisation);
  ADD ("seed-epoch-and-index-decide-every-draw", seed_epoch_and_index_decide_every_draw);
  ADD ("crops-and-flips-are-whole-and-equally-likely",
       crops_and_flips_are_whole_and_equally_likely);
  ADD ("the-padding-is-zero-after-normalisation", the_padding_is_zero_after_normalisation);
  ADD ("the-mean-of-pixels-moves-with-the-crop", the_mean_of_pixels_moves_with_the_crop);
  ADD ("scales-are-drawn-from-the-whole-range", scales_are_drawn_from_the_whole_range);
  ADD ("a-scale-under-the-side-gives-the-side", a_scale_under_the_side_gives_the_side);
  ADD ("other-sizes-are-fitted-and-other-channels-converted",
       other_sizes_are_fitted_and_other_channels_converted);
  ADD ("the-colour-shift-is-one-for-all-pixels-and-normal-along-the-axes",
       the_colour_shift_is_one_for_all_pixels_and_normal_along_the_axes);
  ADD ("colours-stay-without-axes-and-for-grey", colours_stay_without_axes_and_for_grey);
  return g_test_run ();
}
