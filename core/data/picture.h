#pragma once

#include "residua/dataset.h"

/* Pictures of bytes, behind the door. What makes one fails with RN_ERROR_MEMORY where it would be over
 * RN_MAX_PICTURE_PIXELS or memory is not to be had.
 */

/* FALSE with RN_ERROR_FORMAT naming @where and the sides where they are zero or too large */
gboolean rn_picture_check_size (guint64 width, guint64 height, const char *where, GError **error);
gsize rn_picture_n_bytes (const RnPicture *picture);
/* Each axis for itself: area average down, bilinear between pixel centres up. Integer arithmetic, so the same
 * bytes on every machine. Returns: (transfer full)
 */
RnPicture *rn_picture_resize (RnPicture *picture, int width, int height, GError **error);
/* Returns: (transfer full): the shorter side brought to @side, then the centre square */
RnPicture *rn_picture_fit (RnPicture *picture, int side, GError **error);
/* The sides that rn_picture_resize_shorter() brings @picture to */
void rn_picture_measure_shorter (const RnPicture *picture, int side, int *width, int *height);
