#include "formats/torch-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/json.h"
#include "formats/pickle.h"
#include "formats/zip-reader.h"
#include "residua/error.h"

/* Dictionaries inside of dictionaries that are looked through for the state */
#define MAX_DEPTH 4
#define MAX_TENSORS (1 << 18)
#define MAX_PICKLE ((guint64) 64 << 20)
/* What stands at the beginning of a legacy file, little-endian */
static const char legacy_mark[] = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
/* Tensors may share their numbers, but not so that a small file asks for much memory. */
#define MAX_SHARING 8
/* Numbers that have been learned hardly pack at all. */
#define MAX_UNPACKING 20

/* Where the bytes of a storage lie */
typedef struct
{
  guint64 begin;
  guint64 size;
  const guint8 *unpacked; /* (nullable) */
} Place;

typedef struct
{
  RnTensorFile *file;
  RnZip *zip;         /* (nullable): legacy files have none */
  char *folder;       /* of the zip: "archive" */
  GHashTable *places; /* key of a storage -> Place */
  guint64 n_unpacked; /* bytes */
  guint64 n_claimed;  /* bytes of all tensors */
} Torch;

static void
torch_clear (Torch *torch)
{
  g_clear_pointer (&torch->zip, rn_zip_free);
  g_clear_pointer (&torch->folder, g_free);
  g_clear_pointer (&torch->places, g_hash_table_unref);
}

static gboolean
fail (const Torch *torch, const char *name, const char *what, GError **error)
{
  g_autofree char *shown =
      rn_tensor_name_is_shown (name) ? g_strdup (name) : g_strescape (name, NULL);

  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is damaged: tensor “%s” %s"),
               torch->file->path, shown, what);
  return FALSE;
}

/* Places of storages */

static Place *
add_place (Torch *torch, const char *key, guint64 begin, guint64 size, const guint8 *unpacked)
{
  Place *place = g_new0 (Place, 1);

  place->begin = begin;
  place->size = size;
  place->unpacked = unpacked;
  g_hash_table_insert (torch->places, g_strdup (key), place);
  return place;
}

/* A deflated storage is unpacked once, and stays. */
static Place *
unpack_place (Torch *torch, const char *key, const RnZipEntry *entry, GError **error)
{
  const guint64 limit = MAX_UNPACKING * torch->file->size + MAX_PICKLE;
  GBytes *bytes = rn_zip_read (torch->zip, entry, limit - MIN (limit, torch->n_unpacked), error);

  if (bytes == NULL)
    return NULL;
  torch->n_unpacked += g_bytes_get_size (bytes);
  g_ptr_array_add (torch->file->unpacked, bytes);
  return add_place (torch, key, 0, g_bytes_get_size (bytes), g_bytes_get_data (bytes, NULL));
}

/* In a zip each storage is an entry of its own; in a legacy file all places are known beforehand. */
static const Place *
find_place (Torch *torch, const char *tensor, const char *key, GError **error)
{
  Place *place = g_hash_table_lookup (torch->places, key);
  g_autofree char *name = NULL;
  const RnZipEntry *entry;

  if (place != NULL)
    return place;
  name = torch->zip == NULL ? NULL : g_strconcat (torch->folder, "/data/", key, NULL);
  entry = name == NULL ? NULL : rn_zip_find (torch->zip, name);
  if (entry == NULL)
    {
      fail (torch, tensor, _ ("has its numbers in a storage that is missing"), error);
      return NULL;
    }
  return entry->is_packed ? unpack_place (torch, key, entry, error)
                          : add_place (torch, key, entry->begin, entry->size, NULL);
}

/* Tensors */

/* How many numbers lie between the first and the last, both counted; FALSE where that is over all bounds */
static gboolean
measure_extent (const RnPickleTensor *source, guint64 count, guint64 *extent)
{
  *extent = count == 0 ? 0 : 1;
  for (int i = 0; count > 0 && i < source->n_dims; i++)
    {
      guint64 step;

      if (!g_uint64_checked_mul (&step, (guint64) source->dims[i] - 1,
                                 (guint64) source->strides[i]) ||
          !g_uint64_checked_add (extent, *extent, step) || *extent > G_MAXINT64 / 16)
        return FALSE;
    }
  return TRUE;
}

/* Sides of one have no stride that counts. */
static gboolean
is_strided (const RnPickleTensor *source)
{
  gint64 expected = 1;

  for (int i = source->n_dims - 1; i >= 0; i--)
    {
      if (source->dims[i] != 1 && source->strides[i] != expected)
        return TRUE;
      expected *= source->dims[i];
    }
  return FALSE;
}

static gboolean
place_tensor (Torch *torch, RnStoredTensor *tensor, const RnPickleTensor *source, GError **error)
{
  const RnPickleStorage *storage = source->storage;
  const gsize size = rn_dtype_size (storage->dtype);
  guint64 extent, first, last;
  const Place *place;

  if (!rn_tensor_shape_count (source->n_dims, source->dims, &tensor->count) ||
      !measure_extent (source, tensor->count, &extent))
    return fail (torch, tensor->name, _ ("has a shape beyond all bounds"), error);
  place = find_place (torch, tensor->name, storage->key, error);
  if (place == NULL)
    return FALSE;
  if (!g_uint64_checked_add (&first, (guint64) storage->first, source->first) ||
      !g_uint64_checked_add (&last, first, extent) || last > place->size / size ||
      source->first + extent > storage->count)
    return fail (torch, tensor->name, _ ("reaches beyond the end of its storage"), error);
  torch->n_claimed += tensor->count * size;
  if (torch->n_claimed > MAX_SHARING * (torch->file->size + torch->n_unpacked))
    return fail (torch, tensor->name, _ ("shares its numbers with more than is read"), error);
  tensor->dtype = storage->dtype;
  tensor->n_dims = source->n_dims;
  memcpy (tensor->dims, source->dims, sizeof tensor->dims);
  memcpy (tensor->strides, source->strides, sizeof tensor->strides);
  tensor->is_strided = tensor->count > 0 && is_strided (source);
  tensor->unpacked = place->unpacked;
  tensor->begin = place->begin + first * size;
  tensor->end = tensor->begin + extent * size;
  return TRUE;
}

/* The state dictionary */

static gboolean
holds_tensors (const RnPickleValue *dict)
{
  for (guint i = 1; i < dict->items->len; i += 2)
    if (((RnPickleValue *) dict->items->pdata[i])->kind == RN_PICKLE_TENSOR)
      return TRUE;
  return FALSE;
}

/* Returns: (nullable): the dictionary of tensors in @value. What stands under a customary key wins over tensors beside
 * it, such as the best accuracy. @seen: dictionaries that were looked at; one can hold itself
 */
static const RnPickleValue *
find_state (const RnPickleValue *value, int depth, GHashTable *seen)
{
  static const char *const keys[] = { "state_dict", "model_state_dict", "model_state", "model",
                                      "net",        "network",          "module",      "backbone",
                                      "params",     "weights" };

  if (value->kind != RN_PICKLE_DICT || depth == MAX_DEPTH ||
      !g_hash_table_add (seen, (gpointer) value))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const RnPickleValue *inner = rn_pickle_dict_get (value, keys[i]);
      const RnPickleValue *state = inner == NULL ? NULL : find_state (inner, depth + 1, seen);

      if (state != NULL)
        return state;
    }
  return holds_tensors (value) ? value : NULL;
}

static gboolean
add_tensor (Torch *torch, const char *name, const RnPickleTensor *source, GError **error)
{
  RnStoredTensor *tensor;

  if (!rn_tensor_name_is_shown (name))
    return fail (torch, name, _ ("has a name that cannot be shown"), error);
  if (torch->file->tensors->len == MAX_TENSORS)
    return fail (torch, name, _ ("is one more than are read"), error);
  g_array_set_size (torch->file->tensors, torch->file->tensors->len + 1);
  tensor = &g_array_index (torch->file->tensors, RnStoredTensor, torch->file->tensors->len - 1);
  tensor->name = g_strdup (name);
  return place_tensor (torch, tensor, source, error);
}

static gboolean
add_tensors (Torch *torch, const RnPickleValue *root, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  const RnPickleValue *state = find_state (root, 0, seen);

  if (state == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” holds no state dictionary: no tensors with names"), torch->file->path);
      return FALSE;
    }
  for (guint i = 0; i + 1 < state->items->len; i += 2)
    {
      const RnPickleValue *name = state->items->pdata[i], *value = state->items->pdata[i + 1];

      if (name->kind == RN_PICKLE_TEXT && value->kind == RN_PICKLE_TENSOR &&
          !add_tensor (torch, name->text, value->tensor, error))
        return FALSE;
    }
  return rn_tensor_file_index (torch->file, error);
}

/* The zip */

/* Every entry lies in one folder, whose name is free. */
static const RnZipEntry *
find_pickle (Torch *torch, GError **error)
{
  const RnZipEntry *found = NULL;

  for (guint i = 0; i < torch->zip->entries->len && found == NULL; i++)
    {
      const RnZipEntry *entry = &g_array_index (torch->zip->entries, RnZipEntry, i);

      if (g_str_has_suffix (entry->name, "/data.pkl"))
        found = entry;
    }
  if (found == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is a zip file, but none of PyTorch: it has no “data.pkl”"),
                   torch->file->path);
      return NULL;
    }
  torch->folder = g_strndup (found->name, strlen (found->name) - strlen ("/data.pkl"));
  return found;
}

static gboolean
check_byte_order (Torch *torch, GError **error)
{
  g_autofree char *name = g_strconcat (torch->folder, "/byteorder", NULL);
  const RnZipEntry *entry = rn_zip_find (torch->zip, name);
  g_autoptr (GBytes) bytes = NULL;

  if (entry == NULL)
    return TRUE;
  bytes = rn_zip_read (torch->zip, entry, 64, error);
  if (bytes == NULL)
    return FALSE;
  if (g_bytes_get_size (bytes) == 6 && memcmp (g_bytes_get_data (bytes, NULL), "little", 6) == 0)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” was written by a machine with another order of bytes"), torch->file->path);
  return FALSE;
}

/* What this program's own files say beside the tensors, as the header of a safetensors file does */
static gboolean
read_metadata (Torch *torch, GError **error)
{
  g_autofree char *name = g_strconcat (torch->folder, "/extra/residua.json", NULL);
  g_autofree char *where = g_strdup_printf ("%s: %s", torch->file->path, name);
  const RnZipEntry *entry = rn_zip_find (torch->zip, name);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObjectIter members;
  const char *key;
  JsonNode *value;

  if (entry == NULL)
    return TRUE;
  bytes = rn_zip_read (torch->zip, entry, RN_JSON_MAX_BYTES, error);
  root = bytes == NULL ? NULL
                       : rn_json_parse (g_bytes_get_data (bytes, NULL),
                                        (gssize) g_bytes_get_size (bytes), where, error);
  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("%s is no object"), where);
      return FALSE;
    }
  json_object_iter_init (&members, json_node_get_object (root));
  while (json_object_iter_next (&members, &key, &value))
    if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING)
      g_hash_table_insert (torch->file->metadata, g_strdup (key), json_node_dup_string (value));
  return TRUE;
}

static gboolean
read_zip (Torch *torch, RnPickle *pickle, GError **error)
{
  g_autofree RnByteReader *reader = g_new (RnByteReader, 1);
  g_autoptr (GBytes) unpacked = NULL;
  const RnPickleValue *root;
  const RnZipEntry *entry;

  torch->zip = rn_zip_new (torch->file, error);
  entry = torch->zip == NULL ? NULL : find_pickle (torch, error);
  if (entry == NULL || !check_byte_order (torch, error) || !read_metadata (torch, error))
    return FALSE;
  if (entry->is_packed)
    {
      unpacked = rn_zip_read (torch->zip, entry, MAX_PICKLE, error);
      if (unpacked == NULL)
        return FALSE;
      rn_byte_reader_init_memory (reader, torch->file, g_bytes_get_data (unpacked, NULL),
                                  g_bytes_get_size (unpacked));
    }
  else
    rn_byte_reader_init (reader, torch->file, entry->begin, entry->begin + entry->size);
  root = rn_pickle_run (pickle, reader, error);
  return root != NULL && add_tensors (torch, root, error);
}

/* The legacy file: a mark, a version, a description of the machine, the object, the keys of the storages, each a pickle;
 * then for each key how many numbers follow, and these.
 */

static gboolean
fail_legacy (const Torch *torch, const char *what, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s” is no PyTorch file that is read: %s"),
               torch->file->path, what);
  return FALSE;
}

static gboolean
read_legacy_head (const Torch *torch, RnPickle *pickle, RnByteReader *reader, GError **error)
{
  const RnPickleValue *mark = rn_pickle_run (pickle, reader, error), *version, *machine, *order;

  if (mark == NULL)
    return FALSE;
  if (mark->kind != RN_PICKLE_TEXT || strncmp (mark->text, legacy_mark, strlen (legacy_mark)) != 0)
    return fail_legacy (torch, _ ("it is some other pickle"), error);
  version = rn_pickle_run (pickle, reader, error);
  machine = version == NULL ? NULL : rn_pickle_run (pickle, reader, error);
  if (machine == NULL)
    return FALSE;
  if (version->kind != RN_PICKLE_WHOLE || version->whole != 1001)
    return fail_legacy (torch, _ ("its version is not 1001"), error);
  order = machine->kind == RN_PICKLE_DICT ? rn_pickle_dict_get (machine, "little_endian") : NULL;
  if (order == NULL || order->kind != RN_PICKLE_WHOLE || order->whole != 1)
    return fail_legacy (torch, _ ("it was written by a machine with another order of bytes"),
                        error);
  return TRUE;
}

static gboolean
place_legacy_storage (Torch *torch, RnByteReader *reader, const RnPickleStorage *storage,
                      GError **error)
{
  const gsize size = rn_dtype_size (storage->dtype);
  guint64 count;

  if (!rn_byte_reader_read (reader, &count, sizeof count, error))
    return FALSE;
  count = GUINT64_FROM_LE (count);
  if (count > (reader->end - reader->at) / size)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is damaged: %llu numbers are announced at byte %llu, more than follow"),
                   torch->file->path, (unsigned long long) count,
                   (unsigned long long) reader->at - sizeof count);
      return FALSE;
    }
  add_place (torch, storage->key, reader->at, count * size, NULL);
  return rn_byte_reader_skip (reader, count * size, error);
}

static gboolean
place_legacy_storages (Torch *torch, RnPickle *pickle, RnByteReader *reader,
                       const RnPickleValue *keys, GError **error)
{
  g_autoptr (GHashTable) storages = rn_pickle_find_storages (pickle);

  if (keys->kind != RN_PICKLE_LIST)
    return fail_legacy (torch, _ ("the keys of its storages are missing"), error);
  for (guint i = 0; i < keys->items->len; i++)
    {
      const RnPickleValue *key = keys->items->pdata[i];
      const RnPickleStorage *storage =
          key->kind == RN_PICKLE_TEXT ? g_hash_table_lookup (storages, key->text) : NULL;

      if (storage == NULL)
        return fail_legacy (torch, _ ("a storage belongs to no tensor"), error);
      if (!place_legacy_storage (torch, reader, storage, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_legacy (Torch *torch, RnPickle *pickle, GError **error)
{
  g_autofree RnByteReader *reader = g_new (RnByteReader, 1);
  const RnPickleValue *root, *keys;

  rn_byte_reader_init (reader, torch->file, 0, torch->file->size);
  if (!read_legacy_head (torch, pickle, reader, error))
    return FALSE;
  root = rn_pickle_run (pickle, reader, error);
  keys = root == NULL ? NULL : rn_pickle_run (pickle, reader, error);
  return keys != NULL && place_legacy_storages (torch, pickle, reader, keys, error) &&
         add_tensors (torch, root, error);
}

RnTensorFile *
rn_torch_file_open (const char *path, GError **error)
{
  g_autoptr (RnTensorFile) file = rn_tensor_file_open (path, error);
  g_autoptr (RnPickle) pickle = rn_pickle_new (path);
  Torch torch = { .file = file };
  char start[2];
  gboolean done;

  if (file == NULL || !rn_tensor_file_read (file, start, sizeof start, 0, error))
    return NULL;
  torch.places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  done = file->size <= RN_TENSOR_FILE_MAX_SIZE && memcmp (start, "PK", 2) == 0
             ? read_zip (&torch, pickle, error)
             : read_legacy (&torch, pickle, error);
  torch_clear (&torch);
  return done ? g_steal_pointer (&file) : NULL;
}
