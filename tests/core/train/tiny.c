#include "tiny.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "base/random.h"

#define SIDE 8

static void
append_be32 (GByteArray *array, guint32 value)
{
  const guint32 big_endian = GUINT32_TO_BE (value);

  g_byte_array_append (array, (const guint8 *) &big_endian, 4);
}

static void
write_file (const char *folder, const char *name, const GByteArray *array)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, (const char *) array->data, (gssize) array->len, &error);
  g_assert_no_error (error);
}

/* A bright bar lying, standing, or none, somewhere, over noise */
static void
append_picture (GByteArray *array, RnRandom *random, int label)
{
  const int at = (int) rn_random_below (random, SIDE);

  for (int i = 0; i < SIDE * SIDE; i++)
    {
      const gboolean is_bar = label == 0 ? i / SIDE == at : label == 1 ? i % SIDE == at : FALSE;
      const guint8 byte = (guint8) (rn_random_below (random, 100) + (is_bar ? 120 : 0));

      g_byte_array_append (array, &byte, 1);
    }
}

static void
write_split (const char *folder, const char *prefix, int n, guint64 seed)
{
  g_autoptr (GByteArray) pictures = g_byte_array_new (), labels = g_byte_array_new ();
  g_autofree char *pictures_name = g_strconcat (prefix, "-images-idx3-ubyte", NULL);
  g_autofree char *labels_name = g_strconcat (prefix, "-labels-idx1-ubyte", NULL);
  RnRandom random;

  rn_random_start (&random, seed, RN_STREAM_TEST, 0, 0);
  append_be32 (pictures, 0x803);
  append_be32 (pictures, (guint32) n);
  append_be32 (pictures, SIDE);
  append_be32 (pictures, SIDE);
  append_be32 (labels, 0x801);
  append_be32 (labels, (guint32) n);
  for (int i = 0; i < n; i++)
    {
      const guint8 label = (guint8) (i % 3);

      append_picture (pictures, &random, label);
      g_byte_array_append (labels, &label, 1);
    }
  write_file (folder, pictures_name, pictures);
  write_file (folder, labels_name, labels);
}

RnDataset *
tiny_dataset_new (const char *folder, int n_train, int n_test)
{
  g_autofree char *path = g_build_filename (folder, "data", NULL);
  g_autoptr (GByteArray) names = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  RnDataset *dataset;

  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
  write_split (path, "train", n_train, 1);
  write_split (path, "t10k", n_test, 2);
  g_byte_array_append (names, (const guint8 *) "lying\nstanding\nnone\n",
                       strlen ("lying\nstanding\nnone\n"));
  write_file (path, "classes.txt", names);
  dataset = rn_dataset_open (path, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  return dataset;
}

RnSpec *
tiny_spec_new (void)
{
  static const RnBlockSpec blocks[] = {
    { .kind = RN_BLOCK_BASIC, .channels = 4, .stride = 1, .shortcut = RN_SHORTCUT_A_SPLIT },
    { .kind = RN_BLOCK_BASIC, .channels = 8, .stride = 2, .shortcut = RN_SHORTCUT_B },
    { .kind = RN_BLOCK_PLAIN_BASIC, .channels = 8, .stride = 1, .shortcut = RN_SHORTCUT_B },
  };
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_new ("tiny", SIDE, 1, RN_STEM_3X3, 4, 3, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    g_assert_true (rn_spec_add_block (spec, (int) i, blocks[i], &error));
  return spec;
}

RnTrainer *
tiny_train (const char *path, RnDataset *dataset, gint64 steps, gint64 n)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  RnSettings settings;
  RnTrainer *trainer;

  rn_settings_init (&settings);
  settings.schedule.kind = RN_SCHEDULE_CONSTANT;
  settings.schedule.n_milestones = 0;
  settings.steps = steps;
  settings.batch = 10;
  settings.augment = (RnAugment){ 0 };
  trainer = rn_trainer_new (path, spec, &settings, dataset, 1, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, n);
  rn_trainer_wait (trainer);
  return trainer;
}

char *
tiny_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("residua-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
tiny_folder_remove (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        tiny_folder_remove (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

void
tiny_assert_same_file (const char *folder_a, const char *folder_b, const char *name)
{
  g_autofree char *path_a = g_build_filename (folder_a, name, NULL);
  g_autofree char *path_b = g_build_filename (folder_b, name, NULL);
  g_autofree char *a = NULL, *b = NULL;
  gsize length_a, length_b;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path_a, &a, &length_a, &error);
  g_assert_no_error (error);
  g_file_get_contents (path_b, &b, &length_b, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (a, length_a, b, length_b);
}

void
tiny_set_room (rlim_t bytes)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (bytes, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}
