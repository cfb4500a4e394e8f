#include <math.h>
#include <string.h>

#include "charts/series.h"

/* What was appended, in plain arrays */
typedef struct
{
  gint64 first, last;
  float min, max, mean;
} Entry;

typedef struct
{
  RnSeries *series;
  GArray *entries; /* of Entry */
} Pair;

typedef enum
{
  PLAIN,
  GAPS = 1 << 0,
  MERGED = 1 << 1,
  NANS = 1 << 2
} Kind;

static void
pair_append (Pair *pair, const Entry *entry)
{
  g_array_append_val (pair->entries, *entry);
  rn_series_append (pair->series, entry->first, entry->last, entry->min, entry->max, entry->mean);
}

static void
pair_grow (Pair *pair, int n, Kind kind)
{
  gint64 step = rn_series_last_step (pair->series);

  for (int i = 0; i < n; i++)
    {
      const float mean = (float) g_test_rand_double_range (-2, 5);
      Entry entry = { step + 1, step + 1, mean, mean, mean };

      if ((kind & GAPS) && g_test_rand_int_range (0, 40) == 0)
        entry.first = entry.last = step + g_test_rand_int_range (2, 300);
      if ((kind & MERGED) && g_test_rand_int_range (0, 5) == 0)
        {
          entry.last = entry.first + g_test_rand_int_range (1, 30);
          entry.min -= (float) g_test_rand_double_range (0, 1);
          entry.max += (float) g_test_rand_double_range (0, 1);
        }
      if ((kind & NANS) && g_test_rand_int_range (0, 7) == 0)
        entry.min = entry.max = entry.mean = NAN;
      pair_append (pair, &entry);
      step = entry.last;
    }
}

static Pair
pair_new (int n, Kind kind)
{
  Pair pair = { rn_series_new (), g_array_new (FALSE, FALSE, sizeof (Entry)) };

  pair_grow (&pair, n, kind);
  return pair;
}

static void
pair_clear (Pair *pair)
{
  rn_series_unref (pair->series);
  g_array_unref (pair->entries);
}

static void
assert_near (double a, double b, double tolerance)
{
  if (isnan (b))
    g_assert_true (isnan (a));
  else if (tolerance == 0.0)
    g_assert_cmpfloat (a, ==, b);
  else
    g_assert_cmpfloat_with_epsilon (a, b, tolerance);
}

/* The plain reference: every entry looked at for every column */
static void
assert_columns (const Pair *pair, double x0, double x1, int n)
{
  g_autofree RnColumn *columns = g_new (RnColumn, n);

  rn_series_get_columns (pair->series, x0, x1, n, columns);
  for (int i = 0; i < n; i++)
    {
      const double from = i == 0 ? x0 : x0 + (x1 - x0) * i / n, to = x0 + (x1 - x0) * (i + 1) / n;
      double min = NAN, max = NAN, sum = 0.0, count = 0.0;
      gint64 newest = 0;

      for (guint e = 0; e < pair->entries->len; e++)
        {
          const Entry *entry = &g_array_index (pair->entries, Entry, e);
          const gint64 first = MAX (entry->first, (gint64) floor (from) + 1),
                       last = MIN (entry->last, (gint64) floor (to));

          if (first > last)
            continue;
          newest = last;
          if (isnan (entry->mean))
            continue;
          min = fmin (min, entry->min);
          max = fmax (max, entry->max);
          sum += entry->mean * (double) (last - first + 1);
          count += (double) (last - first + 1);
        }
      g_assert_cmpint (columns[i].last, ==, newest);
      assert_near (columns[i].min, min, 0.0);
      assert_near (columns[i].max, max, 0.0);
      assert_near (columns[i].mean, count > 0 ? sum / count : NAN, 1e-5);
    }
}

/* s after each entry, by the sum of the formula */
static void
assert_smoothing (const Pair *pair, double weight)
{
  double sum = 0.0, norm = 0.0;

  g_assert_cmpfloat (rn_series_get_weight (pair->series), ==, weight);
  g_assert_cmpuint (rn_series_n (pair->series), ==, pair->entries->len);
  for (guint e = 0; e < pair->entries->len; e++)
    {
      const Entry *entry = &g_array_index (pair->entries, Entry, e);
      RnSeriesEntry got;

      if (!isnan (entry->mean))
        for (gint64 step = entry->first; step <= entry->last; step++)
          {
            sum = weight * sum + entry->mean;
            norm = weight * norm + 1.0;
          }
      rn_series_get_entry (pair->series, e, &got);
      assert_near (got.smooth, norm > 0.0 ? sum / norm : NAN, 2e-5);
      g_assert_cmpint (got.first, ==, entry->first);
      g_assert_cmpint (got.last, ==, entry->last);
      assert_near (got.mean, entry->mean, 0.0);
    }
}

static void
test_columns_are_those_of_a_plain_reference (void)
{
  static const int sizes[] = { 0, 1, 2, 15, 16, 17, 255, 257, 4095, 4096, 4097, 9000 };

  for (int kind = PLAIN; kind <= (GAPS | MERGED | NANS); kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        Pair pair = pair_new (sizes[i], kind);
        const double end = (double) rn_series_last_step (pair.series);

        assert_columns (&pair, 0, end + 1, 1);
        for (int t = 0; t < 6; t++)
          {
            const double x0 = g_test_rand_double_range (-5, end + 5);

            assert_columns (&pair, x0, x0 + g_test_rand_double_range (0.01, end + 20),
                            g_test_rand_int_range (1, 60));
          }
        pair_clear (&pair);
      }
}

static void
test_every_number_of_columns (void)
{
  Pair pair = pair_new (400, GAPS | MERGED | NANS);

  for (int n = 1; n <= 1300; n += n < 100 ? 1 : 37)
    {
      assert_columns (&pair, 0, (double) rn_series_last_step (pair.series), n);
      assert_columns (&pair, 20.5, 90.25, n);
    }
  pair_clear (&pair);
}

static void
test_a_long_series_uses_its_upper_levels (void)
{
  Pair pair = pair_new (200000, NANS);

  assert_columns (&pair, 0, 200000, 3);
  assert_columns (&pair, 1.5, 199990, 7);
  rn_series_cut (pair.series, 131000);
  g_array_set_size (pair.entries, 131000);
  pair_grow (&pair, 70000, PLAIN);
  assert_columns (&pair, 0, 201000, 5);
  rn_series_cut (pair.series, 65536);
  g_array_set_size (pair.entries, 65536);
  assert_columns (&pair, 0, 65536, 1);
  pair_grow (&pair, 3, PLAIN);
  assert_columns (&pair, 0, 65539, 2);
  rn_series_cut (pair.series, 3000);
  g_array_set_size (pair.entries, 3000);
  pair_grow (&pair, 80000, PLAIN);
  assert_columns (&pair, 0, 83000, 3);
  pair_clear (&pair);
}

static void
test_a_lookup_finds_the_step_or_the_nearest_before (void)
{
  Pair pair = pair_new (9000, GAPS | MERGED | NANS);
  RnColumn got;

  g_assert_false (rn_series_lookup (pair.series, 0, &got));
  for (int t = 0; t < 3000; t++)
    {
      const gint64 step = g_test_rand_int_range (1, (int) rn_series_last_step (pair.series) + 100);
      const Entry *best = NULL;

      for (guint e = 0; e < pair.entries->len; e++)
        if (g_array_index (pair.entries, Entry, e).first <= step)
          best = &g_array_index (pair.entries, Entry, e);
      g_assert_true (rn_series_lookup (pair.series, step, &got) == (best != NULL));
      if (best == NULL)
        continue;
      g_assert_cmpint (got.last, ==, best->last);
      assert_near (got.min, best->min, 0.0);
      assert_near (got.max, best->max, 0.0);
      assert_near (got.mean, best->mean, 0.0);
    }
  pair_clear (&pair);
}

static void
test_smoothing_is_the_formula_and_goes_on (void)
{
  static const double weights[] = { 0.0, 0.5, 0.9, 0.999 };

  for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
    {
      Pair pair = pair_new (5000, GAPS | MERGED | NANS);
      RnSeriesEntry entry;

      g_assert_cmpfloat (rn_series_get_weight (pair.series), ==, -1.0);
      rn_series_get_entry (pair.series, 7, &entry);
      g_assert_true (isnan (entry.smooth));
      rn_series_smooth (pair.series, weights[i]);
      assert_smoothing (&pair, weights[i]);
      pair_grow (&pair, 5000, GAPS | MERGED | NANS);
      assert_smoothing (&pair, weights[i]);
      pair_clear (&pair);
    }
}

static void
test_the_first_smoothed_value_is_the_value_itself (void)
{
  g_autoptr (RnSeries) series = rn_series_new ();
  RnColumn entry;

  rn_series_smooth (series, 0.99);
  rn_series_append (series, 1, 1, 2.5f, 2.5f, 2.5f);
  g_assert_true (rn_series_lookup (series, 1, &entry));
  g_assert_cmpfloat (entry.smooth, ==, 2.5f);
}

static void
test_a_cut_forgets_what_came_after (void)
{
  Pair pair = pair_new (9000, PLAIN);

  rn_series_smooth (pair.series, 0.95);
  for (int step = 8999; step > 0; step -= g_test_rand_int_range (1, 900))
    {
      rn_series_cut (pair.series, step);
      g_array_set_size (pair.entries, (guint) step);
      g_assert_cmpint (rn_series_last_step (pair.series), ==, step);
      assert_columns (&pair, 0, 9100, 13);
      pair_grow (&pair, 50, NANS);
      assert_columns (&pair, 0, 9100, 17);
      assert_smoothing (&pair, 0.95);
    }
  rn_series_cut (pair.series, 0);
  g_assert_cmpuint (rn_series_n (pair.series), ==, 0);
  g_assert_cmpint (rn_series_first_step (pair.series), ==, 0);
  pair_clear (&pair);
}

static void
test_a_cut_through_a_merged_entry_says_that_the_file_knows_more (void)
{
  g_autoptr (RnSeries) series = rn_series_new ();

  rn_series_append (series, 1, 1, 1, 1, 1);
  g_assert_false (rn_series_is_merged (series));
  rn_series_append (series, 2, 9, 1, 3, 2);
  g_assert_true (rn_series_is_merged (series));
  rn_series_cut (series, 1);
  g_assert_false (rn_series_is_merged (series));
  rn_series_append (series, 2, 9, 1, 3, 2);
  rn_series_cut (series, 5);
  g_assert_cmpint (rn_series_last_step (series), ==, 1);
  g_assert_true (rn_series_is_merged (series));
}

static void
test_a_copy_stays_as_it_was (void)
{
  Pair pair = pair_new (6000, GAPS | MERGED);
  Pair copy = { rn_series_copy (pair.series), g_array_copy (pair.entries) };
  const double end = (double) rn_series_last_step (pair.series);
  RnSeries *inner;

  rn_series_smooth (pair.series, 0.5);
  pair_grow (&pair, 5000, MERGED);
  assert_columns (&copy, 0, end * 2, 31);
  inner = rn_series_copy (copy.series);
  rn_series_unref (inner);
  rn_series_cut (pair.series, 2000);
  for (gint64 step = rn_series_last_step (pair.series); step < 12000; step++)
    rn_series_append (pair.series, step + 1, step + 1, -9, -9, -9);
  assert_columns (&copy, 0, end * 2, 31);
  g_assert_cmpfloat (rn_series_get_weight (copy.series), ==, -1.0);
  pair_clear (&pair);
  assert_columns (&copy, 0, end * 2, 31);
  pair_clear (&copy);
}

static void
test_smoothing_by_a_task_goes_on_with_what_came_since (void)
{
  for (int cut = 0; cut < 2; cut++)
    {
      Pair pair = pair_new (9500, PLAIN);
      g_autoptr (RnSeries) copy = rn_series_copy (pair.series);

      rn_series_smooth (copy, 0.9);
      if (cut)
        {
          rn_series_cut (pair.series, 5000);
          g_array_set_size (pair.entries, 5000);
        }
      pair_grow (&pair, 6000, NANS);
      rn_series_adopt_smoothing (pair.series, copy);
      assert_smoothing (&pair, 0.9);
      pair_grow (&pair, 100, NANS);
      assert_smoothing (&pair, 0.9);
      pair_clear (&pair);
    }
}

static gpointer
smooth_copy (gpointer data)
{
  rn_series_smooth (data, 0.97);
  return NULL;
}

static void
test_a_copy_is_smoothed_while_the_series_grows (void)
{
  Pair pair = pair_new (30000, PLAIN);
  g_autoptr (RnSeries) copy = rn_series_copy (pair.series);
  GThread *thread = g_thread_new ("smooth", smooth_copy, copy);

  pair_grow (&pair, 10000, PLAIN);
  g_thread_join (thread);
  rn_series_adopt_smoothing (pair.series, copy);
  assert_smoothing (&pair, 0.97);
  pair_clear (&pair);
}

static void
test_memory_stays_under_24_bytes_a_step (void)
{
  g_autoptr (RnSeries) series = rn_series_new ();

  rn_series_smooth (series, 0.9);
  for (gint64 step = 1; step <= 1000000; step++)
    rn_series_append (series, step, step, 1, 1, 1);
  g_assert_cmpuint (rn_series_n (series), ==, 1000000);
  g_assert_cmpuint (rn_series_memory (series), <, 11 * 1000000);
  rn_series_cut (series, 0);
  /* in pairs, as the feed merges at the least */
  for (gint64 step = 1; step <= 1000000; step += 2)
    rn_series_append (series, step, step + 1, 0, 2, 1);
  g_assert_cmpuint (rn_series_memory (series), <, 24 * 1000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/series/columns are those of a plain reference",
                   test_columns_are_those_of_a_plain_reference);
  g_test_add_func ("/series/every number of columns", test_every_number_of_columns);
  g_test_add_func ("/series/a long one uses its upper levels",
                   test_a_long_series_uses_its_upper_levels);
  g_test_add_func ("/series/a lookup finds the step or the nearest before",
                   test_a_lookup_finds_the_step_or_the_nearest_before);
  g_test_add_func ("/series/smoothing is the formula and goes on",
                   test_smoothing_is_the_formula_and_goes_on);
  g_test_add_func ("/series/the first smoothed value is the value itself",
                   test_the_first_smoothed_value_is_the_value_itself);
  g_test_add_func ("/series/a cut forgets what came after", test_a_cut_forgets_what_came_after);
  g_test_add_func ("/series/a cut through a merged entry says that the file knows more",
                   test_a_cut_through_a_merged_entry_says_that_the_file_knows_more);
  g_test_add_func ("/series/a copy stays as it was", test_a_copy_stays_as_it_was);
  g_test_add_func ("/series/smoothing by a task goes on with what came since",
                   test_smoothing_by_a_task_goes_on_with_what_came_since);
  g_test_add_func ("/series/a copy is smoothed while the series grows",
                   test_a_copy_is_smoothed_while_the_series_grows);
  g_test_add_func ("/series/memory stays under 24 bytes a step",
                   test_memory_stays_under_24_bytes_a_step);
  return g_test_run ();
}
