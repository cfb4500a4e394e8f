#include "spec/layout.h"

#include "compute/divide.h"

/* Where the next convolution of a walk through the specification stands. */
typedef struct
{
  RnLayout *layout;
  int block;
  int h, w, c; /* what it sees */
} Walk;

/* Takes the next entry of convs and goes on behind it; the caller writes its names. */
static RnLayoutConv *
add_conv (Walk *walk, int kernel, int stride, int out_c)
{
  RnLayoutConv *conv = &walk->layout->convs[walk->layout->n_convs++];

  conv->block = walk->block;
  conv->in_h = walk->h;
  conv->in_w = walk->w;
  conv->in_c = walk->c;
  conv->kernel = kernel;
  conv->stride = stride;
  conv->pad = kernel / 2;
  conv->out_h = walk->h = rn_divide_up (walk->h, stride);
  conv->out_w = walk->w = rn_divide_up (walk->w, stride);
  conv->out_c = walk->c = out_c;
  return conv;
}

static void
add_branch_conv (Walk *walk, RnLayoutBlock *block, int kernel, int stride, int out_c)
{
  RnLayoutConv *conv = add_conv (walk, kernel, stride, out_c);

  block->n_convs++;
  g_snprintf (conv->conv_name, sizeof conv->conv_name, "%s.conv%d", block->name, block->n_convs);
  g_snprintf (conv->norm_name, sizeof conv->norm_name, "%s.bn%d", block->name, block->n_convs);
}

RnShortcutPath
rn_shortcut_path_of (const RnBlockSpec *block, int in_channels, int *pad_before)
{
  const gboolean is_same_shape = block->stride == 1 && block->channels == in_channels;

  *pad_before = 0;
  if (rn_block_kind_is_plain (block->kind))
    return RN_PATH_NONE;
  if (block->shortcut == RN_SHORTCUT_C)
    return RN_PATH_PROJECTION;
  if (is_same_shape)
    return RN_PATH_IDENTITY;
  if (block->shortcut == RN_SHORTCUT_B)
    return RN_PATH_PROJECTION;
  if (block->shortcut == RN_SHORTCUT_A_SPLIT)
    *pad_before = MAX (block->channels - in_channels, 0) / 2; /* a draft's may lose channels */
  return RN_PATH_SUBSAMPLE;
}

static void
add_branch (Walk *walk, RnLayoutBlock *block, const RnBlockSpec *spec)
{
  const gboolean is_in_1x1 = spec->bottleneck_stride == RN_STRIDE_IN_1X1;

  block->first_conv = walk->layout->n_convs;
  if (rn_block_kind_is_bottleneck (spec->kind))
    {
      add_branch_conv (walk, block, 1, is_in_1x1 ? spec->stride : 1, spec->channels / 4);
      add_branch_conv (walk, block, 3, is_in_1x1 ? 1 : spec->stride, spec->channels / 4);
      add_branch_conv (walk, block, 1, 1, spec->channels);
    }
  else
    {
      add_branch_conv (walk, block, 3, spec->stride, spec->channels);
      add_branch_conv (walk, block, 3, 1, spec->channels);
    }
}

static void
add_projection (const Walk *entrance, RnLayoutBlock *block, const RnBlockSpec *spec)
{
  Walk side_path = *entrance;
  RnLayoutConv *conv;

  block->downsample = entrance->layout->n_convs;
  conv = add_conv (&side_path, 1, spec->stride, spec->channels);
  g_snprintf (conv->conv_name, sizeof conv->conv_name, "%s.downsample.0", block->name);
  g_snprintf (conv->norm_name, sizeof conv->norm_name, "%s.downsample.1", block->name);
}

static void
add_block (Walk *walk, RnLayoutBlock *block, const RnBlockSpec *spec)
{
  const Walk entrance = *walk;

  block->in_h = walk->h;
  block->in_w = walk->w;
  block->in_c = walk->c;
  block->downsample = -1;
  block->shortcut = rn_shortcut_path_of (spec, walk->c, &block->pad_before);
  add_branch (walk, block, spec);
  if (block->shortcut == RN_PATH_PROJECTION)
    add_projection (&entrance, block, spec);
  block->out_h = walk->h;
  block->out_w = walk->w;
  block->out_c = walk->c;
}

static void
add_stem (Walk *walk, const RnSpec *spec)
{
  RnLayout *layout = walk->layout;
  RnLayoutConv *conv;

  layout->pool = rn_spec_get_stem (spec) == RN_STEM_7X7_POOL;
  conv =
      add_conv (walk, layout->pool ? 7 : 3, layout->pool ? 2 : 1, rn_spec_get_stem_channels (spec));
  g_strlcpy (conv->conv_name, "conv1", sizeof conv->conv_name);
  g_strlcpy (conv->norm_name, "bn1", sizeof conv->norm_name);
  if (layout->pool)
    {
      walk->h = rn_divide_up (walk->h, 2);
      walk->w = rn_divide_up (walk->w, 2);
    }
  layout->stem_h = walk->h;
  layout->stem_w = walk->w;
}

RnLayout *
rn_layout_new (const RnSpec *spec, int height, int width)
{
  const gboolean is_own_side = height == 0 && width == 0;
  RnLayout *layout = g_new0 (RnLayout, 1);
  int layer = 1, in_layer = 0;
  Walk walk = { layout, -1 };

  g_assert (is_own_side ||
            (height >= 1 && height <= RN_MAX_SIDE && width >= 1 && width <= RN_MAX_SIDE));

  layout->in_h = walk.h = is_own_side ? rn_spec_get_side (spec) : height;
  layout->in_w = walk.w = is_own_side ? rn_spec_get_side (spec) : width;
  layout->in_c = walk.c = rn_spec_get_channels (spec);
  layout->n_blocks = rn_spec_n_blocks (spec);
  layout->blocks = g_new0 (RnLayoutBlock, layout->n_blocks);
  layout->convs =
      g_new0 (RnLayoutConv, 1 + 4 * layout->n_blocks); /* a bottleneck and its projection: 4 */
  add_stem (&walk, spec);

  for (walk.block = 0; walk.block < layout->n_blocks; walk.block++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, walk.block);
      RnLayoutBlock *laid_out = &layout->blocks[walk.block];

      if (walk.block > 0 && (block->stride == 2 || block->channels != walk.c))
        {
          layer++;
          in_layer = 0;
        }
      g_snprintf (laid_out->name, sizeof laid_out->name, "layer%d.%d", layer, in_layer++);
      add_block (&walk, laid_out, block);
    }

  layout->out_h = walk.h;
  layout->out_w = walk.w;
  layout->out_c = walk.c;
  layout->classes = rn_spec_get_classes (spec);
  return layout;
}

void
rn_layout_free (RnLayout *layout)
{
  if (layout == NULL)
    return;
  g_free (layout->convs);
  g_free (layout->blocks);
  g_free (layout);
}
