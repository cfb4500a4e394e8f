#include "commands.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "arguments.h"
#include "output-json.h"
#include "residua/augment.h"
#include "residua/error.h"
#include "signals.h"
#include "terminal.h"
#include "training.h"

/* Mean and standard deviation are worked out unasked only where that takes no time. */
#define MAX_SMALL_SIDE 64
#define STATISTICS_SIDE 224
#define BAR_COLUMNS 24

static struct
{
  char *out;
  char *format;
  gint64 count;
  char *split;
  gint64 scenes;
  gint64 side;
  char *seed;
  gboolean json;
} option = {
  .count = RN_CLI_NO_INT,
  .scenes = RN_CLI_NO_INT,
  .side = RN_CLI_NO_INT,
};

static const GOptionEntry entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &option.out, N_ ("Write the pictures into this folder"),
    "FOLDER" },
  { "format", 0, 0, G_OPTION_ARG_STRING, &option.format,
    N_ ("As CIFAR-10 binary files (the default; 32×32 colour pictures only) or as PNG files, a "
        "folder "
        "per class"),
    "cifar|png" },
  { "split", 0, 0, G_OPTION_ARG_STRING, &option.split,
    N_ ("With PNG: which pictures (default: test)"), "train|test" },
  { "count", 0, 0, G_OPTION_ARG_INT64, &option.count,
    N_ ("With PNG: only the first N pictures (default: all)"), "N" },
  { "scenes", 0, 0, G_OPTION_ARG_INT64, &option.scenes,
    N_ ("With sample: draw the first N scenes large instead"), "N" },
  { "side", 0, 0, G_OPTION_ARG_INT64, &option.side,
    N_ ("With --scenes: their side in pixels (default: 256)"), "PIXELS" },
  { "seed", 0, 0, G_OPTION_ARG_STRING, &option.seed,
    N_ ("Splits a folder of pictures that has no train and test (default: 1)"), "S" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json, N_ ("One JSON object on stdout"), NULL },
  { NULL },
};

static const char summary[] = N_ (
    "Tells what is in a data set, or writes it out. “sample” is the built-in set: ten classes of\n"
    "small drawings, 10 000 to learn from and 2 000 to test.");

static const char examples[] =
    N_ ("Examples:\n"
        "  What is in it? Is it in balance?\n"
        "    residua-cli data cifar-10-batches-bin\n"
        "  The sample set as CIFAR-10 binary, for other programs:\n"
        "    residua-cli data sample --out sample-bin\n"
        "  A hundred test pictures as PNG:\n"
        "    residua-cli data sample --out sample-png --format png --count 100\n"
        "  Twenty scenes drawn large, to try a model on:\n"
        "    residua-cli data sample --scenes 20 --side 256 --out scenes");

static gboolean
check_out (const char *what, GError **error)
{
  const gboolean is_png = g_strcmp0 (option.format, "png") == 0;

  if (option.format != NULL && !is_png && strcmp (option.format, "cifar") != 0)
    return rn_cli_usage_error (error, _ ("--format is “%s”; it must be cifar or png"),
                               option.format);
  if (option.out == NULL && (option.format != NULL || option.count != RN_CLI_NO_INT ||
                             option.split != NULL || option.scenes != RN_CLI_NO_INT))
    return rn_cli_usage_error (error, _ ("--out is missing"));
  if (option.side != RN_CLI_NO_INT && option.scenes == RN_CLI_NO_INT)
    return rn_cli_usage_error (error, _ ("--side needs --scenes"));
  if (option.scenes != RN_CLI_NO_INT)
    {
      if (strcmp (what, "sample") != 0)
        return rn_cli_usage_error (error, _ ("--scenes are drawn of “sample” only"));
      if (option.format != NULL || option.count != RN_CLI_NO_INT)
        return rn_cli_usage_error (error, _ ("--scenes goes with neither --format nor --count"));
    }
  else if (!is_png && (option.count != RN_CLI_NO_INT || option.split != NULL))
    return rn_cli_usage_error (error, _ ("--count and --split need --format png"));
  return TRUE;
}

static gboolean
check_words (int argc, char **argv, RnSplit *split, guint64 *seed, GError **error)
{
  if (argc < 2)
    return rn_cli_usage_error (error, _ ("Which data? “sample” or a path is missing"));
  *seed = 1;
  return rn_cli_no_words (argc - 1, argv + 1, error) &&
         rn_cli_check_int ("--count", option.count, 1, G_MAXINT, error) &&
         rn_cli_check_int ("--scenes", option.scenes, 1, 1000000, error) &&
         rn_cli_check_int ("--side", option.side, 16, 2048, error) &&
         rn_cli_parse_split (option.split != NULL ? option.split : "test", split, error) &&
         (option.seed == NULL || rn_cli_parse_whole ("--seed", option.seed, seed, error)) &&
         check_out (argv[1], error);
}

/* What is in it */

static int *
count_classes (RnDataset *dataset, RnSplit split)
{
  int *counts = g_new0 (int, rn_dataset_n_classes (dataset));

  for (int i = 0; i < rn_dataset_count (dataset, split); i++)
    counts[rn_dataset_get_label (dataset, split, i)]++;
  return counts;
}

static void
add_counts (JsonBuilder *builder, const char *key, const int *counts, int n)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    json_builder_add_int_value (builder, counts[i]);
  json_builder_end_array (builder);
}

static gboolean
measure (RnDataset *dataset, RnPreprocess *preprocess, GError **error)
{
  int width, height;

  rn_dataset_get_size (dataset, &width, &height);
  return rn_preprocess_measure (preprocess, dataset,
                                width > 0 && width == height ? MIN (width, RN_MAX_SIDE)
                                                             : STATISTICS_SIDE,
                                FALSE, error);
}

static gboolean
describe_json (RnDataset *dataset, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree int *train = count_classes (dataset, RN_SPLIT_TRAIN);
  g_autofree int *test = count_classes (dataset, RN_SPLIT_TEST);
  const int n = rn_dataset_n_classes (dataset),
            n_train = rn_dataset_count (dataset, RN_SPLIT_TRAIN);
  const int channels = rn_dataset_get_channels (dataset);
  RnPreprocess preprocess = { 0 };
  int width, height;

  if (n_train > 0 && !measure (dataset, &preprocess, error))
    return FALSE;
  rn_dataset_get_size (dataset, &width, &height);
  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "data", rn_dataset_get_source (dataset));
  rn_cli_json_string (builder, "format", rn_dataset_get_format (dataset));
  rn_cli_json_string (builder, "digest", rn_dataset_get_digest (dataset));
  rn_cli_json_int (builder, "width", width);
  rn_cli_json_int (builder, "height", height);
  rn_cli_json_int (builder, "channels", channels);
  rn_cli_json_int (builder, "train_count", n_train);
  rn_cli_json_int (builder, "test_count", rn_dataset_count (dataset, RN_SPLIT_TEST));
  rn_cli_json_strings (builder, "classes", rn_dataset_get_classes (dataset));
  add_counts (builder, "train_per_class", train, n);
  add_counts (builder, "test_per_class", test, n);
  rn_cli_json_floats (builder, "mean", preprocess.mean, n_train > 0 ? (gsize) channels : 0);
  rn_cli_json_floats (builder, "std", preprocess.std, n_train > 0 ? (gsize) channels : 0);
  rn_cli_json_strings (builder, "warnings", rn_dataset_get_warnings (dataset));
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
  rn_preprocess_clear (&preprocess);
  return TRUE;
}

static void
print_classes (RnDataset *dataset)
{
  g_autofree int *train = count_classes (dataset, RN_SPLIT_TRAIN);
  g_autofree int *test = count_classes (dataset, RN_SPLIT_TEST);
  const char *const *names = rn_dataset_get_classes (dataset);
  const RnCliCell heading[] = {
    { _ ("training"), 8 }, { _ ("test"), 8 }, { "", 0 }, { _ ("class"), 0 }
  };
  int most = 1;

  for (int i = 0; names[i] != NULL; i++)
    most = MAX (most, train[i]);
  rn_cli_print ("%s", "");
  rn_cli_print_cells (heading, G_N_ELEMENTS (heading));
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *bar = rn_cli_bar ((double) train[i] / most, BAR_COLUMNS);

      rn_cli_print ("%8d %8d  %s  %s", train[i], test[i], bar, names[i]);
    }
}

static gboolean
describe_text (RnDataset *dataset, GError **error)
{
  const char *const *warnings = rn_dataset_get_warnings (dataset);
  const int channels = rn_dataset_get_channels (dataset);
  RnPreprocess preprocess = { 0 };
  int width, height;

  rn_dataset_get_size (dataset, &width, &height);
  rn_cli_print (_ ("Data         %s: %s"), rn_dataset_get_source (dataset),
                rn_dataset_get_format (dataset));
  if (width > 0)
    rn_cli_print (_ ("Pictures     %d×%d, %s"), width, height,
                  channels == 3 ? _ ("RGB") : _ ("grey"));
  else
    rn_cli_print (_ ("Pictures     of several sizes, %s"), channels == 3 ? _ ("RGB") : _ ("grey"));
  rn_cli_print (_ ("Count        %d to train, %d to test"),
                rn_dataset_count (dataset, RN_SPLIT_TRAIN),
                rn_dataset_count (dataset, RN_SPLIT_TEST));
  if (width > 0 && width == height && width <= MAX_SMALL_SIDE &&
      rn_dataset_count (dataset, RN_SPLIT_TRAIN) > 0)
    {
      if (!measure (dataset, &preprocess, error))
        return FALSE;
      for (int c = 0; c < channels; c++)
        rn_cli_print (_ ("Channel %d    mean %.4f, standard deviation %.4f"), c,
                      (double) preprocess.mean[c], (double) preprocess.std[c]);
      rn_preprocess_clear (&preprocess);
    }
  rn_cli_print (_ ("Digest       %s"), rn_dataset_get_digest (dataset));
  print_classes (dataset);
  for (int i = 0; warnings != NULL && warnings[i] != NULL; i++)
    rn_cli_complain (_ ("warning: %s"), warnings[i]);
  return TRUE;
}

/* Writing */

static void
tell_written (const char *what, int count)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!option.json)
    {
      rn_cli_print (_ ("Wrote %d %s into %s"), count, what, option.out);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "out", option.out);
  rn_cli_json_int (builder, "count", count);
  json_builder_end_object (builder);
  rn_cli_json_print (builder);
}

static gboolean
export_set (RnDataset *dataset, RnSplit split, GError **error)
{
  const int n = rn_dataset_count (dataset, split);
  const int wanted = option.count != RN_CLI_NO_INT ? (int) MIN (option.count, n) : n;

  if (g_strcmp0 (option.format, "png") != 0)
    {
      if (!rn_dataset_export_cifar (dataset, option.out, error))
        return FALSE;
      tell_written (_ ("pictures as CIFAR-10 binary"),
                    rn_dataset_count (dataset, RN_SPLIT_TRAIN) +
                        rn_dataset_count (dataset, RN_SPLIT_TEST));
      return TRUE;
    }
  if (!rn_dataset_export_png (dataset, split, wanted, option.out, error))
    return FALSE;
  tell_written (_ ("pictures as PNG"), wanted);
  return TRUE;
}

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "“%s”: %s", path,
               g_strerror (errno));
  return FALSE;
}

/* "NAME-0007.png"; files that are there stay as they are. */
static gboolean
draw_scene (const char *const *classes, RnSplit split, int index, int side, GError **error)
{
  const int n = (int) g_strv_length ((char **) classes);
  g_autofree char *name = g_strdup_printf ("%s-%04d.png", classes[index % n], index);
  g_autofree char *path = g_build_filename (option.out, name, NULL);
  g_autoptr (RnPicture) picture = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("“%s” is there already"), path);
      return FALSE;
    }
  picture = rn_sample_render (split, index, side, error);
  return picture != NULL && rn_picture_save_png (picture, path, error);
}

static gboolean
draw_scenes (RnDataset *dataset, RnSplit split, GError **error)
{
  const int n = (int) MIN (option.scenes, rn_dataset_count (dataset, split));
  const int side = option.side != RN_CLI_NO_INT ? (int) option.side : 256;
  RnCliProgress progress;
  gboolean well = make_folder (option.out, error);

  rn_cli_progress_start (&progress, _ ("Drawing"));
  for (int i = 0; well && i < n; i++)
    {
      well = draw_scene (rn_dataset_get_classes (dataset), split, i, side, error);
      if (well && !rn_cli_progress_func ((double) (i + 1) / n, &progress))
        {
          g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
          well = FALSE;
        }
    }
  rn_cli_progress_end (&progress);
  if (well)
    tell_written (_ ("scenes"), n);
  return well;
}

RnExit
rn_cli_data (int argc, char **argv)
{
  g_autoptr (RnDataset) dataset = NULL;
  GError *error = NULL;
  gboolean well;
  RnSplit split;
  guint64 seed;

  if (!rn_cli_parse (&argc, &argv, "sample|PATH", summary, examples, entries, NULL, &error) ||
      !check_words (argc, argv, &split, &seed, &error) ||
      (dataset = rn_cli_open_data (argv[1], seed, &error)) == NULL)
    return rn_cli_fail (error, "data");
  if (option.scenes != RN_CLI_NO_INT)
    well = draw_scenes (dataset, split, &error);
  else if (option.out != NULL)
    well = export_set (dataset, split, &error);
  else
    well = option.json ? describe_json (dataset, &error) : describe_text (dataset, &error);
  return well ? RN_EXIT_DONE : rn_cli_fail (error, "data");
}
