#include "residua/feed.h"

#include "train/feed.h"

static RnSnapshot *
snapshot_of_step (gint64 step, double loss)
{
  RnSnapshot *snapshot = rn_snapshot_new ();
  const RnPoint point = { step, step, loss, loss, loss, 0.5, 0.5, 0.5, 0.1 };

  snapshot->step = step;
  g_array_append_val (snapshot->points, point);
  return snapshot;
}

static void
test_nothing_waits_in_a_new_feed (void)
{
  g_autoptr (RnFeed) feed = rn_feed_new ();

  g_assert_null (rn_feed_take (feed));
  g_assert_null (rn_feed_wait (feed, 1000));
}

static void
test_points_are_appended_while_nobody_looks (void)
{
  g_autoptr (RnFeed) feed = rn_feed_new ();
  g_autoptr (RnSnapshot) taken = NULL;

  for (gint64 step = 1; step <= 100; step++)
    rn_feed_offer (feed, snapshot_of_step (step, (double) step));
  taken = rn_feed_take (feed);
  g_assert_cmpint (taken->step, ==, 100);
  g_assert_cmpuint (taken->points->len, ==, 100);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpfloat (g_array_index (taken->points, RnPoint, i).loss_mean, ==, i + 1.0);
  g_assert_null (rn_feed_take (feed));
}

static void
test_past_the_bound_neighbours_merge_and_no_number_is_lost (void)
{
  const gint64 n = 3 * RN_FEED_MAX_POINTS + 17;
  g_autoptr (RnFeed) feed = rn_feed_new ();
  g_autoptr (RnSnapshot) taken = NULL;
  gint64 next = 1;
  double sum = 0.0;

  for (gint64 step = 1; step <= n; step++)
    rn_feed_offer (feed, snapshot_of_step (step, (double) step));
  taken = rn_feed_take (feed);
  g_assert_cmpuint (taken->points->len, <=, RN_FEED_MAX_POINTS);
  for (guint i = 0; i < taken->points->len; i++)
    {
      const RnPoint *point = &g_array_index (taken->points, RnPoint, i);
      const double count = (double) (point->last_step - point->first_step + 1);

      g_assert_cmpint (point->first_step, ==, next);
      g_assert_cmpfloat (point->loss_min, ==, (double) point->first_step);
      g_assert_cmpfloat (point->loss_max, ==, (double) point->last_step);
      sum += point->loss_mean * count;
      next = point->last_step + 1;
    }
  g_assert_cmpint (next, ==, n + 1);
  g_assert_cmpfloat_with_epsilon (sum, (double) n * (double) (n + 1) / 2.0, 1e-3);
}

static void
test_pictures_are_replaced_and_kept_when_nothing_newer_comes (void)
{
  g_autoptr (RnFeed) feed = rn_feed_new ();
  g_autoptr (RnSnapshot) taken = NULL;

  for (gint64 step = 1; step <= 3; step++)
    {
      RnSnapshot *snapshot = snapshot_of_step (step, 0.0);
      const RnBlockMeasure measure = { .step = step, .block = 7 };
      const RnLayerResponse response = { .name = "bn1", .std = (double) step };

      if (step < 3)
        {
          RnWatched *watched = g_new0 (RnWatched, 1);

          watched->step = step;
          g_ptr_array_add (snapshot->watched, watched);
          g_array_append_val (snapshot->measures, measure);
          g_array_append_val (snapshot->responses, response);
        }
      rn_feed_offer (feed, snapshot);
    }
  taken = rn_feed_take (feed);
  g_assert_cmpuint (taken->watched->len, ==, 1);
  g_assert_cmpint (((RnWatched *) g_ptr_array_index (taken->watched, 0))->step, ==, 2);
  g_assert_cmpuint (taken->measures->len, ==, 1);
  g_assert_cmpint (g_array_index (taken->measures, RnBlockMeasure, 0).step, ==, 2);
  g_assert_cmpuint (taken->responses->len, ==, 1);
  g_assert_cmpfloat (g_array_index (taken->responses, RnLayerResponse, 0).std, ==, 2.0);
}

static void
test_a_failure_is_not_overwritten (void)
{
  g_autoptr (RnFeed) feed = rn_feed_new ();
  g_autoptr (RnSnapshot) taken = NULL;
  RnSnapshot *failed = snapshot_of_step (1, 0.0);

  failed->failure = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOSPC, "full");
  rn_feed_offer (feed, failed);
  rn_feed_offer (feed, snapshot_of_step (2, 0.0));
  taken = rn_feed_take (feed);
  g_assert_error (taken->failure, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
}

static void
count_wakes (gpointer feed, gpointer data)
{
  g_atomic_int_inc ((int *) data);
}

static void
test_it_wakes_once_from_empty_to_filled (void)
{
  g_autoptr (RnFeed) feed = rn_feed_new ();
  int wakes = 0;

  rn_feed_set_wake (feed, count_wakes, &wakes);
  for (int i = 0; i < 5; i++)
    rn_feed_offer (feed, snapshot_of_step (i + 1, 0.0));
  g_assert_cmpint (wakes, ==, 1);
  rn_snapshot_free (rn_feed_take (feed));
  rn_feed_offer (feed, snapshot_of_step (6, 0.0));
  g_assert_cmpint (wakes, ==, 2);
}

static gpointer
offer_many (gpointer data)
{
  for (gint64 step = 1; step <= 2000; step++)
    rn_feed_offer (data, snapshot_of_step (step, 1.0));
  return NULL;
}

static void
test_a_reader_gets_every_step_in_order_while_a_writer_writes (void)
{
  g_autoptr (RnFeed) feed = rn_feed_new ();
  GThread *writer = g_thread_new ("writer", offer_many, feed);
  gint64 next = 1;

  while (next <= 2000)
    {
      g_autoptr (RnSnapshot) taken = rn_feed_wait (feed, 10 * G_USEC_PER_SEC);

      g_assert_nonnull (taken);
      for (guint i = 0; i < taken->points->len; i++)
        {
          g_assert_cmpint (g_array_index (taken->points, RnPoint, i).first_step, ==, next);
          next = g_array_index (taken->points, RnPoint, i).last_step + 1;
        }
    }
  g_thread_join (writer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feed/nothing waits in a new feed", test_nothing_waits_in_a_new_feed);
  g_test_add_func ("/feed/points are appended while nobody looks",
                   test_points_are_appended_while_nobody_looks);
  g_test_add_func ("/feed/past the bound neighbours merge and no number is lost",
                   test_past_the_bound_neighbours_merge_and_no_number_is_lost);
  g_test_add_func ("/feed/pictures are replaced, and kept when nothing newer comes",
                   test_pictures_are_replaced_and_kept_when_nothing_newer_comes);
  g_test_add_func ("/feed/a failure is not overwritten", test_a_failure_is_not_overwritten);
  g_test_add_func ("/feed/it wakes once from empty to filled",
                   test_it_wakes_once_from_empty_to_filled);
  g_test_add_func ("/feed/a reader gets every step in order while a writer writes",
                   test_a_reader_gets_every_step_in_order_while_a_writer_writes);
  return g_test_run ();
}
