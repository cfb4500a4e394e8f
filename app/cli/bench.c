#include "commands.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "arguments.h"
#include "bench-kernels.h"
#include "output-json.h"
#include "residua/bench.h"
#include "residua/compute-info.h"
#include "residua/error.h"
#include "signals.h"
#include "terminal.h"

static struct
{
  char *cases;
  gint64 threads;
  double seconds;
  gboolean kernels;
  gboolean split;
  gboolean json;
} option = { .threads = 1, .seconds = RN_CLI_NO_NUMBER };

#define SECONDS 6.0
#define KERNEL_SECONDS 0.1

static const GOptionEntry entries[] = {
  { "case", 0, 0, G_OPTION_ARG_STRING, &option.cases, N_ ("What to measure"), "NAME[,NAME…]|all" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads (default: 1; 0 is one per processor)"), "T" },
  { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &option.seconds,
    N_ ("To measure each for, after three steps to warm up (default: 6; 0.1 with --kernels)"),
    "S" },
  { "kernels", 0, 0, G_OPTION_ARG_NONE, &option.kernels,
    N_ ("Its convolutions one by one, by every algorithm"), NULL },
  { "split", 0, 0, G_OPTION_ARG_NONE, &option.split,
    N_ ("And what its time is spent on, in percent"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json, N_ ("One JSON object on stdout"), NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Measures speed on random pictures and prints a line for each case:\n"
        "    case threads images_per_s median_step_ms peak_rss_mb");

static const char examples[] = N_ (
    "Cases: train_r20_b128 train_r56_b128 train_r18_b16 infer_r20_b128 infer_r20_b1 infer_r18_b1\n"
    "infer_r18_b16 infer_r50_b1 infer_r50_b16: training or running, the network, pictures a step.\n"
    "Of several each has a process of its own, so that the memory is its own.\n"
    "With --split, five columns more, percent of all threads' time: Winograd's transforms, "
    "products of matrices, direct\n"
    "convolution, all other passes, waiting for one another.\n"
    "With --kernels, for each shape of convolution: GFLOP/s by each algorithm, counted as if every "
    "product of the\n"
    "definition were computed, their share of what the processor can do in registers, which "
    "algorithm is taken, and\n"
    "which is the fastest.\n"
    "\n"
    "Examples:\n"
    "  Training on two threads:\n"
    "    residua-cli bench --case train_r20_b128 --threads 2\n"
    "  Everything, quickly:\n"
    "    residua-cli bench --case all --threads 2 --seconds 1\n"
    "  What one picture's time is spent on:\n"
    "    residua-cli bench --case infer_r18_b1 --threads 2 --split\n"
    "  Whether each convolution is computed by its fastest algorithm here:\n"
    "    residua-cli bench --case infer_r18_b1 --threads 2 --kernels\n"
    "  For a script:\n"
    "    residua-cli bench --case infer_r50_b1,infer_r50_b16 --json");

/* In the order of RnBenchWork */
static const char *const works[RN_BENCH_N_WORKS] = { "transforms", "products", "direct", "passes",
                                                     "waiting" };

/* One case, as it goes from a child to its parent and to whoever reads --json */

static void
add_result (JsonBuilder *builder, const char *name, const RnBenchResult *result)
{
  /* three passes of the same size: forward, to the data, to the filters */
  const double passes = g_str_has_prefix (name, "train") ? 3.0 : 1.0;

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "case", name);
  rn_cli_json_int (builder, "threads", result->threads);
  rn_cli_json_number (builder, "images_per_s", result->pictures_per_s);
  rn_cli_json_number (builder, "median_step_ms", result->median_step_ms);
  rn_cli_json_number (builder, "min_step_ms", result->min_step_ms);
  rn_cli_json_number (builder, "peak_rss_mb", (double) result->peak_rss_bytes / (1024.0 * 1024.0));
  rn_cli_json_int (builder, "steps", result->steps);
  rn_cli_json_number (builder, "gflops",
                      2e-9 * passes * (double) result->macs * result->pictures_per_s);
  if (option.split)
    {
      json_builder_set_member_name (builder, "split");
      json_builder_begin_object (builder);
      for (int i = 0; i < RN_BENCH_N_WORKS; i++)
        rn_cli_json_number (builder, works[i], result->split[i]);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
print_line (JsonObject *result)
{
  printf ("%s %d %.1f %.3f %.0f", json_object_get_string_member (result, "case"),
          (int) json_object_get_int_member (result, "threads"),
          json_object_get_double_member (result, "images_per_s"),
          json_object_get_double_member (result, "median_step_ms"),
          json_object_get_double_member (result, "peak_rss_mb"));
  for (int i = 0; option.split && i < RN_BENCH_N_WORKS; i++)
    printf (" %.1f",
            100.0 * json_object_get_double_member (json_object_get_object_member (result, "split"),
                                                   works[i]));
  putchar ('\n');
  fflush (stdout);
}

/* (transfer full) @cases: an array's nodes */
static void
print_document (JsonArray *cases)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "isa", rn_compute_isa ());
  rn_cli_json_string (builder, "blas_core", rn_compute_blas_core ());
  json_builder_set_member_name (builder, "cases");
  json_builder_begin_array (builder);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    json_builder_add_value (builder, json_array_dup_element (cases, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

static JsonNode *
measure_here (const char *name, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  RnBenchResult result;

  rn_cli_signals_look ();
  if (!rn_bench_run (name, (int) option.threads, option.seconds, option.split,
                     rn_cli_get_interrupt (), &result, error))
    return NULL;
  add_result (builder, name, &result);
  return json_builder_get_root (builder);
}

static JsonNode *
read_child (const char *name, const char *output, GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (output, error);
  JsonArray *cases = root != NULL && JSON_NODE_HOLDS_OBJECT (root)
                         ? json_object_get_array_member (json_node_get_object (root), "cases")
                         : NULL;

  if (cases != NULL && json_array_get_length (cases) == 1)
    return json_array_dup_element (cases, 0);
  g_clear_error (error);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("The process that measures %s says nothing"),
               name);
  return NULL;
}

/* Between fork and exec: a child does not outlive who waits for it. */
static void
set_up_child (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

/* In a process of its own: this program again. Its messages come through; it shares our terminal's Ctrl-C. */
static JsonNode *
measure_apart (const char *program, const char *name, GError **error)
{
  g_autofree char *threads = g_strdup_printf ("%d", (int) option.threads);
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];
  const char *const words[] = {
    program,     "bench",
    "--case",    name,
    "--threads", threads,
    "--seconds", g_ascii_dtostr (seconds, sizeof seconds, option.seconds),
    "--json",    option.split ? "--split" : NULL,
    NULL
  };
  g_autofree char *output = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) words, NULL, G_SPAWN_DEFAULT, set_up_child, NULL, &output,
                     NULL, &status, error))
    return NULL;
  if (rn_cli_is_interrupted ())
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return NULL;
    }
  if (!g_spawn_check_wait_status (status, error))
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  return read_child (name, output, error);
}

static gboolean
measure_all (char **names, GError **error)
{
  const gboolean is_single = names[1] == NULL;
  g_autoptr (JsonArray) cases = json_array_new ();
  g_autofree char *program = is_single ? NULL : g_file_read_link ("/proc/self/exe", error);

  if (!is_single && program == NULL)
    return FALSE;
  for (int i = 0; names[i] != NULL; i++)
    {
      JsonNode *result =
          is_single ? measure_here (names[i], error) : measure_apart (program, names[i], error);

      if (result == NULL)
        return FALSE;
      if (!option.json)
        print_line (json_node_get_object (result));
      json_array_add_element (cases, result);
    }
  if (option.json)
    print_document (cases);
  return TRUE;
}

static gboolean
check_words (int argc, char **argv, GError **error)
{
  if (!rn_cli_no_words (argc, argv, error) || !rn_cli_need ("--case", option.cases, error) ||
      !rn_cli_check_int ("--threads", option.threads, 0, 256, error))
    return FALSE;
  if (option.split && option.kernels)
    return rn_cli_usage_error (error, _ ("--split and --kernels exclude each other"));
  if (option.seconds == RN_CLI_NO_NUMBER)
    option.seconds = option.kernels ? KERNEL_SECONDS : SECONDS;
  return (option.seconds >= 0.0 && option.seconds <= 86400.0) ||
         rn_cli_usage_error (error, _ ("--seconds must be from 0 to 86400"));
}

/* Names, all of which there are */
static char **
get_cases (GError **error)
{
  const char *const *known = rn_bench_cases ();
  g_auto (GStrv) names = NULL;

  if (strcmp (option.cases, "all") == 0)
    return g_strdupv ((char **) known);
  names = g_strsplit (option.cases, ",", -1);
  for (int i = 0; names[i] != NULL; i++)
    if (!g_strv_contains (known, names[i]))
      {
        g_autofree char *all = g_strjoinv (", ", (char **) known);

        rn_cli_usage_error (error, _ ("There is no case “%s”; there are %s"), names[i], all);
        return NULL;
      }
  return g_steal_pointer (&names);
}

RnExit
rn_cli_bench (int argc, char **argv)
{
  g_auto (GStrv) names = NULL;
  GError *error = NULL;

  if (!rn_cli_parse (&argc, &argv, "--case NAME", summary, examples, entries, NULL, &error) ||
      !check_words (argc, argv, &error) || (names = get_cases (&error)) == NULL ||
      !(option.kernels ? rn_cli_bench_kernels (names, (int) option.threads, option.seconds,
                                               option.json, &error)
                       : measure_all (names, &error)))
    return rn_cli_fail (error, "bench");
  return RN_EXIT_DONE;
}
