#include "commands.h"

#include <glib/gi18n.h>

#include "arguments.h"
#include "models.h"
#include "output-json.h"
#include "residua/inspect.h"
#include "terminal.h"
#include "training.h"

#define BAR_COLUMNS 24

static struct
{
  char *model;
  char *data;
  char *split;
  gint64 count;
  char *seed;
  gint64 threads;
  gboolean json;
} option = { .count = 128, .threads = RN_CLI_NO_INT };

static const GOptionEntry entries[] = {
  { "model", 0, 0, G_OPTION_ARG_FILENAME, &option.model,
    N_ ("A .safetensors file, or a run: RUN (its newest checkpoint), RUN@best, RUN@STEP"),
    "FILE|RUN" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option.data, N_ ("The pictures to look at"),
    "sample|PATH" },
  { "split", 0, 0, G_OPTION_ARG_STRING, &option.split, N_ ("Which pictures (default: test)"),
    "train|test" },
  { "count", 0, 0, G_OPTION_ARG_INT64, &option.count,
    N_ ("How many pictures, from the first (default: 128)"), "N" },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &option.seed,
    N_ ("Splits a folder of pictures that has no train and test (default: as the run did)"), "S" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads (default: one per processor)"), "T" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json,
    N_ ("One JSON object on stdout; its “layers” have name, std, mean and kernel"), NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Shows how strongly each layer answers: standard deviation and mean of every batch-norm's\n"
        "output, before ReLU and addition, in the order of the network (figure 7 of the paper).");

static const char examples[] =
    N_ ("Examples:\n"
        "  The layers of a run:\n"
        "    residua-cli inspect --model runs/first --data sample\n"
        "  The same for a plotting program:\n"
        "    residua-cli inspect --model runs/first --data sample --count 1000 --json\n"
        "  A model of others:\n"
        "    residua-cli inspect --model resnet20.safetensors --data cifar-10-batches-bin \\\n"
        "        --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225");

static gboolean
check_words (int argc, char **argv, RnSplit *split, GError **error)
{
  RnModelHints hints;

  return rn_cli_no_words (argc, argv, error) && rn_cli_need ("--model", option.model, error) &&
         rn_cli_need ("--data", option.data, error) && rn_cli_get_hints (&hints, error) &&
         rn_cli_parse_split (option.split != NULL ? option.split : "test", split, error) &&
         rn_cli_check_int ("--count", option.count, 1, G_MAXINT, error) &&
         rn_cli_check_int ("--threads", option.threads, 0, 256, error);
}

static void
print_json (const GPtrArray *layers, RnSplit split, int count)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "model", option.model);
  rn_cli_json_string (builder, "data", option.data);
  rn_cli_json_string (builder, "split", split == RN_SPLIT_TEST ? "test" : "train");
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

static GPtrArray *
look (RnModel *model, RnDataset *dataset, RnSplit split, GError **error)
{
  const int threads = option.threads != RN_CLI_NO_INT ? (int) option.threads : 0;
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, threads, error);
  RnCliProgress progress;
  GPtrArray *layers;

  if (evaluator == NULL)
    return NULL;
  rn_cli_progress_start (&progress, _ ("Looking"));
  layers = rn_inspect_responses (evaluator, dataset, split, (int) option.count,
                                 rn_cli_progress_func, &progress, error);
  rn_cli_progress_end (&progress);
  return layers;
}

RnExit
rn_cli_inspect (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_hints_group (), NULL };
  g_autoptr (RnModel) model = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (GPtrArray) layers = NULL;
  GError *error = NULL;
  RnSplit split;
  guint64 seed;

  if (!rn_cli_parse (&argc, &argv, "--model FILE|RUN --data DATA", summary, examples, entries,
                     groups, &error) ||
      !check_words (argc, argv, &split, &error) ||
      !rn_cli_split_seed (option.seed, option.model, &seed, &error) ||
      (model = rn_cli_load_model (option.model, &error)) == NULL ||
      (dataset = rn_cli_open_data (option.data, seed, &error)) == NULL ||
      (layers = look (model, dataset, split, &error)) == NULL)
    return rn_cli_fail (error, "inspect");
  if (option.json)
    print_json (layers, split, MIN ((int) option.count, rn_dataset_count (dataset, split)));
  else
    print_text (layers);
  return RN_EXIT_DONE;
}
