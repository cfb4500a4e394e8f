#include "formats/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "formats/safetensors-header.h"
#include "residua/error.h"

#define CHUNK 65536

const char *
rn_dtype_name (RnDtype dtype)
{
  static const char *const names[] = { "F32", "F64", "F16", "BF16", "I64", "U64", "I32", "U8" };

  return names[dtype];
}

gsize
rn_dtype_size (RnDtype dtype)
{
  static const gsize sizes[] = { 4, 8, 2, 2, 8, 8, 4, 1 };

  return sizes[dtype];
}

char *
rn_safetensors_shape_to_string (int n_dims, const gint64 *dims)
{
  GString *text = g_string_new ("[");

  for (int i = 0; i < n_dims; i++)
    g_string_append_printf (text, i == 0 ? "%" G_GINT64_FORMAT : ", %" G_GINT64_FORMAT, dims[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* All of @length bytes at @offset; a file that has become shorter meanwhile is an error like any other. */
static gboolean
read_at (const RnSafetensors *file, void *bytes, gsize length, guint64 offset, GError **error)
{
  gsize done = 0;

  while (done < length)
    {
      const gssize got = pread (file->fd, (char *) bytes + done,
                                MIN (length - done, (gsize) 1 << 30), (off_t) (offset + done));

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          rn_file_set_error (error, file->path, errno);
          return FALSE;
        }
      if (got == 0)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” ends at byte %llu, too early"),
                       file->path, (unsigned long long) (offset + done));
          return FALSE;
        }
      done += (gsize) got;
    }
  return TRUE;
}

static gboolean
open_file (RnSafetensors *file, guint64 *size, GError **error)
{
  struct stat status;

  /* Without O_NONBLOCK a named pipe would keep us waiting */
  file->fd = open (file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file->fd < 0 || fstat (file->fd, &status) != 0)
    {
      rn_file_set_error (error, file->path, errno);
      return FALSE;
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR,
                   S_ISDIR (status.st_mode) ? G_IO_ERROR_IS_DIRECTORY : G_IO_ERROR_NOT_REGULAR_FILE,
                   _ ("“%s” is no regular file"), file->path);
      return FALSE;
    }
  *size = (guint64) status.st_size;
  if (*size < 8 || *size > RN_SAFETENSORS_MAX_FILE)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” has %llu bytes; a safetensors file has 8 to %llu"), file->path,
                   (unsigned long long) *size, (unsigned long long) RN_SAFETENSORS_MAX_FILE);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_header (RnSafetensors *file, guint64 file_size, GError **error)
{
  guint64 header_size;
  g_autofree char *text = NULL;

  if (!read_at (file, &header_size, sizeof header_size, 0, error))
    return FALSE;
  header_size = GUINT64_FROM_LE (header_size);
  if (header_size > RN_SAFETENSORS_MAX_HEADER || header_size > file_size - 8)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is damaged, or no safetensors file: its header claims %llu bytes, the "
                      "file has %llu"),
                   file->path, (unsigned long long) header_size, (unsigned long long) file_size);
      return FALSE;
    }
  text = g_try_malloc (header_size + 1);
  if (text == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory for the header of “%s”"), file->path);
      return FALSE;
    }
  file->data_start = 8 + header_size;
  return read_at (file, text, header_size, 8, error) &&
         rn_safetensors_header_parse (text, header_size, file->path, file->tensors, file->metadata,
                                      error);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const RnStoredTensor *first = a, *second = b;

  if (first->begin != second->begin)
    return first->begin < second->begin ? -1 : 1;
  return (first->end > second->end) - (first->end < second->end);
}

static gboolean
check_place (const RnSafetensors *file, const RnStoredTensor *tensor, guint64 expected,
             guint64 data_size, GError **error)
{
  const char *what = NULL;

  if (tensor->begin > tensor->end)
    what = _ ("ends before it begins");
  else if (tensor->end > data_size)
    what = _ ("reaches beyond the end of the file");
  else if (tensor->end - tensor->begin != tensor->count * rn_dtype_size (tensor->dtype))
    what = _ ("has another number of bytes than its shape and type need");
  else if (tensor->begin < expected)
    what = _ ("overlaps the one before it");
  else if (tensor->begin > expected)
    what = _ ("begins after bytes that belong to no tensor");
  if (what == NULL)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is damaged: tensor “%s” (bytes %llu to %llu of %llu) %s"), file->path,
               tensor->name, (unsigned long long) tensor->begin, (unsigned long long) tensor->end,
               (unsigned long long) data_size, what);
  return FALSE;
}

/* The tensors cover the data from its first byte to its last, each byte once. */
static gboolean
check_places (RnSafetensors *file, guint64 data_size, GError **error)
{
  guint64 expected = 0;

  g_array_sort (file->tensors, compare_places);
  for (guint i = 0; i < file->tensors->len; i++)
    {
      RnStoredTensor *tensor = &g_array_index (file->tensors, RnStoredTensor, i);

      if (!check_place (file, tensor, expected, data_size, error))
        return FALSE;
      expected = tensor->end;
      g_hash_table_insert (file->by_name, tensor->name, tensor);
    }
  if (expected == data_size)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is damaged: %llu bytes at its end belong to no tensor"), file->path,
               (unsigned long long) (data_size - expected));
  return FALSE;
}

static void
clear_tensor (gpointer data)
{
  g_free (((RnStoredTensor *) data)->name);
}

RnSafetensors *
rn_safetensors_open (const char *path, GError **error)
{
  g_autoptr (RnSafetensors) file = g_new0 (RnSafetensors, 1);
  guint64 size;

  file->path = g_strdup (path);
  file->tensors = g_array_new (FALSE, TRUE, sizeof (RnStoredTensor));
  g_array_set_clear_func (file->tensors, clear_tensor);
  file->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  file->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!open_file (file, &size, error) || !read_header (file, size, error) ||
      !check_places (file, size - file->data_start, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
rn_safetensors_close (RnSafetensors *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    close (file->fd);
  g_hash_table_unref (file->by_name);
  g_hash_table_unref (file->metadata);
  g_array_unref (file->tensors);
  g_free (file->path);
  g_free (file);
}

const RnStoredTensor *
rn_safetensors_find (const RnSafetensors *file, const char *name)
{
  return g_hash_table_lookup (file->by_name, name);
}

const char *
rn_safetensors_get_metadata (const RnSafetensors *file, const char *key)
{
  return g_hash_table_lookup (file->metadata, key);
}

float
rn_float_from_bf16 (guint16 bits)
{
  const guint32 wide = (guint32) bits << 16;
  float value;

  memcpy (&value, &wide, sizeof value);
  return value;
}

float
rn_float_from_f16 (guint16 bits)
{
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  float size;

  if (exponent == 31)
    size = fraction == 0 ? INFINITY : NAN;
  else if (exponent == 0)
    size = (float) fraction * 0x1p-24f;
  else
    size = ldexpf ((float) (1024 + fraction), exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

/* Bytes of the file to numbers of this machine, in place */
static void
to_host (void *values, gsize count, gsize size)
{
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return;
  for (gsize i = 0; i < count; i++)
    {
      guint8 *bytes = (guint8 *) values + i * size;

      for (gsize j = 0; j < size / 2; j++)
        {
          const guint8 kept = bytes[j];

          bytes[j] = bytes[size - 1 - j];
          bytes[size - 1 - j] = kept;
        }
    }
}

static void
convert (float *floats, const void *values, gsize count, RnDtype dtype)
{
  for (gsize i = 0; i < count; i++)
    if (dtype == RN_DTYPE_F64)
      floats[i] = (float) ((const double *) values)[i];
    else if (dtype == RN_DTYPE_F16)
      floats[i] = rn_float_from_f16 (((const guint16 *) values)[i]);
    else
      floats[i] = rn_float_from_bf16 (((const guint16 *) values)[i]);
}

static gboolean
check_finite (const RnSafetensors *file, const RnStoredTensor *tensor, const float *floats,
              GError **error)
{
  for (guint64 i = 0; i < tensor->count; i++)
    if (!isfinite (floats[i]))
      {
        g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                     _ ("“%s”: tensor “%s” holds NaN or infinity at position %llu"), file->path,
                     tensor->name, (unsigned long long) i);
        return FALSE;
      }
  return TRUE;
}

gboolean
rn_safetensors_read_floats (const RnSafetensors *file, const RnStoredTensor *tensor, float *floats,
                            GError **error)
{
  const guint64 start = file->data_start + tensor->begin;
  const gsize size = rn_dtype_size (tensor->dtype);
  double chunk[CHUNK / sizeof (double)];

  if (tensor->dtype > RN_DTYPE_BF16)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s”: tensor “%s” is of type %s where numbers with a fraction are needed"),
                   file->path, tensor->name, rn_dtype_name (tensor->dtype));
      return FALSE;
    }
  if (tensor->dtype == RN_DTYPE_F32)
    {
      if (!read_at (file, floats, tensor->count * size, start, error))
        return FALSE;
      to_host (floats, tensor->count, size);
      return check_finite (file, tensor, floats, error);
    }
  for (guint64 done = 0; done < tensor->count;)
    {
      const gsize n = MIN (tensor->count - done, sizeof chunk / size);

      if (!read_at (file, chunk, n * size, start + done * size, error))
        return FALSE;
      to_host (chunk, n, size);
      convert (floats + done, chunk, n, tensor->dtype);
      done += n;
    }
  return check_finite (file, tensor, floats, error);
}

gboolean
rn_safetensors_read_raw (const RnSafetensors *file, const RnStoredTensor *tensor, void *values,
                         GError **error)
{
  const gsize size = rn_dtype_size (tensor->dtype);

  if (!read_at (file, values, tensor->count * size, file->data_start + tensor->begin, error))
    return FALSE;
  to_host (values, tensor->count, size);
  return TRUE;
}
