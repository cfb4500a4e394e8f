#pragma once

#include <gtk/gtk.h>
#include <residua/tensor.h>

#include "charts/map-grid.h"
#include "charts/palette.h"

G_BEGIN_DECLS

/* The numbers of feature maps as pixels, for a task; and where each map stands. */

/* All in device pixels */
typedef struct
{
  int n_maps;
  int zoom;   /* pixels to a value, at least 1 */
  int shrink; /* values to a pixel, at least 1; one of the two is 1 */
  int cell_width, cell_height;
  int pitch_x, pitch_y; /* from map to map */
  int columns, rows;
  int width, height;
} RnMapLayout;

typedef struct
{
  int map_width, map_height; /* values */
  int n_maps;
  int available; /* width, pixels */
  int map_size;  /* pixels */
  int gap;
  int caption; /* height of what stands under each, 0 none */
} RnMapRoom;

void rn_map_layout_fit (RnMapLayout *layout, const RnMapRoom *room);
/** Returns: the place of the map at (@x, @y), -1 in gaps */
int rn_map_layout_find (const RnMapLayout *layout, int x, int y);

/** What is made of a tensor */
typedef struct
{
  RnTensor *maps;
  int *order;     /* [C]: channels as they are shown */
  double *limits; /* [C]: the magnitude that has the full colour, by channel; 0 where all is 0 */
  double *rms;    /* [C] */
  gboolean is_signed;
  RnPalette palette;
  RnMapLayout layout;
  GdkTexture *texture;
} RnMapPicture;

/** Returns: (transfer full) */
RnMapPicture *rn_map_picture_new (RnTensor *maps, const RnMapLayout *layout,
                                  const RnPalette *palette, RnMapScale scale, gboolean sorted);
void rn_map_picture_free (RnMapPicture *picture);
/** Returns: 0xffRRGGBB of the value at @at of channel @channel, NaN as the ground */
guint32 rn_map_picture_get_argb (const RnMapPicture *picture, int channel, int x, int y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnMapPicture, rn_map_picture_free)

G_END_DECLS
