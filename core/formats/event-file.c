#include "formats/event-file.h"

#include <string.h>

#include "formats/protobuf-reader.h"
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

#define SIZE_HEAD 12 /* of a record: its length and that one's checksum */
#define SIZE_TAIL 4
/* Longer events hold pictures and are none of ours. */
#define MAX_EVENT 4096

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
add_record (GByteArray *array, RnProtobuf *event)
{
  gsize size;
  const guint8 *bytes = rn_protobuf_get_bytes (event, &size);
  const guint64 length = GUINT64_TO_LE ((guint64) size);
  const guint32 head = masked_crc (&length, sizeof length), tail = masked_crc (bytes, size);

  g_byte_array_append (array, (const guint8 *) &length, sizeof length);
  g_byte_array_append (array, (const guint8 *) &head, sizeof head);
  g_byte_array_append (array, bytes, (guint) size);
  g_byte_array_append (array, (const guint8 *) &tail, sizeof tail);
  rn_protobuf_free (event);
}

void
rn_event_file_begin (GByteArray *bytes, double wall_time)
{
  RnProtobuf *event = rn_protobuf_new ();

  rn_protobuf_add_double (event, EVENT_WALL_TIME, wall_time);
  rn_protobuf_add_string (event, EVENT_VERSION, "brain.Event:2");
  add_record (bytes, event);
}

void
rn_event_file_add_scalar (GByteArray *bytes, double wall_time, gint64 step, const char *tag,
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
  add_record (bytes, event);
}

/* Whether a whole record with right checksums lies at @at; @event: (out): MAX_EVENT bytes */
static gboolean
read_record (const RnTensorFile *file, guint64 at, guint8 *event, guint64 *length)
{
  guint8 head[SIZE_HEAD];
  guint32 crc;

  if (file->size - at < SIZE_HEAD + SIZE_TAIL ||
      !rn_tensor_file_read (file, head, sizeof head, at, NULL))
    return FALSE;
  memcpy (length, head, sizeof *length);
  memcpy (&crc, head + sizeof *length, sizeof crc);
  if (crc != masked_crc (length, sizeof *length))
    return FALSE;
  *length = GUINT64_FROM_LE (*length);
  if (*length > MIN (MAX_EVENT, file->size - at - SIZE_HEAD - SIZE_TAIL) ||
      !rn_tensor_file_read (file, event, *length, at + SIZE_HEAD, NULL) ||
      !rn_tensor_file_read (file, &crc, sizeof crc, at + SIZE_HEAD + *length, NULL))
    return FALSE;
  return crc == masked_crc (event, *length);
}

/* -1 where an event has none */
static gint64
read_step (const RnTensorFile *file, const guint8 *event, guint64 length)
{
  g_autofree RnByteReader *reader = g_new (RnByteReader, 1);
  RnProtobufScan scan;
  gint64 step = -1;

  rn_byte_reader_init_memory (reader, file, event, length);
  rn_protobuf_scan_init (&scan, reader, 0, length);
  while (rn_protobuf_scan_next (&scan, NULL) == RN_PROTOBUF_FIELD)
    if (scan.number == EVENT_STEP && !scan.is_block)
      step = (gint64) scan.value;
  return step;
}

guint64
rn_event_file_find_end (const RnTensorFile *file, gint64 step, gint64 *last)
{
  guint8 event[MAX_EVENT];
  guint64 at = 0, length;

  *last = -1;
  while (read_record (file, at, event, &length))
    {
      const gint64 its = read_step (file, event, length);

      if (its > step)
        break;
      *last = MAX (*last, its);
      at += SIZE_HEAD + length + SIZE_TAIL;
    }
  return at;
}
