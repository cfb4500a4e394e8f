#include "formats/zip-reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>

#include "residua/error.h"

/* A model has some hundreds of entries; both bound what a hostile directory costs. */
#define MAX_ENTRIES (1 << 18)
#define MAX_DIRECTORY ((guint64) 64 << 20)

/* Deflate makes at most 1032 bytes of one. */
#define MAX_DEFLATE_RATIO 1032
#define MAX_PIECE ((gsize) 1 << 30)

#define SIZE_END 22 /* of the record at the file's end, without its comment */
#define SIZE_END_64 56
#define SIZE_LOCATOR_64 20
#define SIZE_CENTRAL 46
#define SIZE_LOCAL 30
#define MAX_COMMENT 65535

#define IS_ENCRYPTED 1

static guint16
get_16 (const guint8 *bytes)
{
  return (guint16) (bytes[0] | bytes[1] << 8);
}

static guint32
get_32 (const guint8 *bytes)
{
  return get_16 (bytes) | (guint32) get_16 (bytes + 2) << 16;
}

static guint64
get_64 (const guint8 *bytes)
{
  return get_32 (bytes) | (guint64) get_32 (bytes + 4) << 32;
}

static gboolean
fail (const RnTensorFile *file, const char *what, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is a damaged zip file: %s"), file->path,
               what);
  return FALSE;
}

static gboolean
fail_entry (const RnTensorFile *file, const char *name, const char *what, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (name, -1);

  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is a damaged zip file: entry “%s” %s"),
               file->path, g_strdelimit (shown, "\n\r\t\x1b", '?'), what);
  return FALSE;
}

/* Where the directory lies, and how many entries it has */
typedef struct
{
  guint64 begin;
  guint64 size;
  guint64 n;
} Directory;

/* The record of zip64 stands before the end's, and a locator between them. */
static gboolean
find_directory_64 (const RnTensorFile *file, guint64 end_at, Directory *directory, GError **error)
{
  guint8 locator[SIZE_LOCATOR_64], record[SIZE_END_64];
  guint64 at;

  if (end_at < SIZE_LOCATOR_64)
    return fail (file, _ ("its zip64 locator is missing"), error);
  if (!rn_tensor_file_read (file, locator, sizeof locator, end_at - SIZE_LOCATOR_64, error))
    return FALSE;
  if (memcmp (locator, "PK\6\7", 4) != 0)
    return fail (file, _ ("its zip64 locator is missing"), error);
  at = get_64 (locator + 8);
  if (at > end_at || end_at - at < SIZE_END_64)
    return fail (file, _ ("its zip64 record lies outside"), error);
  if (!rn_tensor_file_read (file, record, sizeof record, at, error))
    return FALSE;
  if (memcmp (record, "PK\6\6", 4) != 0)
    return fail (file, _ ("its zip64 record is missing"), error);
  directory->n = get_64 (record + 32);
  directory->size = get_64 (record + 40);
  directory->begin = get_64 (record + 48);
  return TRUE;
}

static gboolean
find_directory (const RnTensorFile *file, Directory *directory, GError **error)
{
  const gsize n = MIN (file->size, SIZE_END + MAX_COMMENT);
  g_autofree guint8 *tail = g_malloc (n);
  const guint8 *end = NULL;
  guint64 end_at;

  if (!rn_tensor_file_read (file, tail, n, file->size - n, error))
    return FALSE;
  for (gsize i = n >= SIZE_END ? n - SIZE_END + 1 : 0; i > 0 && end == NULL; i--)
    if (memcmp (tail + i - 1, "PK\5\6", 4) == 0 &&
        n - (i - 1) - SIZE_END == get_16 (tail + i - 1 + SIZE_END - 2))
      end = tail + i - 1;
  if (end == NULL)
    return fail (file, _ ("its directory is missing; perhaps it is cut short"), error);
  end_at = file->size - n + (guint64) (end - tail);
  directory->n = get_16 (end + 10);
  directory->size = get_32 (end + 12);
  directory->begin = get_32 (end + 16);
  if ((directory->n == G_MAXUINT16 || directory->size == G_MAXUINT32 ||
       directory->begin == G_MAXUINT32) &&
      !find_directory_64 (file, end_at, directory, error))
    return FALSE;
  if (directory->begin > end_at || directory->size > end_at - directory->begin)
    return fail (file, _ ("its directory lies outside"), error);
  if (directory->n > MAX_ENTRIES || directory->size > MAX_DIRECTORY)
    return fail (file, _ ("its directory has more entries than are read"), error);
  return TRUE;
}

/* Sizes and place that did not fit in 32 bits stand in the extra field, in this order. */
static gboolean
read_extra (const guint8 *extra, gsize length, guint64 *values[3])
{
  while (length >= 4)
    {
      const guint16 id = get_16 (extra);
      gsize size = get_16 (extra + 2);

      extra += 4;
      length -= 4;
      if (size > length)
        return FALSE;
      if (id == 1)
        for (int i = 0; i < 3; i++)
          if (*values[i] == G_MAXUINT32)
            {
              if (size < 8)
                return FALSE;
              *values[i] = get_64 (extra);
              extra += 8;
              length -= 8;
              size -= 8;
            }
      extra += size;
      length -= size;
    }
  return TRUE;
}

/* From where its local header stands to where its bytes do */
static gboolean
find_data (const RnTensorFile *file, RnZipEntry *entry, guint64 header_at, guint64 limit,
           GError **error)
{
  guint8 local[SIZE_LOCAL];

  if (header_at > limit || limit - header_at < SIZE_LOCAL)
    return fail_entry (file, entry->name, _ ("lies outside"), error);
  if (!rn_tensor_file_read (file, local, sizeof local, header_at, error))
    return FALSE;
  if (memcmp (local, "PK\3\4", 4) != 0)
    return fail_entry (file, entry->name, _ ("has no header"), error);
  entry->begin = header_at + SIZE_LOCAL + get_16 (local + 26) + get_16 (local + 28);
  if (entry->begin > limit || entry->packed_size > limit - entry->begin)
    return fail_entry (file, entry->name, _ ("lies outside"), error);
  return TRUE;
}

static gboolean
check_entry (const RnTensorFile *file, const RnZipEntry *entry, guint16 flags, guint16 method,
             GError **error)
{
  if (flags & IS_ENCRYPTED)
    return fail_entry (file, entry->name, _ ("is encrypted"), error);
  if (method != 0 && method != 8)
    return fail_entry (file, entry->name, _ ("is packed in a way that is not read"), error);
  if (method == 0 && entry->size != entry->packed_size)
    return fail_entry (file, entry->name, _ ("has two sizes"), error);
  if (entry->size / MAX_DEFLATE_RATIO > entry->packed_size)
    return fail_entry (file, entry->name, _ ("claims to unpack to more than it can"), error);
  return TRUE;
}

/* One entry of the directory, which begins at @bytes and has @left. Returns: its length there, 0 on error */
static gsize
add_entry (RnZip *zip, const guint8 *bytes, gsize left, guint64 limit, GError **error)
{
  RnZipEntry *entry;
  gsize name_length, extra_length, length;
  guint64 header_at;
  guint64 *values[3];

  if (left < SIZE_CENTRAL || memcmp (bytes, "PK\1\2", 4) != 0)
    return fail (zip->file, _ ("its directory ends too early"), error);
  name_length = get_16 (bytes + 28);
  extra_length = get_16 (bytes + 30);
  length = SIZE_CENTRAL + name_length + extra_length + get_16 (bytes + 32);
  if (length > left)
    return fail (zip->file, _ ("its directory ends too early"), error);
  g_array_set_size (zip->entries, zip->entries->len + 1);
  entry = &g_array_index (zip->entries, RnZipEntry, zip->entries->len - 1);
  entry->name = g_strndup ((const char *) bytes + SIZE_CENTRAL, name_length);
  entry->is_packed = get_16 (bytes + 10) == 8;
  entry->crc = get_32 (bytes + 16);
  entry->packed_size = get_32 (bytes + 20);
  entry->size = get_32 (bytes + 24);
  header_at = get_32 (bytes + 42);
  values[0] = &entry->size;
  values[1] = &entry->packed_size;
  values[2] = &header_at;
  if (!read_extra (bytes + SIZE_CENTRAL + name_length, extra_length, values))
    return fail_entry (zip->file, entry->name, _ ("has a damaged extra field"), error);
  return check_entry (zip->file, entry, get_16 (bytes + 8), get_16 (bytes + 10), error) &&
                 find_data (zip->file, entry, header_at, limit, error)
             ? length
             : 0;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const RnZipEntry *first = a, *second = b;

  return (first->begin > second->begin) - (first->begin < second->begin);
}

/* Names are there once, and no byte belongs to two entries. */
static gboolean
index_entries (RnZip *zip, GError **error)
{
  guint64 expected = 0;

  g_array_sort (zip->entries, compare_places);
  for (guint i = 0; i < zip->entries->len; i++)
    {
      RnZipEntry *entry = &g_array_index (zip->entries, RnZipEntry, i);

      if (entry->begin < expected)
        return fail_entry (zip->file, entry->name, _ ("overlaps the one before it"), error);
      expected = entry->begin + entry->packed_size;
      if (!g_hash_table_insert (zip->by_name, entry->name, entry))
        return fail_entry (zip->file, entry->name, _ ("is there twice"), error);
    }
  return TRUE;
}

static gboolean
read_directory (RnZip *zip, GError **error)
{
  Directory directory = { 0 };
  g_autofree guint8 *bytes = NULL;
  gsize at = 0;

  if (!find_directory (zip->file, &directory, error))
    return FALSE;
  bytes = g_malloc (directory.size + 1);
  if (!rn_tensor_file_read (zip->file, bytes, directory.size, directory.begin, error))
    return FALSE;
  for (guint64 i = 0; i < directory.n; i++)
    {
      const gsize length = add_entry (zip, bytes + at, directory.size - at, directory.begin, error);

      if (length == 0)
        return FALSE;
      at += length;
    }
  return index_entries (zip, error);
}

static void
clear_entry (gpointer data)
{
  g_free (((RnZipEntry *) data)->name);
}

RnZip *
rn_zip_new (const RnTensorFile *file, GError **error)
{
  g_autoptr (RnZip) zip = g_new0 (RnZip, 1);

  zip->file = file;
  zip->entries = g_array_new (FALSE, TRUE, sizeof (RnZipEntry));
  g_array_set_clear_func (zip->entries, clear_entry);
  zip->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return read_directory (zip, error) ? g_steal_pointer (&zip) : NULL;
}

void
rn_zip_free (RnZip *zip)
{
  if (zip == NULL)
    return;
  g_hash_table_unref (zip->by_name);
  g_array_unref (zip->entries);
  g_free (zip);
}

const RnZipEntry *
rn_zip_find (const RnZip *zip, const char *name)
{
  return g_hash_table_lookup (zip->by_name, name);
}

/* Bare deflate of exactly @size bytes */
static gboolean
inflate_all (guint8 *to, guint64 size, const guint8 *from, guint64 length)
{
  z_stream stream = { 0 };
  guint64 n_in = 0, n_out = 0;
  int result = Z_OK;

  if (inflateInit2 (&stream, -15) != Z_OK)
    return FALSE;
  while (result == Z_OK)
    {
      const gsize in = MIN (length - n_in, MAX_PIECE), out = MIN (size - n_out, MAX_PIECE);

      stream.next_in = (Bytef *) (from + n_in);
      stream.avail_in = (uInt) in;
      stream.next_out = to + n_out;
      stream.avail_out = (uInt) out;
      result = inflate (&stream, Z_NO_FLUSH);
      n_in += in - stream.avail_in;
      n_out += out - stream.avail_out;
    }
  inflateEnd (&stream);
  return result == Z_STREAM_END && n_out == size && n_in == length;
}

/* In pieces: zlib counts in 32 bits. */
static guint32
checksum (const guint8 *bytes, guint64 size)
{
  uLong crc = crc32 (0, NULL, 0);

  for (guint64 done = 0; done < size;)
    {
      const uInt n = (uInt) MIN (size - done, MAX_PIECE);

      crc = crc32 (crc, bytes + done, n);
      done += n;
    }
  return (guint32) crc;
}

GBytes *
rn_zip_read (const RnZip *zip, const RnZipEntry *entry, guint64 max_size, GError **error)
{
  g_autofree guint8 *packed = NULL, *bytes = NULL;

  if (entry->size > max_size)
    {
      fail_entry (zip->file, entry->name, _ ("unpacks to more than is read"), error);
      return NULL;
    }
  packed = g_try_malloc (entry->packed_size + 1);
  bytes = entry->is_packed ? g_try_malloc (entry->size + 1) : NULL;
  if (packed == NULL || (entry->is_packed && bytes == NULL))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory to unpack “%s”"),
                   zip->file->path);
      return NULL;
    }
  if (!rn_tensor_file_read (zip->file, packed, entry->packed_size, entry->begin, error))
    return NULL;
  if (!entry->is_packed)
    bytes = g_steal_pointer (&packed);
  else if (!inflate_all (bytes, entry->size, packed, entry->packed_size))
    {
      fail_entry (zip->file, entry->name, _ ("cannot be unpacked"), error);
      return NULL;
    }
  if (checksum (bytes, entry->size) != entry->crc)
    {
      fail_entry (zip->file, entry->name, _ ("has a wrong checksum"), error);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), entry->size);
}
