#include "random-spec.h"

static int
between (RnRandom *random, int low, int high)
{
  return low + (int) rn_random_below (random, (guint64) (high - low + 1));
}

static RnBlockSpec
random_block (RnRandom *random, int in_channels)
{
  RnBlockSpec block = {
    .id = between (random, 0, 2) == 0 ? (guint32) (rn_random_u64 (random) >> 32) : 0,
    .kind = (RnBlockKind) between (random, RN_BLOCK_BASIC, RN_BLOCK_PLAIN_BOTTLENECK),
    .stride = between (random, 1, 2),
    .shortcut = (RnShortcut) between (random, RN_SHORTCUT_A_SPLIT, RN_SHORTCUT_C),
    .bottleneck_stride = (RnBottleneckStride) between (random, 0, 1),
    .zero_gamma = between (random, 0, 1),
  };
  const gboolean must_not_shrink =
      !rn_block_kind_is_plain (block.kind) && block.shortcut <= RN_SHORTCUT_A_END;

  if (between (random, 0, 2) == 0)
    block.channels = in_channels;
  else
    block.channels =
        must_not_shrink ? in_channels + between (random, 0, 9) : between (random, 1, 40);
  if (rn_block_kind_is_bottleneck (block.kind))
    block.channels = (block.channels + 3) / 4 * 4;
  return block;
}

RnSpec *
random_spec (RnRandom *random)
{
  g_autofree char *name = g_strdup_printf ("net “%d”\t\\é", between (random, 0, 999));
  RnSpec *spec = rn_spec_new (name, between (random, 1, 70), between (random, 0, 1) == 0 ? 1 : 3,
                              (RnStemKind) between (random, 0, 1), between (random, 1, 20),
                              between (random, 1, 30), NULL);
  const int n = between (random, 0, 12);
  int channels = rn_spec_get_stem_channels (spec);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      RnBlockSpec block = random_block (random, channels);

      rn_spec_add_block (spec, i, block, &error);
      g_assert_no_error (error);
      channels = block.channels;
    }
  return spec;
}
