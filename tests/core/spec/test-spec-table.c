#include <string.h>

#include "random-spec.h"
#include "residua/spec-table.h"

static char *
table_of (const char *preset)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, NULL);

  return rn_spec_to_table (spec);
}

/* Whether a line of @table has the three cells, however far apart; an empty cell is left out */
static gboolean
has_row (const char *table, const char *name, const char *size, const char *layers)
{
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);
  g_autoptr (GString) wanted = g_string_new (name);

  g_string_append_printf (wanted, "%s%s%s%s", *name != '\0' && *size != '\0' ? "|" : "", size,
                          *name != '\0' || *size != '\0' ? "|" : "", layers);
  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (g_strstrip (lines[i]), "   ", -1);
      g_autoptr (GString) line = g_string_new (NULL);

      for (int c = 0; cells[c] != NULL; c++)
        if (*g_strstrip (cells[c]) != '\0')
          g_string_append_printf (line, "%s%s", line->len > 0 ? "|" : "", cells[c]);
      if (g_str_equal (line->str, wanted->str))
        return TRUE;
    }
  return FALSE;
}

static void
assert_row (const char *table, const char *name, const char *size, const char *layers)
{
  if (!has_row (table, name, size, layers))
    g_error ("no row “%s”, “%s”, “%s” in\n%s", name, size, layers, table);
}

/* Table 1 of the paper: a column of it for each depth */
static const struct
{
  const char *preset;
  const char *layers[4]; /* conv2_x to conv5_x */
} columns[] = {
  { "resnet18",
    { "[3×3, 64; 3×3, 64] × 2", "[3×3, 128; 3×3, 128] × 2", "[3×3, 256; 3×3, 256] × 2",
      "[3×3, 512; 3×3, 512] × 2" } },
  { "resnet34",
    { "[3×3, 64; 3×3, 64] × 3", "[3×3, 128; 3×3, 128] × 4", "[3×3, 256; 3×3, 256] × 6",
      "[3×3, 512; 3×3, 512] × 3" } },
  { "resnet50-paper",
    { "[1×1, 64; 3×3, 64; 1×1, 256] × 3", "[1×1, 128; 3×3, 128; 1×1, 512] × 4",
      "[1×1, 256; 3×3, 256; 1×1, 1024] × 6", "[1×1, 512; 3×3, 512; 1×1, 2048] × 3" } },
  { "resnet101-paper",
    { "[1×1, 64; 3×3, 64; 1×1, 256] × 3", "[1×1, 128; 3×3, 128; 1×1, 512] × 4",
      "[1×1, 256; 3×3, 256; 1×1, 1024] × 23", "[1×1, 512; 3×3, 512; 1×1, 2048] × 3" } },
  { "resnet152-paper",
    { "[1×1, 64; 3×3, 64; 1×1, 256] × 3", "[1×1, 128; 3×3, 128; 1×1, 512] × 8",
      "[1×1, 256; 3×3, 256; 1×1, 1024] × 36", "[1×1, 512; 3×3, 512; 1×1, 2048] × 3" } },
};

static void
test_the_papers_table_is_met (void)
{
  static const char *const names[] = { "", "conv3_x", "conv4_x", "conv5_x" };
  static const char *const sizes[] = { "", "28×28", "14×14", "7×7" };

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autofree char *table = table_of (columns[i].preset);

      assert_row (table, "conv1", "112×112", "7×7, 64, stride 2");
      assert_row (table, "conv2_x", "56×56", "3×3 max pool, stride 2");
      for (int layer = 0; layer < 4; layer++)
        assert_row (table, names[layer], sizes[layer], columns[i].layers[layer]);
      assert_row (table, "", "1×1", "average pool, 1000-d fc, softmax");
    }
}

static void
test_totals_and_strides_are_told_below (void)
{
  g_autofree char *large = table_of ("resnet50-paper"), *newer = table_of ("resnet50");
  g_autofree char *small = table_of ("resnet20");

  assert_row (large, "parameters", "", "25,557,032");
  assert_row (large, "multiply-adds", "", "3.86×10^9");
  assert_row (small, "parameters", "", "269,722");
  assert_row (small, "multiply-adds", "", "40.6×10^6");
  assert_row (small, "conv2_x", "32×32", "[3×3, 16; 3×3, 16] × 3");
  g_assert_nonnull (
      strstr (large, "\nStride 2 in conv3_1, conv4_1 and conv5_1, in the first 1×1.\n"));
  g_assert_nonnull (strstr (newer, ", in the 3×3.\n"));
  g_assert_nonnull (strstr (small, "\nStride 2 in conv3_1 and conv4_1.\n"));
  g_assert_nonnull (strstr (large, "\nShortcuts of option B.\n"));
}

static void
test_a_plain_net_says_so_once (void)
{
  g_autofree char *table = table_of ("plain20");

  assert_row (table, "conv3_x", "16×16", "[3×3, 32; 3×3, 32] × 3");
  g_assert_nonnull (strstr (table, "\nNo shortcuts: a plain network.\n"));
}

static void
test_blocks_that_differ_have_lines_of_their_own (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  RnBlockSpec block = *rn_spec_get_block (spec, 1);
  g_autofree char *table = NULL;

  block.kind = RN_BLOCK_PLAIN_BASIC;
  g_assert_true (rn_spec_set_block (spec, 1, block, NULL));
  block = *rn_spec_get_block (spec, 8);
  block.shortcut = RN_SHORTCUT_C;
  g_assert_true (rn_spec_set_block (spec, 8, block, NULL));
  table = rn_spec_to_table (spec);
  assert_row (table, "conv2_x", "32×32", "[3×3, 16; 3×3, 16] × 1, option A, zeros on both sides");
  assert_row (table, "", "", "[3×3, 16; 3×3, 16] × 1, plain");
  assert_row (table, "conv4_x", "8×8", "[3×3, 64; 3×3, 64] × 2, option A, zeros on both sides");
  assert_row (table, "", "", "[3×3, 64; 3×3, 64] × 1, option C");
  g_assert_null (strstr (table, "Shortcuts of option"));
}

static void
test_a_stem_alone_has_a_table (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 64, 1, RN_STEM_7X7_POOL, 8, 3, NULL);
  g_autofree char *table = rn_spec_to_table (spec);

  g_assert_true (g_str_has_prefix (table, "layer name"));
  assert_row (table, "conv1", "32×32", "7×7, 8, stride 2");
  assert_row (table, "pool1", "16×16", "3×3 max pool, stride 2");
  assert_row (table, "", "1×1", "average pool, 3-d fc, softmax");
}

/* Every block is counted in exactly one line. */
static void
test_no_block_is_lost (void)
{
  RnRandom random;

  rn_random_start (&random, 41, RN_STREAM_TEST, 0, 0);
  for (int i = 0; i < 200; i++)
    {
      g_autoptr (RnSpec) spec = random_spec (&random);
      g_autofree char *table = rn_spec_to_table (spec);
      int n = 0;

      g_assert_true (g_utf8_validate (table, -1, NULL));
      for (const char *at = table; (at = strstr (at, "] × ")) != NULL; at++)
        n += (int) g_ascii_strtoll (at + strlen ("] × "), NULL, 10);
      g_assert_cmpint (n, ==, rn_spec_n_blocks (spec));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spec-table/papers", test_the_papers_table_is_met);
  g_test_add_func ("/spec-table/below", test_totals_and_strides_are_told_below);
  g_test_add_func ("/spec-table/plain", test_a_plain_net_says_so_once);
  g_test_add_func ("/spec-table/mixed", test_blocks_that_differ_have_lines_of_their_own);
  g_test_add_func ("/spec-table/stem", test_a_stem_alone_has_a_table);
  g_test_add_func ("/spec-table/blocks", test_no_block_is_lost);
  return g_test_run ();
}
