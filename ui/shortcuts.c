#include "shortcuts.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *action; /* detailed; NULL for keys that a widget answers itself */
  const char *keys;   /* as gtk_accelerator_parse() has it */
  const char *title;
} Key;

typedef struct
{
  const char *title;
  const Key *keys;
  guint n_keys;
  const Key *shown; /* (nullable): one row in the place of all */
} Group;

static const Key training[] = {
  { "win.start-or-pause", "<Control>Return", N_ ("Start, pause or resume") },
  { "win.step", "<Control>period", N_ ("Single step") },
  { "win.stop", "<Control><Shift>Return", N_ ("Stop") },
};

static const Key pages[] = {
  { "win.page::build", "<Alt>1", N_ ("Build") },
  { "win.page::data", "<Alt>2", N_ ("Data") },
  { "win.page::train", "<Alt>3", N_ ("Train") },
  { "win.page::inspect", "<Alt>4", N_ ("Inspect") },
  { "win.page::classify", "<Alt>5", N_ ("Classify") },
  { "win.page::runs", "<Alt>6", N_ ("Runs") },
  { "win.page::lab", "<Alt>7", N_ ("Lab") },
};

static const Key all_pages = { NULL, "<Alt>1...<Alt>7", N_ ("Go to a page") };

static const Key window[] = {
  { "win.open", "<Control>o", N_ ("Open files") },
  { NULL, "<Control>v", N_ ("Paste a picture or blocks") },
  { "win.spine", "F9", N_ ("Show or hide the spine") },
  { NULL, "<Control>z <Control><Shift>z", N_ ("Undo or redo an edit") },
  { NULL, "F10", N_ ("Main menu") },
  { "win.presenter", "F11", N_ ("Presenter mode") },
  { "win.preferences", "<Control>comma", N_ ("Preferences") },
  { "win.shortcuts", "<Control>question", N_ ("Keyboard shortcuts") },
  { "window.close", "<Control>w", N_ ("Close the window") },
  { "app.quit", "<Control>q", N_ ("Quit") },
};

static const Key spine[] = {
  { NULL, "Up Down", N_ ("Go to the block above or below") },
  { NULL, "<Shift>Up <Shift>Down", N_ ("Extend the selection") },
  { NULL, "<Control>a", N_ ("Select all blocks") },
  { NULL, "Left Right", N_ ("Fold, unfold, go along the row") },
  { NULL, "space", N_ ("Switch the block’s branch off or on") },
  { NULL, "Return", N_ ("Inspect the block") },
  { NULL, "Escape", N_ ("Leave the layer, then the block") },
};

static const Key editing[] = {
  { NULL, "Insert", N_ ("Insert a block like this one below") },
  { NULL, "s", N_ ("Insert a whole stage below") },
  { NULL, "<Control>d r", N_ ("Duplicate or repeat the blocks") },
  { NULL, "<Alt>Up <Alt>Down", N_ ("Move the blocks up or down") },
  { NULL, "k", N_ ("Change the kind of the blocks") },
  { NULL, "Delete", N_ ("Delete the blocks") },
  { NULL, "<Control>c <Control>x", N_ ("Copy or cut the blocks") },
  { NULL, "Menu <Shift>F10", N_ ("Menu of the blocks") },
};

static const Key building[] = {
  { NULL, "<Control>n <Control><Shift>o", N_ ("New network, or open one") },
  { NULL, "<Control>s <Control><Shift>s", N_ ("Save the network, or save it as") },
  { NULL, "<Control>t", N_ ("Plain twin") },
  { NULL, "<Control><Shift>d", N_ ("Deepen") },
  { NULL, "<Control><Shift>f", N_ ("Fit to data") },
  { NULL, "<Control>e", N_ ("Save the figure as PDF") },
  { NULL, "<Control><Shift>e", N_ ("Copy the table of layers") },
};

static const Key charts[] = {
  { NULL, "plus minus 0", N_ ("Zoom in and out, show all") },
  { NULL, "Left Right", N_ ("Move along") },
  { NULL, "<Control>c", N_ ("Copy the figure") },
};

static const Group groups[] = {
  { N_ ("Train"), training, G_N_ELEMENTS (training), NULL },
  { N_ ("Window"), window, G_N_ELEMENTS (window), NULL },
  { N_ ("Network"), building, G_N_ELEMENTS (building), NULL },
  { N_ ("Pages"), pages, G_N_ELEMENTS (pages), &all_pages },
  { N_ ("Spine"), spine, G_N_ELEMENTS (spine), NULL },
  { N_ ("Blocks in the spine"), editing, G_N_ELEMENTS (editing), NULL },
  { N_ ("Charts"), charts, G_N_ELEMENTS (charts), NULL },
};

void
rn_shortcuts_set_keys (GtkApplication *application)
{
  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    for (guint i = 0; i < groups[g].n_keys; i++)
      {
        const char *const keys[] = { groups[g].keys[i].keys, NULL };

        if (groups[g].keys[i].action != NULL)
          gtk_application_set_accels_for_action (application, groups[g].keys[i].action, keys);
      }
}

/* GTK 4.8 lets nobody but GtkBuilder fill this window. All of it stands on one page: GTK warns of its own labels in a
 * switcher of several, which it makes by itself of more than two columns: "max-height" leaves two, about as high.
 */

static void
append_key (GString *ui, const Key *key)
{
  g_autofree char *row = g_markup_printf_escaped (
      "<child><object class='GtkShortcutsShortcut'><property name='accelerator'>%s</property>"
      "<property name='title'>%s</property></object></child>",
      key->keys, _ (key->title));

  g_string_append (ui, row);
}

static void
append_group (GString *ui, const Group *group)
{
  g_autofree char *start = g_markup_printf_escaped (
      "<child><object class='GtkShortcutsGroup'><property name='title'>%s</property>",
      _ (group->title));

  g_string_append (ui, start);
  if (group->shown != NULL)
    append_key (ui, group->shown);
  for (guint i = 0; group->shown == NULL && i < group->n_keys; i++)
    append_key (ui, &group->keys[i]);
  g_string_append (ui, "</object></child>");
}

/* It is higher than the screens of many portable computers. */
static void
let_scroll (GtkWindow *shortcuts)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  g_autoptr (GtkWidget) content = g_object_ref (gtk_window_get_child (shortcuts));

  gtk_window_set_child (shortcuts, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), content);
  gtk_window_set_child (shortcuts, scrolled);
}

GtkWidget *
rn_shortcuts_new (GtkWindow *parent)
{
  g_autoptr (GString) ui =
      g_string_new ("<interface><object class='GtkShortcutsWindow' id='shortcuts'><child>"
                    "<object class='GtkShortcutsSection'><property name='section-name'>all"
                    "</property><property name='max-height'>23</property>");
  g_autoptr (GtkBuilder) builder = NULL;
  GtkWidget *shortcuts;

  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    append_group (ui, &groups[g]);
  g_string_append (ui, "</object></child></object></interface>");
  builder = gtk_builder_new_from_string (ui->str, (gssize) ui->len);
  shortcuts = GTK_WIDGET (gtk_builder_get_object (builder, "shortcuts"));
  gtk_window_set_title (GTK_WINDOW (shortcuts), _ ("Keyboard shortcuts"));
  gtk_window_set_transient_for (GTK_WINDOW (shortcuts), parent);
  gtk_window_set_modal (GTK_WINDOW (shortcuts), TRUE);
  let_scroll (GTK_WINDOW (shortcuts));
  return shortcuts;
}
