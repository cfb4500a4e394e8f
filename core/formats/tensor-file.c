#include "formats/tensor-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "compute/kernels.h"
#include "residua/error.h"

#define CHUNK 65536

const char *
rn_dtype_name (RnDtype dtype)
{
  static const char *const names[] = { "F32", "F64", "F16", "BF16", "I64",
                                       "U64", "I32", "I16", "I8",   "U8" };

  return names[dtype];
}

gsize
rn_dtype_size (RnDtype dtype)
{
  static const gsize sizes[] = { 4, 8, 2, 2, 8, 8, 4, 2, 1, 1 };

  return sizes[dtype];
}

char *
rn_tensor_shape_to_string (int n_dims, const gint64 *dims)
{
  GString *text = g_string_new ("[");

  for (int i = 0; i < n_dims; i++)
    g_string_append_printf (text, i == 0 ? "%" G_GINT64_FORMAT : ", %" G_GINT64_FORMAT, dims[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

gboolean
rn_tensor_shape_count (int n_dims, const gint64 *dims, guint64 *count)
{
  *count = 1;
  for (int i = 0; i < n_dims; i++)
    if (dims[i] < 0 || !g_uint64_checked_mul (count, *count, (guint64) dims[i]) ||
        *count > G_MAXINT64 / 8)
      return FALSE;
  return TRUE;
}

gboolean
rn_tensor_name_is_shown (const char *name)
{
  if (!g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (; *name != '\0'; name = g_utf8_next_char (name))
    if (!g_unichar_isprint (g_utf8_get_char (name)))
      return FALSE;
  return TRUE;
}

static gboolean
open_regular (RnTensorFile *file, GError **error)
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
  file->size = (guint64) status.st_size;
  return TRUE;
}

static void
clear_tensor (gpointer data)
{
  g_free (((RnStoredTensor *) data)->name);
}

RnTensorFile *
rn_tensor_file_open (const char *path, GError **error)
{
  g_autoptr (RnTensorFile) file = g_new0 (RnTensorFile, 1);

  file->path = g_strdup (path);
  file->tensors = g_array_new (FALSE, TRUE, sizeof (RnStoredTensor));
  g_array_set_clear_func (file->tensors, clear_tensor);
  file->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  file->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->unpacked = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return open_regular (file, error) ? g_steal_pointer (&file) : NULL;
}

void
rn_tensor_file_close (RnTensorFile *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    close (file->fd);
  g_hash_table_unref (file->by_name);
  g_hash_table_unref (file->metadata);
  g_array_unref (file->tensors);
  g_ptr_array_unref (file->unpacked);
  g_free (file->path);
  g_free (file);
}

gboolean
rn_tensor_file_read (const RnTensorFile *file, void *bytes, gsize length, guint64 offset,
                     GError **error)
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

gboolean
rn_tensor_file_index (RnTensorFile *file, GError **error)
{
  for (guint i = 0; i < file->tensors->len; i++)
    {
      RnStoredTensor *tensor = &g_array_index (file->tensors, RnStoredTensor, i);

      if (!g_hash_table_insert (file->by_name, tensor->name, tensor))
        {
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” has tensor “%s” twice"),
                       file->path, tensor->name);
          return FALSE;
        }
    }
  return TRUE;
}

const RnStoredTensor *
rn_tensor_file_find (const RnTensorFile *file, const char *name)
{
  return g_hash_table_lookup (file->by_name, name);
}

const char *
rn_tensor_file_get_metadata (const RnTensorFile *file, const char *key)
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

/* @length bytes of @tensor from byte @from of it; its extent has been checked. */
static gboolean
fetch (const RnTensorFile *file, const RnStoredTensor *tensor, void *bytes, gsize length,
       guint64 from, GError **error)
{
  if (tensor->unpacked == NULL)
    return rn_tensor_file_read (file, bytes, length, file->data_start + tensor->begin + from,
                                error);
  memcpy (bytes, tensor->unpacked + tensor->begin + from, length);
  return TRUE;
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

/* @first: which number of @tensor is floats[0] */
static gboolean
check_finite (const RnTensorFile *file, const RnStoredTensor *tensor, const float *floats,
              guint64 first, guint64 count, GError **error)
{
  guint64 i = 0;

  if (rn_kernels ()->all_finite (floats, count))
    return TRUE;
  while (isfinite (floats[i]))
    i++;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s”: tensor “%s” holds NaN or infinity at position %llu"), file->path,
               tensor->name, (unsigned long long) (first + i));
  return FALSE;
}

/* @count numbers that lie one after another, from number @first of @tensor's extent */
static gboolean
read_run (const RnTensorFile *file, const RnStoredTensor *tensor, float *floats, guint64 first,
          guint64 count, GError **error)
{
  const gsize size = rn_dtype_size (tensor->dtype);
  double chunk[CHUNK / sizeof (double)];

  if (tensor->dtype == RN_DTYPE_F32)
    {
      if (!fetch (file, tensor, floats, count * size, first * size, error))
        return FALSE;
      to_host (floats, count, size);
      return TRUE;
    }
  for (guint64 done = 0; done < count;)
    {
      const gsize n = MIN (count - done, sizeof chunk / size);

      if (!fetch (file, tensor, chunk, n * size, (first + done) * size, error))
        return FALSE;
      to_host (chunk, n, size);
      convert (floats + done, chunk, n, tensor->dtype);
      done += n;
    }
  return TRUE;
}

/* floats[i] = extent[sum over the sides of index times stride], i counting with the last side fastest */
static void
gather (float *floats, const float *extent, const RnStoredTensor *tensor)
{
  gint64 index[RN_STORED_MAX_DIMS] = { 0 };
  gint64 at = 0;

  for (guint64 i = 0; i < tensor->count; i++)
    {
      floats[i] = extent[at];
      for (int d = tensor->n_dims - 1; d >= 0; d--)
        {
          at += tensor->strides[d];
          if (++index[d] < tensor->dims[d])
            break;
          at -= tensor->strides[d] * tensor->dims[d];
          index[d] = 0;
        }
    }
}

/* Memory for the extent: it lies in the file, so it is no more than that. */
static gboolean
read_strided (const RnTensorFile *file, const RnStoredTensor *tensor, float *floats, GError **error)
{
  const guint64 n = (tensor->end - tensor->begin) / rn_dtype_size (tensor->dtype);
  g_autofree float *extent = g_try_malloc_n (MAX (n, 1), sizeof *extent);

  if (extent == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory to read tensor “%s” of “%s”"), tensor->name, file->path);
      return FALSE;
    }
  if (!read_run (file, tensor, extent, 0, n, error))
    return FALSE;
  gather (floats, extent, tensor);
  return TRUE;
}

static gboolean
check_has_fraction (const RnTensorFile *file, const RnStoredTensor *tensor, GError **error)
{
  if (tensor->dtype <= RN_DTYPE_BF16)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s”: tensor “%s” is of type %s where numbers with a fraction are needed"),
               file->path, tensor->name, rn_dtype_name (tensor->dtype));
  return FALSE;
}

gboolean
rn_tensor_file_read_part (const RnTensorFile *file, const RnStoredTensor *tensor, float *floats,
                          guint64 first, guint64 count, GError **error)
{
  g_return_val_if_fail (!tensor->is_strided, FALSE);
  g_return_val_if_fail (first <= tensor->count && count <= tensor->count - first, FALSE);

  return check_has_fraction (file, tensor, error) &&
         read_run (file, tensor, floats, first, count, error) &&
         check_finite (file, tensor, floats, first, count, error);
}

gboolean
rn_tensor_file_read_floats (const RnTensorFile *file, const RnStoredTensor *tensor, float *floats,
                            GError **error)
{
  if (!tensor->is_strided)
    return rn_tensor_file_read_part (file, tensor, floats, 0, tensor->count, error);
  return check_has_fraction (file, tensor, error) && read_strided (file, tensor, floats, error) &&
         check_finite (file, tensor, floats, 0, tensor->count, error);
}

gboolean
rn_tensor_file_read_raw (const RnTensorFile *file, const RnStoredTensor *tensor, void *values,
                         GError **error)
{
  const gsize size = rn_dtype_size (tensor->dtype);

  g_return_val_if_fail (!tensor->is_strided, FALSE);

  if (!fetch (file, tensor, values, tensor->count * size, 0, error))
    return FALSE;
  to_host (values, tensor->count, size);
  return TRUE;
}
