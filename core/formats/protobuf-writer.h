#pragma once

#include "base/file-writer.h"

/* Protocol Buffers' wire format, as much of it as ONNX and TensorBoard's events need. A message is kept as bytes, but
 * for its large fields: of these only the length is kept, and the numbers are asked for when the message is written.
 * https://protobuf.dev/programming-guides/encoding/
 */
typedef struct _RnProtobuf RnProtobuf;

/* Puts the floats of a field into @floats, at the time of writing. */
typedef void (*RnProtobufFill) (float *floats, gconstpointer source, gconstpointer how);

RnProtobuf *rn_protobuf_new (void);
void rn_protobuf_free (RnProtobuf *message);

/* Field numbers are 1 to 2^29 - 1. A negative int64 takes ten bytes, as the format has it. */
void rn_protobuf_add_int (RnProtobuf *message, int field, gint64 value);
void rn_protobuf_add_float (RnProtobuf *message, int field, float value);
void rn_protobuf_add_double (RnProtobuf *message, int field, double value);
void rn_protobuf_add_string (RnProtobuf *message, int field, const char *value);
void rn_protobuf_add_bytes (RnProtobuf *message, int field, const void *bytes, gsize length);
/* @child: (transfer full) */
void rn_protobuf_add_message (RnProtobuf *message, int field, RnProtobuf *child);
/* A field of bytes that are @count little-endian floats; @source and @how live until the message is written. */
void rn_protobuf_add_floats (RnProtobuf *message, int field, gsize count, RnProtobufFill fill,
                             gconstpointer source, gconstpointer how);

/* Returns: (transfer none): the message, which has no fields of rn_protobuf_add_floats(); valid until it changes */
const guint8 *rn_protobuf_get_bytes (const RnProtobuf *message, gsize *size);
/* Returns: bytes of the whole message */
guint64 rn_protobuf_get_size (const RnProtobuf *message);
/* @check: (nullable): asked before each large field; FALSE stops. Returns: FALSE where it stopped, or memory for the
 * largest field was not to be had */
gboolean rn_protobuf_write (const RnProtobuf *message, RnFileWriter *writer,
                            gboolean (*check) (gpointer), gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnProtobuf, rn_protobuf_free)
