#pragma once

#include "state/session.h"

G_BEGIN_DECLS

/* The networks of one seed side by side: the blocks of each as a column of colours of one measure, all on one scale. A click
 * opens the run.
 */

#define RN_TYPE_LAB_SPINES (rn_lab_spines_get_type ())
G_DECLARE_FINAL_TYPE (RnLabSpines, rn_lab_spines, RN, LAB_SPINES, GtkWidget)

GtkWidget *rn_lab_spines_new (RnSession *session);
/** @plan: (nullable); @is_live: whether the desk has it. Runs on disk are read again where they are another plan's. */
void rn_lab_spines_show (RnLabSpines *self, RnLabPlan *plan, gboolean is_live);
/** The runs on disk are others: a run was finished, or somebody looks again. */
void rn_lab_spines_reread (RnLabSpines *self);
/** The records of the desk have grown: shown at most twice a second. */
void rn_lab_spines_grow (RnLabSpines *self);

G_END_DECLS
