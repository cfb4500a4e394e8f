#include <math.h>
#include <string.h>

#include "chart-pixels.h"
#include "charts/confusion.h"
#include "charts/path-chart.h"
#include "charts/study-chart.h"
#include "looking.h"
#include "pages/card.h"
#include "pages/inspect-study.h"
#include "pages/inspect-mistakes.h"
#include "pages/inspect-page.h"
#include "pages/inspect-prediction.h"
#include "pages/mistake-list.h"
#include "pages/prediction-bars.h"
#include "pages/study-control.h"
#include "scratch.h"
#include "tiny.h"

#define N_TEST 60
#define N_CLASSES 10

/* The page with a random network and sixty test pictures of noise */
typedef struct
{
  char *folder;
  RnModel *model;
  RnSession *session;
  GtkWidget *page;
  GtkWidget *window;
} Stage;

static gboolean
is_open (gpointer data)
{
  return rn_session_get_dataset (data) != NULL;
}

static void
write_pictures (const char *folder)
{
  g_autoptr (GByteArray) bytes = make_cifar (N_TEST, 1, N_CLASSES);

  for (int i = 1; i <= 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("data_batch_%d.bin", i);

      g_free (scratch_write_array (folder, name, bytes));
    }
  g_free (scratch_write_array (folder, "test_batch.bin", bytes));
}

/* Of the buttons that are seen: the pictures' half has a Measure, too */
static void
press (Stage *stage, const char *label)
{
  GtkWidget *button;

  for (int i = 0; (button = looking_find (stage->page, GTK_TYPE_BUTTON, i)) != NULL; i++)
    if (gtk_widget_get_mapped (button) &&
        g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), label) == 0)
      {
        if (GTK_IS_TOGGLE_BUTTON (button))
          gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
        else
          g_signal_emit_by_name (button, "clicked");
        return;
      }
  g_error ("no button %s", label);
}

static void
stage_open (Stage *stage)
{
  stage->folder = scratch_new ();
  write_pictures (stage->folder);
  stage->model = looking_model (5, FALSE);
  stage->session = looking_session (stage->model, 32);
  rn_session_open_dataset (stage->session, stage->folder);
  looking_wait (is_open, stage->session);
  stage->page = rn_inspect_page_new (stage->session);
  stage->window = looking_window (stage->page, 1100, 900);
  press (stage, "Test pictures");
}

static void
stage_close (Stage *stage)
{
  looking_close (stage->window);
  g_object_unref (stage->session);
  rn_model_unref (stage->model);
  scratch_free (stage->folder);
}

static RnConfusion *
matrix_of (Stage *stage)
{
  return looking_find (stage->page, RN_TYPE_CONFUSION, 0);
}

static RnMistakeList *
list_of (Stage *stage)
{
  return looking_find (stage->page, RN_TYPE_MISTAKE_LIST, 0);
}

static RnStudyRunner *
runner_of (Stage *stage)
{
  return rn_inspect_mistakes_get_runner (looking_find (stage->page, RN_TYPE_INSPECT_MISTAKES, 0));
}

static gboolean
has_answers (gpointer data)
{
  RnStudyRunner *runner = runner_of (data);

  g_assert_cmpstr (rn_study_runner_get_problem (runner), ==, NULL);
  return !rn_study_runner_is_running (runner) && rn_study_runner_get_answers (runner)->len > 0;
}

static void
measure (Stage *stage)
{
  press (stage, "Measure");
  looking_wait (has_answers, stage);
}

/* Returns: (transfer full): what the core answers */
static RnAnswer *
core_answers (Stage *stage, const gboolean *gates)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnStudy) study = rn_study_new (stage->model, rn_session_get_dataset (stage->session),
                                            RN_SPLIT_TEST, 0, 1, NULL, NULL, NULL, &error);
  RnAnswer *answers = g_new (RnAnswer, N_TEST);

  g_assert_no_error (error);
  g_assert_cmpint (rn_study_count (study), ==, N_TEST);
  g_assert_true (rn_study_answers (study, answers, gates, NULL, NULL, NULL, &error));
  return answers;
}

static void
assert_shows (Stage *stage, const RnAnswer *answers)
{
  int counts[N_CLASSES][N_CLASSES] = { 0 };
  g_autofree char *wrong =
      g_strdup_printf ("%d of 60 test pictures wrong", rn_answers_n_wrong (answers, N_TEST));

  for (int i = 0; i < N_TEST; i++)
    counts[answers[i].truth][answers[i].answer]++;
  for (int row = 0; row < N_CLASSES; row++)
    for (int column = 0; column < N_CLASSES; column++)
      g_assert_cmpint (rn_confusion_get_count (matrix_of (stage), row, column), ==,
                       counts[row][column]);
  g_assert_cmpint ((int) rn_mistake_list_count (list_of (stage)), ==,
                   rn_answers_n_wrong (answers, N_TEST));
  for (guint at = 0; at < rn_mistake_list_count (list_of (stage)); at++)
    {
      const RnAnswer *one = rn_mistake_list_get (list_of (stage), at);

      g_assert_cmpmem (one, sizeof *one, &answers[one->index], sizeof *one);
      g_assert_cmpint (one->truth, !=, one->answer);
      if (at > 0)
        g_assert_cmpfloat (one->confidence, <=,
                           rn_mistake_list_get (list_of (stage), at - 1)->confidence);
    }
  g_assert_true (looking_says (stage->page, wrong));
}

static void
test_nothing_is_measured_until_a_person_asks (void)
{
  Stage stage;

  stage_open (&stage);
  looking_pass (100);
  g_assert_false (rn_study_runner_is_running (runner_of (&stage)));
  g_assert_cmpuint (rn_study_runner_get_answers (runner_of (&stage))->len, ==, 0);
  stage_close (&stage);
}

static void
test_the_matrix_and_the_list_are_the_cores_answers (void)
{
  Stage stage;
  g_autofree RnAnswer *answers = NULL;

  stage_open (&stage);
  measure (&stage);
  answers = core_answers (&stage, NULL);
  assert_shows (&stage, answers);
  looking_shoot (stage.window, "inspect-test");
  stage_close (&stage);
}

static void
test_the_list_follows_the_matrix_closely (void)
{
  Stage stage;
  double left, top;

  stage_open (&stage);
  measure (&stage);
  g_assert_true (gtk_widget_translate_coordinates (GTK_WIDGET (list_of (&stage)),
                                                   GTK_WIDGET (matrix_of (&stage)), 0.0, 0.0, &left,
                                                   &top));
  g_assert_cmpfloat (left, >=, gtk_widget_get_width (GTK_WIDGET (matrix_of (&stage))));
  g_assert_cmpfloat (left, <, gtk_widget_get_height (GTK_WIDGET (matrix_of (&stage))) + 80.0);
  stage_close (&stage);
}

static gboolean
has_one_off (gpointer data)
{
  return has_answers (data) && rn_study_runner_n_off (runner_of (data)) == 1;
}

static void
test_a_switched_branch_is_measured_by_itself (void)
{
  Stage stage;
  gboolean gates[] = { TRUE, FALSE, TRUE };
  g_autofree RnAnswer *answers = NULL;

  stage_open (&stage);
  measure (&stage);
  rn_session_set_gate (stage.session,
                       rn_spec_get_block (rn_session_get_spec (stage.session), 1)->id, FALSE);
  looking_wait (has_one_off, &stage);
  answers = core_answers (&stage, gates);
  assert_shows (&stage, answers);
  g_assert_true (looking_says (stage.page, "1 branch off"));
  stage_close (&stage);
}

static gboolean
has_prediction (gpointer data)
{
  return gtk_widget_get_mapped (looking_find (((Stage *) data)->page, RN_TYPE_PREDICTION_BARS, 0));
}

/* Nobody has pressed "Measure", and it is told beside the prediction. */
static void
test_a_switched_branch_is_measured_beside_the_prediction (void)
{
  Stage stage;
  gboolean gates[] = { TRUE, FALSE, TRUE };
  g_autofree RnAnswer *answers = NULL;
  g_autofree char *wrong = NULL;
  RnStudyControl *control;
  guint32 block;

  stage_open (&stage);
  press (&stage, "Picture");
  looking_wait (has_prediction, &stage);
  block = rn_spec_get_block (rn_session_get_spec (stage.session), 1)->id;
  rn_session_set_gate (stage.session, block, FALSE);
  g_assert_true (looking_says (stage.page, "The network is being asked"));
  looking_wait (has_one_off, &stage);
  answers = core_answers (&stage, gates);
  wrong = g_strdup_printf ("%d of 60 test pictures wrong", rn_answers_n_wrong (answers, N_TEST));
  g_assert_true (looking_says (stage.page, wrong));
  g_assert_true (looking_says (stage.page, "1 branch off"));
  control = looking_find (looking_find (stage.page, RN_TYPE_INSPECT_PREDICTION, 0),
                          RN_TYPE_STUDY_CONTROL, 0);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (control)));
  looking_shoot (stage.window, "inspect-switched-off");
  rn_session_restore_gates (stage.session);
  g_assert_false (looking_says (stage.page, wrong));
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (control)));
  stage_close (&stage);
}

/* Where nobody looks, nothing is measured; who comes back is told. */
static void
test_a_switched_branch_is_measured_only_where_it_is_seen (void)
{
  Stage stage;

  stage_open (&stage);
  gtk_widget_set_visible (stage.page, FALSE);
  rn_session_set_gate (stage.session,
                       rn_spec_get_block (rn_session_get_spec (stage.session), 1)->id, FALSE);
  looking_pass (500);
  g_assert_false (rn_study_runner_is_running (runner_of (&stage)));
  g_assert_cmpuint (rn_study_runner_get_answers (runner_of (&stage))->len, ==, 0);
  gtk_widget_set_visible (stage.page, TRUE);
  looking_wait (has_one_off, &stage);
  stage_close (&stage);
}

/* Who cancels as soon as he sees that something is measured: the weights are not even there. */
static void
cancel_at_once (RnStudyRunner *runner, int *n_cancelled)
{
  if (!rn_study_runner_is_running (runner))
    return;
  (*n_cancelled)++;
  rn_study_runner_cancel (runner);
}

static gboolean
is_cancelled (gpointer data)
{
  return *(int *) data > 0;
}

static void
test_after_cancel_the_answers_of_other_branches_are_gone (void)
{
  Stage stage;
  int n_cancelled = 0;

  stage_open (&stage);
  measure (&stage);
  g_signal_connect (runner_of (&stage), "changed", G_CALLBACK (cancel_at_once), &n_cancelled);
  rn_session_set_gate (stage.session,
                       rn_spec_get_block (rn_session_get_spec (stage.session), 1)->id, FALSE);
  g_assert_true (looking_says (stage.page, "pictures wrong"));
  looking_wait (is_cancelled, &n_cancelled);
  g_assert_false (looking_says (stage.page, "pictures wrong"));
  g_assert_true (looking_says (stage.page, "“Measure” asks the network"));
  press (&stage, "Picture");
  looking_wait (has_prediction, &stage);
  g_assert_false (looking_says (stage.page, "pictures wrong"));
  g_assert_true (looking_says (stage.page, "“Measure” asks the network"));
  g_assert_cmpint (n_cancelled, ==, 1);
  stage_close (&stage);
}

/* A stored run, what it gets wrong, and what is said of it beside a prediction */
typedef struct
{
  char *folder;
  char *run;
  char *data;
  RnSession *session;
  GtkWidget *mistakes;
  GtkWidget *summary;
  GtkWidget *window;
} Stored;

static void
train_run (Stored *stored)
{
  g_autoptr (RnDataset) dataset = tiny_dataset_new (stored->folder, 60, 30);

  rn_trainer_free (tiny_train (stored->run, dataset, 4, 0));
  stored->data = g_strdup (rn_dataset_get_source (dataset));
}

static gboolean
shows_a_run (gpointer data)
{
  return rn_session_get_record (data) != NULL;
}

static void
stored_open (Stored *stored)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  stored->folder = tiny_folder_new ();
  stored->run = g_build_filename (stored->folder, "tiny-1", NULL);
  train_run (stored);
  stored->session = rn_session_new (stored->folder);
  rn_session_open_dataset (stored->session, stored->data);
  looking_wait (is_open, stored->session);
  rn_session_open_run (stored->session, stored->run);
  looking_wait (shows_a_run, stored->session);
  stored->mistakes = rn_inspect_mistakes_new (stored->session);
  stored->summary = rn_inspect_mistakes_new_summary (RN_INSPECT_MISTAKES (stored->mistakes));
  gtk_box_append (GTK_BOX (box), stored->mistakes);
  gtk_box_append (GTK_BOX (box), stored->summary);
  stored->window = looking_window (box, 1100, 900);
  rn_inspect_mistakes_set_seen (RN_INSPECT_MISTAKES (stored->mistakes), TRUE);
}

static void
stored_close (Stored *stored)
{
  looking_close (stored->window);
  g_object_unref (stored->session);
  tiny_folder_remove (stored->folder);
  g_free (stored->folder);
  g_free (stored->run);
  g_free (stored->data);
}

static gboolean
has_ended (gpointer data)
{
  return rn_study_runner_get_answers (data)->len > 0 && !rn_study_runner_is_running (data);
}

static gboolean
has_failed (gpointer data)
{
  return rn_study_runner_get_problem (data) != NULL;
}

/* Nobody is being asked any more, nor about to be. */
static gboolean
has_failed_again (gpointer data)
{
  Stored *stored = data;

  return !looking_says (stored->summary, "The network is being asked") &&
         has_failed (rn_inspect_mistakes_get_runner (RN_INSPECT_MISTAKES (stored->mistakes)));
}

static void
test_what_came_before_does_not_hide_that_the_weights_are_gone (void)
{
  Stored stored;
  g_autofree char *checkpoints = NULL;
  RnStudyRunner *runner;
  GtkWidget *control;

  stored_open (&stored);
  runner = rn_inspect_mistakes_get_runner (RN_INSPECT_MISTAKES (stored.mistakes));
  control = looking_find (stored.mistakes, RN_TYPE_STUDY_CONTROL, 0);
  g_signal_emit_by_name (control, "start");
  looking_wait (has_ended, runner);
  g_assert_true (looking_says (stored.mistakes, "pictures wrong"));
  checkpoints = g_build_filename (stored.run, "checkpoints", NULL);
  tiny_folder_remove (checkpoints);
  g_signal_emit_by_name (control, "start");
  looking_wait (has_failed, runner);
  g_assert_false (looking_says (stored.mistakes, "pictures wrong"));
  g_assert_true (looking_says (stored.mistakes, rn_study_runner_get_problem (runner)));
  rn_session_set_gate (stored.session,
                       rn_spec_get_block (rn_session_get_spec (stored.session), 0)->id, FALSE);
  g_assert_true (looking_says (stored.summary, "The network is being asked"));
  looking_wait (has_failed_again, &stored);
  g_assert_false (looking_says (stored.mistakes, "pictures wrong"));
  g_assert_false (looking_says (stored.summary, "pictures wrong"));
  g_assert_true (looking_says (stored.summary, rn_study_runner_get_problem (runner)));
  stored_close (&stored);
}

/* Returns: the largest cell off the diagonal that is not all of its row */
static int
find_mistake (Stage *stage, int *truth, int *answer)
{
  int most = 0;

  for (int row = 0; row < N_CLASSES; row++)
    for (int column = 0; column < N_CLASSES; column++)
      if (row != column && rn_confusion_get_count (matrix_of (stage), row, column) > most &&
          rn_confusion_get_count (matrix_of (stage), row, column) < N_TEST / N_CLASSES)
        {
          most = rn_confusion_get_count (matrix_of (stage), row, column);
          *truth = row;
          *answer = column;
        }
  g_assert_cmpint (most, >, 0);
  return most;
}

static void
test_a_picked_cell_lists_its_pictures (void)
{
  Stage stage;
  int truth = -1, answer = -1, n, n_all;
  double x, y;

  stage_open (&stage);
  measure (&stage);
  n_all = (int) rn_mistake_list_count (list_of (&stage));
  n = find_mistake (&stage, &truth, &answer);
  g_assert_true (rn_confusion_get_place (matrix_of (&stage), truth, answer, &x, &y));
  click (GTK_WIDGET (matrix_of (&stage)), 1, x, y);
  g_assert_cmpint (n, <, n_all);
  g_assert_cmpint ((int) rn_mistake_list_count (list_of (&stage)), ==, n);
  for (int at = 0; at < n; at++)
    {
      g_assert_cmpint (rn_mistake_list_get (list_of (&stage), (guint) at)->truth, ==, truth);
      g_assert_cmpint (rn_mistake_list_get (list_of (&stage), (guint) at)->answer, ==, answer);
    }
  press (&stage, "All mistakes");
  g_assert_cmpint ((int) rn_mistake_list_count (list_of (&stage)), ==, n_all);
  stage_close (&stage);
}

/* Opening */

typedef struct
{
  Stage *stage;
  RnPicture *expected;
} Wish;

static gboolean
is_picture (gpointer data)
{
  const Wish *wish = data;
  const RnPicture *shown = rn_session_get_picture (wish->stage->session)->picture;

  return shown->width == wish->expected->width && shown->height == wish->expected->height &&
         memcmp (shown->pixels, wish->expected->pixels,
                 (gsize) shown->width * (gsize) shown->height * 3) == 0;
}

static void
test_mistakes_are_sorted_as_is_wanted (void)
{
  Stage stage;
  GtkDropDown *order;

  stage_open (&stage);
  measure (&stage);
  order =
      looking_find (looking_find (stage.page, RN_TYPE_INSPECT_MISTAKES, 0), GTK_TYPE_DROP_DOWN, 0);
  for (guint wanted = 0; wanted < 4; wanted++)
    {
      gtk_drop_down_set_selected (order, wanted);
      for (guint at = 1; at < rn_mistake_list_count (list_of (&stage)); at++)
        {
          const RnAnswer *before = rn_mistake_list_get (list_of (&stage), at - 1);
          const RnAnswer *one = rn_mistake_list_get (list_of (&stage), at);
          const int by = wanted == RN_MISTAKES_BY_TRUTH    ? one->truth - before->truth
                         : wanted == RN_MISTAKES_BY_ANSWER ? one->answer - before->answer
                                                           : 0;

          g_assert_cmpint (by, >=, 0);
          if (wanted == RN_MISTAKES_LEAST_SURE)
            g_assert_cmpfloat (one->confidence, >=, before->confidence);
          else if (by == 0)
            g_assert_cmpfloat (one->confidence, <=, before->confidence);
        }
    }
  stage_close (&stage);
}

static void
test_an_activated_mistake_becomes_the_picture (void)
{
  Stage stage;
  RnAnswer one;
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = NULL;

  stage_open (&stage);
  measure (&stage);
  one = *rn_mistake_list_get (list_of (&stage), 3);
  picture = rn_dataset_get_picture (rn_session_get_dataset (stage.session), RN_SPLIT_TEST,
                                    one.index, &error);
  g_assert_no_error (error);
  rn_mistake_list_activate (list_of (&stage), 3);
  looking_wait (is_picture, &(Wish){ &stage, picture });
  g_assert_cmpint (rn_session_get_picture (stage.session)->true_class, ==, one.truth);
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (list_of (&stage))));
  stage_close (&stage);
}

static void
test_another_document_clears_the_answers (void)
{
  Stage stage;
  g_autoptr (RnModel) other = looking_model (6, FALSE);
  g_autoptr (RnDocument) document = rn_document_new_model (other, "/nonexistent/o.safetensors");

  stage_open (&stage);
  measure (&stage);
  rn_session_show (stage.session, document);
  g_assert_cmpuint (rn_mistake_list_count (list_of (&stage)), ==, 0);
  g_assert_false (looking_says (stage.page, "pictures wrong"));
  stage_close (&stage);
}

/* The panels stand in the order of the page: lesions, shuffles, paths */
enum
{
  LESIONS,
  SHUFFLES,
  PATHS
};

typedef struct
{
  Stage *stage;
  int panel;
} Panel;

static RnStudyRunner *
runner_of_panel (const Panel *panel)
{
  return rn_inspect_study_get_runner (
      looking_find (panel->stage->page, RN_TYPE_INSPECT_STUDY, panel->panel));
}

static gboolean
is_measured (gpointer data)
{
  RnStudyRunner *runner = runner_of_panel (data);

  return !rn_study_runner_is_running (runner) && rn_study_runner_get_model (runner) != NULL;
}

/* Presses "Measure" of @panel and waits. */
static RnStudyRunner *
measure_panel (Stage *stage, int panel)
{
  Panel self = { stage, panel };

  g_signal_emit_by_name (looking_find (looking_find (stage->page, RN_TYPE_INSPECT_STUDY, panel),
                                       RN_TYPE_STUDY_CONTROL, 0),
                         "start");
  looking_wait (is_measured, &self);
  return runner_of_panel (&self);
}

/* Errors of the points with @n_off blocks off, @block alone or chance's (-1) */
static void
gather (const GArray *points, int n_off, int block, double *mean, double *low, double *high)
{
  double sum = 0.0;
  int n = 0;

  *low = 1.0;
  *high = 0.0;
  for (guint i = 0; i < points->len; i++)
    {
      const RnStudyPoint *point = &g_array_index (points, RnStudyPoint, i);
      const double error = (double) point->wrong / N_TEST;

      if (point->n_off != n_off || point->block != block)
        continue;
      *low = MIN (*low, error);
      *high = MAX (*high, error);
      sum += error;
      n++;
    }
  g_assert_cmpint (n, >, 0);
  *mean = sum / n;
}

static void
test_the_lesion_charts_are_the_points_of_the_study (void)
{
  Stage stage;
  const GArray *points;
  RnStudyChart *chart;
  RnStudyRunner *runner;

  stage_open (&stage);
  runner = measure_panel (&stage, LESIONS);
  g_assert_cmpstr (rn_study_runner_get_problem (runner), ==, NULL);
  points = rn_study_runner_get_points (runner);
  for (int plot = RN_STUDY_PLOT_EACH; plot <= RN_STUDY_PLOT_MANY; plot++)
    {
      chart = looking_find (stage.page, RN_TYPE_STUDY_CHART, plot);
      g_assert_cmpint (rn_study_chart_count (chart), ==, plot == RN_STUDY_PLOT_EACH ? 3 : 4);
      for (int at = 0; at < rn_study_chart_count (chart); at++)
        {
          double mean, low, high, shown_mean, shown_low, shown_high;

          gather (points, plot == RN_STUDY_PLOT_EACH ? 1 : at, plot == RN_STUDY_PLOT_EACH ? at : -1,
                  &mean, &low, &high);
          g_assert_true (rn_study_chart_get (chart, at, &shown_mean, &shown_low, &shown_high));
          g_assert_cmpfloat_with_epsilon (shown_mean, mean, 1e-12);
          g_assert_cmpfloat_with_epsilon (shown_low, low, 1e-12);
          g_assert_cmpfloat_with_epsilon (shown_high, high, 1e-12);
        }
    }
  looking_shoot (stage.window, "inspect-lesion");
  stage_close (&stage);
}

/* Means, ranges and marks of points whose errors all differ */
static void
test_a_lesion_chart_sums_its_drawings_and_selects_its_blocks (void)
{
  static const RnStudyPoint points[] = {
    { 0, -1, 0, 1.0, 10 }, { 1, 0, 0, 1.0, 20 },  { 1, 1, 0, 1.0, 30 },
    { 1, 2, 0, 1.0, 40 },  { 1, -1, 0, 1.0, 22 }, { 1, -1, 1, 1.0, 38 },
  };
  g_autoptr (RnModel) model = looking_model (5, FALSE);
  const RnSpec *spec = rn_model_get_spec (model);
  g_autoptr (RnSelection) selection = rn_selection_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *window;
  RnStudyChart *each = RN_STUDY_CHART (rn_study_chart_new (RN_STUDY_PLOT_EACH, selection));
  RnStudyChart *many = RN_STUDY_CHART (rn_study_chart_new (RN_STUDY_PLOT_MANY, NULL));
  g_autofree char *first = NULL, *second = NULL;
  double mean, low, high;

  gtk_box_append (GTK_BOX (box), GTK_WIDGET (each));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (many));
  window = looking_window (box, 500, 500);
  rn_study_chart_set (each, spec, points, G_N_ELEMENTS (points), 100);
  rn_study_chart_set (many, spec, points, G_N_ELEMENTS (points), 100);
  for (int at = 0; at < 3; at++)
    {
      double x, y;

      g_assert_true (rn_study_chart_get (each, at, &mean, &low, &high));
      g_assert_cmpfloat_with_epsilon (mean, 0.1 * (at + 2), 1e-12);
      g_assert_true (rn_study_chart_get_place (each, at, &x, &y));
      click (GTK_WIDGET (each), 1, x, y);
      g_assert_cmpuint (rn_selection_get_block (selection), ==, rn_spec_get_block (spec, at)->id);
    }
  g_assert_cmpint (rn_study_chart_count (many), ==, 2);
  g_assert_true (rn_study_chart_get (many, 1, &mean, &low, &high));
  g_assert_cmpfloat_with_epsilon (mean, 0.3, 1e-12);
  g_assert_cmpfloat_with_epsilon (low, 0.22, 1e-12);
  g_assert_cmpfloat_with_epsilon (high, 0.38, 1e-12);
  first = rn_study_chart_describe (each, 0);
  second = rn_study_chart_describe (each, 1);
  g_assert_null (strstr (first, "changes the shape"));
  g_assert_nonnull (strstr (second, "changes the shape"));
  looking_shoot (window, "lesion-chart");
  looking_close (window);
}

/* Means of each number of exchanges, in the order of their correlation */
static void
test_an_order_chart_stands_by_rank_correlation (void)
{
  static const RnStudyPoint points[] = {
    { 0, -1, 0, 1.0, 10 }, { 1, -1, 0, 0.9, 20 },  { 1, -1, 1, 0.98, 24 },
    { 2, -1, 0, 0.8, 60 }, { 2, -1, 1, 0.84, 40 },
  };
  g_autoptr (RnModel) model = looking_model (5, FALSE);
  RnStudyChart *chart = RN_STUDY_CHART (rn_study_chart_new (RN_STUDY_PLOT_ORDER, NULL));
  GtkWidget *window = looking_window (GTK_WIDGET (chart), 500, 300);
  g_autofree char *said = NULL;
  double mean, low, high, x, y, before_x = -1.0;

  rn_study_chart_set (chart, rn_model_get_spec (model), points, G_N_ELEMENTS (points), 100);
  g_assert_cmpint (rn_study_chart_count (chart), ==, 3);
  g_assert_true (rn_study_chart_get (chart, 2, &mean, &low, &high));
  g_assert_cmpfloat_with_epsilon (rn_study_chart_get_tau (chart, 2), 0.82, 1e-12);
  g_assert_cmpfloat_with_epsilon (mean, 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (low, 0.4, 1e-12);
  g_assert_cmpfloat_with_epsilon (high, 0.6, 1e-12);
  for (int at = 0; at < 3; at++)
    {
      g_assert_true (rn_study_chart_get_place (chart, at, &x, &y));
      g_assert_cmpfloat (x, >, before_x);
      before_x = x;
    }
  said = rn_study_chart_describe (chart, 2);
  g_assert_nonnull (strstr (said, "2 pairs exchanged"));
  looking_shoot (window, "order-chart");
  looking_close (window);
}

/* The three blocks of the network all differ in shape. */
static void
test_blocks_that_cannot_change_places_are_told (void)
{
  Stage stage;
  RnStudyRunner *runner;

  stage_open (&stage);
  runner = measure_panel (&stage, SHUFFLES);
  g_assert_nonnull (rn_study_runner_get_problem (runner));
  g_assert_true (looking_says (stage.page, "No two blocks of this network have the same shape"));
  stage_close (&stage);
}

static void
test_the_path_charts_are_the_gradients_of_the_study (void)
{
  static const double binomial[] = { 0.125, 0.375, 0.375, 0.125 };
  Stage stage;
  RnStudyRunner *runner;
  const GArray *gradients;
  RnPathChart *chart;
  double sums[4] = { 0.0 }, weighted = 0.0, total = 0.0;
  int counts[4] = { 0 };

  stage_open (&stage);
  runner = measure_panel (&stage, PATHS);
  g_assert_cmpstr (rn_study_runner_get_problem (runner), ==, NULL);
  gradients = rn_study_runner_get_gradients (runner);
  for (guint i = 0; i < gradients->len; i++)
    {
      const RnPathGradient *one = &g_array_index (gradients, RnPathGradient, i);

      g_assert_cmpfloat (one->norm, >, 0.0);
      sums[one->length] += one->norm;
      counts[one->length]++;
    }
  for (int k = 0; k < 4; k++)
    weighted += binomial[k] * sums[k] / counts[k];
  chart = looking_find (stage.page, RN_TYPE_PATH_CHART, RN_PATH_PLOT_SHARES);
  for (int k = 0; k < 4; k++)
    {
      double paths, gradient, share;

      g_assert_true (rn_path_chart_get (chart, k, &paths, &gradient, &share));
      g_assert_cmpint (counts[k], ==, counts[0]);
      g_assert_cmpfloat_with_epsilon (paths, binomial[k], 1e-12);
      g_assert_cmpfloat_with_epsilon (gradient, sums[k] / counts[k], 1e-12 + 1e-9 * gradient);
      g_assert_cmpfloat_with_epsilon (share, binomial[k] * sums[k] / counts[k] / weighted, 1e-9);
      total += share;
    }
  g_assert_cmpfloat_with_epsilon (total, 1.0, 1e-9);
  looking_shoot (stage.window, "inspect-paths");
  stage_close (&stage);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/inspect-study/nothing is measured until a person asks",
                   test_nothing_is_measured_until_a_person_asks);
  g_test_add_func ("/inspect-study/the matrix and the list are the core's answers",
                   test_the_matrix_and_the_list_are_the_cores_answers);
  g_test_add_func ("/inspect-study/the list follows the matrix closely",
                   test_the_list_follows_the_matrix_closely);
  g_test_add_func ("/inspect-study/a switched branch is measured by itself",
                   test_a_switched_branch_is_measured_by_itself);
  g_test_add_func ("/inspect-study/a switched branch is measured beside the prediction",
                   test_a_switched_branch_is_measured_beside_the_prediction);
  g_test_add_func ("/inspect-study/a switched branch is measured only where it is seen",
                   test_a_switched_branch_is_measured_only_where_it_is_seen);
  g_test_add_func ("/inspect-study/after Cancel the answers of other branches are gone",
                   test_after_cancel_the_answers_of_other_branches_are_gone);
  g_test_add_func ("/inspect-study/what came before does not hide that the weights are gone",
                   test_what_came_before_does_not_hide_that_the_weights_are_gone);
  g_test_add_func ("/inspect-study/a picked cell lists its pictures",
                   test_a_picked_cell_lists_its_pictures);
  g_test_add_func ("/inspect-study/mistakes are sorted as is wanted",
                   test_mistakes_are_sorted_as_is_wanted);
  g_test_add_func ("/inspect-study/an activated mistake becomes the picture",
                   test_an_activated_mistake_becomes_the_picture);
  g_test_add_func ("/inspect-study/another document clears the answers",
                   test_another_document_clears_the_answers);
  g_test_add_func ("/inspect-study/the lesion charts are the points of the study",
                   test_the_lesion_charts_are_the_points_of_the_study);
  g_test_add_func ("/inspect-study/a lesion chart sums its drawings and selects its blocks",
                   test_a_lesion_chart_sums_its_drawings_and_selects_its_blocks);
  g_test_add_func ("/inspect-study/an order chart stands by rank correlation",
                   test_an_order_chart_stands_by_rank_correlation);
  g_test_add_func ("/inspect-study/blocks that cannot change places are told",
                   test_blocks_that_cannot_change_places_are_told);
  g_test_add_func ("/inspect-study/the path charts are the gradients of the study",
                   test_the_path_charts_are_the_gradients_of_the_study);
  return g_test_run ();
}
