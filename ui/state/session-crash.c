#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "state/session-private.h"

/* A file that names the run in training for as long as there is a trainer. What still stands there at the next start was
 * left by a program that died.
 */

#define MAX_PATH 65536

static char *
mark_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "residua", "training", NULL);
}

void
rn_crash_mark (const char *run_path)
{
  g_autofree char *path = mark_path (), *folder = g_path_get_dirname (path);

  /* Without the mark nothing is lost but the offer */
  if (g_mkdir_with_parents (folder, 0700) != 0 ||
      !g_file_set_contents (path, run_path, (gssize) strlen (run_path), NULL))
    g_debug ("“%s” cannot be written", path);
}

/* Returns: (transfer full) (nullable): what the mark names */
static char *
read_mark (void)
{
  g_autofree char *path = mark_path ();
  char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  if (length == 0 || length > MAX_PATH || strlen (text) != length)
    g_clear_pointer (&text, g_free);
  return text;
}

void
rn_crash_unmark (const char *run_path)
{
  g_autofree char *path = mark_path (), *named = read_mark ();

  if (g_strcmp0 (named, run_path) == 0)
    g_unlink (path);
}

/* Whether some program trains it now */
static gboolean
is_locked (const char *run_path)
{
  g_autofree char *path = g_build_filename (run_path, "lock", NULL);
  const int fd = g_open (path, O_RDWR | O_CLOEXEC | O_NONBLOCK, 0);
  gboolean is_free;

  if (fd < 0)
    return FALSE;
  is_free = flock (fd, LOCK_EX | LOCK_NB) == 0;
  close (fd);
  return !is_free;
}

static gboolean
is_unfinished (const char *run_path)
{
  g_autoptr (RnRun) run = rn_run_open (run_path, NULL);
  g_autoptr (GArray) rows = run == NULL ? NULL : rn_run_read_history (run, NULL);

  return rows != NULL && (gint64) rows->len < rn_run_get_settings (run)->steps;
}

static void
find_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree char *run_path = read_mark ();

  if (data != NULL)
    rn_run_clear_making (data);
  if (run_path != NULL && is_locked (run_path))
    {
      /* it lives */
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  if (run_path != NULL)
    rn_crash_unmark (run_path); /* it is offered once */
  if (run_path != NULL && is_unfinished (run_path))
    g_task_return_pointer (task, g_steal_pointer (&run_path), g_free);
  else
    g_task_return_pointer (task, NULL, NULL);
}

void
rn_session_find_crashed_async (RnSession *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_task_data (task, g_strdup (self->runs_folder), g_free);
  g_task_run_in_thread (task, find_in_task);
}

char *
rn_session_find_crashed_finish (RnSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
