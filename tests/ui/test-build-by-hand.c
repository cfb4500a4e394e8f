#include <adwaita.h>

#include "application.h"
#include "pages/block-palette.h"
#include "settle.h"
#include "spine/cargo.h"
#include "spine/spine.h"
#include "window.h"

/* A network that everybody knows, built from an empty canvas in the real window: with a mouse, and with keys alone. */

#define PATIENCE_S 60.0
/* An action is a click, a drag or an entry that is committed. */
#define MAX_ACTIONS 12
#define MAX_STOPS 150

enum
{
  STAGE = 4 /* of the palette */
};

static RnApplication *application;

typedef struct
{
  RnWindow *window;
  RnSession *session;
  GtkWidget *page;
  RnSpineBody *body;
  int n_actions;
} Person;

/* The window */

static gboolean
is_mapped (gpointer data)
{
  return gtk_widget_get_mapped (data);
}

static gboolean
has_dataset (gpointer session)
{
  return rn_session_get_dataset (session) != NULL;
}

static gboolean
has_no_window (gpointer data)
{
  return gtk_application_get_windows (GTK_APPLICATION (application)) == NULL;
}

static void
set_up (Person *person)
{
  GtkWidget *spine;

  g_application_activate (G_APPLICATION (application));
  *person = (Person){ .window = RN_WINDOW (
                          gtk_application_get_windows (GTK_APPLICATION (application))->data) };
  settle_until (is_mapped, person->window, PATIENCE_S);
  person->session = rn_window_get_session (person->window);
  settle_until (has_dataset, person->session, PATIENCE_S);
  rn_window_show_page (person->window, "build");
  settle_for (300);
  person->page = rn_window_get_page_widget (person->window, "build");
  spine = find_widget (GTK_WIDGET (person->window), RN_TYPE_SPINE, 0);
  person->body = rn_spine_get_body (RN_SPINE (spine));
}

static void
tear_down (Person *person)
{
  gtk_window_close (GTK_WINDOW (person->window));
  settle_until (has_no_window, NULL, PATIENCE_S);
}

static void
check_is_resnet20 (Person *person)
{
  g_autoptr (RnSpec) preset = rn_spec_preset ("resnet20", NULL);
  g_autofree char *wanted = rn_spec_to_json (preset);
  g_autofree char *built = rn_spec_to_json (rn_session_get_spec (person->session));

  g_assert_cmpstr (built, ==, wanted);
}

/* Returns: (nullable): the control in @root that acts so */
static GtkWidget *
find_action (GtkWidget *root, const char *action)
{
  GtkWidget *found = NULL;

  if (GTK_IS_ACTIONABLE (root) &&
      g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (root)), action) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_action (child, action);
  return found;
}

/* The entry of the network's name, which is there while nothing is selected */
static GtkWidget *
find_name (Person *person)
{
  GtkWidget *entry = find_widget (person->page, GTK_TYPE_ENTRY, 0);

  g_assert_nonnull (entry);
  g_assert_true (gtk_widget_get_mapped (entry));
  return entry;
}

static void
fill_in (GtkWidget *entry, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  g_signal_emit_by_name (entry, "activate");
  settle_for (50);
}

static GtkEventController *
find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller;
    }
  g_assert_not_reached ();
}

/* With a mouse */

static void
click (Person *person, const char *action)
{
  GtkWidget *button = find_action (person->page, action);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_get_mapped (button) && gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  settle_for (50);
  person->n_actions++;
}

static void
drag_to_the_head (Person *person, int entry)
{
  GtkWidget *palette = find_widget (person->page, RN_TYPE_BLOCK_PALETTE, 0);
  GtkWidget *button = rn_block_palette_get_button (RN_BLOCK_PALETTE (palette), entry);
  const int n = rn_spec_n_blocks (rn_session_get_spec (person->session));
  GtkWidget *head = GTK_WIDGET (rn_spine_body_get_row (person->body, n));
  g_autoptr (GdkContentProvider) provider = NULL;
  GValue value = G_VALUE_INIT;
  gboolean is_taken = FALSE;
  double x, y;

  g_signal_emit_by_name (find_controller (button, GTK_TYPE_DRAG_SOURCE), "prepare", 5.0, 5.0,
                         &provider);
  g_value_init (&value, RN_TYPE_CARGO);
  g_assert_true (gdk_content_provider_get_value (provider, &value, NULL));
  gtk_widget_translate_coordinates (head, GTK_WIDGET (person->body), 60.0, 10.0, &x, &y);
  g_signal_emit_by_name (find_controller (GTK_WIDGET (person->body), GTK_TYPE_DROP_TARGET), "drop",
                         &value, x, y, &is_taken);
  g_assert_true (is_taken);
  g_value_unset (&value);
  settle_for (50);
  person->n_actions++;
}

static void
test_resnet_20_is_built_with_a_mouse_in_twelve_actions (void)
{
  Person person;

  set_up (&person);
  click (&person, "build.new");
  g_assert_cmpint (rn_spec_n_blocks (rn_session_get_spec (person.session)), ==, 0);
  fill_in (find_name (&person), "resnet20"); /* as the preset has it */
  person.n_actions++;
  for (int i = 0; i < 3; i++)
    drag_to_the_head (&person, STAGE);
  check_is_resnet20 (&person);
  g_test_message ("%d actions", person.n_actions);
  g_assert_cmpint (person.n_actions, <=, MAX_ACTIONS);
  tear_down (&person);
}

/* With keys */

/* Returns: whether a shortcut of @widget or in it has taken the key */
static gboolean
press_shortcut (GtkWidget *widget, guint key, GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  g_autoptr (GtkShortcutTrigger) trigger = gtk_keyval_trigger_new (key, state);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GListModel) shortcuts = g_list_model_get_item (controllers, i);

      for (guint s = 0;
           GTK_IS_SHORTCUT_CONTROLLER (shortcuts) && s < g_list_model_get_n_items (shortcuts); s++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (shortcuts, s);

          if (gtk_shortcut_trigger_equal (gtk_shortcut_get_trigger (shortcut), trigger) &&
              gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0, widget,
                                            gtk_shortcut_get_arguments (shortcut)))
            return TRUE;
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_mapped (child) && press_shortcut (child, key, state))
      return TRUE;
  return FALSE;
}

/* Offers Tab to the controllers that come before the focus moves. */
static gboolean
is_tab_taken (GtkWidget *widget)
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

static void
press_tab (Person *person)
{
  for (GtkWidget *widget = gtk_root_get_focus (GTK_ROOT (person->window)); widget != NULL;
       widget = gtk_widget_get_parent (widget))
    if (is_tab_taken (widget))
      return;
  gtk_widget_child_focus (GTK_WIDGET (person->window), GTK_DIR_TAB_FORWARD);
}

static void
tab_to (Person *person, GtkWidget *widget)
{
  for (int i = 0; i < MAX_STOPS; i++)
    {
      GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (person->window));

      if (focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget)))
        return;
      press_tab (person);
    }
  g_assert_not_reached ();
}

static void
press (Person *person, guint key, GdkModifierType state)
{
  gboolean is_taken = FALSE;

  g_signal_emit_by_name (find_controller (GTK_WIDGET (person->body), GTK_TYPE_EVENT_CONTROLLER_KEY),
                         "key-pressed", key, 0, state, &is_taken);
  g_assert_true (is_taken);
  settle_for (50);
}

static void
test_resnet_20_is_built_without_a_mouse (void)
{
  Person person;

  set_up (&person);
  g_assert_true (press_shortcut (GTK_WIDGET (person.window), GDK_KEY_n, GDK_CONTROL_MASK));
  settle_for (50);
  tab_to (&person, GTK_WIDGET (person.body));
  /* the first stage block by block, the others at once */
  press (&person, GDK_KEY_Insert, 0);
  press (&person, GDK_KEY_d, GDK_CONTROL_MASK);
  press (&person, GDK_KEY_Insert, 0);
  press (&person, GDK_KEY_s, 0);
  press (&person, GDK_KEY_s, 0);
  press (&person, GDK_KEY_Escape, 0);
  tab_to (&person, find_name (&person));
  fill_in (find_name (&person), "resnet20"); /* as the preset has it */
  check_is_resnet20 (&person);
  /* and nothing that was done is lost */
  for (int i = 0; i < 6; i++)
    g_assert_true (press_shortcut (GTK_WIDGET (person.window), GDK_KEY_z, GDK_CONTROL_MASK));
  g_assert_cmpint (rn_spec_n_blocks (rn_session_get_spec (person.session)), ==, 0);
  for (int i = 0; i < 6; i++)
    g_assert_true (
        press_shortcut (GTK_WIDGET (person.window), GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK));
  check_is_resnet20 (&person);
  tear_down (&person);
}

int
main (int argc, char **argv)
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  application = rn_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_test_add_func ("/build-by-hand/ResNet-20 is built with a mouse in at most twelve actions",
                   test_resnet_20_is_built_with_a_mouse_in_twelve_actions);
  g_test_add_func ("/build-by-hand/ResNet-20 is built without a mouse",
                   test_resnet_20_is_built_without_a_mouse);
  status = g_test_run ();
  g_object_unref (application);
  return status;
}
