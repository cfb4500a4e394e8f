#include "conv.h"

#include "conv-direct.h"
#include "conv-gemm.h"
#include "conv-winograd.h"
#include "kernels.h"

/* The one place that chooses the algorithm, from measurements. Winograd's is up to three times as fast as the direct one where
 * it fits and there are tiles enough to repay the transform of the filters, which gradients of filters have no need of. The
 * direct one is up to twice as fast as lowering and OpenBLAS where there are few channels, and still ahead at 256. It falls behind where its filters leave the second cache, where
 * most lanes of a block would be empty, and where nothing needs lowering. */
#define MOST_TRANSFORMED (256 * 256)    /* pairs of channels; each member transforms all filters */
#define LEAST_TILES 32                  /* of 4x4 outputs */
#define MOST_FILTERS (1024 * 1024)      /* floats; each member packs all of them */
#define MOST_SUMMED_FILTERS (64 * 1024) /* whose sums must stay in the second cache */

static gboolean
are_filters_winograd (const RnConvShape *shape)
{
  return rn_conv_winograd_fits (shape) && (gint64) shape->c * shape->k <= MOST_TRANSFORMED;
}

static gboolean
is_winograd (const RnConvShape *shape)
{
  const gint64 tiles = (gint64) shape->n * ((shape->h + 3) / 4) * ((shape->w + 3) / 4);

  return are_filters_winograd (shape) && tiles >= LEAST_TILES;
}

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
  const gboolean winograd = is_winograd (shape), winograd_filters = are_filters_winograd (shape);
  const gboolean forward = is_forward_direct (shape), data = is_data_direct (shape);
  const gboolean filters = are_filters_direct (shape);
  gsize scratch = winograd_filters ? rn_conv_winograd_scratch (shape) : 0;

  if ((!winograd && forward) || (!winograd_filters && filters))
    scratch = MAX (scratch, rn_conv_direct_scratch (shape));
  if (!winograd && data)
    scratch = MAX (scratch, rn_conv_direct_data_scratch (shape));
  if ((!winograd && !(forward && data)) || (!winograd_filters && !filters))
    scratch = MAX (scratch, rn_conv_gemm_scratch (shape));
  return scratch;
}

gsize
rn_conv_partials (const RnConvShape *shape)
{
  if (are_filters_winograd (shape))
    return rn_conv_winograd_partials (shape);
  return are_filters_direct (shape) ? rn_conv_direct_partials (shape)
                                    : rn_conv_gemm_partials (shape);
}

void
rn_conv_forward (RnWorker *worker, float *y, const float *x, const float *w,
                 const RnConvShape *shape, const RnConvEpilogue *epilogue)
{
  if (is_winograd (shape))
    rn_conv_winograd_forward (worker, y, x, w, shape, epilogue);
  else if (is_forward_direct (shape))
    rn_conv_direct_forward (worker, y, x, w, shape, epilogue);
  else
    rn_conv_gemm_forward (worker, y, x, w, shape, epilogue);
}

void
rn_conv_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w,
                       const RnConvShape *shape)
{
  if (is_winograd (shape))
    rn_conv_winograd_backward_data (worker, dx, dy, w, shape);
  else if (is_data_direct (shape))
    rn_conv_direct_backward_data (worker, dx, dy, w, shape);
  else
    rn_conv_gemm_backward_data (worker, dx, dy, w, shape);
}

void
rn_conv_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                          float *partials, const RnConvShape *shape)
{
  if (are_filters_winograd (shape))
    rn_conv_winograd_backward_filters (worker, dw, x, dy, partials, shape);
  else if (are_filters_direct (shape))
    rn_conv_direct_backward_filters (worker, dw, x, dy, partials, shape);
  else
    rn_conv_gemm_backward_filters (worker, dw, x, dy, partials, shape);
}
