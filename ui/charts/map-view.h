#pragma once

#include <gtk/gtk.h>

#include "charts/map-texture.h"

G_BEGIN_DECLS

/* One feature map enlarged, with the value under the pointer in words. */

#define RN_TYPE_MAP_VIEW (rn_map_view_get_type ())
G_DECLARE_FINAL_TYPE (RnMapView, rn_map_view, RN, MAP_VIEW, GtkWidget)

GtkWidget *rn_map_view_new (void);
/** Copies what it shows of @picture. */
void rn_map_view_set_map (RnMapView *self, const RnMapPicture *picture, int channel);
/** Returns: -1 before there is one */
int rn_map_view_get_channel (RnMapView *self);
/** Returns: (transfer full): "channel 3, x 5, y 7: 0.412"; outside the map "channel 3, RMS 0.36" */
char *rn_map_view_describe (RnMapView *self, int x, int y);

G_END_DECLS
