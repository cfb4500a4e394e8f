#include "conv-winograd.h"

#include <string.h>

#include "conv-sum.h"
#include "divide.h"
#include "winograd-tiles.h"

/* The gradient of filters:  dw = G' (sum over tiles of (B' x B) * (A dy A')) G.  With few filters the tiles are dealt to groups,
 * each with sums of its own in scratch. With many, the positions of a part of the tiles lie in shared memory, and a piece adds
 * some of the positions up: no partial sums, and no filter is in two members' caches.
 */
#define GROUP_TILES 192 /* the least that partial sums are kept for */
#define SHARE_TILES 4
#define PANEL 64 /* channels of dy in a piece */

typedef struct
{
  RnWinogradTiles tiles;
  const float *x, *dy;
  const RnConvInput *input; /* (nullable) */
  float *dw;
  float *partials; /* [n_groups,K,3,3,C] */
  int n_groups;

  /* where there are many filters */
  float *in, *out; /* [36,n,lanes of C], [36,n,lanes of K] of the part under way */
  float *sums;     /* [36,lanes of C / 16,lanes of K,16] */
  int first, n;
  int n_panels;
} Plan;

static gsize
pairs (const Plan *plan)
{
  return (gsize) plan->tiles.c * (gsize) plan->tiles.k;
}

/* The sums of one position */
static gsize
position_sums (const Plan *plan)
{
  return (gsize) plan->tiles.c_lanes * (gsize) plan->tiles.k_lanes;
}

/* Floats of scratch before the strip */
static gsize
group_scratch (const RnWinogradTiles *tiles)
{
  return rn_winograd_zeros (tiles) +
         (tiles->is_wide ? 0 : rn_winograd_filters (tiles) + rn_winograd_positions (tiles));
}

/* The sums of block @block of channels of x, transformed back: into dw [K,3,3,C], or added to it */
static void
transform_sums (const Plan *plan, float *dw, const float *sums, int block, gboolean adds)
{
  const gsize c = (gsize) plan->tiles.c, first = (gsize) block * RN_CONV_BLOCK;
  const gsize n = MIN (RN_CONV_BLOCK, c - first);

  sums += first * (gsize) plan->tiles.k_lanes;
  for (gsize k = 0; k < (gsize) plan->tiles.k; k++, sums += RN_CONV_BLOCK)
    {
      float taps[RN_WINOGRAD_TAPS * RN_CONV_BLOCK];

      rn_kernels ()->winograd_filters_back (taps, sums, position_sums (plan));
      for (gsize tap = 0; tap < RN_WINOGRAD_TAPS; tap++)
        {
          float *to = dw + (k * RN_WINOGRAD_TAPS + tap) * c + first;

          if (adds)
            rn_kernels ()->add (to, taps + tap * RN_CONV_BLOCK, n);
          else
            memcpy (to, taps + tap * RN_CONV_BLOCK, n * sizeof (float));
        }
    }
}

/* In scratch: zeros, what sum_group() needs, the strip */
static RnWinogradSource
source_of (RnWorker *worker, const Plan *plan)
{
  float *scratch = rn_worker_scratch (worker);

  return (RnWinogradSource){
    .x = plan->x,
    .input = plan->input,
    .zeros = scratch,
    .strip = scratch + group_scratch (&plan->tiles),
  };
}

/* Scratch: zeros, the group's sums, and the positions of one part of its tiles */
static void
sum_group (RnWorker *worker, int group, gpointer data)
{
  const Plan *plan = data;
  const RnWinogradTiles *tiles = &plan->tiles;
  const RnWinogradSource source = source_of (worker, plan);
  float *sums = rn_worker_scratch (worker) + rn_winograd_zeros (tiles);
  float *in = sums + rn_winograd_filters (tiles);
  float *out = in + RN_WINOGRAD_POSITIONS * tiles->in_position;
  const int begin = (int) ((gint64) tiles->n_parts * group / plan->n_groups);
  const int end = (int) ((gint64) tiles->n_parts * (group + 1) / plan->n_groups);

  memset (sums, 0, rn_winograd_filters (tiles) * sizeof (float));
  for (int part = begin; part < end; part++)
    {
      const int first = rn_winograd_first (tiles, part);
      const int n = rn_winograd_first (tiles, part + 1) - first;
      RnWinogradAhead ahead = { 0 };

      if (part + 1 < end)
        rn_winograd_ahead (&ahead, tiles, part + 1);
      rn_winograd_read (tiles, in, &source, first, n);
      rn_winograd_read_gradients (tiles, out, plan->dy, source.zeros, first, n);
      rn_worker_account (worker, RN_WORK_TRANSFORMS);
      for (gsize i = 0; i < RN_WINOGRAD_POSITIONS; i++)
        {
          rn_winograd_fetch (&ahead, tiles, plan->x, tiles->c, 1, (int) i);
          rn_winograd_fetch (&ahead, tiles, plan->dy, tiles->k, 0, (int) i);
          rn_kernels ()->winograd_outer (sums + i * position_sums (plan),
                                         out + i * tiles->out_position, in + i * tiles->in_position,
                                         n, tiles->k_lanes, tiles->c_lanes, 0, tiles->k_lanes);
        }
      rn_worker_account (worker, RN_WORK_PRODUCTS);
    }
  for (int block = 0; block < rn_divide_up (tiles->c, RN_CONV_BLOCK); block++)
    transform_sums (plan, plan->partials + (gsize) group * RN_WINOGRAD_TAPS * pairs (plan), sums,
                    block, FALSE);
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
}

/* The steps of a part that is shared */

static void
read_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnWinogradTiles *tiles = &plan->tiles;
  const int at = piece * SHARE_TILES, n = MIN (SHARE_TILES, plan->n - at);
  const RnWinogradSource source = source_of (worker, plan);

  rn_winograd_read (tiles, plan->in + (gsize) at * (gsize) tiles->c_lanes, &source,
                    plan->first + at, n);
  rn_winograd_read_gradients (tiles, plan->out + (gsize) at * (gsize) tiles->k_lanes, plan->dy,
                              source.zeros, plan->first + at, n);
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
}

static void
sum_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnWinogradTiles *tiles = &plan->tiles;
  const gsize i = (gsize) (piece / plan->n_panels);
  const int k = piece % plan->n_panels * PANEL;
  const int rows = MIN (PANEL, tiles->k_lanes - k);
  float *sums = plan->sums + i * position_sums (plan);

  if (plan->first == 0)
    for (int block = 0; block < tiles->c_lanes / RN_CONV_BLOCK; block++)
      memset (sums + (gsize) (block * tiles->k_lanes + k) * RN_CONV_BLOCK, 0,
              (gsize) (rows * RN_CONV_BLOCK) * sizeof (float));
  rn_kernels ()->winograd_outer (sums, plan->out + i * tiles->out_position,
                                 plan->in + i * tiles->in_position, plan->n, tiles->k_lanes,
                                 tiles->c_lanes, k, k + rows);
  rn_worker_account (worker, RN_WORK_PRODUCTS);
}

static void
transform_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;

  transform_sums (plan, plan->dw, plan->sums, piece, TRUE);
  rn_worker_account (worker, RN_WORK_TRANSFORMS);
}

static void
sum_wide (RnWorker *worker, Plan *plan, float *shared)
{
  const RnWinogradTiles *tiles = &plan->tiles;

  plan->sums = shared;
  plan->in = shared + rn_winograd_filters (tiles);
  plan->out = plan->in + RN_WINOGRAD_POSITIONS * tiles->in_position;
  plan->n_panels = rn_divide_up (tiles->k_lanes, PANEL);
  for (int part = 0; part < tiles->n_parts; part++)
    {
      plan->first = rn_winograd_first (tiles, part);
      plan->n = rn_winograd_first (tiles, part + 1) - plan->first;
      rn_worker_share (worker, rn_divide_up (plan->n, SHARE_TILES), read_piece, plan);
      rn_worker_share (worker, RN_WINOGRAD_POSITIONS * plan->n_panels, sum_piece, plan);
    }
  rn_worker_share (worker, rn_divide_up (tiles->c, RN_CONV_BLOCK), transform_piece, plan);
}

static int
count_groups (const RnWinogradTiles *tiles)
{
  return rn_conv_count_groups ((gsize) RN_WINOGRAD_TAPS * (gsize) tiles->c * (gsize) tiles->k,
                               rn_divide_up (tiles->n_tiles, GROUP_TILES));
}

void
rn_conv_winograd_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                   float *shared, const RnConvShape *shape,
                                   const RnConvInput *input)
{
  Plan plan = {
    .tiles = rn_winograd_tiles (shape, shape->c, shape->k),
    .x = x,
    .dy = dy,
    .input = input,
    .dw = dw,
  };

  memset (rn_worker_scratch (worker), 0, rn_winograd_zeros (&plan.tiles) * sizeof (float));
  if (plan.tiles.is_wide)
    {
      sum_wide (worker, &plan, shared);
      return;
    }
  plan.partials = shared;
  plan.n_groups = count_groups (&plan.tiles);
  rn_worker_share (worker, plan.n_groups, sum_group, &plan);
  rn_conv_sum_groups (worker, dw, shared, RN_WINOGRAD_TAPS * pairs (&plan), plan.n_groups);
}

gsize
rn_conv_winograd_filters_scratch (const RnConvShape *shape)
{
  const RnWinogradTiles tiles = rn_winograd_tiles (shape, shape->c, shape->k);

  return group_scratch (&tiles) + rn_winograd_strip (&tiles);
}

gsize
rn_conv_winograd_filters_shared (const RnConvShape *shape)
{
  const RnWinogradTiles tiles = rn_winograd_tiles (shape, shape->c, shape->k);

  if (tiles.is_wide)
    return rn_winograd_filters (&tiles) + rn_winograd_positions (&tiles);
  return (gsize) count_groups (&tiles) * RN_WINOGRAD_TAPS * (gsize) tiles.c * (gsize) tiles.k;
}
