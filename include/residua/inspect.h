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
 * @count: pictures, spread evenly over @split, which may be sorted by class
 *
 * Standard deviation of each layer's response (He et al. 2015, figure 7), summed in double precision.
 *
 * Returns: (transfer full) (element-type RnResponse): each batch-norm in forward order
 */
GPtrArray *rn_inspect_responses (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split,
                                 int count, RnProgressFunc progress, gpointer user_data,
                                 GError **error);

/**
 * RnGradientWays:
 * @block: id in the specification
 * @shortcut: norm of the gradient of the loss that comes to the block's input through its shortcut; NaN in plain blocks
 * @branch: through its residual branch
 *
 * The two add up to the gradient that goes on to the block before; how large each is says which way the error takes.
 */
typedef struct
{
  guint32 block;
  double shortcut;
  double branch;
} RnGradientWays;

/**
 * rn_inspect_gradient_ways:
 * @count: pictures, spread evenly over @split; at least one whole batch of 64 where there are so many
 * @threads: 1 to 256; 0 for as many as there are processors
 * @cancel: (nullable): as in RnPass
 * @error: RN_ERROR_SHAPE, RN_ERROR_DATA, RN_ERROR_MEMORY, RN_ERROR_CANCELLED
 *
 * One pass forward and backward as in training, batch-norm by the batch, without augmentation and without a step. The
 * norms are of all pictures together.
 *
 * Returns: (transfer full) (element-type RnGradientWays): each block in order
 */
GArray *rn_inspect_gradient_ways (RnModel *model, RnDataset *dataset, RnSplit split, int count,
                                  int threads, const int *cancel, GError **error);

G_END_DECLS
