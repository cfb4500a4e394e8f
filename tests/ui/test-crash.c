#include <adwaita.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "../core/train/tiny.h"
#include "application.h"
#include "settle.h"
#include "state/record.h"
#include "training.h"
#include "window.h"

/* The program is killed while it trains, and started again. Each of its lives is a process of its own: this program
 * again, with the real application and window in it. What the first life knew is left in a file, the witness, and held
 * against what the second one reads.
 *
 *   test-crash --life train | look | again | whole FOLDER
 */

#define PATIENCE_S 60.0
/* Of the tiny data set at a batch of 16: 6 steps each */
#define EPOCHS 100
#define N_STEPS 600
#define CHECKPOINT_EVERY 50
/* The step that the witness tells of, a checkpoint's; the kill comes after it */
#define WITNESS_STEP 100
#define N_BLOCKS 3
#define N_CLASSES 3
#define N_PICTURES 4
#define SIDE 8
/* Of what is told in it, without the padding */
#define MEASURE_SIZE (G_STRUCT_OFFSET (RnBlockMeasure, response) + sizeof (float))

/* A life */

typedef struct
{
  const char *folder;
  RnApplication *application;
  RnWindow *window;
  RnSession *session;
  RnModel *model;
} Life;

static gboolean
has_data (gpointer life)
{
  const char *name = rn_session_get_dataset_name (((Life *) life)->session);

  return rn_session_get_dataset (((Life *) life)->session) != NULL &&
         rn_session_get_dataset_progress (((Life *) life)->session) < 0 &&
         strcmp (name, "sample") != 0;
}

static void
begin (Life *life, const char *folder)
{
  g_autofree char *data = g_build_filename (folder, "data", NULL);

  life->folder = folder;
  life->application = rn_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (life->application), NULL, NULL));
  g_application_activate (G_APPLICATION (life->application));
  life->window = gtk_application_get_windows (GTK_APPLICATION (life->application))->data;
  life->session = rn_window_get_session (life->window);
  rn_session_open_dataset (life->session, data);
  settle_until (has_data, life, PATIENCE_S);
}

static void
start_training (Life *life)
{
  RnSettings settings = *rn_session_get_settings (life->session);
  g_autoptr (RnSpec) spec = tiny_spec_new ();

  settings.batch = 16;
  settings.checkpoint_every = CHECKPOINT_EVERY;
  settings.measure_every = 1;
  rn_session_set_settings (life->session, &settings);
  rn_session_set_epochs (life->session, EPOCHS);
  rn_session_show_sketch (life->session, spec, NULL);
  rn_session_start (life->session);
}

static gboolean
is_past_witness (gpointer life)
{
  return rn_session_get_status (((Life *) life)->session)->step > WITNESS_STEP + 5;
}

static gboolean
is_finished (gpointer life)
{
  RnSession *session = ((Life *) life)->session;

  return rn_session_get_status (session)->state == RN_STATE_FINISHED &&
         !rn_session_has_trainer (session);
}

static gboolean
has_no_window (gpointer life)
{
  return gtk_application_get_windows (GTK_APPLICATION (((Life *) life)->application)) == NULL;
}

static void
end (Life *life)
{
  gtk_window_close (GTK_WINDOW (life->window));
  settle_until (has_no_window, life, PATIENCE_S);
  g_object_unref (life->application);
}

/* The witness: measures with the time cursor at a step, and logits of the weights that belong there */

static gboolean
has_witnessed_measures (gpointer life)
{
  gint64 step;

  return rn_session_get_measures (((Life *) life)->session, &step) != NULL && step == WITNESS_STEP;
}

static void
on_model (GObject *source, GAsyncResult *result, gpointer life)
{
  g_autoptr (GError) error = NULL;

  ((Life *) life)->model = rn_session_get_model_finish (RN_SESSION (source), result, &error);
  g_assert_no_error (error);
}

static gboolean
has_model (gpointer life)
{
  return ((Life *) life)->model != NULL;
}

static void
append_logits (GByteArray *bytes, RnModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, 1, &error);
  float x[N_PICTURES * SIDE * SIDE], logits[N_PICTURES * N_CLASSES];
  const gint64 step = rn_model_get_step (model);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = sinf ((float) i);
  g_assert_true (rn_evaluator_run (evaluator, logits, x, N_PICTURES, SIDE, SIDE, NULL, &error));
  g_byte_array_append (bytes, (const guint8 *) &step, sizeof step);
  g_byte_array_append (bytes, (const guint8 *) logits, sizeof logits);
}

/* Returns: (transfer full) */
static GByteArray *
make_witness (Life *life)
{
  GByteArray *bytes = g_byte_array_new ();

  rn_time_axis_set_cursor (rn_session_get_time (life->session), WITNESS_STEP);
  settle_until (has_witnessed_measures, life, PATIENCE_S);
  for (int i = 0; i < N_BLOCKS; i++)
    g_byte_array_append (bytes, (const guint8 *) &rn_session_get_measures (life->session, NULL)[i],
                         MEASURE_SIZE);
  rn_session_get_model_async (life->session, NULL, on_model, life);
  settle_until (has_model, life, PATIENCE_S);
  g_assert_cmpint (rn_model_get_step (life->model), ==, WITNESS_STEP);
  append_logits (bytes, life->model);
  g_clear_pointer (&life->model, rn_model_unref);
  rn_time_axis_set_cursor (rn_session_get_time (life->session), -1);
  return bytes;
}

static char *
witness_path (const char *folder)
{
  return g_build_filename (folder, "witness", NULL);
}

/* The first life: trains until it is killed. */
static void
live_and_die (const char *folder)
{
  g_autofree char *path = witness_path (folder);
  g_autoptr (GByteArray) witness = NULL;
  Life life = { 0 };

  begin (&life, folder);
  start_training (&life);
  settle_until (is_past_witness, &life, PATIENCE_S);
  witness = make_witness (&life);
  g_assert_true (g_file_set_contents (path, (char *) witness->data, witness->len, NULL));
  settle_until (is_finished, &life, PATIENCE_S);
  g_error ("nobody killed it");
}

/* The second life */

static gboolean
is_offered (gpointer life)
{
  return find_widget (GTK_WIDGET (((Life *) life)->window), GTK_TYPE_INFO_BAR, 0) != NULL;
}

static gboolean
shows_a_run (gpointer life)
{
  RnSession *session = ((Life *) life)->session;

  return rn_document_get_kind (rn_session_get_document (session)) == RN_DOCUMENT_RUN &&
         rn_session_get_record (session) != NULL;
}

static void
assert_curve_is_on_disk (RnRecord *record)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRun) run = rn_run_open (rn_record_get_path (record), &error);
  g_autoptr (GArray) rows = NULL;

  g_assert_no_error (error);
  rows = rn_run_read_history (run, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rn_record_get_last_step (record), ==, rows->len);
  g_assert_cmpuint (rows->len, >, WITNESS_STEP);
  for (guint i = 0; i < rows->len; i++)
    {
      const RnHistoryRow *row = &g_array_index (rows, RnHistoryRow, i);
      RnColumn entry;

      g_assert_true (rn_series_lookup (rn_record_get_loss (record), row->step, &entry));
      g_assert_cmpint (entry.last, ==, row->step);
      g_assert_cmpfloat (entry.mean, ==, (float) row->loss);
      g_assert_true (rn_series_lookup (rn_record_get_error (record), row->step, &entry));
      g_assert_cmpfloat (entry.mean, ==, (float) row->error);
    }
}

/* Each whole step of blocks.bin is a column, and there are no others. */
static void
assert_strips_are_on_disk (RnRecord *record)
{
  g_autofree char *path = g_build_filename (rn_record_get_path (record), "blocks.bin", NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  int n_steps;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  n_steps = (int) ((length - 16) / 36 / N_BLOCKS);
  g_assert_cmpint (n_steps, >, WITNESS_STEP);
  for (RnMeasureKind kind = 0; kind < RN_N_MEASURES; kind++)
    {
      RnStripData *strip = rn_record_get_strip (record, kind);

      g_assert_cmpint (rn_strip_data_n_columns (strip), ==, n_steps);
      for (int i = 0; i < n_steps * N_BLOCKS; i++)
        {
          const float *column = rn_strip_data_get_column (strip, i / N_BLOCKS);
          RnBlockMeasure measure;
          float value;

          memcpy (&measure.step, bytes + 16 + 36 * i, 8);
          memcpy (&measure.block, bytes + 16 + 36 * i + 8, 4);
          memcpy (&measure.rms_s, bytes + 16 + 36 * i + 12, 24);
          value = (float) rn_measure_get (&measure, kind);
          g_assert_cmpint (rn_strip_data_find (strip, measure.step), ==, i / N_BLOCKS);
          g_assert_true (isnan (value) ? isnan (column[i % N_BLOCKS])
                                       : value == column[i % N_BLOCKS]);
        }
    }
}

static void
assert_knows_what_was_known (Life *life)
{
  g_autofree char *path = witness_path (life->folder);
  g_autofree char *before = NULL;
  g_autoptr (GByteArray) after = make_witness (life);
  gsize length;

  g_assert_true (g_file_get_contents (path, &before, &length, NULL));
  g_assert_cmpmem (before, length, after->data, after->len);
}

/* The logits of the newest checkpoint, as the core reads it and as the window does */
static void
assert_logits_are_those_of_the_core (Life *life)
{
  g_autoptr (RnRun) run =
      rn_run_open (rn_record_get_path (rn_session_get_record (life->session)), NULL);
  g_autoptr (GArray) steps = rn_run_list_checkpoints (run, NULL);
  g_autoptr (RnModel) stored =
      rn_run_load_model (run, g_array_index (steps, gint64, steps->len - 1), NULL);
  g_autoptr (GByteArray) wanted = g_byte_array_new (), seen = g_byte_array_new ();

  append_logits (wanted, stored);
  rn_session_get_model_async (life->session, NULL, on_model, life);
  settle_until (has_model, life, PATIENCE_S);
  append_logits (seen, life->model);
  g_clear_pointer (&life->model, rn_model_unref);
  g_assert_cmpmem (wanted->data, wanted->len, seen->data, seen->len);
}

static void
look_and_go_on (const char *folder)
{
  g_autofree char *runs = g_build_filename (g_get_user_data_dir (), "residua", "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  g_autofree char *run = g_build_filename (runs, g_dir_read_name (dir), NULL);
  Life life = { 0 };

  begin (&life, folder);
  settle_until (is_offered, &life, PATIENCE_S);
  rn_session_open_run (life.session, run);
  settle_until (shows_a_run, &life, PATIENCE_S);
  assert_curve_is_on_disk (rn_session_get_record (life.session));
  assert_strips_are_on_disk (rn_session_get_record (life.session));
  assert_knows_what_was_known (&life);
  assert_logits_are_those_of_the_core (&life);

  gtk_info_bar_response (GTK_INFO_BAR (
                             find_widget (GTK_WIDGET (life.window), GTK_TYPE_INFO_BAR, 0)),
                         GTK_RESPONSE_ACCEPT);
  settle_until (is_finished, &life, PATIENCE_S);
  g_assert_cmpstr (rn_record_get_path (rn_session_get_record (life.session)), ==, run);
  assert_record_is_history (rn_session_get_record (life.session));
  assert_knows_what_was_known (&life);
  end (&life);
}

/* The third: what has ended is not offered again. */
static void
look_again (const char *folder)
{
  Life life = { 0 };

  begin (&life, folder);
  settle_for (1000);
  g_assert_false (is_offered (&life));
  end (&life);
}

/* A life that nobody cuts off */
static void
live_on (const char *folder)
{
  Life life = { 0 };

  begin (&life, folder);
  start_training (&life);
  settle_until (is_finished, &life, PATIENCE_S);
  end (&life);
}

/* The tests start lives. */

static char *self_path;

static GPid
start_life (const char *name, const char *folder, const char *home)
{
  const char *const argv[] = { self_path, "--life", name, folder, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *data_home = g_build_filename (folder, home, NULL);
  g_autofree char *state_home = g_strconcat (data_home, "-state", NULL);
  g_autoptr (GError) error = NULL;
  GPid pid;

  environment = g_environ_setenv (environment, "XDG_DATA_HOME", data_home, TRUE);
  environment = g_environ_setenv (environment, "XDG_STATE_HOME", state_home, TRUE);
  g_spawn_async (NULL, (char **) argv, environment,
                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static int
wait_for_life (GPid pid)
{
  int status;

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return status;
}

static void
kill_when_there_is_a_witness (GPid pid, const char *folder)
{
  const gint64 until = g_get_monotonic_time () + (gint64) (PATIENCE_S * G_USEC_PER_SEC);
  g_autofree char *witness = witness_path (folder);

  while (!g_file_test (witness, G_FILE_TEST_EXISTS))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, 0);
      g_usleep (1000);
    }
  g_usleep ((gulong) g_test_rand_int_range (0, 50000));
  kill (pid, SIGKILL);
  g_assert_true (WIFSIGNALED (wait_for_life (pid)));
}

static char *
find_run (const char *folder, const char *home)
{
  g_autofree char *runs = g_build_filename (folder, home, "residua", "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  char *run;

  g_assert_nonnull (dir);
  run = g_build_filename (runs, g_dir_read_name (dir), NULL);
  g_assert_null (g_dir_read_name (dir));
  return run;
}

static void
test_what_was_cut_off_is_read_again_and_goes_on (void)
{
  static const char *const files[] = { "history.csv", "blocks.bin", "spec.json" };
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *last = NULL, *cut = NULL, *whole = NULL;
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 96, 24);

  kill_when_there_is_a_witness (start_life ("train", folder, "cut"), folder);
  g_assert_cmpint (wait_for_life (start_life ("look", folder, "cut")), ==, 0);
  g_assert_cmpint (wait_for_life (start_life ("again", folder, "cut")), ==, 0);
  g_assert_cmpint (wait_for_life (start_life ("whole", folder, "whole")), ==, 0);

  cut = find_run (folder, "cut");
  whole = find_run (folder, "whole");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    tiny_assert_same_file (cut, whole, files[i]);
  last = g_strdup_printf ("checkpoints/step-%08d.safetensors", N_STEPS);
  tiny_assert_same_file (cut, whole, last);
  tiny_folder_remove (folder);
}

static int
live (const char *name, const char *folder)
{
  if (strcmp (name, "train") == 0)
    live_and_die (folder);
  else if (strcmp (name, "look") == 0)
    look_and_go_on (folder);
  else if (strcmp (name, "again") == 0)
    look_again (folder);
  else
    live_on (folder);
  return 0;
}

int
main (int argc, char **argv)
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  if (argc == 4 && strcmp (argv[1], "--life") == 0)
    return live (argv[2], argv[3]);
  self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_test_add_func ("/crash/what was cut off is read again as it was, and goes on to the same end",
                   test_what_was_cut_off_is_read_again_and_goes_on);
  status = g_test_run ();
  g_free (self_path);
  return status;
}
