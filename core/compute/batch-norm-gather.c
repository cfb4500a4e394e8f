#include <string.h>

#include "batch-norm-walk.h"

/* A slot is [3,C] doubles: of statistics the number of pixels, their mean and the sum of the squares of their distances from it;
 * of backward the sums of d and of d (z - mean). */
#define SLOT 3
#define MAX_PIECES 64
#define PIECE_FLOATS 8192

gsize
rn_norm_slots (int n_slots, int channels)
{
  return (gsize) n_slots * SLOT * (gsize) channels;
}

int
rn_norm_count_slots (gsize pixels, int channels)
{
  gsize n = pixels * (gsize) channels / PIECE_FLOATS;

  n = MIN (n, pixels);
  return (int) CLAMP (n, 1, MAX_PIECES);
}

static double *
slot_of (const RnNormGather *gather, int slot)
{
  return gather->slots + rn_norm_slots (slot, gather->channels);
}

void
rn_norm_gather_begin (const RnNormGather *gather, int slot, int channel, int n)
{
  for (int i = 0; i < SLOT; i++)
    memset (slot_of (gather, slot) + i * gather->channels + channel, 0,
            (gsize) n * sizeof (double));
}

/* Adds @n pixels to those of one channel, [count], [mean] and [squares] being @stride apart: their mean is @mean, and
 * @squares the sum of the squares of their distances from it (Chan, Golub and LeVeque 1983). */
static inline void
merge (double *slot, gsize stride, double n, double mean, double squares)
{
  const double before = slot[0], all = before + n, share = n / all;
  const double distance = mean - slot[stride];

  slot[0] = all;
  slot[stride] += distance * share;
  slot[2 * stride] += squares + distance * distance * before * share;
}

static void
statistics_tile (const RnNormWalk *walk, RnNormTile *tile, int channel, int n)
{
  const double pixels = (double) tile->rows * (tile->lanes / n);

  rn_kernels ()->norm_statistics (tile);
  for (int c = 0; c < n; c++)
    {
      double sum = 0.0, sum2 = 0.0;

      for (int lane = c; lane < tile->lanes; lane += n)
        {
          sum += tile->sum[0][lane];
          sum2 += tile->sum[1][lane];
        }
      merge (walk->slot + channel + c, (gsize) walk->channels, pixels,
             tile->lane[0][c] + sum / pixels, sum2 - sum * sum / pixels);
    }
}

static void
backward_tile (const RnNormWalk *walk, RnNormTile *tile, int channel, int n)
{
  rn_kernels ()->norm_backward_sums (tile);
  rn_norm_add_sums (walk, tile, channel, n);
}

void
rn_norm_gather (const RnNormGather *gather, int slot, int channel, int n, const RnNormArea *area)
{
  const gboolean is_whole = area->run == (int) area->width;
  const int rows = is_whole ? 1 : area->rows;
  const gsize run = (gsize) area->run * (gsize) (is_whole ? area->rows : 1);
  RnNormWalk walk = {
    /* y is only read */
    .tensors = { .z = gather->z, .y = (float *) gather->y, .dy2 = gather->dy2, .d = gather->d },
    .channel = { gather->mean, gather->scale, gather->shift },
    .channels = gather->channels,
    .cut_for = area->cut_for,
    .slot = slot_of (gather, slot),
  };

  for (int row = 0; row < rows; row++)
    {
      const gsize first = area->pixel + (gsize) row * area->width;

      if (gather->d == NULL) /* the first pixel is what statistics are summed around */
        walk.channel[0] = gather->z + first * (gsize) gather->channels;
      rn_norm_walk (&walk, first, first + run, channel, n,
                    gather->d == NULL ? statistics_tile : backward_tile);
    }
}

typedef struct
{
  const RnNormGather *gather;
  gsize pixels;
  int n_slots;
  float *mean, *var;
} Sums;

static void
gather_piece (RnWorker *worker, int piece, gpointer data)
{
  const Sums *sums = data;
  const gsize first = rn_norm_first (sums->pixels, piece, sums->n_slots);
  const int run = (int) (rn_norm_first (sums->pixels, piece + 1, sums->n_slots) - first);
  const RnNormArea area = { .pixel = first, .rows = 1, .run = run, .width = (gsize) run };

  rn_norm_gather_begin (sums->gather, piece, 0, sums->gather->channels);
  rn_norm_gather (sums->gather, piece, 0, sums->gather->channels, &area);
}

int
rn_norm_gather_all (RnWorker *worker, const RnNormGather *gather, gsize pixels)
{
  Sums sums = { gather, pixels, rn_norm_count_slots (pixels, gather->channels), NULL, NULL };

  rn_worker_share (worker, sums.n_slots, gather_piece, &sums);
  return sums.n_slots;
}

static void
statistics_piece (RnWorker *worker, int piece, gpointer data)
{
  const Sums *sums = data;
  const gsize channels = (gsize) sums->gather->channels;
  const int end = MIN ((piece + 1) * RN_NORM_FINISH, sums->gather->channels);

  for (int c = piece * RN_NORM_FINISH; c < end; c++)
    {
      const double *slot = sums->gather->slots + c;
      double all[SLOT] = { 0 };

      for (int i = 0; i < sums->n_slots; i++, slot += SLOT * channels)
        merge (all, 1, slot[0], slot[channels], slot[2 * channels]);
      sums->mean[c] = (float) all[1];
      sums->var[c] = all[2] < 0.0 ? 0.0f : (float) (all[2] / all[0]); /* NaN stays */
    }
}

void
rn_norm_statistics (RnWorker *worker, float *mean, float *var, const RnNormGather *gather,
                    int n_slots)
{
  Sums sums = { gather, 0, n_slots, mean, var };

  rn_worker_share (worker, rn_norm_finish_pieces (gather->channels), statistics_piece, &sums);
}
