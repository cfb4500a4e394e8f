#pragma once

#include <gtk/gtk.h>

#include "pages/study-runner.h"

G_BEGIN_DECLS

/* "Without its blocks": the lesion study of Veit et al. 2016 with the shown network, when a person asks for it. */

#define RN_TYPE_INSPECT_LESION (rn_inspect_lesion_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectLesion, rn_inspect_lesion, RN, INSPECT_LESION, GtkWidget)

GtkWidget *rn_inspect_lesion_new (RnSession *session);
/** Returns: (transfer none) */
RnStudyRunner *rn_inspect_lesion_get_runner (RnInspectLesion *self);

G_END_DECLS
