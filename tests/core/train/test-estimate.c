#include "residua/bench.h"
#include "residua/error.h"

static void
test_an_epoch_is_estimated_once (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  g_autoptr (GError) error = NULL;
  double once, twice;
  gint64 before_us;

  g_assert_true (rn_bench_estimate_epoch (spec, 8, 1000, 1, NULL, &once, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (once, >, 0.0);
  /* a name and other pictures do not change what a step takes */
  rn_spec_set_name (spec, "another");
  before_us = g_get_monotonic_time ();
  g_assert_true (rn_bench_estimate_epoch (spec, 8, 2000, 1, NULL, &twice, &error));
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, 100000);
  g_assert_cmpfloat_with_epsilon (twice, 2.0 * once, 1e-9 * once);
}

static void
test_an_estimate_is_cancelled (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  g_autoptr (GError) error = NULL;
  const int cancel = 1;
  double seconds;

  g_assert_false (rn_bench_estimate_epoch (spec, 8, 1000, 1, &cancel, &seconds, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_CANCELLED);
}

static void
test_what_does_not_fit_is_not_estimated (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  const RnBlockSpec narrow = { .channels = 4, .stride = 1, .shortcut = RN_SHORTCUT_A_END };
  g_autoptr (GError) error = NULL;
  double seconds;

  g_assert_true (rn_spec_set_draft (spec, TRUE, NULL));
  g_assert_true (rn_spec_add_block (spec, 1, narrow, NULL));
  g_assert_false (rn_bench_estimate_epoch (spec, 8, 1000, 1, NULL, &seconds, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimate/an epoch is estimated once", test_an_epoch_is_estimated_once);
  g_test_add_func ("/estimate/an estimate is cancelled", test_an_estimate_is_cancelled);
  g_test_add_func ("/estimate/what does not fit is not estimated",
                   test_what_does_not_fit_is_not_estimated);
  return g_test_run ();
}
