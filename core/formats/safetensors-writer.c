#include "formats/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/file.h"
#include "base/json-print.h"
#include "residua/error.h"

typedef struct
{
  char *name;
  RnDtype dtype;
  int n_dims;
  gint64 dims[RN_STORED_MAX_DIMS];
  gsize count;
  RnSafetensorsFill fill;
  gconstpointer source;
  gconstpointer how;
} Entry;

struct _RnSafetensorsWriter
{
  GString *metadata; /* members of the JSON object, without braces */
  GArray *entries;
};

static void
clear_entry (gpointer data)
{
  g_free (((Entry *) data)->name);
}

RnSafetensorsWriter *
rn_safetensors_writer_new (void)
{
  RnSafetensorsWriter *writer = g_new0 (RnSafetensorsWriter, 1);

  writer->metadata = g_string_new (NULL);
  writer->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (writer->entries, clear_entry);
  return writer;
}

void
rn_safetensors_writer_free (RnSafetensorsWriter *writer)
{
  if (writer == NULL)
    return;
  g_string_free (writer->metadata, TRUE);
  g_array_unref (writer->entries);
  g_free (writer);
}

void
rn_safetensors_writer_add_metadata (RnSafetensorsWriter *writer, const char *key, const char *value)
{
  if (writer->metadata->len > 0)
    g_string_append_c (writer->metadata, ',');
  rn_json_print_string (writer->metadata, key);
  g_string_append_c (writer->metadata, ':');
  rn_json_print_string (writer->metadata, value);
}

void
rn_safetensors_writer_add (RnSafetensorsWriter *writer, const char *name, RnDtype dtype, int n_dims,
                           const gint64 *dims, RnSafetensorsFill fill, gconstpointer source,
                           gconstpointer how)
{
  Entry entry = { g_strdup (name), dtype, n_dims, { 0 }, 1, fill, source, how };

  g_assert (n_dims <= RN_STORED_MAX_DIMS);
  for (int i = 0; i < n_dims; i++)
    {
      entry.dims[i] = dims[i];
      entry.count *= (gsize) dims[i];
    }
  g_array_append_val (writer->entries, entry);
}

/* Padded with spaces, so that the data begin at a multiple of 8 */
static GString *
make_header (const RnSafetensorsWriter *writer)
{
  GString *header = g_string_new ("{");
  guint64 at = 0;

  if (writer->metadata->len > 0)
    g_string_append_printf (header, "\"__metadata__\":{%s}", writer->metadata->str);
  for (guint i = 0; i < writer->entries->len; i++)
    {
      const Entry *entry = &g_array_index (writer->entries, Entry, i);
      const guint64 end = at + entry->count * rn_dtype_size (entry->dtype);

      if (header->len > 1)
        g_string_append_c (header, ',');
      rn_json_print_string (header, entry->name);
      g_string_append_printf (header, ":{\"dtype\":\"%s\",\"shape\":[",
                              rn_dtype_name (entry->dtype));
      for (int j = 0; j < entry->n_dims; j++)
        g_string_append_printf (header, j == 0 ? "%" G_GINT64_FORMAT : ",%" G_GINT64_FORMAT,
                                entry->dims[j]);
      g_string_append_printf (header,
                              "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                              at, end);
      at = end;
    }
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  return header;
}

guint64
rn_safetensors_writer_get_size (const RnSafetensorsWriter *writer)
{
  g_autoptr (GString) header = make_header (writer);
  guint64 size = sizeof (guint64) + header->len;

  for (guint i = 0; i < writer->entries->len; i++)
    {
      const Entry *entry = &g_array_index (writer->entries, Entry, i);

      size += entry->count * rn_dtype_size (entry->dtype);
    }
  return size;
}

static gboolean
write_all (int fd, const void *bytes, gsize length)
{
  gsize done = 0;

  while (done < length)
    {
      const gssize wrote =
          write (fd, (const char *) bytes + done, MIN (length - done, (gsize) 1 << 30));

      if (wrote < 0 && errno != EINTR)
        return FALSE;
      if (wrote > 0)
        done += (gsize) wrote;
    }
  return TRUE;
}

/* Numbers of this machine to bytes of the file, in place */
static void
to_file (guint8 *bytes, gsize count, gsize size)
{
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return;
  for (gsize i = 0; i < count; i++, bytes += size)
    for (gsize j = 0; j < size / 2; j++)
      {
        const guint8 kept = bytes[j];

        bytes[j] = bytes[size - 1 - j];
        bytes[size - 1 - j] = kept;
      }
}

/* Returns: FALSE with errno set */
static gboolean
write_content (const RnSafetensorsWriter *writer, const GString *header, int fd, guint8 *scratch)
{
  const guint64 header_size = GUINT64_TO_LE ((guint64) header->len);

  if (!write_all (fd, &header_size, sizeof header_size) ||
      !write_all (fd, header->str, header->len))
    return FALSE;
  for (guint i = 0; i < writer->entries->len; i++)
    {
      const Entry *entry = &g_array_index (writer->entries, Entry, i);
      const gsize size = rn_dtype_size (entry->dtype);

      if (entry->fill != NULL)
        entry->fill (scratch, entry->source, entry->how);
      else
        memcpy (scratch, entry->source, entry->count * size);
      to_file (scratch, entry->count, size);
      if (!write_all (fd, scratch, entry->count * size))
        return FALSE;
    }
  return fsync (fd) == 0;
}

static gboolean
write_aside (const RnSafetensorsWriter *writer, const GString *header, const char *path,
             guint8 *scratch, GError **error)
{
  g_autofree char *aside = rn_file_aside_template (path);
  g_autofree char *folder = g_path_get_dirname (path);
  const int fd = g_mkstemp_full (aside, O_WRONLY | O_CLOEXEC, 0666);
  int saved_errno = errno;
  gboolean written;

  if (fd < 0)
    {
      rn_file_set_error (error, path, saved_errno);
      return FALSE;
    }
  written = write_content (writer, header, fd, scratch);
  saved_errno = errno;
  if (close (fd) != 0 && written)
    {
      written = FALSE;
      saved_errno = errno;
    }
  if (written && g_rename (aside, path) != 0)
    {
      written = FALSE;
      saved_errno = errno;
    }
  if (!written)
    {
      g_unlink (aside);
      rn_file_set_error (error, path, saved_errno);
      return FALSE;
    }
  return rn_file_sync_folder (folder, error);
}

gboolean
rn_safetensors_writer_save (RnSafetensorsWriter *writer, const char *path, GError **error)
{
  g_autoptr (GString) header = make_header (writer);
  g_autofree guint8 *scratch = NULL;
  gsize largest = 1;

  if (header->len > RN_SAFETENSORS_MAX_HEADER)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” cannot be written: its header would have %zu bytes"), path,
                   header->len);
      return FALSE;
    }
  for (guint i = 0; i < writer->entries->len; i++)
    {
      const Entry *entry = &g_array_index (writer->entries, Entry, i);

      largest = MAX (largest, entry->count * rn_dtype_size (entry->dtype));
    }
  scratch = g_try_malloc (largest);
  if (scratch == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory to write “%s”"), path);
      return FALSE;
    }
  return write_aside (writer, header, path, scratch, error);
}
