#include "network/network-private.h"

#include <math.h>

#include "compute/layers.h"

/* Training's forward and backward, called by every member of the team at once; each layer ends in a barrier. Every
 * member walks the same way, so what they decide here may depend on the network alone, never on the member.
 */

static float *
at (const RnNetwork *network, gsize place)
{
  return network->activations + place;
}

static double *
partials_of (const RnNetwork *network)
{
  return (double *) (gpointer) network->norm_partials;
}

/* What block @b sees, and gives. */
static float *
input_of (const RnNetwork *network, int b)
{
  const RnLayoutBlock *before = b > 0 ? &network->layout->blocks[b - 1] : NULL;

  if (before == NULL)
    return at (network, network->plan->stem_out);
  return at (network, network->plan->y[before->first_conv + before->n_convs - 1]);
}

static gsize
pixels_of (const RnNetwork *network, const RnLayoutConv *conv)
{
  return (gsize) network->n * conv->out_h * conv->out_w;
}

static void
set_position (RnNetwork *network, RnWorker *worker, int block, gboolean backward)
{
  if (rn_worker_index (worker) != 0)
    return;
  atomic_store_explicit (&network->at_block, block, memory_order_relaxed);
  atomic_store_explicit (&network->backward, backward, memory_order_relaxed);
}

/* scale = gamma / sqrt (var + eps),  shift = beta - mean scale */
static void
prepare_norm (RnWorker *worker, int piece, gpointer data)
{
  RnNetworkConv *conv = ((gpointer *) data)[0];
  const RnLayoutConv *shape = ((gpointer *) data)[1];

  for (int c = 0; c < shape->out_c; c++)
    {
      conv->inv_std[c] = (float) (1.0 / sqrt ((double) conv->var[c] + RN_NORM_EPSILON));
      conv->scale[c] = conv->gamma[c] * conv->inv_std[c];
      conv->shift[c] = conv->beta[c] - conv->mean[c] * conv->scale[c];
    }
}

/* z = convolution of x, and its batch-norm made ready to be applied */
static void
convolve (RnWorker *worker, RnNetwork *network, int index, const float *x)
{
  const RnLayoutConv *layer = &network->layout->convs[index];
  RnNetworkConv *conv = &network->convs[index];
  const RnConvShape shape = rn_conv_shape_of (layer, network->n);
  float *z = at (network, network->plan->z[index]);
  gpointer norm[2] = { conv, (gpointer) layer };

  rn_conv_forward (worker, z, x, conv->w, network->conv_shared, &shape, NULL);
  rn_norm_statistics (worker, conv->mean, conv->var, z, partials_of (network),
                      pixels_of (network, layer), layer->out_c);
  rn_worker_share (worker, 1, prepare_norm, norm);
}

/* y = relu (batch-norm (z) + s) */
static void
normalise (RnWorker *worker, RnNetwork *network, int index, float *y, const float *s, gboolean relu)
{
  const RnLayoutConv *layer = &network->layout->convs[index];
  RnNetworkConv *conv = &network->convs[index];

  rn_norm_apply (worker, y, at (network, network->plan->z[index]), s, conv->scale, conv->shift,
                 relu, network->measure && relu ? &conv->measures : NULL, partials_of (network),
                 pixels_of (network, layer), layer->out_c);
}

static void
forward_stem (RnWorker *worker, RnNetwork *network)
{
  const RnLayoutConv *layer = &network->layout->convs[0];
  float *y = at (network, network->plan->y[0]);

  convolve (worker, network, 0, network->x);
  normalise (worker, network, 0, y, NULL, TRUE);
  if (network->layout->pool)
    rn_pool_forward (worker, at (network, network->plan->stem_out),
                     (guint8 *) (gpointer) at (network, network->plan->pool_arg), y, network->n,
                     layer->out_h, layer->out_w, layer->out_c);
}

/* Returns: s, what the shortcut gives; NULL in plain blocks */
static const float *
forward_shortcut (RnWorker *worker, RnNetwork *network, const RnLayoutBlock *block, const float *x)
{
  float *s = at (network, network->plan->gradient[0]);

  switch (block->shortcut)
    {
    case RN_PATH_IDENTITY:
      return x;
    case RN_PATH_SUBSAMPLE:
      rn_subsample_forward (worker, s, x, network->n, block->in_h, block->in_w, block->in_c,
                            block->out_c, rn_block_stride_of (network->layout, block),
                            block->pad_before);
      return s;
    case RN_PATH_PROJECTION:
      convolve (worker, network, block->downsample, x);
      normalise (worker, network, block->downsample, s, NULL, FALSE);
      return s;
    case RN_PATH_NONE:
    default:
      return NULL;
    }
}

static void
forward_block (RnWorker *worker, RnNetwork *network, int b)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  const float *x = input_of (network, b), *s = forward_shortcut (worker, network, block, x);

  for (int i = 0; i < block->n_convs; i++)
    {
      const int index = block->first_conv + i;
      float *y = at (network, network->plan->y[index]);

      convolve (worker, network, index, x);
      normalise (worker, network, index, y, i == block->n_convs - 1 ? s : NULL, TRUE);
      x = y;
    }
}

/* The other gradient of one convolution's input and filters, from that of its batch-norm's output (and ReLU's, where
 * @y is given). @d keeps what reaches the batch-norm; @dz may be @d; @dx is NULL where nobody wants it. */
static void
backward_conv (RnWorker *worker, RnNetwork *network, int index, float *dx, float *dz, float *d,
               const float *dy, const float *dy2, const float *y, const float *x)
{
  const RnLayoutConv *layer = &network->layout->convs[index];
  RnNetworkConv *conv = &network->convs[index];
  const RnConvShape shape = rn_conv_shape_of (layer, network->n);

  rn_norm_backward (worker, dz, d, dy, dy2, y, at (network, network->plan->z[index]), conv->mean,
                    conv->inv_std, conv->gamma, conv->dgamma, conv->dbeta, partials_of (network),
                    pixels_of (network, layer), layer->out_c);
  rn_conv_backward_filters (worker, conv->dw, x, dz, network->conv_shared, &shape);
  if (dx != NULL)
    rn_conv_backward_data (worker, dx, dz, conv->w, network->conv_shared, &shape);
}

/* The four buffers of the way back; which of them is which changes hands. @second is NULL where a block's output has
 * one gradient only. */
typedef struct
{
  float *first;  /* of the output along the shortcut of the block after (or its only one) */
  float *second; /* along the branch of the block after */
  float *spare;  /* where second goes when it comes */
  float *branch[2];
} WayBack;

/* ds in first becomes dx in first */
static void
backward_shortcut (RnWorker *worker, RnNetwork *network, const RnLayoutBlock *block, const float *x,
                   WayBack *way)
{
  float *freed = way->branch[0];

  switch (block->shortcut)
    {
    case RN_PATH_SUBSAMPLE:
      rn_subsample_backward (worker, freed, way->first, network->n, block->in_h, block->in_w,
                             block->in_c, block->out_c, rn_block_stride_of (network->layout, block),
                             block->pad_before);
      way->branch[0] = way->first;
      way->first = freed;
      break;
    case RN_PATH_PROJECTION:
      backward_conv (worker, network, block->downsample, way->first, freed, way->first, way->first,
                     NULL, NULL, x);
      break;
    case RN_PATH_IDENTITY:
    case RN_PATH_NONE:
    default:
      break;
    }
}

/* What has come to a block's input, by one way and by the other */
typedef struct
{
  double *sums; /* of squares: shortcut, branch */
  const float *shortcut;
  const float *branch; /* of a plain block NULL: what there is came by its branch */
  gsize count;
} Ways;

/* One piece, so that the order of the sum is fixed. */
static void
measure_ways_piece (RnWorker *worker, int piece, gpointer data)
{
  const Ways *ways = data;
  const gboolean is_plain = ways->branch == NULL;

  ways->sums[0] = is_plain ? NAN : rn_sum_squares (ways->shortcut, ways->count);
  ways->sums[1] = rn_sum_squares (is_plain ? ways->shortcut : ways->branch, ways->count);
}

static void
measure_ways (RnWorker *worker, RnNetwork *network, int b, const WayBack *way)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  Ways ways = { network->ways + 2 * b, way->first, way->second,
                (gsize) network->n * block->in_h * block->in_w * block->in_c };

  rn_worker_share (worker, 1, measure_ways_piece, &ways);
}

static void
backward_block (RnWorker *worker, RnNetwork *network, int b, WayBack *way)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  const RnTrainingPlan *plan = network->plan;
  const gboolean is_plain = block->shortcut == RN_PATH_NONE;
  const float *dy = way->first, *dy2 = way->second, *x = input_of (network, b);
  float *d = way->first, *dz = way->branch[0], *dx_branch = way->branch[1];

  for (int i = block->n_convs - 1; i >= 0; i--)
    {
      const int index = block->first_conv + i;
      const float *in = i > 0 ? at (network, plan->y[index - 1]) : x;
      float *dx = i > 0 ? dx_branch : is_plain ? way->first : way->spare;

      backward_conv (worker, network, index, dx, dz, d, dy, dy2, at (network, plan->y[index]), in);
      dy = d = dx;
      dy2 = NULL;
      /* the gradient that has arrived becomes dz in place; the buffer before it is free for the next */
      dx_branch = dz;
      dz = dx;
    }
  way->second = is_plain ? NULL : way->spare;
  backward_shortcut (worker, network, block, x, way);
  if (network->ways != NULL)
    measure_ways (worker, network, b, way);
}

static void
backward_stem (RnWorker *worker, RnNetwork *network, WayBack *way)
{
  const RnLayoutConv *layer = &network->layout->convs[0];
  float *dy = way->first, *dy2 = way->second;

  if (network->layout->pool)
    {
      const guint8 *arg = (const guint8 *) (gpointer) at (network, network->plan->pool_arg);

      rn_pool_backward (worker, way->branch[0], dy, arg, network->n, layer->out_h, layer->out_w,
                        layer->out_c);
      dy = way->branch[0];
      if (dy2 != NULL)
        {
          rn_pool_backward (worker, way->branch[1], dy2, arg, network->n, layer->out_h,
                            layer->out_w, layer->out_c);
          dy2 = way->branch[1];
        }
    }
  backward_conv (worker, network, 0, NULL, dy, dy, dy, dy2, at (network, network->plan->y[0]),
                 network->x);
}

static void
measure_loss (RnWorker *worker, int piece, gpointer data)
{
  RnNetwork *network = data;

  rn_cross_entropy (&network->loss, &network->wrong, at (network, network->plan->dlogits),
                    at (network, network->plan->logits), network->labels, network->n,
                    network->layout->classes);
}

/* Global average pool, classifier, loss, and back to the gradient of the last block's output. */
static void
pass_head (RnWorker *worker, RnNetwork *network, WayBack *way)
{
  const RnLayout *layout = network->layout;
  const RnTrainingPlan *plan = network->plan;
  const int n = network->n, pixels = layout->out_h * layout->out_w;
  float *pooled = at (network, plan->pooled), *dpooled = at (network, plan->dpooled);

  rn_average_forward (worker, pooled, input_of (network, layout->n_blocks), n, pixels,
                      layout->out_c);
  rn_linear_forward (worker, at (network, plan->logits), pooled, network->fc_w, network->fc_b, n,
                     layout->out_c, layout->classes);
  rn_worker_share (worker, 1, measure_loss, network);
  rn_linear_backward (worker, dpooled, network->fc_dw, network->fc_db, at (network, plan->dlogits),
                      pooled, network->fc_w, n, layout->out_c, layout->classes);
  rn_average_backward (worker, way->first, dpooled, n, pixels, layout->out_c);
}

#define CLEAR_PIECE ((gsize) 1 << 18)

static void
clear_gradients (RnWorker *worker, int piece, gpointer data)
{
  RnNetwork *network = data;
  const gsize from = (gsize) piece * CLEAR_PIECE,
              to = MIN (from + CLEAR_PIECE, network->parameters->n_learned);

  for (gsize i = from; i < to; i++)
    network->gradients[i] = 0.0f;
}

void
rn_network_pass (RnWorker *worker, gpointer data)
{
  RnNetwork *network = data;
  const RnTrainingPlan *plan = network->plan;
  const int n_blocks = network->layout->n_blocks;
  WayBack way = { at (network, plan->gradient[0]),
                  NULL,
                  at (network, plan->gradient[1]),
                  { at (network, plan->branch[0]), at (network, plan->branch[1]) } };

  set_position (network, worker, -1, FALSE);
  rn_worker_share (worker, (int) ((network->parameters->n_learned + CLEAR_PIECE - 1) / CLEAR_PIECE),
                   clear_gradients, network);
  forward_stem (worker, network);
  for (int b = 0; b < n_blocks && !rn_worker_is_cancelled (worker); b++)
    {
      set_position (network, worker, b, FALSE);
      forward_block (worker, network, b);
    }
  if (rn_worker_is_cancelled (worker))
    return;
  set_position (network, worker, n_blocks, FALSE);
  pass_head (worker, network, &way);
  for (int b = n_blocks - 1; b >= 0 && !rn_worker_is_cancelled (worker); b--)
    {
      set_position (network, worker, b, TRUE);
      backward_block (worker, network, b, &way);
    }
  if (rn_worker_is_cancelled (worker))
    return;
  set_position (network, worker, -1, TRUE);
  backward_stem (worker, network, &way);
}
