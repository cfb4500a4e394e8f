#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>

#include "state/session-private.h"

#define TRAINING_NICE 10

struct _RnTraining
{
  gatomicrefcount references;
  GWeakRef session;
  int is_woken; /* atomic: an idle source that will look into the feed is on its way */
  RnFeed *feed;
  char *run_path;
  pthread_mutex_t lock; /* held by whoever uses the trainer from another thread than the window's */
  RnTrainer *trainer;   /* NULL once it has ended */
};

/* On the window's thread */
static gboolean
look_into_feed (gpointer data)
{
  RnTraining *training = data;
  g_autoptr (RnSession) session = g_weak_ref_get (&training->session);

  g_atomic_int_set (&training->is_woken, 0);
  if (session != NULL && session->training == training)
    rn_session_feed_filled (session);
  return G_SOURCE_REMOVE;
}

static void
unref_training (gpointer data)
{
  rn_training_unref (data);
}

/* On the worker's thread */
static void
wake (gpointer feed, gpointer data)
{
  RnTraining *training = data;

  if (g_atomic_int_compare_and_exchange (&training->is_woken, 0, 1))
    g_idle_add_full (G_PRIORITY_DEFAULT, look_into_feed, rn_training_ref (training),
                     unref_training);
}

RnTraining *
rn_training_new (RnTrainer *trainer, RnSession *session)
{
  RnTraining *training = g_new0 (RnTraining, 1);

  g_atomic_ref_count_init (&training->references);
  g_weak_ref_init (&training->session, session);
  pthread_mutex_init (&training->lock, NULL);
  training->trainer = trainer;
  training->feed = rn_feed_ref (rn_trainer_get_feed (trainer));
  training->run_path = g_strdup (rn_trainer_get_run_path (trainer));
  rn_feed_set_wake (training->feed, wake, training);
  return training;
}

RnTraining *
rn_training_ref (RnTraining *training)
{
  g_atomic_ref_count_inc (&training->references);
  return training;
}

void
rn_training_unref (RnTraining *training)
{
  if (training == NULL || !g_atomic_ref_count_dec (&training->references))
    return;
  g_assert (training->trainer == NULL);
  g_weak_ref_clear (&training->session);
  rn_feed_unref (training->feed);
  pthread_mutex_destroy (&training->lock);
  g_free (training->run_path);
  g_free (training);
}

RnTrainer *
rn_training_get_trainer (RnTraining *training)
{
  return training->trainer;
}

RnFeed *
rn_training_get_feed (RnTraining *training)
{
  return training->feed;
}

RnModel *
rn_training_copy_model (RnTraining *training)
{
  RnModel *model = NULL;

  pthread_mutex_lock (&training->lock);
  if (training->trainer != NULL)
    model = rn_trainer_copy_model (training->trainer);
  pthread_mutex_unlock (&training->lock);
  return model;
}

void
rn_training_end (RnTraining *training)
{
  /* first, so that nobody who holds the lock waits longer for the worker than for this */
  rn_trainer_stop (training->trainer);
  pthread_mutex_lock (&training->lock);
  /* the worker is joined here, so nobody is woken with this training after it */
  g_clear_pointer (&training->trainer, rn_trainer_free);
  pthread_mutex_unlock (&training->lock);
  rn_feed_set_wake (training->feed, NULL, NULL);
  rn_crash_unmark (training->run_path);
}

void
rn_training_lower_priority (void)
{
  /* On Linux the "process" 0 is the calling thread, and its children inherit what it has. */
  if (setpriority (PRIO_PROCESS, 0, TRAINING_NICE) != 0)
    g_debug ("setpriority: %s", g_strerror (errno));
}
