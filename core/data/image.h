#pragma once

#include "residua/dataset.h"

/* What a picture file's header says, orientation applied */
typedef struct
{
  int width;
  int height;
  int channels;
} RnImageInfo;

/* Reads no further than the header. */
gboolean rn_image_probe (const char *path, RnImageInfo *info, GError **error);

/* The two kinds. @picture: (nullable): NULL to read the header alone. Errors are RN_ERROR_FORMAT naming @where. */
gboolean rn_png_is (const guint8 *bytes, gsize length);
gboolean rn_png_read (const guint8 *bytes, gsize length, const char *where, RnImageInfo *info,
                      RnPicture **picture, GError **error);
gboolean rn_jpeg_is (const guint8 *bytes, gsize length);
gboolean rn_jpeg_read (const guint8 *bytes, gsize length, const char *where, RnImageInfo *info,
                       RnPicture **picture, GError **error);
/* Returns: (transfer full): a PNG file in memory */
GBytes *rn_png_write (const RnPicture *picture, const char *where, GError **error);
