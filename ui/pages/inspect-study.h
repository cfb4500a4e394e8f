#pragma once

#include <gtk/gtk.h>

#include "pages/study-runner.h"

G_BEGIN_DECLS

/* Studies of the shown network, each measured when a person asks for it: "Without its blocks" (RN_STUDY_LESIONS), "In another
 * order" (RN_STUDY_SHUFFLES) and "Its paths" (RN_STUDY_PATHS), all of Veit et al. 2016; "Layer responses" (RN_STUDY_RESPONSES),
 * figure 7 of He et al. 2015, beside those of other models.
 */

#define RN_TYPE_INSPECT_STUDY (rn_inspect_study_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectStudy, rn_inspect_study, RN, INSPECT_STUDY, GtkWidget)

/** @kind: one of those */
GtkWidget *rn_inspect_study_new (RnSession *session, RnStudyKind kind);
/** Returns: (transfer none) */
RnStudyRunner *rn_inspect_study_get_runner (RnInspectStudy *self);

G_END_DECLS
