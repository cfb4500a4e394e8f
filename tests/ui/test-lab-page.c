#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "charts/lab-chart.h"
#include "pages/card.h"
#include "pages/lab-copy.h"
#include "pages/lab-list.h"
#include "pages/lab-page.h"
#include "pages/lab-spines.h"
#include "pages/lab-verdicts.h"
#include "pages/text.h"
#include "places.h"
#include "print/lab-report.h"
#include "settle.h"
#include "tiny.h"

#define STEPS 20
#define N_SEEDS 2
#define N_ARMS 2
#define PATIENCE_S 60.0
#define MAX_MINIMUM_WIDTH 750 /* what a window of 960 pixels leaves it */

typedef struct
{
  char *folder;
  char *runs;
  char *data;
  char *file; /* of the tiny experiment */
  RnSession *session;
  RnLabDesk *desk;
  GtkWidget *window;
  GtkWidget *page;
  GString *problems; /* titles, a line each */
  char *ended;       /* (nullable): what was told last */
} Fixture;

/* The tiny network against its plain twin, on the tiny pictures. @steps: so long that it can be interrupted, or short */
static void
write_experiment (Fixture *fixture, int steps)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (spec);
  g_autofree char *residual = rn_spec_to_json (spec), *plain = rn_spec_to_json (twin);
  g_autofree char *text = g_strdup_printf (
      "{\"version\": 1, \"title\": \"Tiny against plain\", \"question\": \"Which is it?\", "
      "\"claim\": \"They found that.\", \"source\": \"section 4.1\", \"data\": \"%s\", "
      "\"seeds\": %d, \"settings\": {\"steps\": %d, \"batch\": 10, \"rate\": 0.05, "
      "\"schedule\": \"constant\", \"augment\": \"none\", \"evaluate_every\": 10, "
      "\"checkpoint_every\": 50, \"measure_every\": 1}, "
      "\"arms\": [{\"id\": \"a\", \"name\": \"Tiny\", \"net\": %s}, "
      "{\"id\": \"b\", \"name\": \"Tiny plain\", \"net\": %s}], "
      "\"figures\": [\"train_error\", \"test_error\", \"final_test_error\", \"responses\"], "
      "\"checks\": [{\"text\": \"Both are as large as the other\", \"quantity\": \"macs\", "
      "\"arms\": [\"a\", \"b\"], \"relation\": \"within\", \"within\": 100000}, "
      "{\"text\": \"The test error is under a half\", \"quantity\": \"test_error\", \"at\": "
      "\"end\", \"arms\": [\"a\"], \"relation\": \"less\", \"than\": 1.5}]}",
      fixture->data, N_SEEDS, steps, residual, plain);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->file, text, -1, &error);
  g_assert_no_error (error);
}

static void
on_problem (Fixture *fixture, const char *title, const char *text)
{
  g_string_append_printf (fixture->problems, "%s\n", title);
}

static void
on_ended (Fixture *fixture, int state, const char *text)
{
  g_free (fixture->ended);
  fixture->ended = g_strdup (text);
}

static void
present (Fixture *fixture)
{
  fixture->page = rn_lab_page_new (fixture->session);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 700);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->page);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnDataset) dataset = NULL;

  fixture->folder = tiny_folder_new ();
  fixture->runs = g_build_filename (fixture->folder, "runs", NULL);
  fixture->file = g_build_filename (fixture->folder, "tiny.json", NULL);
  dataset = tiny_dataset_new (fixture->folder, 60, 30);
  fixture->data = g_strdup (rn_dataset_get_source (dataset));
  write_experiment (fixture, GPOINTER_TO_INT (data));
  fixture->problems = g_string_new (NULL);
  fixture->session = rn_session_new (fixture->runs);
  rn_session_set_threads (fixture->session, 1);
  fixture->desk = g_object_ref (rn_session_get_lab (fixture->session));
  g_signal_connect_swapped (fixture->session, "problem", G_CALLBACK (on_problem), fixture);
  g_signal_connect_swapped (fixture->session, "ended", G_CALLBACK (on_ended), fixture);
  present (fixture);
}

static gboolean
is_set (gpointer data)
{
  return *(gboolean *) data;
}

static void
on_shut_down (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
shut_down (Fixture *fixture)
{
  gboolean is_down = FALSE;

  rn_session_shut_down (fixture->session, on_shut_down, &is_down);
  settle_until (is_set, &is_down, PATIENCE_S);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  shut_down (fixture);
  g_assert_false (rn_lab_desk_is_busy (fixture->desk));
  g_object_unref (fixture->desk);
  g_object_unref (fixture->session);
  settle_for (50);
  tiny_folder_remove (fixture->folder);
  g_string_free (fixture->problems, TRUE);
  g_free (fixture->ended);
  g_free (fixture->file);
  g_free (fixture->data);
  g_free (fixture->runs);
  g_free (fixture->folder);
}

/* Looking */

static gboolean
is_labelled (GtkWidget *button, const char *label)
{
  return gtk_widget_get_mapped (button) &&
         g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), label) == 0;
}

/* Returns: (nullable): the button that says @label */
static GtkWidget *
find_button (Fixture *fixture, const char *label)
{
  GtkWidget *button;

  for (int i = 0; (button = find_widget (fixture->page, GTK_TYPE_BUTTON, i)) != NULL; i++)
    if (is_labelled (button, label))
      return button;
  return NULL;
}

static void
click (Fixture *fixture, const char *label)
{
  GtkWidget *button = find_button (fixture, label);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static RnLabList *
get_list (Fixture *fixture)
{
  return RN_LAB_LIST (find_widget (fixture->page, RN_TYPE_LAB_LIST, 0));
}

static gboolean
can_start (gpointer data)
{
  GtkWidget *button = find_button (data, "Start");

  return button != NULL && gtk_widget_is_sensitive (button) &&
         says (((Fixture *) data)->page, "on this computer");
}

static gboolean
can_go_on (gpointer data)
{
  GtkWidget *button = find_button (data, "Go on");

  return button != NULL && gtk_widget_is_sensitive (button);
}

static gboolean
is_learning (gpointer data)
{
  RnLabDesk *desk = ((Fixture *) data)->desk;

  rn_session_drain (((Fixture *) data)->session);
  return rn_lab_desk_get_status (desk)->step > 2 && rn_lab_desk_get_record (desk, 0) != NULL &&
         rn_record_get_last_step (rn_lab_desk_get_record (desk, 0)) > 2;
}

static gboolean
is_paused (gpointer data)
{
  RnLabDesk *desk = ((Fixture *) data)->desk;

  rn_session_drain (((Fixture *) data)->session);
  return rn_lab_desk_get_status (desk)->state == RN_LAB_PAUSED && !rn_lab_desk_is_pending (desk) &&
         find_button (data, "Resume") != NULL;
}

static gboolean
is_at_rest (gpointer data)
{
  return !rn_lab_desk_is_busy (((Fixture *) data)->desk);
}

static gboolean
is_busy (gpointer data)
{
  return rn_lab_desk_is_busy (((Fixture *) data)->desk);
}

static gboolean
tells_all (gpointer data)
{
  return says (((Fixture *) data)->page, "All 4 trainings have ended.");
}

static void
show_tiny (Fixture *fixture)
{
  rn_lab_page_open (RN_LAB_PAGE (fixture->page), fixture->file);
  settle_until (can_start, fixture, PATIENCE_S);
}

static int
count_runs (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->runs, 0, NULL);
  int n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Tests */

static gboolean
has_shipped (gpointer data)
{
  const char *const *names = rn_experiment_names ();

  return rn_lab_list_count (get_list (data)) == (int) g_strv_length ((char **) names) &&
         rn_lab_list_get_chosen (get_list (data)) != NULL;
}

static void
test_all_that_ship_are_listed_and_the_first_is_shown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnExperiment) first = rn_experiment_load (rn_experiment_names ()[0], NULL);

  settle_until (has_shipped, fixture, PATIENCE_S);
  g_assert_cmpstr (rn_lab_list_get_chosen (get_list (fixture)), ==, rn_experiment_names ()[0]);
  g_assert_true (says (fixture->page, rn_experiment_get_question (first)));
  g_assert_true (says (fixture->page, rn_experiment_get_claim (first)));
  g_assert_true (says (fixture->page, rn_experiment_get_source (first)));
  /* a chart for each figure, empty but with a word of what will come */
  g_assert_cmpint (count_widgets (fixture->page, RN_TYPE_LAB_CHART), ==,
                   rn_experiment_n_figures (first));
  g_assert_true (says (fixture->page, "not yet"));
}

static void
test_before_it_begins_it_says_what_and_how_long (Fixture *fixture, gconstpointer data)
{
  show_tiny (fixture);
  g_assert_true (says (fixture->page, "Tiny against plain"));
  g_assert_true (says (fixture->page, "They found that."));
  g_assert_true (says (fixture->page, "4 trainings, "));
  g_assert_cmpint (count_runs (fixture), ==, 0);
  /* an answer is of networks that are trained, even where the numbers are known before */
  g_assert_true (says (fixture->page, "The test error is under a half"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (find_button (fixture, "Start")),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "Start: Tiny against plain");
}

static void
assert_outcome (Fixture *fixture)
{
  g_assert_true (says (fixture->page, "agrees"));
  g_assert_false (says (fixture->page, "not yet"));
  g_assert_true (says (fixture->page, "Tiny plain"));
  for (int i = 0; i < count_widgets (fixture->page, RN_TYPE_LAB_CHART); i++)
    {
      GtkWidget *chart = find_widget (fixture->page, RN_TYPE_LAB_CHART, i);
      g_autofree char *text = rn_lab_chart_describe (RN_LAB_CHART (chart), i < 2 ? 10.0 : 1.0);

      if (i < 3)
        g_assert_nonnull (strstr (text, "Tiny plain"));
    }
}

/* Whether the last figure, which takes the networks apart, is drawn as well */
static gboolean
has_studied (gpointer data)
{
  GtkWidget *page = ((Fixture *) data)->page;
  GtkWidget *chart =
      find_widget (page, RN_TYPE_LAB_CHART, count_widgets (page, RN_TYPE_LAB_CHART) - 1);
  g_autofree char *text = rn_lab_chart_describe (RN_LAB_CHART (chart), 1.0);

  return strstr (text, "Tiny plain") != NULL;
}

static void
test_it_trains_all_and_tells_what_came_out (Fixture *fixture, gconstpointer data)
{
  show_tiny (fixture);
  click (fixture, "Start");
  g_assert_true (rn_lab_desk_is_training (fixture->desk));
  settle_until (is_at_rest, fixture, PATIENCE_S);
  settle_until (tells_all, fixture, PATIENCE_S);
  settle_until (has_studied, fixture, PATIENCE_S);
  g_assert_cmpint (count_runs (fixture), ==, N_ARMS * N_SEEDS);
  g_assert_nonnull (strstr (fixture->ended, "Tiny against plain"));
  assert_outcome (fixture);
  g_assert_cmpstr (fixture->problems->str, ==, "");
  /* there is nothing left to do */
  g_assert_false (gtk_widget_is_sensitive (find_button (fixture, "Finished")));
}

static void
test_runs_that_diverged_have_ended (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) wild = NULL;

  g_assert_true (g_file_get_contents (fixture->file, &text, NULL, NULL));
  wild = g_string_new (text);
  /* decay alone multiplies every weight by -999 a step */
  g_string_replace (wild, "\"name\": \"Tiny\",",
                    "\"name\": \"Tiny\", \"settings\": {\"rate\": 1000, \"weight_decay\": 1},", 1);
  g_assert_true (g_file_set_contents (fixture->file, wild->str, -1, NULL));
  show_tiny (fixture);
  click (fixture, "Start");
  settle_until (is_at_rest, fixture, PATIENCE_S);
  settle_until (tells_all, fixture, PATIENCE_S);
  g_assert_true (says (fixture->page, "Diverged: Tiny, seed 1 of 2, at step "));
  g_assert_true (says (fixture->page, "; Tiny, seed 2 of 2, at step "));
  g_assert_cmpstr (fixture->problems->str, ==, "The experiment has ended\n");
  /* another attempt would end alike */
  g_assert_false (gtk_widget_is_sensitive (find_button (fixture, "Finished")));
}

static void
test_a_summary_tells_what_is_open_still (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnDataset) dataset = rn_dataset_open (fixture->data, 1, NULL, NULL, NULL);
  g_autoptr (RnExperiment) experiment = rn_experiment_load (fixture->file, NULL);
  g_autoptr (RnLabPlan) plan = rn_lab_plan_new (experiment, dataset, 0, fixture->runs, NULL);
  g_autoptr (RnLabResults) results = rn_lab_results_new (plan, 1, FALSE, NULL, NULL, NULL, NULL);
  g_autofree char *mixed = rn_lab_verdicts_summarize (experiment, results);
  g_autofree char *open = rn_lab_verdicts_summarize (experiment, NULL);

  /* multiply-adds are known before a network is trained, test errors are not */
  g_assert_cmpstr (mixed, ==, "1 of 2 agree, 1 not yet");
  g_assert_cmpstr (open, ==, "2 × not yet");
}

static void
test_no_row_of_the_numbers_is_cut_off (void)
{
  g_autoptr (RnExperiment) experiment = rn_experiment_load ("lesions", NULL);
  GtkWidget *numbers = rn_lab_numbers_new (experiment, NULL), *window = gtk_window_new ();
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (numbers));
  GtkWidget *grid = find_widget (numbers, GTK_TYPE_GRID, 0);
  graphene_rect_t last;

  gtk_widget_set_valign (numbers, GTK_ALIGN_START);
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 400);
  gtk_window_set_child (GTK_WINDOW (window), numbers);
  gtk_window_present (GTK_WINDOW (window));
  settle_for (200);
  g_assert_cmpint (gtk_widget_get_width (numbers), >, 0);
  g_assert_true (gtk_widget_compute_bounds (gtk_widget_get_last_child (grid), numbers, &last));
  g_assert_cmpfloat (last.origin.y + last.size.height, <=,
                     gtk_adjustment_get_page_size (adjustment));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Whatever its width: what it holds begins and ends where it does, inside of its margins. */
static void
test_what_a_card_holds_is_as_wide_as_the_card (void)
{
  static const char *const texts[] = {
    "블록 하나를 빼면 잔차 신경망의 오류율이 일반 신경망보다 낮다",
    "잔차 신경망의 블록 대부분은 하나씩 빼도 시험 그림의 5퍼센트도 잃지 않는다",
    "블록의 순서를 바꾸면 잔차 신경망의 오류율이 일반 신경망보다 낮다",
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *window = gtk_window_new ();
  GtkWidget *card = rn_card_new ("Card", box);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GtkWidget *check = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

      gtk_box_append (GTK_BOX (check), gtk_label_new ("아직"));
      gtk_box_append (GTK_BOX (check), rn_text_new (texts[i], NULL));
      gtk_box_append (GTK_BOX (box), check);
    }
  gtk_window_set_child (GTK_WINDOW (window), card);
  gtk_window_present (GTK_WINDOW (window));
  settle_for (100);
  for (int width = 300; width < 480; width++)
    {
      graphene_rect_t held;
      int height;

      gtk_widget_measure (card, GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);
      gtk_widget_allocate (card, width, height, -1, NULL);
      g_assert_true (gtk_widget_compute_bounds (box, card, &held));
      g_assert_cmpfloat (held.origin.x, ==, 12.0);
      g_assert_cmpfloat (held.size.width, ==, width - 24.0);
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
on_show_runs (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_clear_pointer ((GVariant **) data, g_variant_unref);
  *(GVariant **) data = g_variant_ref (parameter);
}

static void
test_the_runs_that_it_shows_are_its_own (Fixture *fixture, gconstpointer data)
{
  static const GActionEntry entries[] = {
    { "show-runs", on_show_runs, "(sas)", NULL, NULL, { 0 } }
  };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GVariant) shown = NULL;
  g_autofree const char **names = NULL;
  g_autofree char *alien = g_build_filename (fixture->runs, "lab-of-another-experiment", NULL);
  const char *title;

  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), &shown);
  gtk_widget_insert_action_group (fixture->window, "win", G_ACTION_GROUP (actions));
  show_tiny (fixture);
  click (fixture, "Start");
  settle_until (is_at_rest, fixture, PATIENCE_S);
  settle_until (tells_all, fixture, PATIENCE_S);
  g_assert_cmpint (g_mkdir (alien, 0755), ==, 0);
  click (fixture, "Show runs");
  g_assert_nonnull (shown);
  g_variant_get (shown, "(&s^a&s)", &title, &names);
  g_assert_cmpstr (title, ==, "Tiny against plain");
  g_assert_cmpuint (g_strv_length ((char **) names), ==, N_ARMS * N_SEEDS);
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (fixture->runs, names[i], NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
      g_assert_cmpstr (path, !=, alien);
    }
  gtk_widget_insert_action_group (fixture->window, "win", NULL);
}

/* Returns: (nullable): the column of the network @name, once there is something to see in it */
static GtkWidget *
find_spine (Fixture *fixture, const char *name)
{
  GtkWidget *spines = find_widget (fixture->page, RN_TYPE_LAB_SPINES, 0), *button;
  g_autofree char *tip = g_strdup_printf ("Open the run of %s, step", name);

  for (int i = 0; (button = find_widget (spines, GTK_TYPE_BUTTON, i)) != NULL; i++)
    if (gtk_widget_is_sensitive (button) && gtk_widget_get_tooltip_text (button) != NULL &&
        g_str_has_prefix (gtk_widget_get_tooltip_text (button), tip))
      return button;
  return NULL;
}

static gboolean
has_spines (gpointer data)
{
  return find_spine (data, "Tiny") != NULL && find_spine (data, "Tiny plain") != NULL;
}

static gboolean
shows_run (gpointer data)
{
  RnDocument *document = rn_session_get_document (((Fixture *) data)->session);

  return document != NULL && rn_document_get_kind (document) == RN_DOCUMENT_RUN;
}

static void
test_a_click_on_a_spine_opens_its_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (RnSpec) twin = rn_spec_plain_twin (spec);

  show_tiny (fixture);
  g_assert_null (find_spine (fixture, "Tiny"));
  click (fixture, "Start");
  settle_until (has_spines, fixture, PATIENCE_S);
  g_signal_emit_by_name (find_spine (fixture, "Tiny plain"), "clicked");
  settle_until (shows_run, fixture, PATIENCE_S);
  g_assert_true (rn_spec_equal (rn_session_get_spec (fixture->session), twin));
}

static gboolean
shows_tiny (gpointer data)
{
  return says (((Fixture *) data)->page, "They found that.");
}

/* .. and has said nothing else before, nor offered to train again */
static gboolean
tells_all_at_once (gpointer data)
{
  GtkWidget *go_on = find_button (data, "Go on"), *start = find_button (data, "Start");

  g_assert_false (says (((Fixture *) data)->page, "of 4 trainings have ended"));
  g_assert_false (go_on != NULL && gtk_widget_is_sensitive (go_on));
  g_assert_false (start != NULL && gtk_widget_is_sensitive (start));
  return tells_all (data);
}

static void
test_another_session_finds_what_came_out (Fixture *fixture, gconstpointer data)
{
  show_tiny (fixture);
  click (fixture, "Start");
  settle_until (is_at_rest, fixture, PATIENCE_S);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  shut_down (fixture);
  g_object_unref (fixture->desk);
  g_object_unref (fixture->session);
  fixture->session = rn_session_new (fixture->runs);
  fixture->desk = g_object_ref (rn_session_get_lab (fixture->session));
  present (fixture);
  settle_until (has_shipped, fixture, PATIENCE_S);
  rn_lab_page_open (RN_LAB_PAGE (fixture->page), fixture->file);
  settle_until (shows_tiny, fixture, PATIENCE_S);
  settle_until (tells_all_at_once, fixture, PATIENCE_S);
  assert_outcome (fixture);
}

static void
test_pause_stop_and_going_on (Fixture *fixture, gconstpointer data)
{
  show_tiny (fixture);
  click (fixture, "Start");
  settle_until (is_learning, fixture, PATIENCE_S);
  g_assert_true (says (fixture->page, "Trains now: Tiny"));
  click (fixture, "Pause");
  settle_until (is_paused, fixture, PATIENCE_S);
  g_assert_false (rn_lab_desk_is_training (fixture->desk));
  click (fixture, "Resume");
  g_assert_true (find_button (fixture, "Stop") != NULL);
  click (fixture, "Stop");
  settle_until (is_at_rest, fixture, PATIENCE_S);
  settle_until (can_go_on, fixture, PATIENCE_S);
  g_assert_cmpstr (fixture->problems->str, ==, "");
}

static gboolean
has_problem (gpointer data)
{
  return ((Fixture *) data)->problems->len > 0;
}

static gboolean
is_training_alone (gpointer data)
{
  RnSession *session = ((Fixture *) data)->session;

  rn_session_drain (session);
  return rn_session_has_trainer (session) && rn_session_get_status (session)->step > 0;
}

static void
test_while_it_trains_nothing_else_does (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnSpec) spec = tiny_spec_new ();

  rn_session_open_dataset (fixture->session, fixture->data);
  rn_session_show_sketch (fixture->session, spec, NULL);
  show_tiny (fixture);
  click (fixture, "Start");
  settle_until (is_learning, fixture, PATIENCE_S);
  rn_session_start (fixture->session);
  settle_until (has_problem, fixture, 5.0);
  g_assert_cmpstr (fixture->problems->str, ==, "An experiment of the Lab is in training\n");
  g_assert_false (rn_session_has_trainer (fixture->session));
}

static void
test_while_the_session_trains_it_does_not (Fixture *fixture, gconstpointer data)
{
  const RnLabWish wish = { fixture->file, NULL, 1, RN_LAB_IN_TURN };
  g_autoptr (RnExperiment) experiment = rn_experiment_load (fixture->file, NULL);
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (RnDataset) dataset = rn_dataset_open (fixture->data, 1, NULL, NULL, NULL);
  g_autoptr (RnLabPlan) plan = rn_lab_plan_new (experiment, dataset, 1, fixture->runs, NULL);

  show_tiny (fixture);
  rn_session_open_dataset (fixture->session, fixture->data);
  rn_session_show_sketch (fixture->session, spec, NULL);
  rn_session_set_epochs (fixture->session, 1000.0);
  rn_session_start (fixture->session);
  settle_until (is_training_alone, fixture, PATIENCE_S);
  g_assert_false (gtk_widget_is_sensitive (find_button (fixture, "Start")));
  g_assert_true (says (fixture->page, "A network is in training"));
  g_assert_false (rn_lab_desk_start (fixture->desk, plan, &wish));
  g_assert_cmpstr (fixture->problems->str, ==, "The experiment cannot begin\n");
}

static guint
count_drawn (Fixture *fixture)
{
  guint n = 0;

  for (int i = 0; i < count_widgets (fixture->page, RN_TYPE_LAB_CHART); i++)
    n += rn_lab_chart_n_drawn (RN_LAB_CHART (find_widget (fixture->page, RN_TYPE_LAB_CHART, i)));
  return n;
}

static void
test_charts_that_nobody_sees_are_not_drawn (Fixture *fixture, gconstpointer data)
{
  guint before;
  gint64 step;

  show_tiny (fixture);
  click (fixture, "Start");
  settle_until (is_learning, fixture, PATIENCE_S);
  gtk_widget_set_visible (fixture->window, FALSE);
  settle_for (100);
  before = count_drawn (fixture);
  step = rn_lab_desk_get_status (fixture->desk)->step;
  settle_for (1000);
  rn_session_drain (fixture->session);
  g_assert_cmpint (rn_lab_desk_get_status (fixture->desk)->step, >, step);
  g_assert_cmpuint (count_drawn (fixture), ==, before);
}

static gboolean
has_own (gpointer data)
{
  const char *chosen = rn_lab_list_get_chosen (get_list (data));

  return chosen != NULL && g_str_has_suffix (chosen, "/tiny-2.json");
}

static void
test_a_copy_is_the_persons_own (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = rn_places_get_experiments ();
  g_autofree char *path = g_build_filename (folder, "tiny-2.json", NULL);
  g_autofree char *copy = NULL, *source = NULL;
  int width;

  show_tiny (fixture);
  click (fixture, "Copy and change…");
  settle_until (has_own, fixture, PATIENCE_S);
  g_assert_true (g_file_get_contents (path, &copy, NULL, NULL));
  g_assert_true (g_file_get_contents (fixture->file, &source, NULL, NULL));
  g_assert_cmpstr (copy, ==, source);
  g_assert_nonnull (find_button (fixture, "Open the file"));
  gtk_widget_measure (fixture->page, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  g_assert_cmpint (width, <=, MAX_MINIMUM_WIDTH);
  g_unlink (path);
}

static gboolean
says_unreadable (gpointer data)
{
  return says (((Fixture *) data)->page, "This experiment cannot be read") &&
         says (((Fixture *) data)->page, "tiny.json");
}

static void
test_a_file_that_cannot_be_read_says_why (Fixture *fixture, gconstpointer data)
{
  g_file_set_contents (fixture->file, "{\"version\": 1, \"arms\": 7}", -1, NULL);
  rn_lab_page_open (RN_LAB_PAGE (fixture->page), fixture->file);
  settle_until (says_unreadable, fixture, PATIENCE_S);
}

static void
test_a_crash_leaves_a_mark_that_is_told_once (Fixture *fixture, gconstpointer data)
{
  const RnLabWish wish = { fixture->file, fixture->data, 3, RN_LAB_ONE_BY_ONE };
  g_autoptr (RnLabWish) found = NULL;
  const int lock = rn_lab_mark_set (&wish);

  g_assert_cmpint (lock, >=, 0);
  /* who wrote it lives */
  g_assert_null (rn_lab_mark_take ());
  close (lock);
  found = rn_lab_mark_take ();
  g_assert_nonnull (found);
  g_assert_cmpstr (found->what, ==, fixture->file);
  g_assert_cmpstr (found->data, ==, fixture->data);
  g_assert_cmpint (found->n_seeds, ==, 3);
  g_assert_cmpint (found->order, ==, RN_LAB_ONE_BY_ONE);
  g_assert_null (rn_lab_mark_take ());
}

static void
test_what_was_cut_off_goes_on_by_itself (Fixture *fixture, gconstpointer data)
{
  const RnLabWish wish = { fixture->file, NULL, 1, RN_LAB_ONE_BY_ONE };

  rn_lab_page_go_on (RN_LAB_PAGE (fixture->page), &wish);
  settle_until (is_busy, fixture, PATIENCE_S);
  g_assert_cmpint (rn_lab_plan_n_seeds (rn_lab_desk_get_plan (fixture->desk)), ==, 1);
  g_assert_cmpint (rn_lab_desk_get_wish (fixture->desk)->order, ==, RN_LAB_ONE_BY_ONE);
  settle_until (is_at_rest, fixture, PATIENCE_S);
  /* its mark went with it */
  g_assert_null (rn_lab_mark_take ());
}

static gboolean
is_written (gpointer data)
{
  return g_file_test (data, G_FILE_TEST_IS_REGULAR);
}

static void
test_reports_are_written (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RnExperiment) experiment = rn_experiment_load (fixture->file, NULL);
  g_autoptr (RnDataset) dataset = rn_dataset_open (fixture->data, 1, NULL, NULL, NULL);
  g_autoptr (RnLabPlan) plan = rn_lab_plan_new (experiment, dataset, 0, fixture->runs, NULL);
  g_autoptr (RnLabResults) results = NULL;
  g_autofree char *pdf = g_build_filename (fixture->folder, "report.pdf", NULL);
  g_autofree char *html = g_build_filename (fixture->folder, "report.html", NULL);
  g_autofree char *text = NULL;
  gsize length;

  show_tiny (fixture);
  click (fixture, "Start");
  settle_until (is_at_rest, fixture, PATIENCE_S);
  results = rn_lab_results_new (plan, 1, TRUE, NULL, NULL, NULL, NULL);
  g_assert_nonnull (results);
  rn_lab_save_report_as (fixture->session, results, pdf, TRUE);
  settle_until (is_written, pdf, PATIENCE_S);
  g_assert_true (g_file_get_contents (pdf, &text, &length, NULL));
  g_assert_cmpmem (text, 5, "%PDF-", 5);
  g_assert_cmpuint (length, >, 8000);
  g_clear_pointer (&text, g_free);
  rn_lab_save_report_as (fixture->session, results, html, TRUE);
  settle_until (is_written, html, PATIENCE_S);
  g_assert_true (g_file_get_contents (html, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Tiny against plain"));
  rn_lab_save_report_as (fixture->session, results, "/nowhere/report.pdf", TRUE);
  settle_until (has_problem, fixture, PATIENCE_S);
  g_assert_cmpstr (fixture->problems->str, ==, "The report was not saved\n");
  /* nor over a file that nobody spoke of */
  g_string_truncate (fixture->problems, 0);
  g_assert_true (g_file_set_contents (html, "mine", -1, NULL));
  rn_lab_save_report_as (fixture->session, results, html, FALSE);
  settle_until (has_problem, fixture, PATIENCE_S);
  g_clear_pointer (&text, g_free);
  g_assert_true (g_file_get_contents (html, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
}

static void
test_the_kind_of_file_that_was_chosen_gives_a_report_its_ending (void)
{
  static const struct
  {
    const char *typed;
    gboolean is_pdf;
    const char *name;
  } cases[] = {
    { "/a/tiny.html", FALSE, "/a/tiny.html" },
    { "/a/tiny.html", TRUE, "/a/tiny.pdf" },
    { "/a/tiny.HTM", TRUE, "/a/tiny.pdf" },
    { "/a/tiny.PDF", FALSE, "/a/tiny.PDF" },
    { "/a/tiny", TRUE, "/a/tiny.pdf" },
    { "/a/tiny", FALSE, "/a/tiny.html" },
    { "/a.html/run.2", TRUE, "/a.html/run.2.pdf" },
    { "/a/.pdf", FALSE, "/a/.pdf" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = rn_lab_report_name (cases[i].typed, cases[i].is_pdf);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

#define ADD(path, steps, function)                                                                 \
  g_test_add (path, Fixture, GINT_TO_POINTER (steps), set_up, function, tear_down)
#define LONG 20000

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/lab-page/all that ship are listed and the first is shown", STEPS,
       test_all_that_ship_are_listed_and_the_first_is_shown);
  g_test_add_func ("/lab-page/the kind of file that was chosen gives a report its ending",
                   test_the_kind_of_file_that_was_chosen_gives_a_report_its_ending);
  ADD ("/lab-page/before it begins it says what and how long", STEPS,
       test_before_it_begins_it_says_what_and_how_long);
  ADD ("/lab-page/it trains all and tells what came out", STEPS,
       test_it_trains_all_and_tells_what_came_out);
  g_test_add_func ("/lab-page/no row of the numbers is cut off",
                   test_no_row_of_the_numbers_is_cut_off);
  g_test_add_func ("/lab-page/what a card holds is as wide as the card",
                   test_what_a_card_holds_is_as_wide_as_the_card);
  ADD ("/lab-page/runs that diverged have ended", STEPS, test_runs_that_diverged_have_ended);
  ADD ("/lab-page/a summary tells what is open still", STEPS,
       test_a_summary_tells_what_is_open_still);
  ADD ("/lab-page/the runs that it shows are its own", STEPS,
       test_the_runs_that_it_shows_are_its_own);
  ADD ("/lab-page/a click on a spine opens its run", STEPS, test_a_click_on_a_spine_opens_its_run);
  ADD ("/lab-page/another session finds what came out", STEPS,
       test_another_session_finds_what_came_out);
  ADD ("/lab-page/pause, stop and going on", LONG, test_pause_stop_and_going_on);
  ADD ("/lab-page/while it trains nothing else does", LONG, test_while_it_trains_nothing_else_does);
  ADD ("/lab-page/while the session trains it does not", LONG,
       test_while_the_session_trains_it_does_not);
  ADD ("/lab-page/charts that nobody sees are not drawn", LONG,
       test_charts_that_nobody_sees_are_not_drawn);
  ADD ("/lab-page/a copy is the person's own", STEPS, test_a_copy_is_the_persons_own);
  ADD ("/lab-page/a file that cannot be read says why", STEPS,
       test_a_file_that_cannot_be_read_says_why);
  ADD ("/lab-page/a crash leaves a mark that is told once", STEPS,
       test_a_crash_leaves_a_mark_that_is_told_once);
  ADD ("/lab-page/what was cut off goes on by itself", STEPS,
       test_what_was_cut_off_goes_on_by_itself);
  ADD ("/lab-page/reports are written", STEPS, test_reports_are_written);
  return g_test_run ();
}
