#pragma once

#include <glib.h>

#include "residua/dataset.h"

/* A folder that a test fills with files that it makes, good and bad. */

/* Returns: (transfer full): a new empty folder */
char *scratch_new (void);
/* Removes it and all in it. */
void scratch_free (char *folder);
/* Folders above @name are made. Returns: (transfer full): the path */
char *scratch_write (const char *folder, const char *name, const void *bytes, gsize length);
char *scratch_write_array (const char *folder, const char *name, const GByteArray *bytes);

/* CIFAR records with labels 0, 1, ... modulo @n_classes, the last of @n_labels; pixels are scratch_byte(). */
GByteArray *make_cifar (int count, int n_labels, int n_classes);
/* What make_cifar() and make_idx_pictures() put at byte @at of picture @index */
guint8 scratch_byte (int index, int at);
GByteArray *make_idx_pictures (int count, int height, int width);
/* Labels 0, 1, ... modulo @n_classes */
GByteArray *make_idx_labels (int count, int n_classes);
/* The same as gzip */
GByteArray *make_packed (const GByteArray *bytes);
/* @head and then @n_zeros, packed piece by piece without ever being in memory: as gzip, or as bare zlib */
GByteArray *make_flood (const void *head, gsize n_head, gsize n_zeros, gboolean gzip);
/* The most memory that this process has had resident so far, in kB */
glong peak_kb (void);
void append_be32 (GByteArray *bytes, guint32 number);

/* Rows of samples as they stand in the file: @depth bits, as many as the colour type has */
typedef struct
{
  int width;
  int height;
  int depth;
  int colour; /* PNG_COLOR_TYPE_... */
  gboolean interlaced;
  const guint8 *rows;
  int n_palette;
  const guint8 *palette; /* (nullable): RGB */
  int n_alpha;
  const guint8 *alpha; /* (nullable): of the first palette entries */
  int clear_grey;      /* the grey level that is transparent, or -1 */
} PngForm;

GByteArray *make_png (const PngForm *form);
/* 8 bits of grey or RGB */
GByteArray *make_plain_png (const RnPicture *picture);
void append_png_chunk (GByteArray *bytes, const char *type, const void *data, gsize length);
/* Signature and header alone */
GByteArray *make_png_header (guint32 width, guint32 height, int depth, int colour);

typedef enum
{
  JPEG_KIND_PLAIN, /* grey or RGB, as the picture is */
  JPEG_KIND_PROGRESSIVE,
  JPEG_KIND_CMYK,     /* of ink, without Adobe's mark: C = 255 - R and so on, K = 0 */
  JPEG_KIND_YCCK,     /* as Adobe writes it, inverted */
  JPEG_KIND_TWO_SCANS /* grey, progressive: one scan of averages, one of the rest */
} JpegKind;

/* At quality 100 without subsampling. @exif: (nullable): an APP1 segment's content */
GByteArray *make_jpeg (const RnPicture *picture, JpegKind kind, const GByteArray *exif);
/* An EXIF segment with two entries, of which the second is the orientation */
GByteArray *make_exif (int orientation, gboolean big_endian);

/* A picture of noise, the same for the same @seed */
RnPicture *make_noise (int width, int height, int channels, guint64 seed);
/* Large areas of one colour, which JPEG keeps nearly unchanged: four quarters */
RnPicture *make_quarters (int width, int height, int channels);
