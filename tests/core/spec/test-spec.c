#include "residua/spec.h"

#include <string.h>

#include "residua/error.h"

static RnSpec *
new_spec (void)
{
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_new ("test", 32, 3, RN_STEM_3X3, 16, 10, &error);

  g_assert_no_error (error);
  return spec;
}

static RnBlockSpec
basic (int channels, int stride, RnShortcut shortcut)
{
  return (RnBlockSpec){ .channels = channels, .stride = stride, .shortcut = shortcut };
}

/* Takes @error, which has to be a shape's and to name @part. */
static void
assert_shape_error (GError *error, const char *part)
{
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not name “%s”", error->message, part);
  g_error_free (error);
}

/* That a change was refused with @part in its message and @spec is as @before says, to the byte. */
static void
assert_refused (const RnSpec *spec, const char *before, gboolean done, GError *error,
                const char *part)
{
  g_autofree char *after = rn_spec_to_json (spec);

  g_assert_false (done);
  assert_shape_error (error, part);
  g_assert_cmpstr (after, ==, before);
}

static void
test_a_new_network_has_what_was_asked_for (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("net", 33, 1, RN_STEM_7X7_POOL, 5, 7, NULL);
  g_autoptr (RnSpec) nameless = rn_spec_new (NULL, 1, 3, RN_STEM_3X3, 1, 1, NULL);

  g_assert_cmpstr (rn_spec_get_name (spec), ==, "net");
  g_assert_cmpint (rn_spec_get_side (spec), ==, 33);
  g_assert_cmpint (rn_spec_get_channels (spec), ==, 1);
  g_assert_cmpint (rn_spec_get_stem (spec), ==, RN_STEM_7X7_POOL);
  g_assert_cmpint (rn_spec_get_stem_channels (spec), ==, 5);
  g_assert_cmpint (rn_spec_get_classes (spec), ==, 7);
  g_assert_cmpint (rn_spec_n_blocks (spec), ==, 0);
  g_assert_cmpstr (rn_spec_get_name (nameless), ==, "");
}

static void
test_a_new_network_out_of_range_is_refused (void)
{
  g_autofree char *long_name = g_strnfill (RN_MAX_NAME + 1, 'x');
  const struct
  {
    const char *name;
    int side, channels, stem, stem_channels, classes;
    const char *part;
  } rows[] = {
    { "", 0, 3, 0, 16, 10, "“side” is 0, but must be 1 to 4096" },
    { "", RN_MAX_SIDE + 1, 3, 0, 16, 10, "“side” is 4097" },
    { "", 32, 2, 0, 16, 10, "“channels” of the input is 2, but must be 1 or 3" },
    { "", 32, 3, 2, 16, 10, "“stem” is 2" },
    { "", 32, 3, 0, 0, 10, "“channels of the stem” is 0" },
    { "", 32, 3, 0, RN_MAX_CHANNELS + 1, 10, "“channels of the stem” is 8193" },
    { "", 32, 3, 0, 16, 0, "“classes” is 0" },
    { "", 32, 3, 0, 16, RN_MAX_CLASSES + 1, "“classes” is 100001" },
    { long_name, 32, 3, 0, 16, 10, "“name” has 201 bytes" },
    { "\xff", 32, 3, 0, 16, 10, "“name”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GError *error = NULL;

      g_assert_null (rn_spec_new (rows[i].name, rows[i].side, rows[i].channels,
                                  (RnStemKind) rows[i].stem, rows[i].stem_channels, rows[i].classes,
                                  &error));
      assert_shape_error (error, rows[i].part);
    }
}

static void
test_a_name_is_cut_between_characters (void)
{
  g_autoptr (RnSpec) spec = new_spec ();
  g_autoptr (GString) name = g_string_new (NULL);

  for (int i = 0; i < RN_MAX_NAME; i++)
    g_string_append (name, "한");
  rn_spec_set_name (spec, name->str);
  g_assert_cmpuint (strlen (rn_spec_get_name (spec)), ==, RN_MAX_NAME / 3 * 3);
  g_assert_true (g_utf8_validate (rn_spec_get_name (spec), -1, NULL));
  rn_spec_set_name (spec, "a\xff");
  g_assert_cmpstr (rn_spec_get_name (spec), ==, "a\xef\xbf\xbd");
  rn_spec_set_name (spec, NULL);
  g_assert_cmpstr (rn_spec_get_name (spec), ==, "");
}

static void
test_bad_blocks_are_refused (void)
{
  const struct
  {
    RnBlockSpec block;
    const char *part;
  } rows[] = {
    { { .kind = 4, .channels = 16, .stride = 1 }, "block 2: “kind” is 4" },
    { { .channels = 0, .stride = 1 }, "block 2: “channels” is 0, but must be 1 to 8192" },
    { { .channels = -5, .stride = 1 }, "block 2: “channels” is -5" },
    { { .channels = RN_MAX_CHANNELS + 1, .stride = 1 }, "block 2: “channels” is 8193" },
    { { .channels = 16, .stride = 0 }, "block 2: “stride” is 0, but must be 1 to 2" },
    { { .channels = 16, .stride = 3 }, "block 2: “stride” is 3" },
    { { .channels = 16, .stride = 1, .shortcut = 4 }, "block 2: “shortcut” is 4" },
    { { .channels = 16, .stride = 1, .bottleneck_stride = 2 },
      "block 2: “bottleneck_stride” is 2" },
    { { .kind = RN_BLOCK_BOTTLENECK, .channels = 18, .stride = 1 },
      "block 2: “channels” is 18, but must be a multiple of 4" },
    { { .kind = RN_BLOCK_PLAIN_BOTTLENECK, .channels = 2, .stride = 1 },
      "block 2: “channels” is 2, but must be a multiple" },
    { { .channels = 15, .stride = 1, .shortcut = RN_SHORTCUT_A_SPLIT },
      "block 2: shortcut option A can only add channels, but here 16 become 15" },
    { { .channels = 8, .stride = 2, .shortcut = RN_SHORTCUT_A_END }, "here 16 become 8" },
    { { .id = 1, .channels = 16, .stride = 1 }, "block 2: “id” is 1, which another block has" },
  };
  g_autoptr (RnSpec) spec = new_spec ();
  g_autofree char *before = NULL;

  g_assert_true (rn_spec_add_block (spec, 0, basic (16, 1, RN_SHORTCUT_A_SPLIT), NULL));
  before = rn_spec_to_json (spec);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GError *error = NULL;
      const gboolean done = rn_spec_add_block (spec, 1, rows[i].block, &error);

      assert_refused (spec, before, done, error, rows[i].part);
    }
}

/* 16 -> 16, A to 32, B to 64, A to 64: what a change does to the block behind it. */
static void
test_a_change_that_breaks_the_next_block_is_refused (void)
{
  g_autoptr (RnSpec) spec = new_spec ();
  g_autofree char *before = NULL;
  GError *error = NULL;
  gboolean done;

  g_assert_true (rn_spec_add_block (spec, 0, basic (16, 1, RN_SHORTCUT_A_SPLIT), NULL));
  g_assert_true (rn_spec_add_block (spec, 1, basic (32, 2, RN_SHORTCUT_A_SPLIT), NULL));
  g_assert_true (rn_spec_add_block (spec, 2, basic (8, 2, RN_SHORTCUT_B), NULL));
  g_assert_true (rn_spec_add_block (spec, 3, basic (16, 1, RN_SHORTCUT_A_END), NULL));
  before = rn_spec_to_json (spec);

  done = rn_spec_add_block (spec, 1, basic (33, 1, RN_SHORTCUT_B), &error);
  assert_refused (spec, before, done, g_steal_pointer (&error),
                  "block 2: shortcut option A can only add channels, but here 33 become 32");
  done = rn_spec_set_block (spec, 0, basic (48, 1, RN_SHORTCUT_C), &error);
  assert_refused (spec, before, done, g_steal_pointer (&error),
                  "block 2: shortcut option A can only add channels, but here 48 become 32");
  done = rn_spec_remove_block (spec, 2, &error);
  assert_refused (spec, before, done, g_steal_pointer (&error),
                  "block 4: shortcut option A can only add channels, but here 32 become 16");
  done = rn_spec_set_stem (spec, RN_STEM_3X3, 17, &error);
  assert_refused (spec, before, done, g_steal_pointer (&error),
                  "block 1: shortcut option A can only add channels, but here 17 become 16");

  g_assert_true (rn_spec_set_block (spec, 3, basic (16, 1, RN_SHORTCUT_B), NULL));
  g_assert_true (rn_spec_remove_block (spec, 2, NULL));
  g_assert_true (rn_spec_remove_block (spec, 2, NULL));
  g_assert_cmpint (rn_spec_n_blocks (spec), ==, 2);
}

static void
test_a_refused_setting_changes_nothing (void)
{
  g_autoptr (RnSpec) spec = new_spec ();
  g_autofree char *before = rn_spec_to_json (spec);
  GError *error = NULL;
  gboolean done;

  done = rn_spec_set_input (spec, 64, 4, &error);
  assert_refused (spec, before, done, g_steal_pointer (&error), "“channels” of the input is 4");
  done = rn_spec_set_input (spec, -1, 3, &error);
  assert_refused (spec, before, done, g_steal_pointer (&error), "“side” is -1");
  done = rn_spec_set_stem (spec, RN_STEM_7X7_POOL, 0, &error);
  assert_refused (spec, before, done, g_steal_pointer (&error), "“channels of the stem” is 0");
  done = rn_spec_set_classes (spec, 0, &error);
  assert_refused (spec, before, done, g_steal_pointer (&error), "“classes” is 0");

  g_assert_true (rn_spec_set_input (spec, 64, 1, NULL));
  g_assert_true (rn_spec_set_stem (spec, RN_STEM_7X7_POOL, 24, NULL));
  g_assert_true (rn_spec_set_classes (spec, 100, NULL));
  g_assert_cmpint (rn_spec_get_side (spec), ==, 64);
  g_assert_cmpint (rn_spec_get_stem_channels (spec), ==, 24);
  g_assert_cmpint (rn_spec_get_classes (spec), ==, 100);
}

static void
test_at_most_4096_blocks (void)
{
  g_autoptr (RnSpec) spec = new_spec ();
  GError *error = NULL;

  for (int i = 0; i < RN_MAX_BLOCKS; i++)
    g_assert_true (rn_spec_add_block (spec, i, basic (16, 1, RN_SHORTCUT_B), NULL));
  g_assert_false (rn_spec_add_block (spec, 0, basic (16, 1, RN_SHORTCUT_B), &error));
  assert_shape_error (error, "at most 4096 blocks");
  g_assert_cmpint (rn_spec_n_blocks (spec), ==, RN_MAX_BLOCKS);
}

static guint32
id_at (const RnSpec *spec, int at)
{
  return rn_spec_get_block (spec, at)->id;
}

static void
test_an_id_is_never_given_twice (void)
{
  g_autoptr (RnSpec) spec = new_spec ();
  g_autoptr (RnSpec) copy = NULL;
  RnBlockSpec block = basic (16, 1, RN_SHORTCUT_B);

  for (int i = 0; i < 3; i++)
    g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  g_assert_cmpuint (id_at (spec, 0), ==, 3);
  g_assert_cmpuint (id_at (spec, 2), ==, 1);

  g_assert_true (rn_spec_remove_block (spec, 0, NULL));
  copy = rn_spec_copy (spec);
  g_assert_true (rn_spec_add_block (spec, 2, block, NULL));
  g_assert_true (rn_spec_add_block (copy, 2, block, NULL));
  g_assert_cmpuint (id_at (spec, 2), ==, 4);
  g_assert_cmpuint (id_at (copy, 2), ==, 4);

  block.id = 77;
  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  block.id = 0;
  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  g_assert_cmpuint (id_at (spec, 0), ==, 78);
}

static void
test_a_block_that_is_set_may_keep_its_id (void)
{
  g_autoptr (RnSpec) spec = new_spec ();
  RnBlockSpec block;
  GError *error = NULL;

  for (int i = 0; i < 2; i++)
    g_assert_true (rn_spec_add_block (spec, i, basic (16, 1, RN_SHORTCUT_B), NULL));
  block = *rn_spec_get_block (spec, 1);
  block.channels = 24;
  g_assert_true (rn_spec_set_block (spec, 1, block, NULL));
  g_assert_cmpuint (id_at (spec, 1), ==, 2);
  g_assert_cmpint (rn_spec_get_block (spec, 1)->channels, ==, 24);

  block.id = 1;
  g_assert_false (rn_spec_set_block (spec, 1, block, &error));
  assert_shape_error (error, "block 2: “id” is 1, which another block has");
  block.id = 0;
  g_assert_true (rn_spec_set_block (spec, 1, block, NULL));
  g_assert_cmpuint (id_at (spec, 1), ==, 3);
}

static void
test_ids_go_on_after_the_last_number (void)
{
  g_autoptr (RnSpec) spec = new_spec ();
  RnBlockSpec block = basic (16, 1, RN_SHORTCUT_B);

  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  block.id = G_MAXUINT32;
  g_assert_true (rn_spec_add_block (spec, 1, block, NULL));
  block.id = 0;
  g_assert_true (rn_spec_add_block (spec, 2, block, NULL));
  g_assert_true (rn_spec_add_block (spec, 3, block, NULL));
  g_assert_cmpuint (id_at (spec, 2), ==, 2);
  g_assert_cmpuint (id_at (spec, 3), ==, 3);
}

/* Whether two nets of one block behind 16 channels are equal. */
static gboolean
equal_with (RnBlockSpec a, RnBlockSpec b)
{
  g_autoptr (RnSpec) spec_a = new_spec ();
  g_autoptr (RnSpec) spec_b = new_spec ();

  g_assert_true (rn_spec_add_block (spec_a, 0, a, NULL));
  g_assert_true (rn_spec_add_block (spec_b, 0, b, NULL));
  g_assert_true (rn_spec_equal (spec_a, spec_b) == rn_spec_equal (spec_b, spec_a));
  return rn_spec_equal (spec_a, spec_b);
}

static void
test_equal_is_what_computes_the_same (void)
{
  RnBlockSpec a = basic (32, 2, RN_SHORTCUT_A_SPLIT), b = a;

  b.id = 9;
  g_assert_true (equal_with (a, b));
  b.shortcut = RN_SHORTCUT_A_END;
  g_assert_false (equal_with (a, b));
  b.shortcut = RN_SHORTCUT_B;
  g_assert_false (equal_with (a, b));
  b = a;
  b.zero_gamma = TRUE;
  g_assert_false (equal_with (a, b));
  b = a;
  b.bottleneck_stride = RN_STRIDE_IN_1X1;
  g_assert_true (equal_with (a, b));
  a.kind = b.kind = RN_BLOCK_BOTTLENECK;
  g_assert_false (equal_with (a, b));
  a.stride = b.stride = 1;
  g_assert_true (equal_with (a, b));
  b.kind = RN_BLOCK_PLAIN_BOTTLENECK;
  g_assert_false (equal_with (a, b));
  b = a;
  b.channels = 36;
  g_assert_false (equal_with (a, b));

  g_assert_true (equal_with (basic (16, 1, RN_SHORTCUT_A_END), basic (16, 1, RN_SHORTCUT_B)));
  g_assert_false (equal_with (basic (16, 1, RN_SHORTCUT_B), basic (16, 1, RN_SHORTCUT_C)));
}

static void
test_equal_looks_at_the_frame (void)
{
  static const int frames[][5] = { { 33, 3, 0, 16, 10 },
                                   { 32, 1, 0, 16, 10 },
                                   { 32, 3, 1, 16, 10 },
                                   { 32, 3, 0, 17, 10 },
                                   { 32, 3, 0, 16, 11 } };
  g_autoptr (RnSpec) spec = new_spec ();
  g_autoptr (RnSpec) copy = rn_spec_copy (spec);

  rn_spec_set_name (copy, "other");
  g_assert_true (rn_spec_equal (spec, copy));
  g_assert_true (rn_spec_add_block (copy, 0, basic (16, 1, RN_SHORTCUT_B), NULL));
  g_assert_false (rn_spec_equal (spec, copy));
  g_assert_cmpint (rn_spec_n_blocks (spec), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_autoptr (RnSpec) other =
          rn_spec_new ("test", frames[i][0], frames[i][1], (RnStemKind) frames[i][2], frames[i][3],
                       frames[i][4], NULL);

      g_assert_false (rn_spec_equal (spec, other));
    }
}

static void
test_every_preset_is_found_under_its_name (void)
{
  const char *const *names = rn_spec_preset_names ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RnSpec) spec = rn_spec_preset (names[i], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (rn_spec_get_name (spec), ==, names[i]);
      g_assert_true (g_hash_table_add (seen, (gpointer) names[i]));
    }
  g_assert_cmpstr (names[0], ==, "resnet8");
}

/* "resnet56" has 56 layers: the stem, two or three a block, the classifier. */
static void
test_presets_are_as_deep_as_they_say (void)
{
  const char *const *names = rn_spec_preset_names ();

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnSpec) spec = rn_spec_preset (names[i], NULL);
      const char *digits = names[i] + strcspn (names[i], "0123456789");
      int layers = 2;

      for (int at = 0; at < rn_spec_n_blocks (spec); at++)
        layers += rn_block_kind_is_bottleneck (rn_spec_get_block (spec, at)->kind) ? 3 : 2;
      g_assert_cmpint (layers, ==, (int) g_ascii_strtoll (digits, NULL, 10));
    }
}

static void
test_presets_have_the_papers_stages (void)
{
  g_autoptr (RnSpec) small = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnSpec) deep = rn_spec_preset ("resnet101-paper", NULL);
  const int starts[] = { 0, 3, 7, 30 };

  g_assert_cmpint (rn_spec_get_side (small), ==, 32);
  g_assert_cmpint (rn_spec_get_stem_channels (small), ==, 16);
  g_assert_cmpint (rn_spec_get_classes (small), ==, 10);
  for (int i = 0; i < 9; i++)
    {
      g_assert_cmpint (rn_spec_get_block (small, i)->channels, ==, 16 << (i / 3));
      g_assert_cmpint (rn_spec_get_block (small, i)->stride, ==, i == 3 || i == 6 ? 2 : 1);
      g_assert_cmpint (rn_spec_get_block (small, i)->shortcut, ==, RN_SHORTCUT_A_SPLIT);
    }

  g_assert_cmpint (rn_spec_get_side (deep), ==, 224);
  g_assert_cmpint (rn_spec_get_stem (deep), ==, RN_STEM_7X7_POOL);
  g_assert_cmpint (rn_spec_get_classes (deep), ==, 1000);
  for (int stage = 0; stage < 4; stage++)
    {
      const RnBlockSpec *first = rn_spec_get_block (deep, starts[stage]);

      g_assert_cmpint (first->channels, ==, 256 << stage);
      g_assert_cmpint (first->stride, ==, stage == 0 ? 1 : 2);
      g_assert_cmpint (first->bottleneck_stride, ==, RN_STRIDE_IN_1X1);
      g_assert_cmpint (first->shortcut, ==, RN_SHORTCUT_B);
    }
}

static void
assert_nearest (const char *name, const char *nearest)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_spec_preset (name, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);
  if (strstr (error->message, nearest) == NULL)
    g_error ("“%s” does not name “%s”", error->message, nearest);
}

static void
test_an_unknown_preset_names_its_neighbours (void)
{
  g_autofree char *endless = g_strnfill (1000000, 'r');

  assert_nearest ("resnet21", "There is no network called “resnet21”; the nearest are “resnet20”");
  assert_nearest ("reznet-50", "“resnet50”");
  assert_nearest ("resnet50paper", "“resnet50-paper”");
  assert_nearest ("plain1200", "“plain1202”");
  assert_nearest ("", "“plain8”");
  assert_nearest ("\xff\xfe", "There is no network called");
  assert_nearest (endless, "There is no network called");
}

static void
test_a_plain_twin_has_the_same_layers (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet50", NULL);
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (spec);
  g_autoptr (RnSpec) preset = rn_spec_preset ("plain50", NULL);
  g_autoptr (RnSpec) mine = new_spec ();
  g_autoptr (RnSpec) my_twin = rn_spec_plain_twin (mine);

  g_assert_true (rn_spec_equal (twin, preset));
  g_assert_false (rn_spec_equal (twin, spec));
  g_assert_cmpstr (rn_spec_get_name (twin), ==, "plain50");
  g_assert_cmpuint (id_at (twin, 5), ==, id_at (spec, 5));
  g_assert_cmpstr (rn_spec_get_name (my_twin), ==, "plain test");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spec/a new network has what was asked for",
                   test_a_new_network_has_what_was_asked_for);
  g_test_add_func ("/spec/a new network out of range is refused",
                   test_a_new_network_out_of_range_is_refused);
  g_test_add_func ("/spec/a name is cut between characters", test_a_name_is_cut_between_characters);
  g_test_add_func ("/spec/bad blocks are refused", test_bad_blocks_are_refused);
  g_test_add_func ("/spec/a change that breaks the next block is refused",
                   test_a_change_that_breaks_the_next_block_is_refused);
  g_test_add_func ("/spec/a refused setting changes nothing",
                   test_a_refused_setting_changes_nothing);
  g_test_add_func ("/spec/at most 4096 blocks", test_at_most_4096_blocks);
  g_test_add_func ("/spec/an id is never given twice", test_an_id_is_never_given_twice);
  g_test_add_func ("/spec/a block that is set may keep its id",
                   test_a_block_that_is_set_may_keep_its_id);
  g_test_add_func ("/spec/ids go on after the last number", test_ids_go_on_after_the_last_number);
  g_test_add_func ("/spec/equal is what computes the same", test_equal_is_what_computes_the_same);
  g_test_add_func ("/spec/equal looks at the frame", test_equal_looks_at_the_frame);
  g_test_add_func ("/spec/every preset is found under its name",
                   test_every_preset_is_found_under_its_name);
  g_test_add_func ("/spec/presets are as deep as they say", test_presets_are_as_deep_as_they_say);
  g_test_add_func ("/spec/presets have the paper's stages", test_presets_have_the_papers_stages);
  g_test_add_func ("/spec/an unknown preset names its neighbours",
                   test_an_unknown_preset_names_its_neighbours);
  g_test_add_func ("/spec/a plain twin has the same layers", test_a_plain_twin_has_the_same_layers);
  return g_test_run ();
}
