#include "conv-gemm.h"

#include <string.h>

#include "blas.h"
#include "conv-sum.h"
#include "kernels.h"

/* A lowered pixel is the R S C inputs that an output pixel sees; for each r its S C floats lie together in x, so lowering
 * is a copy a row of the window. Output rows are counted through the whole batch, N P of them, and taken in bands
 * whose lowered form stays in the second cache. */
#define BAND_FLOATS (50 * 1024)
/* A product turns the filters over once more for each band, so a band has at least so many pixels. */
#define BAND_PIXELS 128
#define ENOUGH_PIECES 16 /* for many threads; small shapes are split further to reach it */
#define MIN_BLOCK 32     /* of channels, where they are split */

typedef struct
{
  const RnConvShape *shape;
  float *out;
  const float *x, *w, *dy;
  const RnConvEpilogue *epilogue;
  int rows;  /* N P */
  int depth; /* R S C */
  int band;  /* rows in a band */

  int n_bands;  /* or groups, or ranges of dx: the first factor of the number of pieces */
  int block;    /* channels in a block */
  int n_blocks; /* the second factor */
} Plan;

static int
divide_up (int a, int b)
{
  return (a + b - 1) / b;
}

/* x needs no lowering where a window is a pixel. */
static gboolean
is_plain (const RnConvShape *shape)
{
  return shape->kernel == 1 && shape->stride == 1 && shape->pad == 0;
}

static Plan
describe (const RnConvShape *shape)
{
  Plan plan = { .shape = shape, .rows = shape->n * shape->p };
  int pixels;

  plan.depth = shape->kernel * shape->kernel * shape->c;
  pixels = MAX (BAND_FLOATS / plan.depth, BAND_PIXELS);
  plan.band = CLAMP (pixels / shape->q, 1, MAX (divide_up (plan.rows, ENOUGH_PIECES), 1));
  return plan;
}

/* Splits @channels in blocks where there are too few pieces without. */
static void
split_channels (Plan *plan, int channels)
{
  int wanted = divide_up (ENOUGH_PIECES, plan->n_bands);
  int block = divide_up (divide_up (channels, wanted), MIN_BLOCK) * MIN_BLOCK;

  plan->block = MIN (block, channels);
  plan->n_blocks = divide_up (channels, plan->block);
}

static Plan
plan_forward (const RnConvShape *shape)
{
  Plan plan = describe (shape);

  plan.n_bands = divide_up (plan.rows, plan.band);
  split_channels (&plan, shape->k);
  return plan;
}

/* One output row: col [Q,R S C] from x [H,W,C] of its picture. */
static float *
lower_row (float *col, const float *x, int p, const RnConvShape *shape)
{
  const int side = shape->kernel;
  const gsize c = (gsize) shape->c;

  for (int q = 0; q < shape->q; q++)
    {
      int left = q * shape->stride - shape->pad;
      gsize s0 = (gsize) CLAMP (-left, 0, side);
      gsize s1 = (gsize) CLAMP (shape->w - left, (int) s0, side);

      for (int r = 0; r < side; r++, col += (gsize) side * c)
        {
          int i = p * shape->stride + r - shape->pad;
          const float *row = x + (gsize) i * (gsize) shape->w * c;

          if (i < 0 || i >= shape->h)
            {
              memset (col, 0, (gsize) side * c * sizeof (float));
              continue;
            }
          memset (col, 0, s0 * c * sizeof (float));
          memcpy (col + s0 * c, row + ((gsize) left + s0) * c, (s1 - s0) * c * sizeof (float));
          memset (col + s1 * c, 0, ((gsize) side - s1) * c * sizeof (float));
        }
    }
  return col;
}

/* The lowered form of rows [first,last): @col filled, or x itself. */
static const float *
lower (float *col, const float *x, int first, int last, const RnConvShape *shape)
{
  const gsize picture = (gsize) shape->h * (gsize) shape->w * (gsize) shape->c;
  float *next = col;

  if (is_plain (shape))
    return x + (gsize) first * (gsize) shape->w * (gsize) shape->c;
  for (int row = first; row < last; row++)
    next = lower_row (next, x + (gsize) (row / shape->p) * picture, row % shape->p, shape);
  return col;
}

/* y [M,K] = col [M,R S C] w^T */
static void
forward_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const RnConvEpilogue *epilogue = plan->epilogue;
  int first = piece / plan->n_blocks * plan->band;
  int last = MIN (first + plan->band, plan->rows);
  int k = piece % plan->n_blocks * plan->block;
  int block = MIN (plan->block, shape->k - k);
  int pixels = (last - first) * shape->q;
  gsize offset = (gsize) first * (gsize) shape->q * (gsize) shape->k + (gsize) k;
  float *y = plan->out + offset;
  const float *col = lower (rn_worker_scratch (worker), plan->x, first, last, shape);

  rn_blas_product (y, col, plan->w + (gsize) k * (gsize) plan->depth, pixels, block, plan->depth,
                   shape->k, plan->depth, plan->depth, FALSE, TRUE, 0.0f);
  if (epilogue != NULL && (epilogue->bias != NULL || epilogue->add != NULL || epilogue->relu))
    rn_kernels ()->epilogue (y, epilogue->bias == NULL ? NULL : epilogue->bias + k,
                             epilogue->add == NULL ? NULL : epilogue->add + offset, epilogue->relu,
                             pixels, block, (gsize) shape->k);
}

void
rn_conv_gemm_forward (RnWorker *worker, float *y, const float *x, const float *w,
                      const RnConvShape *shape, const RnConvEpilogue *epilogue)
{
  Plan plan = plan_forward (shape);

  plan.out = y;
  plan.x = x;
  plan.w = w;
  plan.epilogue = epilogue;
  rn_worker_share (worker, plan.n_bands * plan.n_blocks, forward_piece, &plan);
}

/* dx [M,C] = dy [M,K] w, where a window is a pixel */
static void
backward_plain_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  int first = piece / plan->n_blocks * plan->band;
  int last = MIN (first + plan->band, plan->rows);
  int c = piece % plan->n_blocks * plan->block;
  gsize pixel = (gsize) first * (gsize) shape->q;

  rn_blas_product (plan->out + pixel * (gsize) shape->c + c, plan->dy + pixel * (gsize) shape->k,
                   plan->w + c, (last - first) * shape->q, MIN (plan->block, shape->c - c),
                   shape->k, shape->c, shape->k, shape->c, FALSE, FALSE, 0.0f);
}

/* Adds col [Q,R S C], the gradient of output row @p's windows, to those rows of dx [H,W,C] that are in [top,bottom). */
static void
raise_row (float *dx, const float *col, int p, int top, int bottom, const RnConvShape *shape)
{
  void (*add) (float *, const float *, gsize) = rn_kernels ()->add;
  const int side = shape->kernel;
  const gsize c = (gsize) shape->c;

  for (int q = 0; q < shape->q; q++)
    {
      int left = q * shape->stride - shape->pad;
      gsize s0 = (gsize) CLAMP (-left, 0, side);
      gsize s1 = (gsize) CLAMP (shape->w - left, (int) s0, side);

      for (int r = 0; r < side; r++, col += (gsize) side * c)
        {
          int i = p * shape->stride + r - shape->pad;

          if (i >= top && i < bottom)
            add (dx + ((gsize) i * (gsize) shape->w + (gsize) left + s0) * c, col + s0 * c,
                 (s1 - s0) * c);
        }
    }
}

/* Output rows [first,last), of one or several pictures, to rows [top,bottom) of their dx; bands of dcol [M,R S C] = dy w */
static void
backward_rows (RnWorker *worker, const Plan *plan, int first, int last, int top, int bottom)
{
  const RnConvShape *shape = plan->shape;
  const gsize picture = (gsize) shape->h * (gsize) shape->w * (gsize) shape->c;
  const gsize col_row = (gsize) shape->q * (gsize) plan->depth;
  float *col = rn_worker_scratch (worker);

  for (int row = first; row < last; row += plan->band)
    {
      int n = MIN (plan->band, last - row);

      rn_blas_product (col, plan->dy + (gsize) row * (gsize) shape->q * (gsize) shape->k, plan->w,
                       n * shape->q, plan->depth, shape->k, plan->depth, shape->k, plan->depth,
                       FALSE, FALSE, 0.0f);
      for (int i = 0; i < n; i++)
        raise_row (plan->out + (gsize) ((row + i) / shape->p) * picture, col + (gsize) i * col_row,
                   (row + i) % shape->p, top, bottom, shape);
    }
}

/* Pieces of whole pictures, `band` output rows at a time. */
static void
backward_pictures_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const gsize picture = (gsize) shape->h * (gsize) shape->w * (gsize) shape->c;
  int first = piece * plan->block;
  int last = MIN (first + plan->block, shape->n);

  memset (plan->out + (gsize) first * picture, 0,
          (gsize) (last - first) * picture * sizeof (float));
  backward_rows (worker, plan, first * shape->p, last * shape->p, 0, shape->h);
}

/* Pieces of `block` rows of a dx, where there are too few pictures: output rows at their edges are done twice. */
static void
backward_part_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  const gsize row_floats = (gsize) shape->w * (gsize) shape->c;
  int picture = piece / plan->n_blocks;
  int top = piece % plan->n_blocks * plan->block;
  int bottom = MIN (top + plan->block, shape->h);
  int above = top + shape->pad - (shape->kernel - 1);
  int first = above <= 0 ? 0 : divide_up (above, shape->stride);
  int last = MIN ((bottom - 1 + shape->pad) / shape->stride + 1, shape->p);

  memset (plan->out + ((gsize) picture * (gsize) shape->h + (gsize) top) * row_floats, 0,
          (gsize) (bottom - top) * row_floats * sizeof (float));
  backward_rows (worker, plan, picture * shape->p + first, picture * shape->p + last, top, bottom);
}

void
rn_conv_gemm_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                            const RnConvShape *shape)
{
  Plan plan = describe (shape);

  plan.out = dx;
  plan.dy = dy;
  plan.w = w;
  if (is_plain (shape))
    {
      plan.n_bands = divide_up (plan.rows, plan.band);
      split_channels (&plan, shape->c);
      rn_worker_share (worker, plan.n_bands * plan.n_blocks, backward_plain_piece, &plan);
    }
  else if (shape->n >= ENOUGH_PIECES)
    {
      plan.block = CLAMP (plan.band / shape->p, 1, divide_up (shape->n, ENOUGH_PIECES));
      rn_worker_share (worker, divide_up (shape->n, plan.block), backward_pictures_piece, &plan);
    }
  else
    {
      plan.block = MAX (divide_up (shape->n * shape->h, ENOUGH_PIECES), shape->kernel);
      plan.block = MIN (plan.block, shape->h);
      plan.n_blocks = divide_up (shape->h, plan.block);
      rn_worker_share (worker, shape->n * plan.n_blocks, backward_part_piece, &plan);
    }
}

/* Groups of rows, each with partial sums of its own, and blocks of output channels where there can be few groups. */
static Plan
plan_filters (const RnConvShape *shape)
{
  Plan plan = describe (shape);
  gsize filters = (gsize) shape->k * (gsize) plan.depth;

  plan.n_bands = rn_conv_count_groups (filters, divide_up (plan.rows, plan.band));
  split_channels (&plan, shape->k);
  return plan;
}

static gsize
filter_floats (const Plan *plan)
{
  return (gsize) plan->shape->k * (gsize) plan->depth;
}

/* A group's dw [K,R S C] = dy^T col, over its rows; where there is one group it adds to dw itself */
static void
backward_filters_piece (RnWorker *worker, int piece, gpointer data)
{
  const Plan *plan = data;
  const RnConvShape *shape = plan->shape;
  int group = piece / plan->n_blocks;
  int first = (int) ((gint64) plan->rows * group / plan->n_bands);
  int last = (int) ((gint64) plan->rows * (group + 1) / plan->n_bands);
  int k = piece % plan->n_blocks * plan->block;
  float *dw = plan->out + (gsize) group * filter_floats (plan) + (gsize) k * (gsize) plan->depth;
  float beta = plan->n_bands == 1 ? 1.0f : 0.0f;

  for (int row = first; row < last; row += plan->band, beta = 1.0f)
    {
      int n = MIN (plan->band, last - row);
      const float *dy = plan->dy + (gsize) row * (gsize) shape->q * (gsize) shape->k + k;
      const float *col = lower (rn_worker_scratch (worker), plan->x, row, row + n, shape);

      rn_blas_product (dw, dy, col, MIN (plan->block, shape->k - k), plan->depth, n * shape->q,
                       plan->depth, shape->k, plan->depth, TRUE, FALSE, beta);
    }
}

void
rn_conv_gemm_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                               float *partials, const RnConvShape *shape)
{
  Plan plan = plan_filters (shape);

  plan.out = plan.n_bands == 1 ? dw : partials;
  plan.x = x;
  plan.dy = dy;
  rn_worker_share (worker, plan.n_bands * plan.n_blocks, backward_filters_piece, &plan);
  if (plan.n_bands > 1)
    rn_conv_sum_groups (worker, dw, partials, filter_floats (&plan), plan.n_bands);
}

/* One band's lowered pixels, in any of the three directions. */
gsize
rn_conv_gemm_scratch (const RnConvShape *shape)
{
  Plan plan = describe (shape);

  if (is_plain (shape))
    return 0;
  return (gsize) plan.band * (gsize) shape->q * (gsize) plan.depth;
}

gsize
rn_conv_gemm_partials (const RnConvShape *shape)
{
  Plan plan = plan_filters (shape);

  return plan.n_bands == 1 ? 0 : (gsize) plan.n_bands * filter_floats (&plan);
}
