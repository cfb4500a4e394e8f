#pragma once

#include "residua/spec.h"

G_BEGIN_DECLS

/**
 * RnCost:
 * @height: of the output, pixels
 * @width: of the output, pixels
 * @channels: of the output
 * @parameters: learned numbers: filters, batch-norm's gamma and beta, the classifier with its bias
 * @macs: multiply-adds of one picture: convolutions and the fully connected layer
 * @receptive_field: side of the square of input pixels that one output pixel sees, not cut at the picture's edge
 * @train_bytes: memory that training keeps for this part at the batch size asked for: activations and gradients; for
 *   the whole network the planner's total, with what the test at the end of an epoch takes beside
 * @run_bytes: the same for running
 *
 * What a block, or a whole network, costs. A whole network's output is the last map before the global average pool;
 * the head's is the classes. Counts that are too large for 64 bits stop at G_MAXINT64.
 */
typedef struct
{
  int height;
  int width;
  int channels;
  gint64 parameters;
  gint64 macs;
  gint64 receptive_field;
  gsize train_bytes;
  gsize run_bytes;
} RnCost;

/**
 * rn_cost_of_network:
 * @batch: pictures trained at once, 1 to 65536; running is counted for the same number
 * @threads: whose scratch is counted, at least 1
 *
 * The figures of section 3 and table 1 of He et al. 2015 are met exactly (tests/core/spec/test-cost.c).
 */
void rn_cost_of_network (const RnSpec *spec, int batch, int threads, RnCost *cost);

/** Block @at, its shortcut included. */
void rn_cost_of_block (const RnSpec *spec, int at, int batch, RnCost *cost);
/**
 * rn_cost_of_blocks:
 * @costs: (out caller-allocates): one for each block
 *
 * All blocks in one walk; asking for one after the other takes a walk for each.
 */
void rn_cost_of_blocks (const RnSpec *spec, int batch, RnCost *costs);
/** The stem, its pooling included. */
void rn_cost_of_stem (const RnSpec *spec, int batch, RnCost *cost);
/** Global average pool and classifier. */
void rn_cost_of_head (const RnSpec *spec, int batch, RnCost *cost);

G_END_DECLS
