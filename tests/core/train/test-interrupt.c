#include "residua/trainer.h"

#include "tiny.h"

/* Pause and stop have to take effect within 100 ms, also inside a step that is much longer. Timed loosely here (a
 * machine may be busy): what the test excludes is a pause that waits for the step to end. */

#define N_TRIES 5

static void
test_pause_leaves_a_long_step_at_once_and_without_a_trace (void)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *path = g_build_filename (folder, "run", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 512, 3);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet110", &error);
  g_autoptr (RnTrainer) trainer = NULL;
  RnSettings settings;
  gint64 shortest_us = G_MAXINT64, step_us;

  g_assert_no_error (error);
  g_assert_true (rn_spec_set_input (spec, 8, 1, &error) && rn_spec_set_classes (spec, 3, &error));
  rn_settings_init (&settings);
  settings.steps = 1000;
  settings.batch = 512;
  trainer = rn_trainer_new (path, spec, &settings, dataset, 2, &error);
  g_assert_no_error (error);

  step_us = -g_get_monotonic_time ();
  rn_trainer_run (trainer, 1);
  rn_trainer_wait (trainer);
  step_us += g_get_monotonic_time ();

  for (int i = 0; i < N_TRIES; i++)
    {
      gint64 asked_us;

      rn_trainer_run (trainer, 1);
      g_usleep ((gulong) step_us / 4);
      asked_us = g_get_monotonic_time ();
      rn_trainer_pause (trainer);
      g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_PAUSED);
      shortest_us = MIN (shortest_us, g_get_monotonic_time () - asked_us);
    }
  g_test_message ("step %.0f ms, pause %.1f ms", (double) step_us * 1e-3,
                  (double) shortest_us * 1e-3);
  g_assert_cmpint (shortest_us, <, MAX (step_us / 2, 100000));
  g_clear_pointer (&trainer, rn_trainer_free);

  {
    g_autoptr (RnRun) run = rn_run_open (path, &error);
    g_autoptr (GArray) history = rn_run_read_history (run, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (history->len, ==, 1);
  }
  tiny_folder_remove (folder);
}

/* A deep network whose steps take a tenth of a second, with an evaluation and a checkpoint on the way */
#define N_STEPS 6

static RnTrainer *
deep_trainer_new (const char *path, RnDataset *dataset)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet110", &error);
  RnSettings settings;
  RnTrainer *trainer;

  g_assert_no_error (error);
  g_assert_true (rn_spec_set_input (spec, 8, 1, &error) && rn_spec_set_classes (spec, 3, &error));
  rn_settings_init (&settings);
  settings.steps = N_STEPS;
  settings.batch = 32;
  settings.evaluate_every = 2;
  settings.checkpoint_every = 4;
  settings.measure_every = 1;
  trainer = rn_trainer_new (path, spec, &settings, dataset, 2, &error);
  g_assert_no_error (error);
  return trainer;
}

static void
train_undisturbed (const char *path, RnDataset *dataset)
{
  g_autoptr (RnTrainer) trainer = deep_trainer_new (path, dataset);

  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
}

/* Parameters, momentum, running statistics, schedule; the curves; the measures of the blocks */
static void
assert_same_run (const char *path_a, const char *path_b)
{
  tiny_assert_same_file (path_a, path_b, "history.csv");
  tiny_assert_same_file (path_a, path_b, "blocks.bin");
  tiny_assert_same_file (path_a, path_b, "checkpoints/step-00000006.safetensors");
}

/* Moments that lie in ever other places of a step, forward and backward, and of an evaluation */
static gulong
moment_us (int i)
{
  return (gulong) (3000 + 17000 * (i * 7 % 11));
}

static void
test_a_deep_run_that_is_paused_in_its_steps_ends_as_one_left_alone (void)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *alone = g_build_filename (folder, "alone", NULL);
  g_autofree char *paused = g_build_filename (folder, "paused", NULL);
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 96, 32);
  g_autoptr (RnTrainer) trainer = NULL;
  int n_left = 0;

  train_undisturbed (alone, dataset);
  trainer = deep_trainer_new (paused, dataset);
  for (int i = 0; i < 24; i++)
    {
      int block;
      gboolean backward;

      rn_trainer_run (trainer, 0);
      g_usleep (moment_us (i));
      rn_trainer_get_position (trainer, &block, &backward);
      n_left += block >= 0;
      rn_trainer_pause (trainer);
      if (rn_trainer_wait (trainer) == RN_STATE_FINISHED)
        break;
    }
  g_assert_cmpint (n_left, >, 0);
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  g_clear_pointer (&trainer, rn_trainer_free);
  assert_same_run (alone, paused);
  tiny_folder_remove (folder);
}

static void
test_a_deep_run_that_is_quit_in_its_steps_ends_as_one_left_alone (void)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *alone = g_build_filename (folder, "alone", NULL);
  g_autofree char *quit = g_build_filename (folder, "quit", NULL);
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 96, 32);
  g_autoptr (GError) error = NULL;
  RnTrainer *trainer;

  train_undisturbed (alone, dataset);
  trainer = deep_trainer_new (quit, dataset);
  for (int i = 0; i < 6; i++)
    {
      rn_trainer_run (trainer, 0);
      g_usleep (3 * moment_us (i));
      rn_trainer_free (trainer);
      trainer = rn_trainer_resume (quit, dataset, 0, 2, &error);
      g_assert_no_error (error);
    }
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  rn_trainer_free (trainer);
  assert_same_run (alone, quit);
  tiny_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interrupt/pause leaves a long step at once and without a trace",
                   test_pause_leaves_a_long_step_at_once_and_without_a_trace);
  g_test_add_func ("/interrupt/a deep run that is paused in its steps ends as one left alone",
                   test_a_deep_run_that_is_paused_in_its_steps_ends_as_one_left_alone);
  g_test_add_func ("/interrupt/a deep run that is quit in its steps ends as one left alone",
                   test_a_deep_run_that_is_quit_in_its_steps_ends_as_one_left_alone);
  return g_test_run ();
}
