#include "formats/safetensors.h"

#include <glib/gi18n-lib.h>

#include "formats/safetensors-header.h"
#include "residua/error.h"

static gboolean
read_header (RnTensorFile *file, GError **error)
{
  guint64 header_size;
  g_autofree char *text = NULL;

  if (!rn_tensor_file_read (file, &header_size, sizeof header_size, 0, error))
    return FALSE;
  header_size = GUINT64_FROM_LE (header_size);
  if (header_size > RN_SAFETENSORS_MAX_HEADER || header_size > file->size - 8)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is damaged, or no safetensors file: its header claims %llu bytes, the "
                      "file has %llu"),
                   file->path, (unsigned long long) header_size, (unsigned long long) file->size);
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
  return rn_tensor_file_read (file, text, header_size, 8, error) &&
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
check_place (const RnTensorFile *file, const RnStoredTensor *tensor, guint64 expected,
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
check_places (RnTensorFile *file, guint64 data_size, GError **error)
{
  guint64 expected = 0;

  g_array_sort (file->tensors, compare_places);
  for (guint i = 0; i < file->tensors->len; i++)
    {
      RnStoredTensor *tensor = &g_array_index (file->tensors, RnStoredTensor, i);

      if (!check_place (file, tensor, expected, data_size, error))
        return FALSE;
      expected = tensor->end;
    }
  if (expected == data_size)
    return rn_tensor_file_index (file, error);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is damaged: %llu bytes at its end belong to no tensor"), file->path,
               (unsigned long long) (data_size - expected));
  return FALSE;
}

RnTensorFile *
rn_safetensors_open (const char *path, GError **error)
{
  g_autoptr (RnTensorFile) file = rn_tensor_file_open (path, error);

  if (file == NULL)
    return NULL;
  if (file->size < 8 || file->size > RN_TENSOR_FILE_MAX_SIZE)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” has %llu bytes; a safetensors file has 8 to %llu"), file->path,
                   (unsigned long long) file->size, (unsigned long long) RN_TENSOR_FILE_MAX_SIZE);
      return NULL;
    }
  if (!read_header (file, error) || !check_places (file, file->size - file->data_start, error))
    return NULL;
  return g_steal_pointer (&file);
}
