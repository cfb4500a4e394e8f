#include <glib/gi18n-lib.h>
#include <string.h>

#include "formats/onnx-shapes.h"
#include "formats/onnx-walk.h"
#include "residua/error.h"
#include "spec/layout.h"

/* What an axis of the map goes over, on its way from [pictures, channels, rows, columns] to [pictures, channels] */
typedef enum
{
  PICTURES,
  CHANNELS,
  ROWS,
  COLUMNS,
  PIXELS, /* rows and columns in one */
  ONE     /* a mean, kept as a side of 1 */
} Axis;

typedef struct
{
  Axis axes[4];
  int n;
  int side; /* of the last map */
} Map;

static gboolean
take_linear (RnOnnxWalk *walk, const RnOnnxNode *node)
{
  RnOnnxNetwork *network = walk->network;
  const RnOnnxNode *biased = node;
  const gboolean is_gemm = rn_onnx_is_op (node, "Gemm");
  const RnStoredTensor *weight = rn_onnx_get_constant (walk->onnx, node, 1);
  gint64 classes;

  if (!is_gemm && !rn_onnx_is_op (node, "MatMul"))
    return rn_onnx_refuse (walk, node, _ ("stands where the linear layer was expected"));
  network->fc_is_transposed = !is_gemm || rn_onnx_node_get_whole (node, "transB", 0) == 0;
  if (weight == NULL || weight->n_dims != 2 || strcmp (rn_onnx_input_of (node, 0), walk->at) != 0 ||
      weight->dims[network->fc_is_transposed ? 0 : 1] != walk->channels)
    return rn_onnx_refuse (walk, node, _ ("has a matrix that does not fit"));
  if (is_gemm && (rn_onnx_node_get_real (node, "alpha", 1.0) != 1.0 ||
                  rn_onnx_node_get_real (node, "beta", 1.0) != 1.0 ||
                  rn_onnx_node_get_whole (node, "transA", 0) != 0))
    return rn_onnx_refuse (walk, node, _ ("is more than a linear layer"));
  classes = weight->dims[network->fc_is_transposed ? 1 : 0];
  if (!rn_spec_set_classes (network->spec, (int) CLAMP (classes, 0, G_MAXINT), walk->error))
    return FALSE;
  network->fc_weight = weight;
  network->fc_bias = is_gemm ? rn_onnx_get_constant (walk->onnx, node, 2) : NULL;
  /* numbers that could not be read are not the same as none */
  if (is_gemm && network->fc_bias == NULL && rn_onnx_input_of (node, 2)[0] != '\0')
    return rn_onnx_refuse (walk, node, _ ("has a bias that does not fit"));
  rn_onnx_pass (walk, node);
  walk->at = rn_onnx_output_of (node);
  node = rn_onnx_sole_consumer (walk, walk->at);
  if (!is_gemm && rn_onnx_is_op (node, "Add"))
    {
      const guint at = strcmp (rn_onnx_input_of (node, 0), walk->at) == 0 ? 1 : 0;

      network->fc_bias = rn_onnx_get_constant (walk->onnx, node, at);
      if (network->fc_bias == NULL)
        return rn_onnx_refuse (walk, node, _ ("has a bias that does not fit"));
      rn_onnx_pass (walk, node);
      walk->at = rn_onnx_output_of (node);
      biased = node;
    }
  if (network->fc_bias != NULL && network->fc_bias->count != (guint64) classes)
    return rn_onnx_refuse (walk, biased, _ ("has a bias that does not fit"));
  return TRUE;
}

/* From here to the linear layer */

gboolean
rn_onnx_begins_head (const RnOnnxNode *node)
{
  static const char *const ops[] = { "GlobalAveragePool", "AveragePool", "ReduceMean", "Reshape",
                                     NULL };

  return node != NULL && g_strv_contains (ops, node->op);
}

static void
remove_axis (Map *map, int at)
{
  map->n--;
  for (int i = at; i < map->n; i++)
    map->axes[i] = map->axes[i + 1];
}

static gboolean
is_pixels (Axis axis)
{
  return axis == ROWS || axis == COLUMNS || axis == PIXELS;
}

/* Whether there is no more than one number for each channel */
static gboolean
is_mean (const Map *map)
{
  for (int i = 2; i < map->n; i++)
    if (map->axes[i] != ONE)
      return FALSE;
  return TRUE;
}

/* GlobalAveragePool, or a pooling as large as the map */
static gboolean
take_pool (RnOnnxWalk *walk, const RnOnnxNode *node, Map *map)
{
  if (map->n != 4 || map->axes[2] != ROWS || map->axes[3] != COLUMNS)
    return rn_onnx_refuse (walk, node, _ ("stands where no map is left to pool"));
  if (rn_onnx_is_op (node, "AveragePool") &&
      (!rn_onnx_all_numbers_are (node, "kernel_shape", map->side, 0) ||
       !rn_onnx_all_numbers_are (node, "pads", 0, 0) || !rn_onnx_pads_by_number (node) ||
       rn_onnx_node_get_whole (node, "ceil_mode", 0) != 0))
    return rn_onnx_refuse (walk, node, _ ("does not pool over the whole map"));
  map->axes[2] = map->axes[3] = ONE;
  return TRUE;
}

static gboolean
take_reduce (RnOnnxWalk *walk, const RnOnnxNode *node, Map *map)
{
  g_autoptr (GArray) axes = rn_onnx_get_argument (walk->onnx, node, "axes", 1);
  gboolean is_reduced[4] = { FALSE };

  if (axes == NULL || axes->len == 0)
    return rn_onnx_refuse (walk, node, _ ("has no constant axes"));
  for (guint i = 0; i < axes->len; i++)
    {
      const gint64 axis = g_array_index (axes, gint64, i), at = axis < 0 ? axis + map->n : axis;

      if (at < 2 || at >= map->n)
        return rn_onnx_refuse (walk, node, _ ("is a mean over more than the pixels"));
      is_reduced[at] = TRUE;
    }
  for (int i = map->n - 1; i >= 2; i--)
    if (is_reduced[i] && rn_onnx_node_get_whole (node, "keepdims", 1) != 0)
      map->axes[i] = ONE;
    else if (is_reduced[i])
      remove_axis (map, i);
  return TRUE;
}

static gboolean
take_squeeze (RnOnnxWalk *walk, const RnOnnxNode *node, Map *map)
{
  g_autoptr (GArray) axes = rn_onnx_get_argument (walk->onnx, node, "axes", 1);
  gboolean is_squeezed[4] = { FALSE };

  for (int i = 2; axes == NULL && i < map->n; i++)
    is_squeezed[i] = map->axes[i] == ONE;
  for (guint i = 0; axes != NULL && i < axes->len; i++)
    {
      const gint64 axis = g_array_index (axes, gint64, i), at = axis < 0 ? axis + map->n : axis;

      if (at < 2 || at >= map->n || map->axes[at] != ONE)
        return rn_onnx_refuse (walk, node, _ ("takes away more than sides of 1"));
      is_squeezed[at] = TRUE;
    }
  for (int i = map->n - 1; i >= 2; i--)
    if (is_squeezed[i])
      remove_axis (map, i);
  return TRUE;
}

/* Flatten, and Reshape to [pictures, channels] or, before the mean, [pictures, channels, pixels] */
static gboolean
take_reshape (RnOnnxWalk *walk, const RnOnnxNode *node, Map *map)
{
  const RnOnnxWholes *to = rn_onnx_get_wholes (walk->onnx, node, 1);

  if (rn_onnx_is_op (node, "Flatten"))
    {
      if (rn_onnx_node_get_whole (node, "axis", 1) != 1)
        return rn_onnx_refuse (walk, node, _ ("has another axis than 1"));
      if (!is_mean (map))
        return rn_onnx_refuse (walk, node, _ ("comes before the mean over the pixels"));
      map->n = 2;
      return TRUE;
    }
  if (to == NULL || to->rank != 1)
    return rn_onnx_refuse (walk, node, _ ("has no constant numbers that say the shape"));
  if (to->rows == 2 && is_mean (map))
    map->n = 2;
  else if (to->rows == 3 && map->n == 4 && is_pixels (map->axes[2]) && is_pixels (map->axes[3]) &&
           (to->numbers[1] == walk->channels || to->numbers[1] == 0 ||
            to->numbers[1] == RN_ONNX_UNKNOWN))
    {
      map->n = 3;
      map->axes[2] = PIXELS;
    }
  else
    return rn_onnx_refuse (walk, node, _ ("makes another shape than a mean needs"));
  return TRUE;
}

/* Whether @node is of the head; FALSE with an error where it does not fit */
static gboolean
take_step (RnOnnxWalk *walk, const RnOnnxNode *node, Map *map)
{
  gboolean fits;

  if (rn_onnx_is_op (node, "GlobalAveragePool") || rn_onnx_is_op (node, "AveragePool"))
    fits = take_pool (walk, node, map);
  else if (rn_onnx_is_op (node, "ReduceMean"))
    fits = take_reduce (walk, node, map);
  else if (rn_onnx_is_op (node, "Squeeze"))
    fits = take_squeeze (walk, node, map);
  else if (rn_onnx_is_op (node, "Flatten") || rn_onnx_is_op (node, "Reshape"))
    fits = take_reshape (walk, node, map);
  else
    return FALSE;
  if (!fits)
    return FALSE;
  rn_onnx_pass (walk, node);
  walk->at = rn_onnx_output_of (node);
  return TRUE;
}

/* The side of the last map; 0 where rows and columns differ */
static int
find_last_side (const RnSpec *spec)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);

  return layout->out_h == layout->out_w ? layout->out_h : 0;
}

gboolean
rn_onnx_take_head (RnOnnxWalk *walk)
{
  Map map = { { PICTURES, CHANNELS, ROWS, COLUMNS }, 4, find_last_side (walk->network->spec) };
  const RnOnnxNode *node;

  for (node = rn_onnx_sole_consumer (walk, walk->at); take_step (walk, node, &map);
       node = rn_onnx_sole_consumer (walk, walk->at))
    ;
  if (*walk->error != NULL)
    return FALSE;
  if (node == NULL)
    {
      g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("“%s” is no residual network that is known here: “%s” goes to no linear "
                      "layer"),
                   walk->onnx->file->path, walk->at);
      return FALSE;
    }
  if (map.n != 2)
    return rn_onnx_refuse (walk, node, _ ("stands where a mean over the pixels was expected"));
  if (!take_linear (walk, node))
    return FALSE;
  node = rn_onnx_sole_consumer (walk, walk->at);
  /* it is the program that turns scores to probabilities */
  if (rn_onnx_is_op (node, "Softmax"))
    {
      rn_onnx_pass (walk, node);
      walk->at = rn_onnx_output_of (node);
    }
  return TRUE;
}
