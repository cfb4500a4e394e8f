#include "commands.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "arguments.h"
#include "fit.h"
#include "models.h"
#include "output-json.h"
#include "residua/bench.h"
#include "residua/compute-info.h"
#include "residua/cost.h"
#include "residua/spec-table.h"
#include "residua/trainer.h"
#include "signals.h"
#include "terminal.h"
#include "training.h"

#define BLOCK_NAME_SIZE 32

static struct
{
  gint64 batch;
  gint64 threads;
  char *data;
  gboolean blocks;
  gboolean table;
  gboolean json;
} option = { .batch = 128, .threads = RN_CLI_NO_INT };

static const GOptionEntry entries[] = {
  { "batch", 0, 0, G_OPTION_ARG_INT64, &option.batch,
    N_ ("Pictures a step, for the memory (default: 128)"), "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads, for the memory (default: one per processor)"), "T" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option.data,
    N_ ("Also how long an epoch of this data set would take here: measured, in a few seconds"),
    "sample|PATH" },
  { "blocks", 0, 0, G_OPTION_ARG_NONE, &option.blocks, N_ ("Also each block"), NULL },
  { "table", 0, 0, G_OPTION_ARG_NONE, &option.table,
    N_ ("Only the network's layers, as in Table 1 of the paper"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json,
    N_ ("One JSON object on stdout: parameters, macs, receptive_field, train_bytes, run_bytes, "
        "epoch_seconds, blocks"),
    NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Tells what a network costs, what a model file or a run holds, and what this machine and\n"
        "program have to offer.");

static const char examples[] = N_ ("Examples:\n"
                                   "  The presets, and what this machine computes with:\n"
                                   "    residua-cli info\n"
                                   "  A network, block by block:\n"
                                   "    residua-cli info resnet50 --blocks\n"
                                   "  The same for a paper:\n"
                                   "    residua-cli info resnet50 --table\n"
                                   "  Does it fit into memory with smaller batches?\n"
                                   "    residua-cli info resnet1202 --batch 16\n"
                                   "  How long would an epoch take here?\n"
                                   "    residua-cli info resnet56 --data sample\n"
                                   "  A model file, and a run:\n"
                                   "    residua-cli info resnet20.safetensors\n"
                                   "    residua-cli info runs/first");

/* What was asked about: always a network, and what else came with it */
typedef struct
{
  RnSpec *spec;
  RnModel *model;       /* (nullable): files and runs */
  RnRun *run;           /* (nullable): runs */
  double epoch_seconds; /* NAN where nobody asked */
} Subject;

static void
subject_clear (Subject *subject)
{
  g_clear_pointer (&subject->spec, rn_spec_free);
  g_clear_pointer (&subject->model, rn_model_unref);
  g_clear_pointer (&subject->run, rn_run_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

/* A preset's name wins over a file's; ./NAME is the file. */
static gboolean
open_subject (Subject *subject, const char *what, GError **error)
{
  g_autofree char *folder = NULL;
  GError *mistake = NULL;

  if (g_strv_contains (rn_spec_preset_names (), what))
    return (subject->spec = rn_spec_preset (what, error)) != NULL;
  if (g_str_has_suffix (what, ".json"))
    return (subject->spec = rn_spec_load (what, error)) != NULL;
  folder = rn_cli_run_part (what);
  if (folder != NULL && (subject->run = rn_run_open (folder, error)) == NULL)
    return FALSE;
  if (folder != NULL || g_file_test (what, G_FILE_TEST_EXISTS) || strchr (what, '/') != NULL ||
      g_str_has_suffix (what, ".safetensors"))
    {
      subject->model = rn_cli_load_model (what, error);
      if (subject->model != NULL)
        subject->spec = rn_spec_copy (rn_model_get_spec (subject->model));
      return subject->model != NULL;
    }
  subject->spec = rn_spec_preset (what, &mistake);
  rn_cli_usage_error (error, "%s", mistake->message);
  g_error_free (mistake);
  return FALSE;
}

/* Blocks */

/* Where the next block is: a new layer begins at stride 2 and where the width changes. */
typedef struct
{
  int layer;
  int index;
  int channels;
} Place;

static void
name_block (Place *place, const RnBlockSpec *block, char name[BLOCK_NAME_SIZE])
{
  if (place->layer == 0 || block->stride == 2 || block->channels != place->channels)
    {
      place->layer++;
      place->index = 0;
    }
  g_snprintf (name, BLOCK_NAME_SIZE, "layer%d.%d", place->layer, place->index++);
  place->channels = block->channels;
}

static const char *
kind_name (RnBlockKind kind)
{
  static const char *const names[] = { "basic", "bottleneck", "plain-basic", "plain-bottleneck" };

  return names[kind];
}

static const char *
shortcut_name (const RnBlockSpec *block)
{
  static const char *const names[] = { "A-split", "A-end", "B", "C" };

  return rn_block_kind_is_plain (block->kind) ? "none" : names[block->shortcut];
}

static void
add_cost (JsonBuilder *builder, const RnCost *cost)
{
  rn_cli_json_int (builder, "parameters", cost->parameters);
  rn_cli_json_int (builder, "macs", cost->macs);
  rn_cli_json_int (builder, "receptive_field", cost->receptive_field);
  rn_cli_json_int (builder, "train_bytes", (gint64) cost->train_bytes);
  rn_cli_json_int (builder, "run_bytes", (gint64) cost->run_bytes);
}

static void
add_part (JsonBuilder *builder, const char *name, const RnBlockSpec *block, const RnCost *cost)
{
  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "name", name);
  if (block != NULL)
    {
      rn_cli_json_string (builder, "kind", kind_name (block->kind));
      rn_cli_json_string (builder, "shortcut", shortcut_name (block));
      rn_cli_json_int (builder, "stride", block->stride);
    }
  rn_cli_json_int (builder, "height", cost->height);
  rn_cli_json_int (builder, "width", cost->width);
  rn_cli_json_int (builder, "channels", cost->channels);
  add_cost (builder, cost);
  json_builder_end_object (builder);
}

typedef void (*PartFunc) (const char *name, const RnBlockSpec *block, const RnCost *cost,
                          gpointer data);

/* Stem, blocks, head */
static void
each_part (const RnSpec *spec, PartFunc func, gpointer data)
{
  const int batch = (int) option.batch;
  Place place = { 0, 0, rn_spec_get_stem_channels (spec) };
  g_autofree RnCost *costs = g_new (RnCost, MAX (rn_spec_n_blocks (spec), 1));
  RnCost cost;

  rn_cost_of_blocks (spec, batch, costs);
  rn_cost_of_stem (spec, batch, &cost);
  func ("stem", NULL, &cost, data);
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (spec, i);
      char name[BLOCK_NAME_SIZE];

      name_block (&place, block, name);
      func (name, block, &costs[i], data);
    }
  rn_cost_of_head (spec, batch, &cost);
  func ("head", NULL, &cost, data);
}

static void
add_json_part (const char *name, const RnBlockSpec *block, const RnCost *cost, gpointer data)
{
  add_part (data, name, block, cost);
}

static void
print_part (const char *name, const RnBlockSpec *block, const RnCost *cost, gpointer data)
{
  g_autofree char *parameters = rn_cli_grouped (cost->parameters);
  g_autofree char *macs = rn_cli_large ((double) cost->macs);
  g_autofree char *shape = g_strdup_printf ("%d×%d×%d", cost->height, cost->width, cost->channels);
  const int gap = 14 - rn_cli_width (shape), gap2 = 12 - rn_cli_width (parameters);

  rn_cli_print ("%-12s %-16s %-8s %6d  %s%*s %*s%s %10s %6" G_GINT64_FORMAT " %8.1f MB", name,
                block != NULL ? kind_name (block->kind) : "",
                block != NULL ? shortcut_name (block) : "", block != NULL ? block->stride : 1,
                shape, MAX (gap, 0), "", MAX (gap2, 0), "", parameters, macs, cost->receptive_field,
                (double) cost->train_bytes / 1e6);
}

/* Networks */

static int
used_threads (void)
{
  return option.threads != RN_CLI_NO_INT && option.threads > 0 ? (int) option.threads
                                                               : rn_compute_n_processors ();
}

static void
add_preprocess (JsonBuilder *builder, RnModel *model)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);

  json_builder_set_member_name (builder, "preprocess");
  json_builder_begin_object (builder);
  rn_cli_json_int (builder, "side", preprocess->side);
  rn_cli_json_floats (builder, "mean", preprocess->mean, (gsize) preprocess->channels);
  rn_cli_json_floats (builder, "std", preprocess->std, (gsize) preprocess->channels);
  rn_cli_json_bool (builder, "per_pixel_mean", preprocess->pixel_mean != NULL);
  json_builder_end_object (builder);
}

static void
add_run (JsonBuilder *builder, RnRun *run)
{
  const RnSettings *settings = rn_run_get_settings (run);
  g_autoptr (GArray) checkpoints = rn_run_list_checkpoints (run, NULL);
  g_autofree char *schedule = rn_schedule_to_string (&settings->schedule);

  json_builder_set_member_name (builder, "run");
  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "path", rn_run_get_path (run));
  rn_cli_json_string (builder, "data", rn_run_get_data (run));
  rn_cli_json_string (builder, "data_digest", rn_run_get_data_digest (run));
  rn_cli_json_int (builder, "steps", settings->steps);
  rn_cli_json_int (builder, "batch", settings->batch);
  rn_cli_json_number (builder, "rate", settings->rate);
  rn_cli_json_string (builder, "schedule", schedule);
  rn_cli_json_int (builder, "best_step", rn_run_best_step (run));
  json_builder_set_member_name (builder, "checkpoints");
  json_builder_begin_array (builder);
  for (guint i = 0; checkpoints != NULL && i < checkpoints->len; i++)
    json_builder_add_int_value (builder, g_array_index (checkpoints, gint64, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (const Subject *subject, const RnCost *cost)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const RnSpec *spec = subject->spec;

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "name", rn_spec_get_name (spec));
  rn_cli_json_int (builder, "side", rn_spec_get_side (spec));
  rn_cli_json_int (builder, "channels", rn_spec_get_channels (spec));
  rn_cli_json_int (builder, "classes", rn_spec_get_classes (spec));
  rn_cli_json_int (builder, "batch", option.batch);
  rn_cli_json_int (builder, "threads", used_threads ());
  add_cost (builder, cost);
  if (!isnan (subject->epoch_seconds))
    rn_cli_json_number (builder, "epoch_seconds", subject->epoch_seconds);
  if (subject->model != NULL)
    {
      rn_cli_json_strings (builder, "class_names", rn_model_get_classes (subject->model));
      rn_cli_json_int (builder, "step", rn_model_get_step (subject->model));
      rn_cli_json_number (builder, "bn_eps", rn_model_get_epsilon (subject->model));
      add_preprocess (builder, subject->model);
    }
  if (subject->run != NULL)
    add_run (builder, subject->run);
  json_builder_set_member_name (builder, "blocks");
  json_builder_begin_array (builder);
  each_part (spec, add_json_part, builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

static void
print_model (RnModel *model)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const char *const *names = rn_model_get_classes (model);
  GString *numbers = g_string_new (NULL);

  for (int c = 0; c < preprocess->channels; c++)
    g_string_append_printf (numbers, "%s%.4g ± %.4g", c > 0 ? ", " : "",
                            (double) preprocess->mean[c], (double) preprocess->std[c]);
  rn_cli_print (_ ("Pictures         %s%s"), numbers->str,
                preprocess->pixel_mean != NULL ? _ (", each pixel's own mean") : "");
  g_string_free (numbers, TRUE);
  if (names != NULL)
    {
      g_autofree char *all = g_strjoinv (", ", (char **) names);
      g_autofree char *shown = g_utf8_substring (all, 0, MIN (g_utf8_strlen (all, -1), 300));

      rn_cli_print (_ ("Classes          %s%s"), shown, strlen (shown) < strlen (all) ? "…" : "");
    }
  if (rn_model_get_step (model) >= 0)
    rn_cli_print (_ ("Trained          %lld steps"), (long long) rn_model_get_step (model));
}

static void
print_run (RnRun *run)
{
  const RnSettings *settings = rn_run_get_settings (run);
  g_autoptr (GArray) checkpoints = rn_run_list_checkpoints (run, NULL);
  g_autofree char *schedule = rn_schedule_to_string (&settings->schedule);

  rn_cli_print (_ ("Run              %s, on %s"), rn_run_get_path (run), rn_run_get_data (run));
  rn_cli_print (_ ("Settings         %lld steps of %d pictures, rate %g, schedule %s"),
                (long long) settings->steps, settings->batch, settings->rate, schedule);
  if (checkpoints != NULL && checkpoints->len > 0)
    rn_cli_print (_ ("Checkpoints      %u, the newest of step %lld"), checkpoints->len,
                  (long long) g_array_index (checkpoints, gint64, checkpoints->len - 1));
  if (rn_run_best_step (run) >= 0)
    rn_cli_print (_ ("Best             step %lld"), (long long) rn_run_best_step (run));
}

static void
print_blocks (const RnSpec *spec)
{
  const RnCliCell heading[] = {
    { _ ("block"), -12 },
    { _ ("kind"), -16 },
    { _ ("shortcut"), -8 },
    { _ ("stride"), 6 },
    { "", 0 },
    { _ ("output"), -14 },
    { _ ("parameters"), 12 },
    { _ ("mult-adds"), 10 },
    { _ ("field"), 6 },
    { _ ("to train"), 11 },
  };

  rn_cli_print ("%s", "");
  rn_cli_print_cells (heading, G_N_ELEMENTS (heading));
  each_part (spec, print_part, NULL);
}

static void
print_epoch (double seconds)
{
  g_autofree char *duration =
      seconds < 60.0 ? g_strdup_printf (_ ("%.1f s"), seconds) : rn_cli_duration (seconds);

  rn_cli_print (_ ("An epoch         about %s here, its test included"), duration);
}

static void
print_text (const Subject *subject, const RnCost *cost)
{
  const RnSpec *spec = subject->spec;
  const char *name = rn_spec_get_name (spec);
  const int side = rn_spec_get_side (spec);
  g_autofree char *parameters = rn_cli_grouped (cost->parameters);
  g_autofree char *macs = rn_cli_large ((double) cost->macs);

  rn_cli_print (_ ("Network          %s, %d blocks"), name != NULL ? name : _ ("without a name"),
                rn_spec_n_blocks (spec));
  rn_cli_print (_ ("Input            %d×%d, %s; %d classes"), side, side,
                rn_spec_get_channels (spec) == 3 ? _ ("RGB") : _ ("grey"),
                rn_spec_get_classes (spec));
  rn_cli_print (_ ("Parameters       %s"), parameters);
  rn_cli_print (_ ("Multiply-adds    %s a picture"), macs);
  rn_cli_print (_ ("Receptive field  %lld pixels"), (long long) cost->receptive_field);
  rn_cli_print (
      _ ("Memory           %.1f MB to train with batches of %d, %.1f MB to run them, %d threads"),
      (double) cost->train_bytes / 1e6, (int) option.batch, (double) cost->run_bytes / 1e6,
      used_threads ());
  if (!isnan (subject->epoch_seconds))
    print_epoch (subject->epoch_seconds);
  if (subject->model != NULL)
    print_model (subject->model);
  if (subject->run != NULL)
    print_run (subject->run);
  if (option.blocks)
    print_blocks (spec);
}

/* Its lines end in line feeds, and so does what is printed. */
static void
print_table (const RnSpec *spec)
{
  g_autofree char *table = rn_spec_to_table (spec);

  rn_cli_print ("%s", g_strchomp (table));
}

/* The machine */

static void
print_machine_json (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *const *names = rn_spec_preset_names ();

  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "version", RN_VERSION);
  rn_cli_json_string (builder, "isa", rn_compute_isa ());
  rn_cli_json_string (builder, "blas_core", rn_compute_blas_core ());
  rn_cli_json_bool (builder, "blas_parallel", rn_compute_blas_is_parallel ());
  rn_cli_json_int (builder, "processors", rn_compute_n_processors ());
  rn_cli_json_strings (builder, "presets", names);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

static void
print_machine_text (void)
{
  const char *const *names = rn_spec_preset_names ();
  const RnCliCell heading[] = {
    { _ ("preset"), -16 },
    { _ ("input"), 7 },
    { _ ("parameters"), 12 },
    { _ ("mult-adds"), 10 },
    { "", 0 },
    { _ ("(at its own input and number of classes)"), 0 },
  };

  rn_cli_print (_ ("Residua          %s"), RN_VERSION);
  rn_cli_print (_ ("Processors       %d, kernels for %s"), rn_compute_n_processors (),
                rn_compute_isa ());
  rn_cli_print (_ ("OpenBLAS         for %s%s"), rn_compute_blas_core (),
                rn_compute_blas_is_parallel ()
                    ? ""
                    : _ ("; not the pthread build, so products wait for one another "
                         "(libopenblas-pthread is faster)"));
  rn_cli_print ("%s", "");
  rn_cli_print_cells (heading, G_N_ELEMENTS (heading));
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (RnSpec) spec = rn_spec_preset (names[i], NULL);
      g_autofree char *parameters = NULL, *macs = NULL;
      RnCost cost;

      rn_cost_of_network (spec, 1, 1, &cost);
      parameters = rn_cli_grouped (cost.parameters);
      macs = rn_cli_large ((double) cost.macs);
      rn_cli_print ("%-16s %4d px %*s%s %10s", names[i], rn_spec_get_side (spec),
                    MAX (12 - rn_cli_width (parameters), 0), "", parameters, macs);
    }
}

static gboolean
check_words (int argc, char **argv, GError **error)
{
  RnModelHints hints;

  return (argc <= 2 || rn_cli_no_words (argc - 1, argv + 1, error)) &&
         rn_cli_check_int ("--batch", option.batch, 1, 65536, error) &&
         rn_cli_check_int ("--threads", option.threads, 0, 256, error) &&
         rn_cli_get_hints (&hints, error);
}

/* A preset adapts itself to the data, as where it is trained. */
static gboolean
estimate_epoch (Subject *subject, const char *what, GError **error)
{
  const int *cancel = rn_cli_get_interrupt ();
  g_autoptr (RnDataset) dataset = NULL;
  RnSettings settings;

  rn_settings_init (&settings);
  settings.batch = (int) option.batch;
  dataset = rn_cli_open_data (option.data, settings.seed, error);
  return dataset != NULL &&
         (!rn_cli_is_preset (what) || rn_trainer_fit_spec (subject->spec, dataset, error)) &&
         rn_augment_parse (rn_cli_usual_augment (dataset), &settings.augment, error) &&
         rn_bench_estimate_epoch (subject->spec, &settings, dataset, used_threads (), cancel,
                                  &subject->epoch_seconds, error);
}

RnExit
rn_cli_info (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_hints_group (), NULL };
  g_auto (Subject) subject = { .epoch_seconds = NAN };
  GError *error = NULL;
  RnCost cost;

  if (!rn_cli_parse (&argc, &argv, "[NET|FILE|RUN]", summary, examples, entries, groups, &error) ||
      !check_words (argc, argv, &error) || (argc == 2 && !open_subject (&subject, argv[1], &error)))
    return rn_cli_fail (error, "info");
  if (option.table && (subject.spec == NULL || option.json || option.blocks))
    {
      rn_cli_usage_error (&error, _ ("--table needs a network, and no --blocks or --json"));
      return rn_cli_fail (error, "info");
    }
  if (option.data != NULL && (subject.spec == NULL || option.table))
    {
      rn_cli_usage_error (&error, _ ("--data needs a network, and no --table"));
      return rn_cli_fail (error, "info");
    }
  if (subject.spec == NULL)
    {
      if (option.json)
        print_machine_json ();
      else
        print_machine_text ();
      return RN_EXIT_DONE;
    }
  if (option.table)
    {
      print_table (subject.spec);
      return RN_EXIT_DONE;
    }
  if (option.data != NULL && !estimate_epoch (&subject, argv[1], &error))
    return rn_cli_fail (error, "info");
  rn_cost_of_network (subject.spec, (int) option.batch, used_threads (), &cost);
  if (option.json)
    print_json (&subject, &cost);
  else
    print_text (&subject, &cost);
  return RN_EXIT_DONE;
}
