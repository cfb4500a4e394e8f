#pragma once

#include "pages/lab-reader.h"

G_BEGIN_DECLS

/* Starts, pauses and stops an experiment, chooses its seeds, order and data, and says how long it will take, how far it is
 * and what trains now.
 */

#define RN_TYPE_LAB_CONTROLS (rn_lab_controls_get_type ())
G_DECLARE_FINAL_TYPE (RnLabControls, rn_lab_controls, RN, LAB_CONTROLS, GtkWidget)

/* Signals:
 *   "asked"   the person has chosen other seeds or data
 *   "other"   the one that trains shall be shown
 */

GtkWidget *rn_lab_controls_new (RnSession *session, RnLabReader *reader);
/** Another experiment is shown: as it says, or as the desk has it. @what: as rn_experiment_load() knows it */
void rn_lab_controls_show (RnLabControls *self, RnExperiment *experiment, const char *what);
/** Takes over what was asked for before a crash, and starts as soon as the plan is known. */
void rn_lab_controls_go_on (RnLabControls *self, const RnLabWish *wish);
/** The reader or the desk tells something else. */
void rn_lab_controls_update (RnLabControls *self);

int rn_lab_controls_get_seeds (RnLabControls *self);
/** Returns: (nullable): data in the place of the experiment's own */
const char *rn_lab_controls_get_data (RnLabControls *self);
/** Returns: whether the experiment that is shown is the one on the desk */
gboolean rn_lab_controls_is_mine (RnLabControls *self);

G_END_DECLS
