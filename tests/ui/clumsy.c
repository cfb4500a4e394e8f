/* A curious and clumsy person: presses whatever is there, types nonsense, opens what is broken, changes networks and data
 * while it trains, and deletes the run that trains. Nothing is checked but that no complaint is made and nothing hangs:
 * for G_DEBUG=fatal-warnings and the sanitizers.
 *
 *   with-display clumsy [--seed N] [--seconds S] [--verbose]
 *
 * The same seed does the same things, though not at the same moments of a training.
 */
#include <adwaita.h>
#include <glib/gstdio.h>

#include "application.h"
#include "desktop.h"
#include "window.h"

/* Longest time that the main loop may take for what was done, in seconds: generous, as the tests share a processor */
#define MAX_HANG_S 5.0

static int seed = 1;
static double seconds = 20.0;
static gboolean is_verbose = FALSE;

static const GOptionEntry options[] = {
  { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "What to do", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "How long", "S" },
  { "verbose", 0, 0, G_OPTION_ARG_NONE, &is_verbose, "Say what is done", NULL },
  { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
};

typedef struct
{
  GRand *random;
  RnApplication *application;
  RnWindow *window;
  RnSession *session;
  char *folder; /* of broken files, and of a data set that is fine */
} Person;

static int
below (Person *self, int n)
{
  return g_rand_int_range (self->random, 0, n);
}

static void
say (const char *what, const char *name)
{
  if (is_verbose)
    g_printerr ("%s %s\n", what, name);
}

static void
pass_time (double s)
{
  const gint64 end_us = g_get_monotonic_time () + (gint64) (s * G_USEC_PER_SEC);

  do
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  while (g_get_monotonic_time () < end_us);
}

/* What is broken */

static void
write_file (Person *self, const char *name, const char *bytes, gssize length)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_mkdir_with_parents (parent, 0700);
  g_file_set_contents (path, bytes, length, NULL);
}

static void
make_files (Person *self)
{
  char noise[5000];

  for (gsize i = 0; i < sizeof noise; i++)
    noise[i] = (char) below (self, 256);
  write_file (self, "noise.png", noise, sizeof noise);
  write_file (self, "noise.json", noise, sizeof noise);
  write_file (self, "noise.safetensors", noise, sizeof noise);
  write_file (self, "noise.bin", noise, sizeof noise);
  write_file (self, "half.json", "{ \"version\": 1 }", -1);
  write_file (self, "empty.png", "", 0);
  write_file (self, "run/spec.json", "{}", -1);
  write_file (self, "run/history.csv", "step\n", -1);
  for (int i = 0; i < 24; i++)
    {
      g_autofree char *name = g_strdup_printf ("pets/%s/%d.png", i % 2 == 0 ? "cat" : "dog", i);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      g_autoptr (RnPicture) picture = rn_sample_render (RN_SPLIT_TEST, i, 16 + i, NULL);

      write_file (self, name, "", 0);
      rn_picture_save_png (picture, path, NULL);
    }
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir =
      g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

/* What can be seen and pressed */

static void
collect (GtkWidget *widget, GPtrArray *controls)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget) ||
      GTK_IS_WINDOW_CONTROLS (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_SCROLLBAR (widget))
    return;
  if (GTK_IS_BUTTON (widget) || GTK_IS_EDITABLE (widget) || GTK_IS_SWITCH (widget) ||
      GTK_IS_RANGE (widget) || GTK_IS_DROP_DOWN (widget) || ADW_IS_COMBO_ROW (widget) ||
      GTK_IS_LIST_VIEW (widget))
    g_ptr_array_add (controls, widget);
  if (GTK_IS_DROP_DOWN (widget) || ADW_IS_COMBO_ROW (widget))
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, controls);
}

static void
type_nonsense (Person *self, GtkWidget *entry)
{
  static const char *const nonsense[] = { "",    "0",     "1",    "-1",       "1e99", "nan",
                                          "12",  "abc",   "0.5",  "50%, 75%", "50%",  "99999999999",
                                          "inf", "1,000", "한국", "128",      " ",    "0.1" };

  gtk_editable_set_text (GTK_EDITABLE (entry), nonsense[below (self, G_N_ELEMENTS (nonsense))]);
  gtk_widget_activate (entry);
}

static void
choose (Person *self, GtkWidget *control, GListModel *model)
{
  const int n = model != NULL ? (int) g_list_model_get_n_items (model) : 0;

  if (n > 0)
    g_object_set (control, "selected", (guint) below (self, n), NULL);
}

static void
act_on (Person *self, GtkWidget *control)
{
  const char *tip = gtk_widget_get_tooltip_text (control);

  say (G_OBJECT_TYPE_NAME (control), tip != NULL ? tip : "");
  if (GTK_IS_EDITABLE (control))
    type_nonsense (self, control);
  else if (GTK_IS_SWITCH (control))
    gtk_switch_set_active (GTK_SWITCH (control), !gtk_switch_get_active (GTK_SWITCH (control)));
  else if (GTK_IS_RANGE (control))
    gtk_range_set_value (GTK_RANGE (control), g_rand_double (self->random) * 2 - 0.5);
  else if (GTK_IS_DROP_DOWN (control))
    choose (self, control, gtk_drop_down_get_model (GTK_DROP_DOWN (control)));
  else if (ADW_IS_COMBO_ROW (control))
    choose (self, control, adw_combo_row_get_model (ADW_COMBO_ROW (control)));
  else if (GTK_IS_LIST_VIEW (control))
    g_signal_emit_by_name (control, "activate", (guint) below (self, 10));
  else
    gtk_widget_activate (control);
}

/* Returns: (transfer none) (nullable): a window over the main one */
static GtkWindow *
find_dialog (Person *self)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (window != GTK_WINDOW (self->window) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return window;
    }
  return NULL;
}

static void
press_something (Person *self)
{
  g_autoptr (GPtrArray) controls = g_ptr_array_new ();
  GtkWindow *dialog = find_dialog (self);

  /* GTK's file chooser, pressed anywhere, complains of itself */
  if (dialog != NULL && (GTK_IS_FILE_CHOOSER (dialog) || below (self, 3) == 0))
    {
      say ("close", G_OBJECT_TYPE_NAME (dialog));
      gtk_window_close (dialog);
      return;
    }
  collect (dialog != NULL ? GTK_WIDGET (dialog) : GTK_WIDGET (self->window), controls);
  if (controls->len > 0)
    act_on (self, g_ptr_array_index (controls, (guint) below (self, (int) controls->len)));
}

/* What a person does to a session */

static void
open_something (Person *self)
{
  static const char *const names[] = { "noise.png", "noise.json", "noise.safetensors",
                                       "noise.bin", "half.json",  "empty.png",
                                       "run",       "pets",       "pets/cat",
                                       "nowhere" };
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  const int n = below (self, 4) == 0 ? 2 : 1;

  for (int i = 0; i < n; i++)
    {
      g_autofree char *path =
          g_build_filename (self->folder, names[below (self, G_N_ELEMENTS (names))], NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      say ("open", path);
      g_list_store_append (files, file);
    }
  rn_window_open (self->window, G_LIST_MODEL (files));
}

static void
show_network (Person *self)
{
  /* those that train in little memory */
  static const char *const names[] = { "resnet8", "resnet14", "resnet20",
                                       "plain20", "resnet44", "resnet110" };
  g_autoptr (RnSpec) spec = rn_spec_preset (names[below (self, G_N_ELEMENTS (names))], NULL);

  say ("network", rn_spec_get_name (spec));
  rn_session_show_sketch (self->session, spec, NULL);
}

static void
open_run (Person *self, gboolean is_deleted)
{
  const char *runs = rn_session_get_runs_folder (self->session);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  g_autofree char *path = NULL;
  const char *name = NULL;

  for (int i = below (self, 6); dir != NULL && i >= 0; i--)
    name = g_dir_read_name (dir);
  if (name == NULL)
    return;
  path = g_build_filename (runs, name, NULL);
  say (is_deleted ? "delete" : "run", path);
  if (is_deleted)
    remove_tree (path);
  else if (below (self, 2) == 0)
    rn_session_open_run (self->session, path);
  else
    rn_session_compare (self->session, path);
}

static void
train (Person *self)
{
  static const char *const actions[] = { "win.start-or-pause", "win.start-or-pause", "win.step",
                                         "win.stop" };
  const char *action = actions[below (self, G_N_ELEMENTS (actions))];

  say ("train", action);
  gtk_widget_activate_action (GTK_WIDGET (self->window), action, NULL);
}

static void
look (Person *self)
{
  static const char *const pages[] = { "build",    "data", "train", "inspect",
                                       "classify", "runs", "lab" };
  const char *page = pages[below (self, G_N_ELEMENTS (pages))];
  const RnSpec *spec = rn_session_get_spec (self->session);

  say ("page", page);
  rn_window_show_page (self->window, page);
  if (spec != NULL && rn_spec_n_blocks (spec) > 0 && below (self, 2) == 0)
    rn_selection_select (rn_session_get_selection (self->session), RN_PART_BLOCK,
                         rn_spec_get_block (spec, below (self, rn_spec_n_blocks (spec)))->id, NULL);
  if (below (self, 4) == 0)
    rn_time_axis_set_cursor (rn_session_get_time (self->session), below (self, 40) - 1);
  if (below (self, 8) == 0)
    gtk_window_set_default_size (GTK_WINDOW (self->window), 300 + below (self, 1300),
                                 200 + below (self, 800));
}

/* A small batch: others use this computer as well */
static void
make_modest (Person *self)
{
  RnSettings settings = *rn_session_get_settings (self->session);

  settings.batch = 8;
  rn_session_set_settings (self->session, &settings);
}

static void
find_window (Person *self)
{
  g_application_activate (G_APPLICATION (self->application));
  for (;;)
    {
      GList *windows = gtk_application_get_windows (GTK_APPLICATION (self->application));

      for (; windows != NULL; windows = windows->next)
        if (RN_IS_WINDOW (windows->data) && !rn_window_is_closing (windows->data))
          {
            self->window = windows->data;
            self->session = rn_window_get_session (self->window);
            make_modest (self);
            return;
          }
      pass_time (0.01);
    }
}

/* Closes the window, and often comes back before it has saved */
static void
leave_and_return (Person *self)
{
  GtkWindow *dialog = find_dialog (self);

  if (dialog != NULL)
    return;
  say ("leave", "");
  gtk_window_close (GTK_WINDOW (self->window));
  find_window (self);
}

static void
do_something (Person *self)
{
  const int what = below (self, 100);

  if (what < 60)
    press_something (self);
  else if (what < 72)
    look (self);
  else if (what < 82)
    train (self);
  else if (what < 87)
    show_network (self);
  else if (what < 92)
    open_something (self);
  else if (what < 96)
    open_run (self, FALSE);
  else if (what < 97)
    open_run (self, TRUE);
  else if (what < 98)
    rn_session_open_dataset (self->session, "sample");
  else if (what < 99)
    leave_and_return (self);
}

static gboolean
has_window (Person *self)
{
  return gtk_application_get_windows (GTK_APPLICATION (self->application)) != NULL;
}

static void
live (Person *self)
{
  const gint64 end_us = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  double longest_s = 0;
  int n = 0;

  for (; g_get_monotonic_time () < end_us; n++)
    {
      const gint64 before_us = g_get_monotonic_time ();
      const double pause_s = below (self, 5) * 0.01;
      double s;

      do_something (self);
      pass_time (pause_s);
      s = (double) (g_get_monotonic_time () - before_us) / G_USEC_PER_SEC - pause_s;
      if (s > 0.5)
        g_printerr ("# that took %.1f s\n", s);
      longest_s = MAX (longest_s, s);
    }
  g_print ("# %d things were done; the longest took %.2f s\n", n, longest_s);
  g_assert_cmpfloat (longest_s, <, MAX_HANG_S);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- a clumsy person");
  Person self = { 0 };

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return 2;
  self.random = g_rand_new_with_seed ((guint32) seed);
  self.folder = g_dir_make_tmp ("residua-clumsy-XXXXXX", NULL);
  make_files (&self);
  desktop_start ();
  self.application = rn_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (self.application), NULL, NULL));
  find_window (&self);
  live (&self);
  while (find_dialog (&self) != NULL)
    gtk_window_destroy (find_dialog (&self));
  gtk_window_close (GTK_WINDOW (self.window));
  while (has_window (&self))
    pass_time (0.01);
  g_print ("1..1\nok 1 nothing that a clumsy person does is complained about\n");
  g_object_unref (self.application);
  g_rand_free (self.random);
  remove_tree (self.folder);
  g_free (self.folder);
  return 0;
}
