#include "formats/onnx-walk.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "residua/error.h"

/* A constant of one number, or of one for each channel: [], [1], [1,C,1,1], [C,1,1] */
static gboolean
read_channels (RnOnnxWalk *walk, const RnOnnxNode *node, int channels, double values[3])
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
take_step (RnOnnxWalk *walk, const RnOnnxNode *node, int channels)
{
  RnOnnxNetwork *network = walk->network;
  double values[3];

  /* A mean for each pixel is read from the metadata, not from here */
  if (!read_channels (walk, node, channels, values))
    {
      if (rn_tensor_file_get_metadata (walk->onnx->file, "residua.pixel_mean") == NULL)
        return rn_onnx_refuse (walk, node, _ ("has not one number for each channel"));
      memset (values, 0, sizeof values);
    }
  for (int i = 0; i < channels; i++)
    if (rn_onnx_is_op (node, "Add"))
      network->shift[i] += values[i];
    else if (rn_onnx_is_op (node, "Sub"))
      network->shift[i] -= values[i];
    else
      {
        const double factor = rn_onnx_is_op (node, "Mul") ? values[i] : 1.0 / values[i];

        if (!(isfinite (factor) && factor > 0.0))
          return rn_onnx_refuse (walk, node, _ ("has a factor that is not over 0"));
        network->scale[i] *= factor;
        network->shift[i] *= factor;
      }
  network->has_affine = TRUE;
  rn_onnx_pass (walk, node);
  walk->at = rn_onnx_output_of (node);
  return TRUE;
}

static gboolean
take_preprocess (RnOnnxWalk *walk, int channels)
{
  const RnOnnxNode *node;

  for (int i = 0; i < 3; i++)
    walk->network->scale[i] = 1.0;
  for (node = rn_onnx_sole_consumer (walk, walk->at);
       rn_onnx_is_op (node, "Sub") || rn_onnx_is_op (node, "Mul") || rn_onnx_is_op (node, "Div") ||
       rn_onnx_is_op (node, "Add");
       node = rn_onnx_sole_consumer (walk, walk->at))
    if (strcmp (rn_onnx_input_of (node, 0), walk->at) != 0 || !take_step (walk, node, channels))
      return *walk->error == NULL ? rn_onnx_refuse (walk, node, _ ("does not scale the picture"))
                                  : FALSE;
  return TRUE;
}

/* The number of channels that the first convolution takes; 0 where there is none */
static gint64
find_channels (const RnOnnx *onnx)
{
  for (guint i = 0; i < onnx->nodes->len; i++)
    if (rn_onnx_is_op (onnx->nodes->pdata[i], "Conv"))
      {
        const RnStoredTensor *filter = rn_onnx_get_constant (onnx, onnx->nodes->pdata[i], 1);

        return filter != NULL && filter->n_dims == 4 ? filter->dims[1] : 0;
      }
  return 0;
}

static gboolean
take_pool (RnOnnxWalk *walk, const RnOnnxNode *node)
{
  if (!rn_onnx_all_numbers_are (node, "kernel_shape", 3, 0) ||
      !rn_onnx_all_numbers_are (node, "strides", 2, 1) ||
      !rn_onnx_all_numbers_are (node, "pads", 1, 0) ||
      !rn_onnx_all_numbers_are (node, "dilations", 1, 1) ||
      rn_onnx_node_get_whole (node, "ceil_mode", 0) != 0 || !rn_onnx_pads_by_number (node))
    return rn_onnx_refuse (walk, node, _ ("is no pooling of 3x3 with stride 2 and padding 1"));
  rn_onnx_pass (walk, node);
  walk->at = rn_onnx_output_of (node);
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

gboolean
rn_onnx_take_stem (RnOnnxWalk *walk, const RnModelHints *hints)
{
  const gint64 channels = find_channels (walk->onnx);
  const RnOnnxNode *node, *relu;
  RnStemKind stem;
  RnOnnxConv conv;
  const char *out;

  if (channels >= 1 && channels <= 3 && !take_preprocess (walk, (int) channels))
    return FALSE;
  node = rn_onnx_sole_consumer (walk, walk->at);
  if (node == NULL)
    node = walk->onnx->nodes->len > 0 ? walk->onnx->nodes->pdata[0] : NULL;
  if (node == NULL)
    {
      g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE, _ ("“%s” has no nodes"),
                   walk->onnx->file->path);
      return FALSE;
    }
  if (!rn_onnx_take_conv (walk, node, walk->at, &conv, &out))
    return FALSE;
  stem = conv.filter->dims[2] == 3 ? RN_STEM_3X3 : RN_STEM_7X7_POOL;
  if (conv.filter->dims[2] == 1 || conv.stride != (stem == RN_STEM_3X3 ? 1 : 2))
    return rn_onnx_refuse (walk, node, _ ("is no stem: 3x3, or 7x7 with stride 2"));
  relu = rn_onnx_take_relu (walk, node, out);
  if (relu == NULL)
    return FALSE;
  walk->at = rn_onnx_output_of (relu);
  walk->channels = (int) conv.filter->dims[0];
  g_array_append_val (walk->network->convs, conv);
  node = rn_onnx_sole_consumer (walk, walk->at);
  if (stem == RN_STEM_7X7_POOL && !rn_onnx_is_op (node, "MaxPool"))
    return rn_onnx_refuse (walk, node != NULL ? node : relu,
                           _ ("stands where a pooling was expected"));
  if (stem == RN_STEM_7X7_POOL && !take_pool (walk, node))
    return FALSE;
  walk->network->spec = rn_spec_new (NULL, find_side (walk->onnx, hints, stem), (int) channels,
                                     stem, walk->channels, 1, walk->error);
  if (walk->network->spec == NULL)
    g_prefix_error (walk->error, _ ("“%s”: node “%s”: "), walk->onnx->file->path, conv.node->name);
  return walk->network->spec != NULL;
}
