#include "conv-lanes.h"

/* Tiles of so many rows stay in the first cache while each filter in turn fills its lane. */
#define TILE 16

static void
pack_tile (float *packed, gsize packed_row, const float *w, gsize row, gsize n, int lanes,
           const float *scale)
{
  for (int lane = 0; lane < lanes; lane++, w += row)
    {
      const float factor = scale == NULL ? 1.0f : scale[lane];

      for (gsize i = 0; i < n; i++)
        packed[i * packed_row + (gsize) lane] = w[i] * factor;
    }
}

void
rn_conv_pack_lanes (float *packed, gsize packed_row, const float *w, gsize row, gsize n, int lanes,
                    const float *scale)
{
  gsize i = 0;

  for (; i + TILE <= n; i += TILE)
    pack_tile (packed + i * packed_row, packed_row, w + i, row, TILE, lanes, scale);
  pack_tile (packed + i * packed_row, packed_row, w + i, row, n - i, lanes, scale);
}
