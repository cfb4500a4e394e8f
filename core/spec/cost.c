#include "residua/cost.h"

#include "network/plan.h"
#include "spec/layout.h"

/* What a walk through the layers has seen so far. A specification may describe a network that nobody could run, so
 * sums stop at G_MAXINT64 instead of overflowing.
 */
typedef struct
{
  gint64 parameters;
  gint64 macs;
  gint64 field; /* receptive field, input pixels */
  gint64 jump;  /* input pixels from one output pixel to the next */
} Tally;

static gint64
add (gint64 a, gint64 b)
{
  gint64 sum;

  return __builtin_add_overflow (a, b, &sum) ? G_MAXINT64 : sum;
}

static gint64
multiply (gint64 a, gint64 b)
{
  gint64 product;

  return __builtin_mul_overflow (a, b, &product) ? G_MAXINT64 : product;
}

/* field += (kernel - 1) jump; jump *= stride */
static void
see_through (Tally *tally, int kernel, int stride)
{
  tally->field = add (tally->field, multiply (kernel - 1, tally->jump));
  tally->jump = multiply (tally->jump, stride);
}

/* filters [K,R,S,C], gamma and beta [K]; each filter weight once for every output pixel */
static void
count_conv (Tally *tally, const RnLayoutConv *conv)
{
  const gint64 weights = (gint64) conv->out_c * conv->kernel * conv->kernel * conv->in_c;

  tally->parameters += weights + 2 * conv->out_c;
  tally->macs = add (tally->macs, multiply (weights, (gint64) conv->out_h * conv->out_w));
}

static void
count_stem (Tally *tally, const RnLayout *layout)
{
  count_conv (tally, &layout->convs[0]);
  see_through (tally, layout->convs[0].kernel, layout->convs[0].stride);
  if (layout->pool)
    see_through (tally, 3, 2);
}

static void
count_block (Tally *tally, const RnLayout *layout, int at)
{
  const RnLayoutBlock *block = &layout->blocks[at];

  for (int i = block->first_conv; i < block->first_conv + block->n_convs; i++)
    {
      count_conv (tally, &layout->convs[i]);
      see_through (tally, layout->convs[i].kernel, layout->convs[i].stride);
    }
  /* the shortcut sees no more than the branch does */
  if (block->downsample >= 0)
    count_conv (tally, &layout->convs[block->downsample]);
}

static void
count_head (Tally *tally, const RnLayout *layout)
{
  const gint64 weights = (gint64) layout->classes * layout->out_c;

  tally->parameters += weights + layout->classes;
  tally->macs = add (tally->macs, weights);
}

/* Walks to the end of block @last (-1: the stem), keeping the sums of that part alone. */
static Tally
walk_to (const RnLayout *layout, int last)
{
  Tally tally = { .field = 1, .jump = 1 };

  count_stem (&tally, layout);
  for (int i = 0; i <= last; i++)
    {
      tally.parameters = tally.macs = 0;
      count_block (&tally, layout, i);
    }
  return tally;
}

static void
fill (RnCost *cost, const Tally *tally, int height, int width, int channels)
{
  *cost = (RnCost){
    .height = height,
    .width = width,
    .channels = channels,
    .parameters = tally->parameters,
    .macs = tally->macs,
    .receptive_field = tally->field,
  };
}

void
rn_cost_of_network (const RnSpec *spec, int batch, int threads, RnCost *cost)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  Tally tally = { .field = 1, .jump = 1 };
  RnPlanSize running;

  count_stem (&tally, layout);
  for (int i = 0; i < layout->n_blocks; i++)
    count_block (&tally, layout, i);
  count_head (&tally, layout);
  fill (cost, &tally, layout->out_h, layout->out_w, layout->out_c);

  rn_plan_running (layout, batch, threads, &running);
  cost->train_bytes = rn_plan_training_and_test (layout, batch, threads);
  cost->run_bytes = running.total_bytes;
}

void
rn_cost_of_blocks (const RnSpec *spec, int batch, RnCost *costs)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  Tally tally = walk_to (layout, -1);

  for (int i = 0; i < layout->n_blocks; i++)
    {
      const RnLayoutBlock *block = &layout->blocks[i];

      tally.parameters = tally.macs = 0;
      count_block (&tally, layout, i);
      fill (&costs[i], &tally, block->out_h, block->out_w, block->out_c);
      rn_plan_block (layout, i, batch, &costs[i].train_bytes, &costs[i].run_bytes);
    }
}

void
rn_cost_of_block (const RnSpec *spec, int at, int batch, RnCost *cost)
{
  g_autoptr (RnLayout) layout = NULL;
  Tally tally;

  g_return_if_fail (at >= 0 && at < rn_spec_n_blocks (spec));

  layout = rn_layout_new (spec, 0, 0);
  tally = walk_to (layout, at);
  fill (cost, &tally, layout->blocks[at].out_h, layout->blocks[at].out_w, layout->blocks[at].out_c);
  rn_plan_block (layout, at, batch, &cost->train_bytes, &cost->run_bytes);
}

void
rn_cost_of_stem (const RnSpec *spec, int batch, RnCost *cost)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  const Tally tally = walk_to (layout, -1);

  fill (cost, &tally, layout->stem_h, layout->stem_w, layout->convs[0].out_c);
  rn_plan_block (layout, -1, batch, &cost->train_bytes, &cost->run_bytes);
}

void
rn_cost_of_head (const RnSpec *spec, int batch, RnCost *cost)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  Tally tally = walk_to (layout, layout->n_blocks - 1);

  tally.parameters = tally.macs = 0;
  count_head (&tally, layout);
  see_through (&tally, MAX (layout->out_h, layout->out_w), 1); /* the average takes the whole map */
  fill (cost, &tally, 1, 1, layout->classes);
  rn_plan_block (layout, layout->n_blocks, batch, &cost->train_bytes, &cost->run_bytes);
}
