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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interrupt/pause leaves a long step at once and without a trace",
                   test_pause_leaves_a_long_step_at_once_and_without_a_trace);
  return g_test_run ();
}
