#include "training.h"

#include <math.h>
#include <string.h>

#include "../core/train/tiny.h"

static void
note_state (World *world)
{
  static const char letters[] = "IPREpFSX";
  const char letter = letters[rn_session_get_status (world->session)->state];

  if (world->states->len == 0 || world->states->str[world->states->len - 1] != letter)
    g_string_append_c (world->states, letter);
}

static void
note_problem (World *world, const char *title, const char *text)
{
  g_string_append_printf (world->signals, "problem: %s: %s\n", title, text);
}

static void
note_message (World *world, const char *text)
{
  g_string_append_printf (world->signals, "message: %s\n", text);
}

static void
note_end (World *world, int state, const char *text)
{
  g_string_append_printf (world->signals, "ended %d: %s\n", state, text);
}

void
world_set_up (World *world, gconstpointer epochs)
{
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autofree char *runs = NULL;
  RnSettings settings;

  world->folder = tiny_folder_new ();
  world->data = g_build_filename (world->folder, "data", NULL);
  dataset = tiny_dataset_new (world->folder, 96, 24);
  runs = g_build_filename (world->folder, "runs", NULL);
  world->states = g_string_new (NULL);
  world->signals = g_string_new (NULL);
  world->session = rn_session_new (runs);
  rn_session_set_threads (world->session, 2);
  settings = *rn_session_get_settings (world->session);
  settings.batch = 16;
  rn_session_set_settings (world->session, &settings);
  rn_session_set_epochs (world->session, GPOINTER_TO_INT (epochs));
  rn_session_show_sketch (world->session, spec, NULL);
  g_signal_connect_swapped (world->session, "status", G_CALLBACK (note_state), world);
  g_signal_connect_swapped (world->session, "problem", G_CALLBACK (note_problem), world);
  g_signal_connect_swapped (world->session, "message", G_CALLBACK (note_message), world);
  g_signal_connect_swapped (world->session, "ended", G_CALLBACK (note_end), world);
}

static gboolean
pass_time (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
note_down (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

void
world_tear_down (World *world, gconstpointer data)
{
  const gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  const guint beat = g_timeout_add (10, pass_time, NULL);
  gboolean is_down = FALSE;
  GWeakRef alive;
  gpointer session;

  rn_session_shut_down (world->session, note_down, &is_down);
  while (!is_down)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (world->session, world);
  g_weak_ref_init (&alive, world->session);
  g_object_unref (world->session);
  /* tasks that still run hold it, and the last of them may let it go on its own thread */
  while ((session = g_weak_ref_get (&alive)) != NULL)
    {
      g_object_unref (session);
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_main_context_iteration (NULL, TRUE);
    }
  g_weak_ref_clear (&alive);
  g_source_remove (beat);
  g_string_free (world->states, TRUE);
  g_string_free (world->signals, TRUE);
  tiny_folder_remove (world->folder);
  g_free (world->folder);
  g_free (world->data);
}

void
world_wait (World *world, Condition condition, double seconds)
{
  const gint64 until = g_get_monotonic_time () + (gint64) (seconds * 1e6);
  const guint beat = g_timeout_add (20, pass_time, NULL);

  while (!condition (world))
    {
      if (g_get_monotonic_time () > until)
        g_error ("waited in vain; states %s, signals %s", world->states->str, world->signals->str);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (beat);
}

void
world_idle (World *world, double seconds)
{
  const gint64 until = g_get_monotonic_time () + (gint64) (seconds * 1e6);
  const guint beat = g_timeout_add (20, pass_time, NULL);

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (beat);
}

gboolean
is_running (World *world)
{
  const RnStatus *status = rn_session_get_status (world->session);

  return status->state == RN_STATE_RUNNING && !status->is_pending && status->step > 0;
}

gboolean
is_paused (World *world)
{
  const RnStatus *status = rn_session_get_status (world->session);

  return status->state == RN_STATE_PAUSED && !status->is_pending;
}

gboolean
is_settled (World *world)
{
  return !rn_session_has_trainer (world->session) && !rn_session_is_training (world->session);
}

gboolean
has_dataset (World *world)
{
  return rn_session_get_dataset (world->session) != NULL;
}

RnRun *
world_open_run (World *world)
{
  g_autoptr (GError) error = NULL;
  RnRun *run =
      rn_run_open (rn_document_get_path (rn_session_get_document (world->session)), &error);

  g_assert_no_error (error);
  return run;
}

/* Reads the file by itself, not by the core's reader. */
void
assert_record_is_history (RnRecord *record)
{
  g_autofree char *path = g_build_filename (rn_record_get_path (record), "history.csv", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_tests = 0;
  gint64 step = 0, last;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (int i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ",", -1);
      const float loss = (float) g_ascii_strtod (fields[2], NULL);
      const float wrong = (float) g_ascii_strtod (fields[3], NULL);
      RnColumn entry;

      step = g_ascii_strtoll (fields[0], NULL, 10);
      g_assert_cmpint (step, ==, i);
      g_assert_true (rn_series_lookup (rn_record_get_loss (record), step, &entry));
      g_assert_cmpint (entry.last, ==, step);
      g_assert_cmpfloat (entry.min, ==, loss);
      g_assert_cmpfloat (entry.max, ==, loss);
      g_assert_cmpfloat (entry.mean, ==, loss);
      g_assert_true (rn_series_lookup (rn_record_get_error (record), step, &entry));
      g_assert_cmpint (entry.last, ==, step);
      g_assert_cmpfloat (entry.mean, ==, wrong);
      if (*fields[6] != '\0')
        {
          const RnTest *test = &g_array_index (rn_record_get_tests (record), RnTest, n_tests);

          g_assert_cmpuint (n_tests++, <, rn_record_get_tests (record)->len);
          g_assert_cmpint (test->step, ==, step);
          g_assert_cmpfloat (test->loss, ==, g_ascii_strtod (fields[5], NULL));
          g_assert_cmpfloat (test->error, ==, g_ascii_strtod (fields[6], NULL));
        }
    }
  /* a stop right after a step leaves its row to come: the checkpoint keeps it */
  last = rn_record_get_last_step (record);
  g_assert_cmpint (rn_series_last_step (rn_record_get_loss (record)), ==, last);
  g_assert_cmpint (last, >=, step);
  g_assert_cmpint (last, <=, step + 1);
  g_assert_cmpuint (rn_record_get_tests (record)->len, ==, n_tests);
}

static void
assert_same_strips (RnStripData *a, RnStripData *b)
{
  const int n = rn_strip_data_n_columns (b), rows = rn_strip_data_n_rows (b);

  g_assert_cmpint (rn_strip_data_n_rows (a), ==, rows);
  g_assert_cmpint (rn_strip_data_n_columns (a), ==, n);
  for (int i = 0; i < n; i++)
    {
      gint64 from_a, to_a, from_b, to_b;
      const float *left = rn_strip_data_get_column (a, i);
      const float *right = rn_strip_data_get_column (b, i);

      rn_strip_data_get_span (a, i, &from_a, &to_a);
      rn_strip_data_get_span (b, i, &from_b, &to_b);
      g_assert_cmpint (from_a, ==, from_b);
      g_assert_cmpint (to_a, ==, to_b);
      g_assert_cmpmem (left, rows * sizeof (float), right, rows * sizeof (float));
    }
}

void
assert_record_is_on_disk (RnRecord *record)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnRecord) stored = rn_record_load (rn_record_get_path (record), &error);

  g_assert_no_error (error);
  for (int kind = 0; kind < RN_N_MEASURES; kind++)
    {
      g_assert_cmpint (rn_strip_data_n_columns (rn_record_get_strip (stored, kind)), >, 0);
      assert_same_strips (rn_record_get_strip (record, kind), rn_record_get_strip (stored, kind));
    }
}
