#include "residua/lab.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/random.h"
#include "data/loader.h"
#include "lab/runner-private.h"
#include "little.h"
#include "residua/lab-results.h"
#include "residua/trainer.h"
#include "train/worker.h"

#define N_TRAIN 120
#define N_TEST 30

typedef struct
{
  char *folder;
  RnDataset *dataset;
  RnLabPlan *plan; /* two seeds of three arms */
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  world->folder = tiny_folder_new ();
  world->dataset = tiny_dataset_new (world->folder, N_TRAIN, N_TEST);
  world->plan = little_plan_new (world->folder, world->dataset, 0);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  tiny_folder_remove (world->folder);
  rn_lab_plan_unref (world->plan);
  rn_dataset_unref (world->dataset);
  g_free (world->folder);
}

/* Plans */

static void
test_a_plan_names_every_run_before_anything_is_written (World *world, gconstpointer data)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *runs = g_build_filename (world->folder, "runs", NULL);

  g_assert_cmpint (rn_lab_plan_n_runs (world->plan), ==, 6);
  for (int i = 0; i < 6; i++)
    {
      const RnLabRun *run = rn_lab_plan_get_run (world->plan, i);

      g_assert_cmpint (run->arm, ==, i % 3);
      g_assert_cmpuint (run->seed, ==, 1 + (guint64) i / 3);
      g_assert_cmpuint (run->settings->seed, ==, run->seed);
      g_assert_true (g_hash_table_add (names, (gpointer) run->name));
      g_assert_cmpint (rn_lab_plan_get_step (world->plan, i), ==, -1);
      g_assert_false (rn_lab_plan_is_finished (world->plan, i));
    }
  g_assert_cmpint (rn_lab_plan_get_run (world->plan, 5)->origin, ==, 3);
  g_assert_cmpint (rn_lab_plan_get_run (world->plan, 5)->offset, ==, 24);
  g_assert_cmpint (rn_lab_plan_get_run (world->plan, 5)->settings->steps, ==, 8);
  g_assert_false (g_file_test (runs, G_FILE_TEST_EXISTS));
}

static RnLabPlan *
plan_of (World *world, int n_seeds, const char *text)
{
  g_autofree char *runs = g_build_filename (world->folder, "runs", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnExperiment) experiment = rn_experiment_from_json (text, -1, "x.json", &error);
  RnLabPlan *plan;

  g_assert_no_error (error);
  plan = rn_lab_plan_new (experiment, world->dataset, n_seeds, runs, &error);
  g_assert_no_error (error);
  return plan;
}

#define ONE_ARM(id, settings)                                                                      \
  "{\"version\": 1, \"title\": \"t\", \"settings\": {" settings "}, \"arms\": [{\"id\": \"" id     \
  "\", \"name\": \"N\", \"net\": \"resnet8\"}]}"

static void
test_experiments_share_a_run_exactly_where_the_training_is_the_same (World *world,
                                                                     gconstpointer data)
{
  g_autoptr (RnLabPlan) first = plan_of (world, 1, ONE_ARM ("a", "\"steps\": 10"));
  g_autoptr (RnLabPlan) same = plan_of (world, 1, ONE_ARM ("other", "\"steps\": 10"));
  static const char *const others[] = {
    ONE_ARM ("a", "\"steps\": 11"),
    ONE_ARM ("a", "\"steps\": 10, \"rate\": 0.2"),
    ONE_ARM ("a", "\"steps\": 10, \"augment\": \"none\""),
    ONE_ARM ("a", "\"steps\": 10, \"schedule\": \"constant\""),
    "{\"version\": 1, \"title\": \"t\", \"settings\": {\"steps\": 10}, \"arms\": [{\"id\": \"a\", "
    "\"name\": \"N\", \"net\": \"resnet8\", \"zero_gamma\": true}]}",
  };

  g_assert_cmpstr (rn_lab_plan_get_run (first, 0)->path, ==, rn_lab_plan_get_run (same, 0)->path);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (RnLabPlan) other = plan_of (world, 1, others[i]);

      g_assert_cmpstr (rn_lab_plan_get_run (first, 0)->name, !=,
                       rn_lab_plan_get_run (other, 0)->name);
    }
}

static void
test_two_arms_that_are_the_same_training_are_refused (World *world, gconstpointer data)
{
  static const char text[] =
      "{\"version\": 1, \"title\": \"t\", \"settings\": {\"steps\": 10}, \"arms\": ["
      "{\"id\": \"one\", \"name\": \"One\", \"net\": \"resnet8\"},"
      "{\"id\": \"other\", \"name\": \"Other\", \"net\": \"resnet8\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (RnExperiment) experiment = rn_experiment_from_json (text, -1, "same.json", &error);

  g_assert_no_error (error);
  g_assert_null (rn_lab_plan_new (experiment, world->dataset, 0, world->folder, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "“one”"));
  g_assert_nonnull (strstr (error->message, "“other”"));
}

static void
test_epochs_and_percentages_are_of_the_data (World *world, gconstpointer data)
{
  /* 120 pictures in batches of 16 are 8 steps */
  g_autoptr (RnLabPlan) plan =
      plan_of (world, 1,
               ONE_ARM ("a", "\"epochs\": 2.5, \"batch\": 16, \"schedule\": \"steps=50%,75%\""));
  const RnLabRun *run = rn_lab_plan_get_run (plan, 0);

  g_assert_cmpint (run->settings->steps, ==, 20);
  g_assert_cmpint (run->settings->schedule.milestones[0], ==, 10);
  g_assert_cmpint (run->settings->schedule.milestones[1], ==, 15);
  g_assert_cmpint (rn_spec_get_side (run->spec), ==, 8);
  g_assert_cmpint (rn_spec_get_channels (run->spec), ==, 1);
  g_assert_cmpint (rn_spec_get_classes (run->spec), ==, 3);
}

static void
test_the_time_it_takes_is_said_before_and_is_nothing_after (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  double seconds = 0.0;

  g_assert_true (rn_lab_plan_estimate (world->plan, 1, NULL, &seconds, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (seconds, >, 0.0);
  little_plan_train (world->plan, RN_LAB_IN_TURN);
  g_assert_true (rn_lab_plan_estimate (world->plan, 1, NULL, &seconds, &error));
  g_assert_cmpfloat (seconds, ==, 0.0);
}

/* Twins */

/* What a trainer's own loader hands to a step, in one word */
static char *
digest_of_batch (RnTrainer *trainer, gint64 step)
{
  const RnSpec *spec = trainer->spec;
  const gsize picture =
      (gsize) rn_spec_get_side (spec) * rn_spec_get_side (spec) * rn_spec_get_channels (spec);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const RnBatch *batch = rn_loader_get (trainer->loader, step, NULL);

  g_assert_nonnull (batch);
  g_checksum_update (checksum, (const guchar *) batch->x,
                     (gssize) (picture * (gsize) batch->n * sizeof (float)));
  g_checksum_update (checksum, (const guchar *) batch->labels,
                     (gssize) ((gsize) batch->n * sizeof (int)));
  return g_strdup (g_checksum_get_string (checksum));
}

static RnTrainer *
idle_trainer_of (World *world, int index)
{
  const RnLabRun *run = rn_lab_plan_get_run (world->plan, index);
  g_autofree char *path = g_strdup_printf ("%s/idle-%d", world->folder, index);
  g_autoptr (GError) error = NULL;
  RnTrainer *trainer = rn_trainer_new (path, run->spec, run->settings, world->dataset, 1, &error);

  g_assert_no_error (error);
  return trainer;
}

static void
test_twins_learn_from_the_very_same_batches (World *world, gconstpointer data)
{
  RnTrainer *trainers[6];

  for (int i = 0; i < 6; i++)
    trainers[i] = idle_trainer_of (world, i);
  /* three epochs of 8 steps: other orders and other augmentation in each */
  for (gint64 step = 0; step < 24; step++)
    {
      g_autofree char *with = digest_of_batch (trainers[0], step);
      g_autofree char *without = digest_of_batch (trainers[1], step);
      g_autofree char *grown = digest_of_batch (trainers[2], step);
      g_autofree char *next = digest_of_batch (trainers[0], step + 8);
      g_autofree char *other_seed = digest_of_batch (trainers[3], step);
      g_autofree char *other_twin = digest_of_batch (trainers[4], step);

      g_assert_cmpstr (with, ==, without);
      g_assert_cmpstr (with, ==, grown);
      g_assert_cmpstr (with, !=, next);
      g_assert_cmpstr (with, !=, other_seed);
      g_assert_cmpstr (other_seed, ==, other_twin);
    }
  for (int i = 0; i < 6; i++)
    rn_trainer_free (trainers[i]);
}

/* Runners */

static void
assert_same_plans (RnLabPlan *a, RnLabPlan *b)
{
  for (int i = 0; i < rn_lab_plan_n_runs (a); i++)
    {
      const char *path_a = rn_lab_plan_get_run (a, i)->path;
      const char *path_b = rn_lab_plan_get_run (b, i)->path;
      g_autofree char *last =
          g_strdup_printf ("checkpoints/step-%08" G_GINT64_FORMAT ".safetensors",
                           rn_lab_plan_get_run (a, i)->settings->steps);

      tiny_assert_same_file (path_a, path_b, "spec.json");
      tiny_assert_same_file (path_a, path_b, "settings.json");
      tiny_assert_same_file (path_a, path_b, "history.csv");
      tiny_assert_same_file (path_a, path_b, "blocks.bin");
      tiny_assert_same_file (path_a, path_b, last);
    }
}

static void
test_the_order_changes_no_byte (World *world, gconstpointer data)
{
  g_autofree char *other = g_build_filename (world->folder, "other", NULL);
  g_autoptr (RnLabPlan) one_by_one = little_plan_new (other, world->dataset, 0);

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  little_plan_train (one_by_one, RN_LAB_ONE_BY_ONE);
  for (int i = 0; i < 6; i++)
    {
      g_assert_true (rn_lab_plan_is_finished (world->plan, i));
      g_assert_true (rn_lab_plan_is_finished (one_by_one, i));
    }
  assert_same_plans (world->plan, one_by_one);
}

static void
test_a_stopped_experiment_goes_on_to_the_same_bytes (World *world, gconstpointer data)
{
  g_autofree char *other = g_build_filename (world->folder, "other", NULL);
  g_autoptr (RnLabPlan) whole = little_plan_new (other, world->dataset, 0);

  little_plan_train (whole, RN_LAB_IN_TURN);
  for (gint64 until = 10;; until += 40)
    {
      g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 2);
      RnLabStatus status = { 0 };

      rn_lab_runner_start (runner);
      while (status.step < until && status.state != RN_LAB_FINISHED)
        {
          rn_lab_runner_get_status (runner, &status);
          g_usleep (500);
        }
      rn_lab_runner_stop (runner);
      if (rn_lab_runner_wait (runner) == RN_LAB_FINISHED)
        break;
      g_assert_cmpint (until, <, 1000);
    }
  assert_same_plans (world->plan, whole);
}

/* The child of the test below: trains what is missing. */
static int
train_as_child (const char *folder)
{
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autofree char *killed = g_build_filename (folder, "killed", NULL);
  g_autoptr (RnDataset) dataset = rn_dataset_open (data, 1, NULL, NULL, NULL);
  g_autoptr (RnLabPlan) plan = little_plan_new (killed, dataset, 0);
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (plan, RN_LAB_IN_TURN, 1);

  rn_lab_runner_start (runner);
  return rn_lab_runner_wait (runner) == RN_LAB_FINISHED ? 0 : 1;
}

static GPid
spawn_child (const char *folder)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *argv[] = { self, "--child", folder, NULL };
  GPid pid;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                &pid, NULL));
  return pid;
}

/* Returns: whether both twins of seed @seed are half trained on disk */
static gboolean
is_amid_twins (RnLabPlan *plan, int seed)
{
  const gint64 with = rn_lab_plan_get_step (plan, 3 * seed);
  const gint64 without = rn_lab_plan_get_step (plan, 3 * seed + 1);

  return with > 0 && with < 24 && without > 0 && without < 24;
}

static void
test_killed_at_random_moments_it_ends_as_one_left_alone (World *world, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (world->folder, "killed", NULL);
  g_autoptr (RnLabPlan) killed = little_plan_new (folder, world->dataset, 0);
  const gint64 started = g_get_monotonic_time ();
  int n_kills = 0, n_amid[2] = { 0 }, status = 0;
  gboolean is_finished = FALSE;
  gint64 whole_us;
  RnRandom random;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  whole_us = g_get_monotonic_time () - started;
  rn_random_start (&random, 8, RN_STREAM_TEST, 0, 0);
  /* in the midst of either seed's twins, and wherever else chance leads */
  while (n_kills < 12 || n_amid[0] < 2 || n_amid[1] < 2 || !is_finished)
    {
      GPid pid;

      if (is_finished)
        tiny_folder_remove (folder);
      pid = spawn_child (world->folder);
      g_usleep ((gulong) rn_random_below (&random, (guint64) whole_us + 1));
      kill (pid, SIGKILL);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) == 0);
      n_kills += WIFSIGNALED (status);
      for (int seed = 0; WIFSIGNALED (status) && seed < 2; seed++)
        n_amid[seed] += is_amid_twins (killed, seed);
      is_finished = WIFEXITED (status);
      if (is_finished)
        assert_same_plans (killed, world->plan);
      g_assert_cmpint (n_kills, <, 500);
    }
}

static void
test_a_pause_rests_and_goes_on (World *world, gconstpointer data)
{
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);
  RnLabStatus status, later;

  rn_lab_runner_get_status (runner, &status);
  g_assert_cmpint (status.state, ==, RN_LAB_IDLE);
  g_assert_cmpint (status.steps, ==, 2 * (24 + 24 + 8));
  g_assert_cmpfloat (status.seconds_left, <, 0.0);
  rn_lab_runner_start (runner);
  rn_lab_runner_pause (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_PAUSED);
  rn_lab_runner_get_status (runner, &status);
  g_usleep (100000);
  rn_lab_runner_get_status (runner, &later);
  g_assert_cmpint (later.step, ==, status.step);
  g_assert_cmpint (later.run, ==, -1);
  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FINISHED);
  rn_lab_runner_get_status (runner, &status);
  g_assert_cmpint (status.step, ==, status.steps);
  g_assert_cmpfloat (status.done, ==, 1.0);
  g_assert_cmpfloat (status.seconds_left, ==, 0.0);
}

static void
test_a_pause_right_after_a_start_is_not_lost (World *world, gconstpointer data)
{
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);

  rn_lab_runner_start (runner);
  for (int i = 0; i < 40; i++)
    {
      rn_lab_runner_pause (runner);
      g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_PAUSED);
      rn_lab_runner_start (runner);
    }
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FINISHED);
}

/* The room ends in a run's first file, in its history, in a checkpoint. */
static void
test_a_full_disk_pauses_and_the_experiment_goes_on_to_the_same_bytes (World *world,
                                                                      gconstpointer data)
{
  g_autofree char *other = g_build_filename (world->folder, "other", NULL);
  g_autoptr (RnLabPlan) whole = little_plan_new (other, world->dataset, 0);
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);
  const rlim_t rooms[] = { 100, 2000, 10000 };

  little_plan_train (whole, RN_LAB_IN_TURN);
  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    {
      g_autoptr (GError) error = NULL;

      tiny_set_room (rooms[i]);
      rn_lab_runner_start (runner);
      g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_PAUSED);
      tiny_set_room (RLIM_INFINITY);
      error = rn_lab_runner_get_error (runner);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
    }
  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FINISHED);
  assert_same_plans (world->plan, whole);
}

static void
test_a_checkpoint_that_cannot_be_written_at_a_stop_is_told (World *world, gconstpointer data)
{
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);
  g_autoptr (GError) error = NULL;
  RnLabStatus status = { 0 };

  rn_lab_runner_start (runner);
  while (status.step < 5)
    {
      rn_lab_runner_get_status (runner, &status);
      g_usleep (500);
    }
  rn_lab_runner_pause (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_PAUSED);
  tiny_set_room (100);
  rn_lab_runner_stop (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FAILED);
  tiny_set_room (RLIM_INFINITY);
  error = rn_lab_runner_get_error (runner);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
test_a_stop_ends_a_pause (World *world, gconstpointer data)
{
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);

  rn_lab_runner_start (runner);
  rn_lab_runner_pause (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_PAUSED);
  rn_lab_runner_stop (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_STOPPED);
}

/* What a runner's thread sees of its first run */
typedef struct
{
  RnLabRunner *runner;
  gboolean was_paused;     /* when it had just ended */
  gboolean was_seen_later; /* while another run trained */
  gboolean was_open;       /* .. and the first was in memory still */
} FirstRun;

/* On the runner's thread, which owns the lanes */
static void
pause_at_the_end_of_the_first (gpointer source, gpointer data)
{
  FirstRun *first = data;
  RnLabRunner *runner = first->runner;
  g_autoptr (RnSnapshot) snapshot = NULL;

  if (source != runner) /* a feed, before what it has is taken note of */
    return;
  snapshot = rn_feed_take (rn_lab_runner_get_feed (runner, 0));
  if (snapshot != NULL && snapshot->state == RN_STATE_FINISHED)
    {
      rn_lab_runner_pause (runner);
      first->was_paused = TRUE;
    }
  if (runner->run > 0)
    {
      first->was_seen_later = TRUE;
      first->was_open |= runner->lanes[0].trainer != NULL;
    }
}

static void
test_a_pause_at_the_end_of_a_run_keeps_no_network_in_memory (World *world, gconstpointer data)
{
  FirstRun first = { 0 };
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_ONE_BY_ONE, 1);

  first.runner = runner;
  rn_lab_runner_set_wake (runner, pause_at_the_end_of_the_first, &first);
  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_PAUSED);
  g_assert_true (first.was_paused);
  /* its last checkpoint is written beside the training */
  while (!rn_lab_plan_is_finished (world->plan, 0))
    g_usleep (1000);
  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FINISHED);
  g_assert_true (first.was_seen_later);
  g_assert_false (first.was_open);
}

static void
count_wake (gpointer source, gpointer data)
{
  g_atomic_int_inc ((int *) data);
}

static void
test_feeds_tell_every_step_of_every_run (World *world, gconstpointer data)
{
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);
  int n_woken = 0;

  rn_lab_runner_set_wake (runner, count_wake, &n_woken);
  rn_lab_runner_start (runner);
  rn_lab_runner_wait (runner);
  g_assert_cmpint (g_atomic_int_get (&n_woken), >, 6);
  for (int i = 0; i < 6; i++)
    {
      g_autoptr (RnSnapshot) snapshot = rn_feed_take (rn_lab_runner_get_feed (runner, i));

      g_assert_nonnull (snapshot);
      g_assert_cmpint (snapshot->points->len, ==,
                       rn_lab_plan_get_run (world->plan, i)->settings->steps);
      g_assert_cmpint (snapshot->measures->len, >=, 2);
    }
}

static gint64
time_of (RnLabPlan *plan, int run)
{
  g_autofree char *path =
      g_build_filename (rn_lab_plan_get_run (plan, run)->path, "history.csv", NULL);
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return (gint64) status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
}

static void
test_finished_runs_are_used_and_left_as_they_are (World *world, gconstpointer data)
{
  gint64 times[6];
  g_autoptr (RnLabRunner) runner = NULL;
  RnLabStatus status;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  for (int i = 0; i < 6; i++)
    times[i] = time_of (world->plan, i);
  runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);
  rn_lab_runner_get_status (runner, &status);
  g_assert_cmpfloat (status.done, ==, 1.0);
  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FINISHED);
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (time_of (world->plan, i), ==, times[i]);
}

static void
test_a_run_that_was_changed_by_hand_is_refused (World *world, gconstpointer data)
{
  const RnLabRun *run = rn_lab_plan_get_run (world->plan, 1);
  g_autofree char *path = g_build_filename (run->path, "settings.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnLabRunner) runner = NULL;
  RnSettings settings = *run->settings;
  g_autofree char *text = NULL;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  settings.rate = 0.5;
  text = rn_settings_to_json (&settings, "data", rn_dataset_get_digest (world->dataset));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_false (rn_lab_plan_is_finished (world->plan, 1));
  runner = rn_lab_runner_new (world->plan, RN_LAB_IN_TURN, 1);
  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FAILED);
  error = rn_lab_runner_get_error (runner);
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, run->name));
}

static void
test_a_run_whose_rate_was_changed_on_the_way_is_refused (World *world, gconstpointer data)
{
  const RnLabRun *run = rn_lab_plan_get_run (world->plan, 1);
  g_autofree char *path = g_build_filename (run->path, "events.csv", NULL);
  g_autofree char *text = NULL;
  g_autofree char *changed = NULL;

  little_plan_train (world->plan, RN_LAB_IN_TURN);
  g_assert_true (rn_lab_plan_is_finished (world->plan, 1));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  changed = g_strconcat (text, "3,rate,0.001\n", NULL);
  g_assert_true (g_file_set_contents (path, changed, -1, NULL));
  g_assert_false (rn_lab_plan_is_finished (world->plan, 1));
}

/* decay alone multiplies every weight of the wild one by -999 a step */
static const char wild_text[] =
    "{\"version\": 1, \"title\": \"t\", "
    "\"settings\": {\"steps\": 40, \"batch\": 16}, \"arms\": ["
    "{\"id\": \"wild\", \"name\": \"W\", \"net\": \"resnet8\","
    " \"settings\": {\"rate\": 1000, \"weight_decay\": 1, \"schedule\": \"constant\"}},"
    "{\"id\": \"heir\", \"name\": \"H\", \"grow\": {\"from\": \"wild\", \"at\": [1]}},"
    "{\"id\": \"tame\", \"name\": \"T\", \"net\": \"resnet8\"}],"
    "\"checks\": ["
    "{\"text\": \"of the wild one\", \"quantity\": \"train_error\","
    " \"arms\": [\"wild\", \"tame\"], \"relation\": \"greater\"},"
    "{\"text\": \"of its heir\", \"quantity\": \"train_error\","
    " \"arms\": [\"heir\", \"tame\"], \"relation\": \"greater\"},"
    "{\"text\": \"before it diverged\", \"quantity\": \"train_error\", \"at\": 0.05,"
    " \"arms\": [\"wild\"], \"relation\": \"greater\", \"than\": -1},"
    "{\"text\": \"when it had\", \"quantity\": \"train_error\", \"at\": 0.9,"
    " \"arms\": [\"wild\"], \"relation\": \"greater\", \"than\": -1}]}";

static void
test_a_full_disk_is_told_after_a_run_diverged (World *world, gconstpointer data)
{
  g_autoptr (RnLabPlan) plan = plan_of (world, 2, wild_text);
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (plan, RN_LAB_IN_TURN, 1);
  g_autoptr (GError) first = NULL, error = NULL;

  rn_lab_runner_start (runner);
  while (first == NULL)
    {
      g_usleep (200);
      first = rn_lab_runner_get_error (runner);
    }
  tiny_set_room (100);
  g_assert_error (first, RN_ERROR, RN_ERROR_DIVERGED);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_PAUSED);
  tiny_set_room (RLIM_INFINITY);
  error = rn_lab_runner_get_error (runner);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
test_a_run_that_diverges_does_not_keep_the_others_from_their_end (World *world, gconstpointer data)
{
  g_autoptr (RnLabPlan) plan = plan_of (world, 2, wild_text);
  g_autoptr (RnLabRunner) runner = rn_lab_runner_new (plan, RN_LAB_IN_TURN, 1);
  g_autoptr (RnLabResults) results = NULL;
  g_autofree char *words = NULL, *expected = NULL;
  g_autoptr (GError) error = NULL;
  RnLabStatus status;
  double seconds = -1.0;

  rn_lab_runner_start (runner);
  g_assert_cmpint (rn_lab_runner_wait (runner), ==, RN_LAB_FAILED);
  rn_lab_runner_get_status (runner, &status);
  g_assert_cmpfloat (status.done, ==, 1.0);
  g_assert_cmpfloat (status.seconds_left, ==, 0.0);
  error = rn_lab_runner_get_error (runner);
  g_assert_error (error, RN_ERROR, RN_ERROR_DIVERGED);
  g_assert_nonnull (strstr (error->message, rn_lab_plan_get_run (plan, 0)->name));
  g_assert_false (rn_lab_plan_is_finished (plan, 0));
  g_assert_cmpint (rn_lab_plan_get_step (plan, 1), ==, -1);
  g_assert_true (rn_lab_plan_is_finished (plan, 2));
  for (int i = 0; i < 6; i++)
    g_assert_true (rn_lab_plan_is_over (plan, i));
  g_assert_true (rn_lab_plan_estimate (plan, 1, NULL, &seconds, NULL));
  g_assert_cmpfloat (seconds, ==, 0.0);

  /* what came out says so, and waits for nothing more */
  g_clear_error (&error);
  results = rn_lab_results_new (plan, 1, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rn_lab_results_get_divergence (results, 0), >, 0);
  g_assert_cmpint (rn_lab_results_get_divergence (results, 2), ==, 0);
  g_assert_cmpint (rn_lab_results_n_finished (results), ==, 2);
  g_assert_cmpint (rn_lab_results_n_ended (results), ==, 6);
  words = rn_lab_results_describe_divergences (results);
  expected =
      g_strdup_printf ("Diverged: W, seed 1 of 2, at step %lld; W, seed 2 of 2, at step %lld. "
                       "These cannot begin, because the run whose weights they start from "
                       "diverged: H, seed 1 of 2; H, seed 2 of 2.",
                       (long long) rn_lab_results_get_divergence (results, 0),
                       (long long) rn_lab_results_get_divergence (results, 3));
  g_assert_cmpstr (words, ==, expected);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *numbers = rn_lab_results_describe (results, i);

      g_assert_cmpint (rn_lab_results_get_verdict (results, i)->answer, ==, RN_LAB_CANNOT_TELL);
      g_assert_nonnull (strstr (numbers, "; a run that this needs diverged"));
    }
  /* up to there it has a curve like any other */
  g_assert_cmpint (rn_lab_results_get_divergence (results, 0), >, 3);
  g_assert_cmpint (rn_lab_results_get_verdict (results, 2)->side[0].n, ==, 2);
  g_assert_cmpint (rn_lab_results_get_verdict (results, 2)->answer, ==, RN_LAB_AGREES);
  g_assert_cmpint (rn_lab_results_get_verdict (results, 3)->side[0].n, ==, 0);
  g_assert_cmpint (rn_lab_results_get_verdict (results, 3)->answer, ==, RN_LAB_CANNOT_TELL);
}

static void
test_a_run_that_diverged_is_left_as_it_is (World *world, gconstpointer data)
{
  g_autoptr (RnLabPlan) one = plan_of (world, 1, wild_text);
  g_autoptr (RnLabPlan) both = plan_of (world, 2, wild_text); /* the first seed's runs are those */
  g_autoptr (RnLabRunner) first = rn_lab_runner_new (one, RN_LAB_IN_TURN, 1);
  g_autoptr (RnLabRunner) second = NULL, third = NULL;
  RnLabStatus status;
  gint64 time;

  rn_lab_runner_start (first);
  g_assert_cmpint (rn_lab_runner_wait (first), ==, RN_LAB_FAILED);
  time = time_of (both, 0);
  second = rn_lab_runner_new (both, RN_LAB_IN_TURN, 1);
  rn_lab_runner_get_status (second, &status);
  g_assert_cmpfloat (status.done, ==, 0.5);
  rn_lab_runner_start (second);
  g_assert_cmpint (rn_lab_runner_wait (second), ==, RN_LAB_FAILED);
  g_assert_true (rn_lab_plan_is_over (both, 3));
  g_assert_true (rn_lab_plan_is_finished (both, 5));
  g_assert_cmpint (time_of (both, 0), ==, time);
  /* where nothing is left to do, nothing diverges again */
  third = rn_lab_runner_new (both, RN_LAB_IN_TURN, 1);
  rn_lab_runner_start (third);
  g_assert_cmpint (rn_lab_runner_wait (third), ==, RN_LAB_FINISHED);
}

static void
test_a_grown_network_begins_where_its_origin_ended (World *world, gconstpointer data)
{
  const RnLabRun *origin = rn_lab_plan_get_run (world->plan, 0);
  const RnLabRun *grown = rn_lab_plan_get_run (world->plan, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRun) first = NULL, second = NULL;
  g_autoptr (RnModel) end = NULL, beginning = NULL;
  g_autoptr (RnTensor) a = NULL, b = NULL;
  g_autofree char *words = NULL;

  words = rn_lab_plan_describe_arm (world->plan, 2);
  g_assert_nonnull (strstr (words, "; begins with the last weights of “"));
  little_plan_train (world->plan, RN_LAB_ONE_BY_ONE);
  first = rn_run_open (origin->path, &error);
  second = rn_run_open (grown->path, &error);
  g_assert_no_error (error);
  end = rn_run_load_model (first, origin->settings->steps, &error);
  beginning = rn_run_load_model (second, 0, &error);
  g_assert_no_error (error);
  a = rn_model_get_parameter (end, "conv1.weight");
  b = rn_model_get_parameter (beginning, "conv1.weight");
  g_assert_cmpmem (a->data, rn_tensor_count (a) * sizeof (float), b->data,
                   rn_tensor_count (b) * sizeof (float));
  g_assert_cmpint (rn_spec_n_blocks (grown->spec), ==, 3);
}

#define ADD(path, func) g_test_add (path, World, NULL, world_set_up, func, world_tear_down)

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--child") == 0)
    return train_as_child (argv[2]);
  g_test_init (&argc, &argv, NULL);
  ADD ("/lab/a plan names every run before anything is written",
       test_a_plan_names_every_run_before_anything_is_written);
  ADD ("/lab/experiments share a run exactly where the training is the same",
       test_experiments_share_a_run_exactly_where_the_training_is_the_same);
  ADD ("/lab/two arms that are the same training are refused",
       test_two_arms_that_are_the_same_training_are_refused);
  ADD ("/lab/epochs and percentages are of the data", test_epochs_and_percentages_are_of_the_data);
  ADD ("/lab/the time it takes is said before and is nothing after",
       test_the_time_it_takes_is_said_before_and_is_nothing_after);
  ADD ("/lab/twins learn from the very same batches", test_twins_learn_from_the_very_same_batches);
  ADD ("/lab/the order changes no byte", test_the_order_changes_no_byte);
  ADD ("/lab/a stopped experiment goes on to the same bytes",
       test_a_stopped_experiment_goes_on_to_the_same_bytes);
  ADD ("/lab/killed at random moments it ends as one left alone",
       test_killed_at_random_moments_it_ends_as_one_left_alone);
  ADD ("/lab/a pause rests and goes on", test_a_pause_rests_and_goes_on);
  ADD ("/lab/a pause right after a start is not lost",
       test_a_pause_right_after_a_start_is_not_lost);
  ADD ("/lab/a full disk pauses, and the experiment goes on to the same bytes",
       test_a_full_disk_pauses_and_the_experiment_goes_on_to_the_same_bytes);
  ADD ("/lab/a checkpoint that cannot be written at a stop is told",
       test_a_checkpoint_that_cannot_be_written_at_a_stop_is_told);
  ADD ("/lab/a stop ends a pause", test_a_stop_ends_a_pause);
  ADD ("/lab/a pause at the end of a run keeps no network in memory",
       test_a_pause_at_the_end_of_a_run_keeps_no_network_in_memory);
  ADD ("/lab/feeds tell every step of every run", test_feeds_tell_every_step_of_every_run);
  ADD ("/lab/finished runs are used and left as they are",
       test_finished_runs_are_used_and_left_as_they_are);
  ADD ("/lab/a run that was changed by hand is refused",
       test_a_run_that_was_changed_by_hand_is_refused);
  ADD ("/lab/a run whose rate was changed on the way is refused",
       test_a_run_whose_rate_was_changed_on_the_way_is_refused);
  ADD ("/lab/a full disk is told after a run diverged",
       test_a_full_disk_is_told_after_a_run_diverged);
  ADD ("/lab/a run that diverges does not keep the others from their end",
       test_a_run_that_diverges_does_not_keep_the_others_from_their_end);
  ADD ("/lab/a run that diverged is left as it is", test_a_run_that_diverged_is_left_as_it_is);
  ADD ("/lab/a grown network begins where its origin ended",
       test_a_grown_network_begins_where_its_origin_ended);
  return g_test_run ();
}
