#include "conv-winograd.h"

#include <string.h>

#include "conv-lanes.h"
#include "divide.h"
#include "winograd-tiles.h"

/* y and dx. With few filters a member transforms a part of the tiles into its scratch, multiplies each of the 36 positions with
 * its filters and transforms the sums back, all while they are in the second cache. With many, all members do each of the three
 * together, a part of the tiles at a time: then every filter is read once a part. With few filters and few tiles, members
 * transform the same tiles and take some of the channels each: that is less than to wait for one another.
 *
 * Edges need no frame: rows outside the picture are a row of zeros, columns outside are left out.
 */
#define SHARE_TILES 4 /* that are transformed in a piece, where there are many filters */
#define PANEL 128     /* channels that are multiplied in a piece there */
#define LONGEST_RUN 8 /* parts in a piece, about, where there are few filters */
#define ENOUGH_RUNS 64
#define LEAST_PANEL (2 * RN_CONV_BLOCK)

typedef struct
{
  RnWinogradTiles tiles;
  float *y;
  const float *x, *filters; /* [36,lanes of K / 16,C,16] */
  const RnConvInput *input; /* (nullable) */
  RnFinish finish;
  const RnNormGather *gather; /* (nullable) */

  /* the part of the tiles under way, where it is shared */
  float *in, *out; /* [36,n,lanes of C], [36,n,lanes of K] */
  int part, first, n;

  int panel, n_panels; /* channels written in a piece */
} Plan;

/* Floats of scratch before the strip */
static gsize
part_scratch (const RnWinogradTiles *tiles)
{
  return rn_winograd_zeros (tiles) + (tiles->is_wide ? 0 : rn_winograd_positions (tiles));
}

/* of a position, from channel k on */
static const float *
find_filters (const Plan *plan, int position, int k)
{
  const gsize c = (gsize) plan->tiles.c;

  return plan->filters + ((gsize) position * (gsize) plan->tiles.k_lanes + (gsize) k) * c;
}

/* m = v u of one position, lanes [k,k + lanes); @ahead: (nullable): filters that come next */
static void
multiply (const Plan *plan, float *m, const float *v, int position, int n, int k, int lanes,
          const float *ahead)
{
  const RnConvProduct product = {
    .y = m + (gsize) position * plan->tiles.out_position + k,
    .y_pixel = (gsize) plan->tiles.k_lanes,
    .q = n,
    .k = lanes,
    .x = v + (gsize) position * plan->tiles.in_position,
    .x_pixel = (gsize) plan->tiles.c_lanes,
    .depth = plan->tiles.c,
    .w = find_filters (plan, position, k),
    .ahead = ahead,
  };

  rn_kernels ()->conv_product (&product);
}

/* Asks for a share of the memory that a part is written to, and that is looked at with it. */
static void
fetch_results (const Plan *plan, const RnWinogradAhead *part, int position)
{
  const RnWinogradTiles *tiles = &plan->tiles;
  const RnNormGather *gather = plan->gather;

  rn_winograd_fetch (part, tiles, plan->y, tiles->k, 0, position);
  if (gather == NULL || gather->d == NULL)
    return;
  rn_winograd_fetch (part, tiles, gather->z, tiles->k, 0, position);
  if (gather->y != NULL)
    rn_winograd_fetch (part, tiles, gather->y, tiles->k, 0, position);
  if (gather->dy2 != NULL)
    rn_winograd_fetch (part, tiles, gather->dy2, tiles->k, 0, position);
}

/* In scratch: zeros, what convolve_part() needs, the strip */
static RnWinogradSource
source_of (RnWorker *worker, const Plan *plan)
{
  const RnWinogradTiles *tiles = &plan->tiles;
  float *scratch = rn_worker_scratch (worker);

  return (RnWinogradSource){
    .x = plan->x,
    .input = plan->input,
    .zeros = scratch,
    .strip = scratch + part_scratch (tiles),
  };
}

/* A part from pixels to channels [k,k + channels) of its results, in scratch behind the row of zeros; meanwhile its results'
 * memory comes, and that of the next part's pixels. */
static void
convolve_part (RnWorker *worker, const Plan *plan, int part, int k, int channels,
               const RnWinogradAhead *here, const RnWinogradAhead *next)
{
  const RnWinogradTiles *tiles = &plan->tiles;
  const RnWinogradSource source = source_of (worker, plan);
  float *in = rn_worker_scratch (worker) + rn_winograd_zeros (tiles);
  float *out = in + RN_WINOGRAD_POSITIONS * tiles->in_position;
  const int first = rn_winograd_first (tiles, part),
            n = rn_winograd_first (tiles, part + 1) - first;

  rn_winograd_read (tiles, in, &source, first, n);
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
  for (int i = 0; i < RN_WINOGRAD_POSITIONS; i++)
    {
      fetch_results (plan, here, i);
      rn_winograd_fetch (next, tiles, plan->x, tiles->c, 1, i);
      multiply (plan, out, in, i, n, k, rn_winograd_lanes (channels), NULL);
    }
  rn_worker_account (worker, RN_WORK_PRODUCTS);
  rn_winograd_write (tiles, plan->y, out, first, n, k, channels, &plan->finish);
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
}

static int
count_runs (const RnWinogradTiles *tiles)
{
  return MIN (tiles->n_parts, MAX (ENOUGH_RUNS, tiles->n_parts / LONGEST_RUN));
}

/* Parts that follow one another, and of their results a panel of channels */
static void
convolve_run (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnWinogradTiles *tiles = &plan->tiles;
  const int n_runs = count_runs (tiles);
  const int run = piece / plan->n_panels, k = piece % plan->n_panels * plan->panel;
  const int channels = piece % plan->n_panels + 1 < plan->n_panels ? plan->panel : tiles->k - k;
  const int begin = (int) ((gint64) tiles->n_parts * run / n_runs);
  const int end = (int) ((gint64) tiles->n_parts * (run + 1) / n_runs);
  RnWinogradAhead here, next;

  if (plan->gather != NULL)
    rn_norm_gather_begin (plan->gather, run, k, channels);
  rn_winograd_ahead (&here, tiles, begin);
  for (int part = begin; part < end; part++, here = next)
    {
      next.n = 0;
      if (part + 1 < end)
        rn_winograd_ahead (&next, tiles, part + 1);
      convolve_part (worker, plan, part, k, channels, &here, &next);
      if (plan->gather != NULL)
        rn_winograd_gather (tiles, plan->gather, run, rn_winograd_first (tiles, part), here.n, k,
                            channels);
    }
}

/* The three steps of a part that is shared */

static void
read_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnWinogradSource source = source_of (worker, plan);
  const int at = piece * SHARE_TILES;

  rn_winograd_read (&plan->tiles, plan->in + (gsize) at * (gsize) plan->tiles.c_lanes, &source,
                    plan->first + at, MIN (SHARE_TILES, plan->n - at));
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
}

static void
multiply_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const int k = piece % plan->n_panels * plan->panel;
  const int next = rn_worker_foresee (worker, piece);

  multiply (plan, plan->out, plan->in, piece / plan->n_panels, plan->n, k,
            MIN (plan->panel, plan->tiles.k_lanes - k),
            next < RN_WINOGRAD_POSITIONS * plan->n_panels
                ? find_filters (plan, next / plan->n_panels, next % plan->n_panels * plan->panel)
                : NULL);
  rn_worker_account (worker, RN_WORK_PRODUCTS);
}

/* Pieces that the largest part is written in */
static int
count_writes (const RnWinogradTiles *tiles)
{
  return rn_divide_up (rn_divide_up (tiles->n_tiles, tiles->n_parts), SHARE_TILES);
}

static void
write_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnWinogradTiles *tiles = &plan->tiles;
  const int at = piece * SHARE_TILES, n = MIN (SHARE_TILES, plan->n - at);
  const int slot = plan->part * count_writes (tiles) + piece;

  if (n > 0)
    rn_winograd_write (tiles, plan->y, plan->out + (gsize) at * (gsize) tiles->k_lanes,
                       plan->first + at, n, 0, tiles->k, &plan->finish);
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
  if (plan->gather == NULL)
    return;
  rn_norm_gather_begin (plan->gather, slot, 0, tiles->k);
  if (n > 0)
    rn_winograd_gather (tiles, plan->gather, slot, plan->first + at, n, 0, tiles->k);
}

static void
convolve (RnWorker *worker, Plan *plan, float *shared)
{
  const RnWinogradTiles *tiles = &plan->tiles;

  memset (rn_worker_scratch (worker), 0, rn_winograd_zeros (tiles) * sizeof (float));
  if (!tiles->is_wide)
    {
      /* sums of a channel are its own, so this may depend on the number of members and no bit does */
      const int wanted =
          MIN (rn_divide_up (rn_worker_n_workers (worker), tiles->n_parts), tiles->k / LEAST_PANEL);

      plan->panel = rn_divide_up (tiles->k / MAX (wanted, 1), LEAST_PANEL) * LEAST_PANEL;
      plan->n_panels = rn_divide_up (tiles->k, plan->panel);
      /* what is left over for the last may be too little for one */
      if (plan->n_panels > 1 &&
          tiles->k - (plan->n_panels - 1) * plan->panel < RN_WINOGRAD_LEAST_CHANNELS)
        plan->n_panels--;
      rn_worker_share (worker, count_runs (tiles) * plan->n_panels, convolve_run, plan);
      return;
    }
  plan->in = shared;
  plan->out = shared + RN_WINOGRAD_POSITIONS * tiles->in_position;
  plan->panel = PANEL;
  plan->n_panels = rn_divide_up (tiles->k_lanes, PANEL);
  for (int part = 0; part < tiles->n_parts; part++)
    {
      plan->part = part;
      plan->first = rn_winograd_first (tiles, part);
      plan->n = rn_winograd_first (tiles, part + 1) - plan->first;
      rn_worker_share (worker, rn_divide_up (plan->n, SHARE_TILES), read_piece, plan);
      rn_worker_share (worker, RN_WINOGRAD_POSITIONS * plan->n_panels, multiply_piece, plan);
      rn_worker_share (worker, count_writes (tiles), write_piece, plan);
    }
}

typedef struct
{
  float *packed;
  const float *w, *scale;
  int c, k;
} Pack;

/* A piece is a block of filters, w [16,3,3,C] or what is left of them: lanes are filters. taps [16 of C,3,3,16] */
static void
pack_piece (RnWorker *worker, int piece, gpointer data)
{
  const Pack *pack = data;
  const gsize c = (gsize) pack->c, k = (gsize) piece * RN_CONV_BLOCK;
  const gsize channel = RN_WINOGRAD_TAPS * RN_CONV_BLOCK, filter = RN_WINOGRAD_TAPS * c;
  const gsize position = c * (gsize) rn_winograd_lanes (pack->k);
  const int lanes = MIN (RN_CONV_BLOCK, pack->k - (int) k);
  float *u = pack->packed + k * c;
  float taps[RN_CONV_BLOCK * RN_WINOGRAD_TAPS * RN_CONV_BLOCK];

  if (lanes < RN_CONV_BLOCK)
    memset (taps, 0, sizeof taps);
  for (gsize i = 0; i < c; i += RN_CONV_BLOCK)
    {
      const gsize n = MIN (RN_CONV_BLOCK, c - i);

      for (gsize tap = 0; tap < RN_WINOGRAD_TAPS; tap++)
        rn_conv_pack_lanes (taps + tap * RN_CONV_BLOCK, channel, pack->w + k * filter + tap * c + i,
                            filter, n, lanes, pack->scale == NULL ? NULL : pack->scale + k);
      for (gsize j = 0; j < n; j++, u += RN_CONV_BLOCK)
        rn_kernels ()->winograd_filters (u, taps + j * channel, position);
    }
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
}

void
rn_conv_winograd_pack (RnWorker *worker, float *packed, const float *w, const float *scale,
                       const RnConvShape *shape)
{
  Pack pack = { packed, w, scale, shape->c, shape->k };

  rn_worker_share (worker, rn_divide_up (shape->k, RN_CONV_BLOCK), pack_piece, &pack);
}

void
rn_conv_winograd_run (RnWorker *worker, float *y, const float *x, const float *packed,
                      float *shared, const RnConvShape *shape, const RnFinish *finish,
                      const RnConvInput *input, const RnNormGather *gather)
{
  Plan plan = {
    .tiles = rn_winograd_tiles (shape, shape->c, shape->k),
    .y = y,
    .x = x,
    .input = input,
    .filters = packed,
    .gather = gather,
  };

  if (finish != NULL)
    plan.finish = *finish;
  convolve (worker, &plan, shared);
}

/* dx is the convolution of dy with the filters turned round. A piece is a block of channels of dx: lanes are those. */
static void
pack_turned_piece (RnWorker *worker, int piece, gpointer data)
{
  const Pack *pack = data;
  const gsize c = (gsize) pack->c, first = (gsize) piece * RN_CONV_BLOCK;
  const gsize position = (gsize) rn_winograd_lanes (pack->c) * (gsize) pack->k;
  const gsize lanes = MIN (RN_CONV_BLOCK, c - first);
  float *u = pack->packed + first * (gsize) pack->k;

  for (gsize k = 0; k < (gsize) pack->k; k++, u += RN_CONV_BLOCK)
    {
      float taps[RN_WINOGRAD_TAPS * RN_CONV_BLOCK] = { 0 };

      for (gsize tap = 0; tap < RN_WINOGRAD_TAPS; tap++)
        memcpy (taps + tap * RN_CONV_BLOCK,
                pack->w + (k * RN_WINOGRAD_TAPS + RN_WINOGRAD_TAPS - 1 - tap) * c + first,
                lanes * sizeof (float));
      rn_kernels ()->winograd_filters (u, taps, position);
    }
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
}

void
rn_conv_winograd_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                                float *packed, float *shared, const RnConvShape *shape,
                                const RnNormGather *gather)
{
  Plan plan = {
    .tiles = rn_winograd_tiles (shape, shape->k, shape->c),
    .y = dx,
    .x = dy,
    .filters = packed,
    .gather = gather,
  };
  Pack pack = { packed, w, NULL, shape->c, shape->k };

  rn_worker_share (worker, rn_divide_up (shape->c, RN_CONV_BLOCK), pack_turned_piece, &pack);
  convolve (worker, &plan, shared);
}

gboolean
rn_conv_winograd_fits (const RnConvShape *shape)
{
  return shape->kernel == 3 && shape->stride == 1 && shape->pad == 1 &&
         MIN (shape->c, shape->k) >= RN_WINOGRAD_LEAST_CHANNELS;
}

/* Of forward, whose lanes are filters, and of dx, whose lanes are channels */
gsize
rn_conv_winograd_packed (const RnConvShape *shape)
{
  const gsize forward = (gsize) shape->c * (gsize) rn_winograd_lanes (shape->k);
  const gsize turned = (gsize) rn_winograd_lanes (shape->c) * (gsize) shape->k;

  return RN_WINOGRAD_POSITIONS * MAX (forward, turned);
}

/* Of forward and of dx, whose channels are the same in another order. */
gsize
rn_conv_winograd_scratch (const RnConvShape *shape)
{
  const RnWinogradTiles tiles = rn_winograd_tiles (shape, shape->c, shape->k);

  return part_scratch (&tiles);
}

gsize
rn_conv_winograd_train_scratch (const RnConvShape *shape)
{
  const RnWinogradTiles tiles = rn_winograd_tiles (shape, shape->c, shape->k);

  return part_scratch (&tiles) + rn_winograd_strip (&tiles);
}

gsize
rn_conv_winograd_shared (const RnConvShape *shape)
{
  const RnWinogradTiles tiles = rn_winograd_tiles (shape, shape->c, shape->k);

  return tiles.is_wide ? rn_winograd_positions (&tiles) : 0;
}

int
rn_conv_winograd_slots (const RnConvShape *shape, int c, int k)
{
  const RnWinogradTiles tiles = rn_winograd_tiles (shape, c, k);

  return tiles.is_wide ? tiles.n_parts * count_writes (&tiles) : count_runs (&tiles);
}
