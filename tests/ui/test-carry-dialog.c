#include <adwaita.h>

#include "looking.h"
#include "pages/memory-check.h"
#include "settle.h"
#include "tiny.h"

/* What a person is asked where a sketch of a run is to be trained. */

typedef struct
{
  char *folder;
  RnSession *session;
  GtkWidget *window;
} Fixture;

static gboolean
is_data_open (gpointer data)
{
  return rn_session_get_dataset (((Fixture *) data)->session) != NULL;
}

static gboolean
has_finished (gpointer data)
{
  RnSession *session = ((Fixture *) data)->session;

  rn_session_drain (session);
  return rn_session_get_status (session)->state == RN_STATE_FINISHED &&
         !rn_session_has_trainer (session) && rn_session_get_record (session) != NULL;
}

/* A run "tiny-1" of three steps is shown. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  RnSettings settings;
  g_autoptr (RnDataset) dataset = NULL;
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autofree char *runs = NULL;

  fixture->folder = tiny_folder_new ();
  runs = g_build_filename (fixture->folder, "runs", NULL);
  dataset = tiny_dataset_new (fixture->folder, 60, 30);
  fixture->session = rn_session_new (runs);
  rn_session_open_dataset (fixture->session, rn_dataset_get_source (dataset));
  settle_until (is_data_open, fixture, 10.0);
  settings = *rn_session_get_settings (fixture->session);
  settings.batch = 20;
  rn_session_set_settings (fixture->session, &settings);
  rn_session_set_epochs (fixture->session, 1.0);
  fixture->window = looking_window (gtk_label_new ("Residua"), 1000, 640);
  rn_session_show_sketch (fixture->session, spec, NULL);
  rn_start_training (fixture->session, fixture->window);
  settle_until (has_finished, fixture, 20.0);
}

static gboolean
set_flag (gpointer data)
{
  return *(gboolean *) data;
}

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gboolean is_down = FALSE;

  looking_close (fixture->window);
  rn_session_shut_down (fixture->session, on_shut_down, &is_down);
  settle_until (set_flag, &is_down, 20.0);
  g_object_unref (fixture->session);
  settle_for (20);
  tiny_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

/* Returns: (transfer none) (nullable): the dialog that is open */
static AdwMessageDialog *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return ADW_MESSAGE_DIALOG (window);
    }
  return NULL;
}

static gboolean
has_dialog (gpointer data)
{
  return find_dialog () != NULL;
}

static gboolean
has_no_dialog (gpointer data)
{
  return find_dialog () == NULL;
}

/* Of the run a block is deleted and another put in; the question is asked by @train and answered. Returns: the sketch */
static RnDocument *
ask_and_answer (Fixture *fixture, void (*train) (RnSession *session, GtkWidget *widget),
                const char *picture, const char *response)
{
  const guint32 id = 2;
  RnSketch *sketch = rn_session_begin_edit (fixture->session);
  RnDocument *document;
  AdwMessageDialog *dialog;

  g_assert_true (rn_sketch_remove (sketch, &id, 1, NULL));
  g_assert_true (rn_sketch_deepen (sketch, 1, NULL, NULL));
  g_assert_true (rn_session_end_edit (fixture->session, NULL));
  document = rn_session_get_document (fixture->session);
  train (fixture->session, fixture->window);
  dialog = find_dialog ();
  g_assert_nonnull (dialog);
  settle_for (300);
  looking_shoot (GTK_WIDGET (dialog), picture);
  g_assert_cmpstr (adw_message_dialog_get_default_response (dialog), ==, "keep");
  g_assert_cmpstr (adw_message_dialog_get_close_response (dialog), ==, "cancel");
  g_assert_true (says (GTK_WIDGET (dialog), "tiny, run 1"));
  g_assert_true (
      says (GTK_WIDGET (dialog), "These keep their weights: the stem, block 1, the head."));
  g_assert_true (says (GTK_WIDGET (dialog), "These start anew: blocks 2–3."));
  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
  settle_until (has_no_dialog, NULL, 5.0);
  return document;
}

static gboolean
has_stepped (gpointer data)
{
  RnSession *session = ((Fixture *) data)->session;
  const RnStatus *status;

  rn_session_drain (session);
  status = rn_session_get_status (session);
  return status->state == RN_STATE_PAUSED && status->step == 1 && !status->is_pending;
}

/* Waits until the new run @is_there. Returns: whether it began with weights of another */
static gboolean
has_origin (Fixture *fixture, gboolean (*is_there) (gpointer fixture))
{
  g_autofree char *origin = NULL;

  settle_until (is_there, fixture, 20.0);
  origin = g_build_filename (rn_record_get_path (rn_session_get_record (fixture->session)),
                             "origin.json", NULL);
  return g_file_test (origin, G_FILE_TEST_EXISTS);
}

static void
test_weights_are_kept_where_one_wants_so (Fixture *fixture, gconstpointer data)
{
  ask_and_answer (fixture, rn_start_training, "carry-dialog", "keep");
  g_assert_true (has_origin (fixture, has_finished));
}

static void
test_all_starts_anew_where_one_wants_so (Fixture *fixture, gconstpointer data)
{
  ask_and_answer (fixture, rn_start_training, "carry-dialog-anew", "anew");
  g_assert_false (has_origin (fixture, has_finished));
}

static void
test_nothing_starts_where_one_cancels (Fixture *fixture, gconstpointer data)
{
  RnDocument *document =
      ask_and_answer (fixture, rn_start_training, "carry-dialog-cancel", "cancel");

  settle_for (200);
  g_assert_false (rn_session_is_busy (fixture->session));
  g_assert_true (rn_session_get_document (fixture->session) == document);
}

static void
test_a_single_step_asks_too_and_keeps (Fixture *fixture, gconstpointer data)
{
  ask_and_answer (fixture, rn_step_training, "carry-dialog-step", "keep");
  g_assert_true (has_origin (fixture, has_stepped));
  /* of a training that is there nothing is asked again */
  rn_step_training (fixture->session, fixture->window);
  g_assert_true (has_no_dialog (NULL));
}

static void
test_a_single_step_starts_anew_where_one_wants_so (Fixture *fixture, gconstpointer data)
{
  ask_and_answer (fixture, rn_step_training, "carry-dialog-step-anew", "anew");
  g_assert_false (has_origin (fixture, has_stepped));
}

/* A sketch without a past, with batches that no computer holds: nothing is asked but this. */
static void
test_a_single_step_tells_that_memory_is_short (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("wide", 8, 1, RN_STEM_3X3, 4096, 3, NULL);
  RnSettings settings = *rn_session_get_settings (fixture->session);

  g_assert_nonnull (spec);
  rn_session_show_sketch (fixture->session, spec, NULL);
  settings.batch = 65536;
  rn_session_set_settings (fixture->session, &settings);
  rn_step_training (fixture->session, fixture->window);
  settle_until (has_dialog, NULL, 20.0);
  g_assert_true (says (GTK_WIDGET (find_dialog ()), "Memory is short"));
  adw_message_dialog_response (find_dialog (), "cancel");
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));
  settle_for (200);
  g_assert_false (rn_session_is_busy (fixture->session));
}

/* A run of one step of three. Returns: (transfer full): its folder */
static char *
make_run (Fixture *fixture, const char *name, const RnSpec *spec)
{
  RnSettings settings = *rn_session_get_settings (fixture->session);
  char *path = g_build_filename (fixture->folder, "runs", name, NULL);
  g_autoptr (GError) error = NULL;
  RnTrainer *trainer;

  settings.batch = 20;
  settings.steps = 3;
  trainer =
      rn_trainer_new (path, spec, &settings, rn_session_get_dataset (fixture->session), 1, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, 1);
  rn_trainer_wait (trainer);
  rn_trainer_free (trainer);
  return path;
}

/* From now on it asks for batches that no computer holds. */
static void
make_greedy (const char *run)
{
  g_autofree char *file = g_build_filename (run, "settings.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) greedy = NULL;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  greedy = g_string_new (text);
  g_assert_cmpuint (g_string_replace (greedy, "\"batch\": 20,", "\"batch\": 65536,", 0), ==, 1);
  g_assert_true (g_file_set_contents (file, greedy->str, -1, NULL));
}

static void
test_a_run_that_goes_on_tells_that_memory_is_short (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("wide", 8, 1, RN_STEM_3X3, 4096, 3, NULL);
  g_autofree char *path = make_run (fixture, "wide-1", spec);

  make_greedy (path);
  rn_resume_training (fixture->session, fixture->window, path);
  settle_until (has_dialog, NULL, 20.0);
  g_assert_true (says (GTK_WIDGET (find_dialog ()), "Memory is short"));
  g_assert_cmpstr (rn_document_get_path (rn_session_get_document (fixture->session)), ==, path);
  /* it keeps the batches that it began with */
  g_assert_false (adw_message_dialog_has_response (find_dialog (), "smaller"));
  adw_message_dialog_response (find_dialog (), "cancel");
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));
  settle_for (200);
  g_assert_false (rn_session_is_busy (fixture->session));
}

static gboolean
has_three_steps (gpointer path)
{
  g_autoptr (RnRun) run = rn_run_open (path, NULL);
  g_autoptr (GArray) rows = run != NULL ? rn_run_read_history (run, NULL) : NULL;

  return rows != NULL && rows->len == 3;
}

static void
test_a_run_that_goes_on_and_fits_asks_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autofree char *path = make_run (fixture, "small-1", spec);

  rn_resume_training (fixture->session, fixture->window, path);
  settle_until (has_three_steps, path, 20.0);
  g_assert_true (has_no_dialog (NULL));
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/carry-dialog/weights are kept where one wants so",
       test_weights_are_kept_where_one_wants_so);
  ADD ("/carry-dialog/all starts anew where one wants so", test_all_starts_anew_where_one_wants_so);
  ADD ("/carry-dialog/nothing starts where one cancels", test_nothing_starts_where_one_cancels);
  ADD ("/carry-dialog/a single step asks too, and keeps", test_a_single_step_asks_too_and_keeps);
  ADD ("/carry-dialog/a single step starts anew where one wants so",
       test_a_single_step_starts_anew_where_one_wants_so);
  ADD ("/carry-dialog/a single step tells that memory is short",
       test_a_single_step_tells_that_memory_is_short);
  ADD ("/carry-dialog/a run that goes on tells that memory is short",
       test_a_run_that_goes_on_tells_that_memory_is_short);
  ADD ("/carry-dialog/a run that goes on and fits asks nothing",
       test_a_run_that_goes_on_and_fits_asks_nothing);
  return g_test_run ();
}
