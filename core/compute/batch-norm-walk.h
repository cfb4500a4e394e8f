#pragma once

#include "batch-norm.h"
#include "kernels.h"

/* How batch-norm's passes walk over a tensor: in tiles that stay in the first cache. */

#define RN_NORM_LANES 1024 /* the most channels of a tile */

typedef struct
{
  RnNormTile tensors; /* pointers to the whole tensors */
  const float
      *channel[4]; /* per-channel inputs, what RnNormTile.lane is for the kernel; then NULL */
  gboolean relu;
  int channels;
  int cut_for;  /* how many channels decide the pixels of a tile; 0: those that are walked over */
  double *slot; /* [..,C] where tiles add their sums, of the piece under way */
} RnNormWalk;

/* Runs a kernel on a tile of channels [channel,channel + n), @tile->lanes / n pixels a row. */
typedef void (*RnNormTileFunc) (const RnNormWalk *walk, RnNormTile *tile, int channel, int n);

/* Walks over pixels [first,last) and channels [channel,channel + n). */
void rn_norm_walk (const RnNormWalk *walk, gsize first, gsize last, int channel, int n,
                   RnNormTileFunc func);

/* slot [2,C] += the tile's two sums */
void rn_norm_add_sums (const RnNormWalk *walk, const RnNormTile *tile, int channel, int n);

/* The runs of pixels that a pass over a whole tensor is dealt out in: piece i of n is [first (i),first (i + 1)). */
static inline gsize
rn_norm_first (gsize pixels, int piece, int n_pieces)
{
  return pixels * (gsize) piece / (gsize) n_pieces;
}

/* What is computed once for each channel, from all slots, is dealt out in a cache line of results a piece. */
#define RN_NORM_FINISH 16

static inline int
rn_norm_finish_pieces (int channels)
{
  return (channels + RN_NORM_FINISH - 1) / RN_NORM_FINISH;
}
