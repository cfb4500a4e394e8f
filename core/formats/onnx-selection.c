#include <glib/gi18n-lib.h>

#include "formats/onnx-shapes.h"
#include "formats/onnx-walk.h"

#define RANK 4 /* of a map: pictures, channels, rows, columns */

gboolean
rn_onnx_begins_selection (const RnOnnxNode *node)
{
  return rn_onnx_is_op (node, "Slice") || rn_onnx_is_op (node, "Pad") ||
         rn_onnx_is_op (node, "AveragePool") || rn_onnx_is_op (node, "MaxPool");
}

static gint64
number_at (const GArray *numbers, guint at, gint64 otherwise)
{
  return numbers == NULL || at >= numbers->len ? otherwise : g_array_index (numbers, gint64, at);
}

/* x[:, :, ::2, ::2]: all of each axis, in steps. @steps: multiplied by what @node does */
static gboolean
take_slice (RnOnnxWalk *walk, const RnOnnxNode *node, gint64 steps[RANK])
{
  g_autoptr (GArray) starts = rn_onnx_get_argument (walk->onnx, node, "starts", 1);
  g_autoptr (GArray) ends = rn_onnx_get_argument (walk->onnx, node, "ends", 2);
  g_autoptr (GArray) axes = rn_onnx_get_argument (walk->onnx, node, "axes", 3);
  /* which an attribute never was */
  g_autoptr (GArray) by = rn_onnx_get_argument (walk->onnx, node, "", 4);

  if (starts == NULL || ends == NULL || ends->len != starts->len ||
      (axes == NULL) !=
          (rn_onnx_input_of (node, 3)[0] == '\0' && rn_onnx_node_get (node, "axes") == NULL) ||
      (by == NULL) != (rn_onnx_input_of (node, 4)[0] == '\0'))
    return rn_onnx_refuse (walk, node, _ ("has no constant numbers that say what it takes"));
  for (guint i = 0; i < starts->len; i++)
    {
      const gint64 axis = number_at (axes, i, i), step = number_at (by, i, 1);
      const gint64 at = axis < 0 ? axis + RANK : axis;

      if (at < 0 || at >= RANK || number_at (starts, i, 0) != 0 ||
          number_at (ends, i, 0) < MAX (RN_MAX_SIDE, RN_MAX_CHANNELS) ||
          !(step == 1 || (step == 2 && at >= 2 && steps[at] == 1)))
        return rn_onnx_refuse (walk, node, _ ("takes other pixels than every second"));
      steps[at] *= step;
    }
  return TRUE;
}

/* A pooling over nothing but the pixel itself */
static gboolean
take_pooling (RnOnnxWalk *walk, const RnOnnxNode *node, gint64 steps[RANK])
{
  if (!rn_onnx_all_numbers_are (node, "kernel_shape", 1, 0) ||
      !rn_onnx_all_numbers_are (node, "strides", 2, 1) ||
      !rn_onnx_all_numbers_are (node, "pads", 0, 0) || !rn_onnx_pads_by_number (node) ||
      rn_onnx_node_get_whole (node, "ceil_mode", 0) != 0 || steps[2] != 1 || steps[3] != 1)
    return rn_onnx_refuse (walk, node,
                           _ ("pools in a shortcut, which is known for single pixels only"));
  steps[2] = steps[3] = 2;
  return TRUE;
}

/* Zeros before and after the channels, and nowhere else */
static gboolean
take_pad (RnOnnxWalk *walk, const RnOnnxNode *node, RnOnnxSelection *selection)
{
  g_autoptr (GArray) pads = rn_onnx_get_argument (walk->onnx, node, "pads", 1);
  const RnOnnxAttribute *mode = rn_onnx_node_get (node, "mode");
  const RnStoredTensor *value = rn_onnx_get_constant (walk->onnx, node, 2);
  float number = (float) rn_onnx_node_get_real (node, "value", 0.0);

  if (pads == NULL || pads->len != 2 * RANK ||
      (mode != NULL && g_strcmp0 (mode->text, "constant") != 0))
    return rn_onnx_refuse (walk, node, _ ("has no constant numbers that say how it pads"));
  if (rn_onnx_input_of (node, 2)[0] != '\0' &&
      (value == NULL || value->count != 1 ||
       !rn_tensor_file_read_floats (walk->onnx->file, value, &number, NULL)))
    return rn_onnx_refuse (walk, node, _ ("pads with what is no constant number"));
  for (guint i = 0; i < pads->len; i++)
    {
      const gint64 n = g_array_index (pads, gint64, i);

      if (n < 0 || n > RN_MAX_CHANNELS || (n > 0 && i % RANK != 1) || number != 0.0f)
        return rn_onnx_refuse (walk, node, _ ("pads with more than zero channels"));
    }
  selection->before += g_array_index (pads, gint64, 1);
  selection->after += g_array_index (pads, gint64, 1 + RANK);
  return TRUE;
}

gboolean
rn_onnx_take_selection (RnOnnxWalk *walk, const RnOnnxNode *node, RnOnnxSelection *selection,
                        const char **out)
{
  gint64 steps[RANK] = { 1, 1, 1, 1 };
  const RnOnnxNode *first = node;

  *selection = (RnOnnxSelection){ .stride = 1 };
  *out = walk->at;
  for (; rn_onnx_begins_selection (node); node = rn_onnx_sole_consumer (walk, *out))
    {
      if (g_strcmp0 (rn_onnx_input_of (node, 0), *out) != 0)
        return rn_onnx_refuse (walk, node, _ ("is no shortcut"));
      if (!(rn_onnx_is_op (node, "Slice") ? take_slice (walk, node, steps)
            : rn_onnx_is_op (node, "Pad") ? take_pad (walk, node, selection)
                                          : take_pooling (walk, node, steps)))
        return FALSE;
      rn_onnx_pass (walk, node);
      *out = rn_onnx_output_of (node);
    }
  if (steps[2] != steps[3])
    return rn_onnx_refuse (walk, first, _ ("takes other pixels than every second"));
  selection->stride = (int) steps[2];
  return TRUE;
}

gboolean
rn_onnx_read_selection (const RnOnnxWalk *walk, const RnOnnxConv *conv, RnOnnxSelection *selection)
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
  before = values[0] == 1.0f ? 0 : (out - in) / 2;
  for (gint64 k = 0; k < out; k++)
    for (gint64 c = 0; c < in; c++)
      if (values[k * in + c] != (k == c + before ? 1.0f : 0.0f))
        return FALSE;
  *selection = (RnOnnxSelection){ conv->stride, before, out - in - before };
  return TRUE;
}
