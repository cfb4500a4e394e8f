#pragma once

#include <gtk/gtk.h>
#include <residua/tensor.h>

G_BEGIN_DECLS

/* Feature maps of one layer as a grid: integer zoom, nearest neighbour, 2 px gaps, one texture. Signed maps go from the
 * palette's negative over its ground to its positive; maps without a negative value in any of them from ground to text.
 * They are an RnFigure: saved and copied as they are shown, all of them.
 * Arrow keys, Home and End select a map, Return or a double click shows it enlarged with a read-out of its values.
 */

typedef enum
{
  RN_MAP_SCALE_COMMON, /* the largest magnitude of all maps has the full colour */
  RN_MAP_SCALE_EACH    /* that of each map */
} RnMapScale;

#define RN_TYPE_MAP_GRID (rn_map_grid_get_type ())
G_DECLARE_FINAL_TYPE (RnMapGrid, rn_map_grid, RN, MAP_GRID, GtkWidget)

/* Properties: "scale" (RnMapScale as int), "sorted" (boolean: strongest first, by RMS), "selected" (int: channel, -1
 * none), "map-size" (int: the side that a map is zoomed to at most, unless it is larger by itself; default 64), "limit"
 * (int: show at most so many, 0 all).
 * Signal "activate" (int channel): Return or a double click; the default handler shows the map enlarged.
 */

GtkWidget *rn_map_grid_new (void);
/** @maps: (nullable): `[1,H,W,C]`, kept; the texture is made in a task, newest request only. @name: for
 * assistive technology, "layer1.0.f" */
void rn_map_grid_set_maps (RnMapGrid *self, RnTensor *maps, const char *name);
/** Returns: (transfer none) (nullable): what was set last, the very numbers; the texture follows */
RnTensor *rn_map_grid_get_maps (RnMapGrid *self);
/** Returns: the channel at place @at of the grid as it is sorted, -1 where there is none */
int rn_map_grid_get_channel (RnMapGrid *self, int at);

/** Returns: the number at column @x and row @y of @channel as the texture shows it, NaN where there is none */
double rn_map_grid_get_value (RnMapGrid *self, int channel, int x, int y);
/** Returns: (transfer none) (nullable): the texture of all maps, in device pixels */
GdkTexture *rn_map_grid_get_texture (RnMapGrid *self);
/** Returns: whether the texture shows the maps that were set last, at the present size and in the present colours */
gboolean rn_map_grid_is_current (RnMapGrid *self);
/** Where the map at place @at is in the widget; FALSE where there is none */
gboolean rn_map_grid_get_cell (RnMapGrid *self, int at, GdkRectangle *cell);

G_END_DECLS
