#pragma once

#include <gtk/gtk.h>

#include "pages/look.h"
#include "pages/study-runner.h"

G_BEGIN_DECLS

/* The card of what the picture says about a class. The activation map: where the class was found, and the proof that the map
 * is the logit: its sum. Or, as a second opinion, the occlusion map: how far the class's probability falls where the picture is
 * covered, measured when a person asks for it. Pointing at either says its values. */

#define RN_TYPE_INSPECT_ACTIVATION (rn_inspect_activation_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectActivation, rn_inspect_activation, RN, INSPECT_ACTIVATION, GtkWidget)

GtkWidget *rn_inspect_activation_new (RnSession *session);
/** @look: (nullable); @picture: that was looked at; @names: of its classes */
void rn_inspect_activation_set_look (RnInspectActivation *self, RnLook *look, RnPicture *picture,
                                     const char *const *names);
/** @class: the most likely as the prediction beside it has it, -1 where that is not known: shown until the person chooses
 * another. @names: of the classes of the look */
void rn_inspect_activation_set_top (RnInspectActivation *self, int class, const char *const *names);
/** @text: (nullable): why there is no map, said below an empty picture */
void rn_inspect_activation_set_empty (RnInspectActivation *self, const char *text);
/** Returns: the class whose map is shown, -1 for none. @sum, @logit: (out): as in rn_look_activation() */
int rn_inspect_activation_get_class (RnInspectActivation *self, double *sum, double *logit);
/** Shows the occlusion map, or the activation map. */
void rn_inspect_activation_set_occlusion (RnInspectActivation *self, gboolean occlusion);
/** Returns: (transfer none): of the occlusion map */
RnStudyRunner *rn_inspect_activation_get_runner (RnInspectActivation *self);

G_END_DECLS
