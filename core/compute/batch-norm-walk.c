#include "batch-norm-walk.h"

#include <string.h>

#define TILE_FLOATS 4096
#define TILE_PIXELS 1024

/* How many neighbouring pixels are put side by side, so that a row of few channels fills whole vectors. */
static int
choose_fold (int channels)
{
  const RnKernels *kernels = rn_kernels ();
  int fold = 1;

  if (channels >= kernels->width)
    return 1;
  while (fold * channels < kernels->width || fold * channels % kernels->vector != 0)
    fold++;
  return fold;
}

static void
place_tile (RnNormTile *tile, const RnNormTile *whole, gsize offset)
{
  tile->z = whole->z + offset;
  tile->s = whole->s == NULL ? NULL : whole->s + offset;
  tile->y = whole->y == NULL ? NULL : whole->y + offset;
  tile->dy2 = whole->dy2 == NULL ? NULL : whole->dy2 + offset;
  tile->d = whole->d == NULL ? NULL : whole->d + offset;
  tile->dz = whole->dz == NULL ? NULL : whole->dz + offset;
}

/* At most RN_NORM_LANES channels. Only where all of them are walked over do neighbouring pixels lie together. */
static void
walk_columns (const RnNormWalk *walk, gsize first, gsize last, int channel, int n,
              RnNormTileFunc func)
{
  float lanes[4][RN_NORM_LANES], sums[2][RN_NORM_LANES];
  RnNormTile tile = { .sum = { sums[0], sums[1] } };
  const gsize fold = n == walk->channels ? (gsize) choose_fold (n) : 1;
  const gsize channels = (gsize) walk->channels;
  const gsize width = fold * (gsize) (walk->cut_for > 0 ? MIN (walk->cut_for, RN_NORM_LANES) : n);
  const gsize tile_pixels = CLAMP (TILE_FLOATS / width, 1, TILE_PIXELS / fold) * fold;

  for (int i = 0; i < 4 && walk->channel[i] != NULL; i++)
    {
      for (gsize f = 0; f < fold; f++)
        memcpy (lanes[i] + f * (gsize) n, walk->channel[i] + channel, (gsize) n * sizeof (float));
      tile.lane[i] = lanes[i];
    }
  for (gsize pixel = first, step; pixel < last; pixel += step)
    {
      /* What is left at the end is less than a fold: one pixel a row. */
      gsize folded = last - pixel >= fold ? fold : 1;

      step = MIN (tile_pixels, last - pixel) / folded * folded;
      tile.rows = (int) (step / folded);
      tile.lanes = (int) folded * n;
      tile.stride = folded * channels;
      place_tile (&tile, &walk->tensors, pixel * channels + (gsize) channel);
      func (walk, &tile, channel, n);
    }
}

void
rn_norm_walk (const RnNormWalk *walk, gsize first, gsize last, int channel, int n,
              RnNormTileFunc func)
{
  for (int i = 0; i < n; i += RN_NORM_LANES)
    walk_columns (walk, first, last, channel + i, MIN (RN_NORM_LANES, n - i), func);
}

void
rn_norm_add_sums (const RnNormWalk *walk, const RnNormTile *tile, int channel, int n)
{
  double *sum = walk->slot + channel, *sum2 = sum + walk->channels;

  for (int lane = 0; lane < tile->lanes; lane += n)
    for (int c = 0; c < n; c++)
      {
        sum[c] += tile->sum[0][lane + c];
        sum2[c] += tile->sum[1][lane + c];
      }
}
