#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "charts/curve-chart.h"
#include "pages/runs-page.h"
#include "runs/run-row.h"
#include "runs/run-wishes.h"
#include "settle.h"
#include "tiny.h"

#define STEPS 20

typedef struct
{
  char *folder;
  char *runs;
  RnSession *session;
  GtkWidget *window;
  GtkWidget *page;
} Fixture;

static void
make_run (Fixture *fixture, RnDataset *dataset, const char *name, gint64 n)
{
  g_autofree char *path = g_build_filename (fixture->runs, name, NULL);

  rn_trainer_free (tiny_train (path, dataset, STEPS, n));
}

static int
count_rows (Fixture *fixture)
{
  int n = 0;
  GtkWidget *row;

  for (int i = 0; (row = find_widget (fixture->page, RN_TYPE_RUN_ROW, i)) != NULL; i++)
    n += rn_run_row_get_item (RN_RUN_ROW (row)) != NULL;
  return n;
}

static gboolean
has_three_rows (gpointer data)
{
  return count_rows (data) == 3;
}

static gboolean
has_two_rows (gpointer data)
{
  return count_rows (data) == 2;
}

/* Three runs: "done", "stopped" after a part, and "damaged" */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnDataset) dataset = NULL;
  g_autofree char *history = NULL;

  fixture->folder = tiny_folder_new ();
  fixture->runs = g_build_filename (fixture->folder, "runs", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->runs, 0755), ==, 0);
  dataset = tiny_dataset_new (fixture->folder, 60, 30);
  make_run (fixture, dataset, "done", 0);
  make_run (fixture, dataset, "stopped", 7);
  make_run (fixture, dataset, "damaged", 3);
  history = g_build_filename (fixture->runs, "damaged", "history.csv", NULL);
  g_assert_true (g_file_set_contents (history, "no history\n", -1, NULL));
  g_assert_true (g_file_set_contents (history,
                                      "step,epoch,loss,error,rate,test_loss,test_error\nwhat\n", -1,
                                      NULL));
  fixture->session = rn_session_new (fixture->runs);
  fixture->page = rn_runs_page_new (fixture->session);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 760, 590);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->page);
  gtk_window_present (GTK_WINDOW (fixture->window));
  settle_until (has_three_rows, fixture, 20.0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  settle_for (20);
  g_object_unref (fixture->session);
  settle_for (20);
  tiny_folder_remove (fixture->folder);
  g_free (fixture->runs);
  g_free (fixture->folder);
}

static RnRunRow *
find_row (Fixture *fixture, const char *name)
{
  GtkWidget *row;

  for (int i = 0; (row = find_widget (fixture->page, RN_TYPE_RUN_ROW, i)) != NULL; i++)
    {
      RnRunItem *item = rn_run_row_get_item (RN_RUN_ROW (row));

      if (item != NULL &&
          strcmp (rn_run_digest_get_name (rn_run_item_get_digest (item)), name) == 0)
        return RN_RUN_ROW (row);
    }
  return NULL;
}

static void
test_each_run_says_how_far_it_is (Fixture *fixture, gconstpointer data)
{
  g_autofree char *done = rn_run_row_describe (find_row (fixture, "done"));
  g_autofree char *stopped = rn_run_row_describe (find_row (fixture, "stopped"));
  g_autofree char *damaged = rn_run_row_describe (find_row (fixture, "damaged"));

  g_assert_nonnull (strstr (done, "finished, 20 steps"));
  g_assert_nonnull (strstr (stopped, "can go on at step 7 of 20"));
  g_assert_nonnull (strstr (damaged, "“damaged/history.csv” is damaged: line 2"));
  g_assert_true (says (fixture->page, "3 runs"));
}

static void
test_a_damaged_run_can_be_removed_but_not_opened (Fixture *fixture, gconstpointer data)
{
  GtkWidget *row = GTK_WIDGET (find_row (fixture, "damaged"));
  GtkWidget *button = find_widget (row, GTK_TYPE_BUTTON, 0);

  g_assert_false (gtk_widget_get_sensitive (button));
  button = find_widget (GTK_WIDGET (find_row (fixture, "done")), GTK_TYPE_BUTTON, 0);
  g_assert_true (gtk_widget_get_sensitive (button));
}

static gboolean
is_compared (gpointer data)
{
  return g_list_model_get_n_items (rn_session_get_compared (((Fixture *) data)->session)) == 1;
}

static void
test_compare_adds_the_run_and_takes_it_out (Fixture *fixture, gconstpointer data)
{
  GtkWidget *row = GTK_WIDGET (find_row (fixture, "done"));
  GtkToggleButton *compare = GTK_TOGGLE_BUTTON (find_widget (row, GTK_TYPE_TOGGLE_BUTTON, 0));
  g_autofree char *path = g_build_filename (fixture->runs, "done", NULL);
  g_autoptr (RnDocument) document = NULL;

  gtk_toggle_button_set_active (compare, TRUE);
  settle_until (is_compared, fixture, 10.0);
  document = g_list_model_get_item (rn_session_get_compared (fixture->session), 0);
  g_assert_cmpstr (rn_document_get_path (document), ==, path);
  g_assert_true (says (fixture->page, "Compared: training and test error"));
  gtk_toggle_button_set_active (compare, FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_compared (fixture->session)), ==, 0);
  g_assert_false (says (fixture->page, "Compared: training and test error"));
  /* and what others compare shows on the button */
  rn_session_compare (fixture->session, path);
  settle_until (is_compared, fixture, 10.0);
  g_assert_true (gtk_toggle_button_get_active (compare));
}

/* What the chart of the compared runs says of @step */
static char *
describe_compared (Fixture *fixture, gint64 step)
{
  return rn_curve_chart_describe (RN_CURVE_CHART (
                                      find_widget (fixture->page, RN_TYPE_CURVE_CHART, 0)),
                                  step);
}

static gboolean
knows_the_last_step (gpointer data)
{
  g_autofree char *text = describe_compared (data, STEPS);

  return strstr (text, "stopped, train ?") == NULL && strstr (text, "(step 6)") == NULL;
}

static void
test_a_compared_run_grows_while_others_train_it (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->runs, "stopped", NULL);
  g_autoptr (RnDataset) dataset = tiny_dataset_new (fixture->folder, 60, 30);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  RnTrainer *trainer;

  rn_session_compare (fixture->session, path);
  settle_until (is_compared, fixture, 10.0);
  text = describe_compared (fixture, 5);
  g_assert_nonnull (strstr (text, "stopped, train "));
  g_assert_null (strchr (text, '?'));
  g_assert_false (knows_the_last_step (fixture));
  trainer = rn_trainer_resume (path, dataset, STEPS, 1, &error);
  g_assert_no_error (error);
  rn_trainer_run (trainer, 0);
  rn_trainer_wait (trainer);
  rn_trainer_free (trainer);
  settle_until (knows_the_last_step, fixture, 30.0);
}

static gboolean
has_one_row (gpointer data)
{
  return count_rows (data) == 1;
}

static void
test_another_folder_is_listed_at_once (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->folder, "other", NULL);
  g_autofree char *from = g_build_filename (fixture->runs, "done", NULL);
  g_autofree char *to = g_build_filename (other, "done", NULL);

  g_assert_cmpint (g_mkdir_with_parents (other, 0755), ==, 0);
  g_assert_cmpint (g_rename (from, to), ==, 0);
  rn_session_set_runs_folder (fixture->session, other);
  settle_until (has_one_row, fixture, 20.0);
  g_assert_nonnull (find_row (fixture, "done"));
}

static void
test_searching_and_sorting (Fixture *fixture, gconstpointer data)
{
  GtkWidget *search = find_widget (fixture->page, GTK_TYPE_SEARCH_ENTRY, 0);
  GtkWidget *sort = find_widget (fixture->page, GTK_TYPE_DROP_DOWN, 0);
  GtkWidget *view =
      gtk_widget_get_ancestor (GTK_WIDGET (find_row (fixture, "done")), GTK_TYPE_LIST_VIEW);
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (view)));
  static const char *const by_name[] = { "damaged", "done", "stopped" };

  gtk_drop_down_set_selected (GTK_DROP_DOWN (sort), 1);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (RnRunItem) item = g_list_model_get_item (model, i);

      g_assert_cmpstr (rn_run_digest_get_name (rn_run_item_get_digest (item)), ==, by_name[i]);
    }
  gtk_drop_down_set_selected (GTK_DROP_DOWN (sort), 2);
  {
    g_autoptr (RnRunItem) last = g_list_model_get_item (model, 2);

    /* it has no test error */
    g_assert_cmpstr (rn_run_digest_get_name (rn_run_item_get_digest (last)), ==, "damaged");
  }
  gtk_editable_set_text (GTK_EDITABLE (search), "STOP");
  settle_until (has_one_row, fixture, 10.0);
  g_assert_nonnull (find_row (fixture, "stopped"));
  gtk_editable_set_text (GTK_EDITABLE (search), "nothing");
  settle_for (400);
  g_assert_true (says (fixture->page, "No run matches the search."));
}

static GtkWidget *
find_button (Fixture *fixture, const char *label)
{
  GtkWidget *button;

  for (int i = 0; (button = find_widget (fixture->page, GTK_TYPE_BUTTON, i)) != NULL; i++)
    if (gtk_widget_get_mapped (button) &&
        g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), label) == 0)
      return button;
  return NULL;
}

static void
test_a_group_is_shown_alone_until_all_are_wanted (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "done", "stopped", "to come", NULL };
  static const char *const others[] = { "to come", NULL };
  RnRunsPage *page = RN_RUNS_PAGE (fixture->page);

  g_assert_null (find_button (fixture, "Show all runs"));
  gtk_editable_set_text (GTK_EDITABLE (find_widget (fixture->page, GTK_TYPE_SEARCH_ENTRY, 0)),
                         "damaged");
  settle_until (has_one_row, fixture, 10.0);
  rn_runs_page_show_group (page, "A good beginning", names);
  settle_until (has_two_rows, fixture, 10.0);
  g_assert_nonnull (find_row (fixture, "done"));
  g_assert_nonnull (find_row (fixture, "stopped"));
  g_assert_true (says (fixture->page, "Only the runs of “A good beginning” are shown."));
  rn_runs_page_show_group (page, "Another", others);
  settle_for (400);
  g_assert_true (says (fixture->page, "None of these runs is there yet."));
  g_signal_emit_by_name (find_button (fixture, "Show all runs"), "clicked");
  settle_until (has_three_rows, fixture, 10.0);
  settle_for (50);
  g_assert_null (find_button (fixture, "Show all runs"));
}

static gboolean
is_run_shown (gpointer data)
{
  RnDocument *document = rn_session_get_document (((Fixture *) data)->session);

  return document != NULL && rn_document_get_kind (document) == RN_DOCUMENT_RUN;
}

static void
on_done (gpointer data)
{
}

static gboolean
is_renamed_and_shown (gpointer data)
{
  Fixture *fixture = data;
  RnDocument *document = rn_session_get_document (fixture->session);

  return find_row (fixture, "better") != NULL && document != NULL &&
         rn_document_get_path (document) != NULL &&
         g_str_has_suffix (rn_document_get_path (document), "/better");
}

static void
test_a_renamed_run_stays_shown_under_its_new_name (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->runs, "done", NULL);

  rn_session_open_run (fixture->session, path);
  settle_until (is_run_shown, fixture, 10.0);
  rn_run_rename (fixture->page, fixture->session, path, "better", on_done,
                 G_OBJECT (fixture->page));
  settle_until (is_renamed_and_shown, fixture, 10.0);
  g_assert_null (find_row (fixture, "done"));
}

static gboolean
comes_from_better (gpointer data)
{
  RnDocument *document = rn_session_get_document (((Fixture *) data)->session);
  RnDocument *origin = document != NULL ? rn_document_get_origin (document) : NULL;

  return origin != NULL && g_str_has_suffix (rn_document_get_path (origin), "/better");
}

static gboolean
has_no_origin (gpointer data)
{
  return rn_document_get_origin (rn_session_get_document (((Fixture *) data)->session)) == NULL;
}

static void
note_message (GString *messages, const char *text)
{
  g_string_append_printf (messages, "%s\n", text);
}

static void
test_a_sketch_follows_the_run_that_it_was_made_of (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->runs, "done", NULL);
  g_autofree char *better = g_build_filename (fixture->runs, "better", NULL);
  g_autoptr (GString) messages = g_string_new (NULL);
  g_autoptr (GArray) parts = NULL, none = NULL;
  RnSketch *sketch;

  g_signal_connect_swapped (fixture->session, "message", G_CALLBACK (note_message), messages);
  rn_session_open_run (fixture->session, path);
  settle_until (is_run_shown, fixture, 10.0);
  sketch = rn_session_begin_edit (fixture->session);
  rn_sketch_set_name (sketch, "another");
  g_assert_true (rn_session_end_edit (fixture->session, NULL));
  g_assert_cmpstr (rn_document_get_title (rn_session_get_document (fixture->session)), ==,
                   "Sketch from “done”");
  rn_run_rename (fixture->page, fixture->session, path, "better", on_done,
                 G_OBJECT (fixture->page));
  settle_until (comes_from_better, fixture, 10.0);
  g_assert_cmpstr (rn_document_get_title (rn_session_get_document (fixture->session)), ==,
                   "Sketch from “better”");
  parts = rn_session_list_carry (fixture->session);
  g_assert_nonnull (parts);
  rn_run_delete (fixture->page, fixture->session, better, on_done, G_OBJECT (fixture->page));
  settle_until (has_no_origin, fixture, 10.0);
  g_assert_nonnull (strstr (messages->str, "Sketch from “better” keeps no weights"));
  none = rn_session_list_carry (fixture->session);
  g_assert_null (none);
}

static void
test_a_deleted_run_is_no_longer_listed_shown_or_compared (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->runs, "done", NULL);
  GListModel *documents = rn_session_get_documents (fixture->session);

  rn_session_open_run (fixture->session, path);
  settle_until (is_run_shown, fixture, 10.0);
  rn_session_compare (fixture->session, path);
  settle_until (is_compared, fixture, 10.0);
  rn_run_delete (fixture->page, fixture->session, path, on_done, G_OBJECT (fixture->page));
  settle_until (has_two_rows, fixture, 10.0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_compared (fixture->session)), ==, 0);
  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (RnDocument) document = g_list_model_get_item (documents, i);

      g_assert_cmpstr (rn_document_get_path (document), !=, path);
    }
}

static gboolean
is_empty (gpointer data)
{
  return says (((Fixture *) data)->page, "Every training is kept here");
}

static void
test_without_runs_there_is_a_sentence_and_a_button (void)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *runs = g_build_filename (folder, "runs", NULL);
  g_autoptr (RnSession) session = rn_session_new (runs);
  Fixture fixture = { .session = session, .page = rn_runs_page_new (session) };
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_child (GTK_WINDOW (window), fixture.page);
  gtk_window_present (GTK_WINDOW (window));
  settle_until (is_empty, &fixture, 10.0);
  g_assert_true (says (fixture.page, "Go to Train"));
  gtk_window_destroy (GTK_WINDOW (window));
  tiny_folder_remove (folder);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/runs-page/each run says how far it is", test_each_run_says_how_far_it_is);
  ADD ("/runs-page/a damaged run can be removed but not opened",
       test_a_damaged_run_can_be_removed_but_not_opened);
  ADD ("/runs-page/compare adds the run and takes it out",
       test_compare_adds_the_run_and_takes_it_out);
  ADD ("/runs-page/searching and sorting", test_searching_and_sorting);
  ADD ("/runs-page/a group is shown alone until all are wanted",
       test_a_group_is_shown_alone_until_all_are_wanted);
  ADD ("/runs-page/a renamed run stays shown under its new name",
       test_a_renamed_run_stays_shown_under_its_new_name);
  ADD ("/runs-page/a compared run grows while others train it",
       test_a_compared_run_grows_while_others_train_it);
  ADD ("/runs-page/another folder is listed at once", test_another_folder_is_listed_at_once);
  ADD ("/runs-page/a sketch follows the run that it was made of",
       test_a_sketch_follows_the_run_that_it_was_made_of);
  ADD ("/runs-page/a deleted run is no longer listed, shown or compared",
       test_a_deleted_run_is_no_longer_listed_shown_or_compared);
  g_test_add_func ("/runs-page/without runs there is a sentence and a button",
                   test_without_runs_there_is_a_sentence_and_a_button);
  return g_test_run ();
}
