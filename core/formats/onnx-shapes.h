#pragma once

#include "formats/onnx-file.h"

/* Exporters write the arguments of a padding or a new shape as small programs of nodes over whole numbers. They are
 * executed here, when a file is opened, and their nodes are gone.
 */

#define RN_ONNX_MAX_WHOLES 64
/* A number that depends on the pictures: their count, mostly */
#define RN_ONNX_UNKNOWN G_MININT64

typedef struct
{
  int rank;            /* 0 to 2 */
  guint rows, columns; /* 1 where the rank is lower */
  gint64 numbers[];
} RnOnnxWholes;

/* Executes what can be, and takes those nodes out of @onnx->nodes. */
void rn_onnx_compute_shapes (RnOnnx *onnx);
/* Returns: (nullable): the whole numbers that are input @at of @node, constant or computed */
const RnOnnxWholes *rn_onnx_get_wholes (const RnOnnx *onnx, const RnOnnxNode *node, guint at);
/* As an argument that older opsets have as an attribute: @name, or input @at. Returns: (transfer container)
 * (element-type gint64) (nullable): NULL where there are none
 */
GArray *rn_onnx_get_argument (const RnOnnx *onnx, const RnOnnxNode *node, const char *name,
                              guint at);
/* Keeps the numbers of a constant; more than RN_ONNX_MAX_WHOLES, or of a higher rank, are left out. */
void rn_onnx_keep_wholes (RnOnnx *onnx, const char *name, int n_dims, const gint64 *dims,
                          const GArray *numbers);
