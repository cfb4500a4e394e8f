#include "data/image.h"

#include <glib/gi18n-lib.h>

#include "base/file.h"
#include "residua/error.h"

#define MAX_FILE_BYTES ((gsize) 256 * 1024 * 1024)

static gboolean
read_image (const guint8 *bytes, gsize length, const char *where, RnImageInfo *info,
            RnPicture **picture, GError **error)
{
  if (length == 0)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is empty"), where);
      return FALSE;
    }
  if (rn_png_is (bytes, length))
    return rn_png_read (bytes, length, where, info, picture, error);
  if (rn_jpeg_is (bytes, length))
    return rn_jpeg_read (bytes, length, where, info, picture, error);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is neither a PNG nor a JPEG picture; other kinds are not read"), where);
  return FALSE;
}

RnPicture *
rn_picture_decode (const guint8 *bytes, gsize length, const char *where, GError **error)
{
  RnPicture *picture = NULL;
  RnImageInfo info;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);

  return read_image (bytes, length, where, &info, &picture, error) ? picture : NULL;
}

RnPicture *
rn_picture_load (const char *path, GError **error)
{
  g_autoptr (GBytes) file = rn_file_read (path, MAX_FILE_BYTES, error);

  if (file == NULL)
    return NULL;
  return rn_picture_decode (g_bytes_get_data (file, NULL), g_bytes_get_size (file), path, error);
}

gboolean
rn_image_probe (const char *path, RnImageInfo *info, GError **error)
{
  g_autoptr (GBytes) file = rn_file_read (path, MAX_FILE_BYTES, error);

  if (file == NULL)
    return FALSE;
  return read_image (g_bytes_get_data (file, NULL), g_bytes_get_size (file), path, info, NULL,
                     error);
}

gboolean
rn_picture_save_png (const RnPicture *picture, const char *path, GError **error)
{
  g_autoptr (GBytes) file = rn_png_write (picture, path, error);

  return file != NULL &&
         rn_file_replace (path, g_bytes_get_data (file, NULL), g_bytes_get_size (file), error);
}
