#include "residua/trainer.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "compute/memory.h"
#include "network/model.h"
#include "residua/inspect.h"
#include "residua/study.h"
#include "tiny.h"

#define N_STUDIED 600 /* steps of a training that goes on while it is studied */

typedef struct
{
  char *folder;
  RnDataset *dataset;
  RnSpec *spec;
  RnSettings settings;
} World;

static RnSettings
tiny_settings (gint64 steps)
{
  RnSettings settings;

  rn_settings_init (&settings);
  settings.steps = steps;
  settings.batch = 16;
  settings.rate = 0.05;
  settings.augment = (RnAugment){ .pad = 1, .flip = TRUE };
  settings.evaluate_every = 10;
  settings.checkpoint_every = 7;
  settings.measure_every = 3;
  settings.seed = 5;
  return settings;
}

static void
world_set_up (World *world, gconstpointer data)
{
  world->folder = tiny_folder_new ();
  world->dataset = tiny_dataset_new (world->folder, 120, 30);
  world->spec = tiny_spec_new ();
  world->settings = tiny_settings (60);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  tiny_folder_remove (world->folder);
  rn_dataset_unref (world->dataset);
  rn_spec_free (world->spec);
  g_free (world->folder);
}

static char *
run_path (const World *world, const char *name)
{
  return g_build_filename (world->folder, name, NULL);
}

static RnTrainer *
trainer_of (World *world, const char *name, int threads)
{
  g_autofree char *path = run_path (world, name);
  g_autoptr (GError) error = NULL;
  RnTrainer *trainer =
      rn_trainer_new (path, world->spec, &world->settings, world->dataset, threads, &error);

  g_assert_no_error (error);
  return trainer;
}

static RnTrainer *
resumed (World *world, const char *name, int threads)
{
  g_autofree char *path = run_path (world, name);
  g_autoptr (GError) error = NULL;
  RnTrainer *trainer = rn_trainer_resume (path, NULL, 0, threads, &error);

  g_assert_no_error (error);
  return trainer;
}

static void
train_to_the_end (World *world, const char *name, int threads)
{
  g_autoptr (RnTrainer) trainer = trainer_of (world, name, threads);

  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
}

/* Makes the run look as if it was killed after its checkpoint of @step. */
static void
forget_checkpoints_after (const char *path, gint64 step)
{
  g_autofree char *checkpoints = g_build_filename (path, "checkpoints", NULL);
  g_autoptr (GDir) dir = g_dir_open (checkpoints, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_ascii_strtoll (name + strlen ("step-"), NULL, 10) > step)
      {
        g_autofree char *later = g_build_filename (checkpoints, name, NULL);

        g_assert_cmpint (g_unlink (later), ==, 0);
      }
}

/* Everything in a run that may not depend on threads, pauses or kills. */
static void
assert_same_runs (const char *a, const char *b, gint64 last_step)
{
  g_autofree char *checkpoint =
      g_strdup_printf ("checkpoints/step-%08" G_GINT64_FORMAT ".safetensors", last_step);

  tiny_assert_same_file (a, b, "spec.json");
  tiny_assert_same_file (a, b, "settings.json");
  tiny_assert_same_file (a, b, "history.csv");
  tiny_assert_same_file (a, b, "blocks.bin");
  tiny_assert_same_file (a, b, checkpoint);
}

static void
assert_same_as (World *world, const char *name, const char *other, gint64 last_step)
{
  g_autofree char *a = run_path (world, name), *b = run_path (world, other);

  assert_same_runs (a, b, last_step);
}

static void
test_training_learns (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL;
  g_autoptr (GError) error = NULL;
  double loss = 0.0;

  world->settings.steps = 200;
  train_to_the_end (world, "run", 1);
  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  history = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 200);
  for (guint i = 160; i < 200; i++)
    loss += g_array_index (history, RnHistoryRow, i).loss / 40.0;
  g_assert_cmpfloat (g_array_index (history, RnHistoryRow, 0).loss, >, 0.8);
  g_assert_cmpfloat (loss, <, 0.4);
  g_assert_cmpfloat (g_array_index (history, RnHistoryRow, 199).test_error, <, 0.1);
}

static void
test_the_same_seed_gives_the_same_bytes_with_any_number_of_threads (World *world,
                                                                    gconstpointer data)
{
  train_to_the_end (world, "one", 1);
  train_to_the_end (world, "two", 2);
  train_to_the_end (world, "five", 5);
  assert_same_as (world, "one", "two", 60);
  assert_same_as (world, "one", "five", 60);
}

static void
test_another_seed_gives_other_bytes (World *world, gconstpointer data)
{
  g_autofree char *a = run_path (world, "a/history.csv"), *b = run_path (world, "b/history.csv");
  g_autofree char *text_a = NULL, *text_b = NULL;

  train_to_the_end (world, "a", 1);
  world->settings.seed++;
  train_to_the_end (world, "b", 1);
  g_assert_true (g_file_get_contents (a, &text_a, NULL, NULL));
  g_assert_true (g_file_get_contents (b, &text_b, NULL, NULL));
  g_assert_cmpstr (text_a, !=, text_b);
}

static void
test_pausing_stepping_and_looking_leave_no_trace (World *world, gconstpointer data)
{
  g_autoptr (RnTrainer) trainer = NULL;
  RnRandom random;

  train_to_the_end (world, "left alone", 2);
  trainer = trainer_of (world, "disturbed", 2);
  rn_random_start (&random, 1, RN_STREAM_TEST, 0, 0);
  while (rn_trainer_wait (trainer) != RN_STATE_FINISHED)
    {
      g_autoptr (RnModel) model = NULL;

      rn_trainer_run (trainer, (gint64) rn_random_below (&random, 4));
      g_usleep (rn_random_below (&random, 4000));
      rn_trainer_pause (trainer);
      rn_trainer_evaluate (trainer);
      model = rn_trainer_copy_model (trainer);
      g_assert_nonnull (model);
      /* a pause may come before the worker has begun, on a busy machine every time */
      rn_trainer_wait (trainer);
      rn_trainer_run (trainer, 1);
    }
  assert_same_as (world, "left alone", "disturbed", 60);
}

static gboolean
ignore_point (const RnStudyPoint *point, double done, gpointer data)
{
  return TRUE;
}

static gboolean
ignore_gradient (const RnPathGradient *gradient, double done, gpointer data)
{
  return TRUE;
}

/* The studies there are, of the weights that the trainer has now */

static void
answer (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  g_autofree RnAnswer *answers = g_new (RnAnswer, rn_study_count (study));

  rn_study_answers (study, answers, NULL, NULL, NULL, NULL, error);
}

static void
take_branches (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  rn_study_lesions (study, 2, 2, 1, ignore_point, NULL, NULL, error);
}

static void
take_blocks (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  rn_study_removals (study, 2, 2, 1, ignore_point, NULL, NULL, error);
}

static void
shuffle (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  rn_study_shuffles (study, 2, 2, 1, ignore_point, NULL, NULL, error);
}

static void
send_back (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  rn_study_path_gradients (study, 2, 1, ignore_gradient, NULL, NULL, error);
}

static void
respond (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 2, error);
  g_autoptr (GPtrArray) responses =
      evaluator != NULL
          ? rn_inspect_responses (evaluator, dataset, RN_SPLIT_TEST, 30, NULL, NULL, error)
          : NULL;
}

static void
divide (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  g_autoptr (GArray) ways =
      rn_inspect_gradient_ways (model, dataset, RN_SPLIT_TEST, 30, 2, NULL, error);
}

static void
cover (RnModel *model, RnStudy *study, RnDataset *dataset, GError **error)
{
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, 2, error);
  g_autofree float *x = g_new0 (float, 8 * 8);
  g_autoptr (RnTensor) map = NULL;

  x[9] = 1.0f;
  if (evaluator != NULL)
    map = rn_occlusion (evaluator, x, 0, 2, 1, NULL, NULL, NULL, error);
}

/* Returns: the step of @model, which goes */
static gint64
step_of (RnModel *model)
{
  const gint64 step = rn_model_get_step (model);

  rn_model_unref (model);
  return step;
}

/* Returns: how many steps the trainer made meanwhile, the one under way at the end included */
static gint64
do_study (World *world, RnTrainer *trainer,
          void (*run) (RnModel *, RnStudy *, RnDataset *, GError **))
{
  g_autoptr (RnModel) model = rn_trainer_copy_model (trainer);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnStudy) study =
      rn_study_new (model, world->dataset, RN_SPLIT_TEST, 0, 2, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  run (model, study, world->dataset, &error);
  g_assert_no_error (error);
  return step_of (rn_trainer_copy_model (trainer)) - rn_model_get_step (model);
}

/* Two blocks of one shape at the end, so that there is something to be shuffled */
static void
add_a_twin (World *world)
{
  const RnBlockSpec twin = {
    .kind = RN_BLOCK_BASIC, .channels = 8, .stride = 1, .shortcut = RN_SHORTCUT_B
  };

  for (int i = 0; i < 2; i++)
    g_assert_true (rn_spec_add_block (world->spec, rn_spec_n_blocks (world->spec), twin, NULL));
}

static void
test_studies_beside_it_leave_no_trace (World *world, gconstpointer data)
{
  void (*const studies[]) (RnModel *, RnStudy *, RnDataset *, GError **) = {
    answer, take_branches, take_blocks, shuffle, send_back, respond, divide, cover,
  };
  g_autoptr (RnTrainer) trainer = NULL;

  add_a_twin (world);
  world->settings.steps = N_STUDIED;
  train_to_the_end (world, "left alone", 2);
  trainer = trainer_of (world, "studied", 2);
  rn_trainer_run (trainer, 0);
  /* each until a whole step was made beside it */
  for (gsize i = 0; i < G_N_ELEMENTS (studies); i++)
    while (do_study (world, trainer, studies[i]) < 2)
      g_assert_cmpint (step_of (rn_trainer_copy_model (trainer)), <, N_STUDIED);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  assert_same_as (world, "left alone", "studied", N_STUDIED);
}

static void
assert_told_of_room (RnTrainer *trainer)
{
  g_autoptr (RnSnapshot) snapshot = NULL;
  RnSnapshot *next;

  while ((next = rn_feed_take (rn_trainer_get_feed (trainer))) != NULL)
    {
      g_clear_pointer (&snapshot, rn_snapshot_free);
      snapshot = next;
    }
  g_assert_nonnull (snapshot);
  g_assert_cmpint (snapshot->state, ==, RN_STATE_PAUSED);
  g_assert_error (snapshot->failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (snapshot->failure->message, rn_trainer_get_run_path (trainer)));
}

/* The room ends in the history, in the measures, in a checkpoint, again and again */
static void
test_a_full_disk_pauses_and_training_goes_on_without_a_trace (World *world, gconstpointer data)
{
  g_autoptr (RnTrainer) trainer = NULL;
  int n_pauses = 0;

  train_to_the_end (world, "left alone", 2);
  trainer = trainer_of (world, "short of room", 2);
  for (rlim_t room = 100; room < 6000; room += 97)
    {
      tiny_set_room (room);
      rn_trainer_run (trainer, 0);
      if (rn_trainer_wait (trainer) == RN_STATE_FINISHED)
        break;
      tiny_set_room (RLIM_INFINITY);
      g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_PAUSED);
      assert_told_of_room (trainer);
      n_pauses++;
      rn_trainer_run (trainer, 1);
      g_assert_cmpint (rn_trainer_wait (trainer), !=, RN_STATE_FAILED);
    }
  tiny_set_room (RLIM_INFINITY);
  g_assert_cmpint (n_pauses, >, 10);
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  g_clear_pointer (&trainer, rn_trainer_free);
  assert_same_as (world, "left alone", "short of room", 60);
}

static void
test_stopping_and_resuming_leave_no_trace (World *world, gconstpointer data)
{
  RnRandom random;
  gboolean is_finished = FALSE;
  int lives = 1;

  train_to_the_end (world, "left alone", 1);
  rn_random_start (&random, 2, RN_STREAM_TEST, 0, 0);
  rn_trainer_free (trainer_of (world, "stopped", 1));
  for (; !is_finished; lives++)
    {
      g_autoptr (RnTrainer) trainer = resumed (world, "stopped", 1 + lives % 3);

      rn_trainer_run (trainer, 1 + (gint64) rn_random_below (&random, 11));
      if (lives % 2 == 0)
        g_usleep (rn_random_below (&random, 3000));
      else
        is_finished = rn_trainer_wait (trainer) == RN_STATE_FINISHED;
    }
  g_assert_cmpint (lives, >, 3);
  assert_same_as (world, "left alone", "stopped", 60);
}

static void
test_a_changed_rate_takes_effect_is_recorded_and_is_done_again_on_resume (World *world,
                                                                          gconstpointer data)
{
  g_autofree char *path = run_path (world, "run"), *copy = run_path (world, "copy");
  g_autofree char *events_path = g_build_filename (path, "events.csv", NULL), *events = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL;
  g_autoptr (GError) error = NULL;

  /* a checkpoint at 7 and the change at 10: a resume from 7 has to do it again */
  {
    g_autoptr (RnTrainer) trainer = trainer_of (world, "run", 1);

    rn_trainer_run (trainer, 10);
    rn_trainer_wait (trainer);
    rn_trainer_set_rate (trainer, 0.0125);
    rn_trainer_run (trainer, 0);
    g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  }
  g_assert_true (g_file_get_contents (events_path, &events, NULL, NULL));
  g_assert_nonnull (strstr (events, "10,rate,0.0125"));
  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  history = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (g_array_index (history, RnHistoryRow, 9).rate, ==, 0.05);
  g_assert_cmpfloat (g_array_index (history, RnHistoryRow, 10).rate, ==, 0.0125);

  {
    const char *argv[] = { "cp", "-r", path, copy, NULL };

    g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                                 NULL, NULL, NULL));
    forget_checkpoints_after (copy, 7);
  }
  {
    g_autoptr (RnTrainer) trainer = resumed (world, "copy", 2);

    rn_trainer_run (trainer, 0);
    g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  }
  assert_same_as (world, "run", "copy", 60);
}

/* The older change is of the very step that the resume stands at, and is not due before the next one. */
static void
test_a_rate_set_right_after_a_resume_is_not_undone_by_an_older_one (World *world,
                                                                    gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL;
  g_autoptr (GError) error = NULL;

  {
    g_autoptr (RnTrainer) trainer = trainer_of (world, "run", 1);

    rn_trainer_run (trainer, 7);
    rn_trainer_wait (trainer);
    rn_trainer_set_rate (trainer, 0.0125);
    rn_trainer_run (trainer, 1);
    rn_trainer_wait (trainer);
  }
  forget_checkpoints_after (path, 7);
  {
    g_autoptr (RnTrainer) trainer = resumed (world, "run", 1);

    rn_trainer_set_rate (trainer, 0.025);
    rn_trainer_run (trainer, 1);
    g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_PAUSED);
  }
  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  history = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (g_array_index (history, RnHistoryRow, 7).rate, ==, 0.025);
}

static void
test_divergence_stops_with_the_step_and_keeps_the_last_checkpoint (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (RnTrainer) trainer = NULL;
  g_autoptr (RnSnapshot) snapshot = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (RnModel) model = NULL;
  g_autoptr (RnTensor) filters = NULL;
  g_autoptr (GArray) steps = NULL, history = NULL, events = NULL;
  g_autoptr (GError) error = NULL;
  gint64 last;

  /* decay alone multiplies every weight by -999 a step */
  world->settings.rate = 1000.0;
  world->settings.weight_decay = 1.0;
  world->settings.checkpoint_every = 1;
  trainer = trainer_of (world, "run", 1);
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FAILED);
  snapshot = rn_feed_take (rn_trainer_get_feed (trainer));
  g_assert_error (snapshot->failure, RN_ERROR, RN_ERROR_DIVERGED);
  g_assert_nonnull (strstr (snapshot->failure->message, "step "));
  g_clear_pointer (&trainer, rn_trainer_free);

  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  model = rn_run_load_model (run, -1, &error);
  g_assert_no_error (error);
  filters = rn_model_get_parameter (model, "conv1.weight");
  for (gsize i = 0; i < rn_tensor_count (filters); i++)
    g_assert_true (filters->data[i] == filters->data[i]);

  /* none was written that cannot be read: it would push out those that can */
  steps = rn_run_list_checkpoints (run, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_array_index (steps, gint64, steps->len - 1), ==, rn_model_get_step (model));

  /* the run knows it, until it is resumed from before that step */
  history = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  last = g_array_index (history, RnHistoryRow, history->len - 1).step;
  events = rn_run_read_events (run, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rn_run_find_divergence (events, last), ==, last + 1);
  g_assert_cmpint (rn_run_find_divergence (events, last - 1), ==, 0);
  g_assert_cmpint (rn_run_find_divergence (events, last + 1), ==, 0);
}

static void
test_a_run_that_is_there_is_refused (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (GError) error = NULL;

  rn_trainer_free (trainer_of (world, "run", 1));
  g_assert_null (rn_trainer_new (path, world->spec, &world->settings, world->dataset, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_a_run_is_trained_by_one_at_a_time (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (RnTrainer) trainer = trainer_of (world, "run", 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_trainer_resume (path, NULL, 0, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
}

static void
test_what_does_not_fit_is_refused_before_anything_is_made (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (GError) error = NULL;

  g_assert_true (rn_spec_set_classes (world->spec, 4, NULL));
  g_assert_null (rn_trainer_new (path, world->spec, &world->settings, world->dataset, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_true (rn_spec_set_classes (world->spec, 3, NULL));
  g_assert_true (rn_spec_set_input (world->spec, 8, 3, NULL));
  g_assert_null (rn_trainer_new (path, world->spec, &world->settings, world->dataset, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_true (rn_spec_set_input (world->spec, 4000, 1, NULL));
  world->settings.batch = 65536;
  g_assert_null (rn_trainer_new (path, world->spec, &world->settings, world->dataset, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_MEMORY);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_one_value_per_channel_is_refused (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (RnTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;
  const RnBlockSpec half = { .channels = 8, .stride = 2, .shortcut = RN_SHORTCUT_B };

  g_clear_pointer (&world->spec, rn_spec_free);
  world->spec = rn_spec_new (NULL, 8, 1, RN_STEM_3X3, 4, 3, NULL);
  for (int b = 0; b < 3; b++)
    g_assert_true (rn_spec_add_block (world->spec, b, half, NULL));
  world->settings.batch = 1;
  g_assert_null (rn_trainer_new (path, world->spec, &world->settings, world->dataset, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "“layer3.0.bn1”"));
  g_assert_nonnull (strstr (error->message, "at least 2"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_clear_error (&error);

  world->settings.batch = 2;
  trainer = rn_trainer_new (path, world->spec, &world->settings, world->dataset, 1, &error);
  g_assert_no_error (error);
}

static void
test_other_data_than_the_run_was_trained_on_is_refused (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autofree char *other_folder = g_build_filename (world->folder, "other", NULL);
  g_autoptr (RnDataset) other = NULL;
  g_autoptr (GError) error = NULL;

  rn_trainer_free (trainer_of (world, "run", 1));
  g_assert_cmpint (g_mkdir (other_folder, 0755), ==, 0);
  other = tiny_dataset_new (other_folder, 90, 30);
  g_assert_null (rn_trainer_resume (path, other, 0, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
}

static void
test_more_steps_can_be_asked_for_on_resume_but_not_fewer_than_done (World *world,
                                                                    gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (RnTrainer) trainer = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL;
  g_autoptr (GError) error = NULL;

  train_to_the_end (world, "run", 1);
  g_assert_null (rn_trainer_resume (path, NULL, 30, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  g_clear_error (&error);
  trainer = rn_trainer_resume (path, NULL, 75, 1, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rn_run_get_settings (run)->steps, ==, 75);
  history = rn_run_read_history (run, &error);
  g_assert_cmpuint (history->len, ==, 75);
}

/* A block's response is that of its last 3x3 layer, the second of basic ones. */
static void
assert_responses_are_measures (const RnSnapshot *snapshot)
{
  static const char *const names[] = { "bn1",          "layer1.0.bn1", "layer1.0.bn2",
                                       "layer2.0.bn1", "layer2.0.bn2", "layer2.0.downsample.1",
                                       "layer2.1.bn1", "layer2.1.bn2" };
  static const int seconds[] = { 2, 4, 7 };

  g_assert_cmpuint (snapshot->responses->len, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (g_array_index (snapshot->responses, RnLayerResponse, i).name, ==, names[i]);
  for (guint i = 0; i < 3; i++)
    {
      const RnBlockMeasure *measure = &g_array_index (snapshot->measures, RnBlockMeasure, i);
      const RnLayerResponse *response =
          &g_array_index (snapshot->responses, RnLayerResponse, seconds[i]);

      g_assert_cmpuint (response->block, ==, measure->block);
      g_assert_cmpfloat ((float) response->std, ==, measure->response);
    }
}

static void
test_the_feed_tells_what_the_run_keeps (World *world, gconstpointer data)
{
  g_autofree char *path = run_path (world, "run");
  g_autoptr (RnTrainer) trainer = trainer_of (world, "run", 1);
  g_autoptr (RnSnapshot) snapshot = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL, measures = NULL;
  g_autoptr (GError) error = NULL;
  const RnBlockMeasure *newest;

  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  snapshot = rn_feed_take (rn_trainer_get_feed (trainer));
  run = rn_run_open (path, &error);
  history = rn_run_read_history (run, &error);
  measures = rn_run_read_measures (run, &error);
  g_assert_no_error (error);

  g_assert_cmpint (snapshot->state, ==, RN_STATE_FINISHED);
  g_assert_cmpint (snapshot->step, ==, 60);
  g_assert_cmpuint (snapshot->points->len, ==, history->len);
  for (guint i = 0; i < history->len; i++)
    {
      g_assert_cmpfloat (g_array_index (snapshot->points, RnPoint, i).loss_mean, ==,
                         g_array_index (history, RnHistoryRow, i).loss);
      g_assert_cmpfloat (g_array_index (snapshot->points, RnPoint, i).error_mean, ==,
                         g_array_index (history, RnHistoryRow, i).error);
    }
  g_assert_cmpuint (measures->len, ==, 60 / 3 * 3);
  newest = &g_array_index (measures, RnBlockMeasure, measures->len - 3);
  for (guint i = 0; i < 3; i++)
    {
      const RnBlockMeasure *told = &g_array_index (snapshot->measures, RnBlockMeasure, i);

      g_assert_cmpint (newest[i].step, ==, told->step);
      g_assert_cmpuint (newest[i].block, ==, told->block);
      /* the six numbers, not-a-numbers among them */
      g_assert_cmpmem (&newest[i].rms_s, 6 * sizeof (float), &told->rms_s, 6 * sizeof (float));
    }
  for (guint i = 0; i < measures->len; i++)
    g_assert_cmpint (g_array_index (measures, RnBlockMeasure, i).step, ==, 3 * (i / 3 + 1));
  assert_responses_are_measures (snapshot);
}

static void
test_a_watched_picture_is_answered_every_k_steps_and_at_once_when_paused (World *world,
                                                                          gconstpointer data)
{
  static const char *const taps[] = { "layer1.0.f", "layer1.0.shortcut", "layer1.0.sum", NULL };
  const int dims[4] = { 1, 8, 8, 1 };
  g_autoptr (RnTensor) picture = rn_tensor_new (4, dims, NULL);
  g_autoptr (RnTrainer) trainer = trainer_of (world, "run", 1);
  g_autoptr (RnSnapshot) paused = NULL, trained = NULL;
  const RnWatched *f, *s, *sum;

  picture->data[10] = 1.0f;
  rn_trainer_watch (trainer, picture, taps, 4);
  rn_trainer_wait (trainer);
  paused = rn_feed_take (rn_trainer_get_feed (trainer));
  g_assert_cmpuint (paused->watched->len, ==, 3);
  g_assert_cmpint (((RnWatched *) g_ptr_array_index (paused->watched, 0))->step, ==, 0);
  rn_trainer_run (trainer, 11);
  rn_trainer_wait (trainer);
  trained = rn_feed_take (rn_trainer_get_feed (trainer));
  g_assert_cmpuint (trained->watched->len, ==, 3);
  f = g_ptr_array_index (trained->watched, 0);
  s = g_ptr_array_index (trained->watched, 1);
  sum = g_ptr_array_index (trained->watched, 2);
  g_assert_cmpint (f->step, ==, 8);
  g_assert_cmpstr (f->tap, ==, "layer1.0.f");
  for (gsize i = 0; i < rn_tensor_count (f->values); i++)
    g_assert_cmpfloat_with_epsilon (f->values->data[i] + s->values->data[i], sum->values->data[i],
                                    1e-5);
}

/* @n grey pictures of each of three classes in @folder/pictures/@split */
static void
write_pictures (const char *folder, const char *split, int n)
{
  for (int i = 0; i < 3 * n; i++)
    {
      const char *const classes[] = { "one", "three", "two" };
      g_autofree char *name = g_strdup_printf ("%d.png", i / 3);
      g_autofree char *class = g_build_filename (folder, "pictures", split, classes[i % 3], NULL);
      g_autofree char *path = g_build_filename (class, name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnPicture) picture = rn_picture_new (8, 8, 1, &error);

      memset (picture->pixels, 40 * i, 64);
      g_assert_cmpint (g_mkdir_with_parents (class, 0755), ==, 0);
      g_assert_true (rn_picture_save_png (picture, path, &error));
    }
}

static void
test_an_evaluation_that_fails_is_told_and_training_goes_on (World *world, gconstpointer data)
{
  g_autofree char *pictures = g_build_filename (world->folder, "pictures", NULL);
  g_autofree char *lost = g_build_filename (pictures, "test", "three", "0.png", NULL);
  g_autoptr (RnTrainer) trainer = NULL;
  g_autoptr (RnSnapshot) paused = NULL, trained = NULL;

  write_pictures (world->folder, "train", 8);
  write_pictures (world->folder, "test", 2);
  rn_dataset_unref (world->dataset);
  world->dataset = rn_dataset_open (pictures, 1, NULL, NULL, NULL);
  g_assert_nonnull (world->dataset);
  world->settings.evaluate_every = 1000;
  trainer = trainer_of (world, "run", 1);
  rn_trainer_run (trainer, 2);
  rn_trainer_wait (trainer);
  g_assert_cmpint (g_unlink (lost), ==, 0);
  rn_trainer_evaluate (trainer);
  rn_trainer_wait (trainer);
  paused = rn_feed_take (rn_trainer_get_feed (trainer));
  g_assert_cmpint (paused->state, ==, RN_STATE_PAUSED);
  g_assert_nonnull (paused->failure);
  g_assert_nonnull (strstr (paused->failure->message, "0.png"));
  rn_trainer_run (trainer, 3);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_PAUSED);
  trained = rn_feed_take (rn_trainer_get_feed (trainer));
  g_assert_cmpint (trained->step, ==, 5);
}

static void
test_nobody_waits_for_a_worker_that_is_gone (World *world, gconstpointer data)
{
  g_autoptr (RnTrainer) trainer = trainer_of (world, "run", 1);

  rn_trainer_stop (trainer);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_STOPPED);
  g_assert_null (rn_trainer_copy_model (trainer));
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_STOPPED);
}

/* The child of the test below: makes or resumes the run, trains to the end. */
static int
train_as_child (const char *folder, int threads)
{
  g_autofree char *path = g_build_filename (folder, "killed", NULL);
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (RnDataset) dataset = rn_dataset_open (data, 1, NULL, NULL, NULL);
  const RnSettings settings = tiny_settings (150);
  g_autoptr (RnTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    trainer = rn_trainer_resume (path, dataset, 0, threads, &error);
  else
    trainer = rn_trainer_new (path, spec, &settings, dataset, threads, &error);
  if (trainer == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  rn_trainer_run (trainer, 0);
  return rn_trainer_wait (trainer) == RN_STATE_FINISHED ? 0 : 1;
}

static GPid
spawn_child (const char *folder, int threads)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *count = g_strdup_printf ("%d", threads);
  const char *argv[] = { self, "--child", folder, count, NULL };
  GPid pid;

  g_assert_true (g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                &pid, NULL));
  return pid;
}

static void
assert_readable (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (RnModel) model = NULL;
  g_autoptr (GArray) history = NULL, measures = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  model = rn_run_load_model (run, -1, &error);
  g_assert_no_error (error);
  history = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  measures = rn_run_read_measures (run, &error);
  g_assert_no_error (error);
}

static void
test_killed_at_twenty_random_moments_it_ends_as_one_left_alone (World *world, gconstpointer data)
{
  g_autofree char *killed = run_path (world, "killed"), *alone = run_path (world, "alone");
  const gint64 started = g_get_monotonic_time ();
  gint64 whole_us;
  RnRandom random;
  int status = 0, kills = 0, resumed_lives = 0;
  gboolean is_finished = FALSE;

  world->settings = tiny_settings (150);
  train_to_the_end (world, "alone", 1);
  whole_us = g_get_monotonic_time () - started;
  rn_random_start (&random, 3, RN_STREAM_TEST, 0, 0);
  while (kills < 20 || !is_finished)
    {
      GPid pid;

      /* one that came to its end between two kills is done; the next kills hit a new one */
      if (is_finished)
        tiny_folder_remove (killed);
      resumed_lives += g_file_test (killed, G_FILE_TEST_EXISTS);
      pid = spawn_child (world->folder, 1 + kills % 5);
      if (kills < 20)
        {
          g_usleep ((gulong) rn_random_below (&random, (guint64) whole_us / 2 + 1));
          kill (pid, SIGKILL);
        }
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      is_finished = WIFEXITED (status);
      kills += WIFSIGNALED (status);
      g_assert_true (!is_finished || WEXITSTATUS (status) == 0);
      assert_readable (killed);
      if (is_finished)
        assert_same_runs (alone, killed, 150);
    }
  g_assert_cmpint (resumed_lives, >, 0);
}

/* What the folder's files hold, but for those that tell time or a lock */
static GHashTable *
read_all (const char *path)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *checkpoints = g_build_filename (path, "checkpoints", NULL);
  const char *const folders[] = { path, checkpoints };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *file = g_build_filename (folders[i], name, NULL);
          char *text;
          gsize length;

          if (!g_file_get_contents (file, &text, &length, NULL))
            continue;
          g_hash_table_insert (files, g_strdup (name),
                               g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) text,
                                                            length));
          g_free (text);
        }
    }
  return files;
}

static RnTrainer *
trainer_from (World *world, const char *name, const RnSpec *spec, RnModel *origin)
{
  g_autofree char *path = run_path (world, name);
  g_autoptr (GError) error = NULL;
  RnTrainer *trainer = rn_trainer_new_from (path, spec, &world->settings, world->dataset, 1, origin,
                                            "first-1", &error);

  g_assert_no_error (error);
  return trainer;
}

static void
test_a_changed_network_goes_on_with_its_weights_and_leaves_the_old_run (World *world,
                                                                        gconstpointer data)
{
  g_autoptr (RnSketch) sketch = rn_sketch_new (world->spec);
  g_autofree char *first = run_path (world, "first");
  g_autofree char *second = run_path (world, "second");
  g_autofree char *record = g_build_filename (second, "origin.json", NULL);
  g_autoptr (GHashTable) before = NULL, after = NULL;
  g_autoptr (RnModel) origin = NULL, begun = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (RnTensor) old = NULL, new = NULL;
  GHashTableIter iter;
  gpointer name, digest;

  train_to_the_end (world, "first", 1);
  before = read_all (first);
  run = rn_run_open (first, NULL);
  origin = rn_run_load_model (run, -1, NULL);
  g_assert_true (rn_sketch_deepen (sketch, 1, NULL, NULL));

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (RnTrainer) trainer =
          trainer_from (world, i == 0 ? "second" : "third", rn_sketch_get_spec (sketch), origin);

      if (i == 0)
        {
          begun = rn_trainer_copy_model (trainer);
          rn_trainer_run (trainer, 20);
          rn_trainer_wait (trainer);
          g_clear_pointer (&trainer, rn_trainer_free);
          trainer = resumed (world, "second", 2);
        }
      rn_trainer_run (trainer, 0);
      g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
    }
  old = rn_model_get_parameter (origin, "conv1.weight");
  new = rn_model_get_parameter (begun, "conv1.weight");
  g_assert_cmpmem (old->data, 9 * sizeof (float), new->data, 9 * sizeof (float));
  g_assert_true (g_file_test (record, G_FILE_TEST_EXISTS));
  {
    g_autofree char *third = run_path (world, "third");

    assert_same_runs (second, third, world->settings.steps);
  }

  after = read_all (first);
  g_assert_cmpuint (g_hash_table_size (before), ==, g_hash_table_size (after));
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &name, &digest))
    g_assert_cmpstr (g_hash_table_lookup (after, name), ==, digest);
}

static RnModel *
with_epsilon (RnModel *model, double epsilon)
{
  const gsize n = rn_model_get_parameters (model)->n_floats;
  float *arena = rn_floats_new (n);

  memcpy (arena, rn_model_get_arena (model), n * sizeof *arena);
  return rn_model_new_take (rn_model_get_spec (model), arena, NULL, rn_model_get_preprocess (model),
                            epsilon, -1, NULL);
}

/* What others trained has an epsilon of its own: it stays, also over a resume, and counts in every step. */
static void
test_the_epsilon_of_what_it_was_made_of_stays (World *world, gconstpointer data)
{
  g_autofree char *second = run_path (world, "second");
  g_autofree char *third = run_path (world, "third");
  g_autoptr (RnModel) first = NULL, origin = NULL, end = NULL;
  g_autoptr (RnRun) run = NULL;

  {
    g_autoptr (RnTrainer) trainer = trainer_from (world, "first", world->spec, NULL);

    first = rn_trainer_copy_model (trainer);
    g_assert_cmpfloat (rn_model_get_epsilon (first), ==, 1e-5);
    origin = with_epsilon (first, 0.25);
  }
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (RnTrainer) trainer =
          trainer_from (world, i == 0 ? "second" : "third", world->spec, origin);

      if (i == 0)
        {
          rn_trainer_run (trainer, 3);
          rn_trainer_wait (trainer);
          g_clear_pointer (&trainer, rn_trainer_free);
          trainer = resumed (world, "second", 1);
        }
      rn_trainer_run (trainer, 0);
      g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
    }
  assert_same_runs (second, third, world->settings.steps);
  run = rn_run_open (third, NULL);
  end = rn_run_load_model (run, -1, NULL);
  g_assert_cmpfloat (rn_model_get_epsilon (end), ==, 0.25);
}

static void
test_a_draft_that_does_not_fit_is_refused (World *world, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_copy (world->spec);
  const RnBlockSpec narrow = { .channels = 1, .stride = 1, .shortcut = RN_SHORTCUT_A_END };
  g_autofree char *path = run_path (world, "none");
  g_autoptr (GError) error = NULL;

  g_assert_true (rn_spec_set_draft (spec, TRUE, NULL));
  g_assert_true (rn_spec_add_block (spec, 1, narrow, NULL));
  g_assert_null (rn_trainer_new (path, spec, &world->settings, world->dataset, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_true (g_str_has_prefix (error->message, "block 2: "));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

#define ADD(sentence, function)                                                                    \
  g_test_add ("/trainer/" sentence, World, NULL, world_set_up, function, world_tear_down)

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--child") == 0)
    return train_as_child (argv[2], (int) g_ascii_strtoll (argv[3], NULL, 10));
  g_test_init (&argc, &argv, NULL);
  ADD ("training learns", test_training_learns);
  ADD ("the same seed gives the same bytes with any number of threads",
       test_the_same_seed_gives_the_same_bytes_with_any_number_of_threads);
  ADD ("another seed gives other bytes", test_another_seed_gives_other_bytes);
  ADD ("pausing, stepping and looking leave no trace",
       test_pausing_stepping_and_looking_leave_no_trace);
  ADD ("studies beside it leave no trace", test_studies_beside_it_leave_no_trace);
  ADD ("a full disk pauses, and training goes on without a trace",
       test_a_full_disk_pauses_and_training_goes_on_without_a_trace);
  ADD ("stopping and resuming leave no trace", test_stopping_and_resuming_leave_no_trace);
  ADD ("a changed rate takes effect, is recorded and is done again on resume",
       test_a_changed_rate_takes_effect_is_recorded_and_is_done_again_on_resume);
  ADD ("a rate set right after a resume is not undone by an older one",
       test_a_rate_set_right_after_a_resume_is_not_undone_by_an_older_one);
  ADD ("divergence stops with the step and keeps the last checkpoint",
       test_divergence_stops_with_the_step_and_keeps_the_last_checkpoint);
  ADD ("a run that is there is refused", test_a_run_that_is_there_is_refused);
  ADD ("a run is trained by one at a time", test_a_run_is_trained_by_one_at_a_time);
  ADD ("what does not fit is refused before anything is made",
       test_what_does_not_fit_is_refused_before_anything_is_made);
  ADD ("one value per channel is refused", test_one_value_per_channel_is_refused);
  ADD ("a changed network goes on with its weights and leaves the old run",
       test_a_changed_network_goes_on_with_its_weights_and_leaves_the_old_run);
  ADD ("the epsilon of what it was made of stays", test_the_epsilon_of_what_it_was_made_of_stays);
  ADD ("a draft that does not fit is refused", test_a_draft_that_does_not_fit_is_refused);
  ADD ("other data than the run was trained on is refused",
       test_other_data_than_the_run_was_trained_on_is_refused);
  ADD ("more steps can be asked for on resume, but not fewer than done",
       test_more_steps_can_be_asked_for_on_resume_but_not_fewer_than_done);
  ADD ("an evaluation that fails is told and training goes on",
       test_an_evaluation_that_fails_is_told_and_training_goes_on);
  ADD ("the feed tells what the run keeps", test_the_feed_tells_what_the_run_keeps);
  ADD ("a watched picture is answered every k steps, and at once when paused",
       test_a_watched_picture_is_answered_every_k_steps_and_at_once_when_paused);
  ADD ("nobody waits for a worker that is gone", test_nobody_waits_for_a_worker_that_is_gone);
  ADD ("killed at twenty random moments it ends as one left alone",
       test_killed_at_twenty_random_moments_it_ends_as_one_left_alone);
  return g_test_run ();
}
