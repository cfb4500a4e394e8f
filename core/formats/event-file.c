#include "formats/event-file.h"

#include "formats/protobuf-writer.h"

/* Field numbers of event.proto and summary.proto */
enum
{
  EVENT_WALL_TIME = 1,
  EVENT_STEP = 2,
  EVENT_VERSION = 3,
  EVENT_SUMMARY = 5,
  SUMMARY_VALUE = 1,
  VALUE_TAG = 1,
  VALUE_SIMPLE = 2
};

#define POLYNOMIAL 0x82f63b78u /* Castagnoli's, bits reversed */
#define MASK 0xa282ead8u

guint32
rn_crc32c (const void *bytes, gsize length)
{
  const guint8 *at = bytes;
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= at[i];
      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
    }
  return ~crc;
}

static guint32
masked_crc (const void *bytes, gsize length)
{
  const guint32 crc = rn_crc32c (bytes, length);

  return GUINT32_TO_LE ((crc >> 15 | crc << 17) + MASK);
}

/* Frames @event, which has no large fields, and frees it. */
static void
add_record (RnFileWriter *writer, RnProtobuf *event)
{
  gsize size;
  const guint8 *bytes = rn_protobuf_get_bytes (event, &size);
  const guint64 length = GUINT64_TO_LE ((guint64) size);
  const guint32 head = masked_crc (&length, sizeof length), tail = masked_crc (bytes, size);

  rn_file_writer_add (writer, &length, sizeof length);
  rn_file_writer_add (writer, &head, sizeof head);
  rn_file_writer_add (writer, bytes, size);
  rn_file_writer_add (writer, &tail, sizeof tail);
  rn_protobuf_free (event);
}

void
rn_event_file_begin (RnFileWriter *writer, double wall_time)
{
  RnProtobuf *event = rn_protobuf_new ();

  rn_protobuf_add_double (event, EVENT_WALL_TIME, wall_time);
  rn_protobuf_add_string (event, EVENT_VERSION, "brain.Event:2");
  add_record (writer, event);
}

void
rn_event_file_add_scalar (RnFileWriter *writer, double wall_time, gint64 step, const char *tag,
                          double value)
{
  RnProtobuf *event = rn_protobuf_new (), *summary = rn_protobuf_new ();
  RnProtobuf *entry = rn_protobuf_new ();

  rn_protobuf_add_string (entry, VALUE_TAG, tag);
  rn_protobuf_add_float (entry, VALUE_SIMPLE, (float) value);
  rn_protobuf_add_message (summary, SUMMARY_VALUE, entry);
  rn_protobuf_add_double (event, EVENT_WALL_TIME, wall_time);
  rn_protobuf_add_int (event, EVENT_STEP, step);
  rn_protobuf_add_message (event, EVENT_SUMMARY, summary);
  add_record (writer, event);
}
