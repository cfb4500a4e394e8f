#include "formats/onnx-graph.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "residua/error.h"

#define MAX_BRANCH 3

typedef struct
{
  const RnOnnx *onnx;
  RnOnnxNetwork *network;
  GHashTable *consumers; /* name -> GPtrArray of RnOnnxNode */
  GHashTable *followed;  /* set of RnOnnxNode */
  const char *at;        /* name of the map that has been reached */
  int channels;          /* of it */
  GError **error;
} Walk;

static gboolean
refuse (Walk *walk, const RnOnnxNode *node, const char *why)
{
  g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“%s” is no residual network that is known here: node “%s” (%s) %s"),
               walk->onnx->file->path, node->name, node->op, why);
  return FALSE;
}

static gboolean
is_op (const RnOnnxNode *node, const char *op)
{
  return node != NULL && strcmp (node->op, op) == 0;
}

static const char *
input_of (const RnOnnxNode *node, guint at)
{
  return at < node->inputs->len ? node->inputs->pdata[at] : "";
}

static const char *
output_of (const RnOnnxNode *node)
{
  return node->outputs->pdata[0];
}

static guint
count_consumers (const Walk *walk, const char *name)
{
  const GPtrArray *nodes = g_hash_table_lookup (walk->consumers, name);

  return nodes == NULL ? 0 : nodes->len;
}

static RnOnnxNode *
consumer (const Walk *walk, const char *name, guint at)
{
  const GPtrArray *nodes = g_hash_table_lookup (walk->consumers, name);

  return nodes == NULL || at >= nodes->len ? NULL : nodes->pdata[at];
}

/* Returns: (nullable): the one node that takes @name; NULL where there is none or where there are several */
static RnOnnxNode *
sole_consumer (const Walk *walk, const char *name)
{
  return count_consumers (walk, name) == 1 ? consumer (walk, name, 0) : NULL;
}

static void
follow (Walk *walk, const RnOnnxNode *node)
{
  g_hash_table_add (walk->followed, (gpointer) node);
}

static gboolean
all_numbers_are (const RnOnnxNode *node, const char *name, gint64 wanted, gint64 otherwise)
{
  const RnOnnxAttribute *attribute = rn_onnx_node_get (node, name);

  if (attribute == NULL)
    return wanted == otherwise;
  for (guint i = 0; i < attribute->numbers->len; i++)
    if (g_array_index (attribute->numbers, gint64, i) != wanted)
      return FALSE;
  return TRUE;
}

/* "SAME_UPPER" pads in another way than PyTorch's numbers where the stride is 2. */
static gboolean
pads_by_number (const RnOnnxNode *node)
{
  const RnOnnxAttribute *attribute = rn_onnx_node_get (node, "auto_pad");

  return attribute == NULL || attribute->text == NULL || strcmp (attribute->text, "NOTSET") == 0;
}

static gboolean
is_vector (const RnStoredTensor *tensor, gint64 n)
{
  return tensor != NULL && tensor->n_dims == 1 && tensor->dims[0] == n;
}

/* Convolutions */

static gboolean
check_conv (Walk *walk, RnOnnxConv *conv)
{
  const RnOnnxNode *node = conv->node;
  const RnStoredTensor *filter = conv->filter;
  const RnOnnxAttribute *strides = rn_onnx_node_get (node, "strides");

  if (filter == NULL || filter->n_dims != 4 || filter->dims[2] != filter->dims[3] ||
      (filter->dims[2] != 1 && filter->dims[2] != 3 && filter->dims[2] != 7))
    return refuse (walk, node, _ ("has no filter of 1x1, 3x3 or 7x7"));
  conv->stride = strides == NULL || strides->numbers->len == 0
                     ? 1
                     : (int) CLAMP (g_array_index (strides->numbers, gint64, 0), 0, 3);
  if ((conv->stride != 1 && conv->stride != 2) ||
      !all_numbers_are (node, "strides", conv->stride, 1))
    return refuse (walk, node, _ ("has a stride that is not 1 or 2"));
  if (!pads_by_number (node) || !all_numbers_are (node, "pads", filter->dims[2] / 2, 0))
    return refuse (walk, node, _ ("has a padding that is not half its filter"));
  if (rn_onnx_node_get_whole (node, "group", 1) != 1)
    return refuse (walk, node, _ ("has groups of channels"));
  if (!all_numbers_are (node, "dilations", 1, 1))
    return refuse (walk, node, _ ("has a filter with holes"));
  if (filter->dims[0] < 1 || filter->dims[0] > RN_MAX_CHANNELS || filter->dims[1] < 1 ||
      filter->dims[1] > RN_MAX_CHANNELS)
    return refuse (walk, node, _ ("has more channels than a network may have"));
  if (node->inputs->len > 2 && input_of (node, 2)[0] != '\0' &&
      !is_vector (conv->bias, filter->dims[0]))
    return refuse (walk, node, _ ("has a bias that does not fit"));
  return TRUE;
}

static gboolean
take_norm (Walk *walk, RnOnnxConv *conv, const RnOnnxNode *norm)
{
  const double epsilon = rn_onnx_node_get_real (norm, "epsilon", 1e-5);

  for (guint i = 0; i < 4; i++)
    {
      conv->norm[i] = rn_onnx_get_constant (walk->onnx, norm, i + 1);
      if (!is_vector (conv->norm[i], conv->filter->dims[0]))
        return refuse (walk, norm, _ ("has a tensor that does not fit"));
    }
  if (!(epsilon > 0.0 && epsilon < 1.0))
    return refuse (walk, norm, _ ("has an epsilon that is not between 0 and 1"));
  if (walk->network->epsilon > 0.0 && walk->network->epsilon != epsilon)
    return refuse (walk, norm, _ ("has another epsilon than the ones before it"));
  walk->network->epsilon = epsilon;
  follow (walk, norm);
  return TRUE;
}

/* @node and the batch-norm behind it; @out: (out): what they make */
static gboolean
take_conv (Walk *walk, const RnOnnxNode *node, const char *from, RnOnnxConv *conv, const char **out)
{
  const RnOnnxNode *next;

  *conv = (RnOnnxConv){ .node = node };
  if (!is_op (node, "Conv") || strcmp (input_of (node, 0), from) != 0)
    return refuse (walk, node, _ ("stands where a convolution was expected"));
  conv->filter = rn_onnx_get_constant (walk->onnx, node, 1);
  conv->bias = rn_onnx_get_constant (walk->onnx, node, 2);
  if (!check_conv (walk, conv))
    return FALSE;
  follow (walk, node);
  *out = output_of (node);
  next = sole_consumer (walk, *out);
  if (!is_op (next, "BatchNormalization") || strcmp (input_of (next, 0), *out) != 0)
    return TRUE;
  *out = output_of (next);
  return take_norm (walk, conv, next);
}

/* Returns: (nullable): the ReLU that alone takes @name, or another node that stands there, named in the error */
static const RnOnnxNode *
take_relu (Walk *walk, const RnOnnxNode *before, const char *name)
{
  const RnOnnxNode *relu = sole_consumer (walk, name);

  if (!is_op (relu, "Relu"))
    {
      if (relu != NULL)
        refuse (walk, relu, _ ("stands where a ReLU was expected"));
      else
        refuse (walk, before, _ ("is not followed by one ReLU alone"));
      return NULL;
    }
  follow (walk, relu);
  return relu;
}

/* Blocks */

typedef struct
{
  RnOnnxConv convs[MAX_BRANCH];
  int n;
  const char *out; /* what the last one makes */
} Branch;

/* Convolutions with ReLUs between them; a branch ends before what is neither, a plain block behind its last ReLU. */
static gboolean
take_branch (Walk *walk, const RnOnnxNode *node, gboolean is_plain, Branch *branch)
{
  const char *from = walk->at;
  int wanted = MAX_BRANCH;

  for (branch->n = 0;;)
    {
      RnOnnxConv *conv = &branch->convs[branch->n++];
      const RnOnnxNode *next;

      if (!take_conv (walk, node, from, conv, &branch->out))
        return FALSE;
      if (is_plain && branch->n == 1)
        wanted = conv->filter->dims[2] == 1 ? 3 : 2;
      next = sole_consumer (walk, branch->out);
      if (is_plain ? branch->n == wanted : !is_op (next, "Relu"))
        return TRUE;
      if (branch->n == MAX_BRANCH)
        return refuse (walk, conv->node, _ ("is followed by more than a block has"));
      next = take_relu (walk, conv->node, branch->out);
      if (next == NULL)
        return FALSE;
      from = output_of (next);
      node = sole_consumer (walk, from);
      if (node == NULL)
        return refuse (walk, next, _ ("is not followed by one convolution alone"));
    }
}

/* What the filters of @branch make of a block */
static gboolean
tell_block (Walk *walk, const Branch *branch, gboolean is_plain, RnBlockSpec *block)
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
        return refuse (walk, conv->node, _ ("has a filter of another size than a block has there"));
      if (conv->filter->dims[1] != in || conv->filter->dims[0] != out)
        return refuse (walk, conv->node,
                       _ ("has another number of channels than a block has there"));
      if (conv->stride != 1 && !may_stride)
        return refuse (walk, conv->node, _ ("has a stride where a block has none"));
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

/* Option A's shortcut, written as a convolution: filter [k,c] is 1 where k = c + @before, else 0. */
static gboolean
is_subsampling (Walk *walk, const RnOnnxConv *conv, gboolean *at_end)
{
  const RnStoredTensor *filter = conv->filter;
  const gint64 out = filter->dims[0], in = filter->dims[1];
  g_autofree float *values = NULL;
  gint64 before;

  if (conv->bias != NULL || conv->norm[0] != NULL || out < in)
    return FALSE;
  values = g_try_new (float, filter->count);
  if (values == NULL || !rn_tensor_file_read_floats (walk->onnx->file, filter, values, NULL))
    return FALSE;
  *at_end = values[0] == 1.0f;
  before = *at_end ? 0 : (out - in) / 2;
  for (gint64 k = 0; k < out; k++)
    for (gint64 c = 0; c < in; c++)
      if (values[k * in + c] != (k == c + before ? 1.0f : 0.0f))
        return FALSE;
  return TRUE;
}

static gboolean
tell_shortcut (Walk *walk, const RnOnnxConv *conv, RnBlockSpec *block, gboolean *is_projection)
{
  const gboolean changes = block->stride != 1 || block->channels != walk->channels;
  gboolean at_end = FALSE;

  *is_projection = FALSE;
  if (conv == NULL)
    {
      block->shortcut = RN_SHORTCUT_A_SPLIT;
      return TRUE;
    }
  if (conv->filter->dims[2] != 1 || conv->filter->dims[1] != walk->channels ||
      conv->filter->dims[0] != block->channels || conv->stride != block->stride)
    return refuse (walk, conv->node, _ ("is a shortcut of another shape than its block"));
  *is_projection = !is_subsampling (walk, conv, &at_end);
  if (*is_projection)
    block->shortcut = changes ? RN_SHORTCUT_B : RN_SHORTCUT_C;
  else
    block->shortcut = at_end ? RN_SHORTCUT_A_END : RN_SHORTCUT_A_SPLIT;
  return TRUE;
}

static gboolean
add_block (Walk *walk, const Branch *branch, const RnOnnxConv *shortcut, gboolean is_plain)
{
  RnSpec *spec = walk->network->spec;
  gboolean is_projection = FALSE;
  RnBlockSpec block;

  if (!tell_block (walk, branch, is_plain, &block) ||
      !tell_shortcut (walk, shortcut, &block, &is_projection))
    return FALSE;
  if (!rn_spec_add_block (spec, rn_spec_n_blocks (spec), block, walk->error))
    {
      g_prefix_error (walk->error, _ ("“%s”: node “%s”: "), walk->onnx->file->path,
                      branch->convs[0].node->name);
      return FALSE;
    }
  g_array_append_vals (walk->network->convs, branch->convs, (guint) branch->n);
  if (is_projection)
    g_array_append_vals (walk->network->convs, shortcut, 1);
  walk->channels = block.channels;
  return TRUE;
}

static gboolean
take_plain (Walk *walk)
{
  const RnOnnxNode *first = sole_consumer (walk, walk->at), *relu;
  Branch branch;

  if (!take_branch (walk, first, TRUE, &branch))
    return FALSE;
  relu = take_relu (walk, branch.convs[branch.n - 1].node, branch.out);
  if (relu == NULL || !add_block (walk, &branch, NULL, TRUE))
    return FALSE;
  walk->at = output_of (relu);
  return TRUE;
}

/* Whether @node begins the residual branch and not the shortcut: a ReLU follows before the sum. */
static gboolean
begins_branch (const Walk *walk, const RnOnnxNode *node)
{
  const RnOnnxNode *next = is_op (node, "Conv") ? sole_consumer (walk, output_of (node)) : NULL;

  if (is_op (next, "BatchNormalization"))
    next = sole_consumer (walk, output_of (next));
  return is_op (next, "Relu");
}

static gboolean
take_residual (Walk *walk)
{
  const RnOnnxNode *branch_node = consumer (walk, walk->at, 0),
                   *other = consumer (walk, walk->at, 1);
  const RnOnnxNode *sum, *relu;
  const char *shortcut_out = walk->at;
  RnOnnxConv shortcut;
  Branch branch;

  if (!begins_branch (walk, branch_node))
    {
      const RnOnnxNode *kept = branch_node;

      branch_node = other;
      other = kept;
    }
  if (!begins_branch (walk, branch_node))
    return refuse (walk, branch_node, _ ("begins no branch of a block"));
  if (!take_branch (walk, branch_node, FALSE, &branch))
    return FALSE;
  if (!is_op (other, "Add") && !take_conv (walk, other, walk->at, &shortcut, &shortcut_out))
    return FALSE;
  sum = sole_consumer (walk, branch.out);
  if (!is_op (sum, "Add"))
    return refuse (walk, sum != NULL ? sum : branch.convs[branch.n - 1].node,
                   _ ("stands where the sum of a block was expected"));
  if (!(strcmp (input_of (sum, 0), shortcut_out) == 0 &&
        strcmp (input_of (sum, 1), branch.out) == 0) &&
      !(strcmp (input_of (sum, 1), shortcut_out) == 0 &&
        strcmp (input_of (sum, 0), branch.out) == 0))
    return refuse (walk, sum, _ ("does not add a branch to its shortcut"));
  follow (walk, sum);
  relu = take_relu (walk, sum, output_of (sum));
  if (relu == NULL ||
      !add_block (walk, &branch, shortcut_out == walk->at ? NULL : &shortcut, FALSE))
    return FALSE;
  walk->at = output_of (relu);
  return TRUE;
}

/* The two ends */

/* A constant of one number, or of one for each channel: [], [1], [1,C,1,1], [C,1,1] */
static gboolean
read_channels (Walk *walk, const RnOnnxNode *node, int channels, double values[3])
{
  const RnStoredTensor *constant = rn_onnx_get_constant (walk->onnx, node, 1);
  float numbers[3];

  if (constant == NULL || (constant->count != 1 && constant->count != (guint64) channels) ||
      (constant->count > 1 && (constant->n_dims < 3 ||
                               constant->dims[constant->n_dims - 3] != (gint64) constant->count)) ||
      !rn_tensor_file_read_floats (walk->onnx->file, constant, numbers, NULL))
    return FALSE;
  for (int i = 0; i < channels; i++)
    values[i] = (double) numbers[constant->count == 1 ? 0 : i];
  return TRUE;
}

/* y = scale x + shift, through one more step */
static gboolean
take_step (Walk *walk, const RnOnnxNode *node, int channels)
{
  RnOnnxNetwork *network = walk->network;
  double values[3];

  /* A mean for each pixel is read from the metadata, not from here */
  if (!read_channels (walk, node, channels, values))
    {
      if (rn_tensor_file_get_metadata (walk->onnx->file, "residua.pixel_mean") == NULL)
        return refuse (walk, node, _ ("has not one number for each channel"));
      memset (values, 0, sizeof values);
    }
  for (int i = 0; i < channels; i++)
    if (is_op (node, "Add"))
      network->shift[i] += values[i];
    else if (is_op (node, "Sub"))
      network->shift[i] -= values[i];
    else
      {
        const double factor = is_op (node, "Mul") ? values[i] : 1.0 / values[i];

        if (!(isfinite (factor) && factor > 0.0))
          return refuse (walk, node, _ ("has a factor that is not over 0"));
        network->scale[i] *= factor;
        network->shift[i] *= factor;
      }
  network->has_affine = TRUE;
  follow (walk, node);
  walk->at = output_of (node);
  return TRUE;
}

static gboolean
take_preprocess (Walk *walk, int channels)
{
  const RnOnnxNode *node;

  for (int i = 0; i < 3; i++)
    walk->network->scale[i] = 1.0;
  for (node = sole_consumer (walk, walk->at);
       is_op (node, "Sub") || is_op (node, "Mul") || is_op (node, "Div") || is_op (node, "Add");
       node = sole_consumer (walk, walk->at))
    if (strcmp (input_of (node, 0), walk->at) != 0 || !take_step (walk, node, channels))
      return *walk->error == NULL ? refuse (walk, node, _ ("does not scale the picture")) : FALSE;
  return TRUE;
}

/* The number of channels that the first convolution takes; 0 where there is none */
static gint64
find_channels (const RnOnnx *onnx)
{
  for (guint i = 0; i < onnx->nodes->len; i++)
    if (is_op (onnx->nodes->pdata[i], "Conv"))
      {
        const RnStoredTensor *filter = rn_onnx_get_constant (onnx, onnx->nodes->pdata[i], 1);

        return filter != NULL && filter->n_dims == 4 ? filter->dims[1] : 0;
      }
  return 0;
}

static gboolean
take_pool (Walk *walk, const RnOnnxNode *node)
{
  if (!all_numbers_are (node, "kernel_shape", 3, 0) || !all_numbers_are (node, "strides", 2, 1) ||
      !all_numbers_are (node, "pads", 1, 0) || !all_numbers_are (node, "dilations", 1, 1) ||
      rn_onnx_node_get_whole (node, "ceil_mode", 0) != 0 || !pads_by_number (node))
    return refuse (walk, node, _ ("is no pooling of 3x3 with stride 2 and padding 1"));
  follow (walk, node);
  walk->at = output_of (node);
  return TRUE;
}

static int
find_side (const RnOnnx *onnx, const RnModelHints *hints, RnStemKind stem)
{
  const GArray *dims = onnx->input_dims;
  const gint64 height = dims->len == 4 ? g_array_index (dims, gint64, 2) : 0;

  if (hints != NULL && hints->side > 0)
    return hints->side;
  if (height > 0 && height <= RN_MAX_SIDE && g_array_index (dims, gint64, 3) == height)
    return (int) height;
  return stem == RN_STEM_3X3 ? 32 : 224;
}

static gboolean
take_stem (Walk *walk, const RnModelHints *hints)
{
  const gint64 channels = find_channels (walk->onnx);
  const RnOnnxNode *node, *relu;
  RnStemKind stem;
  RnOnnxConv conv;
  const char *out;

  if (channels >= 1 && channels <= 3 && !take_preprocess (walk, (int) channels))
    return FALSE;
  node = sole_consumer (walk, walk->at);
  if (node == NULL)
    node = walk->onnx->nodes->len > 0 ? walk->onnx->nodes->pdata[0] : NULL;
  if (node == NULL)
    {
      g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE, _ ("“%s” has no nodes"),
                   walk->onnx->file->path);
      return FALSE;
    }
  if (!take_conv (walk, node, walk->at, &conv, &out))
    return FALSE;
  stem = conv.filter->dims[2] == 3 ? RN_STEM_3X3 : RN_STEM_7X7_POOL;
  if (conv.filter->dims[2] == 1 || conv.stride != (stem == RN_STEM_3X3 ? 1 : 2))
    return refuse (walk, node, _ ("is no stem: 3x3, or 7x7 with stride 2"));
  relu = take_relu (walk, node, out);
  if (relu == NULL)
    return FALSE;
  walk->at = output_of (relu);
  walk->channels = (int) conv.filter->dims[0];
  g_array_append_val (walk->network->convs, conv);
  node = sole_consumer (walk, walk->at);
  if (stem == RN_STEM_7X7_POOL && !is_op (node, "MaxPool"))
    return refuse (walk, node != NULL ? node : relu, _ ("stands where a pooling was expected"));
  if (stem == RN_STEM_7X7_POOL && !take_pool (walk, node))
    return FALSE;
  walk->network->spec = rn_spec_new (NULL, find_side (walk->onnx, hints, stem), (int) channels,
                                     stem, walk->channels, 1, walk->error);
  if (walk->network->spec == NULL)
    g_prefix_error (walk->error, _ ("“%s”: node “%s”: "), walk->onnx->file->path, conv.node->name);
  return walk->network->spec != NULL;
}

static gboolean
is_mean (Walk *walk, const RnOnnxNode *node)
{
  const RnOnnxAttribute *axes = rn_onnx_node_get (node, "axes");
  const RnStoredTensor *constant = rn_onnx_get_constant (walk->onnx, node, 1);
  gint64 sides[2] = { 0, 0 };

  if (is_op (node, "GlobalAveragePool"))
    return TRUE;
  if (!is_op (node, "ReduceMean"))
    return FALSE;
  if (axes != NULL && axes->numbers->len == 2)
    memcpy (sides, axes->numbers->data, sizeof sides);
  else if (constant == NULL || constant->dtype != RN_DTYPE_I64 || constant->count != 2 ||
           !rn_tensor_file_read_raw (walk->onnx->file, constant, sides, NULL))
    return FALSE;
  for (int i = 0; i < 2; i++)
    sides[i] = sides[i] < 0 ? sides[i] + 4 : sides[i];
  return (sides[0] == 2 && sides[1] == 3) || (sides[0] == 3 && sides[1] == 2);
}

static gboolean
take_linear (Walk *walk, const RnOnnxNode *node)
{
  RnOnnxNetwork *network = walk->network;
  const gboolean is_gemm = is_op (node, "Gemm");
  const RnStoredTensor *weight = rn_onnx_get_constant (walk->onnx, node, 1);
  gint64 classes;

  if (!is_gemm && !is_op (node, "MatMul"))
    return refuse (walk, node, _ ("stands where the linear layer was expected"));
  network->fc_is_transposed = !is_gemm || rn_onnx_node_get_whole (node, "transB", 0) == 0;
  if (weight == NULL || weight->n_dims != 2 || strcmp (input_of (node, 0), walk->at) != 0 ||
      weight->dims[network->fc_is_transposed ? 0 : 1] != walk->channels)
    return refuse (walk, node, _ ("has a matrix that does not fit"));
  if (is_gemm && (rn_onnx_node_get_real (node, "alpha", 1.0) != 1.0 ||
                  rn_onnx_node_get_real (node, "beta", 1.0) != 1.0 ||
                  rn_onnx_node_get_whole (node, "transA", 0) != 0))
    return refuse (walk, node, _ ("is more than a linear layer"));
  classes = weight->dims[network->fc_is_transposed ? 1 : 0];
  if (!rn_spec_set_classes (network->spec, (int) CLAMP (classes, 0, G_MAXINT), walk->error))
    return FALSE;
  network->fc_weight = weight;
  network->fc_bias = is_gemm ? rn_onnx_get_constant (walk->onnx, node, 2) : NULL;
  /* numbers that could not be read are not the same as none */
  if (is_gemm && network->fc_bias == NULL && input_of (node, 2)[0] != '\0')
    return refuse (walk, node, _ ("has a bias that does not fit"));
  follow (walk, node);
  walk->at = output_of (node);
  node = sole_consumer (walk, walk->at);
  if (!is_gemm && is_op (node, "Add"))
    {
      const guint at = strcmp (input_of (node, 0), walk->at) == 0 ? 1 : 0;

      network->fc_bias = rn_onnx_get_constant (walk->onnx, node, at);
      if (network->fc_bias == NULL)
        return refuse (walk, node, _ ("has a bias that does not fit"));
      follow (walk, node);
      walk->at = output_of (node);
    }
  if (network->fc_bias != NULL && network->fc_bias->count != (guint64) classes)
    return refuse (walk, node, _ ("has a bias that does not fit"));
  return TRUE;
}

/* The mean of all pixels, the linear layer, and perhaps a softmax: it is the program that turns scores to probabilities */
static gboolean
take_head (Walk *walk)
{
  const RnOnnxNode *node = sole_consumer (walk, walk->at);

  follow (walk, node);
  walk->at = output_of (node);
  for (node = sole_consumer (walk, walk->at);
       is_op (node, "Flatten") || is_op (node, "Reshape") || is_op (node, "Squeeze");
       node = sole_consumer (walk, walk->at))
    {
      if (is_op (node, "Flatten") && rn_onnx_node_get_whole (node, "axis", 1) != 1)
        return refuse (walk, node, _ ("has another axis than 1"));
      follow (walk, node);
      walk->at = output_of (node);
    }
  if (node == NULL)
    {
      g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("“%s” is no residual network that is known here: “%s” goes to no linear "
                      "layer"),
                   walk->onnx->file->path, walk->at);
      return FALSE;
    }
  if (!take_linear (walk, node))
    return FALSE;
  node = sole_consumer (walk, walk->at);
  if (is_op (node, "Softmax"))
    {
      follow (walk, node);
      walk->at = output_of (node);
    }
  return TRUE;
}

static gboolean
take_blocks (Walk *walk)
{
  for (;;)
    {
      const RnOnnxNode *node = consumer (walk, walk->at, 0);
      const guint n = count_consumers (walk, walk->at);

      if (n == 1 && is_mean (walk, node))
        return TRUE;
      if (n == 1 && is_op (node, "Conv"))
        {
          if (!take_plain (walk))
            return FALSE;
        }
      else if (n == 2)
        {
          if (!take_residual (walk))
            return FALSE;
        }
      else if (node != NULL)
        return refuse (walk, node, _ ("begins no block"));
      else
        {
          g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE,
                       _ ("“%s” is no residual network that is known here: it ends with “%s”"),
                       walk->onnx->file->path, walk->at);
          return FALSE;
        }
    }
}

/* Nothing is left beside the way that was followed. */
static gboolean
check_whole (Walk *walk)
{
  for (guint i = 0; i < walk->onnx->nodes->len; i++)
    {
      const RnOnnxNode *node = walk->onnx->nodes->pdata[i];

      if (!g_hash_table_contains (walk->followed, node) && !is_op (node, "Constant"))
        return refuse (walk, node, _ ("has no place in it"));
    }
  if (strcmp (walk->at, walk->onnx->output) == 0)
    return TRUE;
  g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“%s”: its output “%s” is not what its linear layer makes"),
               walk->onnx->file->path, walk->onnx->output);
  return FALSE;
}

static GHashTable *
find_consumers (const RnOnnx *onnx)
{
  GHashTable *consumers =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < onnx->nodes->len; i++)
    {
      const RnOnnxNode *node = onnx->nodes->pdata[i];

      for (guint j = 0; j < node->inputs->len; j++)
        {
          GPtrArray *nodes = g_hash_table_lookup (consumers, node->inputs->pdata[j]);

          if (nodes == NULL)
            {
              nodes = g_ptr_array_new ();
              g_hash_table_insert (consumers, node->inputs->pdata[j], nodes);
            }
          g_ptr_array_add (nodes, (gpointer) node);
        }
    }
  return consumers;
}

gboolean
rn_onnx_follow (const RnOnnx *onnx, const RnModelHints *hints, RnOnnxNetwork *network,
                GError **error)
{
  g_autoptr (GHashTable) consumers = find_consumers (onnx);
  g_autoptr (GHashTable) followed = g_hash_table_new (NULL, NULL);
  GError *reason = NULL;
  Walk walk = { .onnx = onnx,
                .network = network,
                .consumers = consumers,
                .followed = followed,
                .at = onnx->input,
                .error = &reason };

  network->convs = g_array_new (FALSE, TRUE, sizeof (RnOnnxConv));
  if (take_stem (&walk, hints) && take_blocks (&walk) && take_head (&walk) && check_whole (&walk))
    return TRUE;
  g_propagate_error (error, reason);
  return FALSE;
}

void
rn_onnx_network_clear (RnOnnxNetwork *network)
{
  g_clear_pointer (&network->spec, rn_spec_free);
  g_clear_pointer (&network->convs, g_array_unref);
}
