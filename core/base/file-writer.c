#include "base/file-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/file.h"

#define BUFFER_SIZE ((gsize) 1 << 16)

struct _RnFileWriter
{
  char *path;
  char *aside;
  int fd; /* -1: only counts, or failed or done */
  int saved_errno;
  guint64 position;
  gsize n_waiting;
  guint8 *waiting; /* BUFFER_SIZE */
};

RnFileWriter *
rn_file_writer_new (const char *path, GError **error)
{
  RnFileWriter *writer = g_new0 (RnFileWriter, 1);

  writer->fd = -1;
  if (path == NULL)
    return writer;
  writer->path = g_strdup (path);
  writer->aside = rn_file_aside_template (path);
  writer->fd = g_mkstemp_full (writer->aside, O_WRONLY | O_CLOEXEC, 0666);
  if (writer->fd < 0)
    {
      rn_file_set_error (error, path, errno);
      g_clear_pointer (&writer->aside, g_free);
      rn_file_writer_free (writer);
      return NULL;
    }
  writer->waiting = g_malloc (BUFFER_SIZE);
  return writer;
}

void
rn_file_writer_free (RnFileWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->fd >= 0)
    close (writer->fd);
  if (writer->aside != NULL)
    g_unlink (writer->aside);
  g_free (writer->path);
  g_free (writer->aside);
  g_free (writer->waiting);
  g_free (writer);
}

static void
write_out (RnFileWriter *writer, const guint8 *bytes, gsize length)
{
  while (length > 0 && writer->saved_errno == 0)
    {
      const gssize n = write (writer->fd, bytes, MIN (length, (gsize) 1 << 30));

      if (n < 0 && errno != EINTR)
        writer->saved_errno = errno;
      if (n > 0)
        {
          bytes += n;
          length -= (gsize) n;
        }
    }
}

static void
flush (RnFileWriter *writer)
{
  write_out (writer, writer->waiting, writer->n_waiting);
  writer->n_waiting = 0;
}

void
rn_file_writer_add (RnFileWriter *writer, const void *bytes, gsize length)
{
  writer->position += length;
  if (writer->fd < 0 || length == 0)
    return;
  if (writer->n_waiting + length > BUFFER_SIZE)
    flush (writer);
  if (length > BUFFER_SIZE)
    {
      write_out (writer, bytes, length);
      return;
    }
  memcpy (writer->waiting + writer->n_waiting, bytes, length);
  writer->n_waiting += length;
}

void
rn_file_writer_add_text (RnFileWriter *writer, const char *text)
{
  rn_file_writer_add (writer, text, strlen (text));
}

void
rn_file_writer_printf (RnFileWriter *writer, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  rn_file_writer_add_text (writer, text);
}

void
rn_file_writer_add_floats (RnFileWriter *writer, const float *floats, gsize count)
{
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      rn_file_writer_add (writer, floats, count * sizeof *floats);
      return;
    }
  for (gsize i = 0; i < count; i++)
    {
      guint32 bits;

      memcpy (&bits, &floats[i], sizeof bits);
      bits = GUINT32_TO_LE (bits);
      rn_file_writer_add (writer, &bits, sizeof bits);
    }
}

guint64
rn_file_writer_get_position (const RnFileWriter *writer)
{
  return writer->position;
}

gboolean
rn_file_writer_has_failed (const RnFileWriter *writer)
{
  return writer->saved_errno != 0;
}

/* Closes the file aside. Returns: whether it is complete and has its name */
static gboolean
finish (RnFileWriter *writer)
{
  flush (writer);
  if (writer->saved_errno == 0 && fsync (writer->fd) != 0)
    writer->saved_errno = errno;
  if (close (writer->fd) != 0 && writer->saved_errno == 0)
    writer->saved_errno = errno;
  writer->fd = -1;
  if (writer->saved_errno == 0 && g_rename (writer->aside, writer->path) != 0)
    writer->saved_errno = errno;
  if (writer->saved_errno != 0)
    return FALSE;
  g_clear_pointer (&writer->aside, g_free);
  return TRUE;
}

gboolean
rn_file_writer_commit (RnFileWriter *writer, GError **error)
{
  g_autofree char *folder = NULL;

  if (writer->path == NULL)
    return TRUE;
  g_return_val_if_fail (writer->fd >= 0, FALSE);
  if (!finish (writer))
    {
      rn_file_set_error (error, writer->path, writer->saved_errno);
      return FALSE;
    }
  folder = g_path_get_dirname (writer->path);
  return rn_file_sync_folder (folder, error);
}
