#include "cli.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>

/* eval, classify, inspect and data, on a run of our own and on a network that others trained. */

#define PREPROCESSING "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"

/* A folder with "run", trained long enough to tell the colours apart */
static char *
folder_with_run (void)
{
  char *folder = cli_folder_new ();
  g_autoptr (CliResult) result =
      cli_run (folder, "train", "--data", "data", "--net", "tiny.json", "--batch", "16", "--out",
               "run", "--steps", "60", "--lr", "0.05", "--augment", "none", NULL);

  cli_assert_code (result, 0);
  return folder;
}

static void
test_eval_counts_and_its_confusion_adds_up (void)
{
  char *folder = folder_with_run ();
  g_autoptr (CliResult) result = cli_run (folder, "eval", "--model", "run@best", "--data", "data",
                                          "--confusion", "--logits", "3", "--json", NULL);
  g_autoptr (CliResult) text =
      cli_run (folder, "eval", "--model", "run@best", "--data", "data", "--confusion", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;
  JsonArray *confusion, *logits;
  gint64 total = 0, wrong = 0;

  cli_assert_code (result, 0);
  cli_assert_code (text, 0);
  root = cli_json (result);
  object = json_node_get_object (root);
  confusion = json_object_get_array_member (object, "confusion");
  logits = json_object_get_array_member (object, "logits");
  g_assert_cmpint (json_object_get_int_member (object, "count"), ==, 20);
  /* the colours are far apart: a network that learns nothing would be at 0.9 */
  g_assert_cmpfloat (json_object_get_double_member (object, "error"), <, 0.5);
  for (guint i = 0; i < 10; i++)
    for (guint j = 0; j < 10; j++)
      {
        const gint64 n =
            json_array_get_int_element (json_array_get_array_element (confusion, i), j);

        total += n;
        wrong += i != j ? n : 0;
      }
  g_assert_cmpint (total, ==, 20);
  g_assert_cmpint (wrong, ==, json_object_get_int_member (object, "wrong"));
  g_assert_cmpuint (json_array_get_length (logits), ==, 3);
  g_assert_cmpuint (json_array_get_length (json_array_get_array_element (logits, 0)), ==, 10);
  cli_folder_free (folder);
}

static void
test_limits_splits_and_views_are_respected (void)
{
  char *folder = folder_with_run ();
  g_autoptr (CliResult) train = cli_run (folder, "eval", "--model", "run", "--data", "data",
                                         "--split", "train", "--json", NULL);
  g_autoptr (CliResult) crops = cli_run (folder, "eval", "--model", "run@60", "--data", "data",
                                         "--limit", "5", "--crops", "10", "--json", NULL);
  g_autoptr (CliResult) scales =
      cli_run (folder, "eval", "--model", "run", "--data", "data", "--limit", "2", "--scales",
               "paper", "--flip", "--json", NULL);
  g_autoptr (CliResult) absent =
      cli_run (folder, "eval", "--model", "run@59", "--data", "data", NULL);
  g_autoptr (JsonNode) root_train = NULL, root_crops = NULL;

  cli_assert_code (train, 0);
  cli_assert_code (crops, 0);
  cli_assert_code (scales, 0);
  cli_assert_code (absent, 1);
  g_assert_nonnull (strstr (absent->err, "59"));
  root_train = cli_json (train);
  root_crops = cli_json (crops);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (root_train), "count"), ==, 60);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (root_crops), "count"), ==, 5);
  cli_folder_free (folder);
}

static void
check_answers (JsonObject *picture)
{
  JsonArray *top = json_object_get_array_member (picture, "top");
  double before = 1.0, sum = 0.0;

  g_assert_cmpuint (json_array_get_length (top), ==, 10);
  for (guint i = 0; i < 10; i++)
    {
      const double p =
          json_object_get_double_member (json_array_get_object_element (top, i), "probability");

      g_assert_cmpfloat (p, <=, before);
      before = p;
      sum += p;
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-4);
}

static void
test_classify_answers_for_files_and_folders_and_goes_on_after_a_bad_one (void)
{
  char *folder = folder_with_run ();
  g_autofree char *bad = g_build_filename (folder, "bad.png", NULL);
  g_autoptr (CliResult) export = NULL, good = NULL, mixed = NULL, csv = NULL, empty = NULL;
  g_autoptr (JsonNode) root = NULL, root_mixed = NULL;
  g_auto (GStrv) lines = NULL;
  JsonArray *pictures;

  export =
      cli_run (folder, "data", "data", "--out", "png", "--format", "png", "--count", "6", NULL);
  cli_assert_code (export, 0);
  good = cli_run (folder, "classify", "--model", "run", "--top", "99", "--json", "png", NULL);
  cli_assert_code (good, 0);
  root = cli_json (good);
  pictures = json_object_get_array_member (json_node_get_object (root), "pictures");
  g_assert_cmpuint (json_array_get_length (pictures), ==, 6);
  for (guint i = 0; i < 6; i++)
    check_answers (json_array_get_object_element (pictures, i));

  g_assert_true (g_file_set_contents (bad, "no picture", -1, NULL));
  mixed = cli_run (folder, "classify", "--model", "run", "--json", "bad.png", "png", NULL);
  cli_assert_code (mixed, 1);
  g_assert_nonnull (strstr (mixed->err, "bad.png"));
  root_mixed = cli_json (mixed);
  pictures = json_object_get_array_member (json_node_get_object (root_mixed), "pictures");
  g_assert_cmpuint (json_array_get_length (pictures), ==, 7);
  g_assert_true (json_object_has_member (json_array_get_object_element (pictures, 0), "error"));
  g_assert_true (json_object_has_member (json_array_get_object_element (pictures, 6), "top"));

  csv = cli_run (folder, "classify", "--model", "run", "--csv", "--top", "2", "png", NULL);
  cli_assert_code (csv, 0);
  lines = g_strsplit (g_strchomp (csv->out), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 13);
  g_assert_cmpstr (lines[0], ==, "picture,rank,class,probability");
  g_assert_true (g_str_has_prefix (lines[1], "png/"));

  empty = cli_run (folder, "classify", "--model", "run", "data", NULL);
  cli_assert_code (empty, 1);
  cli_folder_free (folder);
}

/* Each is named after the run, and answers for itself: the file is read back. */
static void
test_export_writes_every_format_and_checks_it (void)
{
  static const struct
  {
    const char *format;
    const char *file;
    gboolean same_bits;
  } cases[] = { { "safetensors", "run.safetensors", TRUE },
                { "onnx", "run.onnx", TRUE },
                { "c", "run.c", FALSE },
                { "torch-state", "run.pth", TRUE } };
  char *folder = folder_with_run ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CliResult) result = cli_run (folder, "export", "--model", "run@best", "--to",
                                              cases[i].format, "--json", NULL);
      g_autofree char *path = g_build_filename (folder, cases[i].file, NULL);
      g_autoptr (JsonNode) root = NULL;
      JsonObject *object;
      GStatBuf info;

      cli_assert_code (result, 0);
      root = cli_json (result);
      object = json_node_get_object (root);
      g_assert_cmpstr (json_object_get_string_member (object, "file"), ==, cases[i].file);
      g_assert_cmpint (g_stat (path, &info), ==, 0);
      g_assert_cmpint (json_object_get_int_member (object, "bytes"), ==, info.st_size);
      g_assert_cmpfloat (json_object_get_double_member (object, "difference"), <=, 1e-5);
      g_assert_cmpint (json_object_get_boolean_member (object, "same_bits"), ==,
                       cases[i].same_bits);
    }
  cli_folder_free (folder);
}

static guint
count_in (const char *bytes, gsize length, const char *word)
{
  const char *end = bytes + length;
  guint n = 0;

  while ((bytes = memmem (bytes, (gsize) (end - bytes), word, strlen (word))) != NULL)
    {
      bytes += strlen (word);
      n++;
    }
  return n;
}

static void
test_train_writes_event_files_for_tensorboard (void)
{
  char *folder = cli_folder_new ();
  g_autoptr (CliResult) result =
      cli_run (folder, "train", "--data", "data", "--net", "tiny.json", "--batch", "16", "--out",
               "run", "--steps", "3", "--augment", "none", "--tensorboard", "events", NULL);
  g_autofree char *path = g_build_filename (folder, "events", NULL), *file = NULL, *bytes = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  gsize length;

  cli_assert_code (result, 0);
  dir = g_dir_open (path, 0, NULL);
  g_assert_nonnull (dir);
  name = g_dir_read_name (dir);
  g_assert_nonnull (name);
  g_assert_true (g_str_has_prefix (name, "events.out.tfevents."));
  file = g_build_filename (path, name, NULL);
  g_assert_null (g_dir_read_name (dir));
  g_clear_pointer (&dir, g_dir_close);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  g_assert_cmpuint (count_in (bytes, length, "\x0a\x0aloss/train"), ==, 3);
  g_assert_cmpuint (count_in (bytes, length,
                              "\x0a\x0b"
                              "error/train"),
                    ==, 3);
  g_assert_cmpuint (count_in (bytes, length, "\x0a\x04rate"), ==, 3);
  g_assert_cmpuint (count_in (bytes, length, "loss/test"), ==, 1);
  g_assert_cmpuint (count_in (bytes, length, "error/test"), ==, 1);
  cli_folder_free (folder);
}

/* The steps of the scalar called loss/train, in the order of the file; each record's frame is passed over by its length */
static GArray *
steps_of_loss (const char *path)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize at = 0; at < length;)
    {
      guint64 n;
      const guint8 *event;
      int step;

      g_assert_cmpuint (length - at, >=, 16);
      memcpy (&n, bytes + at, sizeof n);
      n = GUINT64_FROM_LE (n);
      g_assert_cmpuint (n, <=, length - at - 16);
      event = (const guint8 *) bytes + at + 12;
      /* a double, then the step, which is small enough for one byte here */
      step = n > 11 && event[9] == 0x10 ? event[10] : -1;
      if (count_in ((const char *) event, n, "loss/train") == 1)
        g_array_append_val (steps, step);
      at += 16 + n;
    }
  return steps;
}

static char *
find_events (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "events", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autofree char *name = g_strdup (g_dir_read_name (dir));

  g_assert_nonnull (name);
  g_assert_null (g_dir_read_name (dir));
  return g_build_filename (path, name, NULL);
}

/* What was written after the last checkpoint, or torn by a power cut, is cut off and comes again. */
static void
test_a_resume_goes_on_with_the_event_file (void)
{
  char *folder = cli_folder_new ();
  g_autoptr (CliResult) first =
      cli_run (folder, "train", "--data", "data", "--net", "tiny.json", "--batch", "16", "--out",
               "run", "--steps", "7", "--augment", "none", "--tensorboard", "events", NULL);
  g_autofree char *path = find_events (folder), *bytes = NULL, *torn = NULL;
  g_autofree char *after =
      g_build_filename (folder, "run", "checkpoints", "step-00000007.safetensors", NULL);
  g_autoptr (CliResult) second = NULL;
  g_autoptr (GArray) steps = NULL;
  g_autofree char *again = NULL;
  gsize length;

  cli_assert_code (first, 0);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  torn = g_malloc (length + 5);
  memcpy (torn, bytes, length);
  memcpy (torn + length, "\x20\0\0\0\0", 5);
  g_assert_true (g_file_set_contents (path, torn, (gssize) length + 5, NULL));
  /* as if it had been killed after step 7, before that checkpoint */
  g_assert_cmpint (g_unlink (after), ==, 0);
  second = cli_run (folder, "resume", "run", "--steps", "9", "--tensorboard", "events", NULL);
  cli_assert_code (second, 0);
  again = find_events (folder);
  g_assert_cmpstr (again, ==, path);
  steps = steps_of_loss (path);
  g_assert_cmpuint (steps->len, ==, 9);
  for (int i = 0; i < 9; i++)
    g_assert_cmpint (g_array_index (steps, int, i), ==, i + 1);
  cli_folder_free (folder);
}

static void
test_event_files_that_cannot_be_written_are_told_to_machines_too (void)
{
  char *folder = cli_folder_new ();
  g_autoptr (CliResult) result =
      cli_run (folder, "train", "--data", "data", "--net", "tiny.json", "--batch", "16", "--out",
               "run", "--steps", "1", "--augment", "none", "--tensorboard", "tiny.json", "--json",
               NULL);

  g_assert_cmpint (result->code, !=, 0);
  g_assert_nonnull (strstr (result->out, "\"error\""));
  g_assert_nonnull (strstr (result->out, "tiny.json"));
  cli_folder_free (folder);
}

/* The architecture file has other classes than the data. */
static void
test_a_training_that_is_refused_leaves_no_event_file (void)
{
  char *folder = cli_folder_new ();
  g_autofree char *net = g_build_filename (folder, "tiny.json", NULL), *text = NULL;
  g_autofree char *events = g_build_filename (folder, "events", NULL);
  g_autoptr (GString) other = NULL;

  g_assert_true (g_file_get_contents (net, &text, NULL, NULL));
  other = g_string_new (text);
  g_assert_cmpuint (g_string_replace (other, "\"classes\": 10", "\"classes\": 7", 0), ==, 1);
  g_assert_true (g_file_set_contents (net, other->str, -1, NULL));
  for (int is_there = 0; is_there < 2; is_there++)
    {
      g_autoptr (CliResult) result =
          cli_run (folder, "train", "--data", "data", "--net", "tiny.json", "--out", "run",
                   "--steps", "3", "--augment", "none", "--tensorboard", "events", NULL);
      g_autoptr (GDir) dir = NULL;

      cli_assert_code (result, 1);
      /* the folder goes as well, where it was not there before */
      dir = g_dir_open (events, 0, NULL);
      g_assert_cmpint (dir != NULL, ==, is_there);
      if (dir != NULL)
        g_assert_null (g_dir_read_name (dir));
      else
        g_assert_cmpint (g_mkdir (events, 0777), ==, 0);
    }
  cli_folder_free (folder);
}

static void
test_export_takes_the_model_out_and_overwrites_nothing (void)
{
  char *folder = folder_with_run ();
  g_autoptr (CliResult) result =
      cli_run (folder, "export", "--model", "run", "--out", "model.safetensors", NULL);
  g_autoptr (CliResult) again =
      cli_run (folder, "export", "--model", "run", "--out", "model.safetensors", NULL);
  g_autoptr (CliResult) of_run = cli_run (folder, "eval", "--model", "run", "--data", "data",
                                          "--logits", "20", "--json", NULL);
  g_autoptr (CliResult) of_file = cli_run (folder, "eval", "--model", "model.safetensors", "--data",
                                           "data", "--logits", "20", "--json", NULL);
  g_autoptr (JsonNode) run = NULL, file = NULL;
  g_autofree char *run_logits = NULL, *file_logits = NULL;

  cli_assert_code (result, 0);
  cli_assert_code (again, 2);
  run = cli_json (of_run);
  file = cli_json (of_file);
  run_logits =
      json_to_string (json_object_get_member (json_node_get_object (run), "logits"), FALSE);
  file_logits =
      json_to_string (json_object_get_member (json_node_get_object (file), "logits"), FALSE);
  g_assert_cmpstr (run_logits, ==, file_logits);
  cli_folder_free (folder);
}

static void
test_inspect_names_every_layer_in_order (void)
{
  static const char *const names[] = { "bn1", "layer1.0.bn1", "layer1.0.bn2", "layer2.0.bn1",
                                       "layer2.0.bn2" };
  char *folder = folder_with_run ();
  g_autoptr (CliResult) result =
      cli_run (folder, "inspect", "--model", "run", "--data", "data", "--json", NULL);
  g_autoptr (CliResult) text =
      cli_run (folder, "inspect", "--model", "run", "--data", "data", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *layers;

  cli_assert_code (result, 0);
  cli_assert_code (text, 0);
  root = cli_json (result);
  layers = json_object_get_array_member (json_node_get_object (root), "layers");
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (root), "count"), ==, 20);
  g_assert_cmpuint (json_array_get_length (layers), ==, 8); /* with the projection of option B */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonObject *layer = json_array_get_object_element (layers, i);

      g_assert_cmpstr (json_object_get_string_member (layer, "name"), ==, names[i]);
      g_assert_cmpfloat (json_object_get_double_member (layer, "std"), >, 0.0);
      g_assert_cmpint (json_object_get_int_member (layer, "kernel"), ==, 3);
    }
  cli_folder_free (folder);
}

/* The network of the tests has three residual blocks, of which no two have one shape. */
static JsonArray *
study (const char *folder, const char *kind, JsonNode **root)
{
  g_autofree char *option = g_strdup_printf ("--%s", kind);
  g_autoptr (CliResult) result = cli_run (folder, "inspect", "--model", "run", "--data", "data",
                                          option, "--draws", "2", "--json", NULL);
  g_autoptr (CliResult) text =
      cli_run (folder, "inspect", "--model", "run", "--data", "data", option, "--draws", "2", NULL);
  JsonObject *object;

  cli_assert_code (result, 0);
  cli_assert_code (text, 0);
  *root = cli_json (result);
  object = json_node_get_object (*root);
  g_assert_cmpstr (json_object_get_string_member (object, "study"), ==, kind);
  g_assert_cmpint (json_object_get_int_member (object, "count"), ==, 20);
  return json_object_get_array_member (object, "points");
}

static void
test_inspect_takes_a_network_apart (void)
{
  char *folder = folder_with_run ();
  g_autoptr (JsonNode) lesions = NULL, paths = NULL;
  g_autoptr (CliResult) shuffles =
      cli_run (folder, "inspect", "--model", "run", "--data", "data", "--shuffles", NULL);
  g_autoptr (CliResult) eval =
      cli_run (folder, "eval", "--model", "run", "--data", "data", "--json", NULL);
  g_autoptr (JsonNode) evaluated = NULL;
  JsonArray *points;
  double sum_paths = 0.0, sum_shares = 0.0;

  points = study (folder, "lesions", &lesions);
  g_assert_cmpuint (json_array_get_length (points), ==, 1 + 3 + 3 * 2);
  cli_assert_code (eval, 0);
  evaluated = cli_json (eval);
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (points, 0), "wrong"),
                   ==, json_object_get_int_member (json_node_get_object (evaluated), "wrong"));
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (points,
                                                                                (guint) i + 1),
                                                 "block"),
                     ==, i + 1);
  points = study (folder, "paths", &paths);
  g_assert_cmpuint (json_array_get_length (points), ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      JsonObject *length = json_array_get_object_element (points, i);

      sum_paths += json_object_get_double_member (length, "paths");
      sum_shares += json_object_get_double_member (length, "gradient_share");
    }
  g_assert_cmpfloat_with_epsilon (sum_paths, 1.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (sum_shares, 1.0, 1e-9);
  cli_assert_code (shuffles, 1);
  g_assert_nonnull (strstr (shuffles->err, "same shape"));
  cli_folder_free (folder);
}

static void
test_data_tells_what_is_in_a_set (void)
{
  char *folder = cli_folder_new ();
  g_autoptr (CliResult) result = cli_run (folder, "data", "data", "--json", NULL);
  g_autoptr (CliResult) text = cli_run (folder, "data", "data", NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  cli_assert_code (result, 0);
  cli_assert_code (text, 0);
  root = cli_json (result);
  object = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (object, "train_count"), ==, 60);
  g_assert_cmpint (json_object_get_int_member (object, "test_count"), ==, 20);
  g_assert_cmpint (json_array_get_int_element (json_object_get_array_member (object,
                                                                             "train_per_class"),
                                               3),
                   ==, 6);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "mean")), ==, 3);
  g_assert_nonnull (strstr (text->out, "60 to train, 20 to test"));
  cli_folder_free (folder);
}

static void
test_data_written_out_is_the_same_data (void)
{
  char *folder = cli_folder_new ();
  g_autoptr (CliResult) written = cli_run (folder, "data", "data", "--out", "copy", NULL);
  g_autoptr (CliResult) again = cli_run (folder, "data", "data", "--out", "copy", NULL);
  g_autoptr (GBytes) before = cli_read (folder, "data/test_batch.bin");
  g_autoptr (GBytes) after = cli_read (folder, "copy/test_batch.bin");

  cli_assert_code (written, 0);
  g_assert_nonnull (strstr (written->out, "80"));
  g_assert_true (g_bytes_equal (before, after));
  cli_assert_code (again, 1);
  cli_folder_free (folder);
}

static void
test_scenes_are_drawn_large (void)
{
  char *folder = cli_folder_new ();
  g_autoptr (CliResult) result =
      cli_run (folder, "data", "sample", "--scenes", "3", "--side", "64", "--out", "scenes", NULL);
  g_autoptr (CliResult) again =
      cli_run (folder, "data", "sample", "--scenes", "3", "--side", "64", "--out", "scenes", NULL);
  g_autoptr (GBytes) png = NULL;
  const guint8 *bytes;

  cli_assert_code (result, 0);
  cli_assert_code (again, 1);
  png = cli_read (folder, "scenes/house-0000.png");
  bytes = g_bytes_get_data (png, NULL);
  g_assert_cmpmem (bytes, 8, "\211PNG\r\n\032\n", 8);
  g_assert_cmpint (bytes[19], ==, 64);
  g_assert_cmpint (bytes[23], ==, 64);
  cli_folder_free (folder);
}

/* A network of others, and figures that others measured */

static JsonNode *
load_json (const char *folder, const char *name)
{
  g_autoptr (GBytes) bytes = cli_read (folder, name);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

static void
test_the_reference_network_is_wrong_70_times_in_846 (void)
{
  g_autofree char *reference = cli_shared ("resnet20"), *data = NULL, *model = NULL;
  g_autoptr (CliResult) result = NULL;
  g_autoptr (JsonNode) root = NULL, expected = NULL;
  JsonObject *object;
  JsonArray *rows, *expected_rows;

  if (reference == NULL || (data = cli_shared ("cifar10-exact")) == NULL)
    return;
  model = g_build_filename (reference, "resnet20.safetensors", NULL);
  result = cli_run (".", "eval", "--model", model, "--data", data, PREPROCESSING, "--logits", "16",
                    "--json", NULL);
  cli_assert_code (result, 0);
  root = cli_json (result);
  object = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (object, "count"), ==, 846);
  g_assert_cmpint (json_object_get_int_member (object, "wrong"), ==, 70);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, "error"), 70.0 / 846.0,
                                  1e-12);

  expected = load_json (reference, "reference_logits_resnet20.json");
  rows = json_object_get_array_member (object, "logits");
  expected_rows = json_object_get_array_member (json_node_get_object (expected), "logits_f64");
  g_assert_cmpuint (json_array_get_length (rows), ==, 16);
  for (guint i = 0; i < 16; i++)
    for (guint k = 0; k < 10; k++)
      g_assert_cmpfloat_with_epsilon (
          json_array_get_double_element (json_array_get_array_element (rows, i), k),
          json_array_get_double_element (json_array_get_array_element (expected_rows, i), k), 1e-4);
}

/* Makes a set below @folder of the first pictures alone, which are those that the reference has seen. */
static void
write_first (const char *data, const char *folder)
{
  static const char *const names[] = { "data_batch_1.bin", "test_batch.bin" };
  const gsize length = 128 * (1 + 3 * 32 * 32);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (data, names[i], NULL);
      g_autofree char *to = g_build_filename (folder, names[i], NULL);
      g_autofree char *bytes = NULL;
      gsize all;

      g_assert_true (g_file_get_contents (from, &bytes, &all, NULL));
      g_assert_cmpuint (all, >=, length);
      g_assert_true (g_file_set_contents (to, bytes, (gssize) length, NULL));
    }
}

static void
test_the_reference_networks_layers_respond_as_others_measured (void)
{
  g_autofree char *reference = cli_shared ("resnet20"), *data = NULL, *model = NULL, *first = NULL;
  g_autoptr (CliResult) result = NULL;
  g_autoptr (JsonNode) root = NULL, expected = NULL;
  JsonArray *layers, *expected_layers;

  if (reference == NULL || (data = cli_shared ("cifar10-exact")) == NULL)
    return;
  model = g_build_filename (reference, "resnet20.safetensors", NULL);
  first = g_dir_make_tmp ("residua-test-XXXXXX", NULL);
  write_first (data, first);
  result = cli_run (".", "inspect", "--model", model, "--data", first, "--count", "128",
                    PREPROCESSING, "--json", NULL);
  cli_folder_free (g_steal_pointer (&first));
  cli_assert_code (result, 0);
  root = cli_json (result);
  layers = json_object_get_array_member (json_node_get_object (root), "layers");
  expected = load_json (reference, "layer_responses.json");
  expected_layers =
      json_object_get_array_member (json_object_get_object_member (json_node_get_object (expected),
                                                                   "models"),
                                    "resnet20");
  g_assert_cmpuint (json_array_get_length (layers), ==, 19);
  g_assert_cmpuint (json_array_get_length (expected_layers), ==, 19);
  for (guint i = 0; i < 19; i++)
    {
      JsonObject *layer = json_array_get_object_element (layers, i);
      JsonObject *other = json_array_get_object_element (expected_layers, i);
      const double std = json_object_get_double_member (other, "std");

      g_assert_cmpstr (json_object_get_string_member (layer, "name"), ==,
                       json_object_get_string_member (other, "name"));
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (layer, "std"), std,
                                      1e-4 * std);
      /* a mean near zero is measured against the spread around it */
      g_assert_cmpfloat_with_epsilon (json_object_get_double_member (layer, "mean"),
                                      json_object_get_double_member (other, "mean"), 1e-4 * std);
    }
}

/* Whether @folder has a file whose name holds @part */
static gboolean
has_file (const char *folder, const char *part)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, part) != NULL)
      return TRUE;
  return FALSE;
}

/* Interrupts the program while its file is still written aside. Returns: its exit code, 0 where it was faster */
static int
interrupt_writing (const char *folder, const char *command, const char *from_option,
                   const char *from)
{
  g_autoptr (GSubprocess) process =
      from_option == NULL
          ? cli_start (folder, command, from, "--out", "out.safetensors", NULL)
          : cli_start (folder, command, from_option, from, "--out", "out.safetensors", NULL);

  for (int i = 0;
       i < 300000 && !has_file (folder, ".tmp-") && !has_file (folder, "out.safetensors"); i++)
    g_usleep (200);
  g_subprocess_send_signal (process, SIGINT);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  return g_subprocess_get_exit_status (process);
}

static void
test_an_interrupted_export_leaves_nothing (void)
{
  char *folder = cli_folder_new ();
  g_autofree char *out = g_build_filename (folder, "out.safetensors", NULL);
  g_autoptr (CliResult) trained = cli_run (folder, "train", "--data", "data", "--net", "resnet18",
                                           "--batch", "2", "--out", "run", "--steps", "1", NULL);
  g_autoptr (CliResult) exported = NULL;
  int code = 0;

  cli_assert_code (trained, 0);
  for (int i = 0; i < 20 && code == 0; i++)
    {
      g_unlink (out);
      code = interrupt_writing (folder, "export", "--model", "run");
    }
  g_assert_cmpint (code, ==, 130);
  g_assert_false (has_file (folder, ".tmp-"));
  g_assert_false (has_file (folder, "out.safetensors"));

  exported = cli_run (folder, "export", "--model", "run", "--out", "whole.safetensors", NULL);
  cli_assert_code (exported, 0);
  code = 0;
  for (int i = 0; i < 20 && code == 0; i++)
    {
      g_unlink (out);
      code = interrupt_writing (folder, "import", NULL, "whole.safetensors");
    }
  g_assert_cmpint (code, ==, 130);
  g_assert_false (has_file (folder, ".tmp-"));
  g_assert_false (has_file (folder, "out.safetensors"));
  cli_folder_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/use/eval-counts-and-its-confusion-adds-up",
                   test_eval_counts_and_its_confusion_adds_up);
  g_test_add_func ("/cli/use/limits-splits-and-views-are-respected",
                   test_limits_splits_and_views_are_respected);
  g_test_add_func ("/cli/use/classify-answers-for-files-and-folders-and-goes-on-after-a-bad-one",
                   test_classify_answers_for_files_and_folders_and_goes_on_after_a_bad_one);
  g_test_add_func ("/cli/use/export-writes-every-format-and-checks-it",
                   test_export_writes_every_format_and_checks_it);
  g_test_add_func ("/cli/use/a-training-that-is-refused-leaves-no-event-file",
                   test_a_training_that_is_refused_leaves_no_event_file);
  g_test_add_func ("/cli/use/train-writes-event-files-for-tensorboard",
                   test_train_writes_event_files_for_tensorboard);
  g_test_add_func ("/cli/use/a-resume-goes-on-with-the-event-file",
                   test_a_resume_goes_on_with_the_event_file);
  g_test_add_func ("/cli/use/event-files-that-cannot-be-written-are-told-to-machines-too",
                   test_event_files_that_cannot_be_written_are_told_to_machines_too);
  g_test_add_func ("/cli/use/export-takes-the-model-out-and-overwrites-nothing",
                   test_export_takes_the_model_out_and_overwrites_nothing);
  g_test_add_func ("/cli/use/inspect-names-every-layer-in-order",
                   test_inspect_names_every_layer_in_order);
  g_test_add_func ("/cli/use/inspect-takes-a-network-apart", test_inspect_takes_a_network_apart);
  g_test_add_func ("/cli/use/data-tells-what-is-in-a-set", test_data_tells_what_is_in_a_set);
  g_test_add_func ("/cli/use/data-written-out-is-the-same-data",
                   test_data_written_out_is_the_same_data);
  g_test_add_func ("/cli/use/scenes-are-drawn-large", test_scenes_are_drawn_large);
  g_test_add_func ("/cli/use/an-interrupted-export-leaves-nothing",
                   test_an_interrupted_export_leaves_nothing);
  g_test_add_func ("/cli/use/the-reference-network-is-wrong-70-times-in-846",
                   test_the_reference_network_is_wrong_70_times_in_846);
  g_test_add_func ("/cli/use/the-reference-networks-layers-respond-as-others-measured",
                   test_the_reference_networks_layers_respond_as_others_measured);
  return g_test_run ();
}
