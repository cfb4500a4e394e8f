#include "import-dialog.h"

#include <glib/gstdio.h>
#include <math.h>

#include "foreign.h"
#include "looking.h"

typedef struct
{
  char *folder;
  char *path;
  RnSession *session;
  GtkWidget *parent;
  GtkWidget *dialog;
} World;

static void
on_guessed (gboolean *has_guessed)
{
  *has_guessed = TRUE;
}

static gboolean
is_set (gpointer flag)
{
  return *(gboolean *) flag;
}

static void
world_set_up (World *world, gconstpointer preset)
{
  gboolean has_guessed = FALSE;

  world->folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  world->path = foreign_save (world->folder, preset);
  world->session = rn_session_new ("/nonexistent");
  world->parent = looking_window (gtk_label_new (NULL), 1000, 640);
  g_signal_connect_swapped (world->session, "guessed", G_CALLBACK (on_guessed), &has_guessed);
  rn_session_open_model (world->session, world->path);
  looking_wait (is_set, &has_guessed);
  rn_import_dialog_present (GTK_WINDOW (world->parent), world->session,
                            rn_session_get_document (world->session));
  for (guint i = 0; i < g_list_model_get_n_items (gtk_window_get_toplevels ()); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (gtk_window_get_toplevels (), i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        world->dialog = window;
    }
  g_assert_nonnull (world->dialog);
  g_object_add_weak_pointer (G_OBJECT (world->dialog), (gpointer *) &world->dialog);
  looking_pass (100);
}

static void
world_tear_down (World *world, gconstpointer preset)
{
  g_autofree char *names = g_build_filename (world->folder, "names.txt", NULL);

  if (world->dialog != NULL)
    looking_close (world->dialog);
  looking_close (world->parent);
  g_object_unref (world->session);
  g_unlink (world->path);
  g_unlink (names);
  g_rmdir (world->folder);
  g_free (world->path);
  g_free (world->folder);
}

static gpointer
find_entry (World *world, int nth)
{
  return looking_find (world->dialog, ADW_TYPE_ENTRY_ROW, nth);
}

static gboolean
can_use (World *world)
{
  return adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (world->dialog), "use");
}

static const RnModel *
model_of (World *world)
{
  return rn_document_get_model (rn_session_get_document (world->session));
}

static gboolean
has_the_epsilon (gpointer world)
{
  return fabs (rn_model_get_epsilon (model_of (world)) - 0.25) < 1e-9;
}

static void
test_what_is_said_is_what_the_model_gets (World *world, gconstpointer data)
{
  AdwComboRow *preset = looking_find (world->dialog, ADW_TYPE_COMBO_ROW, 0);

  looking_shoot (world->dialog, "import-dialog");
  adw_combo_row_set_selected (preset, 2);
  g_assert_cmpstr (gtk_editable_get_text (find_entry (world, 0)), ==, "0.485, 0.456, 0.406");
  /* batch-norm's is none of a preset's numbers */
  gtk_editable_set_text (find_entry (world, 2), "0.25");
  g_assert_cmpuint (adw_combo_row_get_selected (preset), ==, 2);
  /* numbers of one's own are no preset's */
  gtk_editable_set_text (find_entry (world, 0), "0.1 0.2;0.3");
  g_assert_cmpuint (adw_combo_row_get_selected (preset), ==, 3);
  adw_combo_row_set_selected (looking_find (world->dialog, ADW_TYPE_COMBO_ROW, 1), 1);
  g_assert_true (can_use (world));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (world->dialog), "use");
  looking_wait (has_the_epsilon, world);
  g_assert_cmpfloat (rn_model_get_preprocess (model_of (world))->mean[1], ==, 0.2f);
  g_assert_cmpfloat (rn_model_get_preprocess (model_of (world))->std[1], ==, 0.224f);
  g_assert_cmpint (rn_spec_get_block (rn_model_get_spec (model_of (world)), 3)->shortcut, ==,
                   RN_SHORTCUT_A_END);
}

static void
test_what_is_no_number_is_marked_and_cannot_be_used (World *world, gconstpointer data)
{
  static const struct
  {
    int row;
    const char *text;
  } wrong[] = { { 0, "0.1, 0.2" }, { 0, "0.1, 0.2, 0.3, 0.4" }, { 0, "1, 2, nan" }, { 0, "" },
                { 1, "1, 0, 1" },  { 1, "1, 1, 1e-60" },        { 2, "0" },         { 2, "1" },
                { 2, "-1e-5" } };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *before = g_strdup (gtk_editable_get_text (find_entry (world, wrong[i].row)));

      g_test_message ("%d: %s", wrong[i].row, wrong[i].text);
      g_assert_true (can_use (world));
      gtk_editable_set_text (find_entry (world, wrong[i].row), wrong[i].text);
      g_assert_false (can_use (world));
      g_assert_true (gtk_widget_has_css_class (find_entry (world, wrong[i].row), "error"));
      gtk_editable_set_text (find_entry (world, wrong[i].row), before);
      g_assert_false (gtk_widget_has_css_class (find_entry (world, wrong[i].row), "error"));
    }
}

static GtkWidget *
find_label (GtkWidget *widget, const char *text)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_label (child, text);
  return found;
}

/* Drops a file of these names on their row, as a person does who spares the way by its button */
static void
drop_names (World *world, const char *names)
{
  g_autofree char *path = g_build_filename (world->folder, "names.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GtkWidget *row = gtk_widget_get_ancestor (find_label (world->dialog, "Names of the classes"),
                                            ADW_TYPE_ACTION_ROW);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (row);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean is_taken = FALSE;

  g_assert_true (g_file_set_contents (path, names, -1, NULL));
  g_value_init (&value, G_TYPE_FILE);
  g_value_set_object (&value, file);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) one = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (one))
        g_signal_emit_by_name (one, "drop", &value, 1.0, 1.0, &is_taken);
    }
  g_assert_true (is_taken);
}

static GtkWidget *
find_tipped (GtkWidget *widget, const char *tooltip)
{
  GtkWidget *found = NULL;

  if (g_strcmp0 (gtk_widget_get_tooltip_text (widget), tooltip) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_tipped (child, tooltip);
  return found;
}

typedef struct
{
  GtkWidget *dialog;
  const char *text;
} Said;

static gboolean
says (gpointer data)
{
  const Said *said = data;

  return looking_says (said->dialog, said->text);
}

static void
wait_for_words (World *world, const char *text)
{
  Said said = { world->dialog, text };

  g_test_message ("%s", text);
  looking_wait (says, &said);
}

static gboolean
has_names (gpointer world)
{
  return rn_model_get_classes (model_of (world)) != NULL;
}

static void
test_names_of_ones_own_are_the_models (World *world, gconstpointer data)
{
  AdwComboRow *preset = looking_find (world->dialog, ADW_TYPE_COMBO_ROW, 0);

  adw_combo_row_set_selected (preset, 3);
  g_assert_true (looking_says (world->dialog, "None: classes are shown by number"));
  adw_combo_row_set_selected (preset, 1);
  g_assert_true (looking_says (world->dialog, "10: airplane, automobile, \xe2\x80\xa6"));
  drop_names (world, "one\ntwo\n");
  wait_for_words (world, "2 names, but the network has 10 classes");
  g_assert_false (can_use (world));
  drop_names (world, "one\n\nthree\n");
  wait_for_words (world, "names.txt\xe2\x80\x9d, line 2");
  g_assert_false (can_use (world));
  g_signal_emit_by_name (find_tipped (world->dialog, "Without this list"), "clicked");
  g_assert_true (looking_says (world->dialog, "10: airplane, automobile, \xe2\x80\xa6"));
  g_assert_true (can_use (world));
  g_assert_false (gtk_widget_get_visible (find_tipped (world->dialog, "Without this list")));
  drop_names (world, "a <b>\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  wait_for_words (world, "10: a <b>, b, \xe2\x80\xa6");
  looking_shoot (world->dialog, "import-dialog-names");
  g_assert_true (can_use (world));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (world->dialog), "use");
  looking_wait (has_names, world);
  g_assert_cmpstr (rn_model_get_classes (model_of (world))[0], ==, "a <b>");
  g_assert_cmpstr (rn_model_get_classes (model_of (world))[9], ==, "j");
}

/* The dialog goes while the file is being read */
static void
test_a_dialog_that_goes_takes_no_names (World *world, gconstpointer data)
{
  drop_names (world, "one\n");
  gtk_window_destroy (GTK_WINDOW (world->dialog));
  looking_pass (300);
  g_assert_null (world->dialog);
}

static gboolean
is_whole (PangoAttribute *attribute, gpointer data)
{
  return attribute->klass->type == PANGO_ATTR_ALLOW_BREAKS &&
         ((PangoAttrInt *) attribute)->value == 0;
}

/* Two words, neither of which a line may end in */
static void
test_korean_lines_end_between_words (World *world, gconstpointer data)
{
  static const char words[] = "\xec\x8b\xa0\xea\xb2\xbd\xeb\xa7\x9d \xea\xb0\x92";
  g_autoptr (PangoAttrList) attributes = NULL, wholes = NULL;
  GSList *list;

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (world->dialog), words);
  attributes = pango_attr_list_copy (
      gtk_label_get_attributes (GTK_LABEL (find_label (world->dialog, words))));
  g_assert_nonnull (attributes);
  wholes = pango_attr_list_filter (attributes, is_whole, NULL);
  g_assert_nonnull (wholes);
  list = pango_attr_list_get_attributes (wholes);
  g_assert_cmpuint (g_slist_length (list), ==, 2);
  g_slist_free_full (list, (GDestroyNotify) pango_attribute_destroy);
}

static void
test_a_dialog_that_is_closed_leaves_nothing (World *world, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (world->dialog));
  looking_pass (300);
  g_assert_null (world->dialog);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(name, function)                                                                        \
  g_test_add ("/import-dialog/" name, World, "resnet20", world_set_up, function, world_tear_down)
  ADD ("what is said is what the model gets", test_what_is_said_is_what_the_model_gets);
  ADD ("what is no number is marked and cannot be used",
       test_what_is_no_number_is_marked_and_cannot_be_used);
  ADD ("names of one's own are the model's", test_names_of_ones_own_are_the_models);
  ADD ("a dialog that goes takes no names", test_a_dialog_that_goes_takes_no_names);
  ADD ("Korean lines end between words", test_korean_lines_end_between_words);
  ADD ("a dialog that is closed leaves nothing", test_a_dialog_that_is_closed_leaves_nothing);
  return g_test_run ();
}
