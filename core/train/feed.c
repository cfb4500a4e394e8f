#include "train/feed.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

/* At most one snapshot waits. What comes meanwhile is added to it: numbers are appended, pictures and states replaced.
 * Past RN_FEED_MAX_POINTS points, neighbours merge by pairs, so the points of a hidden window take bounded memory and
 * still tell minimum, maximum and mean of every stretch. Marks are rare, and bounded the same way by forgetting the
 * oldest checkpoints.
 */

#define MAX_MARKS 4096

struct _RnFeed
{
  gatomicrefcount references;
  pthread_mutex_t lock;
  pthread_cond_t filled;
  RnSnapshot *waiting;
  GFunc wake;
  gpointer wake_data;
};

static void
watched_free (gpointer data)
{
  RnWatched *watched = data;

  g_free (watched->tap);
  g_clear_pointer (&watched->values, rn_tensor_unref);
  g_free (watched);
}

RnSnapshot *
rn_snapshot_new (void)
{
  RnSnapshot *snapshot = g_new0 (RnSnapshot, 1);

  snapshot->points = g_array_new (FALSE, FALSE, sizeof (RnPoint));
  snapshot->measures = g_array_new (FALSE, FALSE, sizeof (RnBlockMeasure));
  snapshot->responses = g_array_new (FALSE, FALSE, sizeof (RnLayerResponse));
  snapshot->marks = g_array_new (FALSE, FALSE, sizeof (RnMark));
  snapshot->watched = g_ptr_array_new_with_free_func (watched_free);
  return snapshot;
}

void
rn_snapshot_free (RnSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;
  g_array_unref (snapshot->points);
  g_array_unref (snapshot->measures);
  g_array_unref (snapshot->responses);
  g_array_unref (snapshot->marks);
  g_ptr_array_unref (snapshot->watched);
  g_clear_error (&snapshot->failure);
  g_free (snapshot);
}

RnFeed *
rn_feed_new (void)
{
  RnFeed *feed = g_new0 (RnFeed, 1);
  pthread_condattr_t attributes;

  g_atomic_ref_count_init (&feed->references);
  pthread_mutex_init (&feed->lock, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&feed->filled, &attributes);
  pthread_condattr_destroy (&attributes);
  return feed;
}

RnFeed *
rn_feed_ref (RnFeed *feed)
{
  g_atomic_ref_count_inc (&feed->references);
  return feed;
}

void
rn_feed_unref (RnFeed *feed)
{
  if (feed == NULL || !g_atomic_ref_count_dec (&feed->references))
    return;
  g_clear_pointer (&feed->waiting, rn_snapshot_free);
  pthread_cond_destroy (&feed->filled);
  pthread_mutex_destroy (&feed->lock);
  g_free (feed);
}

void
rn_feed_set_wake (RnFeed *feed, GFunc wake, gpointer data)
{
  pthread_mutex_lock (&feed->lock);
  feed->wake = wake;
  feed->wake_data = data;
  pthread_mutex_unlock (&feed->lock);
}

static RnPoint
merge_points (const RnPoint *a, const RnPoint *b)
{
  const double n_a = (double) (a->last_step - a->first_step + 1),
               n_b = (double) (b->last_step - b->first_step + 1);

  return (RnPoint){ .first_step = a->first_step,
                    .last_step = b->last_step,
                    .loss_min = MIN (a->loss_min, b->loss_min),
                    .loss_max = MAX (a->loss_max, b->loss_max),
                    .loss_mean = (n_a * a->loss_mean + n_b * b->loss_mean) / (n_a + n_b),
                    .error_min = MIN (a->error_min, b->error_min),
                    .error_max = MAX (a->error_max, b->error_max),
                    .error_mean = (n_a * a->error_mean + n_b * b->error_mean) / (n_a + n_b),
                    .rate = b->rate };
}

static void
merge_by_pairs (GArray *points)
{
  RnPoint *items = (RnPoint *) (gpointer) points->data;
  guint n = 0;

  for (guint i = 0; i + 1 < points->len; i += 2)
    items[n++] = merge_points (&items[i], &items[i + 1]);
  if (points->len % 2 == 1)
    items[n++] = items[points->len - 1];
  g_array_set_size (points, n);
}

#define SWAP(a, b)                                                                                 \
  do                                                                                               \
    {                                                                                              \
      gpointer swapped = (a);                                                                      \
      (a) = (b);                                                                                   \
      (b) = swapped;                                                                               \
    }                                                                                              \
  while (0)

/* Returns: @newer with what @older has told and it has not; @older is freed. */
static RnSnapshot *
append (RnSnapshot *older, RnSnapshot *newer)
{
  g_array_append_vals (older->points, newer->points->data, newer->points->len);
  while (older->points->len > RN_FEED_MAX_POINTS)
    merge_by_pairs (older->points);
  g_array_append_vals (older->marks, newer->marks->data, newer->marks->len);
  if (older->marks->len > MAX_MARKS)
    g_array_remove_range (older->marks, 0, older->marks->len - MAX_MARKS);

  SWAP (older->points, newer->points);
  SWAP (older->marks, newer->marks);
  if (newer->measures->len == 0)
    SWAP (older->measures, newer->measures);
  if (newer->responses->len == 0)
    SWAP (older->responses, newer->responses);
  if (newer->watched->len == 0)
    SWAP (older->watched, newer->watched);
  if (newer->failure == NULL)
    newer->failure = g_steal_pointer (&older->failure);
  rn_snapshot_free (older);
  return newer;
}

void
rn_feed_offer (RnFeed *feed, RnSnapshot *snapshot)
{
  GFunc wake = NULL;
  gpointer wake_data;

  pthread_mutex_lock (&feed->lock);
  if (feed->waiting != NULL)
    snapshot = append (feed->waiting, snapshot);
  else
    wake = feed->wake;
  feed->waiting = snapshot;
  wake_data = feed->wake_data;
  pthread_cond_signal (&feed->filled);
  pthread_mutex_unlock (&feed->lock);
  if (wake != NULL)
    wake (feed, wake_data);
}

RnSnapshot *
rn_feed_take (RnFeed *feed)
{
  RnSnapshot *snapshot;

  pthread_mutex_lock (&feed->lock);
  snapshot = g_steal_pointer (&feed->waiting);
  pthread_mutex_unlock (&feed->lock);
  return snapshot;
}

RnSnapshot *
rn_feed_wait (RnFeed *feed, gint64 timeout_us)
{
  const gint64 until = g_get_monotonic_time () + timeout_us;
  const struct timespec deadline = { until / G_USEC_PER_SEC, (until % G_USEC_PER_SEC) * 1000 };
  RnSnapshot *snapshot;

  pthread_mutex_lock (&feed->lock);
  while (feed->waiting == NULL)
    if (pthread_cond_timedwait (&feed->filled, &feed->lock, &deadline) == ETIMEDOUT)
      break;
  snapshot = g_steal_pointer (&feed->waiting);
  pthread_mutex_unlock (&feed->lock);
  return snapshot;
}
