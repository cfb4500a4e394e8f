#pragma once

#include <gtk/gtk.h>

#include "pages/memory-check.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Why the shown network cannot be trained, in words, each with a button that mends it: blocks that do not fit, too little
 * memory, input and classes that are not the data set's. Not seen where there is nothing to tell.
 */

#define RN_TYPE_PROBLEM_LIST (rn_problem_list_get_type ())
G_DECLARE_FINAL_TYPE (RnProblemList, rn_problem_list, RN, PROBLEM_LIST, GtkWidget)

/* Signals:
 *   "listed"  rn_problem_list_n() and the others below answer otherwise
 *   "fit"     the button that fits the network to the data set was pressed
 */

/** @available: bytes that a training may find, 0 asks the system */
GtkWidget *rn_problem_list_new (RnSession *session, gsize available);
/** Returns: how many are shown */
guint rn_problem_list_n (RnProblemList *self);
/** (transfer none): the sentence of problem @at */
const char *rn_problem_list_get_text (RnProblemList *self, guint at);
/** (transfer none) (nullable): what its button says, with a mnemonic */
const char *rn_problem_list_get_mend (RnProblemList *self, guint at);
/** As if its button were pressed. */
void rn_problem_list_mend (RnProblemList *self, guint at);

/**
 * rn_spec_fit_dataset:
 *
 * Brings input and classes of @spec to @dataset: colour and classes always, the side where the network has the small
 * stem and the pictures one size of at most 64 pixels (others are scaled to the input).
 *
 * Returns: whether anything changed
 */
gboolean rn_spec_fit_dataset (RnSpec *spec, RnDataset *dataset);

G_END_DECLS
