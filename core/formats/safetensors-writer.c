#include "formats/safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file-writer.h"
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

static gsize
size_of (const RnSafetensorsWriter *writer, guint index)
{
  const Entry *entry = &g_array_index (writer->entries, Entry, index);

  return entry->count * rn_dtype_size (entry->dtype);
}

static void
write_entry (const RnSafetensorsWriter *writer, guint index, RnFileWriter *out, guint8 *scratch)
{
  const Entry *entry = &g_array_index (writer->entries, Entry, index);

  if (entry->fill != NULL)
    entry->fill (scratch, entry->source, entry->how);
  else
    memcpy (scratch, entry->source, size_of (writer, index));
  to_file (scratch, entry->count, rn_dtype_size (entry->dtype));
  rn_file_writer_add (out, scratch, size_of (writer, index));
}

static gboolean
write_entries (const RnSafetensorsWriter *writer, RnFileWriter *out, guint8 *scratch, guint64 size,
               RnProgressFunc progress, gpointer user_data, GError **error)
{
  for (guint i = 0; i < writer->entries->len && !rn_file_writer_has_failed (out); i++)
    {
      const double done = (double) rn_file_writer_get_position (out) / (double) size;

      if (progress != NULL && !progress (done, user_data))
        {
          g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
          return FALSE;
        }
      write_entry (writer, i, out, scratch);
    }
  return TRUE;
}

gboolean
rn_safetensors_writer_save (RnSafetensorsWriter *writer, const char *path, RnProgressFunc progress,
                            gpointer user_data, GError **error)
{
  g_autoptr (GString) header = make_header (writer);
  const guint64 header_size = GUINT64_TO_LE ((guint64) header->len);
  g_autoptr (RnFileWriter) out = NULL;
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
    largest = MAX (largest, size_of (writer, i));
  scratch = g_try_malloc (largest);
  if (scratch == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory to write “%s”"), path);
      return FALSE;
    }
  out = rn_file_writer_new (path, error);
  if (out == NULL)
    return FALSE;
  rn_file_writer_add (out, &header_size, sizeof header_size);
  rn_file_writer_add (out, header->str, header->len);
  return write_entries (writer, out, scratch, rn_safetensors_writer_get_size (writer), progress,
                        user_data, error) &&
         rn_file_writer_commit (out, error);
}
