#pragma once

#include "compute/conv.h"
#include "spec/layout.h"

/* Where everything lies while a network works: the one planner, for those who allocate and for those who only ask what
 * it would cost. All sizes and places are floats.
 *
 * Training keeps, for each convolution, its output z (batch-norm's backward needs it), and what blocks give. What follows
 * the ReLU inside a branch is kept only where the next convolution cannot make it of z while it reads. On the way back four
 * buffers are enough: the gradients of a block's output along its two paths, and two that the branch alternates between. On
 * the way forward these four are free, and hold shortcuts.
 *
 * Running keeps nothing: three buffers that take turns, and one for shortcuts that are no identity.
 */

#define RN_PLAN_NOWHERE G_MAXSIZE

typedef struct
{
  gsize *z; /* per convolution */
  gsize *
      y; /* per convolution, after its ReLU, where that is kept; the last of a block: the block's output */
  gsize stem_out;    /* what the first block sees */
  gsize pool_arg;    /* bytes of the max-pool's winners, in floats */
  gsize gradient[2]; /* of a block's output: along the shortcut, along the branch */
  gsize branch[2];   /* inside a branch */
  gsize pooled, dpooled, logits, dlogits;
  gsize n_floats;
} RnTrainingPlan;

typedef struct
{
  gsize turn[3]; /* input, and two for the branch; all of one length */
  gsize shortcut;
  gsize pooled;
  gsize n_floats;
} RnRunningPlan;

RnTrainingPlan *rn_training_plan_new (const RnLayout *layout, int batch);
void rn_training_plan_free (RnTrainingPlan *plan);
void rn_running_plan_init (RnRunningPlan *plan, const RnLayout *layout, int batch);
/* Where pictures are small and many, each thread takes groups of them through the whole network by itself, and what one
 * convolution writes is in cache for the next. Returns: pictures in a group (the last may have fewer); 0 where all threads
 * work on the same convolution */
int rn_running_group (const RnLayout *layout, int batch);

RnConvShape rn_conv_shape_of (const RnLayoutConv *conv, int batch);
/* By how much a block shrinks its picture: the product of its convolutions' strides */
int rn_block_stride_of (const RnLayout *layout, const RnLayoutBlock *block);
/* What the kernels need beside: each thread's scratch, what convolutions share (floats) and batch-norm's partial sums
 * (doubles; nullable: training alone has them). */
void rn_plan_workspace (const RnLayout *layout, int batch, gboolean training, gsize *scratch,
                        gsize *conv_shared, gsize *norm_partials);

/* All of it, for those who ask. */
typedef struct
{
  gsize activations; /* floats */
  gsize parameters;  /* floats: arena, and for training gradients and momentum */
  gsize workspace;   /* floats, all threads together */
  gsize total_bytes;
} RnPlanSize;

void rn_plan_training (const RnLayout *layout, int batch, int threads, RnPlanSize *size);
void rn_plan_running (const RnLayout *layout, int batch, int threads, RnPlanSize *size);
/* Pictures that one pass over a data set should hold, so that its buffers stay within about 64 MB; 1 to 128 */
int rn_running_batch (const RnLayout *layout);
/* Bytes that a training takes: the training's own and, at the end of an epoch beside them, those of its test, which runs a
 * copy of the model in such batches */
gsize rn_plan_training_and_test (const RnLayout *layout, int batch, int threads);
/* Bytes that training keeps for one block, and that running needs while it is in it; @block -1 is the stem, n_blocks
 * the head. */
void rn_plan_block (const RnLayout *layout, int block, int batch, gsize *train_bytes,
                    gsize *run_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnTrainingPlan, rn_training_plan_free)
