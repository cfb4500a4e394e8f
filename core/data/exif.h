#pragma once

#include <glib.h>

/* Returns: the orientation (1 to 8) that an EXIF segment of a JPEG (what follows its length: "Exif", two zeros,
 * TIFF) asks for; 1 where it says nothing or is damaged
 */
int rn_exif_get_orientation (const guint8 *segment, gsize length);
