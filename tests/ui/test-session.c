#include <adwaita.h>
#include <dirent.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <utime.h>
#include <sys/resource.h>

#include "../core/train/tiny.h"
#include "foreign.h"
#include "training.h"

#define EPOCHS(n) GINT_TO_POINTER (n)

static RnDocument *
shown (World *world)
{
  return rn_session_get_document (world->session);
}

static RnRecord *
record (World *world)
{
  return rn_session_get_record (world->session);
}

static const RnStatus *
status (World *world)
{
  return rn_session_get_status (world->session);
}

static void
open_data (World *world)
{
  rn_session_open_dataset (world->session, world->data);
  world_wait (world, has_dataset, 20.0);
}

static void
train_to_the_end (World *world)
{
  rn_session_start (world->session);
  world_wait (world, is_settled, 60.0);
}

static gint64 wanted_step;

static gboolean
is_past_step (World *world)
{
  return status (world)->step > wanted_step;
}

/* Whether what was merged has been read again */
static gboolean
is_complete (World *world)
{
  return !rn_record_is_incomplete (record (world));
}

/* Training */

static void
test_a_sketch_becomes_a_run_that_ends (World *world, gconstpointer data)
{
  RnDocument *sketch = shown (world);
  g_autofree char *folder = NULL;

  open_data (world);
  train_to_the_end (world);
  world_wait (world, is_complete, 10.0);
  g_assert_true (g_str_has_prefix (world->states->str, "PR"));
  g_assert_true (g_str_has_suffix (world->states->str, "F"));
  g_assert_nonnull (strstr (world->signals->str, "ended 5: tiny, run 1: 12 steps done"));
  g_assert_null (strstr (world->signals->str, "problem"));
  g_assert_true (shown (world) != sketch);
  g_assert_cmpint (rn_document_get_kind (shown (world)), ==, RN_DOCUMENT_RUN);
  g_assert_cmpstr (rn_document_get_title (shown (world)), ==, "tiny, run 1");
  folder = g_path_get_basename (rn_document_get_path (shown (world)));
  g_assert_cmpstr (folder, ==, "tiny-1");
  g_assert_cmpint (status (world)->step, ==, 12);
  g_assert_cmpint (status (world)->steps, ==, 12);
  g_assert_cmpfloat (status (world)->epochs, ==, 2.0);
  g_assert_cmpfloat (status (world)->epoch, ==, 2.0);
  g_assert_null (rn_session_get_live (world->session));
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_documents (world->session)), ==, 2);
  assert_record_is_history (record (world));
  assert_record_is_on_disk (record (world));
}

static void
test_the_next_run_takes_the_next_number (World *world, gconstpointer data)
{
  RnDocument *sketch = shown (world);

  open_data (world);
  train_to_the_end (world);
  rn_session_show (world->session, sketch);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_IDLE);
  train_to_the_end (world);
  g_assert_cmpstr (rn_document_get_title (shown (world)), ==, "tiny, run 2");
}

static void
test_settings_of_a_new_run_are_those_of_the_command_line (World *world, gconstpointer data)
{
  const RnSettings *settings;

  open_data (world);
  train_to_the_end (world);
  settings = rn_record_get_settings (record (world));
  g_assert_cmpint (settings->steps, ==, 90);
  g_assert_cmpint (settings->batch, ==, 16);
  g_assert_cmpfloat (settings->rate, ==, 0.1);
  g_assert_cmpint (settings->schedule.kind, ==, RN_SCHEDULE_STEPS);
  g_assert_cmpint (settings->schedule.n_milestones, ==, 2);
  g_assert_cmpint (settings->schedule.milestones[0], ==, 45);
  g_assert_cmpint (settings->schedule.milestones[1], ==, 68);
  g_assert_cmpint (settings->augment.pad, ==, 0);
  g_assert_false (settings->augment.flip);
  g_assert_cmpint (settings->measure_every, ==, 1);
}

static void
test_a_full_disk_pauses_with_a_sentence_and_start_goes_on (World *world, gconstpointer data)
{
  open_data (world);
  rn_session_start (world->session);
  world_wait (world, is_running, 10.0);
  tiny_set_room (2000);
  world_wait (world, is_paused, 10.0);
  tiny_set_room (RLIM_INFINITY);
  g_assert_nonnull (strstr (world->signals->str, "The disk is full"));
  g_assert_nonnull (strstr (world->signals->str, world->folder));
  g_assert_false (rn_session_get_status (world->session)->is_pending);
  rn_session_start (world->session);
  world_wait (world, is_running, 10.0);
  rn_session_stop (world->session);
  world_wait (world, is_settled, 10.0);
  g_assert_null (strchr (world->states->str, 'X'));
}

#define N_ANSWERS 5

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 first = *(const gint64 *) a, second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

/* The middle one: other programs have a processor of two for a while now and then. */
static gint64
median (gint64 *us)
{
  qsort (us, N_ANSWERS, sizeof *us, compare_times);
  return us[N_ANSWERS / 2];
}

static void
test_pause_and_step_answer_within_100_ms (World *world, gconstpointer data)
{
  gint64 step, started, pause_us[N_ANSWERS], step_us[N_ANSWERS];

  open_data (world);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  for (int i = 0; i < N_ANSWERS; i++)
    {
      started = g_get_monotonic_time ();
      rn_session_pause (world->session);
      g_assert_true (status (world)->is_pending || is_paused (world));
      world_wait (world, is_paused, 5.0);
      pause_us[i] = g_get_monotonic_time () - started;
      g_assert_false (rn_session_is_training (world->session));

      step = status (world)->step;
      started = g_get_monotonic_time ();
      rn_session_step (world->session);
      world_wait (world, is_paused, 5.0);
      step_us[i] = g_get_monotonic_time () - started;
      g_assert_cmpint (status (world)->step, ==, step + 1);

      rn_session_start (world->session);
      world_wait (world, is_running, 5.0);
    }
  g_assert_cmpint (median (pause_us), <, 100000);
  g_assert_cmpint (median (step_us), <, 200000);
  rn_session_stop (world->session);
  started = g_get_monotonic_time ();
  world_wait (world, is_settled, 5.0);
  g_assert_cmpint (g_get_monotonic_time () - started, <, G_USEC_PER_SEC);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_STOPPED);
  world_wait (world, is_complete, 10.0);
  assert_record_is_history (record (world));
  assert_record_is_on_disk (record (world));
}

static void
test_a_stopped_run_goes_on_where_it_was (World *world, gconstpointer data)
{
  RnDocument *run;
  gint64 step;

  open_data (world);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  rn_session_stop (world->session);
  world_wait (world, is_settled, 20.0);
  run = shown (world);
  step = status (world)->step;
  g_assert_cmpint (step, >, 0);
  g_assert_cmpint (step, <, status (world)->steps);
  rn_session_start (world->session);
  wanted_step = step;
  world_wait (world, is_past_step, 20.0);
  g_assert_true (shown (world) == run);
  rn_session_pause (world->session);
  world_wait (world, is_paused, 20.0);
  rn_session_stop (world->session);
  world_wait (world, is_settled, 20.0);
  world_wait (world, is_complete, 10.0);
  assert_record_is_history (record (world));
  assert_record_is_on_disk (record (world));
}

static void
test_a_finished_run_goes_on_with_more_epochs (World *world, gconstpointer data)
{
  open_data (world);
  train_to_the_end (world);
  g_assert_cmpfloat (rn_session_get_epochs (world->session), ==, 2.0);
  g_string_truncate (world->signals, 0);
  rn_session_start (world->session);
  g_assert_nonnull (strstr (world->signals->str, "message: “tiny, run 1” has done its 12 steps"));
  g_assert_false (rn_session_is_training (world->session));
  rn_session_set_epochs (world->session, 3.0);
  train_to_the_end (world);
  world_wait (world, is_complete, 10.0);
  g_assert_cmpint (status (world)->step, ==, 18);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_FINISHED);
  g_assert_cmpint (rn_record_get_settings (record (world))->steps, ==, 18);
  assert_record_is_history (record (world));
}

static void
test_a_start_waits_for_the_data (World *world, gconstpointer data)
{
  rn_session_open_dataset (world->session, world->data);
  g_assert_null (rn_session_get_dataset (world->session));
  rn_session_start (world->session);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_PREPARING);
  g_assert_true (rn_session_is_training (world->session));
  world_wait (world, is_settled, 60.0);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_FINISHED);
  g_assert_cmpstr (rn_record_get_data (record (world)), ==, world->data);
}

static void
test_a_start_is_told_when_the_data_fail (World *world, gconstpointer data)
{
  rn_session_open_dataset (world->session, "/nonexistent/data");
  rn_session_start (world->session);
  world_wait (world, is_settled, 20.0);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_IDLE);
  g_assert_nonnull (strstr (world->signals->str, "problem: The data cannot be used: "));
  g_assert_nonnull (strstr (world->signals->str, "/nonexistent/data"));
  g_assert_nonnull (rn_session_get_dataset_problem (world->session));
}

static gboolean
data_fail (World *world)
{
  return rn_session_get_dataset_problem (world->session) != NULL;
}

/* The set that was open before is still open, and shown. */
static void
test_data_that_fail_leave_the_open_ones_to_train_on (World *world, gconstpointer data)
{
  open_data (world);
  rn_session_open_dataset (world->session, "/nonexistent/data");
  world_wait (world, data_fail, 20.0);
  train_to_the_end (world);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_FINISHED);
  g_assert_cmpstr (rn_record_get_data (record (world)), ==, world->data);
}

static void
test_a_start_can_be_taken_back (World *world, gconstpointer data)
{
  rn_session_open_dataset (world->session, world->data);
  rn_session_start (world->session);
  rn_session_stop (world->session);
  g_assert_false (rn_session_is_training (world->session));
  world_wait (world, has_dataset, 20.0);
  world_idle (world, 0.3);
  g_assert_false (rn_session_has_trainer (world->session));
  g_assert_cmpint (rn_document_get_kind (shown (world)), ==, RN_DOCUMENT_SKETCH);
}

static void
test_one_network_is_trained_at_a_time (World *world, gconstpointer data)
{
  RnDocument *sketch = shown (world);
  g_autoptr (RnDocument) first = NULL;

  open_data (world);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  first = g_object_ref (shown (world));
  rn_session_show (world->session, sketch);
  rn_session_start (world->session);
  g_assert_nonnull (strstr (world->signals->str, "problem: One network is trained at a time"));
  g_assert_true (rn_session_get_live (world->session) == first);

  /* a paused one gives way */
  rn_session_pause (world->session);
  world_wait (world, is_paused, 20.0);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  g_assert_true (rn_session_get_live (world->session) != first);
  g_assert_cmpstr (rn_document_get_title (rn_session_get_live (world->session)), ==, "tiny, run 2");
}

static void
test_the_rate_is_changed_while_it_runs (World *world, gconstpointer data)
{
  const RnRecordMark *mark;

  open_data (world);
  rn_session_step (world->session);
  world_wait (world, is_paused, 20.0);
  rn_session_set_rate (world->session, 0.03125);
  rn_session_step (world->session);
  world_idle (world, 0.3);
  g_assert_cmpuint (rn_record_get_marks (record (world))->len, ==, 1);
  mark = &g_array_index (rn_record_get_marks (record (world)), RnRecordMark, 0);
  g_assert_cmpint (mark->kind, ==, RN_MARK_RATE);
  g_assert_cmpint (mark->step, ==, 1);
  g_assert_cmpfloat (mark->value, ==, 0.03125);
}

static void
test_divergence_is_told (World *world, gconstpointer data)
{
  RnSettings settings = *rn_session_get_settings (world->session);
  g_autoptr (RnRecord) again = NULL;
  const GArray *marks;

  settings.rate = 1e3;
  settings.momentum = 0.99;
  settings.weight_decay = 1.0;
  rn_session_set_settings (world->session, &settings);
  open_data (world);
  train_to_the_end (world);
  g_assert_cmpint (status (world)->state, ==, RN_STATE_FAILED);
  g_assert_nonnull (strstr (world->signals->str, "ended 7: "));
  g_assert_nonnull (strstr (world->signals->str, "problem: Training has ended: Training diverged"));
  g_assert_false (rn_session_has_trainer (world->session));
  /* and the run's curve says where, when it is opened again */
  again = rn_record_load (rn_document_get_path (shown (world)), NULL);
  marks = rn_record_get_marks (again);
  g_assert_cmpuint (marks->len, ==, 1);
  g_assert_cmpint (g_array_index (marks, RnRecordMark, 0).kind, ==, RN_MARK_ERROR);
  g_assert_cmpint (g_array_index (marks, RnRecordMark, 0).step, ==,
                   rn_record_get_last_step (again));
}

static void
note_down (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  *(gboolean *) data = TRUE;
}

static void
test_shutting_down_keeps_what_was_learned (World *world, gconstpointer data)
{
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) rows = NULL, steps = NULL;
  gboolean is_down = FALSE;

  open_data (world);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  run = world_open_run (world);
  rn_session_shut_down (world->session, note_down, &is_down);
  while (!is_down)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (rn_session_has_trainer (world->session));
  rows = rn_run_read_history (run, NULL);
  steps = rn_run_list_checkpoints (run, NULL);
  g_assert_cmpuint (rows->len, >, 0);
  /* a row that waits for its test is in the checkpoint */
  g_assert_cmpint (g_array_index (steps, gint64, steps->len - 1) - rows->len, >=, 0);
  g_assert_cmpint (g_array_index (steps, gint64, steps->len - 1) - rows->len, <=, 1);
}

/* Returns: how many threads of this process have nice value @wanted */
static int
count_threads (int wanted)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  int n = 0;

  while ((name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "stat", NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv) fields = NULL;

      /* after the name in brackets: state is field 3, nice is field 19 */
      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
      n += atoi (fields[19 - 3]) == wanted;
    }
  return n;
}

static int
own_nice (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  g_assert_true (g_file_get_contents ("/proc/thread-self/stat", &text, NULL, NULL));
  fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
  return atoi (fields[19 - 3]);
}

static gboolean
has_no_low_thread (World *world)
{
  return count_threads (MIN (own_nice () + 10, 19)) == 0;
}

static void
test_threads_of_training_step_back_and_the_window_does_not (World *world, gconstpointer data)
{
  const int nice = own_nice ();

  if (nice >= 10)
    {
      g_test_skip ("this process has stepped back as far as its threads would");
      return;
    }
  open_data (world);
  /* the one that opened the data ends with its answer, and leaves no thread of a pool slow */
  world_wait (world, has_no_low_thread, 20.0);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  /* the worker, its second thread and the loader */
  g_assert_cmpint (count_threads (10), >=, 3);
  g_assert_cmpint (own_nice (), ==, nice);
  rn_session_stop (world->session);
  world_wait (world, is_settled, 20.0);
}

/* Measures */

/* From the bytes of blocks.bin, by the format that README tells, not by the core's reader */
static gboolean
find_in_file (const guint8 *bytes, gsize length, gint64 step, guint32 block, float values[6])
{
  for (gsize at = 16; at + 36 <= length; at += 36)
    {
      gint64 its_step;
      guint32 its_block;

      memcpy (&its_step, bytes + at, 8);
      memcpy (&its_block, bytes + at + 8, 4);
      if (its_step == step && its_block == block)
        {
          memcpy (values, bytes + at + 12, 24);
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
measures_are_at_step (World *world)
{
  gint64 step = -1;

  return rn_session_get_measures (world->session, &step) != NULL && step == wanted_step;
}

static void
assert_measures_are_in_file (World *world, gint64 step, const guint8 *bytes, gsize length, int at)
{
  const RnBlockMeasure *measure = &rn_session_get_measures (world->session, NULL)[at];
  const guint32 id = rn_spec_get_block (rn_session_get_spec (world->session), at)->id;
  const float own[] = { measure->rms_s,    measure->rms_f, measure->ratio,
                        measure->gradient, measure->dead,  measure->response };
  float values[6];

  g_assert_true (find_in_file (bytes, length, step, id, values));
  g_assert_cmpuint (measure->block, ==, id);
  g_assert_cmpmem (own, sizeof own, values, sizeof values);
  /* which of the two is over which */
  if (!isnan (values[0]))
    g_assert_cmpfloat_with_epsilon (values[2], values[1] / values[0], 1e-5 * values[2]);
}

static void
test_measures_are_those_of_the_file (World *world, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_autofree char *path = NULL, *bytes = NULL;
  gsize length;
  gint64 step;

  open_data (world);
  train_to_the_end (world);
  path = g_build_filename (rn_document_get_path (shown (world)), "blocks.bin", NULL);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, ==, 16 + 36 * 3 * 12);
  g_assert_nonnull (rn_session_get_measures (world->session, &step));
  g_assert_cmpint (step, ==, 12);
  for (int i = 0; i < 3; i++)
    assert_measures_are_in_file (world, 12, (guint8 *) bytes, length, i);
  for (int i = 0; i < 20; i++)
    {
      wanted_step = g_rand_int_range (random, 1, 13);
      rn_time_axis_set_cursor (rn_session_get_time (world->session), wanted_step);
      world_wait (world, measures_are_at_step, 5.0);
      assert_measures_are_in_file (world, wanted_step, (guint8 *) bytes, length,
                                   g_rand_int_range (random, 0, 3));
    }
  rn_time_axis_set_cursor (rn_session_get_time (world->session), -1);
  g_assert_nonnull (rn_session_get_measures (world->session, &step));
  g_assert_cmpint (step, ==, 12);
}

static void
test_measures_at_the_cursor_stand_still_while_it_trains (World *world, gconstpointer data)
{
  open_data (world);
  rn_session_start (world->session);
  wanted_step = 5;
  world_wait (world, is_past_step, 20.0);
  rn_time_axis_set_cursor (rn_session_get_time (world->session), 5);
  world_wait (world, measures_are_at_step, 5.0);
  wanted_step = status (world)->step + 20;
  world_wait (world, is_past_step, 20.0);
  wanted_step = 5;
  g_assert_true (measures_are_at_step (world));
}

static void
test_numbers_on_the_screen_move_while_it_trains (World *world, gconstpointer data)
{
  gint64 first, second;

  open_data (world);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  g_assert_nonnull (rn_session_get_measures (world->session, &first));
  wanted_step = status (world)->step + 20;
  world_wait (world, is_past_step, 20.0);
  g_assert_nonnull (rn_session_get_measures (world->session, &second));
  g_assert_cmpint (second, >, first + 10);
  g_assert_cmpuint (rn_record_get_responses (record (world))->len, ==, 8);
}

/* The window */

static GtkWidget *
clock_new (World *world)
{
  GtkWidget *window = gtk_window_new ();

  rn_session_set_clock (world->session, window);
  return window;
}

static void
test_a_hidden_window_takes_little_and_catches_up (World *world, gconstpointer data)
{
  GtkWidget *window = clock_new (world);
  gint64 step;
  guint n_drains = 0;

  open_data (world);
  gtk_window_present (GTK_WINDOW (window));
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  gtk_widget_set_visible (window, FALSE);
  world_idle (world, 0.2);
  step = status (world)->step;
  for (gint64 before = step, until = g_get_monotonic_time () + 2500000;
       g_get_monotonic_time () < until;)
    {
      world_idle (world, 0.02);
      n_drains += status (world)->step != before;
      before = status (world)->step;
    }
  g_assert_cmpuint (n_drains, <=, 3);
  g_assert_cmpuint (n_drains, >=, 1);
  /* far more steps than drains, on a busy machine, too */
  g_assert_cmpint (status (world)->step, >, step + 10);
  gtk_window_present (GTK_WINDOW (window));
  rn_session_pause (world->session);
  world_wait (world, is_paused, 20.0);
  world_wait (world, is_complete, 10.0);
  assert_record_is_history (record (world));
  assert_record_is_on_disk (record (world));
  gtk_window_destroy (GTK_WINDOW (window));
}

static guint n_status;

static void
count_status (void)
{
  n_status++;
}

static void
test_the_window_is_told_ten_times_a_second_at_most (World *world, gconstpointer data)
{
  GtkWidget *window = clock_new (world);

  open_data (world);
  gtk_window_present (GTK_WINDOW (window));
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  g_signal_connect (world->session, "status", count_status, NULL);
  n_status = 0;
  world_idle (world, 2.0);
  g_assert_cmpuint (n_status, <=, 21);
  /* how many come on a busy machine is its affair, but some do */
  g_assert_cmpuint (n_status, >=, 2);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_nothing_wakes_at_rest (World *world, gconstpointer data)
{
  GtkWidget *window = clock_new (world);
  gint64 until;
  guint n = 0;

  open_data (world);
  rn_session_step (world->session);
  world_wait (world, is_paused, 20.0);
  world_idle (world, 1.5);
  until = g_get_monotonic_time () + 2000000;
  while (g_get_monotonic_time () < until)
    {
      g_usleep (10000);
      n += g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (n, <, 2);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Documents */

static void
test_an_edit_of_a_run_forks_a_sketch_and_undo_returns (World *world, gconstpointer data)
{
  RnSelection *selection = rn_session_get_selection (world->session);
  GListModel *documents = rn_session_get_documents (world->session);
  g_autoptr (RnSpec) edited = NULL, undone = NULL;
  RnDocument *run;
  guint n;

  open_data (world);
  train_to_the_end (world);
  run = shown (world);
  n = g_list_model_get_n_items (documents);
  rn_selection_select (selection, RN_PART_BLOCK, 1, NULL);
  rn_selection_toggle (selection, 3);
  edited = rn_spec_copy (rn_document_get_spec (run));
  undone = rn_spec_copy (edited);
  g_assert_true (rn_spec_remove_block (edited, 2, NULL));
  rn_session_show_sketch (world->session, edited, NULL);
  g_assert_cmpint (rn_document_get_kind (shown (world)), ==, RN_DOCUMENT_SKETCH);
  g_assert_cmpstr (rn_document_get_title (shown (world)), ==, "Sketch from run 1");
  g_assert_cmpint (rn_spec_n_blocks (rn_document_get_spec (run)), ==, 3);
  g_assert_cmpuint (g_list_model_get_n_items (documents), ==, n + 1);
  g_assert_cmpuint (rn_selection_n_blocks (selection), ==, 1);
  g_assert_true (rn_selection_contains (selection, 1));

  /* a further edit changes the sketch, not the list */
  g_assert_true (rn_spec_remove_block (edited, 1, NULL));
  rn_session_show_sketch (world->session, edited, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (documents), ==, n + 1);
  g_assert_true (rn_document_get_origin (shown (world)) == run);

  rn_session_show_sketch (world->session, undone, NULL);
  g_assert_true (shown (world) == run);
  g_assert_cmpuint (g_list_model_get_n_items (documents), ==, n);
}

static void
delete_block (World *world, guint32 id)
{
  RnSketch *sketch = rn_session_begin_edit (world->session);
  GError *error = NULL;

  rn_sketch_remove (sketch, &id, 1, &error);
  g_assert_true (rn_session_end_edit (world->session, error));
}

static void
test_undo_of_a_fork_shows_the_run_and_redo_the_sketch (World *world, gconstpointer data)
{
  GListModel *documents = rn_session_get_documents (world->session);
  RnSelection *selection = rn_session_get_selection (world->session);
  g_autoptr (RnDocument) sketch = NULL;
  g_autofree char *undo = NULL, *redo = NULL, *none = NULL;
  RnDocument *run;
  guint n;

  open_data (world);
  train_to_the_end (world);
  run = shown (world);
  n = g_list_model_get_n_items (documents);
  none = rn_session_get_undo_label (world->session);
  g_assert_null (none);
  rn_selection_select (selection, RN_PART_BLOCK, 1, NULL);
  rn_session_set_gate (world->session, 1, FALSE);
  delete_block (world, 3);
  sketch = g_object_ref (shown (world));
  g_assert_true (rn_document_get_origin (sketch) == run);
  g_assert_true (rn_document_is_changed (sketch));
  undo = rn_session_get_undo_label (world->session);
  g_assert_cmpstr (undo, ==, "Undo delete block 3");

  rn_session_undo (world->session);
  g_assert_true (shown (world) == run);
  g_assert_cmpuint (g_list_model_get_n_items (documents), ==, n);
  redo = rn_session_get_redo_label (world->session);
  g_assert_cmpstr (redo, ==, "Redo delete block 3");
  rn_session_redo (world->session);
  g_assert_true (shown (world) == sketch);
  g_assert_cmpint (rn_spec_n_blocks (rn_session_get_spec (world->session)), ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (documents), ==, n + 1);
  g_assert_true (rn_selection_contains (selection, 1));
  g_assert_false (rn_session_get_gate (world->session, 1));

  /* an edit of the run goes on in the sketch that waits */
  rn_session_undo (world->session);
  delete_block (world, 2);
  g_assert_true (shown (world) == sketch);
  g_assert_cmpint (rn_spec_find_block (rn_session_get_spec (world->session), 3), ==, 1);
}

/* Returns: (transfer full): name and digest of each file of a run but its times and lock */
static char *
digest_of (const char *path)
{
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *command = g_strdup_printf ("sh -c 'cd \"$0\" && find . -type f ! -name lock ! "
                                              "-name timing.csv | sort | xargs sha256sum' %s",
                                              quoted);
  char *text = NULL;

  g_assert_true (g_spawn_command_line_sync (command, &text, NULL, NULL, NULL));
  g_assert_cmpstr (text, !=, "");
  return text;
}

/* Edited in every way while it trains, a run ends as one that was left alone. */
static void
test_edits_while_the_original_trains_change_no_byte_of_it (World *world, gconstpointer data)
{
  g_autofree char *alone = NULL, *edited = NULL;
  RnDocument *sketch = shown (world), *run;
  g_autofree char *first = NULL;
  int n_edits = 0;

  open_data (world);
  train_to_the_end (world);
  first = digest_of (rn_document_get_path (shown (world)));
  g_assert_nonnull (strstr (first, "checkpoints/"));
  rn_session_show (world->session, sketch);
  rn_session_start (world->session);
  while (rn_session_get_live (world->session) == NULL)
    g_main_context_iteration (NULL, TRUE);
  run = rn_session_get_live (world->session);
  for (int i = 0; i < 400 && rn_session_get_live (world->session) != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      rn_session_show (world->session, run);
      rn_sketch_deepen (rn_session_begin_edit (world->session), i % 3, NULL, &error);
      g_assert_true (rn_session_end_edit (world->session, g_steal_pointer (&error)));
      if (i % 3 == 0)
        rn_session_undo (world->session);
      n_edits += rn_session_get_live (world->session) != NULL;
      world_idle (world, 0.01);
    }
  g_assert_cmpint (n_edits, >=, 5);
  world_wait (world, is_settled, 60.0);
  alone = digest_of (rn_document_get_path (run));
  g_assert_cmpstr (first, ==, alone);

  /* and the training of the sketch leaves the run as it is */
  rn_session_show (world->session, run);
  rn_sketch_deepen (rn_session_begin_edit (world->session), 1, NULL, NULL);
  rn_session_end_edit (world->session, NULL);
  {
    g_autoptr (GArray) parts = rn_session_list_carry (world->session);
    guint n_kept = 0;

    for (guint i = 0; i < parts->len; i++)
      n_kept += g_array_index (parts, RnCarryPart, i).keeps ? 1 : 0;
    g_assert_cmpuint (n_kept, >=, 5);
    g_assert_cmpuint (n_kept, <, parts->len);
  }
  train_to_the_end (world);
  edited = digest_of (rn_document_get_path (run));
  g_assert_cmpstr (alone, ==, edited);
  g_assert_true (shown (world) != run);
  {
    g_autofree char *origin =
        g_build_filename (rn_document_get_path (shown (world)), "origin.json", NULL);

    g_assert_true (g_file_test (origin, G_FILE_TEST_EXISTS));
  }
}

static void
take_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static RnModel *
load_model (World *world)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  RnModel *model;

  rn_session_get_model_async (world->session, NULL, take_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  model = rn_session_get_model_finish (world->session, result, &error);
  g_assert_no_error (error);
  return model;
}

static void
test_a_deepened_run_has_the_output_of_the_run (World *world, gconstpointer data)
{
  float before[3], after[3], x[64];
  g_autoptr (RnModel) model = NULL, deeper = NULL;

  open_data (world);
  train_to_the_end (world);
  model = load_model (world);
  rn_sketch_deepen (rn_session_begin_edit (world->session), 1, NULL, NULL);
  rn_session_end_edit (world->session, NULL);
  g_assert_true (rn_document_has_weights (shown (world)));
  deeper = load_model (world);
  g_assert_cmpint (rn_spec_n_blocks (rn_model_get_spec (deeper)), ==, 4);
  for (int i = 0; i < 64; i++)
    x[i] = (float) (i % 7) - 3.0f;
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (RnEvaluator) evaluator =
          rn_evaluator_new (i == 0 ? model : deeper, RN_PATH_TAPS, 1, NULL);

      g_assert_true (rn_evaluator_run (evaluator, i == 0 ? before : after, x, 1, 8, 8, NULL, NULL));
    }
  g_assert_cmpmem (before, sizeof before, after, sizeof after);
  delete_block (world, 1);
  g_assert_false (rn_document_has_weights (shown (world)));
}

static void
test_what_does_not_fit_is_not_trained (World *world, gconstpointer data)
{
  const RnBlockSpec narrow = { .channels = 1, .stride = 1, .shortcut = RN_SHORTCUT_A_END };

  open_data (world);
  rn_sketch_insert (rn_session_begin_edit (world->session), 1, &narrow, 1, NULL, NULL);
  rn_session_end_edit (world->session, NULL);
  rn_session_start (world->session);
  g_assert_false (rn_session_is_training (world->session));
  g_assert_nonnull (strstr (world->signals->str, "problem: This network cannot be trained"));
}

static gboolean
is_not_busy (World *world)
{
  return !rn_session_is_busy (world->session);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_a_preset_over_a_run_takes_no_weights_of_its_blocks (World *world, gconstpointer data)
{
  g_autoptr (RnSpec) preset = rn_spec_preset ("resnet20", NULL), same = NULL;
  RnDocument *run;

  open_data (world);
  train_to_the_end (world);
  run = shown (world);
  same = rn_spec_copy (rn_document_get_spec (run));
  rn_session_show_preset (world->session, preset);
  g_assert_true (rn_document_get_origin (shown (world)) == run);
  g_assert_cmpint (rn_spec_n_blocks (rn_session_get_spec (world->session)), ==, 9);
  for (int i = 0; i < 9; i++)
    g_assert_cmpint (rn_spec_find_block (same,
                                         rn_spec_get_block (rn_session_get_spec (world->session), i)
                                             ->id),
                     <, 0);
  rn_session_undo (world->session);
  g_assert_true (shown (world) == run);

  /* the run's own network once more is a new one, without a past */
  rn_session_show_preset (world->session, same);
  g_assert_true (shown (world) != run);
  g_assert_null (rn_document_get_origin (shown (world)));
}

static void
test_a_preset_that_nobody_edited_is_not_kept (World *world, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (world->folder, "sketches", NULL);
  g_autoptr (RnSpec) preset = rn_spec_preset ("resnet20", NULL);

  rn_session_set_sketch_folder (world->session, folder);
  rn_session_show_preset (world->session, preset);
  g_assert_true (rn_document_is_changed (shown (world)));
  world_wait (world, is_not_busy, 10.0);
  g_assert_cmpuint (count_files (folder), ==, 0);
  delete_block (world, rn_spec_get_block (rn_session_get_spec (world->session), 4)->id);
  world_wait (world, is_not_busy, 10.0);
  g_assert_cmpuint (count_files (folder), ==, 1);
  rn_session_undo (world->session);
  world_wait (world, is_not_busy, 10.0);
  g_assert_cmpuint (count_files (folder), ==, 0);
}

/* Saving would write the preset over the file's network, and the copy of what was edited would be taken away. */
static void
test_a_preset_leaves_a_file_s_and_an_edited_sketch_alone (World *world, gconstpointer data)
{
  g_autoptr (RnSpec) preset = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnSpec) other = rn_spec_preset ("plain20", NULL);
  g_autoptr (RnDocument) of_file = NULL, edited = NULL;

  rn_session_show_sketch (world->session, preset, "/nonexistent/mine.json");
  of_file = g_object_ref (shown (world));
  rn_session_show_preset (world->session, other);
  g_assert_true (shown (world) != of_file);
  g_assert_null (rn_document_get_path (shown (world)));
  g_assert_true (rn_spec_equal (rn_document_get_spec (of_file), preset));

  delete_block (world, rn_spec_get_block (rn_session_get_spec (world->session), 4)->id);
  edited = g_object_ref (shown (world));
  rn_session_show_preset (world->session, preset);
  g_assert_true (shown (world) != edited);
  g_assert_cmpint (rn_spec_n_blocks (rn_document_get_spec (edited)), ==, 8);
  g_assert_true (rn_document_is_to_keep (edited));
}

static void
note_restored (World *world, const char *text)
{
  g_string_append_printf (world->signals, "message: %s, ", text);
}

static gboolean
is_restored (World *world)
{
  return strstr (world->signals->str, "message: Sketch restored") != NULL;
}

static void
test_a_sketch_is_kept_until_it_is_saved_and_restored (World *world, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (world->folder, "sketches", NULL);
  g_autofree char *file = g_build_filename (world->folder, "net.json", NULL);
  g_autofree char *runs = g_build_filename (world->folder, "other-runs", NULL);
  g_autofree char *before = NULL, *after = NULL;
  RnSession *first = world->session;

  rn_session_set_sketch_folder (first, folder);
  delete_block (world, 2);
  before = rn_spec_to_json (rn_session_get_spec (first));
  world_wait (world, is_not_busy, 10.0);
  g_assert_cmpuint (count_files (folder), ==, 1);

  /* another life: the first session is gone as after a crash */
  world->session = rn_session_new (runs);
  g_signal_connect_swapped (world->session, "message", G_CALLBACK (note_restored), world);
  rn_session_set_sketch_folder (world->session, folder);
  rn_session_restore_sketches (world->session);
  world_wait (world, is_restored, 10.0);
  after = rn_spec_to_json (rn_session_get_spec (world->session));
  g_assert_cmpstr (before, ==, after);
  g_assert_true (rn_document_is_changed (shown (world)));

  /* saved, it needs no keeping */
  rn_session_save_sketch (world->session, file);
  while (rn_document_is_changed (shown (world)))
    g_main_context_iteration (NULL, TRUE);
  world_wait (world, is_not_busy, 10.0);
  g_assert_cmpuint (count_files (folder), ==, 0);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  g_object_unref (world->session);
  world->session = first;
}

static gboolean
is_open (World *world)
{
  return shown (world) != NULL && rn_document_get_path (shown (world)) != NULL;
}

/* In another life, too; and where the run has another name meanwhile */
static void
test_a_saved_sketch_knows_what_it_was_made_of (World *world, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (world->folder, "sketches", NULL);
  g_autofree char *file = g_build_filename (world->folder, "net.json", NULL);
  g_autofree char *now = g_build_filename (world->folder, "elsewhere", NULL);
  g_autofree char *run = NULL;
  g_autoptr (RnSpec) other = rn_spec_preset ("resnet8", NULL);
  RnSession *first = world->session;

  rn_session_set_sketch_folder (first, folder);
  open_data (world);
  train_to_the_end (world);
  run = g_strdup (rn_document_get_path (shown (world)));
  delete_block (world, 3);
  rn_session_save_sketch (first, file);
  while (rn_document_is_changed (shown (world)))
    g_main_context_iteration (NULL, TRUE);
  for (int life = 0; life < 2; life++)
    {
      g_autoptr (GArray) parts = NULL;

      world->session = rn_session_new (rn_session_get_runs_folder (first));
      rn_session_set_sketch_folder (world->session, folder);
      rn_session_open_spec (world->session, file);
      world_wait (world, is_open, 20.0);
      g_assert_false (rn_document_is_changed (shown (world)));
      g_assert_nonnull (rn_document_get_origin (shown (world)));
      g_assert_cmpstr (rn_document_get_path (rn_document_get_origin (shown (world))), ==,
                       life == 0 ? run : now);
      parts = rn_session_list_carry (world->session);
      g_assert_nonnull (parts);
      g_assert_cmpint (g_rename (run, now), ==, life == 0 ? 0 : -1);
      rn_session_run_moved (world->session, run, now);
      world_wait (world, is_not_busy, 10.0);
      while (life == 0 &&
             g_strcmp0 (rn_document_get_path (rn_document_get_origin (shown (world))), now) != 0)
        g_main_context_iteration (NULL, TRUE);
      g_object_unref (world->session);
    }
  /* of another network in that file nothing is known */
  g_assert_true (rn_spec_save (other, file, NULL));
  world->session = rn_session_new (rn_session_get_runs_folder (first));
  rn_session_set_sketch_folder (world->session, folder);
  rn_session_open_spec (world->session, file);
  world_wait (world, is_open, 20.0);
  g_assert_null (rn_document_get_origin (shown (world)));
  g_object_unref (world->session);
  world->session = first;
}

static gboolean
is_read_with_hints (World *world)
{
  const RnModel *model = shown (world) != NULL ? rn_document_get_model (shown (world)) : NULL;

  return model != NULL && rn_model_get_epsilon (model) == 0.25;
}

static void
assert_origin_is_read_as_before (World *world)
{
  static const char *const classes[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", NULL };
  RnDocument *origin = rn_document_get_origin (shown (world));
  const RnModel *model;

  g_assert_nonnull (origin);
  model = rn_document_get_model (origin);
  g_assert_nonnull (model);
  g_assert_cmpfloat (rn_model_get_epsilon (model), ==, 0.25);
  g_assert_cmpfloat (rn_model_get_preprocess (model)->mean[1], ==, 0.2f);
  g_assert_cmpfloat (rn_model_get_preprocess (model)->std[2], ==, 0.75f);
  g_assert_cmpint (rn_model_get_preprocess (model)->side, ==, 48);
  g_assert_cmpint (rn_spec_get_block (rn_model_get_spec (model), 1)->shortcut, ==,
                   RN_SHORTCUT_A_END);
  g_assert_cmpstrv (rn_model_get_classes (model), classes);
}

static void
test_a_sketch_of_a_foreign_model_keeps_how_that_is_read (World *world, gconstpointer data)
{
  static const char *const classes[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", NULL };
  const RnModelHints hints = { .has_mean = TRUE,
                               .mean = { 0.1f, 0.2f, 0.3f },
                               .std = { 0.5f, 0.5f, 0.75f },
                               .pad_end = TRUE,
                               .epsilon = 0.25,
                               .side = 48,
                               .classes = classes };
  g_autofree char *folder = g_build_filename (world->folder, "sketches", NULL);
  g_autofree char *file = g_build_filename (world->folder, "net.json", NULL);
  g_autofree char *path = foreign_save (world->folder, "resnet8");
  RnSession *first = world->session;

  rn_session_set_sketch_folder (first, folder);
  rn_session_open_model (first, path);
  world_wait (world, is_open, 20.0);
  rn_session_reopen_model (first, shown (world), &hints);
  world_wait (world, is_read_with_hints, 20.0);
  delete_block (world, 2);
  assert_origin_is_read_as_before (world);
  world_wait (world, is_not_busy, 10.0);

  /* not saved, in another life */
  world->session = rn_session_new (rn_session_get_runs_folder (first));
  g_signal_connect_swapped (world->session, "message", G_CALLBACK (note_restored), world);
  rn_session_set_sketch_folder (world->session, folder);
  rn_session_restore_sketches (world->session);
  world_wait (world, is_restored, 10.0);
  assert_origin_is_read_as_before (world);

  /* and saved, in a third */
  rn_session_save_sketch (world->session, file);
  while (rn_document_is_changed (shown (world)))
    g_main_context_iteration (NULL, TRUE);
  world_wait (world, is_not_busy, 10.0);
  g_object_unref (world->session);
  world->session = rn_session_new (rn_session_get_runs_folder (first));
  rn_session_set_sketch_folder (world->session, folder);
  rn_session_open_spec (world->session, file);
  world_wait (world, is_open, 20.0);
  assert_origin_is_read_as_before (world);
  g_object_unref (world->session);
  world->session = first;
}

/* Saves the sketch that is shown, edits it, and lives again. @is_newer: the file was written since it was kept */
static void
restore_edited (World *world, gboolean is_newer)
{
  g_autofree char *folder = g_build_filename (world->folder, "sketches", NULL);
  g_autofree char *file = g_build_filename (world->folder, "net.json", NULL);
  RnSession *first = world->session;

  rn_session_set_sketch_folder (first, folder);
  rn_session_save_sketch (first, file);
  while (rn_document_get_path (shown (world)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  delete_block (world, 3);
  world_wait (world, is_not_busy, 10.0);
  if (is_newer)
    {
      const struct utimbuf later = { time (NULL) + 60, time (NULL) + 60 };

      g_assert_cmpint (g_utime (file, (struct utimbuf *) &later), ==, 0);
    }
  world->session = rn_session_new (rn_session_get_runs_folder (first));
  g_signal_connect_swapped (world->session, "message", G_CALLBACK (note_restored), world);
  rn_session_set_sketch_folder (world->session, folder);
  rn_session_restore_sketches (world->session);
  world_wait (world, is_restored, 10.0);
  g_assert_true (rn_document_is_changed (shown (world)));
  g_assert_cmpstr (rn_document_get_path (shown (world)), ==, is_newer ? NULL : file);
  g_object_unref (world->session);
  world->session = first;
}

static void
test_a_restored_sketch_goes_on_with_its_file (World *world, gconstpointer data)
{
  restore_edited (world, FALSE);
}

static void
test_a_restored_sketch_leaves_a_newer_file_alone (World *world, gconstpointer data)
{
  restore_edited (world, TRUE);
}

static void
test_a_restored_sketch_of_a_run_goes_on_with_its_file (World *world, gconstpointer data)
{
  open_data (world);
  train_to_the_end (world);
  delete_block (world, 2);
  restore_edited (world, FALSE);
}

/* Notes what is told, and asks what a view would ask. */
static void
note_order (World *world, const char *name)
{
  g_string_append_printf (world->signals, "%s, ", name);
}

static void
note_document (World *world)
{
  note_order (world, "document");
}

static void
note_measures (World *world)
{
  note_order (world, "measures");
}

static void
note_watched (World *world)
{
  note_order (world, "watched");
}

static void
test_a_document_is_told_before_its_measures (World *world, gconstpointer data)
{
  g_autoptr (RnDocument) deep = NULL;
  g_autoptr (RnSpec) edited = NULL;
  gint64 step = 0;

  open_data (world);
  train_to_the_end (world);
  deep = g_object_ref (shown (world));
  edited = rn_spec_copy (rn_document_get_spec (deep));
  g_assert_true (rn_spec_remove_block (edited, 2, NULL));
  rn_session_show_sketch (world->session, edited, NULL);
  train_to_the_end (world);
  rn_time_axis_set_cursor (rn_session_get_time (world->session), 3);
  while (rn_session_get_measures (world->session, &step) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (step, ==, 3);
  g_string_truncate (world->signals, 0);
  g_signal_connect_swapped (world->session, "document", G_CALLBACK (note_document), world);
  g_signal_connect_swapped (world->session, "measures", G_CALLBACK (note_measures), world);
  g_signal_connect_swapped (world->session, "watched", G_CALLBACK (note_watched), world);
  rn_session_show (world->session, deep);
  g_assert_true (g_str_has_prefix (world->signals->str, "document, "));
  g_assert_nonnull (strstr (world->signals->str, "measures, "));
  g_assert_nonnull (strstr (world->signals->str, "watched, "));
  g_assert_cmpint (rn_time_axis_get_cursor (rn_session_get_time (world->session)), ==, -1);
  g_assert_nonnull (rn_session_get_measures (world->session, &step));
  g_assert_cmpint (step, ==, 12);
}

static void
test_a_network_that_is_being_prepared_stays_open (World *world, gconstpointer data)
{
  RnDocument *sketch = shown (world);

  rn_session_open_dataset (world->session, world->data);
  rn_session_start (world->session);
  g_assert_true (rn_session_is_busy (world->session));
  rn_session_close (world->session, sketch);
  g_assert_nonnull (strstr (world->signals->str, "problem: This run is in training"));
  g_assert_true (shown (world) == sketch);
  rn_session_stop (world->session);
  rn_session_close (world->session, sketch);
  g_assert_true (shown (world) != sketch);
}

static void
test_a_stored_run_does_not_change_the_next_settings (World *world, gconstpointer data)
{
  RnSettings settings;
  RnChoices choices;
  double epochs;

  open_data (world);
  train_to_the_end (world);
  settings = *rn_session_get_next_settings (world->session, &epochs, &choices);
  settings.batch = 7;
  rn_session_set_settings (world->session, &settings);
  g_assert_cmpint (rn_session_get_settings (world->session)->batch, ==, 16);
  g_assert_cmpint (rn_session_get_next_settings (world->session, &epochs, &choices)->batch, ==, 7);
  rn_session_set_epochs (world->session, 9.0); /* of the run that is shown */
  rn_session_get_next_settings (world->session, &epochs, &choices);
  g_assert_cmpfloat (epochs, ==, 2.0);
}

static gboolean
shows_a_run (World *world)
{
  return rn_document_get_kind (shown (world)) == RN_DOCUMENT_RUN;
}

static void
test_a_run_that_is_opened_again_is_what_it_was (World *world, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (RnRecord) live = NULL;
  RnDocument *reopened;
  const GArray *stamps;

  open_data (world);
  train_to_the_end (world);
  world_wait (world, is_complete, 10.0);
  path = g_strdup (rn_document_get_path (shown (world)));
  live = g_object_ref (record (world));
  rn_session_close (world->session, shown (world));
  g_assert_cmpint (rn_document_get_kind (shown (world)), ==, RN_DOCUMENT_SKETCH);
  rn_session_open_run (world->session, path);
  rn_session_open_run (world->session, path);
  world_wait (world, shows_a_run, 20.0);
  world_idle (world, 0.2);
  reopened = shown (world);
  g_assert_true (record (world) != live);
  assert_record_is_history (record (world));
  assert_record_is_on_disk (live);
  g_assert_cmpuint (rn_record_get_tests (record (world))->len, ==, rn_record_get_tests (live)->len);
  g_assert_cmpfloat (rn_record_get_best_error (record (world)), ==,
                     rn_record_get_best_error (live));
  g_assert_cmpuint (rn_record_get_responses (record (world))->len, ==, 8);
  stamps = rn_record_get_stamps (record (world));
  g_assert_cmpuint (stamps->len, >=, 1);
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_documents (world->session)), ==, 2);
  rn_session_open_run (world->session, path);
  g_assert_true (shown (world) == reopened);
}

static void
test_responses_of_a_stored_run_are_near_those_of_its_last_step (World *world, gconstpointer data)
{
  g_autoptr (RnRecord) stored = NULL;
  const GArray *live, *worked_out;

  open_data (world);
  train_to_the_end (world);
  live = rn_record_get_responses (record (world));
  stored = rn_record_load (rn_document_get_path (shown (world)), NULL);
  rn_record_load_responses (stored);
  worked_out = rn_record_get_responses (stored);
  g_assert_cmpuint (live->len, ==, 8);
  g_assert_cmpuint (worked_out->len, ==, live->len);
  for (guint i = 0; i < live->len; i++)
    {
      const RnRecordResponse *a = &g_array_index (live, RnRecordResponse, i);
      const RnRecordResponse *b = &g_array_index (worked_out, RnRecordResponse, i);

      g_assert_cmpstr (a->name, ==, b->name);
      g_assert_cmpuint (a->block, ==, b->block);
      g_assert_cmpint (a->kernel, ==, b->kernel);
      g_assert_cmpfloat_with_epsilon (a->std, b->std, 0.25 * a->std);
    }
}

static gboolean
has_problem (World *world)
{
  return strstr (world->signals->str, "problem") != NULL;
}

static void
test_what_cannot_be_opened_is_told_with_its_name (World *world, gconstpointer data)
{
  g_autofree char *broken = g_build_filename (world->folder, "broken.json", NULL);
  RnDocument *before = shown (world);

  g_assert_true (g_file_set_contents (broken, "{ \"version\": 1", -1, NULL));
  rn_session_open_spec (world->session, broken);
  world_wait (world, has_problem, 10.0);
  g_assert_nonnull (strstr (world->signals->str, "broken.json"));
  g_string_truncate (world->signals, 0);
  rn_session_open_run (world->session, world->folder);
  world_wait (world, has_problem, 10.0);
  g_assert_nonnull (strstr (world->signals->str, world->folder));
  g_string_truncate (world->signals, 0);
  rn_session_open_model (world->session, broken);
  world_wait (world, has_problem, 10.0);
  g_assert_nonnull (strstr (world->signals->str, "broken.json"));
  g_assert_true (shown (world) == before);
}

static void
count_guess (RnSession *session, int *n)
{
  (*n)++;
}

static gboolean
shows_a_model (World *world)
{
  return rn_document_get_model (shown (world)) != NULL;
}

static gboolean
has_the_mean (World *world)
{
  RnModel *model = rn_document_get_model (shown (world));

  return model != NULL && rn_model_get_preprocess (model)->mean[0] == 0.25f;
}

static void
test_what_a_model_does_not_say_can_be_said (World *world, gconstpointer data)
{
  g_autofree char *path = foreign_save (world->folder, "resnet20");
  const guint before = g_list_model_get_n_items (rn_session_get_documents (world->session));
  RnModelHints hints = { .has_mean = TRUE, .mean = { 0.25f }, .std = { 1, 1, 1 }, .pad_end = TRUE };
  int n_guessed = 0;

  g_signal_connect (world->session, "guessed", G_CALLBACK (count_guess), &n_guessed);
  rn_session_open_model (world->session, path);
  world_wait (world, shows_a_model, 10.0);
  g_assert_cmpint (n_guessed, ==, 1);
  g_assert_true (rn_document_get_guesses (shown (world)) & RN_GUESS_MEAN);
  g_assert_true (rn_document_get_guesses (shown (world)) & RN_GUESS_PADDING);
  g_assert_false (rn_document_get_guesses (shown (world)) & RN_GUESS_STRIDE);

  rn_session_reopen_model (world->session, shown (world), &hints);
  world_wait (world, has_the_mean, 10.0);
  g_assert_cmpint (n_guessed, ==, 1);
  g_assert_cmpint (rn_document_get_guesses (shown (world)), ==, 0);
  g_assert_cmpint (rn_spec_get_block (rn_document_get_spec (shown (world)), 3)->shortcut, ==,
                   RN_SHORTCUT_A_END);
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_documents (world->session)), ==,
                    before + 1);
  g_signal_handlers_disconnect_by_func (world->session, count_guess, &n_guessed);
}

static gboolean
compares_one (World *world)
{
  return g_list_model_get_n_items (rn_session_get_compared (world->session)) == 1;
}

static void
test_a_run_is_compared_and_no_longer (World *world, gconstpointer data)
{
  g_autofree char *path = NULL;

  open_data (world);
  train_to_the_end (world);
  path = g_strdup (rn_document_get_path (shown (world)));
  rn_session_close (world->session, shown (world));
  rn_session_compare (world->session, path);
  world_wait (world, compares_one, 10.0);
  rn_session_compare (world->session, path);
  g_assert_false (compares_one (world));
}

/* Models and pictures */

static void
note_model (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(RnModel **) data = rn_session_get_model_finish (RN_SESSION (source), result, &error);
  g_assert_no_error (error);
}

static RnModel *
get_model (World *world)
{
  RnModel *model = NULL;

  rn_session_get_model_async (world->session, NULL, note_model, &model);
  while (model == NULL)
    g_main_context_iteration (NULL, TRUE);
  return model;
}

static void
test_weights_are_of_the_live_network_or_the_nearest_checkpoint (World *world, gconstpointer data)
{
  g_autoptr (RnModel) live = NULL, stored = NULL, nearest = NULL;

  open_data (world);
  for (int i = 0; i < 3; i++)
    {
      rn_session_step (world->session);
      world_wait (world, is_paused, 20.0);
    }
  live = get_model (world);
  g_assert_cmpint (rn_model_get_step (live), ==, 3);
  train_to_the_end (world);
  stored = get_model (world);
  g_assert_cmpint (rn_model_get_step (stored), ==, 12);
  rn_time_axis_set_cursor (rn_session_get_time (world->session), 7);
  nearest = get_model (world);
  g_assert_cmpint (rn_model_get_step (nearest), ==, 6);
}

static gboolean
has_watched (World *world)
{
  const GPtrArray *watched = rn_session_get_watched (world->session);

  return watched != NULL && watched->len > 0;
}

static const RnTensor *
watched (World *world, const char *tap)
{
  const GPtrArray *all = rn_session_get_watched (world->session);

  for (guint i = 0; all != NULL && i < all->len; i++)
    if (strcmp (((RnWatched *) g_ptr_array_index (all, i))->tap, tap) == 0)
      return ((RnWatched *) g_ptr_array_index (all, i))->values;
  return NULL;
}

static gint64
watched_step (World *world)
{
  const GPtrArray *all = rn_session_get_watched (world->session);

  return all == NULL ? -1 : ((RnWatched *) g_ptr_array_index (all, 0))->step;
}

static gboolean
watches_wanted_step (World *world)
{
  return watched_step (world) == wanted_step;
}

static void
show_picture (World *world)
{
  static const char *const taps[] = { "layer1.0.f", "layer1.0.out", NULL };
  g_autoptr (RnPicture) picture =
      rn_dataset_get_picture (rn_session_get_dataset (world->session), RN_SPLIT_TEST, 0, NULL);

  rn_session_set_picture (world->session, picture, "test 1", 0);
  rn_session_watch (world->session, taps);
}

static void
test_a_picture_is_watched_while_it_trains (World *world, gconstpointer data)
{
  gint64 step;

  open_data (world);
  show_picture (world);
  g_assert_false (has_watched (world));
  rn_session_start (world->session);
  world_wait (world, has_watched, 20.0);
  g_assert_nonnull (watched (world, "fc"));
  g_assert_nonnull (watched (world, "layer1.0.f"));
  step = watched_step (world);
  world_idle (world, 2.0);
  g_assert_cmpint (watched_step (world), >, step);
}

static const RnTensor *first_answer;

static gboolean
has_another_answer (World *world)
{
  const RnTensor *answer = watched (world, "fc");

  return answer != NULL && answer != first_answer;
}

static void
test_a_stored_run_answers_as_the_live_one_did (World *world, gconstpointer data)
{
  g_autoptr (RnTensor) live = NULL;

  open_data (world);
  for (int i = 0; i < 2; i++)
    {
      rn_session_step (world->session);
      world_wait (world, is_paused, 20.0);
    }
  show_picture (world);
  world_wait (world, has_watched, 20.0);
  g_assert_cmpint (watched_step (world), ==, 2);
  live = rn_tensor_ref ((RnTensor *) watched (world, "fc"));
  rn_session_stop (world->session);
  world_wait (world, is_settled, 20.0);
  first_answer = live;
  world_wait (world, has_another_answer, 20.0);
  g_assert_cmpint (watched_step (world), ==, 2);
  g_assert_cmpmem (watched (world, "fc")->data, 3 * sizeof (float), live->data, 3 * sizeof (float));
}

static gboolean
branch_is_off (World *world)
{
  const RnTensor *out = watched (world, "layer1.0.out");

  /* the shortcut alone: the input is over 0 already */
  return out != NULL && watched_step (world) == wanted_step &&
         rn_session_n_gates_off (world->session) == 1;
}

static void
test_a_gate_changes_the_view_and_no_training (World *world, gconstpointer data)
{
  const guint32 plain = 3;
  g_autoptr (RnTensor) on = NULL, off = NULL, again = NULL;

  open_data (world);
  rn_session_step (world->session);
  world_wait (world, is_paused, 20.0);
  show_picture (world);
  world_wait (world, has_watched, 20.0);
  on = rn_tensor_ref ((RnTensor *) watched (world, "fc"));
  rn_session_set_gate (world->session, plain, FALSE);
  g_assert_true (rn_session_get_gate (world->session, plain));
  g_assert_cmpint (rn_session_n_gates_off (world->session), ==, 0);
  rn_session_set_gate (world->session, 1, FALSE);
  g_assert_false (rn_session_get_gate (world->session, 1));
  wanted_step = 1;
  world_wait (world, branch_is_off, 10.0);
  world_idle (world, 0.5);
  off = rn_tensor_ref ((RnTensor *) watched (world, "fc"));
  g_assert_true (memcmp (on->data, off->data, 3 * sizeof (float)) != 0);

  /* it trains on as if nothing were */
  rn_session_step (world->session);
  world_wait (world, is_paused, 20.0);
  wanted_step = 2;
  world_wait (world, watches_wanted_step, 10.0);
  rn_session_restore_gates (world->session);
  g_assert_cmpint (rn_session_n_gates_off (world->session), ==, 0);
  rn_session_stop (world->session);
  world_wait (world, is_settled, 10.0);
}

/* Crashes */

static void
note_crashed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *path = rn_session_find_crashed_finish (RN_SESSION (source), result, NULL);
  char **found = data;

  *found = g_strdup (path == NULL ? "none" : path);
}

static char *
find_crashed (World *world)
{
  char *found = NULL;

  rn_session_find_crashed_async (world->session, note_crashed, &found);
  while (found == NULL)
    g_main_context_iteration (NULL, TRUE);
  return found;
}

static void
start_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (rn_session_open_run_finish (RN_SESSION (source), result, NULL));
  rn_session_start (RN_SESSION (source));
}

static void
test_a_run_that_crashed_is_found_once (World *world, gconstpointer data)
{
  g_autofree char *mark = g_build_filename (g_get_user_state_dir (), "residua", "training", NULL);
  g_autofree char *none = NULL, *live = NULL, *found = NULL, *again = NULL, *text = NULL;
  g_autofree char *path = NULL;

  none = find_crashed (world);
  g_assert_cmpstr (none, ==, "none");
  open_data (world);
  rn_session_start (world->session);
  world_wait (world, is_running, 20.0);
  path = g_strdup (rn_document_get_path (shown (world)));
  g_assert_true (g_file_get_contents (mark, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, path);
  /* it lives: not offered, and still marked */
  live = find_crashed (world);
  g_assert_cmpstr (live, ==, "none");
  rn_session_stop (world->session);
  world_wait (world, is_settled, 20.0);
  world_idle (world, 0.3);
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));

  g_assert_true (g_file_set_contents (mark, path, -1, NULL));
  found = find_crashed (world);
  g_assert_cmpstr (found, ==, path);
  again = find_crashed (world);
  g_assert_cmpstr (again, ==, "none");
  rn_session_open_run_async (world->session, path, start_opened, NULL);
  world_wait (world, is_running, 20.0);
}

static void
test_what_a_death_left_half_made_is_cleared_at_the_next_start (World *world, gconstpointer data)
{
  g_autofree char *path = g_build_filename (rn_session_get_runs_folder (world->session),
                                            "tiny-7.new-abcdef", "checkpoints", NULL);
  g_autofree char *folder = g_path_get_dirname (path), *found = NULL;

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  found = find_crashed (world);
  g_assert_cmpstr (found, ==, "none");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
add (const char *name, int epochs, void (*test) (World *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/session/", name, NULL);

  g_test_add (path, World, EPOCHS (epochs), world_set_up, test, world_tear_down);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  add ("a sketch becomes a run that ends", 2, test_a_sketch_becomes_a_run_that_ends);
  add ("the next run takes the next number", 2, test_the_next_run_takes_the_next_number);
  add ("settings of a new run are those of the command line", 15,
       test_settings_of_a_new_run_are_those_of_the_command_line);
  add ("a saved sketch knows what it was made of", 2,
       test_a_saved_sketch_knows_what_it_was_made_of);
  add ("a full disk pauses with a sentence, and start goes on", 10000,
       test_a_full_disk_pauses_with_a_sentence_and_start_goes_on);
  add ("pause and step answer within 100 ms", 10000, test_pause_and_step_answer_within_100_ms);
  add ("a stopped run goes on where it was", 10000, test_a_stopped_run_goes_on_where_it_was);
  add ("a finished run goes on with more epochs", 2, test_a_finished_run_goes_on_with_more_epochs);
  add ("a start waits for the data", 2, test_a_start_waits_for_the_data);
  add ("a start is told when the data fail", 2, test_a_start_is_told_when_the_data_fail);
  add ("a start can be taken back", 2, test_a_start_can_be_taken_back);
  add ("one network is trained at a time", 10000, test_one_network_is_trained_at_a_time);
  add ("the rate is changed while it runs", 10, test_the_rate_is_changed_while_it_runs);
  add ("divergence is told", 50, test_divergence_is_told);
  add ("shutting down keeps what was learned", 10000, test_shutting_down_keeps_what_was_learned);
  add ("threads of training step back and the window does not", 10000,
       test_threads_of_training_step_back_and_the_window_does_not);
  add ("measures are those of the file", 2, test_measures_are_those_of_the_file);
  add ("measures at the cursor stand still while it trains", 10000,
       test_measures_at_the_cursor_stand_still_while_it_trains);
  add ("numbers on the screen move while it trains", 10000,
       test_numbers_on_the_screen_move_while_it_trains);
  add ("a hidden window takes little and catches up", 10000,
       test_a_hidden_window_takes_little_and_catches_up);
  add ("the window is told ten times a second at most", 10000,
       test_the_window_is_told_ten_times_a_second_at_most);
  add ("nothing wakes at rest", 10, test_nothing_wakes_at_rest);
  add ("an edit of a run forks a sketch and undo returns", 2,
       test_an_edit_of_a_run_forks_a_sketch_and_undo_returns);
  add ("undo of a fork shows the run and redo the sketch", 2,
       test_undo_of_a_fork_shows_the_run_and_redo_the_sketch);
  add ("edits while the original trains change no byte of it", 20,
       test_edits_while_the_original_trains_change_no_byte_of_it);
  add ("a deepened run has the output of the run", 2,
       test_a_deepened_run_has_the_output_of_the_run);
  add ("what does not fit is not trained", 2, test_what_does_not_fit_is_not_trained);
  add ("a sketch is kept until it is saved and restored", 2,
       test_a_sketch_is_kept_until_it_is_saved_and_restored);
  add ("a preset over a run takes no weights of its blocks", 2,
       test_a_preset_over_a_run_takes_no_weights_of_its_blocks);
  add ("a preset leaves a file's and an edited sketch alone", 2,
       test_a_preset_leaves_a_file_s_and_an_edited_sketch_alone);
  add ("data that fail leave the open ones to train on", 2,
       test_data_that_fail_leave_the_open_ones_to_train_on);
  add ("a preset that nobody edited is not kept", 2, test_a_preset_that_nobody_edited_is_not_kept);
  add ("a restored sketch goes on with its file", 2, test_a_restored_sketch_goes_on_with_its_file);
  add ("a restored sketch leaves a newer file alone", 2,
       test_a_restored_sketch_leaves_a_newer_file_alone);
  add ("a restored sketch of a run goes on with its file", 2,
       test_a_restored_sketch_of_a_run_goes_on_with_its_file);
  add ("a document is told before its measures", 2, test_a_document_is_told_before_its_measures);
  add ("a network that is being prepared stays open", 2,
       test_a_network_that_is_being_prepared_stays_open);
  add ("a stored run does not change the next settings", 2,
       test_a_stored_run_does_not_change_the_next_settings);
  add ("a run that is opened again is what it was", 2,
       test_a_run_that_is_opened_again_is_what_it_was);
  add ("responses of a stored run are near those of its last step", 10,
       test_responses_of_a_stored_run_are_near_those_of_its_last_step);
  add ("what a model does not say can be said", 2, test_what_a_model_does_not_say_can_be_said);
  add ("what cannot be opened is told with its name", 2,
       test_what_cannot_be_opened_is_told_with_its_name);
  add ("a run is compared and no longer", 2, test_a_run_is_compared_and_no_longer);
  add ("weights are of the live network or the nearest checkpoint", 2,
       test_weights_are_of_the_live_network_or_the_nearest_checkpoint);
  add ("a picture is watched while it trains", 10000, test_a_picture_is_watched_while_it_trains);
  add ("a stored run answers as the live one did", 10,
       test_a_stored_run_answers_as_the_live_one_did);
  add ("a gate changes the view and no training", 10, test_a_gate_changes_the_view_and_no_training);
  add ("a sketch of a foreign model keeps how that is read", 1,
       test_a_sketch_of_a_foreign_model_keeps_how_that_is_read);
  add ("a run that crashed is found once", 10000, test_a_run_that_crashed_is_found_once);
  add ("what a death left half made is cleared at the next start", 1,
       test_what_a_death_left_half_made_is_cleared_at_the_next_start);
  return g_test_run ();
}
