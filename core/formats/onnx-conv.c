#include "formats/onnx-walk.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

static gboolean
is_vector (const RnStoredTensor *tensor, gint64 n)
{
  return tensor != NULL && tensor->n_dims == 1 && tensor->dims[0] == n;
}

static gboolean
check_conv (RnOnnxWalk *walk, RnOnnxConv *conv)
{
  const RnOnnxNode *node = conv->node;
  const RnStoredTensor *filter = conv->filter;
  const RnOnnxAttribute *strides = rn_onnx_node_get (node, "strides");

  if (filter == NULL || filter->n_dims != 4 || filter->dims[2] != filter->dims[3] ||
      (filter->dims[2] != 1 && filter->dims[2] != 3 && filter->dims[2] != 7))
    return rn_onnx_refuse (walk, node, _ ("has no filter of 1x1, 3x3 or 7x7"));
  conv->stride = strides == NULL || strides->numbers->len == 0
                     ? 1
                     : (int) CLAMP (g_array_index (strides->numbers, gint64, 0), 0, 3);
  if ((conv->stride != 1 && conv->stride != 2) ||
      !rn_onnx_all_numbers_are (node, "strides", conv->stride, 1))
    return rn_onnx_refuse (walk, node, _ ("has a stride that is not 1 or 2"));
  if (!rn_onnx_pads_by_number (node) ||
      !rn_onnx_all_numbers_are (node, "pads", filter->dims[2] / 2, 0))
    return rn_onnx_refuse (walk, node, _ ("has a padding that is not half its filter"));
  if (rn_onnx_node_get_whole (node, "group", 1) != 1)
    return rn_onnx_refuse (walk, node, _ ("has groups of channels"));
  if (!rn_onnx_all_numbers_are (node, "dilations", 1, 1))
    return rn_onnx_refuse (walk, node, _ ("has a filter with holes"));
  if (filter->dims[0] < 1 || filter->dims[0] > RN_MAX_CHANNELS || filter->dims[1] < 1 ||
      filter->dims[1] > RN_MAX_CHANNELS)
    return rn_onnx_refuse (walk, node, _ ("has more channels than a network may have"));
  if (node->inputs->len > 2 && rn_onnx_input_of (node, 2)[0] != '\0' &&
      !is_vector (conv->bias, filter->dims[0]))
    return rn_onnx_refuse (walk, node, _ ("has a bias that does not fit"));
  return TRUE;
}

static gboolean
take_norm (RnOnnxWalk *walk, RnOnnxConv *conv, const RnOnnxNode *norm)
{
  const double epsilon = rn_onnx_node_get_real (norm, "epsilon", 1e-5);

  for (guint i = 0; i < 4; i++)
    {
      conv->norm[i] = rn_onnx_get_constant (walk->onnx, norm, i + 1);
      if (!is_vector (conv->norm[i], conv->filter->dims[0]))
        return rn_onnx_refuse (walk, norm, _ ("has a tensor that does not fit"));
    }
  if (!(epsilon > 0.0 && epsilon < 1.0))
    return rn_onnx_refuse (walk, norm, _ ("has an epsilon that is not between 0 and 1"));
  if (walk->network->epsilon > 0.0 && walk->network->epsilon != epsilon)
    return rn_onnx_refuse (walk, norm, _ ("has another epsilon than the ones before it"));
  walk->network->epsilon = epsilon;
  rn_onnx_pass (walk, norm);
  return TRUE;
}

/* @node and the batch-norm behind it; @out: (out): what they make */
gboolean
rn_onnx_take_conv (RnOnnxWalk *walk, const RnOnnxNode *node, const char *from, RnOnnxConv *conv,
                   const char **out)
{
  const RnOnnxNode *next;

  *conv = (RnOnnxConv){ .node = node };
  if (!rn_onnx_is_op (node, "Conv") || strcmp (rn_onnx_input_of (node, 0), from) != 0)
    return rn_onnx_refuse (walk, node, _ ("stands where a convolution was expected"));
  conv->filter = rn_onnx_get_constant (walk->onnx, node, 1);
  conv->bias = rn_onnx_get_constant (walk->onnx, node, 2);
  if (!check_conv (walk, conv))
    return FALSE;
  rn_onnx_pass (walk, node);
  *out = rn_onnx_output_of (node);
  next = rn_onnx_sole_consumer (walk, *out);
  if (!rn_onnx_is_op (next, "BatchNormalization") || strcmp (rn_onnx_input_of (next, 0), *out) != 0)
    return TRUE;
  *out = rn_onnx_output_of (next);
  return take_norm (walk, conv, next);
}

/* Returns: (nullable): the ReLU that alone takes @name, or another node that stands there, named in the error */
const RnOnnxNode *
rn_onnx_take_relu (RnOnnxWalk *walk, const RnOnnxNode *before, const char *name)
{
  const RnOnnxNode *relu = rn_onnx_sole_consumer (walk, name);

  if (!rn_onnx_is_op (relu, "Relu"))
    {
      if (relu != NULL)
        rn_onnx_refuse (walk, relu, _ ("stands where a ReLU was expected"));
      else
        rn_onnx_refuse (walk, before, _ ("is not followed by one ReLU alone"));
      return NULL;
    }
  rn_onnx_pass (walk, relu);
  return relu;
}
