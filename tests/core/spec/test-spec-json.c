#include "residua/spec.h"

#include <glib/gstdio.h>
#include <string.h>

#include "random-spec.h"
#include "residua/error.h"

static RnSpec *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_from_json (text, -1, "net.json", &error);

  g_assert_no_error (error);
  return spec;
}

static void
test_the_form_of_the_text (void)
{
  static const char form[] = "{\n"
                             "  \"version\" : 1,\n"
                             "  \"name\" : \"a \\\"net\\\" — é\",\n"
                             "  \"input\" : {\n"
                             "    \"side\" : 32,\n"
                             "    \"channels\" : 3\n"
                             "  },\n"
                             "  \"stem\" : {\n"
                             "    \"kind\" : \"7x7-pool\",\n"
                             "    \"channels\" : 16\n"
                             "  },\n"
                             "  \"blocks\" : [\n"
                             "    {\n"
                             "      \"id\" : 1,\n"
                             "      \"kind\" : \"bottleneck\",\n"
                             "      \"channels\" : 64,\n"
                             "      \"stride\" : 2,\n"
                             "      \"shortcut\" : \"A-end\",\n"
                             "      \"bottleneck_stride\" : \"1x1\",\n"
                             "      \"zero_gamma\" : true\n"
                             "    }\n"
                             "  ],\n"
                             "  \"classes\" : 10\n"
                             "}\n";
  g_autoptr (RnSpec) spec = rn_spec_new ("a \"net\" — é", 32, 3, RN_STEM_7X7_POOL, 16, 10, NULL);
  const RnBlockSpec block = { .kind = RN_BLOCK_BOTTLENECK,
                              .channels = 64,
                              .stride = 2,
                              .shortcut = RN_SHORTCUT_A_END,
                              .bottleneck_stride = RN_STRIDE_IN_1X1,
                              .zero_gamma = TRUE };
  g_autofree char *text = NULL;

  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  text = rn_spec_to_json (spec);
  g_assert_cmpstr (text, ==, form);
}

static void
test_what_may_be_left_out (void)
{
  g_autoptr (RnSpec) spec =
      read_text ("{\"version\":1,\"input\":{\"side\":28,\"channels\":1},"
                 "\"stem\":{\"kind\":\"3x3\",\"channels\":8},"
                 "\"blocks\":[{\"kind\":\"plain-bottleneck\",\"channels\":12}],\"classes\":2}");
  const RnBlockSpec *block = rn_spec_get_block (spec, 0);

  g_assert_cmpstr (rn_spec_get_name (spec), ==, "");
  g_assert_cmpint (rn_spec_get_side (spec), ==, 28);
  g_assert_cmpint (rn_spec_get_channels (spec), ==, 1);
  g_assert_cmpint (rn_spec_get_stem (spec), ==, RN_STEM_3X3);
  g_assert_cmpint (rn_spec_get_stem_channels (spec), ==, 8);
  g_assert_cmpint (rn_spec_get_classes (spec), ==, 2);
  g_assert_cmpuint (block->id, ==, 1);
  g_assert_cmpint (block->kind, ==, RN_BLOCK_PLAIN_BOTTLENECK);
  g_assert_cmpint (block->channels, ==, 12);
  g_assert_cmpint (block->stride, ==, 1);
  g_assert_cmpint (block->shortcut, ==, RN_SHORTCUT_B);
  g_assert_cmpint (block->bottleneck_stride, ==, RN_STRIDE_IN_3X3);
  g_assert_false (block->zero_gamma);
}

#define FRAME(blocks)                                                                              \
  "{\"version\":1,\"input\":{\"side\":32,\"channels\":3},\"stem\":{\"kind\":\"3x3\",\"channels\":" \
  "16},"                                                                                           \
  "\"blocks\":[" blocks "],\"classes\":10}"

/* A block without an id must not take one that a later block names. */
static void
test_fresh_ids_are_above_all_that_the_file_names (void)
{
  g_autoptr (RnSpec) spec = read_text (FRAME ("{\"kind\":\"basic\",\"channels\":16},"
                                              "{\"id\":1,\"kind\":\"basic\",\"channels\":16},"
                                              "{\"kind\":\"basic\",\"channels\":16},"
                                              "{\"id\":7,\"kind\":\"basic\",\"channels\":16}"));

  g_assert_cmpuint (rn_spec_get_block (spec, 0)->id, ==, 8);
  g_assert_cmpuint (rn_spec_get_block (spec, 1)->id, ==, 1);
  g_assert_cmpuint (rn_spec_get_block (spec, 2)->id, ==, 9);
  g_assert_cmpuint (rn_spec_get_block (spec, 3)->id, ==, 7);
}

static void
assert_same_blocks (const RnSpec *a, const RnSpec *b)
{
  g_assert_cmpint (rn_spec_n_blocks (a), ==, rn_spec_n_blocks (b));
  for (int i = 0; i < rn_spec_n_blocks (a); i++)
    {
      const RnBlockSpec *x = rn_spec_get_block (a, i), *y = rn_spec_get_block (b, i);

      g_assert_cmpuint (x->id, ==, y->id);
      g_assert_cmpint (x->kind, ==, y->kind);
      g_assert_cmpint (x->channels, ==, y->channels);
      g_assert_cmpint (x->stride, ==, y->stride);
      g_assert_cmpint (x->shortcut, ==, y->shortcut);
      g_assert_cmpint (x->bottleneck_stride, ==, y->bottleneck_stride);
      g_assert_cmpint (x->zero_gamma, ==, y->zero_gamma);
    }
}

static void
test_any_network_survives_the_text (void)
{
  RnRandom random;

  rn_random_start (&random, 3, RN_STREAM_TEST, 0, 0);
  for (int run = 0; run < 1000; run++)
    {
      g_autoptr (RnSpec) spec = random_spec (&random);
      g_autofree char *text = rn_spec_to_json (spec);
      g_autoptr (RnSpec) back = read_text (text);
      g_autofree char *again = rn_spec_to_json (back);

      g_assert_true (rn_spec_equal (spec, back));
      g_assert_cmpstr (rn_spec_get_name (spec), ==, rn_spec_get_name (back));
      assert_same_blocks (spec, back);
      g_assert_cmpstr (text, ==, again);
    }
}

static void
test_every_preset_survives_the_text (void)
{
  const char *const *names = rn_spec_preset_names ();

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnSpec) spec = rn_spec_preset (names[i], NULL);
      g_autofree char *text = rn_spec_to_json (spec);
      g_autoptr (RnSpec) back = read_text (text);

      g_assert_true (rn_spec_equal (spec, back));
      g_assert_cmpstr (rn_spec_get_name (back), ==, names[i]);
    }
}

/* Names that JSON has to escape: quotes, every control character, characters beyond 16 bits. */
static void
test_any_name_survives_the_text (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);

  for (gunichar c = 1; c < 0x11000; c = c < 0x100 ? c + 1 : c + 97)
    {
      g_autoptr (GString) name = g_string_new ("<");
      g_autofree char *text = NULL;
      g_autoptr (RnSpec) back = NULL;

      if (!g_unichar_validate (c))
        continue;
      g_string_append_unichar (name, c);
      rn_spec_set_name (spec, name->str);
      text = rn_spec_to_json (spec);
      back = read_text (text);
      g_assert_cmpstr (rn_spec_get_name (back), ==, name->str);
    }
}

static void
test_4096_blocks_are_read_at_once (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 32, 3, RN_STEM_3X3, 16, 10, NULL);
  g_autofree char *text = NULL;
  g_autoptr (RnSpec) back = NULL;
  gint64 start;

  for (int i = 0; i < RN_MAX_BLOCKS; i++)
    g_assert_true (rn_spec_add_block (spec, i, (RnBlockSpec){ .channels = 16, .stride = 1 }, NULL));
  text = rn_spec_to_json (spec);
  start = g_get_monotonic_time ();
  back = read_text (text);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
  assert_same_blocks (spec, back);
}

/* Each is refused, with a message that begins with the file and says what and where. */
static void
test_broken_texts_are_refused (void)
{
#define INPUT "\"input\":{\"side\":32,\"channels\":3}"
#define STEM "\"stem\":{\"kind\":\"3x3\",\"channels\":16}"
#define REST "\"blocks\":[],\"classes\":10}"
#define BASIC "{\"kind\":\"basic\",\"channels\":16}"
  static const struct
  {
    const char *text;
    RnError code;
    const char *part;
  } rows[] = {
    { "", RN_ERROR_FORMAT, "line 1: the text ends" },
    { "[]", RN_ERROR_FORMAT, "there is a list of 0 where an object should be" },
    { "null", RN_ERROR_FORMAT, "there is null where an object should be" },
    { "{}", RN_ERROR_FORMAT, "“version” is missing" },
    { "{\"version\":2," INPUT "," STEM "," REST, RN_ERROR_FORMAT, "“version” is 2, but must be 1" },
    { "{\"version\":\"1\"," INPUT "," STEM "," REST, RN_ERROR_FORMAT,
      "“version” is \"1\", but must be 1" },
    { "{\"version\":1," STEM "," REST, RN_ERROR_FORMAT, "“input” is missing" },
    { "{\"version\":1," INPUT "," REST, RN_ERROR_FORMAT, "“stem” is missing" },
    { "{\"version\":1," INPUT "," STEM ",\"classes\":10}", RN_ERROR_FORMAT, "“blocks” is missing" },
    { "{\"version\":1," INPUT "," STEM ",\"blocks\":[]}", RN_ERROR_FORMAT, "“classes” is missing" },
    { "{\"version\":1,\"colour\":3," INPUT "," STEM "," REST, RN_ERROR_FORMAT,
      "“colour” is not known here" },
    { "{\"version\":1,\"name\":5," INPUT "," STEM "," REST, RN_ERROR_FORMAT,
      "“name” is 5, but must be text" },
    { "{\"version\":1,\"input\":32," STEM "," REST, RN_ERROR_FORMAT,
      "“input” is 32, but must be an object" },
    { "{\"version\":1,\"input\":{\"side\":0,\"channels\":3}," STEM "," REST, RN_ERROR_FORMAT,
      "input: “side” is 0, but must be 1 to 4096" },
    { "{\"version\":1,\"input\":{\"side\":32.5,\"channels\":3}," STEM "," REST, RN_ERROR_FORMAT,
      "input: “side” is 32.5" },
    { "{\"version\":1,\"input\":{\"side\":32,\"channels\":2}," STEM "," REST, RN_ERROR_SHAPE,
      "“channels” of the input is 2, but must be 1 or 3" },
    { "{\"version\":1,\"input\":{\"side\":32,\"channels\":3,\"depth\":1}," STEM "," REST,
      RN_ERROR_FORMAT, "input: “depth” is not known here; these are: “side”, “channels”" },
    { "{\"version\":1," INPUT ",\"stem\":{\"kind\":\"5x5\",\"channels\":16}," REST, RN_ERROR_FORMAT,
      "stem: “kind” is \"5x5\", but must be one of “3x3”, “7x7-pool”" },
    { "{\"version\":1," INPUT ",\"stem\":{\"kind\":\"3x3\",\"channels\":1e9}," REST,
      RN_ERROR_FORMAT, "stem: “channels” is 1000000000.0, but must be 1 to 8192" },
    { "{\"version\":1," INPUT "," STEM ",\"blocks\":[],\"classes\":100001}", RN_ERROR_FORMAT,
      "“classes” is 100001, but must be 1 to 100000" },
    { "{\"version\":1," INPUT "," STEM ",\"blocks\":{},\"classes\":10}", RN_ERROR_FORMAT,
      "“blocks” is an object, but must be a list of at most 4096" },
    { FRAME ("7"), RN_ERROR_FORMAT, "block 1: there is 7 where an object should be" },
    { FRAME (BASIC ",{\"channels\":16}"), RN_ERROR_FORMAT, "block 2: “kind” is missing" },
    { FRAME (BASIC ",{\"kind\":\"basic\"}"), RN_ERROR_FORMAT, "block 2: “channels” is missing" },
    { FRAME (BASIC "," BASIC ",{\"kind\":\"basic\",\"channels\":16,\"stride\":5}"), RN_ERROR_FORMAT,
      "block 3: “stride” is 5, but must be 1 to 2" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"stride\":-1}"), RN_ERROR_FORMAT,
      "block 1: “stride” is -1" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"stride\":true}"), RN_ERROR_FORMAT,
      "block 1: “stride” is true" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":1000000000000}"), RN_ERROR_FORMAT,
      "block 1: “channels” is 1000000000000, but must be 1 to 8192" },
    { FRAME ("{\"kind\":\"wide\",\"channels\":16}"), RN_ERROR_FORMAT,
      "block 1: “kind” is \"wide\"" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"shortcut\":\"D\"}"), RN_ERROR_FORMAT,
      "block 1: “shortcut” is \"D\", but must be one of “A-split”, “A-end”, “B”, “C”" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"bottleneck_stride\":3}"), RN_ERROR_FORMAT,
      "block 1: “bottleneck_stride” is 3" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"zero_gamma\":1}"), RN_ERROR_FORMAT,
      "block 1: “zero_gamma” is 1, but must be true or false" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"strides\":1}"), RN_ERROR_FORMAT,
      "block 1: “strides” is not known here" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"id\":0}"), RN_ERROR_FORMAT,
      "block 1: “id” is 0" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"id\":4294967296}"), RN_ERROR_FORMAT,
      "block 1: “id” is 4294967296" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"id\":4}," BASIC
             ",{\"kind\":\"basic\",\"channels\":16,\"id\":4}"),
      RN_ERROR_SHAPE, "block 3: “id” is 4, which another block has" },
    { FRAME ("{\"kind\":\"bottleneck\",\"channels\":18}"), RN_ERROR_SHAPE,
      "block 1: “channels” is 18, but must be a multiple of 4" },
    { FRAME (BASIC ",{\"kind\":\"basic\",\"channels\":8,\"shortcut\":\"A-split\"}"), RN_ERROR_SHAPE,
      "block 2: shortcut option A can only add channels, but here 16 become 8" },
    { FRAME ("{\"kind\":\"basic\",\"channels\":16,\"channels\":16}"), RN_ERROR_FORMAT,
      "line 1: the key “channels” stands twice" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rn_spec_from_json (rows[i].text, -1, "net.json", &error));
      g_assert_error (error, RN_ERROR, (int) rows[i].code);
      g_assert_true (g_str_has_prefix (error->message, "net.json: "));
      if (strstr (error->message, rows[i].part) == NULL)
        g_error ("“%s” does not say “%s”", error->message, rows[i].part);
    }
}

static void
test_too_many_blocks_are_refused (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i <= RN_MAX_BLOCKS; i++)
    g_string_append (text, i == 0 ? BASIC : "," BASIC);
  g_string_prepend (text, "{\"version\":1," INPUT "," STEM ",\"blocks\":[");
  g_string_append (text, "],\"classes\":10}");
  g_assert_null (rn_spec_from_json (text->str, (gssize) text->len, "net.json", &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==,
                   "net.json: “blocks” is a list of 4097, but must be a list of at most 4096");
}

static void
test_a_long_name_is_refused (void)
{
  g_autofree char *name = g_strnfill (RN_MAX_NAME + 1, 'n');
  g_autofree char *text =
      g_strdup_printf ("{\"version\":1,\"name\":\"%s\"," INPUT "," STEM "," REST, name);
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_spec_from_json (text, -1, "net.json", &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==,
                   "net.json: “name” has 201 bytes, but must be UTF-8 of at most 200");
}

/* Every text that is one byte short or has one byte changed is read or refused, and never crashes. */
static void
test_damaged_texts_do_no_harm (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  g_autofree char *text = rn_spec_to_json (spec);
  const gsize length = strlen (text);
  RnRandom random;

  for (gsize i = 0; i + 2 < length; i++)
    {
      g_autofree char *part = g_memdup2 (text, MAX (i, 1));
      g_autoptr (GError) error = NULL;

      g_assert_null (rn_spec_from_json (part, (gssize) i, "net.json", &error));
      g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
    }
  rn_random_start (&random, 4, RN_STREAM_TEST, 0, 0);
  for (int run = 0; run < 5000; run++)
    {
      g_autofree char *changed = g_memdup2 (text, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnSpec) read = NULL;

      changed[rn_random_below (&random, length)] = (char) rn_random_below (&random, 256);
      read = rn_spec_from_json (changed, (gssize) length, "net.json", &error);
      g_assert_true ((read == NULL) == (error != NULL));
    }
}

static void
test_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("residua-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "net.json", NULL);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnSpec) back = NULL;
  g_autofree char *text = rn_spec_to_json (spec);
  g_autofree char *bytes = NULL;

  g_assert_no_error (error);
  g_assert_true (rn_spec_save (spec, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, text);
  back = rn_spec_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (rn_spec_equal (spec, back));

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_null (rn_spec_load (path, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_clear_error (&error);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_null (rn_spec_load (path, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_false (rn_spec_save (spec, path, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spec-json/the form of the text", test_the_form_of_the_text);
  g_test_add_func ("/spec-json/what may be left out", test_what_may_be_left_out);
  g_test_add_func ("/spec-json/fresh ids are above all that the file names",
                   test_fresh_ids_are_above_all_that_the_file_names);
  g_test_add_func ("/spec-json/any network survives the text", test_any_network_survives_the_text);
  g_test_add_func ("/spec-json/every preset survives the text",
                   test_every_preset_survives_the_text);
  g_test_add_func ("/spec-json/any name survives the text", test_any_name_survives_the_text);
  g_test_add_func ("/spec-json/4096 blocks are read at once", test_4096_blocks_are_read_at_once);
  g_test_add_func ("/spec-json/broken texts are refused", test_broken_texts_are_refused);
  g_test_add_func ("/spec-json/too many blocks are refused", test_too_many_blocks_are_refused);
  g_test_add_func ("/spec-json/a long name is refused", test_a_long_name_is_refused);
  g_test_add_func ("/spec-json/damaged texts do no harm", test_damaged_texts_do_no_harm);
  g_test_add_func ("/spec-json/files", test_files);
  return g_test_run ();
}
