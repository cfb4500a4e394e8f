#include <adwaita.h>
#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "opened.h"
#include "opening.h"
#include "pages/classify-batch.h"
#include "pages/classify-many.h"
#include "pages/dataset-head.h"
#include "remembered.h"
#include "runs/run-wishes.h"
#include "settle.h"
#include "window-private.h"

/* At a window of this width nothing may be clipped (design: interaction.md). */
#define MAX_MINIMUM_WIDTH 960
#define MAX_MINIMUM_HEIGHT 600
#define TIMEOUT_US (60 * G_USEC_PER_SEC)

static const char *const page_names[] = { "build",    "data", "train", "inspect",
                                          "classify", "runs", "lab" };

static RnApplication *application;
static char *scratch;

/* Helpers */

#define iterate_until(condition)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const gint64 end_us = g_get_monotonic_time () + TIMEOUT_US;                                    \
                                                                                                   \
    while (!(condition))                                                                           \
      {                                                                                            \
        if (!g_main_context_iteration (NULL, FALSE))                                               \
          g_usleep (1000);                                                                         \
        if (g_get_monotonic_time () > end_us)                                                      \
          g_error ("waited in vain for " #condition);                                              \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

static void
iterate_for (gint64 us)
{
  const gint64 until_us = g_get_monotonic_time () + us;

  iterate_until (g_get_monotonic_time () >= until_us);
}

static GAction *
find_action (RnWindow *window, const char *name)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (window), name);

  g_assert_nonnull (action);
  return action;
}

static gboolean
is_enabled (RnWindow *window, const char *name)
{
  return g_action_get_enabled (find_action (window, name));
}

static const char *
page_of (RnWindow *window)
{
  g_autoptr (GVariant) state = g_action_get_state (find_action (window, "page"));
  const char *name = g_variant_get_string (state, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    if (strcmp (page_names[i], name) == 0)
      return page_names[i];
  g_assert_not_reached ();
}

static char *
path_of (const char *name)
{
  return g_build_filename (scratch, name, NULL);
}

/* A data set that opens at once: 40 pictures of CIFAR-10's form, each class of its own brightness */
static char *
make_dataset (void)
{
  g_autofree guint8 *records = g_malloc0 (40 * 3073);
  char *path = path_of ("data/data_batch_1.bin");
  g_autofree char *test = path_of ("data/test_batch.bin");
  g_autofree char *folder = path_of ("data");

  g_mkdir_with_parents (folder, 0777);
  for (int i = 0; i < 40; i++)
    {
      records[i * 3073] = (guint8) (i % 10);
      for (int p = 1; p < 3073; p++)
        records[i * 3073 + p] = (guint8) (20 * (i % 10) + (p * 7 + i) % 13);
    }
  g_assert_true (g_file_set_contents (path, (char *) records, 40 * 3073, NULL));
  g_assert_true (g_file_set_contents (test, (char *) records, 20 * 3073, NULL));
  g_free (path);
  return g_steal_pointer (&folder);
}

/* The session with that data set and a small network */
static RnSession *
prepare_training (RnWindow *window)
{
  RnSession *session = rn_window_get_session (window);
  g_autofree char *data = make_dataset ();
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  RnSettings settings = *rn_session_get_settings (session);

  settings.batch = 4;
  rn_session_open_dataset (session, data);
  iterate_until (rn_session_get_dataset (session) != NULL &&
                 rn_dataset_n_classes (rn_session_get_dataset (session)) == 10 &&
                 rn_dataset_count (rn_session_get_dataset (session), RN_SPLIT_TRAIN) == 40);
  rn_session_set_settings (session, &settings);
  rn_session_set_epochs (session, 500);
  rn_session_show_sketch (session, spec, NULL);
  return session;
}

static void
drop (RnWindow *window, const char *first, ...)
{
  g_autoptr (GListModel) controllers = NULL;
  GtkWidget *zone = adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));
  GSList *files = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean is_taken = FALSE;
  va_list names;

  va_start (names, first);
  for (const char *name = first; name != NULL; name = va_arg (names, const char *))
    {
      g_autofree char *path = path_of (name);

      files = g_slist_append (files, g_file_new_for_path (path));
    }
  va_end (names);
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  g_slist_free_full (files, g_object_unref);

  controllers = gtk_widget_observe_controllers (zone);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &is_taken);
    }
  g_assert_true (is_taken);
}

/* As the shortcut of @window with this trigger acts; one must be there. */
static void
press (RnWindow *window, const char *trigger)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (window));
  g_autoptr (GtkShortcutTrigger) wanted = gtk_shortcut_trigger_parse_string (trigger);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);
      const guint n = GTK_IS_SHORTCUT_CONTROLLER (controller)
                          ? g_list_model_get_n_items (G_LIST_MODEL (controller))
                          : 0;

      for (guint k = 0; k < n; k++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), k);

          if (gtk_shortcut_trigger_equal (gtk_shortcut_get_trigger (shortcut), wanted))
            {
              gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0,
                                            GTK_WIDGET (window), NULL);
              return;
            }
        }
    }
  g_assert_not_reached ();
}

static void
make_picture (const char *name)
{
  g_autoptr (RnPicture) picture = rn_sample_render (RN_SPLIT_TEST, 3, 32, NULL);
  g_autofree char *path = path_of (name);

  g_assert_true (rn_picture_save_png (picture, path, NULL));
}

static void
make_spec (const char *name, const char *preset)
{
  g_autoptr (RnSpec) spec = rn_spec_preset (preset, NULL);
  g_autofree char *path = path_of (name);

  g_assert_true (rn_spec_save (spec, path, NULL));
}

/* Tests */

static void
test_it_begins_with_resnet_20_and_the_sample_set (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);

  g_assert_true (rn_spec_equal (rn_session_get_spec (session), spec));
  g_assert_cmpstr (rn_session_get_dataset_name (session), ==, "sample");
  g_assert_cmpstr (page_of (window), ==, "train");
  opening_close (application, window);
}

static gboolean
can_edit (gpointer window)
{
  RnWindow *self = window;
  GtkWidget *build = gtk_stack_get_child_by_name (GTK_STACK (self->pages), "build");

  return adw_bin_get_child (ADW_BIN (build)) != NULL;
}

/* They are keys of the Build page's tools. */
static void
test_keys_edit_before_anybody_looked_at_build (void)
{
  RnWindow *window = opening_window (application);

  g_assert_cmpstr (page_of (window), ==, "train");
  iterate_until (can_edit (window));
  g_assert_cmpstr (page_of (window), ==, "train");
  opening_close (application, window);
}

static void
test_there_are_seven_pages (void)
{
  RnWindow *window = opening_window (application);

  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", page_names[i]);
      g_assert_cmpstr (page_of (window), ==, page_names[i]);
      g_assert_true (gtk_widget_get_mapped (rn_window_get_page_widget (window, page_names[i])));
    }
  gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "nowhere");
  g_assert_cmpstr (page_of (window), ==, "lab");
  opening_close (application, window);
}

static gboolean
is_called (GtkWidget *widget, const char *label)
{
  return GTK_IS_BUTTON (widget) &&
         g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0;
}

/* Returns: the first button with @label below @widget */
static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  GtkWidget *found = is_called (widget, label) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

static void
test_pages_lead_to_each_other (void)
{
  RnWindow *window = opening_window (application);
  GtkWidget *button;

  rn_window_show_page (window, "runs");
  iterate_until ((button = find_button (GTK_WIDGET (window), "Go to Train")) != NULL &&
                 gtk_widget_get_mapped (button));
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpstr (page_of (window), ==, "train");
  opening_close (application, window);
}

static void
check_size (GtkWidget *content, const char *page)
{
  int minimum, height;

  gtk_widget_measure (content, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  gtk_widget_measure (content, GTK_ORIENTATION_VERTICAL, -1, &height, NULL, NULL, NULL);
  if (minimum > MAX_MINIMUM_WIDTH || height > MAX_MINIMUM_HEIGHT)
    g_error ("%s needs %d×%d", page, minimum, height);
}

/* Neither at once, nor while it is being filled, nor when it has come to rest */
static void
test_no_page_needs_more_than_960_pixels (void)
{
  RnWindow *window = opening_window (application);
  GtkWidget *content = adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));

  iterate_until (rn_session_get_dataset (rn_window_get_session (window)) != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      const gint64 until_us = g_get_monotonic_time () + 100000;

      rn_window_show_page (window, page_names[i]);
      do
        {
          check_size (content, page_names[i]);
          g_main_context_iteration (NULL, FALSE);
        }
      while (g_get_monotonic_time () < until_us);
    }
  opening_close (application, window);
}

/* Whether a person acts on it, so that it needs a name */
static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) ||
         GTK_IS_SWITCH (widget) || GTK_IS_EDITABLE (widget) || GTK_IS_SCALE (widget) ||
         GTK_IS_DROP_DOWN (widget) || GTK_IS_COMBO_BOX (widget) || GTK_IS_TEXT_VIEW (widget) ||
         (gtk_widget_get_focusable (widget) &&
          g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), "Rn"));
}

/* What GTK and libadwaita put together and name themselves; popovers are made when they open. A label can be edited
 * only by name.
 */
static gboolean
is_theirs (GtkWidget *widget)
{
  return GTK_IS_WINDOW_CONTROLS (widget) || GTK_IS_POPOVER (widget) || GTK_IS_LABEL (widget);
}

static guint
check_names (GtkWidget *widget, GString *nameless)
{
  guint n = 0;

  if (is_theirs (widget))
    return 0;
  if (is_control (widget))
    {
      if (!gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                             GTK_ACCESSIBLE_PROPERTY_LABEL) &&
          !gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget),
                                             GTK_ACCESSIBLE_RELATION_LABELLED_BY))
        {
          const char *tip = gtk_widget_get_tooltip_text (widget);

          g_string_append_printf (nameless, "\n  %s in %s, “%s”", G_OBJECT_TYPE_NAME (widget),
                                  G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)),
                                  tip != NULL ? tip : "");
        }
      return 1;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += check_names (child, nameless);
  return n;
}

static void
test_every_control_has_a_name (void)
{
  RnWindow *window = opening_window (application);
  g_autoptr (GString) nameless = g_string_new (NULL);
  guint n;

  prepare_training (window);
  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      rn_window_show_page (window, page_names[i]);
      iterate_for (50000);
    }
  n = check_names (GTK_WIDGET (window), nameless);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.preferences", NULL);
  n += check_names (find_widget (GTK_WIDGET (opening_find_dialog (window)),
                                 ADW_TYPE_PREFERENCES_PAGE, 0),
                    nameless);
  gtk_window_destroy (opening_find_dialog (window));
  g_test_message ("%u controls", n);
  g_assert_cmpuint (n, >, 14);
  g_assert_cmpstr (nameless->str, ==, "");
  opening_close (application, window);
}

static void
test_actions_follow_the_training (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = prepare_training (window);

  g_assert_true (is_enabled (window, "start"));
  g_assert_true (is_enabled (window, "step"));
  g_assert_false (is_enabled (window, "pause"));
  g_assert_false (is_enabled (window, "stop"));

  gtk_widget_activate_action (GTK_WIDGET (window), "win.start-or-pause", NULL);
  iterate_until (rn_session_is_training (session));
  g_assert_true (is_enabled (window, "stop")); /* also while it is prepared */
  iterate_until (rn_session_get_status (session)->step >= 3);
  g_assert_false (is_enabled (window, "start"));
  g_assert_false (is_enabled (window, "step"));
  g_assert_true (is_enabled (window, "pause"));
  g_assert_true (is_enabled (window, "stop"));

  gtk_widget_activate_action (GTK_WIDGET (window), "win.start-or-pause", NULL);
  iterate_until (rn_session_get_status (session)->state == RN_STATE_PAUSED);
  g_assert_true (is_enabled (window, "start"));
  g_assert_true (is_enabled (window, "step"));
  g_assert_false (is_enabled (window, "pause"));

  gtk_widget_activate_action (GTK_WIDGET (window), "win.stop", NULL);
  iterate_until (!rn_session_has_trainer (session));
  g_assert_false (is_enabled (window, "stop"));
  opening_close (application, window);
}

static void
test_a_dropped_picture_is_classified_or_inspected (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);

  make_picture ("one.png");
  make_picture ("two.png");
  rn_window_show_page (window, "train");
  drop (window, "one.png", NULL);
  iterate_until (rn_session_get_picture (session) != NULL);
  g_assert_cmpstr (rn_session_get_picture (session)->name, ==, "one.png");
  g_assert_cmpstr (page_of (window), ==, "classify");

  rn_window_show_page (window, "inspect");
  drop (window, "two.png", NULL);
  iterate_until (strcmp (rn_session_get_picture (session)->name, "two.png") == 0);
  g_assert_cmpstr (page_of (window), ==, "inspect");
  opening_close (application, window);
}

/* Without a file: dragged out of another program, or pasted */
static void
test_a_picture_without_a_file_is_classified (void)
{
  static const guchar pixels[4 * 4 * 3] = { 200, 10, 10 };
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (window));
  g_autoptr (GBytes) bytes = g_bytes_new_static (pixels, sizeof pixels);
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (4, 4, GDK_MEMORY_R8G8B8, bytes, 12);

  rn_window_show_page (window, "train");
  gdk_clipboard_set_texture (clipboard, texture);
  press (window, "<Control>v");
  iterate_until (rn_session_get_picture (session) != NULL);
  g_assert_cmpint (rn_session_get_picture (session)->picture->width, ==, 4);
  g_assert_cmpint (rn_session_get_picture (session)->picture->pixels[0], ==, 200);
  g_assert_cmpstr (page_of (window), ==, "classify");
  opening_close (application, window);
}

/* Returns: (nullable): the button below @widget that is seen and does @action */
static GtkWidget *
find_acting (GtkWidget *widget, const char *action)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget) &&
      g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), action) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_acting (child, action);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* What Classify's button does with files on the clipboard; @names: NULL-terminated */
static void
paste_on_classify (RnWindow *window, const char *const *names)
{
  GtkWidget *page = rn_window_get_page_widget (window, "classify"), *button;
  GSList *files = NULL;

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = path_of (names[i]);

      files = g_slist_append (files, g_file_new_for_path (path));
    }
  rn_window_show_page (window, "classify");
  iterate_for (50000);
  gdk_clipboard_set (gtk_widget_get_clipboard (page), GDK_TYPE_FILE_LIST, files);
  g_slist_free_full (files, g_object_unref);
  button = find_acting (page, "win.paste");
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static guint
count_rows (RnWindow *window)
{
  RnClassifyBatch *batch = rn_classify_many_get_batch (RN_CLASSIFY_MANY (
      find_widget (rn_window_get_page_widget (window, "classify"), RN_TYPE_CLASSIFY_MANY, 0)));

  return batch != NULL ? g_list_model_get_n_items (rn_classify_batch_get_rows (batch)) : 0;
}

static void
test_what_is_pasted_on_classify_is_told_like_a_drop (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  RnDocument *before = rn_session_get_document (session);
  g_autofree char *data = make_dataset ();
  g_autofree char *folder = path_of ("pasted");
  g_autofree char *model_path = path_of ("pasted.safetensors");
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);
  const RnPreprocess preprocess = { 32, 3, { 0 }, { 1, 1, 1 }, NULL };
  g_autoptr (RnModel) model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);

  make_spec ("pasted.json", "resnet14");
  g_assert_true (rn_model_save (model, model_path, NULL));
  g_mkdir (folder, 0755);
  make_picture ("pasted/one.png");
  make_picture ("pasted/two.png");
  make_picture ("three.png");

  paste_on_classify (window, (const char *const[]){ "pasted.json", NULL });
  iterate_until (rn_session_get_document (session) != before);
  g_assert_cmpint (rn_document_get_kind (rn_session_get_document (session)), ==,
                   RN_DOCUMENT_SKETCH);

  paste_on_classify (window, (const char *const[]){ "pasted.safetensors", NULL });
  iterate_until (rn_document_get_kind (rn_session_get_document (session)) == RN_DOCUMENT_MODEL);
  g_assert_cmpstr (page_of (window), ==, "inspect");

  paste_on_classify (window, (const char *const[]){ "three.png", NULL });
  iterate_until (rn_session_get_picture (session) != NULL &&
                 strcmp (rn_session_get_picture (session)->name, "three.png") == 0);
  g_assert_cmpstr (page_of (window), ==, "classify");
  g_assert_cmpuint (count_rows (window), ==, 0);

  paste_on_classify (window, (const char *const[]){ "pasted", NULL });
  iterate_until (count_rows (window) == 2);
  paste_on_classify (window, (const char *const[]){ "three.png", "pasted/one.png", NULL });
  iterate_until (count_rows (window) == 4);

  paste_on_classify (window, (const char *const[]){ "data", NULL });
  iterate_until (strcmp (rn_session_get_dataset_name (session), data) == 0);
  g_assert_cmpstr (page_of (window), ==, "data");
  opening_close (application, window);
}

static void
test_a_dropped_network_is_a_new_sketch (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  RnDocument *before = rn_session_get_document (session);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet8", NULL);

  make_spec ("net.json", "resnet8");
  drop (window, "net.json", NULL);
  iterate_until (rn_session_get_document (session) != before);
  g_assert_true (rn_spec_equal (rn_session_get_spec (session), spec));
  g_assert_cmpuint (g_list_model_get_n_items (rn_session_get_documents (session)), ==, 2);
  opening_close (application, window);
}

static void
test_a_dropped_data_set_is_opened (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  g_autofree char *data = make_dataset ();

  drop (window, "data", NULL);
  iterate_until (strcmp (rn_session_get_dataset_name (session), data) == 0);
  g_assert_cmpstr (page_of (window), ==, "data");
  opening_close (application, window);
}

static void
test_data_that_was_opened_can_be_opened_again (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  g_autofree char *data = make_dataset ();
  g_auto (GStrv) paths = NULL;
  GtkWidget *page, *button;

  rn_remembered_clear_data (rn_remembered ());
  page = rn_window_get_page_widget (window, "data");
  button = find_widget (find_widget (page, RN_TYPE_DATASET_HEAD, 0), GTK_TYPE_MENU_BUTTON, 0);
  g_assert_false (gtk_widget_get_sensitive (button));
  rn_session_open_dataset (session, data);
  iterate_until (gtk_widget_get_sensitive (button));
  paths = rn_remembered_get_data (rn_remembered ());
  g_assert_cmpuint (g_strv_length (paths), ==, 1);
  g_assert_cmpstr (paths[0], ==, data);

  rn_session_open_dataset (session, "sample");
  iterate_until (rn_session_get_dataset_progress (session) < 0.0);
  gtk_widget_activate_action (button, "recent.open", "s", data);
  iterate_until (strcmp (rn_session_get_dataset_name (session), data) == 0 &&
                 rn_session_get_dataset_progress (session) < 0.0);
  gtk_widget_activate_action (button, "recent.clear", NULL);
  g_assert_false (gtk_widget_get_sensitive (button));
  opening_close (application, window);
}

/* The newest first, none twice, not without end; what another program wrote into the settings does no harm. */
static void
test_few_data_sets_are_remembered (void)
{
  const char *const strange[] = { "sample", "../up", "/one", NULL };
  g_auto (GStrv) paths = NULL, kept = NULL;

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *path = g_strdup_printf ("/data/%d", i % 12);

      rn_remembered_note_data (rn_remembered (), path);
    }
  rn_remembered_note_data (rn_remembered (), "sample");
  paths = rn_remembered_get_data (rn_remembered ());
  g_assert_cmpuint (g_strv_length (paths), ==, 8);
  g_assert_cmpstr (paths[0], ==, "/data/7");
  g_assert_cmpstr (paths[7], ==, "/data/0");

  g_settings_set_strv (rn_remembered (), "recent-data", strange);
  kept = rn_remembered_get_data (rn_remembered ());
  g_assert_cmpuint (g_strv_length (kept), ==, 1);
  g_assert_cmpstr (kept[0], ==, "/one");
  rn_remembered_clear_data (rn_remembered ());
}

static void
test_a_mixed_drop_asks (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  RnDocument *before = rn_session_get_document (session);
  const char *body;

  make_picture ("one.png");
  make_spec ("net.json", "resnet8");
  drop (window, "one.png", "net.json", NULL);
  iterate_until (opening_find_dialog (window) != NULL);
  g_assert_true (ADW_IS_MESSAGE_DIALOG (opening_find_dialog (window)));
  body = adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (opening_find_dialog (window)));
  g_assert_true (g_str_has_prefix (body, "1 picture, 1 other file or folder"));
  g_assert_true (rn_session_get_document (session) == before);
  g_assert_null (rn_session_get_picture (session));

  adw_message_dialog_response (ADW_MESSAGE_DIALOG (opening_find_dialog (window)), "classify");
  iterate_until (rn_session_get_picture (session) != NULL);
  g_assert_cmpstr (rn_session_get_picture (session)->name, ==, "one.png");
  gtk_window_destroy (opening_find_dialog (window));
  opening_close (application, window);
}

static void
test_a_broken_file_is_a_problem_in_words (void)
{
  RnWindow *window = opening_window (application);
  g_autofree char *path = path_of ("broken.png");

  g_file_set_contents (path, "\x89PNG\r\n\x1a\n and no more", -1, NULL);
  drop (window, "broken.png", NULL);
  iterate_until (opening_find_dialog (window) != NULL);
  g_assert_nonnull (
      strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (opening_find_dialog (window))),
              "broken.png"));
  gtk_window_destroy (opening_find_dialog (window));
  opening_close (application, window);
}

static void
test_files_of_the_command_line_are_opened (void)
{
  RnWindow *window;
  g_autofree char *path = path_of ("net.json");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet14", NULL);

  make_spec ("net.json", "resnet14");
  g_application_open (G_APPLICATION (application), &file, 1, "");
  window = opening_find_window (application);
  iterate_until (rn_spec_equal (rn_session_get_spec (rn_window_get_session (window)), spec));
  opening_close (application, window);
}

static char *
run_path_of (RnSession *session)
{
  return g_strdup (rn_record_get_path (rn_session_get_record (session)));
}

static void
test_closing_hides_at_once_and_saves (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = prepare_training (window);
  g_autofree char *path = NULL;
  g_autoptr (RnRun) run = NULL;
  g_autoptr (GArray) checkpoints = NULL;
  g_autoptr (GArray) rows = NULL;
  gint64 step;

  rn_session_start (session);
  iterate_until (rn_session_get_status (session)->step >= 3);
  path = run_path_of (session);
  step = rn_session_get_status (session)->step;
  gtk_window_close (GTK_WINDOW (window));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (window)));
  g_assert_true (rn_window_is_closing (window));
  opening_wait_for_end (application);

  run = rn_run_open (path, NULL);
  g_assert_nonnull (run);
  checkpoints = rn_run_list_checkpoints (run, NULL);
  rows = rn_run_read_history (run, NULL);
  g_assert_cmpint (g_array_index (checkpoints, gint64, checkpoints->len - 1), >=, step);
  /* the row of a step whose evaluation was interrupted is in the checkpoint, and is written when the run goes on */
  g_assert_cmpint (g_array_index (checkpoints, gint64, checkpoints->len - 1), >=, rows->len);
  g_assert_cmpint (g_array_index (checkpoints, gint64, checkpoints->len - 1), <=, rows->len + 1);
}

static void
test_closing_waits_for_a_training_that_is_being_made (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = prepare_training (window);
  g_autofree char *mark = g_build_filename (g_get_user_state_dir (), "residua", "training", NULL);

  rn_session_start (session);
  g_assert_false (rn_session_has_trainer (session));
  gtk_window_close (GTK_WINDOW (window));
  g_assert_true (rn_window_is_closing (window));
  opening_wait_for_end (application);
  /* nothing was cut off, so nothing is to be offered */
  g_assert_false (g_file_test (mark, G_FILE_TEST_EXISTS));
}

static void
test_who_comes_back_while_it_saves_gets_another_window (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = prepare_training (window);

  rn_session_start (session);
  iterate_until (rn_session_get_status (session)->step >= 2);
  gtk_window_close (GTK_WINDOW (window));
  g_assert_true (rn_window_is_closing (window));
  g_application_activate (G_APPLICATION (application));
  g_assert_true (opening_find_window (application) == window);
  iterate_until (opening_find_window (application) != NULL &&
                 !rn_window_is_closing (opening_find_window (application)));
  iterate_until (gtk_widget_get_mapped (GTK_WIDGET (opening_find_window (application))));
  opening_close (application, opening_find_window (application));
}

/* As a program that was killed leaves it: the mark of the session, and a run that has not ended. Returns: (transfer full):
 * its folder
 */
static char *
cut_off_a_run (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = prepare_training (window);
  g_autofree char *mark = g_build_filename (g_get_user_state_dir (), "residua", "training", NULL);
  char *path;

  rn_session_start (session);
  iterate_until (rn_session_get_status (session)->step >= 2);
  path = run_path_of (session);
  opening_close (application, window);
  g_assert_true (g_file_set_contents (mark, path, -1, NULL));
  return path;
}

/* Returns: (nullable): the notice */
static GtkWidget *
find_notice (RnWindow *window)
{
  return find_widget (GTK_WIDGET (window), GTK_TYPE_INFO_BAR, 0);
}

static gboolean
notice_names (RnWindow *window, const char *name)
{
  GtkWidget *bar = find_notice (window);
  GtkWidget *label = bar != NULL ? find_widget (bar, GTK_TYPE_LABEL, 0) : NULL;

  return label != NULL && strstr (gtk_label_get_text (GTK_LABEL (label)), name) != NULL;
}

static void
test_a_run_that_was_cut_off_is_offered (void)
{
  g_autofree char *path = cut_off_a_run ();
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  GtkWidget *bar;

  iterate_until (find_notice (window) != NULL);
  bar = find_notice (window);
  gtk_info_bar_response (GTK_INFO_BAR (bar), GTK_RESPONSE_ACCEPT);
  iterate_until (rn_session_has_trainer (session) && rn_session_get_record (session) != NULL);
  g_assert_cmpstr (rn_record_get_path (rn_session_get_record (session)), ==, path);
  g_assert_null (find_notice (window));
  opening_close (application, window);
}

static void
set_done (gpointer done)
{
  g_object_set_data (done, "done", done);
}

/* Renames the run, or deletes it where @name is NULL, as the page Runs does, and waits until that is done. */
static void
move_run (RnWindow *window, const char *path, const char *name)
{
  GObject *done = g_object_new (G_TYPE_OBJECT, NULL);
  RnSession *session = rn_window_get_session (window);

  if (name != NULL)
    rn_run_rename (GTK_WIDGET (window), session, path, name, set_done, done);
  else
    rn_run_delete (GTK_WIDGET (window), session, path, set_done, done);
  iterate_until (g_object_get_data (done, "done") != NULL);
  g_object_unref (done);
}

static void
test_the_offer_follows_its_run (void)
{
  g_autofree char *path = cut_off_a_run ();
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *moved = g_build_filename (parent, "called otherwise", NULL);
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);

  iterate_until (find_notice (window) != NULL);
  move_run (window, path, "called otherwise");
  g_assert_true (notice_names (window, "“called otherwise”"));
  gtk_info_bar_response (GTK_INFO_BAR (find_notice (window)), GTK_RESPONSE_ACCEPT);
  iterate_until (rn_session_has_trainer (session) && rn_session_get_record (session) != NULL);
  g_assert_cmpstr (rn_record_get_path (rn_session_get_record (session)), ==, moved);
  opening_close (application, window);
}

static void
test_the_offer_goes_with_its_run (void)
{
  g_autofree char *path = cut_off_a_run ();
  RnWindow *window = opening_window (application);

  iterate_until (find_notice (window) != NULL);
  move_run (window, path, NULL);
  g_assert_null (find_notice (window));
  opening_close (application, window);
}

static void
test_what_was_chosen_is_remembered (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  RnSettings settings = *rn_session_get_settings (session);

  settings.batch = 77;
  settings.rate = 0.0625;
  rn_session_set_settings (session, &settings);
  rn_session_set_epochs (session, 3.5);
  rn_session_set_measure (session, RN_MEASURE_DEAD);
  rn_window_show_page (window, "runs");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.spine", NULL);
  opening_close (application, window);

  window = opening_window (application);
  session = rn_window_get_session (window);
  g_assert_cmpint (rn_session_get_settings (session)->batch, ==, 77);
  g_assert_cmpfloat (rn_session_get_settings (session)->rate, ==, 0.0625);
  g_assert_cmpfloat (rn_session_get_epochs (session), ==, 3.5);
  g_assert_cmpint (rn_session_get_measure (session), ==, RN_MEASURE_DEAD);
  g_assert_cmpstr (page_of (window), ==, "runs");
  g_assert_false (g_variant_get_boolean (g_action_get_state (find_action (window, "spine"))));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.spine", NULL);
  opening_close (application, window);
  for (guint i = 0; i < 2; i++)
    g_settings_reset (rn_remembered (), i == 0 ? "page" : "measure");
  g_settings_reset (rn_remembered (), "training");
  g_settings_reset (rn_remembered (), "choices");
}

/* What the data and the network told is told anew by those that are there then. */
static void
test_what_nobody_chose_is_no_choice_after_another_start (void)
{
  for (int life = 0; life < 3; life++)
    {
      RnWindow *window = opening_window (application);
      RnSession *session = rn_window_get_session (window);
      RnSettings settings;
      RnChoices choices;
      double epochs;

      settings = *rn_session_get_next_settings (session, &epochs, &choices);
      g_assert_cmpuint (choices, ==, life < 2 ? 0 : RN_CHOICE_AUGMENT);
      if (life == 2)
        g_assert_cmpint (settings.augment.pad, ==, 3);
      settings.batch = 55;
      settings.augment.pad = life == 1 ? 3 : settings.augment.pad;
      rn_session_set_settings (session, &settings);
      opening_close (application, window);
    }
  g_settings_reset (rn_remembered (), "training");
  g_settings_reset (rn_remembered (), "choices");
}

static void
test_what_is_remembered_wrongly_does_no_harm (void)
{
  RnWindow *window;

  g_settings_set_string (rn_remembered (), "training", "{ \"batch\": -3 }");
  g_settings_set_string (rn_remembered (), "runs-folder", "not absolute");
  window = opening_window (application);
  g_assert_cmpint (rn_session_get_settings (rn_window_get_session (window))->batch, ==, 128);
  g_assert_true (g_path_is_absolute (rn_session_get_runs_folder (rn_window_get_session (window))));
  opening_close (application, window);
  g_settings_reset (rn_remembered (), "runs-folder");
}

static void
test_presenter_mode_enlarges_and_gives_back (void)
{
  RnWindow *window = opening_window (application);
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (window));
  int before, during, after;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.presenter", NULL);
  g_object_get (settings, "gtk-xft-dpi", &during, NULL);
  g_assert_cmpfloat_with_epsilon ((double) during, 1.5 * before, 1.0);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.presenter", NULL);
  g_object_get (settings, "gtk-xft-dpi", &after, NULL);
  g_assert_cmpint (after, ==, before);

  gtk_widget_activate_action (GTK_WIDGET (window), "win.presenter", NULL);
  opening_close (application, window);
  g_object_get (settings, "gtk-xft-dpi", &after, NULL);
  g_assert_cmpint (after, ==, before);
}

/* A page that needs much room takes some of the spine's as long as it is shown; what the person chose stays. */
static void
test_a_wide_page_gives_the_spine_its_room_back (void)
{
  RnWindow *window = opening_window (application);
  GtkPaned *paned = GTK_PANED (window->paned);
  int wide;

  rn_window_show_page (window, "build");
  settle_size (GTK_WINDOW (window), 1300, 800);
  iterate_until (gtk_paned_get_position (paned) == 320);
  gtk_widget_set_size_request (rn_window_get_page_widget (window, "runs"), 1060, -1);
  rn_window_show_page (window, "runs");
  iterate_until (gtk_paned_get_position (paned) < 240);
  g_assert_false (window->is_side_chosen);
  rn_window_show_page (window, "build");
  iterate_until (gtk_paned_get_position (paned) == 320);

  gtk_paned_set_position (paned, 280);
  g_assert_true (window->is_side_chosen);
  rn_window_show_page (window, "runs");
  iterate_until (gtk_paned_get_position (paned) < 240);
  rn_window_show_page (window, "build");
  iterate_until (gtk_paned_get_position (paned) == 280);

  /* the next window begins with it, too */
  rn_window_show_page (window, "runs");
  iterate_until (gtk_paned_get_position (paned) < 240);
  opening_close (application, window);
  wide = g_settings_get_int (rn_remembered (), "spine-width");
  g_settings_reset (rn_remembered (), "spine-width");
  g_assert_cmpint (wide, ==, 280);
}

static void
test_the_style_is_the_persons (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  g_settings_set_string (rn_remembered (), "style", "dark");
  g_assert_true (adw_style_manager_get_dark (manager));
  g_settings_set_string (rn_remembered (), "style", "light");
  g_assert_false (adw_style_manager_get_dark (manager));
  g_settings_reset (rn_remembered (), "style");
}

static void
test_dialogs_open_without_complaint (void)
{
  static const char *const actions[] = { "win.preferences", "win.about", "win.shortcuts" };
  RnWindow *window = opening_window (application);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (window), actions[i], NULL);
      iterate_until (opening_find_dialog (window) != NULL);
      iterate_for (200000);
      gtk_window_destroy (opening_find_dialog (window));
    }
  opening_close (application, window);
}

static void
answer (RnWindow *window, const char *response)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.close-document", NULL);
  g_assert_nonnull (opening_find_dialog (window));
  iterate_for (200000);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (opening_find_dialog (window)), response);
  gtk_window_destroy (opening_find_dialog (window));
  iterate_until (opening_find_dialog (window) == NULL);
}

static void
test_a_changed_sketch_is_closed_only_when_one_says_so (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  g_autoptr (RnDocument) document = NULL;

  rn_session_new_sketch (session);
  document = g_object_ref (rn_session_get_document (session));
  rn_sketch_set_classes (rn_session_begin_edit (session), 7, NULL);
  rn_session_end_edit (session, NULL);
  answer (window, "cancel");
  g_assert_true (rn_session_get_document (session) == document);
  answer (window, "discard");
  g_assert_true (rn_session_get_document (session) != document);

  /* what nobody changed goes at once */
  rn_session_new_sketch (session);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.close-document", NULL);
  g_assert_null (opening_find_dialog (window));
  opening_close (application, window);
}

static GtkMenuButton *
find_main_menu (RnWindow *window)
{
  for (int nth = 0;; nth++)
    {
      GtkWidget *button = find_widget (GTK_WIDGET (window), GTK_TYPE_MENU_BUTTON, nth);

      g_assert_nonnull (button);
      if (gtk_menu_button_get_primary (GTK_MENU_BUTTON (button)))
        return GTK_MENU_BUTTON (button);
    }
}

static void
test_the_main_menu_says_what_would_be_undone (void)
{
  RnWindow *window = opening_window (application);
  RnSession *session = rn_window_get_session (window);
  GtkMenuButton *button = find_main_menu (window);
  g_autofree char *first = NULL, *second = NULL;

  rn_session_new_sketch (session);
  rn_sketch_set_classes (rn_session_begin_edit (session), 7, NULL);
  rn_session_end_edit (session, NULL);
  first = rn_session_get_undo_label (session);
  gtk_menu_button_popup (button);
  g_assert_true (says (GTK_WIDGET (button), first));
  gtk_menu_button_popdown (button);
  rn_session_undo (session);
  second = rn_session_get_redo_label (session);
  g_assert_cmpstr (first, !=, second);
  gtk_menu_button_popup (button);
  g_assert_false (says (GTK_WIDGET (button), first));
  g_assert_true (says (GTK_WIDGET (button), second));
  gtk_menu_button_popdown (button);
  settle_for (1000); /* GTK has not done with a popover when it is gone */
  opening_close (application, window);
}

static void
test_every_key_is_for_one_action (void)
{
  g_auto (GStrv) actions = gtk_application_list_action_descriptions (GTK_APPLICATION (application));
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_cmpuint (g_strv_length (actions), >=, 16);
  for (int i = 0; actions[i] != NULL; i++)
    {
      g_auto (GStrv) keys =
          gtk_application_get_accels_for_action (GTK_APPLICATION (application), actions[i]);

      for (int k = 0; keys[k] != NULL; k++)
        g_assert_true (g_hash_table_add (seen, g_strdup (keys[k])));
    }
}

static void
test_the_first_frame_comes_soon (void)
{
  const gint64 start_us = g_get_monotonic_time ();
  RnWindow *window = opening_window (application);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  double ms;

  iterate_until (gdk_frame_clock_get_frame_counter (clock) > 0);
  ms = (double) (g_get_monotonic_time () - start_us) / 1000.0;
  g_test_message ("first frame after %.0f ms", ms);
  /* bench-window start measures; here it only must not wait for what goes on behind it */
  g_assert_cmpfloat (ms, <, 30000.0);
  opening_close (application, window);
}

static void
remove_tree (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

static void
add_tests (void)
{
  g_test_add_func ("/window/it begins with ResNet-20 and the sample set",
                   test_it_begins_with_resnet_20_and_the_sample_set);
  g_test_add_func ("/window/keys edit before anybody looked at Build",
                   test_keys_edit_before_anybody_looked_at_build);
  g_test_add_func ("/window/there are seven pages", test_there_are_seven_pages);
  g_test_add_func ("/window/pages lead to each other", test_pages_lead_to_each_other);
  g_test_add_func ("/window/no page needs more than 960 pixels",
                   test_no_page_needs_more_than_960_pixels);
  g_test_add_func ("/window/every control has a name", test_every_control_has_a_name);
  g_test_add_func ("/window/actions follow the training", test_actions_follow_the_training);
  g_test_add_func ("/window/a dropped picture is classified, or inspected",
                   test_a_dropped_picture_is_classified_or_inspected);
  g_test_add_func ("/window/what is pasted on Classify is told like a drop",
                   test_what_is_pasted_on_classify_is_told_like_a_drop);
  g_test_add_func ("/window/a picture without a file is classified",
                   test_a_picture_without_a_file_is_classified);
  g_test_add_func ("/window/a dropped network is a new sketch",
                   test_a_dropped_network_is_a_new_sketch);
  g_test_add_func ("/window/a dropped data set is opened", test_a_dropped_data_set_is_opened);
  g_test_add_func ("/window/data that was opened can be opened again",
                   test_data_that_was_opened_can_be_opened_again);
  g_test_add_func ("/window/few data sets are remembered", test_few_data_sets_are_remembered);
  g_test_add_func ("/window/a mixed drop asks", test_a_mixed_drop_asks);
  g_test_add_func ("/window/a broken file is a problem in words",
                   test_a_broken_file_is_a_problem_in_words);
  g_test_add_func ("/window/files of the command line are opened",
                   test_files_of_the_command_line_are_opened);
  g_test_add_func ("/window/closing hides at once, and saves",
                   test_closing_hides_at_once_and_saves);
  g_test_add_func ("/window/closing waits for a training that is being made",
                   test_closing_waits_for_a_training_that_is_being_made);
  g_test_add_func ("/window/who comes back while it saves gets another window",
                   test_who_comes_back_while_it_saves_gets_another_window);
  g_test_add_func ("/window/a run that was cut off is offered",
                   test_a_run_that_was_cut_off_is_offered);
  g_test_add_func ("/window/the offer of a run that was cut off follows it when it is renamed",
                   test_the_offer_follows_its_run);
  g_test_add_func ("/window/the offer of a run that was cut off goes when it is deleted",
                   test_the_offer_goes_with_its_run);
  g_test_add_func ("/window/what was chosen is remembered", test_what_was_chosen_is_remembered);
  g_test_add_func ("/window/what nobody chose is no choice after another start",
                   test_what_nobody_chose_is_no_choice_after_another_start);
  g_test_add_func ("/window/what is remembered wrongly does no harm",
                   test_what_is_remembered_wrongly_does_no_harm);
  g_test_add_func ("/window/presenter mode enlarges, and gives back",
                   test_presenter_mode_enlarges_and_gives_back);
  g_test_add_func ("/window/a wide page gives the spine its room back",
                   test_a_wide_page_gives_the_spine_its_room_back);
  g_test_add_func ("/window/the style is the person's", test_the_style_is_the_persons);
  g_test_add_func ("/window/dialogs open without complaint", test_dialogs_open_without_complaint);
  g_test_add_func ("/window/a changed sketch is closed only when one says so",
                   test_a_changed_sketch_is_closed_only_when_one_says_so);
  g_test_add_func ("/window/the main menu says what would be undone",
                   test_the_main_menu_says_what_would_be_undone);
  g_test_add_func ("/window/every key is for one action", test_every_key_is_for_one_action);
  g_test_add_func ("/window/the first frame comes soon", test_the_first_frame_comes_soon);
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
  scratch = g_dir_make_tmp ("residua-window-XXXXXX", NULL);
  application = opening_program ();
  add_tests ();
  status = g_test_run ();
  g_clear_object (&application);
  remove_tree (scratch);
  g_free (scratch);
  return status;
}
