#pragma once

#include <gtk/gtk.h>
#include <residua/experiment.h>

G_BEGIN_DECLS

/* The experiments: those that ship, and the person's own below them, from a folder and from wherever one was opened. Files
 * are read in tasks, and again when they change.
 */

#define RN_TYPE_LAB_LIST (rn_lab_list_get_type ())
G_DECLARE_FINAL_TYPE (RnLabList, rn_lab_list, RN, LAB_LIST, GtkWidget)

/* Signal "chosen" (no arguments): another one is, or the file of the chosen one was changed */

/** @folder: of the person's own, which need not exist */
GtkWidget *rn_lab_list_new (const char *folder);
/** Reads them again. */
void rn_lab_list_refresh (RnLabList *self);
/** @what: rn_experiment_load(); a file that is not in the list joins it. As soon as it is read, "chosen". */
void rn_lab_list_choose (RnLabList *self, const char *what);
/** Marks the one that trains. @what: (nullable) */
void rn_lab_list_set_training (RnLabList *self, const char *what);

const char *rn_lab_list_get_folder (RnLabList *self);
/** Returns: (nullable): the chosen one, as rn_experiment_load() knows it */
const char *rn_lab_list_get_chosen (RnLabList *self);
/** Returns: (transfer none) (nullable): it, where its file reads well */
RnExperiment *rn_lab_list_get_experiment (RnLabList *self);
/** Returns: (nullable): why it does not */
const char *rn_lab_list_get_problem (RnLabList *self);
int rn_lab_list_count (RnLabList *self);

G_END_DECLS
