#include "data/image.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "data/exif.h"
#include "residua/error.h"
#include "scratch.h"

static RnPicture *
decode (const GByteArray *bytes)
{
  g_autoptr (GError) error = NULL;
  RnPicture *picture = rn_picture_decode (bytes->data, bytes->len, "picture in a test", &error);

  g_assert_no_error (error);
  g_assert_nonnull (picture);
  return picture;
}

static void
assert_same (const RnPicture *a, const RnPicture *b)
{
  const int n = a->width * a->height * a->channels;

  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  g_assert_cmpint (a->channels, ==, b->channels);
  g_assert_cmpmem (a->pixels, n, b->pixels, n);
}

/* JPEG rounds: every byte within @most. */
static void
assert_near (const RnPicture *a, const RnPicture *b, int most)
{
  const int n = a->width * a->height * a->channels;

  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  g_assert_cmpint (a->channels, ==, b->channels);
  for (int i = 0; i < n; i++)
    g_assert_cmpint (abs (a->pixels[i] - b->pixels[i]), <=, most);
}

/* Decodes @form, plain and interlaced, and compares with @expected, @channels bytes a pixel. */
static void
check_png (PngForm form, int channels, const guint8 *expected)
{
  for (int interlaced = 0; interlaced < 2; interlaced++)
    {
      g_autoptr (GByteArray) bytes = NULL;
      g_autoptr (RnPicture) picture = NULL;
      const int n = form.width * form.height * channels;

      form.interlaced = interlaced;
      bytes = make_png (&form);
      picture = decode (bytes);
      g_assert_cmpint (picture->width, ==, form.width);
      g_assert_cmpint (picture->height, ==, form.height);
      g_assert_cmpint (picture->channels, ==, channels);
      g_assert_cmpmem (picture->pixels, n, expected, n);
    }
}

static void
a_png_of_8_bits_keeps_every_byte (void)
{
  for (int channels = 1; channels <= 3; channels += 2)
    {
      g_autoptr (RnPicture) picture = make_noise (13, 9, channels, 1);

      check_png ((PngForm){ .width = 13,
                            .height = 9,
                            .depth = 8,
                            .colour = channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                            .rows = picture->pixels,
                            .clear_grey = -1 },
                 channels, picture->pixels);
    }
}

static void
a_png_of_16_bits_is_brought_to_8 (void)
{
  static const guint8 rows[] = { 0, 0, 0x80, 0x80, 0xff, 0xff, 0x12, 0x00, 0x12, 0xff, 0x7f, 0x7f };
  static const guint8 grey[] = { 0, 128, 255, 18, 19, 127 };

  check_png ((PngForm){ .width = 3, .height = 2, .depth = 16, .rows = rows, .clear_grey = -1 }, 1,
             grey);
  check_png ((PngForm){ .width = 1,
                        .height = 2,
                        .depth = 16,
                        .colour = PNG_COLOR_TYPE_RGB,
                        .rows = rows,
                        .clear_grey = -1 },
             3, grey);
}

static void
a_png_of_few_bits_spreads_over_all_levels (void)
{
  static const guint8 one[] = { 0xa0 }, two[] = { 0x1b }, four[] = { 0x0f, 0x70 };
  static const guint8 one_grey[] = { 255, 0, 255 }, two_grey[] = { 0, 85, 170, 255 };
  static const guint8 four_grey[] = { 0, 255, 119 };

  check_png ((PngForm){ .width = 3, .height = 1, .depth = 1, .rows = one, .clear_grey = -1 }, 1,
             one_grey);
  check_png ((PngForm){ .width = 4, .height = 1, .depth = 2, .rows = two, .clear_grey = -1 }, 1,
             two_grey);
  check_png ((PngForm){ .width = 3, .height = 1, .depth = 4, .rows = four, .clear_grey = -1 }, 1,
             four_grey);
}

static void
a_palette_becomes_rgb_with_its_transparency_over_white (void)
{
  static const guint8 palette[] = { 10, 20, 30, 200, 100, 0, 0, 0, 0 };
  static const guint8 alpha[] = { 255, 0, 51 };
  static const guint8 rows[] = { 0, 1, 2, 1 };
  static const guint8 opaque[] = { 10, 20, 30, 200, 100, 0, 0, 0, 0, 200, 100, 0 };
  static const guint8 laid[] = { 10, 20, 30, 255, 255, 255, 204, 204, 204, 255, 255, 255 };
  PngForm form = { .width = 2,
                   .height = 2,
                   .depth = 8,
                   .colour = PNG_COLOR_TYPE_PALETTE,
                   .rows = rows,
                   .n_palette = 3,
                   .palette = palette,
                   .clear_grey = -1 };

  check_png (form, 3, opaque);
  form.n_alpha = 3;
  form.alpha = alpha;
  check_png (form, 3, laid);
}

static void
alpha_is_laid_over_white (void)
{
  static const guint8 rgba[] = { 100, 50, 0, 255, 100, 50, 0, 0, 100, 50, 0, 128 };
  static const guint8 rgb[] = { 100, 50, 0, 255, 255, 255, 177, 152, 127 };
  static const guint8 grey_alpha[] = { 100, 255, 100, 0, 0, 51 };
  static const guint8 grey[] = { 100, 255, 204 };
  static const guint8 keyed[] = { 7, 8, 9 }, keyed_grey[] = { 7, 255, 9 };

  check_png ((PngForm){ .width = 3,
                        .height = 1,
                        .depth = 8,
                        .colour = PNG_COLOR_TYPE_RGB_ALPHA,
                        .rows = rgba,
                        .clear_grey = -1 },
             3, rgb);
  check_png ((PngForm){ .width = 1,
                        .height = 3,
                        .depth = 8,
                        .colour = PNG_COLOR_TYPE_GRAY_ALPHA,
                        .rows = grey_alpha,
                        .clear_grey = -1 },
             1, grey);
  check_png ((PngForm){ .width = 3, .height = 1, .depth = 8, .rows = keyed, .clear_grey = 8 }, 1,
             keyed_grey);
}

static void
a_saved_png_reads_back_exactly (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = scratch_new ();

  for (int channels = 1; channels <= 3; channels += 2)
    {
      g_autoptr (RnPicture) picture = make_noise (31, 17, channels, 5);
      g_autoptr (RnPicture) back = NULL;
      g_autofree char *path = g_build_filename (folder, "a.png", NULL);

      g_assert_true (rn_picture_save_png (picture, path, &error));
      g_assert_no_error (error);
      back = rn_picture_load (path, &error);
      g_assert_no_error (error);
      assert_same (back, picture);
    }
  scratch_free (folder);
}

static void
jpeg_of_every_kind_gives_its_colours (void)
{
  static const JpegKind kinds[] = { JPEG_KIND_PLAIN, JPEG_KIND_PROGRESSIVE, JPEG_KIND_CMYK,
                                    JPEG_KIND_YCCK };
  g_autoptr (RnPicture) picture = make_quarters (32, 48, 3);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GByteArray) bytes = make_jpeg (picture, kinds[i], NULL);
      g_autoptr (RnPicture) back = decode (bytes);

      assert_near (back, picture, 3);
    }
}

static void
a_grey_jpeg_stays_grey (void)
{
  g_autoptr (RnPicture) picture = make_quarters (32, 16, 1);
  g_autoptr (GByteArray) bytes = make_jpeg (picture, JPEG_KIND_PLAIN, NULL);
  g_autoptr (RnPicture) back = decode (bytes);

  g_assert_cmpint (back->channels, ==, 1);
  assert_near (back, picture, 2);
}

/* Which stored quarter (0 1 above 2 3) stands in each quarter of the upright picture, by the EXIF standard's table
 * of where row 0 and column 0 are seen
 */
static void
all_eight_orientations_stand_upright (void)
{
  static const int quarters[9][4] = { { 0 },          { 0, 1, 2, 3 }, { 1, 0, 3, 2 },
                                      { 3, 2, 1, 0 }, { 2, 3, 0, 1 }, { 0, 2, 1, 3 },
                                      { 2, 0, 3, 1 }, { 3, 1, 2, 0 }, { 1, 3, 0, 2 } };
  g_autoptr (RnPicture) stored = make_quarters (64, 32, 3);

  for (int orientation = 1; orientation <= 8; orientation++)
    for (int big_endian = 0; big_endian < 2; big_endian++)
      {
        g_autoptr (GByteArray) exif = make_exif (orientation, big_endian);
        g_autoptr (GByteArray) bytes = make_jpeg (stored, JPEG_KIND_PLAIN, exif);
        g_autoptr (RnPicture) upright = decode (bytes);
        const int width = orientation >= 5 ? 32 : 64, height = 96 - width;

        g_assert_cmpint (upright->width, ==, width);
        g_assert_cmpint (upright->height, ==, height);
        for (int quarter = 0; quarter < 4; quarter++)
          {
            const int from = quarters[orientation][quarter];
            const int x = width / 4 + quarter % 2 * width / 2;
            const int y = height / 4 + quarter / 2 * height / 2;
            const guint8 *found = upright->pixels + (y * width + x) * 3;
            const guint8 *right =
                stored->pixels + ((8 + from / 2 * 16) * 64 + 16 + from % 2 * 32) * 3;

            for (int c = 0; c < 3; c++)
              g_assert_cmpint (abs (found[c] - right[c]), <=, 3);
          }
      }
}

static void
a_turned_jpeg_keeps_the_order_of_its_pixels (void)
{
  /* Quarters cannot tell a shift by a pixel: a staircase can. 8x16 grey, each row one level. */
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) stored = rn_picture_new (8, 16, 1, &error);
  g_autoptr (GByteArray) exif = make_exif (6, TRUE);
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (RnPicture) upright = NULL;

  for (int y = 0; y < 16; y++)
    memset (stored->pixels + y * 8, y * 16, 8);
  bytes = make_jpeg (stored, JPEG_KIND_PLAIN, exif);
  upright = decode (bytes);
  g_assert_cmpint (upright->width, ==, 16);
  for (int y = 0; y < 8; y++)
    for (int x = 0; x < 16; x++)
      g_assert_cmpint (abs (upright->pixels[y * 16 + x] - (15 - x) * 16), <=, 2);
}

/* Every cut and every change of a byte: never outside the segment (the sanitizer watches), always 1 to 8. */
static void
damaged_exif_is_harmless (void)
{
  g_autoptr (GByteArray) whole = make_exif (6, FALSE);

  g_assert_cmpint (rn_exif_get_orientation (whole->data, whole->len), ==, 6);
  for (gsize n = 0; n < whole->len; n++)
    {
      g_autofree guint8 *cut = g_memdup2 (whole->data, n);
      const int found = rn_exif_get_orientation (cut, n);

      /* The value stands 14 bytes before the end. */
      g_assert_cmpint (found, ==, n + 6 >= whole->len ? 6 : 1);
    }
  for (gsize at = 0; at < whole->len; at++)
    for (int value = 0; value < 256; value += 17)
      {
        g_autofree guint8 *bad = g_memdup2 (whole->data, whole->len);
        int found;

        bad[at] = (guint8) value;
        found = rn_exif_get_orientation (bad, whole->len);
        g_assert_cmpint (found, >=, 1);
        g_assert_cmpint (found, <=, 8);
      }
}

static void
a_jpeg_with_cut_exif_is_read_as_it_is_stored (void)
{
  g_autoptr (RnPicture) stored = make_quarters (64, 32, 3);
  g_autoptr (GByteArray) exif = make_exif (6, FALSE);
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (RnPicture) picture = NULL;

  g_byte_array_set_size (exif, 20);
  bytes = make_jpeg (stored, JPEG_KIND_PLAIN, exif);
  picture = decode (bytes);
  assert_near (picture, stored, 3);
}

static void
a_probe_says_what_decoding_gives (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = make_quarters (64, 32, 3);
  g_autoptr (RnPicture) grey = make_quarters (20, 10, 1);
  g_autoptr (GByteArray) exif = make_exif (8, TRUE);
  g_autoptr (GByteArray) jpeg = make_jpeg (picture, JPEG_KIND_PLAIN, exif);
  g_autoptr (GByteArray) png = make_plain_png (grey);
  char *folder = scratch_new ();
  g_autofree char *jpeg_path = scratch_write_array (folder, "a", jpeg);
  g_autofree char *png_path = scratch_write_array (folder, "b", png);
  RnImageInfo info;

  g_assert_true (rn_image_probe (jpeg_path, &info, &error));
  g_assert_cmpint (info.width, ==, 32);
  g_assert_cmpint (info.height, ==, 64);
  g_assert_cmpint (info.channels, ==, 3);
  g_assert_true (rn_image_probe (png_path, &info, &error));
  g_assert_cmpint (info.width, ==, 20);
  g_assert_cmpint (info.height, ==, 10);
  g_assert_cmpint (info.channels, ==, 1);
  scratch_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/a-png-of-8-bits-keeps-every-byte", a_png_of_8_bits_keeps_every_byte);
  g_test_add_func ("/image/a-png-of-16-bits-is-brought-to-8", a_png_of_16_bits_is_brought_to_8);
  g_test_add_func ("/image/a-png-of-few-bits-spreads-over-all-levels",
                   a_png_of_few_bits_spreads_over_all_levels);
  g_test_add_func ("/image/a-palette-becomes-rgb-with-its-transparency-over-white",
                   a_palette_becomes_rgb_with_its_transparency_over_white);
  g_test_add_func ("/image/alpha-is-laid-over-white", alpha_is_laid_over_white);
  g_test_add_func ("/image/a-saved-png-reads-back-exactly", a_saved_png_reads_back_exactly);
  g_test_add_func ("/image/jpeg-of-every-kind-gives-its-colours",
                   jpeg_of_every_kind_gives_its_colours);
  g_test_add_func ("/image/a-grey-jpeg-stays-grey", a_grey_jpeg_stays_grey);
  g_test_add_func ("/image/all-eight-orientations-stand-upright",
                   all_eight_orientations_stand_upright);
  g_test_add_func ("/image/a-turned-jpeg-keeps-the-order-of-its-pixels",
                   a_turned_jpeg_keeps_the_order_of_its_pixels);
  g_test_add_func ("/image/damaged-exif-is-harmless", damaged_exif_is_harmless);
  g_test_add_func ("/image/a-jpeg-with-cut-exif-is-read-as-it-is-stored",
                   a_jpeg_with_cut_exif_is_read_as_it_is_stored);
  g_test_add_func ("/image/a-probe-says-what-decoding-gives", a_probe_says_what_decoding_gives);
  return g_test_run ();
}
