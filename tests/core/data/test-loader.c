#include "data/loader.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "data/dataset-private.h"
#include "residua/error.h"
#include "scratch.h"

#define SIDE 32
#define N_FLOATS (SIDE * SIDE * 3)

static const RnPreprocess plain = { SIDE, 3, { 0.4f, 0.5f, 0.6f }, { 0.2f, 0.3f, 0.25f }, NULL };
static const RnAugment crop_and_flip = { .pad = 4, .flip = TRUE };

/* @n training pictures in memory */
static RnDataset *
open_cifar (int n)
{
  char *folder = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = make_cifar (n, 1, 10);
  g_autofree char *path = scratch_write_array (folder, "data_batch_1.bin", bytes);
  RnDataset *dataset = rn_dataset_open (path, 1, NULL, NULL, &error);

  g_assert_no_error (error);
  scratch_free (folder);
  return dataset;
}

static RnLoader *
new_loader (RnDataset *dataset, int batch, gboolean drop_last, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  RnLoader *loader =
      rn_loader_new (dataset, &plain, &crop_and_flip, batch, drop_last, seed, &error);

  g_assert_no_error (error);
  return loader;
}

static const RnBatch *
get (RnLoader *loader, gint64 step)
{
  g_autoptr (GError) error = NULL;
  const RnBatch *batch = rn_loader_get (loader, step, &error);

  g_assert_no_error (error);
  g_assert_nonnull (batch);
  return batch;
}

static char *
hash_of_batch (const RnBatch *batch)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, (const guchar *) &batch->n, sizeof batch->n);
  g_checksum_update (checksum, (const guchar *) &batch->epoch, sizeof batch->epoch);
  g_checksum_update (checksum, (const guchar *) batch->x,
                     (gssize) ((gsize) batch->n * N_FLOATS * sizeof (float)));
  g_checksum_update (checksum, (const guchar *) batch->labels,
                     (gssize) ((gsize) batch->n * sizeof (int)));
  return g_strdup (g_checksum_get_string (checksum));
}

static void
a_batch_is_what_the_generators_say (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (23);
  g_autoptr (RnLoader) loader = new_loader (dataset, 5, FALSE, 99);
  float x[N_FLOATS];

  g_assert_cmpint (rn_loader_steps_per_epoch (loader), ==, 5);
  for (gint64 step = 0; step < 12; step++)
    {
      const RnBatch *batch = get (loader, step);
      const int first = (int) (step % 5) * 5;
      int order[23];
      RnRandom random;

      for (int i = 0; i < 23; i++)
        order[i] = i;
      rn_random_start (&random, 99, RN_STREAM_SHUFFLE, (guint64) (step / 5), 0);
      rn_random_shuffle (&random, order, 23);
      g_assert_cmpint (batch->epoch, ==, step / 5);
      g_assert_cmpint (batch->n, ==, step % 5 == 4 ? 3 : 5);
      for (int i = 0; i < batch->n; i++)
        {
          const int index = order[first + i];
          g_autoptr (RnPicture) picture =
              rn_dataset_get_picture (dataset, RN_SPLIT_TRAIN, index, NULL);

          g_assert_true (rn_augment_picture (&crop_and_flip, &plain, NULL, x, picture, 99, step / 5,
                                             index, NULL));
          g_assert_cmpmem (batch->x + i * N_FLOATS, (int) sizeof x, x, (int) sizeof x);
          g_assert_cmpint (batch->labels[i], ==, index % 10);
        }
    }
}

static void
dropping_the_last_leaves_whole_batches_of_the_same_order (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (23);
  g_autoptr (RnLoader) kept = new_loader (dataset, 5, FALSE, 99);
  g_autoptr (RnLoader) dropped = new_loader (dataset, 5, TRUE, 99);

  g_assert_cmpint (rn_loader_steps_per_epoch (dropped), ==, 4);
  for (gint64 step = 0; step < 8; step++)
    {
      g_autofree char *one = hash_of_batch (get (dropped, step));
      g_autofree char *other = hash_of_batch (get (kept, step / 4 * 5 + step % 4));

      g_assert_cmpstr (one, ==, other);
    }
}

static void
any_step_in_any_order_gives_the_same_batch (void)
{
  enum
  {
    N = 40
  };
  g_autoptr (RnDataset) dataset = open_cifar (30);
  g_autoptr (RnLoader) straight = new_loader (dataset, 4, FALSE, 7);
  g_autoptr (RnLoader) jumping = new_loader (dataset, 4, FALSE, 7);
  char *hashes[N];
  RnRandom random;

  for (int step = 0; step < N; step++)
    hashes[step] = hash_of_batch (get (straight, step));
  for (int step = 1; step < N; step++)
    g_assert_cmpstr (hashes[step], !=, hashes[step - 1]);
  rn_random_start (&random, 1, RN_STREAM_TEST, 0, 0);
  for (int i = 0, step = 0; i < 300; i++)
    {
      g_autofree char *hash = NULL;

      /* Forwards, backwards, again, anywhere */
      switch (rn_random_below (&random, 4))
        {
        case 0:
          step = MIN (step + 1, N - 1);
          break;
        case 1:
          step = MAX (step - 1, 0);
          break;
        case 2:
          break;
        default:
          step = (int) rn_random_below (&random, N);
          break;
        }
      hash = hash_of_batch (get (jumping, step));
      g_assert_cmpstr (hash, ==, hashes[step]);
    }
  for (int step = 0; step < N; step++)
    g_free (hashes[step]);
}

static void
a_cancelled_wait_changes_nothing (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (30);
  g_autoptr (RnLoader) straight = new_loader (dataset, 4, FALSE, 7);
  g_autoptr (RnLoader) cancelled = new_loader (dataset, 4, FALSE, 7);
  const int yes = 1, no = 0;

  for (gint64 step = 0; step < 30; step += 3)
    {
      g_autoptr (GError) error = NULL;
      const RnBatch *batch;
      g_autofree char *hash = NULL;
      g_autofree char *right = hash_of_batch (get (straight, step));

      /* Ready by chance, or an error; the batch itself is what it was in either case. */
      batch = rn_loader_get_cancellable (cancelled, step, &yes, &error);
      g_assert_true ((batch == NULL) == (error != NULL));
      if (batch == NULL)
        g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
      batch = rn_loader_get_cancellable (cancelled, step, &no, NULL);
      g_assert_nonnull (batch);
      hash = hash_of_batch (batch);
      g_assert_cmpstr (hash, ==, right);
    }
}

/* A batch that takes long: it is given up long before it is there. */
static void
a_wait_for_large_pictures_ends_soon_after_it_is_cancelled (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnPicture) large = make_noise (1200, 1200, 3, 1);
  g_autoptr (GByteArray) bytes = make_plain_png (large);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnLoader) loader = NULL;
  const int yes = 1;
  gint64 start_us, soon_us, whole_us;

  for (int i = 0; i < 42; i++)
    {
      g_autofree char *name = g_strdup_printf ("train/%c/p%d.png", i % 2 ? 'a' : 'b', i);

      g_free (scratch_write_array (folder, name, bytes));
    }
  dataset = rn_dataset_open (folder, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  loader = new_loader (dataset, 30, TRUE, 7);
  start_us = g_get_monotonic_time ();
  g_assert_null (rn_loader_get_cancellable (loader, 0, &yes, &error));
  soon_us = g_get_monotonic_time () - start_us;
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  get (loader, 0);
  whole_us = g_get_monotonic_time () - start_us;
  g_test_message ("given up after %.1f ms, ready after %.1f ms", (double) soon_us / 1e3,
                  (double) whole_us / 1e3);
  g_assert_cmpint (soon_us, <, whole_us / 2);
  scratch_free (folder);
}

static void
other_seeds_and_epochs_give_other_orders (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (30);
  g_autoptr (RnLoader) one = new_loader (dataset, 30, FALSE, 1);
  g_autoptr (RnLoader) two = new_loader (dataset, 30, FALSE, 2);
  int labels[30];

  memcpy (labels, get (one, 0)->labels, sizeof labels);
  g_assert_cmpint (memcmp (labels, get (two, 0)->labels, sizeof labels), !=, 0);
  g_assert_cmpint (memcmp (labels, get (one, 1)->labels, sizeof labels), !=, 0);
  g_assert_cmpint (memcmp (labels, get (one, 0)->labels, sizeof labels), ==, 0);
}

static void
a_step_far_away_is_right_at_once (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (30);
  g_autoptr (RnLoader) loader = new_loader (dataset, 4, FALSE, 7);
  const gint64 far = G_GINT64_CONSTANT (8) * 1000 * 1000 * 1000 * 1000 + 7;

  g_assert_cmpint (get (loader, far)->epoch, ==, far / 8);
  g_assert_cmpint (get (loader, far)->n, ==, 2);
}

static void
a_batch_stays_while_the_next_is_prepared (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (64);
  g_autoptr (RnLoader) loader = new_loader (dataset, 8, FALSE, 7);

  for (gint64 step = 0; step < 20; step++)
    {
      const RnBatch *batch = get (loader, step);
      g_autofree char *before = hash_of_batch (batch);
      g_autofree char *after = NULL;

      g_usleep (2000);
      g_assert_true (get (loader, step) == batch);
      after = hash_of_batch (batch);
      g_assert_cmpstr (after, ==, before);
    }
}

/* A folder of 2 classes with 4 training pictures each, and one picture to test */
static RnDataset *
open_folder (const char *folder)
{
  g_autoptr (GError) error = NULL;
  RnDataset *dataset;

  for (int i = 0; i < 9; i++)
    {
      g_autofree char *name =
          g_strdup_printf ("%s/%c/p%d.png", i < 8 ? "train" : "test", i < 4 ? 'a' : 'b', i);
      g_autoptr (RnPicture) picture = make_noise (SIDE, SIDE, 3, (guint64) i);
      g_autoptr (GByteArray) bytes = make_plain_png (picture);

      g_free (scratch_write_array (folder, name, bytes));
    }
  dataset = rn_dataset_open (folder, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  return dataset;
}

static gsize
count_decoded (RnDataset *dataset)
{
  gsize n;

  pthread_mutex_lock (&dataset->lock);
  n = dataset->n_decoded_bytes / N_FLOATS;
  pthread_mutex_unlock (&dataset->lock);
  return n;
}

/* The next batch is made without being asked for, and no more than that one: told by which files are read. */
static void
the_next_batch_is_prepared_ahead_and_no_other (void)
{
  char *folder = scratch_new ();
  g_autofree char *train = g_build_filename (folder, "train", NULL);
  g_autofree char *away = g_build_filename (folder, "away", NULL);
  g_autoptr (RnDataset) dataset = open_folder (folder);
  g_autoptr (RnLoader) loader = new_loader (dataset, 2, FALSE, 7);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (count_decoded (dataset), ==, 0);
  get (loader, 0);
  for (int i = 0; i < 3000 && count_decoded (dataset) < 4; i++)
    g_usleep (10000);
  g_assert_cmpint (count_decoded (dataset), ==, 4);
  g_usleep (20000);
  g_assert_cmpint (count_decoded (dataset), ==, 4);

  g_assert_cmpint (g_rename (train, away), ==, 0);
  get (loader, 1);
  g_assert_null (rn_loader_get (loader, 2, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, train));
  scratch_free (folder);
}

static void
who_waits_can_be_cancelled_and_ask_again (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (8);
  g_autoptr (RnLoader) loader = new_loader (dataset, 4, FALSE, 7);
  g_autoptr (GError) error = NULL;
  const int cancel = 1, none = 0;

  g_assert_null (rn_loader_get_cancellable (loader, 0, &cancel, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (rn_loader_get_cancellable (loader, 0, &none, &error) == get (loader, 0));
  g_assert_no_error (error);
}

static void
a_broken_picture_fails_its_batch_alone_and_names_the_file (void)
{
  char *folder = scratch_new ();
  g_autoptr (RnDataset) dataset = open_folder (folder);
  g_autoptr (RnLoader) loader = NULL;
  int n_failed = 0;

  g_free (scratch_write (folder, "train/b/p5.png", "\x89PNG\r\n\x1a\n", 8));
  loader = new_loader (dataset, 2, FALSE, 7);
  for (gint64 step = 0; step < 8; step++)
    for (int again = 0; again < 2; again++)
      {
        g_autoptr (GError) error = NULL;
        const RnBatch *batch = rn_loader_get (loader, step, &error);

        g_assert_true ((batch == NULL) == (error != NULL));
        if (batch != NULL)
          continue;
        g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
        g_assert_nonnull (strstr (error->message, "p5.png"));
        n_failed++;
      }
  /* Once in each of two epochs, each asked for twice */
  g_assert_cmpint (n_failed, ==, 4);
  scratch_free (folder);
}

static void
colours_are_measured_where_they_are_augmented (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (8);
  g_autoptr (GError) error = NULL;
  const RnAugment colour = { .colour = 0.5 }, none = { 0 };
  g_autoptr (RnLoader) with = rn_loader_new (dataset, &plain, &colour, 8, FALSE, 7, &error);
  g_autoptr (RnLoader) without = rn_loader_new (dataset, &plain, &none, 8, FALSE, 7, &error);
  const RnBatch *shifted = get (with, 0), *same = get (without, 0);

  for (int i = 0; i < 8; i++)
    {
      const float *a = shifted->x + i * N_FLOATS, *b = same->x + i * N_FLOATS;

      g_assert_cmpfloat (ABS (a[0] - b[0]), >, 1e-5);
      for (int at = 3; at < N_FLOATS; at++)
        g_assert_cmpfloat_with_epsilon (a[at] - b[at], a[at % 3] - b[at % 3], 1e-5);
    }
}

static void
too_few_pictures_are_an_error (void)
{
  char *folder = scratch_new ();
  g_autoptr (GByteArray) bytes = make_cifar (5, 1, 10);
  g_autofree char *path = scratch_write_array (folder, "test_batch.bin", bytes);
  g_autoptr (RnDataset) few = open_cifar (5);
  g_autoptr (RnDataset) none = rn_dataset_open (path, 1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_loader_new (few, &plain, &crop_and_flip, 6, TRUE, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "batch of 6"));
  g_clear_error (&error);
  g_assert_null (rn_loader_new (none, &plain, &crop_and_flip, 1, FALSE, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, path));
  scratch_free (folder);
}

static void
a_huge_batch_takes_no_more_memory_than_the_set (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (5);
  g_autoptr (RnLoader) loader = new_loader (dataset, G_MAXINT, FALSE, 1);

  g_assert_cmpint (rn_loader_steps_per_epoch (loader), ==, 1);
  g_assert_cmpint (get (loader, 3)->n, ==, 5);
}

static void
it_can_be_freed_at_any_moment (void)
{
  g_autoptr (RnDataset) dataset = open_cifar (64);

  for (int i = 0; i < 30; i++)
    {
      RnLoader *loader = new_loader (dataset, 32, FALSE, 1);

      if (i % 3 > 0)
        get (loader, i);
      if (i % 3 > 1)
        g_usleep ((gulong) i * 50);
      rn_loader_free (loader);
    }
}

static void
a_picture_takes_microseconds (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const double most_us = 2000.0;
#else
  const double most_us = 50.0;
#endif
  g_autoptr (RnDataset) dataset = open_cifar (512);
  g_autoptr (RnLoader) loader = new_loader (dataset, 128, TRUE, 1);
  struct timespec start, end;
  double us;

  /* The process's own time, whatever else the machine does */
  get (loader, 0);
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &start);
  for (gint64 step = 1; step <= 40; step++)
    get (loader, step);
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &end);
  us = ((double) (end.tv_sec - start.tv_sec) * 1e6 + (double) (end.tv_nsec - start.tv_nsec) / 1e3) /
       (40 * 128);
  g_test_message ("%.1f us a picture of 32x32, cropped and flipped", us);
  g_assert_cmpfloat (us, <, most_us);
}

#define ADD(name, function) g_test_add_func ("/loader/" name, function)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-batch-is-what-the-generators-say", a_batch_is_what_the_generators_say);
  ADD ("dropping-the-last-leaves-whole-batches-of-the-same-order",
       dropping_the_last_leaves_whole_batches_of_the_same_order);
  ADD ("any-step-in-any-order-gives-the-same-batch", any_step_in_any_order_gives_the_same_batch);
  ADD ("a-cancelled-wait-changes-nothing", a_cancelled_wait_changes_nothing);
  ADD ("a-wait-for-large-pictures-ends-soon-after-it-is-cancelled",
       a_wait_for_large_pictures_ends_soon_after_it_is_cancelled);
  ADD ("other-seeds-and-epochs-give-other-orders", other_seeds_and_epochs_give_other_orders);
  ADD ("a-step-far-away-is-right-at-once", a_step_far_away_is_right_at_once);
  ADD ("a-batch-stays-while-the-next-is-prepared", a_batch_stays_while_the_next_is_prepared);
  ADD ("the-next-batch-is-prepared-ahead-and-no-other",
       the_next_batch_is_prepared_ahead_and_no_other);
  ADD ("who-waits-can-be-cancelled-and-ask-again", who_waits_can_be_cancelled_and_ask_again);
  ADD ("a-broken-picture-fails-its-batch-alone-and-names-the-file",
       a_broken_picture_fails_its_batch_alone_and_names_the_file);
  ADD ("colours-are-measured-where-they-are-augmented",
       colours_are_measured_where_they_are_augmented);
  ADD ("too-few-pictures-are-an-error", too_few_pictures_are_an_error);
  ADD ("a-huge-batch-takes-no-more-memory-than-the-set",
       a_huge_batch_takes_no_more_memory_than_the_set);
  ADD ("it-can-be-freed-at-any-moment", it_can_be_freed_at_any_moment);
  ADD ("a-picture-takes-microseconds", a_picture_takes_microseconds);
  return g_test_run ();
}
