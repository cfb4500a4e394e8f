#pragma once

#include "state/measures.h"

#include <residua/spec.h>

G_BEGIN_DECLS

/* What the spine says of a network's parts. All (transfer full) unless said. */

#define RN_MAX_LAYERS 3

/** Returns: the convolutions of a block: 2 or 3 */
int rn_spine_n_layers (RnBlockKind kind);
/** "3×3, 32 /2" of layer @at, 0 to rn_spine_n_layers() - 1 */
char *rn_spine_layer_text (const RnBlockSpec *block, int at);
/** (transfer none): its name in the selection: "conv1" */
const char *rn_spine_layer_name (int at);
/** All layers in one or two lines, for boxes without room for each: "1×1 · 3×3 · 1×1" and "64 · 64 · 256" */
char *rn_spine_layers_in_short (const RnBlockSpec *block, gboolean is_width);
/** "32×32×16" */
char *rn_spine_shape_text (int side, int channels);
/** "3×3, 16 · stem" */
char *rn_spine_stem_text (const RnSpec *spec);
/** "average pool · fc 10 · softmax" */
char *rn_spine_head_text (const RnSpec *spec);

/** Returns: whether the shape of block @at differs from what comes in, so that identity alone cannot reach it */
gboolean rn_spine_changes_shape (const RnSpec *spec, int at);
/** Returns: whether the shortcut of block @at is a 1x1 projection */
gboolean rn_spine_is_projection (const RnSpec *spec, int at);

/** "Block 7 of 54, basic, 32 channels, ratio 0.31, branch on". @measure: (nullable) */
char *rn_spine_describe (const RnSpec *spec, int at, const RnBlockMeasure *measure,
                         RnMeasureKind kind, gboolean is_on);
/** "Stage 2, 16×16×32, 200 blocks, folded, ratio 0.12 to 1.3". @measures: (nullable): of its blocks */
char *rn_spine_describe_stage (int stage, int side, int channels, int n_blocks,
                               const RnBlockMeasure *measures, RnMeasureKind kind);
/** Markup: the block's name, y = F(x) + s with its numbers, and a sentence. @measure: (nullable) */
char *rn_spine_explain (const RnSpec *spec, int at, const RnBlockMeasure *measure, gboolean is_on);

G_END_DECLS
