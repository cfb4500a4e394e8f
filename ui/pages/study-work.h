#pragma once

#include <pthread.h>

#include "pages/study-responses.h"
#include "pages/study-runner.h"

G_BEGIN_DECLS

/* A study under way: what its thread and the window share. The thread's until it is freed, but for what @lock guards. */

/* How wide a square is that covers the picture, and from one to the next: parts of the picture's side */
#define RN_STUDY_PATCHES 4
#define RN_STUDY_STRIDES 32

typedef struct
{
  RnStudyKind kind;
  RnModel *model;
  RnDataset *dataset; /* (nullable): of a study of one picture */
  RnPicture *view;    /* (nullable): that picture, as the network sees it */
  int class;          /* whose probability is looked at in it */
  int count;
  int threads;       /* 0: as many as there are processors */
  gboolean *gates;   /* (nullable) */
  GPtrArray *curves; /* (nullable): of RnStudyCurve: to be measured */
  int cancel;        /* atomic */

  pthread_mutex_t lock;
  GSourceFunc
      collect; /* in the window's thread, some time after anything below has changed; its data is the work */
  gpointer owner;   /* (nullable): NULL once nobody wants to know; the window's thread's alone */
  gboolean is_told; /* the window was woken and has not looked yet */
  gboolean is_done;
  double progress;
  int n_pictures;
  GArray *answers;
  GArray *points;
  GArray *gradients;
  GPtrArray *measured; /* of RnStudyCurve */
  RnTensor *map;       /* (nullable) */
  GError *error;
} RnStudyWork;

RnStudyWork *rn_study_work_new (RnStudyKind kind, RnModel *model, GSourceFunc collect,
                                gpointer owner);
void rn_study_work_unref (gpointer work);
/** Begins, in a thread of low priority. */
void rn_study_work_start (RnStudyWork *work);
/** Gives it up: @owner hears nothing any more. */
void rn_study_work_abandon (RnStudyWork *work);

G_END_DECLS
