#include "batch-norm.h"

#include <string.h>

#include "kernels.h"

/* Pieces are runs of pixels, at most MAX_PIECES of them; a piece walks over tiles that stay in the first cache, and adds
 * the tiles' float sums in double to its own slot, 2 C doubles. */
#define MAX_PIECES 64
#define PIECE_FLOATS 8192
#define TILE_FLOATS 4096
#define TILE_PIXELS 1024
#define MAX_LANES 1024

typedef struct
{
  RnNormTile tensors; /* pointers to the whole tensors */
  const float
      *channel[4]; /* per-channel inputs, what RnNormTile.lane is for the kernel; then NULL */
  gboolean relu;
  double *partials; /* [n_pieces,2 C] */
  gsize pixels;
  int channels;
  int n_pieces;

  /* of the finish */
  float *mean, *var;
  float *dgamma, *dbeta;
  const float *inv_std, *gamma;
  RnNormMeasures *measures;
} Pass;

/* Runs a kernel on a tile of n_channels channels; slot is theirs. */
typedef void (*TileFunc) (const Pass *pass, RnNormTile *tile, double *slot, int n_channels);

static int
count_pieces (gsize pixels, int channels)
{
  gsize n = pixels * (gsize) channels / PIECE_FLOATS;

  n = MIN (n, pixels);
  return (int) CLAMP (n, 1, MAX_PIECES);
}

gsize
rn_norm_partials (gsize pixels, int channels)
{
  return (gsize) count_pieces (pixels, channels) * 2 * (gsize) channels;
}

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
  tile->dy = whole->dy == NULL ? NULL : whole->dy + offset;
  tile->dy2 = whole->dy2 == NULL ? NULL : whole->dy2 + offset;
  tile->d = whole->d == NULL ? NULL : whole->d + offset;
  tile->dz = whole->dz == NULL ? NULL : whole->dz + offset;
}

/* Walks over one piece's pixels and channels [channel,channel + n), n * fold <= MAX_LANES. @inputs: what the kernel's
 * lanes are filled from, [n] each. */
static void
walk_columns (const Pass *pass, int piece, int channel, int n, const float *const inputs[4],
              double *slot, TileFunc func)
{
  float lanes[4][MAX_LANES], sums[2][MAX_LANES];
  RnNormTile tile = { .sum = { sums[0], sums[1] } };
  const gsize first = pass->pixels * (gsize) piece / (gsize) pass->n_pieces;
  const gsize last = pass->pixels * ((gsize) piece + 1) / (gsize) pass->n_pieces;
  const gsize fold = (gsize) choose_fold (pass->channels);
  const gsize channels = (gsize) pass->channels, width = fold * (gsize) n;
  const gsize tile_pixels = CLAMP (TILE_FLOATS / width, 1, TILE_PIXELS / fold) * fold;

  for (int i = 0; i < 4 && inputs[i] != NULL; i++)
    {
      for (gsize f = 0; f < fold; f++)
        memcpy (lanes[i] + f * (gsize) n, inputs[i], (gsize) n * sizeof (float));
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
      place_tile (&tile, &pass->tensors, pixel * channels + (gsize) channel);
      func (pass, &tile, slot, n);
    }
}

static void
walk (const Pass *pass, int piece, TileFunc func)
{
  const gsize channels = (gsize) pass->channels;
  double *slot = NULL;

  if (pass->partials != NULL)
    {
      slot = pass->partials + (gsize) piece * 2 * channels;
      memset (slot, 0, 2 * channels * sizeof (double));
    }
  for (int channel = 0; channel < pass->channels; channel += MAX_LANES)
    {
      const float *inputs[4] = { 0 };

      for (int i = 0; i < 4 && pass->channel[i] != NULL; i++)
        inputs[i] = pass->channel[i] + channel;
      walk_columns (pass, piece, channel, MIN (MAX_LANES, pass->channels - channel), inputs,
                    slot == NULL ? NULL : slot + 2 * channel, func);
    }
}

/* slot [C,2] += the tile's two sums */
static void
add_sums (const RnNormTile *tile, double *slot, int n_channels)
{
  for (int lane = 0; lane < tile->lanes; lane += n_channels)
    for (int c = 0; c < n_channels; c++)
      {
        slot[2 * c] += tile->sum[0][lane + c];
        slot[2 * c + 1] += tile->sum[1][lane + c];
      }
}

/* Both sums of one channel over all pieces, in their order. */
static void
sum_pieces (const Pass *pass, int channel, double sums[2])
{
  const double *slot = pass->partials + 2 * channel;

  sums[0] = sums[1] = 0.0;
  for (int piece = 0; piece < pass->n_pieces; piece++, slot += 2 * (gsize) pass->channels)
    {
      sums[0] += slot[0];
      sums[1] += slot[1];
    }
}

#define FINISH_CHANNELS 16 /* a cache line of results a piece */

static int
count_finish_pieces (int channels)
{
  return (channels + FINISH_CHANNELS - 1) / FINISH_CHANNELS;
}

static void
statistics_tile (const Pass *pass, RnNormTile *tile, double *slot, int n_channels)
{
  rn_kernels ()->norm_statistics (tile);
  add_sums (tile, slot, n_channels);
}

static void
statistics_piece (RnWorker *worker, int piece, gpointer data)
{
  walk (data, piece, statistics_tile);
}

/* With u = z - shift:  mean = shift + E u,  var = E u^2 - (E u)^2 */
static void
statistics_finish (RnWorker *worker, int piece, gpointer data)
{
  const Pass *pass = data;
  int end = MIN ((piece + 1) * FINISH_CHANNELS, pass->channels);

  for (int c = piece * FINISH_CHANNELS; c < end; c++)
    {
      double sums[2], mean, var;

      sum_pieces (pass, c, sums);
      mean = sums[0] / (double) pass->pixels;
      var = sums[1] / (double) pass->pixels - mean * mean;
      pass->mean[c] = (float) (pass->channel[0][c] + mean);
      pass->var[c] = var < 0.0 ? 0.0f : (float) var; /* NaN stays */
    }
}

void
rn_norm_statistics (RnWorker *worker, float *mean, float *var, const float *z, double *partials,
                    gsize pixels, int channels)
{
  Pass pass = {
    .tensors = { .z = z },
    .channel = { z }, /* the first pixel is the shift */
    .partials = partials,
    .pixels = pixels,
    .channels = channels,
    .n_pieces = count_pieces (pixels, channels),
    .mean = mean,
    .var = var,
  };

  rn_worker_share (worker, pass.n_pieces, statistics_piece, &pass);
  rn_worker_share (worker, count_finish_pieces (channels), statistics_finish, &pass);
}

static void
apply_tile (const Pass *pass, RnNormTile *tile, double *slot, int n_channels)
{
  rn_kernels ()->norm_apply (tile, pass->relu);
}

static void
apply_measured_tile (const Pass *pass, RnNormTile *tile, double *slot, int n_channels)
{
  rn_kernels ()->norm_apply_measured (tile, pass->relu);
  add_sums (tile, slot, n_channels);
}

static void
apply_piece (RnWorker *worker, int piece, gpointer data)
{
  const Pass *pass = data;

  walk (pass, piece, pass->measures == NULL ? apply_tile : apply_measured_tile);
}

static void
measures_finish (RnWorker *worker, int piece, gpointer data)
{
  const Pass *pass = data;
  RnNormMeasures measures = { 0 };

  for (int c = 0; c < pass->channels; c++)
    {
      double sums[2];

      sum_pieces (pass, c, sums);
      measures.sum_s2 += sums[0];
      measures.n_dead += sums[1] == 0.0;
    }
  *pass->measures = measures;
}

void
rn_norm_apply (RnWorker *worker, float *y, const float *z, const float *s, const float *scale,
               const float *shift, gboolean relu, RnNormMeasures *measures, double *partials,
               gsize pixels, int channels)
{
  Pass pass = {
    .tensors = { .y = y, .z = z, .s = s },
    .channel = { scale, shift },
    .relu = relu,
    .partials = measures == NULL ? NULL : partials,
    .pixels = pixels,
    .channels = channels,
    .n_pieces = count_pieces (pixels, channels),
    .measures = measures,
  };

  rn_worker_share (worker, pass.n_pieces, apply_piece, &pass);
  if (measures != NULL)
    rn_worker_share (worker, 1, measures_finish, &pass);
}

static void
backward_sums_tile (const Pass *pass, RnNormTile *tile, double *slot, int n_channels)
{
  rn_kernels ()->norm_backward_sums (tile);
  add_sums (tile, slot, n_channels);
}

static void
backward_sums_piece (RnWorker *worker, int piece, gpointer data)
{
  walk (data, piece, backward_sums_tile);
}

/* Leaves each channel's  sum d  and  sum d xhat  in the first piece's slot. */
static void
backward_finish (RnWorker *worker, int piece, gpointer data)
{
  const Pass *pass = data;
  int end = MIN ((piece + 1) * FINISH_CHANNELS, pass->channels);

  for (int c = piece * FINISH_CHANNELS; c < end; c++)
    {
      double sums[2];

      sum_pieces (pass, c, sums);
      sums[1] *= (double) pass->inv_std[c];
      memcpy (pass->partials + 2 * c, sums, sizeof sums);
      pass->dbeta[c] += (float) sums[0];
      pass->dgamma[c] += (float) sums[1];
    }
}

static void
backward_apply_tile (const Pass *pass, RnNormTile *tile, double *slot, int n_channels)
{
  rn_kernels ()->norm_backward_apply (tile);
}

/* dz = a d - b (z - mean) - c,  a = gamma inv_std,  b = a inv_std sum (d xhat) / pixels,  c = a sum d / pixels */
static void
backward_apply_piece (RnWorker *worker, int piece, gpointer data)
{
  const Pass *pass = data;
  const double pixels = (double) pass->pixels;
  float a[MAX_LANES], b[MAX_LANES], c[MAX_LANES];

  for (int channel = 0; channel < pass->channels; channel += MAX_LANES)
    {
      const int n = MIN (MAX_LANES, pass->channels - channel);
      const float *const inputs[4] = { pass->channel[0] + channel, a, b, c };

      for (int i = 0; i < n; i++)
        {
          const double *sums = pass->partials + 2 * (channel + i);
          double inv_std = (double) pass->inv_std[channel + i];
          double factor = (double) pass->gamma[channel + i] * inv_std;

          a[i] = (float) factor;
          b[i] = (float) (factor * inv_std * sums[1] / pixels);
          c[i] = (float) (factor * sums[0] / pixels);
        }
      walk_columns (pass, piece, channel, n, inputs, NULL, backward_apply_tile);
    }
}

void
rn_norm_backward (RnWorker *worker, float *dz, float *d, const float *dy, const float *dy2,
                  const float *y, const float *z, const float *mean, const float *inv_std,
                  const float *gamma, float *dgamma, float *dbeta, double *partials, gsize pixels,
                  int channels)
{
  Pass pass = {
    /* y is only read */
    .tensors = { .z = z, .y = (float *) y, .dy = dy, .dy2 = dy2, .d = d, .dz = dz },
    .channel = { mean },
    .partials = partials,
    .pixels = pixels,
    .channels = channels,
    .n_pieces = count_pieces (pixels, channels),
    .inv_std = inv_std,
    .gamma = gamma,
    .dgamma = dgamma,
    .dbeta = dbeta,
  };

  rn_worker_share (worker, pass.n_pieces, backward_sums_piece, &pass);
  rn_worker_share (worker, count_finish_pieces (channels), backward_finish, &pass);
  rn_worker_share (worker, pass.n_pieces, backward_apply_piece, &pass);
}
