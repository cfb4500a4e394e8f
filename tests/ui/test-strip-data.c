#include "charts/strip-data.h"

#include <math.h>

/* The plain way: all that was measured is kept, and column i is the mean of so many neighbours. */
static float
mean_of (const float *values, int n_rows, int row, int first, int end)
{
  double sum = 0.0;
  int n = 0;

  for (int i = first; i < end; i++)
    if (!isnan (values[i * n_rows + row]))
      {
        sum += values[i * n_rows + row];
        n++;
      }
  return n > 0 ? (float) (sum / n) : NAN;
}

static void
assert_near (float value, float expected)
{
  if (isnan (expected))
    g_assert_true (isnan (value));
  else
    g_assert_cmpfloat_with_epsilon (value, expected, 1e-6 * (1.0 + fabsf (expected)));
}

static void
test_columns_are_means_of_neighbours (void)
{
  const int n_rows = 5;

  /* through two merges, and with a last column that is not full */
  for (int n = 1; n < 9001; n = n * 2 + 1)
    {
      g_autoptr (RnStripData) data = rn_strip_data_new (n_rows);
      g_autofree float *values = g_new (float, n *n_rows);
      int per = 1;

      for (int i = 0; i < n; i++)
        {
          for (int row = 0; row < n_rows; row++)
            values[i * n_rows + row] = (float) (0.1 + row + sin (i * 0.7 + row));
          rn_strip_data_append (data, 10 * (i + 1), values + i * n_rows);
        }
      while ((n + per - 1) / per > RN_STRIP_MAX_COLUMNS)
        per *= 2;
      g_assert_cmpint (rn_strip_data_n_columns (data), ==, (n + per - 1) / per);
      for (int at = 0; at < rn_strip_data_n_columns (data); at++)
        {
          const int end = MIN ((at + 1) * per, n);
          gint64 from, to;

          rn_strip_data_get_span (data, at, &from, &to);
          g_assert_cmpint (from, ==, 10 * at * per);
          g_assert_cmpint (to, ==, 10 * end);
          g_assert_cmpint (rn_strip_data_get_n_merged (data, at), ==, end - at * per);
          for (int row = 0; row < n_rows; row++)
            assert_near (rn_strip_data_get_column (data, at)[row],
                         mean_of (values, n_rows, row, at * per, end));
        }
    }
}

static void
test_nan_is_left_out_of_a_mean (void)
{
  g_autoptr (RnStripData) data = rn_strip_data_new (3);

  for (int i = 1; i <= RN_STRIP_MAX_COLUMNS + 2; i++)
    rn_strip_data_append (data, i, (float[]){ i % 2 == 0 ? NAN : 3.0f, NAN, 1.0f });
  g_assert_cmpint (rn_strip_data_n_columns (data), ==, RN_STRIP_MAX_COLUMNS / 2 + 1);
  for (int at = 0; at < rn_strip_data_n_columns (data); at++)
    {
      const float *column = rn_strip_data_get_column (data, at);

      g_assert_cmpfloat (column[0], ==, 3.0f);
      g_assert_true (isnan (column[1]));
      g_assert_cmpfloat (column[2], ==, 1.0f);
    }
}

static void
test_each_step_is_found_in_the_column_that_has_it (void)
{
  g_autoptr (RnStripData) data = rn_strip_data_new (1);
  const gint64 steps[] = { 1, 2, 10, 11, 500 };

  g_assert_cmpint (rn_strip_data_find (data, 1), ==, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    rn_strip_data_append (data, steps[i], (float[]){ (float) i });
  g_assert_cmpint (rn_strip_data_find (data, 0), ==, -1);
  g_assert_cmpint (rn_strip_data_find (data, 501), ==, -1);
  for (gint64 step = 1; step <= 500; step++)
    {
      int expected = 0;

      while (steps[expected] < step)
        expected++;
      g_assert_cmpint (rn_strip_data_find (data, step), ==, expected);
    }
}

static void
test_a_cut_forgets_what_came_after (void)
{
  g_autoptr (RnStripData) data = rn_strip_data_new (1);
  gint64 from, to;
  guint generation;

  for (int i = 1; i <= 20; i++)
    rn_strip_data_append (data, i, (float[]){ (float) i });
  generation = rn_strip_data_get_generation (data);
  rn_strip_data_cut (data, 20);
  g_assert_cmpuint (rn_strip_data_get_generation (data), ==, generation);
  rn_strip_data_cut (data, 12);
  g_assert_cmpuint (rn_strip_data_get_generation (data), !=, generation);
  g_assert_cmpint (rn_strip_data_n_columns (data), ==, 12);
  g_assert_cmpint (rn_strip_data_find (data, 13), ==, -1);
  rn_strip_data_append (data, 15, (float[]){ 100.0f });
  rn_strip_data_get_span (data, 12, &from, &to);
  g_assert_cmpint (from, ==, 12);
  g_assert_cmpint (to, ==, 15);
  g_assert_cmpfloat (rn_strip_data_get_column (data, 12)[0], ==, 100.0f);
  g_assert_cmpfloat (rn_strip_data_get_column (data, 11)[0], ==, 12.0f);
  rn_strip_data_cut (data, 0);
  g_assert_cmpint (rn_strip_data_n_columns (data), ==, 0);
  rn_strip_data_append (data, 1, (float[]){ 7.0f });
  g_assert_cmpfloat (rn_strip_data_get_column (data, 0)[0], ==, 7.0f);
}

static void
test_a_cut_within_a_merged_column_takes_it_out (void)
{
  g_autoptr (RnStripData) data = rn_strip_data_new (1);
  const int n = RN_STRIP_MAX_COLUMNS + 1;

  for (int i = 1; i <= n; i++)
    rn_strip_data_append (data, i, (float[]){ (float) i });
  /* columns of two: (98, 100] has step 99, which stays, and 100, which goes */
  rn_strip_data_cut (data, 99);
  g_assert_cmpint (rn_strip_data_n_columns (data), ==, 49);
  rn_strip_data_append (data, 100, (float[]){ 5.0f });
  rn_strip_data_append (data, 101, (float[]){ 7.0f });
  rn_strip_data_append (data, 102, (float[]){ 1.0f });
  g_assert_cmpint (rn_strip_data_n_columns (data), ==, 51);
  g_assert_cmpfloat (rn_strip_data_get_column (data, 49)[0], ==, 6.0f);
  g_assert_cmpfloat (rn_strip_data_get_column (data, 50)[0], ==, 1.0f);
}

static void
test_the_range_is_of_finite_values_over_zero (void)
{
  g_autoptr (RnStripData) data = rn_strip_data_new (4);
  double min, max;

  rn_strip_data_append (data, 1, (float[]){ 0.0f, NAN, INFINITY, 0.0f });
  g_assert_false (rn_strip_data_get_range (data, &min, &max));
  rn_strip_data_append (data, 2, (float[]){ 0.25f, NAN, 8.0f, 0.0f });
  g_assert_true (rn_strip_data_get_range (data, &min, &max));
  g_assert_cmpfloat (min, ==, 0.25);
  g_assert_cmpfloat (max, ==, 8.0);
}

static void
test_a_copy_does_not_grow_along (void)
{
  g_autoptr (RnStripData) data = rn_strip_data_new (1);
  g_autoptr (RnStripData) copy = NULL;

  rn_strip_data_append (data, 1, (float[]){ 1.0f });
  copy = rn_strip_data_copy (data);
  rn_strip_data_append (data, 2, (float[]){ 2.0f });
  g_assert_cmpint (rn_strip_data_n_columns (copy), ==, 1);
  rn_strip_data_append (copy, 5, (float[]){ 9.0f });
  g_assert_cmpfloat (rn_strip_data_get_column (copy, 1)[0], ==, 9.0f);
  g_assert_cmpfloat (rn_strip_data_get_column (data, 1)[0], ==, 2.0f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strip-data/columns are means of neighbours",
                   test_columns_are_means_of_neighbours);
  g_test_add_func ("/strip-data/NaN is left out of a mean", test_nan_is_left_out_of_a_mean);
  g_test_add_func ("/strip-data/each step is found in the column that has it",
                   test_each_step_is_found_in_the_column_that_has_it);
  g_test_add_func ("/strip-data/a cut forgets what came after", test_a_cut_forgets_what_came_after);
  g_test_add_func ("/strip-data/a cut within a merged column takes it out",
                   test_a_cut_within_a_merged_column_takes_it_out);
  g_test_add_func ("/strip-data/the range is of finite values over zero",
                   test_the_range_is_of_finite_values_over_zero);
  g_test_add_func ("/strip-data/a copy does not grow along", test_a_copy_does_not_grow_along);
  return g_test_run ();
}
