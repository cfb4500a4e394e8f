#include "pages/thumbnail.h"

#include <residua/augment.h>
#include <string.h>

/* Each pixel of @picture as @zoom x @zoom pixels of RGB */
static GdkTexture *
zoom_picture (const RnPicture *picture, int zoom)
{
  const int width = picture->width * zoom, height = picture->height * zoom;
  const gsize stride = (gsize) width * 3;
  guint8 *const pixels = g_malloc (stride * (gsize) height);
  const guint8 *from = picture->pixels;
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, stride * (gsize) height);

  for (int y = 0; y < picture->height; y++)
    {
      guint8 *const row = pixels + (gsize) y * (gsize) zoom * stride;
      guint8 *to = row;

      for (int x = 0; x < picture->width; x++, from += picture->channels)
        for (int i = 0; i < zoom; i++)
          for (int c = 0; c < 3; c++)
            *to++ = from[picture->channels == 3 ? c : 0];
      for (int i = 1; i < zoom; i++)
        memcpy (row + (gsize) i * stride, row, stride);
    }
  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8, bytes, stride);
}

GdkTexture *
rn_thumbnail_new (RnPicture *picture, int size_px, GError **error)
{
  g_autoptr (RnPicture) small = NULL;
  const int longer = MAX (picture->width, picture->height);
  const int shorter = MIN (picture->width, picture->height);

  g_return_val_if_fail (size_px >= 1, NULL);

  if (longer <= size_px)
    return zoom_picture (picture, size_px / longer);
  small = rn_picture_resize_shorter (picture, MAX ((int) ((gint64) shorter * size_px / longer), 1),
                                     error);
  return small != NULL ? zoom_picture (small, 1) : NULL;
}
