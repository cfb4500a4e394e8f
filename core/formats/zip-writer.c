#include "formats/zip-writer.h"

#include <string.h>
#include <zlib.h>

#define ALIGNMENT 64
#define LOCAL_SIZE 30 /* of a local header before its name */
#define EXTRA_SIZE 4  /* of an extra field before its bytes */

#define LOCAL_MAGIC 0x04034b50u
#define CENTRAL_MAGIC 0x02014b50u
#define END_MAGIC 0x06054b50u
#define VERSION_NEEDED 20      /* 2.0 */
#define NAME_IS_UTF8 (1 << 11) /* a flag */
#define FIRST_DAY 0x21         /* 1980-01-01 */
#define PADDING_ID 0x4246      /* of the extra field, "FB", as PyTorch's writer has it */

struct _RnZipWriter
{
  RnFileWriter *file;
  GByteArray *directory;
  guint n_entries;
  gboolean is_too_large;
};

RnZipWriter *
rn_zip_writer_new (RnFileWriter *file)
{
  RnZipWriter *zip = g_new0 (RnZipWriter, 1);

  zip->file = file;
  zip->directory = g_byte_array_new ();
  return zip;
}

void
rn_zip_writer_free (RnZipWriter *zip)
{
  if (zip == NULL)
    return;
  g_byte_array_unref (zip->directory);
  g_free (zip);
}

static void
add_16 (GByteArray *bytes, guint value)
{
  const guint16 little = GUINT16_TO_LE ((guint16) value);

  g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
}

static void
add_32 (GByteArray *bytes, guint32 value)
{
  const guint32 little = GUINT32_TO_LE (value);

  g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
}

/* What the two headers of an entry have in common: flags to the name's length */
static void
add_common (GByteArray *bytes, guint32 crc, guint32 length, gsize name_length)
{
  add_16 (bytes, VERSION_NEEDED);
  add_16 (bytes, NAME_IS_UTF8);
  add_16 (bytes, 0); /* stored */
  add_16 (bytes, 0); /* midnight */
  add_16 (bytes, FIRST_DAY);
  add_32 (bytes, crc);
  add_32 (bytes, length);
  add_32 (bytes, length);
  add_16 (bytes, (guint) name_length);
}

static guint32
checksum (const guint8 *bytes, gsize length)
{
  return (guint32) crc32_z (crc32_z (0, NULL, 0), bytes, length);
}

void
rn_zip_writer_add (RnZipWriter *zip, const char *name, const void *bytes, gsize length)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  const guint64 at = rn_file_writer_get_position (zip->file);
  const gsize name_length = strlen (name);
  const guint64 unpadded = at + LOCAL_SIZE + name_length + EXTRA_SIZE;
  const guint padding = (guint) ((ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT);
  const guint8 zeros[ALIGNMENT] = { 0 };
  guint32 crc;

  if (zip->n_entries >= RN_ZIP_MAX_ENTRIES || unpadded + padding + length > RN_ZIP_MAX_SIZE)
    zip->is_too_large = TRUE;
  if (zip->is_too_large)
    return;
  crc = checksum (bytes, length);
  add_32 (header, LOCAL_MAGIC);
  add_common (header, crc, (guint32) length, name_length);
  add_16 (header, EXTRA_SIZE + padding);
  g_byte_array_append (header, (const guint8 *) name, (guint) name_length);
  add_16 (header, PADDING_ID);
  add_16 (header, padding);
  g_byte_array_append (header, zeros, padding);
  rn_file_writer_add (zip->file, header->data, header->len);
  rn_file_writer_add (zip->file, bytes, length);

  add_32 (zip->directory, CENTRAL_MAGIC);
  add_16 (zip->directory, VERSION_NEEDED);
  add_common (zip->directory, crc, (guint32) length, name_length);
  add_16 (zip->directory, 0); /* extra */
  add_16 (zip->directory, 0); /* comment */
  add_16 (zip->directory, 0); /* disk */
  add_16 (zip->directory, 0); /* attributes, of the file and of its system */
  add_32 (zip->directory, 0);
  add_32 (zip->directory, (guint32) at);
  g_byte_array_append (zip->directory, (const guint8 *) name, (guint) name_length);
  zip->n_entries++;
}

gboolean
rn_zip_writer_finish (RnZipWriter *zip)
{
  const guint64 at = rn_file_writer_get_position (zip->file);
  g_autoptr (GByteArray) end = g_byte_array_new ();

  if (zip->is_too_large || at + zip->directory->len > RN_ZIP_MAX_SIZE)
    return FALSE;
  add_32 (end, END_MAGIC);
  add_16 (end, 0);
  add_16 (end, 0);
  add_16 (end, zip->n_entries);
  add_16 (end, zip->n_entries);
  add_32 (end, zip->directory->len);
  add_32 (end, (guint32) at);
  add_16 (end, 0);
  rn_file_writer_add (zip->file, zip->directory->data, zip->directory->len);
  rn_file_writer_add (zip->file, end->data, end->len);
  return TRUE;
}
