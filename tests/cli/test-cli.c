#include "cli.h"

#include <string.h>

/* How residua-cli is talked to: words, mistakes in them, exit codes, and what info tells. */

static void
test_alone_it_shows_all_commands (void)
{
  static const char *const commands[] = { "train",  "resume", "eval",  "classify", "inspect",
                                          "export", "info",   "bench", "data" };
  g_autoptr (CliResult) result = cli_run (".", NULL);

  cli_assert_code (result, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_assert_nonnull (strstr (result->out, commands[i]));
}

static void
test_it_tells_its_version (void)
{
  g_autoptr (CliResult) result = cli_run (".", "--version", NULL);

  cli_assert_code (result, 0);
  g_assert_true (g_str_has_prefix (result->out, "residua-cli 0."));
}

static void
test_every_command_teaches_by_example (void)
{
  static const char *const commands[] = { "train",  "resume", "eval",  "classify", "inspect",
                                          "export", "info",   "bench", "data" };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (CliResult) asked = cli_run (".", commands[i], "--help", NULL);
      g_autoptr (CliResult) helped = cli_run (".", "help", commands[i], NULL);
      g_autofree char *example = g_strdup_printf ("    residua-cli %s", commands[i]);
      const char *first = strstr (asked->out, example);

      cli_assert_code (asked, 0);
      cli_assert_code (helped, 0);
      g_assert_cmpstr (asked->out, ==, helped->out);
      g_assert_nonnull (first);
      g_assert_nonnull (strstr (first + 1, example));
    }
}

static void
test_a_mistyped_command_is_answered_with_the_nearest (void)
{
  g_autoptr (CliResult) near = cli_run (".", "trian", NULL);
  g_autoptr (CliResult) far = cli_run (".", "xylophone", NULL);

  cli_assert_code (near, 2);
  g_assert_nonnull (strstr (near->err, "residua-cli: "));
  g_assert_nonnull (strstr (near->err, "“train”"));
  cli_assert_code (far, 2);
  g_assert_null (strstr (far->err, "Did you mean"));
}

/* Each is a mistake in usage, told on stderr with a word of its own, and nothing on stdout. */
static void
test_mistakes_in_usage_are_code_2 (void)
{
  static const struct
  {
    const char *words[12];
    const char *told;
  } cases[] = {
    { { "train" }, "--data" },
    { { "train", "--data", "x", "--net", "resnet20" }, "--out" },
    { { "train", "--data", "x", "--net", "resnet21", "--out", "r" }, "resnet20" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--batch", "0" }, "--batch" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--steps", "many" }, "many" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--lr", "-1" }, "rate" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--lr", "nan" }, "rate" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--schedule", "bogus" },
      "bogus" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--augment", "spin" }, "spin" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--seed", "1x" }, "1x" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "--threads", "257" }, "257" },
    { { "train", "--data", "x", "--net", "resnet20", "--out", "r", "left-over" }, "left-over" },
    { { "train", "--bogus" }, "--bogus" },
    { { "resume" }, "run" },
    { { "resume", "r", "--steps", "0" }, "--steps" },
    { { "eval", "--data", "x" }, "--model" },
    { { "eval", "--model", "m", "--data", "x", "--split", "half" }, "half" },
    { { "eval", "--model", "m", "--data", "x", "--crops", "3" }, "--crops" },
    { { "eval", "--model", "m", "--data", "x", "--scales", "224,big" }, "big" },
    { { "eval", "--model", "m", "--data", "x", "--flip" }, "--scales" },
    { { "eval", "--model", "m", "--data", "x", "--mean", "0.5" }, "--std" },
    { { "eval", "--model", "m", "--data", "x", "--mean", "1,2", "--std", "1,1,1" }, "--mean" },
    { { "eval", "--model", "m", "--data", "x", "--mean", "0", "--std", "0" }, "--std" },
    { { "eval", "--model", "m", "--data", "x", "--pad-channels", "front" }, "front" },
    { { "eval", "--model", "m", "--data", "x", "--bottleneck-stride", "5x5" }, "5x5" },
    { { "eval", "--model", "m", "--data", "x", "--bn-eps", "-1" }, "--bn-eps" },
    { { "eval", "--model", "m", "--data", "x", "--input", "99999" }, "99999" },
    { { "classify", "--model", "m" }, "pictures" },
    { { "classify", "--model", "m", "--json", "--csv", "p.png" }, "--csv" },
    { { "inspect", "--model", "m", "--data", "x", "--count", "0" }, "--count" },
    { { "inspect", "--model", "m", "--data", "x", "--lesions", "--paths" }, "--paths" },
    { { "inspect", "--model", "m", "--data", "x", "--draws", "3" }, "--draws" },
    { { "export", "--model", "m", "--out", "x", "--fold" }, "--fold" },
    { { "export", "--model", "m", "--out", "x", "--to", "paper" }, "--to" },
    { { "info", "resnet21" }, "resnet20" },
    { { "info", "resnet20", "--batch", "70000" }, "70000" },
    { { "bench" }, "--case" },
    { { "bench", "--case", "train_r21" }, "train_r20_b128" },
    { { "bench", "--case", "infer_r20_b1", "--seconds", "-1" }, "--seconds" },
    { { "bench", "--case", "infer_r20_b1", "--kernels", "--split" }, "--split" },
    { { "data" }, "sample" },
    { { "data", "x", "--format", "gif", "--out", "o" }, "gif" },
    { { "data", "x", "--scenes", "3", "--out", "o" }, "--scenes" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const *w = cases[i].words;
      g_autoptr (CliResult) result =
          cli_run (".", w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], NULL);

      g_test_message ("%s %s", w[0], cases[i].told);
      cli_assert_code (result, 2);
      g_assert_true (g_str_has_prefix (result->err, "residua-cli: "));
      g_assert_nonnull (strstr (result->err, cases[i].told));
      g_assert_cmpstr (result->out, ==, "");
    }
}

static void
test_what_is_not_there_is_code_1_and_named (void)
{
  g_autoptr (CliResult) model =
      cli_run (".", "eval", "--model", "no-such-model", "--data", "x", NULL);
  g_autoptr (CliResult) run = cli_run (".", "resume", "no-such-run", NULL);
  g_autoptr (CliResult) spec =
      cli_run (".", "train", "--data", "x", "--net", "no-such.json", "--out", "no-such-run", NULL);
  g_autoptr (CliResult) data = cli_run (".", "data", "no-such-data", NULL);

  cli_assert_code (model, 1);
  g_assert_nonnull (strstr (model->err, "no-such-model"));
  cli_assert_code (run, 1);
  g_assert_nonnull (strstr (run->err, "no-such-run"));
  cli_assert_code (spec, 1);
  g_assert_nonnull (strstr (spec->err, "no-such.json"));
  cli_assert_code (data, 1);
  g_assert_nonnull (strstr (data->err, "no-such-data"));
}

static void
check_figures (const char *net, gint64 parameters, gint64 macs)
{
  g_autoptr (CliResult) result = cli_run (".", "info", net, "--json", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  cli_assert_code (result, 0);
  root = cli_json (result);
  object = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (object, "parameters"), ==, parameters);
  g_assert_cmpint (json_object_get_int_member (object, "macs"), ==, macs);
}

/* He et al. 2015, table 1 and section 4.2; multiply-adds by hand from the layers' shapes */
static void
test_info_knows_the_figures_of_the_paper (void)
{
  check_figures ("resnet20", 269722, 40551040);
  check_figures ("resnet50", 25557032, G_GINT64_CONSTANT (4089184256));
  check_figures ("resnet50-paper", 25557032, G_GINT64_CONSTANT (3857973248));
}

static void
test_the_parts_of_a_network_add_up (void)
{
  g_autoptr (CliResult) result = cli_run (".", "info", "resnet34", "--json", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonArray *parts;
  gint64 parameters = 0, macs = 0;

  cli_assert_code (result, 0);
  root = cli_json (result);
  object = json_node_get_object (root);
  parts = json_object_get_array_member (object, "blocks");
  g_assert_cmpuint (json_array_get_length (parts), ==, 18); /* stem, 16 blocks, head */
  for (guint i = 0; i < json_array_get_length (parts); i++)
    {
      JsonObject *part = json_array_get_object_element (parts, i);

      parameters += json_object_get_int_member (part, "parameters");
      macs += json_object_get_int_member (part, "macs");
    }
  g_assert_cmpint (parameters, ==, json_object_get_int_member (object, "parameters"));
  g_assert_cmpint (macs, ==, json_object_get_int_member (object, "macs"));
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (parts, 4), "name"),
                   ==, "layer2.0");
}

static void
test_info_alone_lists_presets_and_the_machine (void)
{
  g_autoptr (CliResult) result = cli_run (".", "info", "--json", NULL);
  g_autoptr (CliResult) text = cli_run (".", "info", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  cli_assert_code (result, 0);
  cli_assert_code (text, 0);
  root = cli_json (result);
  object = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (object, "processors"), >=, 1);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "presets")), >,
                    20);
  g_assert_nonnull (json_object_get_string_member (object, "isa"));
  g_assert_nonnull (strstr (text->out, "resnet110"));
}

/* case threads images_per_s median_step_ms peak_rss_mb */
static void
check_line (const char *line, const char *name)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  g_assert_cmpuint (g_strv_length (words), ==, 5);
  g_assert_cmpstr (words[0], ==, name);
  g_assert_cmpstr (words[1], ==, "1");
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (words[2], NULL) * g_ascii_strtod (words[3], NULL),
                                  1000.0, 60.0);
  g_assert_cmpfloat (g_ascii_strtod (words[4], NULL), >, 1.0);
}

static void
test_bench_prints_the_line_of_the_baseline (void)
{
  g_autoptr (CliResult) one =
      cli_run (".", "bench", "--case", "infer_r20_b1", "--seconds", "0", NULL);
  g_autoptr (CliResult) two =
      cli_run (".", "bench", "--case", "infer_r20_b1,infer_r20_b1", "--seconds", "0", NULL);
  g_auto (GStrv) lines = NULL;

  cli_assert_code (one, 0);
  cli_assert_code (two, 0);
  check_line (g_strchomp (one->out), "infer_r20_b1");
  lines = g_strsplit (g_strchomp (two->out), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  check_line (lines[0], "infer_r20_b1");
  check_line (lines[1], "infer_r20_b1");
}

/* Running ResNet-20 has transforms and products, its stem and strides are direct; all of it is the whole. */
static void
test_bench_says_what_the_time_is_spent_on (void)
{
  static const char *const works[] = { "transforms", "products", "direct", "passes", "waiting" };
  g_autoptr (CliResult) result =
      cli_run (".", "bench", "--case", "infer_r20_b1,train_r20_b128", "--threads", "2", "--seconds",
               "0", "--split", "--json", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *cases;

  cli_assert_code (result, 0);
  root = cli_json (result);
  cases = json_object_get_array_member (json_node_get_object (root), "cases");
  g_assert_cmpuint (json_array_get_length (cases), ==, 2);
  for (guint at = 0; at < 2; at++)
    {
      JsonObject *split =
          json_object_get_object_member (json_array_get_object_element (cases, at), "split");
      double sum = 0.0;

      for (int i = 0; i < 5; i++)
        {
          g_assert_cmpfloat (json_object_get_double_member (split, works[i]), >, 0.0);
          sum += json_object_get_double_member (split, works[i]);
        }
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-6);
    }
}

static double
by_method (JsonObject *kernel, const char *what, const char *method)
{
  JsonNode *node = json_object_get_member (json_object_get_object_member (kernel, what), method);

  return JSON_NODE_HOLDS_NULL (node) ? 0.0 : json_node_get_double (node);
}

static int
member (JsonObject *kernel, const char *name)
{
  return (int) json_object_get_int_member (kernel, name);
}

/* Whether every algorithm that can do it was measured, its operations are those of the definition, and the fastest is. */
static void
check_kernel (JsonObject *kernel)
{
  static const char *const methods[] = { "direct", "winograd", "product" };
  const int side = member (kernel, "kernel"), stride = member (kernel, "stride");
  const int p = (member (kernel, "h") + stride - 1) / stride;
  const int q = (member (kernel, "w") + stride - 1) / stride;
  const double operations = 2.0 * member (kernel, "n") * p * q * member (kernel, "k") * side *
                            side * member (kernel, "c");
  const gboolean able[] = { TRUE, side == 3 && stride == 1 && member (kernel, "c") % 16 == 0,
                            g_str_equal (json_object_get_string_member (kernel, "direction"),
                                         "filters") };
  double best = 0.0;

  for (int i = 0; i < 3; i++)
    {
      const double gflops = by_method (kernel, "gflops", methods[i]);

      g_assert_cmpint (gflops > 0.0, ==, able[i]);
      g_assert_cmpfloat_with_epsilon (gflops * by_method (kernel, "ms", methods[i]) * 1e6,
                                      able[i] ? operations : 0.0, 1e-6 * operations);
      best = MAX (best, gflops);
    }
  g_assert_cmpfloat (by_method (kernel, "gflops",
                                json_object_get_string_member (kernel, "fastest")),
                     ==, best);
  g_assert_cmpfloat (by_method (kernel, "gflops", json_object_get_string_member (kernel, "taken")),
                     >, 0.0);
}

/* ResNet-20 has 19 convolutions; the stem's alone has no gradient of its input. */
static void
test_bench_measures_each_kernel_by_every_algorithm (void)
{
  g_autoptr (CliResult) result =
      cli_run (".", "bench", "--kernels", "--case", "train_r20_b128,infer_r20_b1", "--seconds", "0",
               "--json", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonArray *kernels;
  int count[2] = { 0, 0 };

  cli_assert_code (result, 0);
  root = cli_json (result);
  object = json_node_get_object (root);
  g_assert_cmpfloat (json_object_get_double_member (object, "peak_gflops"), >, 0.1);
  kernels = json_object_get_array_member (object, "kernels");
  for (guint i = 0; i < json_array_get_length (kernels); i++)
    {
      JsonObject *kernel = json_array_get_object_element (kernels, i);
      const gboolean runs =
          g_str_equal (json_object_get_string_member (kernel, "case"), "infer_r20_b1");

      check_kernel (kernel);
      count[runs] += member (kernel, "count");
      if (runs)
        g_assert_cmpstr (json_object_get_string_member (kernel, "direction"), ==, "forward");
    }
  g_assert_cmpint (count[0], ==, 19 + 18 + 19);
  g_assert_cmpint (count[1], ==, 19);
}

static void
test_bench_prints_a_table_of_the_kernels (void)
{
  g_autoptr (CliResult) result =
      cli_run (".", "bench", "--kernels", "--case", "infer_r20_b1", "--seconds", "0", NULL);
  g_auto (GStrv) lines = NULL;

  cli_assert_code (result, 0);
  lines = g_strsplit (g_strchomp (result->out), "\n", -1);
  g_assert_true (g_str_has_prefix (lines[0], "infer_r20_b1, threads: 1, peak: "));
  for (int i = 2; lines[i + 1] != NULL; i++)
    {
      g_assert_true (g_str_has_prefix (lines[i], "forward "));
      g_assert_nonnull (strstr (lines[i], " %)"));
    }
  g_assert_cmpuint (g_strv_length (lines), ==, 3 + 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/alone-it-shows-all-commands", test_alone_it_shows_all_commands);
  g_test_add_func ("/cli/it-tells-its-version", test_it_tells_its_version);
  g_test_add_func ("/cli/every-command-teaches-by-example", test_every_command_teaches_by_example);
  g_test_add_func ("/cli/a-mistyped-command-is-answered-with-the-nearest",
                   test_a_mistyped_command_is_answered_with_the_nearest);
  g_test_add_func ("/cli/mistakes-in-usage-are-code-2", test_mistakes_in_usage_are_code_2);
  g_test_add_func ("/cli/what-is-not-there-is-code-1-and-named",
                   test_what_is_not_there_is_code_1_and_named);
  g_test_add_func ("/cli/info-knows-the-figures-of-the-paper",
                   test_info_knows_the_figures_of_the_paper);
  g_test_add_func ("/cli/the-parts-of-a-network-add-up", test_the_parts_of_a_network_add_up);
  g_test_add_func ("/cli/info-alone-lists-presets-and-the-machine",
                   test_info_alone_lists_presets_and_the_machine);
  g_test_add_func ("/cli/bench-says-what-the-time-is-spent-on",
                   test_bench_says_what_the_time_is_spent_on);
  g_test_add_func ("/cli/bench-measures-each-kernel-by-every-algorithm",
                   test_bench_measures_each_kernel_by_every_algorithm);
  g_test_add_func ("/cli/bench-prints-a-table-of-the-kernels",
                   test_bench_prints_a_table_of_the_kernels);
  g_test_add_func ("/cli/bench-prints-the-line-of-the-baseline",
                   test_bench_prints_the_line_of_the_baseline);
  return g_test_run ();
}
