#pragma once

#include <gtk/gtk.h>

#include <residua/model.h>
#include <residua/tensor.h>

#include "pages/taps.h"

G_BEGIN_DECLS

/* The card of feature maps: which layer's, in which scale and order, all of them as a grid and one enlarged; in the stem
 * also the first layer's filters. Below, what is behind them: RnInspectLayer. */

#define RN_TYPE_INSPECT_MAPS (rn_inspect_maps_get_type ())
G_DECLARE_FINAL_TYPE (RnInspectMaps, rn_inspect_maps, RN, INSPECT_MAPS, GtkWidget)

/* Property "tap" (string, read-only, notifies): the name of what is chosen, "layer1.0.sum" */

GtkWidget *rn_inspect_maps_new (void);
/** Offers the taps of a part of the spine. What was chosen before stays chosen where the new part has its like, unless
 * @layer or the shortcut is selected. Arguments as in rn_taps_of_part() and rn_tap_of_part(). */
void rn_inspect_maps_set_part (RnInspectMaps *self, const RnSpec *spec, RnPart part, int at,
                               const char *layer);
const char *rn_inspect_maps_get_tap (RnInspectMaps *self);
/** @maps: (nullable): of the chosen tap */
void rn_inspect_maps_set_maps (RnInspectMaps *self, RnTensor *maps);
/** @model: (nullable): whose filters and batch-norms stand behind the maps */
void rn_inspect_maps_set_model (RnInspectMaps *self, RnModel *model);
/** @filters: (nullable): `[K,C,R,S]` of the stem; shown where the stem is selected */
void rn_inspect_maps_set_filters (RnInspectMaps *self, RnTensor *filters);
/** @text: (nullable): why there are no maps; NULL shows them */
void rn_inspect_maps_set_empty (RnInspectMaps *self, const char *text);

G_END_DECLS
