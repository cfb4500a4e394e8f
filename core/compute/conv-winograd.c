#include "conv-winograd.h"

#include <string.h>

#include "conv-sum.h"
#include "kernels.h"

/* Tiles of 4x4 outputs are numbered through the whole batch. A piece transforms RN_WINOGRAD_TILES of them at a time into
 * scratch, multiplies each of the 36 positions with its filters and transforms the sums back, all while they are in the
 * second cache. Edges need no frame: rows outside the picture are a row of zeros, columns outside are left out.
 *
 * Scratch: zeros of a row, the transformed filters or their sums [36,..], then [36] positions of RN_WINOGRAD_TILES tiles of
 * x and of y, each position PAD floats longer than it is so that they do not all fall into the same set of the cache.
 */
#define POSITIONS 36
#define PAD 16
#define FILTER_TAPS 9
#define PIECE_TILES (4 * RN_WINOGRAD_TILES)
#define GROUP_TILES (16 * RN_WINOGRAD_TILES) /* the least that partial sums are kept for */

typedef struct
{
  int n, h, w; /* pictures, and their sides */
  int c, k;    /* channels read and written */
  int across, per_picture, n_tiles;
  gsize in_position, out_position; /* floats from one position to the next */

  const float *x, *dy, *w_filters;
  float *y; /* or the partial sums */
  const RnConvEpilogue *epilogue;
  int n_groups;
} Plan;

/* The scratch of one member, cut up. */
typedef struct
{
  float *zeros;
  float *filters; /* [36,K / 16,C,16], or sums [36,C / 16,K,16] */
  float *in;      /* [36,12,C] */
  float *out;     /* [36,12,K] */
} Scratch;

static int
divide_up (int a, int b)
{
  return (a + b - 1) / b;
}

static Plan
describe (const RnConvShape *shape, int c, int k)
{
  Plan plan = { .n = shape->n, .h = shape->h, .w = shape->w, .c = c, .k = k };

  plan.across = divide_up (plan.w, 4);
  plan.per_picture = plan.across * divide_up (plan.h, 4);
  plan.n_tiles = plan.n * plan.per_picture;
  plan.in_position = (gsize) RN_WINOGRAD_TILES * (gsize) c + PAD;
  plan.out_position = (gsize) RN_WINOGRAD_TILES * (gsize) k + PAD;
  return plan;
}

static gsize
zeros_floats (const Plan *plan)
{
  return (gsize) plan->w * (gsize) MAX (plan->c, plan->k);
}

static gsize
filters_floats (const Plan *plan)
{
  return (gsize) POSITIONS * (gsize) plan->c * (gsize) plan->k;
}

static Scratch
cut_scratch (RnWorker *worker, const Plan *plan)
{
  Scratch scratch = { .zeros = rn_worker_scratch (worker) };

  scratch.filters = scratch.zeros + zeros_floats (plan);
  scratch.in = scratch.filters + filters_floats (plan);
  scratch.out = scratch.in + POSITIONS * plan->in_position;
  return scratch;
}

/* Tile @id as @rows rows of picture @x with @channels, read from @above rows and columns outside it. */
static RnWinogradTile
find_tile (const Plan *plan, int id, const float *x, int channels, int rows, int above,
           const float *zeros)
{
  const int in_picture = id % plan->per_picture;
  const int top = in_picture / plan->across * 4, left = in_picture % plan->across * 4;
  const gsize pixel = (gsize) channels, row = (gsize) plan->w * pixel;
  const float *picture = x + (gsize) (id / plan->per_picture) * (gsize) plan->h * row;
  RnWinogradTile tile = { .pixel = pixel, .row = row, .column = left - above };

  for (int i = 0; i < rows; i++)
    {
      const int at = top - above + i;

      tile.rows[i] = at < 0 || at >= plan->h ? zeros : picture + (gsize) at * row;
    }
  tile.first = left == 0 ? above : 0;
  tile.end = MIN (rows, plan->w - tile.column);
  tile.n_rows = MIN (rows, plan->h - top + above);
  return tile;
}

/* The picture's place of tile @id in y */
static gsize
offset_of (const Plan *plan, int id)
{
  const int in_picture = id % plan->per_picture;
  const int top = in_picture / plan->across * 4, left = in_picture % plan->across * 4;

  return (((gsize) (id / plan->per_picture) * (gsize) plan->h + (gsize) top) * (gsize) plan->w +
          (gsize) left) *
         (gsize) plan->k;
}

/* [first,first + n) of the tiles of x to v [36,12,C]; the rows of tiles that are not there are zeros. */
static void
transform_inputs (const Plan *plan, const Scratch *scratch, int first, int n)
{
  for (int t = 0; t < n; t++)
    {
      const RnWinogradTile tile =
          find_tile (plan, first + t, plan->x, plan->c, 6, 1, scratch->zeros);

      rn_kernels ()->winograd_input (scratch->in + (gsize) t * (gsize) plan->c, &tile,
                                     plan->in_position);
    }
  if (n < RN_WINOGRAD_TILES)
    for (int i = 0; i < POSITIONS; i++)
      memset (scratch->in + (gsize) i * plan->in_position + (gsize) n * (gsize) plan->c, 0,
              (gsize) (RN_WINOGRAD_TILES - n) * (gsize) plan->c * sizeof (float));
}

static void
finish (const Plan *plan, const RnWinogradTile *tile, gsize offset)
{
  const RnConvEpilogue *epilogue = plan->epilogue;

  for (int i = 0; i < MIN (tile->n_rows, 4); i++, offset += tile->row)
    rn_kernels ()->epilogue (plan->y + offset, epilogue->bias,
                             epilogue->add == NULL ? NULL : epilogue->add + offset, epilogue->relu,
                             MIN (tile->end, 4), plan->k, tile->pixel);
}

static void
transform_outputs (const Plan *plan, const Scratch *scratch, int first, int n)
{
  for (int t = 0; t < n; t++)
    {
      const RnWinogradTile tile =
          find_tile (plan, first + t, plan->y, plan->k, 4, 0, scratch->zeros);
      const gsize offset = offset_of (plan, first + t);

      rn_kernels ()->winograd_output (&tile, plan->y + offset,
                                      scratch->out + (gsize) t * (gsize) plan->k,
                                      plan->out_position);
      if (plan->epilogue != NULL)
        finish (plan, &tile, offset);
    }
}

static void
forward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const Scratch scratch = cut_scratch (worker, plan);
  const gsize filters = (gsize) plan->c * (gsize) plan->k;
  const int end = MIN ((piece + 1) * PIECE_TILES, plan->n_tiles);

  for (int first = piece * PIECE_TILES; first < end; first += RN_WINOGRAD_TILES)
    {
      const int n = MIN (RN_WINOGRAD_TILES, end - first);

      transform_inputs (plan, &scratch, first, n);
      for (gsize i = 0; i < POSITIONS; i++)
        rn_kernels ()->winograd_product (scratch.out + i * plan->out_position,
                                         scratch.in + i * plan->in_position,
                                         scratch.filters + i * filters, plan->c, plan->k);
      transform_outputs (plan, &scratch, first, n);
    }
}

/* Convolves with the filters that are in every member's scratch. */
static void
convolve (RnWorker *worker, Plan *plan)
{
  const Scratch scratch = cut_scratch (worker, plan);

  memset (scratch.zeros, 0, zeros_floats (plan) * sizeof (float));
  rn_worker_share (worker, divide_up (plan->n_tiles, PIECE_TILES), forward_piece, plan);
}

void
rn_conv_winograd_forward (RnWorker *worker, float *y, const float *x, const float *w,
                          const RnConvShape *shape, const RnConvEpilogue *epilogue)
{
  Plan plan = describe (shape, shape->c, shape->k);
  const gsize c = (gsize) shape->c, filters = c * (gsize) shape->k;
  float *u = cut_scratch (worker, &plan).filters;

  plan.x = x;
  plan.y = y;
  if (epilogue != NULL && (epilogue->bias != NULL || epilogue->add != NULL || epilogue->relu))
    plan.epilogue = epilogue;
  /* w [K,3,3,C]: lanes are filters */
  for (int k = 0; k < shape->k; k += RN_CONV_BLOCK)
    for (gsize i = 0; i < c; i++, u += RN_CONV_BLOCK)
      {
        float taps[FILTER_TAPS * RN_CONV_BLOCK];

        for (int tap = 0; tap < FILTER_TAPS; tap++)
          for (int lane = 0; lane < RN_CONV_BLOCK; lane++)
            taps[tap * RN_CONV_BLOCK + lane] = w[((gsize) (k + lane) * FILTER_TAPS + tap) * c + i];
        rn_kernels ()->winograd_filters (u, taps, filters);
      }
  convolve (worker, &plan);
}

/* dx is the convolution of dy with the filters turned round. */
void
rn_conv_winograd_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                                const RnConvShape *shape)
{
  Plan plan = describe (shape, shape->k, shape->c);
  const gsize c = (gsize) shape->c, filters = c * (gsize) shape->k;
  float *u = cut_scratch (worker, &plan).filters;

  plan.x = dy;
  plan.y = dx;
  for (gsize i = 0; i < c; i += RN_CONV_BLOCK)
    for (gsize k = 0; k < (gsize) shape->k; k++, u += RN_CONV_BLOCK)
      {
        float taps[FILTER_TAPS * RN_CONV_BLOCK];

        for (gsize tap = 0; tap < FILTER_TAPS; tap++)
          memcpy (taps + tap * RN_CONV_BLOCK, w + (k * FILTER_TAPS + FILTER_TAPS - 1 - tap) * c + i,
                  RN_CONV_BLOCK * sizeof (float));
        rn_kernels ()->winograd_filters (u, taps, filters);
      }
  convolve (worker, &plan);
}

static void
transform_gradients (const Plan *plan, const Scratch *scratch, int first, int n)
{
  for (int t = 0; t < n; t++)
    {
      const RnWinogradTile tile =
          find_tile (plan, first + t, plan->dy, plan->k, 4, 0, scratch->zeros);

      rn_kernels ()->winograd_gradient (scratch->out + (gsize) t * (gsize) plan->k, &tile,
                                        plan->out_position);
    }
}

/* The sums of one group, transformed back: dw [K,3,3,C] */
static void
transform_sums (const Plan *plan, float *dw, const float *sums)
{
  const gsize c = (gsize) plan->c, filters = c * (gsize) plan->k;

  for (gsize i = 0; i < c; i += RN_CONV_BLOCK)
    for (gsize k = 0; k < (gsize) plan->k; k++, sums += RN_CONV_BLOCK)
      {
        float taps[FILTER_TAPS * RN_CONV_BLOCK];

        rn_kernels ()->winograd_filters_back (taps, sums, filters);
        for (gsize tap = 0; tap < FILTER_TAPS; tap++)
          memcpy (dw + (k * FILTER_TAPS + tap) * c + i, taps + tap * RN_CONV_BLOCK,
                  RN_CONV_BLOCK * sizeof (float));
      }
}

static void
backward_filters_group (RnWorker *worker, int group, gpointer data)
{
  const Plan *plan = data;
  const Scratch scratch = cut_scratch (worker, plan);
  const gsize filters = (gsize) plan->c * (gsize) plan->k;
  const int begin = (int) ((gint64) plan->n_tiles * group / plan->n_groups);
  const int end = (int) ((gint64) plan->n_tiles * (group + 1) / plan->n_groups);

  memset (scratch.filters, 0, filters_floats (plan) * sizeof (float));
  for (int first = begin; first < end; first += RN_WINOGRAD_TILES)
    {
      const int n = MIN (RN_WINOGRAD_TILES, end - first);

      transform_inputs (plan, &scratch, first, n);
      transform_gradients (plan, &scratch, first, n);
      for (gsize i = 0; i < POSITIONS; i++)
        rn_kernels ()->winograd_outer (scratch.filters + i * filters,
                                       scratch.out + i * plan->out_position,
                                       scratch.in + i * plan->in_position, n, plan->k, plan->c);
    }
  transform_sums (plan, plan->y + (gsize) group * FILTER_TAPS * filters, scratch.filters);
}

static int
count_groups (const Plan *plan)
{
  return rn_conv_count_groups ((gsize) FILTER_TAPS * (gsize) plan->c * (gsize) plan->k,
                               divide_up (plan->n_tiles, GROUP_TILES));
}

void
rn_conv_winograd_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                                   float *partials, const RnConvShape *shape)
{
  Plan plan = describe (shape, shape->c, shape->k);
  const gsize count = (gsize) FILTER_TAPS * (gsize) plan.c * (gsize) plan.k;

  plan.x = x;
  plan.dy = dy;
  plan.y = partials;
  plan.n_groups = count_groups (&plan);
  memset (cut_scratch (worker, &plan).zeros, 0, zeros_floats (&plan) * sizeof (float));
  rn_worker_share (worker, plan.n_groups, backward_filters_group, &plan);
  rn_conv_sum_groups (worker, dw, partials, count, plan.n_groups);
}

gboolean
rn_conv_winograd_fits (const RnConvShape *shape)
{
  return shape->kernel == 3 && shape->stride == 1 && shape->pad == 1 &&
         shape->c % RN_CONV_BLOCK == 0 && shape->k % RN_CONV_BLOCK == 0;
}

gsize
rn_conv_winograd_scratch (const RnConvShape *shape)
{
  const Plan plan = describe (shape, shape->c, shape->k);

  return zeros_floats (&plan) + filters_floats (&plan) +
         POSITIONS * (plan.in_position + plan.out_position);
}

gsize
rn_conv_winograd_partials (const RnConvShape *shape)
{
  const Plan plan = describe (shape, shape->c, shape->k);

  return (gsize) count_groups (&plan) * FILTER_TAPS * (gsize) plan.c * (gsize) plan.k;
}
