#pragma once

#include <glib-object.h>
#include <residua/lab.h>

#include "state/record.h"

G_BEGIN_DECLS

/* The one experiment that trains at a time, as the session has it: a runner of the core's, what its feeds have told of the
 * runs of the seed under way, and the mark by which a start after a crash finds it again. For the window's thread; the
 * runner is made and freed on threads of their own.
 */

struct _RnSession;

#define RN_TYPE_LAB_DESK (rn_lab_desk_get_type ())
G_DECLARE_FINAL_TYPE (RnLabDesk, rn_lab_desk, RN, LAB_DESK, GObject)

/* Signals:
 *   "changed"   rn_lab_desk_get_status() answers otherwise, or another plan is on the desk, or none
 *   "records"   the records of the seed under way have grown, or are others
 *   "run-done"  a run has done all its steps, so that the results on disk are others
 *   "ended"     the experiment is finished, stopped or has failed; its plan is on the desk no more
 */

/* An experiment as a person asked for it: enough to ask again after a crash */
typedef struct
{
  char *what; /* rn_experiment_load() */
  char *data; /* (nullable): what was chosen in the place of the experiment's own data */
  int n_seeds;
  RnLabOrder order;
} RnLabWish;

RnLabWish *rn_lab_wish_copy (const RnLabWish *wish);
void rn_lab_wish_free (RnLabWish *wish);

/** @session: (transfer none): owns the desk */
RnLabDesk *rn_lab_desk_new (struct _RnSession *session);
/** Trains what of @plan is not there yet; with a plan on the desk that is paused and equal to it, goes on. Tells a "problem"
 * of the session and does nothing where something else trains. Returns: whether it begins */
gboolean rn_lab_desk_start (RnLabDesk *self, RnLabPlan *plan, const RnLabWish *wish);
/** Leaves the step under way; everything stays in memory. */
void rn_lab_desk_pause (RnLabDesk *self);
void rn_lab_desk_resume (RnLabDesk *self);
/** Saves every open run and ends; a start goes on. */
void rn_lab_desk_stop (RnLabDesk *self);

/** Returns: (nullable): what trains or is paused */
RnLabPlan *rn_lab_desk_get_plan (RnLabDesk *self);
/** Returns: (nullable): as it was asked for */
const RnLabWish *rn_lab_desk_get_wish (RnLabDesk *self);
const RnLabStatus *rn_lab_desk_get_status (RnLabDesk *self);
/** Whether it trains or is about to; a pause that has come to its effect is none. */
gboolean rn_lab_desk_is_training (RnLabDesk *self);
/** Whether a command has not shown its effect yet */
gboolean rn_lab_desk_is_pending (RnLabDesk *self);
/** Whether a runner is there, is being made or freed */
gboolean rn_lab_desk_is_busy (RnLabDesk *self);
/** Returns: the seed under way, as an index of the plan's; -1 before the first */
int rn_lab_desk_get_seed (RnLabDesk *self);
/** Returns: (transfer none) (nullable): what is known of run @run, one of the seed under way */
RnRecord *rn_lab_desk_get_record (RnLabDesk *self, int run);
/** For a task: what the disk has of the runs of seed @seed of @plan, an index. Returns: (transfer full) (element-type RnRecord):
 * one for each arm, empty where there is no run */
GPtrArray *rn_lab_read_records (RnLabPlan *plan, int seed);
/** Takes what the feeds have; the session calls it as it drains its own. */
void rn_lab_desk_drain (RnLabDesk *self);

/* The mark of a crash: a file that names the wish for as long as there is a runner, and is locked by the program that has
 * one. For threads.
 */

/** Returns: a descriptor that holds the lock, -1 where there is no mark */
int rn_lab_mark_set (const RnLabWish *wish);
void rn_lab_mark_clear (int lock);
/** What was left by a program that died: told once. Returns: (transfer full) (nullable) */
RnLabWish *rn_lab_mark_take (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLabWish, rn_lab_wish_free)

G_END_DECLS
