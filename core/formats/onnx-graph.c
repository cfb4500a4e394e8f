#include "formats/onnx-graph.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "formats/onnx-walk.h"
#include "residua/error.h"

static gboolean
take_blocks (RnOnnxWalk *walk)
{
  for (;;)
    {
      const RnOnnxNode *node = rn_onnx_consumer (walk, walk->at, 0);
      const guint n = rn_onnx_count_consumers (walk, walk->at);

      if (n == 1 && rn_onnx_begins_head (node))
        return TRUE;
      if (n == 1 && rn_onnx_is_op (node, "Conv"))
        {
          if (!rn_onnx_take_plain (walk))
            return FALSE;
        }
      else if (n == 2)
        {
          if (!rn_onnx_take_residual (walk))
            return FALSE;
        }
      else if (node != NULL)
        return rn_onnx_refuse (walk, node, _ ("begins no block"));
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
check_whole (RnOnnxWalk *walk)
{
  for (guint i = 0; i < walk->onnx->nodes->len; i++)
    {
      const RnOnnxNode *node = walk->onnx->nodes->pdata[i];

      if (!g_hash_table_contains (walk->followed, node) && !rn_onnx_is_op (node, "Constant"))
        return rn_onnx_refuse (walk, node, _ ("has no place in it"));
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
  RnOnnxWalk walk = { .onnx = onnx,
                      .network = network,
                      .consumers = consumers,
                      .followed = followed,
                      .at = onnx->input,
                      .error = &reason };

  network->convs = g_array_new (FALSE, TRUE, sizeof (RnOnnxConv));
  if (rn_onnx_take_stem (&walk, hints) && take_blocks (&walk) && rn_onnx_take_head (&walk) &&
      check_whole (&walk))
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
