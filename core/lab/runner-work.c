#include <gio/gio.h>

#include "lab/plan-private.h"
#include "lab/runner-private.h"
#include "residua/error.h"
#include "train/feed.h"

/* How often the thread looks whether somebody wants it to pause while a trainer says nothing */
#define LOOK_EVERY_US (G_USEC_PER_SEC / 20)
#define SLICES 20

/* What the thread shares */

static void
tell (RnLabRunner *self)
{
  if (self->wake != NULL)
    self->wake (self, self->wake_data);
}

static void
rest_locked (RnLabRunner *self, RnLabState state)
{
  self->state = state;
  self->run = -1;
  pthread_cond_broadcast (&self->changed);
}

static RnLabState
get_wanted (RnLabRunner *self)
{
  RnLabState wanted;

  pthread_mutex_lock (&self->lock);
  wanted = self->wanted;
  pthread_mutex_unlock (&self->lock);
  return wanted;
}

/* Rests while a pause is wanted. Returns: FALSE where the end is wanted */
static gboolean
wait_for_leave (RnLabRunner *self)
{
  gboolean goes_on;

  pthread_mutex_lock (&self->lock);
  while (self->wanted == RN_LAB_PAUSED)
    {
      if (self->state == RN_LAB_PAUSED)
        {
          pthread_cond_wait (&self->changed, &self->lock);
          continue;
        }
      /* also where a start and a pause came one after the other, before this thread could wake up */
      rest_locked (self, RN_LAB_PAUSED);
      pthread_mutex_unlock (&self->lock);
      tell (self);
      pthread_mutex_lock (&self->lock);
    }
  goes_on = self->wanted == RN_LAB_RUNNING;
  if (goes_on)
    self->state = RN_LAB_RUNNING;
  pthread_mutex_unlock (&self->lock);
  return goes_on;
}

/* (transfer full) @error: the first is kept, with the name of its run before it. What keeps all runs from going on is told
 * rather than that one of them diverged. */
static void
keep_error (RnLabRunner *self, int run, GError *error)
{
  const gboolean has_diverged = g_error_matches (error, RN_ERROR, RN_ERROR_DIVERGED);

  g_prefix_error (&error, "%s: ", rn_lab_plan_get_run (self->plan, run)->name);
  pthread_mutex_lock (&self->lock);
  if (g_error_matches (self->error, RN_ERROR, RN_ERROR_DIVERGED) && !has_diverged)
    g_clear_error (&self->error);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  pthread_mutex_unlock (&self->lock);
  g_clear_error (&error);
}

/* Runs */

/* A checkpoint that cannot be written is an error, though training itself was well. */
static void
close_lane (RnLabRunner *self, int index)
{
  RnLabLane *lane = &self->lanes[index];
  g_autoptr (RnSnapshot) last = NULL;

  if (lane->trainer == NULL)
    return;
  rn_trainer_stop (lane->trainer);
  if (rn_trainer_wait (lane->trainer) == RN_STATE_FAILED)
    last = rn_feed_take (rn_trainer_get_feed (lane->trainer));
  if (last != NULL && last->failure != NULL)
    keep_error (self, index, g_error_copy (last->failure));
  g_clear_pointer (&lane->trainer, rn_trainer_free);
}

static void
close_all (RnLabRunner *self)
{
  for (int i = 0; i < self->n_runs; i++)
    close_lane (self, i);
}

static RnTrainer *
begin_run (RnLabRunner *self, const RnLabRun *run, GError **error)
{
  RnDataset *dataset = rn_lab_plan_get_dataset (self->plan);
  const RnLabRun *origin;
  g_autoptr (RnRun) on_disk = NULL;
  g_autoptr (RnModel) model = NULL;

  if (run->origin < 0)
    return rn_trainer_new (run->path, run->spec, run->settings, dataset, self->threads, error);
  origin = rn_lab_plan_get_run (self->plan, run->origin);
  on_disk = rn_run_open (origin->path, error);
  if (on_disk == NULL ||
      (model = rn_run_load_model (on_disk, origin->settings->steps, error)) == NULL)
    return NULL;
  return rn_trainer_new_from (run->path, run->spec, run->settings, dataset, self->threads, model,
                              origin->name, error);
}

static RnTrainer *
open_run (RnLabRunner *self, int index, GError **error)
{
  const RnLabRun *run = rn_lab_plan_get_run (self->plan, index);
  g_autoptr (RnRun) on_disk = NULL;

  if (!g_file_test (run->path, G_FILE_TEST_EXISTS))
    return begin_run (self, run, error);
  on_disk = rn_run_open (run->path, error);
  if (on_disk == NULL || !rn_lab_plan_check_run (self->plan, index, on_disk, error))
    return NULL;
  return rn_trainer_resume (run->path, rn_lab_plan_get_dataset (self->plan), 0, self->threads,
                            error);
}

/* Where memory does not reach for one more, those that wait make room: they go on from the disk later. */
static gboolean
make_ready (RnLabRunner *self, int index, GError **error)
{
  RnLabLane *lane = &self->lanes[index];
  g_autoptr (GError) first = NULL;

  if (lane->trainer != NULL)
    return TRUE;
  lane->trainer = open_run (self, index, &first);
  if (g_error_matches (first, RN_ERROR, RN_ERROR_MEMORY))
    {
      close_all (self);
      lane->trainer = open_run (self, index, error);
    }
  else if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return lane->trainer != NULL;
}

/* (transfer full) @snapshot. Returns: whether the trainer is at rest; with what failed it in @error */
static gboolean
take (RnLabRunner *self, int index, RnSnapshot *snapshot, GError **error)
{
  RnLabLane *lane = &self->lanes[index];
  const RnState state = snapshot->state;

  if (snapshot->failure != NULL && *error == NULL)
    *error = g_error_copy (snapshot->failure);
  pthread_mutex_lock (&self->lock);
  lane->step = snapshot->step;
  self->pictures_per_s = snapshot->pictures_per_s;
  pthread_mutex_unlock (&self->lock);
  lane->is_done = state == RN_STATE_FINISHED;
  rn_feed_offer (lane->feed, snapshot);
  tell (self);
  return state == RN_STATE_PAUSED || state == RN_STATE_FINISHED || state == RN_STATE_STOPPED ||
         state == RN_STATE_FAILED;
}

static void
note_pace (RnLabRunner *self, int index, gint64 steps, gint64 began_us)
{
  RnLabPace *pace = &self->paces[index % self->n_arms];

  pthread_mutex_lock (&self->lock);
  pace->seconds += (double) (g_get_monotonic_time () - began_us) * 1e-6;
  pace->steps += steps;
  pthread_mutex_unlock (&self->lock);
}

/* Trains @n_steps, or until somebody wants otherwise. */
static gboolean
train (RnLabRunner *self, int index, gint64 n_steps, GError **error)
{
  RnLabLane *lane = &self->lanes[index];
  RnFeed *feed = rn_trainer_get_feed (lane->trainer);
  const gint64 began_us = g_get_monotonic_time (), from = lane->step;
  gboolean is_asked = FALSE, is_at_rest = FALSE;
  GError *failure = NULL;
  RnSnapshot *snapshot = rn_feed_take (feed);

  if (snapshot != NULL) /* of before */
    rn_snapshot_free (snapshot);
  pthread_mutex_lock (&self->lock);
  self->run = index;
  pthread_mutex_unlock (&self->lock);
  rn_trainer_run (lane->trainer, n_steps);
  while (!is_at_rest)
    {
      snapshot = rn_feed_wait (feed, LOOK_EVERY_US);
      if (snapshot != NULL)
        is_at_rest = take (self, index, snapshot, &failure);
      if (!is_asked && get_wanted (self) != RN_LAB_RUNNING)
        {
          is_asked = TRUE;
          rn_trainer_pause (lane->trainer);
        }
    }
  note_pace (self, index, lane->step - from, began_us);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

static void
end_lane (RnLabRunner *self, int index)
{
  g_clear_pointer (&self->lanes[index].trainer, rn_trainer_free);
  pthread_mutex_lock (&self->lock);
  self->lanes[index].is_over = TRUE;
  pthread_mutex_unlock (&self->lock);
}

/* A full disk is waited out: what could not be written is in memory still. */
static void
pause_for_room (RnLabRunner *self, int index, GError *error)
{
  keep_error (self, index, error);
  pthread_mutex_lock (&self->lock);
  if (self->wanted == RN_LAB_RUNNING)
    self->wanted = RN_LAB_PAUSED;
  pthread_mutex_unlock (&self->lock);
}

/* A run that diverged will not end; the others can. Returns: FALSE where all is to end */
static gboolean
give_way (RnLabRunner *self, int index, GError *error)
{
  const gboolean is_its_own = g_error_matches (error, RN_ERROR, RN_ERROR_DIVERGED);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    {
      pause_for_room (self, index, error);
      return TRUE;
    }
  keep_error (self, index, error);
  end_lane (self, index);
  return is_its_own;
}

/* A turn of one run. Returns: FALSE where all is to end */
static gboolean
advance (RnLabRunner *self, int index)
{
  RnLabLane *lane = &self->lanes[index];
  const gint64 slice =
      self->order == RN_LAB_IN_TURN ? MAX ((lane->steps + SLICES - 1) / SLICES, 1) : lane->steps;
  GError *error = NULL;

  if (!wait_for_leave (self))
    return FALSE;
  if (rn_lab_plan_is_finished (self->plan, index))
    {
      /* a pause may have come between its last file and its end */
      end_lane (self, index);
      pthread_mutex_lock (&self->lock);
      lane->step = lane->steps;
      pthread_mutex_unlock (&self->lock);
      return TRUE;
    }
  if (!make_ready (self, index, &error) || !train (self, index, slice, &error))
    return give_way (self, index, error);
  if (lane->is_done) /* its last checkpoint is written before the next turn looks for it */
    end_lane (self, index);
  return TRUE;
}

/* Whether its origin is done; where that will never be, it is over itself. */
static gboolean
is_ready (RnLabRunner *self, int index)
{
  const int origin = rn_lab_plan_get_run (self->plan, index)->origin;

  if (origin < 0 || !self->lanes[origin].is_over)
    return origin < 0;
  if (!rn_lab_plan_is_finished (self->plan, origin))
    end_lane (self, index);
  return !self->lanes[index].is_over;
}

/* The arms of one seed, which are runs @first and after */
static gboolean
train_seed (RnLabRunner *self, int first)
{
  gboolean is_over = FALSE;

  while (!is_over)
    {
      is_over = TRUE;
      for (int i = first; i < first + self->n_arms; i++)
        {
          if (self->lanes[i].is_over || !is_ready (self, i))
            continue;
          if (!advance (self, i))
            return FALSE;
          is_over = FALSE;
        }
    }
  return TRUE;
}

gpointer
rn_lab_runner_work (gpointer data)
{
  RnLabRunner *self = data;
  gboolean goes_on = TRUE;

  for (int first = 0; goes_on && first < self->n_runs; first += self->n_arms)
    goes_on = train_seed (self, first);
  close_all (self);
  pthread_mutex_lock (&self->lock);
  rest_locked (self, self->error != NULL ? RN_LAB_FAILED
                     : goes_on           ? RN_LAB_FINISHED
                                         : RN_LAB_STOPPED);
  pthread_mutex_unlock (&self->lock);
  tell (self);
  return NULL;
}
