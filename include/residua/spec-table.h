#pragma once

#include "residua/spec.h"

G_BEGIN_DECLS

/**
 * rn_spec_to_table:
 *
 * The network in the manner of Table 1 of He et al. 2015: a line for each kind of block of each layer, "[3×3, 64; 3×3, 64]
 * × 3", with the layer's name ("conv2_x") and output size, down to the classifier; then its parameters and
 * multiply-adds, where the stride is, and which shortcuts there are.
 *
 * Returns: (transfer full): UTF-8, columns padded with spaces, each line ending in a line feed. In English everywhere:
 *   it goes into papers, and programs compare it.
 */
char *rn_spec_to_table (const RnSpec *spec);

G_END_DECLS
