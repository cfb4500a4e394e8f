#include <adwaita.h>
#include <string.h>

#include "pages/plain-twin.h"
#include "settle.h"
#include "tiny.h"

#define STEPS 12
#define SEED 77

typedef struct
{
  char *folder;
  char *runs;
  char *data;
  RnSession *session;
  GtkWidget *window;
  GtkWidget *button;
  char *problem; /* (nullable): the last one that was told */
} Fixture;

/* A run "tiny-1" of the residual network, with settings that are nobody's defaults */
static void
make_run (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->runs, "tiny-1", NULL);
  g_autoptr (RnDataset) dataset = tiny_dataset_new (fixture->folder, 60, 30);
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  RnSettings settings;
  RnTrainer *trainer;

  g_assert_cmpint (g_mkdir_with_parents (fixture->runs, 0755), ==, 0);
  rn_settings_init (&settings);
  settings.schedule.kind = RN_SCHEDULE_CONSTANT;
  settings.schedule.n_milestones = 0;
  settings.steps = STEPS;
  settings.batch = 10;
  settings.rate = 0.03;
  settings.seed = SEED;
  settings.augment = (RnAugment){ 0 };
  trainer = rn_trainer_new (path, spec, &settings, dataset, 1, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, 0);
  rn_trainer_wait (trainer);
  rn_trainer_free (trainer);
  fixture->data = g_strdup (rn_dataset_get_source (dataset));
}

static gboolean
is_data_open (gpointer data)
{
  return rn_session_get_dataset (((Fixture *) data)->session) != NULL;
}

static void
on_problem (Fixture *fixture, const char *title, const char *text)
{
  g_free (fixture->problem);
  fixture->problem = g_strdup (text);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = tiny_folder_new ();
  fixture->runs = g_build_filename (fixture->folder, "runs", NULL);
  make_run (fixture);
  fixture->session = rn_session_new (fixture->runs);
  rn_session_open_dataset (fixture->session, fixture->data);
  settle_until (is_data_open, fixture, 10.0);
  g_signal_connect_swapped (fixture->session, "problem", G_CALLBACK (on_problem), fixture);
  fixture->button = rn_plain_twin_button_new (fixture->session);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->button);
  gtk_window_present (GTK_WINDOW (fixture->window));
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

  gtk_window_destroy (GTK_WINDOW (fixture->window));
  rn_session_shut_down (fixture->session, on_shut_down, &is_down);
  settle_until (set_flag, &is_down, 20.0);
  g_object_unref (fixture->session);
  settle_for (20);
  tiny_folder_remove (fixture->folder);
  g_free (fixture->problem);
  g_free (fixture->data);
  g_free (fixture->runs);
  g_free (fixture->folder);
}

static void
show_tiny (Fixture *fixture, gboolean is_plain)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (spec);

  rn_session_show_sketch (fixture->session, is_plain ? twin : spec, NULL);
}

static char *
get_run (Fixture *fixture)
{
  return g_build_filename (fixture->runs, "tiny-1", NULL);
}

static gboolean
offers_twin (gpointer data)
{
  return gtk_widget_get_visible (((Fixture *) data)->button);
}

static gboolean
has_finished (gpointer data)
{
  RnSession *session = ((Fixture *) data)->session;

  rn_session_drain (session);
  return rn_session_get_status (session)->state == RN_STATE_FINISHED &&
         rn_session_get_record (session) != NULL &&
         !g_str_has_suffix (rn_record_get_path (rn_session_get_record (session)), "/tiny-1");
}

static gboolean
has_problem (gpointer data)
{
  return ((Fixture *) data)->problem != NULL;
}

static void
test_the_twin_differs_in_nothing_but_its_shortcuts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (spec);
  g_autoptr (RnDocument) compared = NULL;
  g_autofree char *run = get_run (fixture);
  RnRecord *record;

  rn_plain_twin_train (fixture->session, fixture->button, run);
  settle_until (has_finished, fixture, 30.0);
  record = rn_session_get_record (fixture->session);
  g_assert_true (rn_spec_equal (rn_record_get_spec (record), twin));
  g_assert_cmpint (rn_record_get_settings (record)->steps, ==, STEPS);
  g_assert_cmpint (rn_record_get_settings (record)->batch, ==, 10);
  g_assert_cmpfloat (rn_record_get_settings (record)->rate, ==, 0.03);
  g_assert_cmpuint (rn_record_get_settings (record)->seed, ==, SEED);
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_compared (fixture->session)), ==, 1);
  compared = g_list_model_get_item (rn_session_get_compared (fixture->session), 0);
  g_assert_true (g_str_has_suffix (rn_document_get_path (compared), "/tiny-1"));
  /* what is shown now has none */
  g_assert_false (gtk_widget_get_visible (fixture->button));
}

static void
test_the_button_is_there_for_a_run_with_shortcuts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = get_run (fixture), *origin = NULL;
  RnRecord *record;

  g_assert_false (gtk_widget_get_visible (fixture->button));
  rn_session_open_run (fixture->session, run);
  settle_until (offers_twin, fixture, 10.0);
  g_signal_emit_by_name (fixture->button, "clicked");
  settle_until (has_finished, fixture, 30.0);
  record = rn_session_get_record (fixture->session);
  origin = g_build_filename (rn_record_get_path (record), "origin.json", NULL);
  g_assert_false (g_file_test (origin, G_FILE_TEST_EXISTS));
}

static void
test_a_plain_network_has_no_twin_to_train (Fixture *fixture, gconstpointer data)
{
  show_tiny (fixture, TRUE);
  settle_for (100);
  g_assert_false (gtk_widget_get_visible (fixture->button));
}

static void
test_a_run_that_is_not_there_is_a_problem (Fixture *fixture, gconstpointer data)
{
  rn_plain_twin_train (fixture->session, fixture->button, "/nowhere/run");
  settle_until (has_problem, fixture, 10.0);
  g_assert_nonnull (strstr (fixture->problem, "/nowhere/run"));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/plain-twin/it differs in nothing but its shortcuts",
       test_the_twin_differs_in_nothing_but_its_shortcuts);
  ADD ("/plain-twin/the button is there for a run with shortcuts",
       test_the_button_is_there_for_a_run_with_shortcuts);
  ADD ("/plain-twin/a plain network has no twin to train",
       test_a_plain_network_has_no_twin_to_train);
  ADD ("/plain-twin/a run that is not there is a problem",
       test_a_run_that_is_not_there_is_a_problem);
  return g_test_run ();
}
