#include "lab/runner-private.h"
#include <gio/gio.h>

#include "residua/cost.h"
#include "train/feed.h"

RnLabRunner *
rn_lab_runner_new (RnLabPlan *plan, RnLabOrder order, int threads)
{
  RnLabRunner *self = g_new0 (RnLabRunner, 1);

  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  self->plan = rn_lab_plan_ref (plan);
  self->order = order;
  self->threads = threads;
  self->n_arms = rn_experiment_n_arms (rn_lab_plan_get_experiment (plan));
  self->n_runs = rn_lab_plan_n_runs (plan);
  self->lanes = g_new0 (RnLabLane, self->n_runs);
  self->paces = g_new0 (RnLabPace, self->n_arms);
  self->run = -1;
  self->state = RN_LAB_IDLE;
  self->wanted = RN_LAB_IDLE;
  for (int i = 0; i < self->n_runs; i++)
    {
      const RnLabRun *run = rn_lab_plan_get_run (plan, i);
      RnCost cost;

      rn_cost_of_network (run->spec, run->settings->batch, 1, &cost);
      self->lanes[i].feed = rn_feed_new ();
      self->lanes[i].steps = run->settings->steps;
      self->lanes[i].macs = (double) cost.macs * run->settings->batch;
      self->lanes[i].step = MAX (rn_lab_plan_get_step (plan, i), 0);
      self->lanes[i].is_over = rn_lab_plan_is_over (plan, i);
    }
  return self;
}

/* Commands */

void
rn_lab_runner_set_wake (RnLabRunner *self, GFunc wake, gpointer data)
{
  self->wake = wake;
  self->wake_data = data;
  for (int i = 0; i < self->n_runs; i++)
    rn_feed_set_wake (self->lanes[i].feed, wake, data);
}

static void
want (RnLabRunner *self, RnLabState wanted)
{
  pthread_mutex_lock (&self->lock);
  if (self->wanted != RN_LAB_STOPPED)
    self->wanted = wanted;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
rn_lab_runner_start (RnLabRunner *self)
{
  want (self, RN_LAB_RUNNING);
  pthread_mutex_lock (&self->lock);
  if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    g_clear_error (&self->error); /* there may be room now */
  if (self->state == RN_LAB_IDLE || self->state == RN_LAB_PAUSED)
    self->state = RN_LAB_RUNNING;
  pthread_mutex_unlock (&self->lock);
  if (self->thread == NULL)
    self->thread = g_thread_new ("residua-lab", rn_lab_runner_work, self);
}

void
rn_lab_runner_pause (RnLabRunner *self)
{
  want (self, RN_LAB_PAUSED);
}

void
rn_lab_runner_stop (RnLabRunner *self)
{
  want (self, RN_LAB_STOPPED);
  pthread_mutex_lock (&self->lock);
  if (self->state == RN_LAB_IDLE)
    self->state = RN_LAB_STOPPED;
  pthread_mutex_unlock (&self->lock);
}

void
rn_lab_runner_free (RnLabRunner *self)
{
  if (self == NULL)
    return;
  rn_lab_runner_stop (self);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  for (int i = 0; i < self->n_runs; i++)
    rn_feed_unref (self->lanes[i].feed);
  g_free (self->lanes);
  g_free (self->paces);
  g_clear_error (&self->error);
  rn_lab_plan_unref (self->plan);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* Looking */

/* Seconds of a multiply-add, over all arms; 0 while nothing was measured */
static double
seconds_per_mac_locked (const RnLabRunner *self)
{
  double seconds = 0.0, macs = 0.0;

  for (int arm = 0; arm < self->n_arms; arm++)
    {
      seconds += self->paces[arm].seconds;
      macs += (double) self->paces[arm].steps * self->lanes[arm].macs;
    }
  return macs > 0.0 ? seconds / macs : 0.0;
}

void
rn_lab_runner_get_status (RnLabRunner *self, RnLabStatus *status)
{
  double per_mac, all = 0.0, done = 0.0;

  pthread_mutex_lock (&self->lock);
  per_mac = seconds_per_mac_locked (self);
  *status = (RnLabStatus){ .state = self->state,
                           .run = self->run,
                           .seconds_left = per_mac > 0.0 ? 0.0 : -1.0,
                           .pictures_per_s = self->pictures_per_s };
  for (int i = 0; i < self->n_runs; i++)
    {
      const RnLabLane *lane = &self->lanes[i];
      const RnLabPace *pace = &self->paces[i % self->n_arms];
      const double per_step =
          pace->steps > 0 ? pace->seconds / (double) pace->steps : per_mac * lane->macs;

      status->step += lane->step;
      status->steps += lane->steps;
      all += (double) lane->steps * lane->macs;
      done += (double) (lane->is_over ? lane->steps : lane->step) * lane->macs;
      if (per_mac > 0.0 && !lane->is_over)
        status->seconds_left += per_step * (double) (lane->steps - lane->step);
    }
  pthread_mutex_unlock (&self->lock);
  status->done = all > 0.0 ? done / all : 1.0;
}

gint64
rn_lab_runner_get_step (RnLabRunner *self, int run)
{
  gint64 step;

  g_return_val_if_fail (run >= 0 && run < self->n_runs, 0);

  pthread_mutex_lock (&self->lock);
  step = self->lanes[run].step;
  pthread_mutex_unlock (&self->lock);
  return step;
}

GError *
rn_lab_runner_get_error (RnLabRunner *self)
{
  GError *error;

  pthread_mutex_lock (&self->lock);
  error = self->error != NULL ? g_error_copy (self->error) : NULL;
  pthread_mutex_unlock (&self->lock);
  return error;
}

RnFeed *
rn_lab_runner_get_feed (RnLabRunner *self, int run)
{
  g_return_val_if_fail (run >= 0 && run < self->n_runs, NULL);

  return self->lanes[run].feed;
}

RnLabState
rn_lab_runner_wait (RnLabRunner *self)
{
  RnLabState state;

  pthread_mutex_lock (&self->lock);
  /* a pause that a stop was asked of is about to end */
  while (self->state == RN_LAB_RUNNING ||
         (self->state == RN_LAB_PAUSED && self->wanted == RN_LAB_STOPPED))
    pthread_cond_wait (&self->changed, &self->lock);
  state = self->state;
  pthread_mutex_unlock (&self->lock);
  return state;
}
