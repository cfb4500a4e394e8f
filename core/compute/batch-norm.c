#include "batch-norm.h"

#include <string.h>

#include "batch-norm-walk.h"

/* The passes over whole tensors */

typedef struct
{
  RnNormWalk walk;
  gsize pixels;
  int n_pieces;
  double *slots;
  RnNormMeasures *measures;
} Apply;

static void
apply_tile (const RnNormWalk *walk, RnNormTile *tile, int channel, int n)
{
  rn_kernels ()->norm_apply (tile, walk->relu);
}

static void
apply_measured_tile (const RnNormWalk *walk, RnNormTile *tile, int channel, int n)
{
  rn_kernels ()->norm_apply_measured (tile, walk->relu);
  rn_norm_add_sums (walk, tile, channel, n);
}

static void
apply_piece (RnWorker *worker, int piece, gpointer data)
{
  const Apply *apply = data;
  const int channels = apply->walk.channels;
  RnNormWalk walk = apply->walk;

  if (apply->measures != NULL)
    {
      walk.slot = apply->slots + rn_norm_slots (piece, channels);
      memset (walk.slot, 0, rn_norm_slots (1, channels) * sizeof (double));
    }
  rn_norm_walk (&walk, rn_norm_first (apply->pixels, piece, apply->n_pieces),
                rn_norm_first (apply->pixels, piece + 1, apply->n_pieces), 0, channels,
                apply->measures == NULL ? apply_tile : apply_measured_tile);
}

/* Both sums of one channel over all slots, in their order. */
static void
sum_slots (const double *slots, int n_slots, int channels, int channel, double sums[2])
{
  const double *slot = slots + channel;

  sums[0] = sums[1] = 0.0;
  for (int i = 0; i < n_slots; i++, slot += rn_norm_slots (1, channels))
    {
      sums[0] += slot[0];
      sums[1] += slot[channels];
    }
}

static void
measures_piece (RnWorker *worker, int piece, gpointer data)
{
  const Apply *apply = data;
  RnNormMeasures measures = { 0 };

  for (int c = 0; c < apply->walk.channels; c++)
    {
      double sums[2];

      sum_slots (apply->slots, apply->n_pieces, apply->walk.channels, c, sums);
      measures.sum_s2 += sums[0];
      measures.n_dead += sums[1] == 0.0;
    }
  *apply->measures = measures;
}

void
rn_norm_apply (RnWorker *worker, float *y, const float *z, const float *s, const float *scale,
               const float *shift, gboolean relu, RnNormMeasures *measures, double *partials,
               gsize pixels, int channels)
{
  Apply apply = {
    .walk = { .tensors = { .y = y, .z = z, .s = s },
              .channel = { scale, shift },
              .relu = relu,
              .channels = channels },
    .pixels = pixels,
    .n_pieces = rn_norm_count_slots (pixels, channels),
    .slots = partials,
    .measures = measures,
  };

  rn_worker_share (worker, apply.n_pieces, apply_piece, &apply);
  if (measures != NULL)
    rn_worker_share (worker, 1, measures_piece, &apply);
}

typedef struct
{
  const RnNormGather *gather;
  int n_slots;
  gsize pixels;
  int n_pieces;
  float *dz;
  const float *inv_std, *gamma;
  float *dgamma, *dbeta;
} Backward;

/* Leaves each channel's  sum d  and  sum d xhat  in the first slot. */
static void
sums_piece (RnWorker *worker, int piece, gpointer data)
{
  const Backward *backward = data;
  const int channels = backward->gather->channels;
  const int end = MIN ((piece + 1) * RN_NORM_FINISH, channels);
  double *slots = backward->gather->slots;

  for (int c = piece * RN_NORM_FINISH; c < end; c++)
    {
      double sums[2];

      sum_slots (slots, backward->n_slots, channels, c, sums);
      sums[1] *= (double) backward->inv_std[c];
      slots[c] = sums[0];
      slots[channels + c] = sums[1];
      backward->dbeta[c] += (float) sums[0];
      backward->dgamma[c] += (float) sums[1];
    }
}

static void
backward_tile (const RnNormWalk *walk, RnNormTile *tile, int channel, int n)
{
  rn_kernels ()->norm_backward_apply (tile);
}

/* dz = a d - b (z - mean) - c,  a = gamma inv_std,  b = a inv_std sum (d xhat) / pixels,  c = a sum d / pixels */
static void
backward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Backward *backward = data;
  const RnNormGather *gather = backward->gather;
  const double *sums = gather->slots, *sums_xhat = sums + gather->channels;
  const double pixels = (double) backward->pixels;
  const gsize first = rn_norm_first (backward->pixels, piece, backward->n_pieces);
  const gsize last = rn_norm_first (backward->pixels, piece + 1, backward->n_pieces);
  float a[RN_NORM_LANES], b[RN_NORM_LANES], c[RN_NORM_LANES];

  for (int channel = 0; channel < gather->channels; channel += RN_NORM_LANES)
    {
      const int n = MIN (RN_NORM_LANES, gather->channels - channel);
      const RnNormWalk walk = {
        .tensors = { .z = gather->z + channel,
                     .d = gather->d + channel,
                     .dz = backward->dz + channel },
        .channel = { gather->mean + channel, a, b, c },
        .channels = gather->channels,
      };

      for (int i = 0; i < n; i++)
        {
          const double inv_std = (double) backward->inv_std[channel + i];
          const double factor = (double) backward->gamma[channel + i] * inv_std;

          a[i] = (float) factor;
          b[i] = (float) (factor * inv_std * sums_xhat[channel + i] / pixels);
          c[i] = (float) (factor * sums[channel + i] / pixels);
        }
      rn_norm_walk (&walk, first, last, 0, n, backward_tile);
    }
}

void
rn_norm_backward (RnWorker *worker, float *dz, const RnNormGather *gather, int n_slots,
                  const float *inv_std, const float *gamma, float *dgamma, float *dbeta,
                  gsize pixels)
{
  Backward backward = {
    .gather = gather,
    .n_slots = n_slots,
    .pixels = pixels,
    .n_pieces = rn_norm_count_slots (pixels, gather->channels),
    .dz = dz,
    .inv_std = inv_std,
    .gamma = gamma,
    .dgamma = dgamma,
    .dbeta = dbeta,
  };

  rn_worker_share (worker, rn_norm_finish_pieces (gather->channels), sums_piece, &backward);
  rn_worker_share (worker, backward.n_pieces, backward_piece, &backward);
}
