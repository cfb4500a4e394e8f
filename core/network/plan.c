#include "network/plan.h"

#include "compute/batch-norm.h"
#include "compute/memory.h"
#include "network/parameters.h"

/* More floats than any machine has: sums stop here instead of wrapping, and asking for that many fails. One tensor has at
 * most 2^53.
 */
#define TOO_MANY ((gsize) 1 << 57)

static gsize
sum (gsize a, gsize b)
{
  return MIN (MIN (a, TOO_MANY) + MIN (b, TOO_MANY), TOO_MANY);
}

static gsize
place (gsize *end, gsize n_floats)
{
  const gsize at = *end;

  *end = sum (at, rn_floats_aligned (n_floats));
  return at;
}

static gsize
size_in (const RnLayoutConv *conv, int batch)
{
  return (gsize) batch * conv->in_h * conv->in_w * conv->in_c;
}

static gsize
size_out (const RnLayoutConv *conv, int batch)
{
  return (gsize) batch * conv->out_h * conv->out_w * conv->out_c;
}

static gsize
size_of_stem_out (const RnLayout *layout, int batch)
{
  return (gsize) batch * layout->stem_h * layout->stem_w * layout->convs[0].out_c;
}

RnConvShape
rn_conv_shape_of (const RnLayoutConv *conv, int batch)
{
  return (RnConvShape){ batch,       conv->in_h,  conv->in_w,   conv->in_c,   conv->out_h,
                        conv->out_w, conv->out_c, conv->kernel, conv->stride, conv->pad };
}

int
rn_block_stride_of (const RnLayout *layout, const RnLayoutBlock *block)
{
  int stride = 1;

  for (int i = 0; i < block->n_convs; i++)
    stride *= layout->convs[block->first_conv + i].stride;
  return stride;
}

/* Whether training keeps what follows the ReLU of convolution @index: what a projection gives has none. */
static gboolean
keeps_y (const RnLayout *layout, int index)
{
  const RnLayoutConv *conv = &layout->convs[index];
  const RnLayoutBlock *block = conv->block < 0 ? NULL : &layout->blocks[conv->block];
  RnConvShape next;

  if (block == NULL || index == block->first_conv + block->n_convs - 1)
    return TRUE;
  if (index == block->downsample)
    return FALSE;
  next = rn_conv_shape_of (&layout->convs[index + 1], 1);
  return !rn_conv_reads_raw (&next);
}

/* The longest of what the four buffers of the way back have to hold. */
static void
gradient_sizes (const RnLayout *layout, int batch, gsize *gradient, gsize *branch)
{
  *gradient = size_of_stem_out (layout, batch);
  *branch = layout->pool ? size_out (&layout->convs[0], batch) : 0;
  for (int i = 1; i < layout->n_convs; i++)
    *branch = MAX (*branch, size_out (&layout->convs[i], batch));
  for (int i = 0; i < layout->n_blocks; i++)
    {
      const RnLayoutBlock *block = &layout->blocks[i];

      *gradient = MAX (*gradient, (gsize) batch * block->out_h * block->out_w * block->out_c);
      *gradient = MAX (*gradient, (gsize) batch * block->in_h * block->in_w * block->in_c);
    }
}

RnTrainingPlan *
rn_training_plan_new (const RnLayout *layout, int batch)
{
  RnTrainingPlan *plan = g_new0 (RnTrainingPlan, 1);
  gsize end = 0, gradient, branch;

  plan->z = g_new (gsize, layout->n_convs);
  plan->y = g_new (gsize, layout->n_convs);
  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      plan->z[i] = place (&end, size_out (conv, batch));
      plan->y[i] = keeps_y (layout, i) ? place (&end, size_out (conv, batch)) : RN_PLAN_NOWHERE;
    }
  plan->stem_out = plan->y[0];
  plan->pool_arg = RN_PLAN_NOWHERE;
  if (layout->pool)
    {
      plan->stem_out = place (&end, size_of_stem_out (layout, batch));
      plan->pool_arg = place (&end, (size_of_stem_out (layout, batch) + 3) / 4);
    }

  gradient_sizes (layout, batch, &gradient, &branch);
  for (int i = 0; i < 2; i++)
    {
      plan->gradient[i] = place (&end, gradient);
      plan->branch[i] = place (&end, branch);
    }
  plan->pooled = place (&end, (gsize) batch * layout->out_c);
  plan->dpooled = place (&end, (gsize) batch * layout->out_c);
  plan->logits = place (&end, (gsize) batch * layout->classes);
  plan->dlogits = place (&end, (gsize) batch * layout->classes);
  plan->n_floats = end;
  return plan;
}

void
rn_training_plan_free (RnTrainingPlan *plan)
{
  if (plan == NULL)
    return;
  g_free (plan->z);
  g_free (plan->y);
  g_free (plan);
}

void
rn_running_plan_init (RnRunningPlan *plan, const RnLayout *layout, int batch)
{
  gsize turn = size_of_stem_out (layout, batch), shortcut = 0, end = 0;

  for (int i = 0; i < layout->n_convs; i++)
    turn = MAX (turn, size_out (&layout->convs[i], batch));
  for (int i = 0; i < layout->n_blocks; i++)
    {
      const RnLayoutBlock *block = &layout->blocks[i];

      if (block->shortcut == RN_PATH_SUBSAMPLE || block->shortcut == RN_PATH_PROJECTION)
        shortcut = MAX (shortcut, (gsize) batch * block->out_h * block->out_w * block->out_c);
    }
  for (int i = 0; i < 3; i++)
    plan->turn[i] = place (&end, turn);
  plan->shortcut = place (&end, shortcut);
  plan->pooled = place (&end, (gsize) batch * layout->out_c);
  plan->n_floats = end;
}

#define GROUP_FLOATS (64 * 1024) /* of a buffer: three of them stay in the second cache */
#define LEAST_GROUPS 8           /* so that many threads end at about the same time */

/* Whether the last group's convolutions take the same filters as the others' */
static gboolean
are_alike (const RnLayout *layout, int n, int last)
{
  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnConvShape a = rn_conv_shape_of (&layout->convs[i], n);
      const RnConvShape b = rn_conv_shape_of (&layout->convs[i], last);

      if (rn_conv_forward_method (&a) != rn_conv_forward_method (&b))
        return FALSE;
    }
  return TRUE;
}

int
rn_running_group (const RnLayout *layout, int batch)
{
  RnRunningPlan one;
  int group;

  rn_running_plan_init (&one, layout, 1);
  if (batch < LEAST_GROUPS || one.turn[1] > GROUP_FLOATS)
    return 0;
  group = (int) CLAMP (GROUP_FLOATS / one.turn[1], 1, (gsize) (batch / LEAST_GROUPS));
  return batch % group == 0 || are_alike (layout, group, batch % group) ? group : 0;
}

/* Doubles for what is gathered in a pass over the output of a convolution, */
static gsize
slots_of_output (const RnConvShape *shape)
{
  const gsize pixels = (gsize) shape->n * (gsize) shape->p * (gsize) shape->q;

  return rn_norm_slots (rn_norm_count_slots (pixels, shape->k), shape->k);
}

/* and also while it, or the gradient of the input, is written */
static gsize
slots_of (const RnConvShape *shape)
{
  const gsize forward = rn_norm_slots (rn_conv_forward_slots (shape), shape->k);
  const gsize backward = rn_norm_slots (rn_conv_data_slots (shape), shape->c);

  return MAX (slots_of_output (shape), MAX (forward, backward));
}

/* Raises what is needed to what one convolution needs with @n pictures. */
static void
raise_workspace (const RnLayoutConv *conv, int n, gboolean training, gsize *scratch,
                 gsize *conv_shared, gsize *norm_partials)
{
  const RnConvShape shape = rn_conv_shape_of (conv, n);

  *scratch = MAX (*scratch, training ? rn_conv_scratch (&shape) : rn_conv_run_scratch (&shape));
  *conv_shared =
      MAX (*conv_shared, training ? rn_conv_shared (&shape) : rn_conv_run_shared (&shape));
  if (norm_partials != NULL)
    *norm_partials = MAX (*norm_partials, slots_of (&shape));
}

static gboolean
is_same_shape (const RnLayoutConv *a, const RnLayoutConv *b)
{
  return a->in_h == b->in_h && a->in_w == b->in_w && a->in_c == b->in_c && a->out_h == b->out_h &&
         a->out_w == b->out_w && a->out_c == b->out_c && a->kernel == b->kernel &&
         a->stride == b->stride && a->pad == b->pad;
}

/* Deep networks repeat themselves: those of a stage need to be asked once. */
static gboolean
was_just_seen (const RnLayout *layout, int index)
{
  for (int i = MAX (index - 4, 0); i < index; i++)
    if (is_same_shape (&layout->convs[i], &layout->convs[index]))
      return TRUE;
  return FALSE;
}

void
rn_plan_workspace (const RnLayout *layout, int batch, gboolean training, gsize *scratch,
                   gsize *conv_shared, gsize *norm_partials)
{
  *scratch = *conv_shared = 0;
  if (norm_partials != NULL)
    *norm_partials = 0;
  /* A network that trains meets short batches, and the kernels may cut fewer pictures into more pieces. */
  for (int i = 0; i < layout->n_convs; i++)
    if (!was_just_seen (layout, i))
      for (int n = training ? 1 : batch; n <= batch; n++)
        raise_workspace (&layout->convs[i], n, training, scratch, conv_shared, norm_partials);
}

static void
sum_up (RnPlanSize *size, gsize scratch, gsize shared, gsize norm_partials, int threads)
{
  size->workspace = sum (MIN (scratch, TOO_MANY / (gsize) threads) * (gsize) threads,
                         sum (shared, 2 * MIN (norm_partials, TOO_MANY)));
  size->total_bytes =
      sum (size->activations, sum (size->parameters, size->workspace)) * sizeof (float);
}

void
rn_plan_training (const RnLayout *layout, int batch, int threads, RnPlanSize *size)
{
  g_autoptr (RnTrainingPlan) plan = rn_training_plan_new (layout, batch);
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  /* two batches of the loader */
  const gsize input = 2 * (gsize) batch * layout->in_h * layout->in_w * layout->in_c;
  gsize scratch, shared, norm_partials;

  size->activations = sum (plan->n_floats, input);
  size->parameters = sum (parameters->n_floats, sum (parameters->n_learned, parameters->n_learned));
  rn_plan_workspace (layout, batch, TRUE, &scratch, &shared, &norm_partials);
  sum_up (size, scratch, shared, norm_partials, threads);
}

void
rn_plan_running (const RnLayout *layout, int batch, int threads, RnPlanSize *size)
{
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  const int group = rn_running_group (layout, batch);
  const gsize regions = group > 0 ? (gsize) threads : 1;
  gsize scratch, shared, packed = 0;
  RnRunningPlan plan;

  rn_running_plan_init (&plan, layout, group > 0 ? group : batch);
  rn_plan_workspace (layout, group > 0 ? group : batch, FALSE, &scratch, &shared, NULL);
  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnConvShape shape = rn_conv_shape_of (&layout->convs[i], group > 0 ? group : batch);

      packed = sum (packed, rn_conv_packed (&shape));
    }
  size->activations = sum (MIN (plan.n_floats, TOO_MANY / regions) * regions,
                           (gsize) batch * layout->in_h * layout->in_w * layout->in_c);
  /* the model's own, and the filters as the kernels want them */
  size->parameters = sum (parameters->n_floats, packed);
  sum_up (size, scratch, MIN (shared, TOO_MANY / regions) * regions, 0, threads);
}

int
rn_running_batch (const RnLayout *layout)
{
  RnRunningPlan one;

  rn_running_plan_init (&one, layout, 1);
  return (int) CLAMP (((gsize) 16 << 20) / MAX (one.n_floats, 1), 1, 128);
}

gsize
rn_plan_training_and_test (const RnLayout *layout, int batch, int threads)
{
  RnPlanSize training, test;

  rn_plan_training (layout, batch, threads, &training);
  rn_plan_running (layout, rn_running_batch (layout), threads, &test);
  return sum (training.total_bytes / sizeof (float), test.total_bytes / sizeof (float)) *
         sizeof (float);
}

void
rn_plan_block (const RnLayout *layout, int block, int batch, gsize *train_bytes, gsize *run_bytes)
{
  gsize train = 0, run = 0;

  if (block == layout->n_blocks)
    train = run = (gsize) batch * (layout->out_c + layout->classes) * 2;
  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      if (conv->block != block)
        continue;
      train = sum (train, size_out (conv, batch) * (keeps_y (layout, i) ? 2 : 1));
      run = MAX (run, size_in (conv, batch) + size_out (conv, batch));
    }
  if (block == -1 && layout->pool)
    train += size_of_stem_out (layout, batch) * 5 / 4;
  *train_bytes = train * sizeof (float);
  *run_bytes = run * sizeof (float);
}
