#pragma once

#include "residua/spec.h"

/* A specification worked out for one input size: every convolution and batch-norm with its name and shape, in forward
 * order. Everything that walks a network (costs, the planner, parameters, forward, backward, file formats) walks this.
 *
 * Names are torchvision's: "conv1", "bn1" in the stem; "layer1" begins at the first block; a new layer begins at each
 * later block with stride 2 or an output width other than its input's; in a block "conv1", "bn1", .. "conv3", "bn3",
 * and for a projection "downsample.0" and "downsample.1".
 */

#define RN_LAYER_NAME_SIZE 48

typedef struct
{
  char conv_name[RN_LAYER_NAME_SIZE]; /* "layer1.0.conv1", "layer2.0.downsample.0" */
  char norm_name[RN_LAYER_NAME_SIZE]; /* "layer1.0.bn1", "layer2.0.downsample.1" */
  int block;                          /* index of its block, -1 in the stem */
  int in_h, in_w, in_c;
  int out_h, out_w, out_c; /* out = ceil (in / stride) */
  int kernel, stride, pad; /* pad = kernel / 2 */
} RnLayoutConv;

/* What the shortcut of a block really is, at its shapes. */
typedef enum
{
  RN_PATH_NONE,      /* plain */
  RN_PATH_IDENTITY,  /* s = x */
  RN_PATH_SUBSAMPLE, /* option A: every stride-th pixel, zero channels added */
  RN_PATH_PROJECTION /* options B and C: 1x1 convolution and batch-norm */
} RnShortcutPath;

typedef struct
{
  char name[RN_LAYER_NAME_SIZE]; /* "layer1.0" */
  int first_conv;                /* of the residual branch, index into convs */
  int n_convs;                   /* 2 or 3 */
  int downsample;                /* index into convs of the projection, after the branch's; -1 */
  RnShortcutPath shortcut;
  int pad_before; /* zero channels before the others, where RN_PATH_SUBSAMPLE */
  int in_h, in_w, in_c;
  int out_h, out_w, out_c;
} RnLayoutBlock;

typedef struct
{
  int in_h, in_w, in_c;
  gboolean pool;      /* 3x3 max-pool, stride 2, pad 1, after the stem's ReLU */
  int stem_h, stem_w; /* after the pool */
  int n_convs;        /* convs[0] is the stem's */
  RnLayoutConv *convs;
  int n_blocks;
  RnLayoutBlock *blocks;
  int out_h, out_w, out_c; /* into the global average pool */
  int classes;
} RnLayout;

/* @height, @width: of the input, 1 to RN_MAX_SIDE; 0 and 0 for the specification's own side. Never fails: a
 * specification fits together at every size, as sides never fall under 1.
 */
RnLayout *rn_layout_new (const RnSpec *spec, int height, int width);
void rn_layout_free (RnLayout *layout);

/* What @block's shortcut is where it sees @in_channels; @pad_before: (out): 0 where it is not RN_PATH_SUBSAMPLE */
RnShortcutPath rn_shortcut_path_of (const RnBlockSpec *block, int in_channels, int *pad_before);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLayout, rn_layout_free)
