#include "conv.h"

#include "conv-direct.h"
#include "conv-gemm.h"
#include "conv-winograd.h"
#include "info.h"

/* The one place that chooses the algorithm, from measurements of single layers. Winograd's is up to
 * three times as fast as the direct one where it fits; it reads four times as many filters, which a few tiles do not repay.
 * Gradients of filters have no filters to read; there the direct one falls behind lowering and OpenBLAS where the sums leave the
 * second cache, where most lanes of a block would be empty, and where nothing needs lowering. */
#define MOST_TRANSFORMED                                                                           \
  (512 * 512) /* pairs of channels: more would need more memory than they are worth */
#define MOST_SUMMED_FILTERS (64 * 1024)
#define NARROW                                                                                     \
  (64 * 64) /* pairs of channels; with more, filters come from the third cache or from memory */
#define LEAST_TILES 4 /* of 4x4 outputs */
#define LEAST_WIDE_TILES 12

static gboolean
may_be_winograd (const RnConvShape *shape)
{
  return !rn_info_is_plain () && rn_conv_winograd_fits (shape) &&
         (gint64) shape->c * shape->k <= MOST_TRANSFORMED;
}

RnConvMethod
rn_conv_forward_method (const RnConvShape *shape)
{
  const gint64 tiles = (gint64) shape->n * ((shape->h + 3) / 4) * ((shape->w + 3) / 4);
  const int least = (gint64) shape->c * shape->k <= NARROW ? LEAST_TILES : LEAST_WIDE_TILES;

  return may_be_winograd (shape) && tiles >= least ? RN_CONV_WINOGRAD : RN_CONV_DIRECT;
}

RnConvMethod
rn_conv_data_method (const RnConvShape *shape)
{
  return rn_conv_forward_method (shape);
}

/* Whether half of the lanes are of use. */
static gboolean
fills_blocks (int lanes)
{
  return 2 * lanes >= (lanes + RN_CONV_BLOCK - 1) / RN_CONV_BLOCK * RN_CONV_BLOCK;
}

RnConvMethod
rn_conv_filters_method (const RnConvShape *shape)
{
  const int window = shape->kernel * shape->kernel;
  const gint64 filters = (gint64) shape->k * window * shape->c;

  if (may_be_winograd (shape))
    return RN_CONV_WINOGRAD;
  return (shape->kernel > 1 || shape->stride > 1) && filters <= MOST_SUMMED_FILTERS &&
                 fills_blocks (shape->kernel * shape->c)
             ? RN_CONV_DIRECT
             : RN_CONV_PRODUCT;
}

gsize
rn_conv_run_scratch (const RnConvShape *shape)
{
  return rn_conv_forward_method (shape) == RN_CONV_WINOGRAD ? rn_conv_winograd_scratch (shape)
                                                            : rn_conv_direct_scratch (shape);
}

gboolean
rn_conv_reads_raw (const RnConvShape *shape)
{
  return shape->pad > 0;
}

gsize
rn_conv_scratch (const RnConvShape *shape)
{
  gsize scratch = rn_conv_forward_method (shape) == RN_CONV_WINOGRAD
                      ? rn_conv_winograd_train_scratch (shape)
                      : rn_conv_direct_scratch (shape);

  if (rn_conv_data_method (shape) == RN_CONV_DIRECT)
    scratch = MAX (scratch, rn_conv_direct_data_scratch (shape));
  switch (rn_conv_filters_method (shape))
    {
    case RN_CONV_WINOGRAD:
      return MAX (scratch, rn_conv_winograd_filters_scratch (shape));
    case RN_CONV_DIRECT:
      return MAX (scratch, rn_conv_direct_filters_scratch (shape));
    case RN_CONV_PRODUCT:
    default:
      return MAX (scratch, rn_conv_gemm_scratch (shape));
    }
}

static gsize
filters_shared (const RnConvShape *shape)
{
  switch (rn_conv_filters_method (shape))
    {
    case RN_CONV_WINOGRAD:
      return rn_conv_winograd_filters_shared (shape);
    case RN_CONV_DIRECT:
      return rn_conv_direct_partials (shape);
    case RN_CONV_PRODUCT:
    default:
      return rn_conv_gemm_partials (shape);
    }
}

gsize
rn_conv_shared (const RnConvShape *shape)
{
  gsize shared = rn_conv_packed (shape) + rn_conv_run_shared (shape);

  if (rn_conv_data_method (shape) == RN_CONV_DIRECT)
    shared = MAX (shared, rn_conv_direct_data_packed (shape));
  else
    shared = MAX (shared, rn_conv_winograd_packed (shape) + rn_conv_winograd_shared (shape));
  return MAX (shared, filters_shared (shape));
}

gsize
rn_conv_packed (const RnConvShape *shape)
{
  return rn_conv_forward_method (shape) == RN_CONV_WINOGRAD ? rn_conv_winograd_packed (shape)
                                                            : rn_conv_direct_packed (shape);
}

gsize
rn_conv_run_shared (const RnConvShape *shape)
{
  return rn_conv_forward_method (shape) == RN_CONV_WINOGRAD ? rn_conv_winograd_shared (shape) : 0;
}

void
rn_conv_pack (RnWorker *worker, float *packed, const float *w, const float *scale,
              const RnConvShape *shape)
{
  if (rn_conv_forward_method (shape) == RN_CONV_WINOGRAD)
    rn_conv_winograd_pack (worker, packed, w, scale, shape);
  else
    rn_conv_direct_pack (worker, packed, w, scale, shape);
}

static void
run (RnWorker *worker, float *y, const float *x, const float *packed, float *shared,
     const RnConvShape *shape, const RnFinish *finish, const RnConvInput *input,
     const RnNormGather *gather)
{
  if (rn_conv_forward_method (shape) == RN_CONV_WINOGRAD)
    rn_conv_winograd_run (worker, y, x, packed, shared, shape, finish, input, gather);
  else
    rn_conv_direct_run (worker, y, x, packed, shape, finish, input, gather);
}

void
rn_conv_run (RnWorker *worker, float *y, const float *x, const float *packed, float *shared,
             const RnConvShape *shape, const RnFinish *finish)
{
  run (worker, y, x, packed, shared, shape, finish, NULL, NULL);
}

int
rn_conv_forward_slots (const RnConvShape *shape)
{
  return rn_conv_forward_method (shape) == RN_CONV_WINOGRAD
             ? rn_conv_winograd_slots (shape, shape->c, shape->k)
             : rn_conv_direct_slots (shape);
}

int
rn_conv_data_slots (const RnConvShape *shape)
{
  return rn_conv_data_method (shape) == RN_CONV_WINOGRAD
             ? rn_conv_winograd_slots (shape, shape->k, shape->c)
             : rn_conv_direct_data_slots (shape);
}

void
rn_conv_forward (RnWorker *worker, float *y, const float *x, const float *w, float *shared,
                 const RnConvShape *shape, const RnConvInput *input, const RnNormGather *gather)
{
  rn_conv_pack (worker, shared, w, NULL, shape);
  run (worker, y, x, shared, shared + rn_conv_packed (shape), shape, NULL, input, gather);
}

void
rn_conv_backward_data (RnWorker *worker, float *dx, const float *dy, const float *w, float *shared,
                       const RnConvShape *shape, const RnNormGather *gather)
{
  if (rn_conv_data_method (shape) == RN_CONV_WINOGRAD)
    rn_conv_winograd_backward_data (worker, dx, dy, w, shared,
                                    shared + rn_conv_winograd_packed (shape), shape, gather);
  else
    rn_conv_direct_backward_data (worker, dx, dy, w, shared, shape, gather);
}

void
rn_conv_backward_filters (RnWorker *worker, float *dw, const float *x, const float *dy,
                          float *shared, const RnConvShape *shape, const RnConvInput *input)
{
  switch (rn_conv_filters_method (shape))
    {
    case RN_CONV_WINOGRAD:
      rn_conv_winograd_backward_filters (worker, dw, x, dy, shared, shape, input);
      break;
    case RN_CONV_DIRECT:
      rn_conv_direct_backward_filters (worker, dw, x, dy, shared, shape, input);
      break;
    case RN_CONV_PRODUCT:
    default:
      rn_conv_gemm_backward_filters (worker, dw, x, dy, shared, shape, input);
    }
}
