#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file-writer.h"
#include "residua/error.h"

void
rn_file_set_error (GError **error, const char *path, int saved_errno)
{
  /* a quota and the largest size of a file end the room as a full disk does */
  const gboolean is_full = saved_errno == ENOSPC || saved_errno == EDQUOT || saved_errno == EFBIG;

  g_set_error (error, G_IO_ERROR,
               is_full ? G_IO_ERROR_NO_SPACE : (int) g_io_error_from_errno (saved_errno),
               "“%s”: %s", path, g_strerror (saved_errno));
}

/* Says what a descriptor is and how long, before anything is read from it. */
static gboolean
check_regular (int fd, const char *path, gsize max_bytes, gsize *length, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    {
      rn_file_set_error (error, path, errno);
      return FALSE;
    }
  if (S_ISDIR (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, _ ("“%s” is a folder, not a file"),
                   path);
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _ ("“%s” is not a regular file"),
                   path);
      return FALSE;
    }
  if ((guint64) info.st_size > max_bytes)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is too large: %lld bytes, at most %zu are read"), path,
                   (long long) info.st_size, max_bytes);
      return FALSE;
    }
  *length = (gsize) info.st_size;
  return TRUE;
}

/* Returns: the bytes read, fewer than @length only at the file's end, or -1 with errno */
static gssize
read_fully (int fd, guint8 *bytes, gsize length)
{
  gsize done = 0;

  while (done < length)
    {
      const gssize n = read (fd, bytes + done, length - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return (gssize) done;
}

GBytes *
rn_file_read (const char *path, gsize max_bytes, GError **error)
{
  GBytes *result = NULL;
  guint8 *bytes = NULL;
  gsize length;
  gssize n;
  /* A FIFO without a writer would otherwise hold the caller up in open(). */
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    {
      rn_file_set_error (error, path, errno);
      return NULL;
    }
  if (!check_regular (fd, path, max_bytes, &length, error))
    goto out;

  bytes = g_try_malloc (MAX (length, 1));
  if (bytes == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory for the %zu bytes of “%s”"), length, path);
      goto out;
    }
  n = read_fully (fd, bytes, length);
  if (n < 0)
    rn_file_set_error (error, path, errno);
  else
    result = g_bytes_new_take (g_steal_pointer (&bytes), (gsize) n);

out:
  g_free (bytes);
  close (fd);
  return result;
}

gboolean
rn_file_sync_folder (const char *path, GError **error)
{
  const int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int saved_errno = 0;

  if (fd < 0)
    {
      rn_file_set_error (error, path, errno);
      return FALSE;
    }
  /* Some file systems cannot sync a folder and say EINVAL: nothing more can be done there. */
  if (fsync (fd) != 0 && errno != EINVAL)
    saved_errno = errno;
  close (fd);
  if (saved_errno != 0)
    rn_file_set_error (error, path, saved_errno);
  return saved_errno == 0;
}

gboolean
rn_file_replace (const char *path, const void *bytes, gsize length, GError **error)
{
  g_autoptr (RnFileWriter) writer = rn_file_writer_new (path, error);

  if (writer == NULL)
    return FALSE;
  rn_file_writer_add (writer, bytes, length);
  return rn_file_writer_commit (writer, error);
}
