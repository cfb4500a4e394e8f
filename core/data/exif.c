#include "data/exif.h"

#include <string.h>

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3
#define ENTRY_SIZE 12

/* The TIFF structure in the segment; offsets count from its start. */
typedef struct
{
  const guint8 *bytes;
  gsize length;
  gboolean big_endian;
} Tiff;

/* Both say FALSE where the number would lie outside. */
static gboolean
read_u16 (const Tiff *tiff, gsize at, guint *value)
{
  const guint8 *p = tiff->bytes + at;

  if (tiff->length < 2 || at > tiff->length - 2)
    return FALSE;
  *value = tiff->big_endian ? (guint) (p[0] << 8 | p[1]) : (guint) (p[1] << 8 | p[0]);
  return TRUE;
}

static gboolean
read_u32 (const Tiff *tiff, gsize at, guint32 *value)
{
  guint first, second;

  if (!read_u16 (tiff, at, &first) || !read_u16 (tiff, at + 2, &second))
    return FALSE;
  *value = tiff->big_endian ? (guint32) first << 16 | second : (guint32) second << 16 | first;
  return TRUE;
}

static gboolean
open_tiff (Tiff *tiff, const guint8 *segment, gsize length)
{
  guint magic;

  if (length < 14 || memcmp (segment, "Exif\0\0", 6) != 0)
    return FALSE;
  tiff->bytes = segment + 6;
  tiff->length = length - 6;
  tiff->big_endian = tiff->bytes[0] == 'M';
  if (memcmp (tiff->bytes, "MM", 2) != 0 && memcmp (tiff->bytes, "II", 2) != 0)
    return FALSE;
  return read_u16 (tiff, 2, &magic) && magic == 42;
}

int
rn_exif_get_orientation (const guint8 *segment, gsize length)
{
  Tiff tiff;
  guint32 folder, count;
  guint n_entries, tag, type, value;

  if (!open_tiff (&tiff, segment, length) || !read_u32 (&tiff, 4, &folder) ||
      !read_u16 (&tiff, folder, &n_entries))
    return 1;
  for (guint i = 0; i < n_entries; i++)
    {
      const gsize entry = (gsize) folder + 2 + (gsize) i * ENTRY_SIZE;

      if (!read_u16 (&tiff, entry, &tag))
        return 1;
      if (tag != TAG_ORIENTATION)
        continue;
      if (!read_u16 (&tiff, entry + 2, &type) || type != TYPE_SHORT ||
          !read_u32 (&tiff, entry + 4, &count) || count != 1 ||
          !read_u16 (&tiff, entry + 8, &value) || value < 1 || value > 8)
        return 1;
      return (int) value;
    }
  return 1;
}
