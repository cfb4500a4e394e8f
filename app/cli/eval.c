#include "commands.h"

#include <glib/gi18n.h>
#include <string.h>

#include "arguments.h"
#include "models.h"
#include "output-json.h"
#include "residua/error.h"
#include "signals.h"
#include "terminal.h"
#include "training.h"

/* A table of more columns than this is no longer read; the worst mistakes are listed instead. */
#define MAX_TABLE 20
#define N_MISTAKES 20
#define MAX_NAME_COLUMNS 12
#define COUNT_COLUMNS 6

static struct
{
  char *model;
  char *data;
  char *split;
  gint64 limit;
  gint64 logits;
  gboolean confusion;
  char *seed;
  gint64 threads;
  gboolean json;
} option = { .limit = RN_CLI_NO_INT, .logits = RN_CLI_NO_INT, .threads = RN_CLI_NO_INT };

static const GOptionEntry entries[] = {
  { "model", 0, 0, G_OPTION_ARG_FILENAME, &option.model,
    N_ ("A .safetensors file, or a run: RUN (its newest checkpoint), RUN@best, RUN@STEP"),
    "FILE|RUN" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option.data, N_ ("Pictures with labels"), "sample|PATH" },
  { "split", 0, 0, G_OPTION_ARG_STRING, &option.split, N_ ("Which pictures (default: test)"),
    "train|test" },
  { "limit", 0, 0, G_OPTION_ARG_INT64, &option.limit, N_ ("Only the first N pictures"), "N" },
  { "confusion", 0, 0, G_OPTION_ARG_NONE, &option.confusion,
    N_ ("Also which class was taken for which"), NULL },
  { "logits", 0, 0, G_OPTION_ARG_INT64, &option.logits,
    N_ ("Also the logits of the first N pictures"), "N" },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &option.seed,
    N_ ("Splits a folder of pictures that has no train and test (default: as the run did)"), "S" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads (default: one per processor)"), "T" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json,
    N_ ("One JSON object on stdout: error, wrong, count, loss and what else was asked for"), NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Measures how often a model is wrong on pictures whose classes are known.");

static const char examples[] =
    N_ ("Examples:\n"
        "  The best checkpoint of a run, on the test pictures:\n"
        "    residua-cli eval --model runs/first@best --data sample --confusion\n"
        "  As the paper tests ImageNet, ten views of each picture:\n"
        "    residua-cli eval --model runs/photos --data photos --crops 10\n"
        "  A model that somebody else trained, whose file does not tell its preprocessing:\n"
        "    residua-cli eval --model resnet20.safetensors --data cifar-10-batches-bin --json \\\n"
        "        --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225");

static gboolean
check_words (int argc, char **argv, RnSplit *split, GError **error)
{
  RnModelHints hints;

  return rn_cli_no_words (argc, argv, error) && rn_cli_need ("--model", option.model, error) &&
         rn_cli_need ("--data", option.data, error) &&
         rn_cli_parse_split (option.split != NULL ? option.split : "test", split, error) &&
         rn_cli_check_int ("--limit", option.limit, 1, G_MAXINT, error) &&
         rn_cli_check_int ("--logits", option.logits, 0, G_MAXINT, error) &&
         rn_cli_check_int ("--threads", option.threads, 0, 256, error) &&
         rn_cli_get_hints (&hints, error) && rn_cli_check_views (error);
}

/* What the classes are called: by the model, else by the data; numbers where neither knows */
static const char *const *
class_names (RnModel *model, RnDataset *dataset)
{
  const char *const *names = rn_model_get_classes (model);

  if (names == NULL &&
      rn_dataset_n_classes (dataset) == rn_spec_get_classes (rn_model_get_spec (model)))
    names = rn_dataset_get_classes (dataset);
  return names;
}

static char *
class_name (const char *const *names, int index)
{
  return names != NULL ? g_strdup (names[index]) : g_strdup_printf ("%d", index);
}

/* JSON */

static void
add_confusion (JsonBuilder *builder, const RnEvaluation *evaluation)
{
  const int n = evaluation->n_classes;

  json_builder_set_member_name (builder, "confusion");
  json_builder_begin_array (builder);
  for (int row = 0; row < n; row++)
    {
      json_builder_begin_array (builder);
      for (int column = 0; column < n; column++)
        json_builder_add_int_value (builder, evaluation->confusion[(gsize) row * n + column]);
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
}

static void
add_logits (JsonBuilder *builder, const RnEvaluation *evaluation)
{
  json_builder_set_member_name (builder, "logits");
  json_builder_begin_array (builder);
  for (int i = 0; i < evaluation->n_logits; i++)
    rn_cli_json_floats (builder, NULL, evaluation->logits + (gsize) i * evaluation->n_classes,
                        (gsize) evaluation->n_classes);
  json_builder_end_array (builder);
}

static void
print_json (const char *const *names, RnSplit split, const RnEvaluation *evaluation)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *const notes[] = { evaluation->notes, NULL };
  const double count = evaluation->count;

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "model", option.model);
  rn_cli_json_string (builder, "data", option.data);
  rn_cli_json_string (builder, "split", split == RN_SPLIT_TEST ? "test" : "train");
  rn_cli_json_int (builder, "count", evaluation->count);
  rn_cli_json_int (builder, "wrong", evaluation->wrong);
  rn_cli_json_number (builder, "error", evaluation->wrong / count);
  rn_cli_json_number (builder, "top5_error", evaluation->wrong_top5 / count);
  rn_cli_json_number (builder, "loss", evaluation->loss);
  rn_cli_json_strings (builder, "classes", names);
  if (option.confusion)
    add_confusion (builder, evaluation);
  if (option.logits != RN_CLI_NO_INT)
    add_logits (builder, evaluation);
  rn_cli_json_strings (builder, "notes", notes);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

/* Text */

/* The beginning of @text, filled up to @columns: a cell that is never wider. */
static void
append_fitted (GString *line, const char *text, int columns)
{
  g_autofree char *shown = rn_cli_cut (text, ABS (columns));

  rn_cli_append_cell (line, &(RnCliCell){ shown, columns });
}

static void
print_table (const char *const *names, const RnEvaluation *evaluation)
{
  const int n = evaluation->n_classes;
  g_autoptr (GString) line = g_string_new (NULL);

  rn_cli_print (_ ("\nRows are the truth, columns the answers:"));
  append_fitted (line, "", -MAX_NAME_COLUMNS);
  for (int column = 0; column < n; column++)
    {
      g_autofree char *name = class_name (names, column);

      g_string_append_c (line, ' ');
      append_fitted (line, name, COUNT_COLUMNS);
    }
  rn_cli_print ("%s", line->str);
  for (int row = 0; row < n; row++)
    {
      g_autofree char *name = class_name (names, row);

      g_string_truncate (line, 0);
      append_fitted (line, name, -MAX_NAME_COLUMNS);
      for (int column = 0; column < n; column++)
        g_string_append_printf (line, " %*d", COUNT_COLUMNS,
                                evaluation->confusion[(gsize) row * n + column]);
      rn_cli_print ("%s", line->str);
    }
}

typedef struct
{
  int row;
  int column;
  int count;
} Mistake;

static int
compare_mistakes (gconstpointer a, gconstpointer b)
{
  return ((const Mistake *) b)->count - ((const Mistake *) a)->count;
}

static void
print_mistakes (const char *const *names, const RnEvaluation *evaluation)
{
  g_autoptr (GArray) mistakes = g_array_new (FALSE, FALSE, sizeof (Mistake));
  const int n = evaluation->n_classes;

  for (int row = 0; row < n; row++)
    for (int column = 0; column < n; column++)
      {
        const Mistake mistake = { row, column, evaluation->confusion[(gsize) row * n + column] };

        if (row != column && mistake.count > 0)
          g_array_append_val (mistakes, mistake);
      }
  g_array_sort (mistakes, compare_mistakes);
  rn_cli_print (_ ("\nThe most frequent mistakes:"));
  for (guint i = 0; i < MIN (mistakes->len, N_MISTAKES); i++)
    {
      const Mistake *mistake = &g_array_index (mistakes, Mistake, i);
      g_autofree char *truth = class_name (names, mistake->row);
      g_autofree char *answer = class_name (names, mistake->column);

      rn_cli_print (_ ("%6d × “%s” taken for “%s”"), mistake->count, truth, answer);
    }
}

static void
print_logits (const RnEvaluation *evaluation)
{
  for (int i = 0; i < evaluation->n_logits; i++)
    {
      GString *line = g_string_new (NULL);

      g_string_append_printf (line, _ ("logits %d:"), i);
      for (int k = 0; k < evaluation->n_classes; k++)
        g_string_append_printf (line, " %.6g",
                                (double) evaluation->logits[(gsize) i * evaluation->n_classes + k]);
      rn_cli_print ("%s", line->str);
      g_string_free (line, TRUE);
    }
}

static void
print_text (const char *const *names, const RnEvaluation *evaluation)
{
  const double count = evaluation->count;

  rn_cli_print (_ ("error %.2f %%  (%d of %d wrong)  loss %.4f"), 100.0 * evaluation->wrong / count,
                evaluation->wrong, evaluation->count, evaluation->loss);
  if (evaluation->n_classes > 5)
    rn_cli_print (_ ("not among the first five: %.2f %%"), 100.0 * evaluation->wrong_top5 / count);
  if (option.confusion && evaluation->n_classes <= MAX_TABLE)
    print_table (names, evaluation);
  else if (option.confusion)
    print_mistakes (names, evaluation);
  print_logits (evaluation);
}

/* Class names that are no numbers and not the same: the labels may mean other things. */
static void
warn_of_classes (RnModel *model, RnDataset *dataset)
{
  const char *const *ours = rn_model_get_classes (model), *const *theirs =
                                                              rn_dataset_get_classes (dataset);

  for (int i = 0; ours != NULL && ours[i] != NULL && theirs[i] != NULL; i++)
    if (strcmp (ours[i], theirs[i]) != 0 && !g_ascii_isdigit (ours[i][0]) &&
        !g_ascii_isdigit (theirs[i][0]))
      {
        rn_cli_complain (_ ("warning: class %d is “%s” to the model and “%s” in the data"), i,
                         ours[i], theirs[i]);
        return;
      }
}

static RnEvaluation *
evaluate (RnModel *model, RnDataset *dataset, RnSplit split, GError **error)
{
  const int threads = option.threads != RN_CLI_NO_INT ? (int) option.threads : 0;
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, threads, error);
  RnCliProgress progress;
  RnEvaluation *evaluation;
  RnViews views;

  if (evaluator == NULL)
    return NULL;
  rn_cli_get_views (&views, rn_model_get_preprocess (model)->side);
  rn_cli_progress_start (&progress, _ ("Testing"));
  evaluation = rn_evaluate (evaluator, dataset, split, &views,
                            option.limit != RN_CLI_NO_INT ? (int) option.limit : 0,
                            option.logits != RN_CLI_NO_INT ? (int) option.logits : 0,
                            rn_cli_progress_func, &progress, error);
  rn_cli_progress_end (&progress);
  return evaluation;
}

RnExit
rn_cli_eval (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_views_group (), rn_cli_hints_group (), NULL };
  g_autoptr (RnModel) model = NULL;
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnEvaluation) evaluation = NULL;
  GError *error = NULL;
  RnSplit split;
  guint64 seed;

  if (!rn_cli_parse (&argc, &argv, "--model FILE|RUN --data DATA", summary, examples, entries,
                     groups, &error) ||
      !check_words (argc, argv, &split, &error) ||
      !rn_cli_split_seed (option.seed, option.model, &seed, &error) ||
      (model = rn_cli_load_model (option.model, &error)) == NULL ||
      (dataset = rn_cli_open_data (option.data, seed, &error)) == NULL)
    return rn_cli_fail (error, "eval");
  warn_of_classes (model, dataset);
  evaluation = evaluate (model, dataset, split, &error);
  if (evaluation == NULL)
    return rn_cli_fail (error, "eval");
  if (option.json)
    print_json (class_names (model, dataset), split, evaluation);
  else
    print_text (class_names (model, dataset), evaluation);
  if (evaluation->notes != NULL && !option.json)
    rn_cli_tell (_ ("note: %s"), evaluation->notes);
  return RN_EXIT_DONE;
}
