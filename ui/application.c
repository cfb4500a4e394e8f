#include "application.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <malloc.h>
#include <signal.h>

#include "places.h"
#include "preferences.h"
#include "remembered.h"
#include "residua-resources.h"
#include "shortcuts.h"
#include "window.h"

#define MAX_HEAPS 2
#define FIRST_NETWORK "resnet20"

struct _RnApplication
{
  AdwApplication parent_instance;
  RnWindow *window;    /* (nullable): weak; also while it only saves */
  GListStore *waiting; /* files for the window that comes when this one has gone */
  gboolean is_wanted;  /* a window was asked for meanwhile */
  guint signal_ids[2];
};

G_DEFINE_FINAL_TYPE (RnApplication, rn_application, ADW_TYPE_APPLICATION)

static RnSession *
new_session (GSettings *remembered)
{
  g_autofree char *folder = rn_remembered_get_runs_folder (remembered);
  g_autofree char *sketches = rn_places_get_sketches ();
  RnSession *session = rn_session_new (folder);
  g_autoptr (RnSpec) spec = rn_spec_preset (FIRST_NETWORK, NULL);
  RnSettings settings;
  double epochs;
  guint choices;

  rn_remembered_get_training (remembered, &settings, &epochs, &choices);
  rn_session_restore_settings (session, &settings, epochs, (RnChoices) choices);
  if (remembered != NULL)
    {
      rn_session_set_threads (session, g_settings_get_int (remembered, "threads"));
      rn_session_set_measure (session, (RnMeasureKind) g_settings_get_enum (remembered, "measure"));
    }
  rn_session_show_sketch (session, spec, NULL);
  rn_session_set_sketch_folder (session, sketches);
  rn_session_restore_sketches (session);
  rn_session_open_dataset (session, "sample");
  return session;
}

static void
ensure_window (RnApplication *self)
{
  g_autoptr (RnSession) session = NULL;

  if (self->window == NULL)
    {
      session = new_session (rn_remembered ());
      g_set_weak_pointer (&self->window, RN_WINDOW (rn_window_new (GTK_APPLICATION (self), session,
                                                                   rn_remembered ())));
    }
  gtk_window_present (GTK_WINDOW (self->window));
}

/* A window that has been closed and still saves is not brought back: another one follows it. */
static gboolean
must_wait (RnApplication *self)
{
  if (self->window == NULL || !rn_window_is_closing (self->window))
    return FALSE;
  self->is_wanted = TRUE;
  return TRUE;
}

static void
rn_application_activate (GApplication *application)
{
  RnApplication *self = RN_APPLICATION (application);

  if (!must_wait (self))
    ensure_window (self);
}

static void
rn_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  RnApplication *self = RN_APPLICATION (application);

  for (int i = 0; i < n_files; i++)
    g_list_store_append (self->waiting, files[i]);
  if (must_wait (self))
    return;
  ensure_window (self);
  rn_window_open (self->window, G_LIST_MODEL (self->waiting));
  g_list_store_remove_all (self->waiting);
}

static void
rn_application_window_removed (GtkApplication *application, GtkWindow *window)
{
  RnApplication *self = RN_APPLICATION (application);

  GTK_APPLICATION_CLASS (rn_application_parent_class)->window_removed (application, window);
  if (window != GTK_WINDOW (self->window))
    return;
  g_clear_weak_pointer (&self->window);
  if (!self->is_wanted)
    return;
  self->is_wanted = FALSE;
  rn_application_open (G_APPLICATION (self), NULL, 0, "");
}

static void
quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  RnApplication *self = data;

  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
  else
    g_application_quit (G_APPLICATION (self));
}

static void
activate (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_application_activate (G_APPLICATION (data));
}

/* Who logs out or shuts down ends the program like who closes the window: it saves first. */
static gboolean
on_signal (gpointer data)
{
  quit (NULL, NULL, data);
  return G_SOURCE_CONTINUE;
}

static void
rn_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { "quit", quit, NULL, NULL, NULL, { 0 } },
    { "activate", activate, NULL, NULL, NULL, { 0 } },
  };
  RnApplication *self = RN_APPLICATION (application);

  G_APPLICATION_CLASS (rn_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (RN_APPLICATION_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  rn_shortcuts_set_keys (GTK_APPLICATION (self));
  rn_preferences_follow_style (rn_remembered ());
  self->signal_ids[0] = g_unix_signal_add (SIGTERM, on_signal, self);
  self->signal_ids[1] = g_unix_signal_add (SIGINT, on_signal, self);
}

static void
rn_application_shutdown (GApplication *application)
{
  RnApplication *self = RN_APPLICATION (application);

  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_clear_handle_id (&self->signal_ids[i], g_source_remove);
  g_settings_sync ();
  G_APPLICATION_CLASS (rn_application_parent_class)->shutdown (application);
}

static int
rn_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("Residua %s\n", RN_VERSION);
  return 0;
}

static void
rn_application_dispose (GObject *object)
{
  RnApplication *self = RN_APPLICATION (object);

  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->waiting);
  G_OBJECT_CLASS (rn_application_parent_class)->dispose (object);
}

static void
rn_application_class_init (RnApplicationClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_application_dispose;
  G_APPLICATION_CLASS (class)->activate = rn_application_activate;
  G_APPLICATION_CLASS (class)->open = rn_application_open;
  G_APPLICATION_CLASS (class)->startup = rn_application_startup;
  G_APPLICATION_CLASS (class)->shutdown = rn_application_shutdown;
  G_APPLICATION_CLASS (class)->handle_local_options = rn_application_handle_local_options;
  GTK_APPLICATION_CLASS (class)->window_removed = rn_application_window_removed;
}

static void
rn_application_init (RnApplication *self)
{
  static const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Show the version and leave"), NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  GApplication *application = G_APPLICATION (self);

  self->waiting = g_list_store_new (G_TYPE_FILE);
  g_application_add_main_option_entries (application, entries);
  g_application_set_option_context_parameter_string (application, _ ("[FILE…]"));
  g_application_set_option_context_summary (
      application,
      _ ("Builds, trains and takes apart residual networks. FILE may be pictures, a data "
         "set, a network (.json), a model (.safetensors) or the folder of a run."));
}

/* Pictures, curves and weights come and go on many threads for days. Left to itself malloc() keeps a heap for each, whose
 * holes add up. (Mapping large pieces one by one would keep the least, but the surfaces of a frame are such pieces: a
 * frame of the Train page took 13 ms in the place of 7.)
 */
static void
share_heaps (void)
{
#ifdef M_ARENA_MAX
  mallopt (M_ARENA_MAX, MAX_HEAPS);
#endif
}

RnApplication *
rn_application_new (void)
{
  share_heaps ();
  /* what the style sheet, the icons and the schema are looked up in */
  g_resources_register (residua_get_resource ());
  return g_object_new (RN_TYPE_APPLICATION, "application-id", RN_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/io/github/residua/Residua", NULL);
}
