#include "residua/residua.h"

#include "tiny.h"

/* The trainings whose results the README promises, in whole. Minutes each: only with tests/run --full. */

#define SAMPLE_EPOCHS 15
#define FASHION_EPOCHS 6

static RnSettings
settings_of (gint64 steps, const char *schedule, const char *augment)
{
  RnSettings settings;
  g_autoptr (GError) error = NULL;

  rn_settings_init (&settings);
  settings.steps = steps;
  g_assert_true (rn_schedule_parse (schedule, steps, &settings.schedule, &error));
  g_assert_true (rn_augment_parse (augment, &settings.augment, &error));
  return settings;
}

/* Returns: the share of the test pictures that is wrong at the end */
static double
train (const char *preset, RnDataset *dataset, int epochs, const char *schedule,
       const char *augment)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *path = g_build_filename (folder, "run", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, &error);
  const int n = rn_dataset_count (dataset, RN_SPLIT_TRAIN);
  const RnSettings settings = settings_of ((gint64) epochs * ((n + 127) / 128), schedule, augment);
  g_autoptr (RnTrainer) trainer = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) history = NULL;
  double test_error;
  int width, height;

  g_assert_no_error (error);
  rn_dataset_get_size (dataset, &width, &height);
  g_assert_true (rn_spec_set_input (spec, width, rn_dataset_get_channels (dataset), &error));
  g_assert_true (rn_spec_set_classes (spec, rn_dataset_n_classes (dataset), &error));
  trainer = rn_trainer_new (path, spec, &settings, dataset, 0, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, 0);
  g_assert_cmpint (rn_trainer_wait (trainer), ==, RN_STATE_FINISHED);
  run = rn_run_open (path, &error);
  g_assert_no_error (error);
  history = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  test_error = g_array_index (history, RnHistoryRow, history->len - 1).test_error;
  g_test_message ("%s: %.2f %% wrong", preset, 100.0 * test_error);
  g_clear_pointer (&trainer, rn_trainer_free);
  tiny_folder_remove (folder);
  return test_error;
}

static void
test_resnet20_gets_95_percent_of_the_sample_set_and_a_point_more_than_resnet8 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  double deep, shallow;

  if (!g_test_thorough ())
    {
      g_test_skip ("minutes long: tests/run --full");
      return;
    }
  dataset = rn_dataset_open ("sample", 1, NULL, NULL, &error);
  g_assert_no_error (error);
  deep = train ("resnet20", dataset, SAMPLE_EPOCHS, "steps=50%,75%", "crop,flip");
  shallow = train ("resnet8", dataset, SAMPLE_EPOCHS, "steps=50%,75%", "crop,flip");
  g_assert_cmpfloat (deep, <=, 0.05);
  g_assert_cmpfloat (deep, <=, shallow - 0.01);
}

static void
test_resnet14_gets_92_percent_of_fashion_mnist (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared",
                                            "data", "fashion-mnist", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = NULL;

  if (!g_test_thorough () || !g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("minutes long, and needs ../shared/data/fashion-mnist: tests/run --full");
      return;
    }
  dataset = rn_dataset_open (path, 1, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (train ("resnet14", dataset, FASHION_EPOCHS, "cosine", "flip"), <=, 0.08);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/accuracy/resnet20 gets 95 percent of the sample set, and a point more than resnet8",
      test_resnet20_gets_95_percent_of_the_sample_set_and_a_point_more_than_resnet8);
  g_test_add_func ("/accuracy/resnet14 gets 92 percent of fashion-mnist",
                   test_resnet14_gets_92_percent_of_fashion_mnist);
  return g_test_run ();
}
