#include "cli.h"

#include <signal.h>
#include <string.h>

/* train and resume: what they tell, what they leave, and how they end. */

#define TRAIN "train", "--data", "data", "--net", "tiny.json", "--batch", "16", "--threads", "1"

static void
test_the_events_tell_the_whole_training (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (CliResult) result = cli_run (folder, TRAIN, "--out", "run", "--steps", "6",
                                          "--evaluate-every", "3", "--json", NULL);
  g_autoptr (GPtrArray) events = NULL;
  JsonObject *start, *step, *end;

  cli_assert_code (result, 0);
  events = cli_events (result);
  start = cli_event (events, 0);
  step = cli_event (events, 1);
  end = cli_event (events, events->len - 1);
  g_assert_cmpstr (json_object_get_string_member (start, "event"), ==, "start");
  g_assert_cmpint (json_object_get_int_member (start, "train_count"), ==, 60);
  g_assert_cmpint (json_object_get_int_member (start, "steps"), ==, 6);
  g_assert_cmpint (cli_count_events (events, "step"), ==, 6);
  g_assert_cmpint (cli_count_events (events, "test"), ==, 2);
  g_assert_cmpint (cli_count_events (events, "checkpoint"), >=, 1);
  g_assert_cmpint (json_object_get_int_member (step, "step"), ==, 1);
  g_assert_cmpfloat (json_object_get_double_member (step, "loss"), >, 0.0);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (step, "rate"), 0.1, 1e-12);
  g_assert_cmpstr (json_object_get_string_member (end, "event"), ==, "end");
  g_assert_cmpstr (json_object_get_string_member (end, "state"), ==, "finished");
  g_assert_cmpint (json_object_get_int_member (end, "step"), ==, 6);
  g_assert_cmpfloat (json_object_get_double_member (end, "test_error"), <=, 1.0);
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_people_get_the_result_on_stdout_and_the_rest_on_stderr (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (CliResult) result =
      cli_run (folder, TRAIN, "--out", "run", "--epochs", "1.5", "--seed", "7", NULL);

  cli_assert_code (result, 0);
  /* 60 pictures are 4 batches of 16 */
  g_assert_nonnull (strstr (result->out, "Finished 6 steps"));
  g_assert_nonnull (strstr (result->out, "Test error"));
  g_assert_null (strstr (result->out, "epoch"));
  g_assert_nonnull (strstr (result->err, "seed 7"));
  g_assert_nonnull (strstr (result->err, "step 4 "));
  g_assert_nonnull (strstr (result->err, "residua-cli eval --model run@best --data"));
  /* no bar in a pipe */
  g_assert_null (strchr (result->err, '\r'));
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_a_run_that_is_there_is_refused_and_stays (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (CliResult) first = cli_run (folder, TRAIN, "--out", "run", "--steps", "2", NULL);
  g_autoptr (GBytes) before = cli_read (folder, "run/history.csv");
  g_autoptr (CliResult) second = cli_run (folder, TRAIN, "--out", "run", "--steps", "3", NULL);
  g_autoptr (GBytes) after = cli_read (folder, "run/history.csv");

  cli_assert_code (first, 0);
  cli_assert_code (second, 1);
  g_assert_nonnull (strstr (second->err, "“run”"));
  g_assert_nonnull (strstr (second->err, "resume"));
  g_assert_true (g_bytes_equal (before, after));
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_a_preset_takes_colours_and_classes_from_the_data (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (CliResult) result =
      cli_run (folder, "train", "--data", "data", "--net", "resnet18", "--out", "run", "--steps",
               "1", "--batch", "2", "--json", NULL);
  g_autoptr (GPtrArray) events = NULL;

  cli_assert_code (result, 0);
  events = cli_events (result);
  g_assert_cmpint (json_object_get_int_member (cli_event (events, 0), "side"), ==, 32);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (cli_event (events, 0), "classes")),
                    ==, 10);
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_an_architecture_file_that_does_not_fit_fails (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autofree char *path = g_build_filename (folder, "grey.json", NULL);
  g_autoptr (CliResult) result = NULL;

  g_assert_true (g_file_set_contents (
      path,
      "{\"version\": 1, \"name\": \"grey\", \"input\": {\"side\": 32, \"channels\": 1}, \"stem\": "
      "{\"kind\": \"3x3\", \"channels\": 4}, \"blocks\": [], \"classes\": 10}",
      -1, NULL));
  result = cli_run (folder, "train", "--data", "data", "--net", "grey.json", "--out", "run", NULL);
  cli_assert_code (result, 1);
  g_assert_nonnull (strstr (result->err, "channels"));
  g_clear_pointer (&path, g_free);
  path = g_build_filename (folder, "run", NULL);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_resume_goes_on_to_another_length (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (CliResult) first = cli_run (folder, TRAIN, "--out", "run", "--steps", "3", NULL);
  g_autoptr (CliResult) again = cli_run (folder, "resume", "run", NULL);
  g_autoptr (CliResult) longer = cli_run (folder, "resume", "run", "--steps", "5", "--json", NULL);
  g_autoptr (CliResult) shorter = cli_run (folder, "resume", "run", "--steps", "4", NULL);
  g_autoptr (GPtrArray) events = NULL;

  cli_assert_code (first, 0);
  cli_assert_code (again, 0);
  cli_assert_code (longer, 0);
  events = cli_events (longer);
  g_assert_cmpint (json_object_get_int_member (cli_event (events, 0), "step"), ==, 3);
  g_assert_cmpint (cli_count_events (events, "step"), ==, 2);
  cli_assert_code (shorter, 1);
  g_assert_nonnull (strstr (shorter->err, "5 steps"));
  cli_folder_free (g_steal_pointer (&folder));
}

/* Reads events until the one of step @step; returns the rest of stdout when the program has ended. */
static char *
interrupt_at (GSubprocess *process, int step, int number)
{
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *wanted = g_strdup_printf ("{\"event\":\"step\",\"step\":%d,", step);
  g_autoptr (GError) error = NULL;
  char *line, *last = NULL;

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, &error)) != NULL)
    {
      if (g_str_has_prefix (line, wanted))
        g_subprocess_send_signal (process, number);
      g_free (last);
      last = line;
    }
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  return last;
}

static void
assert_same_file (const char *folder, const char *a, const char *b, const char *name)
{
  g_autofree char *name_a = g_build_filename (a, name, NULL),
                  *name_b = g_build_filename (b, name, NULL);
  g_autoptr (GBytes) bytes_a = cli_read (folder, name_a), bytes_b = cli_read (folder, name_b);

  g_assert_true (g_bytes_equal (bytes_a, bytes_b));
}

static void
check_interruption (int number)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (GSubprocess) process =
      cli_start (folder, TRAIN, "--out", "stopped", "--steps", "300", "--json", NULL);
  g_autofree char *last = interrupt_at (process, 5, number);
  g_autoptr (JsonNode) end = json_from_string (last, NULL);
  g_autoptr (CliResult) whole = NULL, resumed = NULL;
  JsonObject *object = json_node_get_object (end);
  g_autofree char *checkpoint = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  g_assert_cmpstr (json_object_get_string_member (object, "state"), ==, "interrupted");
  g_assert_cmpint (json_object_get_int_member (object, "step"), >=, 5);
  checkpoint = g_strdup_printf ("stopped/checkpoints/step-%08d.safetensors",
                                (int) json_object_get_int_member (object, "step"));
  bytes = cli_read (folder, checkpoint);

  resumed = cli_run (folder, "resume", "stopped", "--threads", "2", NULL);
  cli_assert_code (resumed, 0);
  whole = cli_run (folder, TRAIN, "--out", "whole", "--steps", "300", NULL);
  cli_assert_code (whole, 0);
  assert_same_file (folder, "stopped", "whole", "history.csv");
  assert_same_file (folder, "stopped", "whole", "checkpoints/step-00000300.safetensors");
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_ctrl_c_saves_and_resume_ends_as_if_nothing_had_happened (void)
{
  check_interruption (SIGINT);
}

static void
test_a_polite_kill_saves_too (void)
{
  check_interruption (SIGTERM);
}

static void
test_the_second_ctrl_c_is_not_waited_for (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (GSubprocess) process =
      cli_start (folder, TRAIN, "--out", "run", "--steps", "100000", "--json", NULL);
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_autoptr (CliResult) resumed = NULL;

  g_assert_nonnull (line);
  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_divergence_is_code_3_and_names_the_step (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (CliResult) result =
      cli_run (folder, TRAIN, "--out", "run", "--steps", "200", "--lr", "1000", "--momentum",
               "0.99", "--weight-decay", "1", "--json", NULL);
  g_autoptr (CliResult) info = NULL;
  g_autoptr (GPtrArray) events = NULL;
  JsonObject *last;

  cli_assert_code (result, 3);
  events = cli_events (result);
  last = cli_event (events, events->len - 1);
  g_assert_cmpstr (json_object_get_string_member (last, "event"), ==, "error");
  g_assert_true (json_object_get_boolean_member (last, "diverged"));
  g_assert_nonnull (strstr (json_object_get_string_member (last, "message"), "step"));
  g_assert_nonnull (strstr (result->err, "residua-cli: "));
  /* what was good is kept */
  info = cli_run (folder, "info", "run", "--json", NULL);
  cli_assert_code (info, 0);
  cli_folder_free (g_steal_pointer (&folder));
}

static void
test_a_reader_that_goes_away_stops_the_training_safely (void)
{
  g_autofree char *folder = cli_folder_new ();
  g_autoptr (GSubprocess) process =
      cli_start (folder, TRAIN, "--out", "run", "--steps", "100000", "--json", NULL);
  g_autoptr (CliResult) info = NULL;

  g_assert_true (g_input_stream_close (g_subprocess_get_stdout_pipe (process), NULL, NULL));
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  info = cli_run (folder, "info", "run", NULL);
  cli_assert_code (info, 0);
  cli_folder_free (g_steal_pointer (&folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/training/the-events-tell-the-whole-training",
                   test_the_events_tell_the_whole_training);
  g_test_add_func ("/cli/training/people-get-the-result-on-stdout-and-the-rest-on-stderr",
                   test_people_get_the_result_on_stdout_and_the_rest_on_stderr);
  g_test_add_func ("/cli/training/a-run-that-is-there-is-refused-and-stays",
                   test_a_run_that_is_there_is_refused_and_stays);
  g_test_add_func ("/cli/training/a-preset-takes-colours-and-classes-from-the-data",
                   test_a_preset_takes_colours_and_classes_from_the_data);
  g_test_add_func ("/cli/training/an-architecture-file-that-does-not-fit-fails",
                   test_an_architecture_file_that_does_not_fit_fails);
  g_test_add_func ("/cli/training/resume-goes-on-to-another-length",
                   test_resume_goes_on_to_another_length);
  g_test_add_func ("/cli/training/ctrl-c-saves-and-resume-ends-as-if-nothing-had-happened",
                   test_ctrl_c_saves_and_resume_ends_as_if_nothing_had_happened);
  g_test_add_func ("/cli/training/a-polite-kill-saves-too", test_a_polite_kill_saves_too);
  g_test_add_func ("/cli/training/the-second-ctrl-c-is-not-waited-for",
                   test_the_second_ctrl_c_is_not_waited_for);
  g_test_add_func ("/cli/training/divergence-is-code-3-and-names-the-step",
                   test_divergence_is_code_3_and_names_the_step);
  g_test_add_func ("/cli/training/a-reader-that-goes-away-stops-the-training-safely",
                   test_a_reader_that_goes_away_stops_the_training_safely);
  return g_test_run ();
}
