#include "formats/protobuf-writer.h"

#include <string.h>

typedef enum
{
  WIRE_VARINT = 0,
  WIRE_64 = 1,
  WIRE_LENGTH = 2,
  WIRE_32 = 5
} Wire;

/* Numbers that stand in the message behind byte @at of what is kept */
typedef struct
{
  gsize at;
  gsize count;
  RnProtobufFill fill;
  gconstpointer source;
  gconstpointer how;
} Large;

struct _RnProtobuf
{
  GByteArray *bytes;
  GArray *large;
  guint64 large_size; /* bytes */
};

RnProtobuf *
rn_protobuf_new (void)
{
  RnProtobuf *message = g_new0 (RnProtobuf, 1);

  message->bytes = g_byte_array_new ();
  message->large = g_array_new (FALSE, FALSE, sizeof (Large));
  return message;
}

void
rn_protobuf_free (RnProtobuf *message)
{
  if (message == NULL)
    return;
  g_byte_array_unref (message->bytes);
  g_array_unref (message->large);
  g_free (message);
}

/* Seven bits a byte, the lowest first; the high bit says that more follow. */
static void
add_varint (RnProtobuf *message, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;

  for (; value >= 0x80; value >>= 7)
    bytes[n++] = (guint8) (value | 0x80);
  bytes[n++] = (guint8) value;
  g_byte_array_append (message->bytes, bytes, n);
}

static void
add_tag (RnProtobuf *message, int field, Wire wire)
{
  add_varint (message, (guint64) field << 3 | wire);
}

void
rn_protobuf_add_int (RnProtobuf *message, int field, gint64 value)
{
  add_tag (message, field, WIRE_VARINT);
  add_varint (message, (guint64) value);
}

void
rn_protobuf_add_float (RnProtobuf *message, int field, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  add_tag (message, field, WIRE_32);
  g_byte_array_append (message->bytes, (const guint8 *) &bits, sizeof bits);
}

void
rn_protobuf_add_double (RnProtobuf *message, int field, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT64_TO_LE (bits);
  add_tag (message, field, WIRE_64);
  g_byte_array_append (message->bytes, (const guint8 *) &bits, sizeof bits);
}

void
rn_protobuf_add_string (RnProtobuf *message, int field, const char *value)
{
  rn_protobuf_add_bytes (message, field, value, strlen (value));
}

void
rn_protobuf_add_bytes (RnProtobuf *message, int field, const void *bytes, gsize length)
{
  add_tag (message, field, WIRE_LENGTH);
  add_varint (message, length);
  g_byte_array_append (message->bytes, bytes, (guint) length);
}

void
rn_protobuf_add_message (RnProtobuf *message, int field, RnProtobuf *child)
{
  gsize at;

  add_tag (message, field, WIRE_LENGTH);
  add_varint (message, rn_protobuf_get_size (child));
  at = message->bytes->len;
  g_byte_array_append (message->bytes, child->bytes->data, child->bytes->len);
  for (guint i = 0; i < child->large->len; i++)
    {
      Large large = g_array_index (child->large, Large, i);

      large.at += at;
      g_array_append_val (message->large, large);
    }
  message->large_size += child->large_size;
  rn_protobuf_free (child);
}

void
rn_protobuf_add_floats (RnProtobuf *message, int field, gsize count, RnProtobufFill fill,
                        gconstpointer source, gconstpointer how)
{
  Large large = { 0, count, fill, source, how };

  add_tag (message, field, WIRE_LENGTH);
  add_varint (message, (guint64) count * sizeof (float));
  large.at = message->bytes->len;
  g_array_append_val (message->large, large);
  message->large_size += (guint64) count * sizeof (float);
}

const guint8 *
rn_protobuf_get_bytes (const RnProtobuf *message, gsize *size)
{
  g_return_val_if_fail (message->large->len == 0, NULL);
  *size = message->bytes->len;
  return message->bytes->data;
}

guint64
rn_protobuf_get_size (const RnProtobuf *message)
{
  return message->bytes->len + message->large_size;
}

gboolean
rn_protobuf_write (const RnProtobuf *message, RnFileWriter *writer, gboolean (*check) (gpointer),
                   gpointer user_data)
{
  g_autofree float *scratch = NULL;
  gsize largest = 1, done = 0;

  for (guint i = 0; i < message->large->len; i++)
    largest = MAX (largest, g_array_index (message->large, Large, i).count);
  scratch = g_try_new (float, largest);
  if (scratch == NULL)
    return FALSE;
  for (guint i = 0; i < message->large->len; i++)
    {
      const Large *large = &g_array_index (message->large, Large, i);

      if (check != NULL && !check (user_data))
        return FALSE;
      rn_file_writer_add (writer, message->bytes->data + done, large->at - done);
      done = large->at;
      large->fill (scratch, large->source, large->how);
      rn_file_writer_add_floats (writer, scratch, large->count);
    }
  rn_file_writer_add (writer, message->bytes->data + done, message->bytes->len - done);
  return TRUE;
}
