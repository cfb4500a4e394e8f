#include <math.h>

#include "charts/time-axis.h"

static int n_changed;

static void
count (RnTimeAxis *axis, gpointer data)
{
  n_changed++;
}

static RnTimeAxis *
axis_of (gint64 extent)
{
  RnTimeAxis *axis = rn_time_axis_new ();

  rn_time_axis_set_extent (axis, extent);
  n_changed = 0;
  g_signal_connect (axis, "changed", G_CALLBACK (count), NULL);
  return axis;
}

static void
assert_range (RnTimeAxis *axis, double from, double to)
{
  double a, b;

  rn_time_axis_get_range (axis, &a, &b);
  g_assert_cmpfloat_with_epsilon (a, from, 1e-6);
  g_assert_cmpfloat_with_epsilon (b, to, 1e-6);
}

static void
test_it_grows_at_1_2_5_and_stands_still_between (void)
{
  static const struct
  {
    gint64 extent;
    double end;
  } cases[] = { { 1, 10 },     { 10, 10 },     { 11, 20 },      { 21, 50 },
                { 999, 1000 }, { 1001, 2000 }, { 5462, 10000 }, { 1000000, 1000000 } };
  g_autoptr (RnTimeAxis) axis = axis_of (0);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      rn_time_axis_set_extent (axis, cases[i].extent);
      assert_range (axis, 0.0, cases[i].end);
    }
  n_changed = 0;
  rn_time_axis_set_extent (axis, 999999);
  g_assert_cmpint (n_changed, ==, 0);
  rn_time_axis_set_extent (axis, 40);
  assert_range (axis, 0.0, 1000000);
  rn_time_axis_reset (axis);
  assert_range (axis, 0.0, 50);
}

static void
test_a_zoomed_view_stays_while_data_comes (void)
{
  g_autoptr (RnTimeAxis) axis = axis_of (900);

  rn_time_axis_zoom (axis, 500.0, 0.5);
  assert_range (axis, 250.0, 750.0);
  g_assert_false (rn_time_axis_is_following (axis));
  rn_time_axis_set_extent (axis, 5000);
  assert_range (axis, 250.0, 750.0);
  rn_time_axis_pan (axis, -1000.0);
  assert_range (axis, 0.0, 500.0);
  rn_time_axis_zoom (axis, 250.0, 1e-9);
  assert_range (axis, 245.0, 255.0);
  rn_time_axis_zoom (axis, 250.0, 1e9);
  g_assert_true (rn_time_axis_is_following (axis));
  assert_range (axis, 0.0, 5000.0);
}

/* In every unit, there and back again gives the step. */
static void
test_places_and_steps_are_inverse_in_every_unit (void)
{
  static const RnTimeStamp stamps[] = { { 10, 5.0 }, { 100, 20.0 }, { 400, 200.0 } };
  g_autoptr (RnTimeAxis) axis = axis_of (800);

  rn_time_axis_set_epoch_steps (axis, 79.0);
  rn_time_axis_set_stamps (axis, stamps, G_N_ELEMENTS (stamps));
  for (int unit = RN_TIME_STEPS; unit <= RN_TIME_SECONDS; unit++)
    {
      rn_time_axis_set_unit (axis, unit);
      for (int step = 0; step <= 1000; step += 7)
        {
          const double x = rn_time_axis_to_x (axis, step, 640.0);

          g_assert_cmpfloat_with_epsilon (rn_time_axis_to_step (axis, x, 640.0), step, 1e-6);
          if (step > 0)
            g_assert_cmpfloat (x, >, rn_time_axis_to_x (axis, step - 7, 640.0));
        }
    }
  /* 250 lies in the middle between 100 (20 s) and 400 (200 s) */
  g_assert_cmpfloat_with_epsilon (rn_time_axis_to_x (axis, 250.0, 1.0) /
                                      rn_time_axis_to_x (axis, 400.0, 1.0),
                                  110.0 / 200.0, 1e-9);
}

static guint n_changes;

static void
count_change (void)
{
  n_changes++;
}

static void
test_a_stamp_counts_once_and_a_run_that_goes_back_is_followed (void)
{
  static const RnTimeStamp stamps[] = { { 10, 5.0 }, { 100, 20.0 }, { 400, 200.0 } };
  g_autoptr (RnTimeAxis) axis = axis_of (800);

  rn_time_axis_set_stamps (axis, stamps, G_N_ELEMENTS (stamps));
  rn_time_axis_set_unit (axis, RN_TIME_SECONDS);
  g_signal_connect (axis, "changed", G_CALLBACK (count_change), NULL);
  n_changes = 0;
  rn_time_axis_add_stamp (axis, stamps[2]);
  g_assert_cmpuint (n_changes, ==, 0);
  /* from 100 at 20 s it is at 200 after 40 s more: the middle is at 40 s */
  rn_time_axis_add_stamp (axis, (RnTimeStamp){ 200, 60.0 });
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpfloat_with_epsilon (rn_time_axis_to_x (axis, 150.0, 1.0) /
                                      rn_time_axis_to_x (axis, 200.0, 1.0),
                                  40.0 / 60.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (rn_time_axis_to_x (axis, 400.0, 1.0) /
                                      rn_time_axis_to_x (axis, 200.0, 1.0),
                                  2.0, 1e-9);
}

static void
test_ticks_lie_in_the_range_at_even_steps (void)
{
  g_autoptr (RnTimeAxis) axis = axis_of (5462);
  double at[RN_MAX_TICKS];
  char *labels[RN_MAX_TICKS];

  rn_time_axis_set_epoch_steps (axis, 390.0);
  for (int unit = RN_TIME_STEPS; unit <= RN_TIME_SECONDS; unit++)
    {
      int n;

      rn_time_axis_set_unit (axis, unit);
      n = rn_time_axis_get_ticks (axis, at, labels);
      g_assert_cmpint (n, >=, 4);
      g_assert_cmpint (n, <=, 8);
      for (int i = 0; i < n; i++)
        {
          g_assert_cmpfloat (rn_time_axis_to_x (axis, at[i], 100.0), >=, -1e-6);
          g_assert_cmpfloat (rn_time_axis_to_x (axis, at[i], 100.0), <=, 100.0 + 1e-6);
        }
      if (unit == RN_TIME_STEPS)
        {
          g_assert_cmpstr (labels[0], ==, "0");
          g_assert_cmpstr (labels[1], ==, "2,000");
        }
      for (int i = 0; i < n; i++)
        g_free (labels[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time-axis/it grows at 1, 2, 5 and stands still between",
                   test_it_grows_at_1_2_5_and_stands_still_between);
  g_test_add_func ("/time-axis/a zoomed view stays while data comes",
                   test_a_zoomed_view_stays_while_data_comes);
  g_test_add_func ("/time-axis/places and steps are inverse in every unit",
                   test_places_and_steps_are_inverse_in_every_unit);
  g_test_add_func ("/time-axis/a stamp counts once and a run that goes back is followed",
                   test_a_stamp_counts_once_and_a_run_that_goes_back_is_followed);
  g_test_add_func ("/time-axis/ticks lie in the range at even steps",
                   test_ticks_lie_in_the_range_at_even_steps);
  return g_test_run ();
}
