#include "network/network-private.h"

#include <math.h>

#include "compute/layers.h"

/* Training's forward and backward, called by every member of the team at once; each layer ends in a barrier. Every
 * member walks the same way, so what they decide here may depend on the network alone, never on the member.
 */

static double *
slots_of (const RnNetwork *network)
{
  return (double *) (gpointer) network->norm_partials;
}

/* The convolution whose batch-norm ends in what block @b sees (the head is the block after the last); -1 where a max-pool lies
 * between. */
static int
conv_before (const RnNetwork *network, int b)
{
  const RnLayoutBlock *before = b > 0 ? &network->layout->blocks[b - 1] : NULL;

  if (before == NULL)
    return network->layout->pool ? -1 : 0;
  return before->first_conv + before->n_convs - 1;
}

/* What block @b sees */
static float *
input_of (const RnNetwork *network, int b)
{
  const int before = conv_before (network, b);

  return rn_network_at (network, before < 0 ? network->plan->stem_out : network->plan->y[before]);
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
  const RnNetwork *network = ((gpointer *) data)[2];

  for (int c = 0; c < shape->out_c; c++)
    {
      conv->inv_std[c] = (float) (1.0 / sqrt ((double) conv->var[c] + network->epsilon));
      conv->scale[c] = conv->gamma[c] * conv->inv_std[c];
      conv->shift[c] = conv->beta[c] - conv->mean[c] * conv->scale[c];
    }
}

/* z = convolution of x, and its batch-norm made ready to be applied */
static void
convolve (RnWorker *worker, RnNetwork *network, int index, const float *x, const RnConvInput *input)
{
  const RnLayoutConv *layer = &network->layout->convs[index];
  RnNetworkConv *conv = &network->convs[index];
  const RnConvShape shape = rn_conv_shape_of (layer, network->n);
  float *z = rn_network_at (network, network->plan->z[index]);
  const RnNormGather statistics = { .z = z, .channels = layer->out_c, .slots = slots_of (network) };
  gpointer norm[3] = { conv, (gpointer) layer, network };

  rn_conv_forward (worker, z, x, conv->w, network->conv_shared, &shape, input, &statistics);
  rn_norm_statistics (worker, conv->mean, conv->var, &statistics, rn_conv_forward_slots (&shape));
  rn_worker_share (worker, 1, prepare_norm, norm);
}

/* What follows the ReLU of convolution @index inside a branch, for the next convolution to read: where it is not kept, @input
 * (NULL otherwise) makes it of what is returned. @raw: where @input lies */
static const float *
read_inner (const RnNetwork *network, int index, RnConvInput *raw, const RnConvInput **input)
{
  const RnNetworkConv *conv = &network->convs[index];

  *input = NULL;
  if (network->plan->y[index] != RN_PLAN_NOWHERE)
    return rn_network_at (network, network->plan->y[index]);
  *raw = (RnConvInput){ conv->scale, conv->shift };
  *input = raw;
  return rn_network_at (network, network->plan->z[index]);
}

/* y = relu (batch-norm (z) + s) */
static void
normalise (RnWorker *worker, RnNetwork *network, int index, float *y, const float *s, gboolean relu)
{
  const RnLayoutConv *layer = &network->layout->convs[index];
  RnNetworkConv *conv = &network->convs[index];

  rn_norm_apply (worker, y, rn_network_at (network, network->plan->z[index]), s, conv->scale,
                 conv->shift, relu, network->measure && relu ? &conv->measures : NULL,
                 slots_of (network), pixels_of (network, layer), layer->out_c);
}

static void
forward_stem (RnWorker *worker, RnNetwork *network)
{
  const RnLayoutConv *layer = &network->layout->convs[0];
  float *y = rn_network_at (network, network->plan->y[0]);

  convolve (worker, network, 0, network->x, NULL);
  normalise (worker, network, 0, y, NULL, TRUE);
  if (network->layout->pool)
    rn_pool_forward (worker, rn_network_at (network, network->plan->stem_out),
                     (guint8 *) (gpointer) rn_network_at (network, network->plan->pool_arg), y,
                     network->n, layer->out_h, layer->out_w, layer->out_c);
}

/* Returns: s, what the shortcut gives; NULL in plain blocks */
static const float *
forward_shortcut (RnWorker *worker, RnNetwork *network, const RnLayoutBlock *block, const float *x)
{
  float *s = rn_network_at (network, network->plan->gradient[0]);

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
      convolve (worker, network, block->downsample, x, NULL);
      normalise (worker, network, block->downsample, s, NULL, FALSE);
      return s;
    case RN_PATH_NONE:
    default:
      return NULL;
    }
}

/* Writes what follows the ReLU where it is kept. Where it is not, only measuring needs it: the way back's buffers are free. */
static void
forward_norm (RnWorker *worker, RnNetwork *network, int index, const float *s)
{
  const gsize y = network->plan->y[index];

  if (y != RN_PLAN_NOWHERE)
    normalise (worker, network, index, rn_network_at (network, y), s, TRUE);
  else if (network->measure)
    normalise (worker, network, index, rn_network_at (network, network->plan->branch[0]), s, TRUE);
}

static void
forward_block (RnWorker *worker, RnNetwork *network, int b)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  const float *x = input_of (network, b), *s = forward_shortcut (worker, network, block, x);
  const int end = block->first_conv + block->n_convs;
  const RnConvInput *input = NULL;
  RnConvInput raw;

  for (int index = block->first_conv; index < end; index++)
    {
      convolve (worker, network, index, x, input);
      forward_norm (worker, network, index, index == end - 1 ? s : NULL);
      x = read_inner (network, index, &raw, &input);
    }
}

/* The four buffers of the way back; which of them is which changes hands. */
typedef struct
{
  float *d;     /* what has come back to the output of the block under way: see RnNormGather */
  float *spare; /* as long as d */
  float *
      second; /* (nullable) a second gradient of the first block's input, where that is no batch-norm's output */
  float *branch[2];
  int n_slots; /* where the sums of d lie */
} WayBack;

/* What is gathered for the batch-norm of convolution @index from @d, a gradient of what follows it, while it is written. */
static RnNormGather
gather_of (RnNetwork *network, int index, float *d, const float *dy2)
{
  const RnNetworkConv *conv = &network->convs[index];

  return (RnNormGather){
    .z = rn_network_at (network, network->plan->z[index]),
    .channels = network->layout->convs[index].out_c,
    .slots = slots_of (network),
    .d = d,
    .dy2 = dy2,
    .mean = conv->mean,
  };
}

/* The batch-norm at the end of a block, or of the stem */
static RnNormGather
gather_of_output (RnNetwork *network, int index, float *d, const float *dy2)
{
  RnNormGather gather = gather_of (network, index, d, dy2);

  gather.y = rn_network_at (network, network->plan->y[index]);
  return gather;
}

/* One inside of a branch */
static RnNormGather
gather_of_inner (RnNetwork *network, int index, float *d)
{
  RnNormGather gather = gather_of (network, index, d, NULL);

  gather.scale = network->convs[index].scale;
  gather.shift = network->convs[index].shift;
  return gather;
}

/* dz and the gradients of gamma and beta from d, whose sums lie in @n_slots; @dz may be @d. */
static void
backward_norm (RnWorker *worker, RnNetwork *network, int index, float *dz, float *d, int n_slots)
{
  const RnNormGather gather = gather_of (network, index, d, NULL);
  const RnNetworkConv *conv = &network->convs[index];

  rn_norm_backward (worker, dz, &gather, n_slots, conv->inv_std, conv->gamma, conv->dgamma,
                    conv->dbeta, pixels_of (network, &network->layout->convs[index]));
}

static void
backward_filters (RnWorker *worker, RnNetwork *network, int index, const float *dz, const float *x,
                  const RnConvInput *input)
{
  const RnConvShape shape = rn_conv_shape_of (&network->layout->convs[index], network->n);

  rn_conv_backward_filters (worker, network->convs[index].dw, x, dz, network->conv_shared, &shape,
                            input);
}

/* Returns: how many slots @gather (nullable) was told */
static int
backward_data (RnWorker *worker, RnNetwork *network, int index, float *dx, const float *dz,
               const RnNormGather *gather)
{
  const RnConvShape shape = rn_conv_shape_of (&network->layout->convs[index], network->n);

  rn_conv_backward_data (worker, dx, dz, network->convs[index].w, network->conv_shared, &shape,
                         gather);
  return rn_conv_data_slots (&shape);
}

/* Returns: (nullable): the gradient of the block's input along its shortcut; way->d is of no more use where it is not that. */
static float *
backward_shortcut (RnWorker *worker, RnNetwork *network, const RnLayoutBlock *block, const float *x,
                   WayBack *way)
{
  RnNormGather gather;

  switch (block->shortcut)
    {
    case RN_PATH_IDENTITY:
      return way->d;
    case RN_PATH_SUBSAMPLE:
      rn_subsample_backward (worker, way->spare, way->d, network->n, block->in_h, block->in_w,
                             block->in_c, block->out_c, rn_block_stride_of (network->layout, block),
                             block->pad_before);
      return way->spare;
    case RN_PATH_PROJECTION:
      gather = gather_of (network, block->downsample, way->d, NULL);
      backward_norm (worker, network, block->downsample, way->d, way->d,
                     rn_norm_gather_all (worker, &gather,
                                         pixels_of (network,
                                                    &network->layout->convs[block->downsample])));
      backward_filters (worker, network, block->downsample, way->d, x, NULL);
      backward_data (worker, network, block->downsample, way->spare, way->d, NULL);
      return way->spare;
    case RN_PATH_NONE:
    default:
      return NULL;
    }
}

/* What has come to a block's input, by one way and by the other */
typedef struct
{
  double *sums;          /* of squares: shortcut, branch */
  const float *shortcut; /* of a plain block NULL */
  const float *branch;
  gsize count;
} Ways;

/* One piece, so that the order of the sum is fixed. */
static void
measure_ways_piece (RnWorker *worker, int piece, gpointer data)
{
  const Ways *ways = data;

  ways->sums[0] = ways->shortcut != NULL ? rn_sum_squares (ways->shortcut, ways->count) : NAN;
  ways->sums[1] = rn_sum_squares (ways->branch, ways->count);
}

/* Each way alone, in @dx, which nobody needs yet: what is written for training is already their sum. */
static void
measure_ways (RnWorker *worker, RnNetwork *network, int b, float *dx, const float *dz,
              const float *along)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  Ways ways = { network->ways + 2 * b, along, dx,
                (gsize) network->n * block->in_h * block->in_w * block->in_c };

  backward_data (worker, network, block->first_conv, dx, dz, NULL);
  rn_worker_share (worker, 1, measure_ways_piece, &ways);
}

/* The gradient of a block's input, from dz of its first convolution: its two parts are added, and the sums for the batch-norm
 * before gathered, where one is written. */
static void
backward_input (RnWorker *worker, RnNetwork *network, int b, const float *dz, const float *along,
                WayBack *way)
{
  const int before = conv_before (network, b), first = network->layout->blocks[b].first_conv;
  float *dx = along == way->d ? way->spare : way->d, *other = along == way->d ? way->d : way->spare;

  if (network->ways != NULL)
    measure_ways (worker, network, b, dx, dz, along);
  if (before < 0)
    {
      backward_data (worker, network, first, dx, dz, NULL);
      way->second = (float *) along;
    }
  else
    {
      const RnNormGather gather = gather_of_output (network, before, dx, along);

      way->n_slots = backward_data (worker, network, first, dx, dz, &gather);
    }
  way->d = dx;
  way->spare = other;
}

static void
backward_block (RnWorker *worker, RnNetwork *network, int b, WayBack *way)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  const float *x = input_of (network, b), *along;
  float *d = way->d, *dz = way->branch[0], *other = way->branch[1];

  for (int i = block->n_convs - 1; i > 0; i--)
    {
      const int index = block->first_conv + i;
      const RnNormGather gather = gather_of_inner (network, index - 1, other);
      const RnConvInput *input;
      RnConvInput raw;
      const float *inner = read_inner (network, index - 1, &raw, &input);

      backward_norm (worker, network, index, dz, d, way->n_slots);
      backward_filters (worker, network, index, dz, inner, input);
      way->n_slots = backward_data (worker, network, index, other, dz, &gather);
      d = other; /* becomes dz in place; the buffer before it is free for the next */
      other = dz;
      dz = d;
    }
  backward_norm (worker, network, block->first_conv, dz, d, way->n_slots);
  backward_filters (worker, network, block->first_conv, dz, x, NULL);
  along = backward_shortcut (worker, network, block, x, way);
  backward_input (worker, network, b, dz, along, way);
}

static void
backward_stem (RnWorker *worker, RnNetwork *network, WayBack *way)
{
  const RnLayoutConv *layer = &network->layout->convs[0];

  if (network->layout->pool)
    {
      const guint8 *arg =
          (const guint8 *) (gpointer) rn_network_at (network, network->plan->pool_arg);
      const RnNormGather gather = gather_of_output (network, 0, way->branch[0], NULL);

      rn_pool_backward (worker, way->branch[0], way->d, way->second, arg, network->n, layer->out_h,
                        layer->out_w, layer->out_c);
      way->n_slots = rn_norm_gather_all (worker, &gather, pixels_of (network, layer));
      way->d = way->branch[0];
    }
  backward_norm (worker, network, 0, way->d, way->d, way->n_slots);
  backward_filters (worker, network, 0, way->d, network->x, NULL);
}

static void
measure_loss (RnWorker *worker, int piece, gpointer data)
{
  RnNetwork *network = data;

  rn_cross_entropy (&network->loss, &network->wrong,
                    rn_network_at (network, network->plan->dlogits),
                    rn_network_at (network, network->plan->logits), network->labels, network->n,
                    network->layout->classes);
}

/* Global average pool, classifier, loss, and back to the last block's output. */
static void
pass_head (RnWorker *worker, RnNetwork *network, WayBack *way)
{
  const RnLayout *layout = network->layout;
  const RnTrainingPlan *plan = network->plan;
  const int last = conv_before (network, layout->n_blocks);
  const int n = network->n, pixels = layout->out_h * layout->out_w;
  float *pooled = rn_network_at (network, plan->pooled),
        *dpooled = rn_network_at (network, plan->dpooled);

  rn_average_forward (worker, pooled, input_of (network, layout->n_blocks), n, pixels,
                      layout->out_c);
  rn_linear_forward (worker, rn_network_at (network, plan->logits), pooled, network->fc_w,
                     network->fc_b, n, layout->out_c, layout->classes);
  rn_worker_share (worker, 1, measure_loss, network);
  rn_linear_backward (worker, dpooled, network->fc_dw, network->fc_db,
                      rn_network_at (network, plan->dlogits), pooled, network->fc_w, n,
                      layout->out_c, layout->classes);
  rn_average_backward (worker, way->d, dpooled, n, pixels, layout->out_c);
  if (last >= 0)
    {
      const RnNormGather gather = gather_of_output (network, last, way->d, NULL);

      way->n_slots = rn_norm_gather_all (worker, &gather, (gsize) n * (gsize) pixels);
    }
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
  WayBack way = {
    .d = rn_network_at (network, plan->gradient[0]),
    .spare = rn_network_at (network, plan->gradient[1]),
    .branch = { rn_network_at (network, plan->branch[0]),
                rn_network_at (network, plan->branch[1]) },
  };

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
