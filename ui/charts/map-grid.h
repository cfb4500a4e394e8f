#pragma once

#include <gtk/gtk.h>
#include <residua/tensor.h>

G_BEGIN_DECLS

/* Feature maps of one layer as a grid: integer zoom, nearest neighbour, 2 px gaps, one texture. */

typedef enum
{
  RN_MAP_SCALE_COMMON,
  RN_MAP_SCALE_EACH
} RnMapScale;

#define RN_TYPE_MAP_GRID (rn_map_grid_get_type ())
G_DECLARE_FINAL_TYPE (RnMapGrid, rn_map_grid, RN, MAP_GRID, GtkWidget)

/* Properties: "scale" (RnMapScale as int), "sorted" (boolean: strongest first), "selected" (int: channel, -1 none). */

GtkWidget *rn_map_grid_new (void);
/** @maps: (nullable): `[1,H,W,C]`, kept; the texture is made in a task, newest request only. @name: for
 * assistive technology, "layer1.0.f" */
void rn_map_grid_set_maps (RnMapGrid *self, RnTensor *maps, const char *name);
/** Returns: (transfer none) (nullable): what is shown, the very numbers */
RnTensor *rn_map_grid_get_maps (RnMapGrid *self);
/** Returns: the channel at place @at of the grid as it is sorted */
int rn_map_grid_get_channel (RnMapGrid *self, int at);

G_END_DECLS
