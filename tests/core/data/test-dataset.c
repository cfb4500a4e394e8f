#include "residua/dataset.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "residua/error.h"
#include "scratch.h"

static RnDataset *
open_set (const char *what, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  RnDataset *dataset = rn_dataset_open (what, seed, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (dataset);
  return dataset;
}

static void
assert_cannot_open (const char *what, GQuark domain, int code, const char *named)
{
  g_autoptr (GError) error = NULL;
  RnDataset *dataset = rn_dataset_open (what, 1, NULL, NULL, &error);

  g_assert_null (dataset);
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, named));
}

static gboolean
has_warning (const RnDataset *dataset, const char *words)
{
  const char *const *warnings = rn_dataset_get_warnings (dataset);

  for (int i = 0; warnings[i] != NULL; i++)
    if (strstr (warnings[i], words) != NULL)
      return TRUE;
  return FALSE;
}

static void
write_and_free (const char *folder, const char *name, GByteArray *bytes)
{
  g_free (scratch_write_array (folder, name, bytes));
  g_byte_array_unref (bytes);
}

/* Picture @number of make_cifar() */
static void
assert_is_cifar (RnDataset *dataset, RnSplit split, int index, int number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, split, index, &error);

  g_assert_no_error (error);
  g_assert_cmpint (picture->width, ==, 32);
  g_assert_cmpint (picture->height, ==, 32);
  g_assert_cmpint (picture->channels, ==, 3);
  for (int p = 0; p < 1024; p++)
    for (int c = 0; c < 3; c++)
      g_assert_cmpint (picture->pixels[p * 3 + c], ==, scratch_byte (number, c * 1024 + p));
}

static void
cifar_10_joins_its_batches_in_the_order_of_their_numbers (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) dataset = NULL;
  int width, height;

  write_and_free (folder, "data_batch_10.bin", make_cifar (3, 1, 10));
  write_and_free (folder, "data_batch_2.bin", make_cifar (5, 1, 10));
  write_and_free (folder, "test_batch.bin", make_cifar (4, 1, 10));
  write_and_free (folder, "readme.html", g_byte_array_new ());
  dataset = open_set (folder, 1);
  g_assert_cmpstr (rn_dataset_get_format (dataset), ==, "CIFAR-10, binary");
  g_assert_cmpstr (rn_dataset_get_source (dataset), ==, folder);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 8);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 4);
  g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 10);
  g_assert_cmpstr (rn_dataset_get_classes (dataset)[9], ==, "truck");
  g_assert_cmpint (rn_dataset_get_channels (dataset), ==, 3);
  rn_dataset_get_size (dataset, &width, &height);
  g_assert_cmpint (width, ==, 32);
  g_assert_cmpint (height, ==, 32);
  assert_is_cifar (dataset, RN_SPLIT_TRAIN, 4, 4);
  assert_is_cifar (dataset, RN_SPLIT_TRAIN, 7, 2);
  assert_is_cifar (dataset, RN_SPLIT_TEST, 3, 3);
  g_assert_cmpint (rn_dataset_get_label (dataset, RN_SPLIT_TRAIN, 7), ==, 2);
  scratch_free (folder);
}

static void
cifar_10_takes_names_from_its_file (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnDataset) wrong = NULL;

  write_and_free (folder, "test_batch.bin", make_cifar (3, 1, 3));
  g_free (scratch_write (folder, "batches.meta.txt", "ant\r\nbee\n\n  cow \n", 17));
  dataset = open_set (folder, 1);
  g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 3);
  g_assert_cmpstr (rn_dataset_get_classes (dataset)[0], ==, "ant");
  g_assert_cmpstr (rn_dataset_get_classes (dataset)[2], ==, "cow");
  g_assert_null (rn_dataset_get_classes (dataset)[3]);
  g_assert_true (has_warning (dataset, "no training pictures"));

  g_free (scratch_write (folder, "batches.meta.txt", "only one\n", 9));
  wrong = open_set (folder, 1);
  g_assert_cmpint (rn_dataset_n_classes (wrong), ==, 10);
  g_assert_true (has_warning (wrong, "batches.meta.txt"));
  scratch_free (folder);
}

static void
cifar_100_uses_the_fine_label (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) dataset = NULL;

  write_and_free (folder, "train.bin", make_cifar (150, 2, 100));
  write_and_free (folder, "test.bin", make_cifar (7, 2, 100));
  dataset = open_set (folder, 1);
  g_assert_cmpstr (rn_dataset_get_format (dataset), ==, "CIFAR-100, binary");
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 150);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 7);
  g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 100);
  g_assert_cmpstr (rn_dataset_get_classes (dataset)[42], ==, "42");
  g_assert_cmpint (rn_dataset_get_label (dataset, RN_SPLIT_TRAIN, 142), ==, 42);
  assert_is_cifar (dataset, RN_SPLIT_TRAIN, 149, 149);
  scratch_free (folder);
}

static void
a_file_alone_is_the_split_that_its_name_says (void)
{
  char *folder = scratch_new ();
  g_autofree char *batch = NULL;
  g_autofree char *other = NULL;
  g_autofree char *fine = NULL;
  g_autoptr (RnDataset) first = NULL;
  g_autoptr (RnDataset) second = NULL;
  g_autoptr (RnDataset) third = NULL;

  write_and_free (folder, "data_batch_1.bin", make_cifar (12, 1, 10));
  write_and_free (folder, "mine.bin", make_cifar (11, 1, 10));
  write_and_free (folder, "mine-too.bin", make_cifar (13, 2, 100));
  batch = g_build_filename (folder, "data_batch_1.bin", NULL);
  other = g_build_filename (folder, "mine.bin", NULL);
  fine = g_build_filename (folder, "mine-too.bin", NULL);
  first = open_set (batch, 1);
  second = open_set (other, 1);
  third = open_set (fine, 1);
  g_assert_cmpint (rn_dataset_count (first, RN_SPLIT_TRAIN), ==, 12);
  g_assert_cmpint (rn_dataset_count (first, RN_SPLIT_TEST), ==, 0);
  g_assert_true (has_warning (first, "no test pictures"));
  g_assert_cmpint (rn_dataset_count (second, RN_SPLIT_TRAIN), ==, 0);
  g_assert_cmpint (rn_dataset_count (second, RN_SPLIT_TEST), ==, 11);
  g_assert_cmpint (rn_dataset_count (third, RN_SPLIT_TEST), ==, 13);
  g_assert_cmpint (rn_dataset_n_classes (third), ==, 100);
  scratch_free (folder);
}

/* A folder of the MNIST family: @packed as gzip, @dot with the other spelling of the names */
static void
write_idx (const char *folder, int n_train, int n_test, gboolean packed, gboolean dot)
{
  static const char *const prefixes[2] = { "train", "t10k" };
  const int counts[2] = { n_train, n_test };

  for (int i = 0; i < 4; i++)
    {
      const char *what = i % 2 == 0 ? "images" : "labels";
      g_autofree char *name =
          g_strdup_printf ("%s-%s%cidx%d-ubyte%s", prefixes[i / 2], what, dot ? '.' : '-',
                           i % 2 == 0 ? 3 : 1, packed ? ".gz" : "");
      g_autoptr (GByteArray) bytes =
          i % 2 == 0 ? make_idx_pictures (counts[i / 2], 6, 5) : make_idx_labels (counts[i / 2], 4);

      write_and_free (folder, name, packed ? make_packed (bytes) : g_byte_array_ref (bytes));
    }
}

static void
idx_reads_the_same_plain_or_packed_under_both_spellings (void)
{
  g_autofree char *digest = NULL;

  for (int form = 0; form < 4; form++)
    {
      char *folder = scratch_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (RnDataset) dataset = NULL;
      g_autoptr (RnPicture) picture = NULL;

      write_idx (folder, 23, 9, form & 1, form & 2);
      dataset = open_set (folder, 1);
      g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 23);
      g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 9);
      g_assert_cmpint (rn_dataset_get_channels (dataset), ==, 1);
      g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 10);
      g_assert_cmpint (rn_dataset_get_label (dataset, RN_SPLIT_TRAIN, 22), ==, 2);
      picture = rn_dataset_get_picture (dataset, RN_SPLIT_TEST, 8, &error);
      g_assert_no_error (error);
      g_assert_cmpint (picture->width, ==, 5);
      g_assert_cmpint (picture->height, ==, 6);
      for (int at = 0; at < 30; at++)
        g_assert_cmpint (picture->pixels[at], ==, scratch_byte (8, at));
      if (digest == NULL)
        digest = g_strdup (rn_dataset_get_digest (dataset));
      g_assert_cmpstr (rn_dataset_get_digest (dataset), ==, digest);
      scratch_free (folder);
    }
}

static void
an_idx_file_alone_brings_its_labels (void)
{
  char *folder = scratch_new ();
  g_autofree char *path = g_build_filename (folder, "train-labels-idx1-ubyte.gz", NULL);
  g_autoptr (RnDataset) dataset = NULL;

  write_idx (folder, 23, 9, TRUE, FALSE);
  dataset = open_set (path, 1);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 23);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 0);
  scratch_free (folder);
}

static void
idx_takes_names_from_classes_txt_or_the_fashion_in_the_path (void)
{
  char *folder = scratch_new ();
  g_autofree char *fashion = g_build_filename (folder, "Fashion-MNIST", NULL);
  g_autoptr (RnDataset) named = NULL;
  g_autoptr (RnDataset) known = NULL;

  g_assert_cmpint (g_mkdir (fashion, 0777), ==, 0);
  write_idx (fashion, 8, 4, FALSE, FALSE);
  known = open_set (fashion, 1);
  g_assert_cmpstr (rn_dataset_get_classes (known)[9], ==, "Ankle boot");

  g_free (scratch_write (fashion, "classes.txt", "a\nb\nc\nd\n", 8));
  named = open_set (fashion, 1);
  g_assert_cmpint (rn_dataset_n_classes (named), ==, 4);
  g_assert_cmpstr (rn_dataset_get_classes (named)[3], ==, "d");

  g_free (scratch_write (fashion, "classes.txt", "a\nb\nc\n", 6));
  assert_cannot_open (fashion, RN_ERROR, RN_ERROR_DATA, "classes.txt");
  scratch_free (folder);
}

/* @count pictures of class @name below @above, each of one grey level of @level + its number */
static void
write_class (const char *folder, const char *above, const char *name, int count, int level)
{
  for (int i = 0; i < count; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/%s/p%02d.png", above, name, i);
      g_autoptr (RnPicture) picture = rn_picture_new (8, 6, 3, NULL);

      memset (picture->pixels, level + i, 8 * 6 * 3);
      write_and_free (folder, file, make_plain_png (picture));
    }
}

static int
level_of (RnDataset *dataset, RnSplit split, int index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, split, index, &error);

  g_assert_no_error (error);
  return picture->pixels[0];
}

static void
a_folder_without_splits_gives_one_in_six_of_each_class_to_test (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnDataset) again = NULL;
  g_autoptr (RnDataset) other = NULL;
  int test_of[3] = { 0 }, seen[256] = { 0 };

  write_class (folder, ".", "b", 30, 0);
  write_class (folder, ".", "a", 12, 100);
  write_class (folder, ".", "c", 2, 200);
  dataset = open_set (folder, 7);
  g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 3);
  g_assert_cmpstr (rn_dataset_get_classes (dataset)[0], ==, "a");
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 44 - 8);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 8);
  for (int i = 0; i < 8; i++)
    test_of[rn_dataset_get_label (dataset, RN_SPLIT_TEST, i)]++;
  g_assert_cmpint (test_of[0], ==, 2);
  g_assert_cmpint (test_of[1], ==, 5);
  g_assert_cmpint (test_of[2], ==, 1);
  for (int split = 0; split < 2; split++)
    for (int i = 0; i < rn_dataset_count (dataset, (RnSplit) split); i++)
      {
        const int level = level_of (dataset, (RnSplit) split, i);

        seen[level]++;
        g_assert_cmpint (rn_dataset_get_label (dataset, (RnSplit) split, i), ==,
                         level >= 200   ? 2
                         : level >= 100 ? 0
                                        : 1);
      }
  for (int level = 0; level < 256; level++)
    g_assert_cmpint (seen[level], ==,
                     level < 30 || (level >= 100 && level < 112) || (level >= 200 && level < 202));

  again = open_set (folder, 7);
  other = open_set (folder, 8);
  g_assert_cmpstr (rn_dataset_get_digest (again), ==, rn_dataset_get_digest (dataset));
  g_assert_cmpstr (rn_dataset_get_digest (other), !=, rn_dataset_get_digest (dataset));
  scratch_free (folder);
}

static void
train_and_test_folders_are_the_splits_and_classes_are_united (void)
{
  static const char *const names[] = { "test", "val", "valid", "validation" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *folder = scratch_new ();
      g_autoptr (RnDataset) dataset = NULL;
      g_autofree char *name = NULL;

      write_class (folder, "train", "ape", 5, 0);
      write_class (folder, "train", "cat", 4, 50);
      write_class (folder, names[i], "bat", 3, 100);
      write_class (folder, names[i], "cat", 2, 150);
      dataset = open_set (folder, 1);
      g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 3);
      g_assert_cmpstr (rn_dataset_get_classes (dataset)[1], ==, "bat");
      g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN), ==, 9);
      g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TEST), ==, 5);
      g_assert_cmpint (level_of (dataset, RN_SPLIT_TEST, 4), ==, 151);
      g_assert_cmpint (rn_dataset_get_label (dataset, RN_SPLIT_TEST, 4), ==, 2);
      g_assert_true (has_warning (dataset, "“bat” has no training pictures"));
      name = rn_dataset_get_name (dataset, RN_SPLIT_TEST, 4);
      g_assert_true (g_str_has_suffix (name, "/cat/p01.png"));
      scratch_free (folder);
    }
}

static void
a_folder_passes_over_what_is_no_picture_and_says_so (void)
{
  char *folder = scratch_new ();
  g_autofree char *loop = g_build_filename (folder, "a", "loop", NULL);
  g_autoptr (RnDataset) dataset = NULL;

  write_class (folder, ".", "a", 6, 0);
  write_class (folder, ".", "b", 90, 100);
  g_free (scratch_write (folder, "a/notes.txt", "x", 1));
  g_free (scratch_write (folder, "a/empty.png", "", 0));
  g_free (scratch_write (folder, "a/.hidden.png", "x", 1));
  g_free (scratch_write (folder, ".hidden/p.png", "x", 1));
  g_assert_cmpint (symlink (folder, loop), ==, 0);
  dataset = open_set (folder, 1);
  g_assert_cmpint (rn_dataset_n_classes (dataset), ==, 2);
  g_assert_cmpint (rn_dataset_count (dataset, RN_SPLIT_TRAIN) +
                       rn_dataset_count (dataset, RN_SPLIT_TEST),
                   ==, 96);
  g_assert_true (has_warning (dataset, "3 files are no PNG"));
  g_assert_true (has_warning (dataset, "unbalanced"));
  scratch_free (folder);
}

static void
size_and_channels_of_a_folder_come_from_its_headers (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) same = NULL;
  g_autoptr (RnDataset) grey = NULL;
  g_autoptr (RnDataset) mixed = NULL;
  g_autoptr (RnPicture) picture = make_noise (8, 6, 1, 1);
  g_autoptr (RnPicture) larger = make_noise (9, 6, 3, 1);
  g_autoptr (RnPicture) converted = NULL;
  int width, height;

  write_and_free (folder, "a/1.png", make_plain_png (picture));
  write_and_free (folder, "b/1.png", make_plain_png (picture));
  grey = open_set (folder, 1);
  g_assert_cmpint (rn_dataset_get_channels (grey), ==, 1);
  write_class (folder, ".", "c", 3, 0);
  same = open_set (folder, 1);
  rn_dataset_get_size (same, &width, &height);
  g_assert_cmpint (width, ==, 8);
  g_assert_cmpint (height, ==, 6);
  g_assert_cmpint (rn_dataset_get_side (same), ==, 0);
  g_assert_cmpint (rn_dataset_get_channels (same), ==, 3);
  converted = rn_dataset_get_picture (same, RN_SPLIT_TRAIN, 0, NULL);
  g_assert_cmpint (converted->channels, ==, 3);
  write_and_free (folder, "c/large.png", make_plain_png (larger));
  mixed = open_set (folder, 1);
  rn_dataset_get_size (mixed, &width, &height);
  g_assert_cmpint (width, ==, 0);
  g_assert_cmpint (height, ==, 0);
  g_assert_cmpint (rn_dataset_get_side (mixed), ==, 0);
  scratch_free (folder);
}

/* Of a folder with two pictures that are squares of @side */
static int
side_of_squares (int side)
{
  char *folder = scratch_new ();
  g_autoptr (RnPicture) picture = make_noise (side, side, 1, 1);
  g_autoptr (RnDataset) dataset = NULL;

  write_and_free (folder, "a/1.png", make_plain_png (picture));
  write_and_free (folder, "b/1.png", make_plain_png (picture));
  dataset = open_set (folder, 1);
  scratch_free (folder);
  return rn_dataset_get_side (dataset);
}

static void
small_squares_decide_the_side_of_the_input (void)
{
  g_assert_cmpint (side_of_squares (8), ==, 8);
  g_assert_cmpint (side_of_squares (256), ==, 256);
  g_assert_cmpint (side_of_squares (257), ==, 0);
}

static void
a_decoded_picture_is_kept (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnPicture) first = NULL;
  g_autoptr (RnPicture) second = NULL;

  write_class (folder, "train", "a", 3, 0);
  write_class (folder, "train", "b", 3, 0);
  dataset = open_set (folder, 1);
  first = rn_dataset_get_picture (dataset, RN_SPLIT_TRAIN, 0, NULL);
  second = rn_dataset_get_picture (dataset, RN_SPLIT_TRAIN, 0, NULL);
  g_assert_true (first == second);
  scratch_free (folder);
}

typedef struct
{
  RnDataset *dataset;
  const char *digest;
  int sum;
} Reader;

static gpointer
read_all_pictures (gpointer data)
{
  Reader *reader = data;

  for (int i = 0; i < rn_dataset_count (reader->dataset, RN_SPLIT_TRAIN); i++)
    reader->sum += level_of (reader->dataset, RN_SPLIT_TRAIN, i);
  reader->digest = rn_dataset_get_digest (reader->dataset);
  return NULL;
}

/* What it is worth shows under ThreadSanitizer. */
static void
many_threads_may_look_at_once (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) dataset = NULL;
  Reader readers[4];
  GThread *threads[4];

  write_class (folder, "train", "a", 9, 10);
  write_class (folder, "train", "b", 9, 100);
  write_class (folder, "test", "b", 1, 100);
  dataset = open_set (folder, 1);
  for (int i = 0; i < 4; i++)
    {
      readers[i] = (Reader){ rn_dataset_ref (dataset), NULL, 0 };
      threads[i] = g_thread_new ("reader", read_all_pictures, &readers[i]);
    }
  for (int i = 0; i < 4; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpint (readers[i].sum, ==, 9 * 10 + 36 + 9 * 100 + 36);
      g_assert_true (readers[i].digest == readers[0].digest);
      rn_dataset_unref (readers[i].dataset);
    }
  scratch_free (folder);
}

static void
a_broken_picture_is_an_error_only_when_it_is_asked_for (void)
{
  char *folder = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  RnPicture *picture;

  write_class (folder, "train", "a", 1, 0);
  write_class (folder, "train", "b", 1, 0);
  g_free (scratch_write (folder, "train/a/broken.png", "\x89PNG\r\n\x1a\nxx", 10));
  dataset = open_set (folder, 1);
  g_assert_true (has_warning (dataset, "broken.png"));
  picture = rn_dataset_get_picture (dataset, RN_SPLIT_TRAIN, 0, &error);
  g_assert_null (picture);
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "broken.png"));
  scratch_free (folder);
}

static gboolean
stop_at_once (double done, gpointer user_data)
{
  (*(int *) user_data)++;
  return FALSE;
}

static void
opening_can_be_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = scratch_new ();
  RnDataset *dataset;
  int calls = 0;

  write_class (folder, ".", "a", 2, 0);
  write_class (folder, ".", "b", 2, 0);
  dataset = rn_dataset_open (folder, 1, stop_at_once, &calls, &error);
  g_assert_null (dataset);
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  g_assert_cmpint (calls, ==, 1);
  scratch_free (folder);
}

static void
the_digest_sees_every_byte_and_label (void)
{
  char *folder = scratch_new ();
  g_autoptr (GByteArray) bytes = make_cifar (5, 1, 10);
  g_autofree char *path = scratch_write_array (folder, "test_batch.bin", bytes);
  g_autoptr (RnDataset) dataset = open_set (path, 1);
  static const guint changed[] = { 0, 1, 3072, 3073, 5 * 3073 - 1 };

  g_assert_cmpuint (strlen (rn_dataset_get_digest (dataset)), ==, 64);
  for (guint i = 0; i < G_N_ELEMENTS (changed); i++)
    {
      g_autoptr (RnDataset) other = NULL;

      bytes->data[changed[i]] ^= 1;
      g_free (scratch_write_array (folder, "test_batch.bin", bytes));
      bytes->data[changed[i]] ^= 1;
      other = open_set (path, 1);
      g_assert_cmpstr (rn_dataset_get_digest (other), !=, rn_dataset_get_digest (dataset));
    }
  scratch_free (folder);
}

static void
a_set_written_as_cifar_opens_as_the_same_set (void)
{
  char *folder = scratch_new ();
  g_autofree char *out = g_build_filename (folder, "deep", "out", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnDataset) back = NULL;

  write_and_free (folder, "data_batch_1.bin", make_cifar (13, 1, 3));
  write_and_free (folder, "test_batch.bin", make_cifar (4, 1, 3));
  g_free (scratch_write (folder, "batches.meta.txt", "ant\nbee\ncow\n", 12));
  dataset = open_set (folder, 1);
  g_assert_true (rn_dataset_export_cifar (dataset, out, &error));
  g_assert_no_error (error);
  back = open_set (out, 1);
  g_assert_cmpstr (rn_dataset_get_digest (back), ==, rn_dataset_get_digest (dataset));
  g_assert_cmpstr (rn_dataset_get_classes (back)[2], ==, "cow");

  g_assert_false (rn_dataset_export_cifar (dataset, out, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "test_batch.bin"));
  scratch_free (folder);
}

static void
a_set_of_other_pictures_is_not_written_as_cifar (void)
{
  char *folder = scratch_new ();
  g_autofree char *out = g_build_filename (folder, "out", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = NULL;

  write_idx (folder, 5, 5, FALSE, FALSE);
  dataset = open_set (folder, 1);
  g_assert_false (rn_dataset_export_cifar (dataset, out, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
  scratch_free (folder);
}

static void
pictures_are_written_below_their_class_and_never_outside (void)
{
  char *folder = scratch_new ();
  g_autofree char *out = g_build_filename (folder, "out", NULL);
  g_autofree char *first = g_build_filename (out, "_._up", "test-00000.png", NULL);
  g_autofree char *second = g_build_filename (out, "bee", "test-00001.png", NULL);
  g_autofree char *third = g_build_filename (out, "_._up", "test-00002.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnPicture) picture = NULL;
  g_autoptr (RnPicture) back = NULL;

  write_and_free (folder, "test_batch.bin", make_cifar (6, 1, 2));
  g_free (scratch_write (folder, "batches.meta.txt", "../up\nbee\n", 10));
  dataset = open_set (folder, 1);
  g_assert_true (rn_dataset_export_png (dataset, RN_SPLIT_TEST, 2, out, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (first, G_FILE_TEST_IS_REGULAR));
  g_assert_false (g_file_test (third, G_FILE_TEST_EXISTS));
  picture = rn_dataset_get_picture (dataset, RN_SPLIT_TEST, 1, NULL);
  back = rn_picture_load (second, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (back->pixels, 3072, picture->pixels, 3072);
  g_assert_false (rn_dataset_export_png (dataset, RN_SPLIT_TEST, 0, out, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  scratch_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dataset/cifar-10-joins-its-batches-in-the-order-of-their-numbers",
                   cifar_10_joins_its_batches_in_the_order_of_their_numbers);
  g_test_add_func ("/dataset/cifar-10-takes-names-from-its-file",
                   cifar_10_takes_names_from_its_file);
  g_test_add_func ("/dataset/cifar-100-uses-the-fine-label", cifar_100_uses_the_fine_label);
  g_test_add_func ("/dataset/a-file-alone-is-the-split-that-its-name-says",
                   a_file_alone_is_the_split_that_its_name_says);
  g_test_add_func ("/dataset/idx-reads-the-same-plain-or-packed-under-both-spellings",
                   idx_reads_the_same_plain_or_packed_under_both_spellings);
  g_test_add_func ("/dataset/an-idx-file-alone-brings-its-labels",
                   an_idx_file_alone_brings_its_labels);
  g_test_add_func ("/dataset/idx-takes-names-from-classes-txt-or-the-fashion-in-the-path",
                   idx_takes_names_from_classes_txt_or_the_fashion_in_the_path);
  g_test_add_func ("/dataset/a-folder-without-splits-gives-one-in-six-of-each-class-to-test",
                   a_folder_without_splits_gives_one_in_six_of_each_class_to_test);
  g_test_add_func ("/dataset/train-and-test-folders-are-the-splits-and-classes-are-united",
                   train_and_test_folders_are_the_splits_and_classes_are_united);
  g_test_add_func ("/dataset/a-folder-passes-over-what-is-no-picture-and-says-so",
                   a_folder_passes_over_what_is_no_picture_and_says_so);
  g_test_add_func ("/dataset/size-and-channels-of-a-folder-come-from-its-headers",
                   size_and_channels_of_a_folder_come_from_its_headers);
  g_test_add_func ("/dataset/small-squares-decide-the-side-of-the-input",
                   small_squares_decide_the_side_of_the_input);
  g_test_add_func ("/dataset/a-decoded-picture-is-kept", a_decoded_picture_is_kept);
  g_test_add_func ("/dataset/many-threads-may-look-at-once", many_threads_may_look_at_once);
  g_test_add_func ("/dataset/a-broken-picture-is-an-error-only-when-it-is-asked-for",
                   a_broken_picture_is_an_error_only_when_it_is_asked_for);
  g_test_add_func ("/dataset/opening-can-be-cancelled", opening_can_be_cancelled);
  g_test_add_func ("/dataset/the-digest-sees-every-byte-and-label",
                   the_digest_sees_every_byte_and_label);
  g_test_add_func ("/dataset/a-set-written-as-cifar-opens-as-the-same-set",
                   a_set_written_as_cifar_opens_as_the_same_set);
  g_test_add_func ("/dataset/a-set-of-other-pictures-is-not-written-as-cifar",
                   a_set_of_other_pictures_is_not_written_as_cifar);
  g_test_add_func ("/dataset/pictures-are-written-below-their-class-and-never-outside",
                   pictures_are_written_below_their_class_and_never_outside);
  return g_test_run ();
}
