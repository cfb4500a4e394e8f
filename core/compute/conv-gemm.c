#include "conv-gemm.h"

#include <string.h>

#include "blas.h"
#include "conv-frame.h"
#include "conv-sum.h"
#include "divide.h"

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
  const float *x, *dy;
  const RnConvInput *input; /* (nullable) */
  int rows;                 /* N P */
  int depth;                /* R S C */
  int band;                 /* rows in a band */

  int n_groups; /* the first factor of the number of pieces */
  int block;    /* channels in a block */
  int n_blocks; /* the second factor */
} Plan;

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
  plan.band = CLAMP (pixels / shape->q, 1, MAX (rn_divide_up (plan.rows, ENOUGH_PIECES), 1));
  return plan;
}

/* Splits @channels in blocks where there are too few pieces without. */
static void
split_channels (Plan *plan, int channels)
{
  int wanted = rn_divide_up (ENOUGH_PIECES, plan->n_groups);
  int block = rn_divide_up (rn_divide_up (channels, wanted), MIN_BLOCK) * MIN_BLOCK;

  plan->block = MIN (block, channels);
  plan->n_blocks = rn_divide_up (channels, plan->block);
}

/* One output row: col [Q,R S C] from x [H,W,C] of its picture. */
static float *
lower_row (float *col, const float *x, int p, const RnConvShape *shape, const RnConvInput *input)
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
          if (s1 > s0)
            rn_conv_read_pixels (col + s0 * c, row + ((gsize) left + s0) * c, s1 - s0, shape->c,
                                 input);
          memset (col + s1 * c, 0, ((gsize) side - s1) * c * sizeof (float));
        }
    }
  return col;
}

/* The lowered form of rows [first,last): @col filled, or x itself. */
static const float *
lower (float *col, const float *x, int first, int last, const RnConvShape *shape,
       const RnConvInput *input)
{
  const gsize picture = (gsize) shape->h * (gsize) shape->w * (gsize) shape->c;
  float *next = col;

  if (is_plain (shape))
    return x + (gsize) first * (gsize) shape->w * (gsize) shape->c;
  for (int row = first; row < last; row++)
    next = lower_row (next, x + (gsize) (row / shape->p) * picture, row % shape->p, shape, input);
  return col;
}

/* Groups of rows, each with partial sums of its own, and blocks of output channels where there can be few groups. */
static Plan
plan_filters (const RnConvShape *shape)
{
  Plan plan = describe (shape);
  gsize filters = (gsize) shape->k * (gsize) plan.depth;

  plan.n_groups = rn_conv_count_groups (filters, rn_divide_up (plan.rows, plan.band));
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
  int first = (int) ((gint64) plan->rows * group / plan->n_groups);
  int last = (int) ((gint64) plan->rows * (group + 1) / plan->n_groups);
  int k = piece % plan->n_blocks * plan->block;
  float *dw = plan->out + (gsize) group * filter_floats (plan) + (gsize) k * (gsize) plan->depth;
  float beta = plan->n_groups == 1 ? 1.0f : 0.0f;

  for (int row = first; row < last; row += plan->band, beta = 1.0f)
    {
      int n = MIN (plan->band, last - row);
      const float *dy = plan->dy + (gsize) row * (gsize) shape->q * (gsize) shape->k + k;
      const float *col =
          lower (rn_worker_scratch (worker), plan->x, row, row + n, shape, plan->input);

      rn_blas_product (dw, dy, col, MIN (plan->block, shape->k - k), plan->depth, n * shape->q,
                       plan->depth, shape->k, plan->depth, TRUE, FALSE, beta);
    }
  rn_worker_account (worker, RN_WORK_PRODUCTS);
}

void
rn_conv_gemm_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                               float *partials, const RnConvShape *shape, const RnConvInput *input)
{
  Plan plan = plan_filters (shape);

  plan.input = input;
  plan.out = plan.n_groups == 1 ? dw : partials;
  plan.x = x;
  plan.dy = dy;
  rn_worker_share (worker, plan.n_groups * plan.n_blocks, backward_filters_piece, &plan);
  if (plan.n_groups > 1)
    rn_conv_sum_groups (worker, dw, partials, filter_floats (&plan), plan.n_groups);
}

/* One band's lowered pixels */
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

  return plan.n_groups == 1 ? 0 : (gsize) plan.n_groups * filter_floats (&plan);
}
