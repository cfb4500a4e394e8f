#include "formats/onnx-walk.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

#define MAX_BRANCH 3

typedef struct
{
  RnOnnxConv convs[MAX_BRANCH];
  int n;
  const char *out; /* what the last one makes */
} Branch;

/* Convolutions with ReLUs between them; a branch ends before what is neither, a plain block behind its last ReLU. */
static gboolean
take_branch (RnOnnxWalk *walk, const RnOnnxNode *node, gboolean is_plain, Branch *branch)
{
  const char *from = walk->at;
  int wanted = MAX_BRANCH;

  for (branch->n = 0;;)
    {
      RnOnnxConv *conv = &branch->convs[branch->n++];
      const RnOnnxNode *next;

      if (!rn_onnx_take_conv (walk, node, from, conv, &branch->out))
        return FALSE;
      if (is_plain && branch->n == 1)
        wanted = conv->filter->dims[2] == 1 ? 3 : 2;
      next = rn_onnx_sole_consumer (walk, branch->out);
      if (is_plain ? branch->n == wanted : !rn_onnx_is_op (next, "Relu"))
        return TRUE;
      if (branch->n == MAX_BRANCH)
        return rn_onnx_refuse (walk, conv->node, _ ("is followed by more than a block has"));
      next = rn_onnx_take_relu (walk, conv->node, branch->out);
      if (next == NULL)
        return FALSE;
      from = rn_onnx_output_of (next);
      node = rn_onnx_sole_consumer (walk, from);
      if (node == NULL)
        return rn_onnx_refuse (walk, next, _ ("is not followed by one convolution alone"));
    }
}

/* What the filters of @branch make of a block */
static gboolean
tell_block (RnOnnxWalk *walk, const Branch *branch, gboolean is_plain, RnBlockSpec *block)
{
  static const int basic[] = { 3, 3 }, bottleneck[] = { 1, 3, 1 };
  const int *kernels = branch->n == 3 ? bottleneck : basic;
  const gint64 channels = branch->convs[branch->n - 1].filter->dims[0];
  const gint64 inner = branch->n == 3 ? channels / 4 : channels;
  gint64 in = walk->channels;

  *block = (RnBlockSpec){ .stride = 1, .channels = (int) channels };
  for (int i = 0; i < branch->n; i++)
    {
      const RnOnnxConv *conv = &branch->convs[i];
      const gint64 out = i == branch->n - 1 ? channels : inner;
      const gboolean may_stride = i == 0 || (branch->n == 3 && i == 1 && block->stride == 1);

      if (branch->n < 2 || conv->filter->dims[2] != kernels[i])
        return rn_onnx_refuse (walk, conv->node,
                               _ ("has a filter of another size than a block has there"));
      if (conv->filter->dims[1] != in || conv->filter->dims[0] != out)
        return rn_onnx_refuse (walk, conv->node,
                               _ ("has another number of channels than a block has there"));
      if (conv->stride != 1 && !may_stride)
        return rn_onnx_refuse (walk, conv->node, _ ("has a stride where a block has none"));
      if (conv->stride == 2 && i == 0 && branch->n == 3)
        block->bottleneck_stride = RN_STRIDE_IN_1X1;
      block->stride = MAX (block->stride, conv->stride);
      in = out;
    }
  if (branch->n == 3)
    block->kind = is_plain ? RN_BLOCK_PLAIN_BOTTLENECK : RN_BLOCK_BOTTLENECK;
  else
    block->kind = is_plain ? RN_BLOCK_PLAIN_BASIC : RN_BLOCK_BASIC;
  return TRUE;
}

typedef struct
{
  gboolean is_identity;
  gboolean is_selection;
  RnOnnxSelection selection;
  RnOnnxConv conv; /* only where it is neither */
  const char *out;
} Shortcut;

/* @node: what takes the map beside the branch */
static gboolean
take_shortcut (RnOnnxWalk *walk, const RnOnnxNode *node, Shortcut *shortcut)
{
  *shortcut = (Shortcut){ .out = walk->at };
  if (rn_onnx_is_op (node, "Add"))
    {
      shortcut->is_identity = TRUE;
      return TRUE;
    }
  if (rn_onnx_begins_selection (node))
    {
      shortcut->is_selection = TRUE;
      return rn_onnx_take_selection (walk, node, &shortcut->selection, &shortcut->out);
    }
  if (!rn_onnx_take_conv (walk, node, walk->at, &shortcut->conv, &shortcut->out))
    return FALSE;
  if (shortcut->conv.filter->dims[2] != 1 || shortcut->conv.filter->dims[1] != walk->channels)
    return rn_onnx_refuse (walk, node, _ ("is a shortcut of another shape than its block"));
  shortcut->is_selection = rn_onnx_read_selection (walk, &shortcut->conv, &shortcut->selection);
  return TRUE;
}

/* @sum: named where the shortcut is not what @block needs */
static gboolean
tell_shortcut (RnOnnxWalk *walk, const Shortcut *shortcut, const RnOnnxNode *sum,
               RnBlockSpec *block)
{
  const gboolean changes = block->stride != 1 || block->channels != walk->channels;
  const RnOnnxSelection *selection = &shortcut->selection;
  const gint64 more = block->channels - walk->channels;

  if (!shortcut->is_identity && !shortcut->is_selection)
    {
      if (shortcut->conv.filter->dims[0] != block->channels ||
          shortcut->conv.stride != block->stride)
        return rn_onnx_refuse (walk, shortcut->conv.node,
                               _ ("is a shortcut of another shape than its block"));
      block->shortcut = changes ? RN_SHORTCUT_B : RN_SHORTCUT_C;
      return TRUE;
    }
  if (shortcut->is_identity
          ? changes
          : selection->stride != block->stride || selection->before + selection->after != more)
    return rn_onnx_refuse (walk, sum, _ ("has a shortcut of another shape than its branch"));
  if (shortcut->is_identity || selection->before == more / 2)
    block->shortcut = RN_SHORTCUT_A_SPLIT;
  else if (selection->before == 0)
    block->shortcut = RN_SHORTCUT_A_END;
  else
    return rn_onnx_refuse (walk, sum, _ ("has a shortcut with its zero channels elsewhere"));
  return TRUE;
}

/* @shortcut and @sum: (nullable): NULL for a plain block */
static gboolean
add_block (RnOnnxWalk *walk, const Branch *branch, const Shortcut *shortcut, const RnOnnxNode *sum)
{
  RnSpec *spec = walk->network->spec;
  RnBlockSpec block;

  if (!tell_block (walk, branch, shortcut == NULL, &block) ||
      (shortcut != NULL && !tell_shortcut (walk, shortcut, sum, &block)))
    return FALSE;
  if (!rn_spec_add_block (spec, rn_spec_n_blocks (spec), block, walk->error))
    {
      g_prefix_error (walk->error, _ ("“%s”: node “%s”: "), walk->onnx->file->path,
                      branch->convs[0].node->name);
      return FALSE;
    }
  g_array_append_vals (walk->network->convs, branch->convs, (guint) branch->n);
  if (shortcut != NULL && !shortcut->is_identity && !shortcut->is_selection)
    g_array_append_val (walk->network->convs, shortcut->conv);
  walk->channels = block.channels;
  return TRUE;
}

gboolean
rn_onnx_take_plain (RnOnnxWalk *walk)
{
  const RnOnnxNode *first = rn_onnx_sole_consumer (walk, walk->at), *relu;
  Branch branch;

  if (!take_branch (walk, first, TRUE, &branch))
    return FALSE;
  relu = rn_onnx_take_relu (walk, branch.convs[branch.n - 1].node, branch.out);
  if (relu == NULL || !add_block (walk, &branch, NULL, NULL))
    return FALSE;
  walk->at = rn_onnx_output_of (relu);
  return TRUE;
}

/* Whether @node begins the residual branch and not the shortcut: a ReLU follows before the sum. */
static gboolean
begins_branch (const RnOnnxWalk *walk, const RnOnnxNode *node)
{
  const RnOnnxNode *next =
      rn_onnx_is_op (node, "Conv") ? rn_onnx_sole_consumer (walk, rn_onnx_output_of (node)) : NULL;

  if (rn_onnx_is_op (next, "BatchNormalization"))
    next = rn_onnx_sole_consumer (walk, rn_onnx_output_of (next));
  return rn_onnx_is_op (next, "Relu");
}

gboolean
rn_onnx_take_residual (RnOnnxWalk *walk)
{
  const RnOnnxNode *branch_node = rn_onnx_consumer (walk, walk->at, 0),
                   *other = rn_onnx_consumer (walk, walk->at, 1);
  const RnOnnxNode *sum, *relu;
  Shortcut shortcut;
  Branch branch;

  if (!begins_branch (walk, branch_node))
    {
      const RnOnnxNode *kept = branch_node;

      branch_node = other;
      other = kept;
    }
  if (!begins_branch (walk, branch_node))
    return rn_onnx_refuse (walk, branch_node, _ ("begins no branch of a block"));
  if (!take_branch (walk, branch_node, FALSE, &branch) || !take_shortcut (walk, other, &shortcut))
    return FALSE;
  sum = rn_onnx_sole_consumer (walk, branch.out);
  if (!rn_onnx_is_op (sum, "Add"))
    return rn_onnx_refuse (walk, sum != NULL ? sum : branch.convs[branch.n - 1].node,
                           _ ("stands where the sum of a block was expected"));
  if (!(strcmp (rn_onnx_input_of (sum, 0), shortcut.out) == 0 &&
        strcmp (rn_onnx_input_of (sum, 1), branch.out) == 0) &&
      !(strcmp (rn_onnx_input_of (sum, 1), shortcut.out) == 0 &&
        strcmp (rn_onnx_input_of (sum, 0), branch.out) == 0))
    return rn_onnx_refuse (walk, sum, _ ("does not add a branch to its shortcut"));
  rn_onnx_pass (walk, sum);
  relu = rn_onnx_take_relu (walk, sum, rn_onnx_output_of (sum));
  if (relu == NULL || !add_block (walk, &branch, &shortcut, sum))
    return FALSE;
  walk->at = rn_onnx_output_of (relu);
  return TRUE;
}
