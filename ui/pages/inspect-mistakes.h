#pragma once

#include <gtk/gtk.h>

#include "pages/study-runner.h"

G_BEGIN_DECLS

/* "What it gets wrong": the shown network asked about all test pictures, as a confusion matrix and as a list, the most
 * confident mistakes first. Nothing is measured until a person asks for it or switches a branch; then it is again whenever
 * a branch is switched.
 */

#define RN_TYPE_INSPECT_MISTAKES (rn_inspect_mistakes_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectMistakes, rn_inspect_mistakes, RN, INSPECT_MISTAKES, GtkWidget)

/* Signal "opened" (no arguments): a picture of the list becomes the session's. */

GtkWidget *rn_inspect_mistakes_new (RnSession *session);
/** Only while somebody looks at it, or at its summary, a switched branch is measured. FALSE to begin with */
void rn_inspect_mistakes_set_seen (RnInspectMistakes *self, gboolean is_seen);
/** Returns: what the switched-off branches change in the test set's errors, in a line with progress and "Cancel", for another
 * place on the same page; seen only while branches are off. Once */
GtkWidget *rn_inspect_mistakes_new_summary (RnInspectMistakes *self);
/** Returns: (transfer none) */
RnStudyRunner *rn_inspect_mistakes_get_runner (RnInspectMistakes *self);

G_END_DECLS
