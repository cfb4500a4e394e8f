#include "conv.h"

#include "conv-direct.h"
#include "conv-gemm.h"
#include "kernels.h"

/* The one place that chooses the algorithm, from measurements: the direct one is up to twice as fast as lowering and OpenBLAS
 * where there are few channels, and still ahead at 256. It falls behind where its filters leave the second cache, where
 * most lanes of a block would be empty, and where nothing needs lowering. */
#define MOST_FILTERS (1024 * 1024)      /* floats; each member packs all of them */
#define MOST_SUMMED_FILTERS (64 * 1024) /* whose sums must stay in the second cache */

/* Whether half of the lanes are of use. */
static gboolean
fills_blocks (int lanes)
{
  return 2 * lanes >= (lanes + RN_CONV_BLOCK - 1) / RN_CONV_BLOCK * RN_CONV_BLOCK;
}

static gboolean
may_be_direct (const RnConvShape *shape, gsize most_filters)
{
  gsize filters = (gsize) shape->k * (gsize) (shape->kernel * shape->kernel) * (gsize) shape->c;

  return (shape->kernel > 1 || shape->stride > 1) && filters <= most_filters;
}

static gboolean
is_forward_direct (const RnConvShape *shape)
{
  return may_be_direct (shape, MOST_FILTERS) && fills_blocks (shape->k);
}

static gboolean
is_data_direct (const RnConvShape *shape)
{
  return may_be_direct (shape, MOST_FILTERS) && fills_blocks (shape->c);
}

static gboolean
are_filters_direct (const RnConvShape *shape)
{
  return may_be_direct (shape, MOST_SUMMED_FILTERS) && fills_blocks (shape->kernel * shape->c);
}

gsize
rn_conv_scratch (const RnConvShape *shape)
{
  gboolean forward = is_forward_direct (shape), data = is_data_direct (shape);
  gboolean filters = are_filters_direct (shape);
  gsize scratch = forward || filters ? rn_conv_direct_scratch (shape) : 0;

  if (data)
    scratch = MAX (scratch, rn_conv_direct_data_scratch (shape));
  if (!forward || !data || !filters)
    scratch = MAX (scratch, rn_conv_gemm_scratch (shape));
  return scratch;
}

gsize
rn_conv_partials (const RnConvShape *shape)
{
  return are_filters_direct (shape) ? rn_conv_direct_partials (shape)
                                    : rn_conv_gemm_partials (shape);
}

void
rn_conv_forward (RnWorker *worker, float *y, const float *x, const float *w,
                 const RnConvShape *shape, const RnConvEpilogue *epilogue)
{
  if (is_forward_direct (shape))
    rn_conv_direct_forward (worker, y, x, w, shape, epilogue);
  else
    rn_conv_gemm_forward (worker, y, x, w, shape, epilogue);
}

void
rn_conv_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                       const RnConvShape *shape)
{
  if (is_data_direct (shape))
    rn_conv_direct_backward_data (worker, dx, dy, w, shape);
  else
    rn_conv_gemm_backward_data (worker, dx, dy, w, shape);
}

void
rn_conv_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                          float *partials, const RnConvShape *shape)
{
  if (are_filters_direct (shape))
    rn_conv_direct_backward_filters (worker, dw, x, dy, partials, shape);
  else
    rn_conv_gemm_backward_filters (worker, dw, x, dy, partials, shape);
}
