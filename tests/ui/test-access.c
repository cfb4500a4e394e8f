#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "charts/curve-chart.h"
#include "charts/map-grid.h"
#include "charts/response-chart.h"
#include "charts/sparkline.h"
#include "charts/strip.h"
#include "import-dialog.h"
#include "opening.h"
#include "pages/memory-check.h"
#include "pages/side-pane.h"
#include "runs/run-wishes.h"
#include "settle.h"
#include "window-private.h"

/* Who cannot see the window, or has no mouse: the whole tree of it on every page while a network learns. */

#define PATIENCE_S 60.0
/* No page may have more stops of the Tab key than this; lists count as one. */
#define MAX_STOPS 150

static const char *const page_names[] = { "build",    "data", "train", "inspect",
                                          "classify", "runs", "lab" };

static RnApplication *application;

/* Helpers */

static gboolean
has_dataset (gpointer session)
{
  return rn_session_get_dataset (session) != NULL;
}

static gboolean
has_steps (gpointer session)
{
  return rn_session_get_status (session)->step >= 3 &&
         rn_session_get_measures (session, NULL) != NULL;
}

/* A window whose ResNet-8 learns, with a picture that it is asked about, so that no page is empty */
static RnWindow *
open_learning_window (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  RnSettings settings = *rn_session_get_settings (session);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  g_autoptr (RnPicture) picture = NULL;

  settle_until (has_dataset, session, PATIENCE_S);
  settings.batch = 8;
  rn_session_set_settings (session, &settings);
  rn_session_show_sketch (session, spec, NULL);
  picture = rn_dataset_get_picture (rn_session_get_dataset (session), RN_SPLIT_TEST, 3, NULL);
  rn_session_set_picture (session, picture, "test 3", 3);
  rn_session_start (session);
  settle_until (has_steps, session, PATIENCE_S);
  return window;
}

static void
show_settings (RnWindow *window)
{
  GtkWidget *train = rn_window_get_page_widget (window, "train");

  rn_side_pane_set_open (RN_SIDE_PANE (find_widget (train, RN_TYPE_SIDE_PANE, 0)), TRUE);
}

/* Names */

/* Whether a person can act on it, so that it needs a name */
static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) ||
         GTK_IS_SWITCH (widget) || GTK_IS_ENTRY (widget) || GTK_IS_SEARCH_ENTRY (widget) ||
         GTK_IS_SPIN_BUTTON (widget) || GTK_IS_SCALE (widget) || GTK_IS_DROP_DOWN (widget) ||
         ADW_IS_COMBO_ROW (widget) || GTK_IS_TEXT_VIEW (widget) || GTK_IS_LIST_VIEW (widget) ||
         GTK_IS_GRID_VIEW (widget) || GTK_IS_COLUMN_VIEW (widget) ||
         (gtk_widget_get_focusable (widget) &&
          g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Rn"));
}

/* Controls that are made of others: what is inside them, GTK names or not */
static gboolean
is_whole (GtkWidget *widget)
{
  if (ADW_IS_COMBO_ROW (widget) || GTK_IS_COLUMN_VIEW (widget))
    return TRUE;
  return is_control (widget) && !GTK_IS_LIST_VIEW (widget) && !GTK_IS_GRID_VIEW (widget) &&
         !g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Rn");
}

static gboolean
is_chart (GtkWidget *widget)
{
  return RN_IS_CURVE_CHART (widget) || RN_IS_STRIP (widget) || RN_IS_RESPONSE_CHART (widget) ||
         RN_IS_SPARKLINE (widget);
}

static gboolean
is_labelled (GtkWidget *widget)
{
  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

static gboolean
is_labelled_by (GtkWidget *widget)
{
  return gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget),
                                           GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

typedef struct
{
  GString *faults;
  const char *page;
  gboolean is_of_others; /* libadwaita's dialogs name their buttons by mnemonic and label */
  guint n_controls;
  guint n_charts;
} Walk;

static void
complain (Walk *walk, GtkWidget *widget, const char *fault)
{
  const char *tip = gtk_widget_get_tooltip_text (widget);

  g_string_append_printf (walk->faults, "\n  %s: %s in %s, “%s” %s", walk->page,
                          G_OBJECT_TYPE_NAME (widget),
                          G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)),
                          tip != NULL ? tip : "", fault);
}

static gboolean
is_icon (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL;
}

/* GTK 4.8 reads both names one after the other where there are two. */
static void
check_name (Walk *walk, GtkWidget *widget)
{
  walk->n_controls++;
  if (!is_labelled (widget) && !is_labelled_by (widget))
    complain (walk, widget, "has no name");
  if (!walk->is_of_others && is_labelled (widget) && is_labelled_by (widget) && !is_icon (widget))
    complain (walk, widget, "says its name twice");
}

static void
check_chart (Walk *walk, GtkWidget *widget)
{
  walk->n_charts++;
  if (!is_labelled (widget))
    complain (walk, widget, "has no name");
  if (!gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                         GTK_ACCESSIBLE_PROPERTY_DESCRIPTION))
    complain (walk, widget, "does not say what it shows");
}

static void
check_tree (Walk *walk, GtkWidget *widget)
{
  if (GTK_IS_WINDOW_CONTROLS (widget) || GTK_IS_POPOVER (widget) || GTK_IS_LABEL (widget) ||
      !gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return;
  if (is_control (widget))
    check_name (walk, widget);
  if (is_chart (widget))
    check_chart (walk, widget);
  if (is_whole (widget))
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_tree (walk, child);
}

static void
test_all_that_is_there_says_what_it_is (void)
{
  RnWindow *window = open_learning_window ();
  Walk walk = { .faults = g_string_new (NULL) };

  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      const guint before = walk.n_controls;

      walk.page = page_names[i];
      rn_window_show_page (window, page_names[i]);
      show_settings (window);
      settle_for (700);
      check_tree (&walk, GTK_WIDGET (window));
      g_test_message ("%s: %u controls", page_names[i], walk.n_controls - before);
    }
  g_assert_true (rn_session_is_training (rn_window_get_session (window)));
  if (walk.faults->len > 0)
    g_test_message ("%s", walk.faults->str);
  g_assert_cmpuint (walk.faults->len, ==, 0);
  g_assert_cmpuint (walk.n_controls, >, 100);
  g_assert_cmpuint (walk.n_charts, >, 4);
  g_string_free (walk.faults, TRUE);
  opening_close (application, window);
}

/* Dialogs */

static gboolean
has_dialog (gpointer window)
{
  return opening_find_dialog (window) != NULL;
}

static gboolean
has_no_dialog (gpointer window)
{
  return opening_find_dialog (window) == NULL;
}

/* Waits for what was just opened over @window, walks it and closes it. */
static void
check_dialog (Walk *walk, RnWindow *window, const char *name)
{
  const guint before = walk->n_controls;
  GtkWindow *dialog;

  walk->page = name;
  settle_until (has_dialog, window, PATIENCE_S);
  settle_for (300);
  dialog = opening_find_dialog (window);
  check_tree (walk, GTK_WIDGET (dialog));
  g_test_message ("%s: %u controls", name, walk->n_controls - before);
  g_assert_cmpuint (walk->n_controls, >, before);
  if (ADW_IS_MESSAGE_DIALOG (dialog))
    adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog),
                                 adw_message_dialog_get_close_response (
                                     ADW_MESSAGE_DIALOG (dialog)));
  if (has_dialog (window))
    gtk_window_destroy (dialog);
  settle_until (has_no_dialog, window, PATIENCE_S);
}

static void
do_nothing (gpointer data)
{
}

/* A model of which nothing is known but its numbers */
static RnDocument *
new_foreign_model (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  const RnPreprocess preprocess = { .side = 32, .channels = 3, .std = { 1.0f, 1.0f, 1.0f } };
  g_autoptr (RnModel) model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);
  RnDocument *document = rn_document_new_model (model, "/nowhere/model.safetensors");

  rn_document_set_guesses (document, RN_GUESS_MEAN | RN_GUESS_CLASSES | RN_GUESS_PADDING |
                                         RN_GUESS_STRIDE | RN_GUESS_EPSILON | RN_GUESS_SIDE);
  return document;
}

/* Those about a run, and about a sketch of it; its training stands still meanwhile. */
static void
check_questions_of_training (Walk *walk, RnWindow *window)
{
  RnSession *session = rn_window_get_session (window);
  g_autoptr (RnSpec) wide = rn_spec_new ("wide", 8, 1, RN_STEM_3X3, 4096, 3, NULL);
  RnSettings settings;

  rn_run_ask_rename (GTK_WIDGET (window), session,
                     rn_record_get_path (rn_session_get_record (session)), do_nothing,
                     G_OBJECT (window));
  check_dialog (walk, window, "rename");
  g_assert_true (rn_sketch_deepen (rn_session_begin_edit (session), 1, NULL, NULL));
  g_assert_true (rn_session_end_edit (session, NULL));
  rn_start_training (session, GTK_WIDGET (window));
  check_dialog (walk, window, "past");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.close-document", NULL);
  check_dialog (walk, window, "discard");
  rn_session_show_sketch (session, wide, "/nowhere/wide.json");
  settings = *rn_session_get_settings (session);
  settings.batch = 65536;
  rn_session_set_settings (session, &settings);
  rn_start_training (session, GTK_WIDGET (window));
  check_dialog (walk, window, "memory");
}

static void
check_mixed_files (Walk *walk, RnWindow *window)
{
  g_autofree char *folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  static const char *const names[] = { "a.txt", "net.json" };
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
      g_list_store_append (files, file);
    }
  rn_window_take_files (window, G_LIST_MODEL (files), FALSE);
  check_dialog (walk, window, "mixed files");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_all_that_a_dialog_has_says_what_it_is (void)
{
  /* all of the about window is libadwaita's */
  static const char *const actions[] = { "preferences", "shortcuts", "export" };
  RnWindow *window = open_learning_window ();
  RnSession *session = rn_window_get_session (window);
  Walk walk = { .faults = g_string_new (NULL), .is_of_others = TRUE };
  g_autoptr (RnDocument) model = new_foreign_model ();

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autofree char *action = g_strconcat ("win.", actions[i], NULL);

      gtk_widget_activate_action (GTK_WIDGET (window), action, NULL);
      check_dialog (&walk, window, actions[i]);
    }
  g_signal_emit_by_name (session, "problem", "A title", "A text");
  check_dialog (&walk, window, "problem");
  rn_import_dialog_present (GTK_WINDOW (window), session, model);
  check_dialog (&walk, window, "import");
  check_mixed_files (&walk, window);
  check_questions_of_training (&walk, window);
  if (walk.faults->len > 0)
    g_test_message ("%s", walk.faults->str);
  g_assert_cmpuint (walk.faults->len, ==, 0);
  g_string_free (walk.faults, TRUE);
  opening_close (application, window);
}

/* The Tab key */

/* Offers the key to the controllers that come before the focus moves. */
static gboolean
is_taken (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean is_stopped = FALSE;

  for (guint i = 0; !is_stopped && i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller) &&
          gtk_event_controller_get_propagation_phase (controller) == GTK_PHASE_CAPTURE)
        g_signal_emit_by_name (controller, "key-pressed", GDK_KEY_Tab, 23, 0, &is_stopped);
    }
  return is_stopped;
}

static gboolean
press_tab (RnWindow *window)
{
  for (GtkWidget *widget = gtk_root_get_focus (GTK_ROOT (window)); widget != NULL;
       widget = gtk_widget_get_parent (widget))
    if (is_taken (widget))
      return TRUE;
  return gtk_widget_child_focus (GTK_WIDGET (window), GTK_DIR_TAB_FORWARD);
}

/* Returns: how often Tab moves the focus until it is where it was first; fails where it never is again */
static guint
count_stops (RnWindow *window, GHashTable *seen)
{
  GtkRoot *root = GTK_ROOT (window);
  GtkWidget *first = NULL;

  gtk_root_set_focus (root, NULL);
  for (guint n = 0; n < MAX_STOPS; n++)
    {
      GtkWidget *focus;

      if (!press_tab (window))
        return n;
      focus = gtk_root_get_focus (root);
      g_assert_nonnull (focus);
      if (focus == first)
        return n;
      if (first == NULL)
        first = focus;
      if (!gtk_widget_get_mapped (focus))
        g_test_message ("%s, which cannot be seen, has the focus", G_OBJECT_TYPE_NAME (focus));
      g_assert_true (gtk_widget_get_mapped (focus));
      g_hash_table_add (seen, focus);
    }
  g_test_message ("the Tab key goes nowhere; last in %s",
                  G_OBJECT_TYPE_NAME (gtk_root_get_focus (root)));
  g_test_fail ();
  return MAX_STOPS;
}

/* Whether Tab came to @widget or into it */
static gboolean
was_reached (GHashTable *seen, GtkWidget *widget)
{
  GHashTableIter iter;
  gpointer stop;

  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &stop, NULL))
    if (stop == widget || gtk_widget_is_ancestor (stop, widget))
      return TRUE;
  return FALSE;
}

static gboolean
is_in_list (GtkWidget *widget)
{
  return gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_VIEW) != NULL ||
         gtk_widget_get_ancestor (widget, GTK_TYPE_GRID_VIEW) != NULL ||
         gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_BOX) != NULL ||
         gtk_widget_get_ancestor (widget, GTK_TYPE_COLUMN_VIEW) != NULL;
}

static void
find_unreached (GtkWidget *widget, GHashTable *seen, GString *unreached)
{
  if (GTK_IS_WINDOW_CONTROLS (widget) || GTK_IS_POPOVER (widget) || GTK_IS_LABEL (widget) ||
      !gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget))
    return;
  if (is_control (widget))
    {
      if (!is_in_list (widget) && gtk_widget_get_can_focus (widget) && !was_reached (seen, widget))
        g_string_append_printf (unreached, "\n  %s “%s”", G_OBJECT_TYPE_NAME (widget),
                                gtk_widget_get_tooltip_text (widget));
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    find_unreached (child, seen, unreached);
}

static void
test_the_tab_key_comes_to_every_control (void)
{
  RnWindow *window = open_learning_window ();
  g_autoptr (GString) unreached = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

      rn_window_show_page (window, page_names[i]);
      settle_for (500);
      g_test_message ("%s: %u stops", page_names[i], count_stops (window, seen));
      g_string_append_printf (unreached, "%s:", page_names[i]);
      find_unreached (GTK_WIDGET (window), seen, unreached);
    }
  g_assert_cmpstr (unreached->str, ==, "build:data:train:inspect:classify:runs:lab:");
  opening_close (application, window);
}

static void
add_tests (void)
{
  g_test_add_func ("/access/all that is there says what it is, once",
                   test_all_that_is_there_says_what_it_is);
  g_test_add_func ("/access/all that a dialog has says what it is",
                   test_all_that_a_dialog_has_says_what_it_is);
  g_test_add_func ("/access/the Tab key comes to every control",
                   test_the_tab_key_comes_to_every_control);
}

int
main (int argc, char **argv)
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  application = opening_program ();
  add_tests ();
  status = g_test_run ();
  g_object_unref (application);
  return status;
}
