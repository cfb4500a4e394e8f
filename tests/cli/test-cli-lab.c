#include "cli.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

/* lab: what it tells, what it leaves, and that a kill costs nothing. */

/* A block of four channels: quick, and yet long enough for a kill to meet it */
#define NET(kind)                                                                                  \
  "{\"version\": 1, \"name\": \"" kind "\", \"input\": {\"side\": 32, \"channels\": 3}, "          \
  "\"stem\": {\"kind\": \"3x3\", \"channels\": 4}, \"classes\": 10, \"blocks\": ["                 \
  "{\"kind\": \"" kind "\", \"channels\": 4, \"stride\": 1, \"shortcut\": \"A-split\"}]}"

#define LAB "lab", "little.json", "--data", "data", "--threads", "1"

#define BASIC NET ("basic")
#define PLAIN NET ("plain-basic")

static const char little[] =
    "{\"version\": 1, \"title\": \"Little\", \"claim\": \"Shortcuts help.\","
    " \"source\": \"someone, section 1\", \"seeds\": 2,"
    " \"settings\": {\"steps\": 60, \"batch\": 16, \"rate\": 0.05, \"checkpoint_every\": 5},"
    " \"arms\": ["
    "  {\"id\": \"with\", \"name\": \"With\", \"net\": " BASIC "},"
    "  {\"id\": \"without\", \"name\": \"Without\", \"net\": " PLAIN "}],"
    " \"figures\": [\"train_error\", \"lesions\"],"
    " \"checks\": [{\"text\": \"With is better\", \"quantity\": \"train_error\","
    "   \"arms\": [\"with\", \"without\"], \"relation\": \"less\"}]}";

static char *
folder_new (void)
{
  char *folder = cli_folder_new ();
  g_autofree char *path = g_build_filename (folder, "little.json", NULL);

  g_assert_true (g_file_set_contents (path, little, -1, NULL));
  return folder;
}

/* The runs that an experiment says it has; (transfer full) */
static char **
names_of_runs (const CliResult *result)
{
  g_autoptr (JsonNode) root = cli_json (result);
  JsonArray *runs = json_object_get_array_member (json_node_get_object (root), "runs");
  const guint n = json_array_get_length (runs);
  char **names = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    names[i] = g_path_get_basename (
        json_object_get_string_member (json_array_get_object_element (runs, i), "run"));
  return names;
}

/* Every file of run @path is in @folder/@a and @folder/@b alike, but for the lock and what tells of time. */
static void
assert_same_files (const char *folder, const char *a, const char *b, const char *path)
{
  g_autofree char *inside = g_build_filename (folder, a, path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (inside, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *in_a = g_build_filename (a, file, NULL);
      g_autofree char *in_b = g_build_filename (b, file, NULL);
      g_autofree char *full = g_build_filename (folder, in_a, NULL);

      if (g_file_test (full, G_FILE_TEST_IS_DIR))
        assert_same_files (folder, a, b, file);
      else if (strcmp (name, "timing.csv") != 0 && strcmp (name, "lock") != 0)
        {
          g_autoptr (GBytes) bytes_a = cli_read (folder, in_a);
          g_autoptr (GBytes) bytes_b = cli_read (folder, in_b);

          g_test_message ("%s", file);
          g_assert_true (g_bytes_equal (bytes_a, bytes_b));
        }
    }
}

/* Returns: (transfer full): what --json said of an experiment whose runs are in @runs, without time and without that name */
static char *
outcome_of (const CliResult *result, const char *runs)
{
  g_autoptr (JsonNode) root = cli_json (result);
  JsonObject *object = json_node_get_object (root);
  JsonArray *array = json_object_get_array_member (object, "runs");

  json_object_remove_member (object, "training_seconds");
  json_object_remove_member (object, "seconds_left");
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *run = json_array_get_object_element (array, i);
      const char *path = json_object_get_string_member (run, "run");

      g_assert_true (g_str_has_prefix (path, runs));
      json_object_set_string_member (run, "run", path + strlen (runs));
    }
  return json_to_string (root, TRUE);
}

static void
test_without_a_name_it_lists_what_there_is (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (CliResult) result = cli_run (folder, "lab", NULL);
  g_autoptr (CliResult) unknown = cli_run (folder, "lab", "degradatoin", NULL);

  cli_assert_code (result, 0);
  g_assert_nonnull (strstr (result->out, "degradation"));
  g_assert_nonnull (strstr (result->out, "lesions"));
  cli_assert_code (unknown, 2);
  g_assert_nonnull (strstr (unknown->err, "degradation"));
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_an_experiment_says_claim_numbers_and_verdict (void)
{
  g_autofree char *folder = folder_new ();
  g_autoptr (CliResult) dry = cli_run (folder, LAB, "--dry", NULL);
  g_autoptr (CliResult) result = cli_run (folder, LAB, "--report", "report.html", NULL);
  g_autoptr (GBytes) report = cli_read (folder, "report.html");
  gsize length;
  const char *text = g_bytes_get_data (report, &length);

  cli_assert_code (dry, 0);
  g_assert_nonnull (strstr (dry->err, "4 runs, of which 0 have ended"));
  g_assert_nonnull (strstr (dry->out, "not yet"));
  cli_assert_code (result, 0);
  g_assert_nonnull (strstr (result->out, "Shortcuts help."));
  g_assert_nonnull (strstr (result->out, "someone, section 1"));
  g_assert_nonnull (strstr (result->out, "4 of 4 runs have ended, 2 seeds"));
  g_assert_nonnull (strstr (result->out, "With is better: "));
  g_assert_null (strstr (result->out, "not yet"));
  g_assert_null (strchr (result->err, '\r'));
  g_assert_nonnull (g_strstr_len (text, (gssize) length, "Shortcuts help."));
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_what_is_there_is_used_again (void)
{
  g_autofree char *folder = folder_new ();
  g_autoptr (CliResult) first = cli_run (folder, LAB, "--seeds", "1", "--json", NULL);
  g_autoptr (CliResult) second = cli_run (folder, LAB, "--seeds", "2", "--json", NULL);
  g_autoptr (CliResult) third = cli_run (folder, LAB, "--seeds", "1", "--json", NULL);

  cli_assert_code (first, 0);
  cli_assert_code (second, 0);
  cli_assert_code (third, 0);
  g_assert_nonnull (strstr (second->err, "4 runs, of which 2 have ended"));
  g_assert_nonnull (strstr (third->err, "2 runs, of which 2 have ended"));
  g_assert_cmpstr (first->out, ==, third->out);
  cli_folder_free (g_steal_pointer (&folder));
}

/* Waits until the run has a checkpoint after its first. */
static void
wait_for_checkpoint (const char *folder, const char *runs, const char *name)
{
  g_autofree char *path =
      g_build_filename (folder, runs, name, "checkpoints", "step-00000005.safetensors", NULL);

  for (int i = 0; i < 60000 && !g_file_test (path, G_FILE_TEST_EXISTS); i++)
    g_usleep (1000);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Sends @signal to an experiment in its first seed, in its twin and in the second seed; what goes on with it ends as one
 * that nobody disturbed. @is_hit: whether a process ended by the signal, not by itself before
 */
static void
assert_signal_costs_nothing (int signal, gboolean (*is_hit) (GSubprocess *process))
{
  g_autofree char *folder = folder_new ();
  g_autoptr (CliResult) whole = cli_run (folder, LAB, "--runs", "whole", "--json", NULL);
  g_autoptr (CliResult) rest = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL, *found = NULL;
  g_auto (GStrv) names = NULL;
  int n_hit = 0;

  cli_assert_code (whole, 0);
  names = names_of_runs (whole);
  g_assert_cmpuint (g_strv_length (names), ==, 4);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GSubprocess) process = cli_start (folder, LAB, "--runs", "cut", "--json", NULL);

      wait_for_checkpoint (folder, "cut", names[i]);
      g_subprocess_send_signal (process, signal);
      g_subprocess_wait (process, NULL, &error);
      g_assert_no_error (error);
      n_hit += is_hit (process);
    }
  g_assert_cmpint (n_hit, >=, 1);
  rest = cli_run (folder, LAB, "--runs", "cut", "--json", NULL);
  cli_assert_code (rest, 0);
  for (int i = 0; names[i] != NULL; i++)
    assert_same_files (folder, "whole", "cut", names[i]);
  expected = outcome_of (whole, "whole");
  found = outcome_of (rest, "cut");
  g_assert_cmpstr (found, ==, expected);
  cli_folder_free (g_steal_pointer (&folder));
}

static gboolean
is_killed (GSubprocess *process)
{
  return g_subprocess_get_if_signaled (process);
}

static void
test_a_killed_experiment_goes_on_to_the_same_bytes (void)
{
  assert_signal_costs_nothing (SIGKILL, is_killed);
}

/* The signal is no end by itself: the program saves what it has, and says so by its code. Where an earlier process came
 * that far already, it can meet one that has only begun and looks at no signals yet.
 */
static gboolean
is_interrupted (GSubprocess *process)
{
  if (g_subprocess_get_if_signaled (process))
    return FALSE;
  if (g_subprocess_get_exit_status (process) != 0)
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  return g_subprocess_get_exit_status (process) == 130;
}

static void
test_an_interrupted_experiment_goes_on_to_the_same_bytes (void)
{
  assert_signal_costs_nothing (SIGINT, is_interrupted);
}

static void
test_a_run_that_diverged_has_ended_and_is_told (void)
{
  g_autofree char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "little.json", NULL);
  g_autoptr (GString) wild = g_string_new (little);
  g_autoptr (CliResult) result = NULL, again = NULL, trained = NULL;
  g_autoptr (GBytes) report = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *first;
  gsize length;
  const char *text;

  /* decay alone multiplies every weight by -999 a step */
  g_string_replace (wild, "\"name\": \"With\",",
                    "\"name\": \"With\", \"settings\": {\"rate\": 1000, \"weight_decay\": 1},", 1);
  g_assert_true (g_file_set_contents (path, wild->str, -1, NULL));
  result = cli_run (folder, LAB, "--seeds", "1", "--report", "report.html", NULL);
  again = cli_run (folder, LAB, "--seeds", "1", "--dry", "--json", NULL);
  trained = cli_run (folder, LAB, "--seeds", "1", NULL);
  report = cli_read (folder, "report.html");
  text = g_bytes_get_data (report, &length);
  cli_assert_code (result, 3);
  g_assert_nonnull (strstr (result->out, "2 of 2 runs have ended"));
  g_assert_nonnull (strstr (result->out, "Diverged: With, seed 1 of 1, at step "));
  g_assert_nonnull (strstr (result->out, "With is better: cannot tell"));
  g_assert_nonnull (g_strstr_len (text, (gssize) length, "2 of 2 have ended"));
  g_assert_nonnull (g_strstr_len (text, (gssize) length, "Diverged: With, seed 1 of 1, at step "));
  cli_assert_code (again, 0);
  g_assert_nonnull (strstr (again->err, "2 runs, of which 2 have ended"));
  /* what diverged before is not trained again, and has diverged still */
  cli_assert_code (trained, 3);
  g_assert_cmpstr (trained->out, ==, result->out);
  root = cli_json (again);
  first = json_array_get_object_element (json_object_get_array_member (json_node_get_object (root),
                                                                       "runs"),
                                         0);
  g_assert_false (json_object_get_boolean_member (first, "finished"));
  g_assert_true (json_object_get_boolean_member (first, "ended"));
  g_assert_cmpint (json_object_get_int_member (first, "diverged"), >, 0);
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_mistakes_are_told (void)
{
  g_autofree char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "broken.json", NULL);
  g_autoptr (CliResult) seeds = cli_run (folder, LAB, "--seeds", "0", NULL);
  g_autoptr (CliResult) many = cli_run (folder, "lab", "degradation", "residual", NULL);
  g_autoptr (CliResult) printed = cli_run (folder, LAB, "--report", "report.pdf", NULL);
  g_autoptr (CliResult) missing = cli_run (folder, "lab", "none.json", NULL);
  g_autoptr (CliResult) broken = NULL;

  g_assert_true (g_file_set_contents (path, "{\"version\": 1}", -1, NULL));
  broken = cli_run (folder, "lab", "broken.json", NULL);
  cli_assert_code (seeds, 2);
  g_assert_nonnull (strstr (seeds->err, "--seeds"));
  cli_assert_code (many, 2);
  cli_assert_code (printed, 2);
  g_assert_nonnull (strstr (printed->err, "report.pdf"));
  cli_assert_code (missing, 1);
  g_assert_nonnull (strstr (missing->err, "none.json"));
  cli_assert_code (broken, 1);
  g_assert_nonnull (strstr (broken->err, "broken.json"));
  g_assert_nonnull (strstr (broken->err, "title"));
  cli_folder_free (g_steal_pointer (&folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-lab/without a name it lists what there is",
                   test_without_a_name_it_lists_what_there_is);
  g_test_add_func ("/cli-lab/an experiment says claim, numbers and verdict",
                   test_an_experiment_says_claim_numbers_and_verdict);
  g_test_add_func ("/cli-lab/what is there is used again", test_what_is_there_is_used_again);
  g_test_add_func ("/cli-lab/a killed experiment goes on to the same bytes",
                   test_a_killed_experiment_goes_on_to_the_same_bytes);
  g_test_add_func ("/cli-lab/an interrupted experiment goes on to the same bytes",
                   test_an_interrupted_experiment_goes_on_to_the_same_bytes);
  g_test_add_func ("/cli-lab/a run that diverged has ended and is told",
                   test_a_run_that_diverged_has_ended_and_is_told);
  g_test_add_func ("/cli-lab/mistakes are told", test_mistakes_are_told);
  return g_test_run ();
}
