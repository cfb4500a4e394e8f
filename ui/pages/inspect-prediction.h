#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* The card of the network's answer: the five most likely classes, what the switched-off branches change in it, how
 * undecided it is, and which weights said so. */

#define RN_TYPE_INSPECT_PREDICTION (rn_inspect_prediction_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectPrediction, rn_inspect_prediction, RN, INSPECT_PREDICTION, GtkWidget)

GtkWidget *rn_inspect_prediction_new (RnSession *session);
/**
 * rn_inspect_prediction_set:
 * @names: (array length=n): of the classes
 * @trained: (nullable): logits; NULL: there are none yet
 * @gated: (nullable): logits with the switched-off branches
 * @truth: the true class, -1 where it is unknown
 * @weights: whose answer this is, "ResNet-20, run 3, step 1,240"
 */
void rn_inspect_prediction_set (RnInspectPrediction *self, const char *const *names, int n,
                                const float *trained, const float *gated, int truth,
                                const char *weights);
/** @text: (nullable): why there is no answer; @can_train: it stands above a button that starts training */
void rn_inspect_prediction_set_empty (RnInspectPrediction *self, const char *text,
                                      gboolean can_train);
/** Below all else */
void rn_inspect_prediction_append (RnInspectPrediction *self, GtkWidget *line);

G_END_DECLS
