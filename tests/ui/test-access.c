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
#include "remembered.h"
#include "runs/run-wishes.h"
#include "settle.h"
#include "spine/spine-body.h"
#include "window-private.h"

/* Who cannot see the window, or has no mouse: the whole tree of it on every page while a network learns, and what opens
 * over it. The linker sends every g_file_trash() of the window through __wrap_g_file_trash() here. */

#define PATIENCE_S 60.0
/* No page may have more stops of the Tab key than this; lists count as one. */
#define MAX_STOPS 150

static const char *const page_names[] = { "build",    "data", "train", "inspect",
                                          "classify", "runs", "lab" };

static RnApplication *application;
static int has_wastebasket; /* atomic */

gboolean __wrap_g_file_trash (GFile *file, GCancellable *cancellable, GError **error);

gboolean
__wrap_g_file_trash (GFile *file, GCancellable *cancellable, GError **error)
{
  if (g_atomic_int_get (&has_wastebasket))
    return g_file_delete (file, cancellable, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "None in the test");
  return FALSE;
}

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

/* A line of a menu; GTK keeps its type to itself. */
static gboolean
is_menu_item (GtkWidget *widget)
{
  return g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkModelButton");
}

/* Whether a person can act on it, so that it needs a name */
static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) ||
         GTK_IS_SWITCH (widget) || GTK_IS_ENTRY (widget) || GTK_IS_SEARCH_ENTRY (widget) ||
         GTK_IS_SPIN_BUTTON (widget) || GTK_IS_SCALE (widget) || GTK_IS_DROP_DOWN (widget) ||
         ADW_IS_COMBO_ROW (widget) || GTK_IS_TEXT_VIEW (widget) || GTK_IS_LIST_VIEW (widget) ||
         GTK_IS_GRID_VIEW (widget) || GTK_IS_COLUMN_VIEW (widget) || is_menu_item (widget) ||
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

/* What opens over a page, by what opens it */
enum
{
  OPENED_BY_BUTTON,
  OPENED_BY_CHOICE,
  OPENED_BY_FIGURE,
  OPENED_BY_SPINE,
  OPENED_BY_REPETITION,
  OPENED_BY_MAP,
  N_OPENINGS
};

typedef struct
{
  GString *faults;
  const char *page;
  gboolean is_of_others; /* libadwaita's dialogs name their buttons by mnemonic and label */
  gboolean
      is_all_theirs; /* a window or toast of GTK's or libadwaita's own: an icon is no fault of the program's */
  guint n_controls;
  guint n_charts;
  guint n_opened[N_OPENINGS];
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
  if (GTK_IS_MENU_BUTTON (widget))
    return gtk_menu_button_get_icon_name (GTK_MENU_BUTTON (widget)) != NULL;
  return GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL;
}

/* Whether there is a word in it to read, or something to act on, which has a name */
static gboolean
has_words (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  if (is_labelled (widget) && !GTK_IS_POPOVER (widget))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_words (child))
      return TRUE;
  return FALSE;
}

/* GTK calls a button of an icon labelled by the icon, which says nothing. */
static gboolean
is_named (Walk *walk, GtkWidget *widget)
{
  if (walk->is_all_theirs && (is_icon (widget) || has_words (widget)))
    return TRUE;
  return is_labelled (widget) || (is_labelled_by (widget) && !is_icon (widget));
}

/* GTK 4.8 reads both names one after the other where there are two. */
static void
check_name (Walk *walk, GtkWidget *widget)
{
  walk->n_controls++;
  if (!is_named (walk, widget))
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

/* Popovers */

typedef GtkPopover *(*OpenFunc) (GtkWidget *widget);

static void
scroll_to (GtkWidget *widget)
{
  graphene_rect_t place;

  for (GtkWidget *viewport = gtk_widget_get_ancestor (widget, GTK_TYPE_VIEWPORT); viewport != NULL;
       viewport = gtk_widget_get_ancestor (gtk_widget_get_parent (viewport), GTK_TYPE_VIEWPORT))
    if (gtk_widget_compute_bounds (widget, gtk_viewport_get_child (GTK_VIEWPORT (viewport)),
                                   &place))
      gtk_adjustment_clamp_page (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport)),
                                 place.origin.y, place.origin.y + place.size.height);
}

/* Whether the middle of it is in the window; scrolls, which the next frame shows. */
static gboolean
is_in_view (gpointer widget)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (widget));
  graphene_rect_t place;
  float middle;

  scroll_to (widget);
  if (!gtk_widget_compute_bounds (widget, root, &place))
    return FALSE;
  middle = place.origin.y + 0.5f * place.size.height;
  return middle > 0.0f && middle < (float) gtk_widget_get_height (root);
}

/* Nothing opens over what has been scrolled away. */
static void
bring_into_view (GtkWidget *widget)
{
  gtk_widget_grab_focus (widget);
  settle_until (is_in_view, widget, PATIENCE_S);
  settle_for (50);
}

static GtkPopover *
popover_of (GtkWidget *widget)
{
  GtkWidget *popover = find_widget (widget, GTK_TYPE_POPOVER, 0);

  return popover != NULL ? GTK_POPOVER (popover) : NULL;
}

static GtkPopover *
open_menu_button (GtkWidget *widget)
{
  if (!GTK_IS_MENU_BUTTON (widget))
    return NULL;
  bring_into_view (widget);
  gtk_menu_button_popup (GTK_MENU_BUTTON (widget));
  return gtk_menu_button_get_popover (GTK_MENU_BUTTON (widget));
}

static GtkPopover *
open_choice (GtkWidget *widget)
{
  if (!GTK_IS_DROP_DOWN (widget) && !ADW_IS_COMBO_ROW (widget))
    return NULL;
  bring_into_view (widget);
  if (GTK_IS_DROP_DOWN (widget))
    g_signal_emit_by_name (widget, "activate");
  else
    adw_action_row_activate (ADW_ACTION_ROW (widget));
  return popover_of (widget);
}

/* The menu that a figure opens at the right button of the mouse, and at the Menu key */
static GtkPopover *
open_figure_menu (GtkWidget *widget)
{
  static const char *const actions[] = { "figure.menu", "chart.menu", NULL };
  GtkWidgetClass *class = GTK_WIDGET_GET_CLASS (widget);
  const char *action, *property;
  const GVariantType *type;
  GType owner;

  for (guint i = 0; gtk_widget_class_query_action (class, i, &owner, &action, &type, &property);
       i++)
    if (g_strv_contains (actions, action))
      {
        bring_into_view (widget);
        g_assert_true (gtk_widget_activate_action (widget, action, NULL));
        return popover_of (widget);
      }
  return NULL;
}

/* Offers @key to the controllers of @widget that act in @phase. */
static gboolean
is_taken (GtkWidget *widget, guint key, GtkPropagationPhase phase)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean is_stopped = FALSE;

  for (guint i = 0; !is_stopped && i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller) &&
          gtk_event_controller_get_propagation_phase (controller) == phase)
        g_signal_emit_by_name (controller, "key-pressed", key, 0, 0, &is_stopped);
    }
  return is_stopped;
}

static GtkPopover *
find_open_popover (GtkWidget *widget)
{
  GtkWidget *popover;

  for (int i = 0; (popover = find_widget (widget, GTK_TYPE_POPOVER, i)) != NULL; i++)
    if (gtk_widget_get_visible (popover))
      return GTK_POPOVER (popover);
  return NULL;
}

static GtkPopover *
open_spine_menu (GtkWidget *widget)
{
  if (!RN_IS_SPINE_BODY (widget))
    return NULL;
  g_assert_true (is_taken (widget, GDK_KEY_Menu, GTK_PHASE_BUBBLE));
  return find_open_popover (widget);
}

static GtkPopover *
open_repetition (GtkWidget *widget)
{
  if (!RN_IS_SPINE_BODY (widget))
    return NULL;
  g_assert_true (gtk_widget_activate_action (widget, "spine.repeat", NULL));
  return find_open_popover (widget);
}

static GtkPopover *
open_map (GtkWidget *widget)
{
  if (!RN_IS_MAP_GRID (widget))
    return NULL;
  bring_into_view (widget);
  g_object_set (widget, "selected", 0, NULL);
  g_signal_emit_by_name (widget, "activate", 0);
  return find_open_popover (widget);
}

/* What a widget opens, NULL where it opens nothing of the kind */
static const OpenFunc openings[N_OPENINGS] = {
  [OPENED_BY_BUTTON] = open_menu_button,    [OPENED_BY_CHOICE] = open_choice,
  [OPENED_BY_FIGURE] = open_figure_menu,    [OPENED_BY_SPINE] = open_spine_menu,
  [OPENED_BY_REPETITION] = open_repetition, [OPENED_BY_MAP] = open_map,
};

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

static gboolean
is_not_mapped (gpointer widget)
{
  return !gtk_widget_get_mapped (widget);
}

/* Every page of a menu: those within lie behind the first. */
static void
check_menu (Walk *walk, GtkStack *stack)
{
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    {
      gtk_stack_set_visible_child (stack, page);
      check_tree (walk, page);
    }
}

/* Walks what was just asked to come, and closes it. The list of a choice is GTK's own, and need only say something. */
static void
check_popover (Walk *walk, GtkPopover *popover, gboolean is_choice)
{
  GtkWidget *stack =
      GTK_IS_POPOVER_MENU (popover) ? find_widget (GTK_WIDGET (popover), GTK_TYPE_STACK, 0) : NULL;

  settle_until (is_mapped, popover, PATIENCE_S);
  if (!has_words (GTK_WIDGET (popover)))
    complain (walk, GTK_WIDGET (popover), "says nothing");
  if (stack != NULL)
    check_menu (walk, GTK_STACK (stack));
  else if (!is_choice)
    for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (popover)); child != NULL;
         child = gtk_widget_get_next_sibling (child))
      check_tree (walk, child);
  gtk_popover_popdown (popover);
  settle_until (is_not_mapped, popover, PATIENCE_S);
}

/* What in @root can be seen and used, and is not in @seen, which it goes into */
static void
collect (GtkWidget *root, GHashTable *seen, GPtrArray *found)
{
  if (GTK_IS_POPOVER (root) || !gtk_widget_get_mapped (root) || !gtk_widget_is_sensitive (root))
    return;
  if (g_hash_table_add (seen, g_object_ref (root)))
    g_ptr_array_add (found, root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, seen, found);
}

/* Opens all that opens over @root, and is not in @seen, as a person would. */
static void
check_popovers (Walk *walk, GtkWidget *root, GHashTable *seen)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  collect (root, seen, found);
  for (guint i = 0; i < found->len; i++)
    for (guint kind = 0; kind < N_OPENINGS; kind++)
      {
        GtkWidget *widget = found->pdata[i];
        GtkPopover *popover = gtk_widget_get_mapped (widget) ? openings[kind](widget) : NULL;

        if (popover == NULL)
          continue;
        check_popover (walk, popover, kind == OPENED_BY_CHOICE);
        walk->n_opened[kind]++;
      }
}

/* Fails the test where something has no name. */
static void
assert_no_faults (Walk *walk)
{
  if (walk->faults->len > 0)
    g_test_message ("%s", walk->faults->str);
  g_assert_cmpuint (walk->faults->len, ==, 0);
  g_string_free (walk->faults, TRUE);
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
  assert_no_faults (&walk);
  g_assert_cmpuint (walk.n_controls, >, 100);
  g_assert_cmpuint (walk.n_charts, >, 4);
  opening_close (application, window);
}

static void
select_first_block (RnSession *session)
{
  const RnSpec *spec = rn_session_get_spec (session);

  rn_selection_select (rn_session_get_selection (session), RN_PART_BLOCK,
                       rn_spec_get_block (spec, 0)->id, NULL);
}

/* Its maps come last. */
static gboolean
shows_maps (gpointer page)
{
  GtkWidget *grid = find_widget (page, RN_TYPE_MAP_GRID, 0);

  return grid != NULL && gtk_widget_get_mapped (grid);
}

static void
test_all_that_opens_over_a_page_says_what_it_is (void)
{
  RnWindow *window = open_learning_window ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  Walk walk = { .faults = g_string_new (NULL) };

  select_first_block (rn_window_get_session (window));
  rn_remembered_note_data (rn_remembered (), "/nowhere/pictures");
  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      walk.page = page_names[i];
      rn_window_show_page (window, page_names[i]);
      show_settings (window);
      if (g_str_equal (page_names[i], "inspect"))
        settle_until (shows_maps, rn_window_get_page_widget (window, "inspect"), PATIENCE_S);
      settle_for (700);
      check_popovers (&walk, GTK_WIDGET (window), seen);
    }
  for (guint kind = 0; kind < N_OPENINGS; kind++)
    {
      g_test_message ("kind %u: %u opened", kind, walk.n_opened[kind]);
      g_assert_cmpuint (walk.n_opened[kind], >, 0);
    }
  g_test_message ("%u controls", walk.n_controls);
  assert_no_faults (&walk);
  rn_remembered_clear_data (rn_remembered ());
  g_hash_table_remove_all (seen);
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
  g_autoptr (GHashTable) seen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  GtkWindow *dialog;

  walk->page = name;
  settle_until (has_dialog, window, PATIENCE_S);
  settle_for (300);
  dialog = opening_find_dialog (window);
  check_tree (walk, GTK_WIDGET (dialog));
  check_popovers (walk, GTK_WIDGET (dialog), seen);
  g_hash_table_remove_all (seen);
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

/* Drops a file on the row of @dialog that takes files. */
static void
drop_file (GtkWidget *dialog, GFile *file)
{
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean is_taken = FALSE;
  GtkWidget *row;

  g_value_init (&value, G_TYPE_FILE);
  g_value_set_object (&value, file);
  for (int i = 0; (row = find_widget (dialog, ADW_TYPE_ACTION_ROW, i)) != NULL; i++)
    {
      g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (row);

      for (guint k = 0; k < g_list_model_get_n_items (controllers); k++)
        {
          g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, k);

          if (GTK_IS_DROP_TARGET (controller))
            g_signal_emit_by_name (controller, "drop", &value, 1.0, 1.0, &is_taken);
        }
    }
  g_assert_true (is_taken);
}

static gboolean
has_read_names (gpointer dialog)
{
  return says (dialog, "2 names");
}

/* The question about a model, as it opens and with a list of names that can be taken back */
static void
check_import (Walk *walk, RnWindow *window)
{
  RnSession *session = rn_window_get_session (window);
  g_autoptr (RnDocument) model = new_foreign_model ();
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) names = g_file_new_tmp ("residua-XXXXXX", &stream, NULL);

  rn_import_dialog_present (GTK_WINDOW (window), session, model);
  check_dialog (walk, window, "import");
  g_assert_true (g_file_set_contents (g_file_peek_path (names), "one\ntwo\n", -1, NULL));
  rn_import_dialog_present (GTK_WINDOW (window), session, model);
  settle_until (has_dialog, window, PATIENCE_S);
  drop_file (GTK_WIDGET (opening_find_dialog (window)), names);
  settle_until (has_read_names, opening_find_dialog (window), PATIENCE_S);
  check_dialog (walk, window, "import with names");
  g_file_delete (names, NULL, NULL);
}

static gboolean
tells_of_wastebasket (gpointer window)
{
  return says (window, "is in the wastebasket");
}

/* Where there is none it asks; where there is one it tells. */
static void
check_wastebasket (Walk *walk, RnWindow *window)
{
  g_autofree char *folder = g_dir_make_tmp ("residua-XXXXXX", NULL);

  for (int i = 0; i < 2; i++)
    {
      g_atomic_int_set (&has_wastebasket, i);
      rn_run_ask_trash (GTK_WIDGET (window), rn_window_get_session (window), folder, do_nothing,
                        G_OBJECT (window));
      if (i == 0)
        check_dialog (walk, window, "delete for good");
    }
  settle_until (tells_of_wastebasket, window, PATIENCE_S);
  walk->page = "in the wastebasket";
  walk->is_all_theirs = TRUE;
  check_tree (walk, GTK_WIDGET (window));
  walk->is_all_theirs = FALSE;
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_all_that_a_dialog_has_says_what_it_is (void)
{
  static const struct
  {
    const char *action;
    gboolean is_all_theirs;
  } dialogs[] = {
    { "win.preferences", FALSE },
    { "win.export", FALSE },
    { "win.shortcuts", TRUE },
    { "win.about", TRUE },
  };
  RnWindow *window = open_learning_window ();
  RnSession *session = rn_window_get_session (window);
  Walk walk = { .faults = g_string_new (NULL), .is_of_others = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (window), dialogs[i].action, NULL);
      walk.is_all_theirs = dialogs[i].is_all_theirs;
      check_dialog (&walk, window, dialogs[i].action);
    }
  walk.is_all_theirs = FALSE;
  g_signal_emit_by_name (session, "problem", "A title", "A text");
  check_dialog (&walk, window, "problem");
  check_import (&walk, window);
  check_wastebasket (&walk, window);
  check_mixed_files (&walk, window);
  check_questions_of_training (&walk, window);
  assert_no_faults (&walk);
  opening_close (application, window);
}

/* The Tab key */

static gboolean
press_tab (RnWindow *window)
{
  for (GtkWidget *widget = gtk_root_get_focus (GTK_ROOT (window)); widget != NULL;
       widget = gtk_widget_get_parent (widget))
    if (is_taken (widget, GDK_KEY_Tab, GTK_PHASE_CAPTURE)) /* before the focus moves */
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
  g_test_add_func ("/access/all that opens over a page says what it is",
                   test_all_that_opens_over_a_page_says_what_it_is);
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
