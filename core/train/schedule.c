#include "train/schedule.h"

#include <math.h>
#include <string.h>

void
rn_schedule_init (RnScheduleState *state)
{
  memset (state, 0, sizeof *state);
  state->factor = 1.0;
  state->best = G_MAXDOUBLE;
}

static double
after_milestones (const RnSchedule *schedule, double base, gint64 step)
{
  for (int i = 0; i < schedule->n_milestones; i++)
    if (step >= schedule->milestones[i])
      base *= schedule->factor;
  return base;
}

/* Half a cosine over the steps after the warm-up */
static double
cosine (const RnSchedule *schedule, double base, gint64 step, gint64 steps)
{
  const gint64 length = steps - schedule->warmup_steps;
  const double done = (double) (step - schedule->warmup_steps) / (double) MAX (length, 1);

  return base * 0.5 * (1.0 + cos (G_PI * CLAMP (done, 0.0, 1.0)));
}

double
rn_schedule_rate (const RnSchedule *schedule, const RnScheduleState *state, double base,
                  gint64 step, gint64 steps)
{
  if (schedule->warmup_error > 0.0 && !state->warm)
    return schedule->warmup_rate;
  if (step < schedule->warmup_steps)
    return schedule->warmup_rate +
           (base - schedule->warmup_rate) * ((double) step / (double) schedule->warmup_steps);
  switch (schedule->kind)
    {
    case RN_SCHEDULE_STEPS:
      return after_milestones (schedule, base, step);
    case RN_SCHEDULE_PLATEAU:
      return base * state->factor;
    case RN_SCHEDULE_COSINE:
      return cosine (schedule, base, step, steps);
    case RN_SCHEDULE_CONSTANT:
    default:
      return base;
    }
}

void
rn_schedule_note_step (const RnSchedule *schedule, RnScheduleState *state, double train_error,
                       gint64 epoch_steps)
{
  const int window = (int) CLAMP (epoch_steps, 1, RN_SCHEDULE_WINDOW);
  double sum = 0.0;

  if (schedule->warmup_error <= 0.0 || state->warm)
    return;
  state->recent[state->next] = train_error;
  state->next = (state->next + 1) % window;
  state->n_recent = MIN (state->n_recent + 1, window);
  if (state->n_recent < window)
    return;
  for (int i = 0; i < window; i++)
    sum += state->recent[i];
  state->warm = sum / window < schedule->warmup_error;
}

void
rn_schedule_note_epoch (const RnSchedule *schedule, RnScheduleState *state, double error)
{
  if (schedule->kind != RN_SCHEDULE_PLATEAU)
    return;
  if (error < state->best)
    {
      state->best = error;
      state->waited = 0;
    }
  else if (++state->waited >= schedule->patience)
    {
      state->factor *= schedule->factor;
      state->waited = 0;
    }
}

void
rn_schedule_state_save (const RnScheduleState *state, double numbers[RN_SCHEDULE_STATE_SIZE])
{
  numbers[0] = state->factor;
  numbers[1] = state->best;
  numbers[2] = state->waited;
  numbers[3] = state->warm ? 1.0 : 0.0;
  numbers[4] = state->n_recent;
  numbers[5] = state->next;
  memcpy (numbers + 6, state->recent, sizeof state->recent);
}

/* Whether @number is one of the integers 0 to @max */
static gboolean
is_whole (double number, double max)
{
  return number >= 0.0 && number <= max && number == floor (number);
}

gboolean
rn_schedule_state_load (RnScheduleState *state, const double *numbers, int n_numbers)
{
  if (n_numbers != RN_SCHEDULE_STATE_SIZE || !(numbers[0] >= 0.0 && numbers[0] <= 1.0) ||
      isnan (numbers[1]) || !is_whole (numbers[2], G_MAXINT32) || !is_whole (numbers[3], 1.0) ||
      !is_whole (numbers[4], RN_SCHEDULE_WINDOW) || !is_whole (numbers[5], RN_SCHEDULE_WINDOW - 1))
    return FALSE;
  state->factor = numbers[0];
  state->best = numbers[1];
  state->waited = (int) numbers[2];
  state->warm = numbers[3] != 0.0;
  state->n_recent = (int) numbers[4];
  state->next = (int) numbers[5];
  memcpy (state->recent, numbers + 6, sizeof state->recent);
  return TRUE;
}
