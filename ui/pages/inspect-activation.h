#pragma once

#include <gtk/gtk.h>

#include "pages/look.h"

G_BEGIN_DECLS

/* The card of the class activation map: where in the picture the chosen class was found, and the proof that the map is
 * the logit: its sum. */

#define RN_TYPE_INSPECT_ACTIVATION (rn_inspect_activation_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectActivation, rn_inspect_activation, RN, INSPECT_ACTIVATION, GtkWidget)

GtkWidget *rn_inspect_activation_new (void);
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

G_END_DECLS
