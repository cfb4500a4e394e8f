#include "scratch.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include "base/random.h"

char *
scratch_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("residua-data-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_tree (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
scratch_free (char *folder)
{
  remove_tree (folder);
  g_free (folder);
}

char *
scratch_write (const char *folder, const char *name, const void *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *above = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (above, 0777), ==, 0);
  g_file_set_contents (path, bytes, (gssize) length, &error);
  g_assert_no_error (error);
  return path;
}

char *
scratch_write_array (const char *folder, const char *name, const GByteArray *bytes)
{
  return scratch_write (folder, name, bytes->data, bytes->len);
}

guint8
scratch_byte (int index, int at)
{
  return (guint8) ((guint) index * 37u + (guint) at * 11u + (guint) at / 251u);
}

static void
append_byte (GByteArray *bytes, int value)
{
  const guint8 byte = (guint8) value;

  g_byte_array_append (bytes, &byte, 1);
}

GByteArray *
make_cifar (int count, int n_labels, int n_classes)
{
  GByteArray *bytes = g_byte_array_new ();

  for (int i = 0; i < count; i++)
    {
      for (int l = 0; l < n_labels; l++)
        append_byte (bytes, l == n_labels - 1 ? i % n_classes : 77);
      for (int at = 0; at < 3072; at++)
        append_byte (bytes, scratch_byte (i, at));
    }
  return bytes;
}

void
append_be32 (GByteArray *bytes, guint32 number)
{
  for (int shift = 24; shift >= 0; shift -= 8)
    append_byte (bytes, (int) (number >> shift & 0xff));
}

GByteArray *
make_idx_pictures (int count, int height, int width)
{
  GByteArray *bytes = g_byte_array_new ();

  append_be32 (bytes, 0x803);
  append_be32 (bytes, (guint32) count);
  append_be32 (bytes, (guint32) height);
  append_be32 (bytes, (guint32) width);
  for (int i = 0; i < count; i++)
    for (int at = 0; at < height * width; at++)
      append_byte (bytes, scratch_byte (i, at));
  return bytes;
}

GByteArray *
make_idx_labels (int count, int n_classes)
{
  GByteArray *bytes = g_byte_array_new ();

  append_be32 (bytes, 0x801);
  append_be32 (bytes, (guint32) count);
  for (int i = 0; i < count; i++)
    append_byte (bytes, i % n_classes);
  return bytes;
}

GByteArray *
make_packed (const GByteArray *bytes)
{
  GByteArray *packed = g_byte_array_new ();
  z_stream stream = { 0 };

  g_byte_array_set_size (packed, bytes->len + bytes->len / 1000 + 100);
  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  stream.next_in = bytes->data;
  stream.avail_in = bytes->len;
  stream.next_out = packed->data;
  stream.avail_out = packed->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (packed, (guint) stream.total_out);
  deflateEnd (&stream);
  return packed;
}

static void
deflate_piece (z_stream *stream, GByteArray *packed, const void *bytes, gsize length, int flush)
{
  guint8 out[4096];

  stream->next_in = (Bytef *) bytes;
  stream->avail_in = (uInt) length;
  do
    {
      stream->next_out = out;
      stream->avail_out = sizeof out;
      g_assert_cmpint (deflate (stream, flush), >=, Z_OK);
      g_byte_array_append (packed, out, (guint) (sizeof out - stream->avail_out));
    }
  while (stream->avail_out == 0);
}

GByteArray *
make_flood (const void *head, gsize n_head, gsize n_zeros, gboolean gzip)
{
  static const guint8 zeros[65536];
  GByteArray *packed = g_byte_array_new ();
  z_stream stream = { 0 };

  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, gzip ? 15 + 16 : 15, 8,
                                 Z_DEFAULT_STRATEGY),
                   ==, Z_OK);
  deflate_piece (&stream, packed, head, n_head, Z_NO_FLUSH);
  for (gsize done = 0; done < n_zeros; done += sizeof zeros)
    deflate_piece (&stream, packed, zeros, MIN (sizeof zeros, n_zeros - done), Z_NO_FLUSH);
  deflate_piece (&stream, packed, zeros, 0, Z_FINISH);
  deflateEnd (&stream);
  return packed;
}

glong
peak_kb (void)
{
  g_autofree char *status = NULL;
  const char *line;

  /* Not getrusage(): its figure may be that of the program that started this one. */
  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
  return (glong) g_ascii_strtoll (line + strlen ("VmHWM:"), NULL, 10);
}

static void
on_png_write (png_structp png, png_bytep data, size_t length)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) length);
}

static void
on_png_flush (png_structp png)
{
}

static void
set_png_colours (png_structp png, png_infop info, const PngForm *form)
{
  png_color palette[256];
  png_color_16 clear = { 0 };

  for (int i = 0; i < form->n_palette; i++)
    palette[i] =
        (png_color){ form->palette[3 * i], form->palette[3 * i + 1], form->palette[3 * i + 2] };
  if (form->n_palette > 0)
    png_set_PLTE (png, info, palette, form->n_palette);
  clear.gray = (png_uint_16) MAX (form->clear_grey, 0);
  if (form->n_alpha > 0)
    png_set_tRNS (png, info, form->alpha, form->n_alpha, NULL);
  else if (form->clear_grey >= 0 && form->colour == PNG_COLOR_TYPE_GRAY)
    png_set_tRNS (png, info, NULL, 0, &clear);
}

GByteArray *
make_png (const PngForm *form)
{
  GByteArray *bytes = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  g_autofree png_bytep *rows = g_new (png_bytep, form->height);
  gsize n_row;

  /* The default error handler aborts: a test that asks for an impossible picture is wrong. */
  png_set_write_fn (png, bytes, on_png_write, on_png_flush);
  png_set_IHDR (png, info, (png_uint_32) form->width, (png_uint_32) form->height, form->depth,
                form->colour, form->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  set_png_colours (png, info, form);
  n_row = png_get_rowbytes (png, info);
  for (int y = 0; y < form->height; y++)
    rows[y] = (png_bytep) form->rows + (gsize) y * n_row;
  png_set_rows (png, info, rows);
  png_write_png (png, info, PNG_TRANSFORM_IDENTITY, NULL);
  png_destroy_write_struct (&png, &info);
  return bytes;
}

GByteArray *
make_plain_png (const RnPicture *picture)
{
  const PngForm form = { .width = picture->width,
                         .height = picture->height,
                         .depth = 8,
                         .colour =
                             picture->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                         .rows = picture->pixels,
                         .clear_grey = -1 };

  return make_png (&form);
}

void
append_png_chunk (GByteArray *bytes, const char *type, const void *data, gsize length)
{
  uLong crc = crc32 (crc32 (0, (const Bytef *) type, 4), length > 0 ? data : (const void *) "",
                     (uInt) length);

  append_be32 (bytes, (guint32) length);
  g_byte_array_append (bytes, (const guint8 *) type, 4);
  if (length > 0)
    g_byte_array_append (bytes, data, (guint) length);
  append_be32 (bytes, (guint32) crc);
}

GByteArray *
make_png_header (guint32 width, guint32 height, int depth, int colour)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_be32 (header, width);
  append_be32 (header, height);
  append_byte (header, depth);
  append_byte (header, colour);
  append_byte (header, 0);
  append_byte (header, 0);
  append_byte (header, 0);
  append_png_chunk (bytes, "IHDR", header->data, header->len);
  return bytes;
}

static const jpeg_scan_info two_scans[2] = { { 1, { 0 }, 0, 0, 0, 0 }, { 1, { 0 }, 1, 63, 0, 0 } };

/* One row as the kind stores it */
static void
fill_jpeg_row (guint8 *row, const RnPicture *picture, JpegKind kind, int y)
{
  const int n = picture->channels;
  const guint8 *pixels = picture->pixels + (gsize) y * (gsize) picture->width * (gsize) n;

  if (kind != JPEG_KIND_CMYK && kind != JPEG_KIND_YCCK)
    {
      memcpy (row, pixels, (gsize) picture->width * (gsize) n);
      return;
    }
  for (int x = 0; x < picture->width; x++, row += 4, pixels += n)
    {
      for (int c = 0; c < 3; c++)
        row[c] = kind == JPEG_KIND_YCCK ? pixels[c % n] : (guint8) (255 - pixels[c % n]);
      row[3] = kind == JPEG_KIND_YCCK ? 255 : 0;
    }
}

static void
set_jpeg_kind (struct jpeg_compress_struct *jpeg, const RnPicture *picture, JpegKind kind)
{
  const gboolean inks = kind == JPEG_KIND_CMYK || kind == JPEG_KIND_YCCK;

  jpeg->input_components = inks ? 4 : picture->channels;
  jpeg->in_color_space = inks ? JCS_CMYK : picture->channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults (jpeg);
  if (kind == JPEG_KIND_YCCK)
    jpeg_set_colorspace (jpeg, JCS_YCCK);
  if (kind == JPEG_KIND_CMYK)
    jpeg->write_Adobe_marker = FALSE;
  if (kind == JPEG_KIND_PROGRESSIVE)
    jpeg_simple_progression (jpeg);
  if (kind == JPEG_KIND_TWO_SCANS)
    {
      jpeg->scan_info = two_scans;
      jpeg->num_scans = G_N_ELEMENTS (two_scans);
    }
  jpeg_set_quality (jpeg, 100, TRUE);
  for (int c = 0; c < jpeg->num_components; c++)
    jpeg->comp_info[c].h_samp_factor = jpeg->comp_info[c].v_samp_factor = 1;
}

GByteArray *
make_jpeg (const RnPicture *picture, JpegKind kind, const GByteArray *exif)
{
  GByteArray *bytes = g_byte_array_new ();
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  g_autofree guint8 *row = g_malloc ((gsize) picture->width * 4);
  JSAMPROW rows[1] = { row };
  unsigned char *out = NULL;
  unsigned long n_out = 0;

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &out, &n_out);
  jpeg.image_width = (JDIMENSION) picture->width;
  jpeg.image_height = (JDIMENSION) picture->height;
  set_jpeg_kind (&jpeg, picture, kind);
  jpeg_start_compress (&jpeg, TRUE);
  if (exif != NULL)
    jpeg_write_marker (&jpeg, JPEG_APP0 + 1, exif->data, exif->len);
  for (int y = 0; y < picture->height; y++)
    {
      fill_jpeg_row (row, picture, kind, y);
      jpeg_write_scanlines (&jpeg, rows, 1);
    }
  jpeg_finish_compress (&jpeg);
  jpeg_destroy_compress (&jpeg);
  g_byte_array_append (bytes, out, (guint) n_out);
  free (out);
  return bytes;
}

static void
append_tiff (GByteArray *bytes, guint32 number, int n_bytes, gboolean big_endian)
{
  for (int i = 0; i < n_bytes; i++)
    append_byte (bytes, (int) (number >> 8 * (big_endian ? n_bytes - 1 - i : i) & 0xff));
}

GByteArray *
make_exif (int orientation, gboolean big_endian)
{
  GByteArray *bytes = g_byte_array_new ();
  const guint32 entries[2][4] = { { 0x0100, 4, 1, 9 }, { 0x0112, 3, 1, (guint32) orientation } };

  g_byte_array_append (bytes, (const guint8 *) "Exif\0\0", 6);
  g_byte_array_append (bytes, (const guint8 *) (big_endian ? "MM" : "II"), 2);
  append_tiff (bytes, 42, 2, big_endian);
  append_tiff (bytes, 8, 4, big_endian);
  append_tiff (bytes, 2, 2, big_endian);
  for (int i = 0; i < 2; i++)
    {
      append_tiff (bytes, entries[i][0], 2, big_endian);
      append_tiff (bytes, entries[i][1], 2, big_endian);
      append_tiff (bytes, entries[i][2], 4, big_endian);
      /* A short stands at the front of its four bytes. */
      append_tiff (bytes, entries[i][3], entries[i][1] == 3 ? 2 : 4, big_endian);
      append_tiff (bytes, 0, entries[i][1] == 3 ? 2 : 0, big_endian);
    }
  append_tiff (bytes, 0, 4, big_endian);
  return bytes;
}

RnPicture *
make_noise (int width, int height, int channels, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  RnPicture *picture = rn_picture_new (width, height, channels, &error);
  const gsize n = (gsize) width * (gsize) height * (gsize) channels;
  RnRandom random;

  g_assert_no_error (error);
  rn_random_start (&random, seed, RN_STREAM_TEST, 0, 0);
  for (gsize i = 0; i < n; i++)
    picture->pixels[i] = (guint8) rn_random_below (&random, 256);
  return picture;
}

RnPicture *
make_quarters (int width, int height, int channels)
{
  static const guint8 colours[4][3] = {
    { 220, 30, 40 }, { 30, 200, 60 }, { 40, 50, 230 }, { 240, 230, 20 }
  };
  g_autoptr (GError) error = NULL;
  RnPicture *picture = rn_picture_new (width, height, channels, &error);
  guint8 *p = picture->pixels;

  g_assert_no_error (error);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < channels; c++)
        *p++ = colours[(y >= height / 2) * 2 + (x >= width / 2)][c];
  return picture;
}
