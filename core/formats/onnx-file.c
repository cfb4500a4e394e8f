#include "formats/onnx-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "formats/onnx-shapes.h"
#include "formats/protobuf-reader.h"
#include "residua/error.h"

#define MAX_NAME 1024
#define MAX_VALUE ((gsize) 16 << 20) /* of the metadata */
#define MAX_METADATA 4096
#define MAX_NODES 65536
#define MAX_TENSORS 65536
#define MAX_LINKS 64 /* inputs, outputs or attributes of a node */
#define MAX_NUMBERS 64
/* Of the whole numbers of a tensor that are kept; one takes up to 10 bytes */
#define MAX_WHOLES_BYTES (10 * RN_ONNX_MAX_WHOLES)

/* Numbers of fields, from onnx.proto3 */
enum
{
  MODEL_GRAPH = 7,
  MODEL_METADATA = 14,
  GRAPH_NODE = 1,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OP = 4,
  NODE_ATTRIBUTE = 5,
  ATTRIBUTE_NAME = 1,
  ATTRIBUTE_FLOAT = 2,
  ATTRIBUTE_INT = 3,
  ATTRIBUTE_STRING = 4,
  ATTRIBUTE_TENSOR = 5,
  ATTRIBUTE_INTS = 8,
  TENSOR_DIMS = 1,
  TENSOR_TYPE = 2,
  TENSOR_FLOATS = 4,
  TENSOR_INT32S = 5,
  TENSOR_INT64S = 7,
  TENSOR_NAME = 8,
  TENSOR_RAW = 9,
  TENSOR_LOCATION = 14,
  VALUE_NAME = 1,
  VALUE_TYPE = 2,
  TYPE_TENSOR = 1,
  TENSOR_TYPE_SHAPE = 2,
  SHAPE_DIM = 1,
  DIM_VALUE = 1,
  ENTRY_KEY = 1,
  ENTRY_VALUE = 2
};

/* What reads the fields of a message, one at a time */
typedef gboolean (*FieldFunc) (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error);

static gboolean
fail (const RnOnnx *onnx, const char *name, const char *what, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: “%s” %s"), onnx->file->path,
               name, what);
  return FALSE;
}

static gboolean
read_fields (RnOnnx *onnx, RnProtobufScan *message, FieldFunc read, gpointer into, GError **error)
{
  RnProtobufStep step;

  while ((step = rn_protobuf_scan_next (message, error)) == RN_PROTOBUF_FIELD)
    if (!read (onnx, message, into, error))
      return FALSE;
  return step == RN_PROTOBUF_END;
}

/* The message that is the field which was read last */
static gboolean
read_inner (RnOnnx *onnx, const RnProtobufScan *field, FieldFunc read, gpointer into,
            GError **error)
{
  RnProtobufScan inner;

  if (!field->is_block)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is damaged at byte %llu: a message is missing"), onnx->file->path,
                   (unsigned long long) field->at);
      return FALSE;
    }
  rn_protobuf_scan_init (&inner, field->reader, field->begin, field->end);
  return read_fields (onnx, &inner, read, into, error);
}

/* Names stand in messages. */
static gboolean
take_name (RnOnnx *onnx, RnProtobufScan *field, char **name, GError **error)
{
  g_autofree char *text = rn_protobuf_scan_get_text (field, MAX_NAME, error);

  if (text == NULL)
    return FALSE;
  g_free (*name);
  *name = rn_tensor_name_is_shown (text) ? g_steal_pointer (&text) : g_strescape (text, NULL);
  return TRUE;
}

static gboolean
append_name (RnOnnx *onnx, RnProtobufScan *field, GPtrArray *names, GError **error)
{
  char *name = NULL;

  if (names->len == MAX_LINKS)
    return fail (onnx, names->pdata[0], _ ("stands among more names than are read"), error);
  if (!take_name (onnx, field, &name, error))
    return FALSE;
  g_ptr_array_add (names, name);
  return TRUE;
}

/* Tensors */

typedef struct
{
  RnStoredTensor tensor;
  GArray *dims;
  GArray
      *wholes; /* (element-type gint64) that are written as such, and not as they lie in memory */
  guint64 type;
  gboolean is_elsewhere;
  gboolean has_data;
} Tensor;

static gboolean
read_tensor_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  Tensor *tensor = into;

  switch (field->number)
    {
    case TENSOR_DIMS:
      return rn_protobuf_scan_get_numbers (field, tensor->dims, RN_STORED_MAX_DIMS, error);
    case TENSOR_TYPE:
      tensor->type = field->value;
      return TRUE;
    case TENSOR_NAME:
      return take_name (onnx, field, &tensor->tensor.name, error);
    case TENSOR_FLOATS:
    case TENSOR_RAW:
      tensor->has_data = field->is_block;
      tensor->tensor.begin = field->begin;
      tensor->tensor.end = field->end;
      return TRUE;
    case TENSOR_INT32S:
    case TENSOR_INT64S:
      return (field->is_block && field->end - field->begin > MAX_WHOLES_BYTES) ||
             tensor->wholes->len >= MAX_WHOLES_BYTES ||
             rn_protobuf_scan_get_numbers (field, tensor->wholes, 2 * MAX_WHOLES_BYTES, error);
    case TENSOR_LOCATION:
      tensor->is_elsewhere = field->value != 0;
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
find_dtype (guint64 type, RnDtype *dtype)
{
  static const struct
  {
    guint type;
    RnDtype dtype;
  } types[] = { { 1, RN_DTYPE_F32 },  { 2, RN_DTYPE_U8 },   { 3, RN_DTYPE_I8 },
                { 5, RN_DTYPE_I16 },  { 6, RN_DTYPE_I32 },  { 7, RN_DTYPE_I64 },
                { 9, RN_DTYPE_U8 },   { 10, RN_DTYPE_F16 }, { 11, RN_DTYPE_F64 },
                { 13, RN_DTYPE_U64 }, { 16, RN_DTYPE_BF16 } };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      {
        *dtype = types[i].dtype;
        return TRUE;
      }
  return FALSE;
}

/* Numbers that are not there as they lie in memory are kept where they may be of a shape, else left out. */
static gboolean
keep_tensor (RnOnnx *onnx, Tensor *tensor, const char *name, GError **error)
{
  RnStoredTensor *stored = &tensor->tensor;

  if (tensor->is_elsewhere)
    return fail (onnx, name, _ ("has its numbers in another file; save the model as one file"),
                 error);
  stored->n_dims = (int) tensor->dims->len;
  for (int i = 0; i < stored->n_dims; i++)
    stored->dims[i] = g_array_index (tensor->dims, gint64, i);
  if (!rn_tensor_shape_count (stored->n_dims, stored->dims, &stored->count))
    return fail (onnx, name, _ ("has a shape beyond all bounds"), error);
  if (tensor->wholes->len > 0)
    rn_onnx_keep_wholes (onnx, name, stored->n_dims, stored->dims, tensor->wholes);
  if (!tensor->has_data || !find_dtype (tensor->type, &stored->dtype))
    return TRUE;
  if (stored->end - stored->begin != stored->count * rn_dtype_size (stored->dtype))
    return fail (onnx, name, _ ("has another number of bytes than its shape and type need"), error);
  if (onnx->file->tensors->len == MAX_TENSORS)
    return fail (onnx, name, _ ("is one more tensor than are read"), error);
  g_free (stored->name);
  stored->name = g_strdup (name);
  g_array_append_val (onnx->file->tensors, *stored);
  stored->name = NULL;
  return TRUE;
}

/* @name: (nullable): instead of its own */
static gboolean
read_tensor (RnOnnx *onnx, RnProtobufScan *field, const char *name, GError **error)
{
  g_autoptr (GArray) dims = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) wholes = g_array_new (FALSE, FALSE, sizeof (gint64));
  Tensor tensor = { .dims = dims, .wholes = wholes };
  gboolean done = read_inner (onnx, field, read_tensor_field, &tensor, error);
  g_autofree char *own = g_strdup (tensor.tensor.name != NULL ? tensor.tensor.name : "");

  done = done && keep_tensor (onnx, &tensor, name != NULL ? name : own, error);
  g_free (tensor.tensor.name);
  return done;
}

/* Nodes */

typedef struct
{
  RnOnnxNode *node;
  gboolean has_tensor; /* a constant's value, to be read when its name is known */
  RnProtobufScan tensor;
} Node;

static void
clear_attribute (gpointer data)
{
  RnOnnxAttribute *attribute = data;

  g_free (attribute->name);
  g_free (attribute->text);
  g_array_unref (attribute->numbers);
}

void
rn_onnx_node_free (RnOnnxNode *node)
{
  if (node == NULL)
    return;
  g_free (node->name);
  g_free (node->op);
  g_ptr_array_unref (node->inputs);
  g_ptr_array_unref (node->outputs);
  g_array_unref (node->attributes);
  g_free (node);
}

static RnOnnxNode *
node_new (void)
{
  RnOnnxNode *node = g_new0 (RnOnnxNode, 1);

  node->inputs = g_ptr_array_new_with_free_func (g_free);
  node->outputs = g_ptr_array_new_with_free_func (g_free);
  node->attributes = g_array_new (FALSE, TRUE, sizeof (RnOnnxAttribute));
  g_array_set_clear_func (node->attributes, clear_attribute);
  return node;
}

static gboolean
read_attribute_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  Node *reading = into;
  GArray *attributes = reading->node->attributes;
  RnOnnxAttribute *attribute = &g_array_index (attributes, RnOnnxAttribute, attributes->len - 1);

  switch (field->number)
    {
    case ATTRIBUTE_NAME:
      return take_name (onnx, field, &attribute->name, error);
    case ATTRIBUTE_FLOAT:
      attribute->real = (double) rn_protobuf_scan_get_float (field);
      return TRUE;
    case ATTRIBUTE_INT:
      attribute->whole = (gint64) field->value;
      return TRUE;
    case ATTRIBUTE_STRING:
      return take_name (onnx, field, &attribute->text, error);
    case ATTRIBUTE_INTS:
      return rn_protobuf_scan_get_numbers (field, attribute->numbers, MAX_NUMBERS, error);
    case ATTRIBUTE_TENSOR:
      reading->has_tensor = TRUE;
      reading->tensor = *field;
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
read_attribute (RnOnnx *onnx, RnProtobufScan *field, Node *reading, GError **error)
{
  GArray *attributes = reading->node->attributes;

  if (attributes->len == MAX_LINKS)
    return fail (onnx, reading->node->op != NULL ? reading->node->op : "",
                 _ ("has more attributes than are read"), error);
  g_array_set_size (attributes, attributes->len + 1);
  g_array_index (attributes, RnOnnxAttribute, attributes->len - 1).numbers =
      g_array_new (FALSE, FALSE, sizeof (gint64));
  return read_inner (onnx, field, read_attribute_field, reading, error);
}

static gboolean
read_node_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  Node *reading = into;
  RnOnnxNode *node = reading->node;

  switch (field->number)
    {
    case NODE_INPUT:
      return append_name (onnx, field, node->inputs, error);
    case NODE_OUTPUT:
      return append_name (onnx, field, node->outputs, error);
    case NODE_NAME:
      return take_name (onnx, field, &node->name, error);
    case NODE_OP:
      return take_name (onnx, field, &node->op, error);
    case NODE_ATTRIBUTE:
      return read_attribute (onnx, field, reading, error);
    default:
      return TRUE;
    }
}

/* The value of a ConstantOfShape becomes its second input, under a name that is none of the file's. */
static gboolean
read_fill (RnOnnx *onnx, Node *reading, GError **error)
{
  RnOnnxNode *node = reading->node;
  char *name = g_strconcat ("\n", node->outputs->pdata[0], NULL);

  g_ptr_array_add (node->inputs, name);
  return read_tensor (onnx, &reading->tensor, name, error);
}

static gboolean
read_node (RnOnnx *onnx, RnProtobufScan *field, GError **error)
{
  Node reading = { .node = node_new () };
  RnOnnxNode *node = reading.node;

  if (onnx->nodes->len == MAX_NODES)
    {
      rn_onnx_node_free (node);
      return fail (onnx, "graph", _ ("has more nodes than are read"), error);
    }
  g_ptr_array_add (onnx->nodes, node);
  if (!read_inner (onnx, field, read_node_field, &reading, error))
    return FALSE;
  /* the first output is what leads on: without a name, a way through the graph could run in a circle */
  if (node->op == NULL || node->outputs->len == 0 ||
      ((const char *) node->outputs->pdata[0])[0] == '\0')
    return fail (onnx, node->name != NULL ? node->name : "node", _ ("is no whole node"), error);
  if (node->name == NULL || node->name[0] == '\0')
    {
      g_free (node->name);
      node->name = g_strdup (node->outputs->pdata[0]);
    }
  if (!reading.has_tensor)
    return TRUE;
  if (strcmp (node->op, "ConstantOfShape") == 0)
    return read_fill (onnx, &reading, error);
  if (strcmp (node->op, "Constant") != 0)
    return TRUE;
  if (!read_tensor (onnx, &reading.tensor, node->outputs->pdata[0], error))
    return FALSE;
  g_ptr_array_remove_index (onnx->nodes, onnx->nodes->len - 1);
  return TRUE;
}

/* Inputs and outputs */

typedef struct
{
  char *name;
  GArray *dims;
} Value;

static gboolean
read_dim_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  GArray *dims = into;

  if (field->number == DIM_VALUE && !field->is_block)
    g_array_index (dims, gint64, dims->len - 1) = (gint64) field->value;
  return TRUE;
}

static gboolean
read_shape_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  GArray *dims = into;

  if (field->number != SHAPE_DIM || dims->len >= RN_STORED_MAX_DIMS)
    return TRUE;
  g_array_set_size (dims, dims->len + 1);
  return read_inner (onnx, field, read_dim_field, dims, error);
}

static gboolean
read_tensor_type_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  return field->number != TENSOR_TYPE_SHAPE ||
         read_inner (onnx, field, read_shape_field, into, error);
}

static gboolean
read_type_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  return field->number != TYPE_TENSOR ||
         read_inner (onnx, field, read_tensor_type_field, into, error);
}

static gboolean
read_value_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  Value *value = into;

  if (field->number == VALUE_NAME)
    return take_name (onnx, field, &value->name, error);
  return field->number != VALUE_TYPE ||
         read_inner (onnx, field, read_type_field, value->dims, error);
}

/* Old files list the constants among the inputs; these are sorted out when all are known. */
static gboolean
read_value (RnOnnx *onnx, RnProtobufScan *field, GPtrArray *values, GError **error)
{
  Value *value;

  if (values->len == MAX_TENSORS)
    return fail (onnx, "graph", _ ("has more inputs than are read"), error);
  value = g_new0 (Value, 1);
  value->dims = g_array_new (FALSE, TRUE, sizeof (gint64));
  g_ptr_array_add (values, value);
  return read_inner (onnx, field, read_value_field, value, error);
}

static void
value_free (gpointer data)
{
  Value *value = data;

  g_free (value->name);
  g_array_unref (value->dims);
  g_free (value);
}

/* The whole */

typedef struct
{
  GPtrArray *inputs;  /* (element-type Value) */
  GPtrArray *outputs; /* (element-type Value) */
  int n_graphs;
} Graph;

static gboolean
read_graph_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  Graph *graph = into;

  switch (field->number)
    {
    case GRAPH_NODE:
      return read_node (onnx, field, error);
    case GRAPH_INITIALIZER:
      return read_tensor (onnx, field, NULL, error);
    case GRAPH_INPUT:
      return read_value (onnx, field, graph->inputs, error);
    case GRAPH_OUTPUT:
      return read_value (onnx, field, graph->outputs, error);
    default:
      return TRUE;
    }
}

typedef struct
{
  char *key;
  char *value;
} Entry;

static gboolean
read_entry_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  Entry *entry = into;
  char **text = field->number == ENTRY_KEY     ? &entry->key
                : field->number == ENTRY_VALUE ? &entry->value
                                               : NULL;

  if (text == NULL)
    return TRUE;
  g_free (*text);
  *text = rn_protobuf_scan_get_text (field, MAX_VALUE, error);
  return *text != NULL;
}

static gboolean
read_metadata (RnOnnx *onnx, RnProtobufScan *field, GError **error)
{
  GHashTable *metadata = onnx->file->metadata;
  Entry entry = { NULL };
  gboolean done = read_inner (onnx, field, read_entry_field, &entry, error);

  if (done && g_hash_table_size (metadata) >= MAX_METADATA)
    done = fail (onnx, "metadata_props", _ ("has more entries than are read"), error);
  if (done && entry.key != NULL && entry.value != NULL)
    g_hash_table_insert (metadata, g_steal_pointer (&entry.key), g_steal_pointer (&entry.value));
  g_free (entry.key);
  g_free (entry.value);
  return done;
}

static gboolean
read_model_field (RnOnnx *onnx, RnProtobufScan *field, gpointer into, GError **error)
{
  Graph *graph = into;

  if (field->number == MODEL_METADATA)
    return read_metadata (onnx, field, error);
  if (field->number != MODEL_GRAPH)
    return TRUE;
  if (graph->n_graphs++ > 0)
    return fail (onnx, "graph", _ ("is there twice"), error);
  return read_inner (onnx, field, read_graph_field, graph, error);
}

/* Nodes stand in the order of their execution, as ONNX wants it: what one makes has been made or taken by none before.
 * So no way through the graph comes back to where it was.
 */
static gboolean
check_order (const RnOnnx *onnx, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (known, onnx->input);
  for (guint i = 0; i < onnx->nodes->len; i++)
    {
      const RnOnnxNode *node = onnx->nodes->pdata[i];

      for (guint j = 0; j < node->inputs->len; j++)
        g_hash_table_add (known, node->inputs->pdata[j]);
      for (guint j = 0; j < node->outputs->len; j++)
        if (!g_hash_table_add (known, node->outputs->pdata[j]) &&
            ((const char *) node->outputs->pdata[j])[0] != '\0')
          return fail (onnx, node->name, _ ("makes what was there before it"), error);
    }
  return TRUE;
}

/* Exporters put a padding by nothing before a pooling. */
static gboolean
pads_nothing (const RnOnnx *onnx, const RnOnnxNode *node)
{
  g_autoptr (GArray) pads = rn_onnx_get_argument (onnx, node, "pads", 1);

  for (guint i = 0; pads != NULL && i < pads->len; i++)
    if (g_array_index (pads, gint64, i) != 0)
      return FALSE;
  return pads != NULL;
}

/* A Dropout does nothing where a network is run; its ratio stands in inputs of its own. */
static gboolean
is_identity (const RnOnnx *onnx, const RnOnnxNode *node)
{
  return (strcmp (node->op, "Identity") == 0 && node->inputs->len == 1) ||
         (strcmp (node->op, "Dropout") == 0 && node->inputs->len >= 1) ||
         (strcmp (node->op, "Pad") == 0 && node->inputs->len >= 1 && pads_nothing (onnx, node));
}

/* What an identity makes is known under the name of what it takes. */
static void
drop_identities (RnOnnx *onnx)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < onnx->nodes->len; i++)
    {
      RnOnnxNode *node = onnx->nodes->pdata[i];

      /* nodes are in the order of their execution, so one pass will do */
      for (guint j = 0; j < node->inputs->len; j++)
        {
          const char *other = g_hash_table_lookup (names, node->inputs->pdata[j]);

          if (other != NULL)
            {
              g_free (node->inputs->pdata[j]);
              node->inputs->pdata[j] = g_strdup (other);
            }
        }
      if (!is_identity (onnx, node) || strcmp (node->outputs->pdata[0], onnx->output) == 0)
        continue;
      g_hash_table_insert (names, g_strdup (node->outputs->pdata[0]),
                           g_strdup (node->inputs->pdata[0]));
      g_ptr_array_remove_index (onnx->nodes, i--);
    }
}

static gboolean
settle_ends (RnOnnx *onnx, const Graph *graph, GError **error)
{
  for (guint i = 0; i < graph->inputs->len; i++)
    {
      const Value *value = graph->inputs->pdata[i];

      if (value->name == NULL || rn_tensor_file_find (onnx->file, value->name) != NULL ||
          g_hash_table_contains (onnx->wholes, value->name))
        continue;
      if (onnx->input != NULL)
        return fail (onnx, value->name, _ ("is a second input"), error);
      onnx->input = g_strdup (value->name);
      g_array_append_vals (onnx->input_dims, value->dims->data, value->dims->len);
    }
  if (onnx->input == NULL || graph->outputs->len != 1 ||
      ((const Value *) graph->outputs->pdata[0])->name == NULL)
    return fail (onnx, "graph", _ ("has not just one input and one output"), error);
  onnx->output = g_strdup (((const Value *) graph->outputs->pdata[0])->name);
  return TRUE;
}

RnOnnx *
rn_onnx_open (const char *path, GError **error)
{
  g_autoptr (RnOnnx) onnx = g_new0 (RnOnnx, 1);
  g_autofree RnByteReader *reader = g_new (RnByteReader, 1);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func (value_free);
  g_autoptr (GPtrArray) outputs = g_ptr_array_new_with_free_func (value_free);
  Graph graph = { inputs, outputs, 0 };
  RnProtobufScan model;

  onnx->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) rn_onnx_node_free);
  onnx->wholes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  onnx->input_dims = g_array_new (FALSE, TRUE, sizeof (gint64));
  onnx->file = rn_tensor_file_open (path, error);
  if (onnx->file == NULL)
    return NULL;
  rn_byte_reader_init (reader, onnx->file, 0, onnx->file->size);
  rn_protobuf_scan_init (&model, reader, 0, onnx->file->size);
  if (!read_fields (onnx, &model, read_model_field, &graph, error) ||
      !rn_tensor_file_index (onnx->file, error) || !settle_ends (onnx, &graph, error) ||
      !check_order (onnx, error))
    return NULL;
  rn_onnx_compute_shapes (onnx);
  drop_identities (onnx);
  return g_steal_pointer (&onnx);
}

void
rn_onnx_close (RnOnnx *onnx)
{
  if (onnx == NULL)
    return;
  g_clear_pointer (&onnx->file, rn_tensor_file_close);
  g_ptr_array_unref (onnx->nodes);
  g_hash_table_unref (onnx->wholes);
  g_array_unref (onnx->input_dims);
  g_free (onnx->input);
  g_free (onnx->output);
  g_free (onnx);
}

const RnOnnxAttribute *
rn_onnx_node_get (const RnOnnxNode *node, const char *name)
{
  for (guint i = 0; i < node->attributes->len; i++)
    if (g_strcmp0 (g_array_index (node->attributes, RnOnnxAttribute, i).name, name) == 0)
      return &g_array_index (node->attributes, RnOnnxAttribute, i);
  return NULL;
}

gint64
rn_onnx_node_get_whole (const RnOnnxNode *node, const char *name, gint64 otherwise)
{
  const RnOnnxAttribute *attribute = rn_onnx_node_get (node, name);

  return attribute != NULL ? attribute->whole : otherwise;
}

double
rn_onnx_node_get_real (const RnOnnxNode *node, const char *name, double otherwise)
{
  const RnOnnxAttribute *attribute = rn_onnx_node_get (node, name);

  return attribute != NULL ? attribute->real : otherwise;
}

const RnStoredTensor *
rn_onnx_get_constant (const RnOnnx *onnx, const RnOnnxNode *node, guint at)
{
  return at < node->inputs->len ? rn_tensor_file_find (onnx->file, node->inputs->pdata[at]) : NULL;
}
