#include "data/image.h"

#include <glib/gi18n-lib.h>
#include <png.h>
#include <string.h>

#include "data/picture.h"
#include "residua/error.h"

/* Deflate makes at most 1032 bytes of one. */
#define MAX_DEFLATE_RATIO 1040

#define MAX_CHUNK_BYTES (8 * 1024 * 1024)

/* Chunks that cannot change the pixels: they are not unpacked. */
static const png_byte ignored_chunks[] = "iCCP\0zTXt\0iTXt\0tEXt\0sPLT\0eXIf\0hIST\0sCAL\0pCAL";

/* libpng leaves by longjmp: everything that must be freed, or looked at after, is in here and not on the stack. */
typedef struct
{
  png_structp png;
  png_infop info;
  const guint8 *bytes;
  gsize length;
  gsize at;
  const char *where;
  char message[128];
  gboolean header_alone;
  RnImageInfo header;
  RnPicture *picture;
  guint8 *with_alpha; /* [height,width,channels + 1] */
  GError *error;
} Reader;

static G_NORETURN void
on_error (png_structp png, png_const_charp message)
{
  char *kept = png_get_error_ptr (png);

  g_strlcpy (kept, message, sizeof ((Reader *) NULL)->message);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
on_read (png_structp png, png_bytep to, size_t n)
{
  Reader *reader = png_get_io_ptr (png);

  if (n > reader->length - reader->at)
    png_error (png, "the file ends too early");
  memcpy (to, reader->bytes + reader->at, n);
  reader->at += n;
}

gboolean
rn_png_is (const guint8 *bytes, gsize length)
{
  return length >= 8 && png_sig_cmp (bytes, 0, 8) == 0;
}

/* Asked before memory is: the sides, and whether so short a file can hold so large a picture. */
static gboolean
check_header (Reader *reader)
{
  const guint64 width = png_get_image_width (reader->png, reader->info);
  const guint64 height = png_get_image_height (reader->png, reader->info);
  const guint64 n_raw = (png_get_rowbytes (reader->png, reader->info) + 1) * height;

  if (!rn_picture_check_size (width, height, reader->where, &reader->error))
    return FALSE;
  if (n_raw / MAX_DEFLATE_RATIO > reader->length)
    {
      g_set_error (&reader->error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is damaged: %zu bytes cannot hold the %d×%d pixels of its header"),
                   reader->where, reader->length, (int) width, (int) height);
      return FALSE;
    }
  reader->header.width = (int) width;
  reader->header.height = (int) height;
  reader->header.channels =
      png_get_color_type (reader->png, reader->info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
  return TRUE;
}

/* Asks for 8 bits of grey or RGB, and alpha where there is any. */
static void
set_transforms (Reader *reader)
{
  const int type = png_get_color_type (reader->png, reader->info);

  png_set_scale_16 (reader->png);
  if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb (reader->png);
  else
    png_set_expand_gray_1_2_4_to_8 (reader->png);
  if (png_get_valid (reader->png, reader->info, PNG_INFO_tRNS))
    png_set_tRNS_to_alpha (reader->png);
}

static gboolean
allocate (Reader *reader, int channels)
{
  const RnImageInfo *header = &reader->header;

  reader->picture =
      rn_picture_new (header->width, header->height, header->channels, &reader->error);
  if (reader->picture == NULL)
    return FALSE;
  if (channels == header->channels)
    return TRUE;
  reader->with_alpha =
      g_try_malloc0 ((gsize) header->width * (gsize) header->height * (gsize) channels);
  if (reader->with_alpha == NULL)
    g_set_error (&reader->error, RN_ERROR, RN_ERROR_MEMORY,
                 _ ("There is no memory for “%s”, %d×%d pixels"), reader->where, header->width,
                 header->height);
  return reader->with_alpha != NULL;
}

static void
lay_over_white (RnPicture *picture, const guint8 *from)
{
  const gsize n = (gsize) picture->width * (gsize) picture->height;
  guint8 *to = picture->pixels;

  for (gsize i = 0; i < n; i++)
    {
      const guint alpha = from[picture->channels];

      for (int c = 0; c < picture->channels; c++)
        *to++ = (guint8) ((*from++ * alpha + 255 * (255 - alpha) + 127) / 255);
      from++;
    }
}

/* Returns: FALSE with the reader's error or message set */
static gboolean
read_all (Reader *reader)
{
  guint8 *to;
  gsize row;
  int channels, n_passes;

  if (setjmp (png_jmpbuf (reader->png)))
    return FALSE;
  png_set_read_fn (reader->png, reader, on_read);
  png_set_chunk_malloc_max (reader->png, MAX_CHUNK_BYTES);
  png_set_chunk_cache_max (reader->png, 64);
  png_set_keep_unknown_chunks (reader->png, PNG_HANDLE_CHUNK_NEVER, ignored_chunks,
                               sizeof ignored_chunks / 5);
  png_set_user_limits (reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info (reader->png, reader->info);
  if (!check_header (reader))
    return FALSE;
  if (reader->header_alone)
    return TRUE;

  set_transforms (reader);
  n_passes = png_set_interlace_handling (reader->png);
  png_read_update_info (reader->png, reader->info);
  channels = png_get_channels (reader->png, reader->info);
  if (!allocate (reader, channels))
    return FALSE;
  to = reader->with_alpha != NULL ? reader->with_alpha : reader->picture->pixels;
  row = (gsize) reader->header.width * (gsize) channels;
  g_assert (png_get_rowbytes (reader->png, reader->info) == row);
  for (int pass = 0; pass < n_passes; pass++)
    for (int y = 0; y < reader->header.height; y++)
      png_read_row (reader->png, to + (gsize) y * row, NULL);
  png_read_end (reader->png, NULL);
  return TRUE;
}

gboolean
rn_png_read (const guint8 *bytes, gsize length, const char *where, RnImageInfo *info,
             RnPicture **picture, GError **error)
{
  Reader reader = { .bytes = bytes, .length = length, .where = where };
  gboolean done = FALSE;

  reader.header_alone = picture == NULL;
  reader.png = png_create_read_struct (PNG_LIBPNG_VER_STRING, reader.message, on_error, on_warning);
  if (reader.png != NULL)
    reader.info = png_create_info_struct (reader.png);
  if (reader.info != NULL)
    done = read_all (&reader);
  else
    g_strlcpy (reader.message, "libpng does not start", sizeof reader.message);
  png_destroy_read_struct (&reader.png, &reader.info, NULL);

  if (done)
    {
      *info = reader.header;
      if (reader.with_alpha != NULL)
        lay_over_white (reader.picture, reader.with_alpha);
      if (picture != NULL)
        *picture = g_steal_pointer (&reader.picture);
    }
  else if (reader.error != NULL)
    g_propagate_error (error, g_steal_pointer (&reader.error));
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is a damaged PNG: %s"), where,
                 reader.message);
  g_free (reader.with_alpha);
  rn_picture_unref (reader.picture);
  return done;
}

static void
on_write (png_structp png, png_bytep from, size_t n)
{
  g_byte_array_append (png_get_io_ptr (png), from, (guint) n);
}

static void
on_flush (png_structp png)
{
}

static gboolean
write_all (png_structp png, png_infop info, const RnPicture *picture, GByteArray *bytes)
{
  const gsize row = (gsize) picture->width * (gsize) picture->channels;

  if (setjmp (png_jmpbuf (png)))
    return FALSE;
  png_set_write_fn (png, bytes, on_write, on_flush);
  png_set_IHDR (png, info, (png_uint_32) picture->width, (png_uint_32) picture->height, 8,
                picture->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info (png, info);
  for (int y = 0; y < picture->height; y++)
    png_write_row (png, picture->pixels + (gsize) y * row);
  png_write_end (png, NULL);
  return TRUE;
}

GBytes *
rn_png_write (const RnPicture *picture, const char *where, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  char message[sizeof ((Reader *) NULL)->message] = "libpng does not start";
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;
  const gboolean done = info != NULL && write_all (png, info, picture, bytes);

  png_destroy_write_struct (&png, &info);
  if (done)
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” cannot be written as PNG: %s"), where,
               message);
  return NULL;
}
