#include "spec/layout.h"

#include "random-spec.h"
#include "residua/error.h"

static RnLayout *
layout_of_preset (const char *name)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (name, NULL);

  return rn_layout_new (spec, 0, 0);
}

/* A network of one block behind a stem of 16 channels at a side of 8. */
static RnLayout *
layout_of_block (RnBlockSpec block)
{
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 8, 3, RN_STEM_3X3, 16, 10, NULL);
  g_autoptr (GError) error = NULL;

  rn_spec_add_block (spec, 0, block, &error);
  g_assert_no_error (error);
  return rn_layout_new (spec, 0, 0);
}

static void
test_names_are_torchvisions (void)
{
  static const char *const names[][2] = {
    { "conv1", "bn1" },
    { "layer1.0.conv1", "layer1.0.bn1" },
    { "layer1.0.conv2", "layer1.0.bn2" },
    { "layer2.0.conv1", "layer2.0.bn1" },
    { "layer2.0.conv2", "layer2.0.bn2" },
    { "layer2.0.downsample.0", "layer2.0.downsample.1" },
    { "layer3.0.conv1", "layer3.0.bn1" },
    { "layer3.0.conv2", "layer3.0.bn2" },
    { "layer3.0.downsample.0", "layer3.0.downsample.1" },
  };
  g_autoptr (RnLayout) layout = layout_of_preset ("resnet8-b");

  g_assert_cmpint (layout->n_convs, ==, G_N_ELEMENTS (names));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpstr (layout->convs[i].conv_name, ==, names[i][0]);
      g_assert_cmpstr (layout->convs[i].norm_name, ==, names[i][1]);
    }
}

/* A layer begins at the first block, at a stride, at a change of width; not where the first block strides. */
static void
test_where_layers_begin (void)
{
  static const struct
  {
    int channels, stride;
    const char *name;
  } rows[] = { { 8, 2, "layer1.0" }, { 8, 1, "layer1.1" },  { 8, 2, "layer2.0" },
               { 8, 2, "layer3.0" }, { 16, 1, "layer4.0" }, { 16, 1, "layer4.1" },
               { 4, 2, "layer5.0" }, { 4, 1, "layer5.1" } };
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 32, 3, RN_STEM_3X3, 16, 10, NULL);
  g_autoptr (RnLayout) layout = NULL;

  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++)
    g_assert_true (rn_spec_add_block (spec, i,
                                      (RnBlockSpec){ .channels = rows[i].channels,
                                                     .stride = rows[i].stride,
                                                     .shortcut = RN_SHORTCUT_B },
                                      NULL));
  layout = rn_layout_new (spec, 0, 0);
  for (int i = 0; i < (int) G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (layout->blocks[i].name, ==, rows[i].name);
}

static void
test_the_names_of_4096_blocks_are_whole (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 32, 3, RN_STEM_3X3, 16, 10, NULL);
  g_autoptr (RnLayout) layout = NULL;

  for (int i = 0; i < RN_MAX_BLOCKS; i++)
    g_assert_true (rn_spec_add_block (spec, i,
                                      (RnBlockSpec){ .channels = i % 2 + 1,
                                                     .stride = 1,
                                                     .shortcut = RN_SHORTCUT_C },
                                      NULL));
  layout = rn_layout_new (spec, 0, 0);
  g_assert_cmpstr (layout->convs[layout->n_convs - 1].conv_name, ==, "layer4096.0.downsample.0");
}

static void
test_what_shortcuts_are (void)
{
  static const struct
  {
    RnBlockKind kind;
    RnShortcut shortcut;
    int channels, stride;
    RnShortcutPath path;
    int pad_before;
  } rows[] = {
    { RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT, 16, 1, RN_PATH_IDENTITY, 0 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT, 16, 2, RN_PATH_SUBSAMPLE, 0 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT, 32, 2, RN_PATH_SUBSAMPLE, 8 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT, 19, 1, RN_PATH_SUBSAMPLE,
      1 }, /* the smaller half first */
    { RN_BLOCK_BASIC, RN_SHORTCUT_A_END, 32, 2, RN_PATH_SUBSAMPLE, 0 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_A_END, 16, 1, RN_PATH_IDENTITY, 0 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_B, 16, 1, RN_PATH_IDENTITY, 0 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_B, 16, 2, RN_PATH_PROJECTION, 0 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_B, 8, 1, RN_PATH_PROJECTION, 0 },
    { RN_BLOCK_BASIC, RN_SHORTCUT_C, 16, 1, RN_PATH_PROJECTION, 0 },
    { RN_BLOCK_BOTTLENECK, RN_SHORTCUT_A_SPLIT, 64, 1, RN_PATH_SUBSAMPLE, 24 },
    { RN_BLOCK_BOTTLENECK, RN_SHORTCUT_B, 64, 1, RN_PATH_PROJECTION, 0 },
    { RN_BLOCK_PLAIN_BASIC, RN_SHORTCUT_C, 32, 2, RN_PATH_NONE, 0 },
    { RN_BLOCK_PLAIN_BASIC, RN_SHORTCUT_A_SPLIT, 8, 2, RN_PATH_NONE, 0 },
    { RN_BLOCK_PLAIN_BOTTLENECK, RN_SHORTCUT_B, 64, 1, RN_PATH_NONE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RnLayout) layout = layout_of_block ((RnBlockSpec){ .kind = rows[i].kind,
                                                                    .channels = rows[i].channels,
                                                                    .stride = rows[i].stride,
                                                                    .shortcut = rows[i].shortcut });
      const RnLayoutBlock *block = &layout->blocks[0];

      g_assert_cmpint (block->shortcut, ==, rows[i].path);
      g_assert_cmpint (block->pad_before, ==, rows[i].pad_before);
      g_assert_cmpint (block->downsample, ==,
                       rows[i].path == RN_PATH_PROJECTION ? block->first_conv + block->n_convs
                                                          : -1);
    }
}

static void
test_where_a_bottleneck_strides (void)
{
  RnBlockSpec block = {
    .kind = RN_BLOCK_BOTTLENECK, .channels = 64, .stride = 2, .shortcut = RN_SHORTCUT_B
  };
  g_autoptr (RnLayout) in_3x3 = layout_of_block (block);
  g_autoptr (RnLayout) in_1x1 = NULL;
  const int strides_3x3[] = { 1, 2, 1, 2 }, strides_1x1[] = { 2, 1, 1, 2 };
  const int kernels[] = { 1, 3, 1, 1 }, widths[] = { 16, 16, 64, 64 };

  block.bottleneck_stride = RN_STRIDE_IN_1X1;
  in_1x1 = layout_of_block (block);
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpint (in_3x3->convs[1 + i].stride, ==, strides_3x3[i]);
      g_assert_cmpint (in_1x1->convs[1 + i].stride, ==, strides_1x1[i]);
      g_assert_cmpint (in_3x3->convs[1 + i].kernel, ==, kernels[i]);
      g_assert_cmpint (in_3x3->convs[1 + i].pad, ==, kernels[i] / 2);
      g_assert_cmpint (in_3x3->convs[1 + i].out_c, ==, widths[i]);
    }
  g_assert_cmpint (in_3x3->convs[1].out_h, ==, 8);
  g_assert_cmpint (in_1x1->convs[1].out_h, ==, 4);
  g_assert_cmpint (in_3x3->out_h, ==, 4);
}

static void
test_odd_and_tiny_pictures (void)
{
  static const struct
  {
    int h, w, stem_h, stem_w, out_h, out_w;
  } rows[] = {
    { 224, 224, 56, 56, 7, 7 }, { 225, 223, 57, 56, 8, 7 }, { 1, 1, 1, 1, 1, 1 },
    { 33, 640, 9, 160, 2, 20 }, { 2, 3, 1, 1, 1, 1 },       { 4096, 5, 1024, 2, 128, 1 }
  };
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet18", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RnLayout) layout = rn_layout_new (spec, rows[i].h, rows[i].w);

      g_assert_cmpint (layout->in_h, ==, rows[i].h);
      g_assert_cmpint (layout->in_w, ==, rows[i].w);
      g_assert_cmpint (layout->stem_h, ==, rows[i].stem_h);
      g_assert_cmpint (layout->stem_w, ==, rows[i].stem_w);
      g_assert_cmpint (layout->out_h, ==, rows[i].out_h);
      g_assert_cmpint (layout->out_w, ==, rows[i].out_w);
    }
}

static void
test_a_network_without_blocks (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 9, 1, RN_STEM_7X7_POOL, 5, 3, NULL);
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);

  g_assert_cmpint (layout->n_convs, ==, 1);
  g_assert_cmpint (layout->n_blocks, ==, 0);
  g_assert_cmpint (layout->convs[0].out_h, ==, 5);
  g_assert_cmpint (layout->out_h, ==, 3);
  g_assert_cmpint (layout->out_c, ==, 5);
  g_assert_cmpint (layout->classes, ==, 3);
}

/* The side by the usual formula, that of a convolution that is padded on both sides. */
static int
padded_side (int in, int kernel, int stride)
{
  return (in + 2 * (kernel / 2) - kernel) / stride + 1;
}

static void
assert_conv (const RnLayoutConv *conv, int block, int h, int w, int c)
{
  g_assert_cmpint (conv->block, ==, block);
  g_assert_cmpint (conv->in_h, ==, h);
  g_assert_cmpint (conv->in_w, ==, w);
  g_assert_cmpint (conv->in_c, ==, c);
  g_assert_cmpint (conv->out_h, ==, padded_side (h, conv->kernel, conv->stride));
  g_assert_cmpint (conv->out_w, ==, padded_side (w, conv->kernel, conv->stride));
}

static void
assert_block (const RnLayout *layout, int at)
{
  const RnLayoutBlock *block = &layout->blocks[at];
  int h = block->in_h, w = block->in_w, c = block->in_c;

  for (int i = block->first_conv; i < block->first_conv + block->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      assert_conv (conv, at, h, w, c);
      h = conv->out_h;
      w = conv->out_w;
      c = conv->out_c;
    }
  g_assert_true (block->out_h == h && block->out_w == w && block->out_c == c);
  if (block->shortcut == RN_PATH_PROJECTION)
    {
      const RnLayoutConv *conv = &layout->convs[block->downsample];

      assert_conv (conv, at, block->in_h, block->in_w, block->in_c);
      g_assert_true (conv->kernel == 1 && conv->pad == 0);
      g_assert_true (conv->out_h == h && conv->out_w == w && conv->out_c == c);
    }
  else if (block->shortcut == RN_PATH_IDENTITY)
    {
      g_assert_true (block->in_h == h && block->in_w == w && block->in_c == c);
    }
  else if (block->shortcut == RN_PATH_SUBSAMPLE)
    {
      g_assert_cmpint (block->pad_before + block->in_c, <=, c);
      g_assert_true (block->in_h != h || block->in_w != w || block->in_c != c || h == 1 || w == 1);
    }
}

static void
test_everything_connects_in_any_network (void)
{
  RnRandom random;

  rn_random_start (&random, 2, RN_STREAM_TEST, 0, 0);
  for (int run = 0; run < 1000; run++)
    {
      g_autoptr (RnSpec) spec = random_spec (&random);
      const int h = (int) rn_random_below (&random, 90),
                w = h == 0 ? 0 : 1 + (int) rn_random_below (&random, 90);
      g_autoptr (RnLayout) layout = rn_layout_new (spec, h, w);
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
      int convs = 1;

      assert_conv (&layout->convs[0], -1, layout->in_h, layout->in_w, layout->in_c);
      for (int i = 0; i < layout->n_blocks; i++)
        {
          const RnLayoutBlock *block = &layout->blocks[i];

          g_assert_cmpint (block->in_h, ==, i == 0 ? layout->stem_h : block[-1].out_h);
          g_assert_cmpint (block->in_w, ==, i == 0 ? layout->stem_w : block[-1].out_w);
          g_assert_cmpint (block->in_c, ==, i == 0 ? layout->convs[0].out_c : block[-1].out_c);
          g_assert_cmpint (block->first_conv, ==, convs);
          assert_block (layout, i);
          convs += block->n_convs + (block->downsample >= 0);
        }
      g_assert_cmpint (layout->n_convs, ==, convs);
      for (int i = 0; i < layout->n_convs; i++)
        {
          g_assert_true (g_hash_table_add (names, layout->convs[i].conv_name));
          g_assert_true (g_hash_table_add (names, layout->convs[i].norm_name));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/names are torchvision's", test_names_are_torchvisions);
  g_test_add_func ("/layout/where layers begin", test_where_layers_begin);
  g_test_add_func ("/layout/the names of 4096 blocks are whole",
                   test_the_names_of_4096_blocks_are_whole);
  g_test_add_func ("/layout/what shortcuts are", test_what_shortcuts_are);
  g_test_add_func ("/layout/where a bottleneck strides", test_where_a_bottleneck_strides);
  g_test_add_func ("/layout/odd and tiny pictures", test_odd_and_tiny_pictures);
  g_test_add_func ("/layout/a network without blocks", test_a_network_without_blocks);
  g_test_add_func ("/layout/everything connects in any network",
                   test_everything_connects_in_any_network);
  return g_test_run ();
}
