#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/run-files.h"
#include "runs/run-list.h"
#include "scratch.h"
#include "settle.h"
#include "tiny.h"

#define STEPS 30

typedef struct
{
  char *folder;
  char *runs;
  RnDataset *dataset;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = tiny_folder_new ();
  fixture->runs = g_build_filename (fixture->folder, "runs", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->runs, 0755), ==, 0);
  fixture->dataset = tiny_dataset_new (fixture->folder, 60, 30);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  rn_dataset_unref (fixture->dataset);
  tiny_folder_remove (fixture->folder);
  g_free (fixture->runs);
  g_free (fixture->folder);
}

static char *
path_of (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->runs, name, NULL);
}

/* Trains @n of STEPS. */
static RnTrainer *
train (Fixture *fixture, const char *name, gint64 n)
{
  g_autofree char *path = path_of (fixture, name);

  return tiny_train (path, fixture->dataset, STEPS, n);
}

static void
make_run (Fixture *fixture, const char *name, gint64 n)
{
  rn_trainer_free (train (fixture, name, n));
}

static void
test_a_digest_says_what_the_run_says (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autoptr (RnRunDigest) digest = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) rows = NULL;
  float values[RN_RUN_DIGEST_MAX_VALUES];
  double best = INFINITY;

  make_run (fixture, "tiny-1", 0);
  digest = rn_run_digest_read (path, NULL);
  run = rn_run_open (path, NULL);
  rows = rn_run_read_history (run, NULL);
  g_assert_cmpstr (rn_run_digest_get_problem (digest), ==, NULL);
  g_assert_cmpint (rn_run_digest_get_state (digest), ==, RN_RUN_FINISHED);
  g_assert_cmpint (rn_run_digest_get_step (digest), ==, STEPS);
  g_assert_cmpint (rn_run_digest_get_steps (digest), ==, STEPS);
  g_assert_cmpstr (rn_run_digest_get_data (digest), ==, rn_dataset_get_source (fixture->dataset));
  g_assert_true (rn_spec_equal (rn_run_digest_get_spec (digest), rn_run_get_spec (run)));
  g_assert_cmpuint (rn_run_digest_get_values (digest, values), ==, STEPS);
  for (guint i = 0; i < STEPS; i++)
    {
      const RnHistoryRow *row = &g_array_index (rows, RnHistoryRow, i);

      g_assert_cmpfloat_with_epsilon (values[i], row->loss, 1e-6);
      best = fmin (best, row->test_error);
    }
  g_assert_cmpfloat (rn_run_digest_get_best_error (digest), ==, best);
  g_assert_cmpfloat (rn_run_digest_get_last_error (digest), ==,
                     g_array_index (rows, RnHistoryRow, STEPS - 1).test_error);
}

static void
test_a_run_that_was_stopped_can_go_on (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autoptr (RnRunDigest) digest = NULL;

  make_run (fixture, "tiny-1", 7);
  digest = rn_run_digest_read (path, NULL);
  g_assert_cmpint (rn_run_digest_get_state (digest), ==, RN_RUN_RESUMABLE);
  g_assert_cmpint (rn_run_digest_get_step (digest), ==, 7);
}

/* Appends @n steps that go on from @step, with loss = step. */
static void
append_steps (const char *path, gint64 step, gint64 n)
{
  g_autofree char *file = g_build_filename (path, "history.csv", NULL);
  FILE *stream = fopen (file, "a");

  g_assert_nonnull (stream);
  for (gint64 s = step + 1; s <= step + n; s++)
    fprintf (stream, "%lld,1,%lld,0.5,0.1,,\n", (long long) s, (long long) s);
  g_assert_cmpint (fclose (stream), ==, 0);
}

static void
test_a_digest_that_reads_on_equals_one_that_reads_all (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autoptr (RnRunDigest) digest = NULL;
  gint64 step = 7;

  make_run (fixture, "tiny-1", step);
  digest = rn_run_digest_read (path, NULL);
  for (gint64 n = 1; step < 3000; step += n, n = n * 2 + 1)
    {
      g_autoptr (RnRunDigest) all = NULL;
      RnRunDigest *next;
      float values[RN_RUN_DIGEST_MAX_VALUES], all_values[RN_RUN_DIGEST_MAX_VALUES];
      guint n_values;

      append_steps (path, step, n);
      next = rn_run_digest_read (path, digest);
      rn_run_digest_unref (digest);
      digest = next;
      all = rn_run_digest_read (path, NULL);
      g_assert_cmpint (rn_run_digest_get_step (digest), ==, step + n);
      n_values = rn_run_digest_get_values (digest, values);
      g_assert_cmpuint (n_values, ==, rn_run_digest_get_values (all, all_values));
      g_assert_cmpmem (values, n_values * sizeof *values, all_values, n_values * sizeof *values);
      g_assert_cmpuint (n_values, >=, MIN (RN_RUN_DIGEST_MAX_VALUES / 2, step + n));
    }
  /* the last stretch of a power of two of steps: its mean is within it */
  {
    float values[RN_RUN_DIGEST_MAX_VALUES];
    const guint n = rn_run_digest_get_values (digest, values);

    g_assert_cmpfloat (values[n - 1], >, (float) step - 70.0f);
    for (guint i = 2; i < n; i++)
      g_assert_cmpfloat (values[i], >, values[i - 1]);
  }
}

static void
test_a_run_that_went_back_is_read_again (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autofree char *file = g_build_filename (path, "history.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (RnRunDigest) before = NULL, after = NULL;
  gsize length;

  make_run (fixture, "tiny-1", 7);
  g_assert_true (g_file_get_contents (file, &text, &length, NULL));
  append_steps (path, 7, 5);
  before = rn_run_digest_read (path, NULL);
  g_assert_cmpint (rn_run_digest_get_step (before), ==, 12);
  /* cut in place, as a resume does it: the file stays the same one */
  g_assert_cmpint (truncate (file, (off_t) length), ==, 0);
  after = rn_run_digest_read (path, before);
  g_assert_cmpstr (rn_run_digest_get_problem (after), ==, NULL);
  g_assert_cmpint (rn_run_digest_get_step (after), ==, 7);
}

static void
test_a_run_that_has_not_changed_is_not_read_again (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autoptr (RnRunDigest) first = NULL, second = NULL;

  make_run (fixture, "tiny-1", 7);
  first = rn_run_digest_read (path, NULL);
  second = rn_run_digest_read (path, first);
  g_assert_true (first == second);
}

static void
test_damage_is_told_in_a_sentence (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autofree char *history = g_build_filename (path, "history.csv", NULL);
  g_autofree char *spec = g_build_filename (path, "spec.json", NULL);
  g_autoptr (RnRunDigest) digest = NULL, worse = NULL;
  g_autofree char *text = NULL;

  make_run (fixture, "tiny-1", 7);
  g_assert_true (g_file_get_contents (history, &text, NULL, NULL));
  text[strlen (text) / 2] = '?';
  g_assert_true (g_file_set_contents (history, text, -1, NULL));
  digest = rn_run_digest_read (path, NULL);
  g_assert_cmpint (rn_run_digest_get_state (digest), ==, RN_RUN_DAMAGED);
  g_assert_nonnull (strstr (rn_run_digest_get_problem (digest), "“tiny-1/history.csv” is damaged"));
  g_assert_true (g_file_set_contents (spec, "{", -1, NULL));
  worse = rn_run_digest_read (path, NULL);
  g_assert_cmpint (rn_run_digest_get_state (worse), ==, RN_RUN_DAMAGED);
  g_assert_nonnull (strstr (rn_run_digest_get_problem (worse), "spec.json"));
}

/* The list */

static gboolean
is_known (gpointer data)
{
  return rn_run_list_is_known (data);
}

static RnRunList *
open_list (Fixture *fixture)
{
  RnRunList *list = rn_run_list_new ();

  rn_run_list_set_folder (list, fixture->runs);
  settle_until (is_known, list, 10.0);
  return list;
}

static const char *
name_at (RnRunList *list, guint at)
{
  g_autoptr (RnRunItem) item = g_list_model_get_item (G_LIST_MODEL (list), at);

  return item != NULL ? rn_run_digest_get_name (rn_run_item_get_digest (item)) : NULL;
}

static void
test_a_list_has_the_runs_of_its_folder_and_nothing_else (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnRunList) list = NULL;

  make_run (fixture, "tiny-1", 2);
  make_run (fixture, "tiny-2", 2);
  g_free (scratch_write (fixture->runs, "notes.txt", "x", 1));
  g_free (scratch_write (fixture->runs, "pictures/a.png", "x", 1));
  g_free (scratch_write (fixture->runs, "tiny-3.new-abcdef/spec.json", "{}", 2));
  list = open_list (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 2);
  g_assert_cmpstr (name_at (list, 0), ==, "tiny-1");
  g_assert_cmpstr (name_at (list, 1), ==, "tiny-2");
}

static gboolean
has_two (gpointer data)
{
  return g_list_model_get_n_items (data) == 2;
}

static void
test_a_new_run_appears_by_itself_and_old_items_stay (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnRunList) list = NULL;
  g_autoptr (RnRunItem) before = NULL, after = NULL;

  make_run (fixture, "tiny-1", 2);
  list = open_list (fixture);
  before = g_list_model_get_item (G_LIST_MODEL (list), 0);
  make_run (fixture, "tiny-2", 2);
  settle_until (has_two, list, 10.0);
  after = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (before == after);
}

static void
on_changed (RnRunItem *item, gpointer data)
{
  ++*(int *) data;
}

static gboolean
is_positive (gpointer data)
{
  return *(int *) data > 0;
}

static void
test_a_run_that_grows_changes_its_item (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autoptr (RnRunList) list = NULL;
  g_autoptr (RnRunItem) item = NULL;
  int n_changes = 0;

  make_run (fixture, "tiny-1", 2);
  list = open_list (fixture);
  item = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_signal_connect (item, "changed", G_CALLBACK (on_changed), &n_changes);
  append_steps (path, 2, 3);
  rn_run_list_refresh (list);
  settle_until (is_positive, &n_changes, 10.0);
  g_assert_cmpint (rn_run_digest_get_step (rn_run_item_get_digest (item)), ==, 5);
}

/* Files */

typedef struct
{
  gboolean is_done;
  char *path;
  GError *error;
} Ended;

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  Ended *ended = data;

  ended->path = rn_run_files_finish (result, &ended->error);
  ended->is_done = TRUE;
}

static gboolean
has_ended (gpointer data)
{
  return ((Ended *) data)->is_done;
}

static void
test_a_run_is_renamed_in_its_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1"), *wanted = path_of (fixture, "my best");
  g_autoptr (RnRun) run = NULL;
  Ended ended = { 0 };

  make_run (fixture, "tiny-1", 2);
  rn_run_rename_async (path, "my best", on_ended, &ended);
  settle_until (has_ended, &ended, 10.0);
  g_assert_no_error (ended.error);
  g_assert_cmpstr (ended.path, ==, wanted);
  run = rn_run_open (wanted, NULL);
  g_assert_nonnull (run);
  g_free (ended.path);
}

static void
test_a_name_that_cannot_be_is_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "", "a/b", "..", ".hidden", "tiny-1.new-a1b2c3", "tiny-2" };
  g_autofree char *path = path_of (fixture, "tiny-1");

  make_run (fixture, "tiny-1", 2);
  make_run (fixture, "tiny-2", 2);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const int wanted = i < 5 ? G_IO_ERROR_INVALID_FILENAME : G_IO_ERROR_EXISTS;
      Ended ended = { 0 };

      rn_run_rename_async (path, names[i], on_ended, &ended);
      settle_until (has_ended, &ended, 10.0);
      g_assert_error (ended.error, G_IO_ERROR, wanted);
      g_clear_error (&ended.error);
    }
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
}

static void
test_deleting_takes_the_run_and_nothing_that_it_links_to (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  g_autofree char *link = g_build_filename (path, "link", NULL);
  g_autofree char *kept = scratch_write (fixture->folder, "kept/file", "x", 1);
  g_autofree char *kept_folder = g_path_get_dirname (kept);
  Ended ended = { 0 };

  make_run (fixture, "tiny-1", 2);
  g_assert_cmpint (symlink (kept_folder, link), ==, 0);
  rn_run_delete_async (path, on_ended, &ended);
  settle_until (has_ended, &ended, 10.0);
  g_assert_no_error (ended.error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_free (ended.path);
}

static void
test_a_run_in_training_is_known_and_nothing_is_done_to_it (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_of (fixture, "tiny-1");
  RnTrainer *trainer = train (fixture, "tiny-1", 3);
  g_autoptr (RnRunDigest) digest = rn_run_digest_read (path, NULL);

  for (int i = 0; i < 3; i++)
    {
      Ended ended = { 0 };

      if (i == 0)
        rn_run_delete_async (path, on_ended, &ended);
      else if (i == 1)
        rn_run_trash_async (path, on_ended, &ended);
      else
        rn_run_rename_async (path, "other", on_ended, &ended);
      settle_until (has_ended, &ended, 10.0);
      g_assert_error (ended.error, G_IO_ERROR, G_IO_ERROR_BUSY);
      g_clear_error (&ended.error);
      g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
    }
  if (g_file_test ("/proc/locks", G_FILE_TEST_EXISTS))
    g_assert_cmpint (rn_run_digest_get_state (digest), ==, RN_RUN_TRAINING);
  rn_trainer_free (trainer);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/digest/says what the run says", test_a_digest_says_what_the_run_says);
  ADD ("/digest/a run that was stopped can go on", test_a_run_that_was_stopped_can_go_on);
  ADD ("/digest/one that reads on equals one that reads all",
       test_a_digest_that_reads_on_equals_one_that_reads_all);
  ADD ("/digest/a run that went back is read again", test_a_run_that_went_back_is_read_again);
  ADD ("/digest/a run that has not changed is not read again",
       test_a_run_that_has_not_changed_is_not_read_again);
  ADD ("/digest/damage is told in a sentence", test_damage_is_told_in_a_sentence);
  ADD ("/run-list/has the runs of its folder and nothing else",
       test_a_list_has_the_runs_of_its_folder_and_nothing_else);
  ADD ("/run-list/a new run appears by itself, and old items stay",
       test_a_new_run_appears_by_itself_and_old_items_stay);
  ADD ("/run-list/a run that grows changes its item", test_a_run_that_grows_changes_its_item);
  ADD ("/run-files/a run is renamed in its folder", test_a_run_is_renamed_in_its_folder);
  ADD ("/run-files/a name that cannot be is refused", test_a_name_that_cannot_be_is_refused);
  ADD ("/run-files/deleting takes the run and nothing that it links to",
       test_deleting_takes_the_run_and_nothing_that_it_links_to);
  ADD ("/run-files/a run in training is known, and nothing is done to it",
       test_a_run_in_training_is_known_and_nothing_is_done_to_it);
  return g_test_run ();
}
