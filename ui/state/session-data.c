#include <glib/gi18n-lib.h>

#include "state/session-private.h"

/* Opening a data set in a task. The one that was asked for last wins; older ones are cancelled. */

#define PROGRESS_EVERY_US 100000

typedef struct _RnOpening
{
  gatomicrefcount references;
  GWeakRef session;
  char *what;
  guint64 seed;
  int is_cancelled; /* atomic */
  /* the task's */
  gint64 told_us;
  /* guarded by being written before the idle source is attached */
  double progress;
} RnOpening;

static RnOpening *
opening_ref (RnOpening *opening)
{
  g_atomic_ref_count_inc (&opening->references);
  return opening;
}

static void
opening_unref (gpointer data)
{
  RnOpening *opening = data;

  if (!g_atomic_ref_count_dec (&opening->references))
    return;
  g_weak_ref_clear (&opening->session);
  g_free (opening->what);
  g_free (opening);
}

typedef struct
{
  RnOpening *opening;
  double done;
} Progress;

static void
progress_free (gpointer data)
{
  Progress *progress = data;

  opening_unref (progress->opening);
  g_free (progress);
}

static gboolean
show_progress (gpointer data)
{
  Progress *progress = data;
  g_autoptr (RnSession) self = g_weak_ref_get (&progress->opening->session);

  if (self == NULL || self->opening != progress->opening)
    return G_SOURCE_REMOVE;
  self->dataset_progress = progress->done;
  rn_session_emit (self, RN_SIGNAL_DATASET);
  if (self->start != NULL)
    {
      self->status.preparing = progress->done;
      rn_session_emit (self, RN_SIGNAL_STATUS);
    }
  return G_SOURCE_REMOVE;
}

/* On the task's thread */
static gboolean
note_progress (double done, gpointer data)
{
  RnOpening *opening = data;
  const gint64 now = g_get_monotonic_time ();
  Progress *progress;

  if (g_atomic_int_get (&opening->is_cancelled))
    return FALSE;
  if (now - opening->told_us < PROGRESS_EVERY_US)
    return TRUE;
  opening->told_us = now;
  progress = g_new0 (Progress, 1);
  progress->opening = opening_ref (opening);
  progress->done = CLAMP (done, 0.0, 1.0);
  g_idle_add_full (G_PRIORITY_DEFAULT, show_progress, progress, progress_free);
  return TRUE;
}

/* A thread of its own, since a pool's would keep the low priority: drawing the sample set takes all processors, and the
 * window is opening meanwhile. */
static gpointer
open_in_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  RnOpening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  RnDataset *dataset;

  rn_training_lower_priority ();
  dataset = rn_dataset_open (opening->what, opening->seed, note_progress, opening, &error);

  if (dataset != NULL)
    g_task_return_pointer (task, dataset, (GDestroyNotify) rn_dataset_unref);
  else
    g_task_return_error (task, error);
  return NULL;
}

static void
opened (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  RnOpening *opening = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (RnDataset) dataset = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->opening != opening)
    return;
  g_clear_pointer (&self->opening, opening_unref);
  self->dataset_progress = -1.0;
  if (dataset == NULL)
    {
      self->dataset_problem = g_strdup (error->message);
      rn_session_emit (self, RN_SIGNAL_DATASET);
      rn_session_fail (self, _ ("The data cannot be used"), error->message);
      rn_session_data_failed (self);
      return;
    }
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  self->dataset = g_steal_pointer (&dataset);
  self->dataset_seed = opening->seed;
  rn_session_emit (self, RN_SIGNAL_DATASET);
  if (rn_session_derive_settings (self))
    rn_session_emit (self, RN_SIGNAL_SETTINGS);
  rn_session_update_time (self, FALSE);
  rn_session_proceed (self);
}

void
rn_session_open_dataset_with (RnSession *self, const char *what, guint64 seed)
{
  RnOpening *opening = g_new0 (RnOpening, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, opened, NULL);

  rn_session_cancel_dataset (self);
  g_atomic_ref_count_init (&opening->references);
  g_weak_ref_init (&opening->session, self);
  opening->what = g_strdup (what);
  opening->seed = seed;
  self->opening = opening;
  g_free (self->dataset_name);
  /* @what may have been the old name */
  self->dataset_name = g_strdup (opening->what);
  g_clear_pointer (&self->dataset_problem, g_free);
  self->dataset_progress = 0.0;
  g_task_set_task_data (task, opening_ref (opening), opening_unref);
  g_thread_unref (g_thread_new ("residua-data", open_in_thread, g_steal_pointer (&task)));
  rn_session_emit (self, RN_SIGNAL_DATASET);
}

void
rn_session_cancel_dataset (RnSession *self)
{
  if (self->opening != NULL)
    g_atomic_int_set (&self->opening->is_cancelled, 1);
  g_clear_pointer (&self->opening, opening_unref);
  self->dataset_progress = -1.0;
}

void
rn_session_open_dataset (RnSession *self, const char *what)
{
  g_return_if_fail (what != NULL);
  rn_session_open_dataset_with (self, what, self->settings.seed);
}

RnDataset *
rn_session_get_dataset (RnSession *self)
{
  return self->dataset;
}

const char *
rn_session_get_dataset_name (RnSession *self)
{
  return self->dataset_name;
}

double
rn_session_get_dataset_progress (RnSession *self)
{
  return self->dataset_progress;
}

const char *
rn_session_get_dataset_problem (RnSession *self)
{
  return self->dataset_problem;
}
