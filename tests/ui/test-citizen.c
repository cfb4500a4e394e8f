#include <adwaita.h>
#include <string.h>

#include "../core/train/tiny.h"
#include "application.h"
#include "pages/class-names.h"
#include "settle.h"
#include "window-private.h"
#include "window.h"

/* What the program does as one of the desktop: it is there once, and it keeps the computer awake while it trains. The
 * second launch is a process of its own: this program again.
 *
 *   test-citizen --launch FILE
 */

#define PATIENCE_S 60.0

typedef struct
{
  const char *program;
  RnApplication *application;
  RnWindow *window;
  RnSession *session;
} Life;

static Life life;

static GList *
windows (void)
{
  return gtk_application_get_windows (GTK_APPLICATION (life.application));
}

static void
begin (void)
{
  life.application = rn_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (life.application), NULL, NULL));
  g_application_activate (G_APPLICATION (life.application));
  life.window = windows ()->data;
  life.session = rn_window_get_session (life.window);
}

static gboolean
has_no_window (gpointer data)
{
  return windows () == NULL;
}

static void
end (void)
{
  gtk_window_close (GTK_WINDOW (life.window));
  settle_until (has_no_window, NULL, PATIENCE_S);
  g_clear_object (&life.application);
}

static gboolean
shows_the_file (gpointer data)
{
  const RnSpec *spec = rn_session_get_spec (life.session);

  return spec != NULL && strcmp (rn_spec_get_name (spec), "tiny") == 0;
}

static void
note_exit (GObject *process, GAsyncResult *result, gpointer is_over)
{
  g_assert_true (g_subprocess_wait_check_finish (G_SUBPROCESS (process), result, NULL));
  *(gboolean *) is_over = TRUE;
}

static gboolean
is_set (gpointer data)
{
  return *(gboolean *) data;
}

static void
test_a_second_launch_hands_its_files_to_the_first (void)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *path = g_build_filename (folder, "network.json", NULL);
  g_autoptr (RnSpec) spec = tiny_spec_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) second = NULL;
  gboolean is_over = FALSE;

  g_assert_true (rn_spec_save (spec, path, &error));
  g_assert_false (shows_the_file (NULL));
  second = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, life.program, "--launch", path, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check_async (second, NULL, note_exit, &is_over);
  settle_until (is_set, &is_over, PATIENCE_S);
  settle_until (shows_the_file, NULL, PATIENCE_S);
  g_assert_cmpuint (g_list_length (windows ()), ==, 1);
  tiny_folder_remove (folder);
}

static gboolean
has_data (gpointer data)
{
  return rn_session_get_dataset (life.session) != NULL &&
         rn_session_get_dataset_progress (life.session) < 0 &&
         strcmp (rn_session_get_dataset_name (life.session), "sample") != 0;
}

static gboolean
is_in (gpointer state)
{
  const RnStatus *status = rn_session_get_status (life.session);

  return status->state == (RnState) GPOINTER_TO_INT (state) && !status->is_pending;
}

static gboolean
has_ended (gpointer data)
{
  return !rn_session_is_busy (life.session);
}

/* Of the live run, now and with the time cursor at a step of the past */
static void
assert_weights_are_named (void)
{
  RnTimeAxis *time = rn_session_get_time (life.session);
  g_autofree char *now = rn_class_names_of_weights (life.session, 7);
  g_autofree char *then = NULL;

  g_assert_nonnull (strstr (now, "step 7, the live one"));
  rn_time_axis_set_cursor (time, 1);
  then = rn_class_names_of_weights (life.session, 0);
  g_assert_nonnull (strstr (then, "from the checkpoint of step 0"));
  rn_time_axis_set_cursor (time, -1);
}

static void
test_the_computer_stays_awake_while_it_trains_and_only_then (void)
{
  g_autofree char *folder = tiny_folder_new ();
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autoptr (RnDataset) dataset = tiny_dataset_new (folder, 96, 12);
  g_autoptr (RnSpec) spec = tiny_spec_new ();

  rn_session_open_dataset (life.session, data);
  settle_until (has_data, NULL, PATIENCE_S);
  rn_session_show_sketch (life.session, spec, NULL);
  rn_session_set_epochs (life.session, 10000);
  g_assert_false (life.window->is_inhibiting);
  for (int i = 0; i < 2; i++)
    {
      rn_session_start (life.session);
      settle_until (is_in, GINT_TO_POINTER (RN_STATE_RUNNING), PATIENCE_S);
      g_assert_true (life.window->is_inhibiting);
      rn_session_pause (life.session);
      settle_until (is_in, GINT_TO_POINTER (RN_STATE_PAUSED), PATIENCE_S);
      g_assert_false (life.window->is_inhibiting);
    }
  assert_weights_are_named ();
  rn_session_start (life.session);
  settle_until (is_in, GINT_TO_POINTER (RN_STATE_RUNNING), PATIENCE_S);
  rn_session_stop (life.session);
  settle_until (has_ended, NULL, PATIENCE_S);
  g_assert_false (life.window->is_inhibiting);
  tiny_folder_remove (folder);
}

static int
launch (char *program, char *file)
{
  g_autoptr (RnApplication) application = rn_application_new ();
  char *arguments[] = { program, file, NULL };

  return g_application_run (G_APPLICATION (application), 2, arguments);
}

int
main (int argc, char **argv)
{
  int result;

  if (argc == 3 && strcmp (argv[1], "--launch") == 0)
    return launch (argv[0], argv[2]);
  g_test_init (&argc, &argv, NULL);
  life.program = argv[0];
  begin ();
  g_test_add_func ("/citizen/a second launch hands its files to the first",
                   test_a_second_launch_hands_its_files_to_the_first);
  g_test_add_func ("/citizen/the computer stays awake while it trains, and only then",
                   test_the_computer_stays_awake_while_it_trains_and_only_then);
  result = g_test_run ();
  end ();
  return result;
}
