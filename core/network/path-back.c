#include "compute/layers.h"
#include "network/network-private.h"

/* The gradient at the pictures, through chosen paths: training's way back over what the last pass kept, but that each block
 * hands on the gradient of its branch, of its shortcut, or of both, and that filters are spared (Veit et al. 2016, section 4.3).
 *
 * Called by every member of the team at once. What they decide may depend on the network and on @routes alone.
 */

typedef struct
{
  RnNetwork *network;
  float *dx;
  const RnRoute *routes;
} PathBack;

/* Four buffers, which is which changes hands: the gradient of what a block gave, where that of what it got goes, and two that
 * the branch alternates between */
typedef struct
{
  float *dy, *next;
  float *branch[2];
} Buffers;

static const float *
output_of (const RnNetwork *network, int b)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];

  return rn_network_at (network, network->plan->y[block->first_conv + block->n_convs - 1]);
}

/* What a convolution's batch-norm ends in */
typedef enum
{
  END_BARE,  /* nothing: a projection */
  END_INNER, /* a ReLU */
  END_OUTPUT /* the end of a block or of the stem: its output is kept */
} NormEnd;

/* d becomes what reaches the batch-norm; @dz: in place of @d or elsewhere; then @dx. */
static void
back_conv (RnWorker *worker, RnNetwork *network, int index, float *dx, float *dz, float *d,
           NormEnd end)
{
  const RnLayoutConv *layer = &network->layout->convs[index];
  RnNetworkConv *conv = &network->convs[index];
  const RnConvShape shape = rn_conv_shape_of (layer, network->n);
  const gsize pixels = (gsize) network->n * layer->out_h * layer->out_w;
  const RnNormGather gather = {
    .z = rn_network_at (network, network->plan->z[index]),
    .channels = layer->out_c,
    .slots = (double *) (gpointer) network->norm_partials,
    .d = d,
    .y = end == END_OUTPUT ? rn_network_at (network, network->plan->y[index]) : NULL,
    .scale = end == END_INNER ? conv->scale : NULL,
    .shift = end == END_INNER ? conv->shift : NULL,
    .mean = conv->mean,
  };
  const int n_slots = rn_norm_gather_all (worker, &gather, pixels);

  rn_norm_backward (worker, dz, &gather, n_slots, conv->inv_std, conv->gamma, conv->dgamma,
                    conv->dbeta, pixels);
  rn_conv_backward_data (worker, dx, dz, conv->w, network->conv_shared, &shape, NULL);
}

typedef struct
{
  float *d;
  const float *y;
  gsize count;
} Mix;

#define PIECE ((gsize) 1 << 16)

/* d = d where y > 0 */
static void
mask_piece (RnWorker *worker, int piece, gpointer data)
{
  const Mix *mix = data;
  const gsize from = (gsize) piece * PIECE, to = MIN (from + PIECE, mix->count);

  for (gsize i = from; i < to; i++)
    mix->d[i] = mix->y[i] > 0.0f ? mix->d[i] : 0.0f;
}

/* d += y */
static void
add_piece (RnWorker *worker, int piece, gpointer data)
{
  const Mix *mix = data;
  const gsize from = (gsize) piece * PIECE, to = MIN (from + PIECE, mix->count);

  for (gsize i = from; i < to; i++)
    mix->d[i] += mix->y[i];
}

static void
share_mix (RnWorker *worker, RnPieceFunc func, float *d, const float *y, gsize count)
{
  Mix mix = { d, y, count };

  rn_worker_share (worker, (int) ((count + PIECE - 1) / PIECE), func, &mix);
}

/* From dy to @to, which may be dy, through the branch */
static void
back_branch (RnWorker *worker, RnNetwork *network, int b, float *to, const Buffers *buffers)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  float *d = buffers->dy, *dz = buffers->branch[0], *dx = buffers->branch[1];

  for (int i = block->n_convs - 1; i >= 0; i--)
    {
      const int index = block->first_conv + i;

      if (i == 0)
        dx = to;
      back_conv (worker, network, index, dx, dz, d,
                 i == block->n_convs - 1 ? END_OUTPUT : END_INNER);
      /* the gradient that has arrived becomes dz in place; the buffer before it is free for the next */
      d = dx;
      dx = dz;
      dz = d;
    }
}

/* From ds in dy, which stays. Returns: where the gradient of the block's input along the shortcut is: dy or next */
static float *
back_shortcut (RnWorker *worker, RnNetwork *network, const RnLayoutBlock *block,
               const Buffers *buffers)
{
  switch (block->shortcut)
    {
    case RN_PATH_SUBSAMPLE:
      rn_subsample_backward (worker, buffers->next, buffers->dy, network->n, block->in_h,
                             block->in_w, block->in_c, block->out_c,
                             rn_block_stride_of (network->layout, block), block->pad_before);
      return buffers->next;
    case RN_PATH_PROJECTION:
      back_conv (worker, network, block->downsample, buffers->next, buffers->branch[0], buffers->dy,
                 END_BARE);
      return buffers->next;
    case RN_PATH_IDENTITY:
    case RN_PATH_NONE:
    default:
      return buffers->dy;
    }
}

static void
back_block (RnWorker *worker, RnNetwork *network, int b, RnRoute route, Buffers *buffers)
{
  const RnLayoutBlock *block = &network->layout->blocks[b];
  const gsize n = (gsize) network->n;
  float *dx = buffers->next;

  if (route == RN_ROUTE_BRANCH || block->shortcut == RN_PATH_NONE)
    back_branch (worker, network, b, dx, buffers);
  else
    {
      /* masked once more on its way into the branch, which changes nothing */
      share_mix (worker, mask_piece, buffers->dy, output_of (network, b),
                 n * block->out_h * block->out_w * block->out_c);
      dx = back_shortcut (worker, network, block, buffers);
    }
  if (route == RN_ROUTE_BOTH && block->shortcut != RN_PATH_NONE)
    {
      float *by_branch = dx == buffers->dy ? buffers->next : buffers->dy;

      back_branch (worker, network, b, by_branch, buffers);
      share_mix (worker, add_piece, dx, by_branch, n * block->in_h * block->in_w * block->in_c);
    }
  buffers->next = dx == buffers->dy ? buffers->next : buffers->dy;
  buffers->dy = dx;
}

static void
back_stem (RnWorker *worker, RnNetwork *network, float *dx, Buffers *buffers)
{
  const RnLayoutConv *layer = &network->layout->convs[0];
  float *d = buffers->dy;

  if (network->layout->pool)
    {
      rn_pool_backward (worker, buffers->branch[0], d, NULL,
                        (const guint8 *) (gpointer) rn_network_at (network,
                                                                   network->plan->pool_arg),
                        network->n, layer->out_h, layer->out_w, layer->out_c);
      d = buffers->branch[0];
    }
  back_conv (worker, network, 0, dx, d, d, END_OUTPUT);
}

static void
pass_back (RnWorker *worker, gpointer data)
{
  const PathBack *back = data;
  RnNetwork *network = back->network;
  const RnLayout *layout = network->layout;
  const RnTrainingPlan *plan = network->plan;
  const float *pooled = rn_network_at (network, plan->pooled);
  Buffers buffers = { rn_network_at (network, plan->gradient[0]),
                      rn_network_at (network, plan->gradient[1]),
                      { rn_network_at (network, plan->branch[0]),
                        rn_network_at (network, plan->branch[1]) } };

  rn_linear_backward (worker, rn_network_at (network, plan->dpooled), network->fc_dw,
                      network->fc_db, rn_network_at (network, plan->dlogits), pooled, network->fc_w,
                      network->n, layout->out_c, layout->classes);
  rn_average_backward (worker, buffers.dy, rn_network_at (network, plan->dpooled), network->n,
                       layout->out_h * layout->out_w, layout->out_c);
  for (int b = layout->n_blocks - 1; b >= 0 && !rn_worker_is_cancelled (worker); b--)
    back_block (worker, network, b, back->routes != NULL ? back->routes[b] : RN_ROUTE_BOTH,
                &buffers);
  if (!rn_worker_is_cancelled (worker))
    back_stem (worker, network, back->dx, &buffers);
}

gboolean
rn_network_back_to_pictures (RnNetwork *network, float *dx, const RnRoute *routes,
                             const int *cancel)
{
  PathBack back = { network, dx, routes };

  g_return_val_if_fail (network->n >= 1, FALSE);

  return rn_team_run (network->team, pass_back, &back, cancel);
}
