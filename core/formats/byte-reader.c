#include "formats/byte-reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

void
rn_byte_reader_init (RnByteReader *reader, const RnTensorFile *file, guint64 begin, guint64 end)
{
  reader->file = file;
  reader->memory = NULL;
  reader->at = begin;
  reader->end = end;
  reader->buffer_at = 0;
  reader->n_buffered = 0;
}

void
rn_byte_reader_init_memory (RnByteReader *reader, const RnTensorFile *file, const guint8 *memory,
                            guint64 length)
{
  rn_byte_reader_init (reader, file, 0, length);
  reader->memory = memory;
}

static gboolean
check_rest (const RnByteReader *reader, guint64 n, GError **error)
{
  if (n <= reader->end - reader->at)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is damaged: %llu bytes are announced at byte %llu, where %llu are left"),
               reader->file->path, (unsigned long long) n, (unsigned long long) reader->at,
               (unsigned long long) (reader->end - reader->at));
  return FALSE;
}

/* Has the byte at reader->at in the buffer. */
static gboolean
fill (RnByteReader *reader, GError **error)
{
  const gsize n = MIN (reader->end - reader->at, sizeof reader->buffer);

  reader->n_buffered = 0;
  if (!rn_tensor_file_read (reader->file, reader->buffer, n, reader->at, error))
    return FALSE;
  reader->buffer_at = reader->at;
  reader->n_buffered = n;
  return TRUE;
}

static gboolean
read_buffered (RnByteReader *reader, guint8 *bytes, gsize n, GError **error)
{
  while (n > 0)
    {
      gsize from, part;

      if (reader->at < reader->buffer_at || reader->at - reader->buffer_at >= reader->n_buffered)
        if (!fill (reader, error))
          return FALSE;
      from = (gsize) (reader->at - reader->buffer_at);
      part = MIN (n, reader->n_buffered - from);
      memcpy (bytes, reader->buffer + from, part);
      bytes += part;
      reader->at += part;
      n -= part;
    }
  return TRUE;
}

gboolean
rn_byte_reader_read (RnByteReader *reader, void *bytes, gsize n, GError **error)
{
  if (!check_rest (reader, n, error))
    return FALSE;
  if (reader->memory == NULL)
    return read_buffered (reader, bytes, n, error);
  if (n > 0)
    memcpy (bytes, reader->memory + reader->at, n);
  reader->at += n;
  return TRUE;
}

gboolean
rn_byte_reader_skip (RnByteReader *reader, guint64 n, GError **error)
{
  if (!check_rest (reader, n, error))
    return FALSE;
  reader->at += n;
  return TRUE;
}
