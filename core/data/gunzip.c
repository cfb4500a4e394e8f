#include "data/gunzip.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>

#include "residua/error.h"

/* Deflate makes at most 1032 bytes of one. */
#define MAX_DEFLATE_RATIO 1032
/* zlib counts in 32 bits. */
#define MAX_PIECE ((gsize) 1 << 30)

struct _RnGunzip
{
  z_stream stream;
  const guint8 *bytes;
  gsize length;
  gsize at; /* in @bytes: read, or handed to zlib and used up */
  const char *where;
  gboolean packed;
  gboolean ended; /* zlib has seen the end and found the checksum right */
};

RnGunzip *
rn_gunzip_new (const guint8 *bytes, gsize length, const char *where, GError **error)
{
  RnGunzip *gunzip = g_new0 (RnGunzip, 1);

  gunzip->bytes = bytes;
  gunzip->length = length;
  gunzip->where = where;
  gunzip->packed = length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
  /* 16: a gzip header, not a bare zlib one */
  if (gunzip->packed && inflateInit2 (&gunzip->stream, 15 + 16) != Z_OK)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory to unpack “%s”"),
                   where);
      g_free (gunzip);
      return NULL;
    }
  return gunzip;
}

void
rn_gunzip_free (RnGunzip *gunzip)
{
  if (gunzip == NULL)
    return;
  if (gunzip->packed)
    inflateEnd (&gunzip->stream);
  g_free (gunzip);
}

guint64
rn_gunzip_get_bound (const RnGunzip *gunzip)
{
  const guint64 rest = gunzip->length - gunzip->at;

  /* Some output may wait in zlib's window, which is not counted by what is left of the input. */
  return gunzip->packed ? (rest + 1024) * MAX_DEFLATE_RATIO : rest;
}

static gboolean
set_truncated (const RnGunzip *gunzip, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is truncated: it ends after %zu bytes, in the midst of its data"),
               gunzip->where, gunzip->length);
  return FALSE;
}

/* Unpacks up to @length bytes, fewer only at the end. Returns: how many, or -1 with @error set */
static gssize
inflate_some (RnGunzip *gunzip, guint8 *to, gsize length, GError **error)
{
  z_stream *stream = &gunzip->stream;
  gsize done = 0;

  while (done < length && !gunzip->ended)
    {
      const gsize n_in = MIN (gunzip->length - gunzip->at, MAX_PIECE);
      const gsize n_out = MIN (length - done, MAX_PIECE);
      int result;

      stream->next_in = (Bytef *) (gunzip->bytes + gunzip->at);
      stream->avail_in = (uInt) n_in;
      stream->next_out = to + done;
      stream->avail_out = (uInt) n_out;
      result = inflate (stream, Z_NO_FLUSH);
      gunzip->at += n_in - stream->avail_in;
      done += n_out - stream->avail_out;
      gunzip->ended = result == Z_STREAM_END;
      if (result == Z_BUF_ERROR || (result == Z_OK && n_in == 0))
        {
          set_truncated (gunzip, error);
          return -1;
        }
      if (result != Z_OK && result != Z_STREAM_END)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is a damaged gzip file: %s"),
                       gunzip->where, stream->msg != NULL ? stream->msg : zError (result));
          return -1;
        }
    }
  return (gssize) done;
}

gboolean
rn_gunzip_read (RnGunzip *gunzip, guint8 *to, gsize length, GError **error)
{
  gssize n;

  if (gunzip->packed)
    {
      n = inflate_some (gunzip, to, length, error);
      if (n >= 0 && (gsize) n < length)
        return set_truncated (gunzip, error);
      return n >= 0;
    }
  if (length > gunzip->length - gunzip->at)
    return set_truncated (gunzip, error);
  memcpy (to, gunzip->bytes + gunzip->at, length);
  gunzip->at += length;
  return TRUE;
}

gboolean
rn_gunzip_finish (RnGunzip *gunzip, GError **error)
{
  guint8 more;
  const gssize n = gunzip->packed ? inflate_some (gunzip, &more, 1, error) : 0;

  if (n < 0)
    return FALSE;
  if (n == 0 && gunzip->at == gunzip->length)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” has more data than its header announces"),
               gunzip->where);
  return FALSE;
}
