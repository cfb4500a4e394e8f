#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "formats/event-file.h"
#include "residua/tensorboard.h"
#include "train/run-files.h"

#define PREFIX "events.out.tfevents."
/* Of history.csv, at a time; many lines */
#define PIECE 65536

struct _RnTensorboard
{
  char *history; /* path */
  char *path;
  char *made;        /* (nullable): the folder, where it was not there */
  gboolean is_begun; /* here; otherwise the file was there */
  int fd;
  guint64 size;     /* bytes of whole records */
  goffset read_to;  /* byte of history.csv */
  gint64 number;    /* of the line there, counted from 1 */
  gint64 last_step; /* that stands in the file; -1 for none */
};

static double
now (void)
{
  return (double) g_get_real_time () * 1e-6;
}

/* Returns: (transfer full) (nullable): the newest file of the run called @stem; seconds have ten digits */
static char *
find_newest (const char *folder, const char *stem)
{
  g_autofree char *suffix = g_strconcat (".", stem, NULL), *newest = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, PREFIX) && g_str_has_suffix (name, suffix) &&
        strlen (name) == strlen (PREFIX) + 10 + strlen (suffix) &&
        (newest == NULL || strcmp (name, newest) > 0))
      {
        g_free (newest);
        newest = g_strdup (name);
      }
  return newest == NULL ? NULL : g_build_filename (folder, newest, NULL);
}

/* Appends whole records; what was written in part is cut off again. */
static gboolean
append (RnTensorboard *self, const GByteArray *bytes, GError **error)
{
  gsize done = 0;

  while (done < bytes->len)
    {
      const gssize n =
          pwrite (self->fd, bytes->data + done, bytes->len - done, (goffset) (self->size + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          rn_file_set_error (error, self->path, n < 0 ? errno : ENOSPC);
          /* where this fails too, the next update writes over it */
          if (ftruncate (self->fd, (goffset) self->size) != 0)
            return FALSE;
          return FALSE;
        }
      done += (gsize) n;
    }
  self->size += done;
  return TRUE;
}

/* Finds what of the file stays, and cuts off the rest. */
static gboolean
go_on (RnTensorboard *self, gint64 step, GError **error)
{
  g_autoptr (RnTensorFile) file = rn_tensor_file_open (self->path, error);

  if (file == NULL)
    return FALSE;
  self->size = rn_event_file_find_end (file, step, &self->last_step);
  self->fd = g_open (self->path, O_WRONLY | O_CLOEXEC, 0);
  if (self->fd >= 0 && ftruncate (self->fd, (goffset) self->size) == 0)
    return TRUE;
  rn_file_set_error (error, self->path, errno);
  return FALSE;
}

static gboolean
begin (RnTensorboard *self, const char *folder, const char *stem, GError **error)
{
  g_autofree char *name = g_strdup_printf (PREFIX "%010lld.%s", (long long) now (), stem);

  self->path = g_build_filename (folder, name, NULL);
  self->fd = g_open (self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  self->is_begun = self->fd >= 0;
  if (!self->is_begun)
    rn_file_set_error (error, self->path, errno);
  return self->is_begun;
}

RnTensorboard *
rn_tensorboard_new (const char *run, const char *folder, gboolean goes_on, gint64 step,
                    GError **error)
{
  g_autoptr (RnTensorboard) self = g_new0 (RnTensorboard, 1);
  g_autoptr (GByteArray) first = g_byte_array_new ();
  g_autofree char *stem = g_path_get_basename (run);

  self->fd = -1;
  self->last_step = -1;
  self->history = g_build_filename (run, RN_RUN_HISTORY, NULL);
  self->made = g_file_test (folder, G_FILE_TEST_EXISTS) ? NULL : g_strdup (folder);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      rn_file_set_error (error, folder, errno);
      return NULL;
    }
  self->path = goes_on ? find_newest (folder, stem) : NULL;
  if (self->path != NULL ? !go_on (self, step, error) : !begin (self, folder, stem, error))
    return NULL;
  if (self->size == 0)
    {
      rn_event_file_begin (first, now ());
      if (!append (self, first, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

/* Cuts @text into lines and appends those of new steps. Returns: bytes of the whole lines; -1 on error */
static gssize
take_lines (RnTensorboard *self, char *text, GByteArray *events, gint64 *last_step, GError **error)
{
  char *line = text, *end;
  gint64 number = self->number;

  for (; (end = strchr (line, '\n')) != NULL; line = end + 1)
    {
      RnHistoryRow row;

      *end = '\0';
      /* the first names the columns */
      if (++number == 1)
        continue;
      if (!rn_run_parse_history (line, self->history, number, &row, error))
        return -1;
      if (row.step <= *last_step)
        continue;
      rn_run_add_events (events, now (), &row);
      *last_step = row.step;
    }
  self->number = number;
  return line - text;
}

/* Returns: bytes that were read on; 0 at the end, -1 on error */
static gssize
take_piece (RnTensorboard *self, int fd, GError **error)
{
  g_autofree char *text = g_malloc (PIECE + 1);
  g_autoptr (GByteArray) events = g_byte_array_new ();
  const gint64 number = self->number;
  gint64 last_step = self->last_step;
  gssize n = pread (fd, text, PIECE, self->read_to);

  if (n < 0)
    {
      rn_file_set_error (error, self->history, errno);
      return -1;
    }
  text[n] = '\0';
  n = take_lines (self, text, events, &last_step, error);
  if (n < 0 || !append (self, events, error))
    {
      self->number = number;
      return -1;
    }
  self->read_to += n;
  self->last_step = last_step;
  return n;
}

gboolean
rn_tensorboard_update (RnTensorboard *self, GError **error)
{
  const int fd = g_open (self->history, O_RDONLY | O_CLOEXEC, 0);
  gssize n;

  /* before the first step there is none */
  if (fd < 0 && errno == ENOENT)
    return TRUE;
  if (fd < 0)
    {
      rn_file_set_error (error, self->history, errno);
      return FALSE;
    }
  while ((n = take_piece (self, fd, error)) > 0)
    ;
  close (fd);
  return n == 0;
}

void
rn_tensorboard_discard (RnTensorboard *self)
{
  if (self->is_begun)
    g_unlink (self->path);
  /* not where others have written into it meanwhile */
  if (self->made != NULL)
    g_rmdir (self->made);
}

void
rn_tensorboard_free (RnTensorboard *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->history);
  g_free (self->path);
  g_free (self->made);
  g_free (self);
}
