#pragma once

#include <gtk/gtk.h>
#include <residua/lab-results.h>

G_BEGIN_DECLS

/* What would be agreement with the paper, and whether it was found: a line for each check, an icon and a word for the answer
 * with its numbers; and the final numbers of every network in a table.
 */

/** Returns: (transfer floating): @results: (nullable): nothing is known yet */
GtkWidget *rn_lab_verdicts_new (RnExperiment *experiment, RnLabResults *results);
/** Returns: (transfer full): "2 of 3 agree" or "1 of 3 agree, 2 not yet", or "3 × not yet" where all are alike; "" where there
 *   are no checks */
char *rn_lab_verdicts_summarize (RnExperiment *experiment, RnLabResults *results);
/** Returns: (transfer floating): a row for each arm */
GtkWidget *rn_lab_numbers_new (RnExperiment *experiment, RnLabResults *results);
/** Which quantities the table shows: those of every experiment and those that its checks are about. Returns: how many */
int rn_lab_numbers_list (const RnExperiment *experiment,
                         RnLabQuantity quantities[RN_LAB_N_QUANTITIES]);

G_END_DECLS
