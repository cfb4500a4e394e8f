#include <adwaita.h>
#include <libintl.h>
#include <locale.h>
#include <string.h>

#include "fit.h"
#include "opening.h"
#include "pages/side-pane.h"
#include "settle.h"

/* Nothing is lost to who has the smallest window that is promised: every page before, during and after a training. */

#define WIDTH 1000
#define HEIGHT 640
#define PATIENCE_S 120.0
#define N_TRIES 6

static const char *const page_names[] = { "build",    "data", "train", "inspect",
                                          "classify", "runs", "lab" };

static RnApplication *application;

/* Helpers */

static gboolean
has_steps (gpointer session)
{
  return rn_session_get_status (session)->step >= 3 &&
         rn_session_get_measures (session, NULL) != NULL;
}

static gboolean
is_over (gpointer session)
{
  return !rn_session_has_trainer (session) && !rn_session_is_training (session);
}

static gboolean
has_dialog (gpointer window)
{
  return opening_find_dialog (window) != NULL;
}

static RnWindow *
open_window (const char *preset)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, NULL);
  g_autoptr (RnPicture) picture = NULL;
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);

  settle_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  opening_wait_for_data (window);
  rn_session_show_sketch (session, spec, NULL);
  picture = rn_dataset_get_picture (rn_session_get_dataset (session), RN_SPLIT_TEST, 3, NULL);
  rn_session_set_picture (session, picture, "test/boat/00003.png", 3);
  return window;
}

static void
select_block (RnSession *session, int block)
{
  rn_selection_select (rn_session_get_selection (session), RN_PART_BLOCK,
                       rn_spec_get_block (rn_session_get_spec (session), block)->id, NULL);
}

/* Fails the test, after all of it, where what @root shows does not fit. What has just changed is laid out with the next
 * frame: only what stays is a fault.
 */
static void
check (GtkWidget *root, const char *shown, const char *moment, guint least)
{
  g_autoptr (GString) faults = g_string_new (NULL);
  guint n = 0;

  for (int i = 0; i < N_TRIES && (i == 0 || faults->len > 0); i++)
    {
      settle_for (400);
      g_string_truncate (faults, 0);
      n = fit_check (root, faults);
    }
  g_test_message ("%s, %s: %u widgets%s", shown, moment, n, faults->str);
  g_assert_cmpuint (n, >, least);
  if (faults->len > 0)
    g_test_fail ();
}

static void
check_pages (RnWindow *window, const char *moment)
{
  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      rn_window_show_page (window, page_names[i]);
      check (GTK_WIDGET (window), page_names[i], moment, 100);
    }
}

/* Tests */

static void
test_a_sketch_of_110_layers_fits (void)
{
  RnWindow *window = open_window ("resnet110");

  check_pages (window, "before");
  select_block (rn_window_get_session (window), 20);
  check_pages (window, "before, a block selected");
  opening_close (application, window);
}

/* The longest names and the largest numbers of the presets */
static void
test_costs_of_152_layers_fit (void)
{
  RnWindow *window = open_window ("resnet152");

  rn_window_show_page (window, "build");
  check (GTK_WIDGET (window), "build", "ResNet-152", 100);
  select_block (rn_window_get_session (window), 20);
  check (GTK_WIDGET (window), "build", "ResNet-152, a block selected", 100);
  opening_close (application, window);
}

static void
test_a_training_fits (void)
{
  RnWindow *window = open_window ("resnet20");
  RnSession *session = rn_window_get_session (window);
  RnSettings settings = *rn_session_get_settings (session);

  settings.batch = 8;
  rn_session_set_settings (session, &settings);
  rn_session_start (session);
  settle_until (has_steps, session, PATIENCE_S);
  select_block (session, 4);
  check_pages (window, "during");
  rn_session_stop (session);
  settle_until (is_over, session, PATIENCE_S);
  check_pages (window, "after");
  opening_close (application, window);
}

/* Who reads larger type has a larger window, or a larger screen. */
static void
test_larger_type_fits (void)
{
  GtkSettings *settings = gtk_settings_get_default ();
  RnWindow *window = open_window ("resnet20");
  int before;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 96 * 1024 * 5 / 4, NULL);
  settle_size (GTK_WINDOW (window), WIDTH * 5 / 4, HEIGHT * 5 / 4);
  check_pages (window, "before, type of 125 %");
  select_block (rn_window_get_session (window), 4);
  check_pages (window, "before, type of 125 %, a block selected");
  opening_close (application, window);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
}

static void
test_dialogs_fit (void)
{
  static const char *const actions[] = { "win.preferences", "win.about", "win.shortcuts" };
  RnWindow *window = open_window ("resnet20");
  int least;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (window), actions[i], NULL);
      settle_for (300);
      check (GTK_WIDGET (opening_find_dialog (window)), actions[i], "before", 20);
      gtk_widget_measure (GTK_WIDGET (opening_find_dialog (window)), GTK_ORIENTATION_VERTICAL, -1,
                          &least, NULL, NULL, NULL);
      g_assert_cmpint (least, <=, HEIGHT);
      gtk_window_destroy (opening_find_dialog (window));
    }
  opening_close (application, window);
}

/* What is unknown is told in the longest text of all dialogs that ask. */
static void
test_a_question_fits (void)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) unknown = g_file_new_for_path (g_getenv ("XDG_RUNTIME_DIR"));
  RnWindow *window = open_window ("resnet20");

  g_list_store_append (files, unknown);
  rn_window_open (window, G_LIST_MODEL (files));
  settle_until (has_dialog, window, PATIENCE_S);
  check (GTK_WIDGET (opening_find_dialog (window)), "a question", "before", 5);
  gtk_window_destroy (opening_find_dialog (window));
  opening_close (application, window);
}

/* The check itself: what does not fit is told. */
static void
test_what_does_not_fit_is_told (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new ("a text that is longer than its place");
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *wide = gtk_label_new ("wide");
  g_autoptr (GString) faults = g_string_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_size_request (wide, 600, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), wide);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), 120, 200);
  gtk_window_present (GTK_WINDOW (window));
  settle_for (300);

  fit_check (window, faults);
  g_assert_nonnull (strstr (faults->str, "is shortened without a tooltip"));
  g_assert_nonnull (strstr (faults->str, "at its side"));
  gtk_widget_set_tooltip_text (label, "a text that is longer than its place");
  gtk_widget_set_size_request (wide, 20, -1);
  settle_for (300);
  g_string_truncate (faults, 0);
  fit_check (window, faults);
  g_assert_cmpstr (faults->str, ==, "");
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  if (g_getenv ("RESIDUA_LOCALEDIR") != NULL)
    {
      /* gtk_test_init() turns translations off */
      setlocale (LC_ALL, "");
      bindtextdomain (GETTEXT_PACKAGE, g_getenv ("RESIDUA_LOCALEDIR"));
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
    }
  /* as on GNOME's desktop, and as the pictures of tests/ui/shoot are taken */
  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 11", NULL);
  application = opening_program ();
  if (g_getenv ("ADW_DEBUG_HIGH_CONTRAST") != NULL)
    g_assert_true (adw_style_manager_get_high_contrast (adw_style_manager_get_default ()));
  g_test_add_func ("/fit/what does not fit is told", test_what_does_not_fit_is_told);
  g_test_add_func ("/fit/a sketch of 110 layers fits", test_a_sketch_of_110_layers_fits);
  g_test_add_func ("/fit/costs of 152 layers fit", test_costs_of_152_layers_fit);
  g_test_add_func ("/fit/a training fits", test_a_training_fits);
  g_test_add_func ("/fit/larger type fits", test_larger_type_fits);
  g_test_add_func ("/fit/dialogs fit", test_dialogs_fit);
  g_test_add_func ("/fit/a question fits", test_a_question_fits);
  status = g_test_run ();
  g_clear_object (&application);
  return status;
}
