#include "formats/safetensors-header.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "residua/error.h"

/* No name of a tensor is longer; values of the metadata may be. */
#define MAX_NAME 1024

/* The deepest network's checkpoint has half as many tensors. Both bound what a hostile header costs. */
#define MAX_TENSORS (1 << 18)
#define MAX_METADATA 4096

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  const char *path;
} Scan;

static gboolean
fail (const Scan *scan, GError **error, const char *expected)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: its header at byte %zu: %s"),
               scan->path, (gsize) (scan->at - scan->start), expected);
  return FALSE;
}

G_GNUC_PRINTF (4, 5)
static gboolean
fail_tensor (const Scan *scan, const char *name, GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *message = NULL;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: tensor “%s” %s"), scan->path,
               name, message);
  return FALSE;
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end && strchr (" \t\r\n", *scan->at) != NULL && *scan->at != '\0')
    scan->at++;
}

/* Returns: whether @wanted stood there; then it is behind us */
static gboolean
take (Scan *scan, char wanted)
{
  skip_space (scan);
  if (scan->at == scan->end || *scan->at != wanted)
    return FALSE;
  scan->at++;
  return TRUE;
}

static gboolean
read_hex (Scan *scan, gunichar *value)
{
  gunichar sum = 0;

  if (scan->end - scan->at < 4)
    return FALSE;
  for (int i = 0; i < 4; i++)
    {
      const int digit = g_ascii_xdigit_value (*scan->at++);

      if (digit < 0)
        return FALSE;
      sum = sum * 16 + (gunichar) digit;
    }
  *value = sum;
  return TRUE;
}

/* After a backslash. A pair of surrogates is one character; one alone, and the character 0, are errors. */
static gboolean
read_escape (Scan *scan, GString *text)
{
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *letter;
  gunichar high, low;

  if (scan->at == scan->end)
    return FALSE;
  letter = *scan->at == '\0' ? NULL : strchr (letters, *scan->at);
  if (letter != NULL)
    {
      g_string_append_c (text, meanings[letter - letters]);
      scan->at++;
      return TRUE;
    }
  if (*scan->at++ != 'u' || !read_hex (scan, &high) || high == 0 ||
      (high >= 0xdc00 && high < 0xe000))
    return FALSE;
  if (high >= 0xd800 && high < 0xdc00)
    {
      if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return FALSE;
      scan->at += 2;
      if (!read_hex (scan, &low) || low < 0xdc00 || low >= 0xe000)
        return FALSE;
      high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
  g_string_append_unichar (text, high);
  return TRUE;
}

static gboolean
read_string (Scan *scan, gsize max_length, GString *text, GError **error)
{
  g_string_truncate (text, 0);
  if (!take (scan, '"'))
    return fail (scan, error, _ ("a string was expected"));
  for (;;)
    {
      const char *plain = scan->at;

      while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\' &&
             (guchar) *scan->at >= 0x20)
        scan->at++;
      g_string_append_len (text, plain, scan->at - plain);
      if (text->len > max_length)
        return fail (scan, error, _ ("the string is too long"));
      if (scan->at == scan->end)
        return fail (scan, error, _ ("the string does not end"));
      if (*scan->at == '"')
        break;
      if (*scan->at++ != '\\' || !read_escape (scan, text))
        return fail (scan, error, _ ("the string holds a character or escape that is none"));
    }
  scan->at++;
  if (!g_utf8_validate_len (text->str, text->len, NULL))
    return fail (scan, error, _ ("the string is not UTF-8"));
  return TRUE;
}

/* [1, 2, 3], each 0 to 2^63 - 1 */
static gboolean
read_numbers (Scan *scan, const char *name, int max, guint64 *numbers, int *n, GError **error)
{
  *n = 0;
  if (!take (scan, '['))
    return fail (scan, error, _ ("a list of numbers was expected"));
  if (take (scan, ']'))
    return TRUE;
  do
    {
      const char *first;

      skip_space (scan);
      first = scan->at;
      while (scan->at < scan->end &&
             (g_ascii_isalnum (*scan->at) || strchr ("+-.", *scan->at) != NULL) &&
             *scan->at != '\0')
        scan->at++;
      if (*n == max)
        return fail_tensor (scan, name, error, _ ("has a list of more than %d numbers"), max);
      if (!rn_number_parse_whole (first, (gsize) (scan->at - first), &numbers[*n]) ||
          numbers[*n] > G_MAXINT64)
        {
          g_autofree char *value = g_strndup (first, MIN ((gsize) (scan->at - first), 40));

          return fail_tensor (scan, name, error, _ ("has a size or place of “%s”"), value);
        }
      ++*n;
    }
  while (take (scan, ','));
  if (!take (scan, ']'))
    return fail (scan, error, _ ("“]” was expected"));
  return TRUE;
}

static gboolean
parse_dtype (const Scan *scan, RnStoredTensor *tensor, const char *word, GError **error)
{
  g_autofree char *shown = NULL;

  for (int i = RN_DTYPE_F32; i <= RN_DTYPE_U8; i++)
    if (strcmp (word, rn_dtype_name ((RnDtype) i)) == 0)
      {
        tensor->dtype = (RnDtype) i;
        return TRUE;
      }
  shown = rn_json_quote (word);
  return fail_tensor (scan, tensor->name, error,
                      _ ("has numbers of a type that is not read here: “%s”"), shown);
}

static gboolean
set_shape (const Scan *scan, RnStoredTensor *tensor, const guint64 *dims, int n_dims,
           GError **error)
{
  tensor->n_dims = n_dims;
  tensor->count = 1;
  for (int i = 0; i < n_dims; i++)
    {
      tensor->dims[i] = (gint64) dims[i];
      if (!g_uint64_checked_mul (&tensor->count, tensor->count, dims[i]) ||
          tensor->count > G_MAXINT64 / 8)
        {
          g_autofree char *shape = NULL;

          for (int j = i; j < n_dims; j++)
            tensor->dims[j] = (gint64) dims[j];
          shape = rn_tensor_shape_to_string (n_dims, tensor->dims);
          return fail_tensor (scan, tensor->name, error, _ ("has a shape beyond all bounds: %s"),
                              shape);
        }
    }
  return TRUE;
}

/* {"dtype": .., "shape": .., "data_offsets": ..} in any order */
static gboolean
read_entry (Scan *scan, RnStoredTensor *tensor, GString *text, GError **error)
{
  static const char *const keys[] = { "dtype", "shape", "data_offsets" };
  gboolean seen[3] = { FALSE, FALSE, FALSE };
  guint64 numbers[RN_STORED_MAX_DIMS];
  int n;

  if (!take (scan, '{'))
    return fail (scan, error, _ ("“{” was expected"));
  do
    {
      guint key = 0;

      if (!read_string (scan, MAX_NAME, text, error))
        return FALSE;
      while (key < 3 && strcmp (text->str, keys[key]) != 0)
        key++;
      if (key == 3 || seen[key])
        {
          g_autofree char *shown = rn_json_quote (text->str);

          return fail_tensor (scan, tensor->name, error,
                              key == 3 ? _ ("has a key that it should not have: “%s”")
                                       : _ ("says “%s” twice"),
                              shown);
        }
      seen[key] = TRUE;
      if (!take (scan, ':'))
        return fail (scan, error, _ ("“:” was expected"));
      if (key == 0)
        {
          if (!read_string (scan, MAX_NAME, text, error) ||
              !parse_dtype (scan, tensor, text->str, error))
            return FALSE;
          continue;
        }
      if (!read_numbers (scan, tensor->name, key == 1 ? RN_STORED_MAX_DIMS : 2, numbers, &n, error))
        return FALSE;
      if (key == 1 && !set_shape (scan, tensor, numbers, n, error))
        return FALSE;
      if (key == 2 && n != 2)
        return fail_tensor (scan, tensor->name, error, _ ("needs two data_offsets, not %d"), n);
      if (key == 2)
        {
          tensor->begin = numbers[0];
          tensor->end = numbers[1];
        }
    }
  while (take (scan, ','));
  if (!take (scan, '}'))
    return fail (scan, error, _ ("“}” was expected"));
  for (int i = 0; i < 3; i++)
    if (!seen[i])
      return fail_tensor (scan, tensor->name, error, _ ("has no “%s”"), keys[i]);
  return TRUE;
}

static gboolean
read_metadata (Scan *scan, GHashTable *metadata, GString *text, GError **error)
{
  if (!take (scan, '{'))
    return fail (scan, error, _ ("“{” was expected"));
  if (take (scan, '}'))
    return TRUE;
  do
    {
      g_autofree char *key = NULL;

      if (!read_string (scan, MAX_NAME, text, error))
        return FALSE;
      key = g_strndup (text->str, text->len);
      if (!take (scan, ':'))
        return fail (scan, error, _ ("“:” was expected"));
      if (!read_string (scan, RN_SAFETENSORS_MAX_HEADER, text, error))
        return FALSE;
      if (g_hash_table_size (metadata) == MAX_METADATA)
        return fail (scan, error, _ ("the metadata have more entries than are read"));
      if (g_hash_table_contains (metadata, key))
        return fail (scan, error, _ ("a key of the metadata stands there twice"));
      g_hash_table_insert (metadata, g_steal_pointer (&key), g_strndup (text->str, text->len));
    }
  while (take (scan, ','));
  if (!take (scan, '}'))
    return fail (scan, error, _ ("“}” was expected"));
  return TRUE;
}

/* One member of the header: the metadata, or a tensor */
static gboolean
read_member (Scan *scan, GArray *tensors, GHashTable *names, GHashTable *metadata, GString *text,
             GError **error)
{
  RnStoredTensor *tensor;

  if (!read_string (scan, MAX_NAME, text, error))
    return FALSE;
  if (!rn_tensor_name_is_shown (text->str))
    return fail (scan, error, _ ("the name holds characters that cannot be shown"));
  if (!g_hash_table_add (names, g_strdup (text->str)))
    return fail_tensor (scan, text->str, error, _ ("stands there twice"));
  if (!take (scan, ':'))
    return fail (scan, error, _ ("“:” was expected"));
  if (strcmp (text->str, "__metadata__") == 0)
    return read_metadata (scan, metadata, text, error);
  if (tensors->len == MAX_TENSORS)
    return fail (scan, error, _ ("there are more tensors than are read"));
  g_array_set_size (tensors, tensors->len + 1);
  tensor = &g_array_index (tensors, RnStoredTensor, tensors->len - 1);
  tensor->name = g_strdup (text->str);
  return read_entry (scan, tensor, text, error);
}

gboolean
rn_safetensors_header_parse (const char *text, gsize length, const char *path, GArray *tensors,
                             GHashTable *metadata, GError **error)
{
  Scan scan = { text, text, text + length, path };
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) buffer = g_string_new (NULL);

  if (!take (&scan, '{'))
    return fail (&scan, error, _ ("“{” was expected"));
  if (!take (&scan, '}'))
    {
      do
        if (!read_member (&scan, tensors, names, metadata, buffer, error))
          return FALSE;
      while (take (&scan, ','));
      if (!take (&scan, '}'))
        return fail (&scan, error, _ ("“}” was expected"));
    }
  skip_space (&scan);
  if (scan.at != scan.end)
    return fail (&scan, error, _ ("something follows the header's end"));
  return TRUE;
}
