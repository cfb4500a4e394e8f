#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "residua/error.h"
#include "residua/sketch.h"
#include "spec/spec-node.h"
#include "spec/spec-private.h"

#define VERSION 1

/* Words in files, in the order of the enumerations. */
static const char *const kind_words[] = { "basic", "bottleneck", "plain-basic", "plain-bottleneck",
                                          NULL };
static const char *const shortcut_words[] = { "A-split", "A-end", "B", "C", NULL };
static const char *const bottleneck_stride_words[] = { "3x3", "1x1", NULL };
static const char *const stem_words[] = { "3x3", "7x7-pool", NULL };

static const char *const spec_keys[] = { "version", "name",    "input", "stem",
                                         "blocks",  "classes", NULL };
static const char *const clip_keys[] = { "residua", "blocks", NULL };
static const char *const input_keys[] = { "side", "channels", NULL };
static const char *const stem_keys[] = { "kind", "channels", NULL };
static const char *const block_keys[] = { "id",         "kind",     "channels",
                                          "stride",     "shortcut", "bottleneck_stride",
                                          "zero_gamma", NULL };

static void
add_block (JsonBuilder *builder, const RnBlockSpec *block)
{
  json_builder_begin_object (builder);
  rn_json_add_int (builder, "id", block->id);
  rn_json_add_string (builder, "kind", kind_words[block->kind]);
  rn_json_add_int (builder, "channels", block->channels);
  rn_json_add_int (builder, "stride", block->stride);
  rn_json_add_string (builder, "shortcut", shortcut_words[block->shortcut]);
  rn_json_add_string (builder, "bottleneck_stride",
                      bottleneck_stride_words[block->bottleneck_stride]);
  json_builder_set_member_name (builder, "zero_gamma");
  json_builder_add_boolean_value (builder, block->zero_gamma);
  json_builder_end_object (builder);
}

JsonNode *
rn_spec_build_node (const RnSpec *spec)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  rn_json_add_int (builder, "version", VERSION);
  rn_json_add_string (builder, "name", rn_spec_get_name (spec));
  json_builder_set_member_name (builder, "input");
  json_builder_begin_object (builder);
  rn_json_add_int (builder, "side", rn_spec_get_side (spec));
  rn_json_add_int (builder, "channels", rn_spec_get_channels (spec));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "stem");
  json_builder_begin_object (builder);
  rn_json_add_string (builder, "kind", stem_words[rn_spec_get_stem (spec)]);
  rn_json_add_int (builder, "channels", rn_spec_get_stem_channels (spec));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "blocks");
  json_builder_begin_array (builder);
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    add_block (builder, rn_spec_get_block (spec, i));
  json_builder_end_array (builder);
  rn_json_add_int (builder, "classes", rn_spec_get_classes (spec));
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

char *
rn_spec_to_json (const RnSpec *spec)
{
  g_autoptr (JsonNode) root = rn_spec_build_node (spec);
  g_autofree char *text = rn_json_print (root, TRUE);

  return g_strconcat (text, "\n", NULL);
}

static gboolean
read_int (const RnJsonReader *reader, const char *key, int min, int max, int *value, GError **error)
{
  gint64 wide;

  if (!rn_json_reader_get_int (reader, key, min, max, &wide, error))
    return FALSE;
  *value = (int) wide;
  return TRUE;
}

/* The keys that may be absent; @block holds what is then meant. */
static gboolean
read_block_options (const RnJsonReader *reader, RnBlockSpec *block, GError **error)
{
  gint64 id;
  int word;

  if (rn_json_reader_has (reader, "id"))
    {
      if (!rn_json_reader_get_int (reader, "id", 1, G_MAXUINT32, &id, error))
        return FALSE;
      block->id = (guint32) id;
    }
  if (rn_json_reader_has (reader, "stride") &&
      !read_int (reader, "stride", 1, 2, &block->stride, error))
    return FALSE;
  if (rn_json_reader_has (reader, "shortcut"))
    {
      if (!rn_json_reader_get_word (reader, "shortcut", shortcut_words, &word, error))
        return FALSE;
      block->shortcut = (RnShortcut) word;
    }
  if (rn_json_reader_has (reader, "bottleneck_stride"))
    {
      if (!rn_json_reader_get_word (reader, "bottleneck_stride", bottleneck_stride_words, &word,
                                    error))
        return FALSE;
      block->bottleneck_stride = (RnBottleneckStride) word;
    }
  return !rn_json_reader_has (reader, "zero_gamma") ||
         rn_json_reader_get_bool (reader, "zero_gamma", &block->zero_gamma, error);
}

static gboolean
read_block (JsonNode *node, int at, const char *where, RnBlockSpec *block, GError **error)
{
  g_autofree char *path = g_strdup_printf (_ ("block %d"), at + 1);
  RnJsonReader reader;
  int word;

  *block = (RnBlockSpec){ .stride = 1,
                          .shortcut = RN_SHORTCUT_B,
                          .bottleneck_stride = RN_STRIDE_IN_3X3 };
  if (!rn_json_reader_init (&reader, node, where, path, error) ||
      !rn_json_reader_check_keys (&reader, block_keys, error) ||
      !rn_json_reader_get_word (&reader, "kind", kind_words, &word, error) ||
      !read_int (&reader, "channels", 1, RN_MAX_CHANNELS, &block->channels, error))
    return FALSE;
  block->kind = (RnBlockKind) word;
  return read_block_options (&reader, block, error);
}

/* Returns: (transfer full): the blocks at the key, not checked yet */
static GArray *
read_list (const RnJsonReader *reader, GError **error)
{
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (RnBlockSpec));
  JsonArray *array;

  if (!rn_json_reader_get_array (reader, "blocks", RN_MAX_BLOCKS, &array, error))
    return NULL;
  g_array_set_size (blocks, json_array_get_length (array));
  for (guint i = 0; i < blocks->len; i++)
    if (!read_block (json_array_get_element (array, i), (int) i, reader->where,
                     &g_array_index (blocks, RnBlockSpec, i), error))
      return NULL;
  return g_steal_pointer (&blocks);
}

static gboolean
read_blocks (const RnJsonReader *reader, RnSpec *spec, GError **error)
{
  g_autoptr (GArray) blocks = read_list (reader, error);

  if (blocks == NULL)
    return FALSE;
  if (rn_spec_set_blocks (spec, (const RnBlockSpec *) (gpointer) blocks->data, (int) blocks->len,
                          error))
    return TRUE;
  g_prefix_error (error, "%s: ", reader->where);
  return FALSE;
}

/* Opens the object at @key, with no other keys than @known. */
static gboolean
open_part (const RnJsonReader *reader, const char *key, const char *const *known,
           RnJsonReader *part, GError **error)
{
  JsonNode *node;

  return rn_json_reader_get_object (reader, key, &node, error) &&
         rn_json_reader_init (part, node, reader->where, key, error) &&
         rn_json_reader_check_keys (part, known, error);
}

/* All but the blocks. */
static RnSpec *
read_frame (const RnJsonReader *reader, GError **error)
{
  const char *name = "";
  int version, side, channels, stem, stem_channels, classes;
  RnJsonReader input_part, stem_part;
  RnSpec *spec;

  if (!read_int (reader, "version", VERSION, VERSION, &version, error) ||
      !rn_json_reader_check_keys (reader, spec_keys, error) ||
      (rn_json_reader_has (reader, "name") &&
       !rn_json_reader_get_string (reader, "name", &name, error)) ||
      !open_part (reader, "input", input_keys, &input_part, error) ||
      !read_int (&input_part, "side", 1, RN_MAX_SIDE, &side, error) ||
      !read_int (&input_part, "channels", 1, 3, &channels, error) ||
      !open_part (reader, "stem", stem_keys, &stem_part, error) ||
      !rn_json_reader_get_word (&stem_part, "kind", stem_words, &stem, error) ||
      !read_int (&stem_part, "channels", 1, RN_MAX_CHANNELS, &stem_channels, error) ||
      !read_int (reader, "classes", 1, RN_MAX_CLASSES, &classes, error))
    return NULL;
  spec = rn_spec_new (name, side, channels, (RnStemKind) stem, stem_channels, classes, error);
  if (spec == NULL)
    g_prefix_error (error, "%s: ", reader->where);
  return spec;
}

RnSpec *
rn_spec_read_node (JsonNode *root, const char *where, gboolean is_draft, GError **error)
{
  g_autoptr (RnSpec) spec = NULL;
  RnJsonReader reader;

  if (!rn_json_reader_init (&reader, root, where, NULL, error))
    return NULL;
  spec = read_frame (&reader, error);
  if (spec == NULL || !rn_spec_set_draft (spec, is_draft, error) ||
      !read_blocks (&reader, spec, error))
    return NULL;
  return g_steal_pointer (&spec);
}

static RnSpec *
read_spec (const char *text, gssize length, const char *where, gboolean is_draft, GError **error)
{
  g_autoptr (JsonNode) root = rn_json_parse (text, length, where, error);

  return root == NULL ? NULL : rn_spec_read_node (root, where, is_draft, error);
}

RnSpec *
rn_spec_from_json (const char *text, gssize length, const char *where, GError **error)
{
  return read_spec (text, length, where, FALSE, error);
}

RnSpec *
rn_spec_from_json_draft (const char *text, gssize length, const char *where, GError **error)
{
  return read_spec (text, length, where, TRUE, error);
}

static RnSpec *
load_spec (const char *path, gboolean is_draft, GError **error)
{
  g_autoptr (GBytes) bytes = rn_file_read (path, RN_JSON_MAX_BYTES, error);
  const char *text;
  gsize length;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  return read_spec (text != NULL ? text : "", (gssize) length, path, is_draft, error);
}

RnSpec *
rn_spec_load (const char *path, GError **error)
{
  return load_spec (path, FALSE, error);
}

RnSpec *
rn_spec_load_draft (const char *path, GError **error)
{
  return load_spec (path, TRUE, error);
}

gboolean
rn_spec_save (const RnSpec *spec, const char *path, GError **error)
{
  g_autofree char *text = rn_spec_to_json (spec);

  return rn_file_replace (path, text, strlen (text), error);
}

char *
rn_blocks_to_json (const RnBlockSpec *blocks, int n)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  rn_json_add_int (builder, "residua", VERSION);
  json_builder_set_member_name (builder, "blocks");
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    add_block (builder, &blocks[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return rn_json_print (root, TRUE);
}

GArray *
rn_blocks_from_json (const char *text, gssize length, const char *where, GError **error)
{
  g_autoptr (JsonNode) root = rn_json_parse (text, length, where, error);
  g_autoptr (GArray) blocks = NULL;
  RnJsonReader reader;
  int version;

  if (root == NULL || !rn_json_reader_init (&reader, root, where, NULL, error) ||
      !read_int (&reader, "residua", VERSION, VERSION, &version, error) ||
      !rn_json_reader_check_keys (&reader, clip_keys, error) ||
      (blocks = read_list (&reader, error)) == NULL)
    return NULL;
  for (guint i = 0; i < blocks->len; i++)
    if (!rn_block_check (&g_array_index (blocks, RnBlockSpec, i), error))
      {
        g_prefix_error (error, _ ("%s: block %u: "), where, i + 1);
        return NULL;
      }
  return g_steal_pointer (&blocks);
}
