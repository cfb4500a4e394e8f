#pragma once

#include "residua/dataset.h"
#include "residua/evaluator.h"

G_BEGIN_DECLS

/**
 * RnResponse:
 * @name: of the batch-norm, "layer1.0.bn1"
 * @kernel: side of its convolution's filters; the paper's figure 7 shows those of 3
 * @std, @mean: population figures over every element of the output, before ReLU and addition
 */
typedef struct
{
  char *name;
  int kernel;
  double std;
  double mean;
} RnResponse;

/**
 * rn_inspect_responses:
 * @evaluator: of RN_PATH_TAPS
 * @count: pictures from the start of @split
 *
 * Standard deviation of each layer's response (He et al. 2015, figure 7), summed in double precision.
 *
 * Returns: (transfer full) (element-type RnResponse): each batch-norm in forward order
 */
GPtrArray *rn_inspect_responses (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split,
                                 int count, RnProgressFunc progress, gpointer user_data,
                                 GError **error);

G_END_DECLS
