#include "runs/run-files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <residua/run.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MAX_OPEN_FOLDERS 16

typedef struct
{
  char *path;
  char *name; /* of a renaming */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->path);
  g_free (work->name);
  g_free (work);
}

static void
set_error_from_errno (GError **error, int code, const char *format, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (format, shown);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
}

/* Takes the run's lock, so that nobody begins to train it meanwhile. Returns: the descriptor to close, -1 where there is
 * no lock to take, -2 with @error where somebody has it
 */
static int
take_lock (const char *path, GError **error)
{
  g_autofree char *lock = g_build_filename (path, "lock", NULL);
  g_autofree char *name = g_filename_display_basename (path);
  const int fd = open (lock, O_RDWR | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return fd;
  close (fd);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("“%s” is in training: stop it first"), name);
  return -2;
}

/* Deletes what nftw() visits, folders after what is in them. */
static int
delete_visited (const char *path, const struct stat *info, int kind, struct FTW *place)
{
  return remove (path);
}

static void
trash_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  const int lock = take_lock (work->path, &error);
  g_autoptr (GFile) file = g_file_new_for_path (work->path);
  const gboolean done = lock != -2 && g_file_trash (file, NULL, &error);

  if (lock >= 0)
    close (lock);
  if (done)
    g_task_return_pointer (task, g_strdup (""), g_free);
  else
    g_task_return_error (task, error);
}

static void
delete_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  const int lock = take_lock (work->path, &error);

  if (lock != -2 && nftw (work->path, delete_visited, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0)
    set_error_from_errno (&error, errno, _ ("“%s” cannot be deleted"), work->path);
  if (lock >= 0)
    close (lock);
  if (error == NULL)
    g_task_return_pointer (task, g_strdup (""), g_free);
  else
    g_task_return_error (task, error);
}

static char *
rename_folder (const Work *work, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (work->path);
  g_autofree char *encoded = g_filename_from_utf8 (work->name, -1, NULL, NULL, error);
  g_autofree char *path = encoded != NULL ? g_build_filename (parent, encoded, NULL) : NULL;

  if (path == NULL)
    return NULL;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("There is a “%s” already"), work->name);
      return NULL;
    }
  if (g_rename (work->path, path) != 0)
    {
      set_error_from_errno (error, errno, _ ("“%s” cannot be renamed"), work->path);
      return NULL;
    }
  return g_steal_pointer (&path);
}

static void
rename_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  char *path = NULL;
  int lock;

  if (*work->name == '\0' || *work->name == '.' || strchr (work->name, '/') != NULL ||
      rn_run_is_in_making (work->name))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                               _ ("A name is not empty, has no slash, begins with no dot and does "
                                  "not end like “.new-a1b2c3”"));
      return;
    }
  lock = take_lock (work->path, &error);
  if (lock != -2)
    path = rename_folder (work, &error);
  if (lock >= 0)
    close (lock);
  if (path != NULL)
    g_task_return_pointer (task, path, g_free);
  else
    g_task_return_error (task, error);
}

static void
start (const char *path, const char *name, GTaskThreadFunc func, GAsyncReadyCallback callback,
       gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Work *work = g_new0 (Work, 1);

  work->path = g_strdup (path);
  work->name = g_strdup (name);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, func);
}

void
rn_run_trash_async (const char *path, GAsyncReadyCallback callback, gpointer data)
{
  start (path, NULL, trash_in_task, callback, data);
}

void
rn_run_delete_async (const char *path, GAsyncReadyCallback callback, gpointer data)
{
  start (path, NULL, delete_in_task, callback, data);
}

void
rn_run_rename_async (const char *path, const char *name, GAsyncReadyCallback callback,
                     gpointer data)
{
  start (path, name, rename_in_task, callback, data);
}

char *
rn_run_files_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
