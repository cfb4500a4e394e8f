#pragma once

#include <gtk/gtk.h>
#include <residua/tensor.h>

G_BEGIN_DECLS

/* One feature map, enlarged, with its values: under the pointer, or at the cursor that the arrow keys move. */

#define RN_TYPE_MAP_VIEW (rn_map_view_get_type ())
G_DECLARE_FINAL_TYPE (RnMapView, rn_map_view, RN, MAP_VIEW, GtkWidget)

GtkWidget *rn_map_view_new (void);
/** @maps: (nullable): `[1,H,W,C]`, kept; @channel: -1 for none */
void rn_map_view_set_map (RnMapView *self, RnTensor *maps, int channel);
int rn_map_view_get_channel (RnMapView *self);
/** Puts the cursor on a value; -1 and -1 take it away. */
void rn_map_view_point_at (RnMapView *self, int row, int column);
/** Returns: (transfer none): what is said of the value at the cursor, "row 3, column 5: 0.482" */
const char *rn_map_view_get_reading (RnMapView *self);

G_END_DECLS
