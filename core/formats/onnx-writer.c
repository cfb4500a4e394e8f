#include <glib/gi18n-lib.h>
#include <string.h>

#include "compute/memory.h"
#include "formats/export.h"
#include "formats/fold.h"
#include "formats/model-metadata.h"
#include "formats/protobuf-writer.h"
#include "network/plan.h"
#include "residua/error.h"

/* A model as an ONNX graph. Names are those of PyTorch's modules; a value bears the name of the node that makes it.
 *
 *   input [N,C,H,W] (-> scale -> shift) -> conv1 -> bn1 -> relu (-> maxpool) -> blocks -> pool -> flatten -> logits
 *
 * Field numbers are those of onnx.proto, operators those of opset 13 (https://onnx.ai/onnx/operators/). Option A is
 * written as a convolution with a filter of zeros and ones, which is exact and known everywhere.
 */

#define OPSET 13
#define IR_VERSION 7
#define MAX_SIZE G_MAXINT32 /* of a Protocol Buffers message */

enum
{
  MODEL_IR_VERSION = 1,
  MODEL_PRODUCER = 2,
  MODEL_GRAPH = 7,
  MODEL_OPSET = 8,
  MODEL_METADATA = 14,
  GRAPH_NODE = 1,
  GRAPH_NAME = 2,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  GRAPH_VALUE = 13,
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OPERATOR = 4,
  NODE_ATTRIBUTE = 5,
  ATTRIBUTE_NAME = 1,
  ATTRIBUTE_FLOAT = 2,
  ATTRIBUTE_INT = 3,
  ATTRIBUTE_INTS = 8,
  ATTRIBUTE_TYPE = 20,
  TENSOR_DIMS = 1,
  TENSOR_TYPE = 2,
  TENSOR_NAME = 8,
  TENSOR_RAW = 9,
  VALUE_NAME = 1,
  VALUE_TYPE = 2,
  TYPE_TENSOR = 1,
  TENSOR_TYPE_ELEMENT = 1,
  TENSOR_TYPE_SHAPE = 2,
  SHAPE_DIM = 1,
  DIM_VALUE = 1,
  DIM_NAME = 2,
  ENTRY_KEY = 1,
  ENTRY_VALUE = 2,
  OPSET_VERSION = 2
};

/* Of AttributeProto.type and of TensorProto.data_type */
enum
{
  TYPE_FLOAT = 1,
  TYPE_INT = 2,
  TYPE_INTS = 7,
  ELEMENT_FLOAT = 1
};

typedef struct
{
  RnModel *model;
  const RnLayout *layout;
  RnProtobuf *graph;
  char *at; /* the value that the next node takes */
} Graph;

/* Numbers, filled in when they are written: @source is the model, @how what is wanted of it */

static void
fill_parameter (float *floats, gconstpointer source, gconstpointer how)
{
  const RnParameter *parameter = how;

  rn_parameter_to_file_order (parameter, floats, rn_model_get_arena (source) + parameter->offset);
}

static void
fill_folded_filter (float *floats, gconstpointer source, gconstpointer how)
{
  const RnParameter *parameter = how;
  float *folded = rn_floats_new (parameter->count);

  /* the memory is of a filter's size, as what is written already has */
  g_assert (folded != NULL);
  rn_fold_filter (source, parameter->conv, folded);
  rn_parameter_to_file_order (parameter, floats, folded);
  rn_floats_free (folded);
}

static void
fill_folded_bias (float *floats, gconstpointer source, gconstpointer how)
{
  rn_fold_bias (source, ((const RnParameter *) how)->conv, floats);
}

/* Output channel c + pad is input channel c. [O,I,1,1] */
static void
fill_selection (float *floats, gconstpointer source, gconstpointer how)
{
  const RnLayoutBlock *block = how;

  memset (floats, 0, (gsize) block->out_c * (gsize) block->in_c * sizeof *floats);
  for (int c = 0; c < block->in_c; c++)
    floats[(gsize) (c + block->pad_before) * (gsize) block->in_c + (gsize) c] = 1.0f;
}

static void
fill_scale (float *floats, gconstpointer source, gconstpointer how)
{
  const RnPreprocess *preprocess = how;

  for (int c = 0; c < preprocess->channels; c++)
    floats[c] = (float) (1.0 / (255.0 * preprocess->std[c]));
}

/* [C,1,1], or [C,H,W] with a mean for each pixel */
static void
fill_shift (float *floats, gconstpointer source, gconstpointer how)
{
  const RnPreprocess *preprocess = how;
  const gsize n = (gsize) preprocess->side * (gsize) preprocess->side,
              channels = (gsize) preprocess->channels;

  for (gsize c = 0; c < channels; c++)
    if (preprocess->pixel_mean == NULL)
      floats[c] = -preprocess->mean[c] / preprocess->std[c];
    else
      for (gsize i = 0; i < n; i++)
        floats[c * n + i] = -preprocess->pixel_mean[i * channels + c] / preprocess->std[c];
}

static void
add_initializer (Graph *graph, const char *name, int n_dims, const int *dims, RnProtobufFill fill,
                 gconstpointer how)
{
  RnProtobuf *tensor = rn_protobuf_new ();
  gsize count = 1;

  for (int i = 0; i < n_dims; i++)
    {
      rn_protobuf_add_int (tensor, TENSOR_DIMS, dims[i]);
      count *= (gsize) dims[i];
    }
  rn_protobuf_add_int (tensor, TENSOR_TYPE, ELEMENT_FLOAT);
  rn_protobuf_add_string (tensor, TENSOR_NAME, name);
  rn_protobuf_add_floats (tensor, TENSOR_RAW, count, fill, graph->model, how);
  rn_protobuf_add_message (graph->graph, GRAPH_INITIALIZER, tensor);
}

/* Nodes */

/* @inputs: NULL-terminated. Attributes are added to what is returned, before end_node(). */
static RnProtobuf *
begin_node (const char *operator, const char * name, const char *const *inputs)
{
  RnProtobuf *node = rn_protobuf_new ();

  for (; *inputs != NULL; inputs++)
    rn_protobuf_add_string (node, NODE_INPUT, *inputs);
  rn_protobuf_add_string (node, NODE_OUTPUT, name);
  rn_protobuf_add_string (node, NODE_NAME, name);
  rn_protobuf_add_string (node, NODE_OPERATOR, operator);
  return node;
}

static void
add_attribute_int (RnProtobuf *node, const char *name, int value)
{
  RnProtobuf *attribute = rn_protobuf_new ();

  rn_protobuf_add_string (attribute, ATTRIBUTE_NAME, name);
  rn_protobuf_add_int (attribute, ATTRIBUTE_INT, value);
  rn_protobuf_add_int (attribute, ATTRIBUTE_TYPE, TYPE_INT);
  rn_protobuf_add_message (node, NODE_ATTRIBUTE, attribute);
}

static void
add_attribute_float (RnProtobuf *node, const char *name, double value)
{
  RnProtobuf *attribute = rn_protobuf_new ();

  rn_protobuf_add_string (attribute, ATTRIBUTE_NAME, name);
  rn_protobuf_add_float (attribute, ATTRIBUTE_FLOAT, (float) value);
  rn_protobuf_add_int (attribute, ATTRIBUTE_TYPE, TYPE_FLOAT);
  rn_protobuf_add_message (node, NODE_ATTRIBUTE, attribute);
}

/* @n times the same: sides of kernels, strides and pads are */
static void
add_attribute_ints (RnProtobuf *node, const char *name, int n, int value)
{
  RnProtobuf *attribute = rn_protobuf_new ();

  rn_protobuf_add_string (attribute, ATTRIBUTE_NAME, name);
  for (int i = 0; i < n; i++)
    rn_protobuf_add_int (attribute, ATTRIBUTE_INTS, value);
  rn_protobuf_add_int (attribute, ATTRIBUTE_TYPE, TYPE_INTS);
  rn_protobuf_add_message (node, NODE_ATTRIBUTE, attribute);
}

static void
add_window (RnProtobuf *node, int kernel, int stride, int pad)
{
  add_attribute_ints (node, "kernel_shape", 2, kernel);
  add_attribute_ints (node, "strides", 2, stride);
  add_attribute_ints (node, "pads", 4, pad);
}

/* [N, ...]: N is whatever the caller brings */
static RnProtobuf *
value_info (const char *name, int n_dims, const int *dims)
{
  RnProtobuf *shape = rn_protobuf_new (), *tensor = rn_protobuf_new ();
  RnProtobuf *type = rn_protobuf_new (), *value = rn_protobuf_new ();
  RnProtobuf *batch = rn_protobuf_new ();

  rn_protobuf_add_string (batch, DIM_NAME, "N");
  rn_protobuf_add_message (shape, SHAPE_DIM, batch);
  for (int i = 0; i < n_dims; i++)
    {
      RnProtobuf *dim = rn_protobuf_new ();

      rn_protobuf_add_int (dim, DIM_VALUE, dims[i]);
      rn_protobuf_add_message (shape, SHAPE_DIM, dim);
    }
  rn_protobuf_add_int (tensor, TENSOR_TYPE_ELEMENT, ELEMENT_FLOAT);
  rn_protobuf_add_message (tensor, TENSOR_TYPE_SHAPE, shape);
  rn_protobuf_add_message (type, TYPE_TENSOR, tensor);
  rn_protobuf_add_string (value, VALUE_NAME, name);
  rn_protobuf_add_message (value, VALUE_TYPE, type);
  return value;
}

/* Ends a node whose output is a map of [N,c,h,w], which the next node takes. */
static void
end_node (Graph *graph, RnProtobuf *node, const char *name, int c, int h, int w)
{
  const int dims[3] = { c, h, w };

  rn_protobuf_add_message (graph->graph, GRAPH_NODE, node);
  rn_protobuf_add_message (graph->graph, GRAPH_VALUE, value_info (name, 3, dims));
  g_free (graph->at);
  graph->at = g_strdup (name);
}

static void
add_relu (Graph *graph, const char *name, int c, int h, int w)
{
  const char *const inputs[] = { graph->at, NULL };

  end_node (graph, begin_node ("Relu", name, inputs), name, c, h, w);
}

/* The entry of convolution @conv, which becomes an initializer under its own name */
static const RnParameter *
add_parameter (Graph *graph, int conv, RnParameterKind kind)
{
  const RnParameter *parameter =
      rn_parameters_get (rn_model_get_parameters (graph->model), conv, kind);

  add_initializer (graph, parameter->name, parameter->n_dims, parameter->dims, fill_parameter,
                   parameter);
  return parameter;
}

static void
add_norm (Graph *graph, int conv)
{
  const RnLayoutConv *layer = &graph->layout->convs[conv];
  const RnParameter *gamma = add_parameter (graph, conv, RN_PARAMETER_GAMMA);
  const RnParameter *beta = add_parameter (graph, conv, RN_PARAMETER_BETA);
  const RnParameter *mean = add_parameter (graph, conv, RN_PARAMETER_MEAN);
  const RnParameter *variance = add_parameter (graph, conv, RN_PARAMETER_VARIANCE);
  const char *const inputs[] = { graph->at,  gamma->name,    beta->name,
                                 mean->name, variance->name, NULL };
  RnProtobuf *node = begin_node ("BatchNormalization", layer->norm_name, inputs);

  add_attribute_float (node, "epsilon", rn_model_get_epsilon (graph->model));
  end_node (graph, node, layer->norm_name, layer->out_c, layer->out_h, layer->out_w);
}

static void
add_conv (Graph *graph, int conv, gboolean fold)
{
  const RnLayoutConv *layer = &graph->layout->convs[conv];
  const RnParameter *filter =
      rn_parameters_get (rn_model_get_parameters (graph->model), conv, RN_PARAMETER_FILTER);
  g_autofree char *bias = g_strconcat (layer->conv_name, ".bias", NULL);
  const char *const inputs[] = { graph->at, filter->name, fold ? bias : NULL, NULL };
  RnProtobuf *node = begin_node ("Conv", layer->conv_name, inputs);

  add_window (node, layer->kernel, layer->stride, layer->pad);
  add_initializer (graph, filter->name, 4, filter->dims, fold ? fill_folded_filter : fill_parameter,
                   filter);
  if (fold)
    add_initializer (graph, bias, 1, &layer->out_c, fill_folded_bias, filter);
  end_node (graph, node, layer->conv_name, layer->out_c, layer->out_h, layer->out_w);
  if (!fold)
    add_norm (graph, conv);
}

/* Every stride-th pixel, zero channels around the others */
static void
add_selection (Graph *graph, const RnLayoutBlock *block)
{
  const int dims[4] = { block->out_c, block->in_c, 1, 1 };
  g_autofree char *name = g_strconcat (block->name, ".shortcut", NULL);
  g_autofree char *filter = g_strconcat (name, ".weight", NULL);
  const char *const inputs[] = { graph->at, filter, NULL };
  RnProtobuf *node = begin_node ("Conv", name, inputs);

  add_window (node, 1, rn_block_stride_of (graph->layout, block), 0);
  add_initializer (graph, filter, 4, dims, fill_selection, block);
  end_node (graph, node, name, block->out_c, block->out_h, block->out_w);
}

static void
add_shortcut (Graph *graph, const RnLayoutBlock *block, gboolean fold)
{
  if (block->shortcut == RN_PATH_SUBSAMPLE)
    add_selection (graph, block);
  else if (block->shortcut == RN_PATH_PROJECTION)
    add_conv (graph, block->downsample, fold);
}

/* The branch, then the shortcut, their sum, its ReLU */
static void
add_block (Graph *graph, const RnLayoutBlock *block, gboolean fold)
{
  g_autofree char *entrance = g_strdup (graph->at), *branch = NULL;
  g_autofree char *sum = g_strconcat (block->name, ".sum", NULL);
  g_autofree char *out = g_strconcat (block->name, ".out", NULL);

  for (int i = 0; i < block->n_convs; i++)
    {
      const RnLayoutConv *layer = &graph->layout->convs[block->first_conv + i];
      g_autofree char *relu = g_strdup_printf ("%s.relu%d", block->name, i + 1);

      add_conv (graph, block->first_conv + i, fold);
      if (i < block->n_convs - 1)
        add_relu (graph, relu, layer->out_c, layer->out_h, layer->out_w);
    }
  if (block->shortcut != RN_PATH_NONE)
    {
      const char *inputs[3] = { NULL };

      branch = g_steal_pointer (&graph->at);
      graph->at = g_steal_pointer (&entrance);
      add_shortcut (graph, block, fold);
      inputs[0] = branch;
      inputs[1] = graph->at;
      end_node (graph, begin_node ("Add", sum, inputs), sum, block->out_c, block->out_h,
                block->out_w);
    }
  add_relu (graph, out, block->out_c, block->out_h, block->out_w);
}

static void
add_preprocess (Graph *graph)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (graph->model);
  const int side = preprocess->pixel_mean != NULL ? preprocess->side : 1;
  /* Without a side for the batch, which OpenCV would not stretch */
  const int scale_dims[3] = { preprocess->channels, 1, 1 };
  const int shift_dims[3] = { preprocess->channels, side, side };
  const char *const of_scale[] = { graph->at, "preprocess.scale.weight", NULL };
  const char *const of_shift[] = { "preprocess.scale", "preprocess.shift.weight", NULL };

  add_initializer (graph, of_scale[1], 3, scale_dims, fill_scale, preprocess);
  add_initializer (graph, of_shift[1], 3, shift_dims, fill_shift, preprocess);
  end_node (graph, begin_node ("Mul", "preprocess.scale", of_scale), "preprocess.scale",
            preprocess->channels, preprocess->side, preprocess->side);
  end_node (graph, begin_node ("Add", "preprocess.shift", of_shift), "preprocess.shift",
            preprocess->channels, preprocess->side, preprocess->side);
}

static void
add_stem (Graph *graph, gboolean fold)
{
  const RnLayout *layout = graph->layout;
  const RnLayoutConv *stem = &layout->convs[0];

  add_conv (graph, 0, fold);
  add_relu (graph, "relu", stem->out_c, stem->out_h, stem->out_w);
  if (layout->pool)
    {
      const char *const inputs[] = { graph->at, NULL };
      RnProtobuf *node = begin_node ("MaxPool", "maxpool", inputs);

      add_window (node, 3, 2, 1);
      end_node (graph, node, "maxpool", stem->out_c, layout->stem_h, layout->stem_w);
    }
}

static void
add_head (Graph *graph)
{
  const RnLayout *layout = graph->layout;
  const char *const of_pool[] = { graph->at, NULL }, *const of_flatten[] = { "pool", NULL };
  RnProtobuf *node;

  rn_protobuf_add_message (graph->graph, GRAPH_NODE,
                           begin_node ("GlobalAveragePool", "pool", of_pool));
  rn_protobuf_add_message (graph->graph, GRAPH_VALUE,
                           value_info ("pool", 3, (const int[]){ layout->out_c, 1, 1 }));
  node = begin_node ("Flatten", "flatten", of_flatten);
  add_attribute_int (node, "axis", 1);
  rn_protobuf_add_message (graph->graph, GRAPH_NODE, node);
  rn_protobuf_add_message (graph->graph, GRAPH_VALUE, value_info ("flatten", 1, &layout->out_c));
  {
    const RnParameter *weight = add_parameter (graph, -1, RN_PARAMETER_FC_WEIGHT);
    const RnParameter *bias = add_parameter (graph, -1, RN_PARAMETER_FC_BIAS);
    const char *const of_fc[] = { "flatten", weight->name, bias->name, NULL };

    node = begin_node ("Gemm", "logits", of_fc);
  }
  add_attribute_int (node, "transB", 1);
  rn_protobuf_add_message (graph->graph, GRAPH_NODE, node);
  rn_protobuf_add_message (graph->graph, GRAPH_OUTPUT, value_info ("logits", 1, &layout->classes));
}

static RnProtobuf *
make_graph (RnModel *model, const RnExportOptions *options)
{
  const RnLayout *layout = rn_model_get_layout (model);
  const char *name = rn_spec_get_name (rn_model_get_spec (model));
  const int dims[3] = { layout->in_c, layout->in_h, layout->in_w };
  Graph graph = { model, layout, rn_protobuf_new (), g_strdup ("input") };

  rn_protobuf_add_string (graph.graph, GRAPH_NAME, *name != '\0' ? name : "network");
  rn_protobuf_add_message (graph.graph, GRAPH_INPUT, value_info ("input", 3, dims));
  if (options->preprocess)
    add_preprocess (&graph);
  add_stem (&graph, options->fold);
  for (int b = 0; b < layout->n_blocks; b++)
    add_block (&graph, &layout->blocks[b], options->fold);
  add_head (&graph);
  g_free (graph.at);
  return graph.graph;
}

static void
add_metadata (const char *key, const char *value, gpointer message)
{
  RnProtobuf *entry = rn_protobuf_new ();

  rn_protobuf_add_string (entry, ENTRY_KEY, key);
  rn_protobuf_add_string (entry, ENTRY_VALUE, value);
  rn_protobuf_add_message (message, MODEL_METADATA, entry);
}

static RnProtobuf *
make_model (RnModel *model, const RnExportOptions *options)
{
  RnProtobuf *message = rn_protobuf_new (), *opset = rn_protobuf_new ();

  rn_protobuf_add_int (message, MODEL_IR_VERSION, IR_VERSION);
  rn_protobuf_add_string (message, MODEL_PRODUCER, "Residua");
  rn_protobuf_add_int (opset, OPSET_VERSION, OPSET);
  rn_protobuf_add_message (message, MODEL_OPSET, opset);
  rn_model_metadata_foreach (model, rn_model_get_step (model), add_metadata, message);
  add_metadata ("residua.input", options->preprocess ? "bytes" : "normalised", message);
  rn_protobuf_add_message (message, MODEL_GRAPH, make_graph (model, options));
  return message;
}

typedef struct
{
  const RnExport *export;
  GError *error;
} Check;

static gboolean
check (gpointer data)
{
  Check *self = data;

  return rn_export_go_on (self->export, &self->error);
}

gboolean
rn_onnx_write (RnExport *export, GError **error)
{
  g_autoptr (RnProtobuf) message = make_model (export->model, &export->options);
  Check state = { export, NULL };

  export->size = rn_protobuf_get_size (message);
  if (export->size > MAX_SIZE)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("This network does not fit into ONNX: it would take %.1f GB, and 2 GB is the "
                      "most; safetensors can hold it"),
                   (double) export->size * 1e-9);
      return FALSE;
    }
  if (rn_protobuf_write (message, export->writer, check, &state))
    return TRUE;
  if (state.error != NULL)
    g_propagate_error (error, state.error);
  else if (!rn_file_writer_has_failed (export->writer))
    g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY,
                         _ ("There is no memory to write this network"));
  return FALSE;
}
