#pragma once

#include <residua/lab-results.h>

#include "state/session.h"

G_BEGIN_DECLS

/* What is known of one experiment before, while and after it trains: its plan for the data, what lies on the disk already,
 * how long the rest will take here, and what came out. Worked out in a thread of low priority, a question at a time, the
 * newest only.
 */

typedef enum
{
  RN_LAB_DOING_NOTHING,
  RN_LAB_DOING_DATA,     /* opens the pictures */
  RN_LAB_DOING_RESULTS,  /* reads the runs */
  RN_LAB_DOING_ESTIMATE, /* trains each network for a second */
  RN_LAB_DOING_STUDIES   /* takes trained networks apart */
} RnLabDoing;

#define RN_TYPE_LAB_READER (rn_lab_reader_get_type ())
G_DECLARE_FINAL_TYPE (RnLabReader, rn_lab_reader, RN, LAB_READER, GObject)

/* Signal "changed" (no arguments): anything below answers otherwise. */

RnLabReader *rn_lab_reader_new (RnSession *session);
/** Asks about another experiment, data or number of seeds: what was known is forgotten. @experiment: (nullable): none;
 * @data: (nullable): the experiment's own; @n_seeds: 0 for the experiment's own */
void rn_lab_reader_ask (RnLabReader *self, RnExperiment *experiment, const char *data, int n_seeds);
/** Runs have changed, or somebody looks again: the same question once more, without forgetting. */
void rn_lab_reader_refresh (RnLabReader *self);
/** Nobody looks any more: cancels what is under way. */
void rn_lab_reader_leave (RnLabReader *self);

RnExperiment *rn_lab_reader_get_experiment (RnLabReader *self); /* (nullable) */
RnLabPlan *rn_lab_reader_get_plan (RnLabReader *self);          /* (nullable) */
RnLabResults *rn_lab_reader_get_results (RnLabReader *self);    /* (nullable) */
/** Returns: seconds that what is not on disk will take; NaN while that is not known */
double rn_lab_reader_get_estimate (RnLabReader *self);
/** Returns: steps of all runs that are safe on disk; -1 while that is not known. @wanted: (out): of all there will be */
gint64 rn_lab_reader_get_steps (RnLabReader *self, gint64 *wanted);
RnLabDoing rn_lab_reader_get_doing (RnLabReader *self);
/** Whether something more may come without being asked for */
gboolean rn_lab_reader_is_busy (RnLabReader *self);
/** Returns: 0 to 1, of what is being done */
double rn_lab_reader_get_progress (RnLabReader *self);
/** Returns: (nullable): why it does not go on */
const char *rn_lab_reader_get_problem (RnLabReader *self);

G_END_DECLS
