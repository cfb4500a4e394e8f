#include "commands.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "models.h"
#include "output-json.h"
#include "residua/error.h"
#include "signals.h"
#include "terminal.h"

/* Folders below folders; a loop of links ends here. */
#define MAX_DEPTH 16
#define BAR_COLUMNS 20

static struct
{
  char *model;
  gint64 top;
  gint64 threads;
  gboolean json;
  gboolean csv;
} option = { .top = 5, .threads = RN_CLI_NO_INT };

static const GOptionEntry entries[] = {
  { "model", 0, 0, G_OPTION_ARG_FILENAME, &option.model,
    N_ ("A .safetensors file, or a run: RUN (its newest checkpoint), RUN@best, RUN@STEP"),
    "FILE|RUN" },
  { "top", 0, 0, G_OPTION_ARG_INT64, &option.top, N_ ("How many classes to name (default: 5)"),
    "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT64, &option.threads,
    N_ ("Threads (default: one per processor)"), "T" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option.json, N_ ("One JSON object on stdout"), NULL },
  { "csv", 0, 0, G_OPTION_ARG_NONE, &option.csv,
    N_ ("A line for each class named: picture,rank,class,probability"), NULL },
  { NULL },
};

static const char summary[] =
    N_ ("Says what is on pictures: PNG or JPEG files of any size, or folders of them.");

static const char examples[] =
    N_ ("Examples:\n"
        "  One picture:\n"
        "    residua-cli classify --model runs/first@best boat.png\n"
        "  A folder with all that is below it, for a spreadsheet, the first answer only:\n"
        "    residua-cli classify --model runs/first@best --csv --top 1 photos/ > photos.csv\n"
        "  More carefully, with ten views of each picture:\n"
        "    residua-cli classify --model runs/photos --crops 10 --json *.jpg\n"
        "\n"
        "A picture that cannot be read is told and left out; the exit code is then 1.");

static gboolean
check_words (int argc, char **argv, GError **error)
{
  RnModelHints hints;

  if (option.json && option.csv)
    return rn_cli_usage_error (error, _ ("--json and --csv exclude each other"));
  if (!rn_cli_need ("--model", option.model, error) || !rn_cli_get_hints (&hints, error) ||
      !rn_cli_check_views (error) || !rn_cli_check_int ("--top", option.top, 1, G_MAXINT, error) ||
      !rn_cli_check_int ("--threads", option.threads, 0, 256, error))
    return FALSE;
  return argc > 1 || rn_cli_usage_error (error, _ ("Which pictures? There is none"));
}

/* Which pictures */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
has_picture_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_str_has_suffix (lower, ".png") || g_str_has_suffix (lower, ".jpg") ||
         g_str_has_suffix (lower, ".jpeg");
}

/* Adds what is below @folder by name, hidden files left out. */
static gboolean
add_folder (GPtrArray *paths, const char *folder, int depth, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (depth < MAX_DEPTH && !add_folder (paths, path, depth + 1, error))
            return FALSE;
        }
      else if (has_picture_name (names->pdata[i]))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  return TRUE;
}

static GPtrArray *
collect (int argc, char **argv, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (int i = 1; i < argc; i++)
    {
      const guint before = paths->len;

      if (!g_file_test (argv[i], G_FILE_TEST_IS_DIR))
        g_ptr_array_add (paths, g_strdup (argv[i]));
      else if (!add_folder (paths, argv[i], 0, error))
        return NULL;
      else if (paths->len == before)
        rn_cli_complain (_ ("warning: “%s” has no PNG or JPEG files"), argv[i]);
    }
  if (paths->len > 0)
    return g_steal_pointer (&paths);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("There are no pictures"));
  return NULL;
}

/* Answers */

typedef struct
{
  RnModel *model;
  RnEvaluator *evaluator;
  RnViews views;
  int n_classes;
  float *probabilities;
  int *order; /* classes, most probable first */
  int n_top;
  JsonBuilder *builder; /* --json */
} Answering;

static int
compare_answers (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *probabilities = data;
  const float x = probabilities[*(const int *) a], y = probabilities[*(const int *) b];

  return x != y ? (x < y) - (x > y) : *(const int *) a - *(const int *) b;
}

static void
add_json (const Answering *self, const char *path, const char *notes)
{
  json_builder_begin_object (self->builder);
  rn_cli_json_string (self->builder, "picture", path);
  json_builder_set_member_name (self->builder, "top");
  json_builder_begin_array (self->builder);
  for (int i = 0; i < self->n_top; i++)
    {
      g_autofree char *name = rn_cli_class_name (self->model, self->order[i]);

      json_builder_begin_object (self->builder);
      rn_cli_json_string (self->builder, "class", name);
      rn_cli_json_int (self->builder, "index", self->order[i]);
      rn_cli_json_number (self->builder, "probability",
                          (double) self->probabilities[self->order[i]]);
      json_builder_end_object (self->builder);
    }
  json_builder_end_array (self->builder);
  if (notes != NULL)
    rn_cli_json_string (self->builder, "notes", notes);
  json_builder_end_object (self->builder);
}

/* As RFC 4180 wants it */
static char *
csv_field (const char *text)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *doubled = NULL;

  if (strpbrk (text, ",\"\r\n") == NULL)
    return g_strdup (text);
  parts = g_strsplit (text, "\"", -1);
  doubled = g_strjoinv ("\"\"", parts);
  return g_strconcat ("\"", doubled, "\"", NULL);
}

static void
print_csv (const Answering *self, const char *path)
{
  g_autofree char *valid = g_utf8_make_valid (path, -1);
  g_autofree char *picture = csv_field (valid);

  for (int i = 0; i < self->n_top; i++)
    {
      g_autofree char *name = rn_cli_class_name (self->model, self->order[i]);
      g_autofree char *field = csv_field (name);

      printf ("%s,%d,%s,%.6g\n", picture, i + 1, field,
              (double) self->probabilities[self->order[i]]);
    }
}

static void
print_text (const Answering *self, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);

  rn_cli_print ("%s", shown);
  for (int i = 0; i < self->n_top; i++)
    {
      const double share = (double) self->probabilities[self->order[i]];
      g_autofree char *name = rn_cli_class_name (self->model, self->order[i]);
      g_autofree char *bar =
          rn_cli_is_terminal () ? rn_cli_bar (share, BAR_COLUMNS) : g_strdup ("");

      rn_cli_print ("  %5.1f %% %s %s", 100.0 * share, bar, name);
    }
}

static gboolean
answer (Answering *self, const char *path, GError **error)
{
  g_autoptr (RnPicture) picture = rn_picture_load (path, error);
  g_autofree char *notes = NULL;

  if (picture == NULL ||
      !rn_classify_picture (self->evaluator, picture, &self->views, self->probabilities, NULL,
                            &notes, rn_cli_get_interrupt (), error))
    return FALSE;
  for (int i = 0; i < self->n_classes; i++)
    self->order[i] = i;
  g_qsort_with_data (self->order, self->n_classes, sizeof (int), compare_answers,
                     self->probabilities);
  if (option.json)
    add_json (self, path, notes);
  else if (option.csv)
    print_csv (self, path);
  else
    print_text (self, path);
  if (notes != NULL && !option.json)
    rn_cli_tell (_ ("note: %s"), notes);
  return TRUE;
}

static void
add_failure (const Answering *self, const char *path, const GError *error)
{
  rn_cli_complain ("%s", error->message);
  if (!option.json)
    return;
  json_builder_begin_object (self->builder);
  rn_cli_json_string (self->builder, "picture", path);
  rn_cli_json_string (self->builder, "error", error->message);
  json_builder_end_object (self->builder);
}

/* One that cannot be read does not stop the others; an interruption does. */
static RnExit
answer_all (Answering *self, const GPtrArray *paths)
{
  const gboolean shows_progress = option.json || option.csv;
  RnExit code = RN_EXIT_DONE;
  RnCliProgress progress;

  rn_cli_progress_start (&progress, _ ("Classifying"));
  for (guint i = 0; i < paths->len && code != RN_EXIT_INTERRUPTED; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!answer (self, paths->pdata[i], &error))
        {
          code = RN_EXIT_FAILED;
          add_failure (self, paths->pdata[i], error);
        }
      if (shows_progress)
        rn_cli_progress_update (&progress, (double) (i + 1) / paths->len, -1.0, NULL);
      if (rn_cli_is_interrupted ())
        code = RN_EXIT_INTERRUPTED;
    }
  rn_cli_progress_end (&progress);
  return code;
}

static RnExit
classify (RnModel *model, RnEvaluator *evaluator, const GPtrArray *paths)
{
  const int n = rn_spec_get_classes (rn_model_get_spec (model));
  g_autofree float *probabilities = g_new (float, n);
  g_autofree int *order = g_new (int, n);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  Answering self = { .model = model,
                     .evaluator = evaluator,
                     .n_classes = n,
                     .probabilities = probabilities,
                     .order = order,
                     .n_top = (int) MIN (option.top, n),
                     .builder = builder };
  RnExit code;

  rn_cli_get_views (&self.views, rn_model_get_preprocess (model)->side);
  rn_cli_signals_look ();
  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "model", option.model);
  json_builder_set_member_name (builder, "pictures");
  json_builder_begin_array (builder);
  if (option.csv)
    puts ("picture,rank,class,probability");
  code = answer_all (&self, paths);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (option.json)
    rn_cli_json_print (builder);
  return code;
}

RnExit
rn_cli_classify (int argc, char **argv)
{
  GOptionGroup *const groups[] = { rn_cli_views_group (), rn_cli_hints_group (), NULL };
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (RnModel) model = NULL;
  g_autoptr (RnEvaluator) evaluator = NULL;
  GError *error = NULL;

  if (!rn_cli_parse (&argc, &argv, "--model FILE|RUN PICTURE…", summary, examples, entries, groups,
                     &error) ||
      !check_words (argc, argv, &error) || (paths = collect (argc, argv, &error)) == NULL ||
      (model = rn_cli_load_model (option.model, &error)) == NULL ||
      (evaluator = rn_evaluator_new (model, RN_PATH_RUN,
                                     option.threads != RN_CLI_NO_INT ? (int) option.threads : 0,
                                     &error)) == NULL)
    return rn_cli_fail (error, "classify");
  return classify (model, evaluator, paths);
}
