#include "scratch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *folder;

void
scratch_check (gboolean done)
{
  if (done)
    return;
  perror ("a fuzz target's folder");
  abort ();
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    scratch_remove (name);
  g_rmdir (folder);
}

const char *
scratch_folder (void)
{
  if (folder == NULL)
    {
      folder =
          g_strdup (g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm/residua-fuzz-XXXXXX"
                                                                 : "/tmp/residua-fuzz-XXXXXX");
      scratch_check (g_mkdtemp (folder) != NULL);
      atexit (remove_folder);
    }
  return folder;
}

/* g_file_set_contents() would sync */
char *
scratch_write (const char *name, const uint8_t *data, size_t size)
{
  char *path = g_build_filename (scratch_folder (), name, NULL);
  const int fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  scratch_check (fd >= 0 && write (fd, data, size) == (ssize_t) size);
  close (fd);
  return path;
}

void
scratch_remove (const char *name)
{
  g_autofree char *path = g_build_filename (scratch_folder (), name, NULL);

  g_unlink (path);
}
