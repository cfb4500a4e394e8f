#pragma once

#include <gtk/gtk.h>

#include "pages/study-runner.h"

G_BEGIN_DECLS

/* The studies of Veit et al. 2016 with the shown network, each measured when a person asks for it: "Without its blocks"
 * (RN_STUDY_LESIONS), "In another order" (RN_STUDY_SHUFFLES) and "Its paths" (RN_STUDY_PATHS).
 */

#define RN_TYPE_INSPECT_STUDY (rn_inspect_study_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectStudy, rn_inspect_study, RN, INSPECT_STUDY, GtkWidget)

/** @kind: not RN_STUDY_ANSWERS */
GtkWidget *rn_inspect_study_new (RnSession *session, RnStudyKind kind);
/** Returns: (transfer none) */
RnStudyRunner *rn_inspect_study_get_runner (RnInspectStudy *self);

G_END_DECLS
