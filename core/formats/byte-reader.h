#pragma once

#include "formats/tensor-file.h"

/* Bytes one after another, out of a file or out of memory, with one small buffer however long they are. */

#define RN_BYTE_READER_BUFFER 16384

typedef struct
{
  const RnTensorFile *file;
  const guint8 *memory; /* (nullable): instead of the file; offsets count from here */
  guint64 at;           /* offset of the next byte */
  guint64 end;
  guint64 buffer_at;
  gsize n_buffered;
  guint8 buffer[RN_BYTE_READER_BUFFER];
} RnByteReader;

/* Bytes @begin to @end of @file; they lie inside it. */
void rn_byte_reader_init (RnByteReader *reader, const RnTensorFile *file, guint64 begin,
                          guint64 end);
/* @length bytes at @memory, which came out of @file and live on */
void rn_byte_reader_init_memory (RnByteReader *reader, const RnTensorFile *file,
                                 const guint8 *memory, guint64 length);
/* Exactly @n bytes; RN_ERROR_FORMAT naming the file and the byte where they end before */
gboolean rn_byte_reader_read (RnByteReader *reader, void *bytes, gsize n, GError **error);
gboolean rn_byte_reader_skip (RnByteReader *reader, guint64 n, GError **error);
