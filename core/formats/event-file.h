#pragma once

#include "formats/tensor-file.h"

/* TensorBoard's event files: records of Protocol Buffers messages, each framed as TFRecord has it:
 *
 *   length (uint64)  masked crc of the length (uint32)  message  masked crc of the message (uint32)
 *
 * all little-endian; crc is CRC-32C, masked is rotated right by 15 plus 0xa282ead8.
 */

/* CRC-32C (Castagnoli), of @length bytes */
guint32 rn_crc32c (const void *bytes, gsize length);

/* Appends the record that every file begins with. */
void rn_event_file_begin (GByteArray *bytes, double wall_time);
/* Appends a scalar called @tag; @wall_time: seconds since 1970 */
void rn_event_file_add_scalar (GByteArray *bytes, double wall_time, gint64 step, const char *tag,
                               double value);

/* @last: (out): the last step before that, -1 where there is none. Returns: the offset behind the whole records, with
 * right checksums, that are of steps up to @step
 */
guint64 rn_event_file_find_end (const RnTensorFile *file, gint64 step, gint64 *last);
