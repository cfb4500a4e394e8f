#pragma once

#include <gdk/gdk.h>
#include <residua/dataset.h>

G_BEGIN_DECLS

/**
 * rn_thumbnail_new:
 * @size_px: of the square that it has to fit into, in pixels of the device, at least 1
 *
 * For a task. Small pictures grow by a whole factor, pixel by pixel; large ones shrink and keep their proportions.
 *
 * Returns: (transfer full): the texture, RGB, at most @size_px on both sides
 */
GdkTexture *rn_thumbnail_new (RnPicture *picture, int size_px, GError **error);

G_END_DECLS
