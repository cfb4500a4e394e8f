#include "formats/protobuf-reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

enum
{
  WIRE_VARINT = 0,
  WIRE_64 = 1,
  WIRE_BLOCK = 2,
  WIRE_32 = 5
};

void
rn_protobuf_scan_init (RnProtobufScan *message, RnByteReader *reader, guint64 begin, guint64 end)
{
  message->reader = reader;
  message->at = begin;
  message->message_end = end;
}

static gboolean
fail (const RnProtobufScan *message, const char *what, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged at byte %llu: %s"),
               message->reader->file->path, (unsigned long long) message->at, what);
  return FALSE;
}

/* @n bytes at message->at, little-endian */
static gboolean
read_fixed (RnProtobufScan *message, gsize n, guint64 end, guint64 *value, GError **error)
{
  guint64 bytes = 0;

  if (n > end - message->at)
    return fail (message, _ ("a message ends too early"), error);
  message->reader->at = message->at;
  if (!rn_byte_reader_read (message->reader, &bytes, n, error))
    return FALSE;
  message->at += n;
  *value = GUINT64_FROM_LE (bytes);
  return TRUE;
}

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static gboolean
read_varint (RnProtobufScan *message, guint64 end, guint64 *value, GError **error)
{
  *value = 0;
  for (int shift = 0; shift < 64; shift += 7)
    {
      guint64 byte;

      if (!read_fixed (message, 1, end, &byte, error))
        return FALSE;
      *value |= (byte & 0x7f) << shift;
      if (byte < 0x80)
        return TRUE;
    }
  return fail (message, _ ("a number does not end"), error);
}

static gboolean
read_block (RnProtobufScan *message, GError **error)
{
  guint64 length;

  if (!read_varint (message, message->message_end, &length, error))
    return FALSE;
  if (length > message->message_end - message->at)
    return fail (message, _ ("a field reaches beyond the end of its message"), error);
  message->is_block = TRUE;
  message->begin = message->at;
  message->at += length;
  message->end = message->at;
  return TRUE;
}

RnProtobufStep
rn_protobuf_scan_next (RnProtobufScan *message, GError **error)
{
  const guint64 end = message->message_end;
  guint64 key;
  gboolean done;

  if (message->at == end)
    return RN_PROTOBUF_END;
  if (!read_varint (message, end, &key, error))
    return RN_PROTOBUF_ERROR;
  message->number = (guint32) (key >> 3);
  message->is_block = FALSE;
  if (key >> 3 == 0 || key >> 3 > G_MAXINT32 / 8)
    done = fail (message, _ ("a field has no valid number"), error);
  else if ((key & 7) == WIRE_VARINT)
    done = read_varint (message, end, &message->value, error);
  else if ((key & 7) == WIRE_64)
    done = read_fixed (message, 8, end, &message->value, error);
  else if ((key & 7) == WIRE_32)
    done = read_fixed (message, 4, end, &message->value, error);
  else if ((key & 7) == WIRE_BLOCK)
    done = read_block (message, error);
  else
    done = fail (message, _ ("a field is of a type that is not known"), error);
  return done ? RN_PROTOBUF_FIELD : RN_PROTOBUF_ERROR;
}

char *
rn_protobuf_scan_get_text (RnProtobufScan *message, gsize max_length, GError **error)
{
  const guint64 length = message->is_block ? message->end - message->begin : 0;
  g_autofree char *text = NULL;

  if (!message->is_block || length > max_length)
    {
      fail (message, _ ("a text is too long, or none"), error);
      return NULL;
    }
  text = g_malloc0 (length + 1);
  message->reader->at = message->begin;
  if (!rn_byte_reader_read (message->reader, text, length, error))
    return NULL;
  if (strlen (text) != length || !g_utf8_validate (text, (gssize) length, NULL))
    {
      fail (message, _ ("a text is not UTF-8"), error);
      return NULL;
    }
  return g_steal_pointer (&text);
}

gboolean
rn_protobuf_scan_get_numbers (RnProtobufScan *message, GArray *numbers, guint max, GError **error)
{
  RnProtobufScan packed = *message;
  gint64 number = (gint64) message->value;

  packed.at = message->is_block ? message->begin : 0;
  packed.message_end = message->is_block ? message->end : 0;
  do
    {
      guint64 value;

      if (numbers->len >= max)
        return fail (message, _ ("a list has more numbers than are read"), error);
      if (message->is_block)
        {
          if (packed.at == packed.message_end)
            return TRUE;
          if (!read_varint (&packed, packed.message_end, &value, error))
            return FALSE;
          number = (gint64) value;
        }
      g_array_append_val (numbers, number);
    }
  while (packed.at < packed.message_end);
  return TRUE;
}

float
rn_protobuf_scan_get_float (const RnProtobufScan *message)
{
  const guint32 bits = (guint32) message->value;
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}
