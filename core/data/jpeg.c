#include "data/image.h"

#include <glib/gi18n-lib.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "data/exif.h"
#include "data/picture.h"
#include "residua/error.h"

/* A progressive file may repeat scans without end at a few bytes each; real ones have about ten. */
#define MAX_SCANS 100

/* libjpeg leaves by longjmp: all that must be freed, or looked at after, is in here and not on the stack. */
typedef struct
{
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf out;
  char message[JMSG_LENGTH_MAX];
  const guint8 *bytes;
  gsize length;
  const char *where;
  gboolean header_alone;
  int orientation;
  RnImageInfo header; /* before the orientation is applied */
  RnPicture *picture;
  guint8 *row; /* of CMYK */
  GError *error;
} Reader;

static G_NORETURN void
on_error (j_common_ptr jpeg)
{
  Reader *reader = jpeg->client_data;

  jpeg->err->format_message (jpeg, reader->message);
  longjmp (reader->out, 1);
}

/* libjpeg paints the rest grey and warns where data is missing or wrong: that is an error here. What leaves the
 * pixels as they should be is let pass: common in files of old cameras are bytes too many after a scan.
 */
static void
on_message (j_common_ptr jpeg, int level)
{
  const Reader *reader = jpeg->client_data;
  const int code = jpeg->err->msg_code;
  const gboolean scanning = reader->jpeg.input_scan_number > 0;

  if (level < 0 && (code != JWRN_EXTRANEOUS_DATA || !scanning) && code != JWRN_ADOBE_XFORM &&
      code != JWRN_JFIF_MAJOR && code != JWRN_BOGUS_ICC)
    on_error (jpeg);
}

static void
on_output (j_common_ptr jpeg)
{
}

static void
on_progress (j_common_ptr jpeg)
{
  Reader *reader = jpeg->client_data;

  if (reader->jpeg.input_scan_number <= MAX_SCANS)
    return;
  g_snprintf (reader->message, sizeof reader->message, "it has more than %d scans", MAX_SCANS);
  longjmp (reader->out, 1);
}

gboolean
rn_jpeg_is (const guint8 *bytes, gsize length)
{
  return length >= 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0;
}

static int
find_orientation (const struct jpeg_decompress_struct *jpeg)
{
  for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker != NULL; marker = marker->next)
    {
      if (marker->marker == JPEG_APP0 + 1 && marker->data_length >= 6 &&
          memcmp (marker->data, "Exif\0", 6) == 0)
        return rn_exif_get_orientation (marker->data, marker->data_length);
    }
  return 1;
}

static gboolean
check_header (Reader *reader)
{
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;

  if (!rn_picture_check_size (jpeg->image_width, jpeg->image_height, reader->where, &reader->error))
    return FALSE;
  if (jpeg->jpeg_color_space == JCS_GRAYSCALE)
    jpeg->out_color_space = JCS_GRAYSCALE;
  else if (jpeg->num_components == 4)
    jpeg->out_color_space = JCS_CMYK;
  else
    jpeg->out_color_space = JCS_RGB;
  reader->header.width = (int) jpeg->image_width;
  reader->header.height = (int) jpeg->image_height;
  reader->header.channels = jpeg->out_color_space == JCS_GRAYSCALE ? 1 : 3;
  reader->orientation = find_orientation (jpeg);
  return TRUE;
}

/* Adobe's programs store ink inverted, as light. Plainly: light times the light that black lets through. */
static void
convert_cmyk_row (guint8 *to, const guint8 *from, int width, gboolean inverted)
{
  const guint8 mask = inverted ? 0 : 255;

  for (int x = 0; x < width; x++, to += 3, from += 4)
    {
      const guint black = from[3] ^ mask;

      for (int c = 0; c < 3; c++)
        to[c] = (guint8) (((guint) (from[c] ^ mask) * black + 127) / 255);
    }
}

static void
read_rows (Reader *reader)
{
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  const gsize n_row = (gsize) reader->header.width * (gsize) reader->header.channels;

  while (jpeg->output_scanline < jpeg->output_height)
    {
      guint8 *to = reader->picture->pixels + (gsize) jpeg->output_scanline * n_row;
      JSAMPROW row = reader->row != NULL ? reader->row : to;

      if (jpeg_read_scanlines (jpeg, &row, 1) == 1 && reader->row != NULL)
        convert_cmyk_row (to, row, reader->header.width, jpeg->saw_Adobe_marker);
    }
}

/* Returns: FALSE with the reader's error or message set */
static gboolean
read_all (Reader *reader)
{
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;

  if (setjmp (reader->out))
    return FALSE;
  jpeg_create_decompress (jpeg);
  jpeg->client_data = reader;
  jpeg->progress = &reader->progress;
  jpeg_save_markers (jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_mem_src (jpeg, reader->bytes, reader->length);
  jpeg_read_header (jpeg, TRUE);
  if (!check_header (reader))
    return FALSE;
  if (reader->header_alone)
    return TRUE;

  reader->picture = rn_picture_new (reader->header.width, reader->header.height,
                                    reader->header.channels, &reader->error);
  if (reader->picture == NULL)
    return FALSE;
  if (jpeg->out_color_space == JCS_CMYK)
    reader->row = g_malloc ((gsize) reader->header.width * 4);
  jpeg_start_decompress (jpeg);
  read_rows (reader);
  jpeg_finish_decompress (jpeg);
  return TRUE;
}

/* By EXIF orientation, where the upright picture's pixel (x, y) is stored: @swap: its x runs down the stored
 * picture; @from_right, @from_bottom: counted from the stored picture's far side.
 */
static RnPicture *
turn_upright (RnPicture *stored, int orientation, GError **error)
{
  static const struct
  {
    int swap, from_right, from_bottom;
  } turns[9] = { { 0, 0, 0 }, { 0, 0, 0 }, { 0, 1, 0 }, { 0, 1, 1 }, { 0, 0, 1 },
                 { 1, 0, 0 }, { 1, 0, 1 }, { 1, 1, 1 }, { 1, 1, 0 } };
  const int swap = turns[orientation].swap;
  const gsize channels = (gsize) stored->channels;
  RnPicture *upright;

  if (orientation == 1)
    return rn_picture_ref (stored);
  upright = rn_picture_new (swap ? stored->height : stored->width,
                            swap ? stored->width : stored->height, stored->channels, error);
  if (upright == NULL)
    return NULL;
  for (int y = 0; y < upright->height; y++)
    for (int x = 0; x < upright->width; x++)
      {
        const int along = swap ? y : x, down = swap ? x : y;
        const int from_x = turns[orientation].from_right ? stored->width - 1 - along : along;
        const int from_y = turns[orientation].from_bottom ? stored->height - 1 - down : down;

        memcpy (upright->pixels + ((gsize) y * (gsize) upright->width + (gsize) x) * channels,
                stored->pixels +
                    ((gsize) from_y * (gsize) stored->width + (gsize) from_x) * channels,
                channels);
      }
  return upright;
}

gboolean
rn_jpeg_read (const guint8 *bytes, gsize length, const char *where, RnImageInfo *info,
              RnPicture **picture, GError **error)
{
  Reader *reader = g_new0 (Reader, 1);
  gboolean done;

  reader->bytes = bytes;
  reader->length = length;
  reader->where = where;
  reader->header_alone = picture == NULL;
  reader->jpeg.err = jpeg_std_error (&reader->errors);
  reader->jpeg.client_data = reader;
  reader->errors.error_exit = on_error;
  reader->errors.emit_message = on_message;
  reader->errors.output_message = on_output;
  reader->progress.progress_monitor = on_progress;
  done = read_all (reader);
  jpeg_destroy_decompress (&reader->jpeg);

  if (done)
    {
      const gboolean swap = reader->orientation >= 5;

      info->width = swap ? reader->header.height : reader->header.width;
      info->height = swap ? reader->header.width : reader->header.height;
      info->channels = reader->header.channels;
      if (picture != NULL)
        {
          *picture = turn_upright (reader->picture, reader->orientation, error);
          done = *picture != NULL;
        }
    }
  else if (reader->error != NULL)
    g_propagate_error (error, g_steal_pointer (&reader->error));
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is a damaged JPEG: %s"), where,
                 reader->message);
  g_free (reader->row);
  rn_picture_unref (reader->picture);
  g_free (reader);
  return done;
}
