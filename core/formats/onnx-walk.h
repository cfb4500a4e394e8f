#pragma once

#include "formats/onnx-graph.h"

/* The way through a graph, from map to map. What takes a part of it leaves the walk behind that part; FALSE is an error
 * that names the first node that does not fit.
 */
typedef struct
{
  const RnOnnx *onnx;
  RnOnnxNetwork *network;
  GHashTable *consumers; /* name -> GPtrArray of RnOnnxNode */
  GHashTable *followed;  /* set of RnOnnxNode */
  const char *at;        /* name of the map that has been reached */
  int channels;          /* of it */
  GError **error;
} RnOnnxWalk;

/* Returns: FALSE, with the error that @node (of this op) is what @why says */
gboolean rn_onnx_refuse (RnOnnxWalk *walk, const RnOnnxNode *node, const char *why);
/* Notes that @node has its place in the network. */
void rn_onnx_pass (RnOnnxWalk *walk, const RnOnnxNode *node);

guint rn_onnx_count_consumers (const RnOnnxWalk *walk, const char *name);
/* Returns: (nullable): the one after @at others that takes @name */
RnOnnxNode *rn_onnx_consumer (const RnOnnxWalk *walk, const char *name, guint at);
/* Returns: (nullable): the one node that takes @name; NULL where there is none or where there are several */
RnOnnxNode *rn_onnx_sole_consumer (const RnOnnxWalk *walk, const char *name);

/* @node: (nullable) */
gboolean rn_onnx_is_op (const RnOnnxNode *node, const char *op);
/* Returns: "" where there is none */
const char *rn_onnx_input_of (const RnOnnxNode *node, guint at);
const char *rn_onnx_output_of (const RnOnnxNode *node);
/* Of the numbers of an attribute, which are all @otherwise where there is none */
gboolean rn_onnx_all_numbers_are (const RnOnnxNode *node, const char *name, gint64 wanted,
                                  gint64 otherwise);
/* "SAME_UPPER" pads in another way than PyTorch's numbers where the stride is 2. */
gboolean rn_onnx_pads_by_number (const RnOnnxNode *node);

/* @node and the batch-norm behind it; @out: (out): what they make */
gboolean rn_onnx_take_conv (RnOnnxWalk *walk, const RnOnnxNode *node, const char *from,
                            RnOnnxConv *conv, const char **out);
/* Returns: (nullable): the ReLU that alone takes @name, or another node that stands there, named in the error */
const RnOnnxNode *rn_onnx_take_relu (RnOnnxWalk *walk, const RnOnnxNode *before, const char *name);

/* A shortcut of option A: every stride-th pixel, and zero channels around the others */
typedef struct
{
  int stride;
  gint64 before, after; /* channels */
} RnOnnxSelection;

/* As nodes: slices, a pooling of 1x1, a padding of the channels. @node takes the map that has been reached; @out: (out):
 * what the last of them makes
 */
gboolean rn_onnx_take_selection (RnOnnxWalk *walk, const RnOnnxNode *node,
                                 RnOnnxSelection *selection, const char **out);
gboolean rn_onnx_begins_selection (const RnOnnxNode *node);
/* As a convolution whose filter [k,c] is 1 where k = c + before, else 0. Returns: whether @conv is one */
gboolean rn_onnx_read_selection (const RnOnnxWalk *walk, const RnOnnxConv *conv,
                                 RnOnnxSelection *selection);

/* What brings pictures to scale, the first convolution, the pooling; begins the specification */
gboolean rn_onnx_take_stem (RnOnnxWalk *walk, const RnModelHints *hints);
gboolean rn_onnx_take_plain (RnOnnxWalk *walk);
gboolean rn_onnx_take_residual (RnOnnxWalk *walk);
/* Whether @node may begin the head: a mean over pixels, or what leads to one */
gboolean rn_onnx_begins_head (const RnOnnxNode *node);
/* The mean of all pixels, the linear layer, and perhaps a softmax */
gboolean rn_onnx_take_head (RnOnnxWalk *walk);
