#pragma once

#include "conv-winograd.h"
#include "divide.h"
#include "kernels.h"

/* Where the tiles of a convolution by Winograd's F(4x4,3x3) lie, in pictures and in arrays of positions. Tiles of 4x4 outputs
 * are numbered through the whole batch. An array of positions is [36] of [tiles,lanes], each a little longer than it is so
 * that they do not all fall into the same set of the cache. Lanes are channels and what fills their last block: those hold
 * anything, and what comes of them is left out. */

#define RN_WINOGRAD_POSITIONS 36
#define RN_WINOGRAD_TAPS 9
#define RN_WINOGRAD_LEAST_CHANNELS RN_CONV_BLOCK /* read, and written: a vector's */
#define RN_WINOGRAD_NARROW 12 /* tiles in a part, at most, where a member takes it by itself */

typedef struct
{
  int n, h, w; /* pictures, and their sides */
  int c, k;    /* channels read and written */
  int c_lanes, k_lanes;
  int across, per_picture, n_tiles;

  /* Too many filters for the second cache: the positions of a part of the tiles lie in memory that all members share, and each
   * multiplies some of the positions. Otherwise a member takes a part from its pixels to its results by itself. */
  gboolean is_wide;
  int n_parts;
  gsize in_position, out_position; /* floats from one position to the next */
} RnWinogradTiles;

/* Whole blocks that hold @channels */
static inline int
rn_winograd_lanes (int channels)
{
  return rn_divide_up (channels, RN_CONV_BLOCK) * RN_CONV_BLOCK;
}

RnWinogradTiles rn_winograd_tiles (const RnConvShape *shape, int c, int k);

/* Part i is [first (i),first (i + 1)) */
static inline int
rn_winograd_first (const RnWinogradTiles *tiles, int part)
{
  return (int) ((gint64) tiles->n_tiles * part / tiles->n_parts);
}

/* The positions [36] of one part: of what is read, of what is written */
static inline gsize
rn_winograd_positions (const RnWinogradTiles *tiles)
{
  return RN_WINOGRAD_POSITIONS * (tiles->in_position + tiles->out_position);
}

static inline gsize
rn_winograd_filters (const RnWinogradTiles *tiles)
{
  return (gsize) RN_WINOGRAD_POSITIONS * (gsize) tiles->c_lanes * (gsize) tiles->k_lanes;
}

/* A row of zeros, which stands for rows outside the picture */
static inline gsize
rn_winograd_zeros (const RnWinogradTiles *tiles)
{
  return (gsize) tiles->w * (gsize) MAX (tiles->c, tiles->k);
}

/* The pixels that neighbouring tiles read, as the convolution is to see them */
static inline gsize
rn_winograd_strip (const RnWinogradTiles *tiles)
{
  const int across = MIN (tiles->across, RN_WINOGRAD_NARROW);

  return 6 * (gsize) (4 * across + 2) * (gsize) tiles->c;
}

/* What is read */
typedef struct
{
  const float *x;
  const RnConvInput *input; /* (nullable) */
  const float *zeros;       /* rn_winograd_zeros() of them */
  float *strip;             /* rn_winograd_strip() floats, where there is @input */
} RnWinogradSource;

/* v [36,n,lanes of C]: tiles [first,first + n) transformed, at most RN_WINOGRAD_NARROW */
void rn_winograd_read (const RnWinogradTiles *tiles, float *v, const RnWinogradSource *source,
                       int first, int n);
/* z [36,n,lanes of K]: tiles of the gradient @dy transformed */
void rn_winograd_read_gradients (const RnWinogradTiles *tiles, float *z, const float *dy,
                                 const float *zeros, int first, int n);
/* tiles [first,first + n) of @y, channels [k,k + channels), at least RN_WINOGRAD_LEAST_CHANNELS, from m [36,n,lanes of K] */
void rn_winograd_write (const RnWinogradTiles *tiles, float *y, const float *m, int first, int n,
                        int k, int channels, const RnFinish *finish);

/* Adds tiles [first,first + n) of what was written, channels [k,k + channels), to a slot of @gather that is begun already. */
void rn_winograd_gather (const RnWinogradTiles *tiles, const RnNormGather *gather, int slot,
                         int first, int n, int k, int channels);

/* Asks for the memory of a part's tiles while something else is computed: tiles are too small a run of pixels for the processor
 * to foresee them, and what is not in its second cache costs more than all arithmetic of a transform. The asking is dealt out
 * over the products of the 36 positions. */
typedef struct
{
  int n;                            /* tiles; 0 asks for nothing */
  gsize pixels[RN_WINOGRAD_NARROW]; /* where in the batch each begins */
  int rows[RN_WINOGRAD_NARROW];     /* of the picture that are left there */
} RnWinogradAhead;

/* Of part @part */
void rn_winograd_ahead (RnWinogradAhead *ahead, const RnWinogradTiles *tiles, int part);
/* Of @x, with @channels channels, rows [@below,@below + 4) of the tiles: the share of position @position */
void rn_winograd_fetch (const RnWinogradAhead *ahead, const RnWinogradTiles *tiles, const float *x,
                        int channels, int below, int position);
