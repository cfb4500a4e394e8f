#pragma once

#include "residua/lab-results.h"

/* What one run gives: its curves as far as it is, and once it is finished its numbers and what taking it apart said. */

typedef struct
{
  double x;
  double y;
} RnLabPoint;

typedef enum
{
  RN_LAB_STUDY_RESPONSES = 1 << 0,
  RN_LAB_STUDY_LESIONS = 1 << 1,
  RN_LAB_STUDY_SHUFFLES = 1 << 2,
  RN_LAB_STUDY_GRADIENT = 1 << 3
} RnLabStudies;

typedef struct
{
  GArray *history; /* (nullable) (element-type RnHistoryRow): NULL where there is no run yet */
  gboolean is_finished;
  gint64 diverged;                     /* the step at which it did; 0 where it did not */
  double seconds;                      /* of training, from timing.csv */
  double numbers[RN_LAB_N_QUANTITIES]; /* at the end; NaN where it is not known */
  GArray *
      responses; /* (element-type double): of 3x3 layers in order; empty where it was not studied, as the next */
  GArray *lesions;      /* (element-type RnLabPoint): block from 1 (0: none), error */
  GArray *lesions_many; /* number of blocks, error */
  GArray *shuffles;     /* tau, error, by number of exchanges */
  GArray *n_exchanged;  /* (element-type int): of each of @shuffles */
  GArray *shares;       /* block from 1, share of the shortcut */
} RnLabOutcome;

/* Reads run @run of @plan, and studies it where it is finished. @studies: which; @error: not set where there is no run */
gboolean rn_lab_outcome_read (RnLabOutcome *self, RnLabPlan *plan, int run, RnLabStudies studies,
                              int threads, const int *cancel, GError **error);
void rn_lab_outcome_clear (RnLabOutcome *self);

/* A curve's quantity when the share @at of @steps was done; NaN where the run is not that far, or diverged before */
double rn_lab_outcome_at (const RnLabOutcome *self, RnLabQuantity quantity, double at,
                          gint64 steps);
