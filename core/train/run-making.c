#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "train/run-writer-private.h"

/* A run is made in a folder "RUN.new-XXXXXX" beside its place, and gets its name with its first checkpoint. A program that
 * dies in between leaves that folder.
 *
 * Whoever makes one holds the folder's lock as long as he lives, and the lock of the folder around it, shared, until he has
 * that one. So to whoever holds the outer lock alone, a folder whose lock is free belongs to nobody.
 */

#define MAKING ".new-"
#define N_RANDOM 6
#define MAX_TRIES 100
#define TRY_EVERY_US 10000

gboolean
rn_run_is_in_making (const char *name)
{
  const char *suffix = g_strrstr (name, MAKING);

  if (suffix == NULL || suffix == name || strlen (suffix) != strlen (MAKING) + N_RANDOM)
    return FALSE;
  for (suffix += strlen (MAKING); *suffix != '\0'; suffix++)
    if (!g_ascii_isalnum (*suffix))
      return FALSE;
  return TRUE;
}

static gboolean
is_folder (const char *path)
{
  struct stat status;

  return lstat (path, &status) == 0 && S_ISDIR (status.st_mode);
}

/* All files of a folder, and then itself */
static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = is_folder (path) ? g_dir_open (path, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      g_unlink (child);
    }
  g_rmdir (path);
}

void
rn_run_remove_making (const char *folder)
{
  g_autofree char *checkpoints = g_build_filename (folder, RN_RUN_CHECKPOINTS, NULL);

  remove_folder (checkpoints);
  remove_folder (folder);
}

int
rn_run_lock_around (const char *parent)
{
  const int fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  /* Who clears holds it for a moment. Who holds it longer does not clear, and is not waited for; where there are no such
   * locks, rn_run_clear_making() gets none either. */
  for (int i = 0; fd >= 0 && i < MAX_TRIES && flock (fd, LOCK_SH | LOCK_NB) != 0; i++)
    g_usleep (TRY_EVERY_US);
  return fd;
}

/* Whether a writer of runs gives the name, or one of a file that it writes aside */
static gboolean
is_of_a_run (const char *name)
{
  static const char *const names[] = { RN_RUN_SPEC,   RN_RUN_SETTINGS, RN_RUN_CLASSES,
                                       RN_RUN_ORIGIN, RN_RUN_HISTORY,  RN_RUN_TIMING,
                                       RN_RUN_BLOCKS, RN_RUN_EVENTS,   RN_RUN_CHECKPOINTS,
                                       RN_RUN_LOCK };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const gsize n = strlen (names[i]);

      if (strncmp (name, names[i], n) == 0 &&
          (name[n] == '\0' || g_str_has_prefix (name + n, ".tmp-")))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_checkpoint (const char *name)
{
  return g_str_has_prefix (name, "step-") && strstr (name, ".safetensors") != NULL;
}

static gboolean
holds_only (const char *folder, gboolean (*is_own) (const char *name))
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (!is_own (name))
      return FALSE;
  return TRUE;
}

/* Whether it is nothing but a run. A folder of the person's own may be called "site.new-design". */
static gboolean
is_but_a_run (const char *folder)
{
  g_autofree char *checkpoints = g_build_filename (folder, RN_RUN_CHECKPOINTS, NULL);

  return holds_only (folder, is_of_a_run) && holds_only (checkpoints, is_checkpoint);
}

/* Made with a step done, it was a run, and somebody has renamed it so. */
static gboolean
has_steps (const char *folder)
{
  g_autofree char *history = g_build_filename (folder, RN_RUN_HISTORY, NULL);
  struct stat status;

  return lstat (history, &status) == 0 && status.st_size > (goffset) strlen (RN_RUN_HISTORY_HEADER);
}

/* Where nobody makes it. Of a folder that has no lock yet, nothing is written: it goes only where it is empty. */
static void
clear (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, RN_RUN_LOCK, NULL);
  g_autofree char *checkpoints = g_build_filename (folder, RN_RUN_CHECKPOINTS, NULL);
  const int fd = open (path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

  if (fd < 0 && errno == ENOENT && holds_only (folder, is_of_a_run))
    {
      g_rmdir (checkpoints);
      g_rmdir (folder);
    }
  if (fd < 0)
    return;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0 && is_but_a_run (folder) && !has_steps (folder))
    rn_run_remove_making (folder);
  close (fd);
}

void
rn_run_clear_making (const char *folder)
{
  const int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (rn_run_is_in_making (name) && is_folder (path))
        clear (path);
    }
  if (fd >= 0)
    close (fd);
}
