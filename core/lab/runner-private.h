#pragma once

#include <pthread.h>

#include "residua/lab.h"
#include "residua/trainer.h"

/* A runner: its thread (runner-work.c) trains, and shares with those who command it (runner.c) what the lock guards. */

/* Of one run */
typedef struct
{
  RnTrainer *trainer; /* (nullable): open, at rest but for the one that is being waited for */
  RnFeed *feed;
  gint64 steps;
  double macs;      /* of a step */
  gboolean is_done; /* the trainer has nothing left to do */
  /* guarded by the lock; the thread alone writes them */
  gboolean is_over; /* finished, or it will never be */
  gint64 step;
} RnLabLane;

/* What an arm has taken so far, since the runner began */
typedef struct
{
  double seconds;
  gint64 steps;
} RnLabPace;

struct _RnLabRunner
{
  RnLabPlan *plan;
  RnLabOrder order;
  int threads;
  int n_arms;
  int n_runs;
  RnLabLane *lanes;
  GFunc wake;
  gpointer wake_data;
  GThread *thread;

  /* guarded by the lock */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  RnLabState state;
  RnLabState wanted; /* RUNNING, PAUSED or STOPPED */
  int run;
  double pictures_per_s;
  RnLabPace *paces; /* of each arm */
  GError *error;
};

/* The thread; @data is the runner */
gpointer rn_lab_runner_work (gpointer data);
