#include "data/sample.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "residua/error.h"

#define PLANE (RN_SAMPLE_SIDE * RN_SAMPLE_SIDE)

/* Counts its calls, and checks that what is reported only rises. */
typedef struct
{
  int calls;
  double last;
  gboolean agree;
} Watch;

static gboolean
watch_progress (double done, gpointer user_data)
{
  Watch *watch = user_data;

  g_assert_cmpfloat (done, >=, watch->last);
  g_assert_cmpfloat (done, <=, 1.0);
  watch->last = done;
  watch->calls++;
  return watch->agree;
}

static char *
digest_of (GBytes *bytes)
{
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
}

/* Drawn once for all tests that only look at it. */
static GBytes *
all_records (void)
{
  static GBytes *records = NULL;

  if (records == NULL)
    {
      g_autoptr (GError) error = NULL;

      records = rn_sample_load (NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (records), ==, 12000 * 3073);
    }
  return records;
}

static const guint8 *
record (int at)
{
  const guint8 *bytes = g_bytes_get_data (all_records (), NULL);

  return bytes + (gsize) at * RN_SAMPLE_RECORD;
}

static void
first_load_draws_and_second_reads_the_cache (void)
{
  g_autofree char *path = rn_sample_get_cache_path (), *drawn = NULL, *read = NULL;
  g_autoptr (GBytes) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  Watch drawing = { .agree = TRUE }, reading = { .agree = TRUE };

  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  first = rn_sample_load (watch_progress, &drawing, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  second = rn_sample_load (watch_progress, &reading, &error);
  g_assert_no_error (error);
  drawn = digest_of (first);
  read = digest_of (second);
  g_assert_cmpstr (drawn, ==, read);
  g_assert_cmpint (drawing.calls, >, 10);
  g_assert_cmpfloat (drawing.last, ==, 1.0);
  g_assert_cmpint (reading.calls, ==, 1);
}

/* Changes one byte at @offset of the cache, or cuts it there. */
static void
damage_cache (gsize offset, gboolean cut)
{
  g_autofree char *path = rn_sample_get_cache_path (), *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offset, <, length);
  bytes[offset] ^= 1;
  g_file_set_contents (path, bytes, (gssize) (cut ? offset : length), &error);
  g_assert_no_error (error);
}

static void
damaged_cache_is_drawn_again_and_healed (void)
{
  g_autofree char *whole = digest_of (all_records ()), *again = NULL, *healed = NULL;
  g_autoptr (GBytes) second = NULL, third = NULL;
  g_autoptr (GError) error = NULL;
  Watch drawing = { .agree = TRUE }, reading = { .agree = TRUE };

  damage_cache (20 * 1000 * 1000, FALSE);
  second = rn_sample_load (watch_progress, &drawing, &error);
  g_assert_no_error (error);
  again = digest_of (second);
  g_assert_cmpstr (again, ==, whole);
  g_assert_cmpint (drawing.calls, >, 10);
  third = rn_sample_load (watch_progress, &reading, &error);
  g_assert_no_error (error);
  healed = digest_of (third);
  g_assert_cmpstr (healed, ==, whole);
  g_assert_cmpint (reading.calls, ==, 1);
}

static void
cancelled_load_fails_and_leaves_no_cache (void)
{
  g_autofree char *path = rn_sample_get_cache_path ();
  g_autoptr (GError) error = NULL;
  Watch refusing = { .agree = FALSE };

  all_records ();
  damage_cache (5000, TRUE);
  g_assert_null (rn_sample_load (watch_progress, &refusing, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  g_assert_cmpint (refusing.calls, ==, 1);
  g_assert_cmpfloat (refusing.last, <, 0.5);
  g_clear_error (&error);

  g_unlink (path);
  g_assert_null (rn_sample_load (watch_progress, &(Watch){ .agree = FALSE }, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
folder_that_cannot_be_written_is_no_error (void)
{
  g_autofree char *path = rn_sample_get_cache_path (), *folder = g_path_get_dirname (path);
  g_autofree char *whole = digest_of (all_records ()), *again = NULL;
  g_autoptr (GBytes) records = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  g_rmdir (folder);
  g_file_set_contents (folder, "in the way", -1, &error);
  g_assert_no_error (error);
  records = rn_sample_load (NULL, NULL, &error);
  g_assert_no_error (error);
  again = digest_of (records);
  g_assert_cmpstr (again, ==, whole);
  g_unlink (folder);
}

static void
number_of_threads_changes_no_byte (void)
{
  const int count = 250, first = RN_SAMPLE_TRAIN - 100;
  const gsize length = (gsize) count * RN_SAMPLE_RECORD;
  const int threads[] = { 1, 2, 5 };

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree guint8 *bytes = g_malloc0 (length);
      g_autoptr (GError) error = NULL;

      g_assert_true (rn_sample_draw (bytes, first, count, threads[i], NULL, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpmem (bytes, length, record (first), length);
    }
}

static void
each_class_has_the_same_number_of_scenes (void)
{
  int counts[2][10] = { 0 };

  for (int i = 0; i < RN_SAMPLE_COUNT; i++)
    {
      g_assert_cmpint (record (i)[0], <, 10);
      counts[i >= RN_SAMPLE_TRAIN][record (i)[0]]++;
    }
  for (int c = 0; c < 10; c++)
    {
      g_assert_cmpint (counts[RN_SPLIT_TRAIN][c], ==, 1000);
      g_assert_cmpint (counts[RN_SPLIT_TEST][c], ==, 200);
    }
  g_assert_cmpuint (g_strv_length ((char **) rn_sample_classes), ==, 10);
}

static void
no_two_scenes_are_alike (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < RN_SAMPLE_COUNT; i++)
    g_assert_true (
        g_hash_table_add (seen, g_compute_checksum_for_data (G_CHECKSUM_SHA256, record (i) + 1,
                                                             3 * PLANE)));
}

static void
render_of_side_32_is_the_records_picture (void)
{
  const struct
  {
    RnSplit split;
    int index;
    int at;
  } cases[] = { { RN_SPLIT_TRAIN, 0, 0 },
                { RN_SPLIT_TRAIN, 9999, 9999 },
                { RN_SPLIT_TEST, 0, 10000 },
                { RN_SPLIT_TEST, 1234, 11234 } };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RnPicture) picture = rn_sample_render (cases[k].split, cases[k].index, 32, &error);

      g_assert_no_error (error);
      g_assert_cmpint (picture->channels, ==, 3);
      g_assert_cmpint (record (cases[k].at)[0], ==, cases[k].index % 10);
      for (int c = 0; c < 3; c++)
        for (int i = 0; i < PLANE; i++)
          g_assert_cmpint (picture->pixels[3 * i + c], ==, record (cases[k].at)[1 + c * PLANE + i]);
    }
}

/* Mean difference between a picture brought to 32x32 by block averages and a record, in levels */
static double
distance (const RnPicture *picture, const guint8 *bytes)
{
  const int zoom = picture->width / RN_SAMPLE_SIDE;
  double total = 0.0;

  for (int i = 0; i < PLANE; i++)
    for (int c = 0; c < 3; c++)
      {
        double sum = 0.0;

        for (int k = 0; k < zoom * zoom; k++)
          {
            const int x = i % RN_SAMPLE_SIDE * zoom + k % zoom,
                      y = i / RN_SAMPLE_SIDE * zoom + k / zoom;

            sum += picture->pixels[3 * ((gsize) y * (gsize) picture->width + (gsize) x) + c];
          }
        total += fabs (sum / (zoom * zoom) - bytes[1 + c * PLANE + i]);
      }
  return total / (3 * PLANE);
}

static double
spread (const RnPicture *picture)
{
  const gsize n = 3 * (gsize) picture->width * (gsize) picture->height;
  double sum = 0.0, squares = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      sum += picture->pixels[i];
      squares += (double) picture->pixels[i] * picture->pixels[i];
    }
  return sqrt (squares / (double) n - (sum / (double) n) * (sum / (double) n));
}

static void
large_render_shows_the_same_scene (void)
{
  for (int index = 0; index < 20; index++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RnPicture) picture = rn_sample_render (RN_SPLIT_TEST, index, 256, &error);
      const int at = RN_SAMPLE_TRAIN + index;

      g_assert_no_error (error);
      g_assert_cmpint (picture->width, ==, 256);
      g_assert_cmpint (picture->height, ==, 256);
      g_assert_cmpfloat (spread (picture), >, 8.0);
      g_assert_cmpfloat (distance (picture, record (at)), <, 14.0);
      g_assert_cmpfloat (distance (picture, record (at)) * 1.5, <,
                         distance (picture, record (at + 10)));
    }
}

static void
smallest_and_largest_sides_are_drawn (void)
{
  const int sides[] = { 16, 33, 2048 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RnPicture) picture = rn_sample_render (RN_SPLIT_TEST, 7, sides[i], &error);

      g_assert_no_error (error);
      g_assert_cmpint (picture->width, ==, sides[i]);
      g_assert_cmpfloat (spread (picture), >, 8.0);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("rn-sample-XXXXXX", NULL);
  int result;

  g_assert_nonnull (cache);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample/first_load_draws_and_second_reads_the_cache",
                   first_load_draws_and_second_reads_the_cache);
  g_test_add_func ("/sample/number_of_threads_changes_no_byte", number_of_threads_changes_no_byte);
  g_test_add_func ("/sample/each_class_has_the_same_number_of_scenes",
                   each_class_has_the_same_number_of_scenes);
  g_test_add_func ("/sample/no_two_scenes_are_alike", no_two_scenes_are_alike);
  g_test_add_func ("/sample/render_of_side_32_is_the_records_picture",
                   render_of_side_32_is_the_records_picture);
  g_test_add_func ("/sample/large_render_shows_the_same_scene", large_render_shows_the_same_scene);
  g_test_add_func ("/sample/smallest_and_largest_sides_are_drawn",
                   smallest_and_largest_sides_are_drawn);
  g_test_add_func ("/sample/damaged_cache_is_drawn_again_and_healed",
                   damaged_cache_is_drawn_again_and_healed);
  g_test_add_func ("/sample/cancelled_load_fails_and_leaves_no_cache",
                   cancelled_load_fails_and_leaves_no_cache);
  g_test_add_func ("/sample/folder_that_cannot_be_written_is_no_error",
                   folder_that_cannot_be_written_is_no_error);
  result = g_test_run ();
  g_rmdir (cache);
  return result;
}
