#include "commands.h"

#include <glib/gi18n.h>

#include "arguments.h"
#include "inspect-study.h"
#include "models.h"
#include "residua/inspect.h"
#include "terminal.h"
#include "training.h"

#define BAR_COLUMNS 24
#define DEFAULT_COUNT 128

static struct
{
  char *model;
  char *data;
  char *split;
  gint64 count;
  char *seed;
  gint64 threads;
  gboolean lesions;
  gboolean shuffles;
  gboolean paths;
  gint64 draws;
  gboolean json;
} option = { .count = RN_CLI_NO_INT, .threads = RN_CLI_NO_INT, .draws = RN_CLI_NO_INT };

static const GOptionEntry entries[] = {
  { "model", 0, 0, G_OPTION_ARG_FILENAME, &option.model,
    N_ ("A .safetensors file, or a run: RUN (its newest checkpoint), RUN@best, RUN@STEP"),
    "FILE|RUN" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option.data, N_ ("The pictures to look at"),
    "sample|PATH" },
  { "split", 0, 0, G_OPTION_ARG_STRING, &option.split, N_ ("Which pictures (default: test)"),
    "train|test" },
  { "count", 0, 0, G_OPTION_ARG_INT64, &option.count,
    N_ ("How many pictures, from the first (default: 128); of a study: spread over all (default: "
        "all)"),
    "N" },
  { "lesions", 0, 0, G_OPTION_ARG_NONE, &option.lesions,
    N_ ("The error without each residual block, then without 1 to 10 random ones"), NULL },
  { "shuffles", 0, 0, G_OPTION_ARG_NONE, &option.shuffles,
    N_ ("The error after 1 to 10 pairs of blocks have changed places, with Kendall's tau"), NULL },
  { "paths", 0, 0, G_OPTION_ARG_NONE, &option.paths,
    N_ ("The paths by their length, and the share of the gradient that they carry"), NULL },
  { "draws", 0, 0, G_OPTION_ARG_INT64, &option.draws,
    N_ ("Of a study: random drawings for each number (default: 5, of paths 20)"), "N" },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &option.seed,
    N_ ("Splits a folder of pictures that has no train and test (default: as the run did)"), "S" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads (default: one per processor)"), "T" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json,
    N_ ("One JSON object on stdout; its “layers” have name, std, mean and kernel; of a study "
        "“points”"),
    NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Shows how strongly each layer answers: standard deviation and mean of every batch-norm's\n"
        "output, before ReLU and addition, in the order of the network (figure 7 of the paper). Or "
        "takes\n"
        "the network apart: --lesions, --shuffles, --paths (Veit et al. 2016).");

static const char examples[] =
    N_ ("Examples:\n"
        "  The layers of a run:\n"
        "    residua-cli inspect --model runs/first --data sample\n"
        "  The same for a plotting program:\n"
        "    residua-cli inspect --model runs/first --data sample --count 1000 --json\n"
        "  Without each of its blocks, then without several:\n"
        "    residua-cli inspect --model runs/first --data sample --lesions --count 500\n"
        "  A model of others:\n"
        "    residua-cli inspect --model resnet20.safetensors --data cifar-10-batches-bin \\\n"
        "        --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225");

static RnCliStudy
get_study (void)
{
  return option.lesions    ? RN_CLI_STUDY_LESIONS
         : option.shuffles ? RN_CLI_STUDY_SHUFFLES
         : option.paths    ? RN_CLI_STUDY_PATHS
                           : RN_CLI_STUDY_NONE;
}

static gboolean
check_study (GError **error)
{
  if (option.lesions + option.shuffles + option.paths > 1)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           _ ("--lesions, --shuffles and --paths are asked for one at a time"));
      return FALSE;
    }
  if (get_study () == RN_CLI_STUDY_NONE && option.draws != RN_CLI_NO_INT)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           _ ("--draws is of --lesions, --shuffles or --paths"));
      return FALSE;
    }
  return rn_cli_check_int ("--draws", option.draws, 1, 1000, error);
}

static gboolean
check_words (int argc, char **argv, RnSplit *split, GError **error)
{
  RnModelHints hints;

  return rn_cli_no_words (argc, argv, error) && rn_cli_need ("--model", option.model, error) &&
         rn_cli_need ("--data", option.data, error) && rn_cli_get_hints (&hints, error) &&
         rn_cli_parse_split (option.split != NULL ? option.split : "test", split, error) &&
         rn_cli_check_int ("--count", option.count, 1, G_MAXINT, error) &&
         rn_cli_check_int ("--threads", option.threads, 0, 256, error) && check_study (error);
}

/* Returns: (transfer full): with an object open that says what was looked at */
static JsonBuilder *
begin_json (RnSplit split)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "model", option.model);
  rn_cli_json_string (builder, "data", option.data);
  rn_cli_json_string (builder, "split", split == RN_SPLIT_TEST ? "test" : "train");
  return builder;
}

static void
print_json (const GPtrArray *layers, RnSplit split, int count)
{
  g_autoptr (JsonBuilder) builder = begin_json (split);

  rn_cli_json_int (builder, "count", count);
  json_builder_set_member_name (builder, "layers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < layers->len; i++)
    {
      const RnResponse *response = layers->pdata[i];

      json_builder_begin_object (builder);
      rn_cli_json_string (builder, "name", response->name);
      rn_cli_json_number (builder, "std", response->std);
      rn_cli_json_number (builder, "mean", response->mean);
      rn_cli_json_int (builder, "kernel", response->kernel);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

static void
print_text (const GPtrArray *layers)
{
  const RnCliCell heading[] = {
    { _ ("layer"), -28 }, { _ ("kernel"), 6 }, { _ ("std"), 9 }, { _ ("mean"), 9 }
  };
  double most = 1e-30;

  for (guint i = 0; i < layers->len; i++)
    most = MAX (most, ((const RnResponse *) layers->pdata[i])->std);
  rn_cli_print_cells (heading, G_N_ELEMENTS (heading));
  for (guint i = 0; i < layers->len; i++)
    {
      const RnResponse *response = layers->pdata[i];
      g_autofree char *bar = rn_cli_bar (response->std / most, BAR_COLUMNS);

      rn_cli_print ("%-28s %3d×%-2d %9.4f %9.4f  %s", response->name, response->kernel,
                    response->kernel, response->std, response->mean, bar);
    }
}

static int
get_threads (void)
{
  return option.threads != RN_CLI_NO_INT ? (int) option.threads : 0;
}

static gboolean
show_layers (RnModel *model, RnDataset *dataset, RnSplit split, GError **error)
{
  const int count = option.count != RN_CLI_NO_INT ? (int) option.count : DEFAULT_COUNT;
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, get_threads (), error);
  g_autoptr (GPtrArray) layers = NULL;
  RnCliProgress progress;

  if (evaluator == NULL)
    return FALSE;
  rn_cli_progress_start (&progress, _ ("Looking"));
  layers = rn_inspect_responses (evaluator, dataset, split, count, rn_cli_progress_func, &progress,
                                 error);
  rn_cli_progress_end (&progress);
  if (layers == NULL)
    return FALSE;
  if (option.json)
    print_json (layers, split, MIN (count, rn_dataset_count (dataset, split)));
  else
    print_text (layers);
  return TRUE;
}

static gboolean
show_study (RnModel *model, RnDataset *dataset, RnSplit split, GError **error)
{
  const int count = option.count != RN_CLI_NO_INT ? (int) option.count : 0;
  const int draws = option.draws != RN_CLI_NO_INT ? (int) option.draws : option.paths ? 20 : 5;
  g_auto (RnCliStudyResult) result = { RN_CLI_STUDY_NONE };

  if (!rn_cli_study_run (&result, get_study (), model, dataset, split, count, draws, get_threads (),
                         error))
    return FALSE;
  if (option.json)
    {
      g_autoptr (JsonBuilder) builder = begin_json (split);

      rn_cli_study_to_json (&result, model, builder);
      json_builder_end_object (builder);
      rn_cli_json_print (builder);
    }
  else
    rn_cli_study_print (&result, model);
  return TRUE;
}

RnExit
rn_cli_inspect (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_hints_group (), NULL };
  g_autoptr (RnModel) model = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  GError *error = NULL;
  RnSplit split;
  guint64 seed;

  if (!rn_cli_parse (&argc, &argv, "--model FILE|RUN --data DATA", summary, examples, entries,
                     groups, &error) ||
      !check_words (argc, argv, &split, &error) ||
      !rn_cli_split_seed (option.seed, option.model, &seed, &error) ||
      (model = rn_cli_load_model (option.model, &error)) == NULL ||
      (dataset = rn_cli_open_data (option.data, seed, &error)) == NULL ||
      !(get_study () == RN_CLI_STUDY_NONE ? show_layers (model, dataset, split, &error)
                                          : show_study (model, dataset, split, &error)))
    return rn_cli_fail (error, "inspect");
  return RN_EXIT_DONE;
}
