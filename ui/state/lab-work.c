#include "state/lab-work.h"

#include "state/session-private.h"

RnLabWork *
rn_lab_work_new (RnSession *session, RnLabPlan *plan, const RnLabWish *wish, int threads)
{
  RnLabWork *work = g_new0 (RnLabWork, 1);

  g_atomic_ref_count_init (&work->references);
  g_weak_ref_init (&work->session, session);
  work->plan = rn_lab_plan_ref (plan);
  work->wish = rn_lab_wish_copy (wish);
  work->threads = threads;
  work->lock = -1;
  return work;
}

RnLabWork *
rn_lab_work_ref (RnLabWork *work)
{
  g_atomic_ref_count_inc (&work->references);
  return work;
}

void
rn_lab_work_unref (gpointer data)
{
  RnLabWork *work = data;

  if (!g_atomic_ref_count_dec (&work->references))
    return;
  g_assert (work->runner == NULL);
  g_weak_ref_clear (&work->session);
  rn_lab_plan_unref (work->plan);
  rn_lab_wish_free (work->wish);
  g_free (work);
}

/* Feeds */

static gboolean
look_into_feeds (gpointer data)
{
  RnLabWork *work = data;
  g_autoptr (RnSession) session = g_weak_ref_get (&work->session);

  g_atomic_int_set (&work->is_woken, 0);
  if (session != NULL)
    rn_session_feed_filled (session);
  return G_SOURCE_REMOVE;
}

/* On the runner's thread */
static void
wake (gpointer source, gpointer data)
{
  RnLabWork *work = data;

  if (g_atomic_int_compare_and_exchange (&work->is_woken, 0, 1))
    g_idle_add_full (G_PRIORITY_DEFAULT, look_into_feeds, rn_lab_work_ref (work),
                     rn_lab_work_unref);
}

/* Threads */

typedef struct
{
  RnLabWork *work;
  GSourceFunc told; /* (nullable) */
  gpointer data;
} Task;

static void
run_thread (const char *name, GThreadFunc func, RnLabWork *work, GSourceFunc told, gpointer data)
{
  Task *task = g_new (Task, 1);

  *task = (Task){ work, told, data };
  g_thread_unref (g_thread_new (name, func, task));
}

static gpointer
make_in_thread (gpointer data)
{
  g_autofree Task *task = data;
  RnLabWork *work = task->work;

  /* the runner's threads inherit it */
  rn_training_lower_priority ();
  work->lock = rn_lab_mark_set (work->wish);
  work->runner = rn_lab_runner_new (work->plan, work->wish->order, work->threads);
  rn_lab_runner_set_wake (work->runner, wake, work);
  rn_lab_runner_start (work->runner);
  g_idle_add_full (G_PRIORITY_DEFAULT, task->told, work, NULL);
  return NULL;
}

void
rn_lab_work_make (RnLabWork *work, GSourceFunc made)
{
  run_thread ("residua-lab", make_in_thread, rn_lab_work_ref (work), made, NULL);
}

static gpointer
end_in_thread (gpointer data)
{
  g_autofree Task *task = data;

  g_clear_pointer (&task->work->runner, rn_lab_runner_free);
  rn_lab_mark_clear (task->work->lock);
  rn_lab_work_unref (task->work);
  if (task->told != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, task->told, task->data, NULL);
  return NULL;
}

void
rn_lab_work_end (RnLabWork *work, GSourceFunc ended, gpointer data)
{
  run_thread ("residua-lab-end", end_in_thread, work, ended, data);
}
