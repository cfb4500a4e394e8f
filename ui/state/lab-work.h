#pragma once

#include "state/lab-desk.h"

G_BEGIN_DECLS

/* What crosses threads of an experiment under way: the window commands the runner, a thread makes it and another frees it.
 * Reference counted.
 */
typedef struct
{
  gatomicrefcount references;
  GWeakRef session;
  int is_woken; /* atomic: an idle source that will drain is on its way */
  RnLabPlan *plan;
  RnLabWish *wish;
  int threads;
  RnLabRunner *runner; /* (nullable): while it is being made, and after its end */
  int lock;            /* of the crash's mark */
} RnLabWork;

RnLabWork *rn_lab_work_new (struct _RnSession *session, RnLabPlan *plan, const RnLabWish *wish,
                            int threads);
RnLabWork *rn_lab_work_ref (RnLabWork *work);
/** @work: (type RnLabWork) */
void rn_lab_work_unref (gpointer work);

/** Makes the runner and starts it, on a thread. @made: called with (transfer full) @work in the window's thread when it is
 * there */
void rn_lab_work_make (RnLabWork *work, GSourceFunc made);
/** Stops and frees the runner, on a thread. (transfer full) @work; @ended: (nullable): called with @data in the window's
 * thread afterwards */
void rn_lab_work_end (RnLabWork *work, GSourceFunc ended, gpointer data);

G_END_DECLS
