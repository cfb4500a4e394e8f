#include "heaps.h"

#include <gio/gio.h>
#include <malloc.h>

#define MAX_HEAPS 2
#define TIDY_EVERY_US (60 * G_USEC_PER_SEC)

/* Left to itself malloc() keeps a heap for each thread, whose holes add up. (Mapping large pieces one by one would keep the
 * least, but the surfaces of a frame are such pieces: a frame of the Train page took 13 ms in the place of 7.)
 */
void
rn_heaps_share (void)
{
#ifdef M_ARENA_MAX
  mallopt (M_ARENA_MAX, MAX_HEAPS);
#endif
}

#ifdef __GLIBC__
/* Pieces of ever other sizes leave holes that the next ones do not fit into: a heap only grows, by a megabyte now and then.
 * Empty pages are given back; those which the next frames need again are soon there.
 */
static void
trim_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  malloc_trim (0);
  g_task_return_boolean (task, TRUE);
}

void
rn_heaps_tidy (void)
{
  static gint64 tidied_us;
  const gint64 now_us = g_get_monotonic_time ();
  g_autoptr (GTask) task = NULL;

  if (tidied_us == 0)
    tidied_us = now_us;
  if (now_us - tidied_us < TIDY_EVERY_US)
    return;
  tidied_us = now_us;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_priority (task, G_PRIORITY_LOW);
  g_task_run_in_thread (task, trim_in_task);
}
#else
void
rn_heaps_tidy (void)
{
}
#endif
