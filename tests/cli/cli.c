#include "cli.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

#define N_CLASSES 10
#define PIXELS (32 * 32)

void
cli_result_free (CliResult *result)
{
  g_free (result->out);
  g_free (result->err);
  g_free (result);
}

const char *
cli_program (void)
{
  const char *program = g_getenv ("RESIDUA_CLI");

  g_assert_nonnull (program);
  return program;
}

static GPtrArray *
collect_words (va_list words)
{
  GPtrArray *array = g_ptr_array_new ();
  const char *word;

  g_ptr_array_add (array, (gpointer) cli_program ());
  while ((word = va_arg (words, const char *)) != NULL)
    g_ptr_array_add (array, (gpointer) word);
  g_ptr_array_add (array, NULL);
  return array;
}

static GSubprocess *
spawn (const char *folder, GPtrArray *words, GSubprocessFlags flags)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_cwd (launcher, folder);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) words->pdata, &error);
  g_assert_no_error (error);
  return process;
}

CliResult *
cli_run (const char *folder, ...)
{
  CliResult *result = g_new0 (CliResult, 1);
  g_autoptr (GPtrArray) words = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, folder);
  words = collect_words (arguments);
  va_end (arguments);
  process = spawn (folder, words, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &result->out, &result->err, &error);
  g_assert_no_error (error);
  result->code = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  return result;
}

GSubprocess *
cli_start (const char *folder, ...)
{
  g_autoptr (GPtrArray) words = NULL;
  va_list arguments;

  va_start (arguments, folder);
  words = collect_words (arguments);
  va_end (arguments);
  return spawn (folder, words, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
}

void
cli_assert_code (const CliResult *result, int code)
{
  if (result->code != code)
    g_error ("exit code %d instead of %d; stdout: %s stderr: %s", result->code, code, result->out,
             result->err);
}

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return node;
}

JsonNode *
cli_json (const CliResult *result)
{
  return parse (result->out);
}

GPtrArray *
cli_events (const CliResult *result)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_auto (GStrv) lines = g_strsplit (result->out, "\n", -1);

  for (int i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      g_ptr_array_add (events, parse (lines[i]));
  g_assert_cmpuint (events->len, >, 0);
  return events;
}

JsonObject *
cli_event (GPtrArray *events, guint at)
{
  g_assert_cmpuint (at, <, events->len);
  return json_node_get_object (events->pdata[at]);
}

int
cli_count_events (GPtrArray *events, const char *kind)
{
  int n = 0;

  for (guint i = 0; i < events->len; i++)
    n += g_str_equal (json_object_get_string_member (cli_event (events, i), "event"), kind);
  return n;
}

/* Records of CIFAR-10: a label, then a plane of each colour. Each class has a colour of its own under the noise. */
static void
write_records (const char *folder, const char *name, int n, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < n; i++)
    {
      const guint8 label = (guint8) (i % N_CLASSES);

      g_byte_array_append (bytes, &label, 1);
      for (int c = 0; c < 3; c++)
        for (int p = 0; p < PIXELS; p++)
          {
            const guint8 byte =
                (guint8) (label * (c + 2) * 37 % 160 + g_rand_int_range (random, 0, 60));

            g_byte_array_append (bytes, &byte, 1);
          }
    }
  g_file_set_contents (path, (const char *) bytes->data, (gssize) bytes->len, &error);
  g_assert_no_error (error);
}

static const char tiny[] =
    "{\"version\": 1, \"name\": \"tiny\", \"input\": {\"side\": 32, \"channels\": 3},\n"
    " \"stem\": {\"kind\": \"3x3\", \"channels\": 4}, \"classes\": 10, \"blocks\": [\n"
    "  {\"kind\": \"basic\", \"channels\": 4, \"stride\": 2, \"shortcut\": \"A-split\"},\n"
    "  {\"kind\": \"basic\", \"channels\": 8, \"stride\": 2, \"shortcut\": \"A-split\"},\n"
    "  {\"kind\": \"basic\", \"channels\": 8, \"stride\": 2, \"shortcut\": \"B\"}]}\n";

char *
cli_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("residua-cli-XXXXXX", &error);
  g_autofree char *data = NULL, *spec = NULL;

  g_assert_no_error (error);
  data = g_build_filename (folder, "data", NULL);
  spec = g_build_filename (folder, "tiny.json", NULL);
  g_assert_cmpint (g_mkdir (data, 0777), ==, 0);
  write_records (data, "data_batch_1.bin", 60, 1);
  write_records (data, "test_batch.bin", 20, 2);
  g_file_set_contents (spec, tiny, -1, &error);
  g_assert_no_error (error);
  return folder;
}

static void
remove_tree (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
cli_folder_free (char *folder)
{
  remove_tree (folder);
  g_free (folder);
}

GBytes *
cli_read (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (text, length);
}

char *
cli_shared (const char *name)
{
  const char *shared = g_getenv ("RESIDUA_SHARED");
  g_autofree char *beside =
      g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", NULL);
  g_autofree char *path = g_build_filename (shared != NULL ? shared : beside, "data", name, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_canonicalize_filename (path, NULL);
  g_test_skip_printf ("%s is not there", path);
  return NULL;
}
