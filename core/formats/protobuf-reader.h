#pragma once

#include "formats/byte-reader.h"

/* The fields of one protobuf message, in the order of the file. Messages inside of it are messages of their own, between
 * field begin and end of the same reader; nothing is copied.
 */
typedef struct
{
  RnByteReader *reader;
  guint64 at;
  guint64 message_end;

  /* The field that was read last */
  guint32 number;
  gboolean
      is_block;  /* bytes between @begin and @end: a text, a message, packed numbers; else @value */
  guint64 value; /* of a number; the bits of a float */
  guint64 begin, end; /* offsets in the reader */
} RnProtobufScan;

typedef enum
{
  RN_PROTOBUF_FIELD,
  RN_PROTOBUF_END,
  RN_PROTOBUF_ERROR
} RnProtobufStep;

void rn_protobuf_scan_init (RnProtobufScan *message, RnByteReader *reader, guint64 begin,
                            guint64 end);
/* RN_ERROR_FORMAT naming the file and the byte */
RnProtobufStep rn_protobuf_scan_next (RnProtobufScan *message, GError **error);

/* Of the field that was read last: */

/* Returns: (transfer full) (nullable): text of at most @max_length bytes that can be shown; NULL with @error */
char *rn_protobuf_scan_get_text (RnProtobufScan *message, gsize max_length, GError **error);
/* Appends one number, or all that are packed; @numbers: (element-type gint64), at most @max of them */
gboolean rn_protobuf_scan_get_numbers (RnProtobufScan *message, GArray *numbers, guint max,
                                       GError **error);
float rn_protobuf_scan_get_float (const RnProtobufScan *message);
