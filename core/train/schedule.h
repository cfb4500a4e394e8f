#pragma once

#include "residua/settings.h"

/* The learning rate of each step. All that a schedule remembers is plain numbers, so a checkpoint saves it exactly. */

#define RN_SCHEDULE_WINDOW 100

typedef struct
{
  double factor;                     /* product of RN_SCHEDULE_PLATEAU's drops so far */
  double best;                       /* lowest error that it has seen; over 1 before the first */
  int waited;                        /* evaluations since then, or since the last drop */
  gboolean warm;                     /* whether warmup_error's wait is over; once TRUE it stays */
  int n_recent;                      /* steps noted, at most RN_SCHEDULE_WINDOW */
  int next;                          /* where the next of them goes */
  double recent[RN_SCHEDULE_WINDOW]; /* training errors of the newest steps, a ring */
} RnScheduleState;

/* Doubles that rn_schedule_state_save() writes */
#define RN_SCHEDULE_STATE_SIZE (6 + RN_SCHEDULE_WINDOW)

void rn_schedule_init (RnScheduleState *state);

/* The rate of the step that is about to be done. @base: the rate of the settings, or what a set-rate command put in
 * its place; @step: how many are done, from 0; @steps: of the whole training.
 */
double rn_schedule_rate (const RnSchedule *schedule, const RnScheduleState *state, double base,
                         gint64 step, gint64 steps);
/* After each step. @train_error: share of its batch that was wrong; @epoch_steps: steps of an epoch, at least 1 */
void rn_schedule_note_step (const RnSchedule *schedule, RnScheduleState *state, double train_error,
                            gint64 epoch_steps);
/* After each evaluation. @error: of the test split, or the mean training error since the last where there is none */
void rn_schedule_note_epoch (const RnSchedule *schedule, RnScheduleState *state, double error);

void rn_schedule_state_save (const RnScheduleState *state, double numbers[RN_SCHEDULE_STATE_SIZE]);
/* Returns: FALSE, with @state as it was, where the numbers cannot have been saved by the above */
gboolean rn_schedule_state_load (RnScheduleState *state, const double *numbers, int n_numbers);
