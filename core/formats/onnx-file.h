#pragma once

#include "formats/tensor-file.h"

/* The graph of an ONNX file as it stands there: nodes, and constant tensors whose numbers stay in the file. Nodes that
 * only name things (Constant, Identity, Dropout) are gone: what they named is known under its own name. So are those that
 * compute shapes.
 */

typedef struct
{
  char *name;
  gint64 whole;
  double real;
  GArray *numbers; /* (element-type gint64) */
  char *text;      /* (nullable) */
} RnOnnxAttribute;

typedef struct
{
  char *name; /* as messages call it: its own name, or that of what it makes */
  char *op;
  GPtrArray *inputs;  /* (element-type utf8), "" where one is left out */
  GPtrArray *outputs; /* (element-type utf8) */
  GArray *attributes; /* (element-type RnOnnxAttribute) */
} RnOnnxNode;

typedef struct
{
  RnTensorFile *file; /* constants by their names; metadata */
  GPtrArray *nodes;   /* (element-type RnOnnxNode) in the order of the file */
  GHashTable
      *wholes; /* name -> RnOnnxWholes (onnx-shapes.h): whole numbers, constant or computed */
  char *input;
  GArray *input_dims; /* (element-type gint64): 0 for a side that may change */
  char *output;
} RnOnnx;

/* RN_ERROR_FORMAT naming the file and the byte, node or tensor */
RnOnnx *rn_onnx_open (const char *path, GError **error);
void rn_onnx_close (RnOnnx *onnx);

/* @node: (nullable) */
void rn_onnx_node_free (RnOnnxNode *node);
/* Returns: (nullable) */
const RnOnnxAttribute *rn_onnx_node_get (const RnOnnxNode *node, const char *name);
/* Returns: the attribute's number, @otherwise where it has none */
gint64 rn_onnx_node_get_whole (const RnOnnxNode *node, const char *name, gint64 otherwise);
double rn_onnx_node_get_real (const RnOnnxNode *node, const char *name, double otherwise);
/* Returns: (nullable): the constant that is input @at of @node */
const RnStoredTensor *rn_onnx_get_constant (const RnOnnx *onnx, const RnOnnxNode *node, guint at);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnOnnx, rn_onnx_close)
