#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "data/loader.h"
#include "network/network.h"
#include "residua/trainer.h"
#include "train/run-writer.h"
#include "train/schedule.h"

/* The worker's thread and what it shares with those who command it. Everything under "mailbox" is guarded by the lock;
 * the rest is the worker's alone once its thread runs.
 */

typedef enum
{
  RN_COMMAND_RUN,
  RN_COMMAND_PAUSE,
  RN_COMMAND_STOP,
  RN_COMMAND_RATE,
  RN_COMMAND_CHECKPOINT,
  RN_COMMAND_EVALUATE,
  RN_COMMAND_WATCH,
  RN_COMMAND_UNWATCH,
  RN_COMMAND_COPY
} RnCommandKind;

/* What somebody who waits for a copy of the model gets. */
typedef struct
{
  RnModel *model;
  gboolean done;
} RnCopyReply;

typedef struct
{
  RnCommandKind kind;
  gint64 steps;
  double rate;
  RnTensor *picture;
  char **taps;
  RnCopyReply *reply;
} RnCommand;

struct _RnTrainer
{
  /* mailbox */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  GQueue commands; /* of RnCommand */
  RnState state;
  gboolean busy;  /* commands wait, or one is being done, or it trains */
  gboolean ended; /* the worker is gone: nobody answers any more */
  /* non-zero: pause or stop waits, so leave the step under way. The kernels read it through a plain int pointer. */
  int interrupt;
  atomic_bool is_saving; /* whoever asks does not hold the lock */

  /* fixed */
  RnSettings settings;
  RnSpec *spec;
  RnDataset *dataset;
  RnPreprocess preprocess;
  RnFeed *feed;
  RnTeam *team;
  int threads;
  GPtrArray *warnings;
  GThread *thread;

  /* the worker's */
  RnNetwork *network;
  RnLoader *loader;
  RnRunWriter *writer;
  RnScheduleState schedule;
  GArray *events; /* of RnRunEvent: to be done again on the way */
  gint64 step;    /* steps done */
  gint64 goal;    /* train until here */
  double rate;    /* base */
  gint64 epoch_steps;
  gint64 saved_step;
  double best_error;
  gboolean training;
  gboolean stopping;
  gboolean failed;
  RnHistoryRow row;        /* of the newest step */
  gboolean row_is_pending; /* it waits for its evaluation before it is written */
  gboolean row_is_evaluated;
  gboolean save_is_due;   /* the checkpoint of @row's step is not on disk yet */
  gboolean measures_wait; /* @measures are not on disk yet */
  GArray *measures;
  GArray *responses;      /* of the step of @measures */
  double epoch_error_sum; /* since the last evaluation, for a plateau without a test split */
  gint64 epoch_error_steps;

  RnTensor *watched;
  char **watched_taps;
  gint64 watch_every;

  gint64 last_timing_us;
  gsize memory_bytes;        /* as of then */
  gint64 session_started_us; /* of the newest run command while it did not train */
  gint64 session_steps;
  double pictures_per_s;
  double seconds_per_step;
};

void rn_command_free (RnCommand *command);
gpointer rn_worker_thread (gpointer data);
/* A checkpoint of where the trainer stands; callable before the thread runs. */
gboolean rn_worker_save (RnTrainer *self, GError **error);
/* From a checkpoint, before the thread runs. */
gboolean rn_worker_restore (RnTrainer *self, const RnLoadedCheckpoint *checkpoint, GError **error);
