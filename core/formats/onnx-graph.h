#pragma once

#include "formats/onnx-file.h"
#include "residua/model.h"

/* The graph of an ONNX file followed from its input to its output as a residual network. */

/* A convolution and what stands behind it; tensors are (nullable) constants of the file */
typedef struct
{
  const RnOnnxNode *node;
  const RnStoredTensor *filter; /* OIHW */
  const RnStoredTensor *bias;
  const RnStoredTensor *norm[4]; /* gamma, beta, mean, variance: all or none */
  int stride;
} RnOnnxConv;

typedef struct
{
  RnSpec *spec;
  GArray *convs;  /* (element-type RnOnnxConv) in the order of the layout's */
  double epsilon; /* 0 where every batch-norm is folded */
  gboolean
      has_affine; /* pictures are brought to scale by y = scale x + shift, a channel at a time */
  double scale[3];
  double shift[3];
  const RnStoredTensor *fc_weight;
  const RnStoredTensor *fc_bias; /* (nullable) */
  gboolean fc_is_transposed;     /* [channels, classes] */
} RnOnnxNetwork;

/* @hints: (nullable): of its side alone. RN_ERROR_SHAPE naming the file and the first node that does not fit */
gboolean rn_onnx_follow (const RnOnnx *onnx, const RnModelHints *hints, RnOnnxNetwork *network,
                         GError **error);
void rn_onnx_network_clear (RnOnnxNetwork *network);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RnOnnxNetwork, rn_onnx_network_clear)
