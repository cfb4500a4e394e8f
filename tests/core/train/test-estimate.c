#include "residua/bench.h"
#include "residua/error.h"
#include "tiny.h"

/* Pictures to learn, and how */
typedef struct
{
  char *folder;
  RnDataset *dataset;
  RnSettings settings;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = tiny_folder_new ();
  f->dataset = tiny_dataset_new (f->folder, 200, 60);
  rn_settings_init (&f->settings);
  f->settings.batch = 8;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  rn_dataset_unref (f->dataset);
  tiny_folder_remove (f->folder);
  g_free (f->folder);
}

static gboolean
estimate (Fixture *f, const RnSpec *spec, double *seconds, GError **error)
{
  return rn_bench_estimate_epoch (spec, &f->settings, f->dataset, 1, NULL, seconds, error);
}

/* Nothing is measured where nothing that decides the pace has changed: the answer is there at once, and the same. */
static void
test_a_pace_is_measured_once (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  g_autoptr (GError) error = NULL;
  double once, again;
  gint64 before_us;

  g_assert_true (estimate (f, spec, &once, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (once, >, 0.0);
  rn_spec_set_name (spec, "another");
  f->settings.rate = 0.01;
  before_us = g_get_monotonic_time ();
  g_assert_true (estimate (f, spec, &again, &error));
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, 100000);
  g_assert_cmpfloat_with_epsilon (again, once, 1e-9 * once);
}

/* Twice the evaluations: the same steps and twice the test. None: the steps alone. */
static void
test_evaluations_are_counted (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  double once, twice, seldom;

  g_assert_true (estimate (f, spec, &once, &error));
  f->settings.evaluate_every = 200 / 8 / 5;
  g_assert_true (estimate (f, spec, &twice, &error));
  f->settings.evaluate_every = 1000000;
  g_assert_true (estimate (f, spec, &seldom, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (seldom, <, once);
  g_assert_cmpfloat_with_epsilon (twice - seldom, 5.0 * (once - seldom), 0.01 * (twice - seldom));
}

/* Of 200 pictures 128 are in a whole batch. */
static void
test_what_is_left_out_takes_no_time (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  double all, whole;

  f->settings.batch = 128;
  f->settings.evaluate_every = 1000000000;
  g_assert_true (estimate (f, spec, &all, &error));
  f->settings.drop_last = TRUE;
  g_assert_true (estimate (f, spec, &whole, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (whole, all * 128.0 / 200.0, 1e-3 * all);
}

/* The set is grey and of three classes; the preset wants colours and has ten. */
static void
test_another_networks_colours_and_classes_do_not_matter (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  g_autoptr (GError) error = NULL;
  double seconds;

  g_assert_true (estimate (f, spec, &seconds, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (seconds, >, 0.0);
}

static void
test_an_estimate_is_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet56", NULL);
  g_autoptr (GError) error = NULL;
  const int cancel = 1;
  double seconds;

  g_assert_false (
      rn_bench_estimate_epoch (spec, &f->settings, f->dataset, 1, &cancel, &seconds, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
}

static void
test_what_does_not_fit_is_not_estimated (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  const RnBlockSpec narrow = { .channels = 4, .stride = 1, .shortcut = RN_SHORTCUT_A_END };
  g_autoptr (GError) error = NULL;
  double seconds;

  g_assert_true (rn_spec_set_draft (spec, TRUE, NULL));
  g_assert_true (rn_spec_add_block (spec, 1, narrow, NULL));
  g_assert_false (estimate (f, spec, &seconds, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
}

static void
test_settings_are_checked (Fixture *f, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  double seconds;

  f->settings.batch = 0;
  g_assert_false (estimate (f, spec, &seconds, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
}

#define ADD(name, test) g_test_add ("/estimate/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a pace is measured once", test_a_pace_is_measured_once);
  ADD ("evaluations are counted", test_evaluations_are_counted);
  ADD ("what is left out takes no time", test_what_is_left_out_takes_no_time);
  ADD ("another network's colours and classes do not matter",
       test_another_networks_colours_and_classes_do_not_matter);
  ADD ("an estimate is cancelled", test_an_estimate_is_cancelled);
  ADD ("what does not fit is not estimated", test_what_does_not_fit_is_not_estimated);
  ADD ("settings are checked", test_settings_are_checked);
  return g_test_run ();
}
