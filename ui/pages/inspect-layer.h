#pragma once

#include <gtk/gtk.h>
#include <residua/model.h>

G_BEGIN_DECLS

/* Below the feature maps, what is behind them: how their values are distributed, with mean and standard deviation; what the
 * batch-norm before them does; and the filter that made the chosen channel. */

#define RN_TYPE_INSPECT_LAYER (rn_inspect_layer_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectLayer, rn_inspect_layer, RN, INSPECT_LAYER, GtkWidget)

GtkWidget *rn_inspect_layer_new (void);
/** @model: (nullable): whose filters and batch-norms are shown; @tap: (nullable): what the maps are of, "layer1.0.sum" */
void rn_inspect_layer_set_model (RnInspectLayer *self, RnModel *model, const char *tap);
/** @maps: (nullable): `[1,H,W,C]` */
void rn_inspect_layer_set_maps (RnInspectLayer *self, RnTensor *maps);
/** @channel: whose filter is shown; -1 for none */
void rn_inspect_layer_set_channel (RnInspectLayer *self, int channel);

/**
 * rn_inspect_layer_names:
 * @conv, @norm: (out) (transfer full) (nullable): the convolution and the batch-norm that @tap comes from: its own, of a branch, a
 *   sum and an output the last of the branch, of a shortcut its projection; NULL where @model has none
 */
void rn_inspect_layer_names (const RnModel *model, const char *tap, char **conv, char **norm);

G_END_DECLS
