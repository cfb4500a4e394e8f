#include "formats/onnx-walk.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

gboolean
rn_onnx_refuse (RnOnnxWalk *walk, const RnOnnxNode *node, const char *why)
{
  g_set_error (walk->error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“%s” is no residual network that is known here: node “%s” (%s) %s"),
               walk->onnx->file->path, node->name, node->op, why);
  return FALSE;
}

gboolean
rn_onnx_is_op (const RnOnnxNode *node, const char *op)
{
  return node != NULL && strcmp (node->op, op) == 0;
}

const char *
rn_onnx_input_of (const RnOnnxNode *node, guint at)
{
  return at < node->inputs->len ? node->inputs->pdata[at] : "";
}

const char *
rn_onnx_output_of (const RnOnnxNode *node)
{
  return node->outputs->pdata[0];
}

guint
rn_onnx_count_consumers (const RnOnnxWalk *walk, const char *name)
{
  const GPtrArray *nodes = g_hash_table_lookup (walk->consumers, name);

  return nodes == NULL ? 0 : nodes->len;
}

RnOnnxNode *
rn_onnx_consumer (const RnOnnxWalk *walk, const char *name, guint at)
{
  const GPtrArray *nodes = g_hash_table_lookup (walk->consumers, name);

  return nodes == NULL || at >= nodes->len ? NULL : nodes->pdata[at];
}

/* Returns: (nullable): the one node that takes @name; NULL where there is none or where there are several */
RnOnnxNode *
rn_onnx_sole_consumer (const RnOnnxWalk *walk, const char *name)
{
  return rn_onnx_count_consumers (walk, name) == 1 ? rn_onnx_consumer (walk, name, 0) : NULL;
}

void
rn_onnx_pass (RnOnnxWalk *walk, const RnOnnxNode *node)
{
  g_hash_table_add (walk->followed, (gpointer) node);
}

gboolean
rn_onnx_all_numbers_are (const RnOnnxNode *node, const char *name, gint64 wanted, gint64 otherwise)
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
gboolean
rn_onnx_pads_by_number (const RnOnnxNode *node)
{
  const RnOnnxAttribute *attribute = rn_onnx_node_get (node, "auto_pad");

  return attribute == NULL || attribute->text == NULL || strcmp (attribute->text, "NOTSET") == 0;
}
