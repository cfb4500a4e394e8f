#pragma once

#include <gtk/gtk.h>
#include <residua/tensor.h>

G_BEGIN_DECLS

/* One feature map, enlarged, with its values: under the pointer, or at the cursor that the arrow keys move;
 * Ctrl+C copies it. */

#define RN_TYPE_MAP_READER (rn_map_reader_get_type ())
G_DECLARE_FINAL_TYPE (RnMapReader, rn_map_reader, RN, MAP_READER, GtkWidget)

GtkWidget *rn_map_reader_new (void);
/** @maps: (nullable): `[1,H,W,C]`, kept; @channel: -1 for none */
void rn_map_reader_set_map (RnMapReader *self, RnTensor *maps, int channel);
int rn_map_reader_get_channel (RnMapReader *self);
/** Puts the cursor on a value; -1 and -1 take it away. */
void rn_map_reader_point_at (RnMapReader *self, int row, int column);
/** Returns: (transfer none): what is said of the value at the cursor, "row 3, column 5: 0.482" */
const char *rn_map_reader_get_reading (RnMapReader *self);

G_END_DECLS
