#include "data/picture.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "residua/augment.h"
#include "residua/error.h"
#include "scratch.h"

static guint8
byte_at (const RnPicture *picture, int x, int y, int c)
{
  return picture
      ->pixels[((gsize) y * (gsize) picture->width + (gsize) x) * (gsize) picture->channels +
               (gsize) c];
}

static void
a_new_picture_is_black_and_a_too_large_one_an_error (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = rn_picture_new (5, 3, 3, &error);
  RnPicture *none;

  g_assert_no_error (error);
  for (int i = 0; i < 45; i++)
    g_assert_cmpint (picture->pixels[i], ==, 0);
  none = rn_picture_new (RN_MAX_PICTURE_SIDE, RN_MAX_PICTURE_SIDE, 3, &error);
  g_assert_null (none);
  g_assert_error (error, RN_ERROR, RN_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "16384"));
}

static void
colours_become_grey_by_luma_and_grey_becomes_three_equal_channels (void)
{
  static const struct
  {
    guint8 rgb[3];
    int grey;
  } cases[] = { { { 255, 255, 255 }, 255 }, { { 0, 0, 0 }, 0 },    { { 255, 0, 0 }, 76 },
                { { 0, 255, 0 }, 150 },     { { 0, 0, 255 }, 29 }, { { 100, 100, 100 }, 100 } };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RnPicture) colour = rn_picture_new (1, 1, 3, &error);
      g_autoptr (RnPicture) grey = NULL;
      g_autoptr (RnPicture) back = NULL;

      memcpy (colour->pixels, cases[i].rgb, 3);
      grey = rn_picture_convert (colour, 1, &error);
      back = rn_picture_convert (grey, 3, &error);
      g_assert_no_error (error);
      g_assert_cmpint (grey->channels, ==, 1);
      g_assert_cmpint (grey->pixels[0], ==, cases[i].grey);
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (back->pixels[c], ==, cases[i].grey);
    }
}

static void
a_crop_has_the_rectangles_pixels (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = make_noise (11, 7, 3, 1);
  g_autoptr (RnPicture) crop = rn_picture_crop (picture, 4, 2, 6, 5, &error);

  g_assert_no_error (error);
  g_assert_cmpint (crop->width, ==, 6);
  g_assert_cmpint (crop->height, ==, 5);
  for (int y = 0; y < 5; y++)
    for (int x = 0; x < 6; x++)
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (byte_at (crop, x, y, c), ==, byte_at (picture, x + 4, y + 2, c));
}

static void
a_flip_mirrors_left_to_right_and_twice_is_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = make_noise (5, 4, 3, 2);
  g_autoptr (RnPicture) flipped = rn_picture_flip (picture, &error);
  g_autoptr (RnPicture) again = rn_picture_flip (flipped, &error);

  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 5; x++)
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (byte_at (flipped, x, y, c), ==, byte_at (picture, 4 - x, y, c));
  g_assert_cmpmem (again->pixels, 60, picture->pixels, 60);
}

/* How much old pixel @j gives to new pixel @i along one axis, by the definition, in double */
static double
share (int i, int j, int from, int to)
{
  if (from > to)
    {
      const double scale = (double) from / to;
      const double start = fmax (i * scale, j), end = fmin ((i + 1) * scale, j + 1);

      return fmax (end - start, 0.0) / scale;
    }
  else
    {
      const double place = fmin (fmax ((i + 0.5) * from / to - 0.5, 0.0), from - 1);

      return fmax (1.0 - fabs (place - j), 0.0);
    }
}

static double
plain_resize (const RnPicture *picture, int width, int height, int x, int y, int c)
{
  double sum = 0.0;

  for (int j = 0; j < picture->height; j++)
    for (int i = 0; i < picture->width; i++)
      sum += share (x, i, picture->width, width) * share (y, j, picture->height, height) *
             byte_at (picture, i, j, c);
  return sum;
}

static void
resizing_agrees_with_its_definition_within_one_level (void)
{
  static const int sizes[][4] = { { 9, 7, 4, 3 },   { 4, 3, 9, 7 },   { 16, 16, 8, 8 },
                                  { 8, 5, 3, 11 },  { 5, 8, 11, 3 },  { 1, 1, 6, 5 },
                                  { 31, 2, 30, 1 }, { 17, 13, 1, 1 }, { 3, 40, 2, 39 } };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int channels = 1; channels <= 3; channels += 2)
      {
        const int *size = sizes[i];
        g_autoptr (RnPicture) picture = make_noise (size[0], size[1], channels, i);
        g_autoptr (RnPicture) resized = rn_picture_resize (picture, size[2], size[3], &error);

        g_assert_no_error (error);
        g_assert_cmpint (resized->width, ==, size[2]);
        g_assert_cmpint (resized->height, ==, size[3]);
        for (int y = 0; y < size[3]; y++)
          for (int x = 0; x < size[2]; x++)
            for (int c = 0; c < channels; c++)
              g_assert_cmpfloat_with_epsilon (byte_at (resized, x, y, c),
                                              plain_resize (picture, size[2], size[3], x, y, c),
                                              0.52);
      }
}

static void
halving_averages_four_pixels (void)
{
  static const guint8 pixels[8] = { 10, 20, 100, 101, 30, 40, 102, 105 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = rn_picture_new (4, 2, 1, &error);
  g_autoptr (RnPicture) half = NULL;

  memcpy (picture->pixels, pixels, sizeof pixels);
  half = rn_picture_resize (picture, 2, 1, &error);
  g_assert_cmpint (half->pixels[0], ==, 25);
  g_assert_cmpint (half->pixels[1], ==, 102);
}

static void
an_even_area_stays_exactly_itself_at_any_size (void)
{
  g_autoptr (GError) error = NULL;

  for (int level = 0; level < 256; level += 15)
    {
      g_autoptr (RnPicture) picture = rn_picture_new (37, 23, 1, &error);
      g_autoptr (RnPicture) small = NULL;
      g_autoptr (RnPicture) large = NULL;

      memset (picture->pixels, level, 37 * 23);
      small = rn_picture_resize (picture, 7, 5, &error);
      large = rn_picture_resize (picture, 101, 64, &error);
      for (int i = 0; i < 35; i++)
        g_assert_cmpint (small->pixels[i], ==, level);
      for (int i = 0; i < 101 * 64; i++)
        g_assert_cmpint (large->pixels[i], ==, level);
    }
}

static void
the_shorter_side_is_brought_and_the_longer_follows (void)
{
  static const int cases[][5] = { { 40, 20, 10, 20, 10 },
                                  { 20, 40, 10, 10, 20 },
                                  { 33, 100, 32, 32, 97 },
                                  { 32, 32, 224, 224, 224 },
                                  { 500, 375, 256, 341, 256 } };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RnPicture) picture = make_noise (cases[i][0], cases[i][1], 3, i);
      g_autoptr (RnPicture) resized = rn_picture_resize_shorter (picture, cases[i][2], &error);

      g_assert_no_error (error);
      g_assert_cmpint (resized->width, ==, cases[i][3]);
      g_assert_cmpint (resized->height, ==, cases[i][4]);
    }
}

static void
a_strip_does_not_grow_beyond_the_limits (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) strip = rn_picture_new (RN_MAX_PICTURE_SIDE, 1, 1, &error);
  g_autoptr (RnPicture) resized = rn_picture_resize_shorter (strip, 640, &error);

  g_assert_no_error (error);
  g_assert_cmpint (resized->height, ==, 640);
  g_assert_cmpint (resized->width, ==, RN_MAX_PICTURE_SIDE);
}

static void
fitting_takes_the_centre_square (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = make_noise (50, 32, 3, 3);
  g_autoptr (RnPicture) fitted = rn_picture_fit (picture, 32, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fitted->width, ==, 32);
  g_assert_cmpint (fitted->height, ==, 32);
  for (int y = 0; y < 32; y++)
    for (int x = 0; x < 32; x++)
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (byte_at (fitted, x, y, c), ==, byte_at (picture, x + 9, y, c));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture/a-new-picture-is-black-and-a-too-large-one-an-error",
                   a_new_picture_is_black_and_a_too_large_one_an_error);
  g_test_add_func ("/picture/colours-become-grey-by-luma-and-grey-becomes-three-equal-channels",
                   colours_become_grey_by_luma_and_grey_becomes_three_equal_channels);
  g_test_add_func ("/picture/a-crop-has-the-rectangles-pixels", a_crop_has_the_rectangles_pixels);
  g_test_add_func ("/picture/a-flip-mirrors-left-to-right-and-twice-is-nothing",
                   a_flip_mirrors_left_to_right_and_twice_is_nothing);
  g_test_add_func ("/picture/resizing-agrees-with-its-definition-within-one-level",
                   resizing_agrees_with_its_definition_within_one_level);
  g_test_add_func ("/picture/halving-averages-four-pixels", halving_averages_four_pixels);
  g_test_add_func ("/picture/an-even-area-stays-exactly-itself-at-any-size",
                   an_even_area_stays_exactly_itself_at_any_size);
  g_test_add_func ("/picture/the-shorter-side-is-brought-and-the-longer-follows",
                   the_shorter_side_is_brought_and_the_longer_follows);
  g_test_add_func ("/picture/a-strip-does-not-grow-beyond-the-limits",
                   a_strip_does_not_grow_beyond_the_limits);
  g_test_add_func ("/picture/fitting-takes-the-centre-square", fitting_takes_the_centre_square);
  return g_test_run ();
}
