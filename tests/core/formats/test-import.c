#include <glib/gstdio.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "base/random.h"
#include "formats/torch-file.h"
#include "residua/error.h"
#include "residua/formats.h"
#include "torch-files.h"

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
write_bytes (const char *name, const void *bytes, gsize length)
{
  char *path = path_of (name);
  g_autoptr (GError) error = NULL;

  /* it would be written over, and keep its length */
  g_unlink (path);
  g_file_set_contents_full (path, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  return path;
}

/* Files of PyTorch itself */

static void
networks_of_torchvision_give_pytorch_s_logits (void)
{
  static const char *const files[][2] = {
    { "zip.pth", "logits" },
    { "legacy.pth", "logits" },
    { "protocol4.pth", "logits" },
    { "checkpoint.pth.tar", "logits" },
    { "nested.pt", "logits" },
    { "strided.pth", "logits" },
    { "strided-legacy.pth", "logits" },
    { "f16.pth", "logits-f16" },
    { "bf16.pth", "logits-bf16" },
    { "f64.pth", "logits-f64" },
    { "folded.onnx", "logits" },
    { "whole.onnx", "logits" },
    { "resnet50.pth", "logits-resnet50" },
    { "resnet50.onnx", "logits-resnet50" },
  };

  if (!torch_files_make (folder, "write-models.py"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_test_message ("%s", files[i][0]);
      torch_files_assert_logits (folder, files[i][0], files[i][1]);
    }
}

static void
assert_refused (const char *path, const char *fragment)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = rn_model_load (path, NULL, &error);

  g_assert_null (model);
  g_assert_nonnull (error);
  if (strstr (error->message, path) == NULL || strstr (error->message, fragment) == NULL)
    g_test_fail_printf ("“%s” does not name %s and say “%s”", error->message, path, fragment);
}

static void
whole_objects_and_other_graphs_are_refused_by_name (void)
{
  g_autofree char *object = path_of ("object.pth"), *graph = path_of ("squeezenet.onnx");

  if (!torch_files_make (folder, "write-models.py"))
    return;
  assert_refused (object, "“torchvision.models.resnet.ResNet”");
  assert_refused (graph, "(Conv) has a padding");
}

/* Pickles by hand, in the legacy file and in a zip */

#define LEGACY_HEAD                                                                                \
  "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03."                    \
  "\x80\x02}X\x0d\0\0\0little_endian\x88s."

typedef struct
{
  const char *name;
  const char *program;
  gsize length;
  const char *fragment;
} Attack;

#define ATTACK(name, program, fragment)                                                            \
  {                                                                                                \
    name, program, sizeof program - 1, fragment                                                    \
  }
#define STORAGE(count)                                                                             \
  "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"                                           \
  "0X\x03\0\0\0cpu" count "tQ"
#define TENSOR(storage, rest)                                                                      \
  "}X\x01\0\0\0"                                                                                   \
  "actorch._utils\n_rebuild_tensor_v2\n(" storage rest "\x89}tRs."

static const Attack attacks[] = {
  ATTACK ("os.system", "cos\nsystem\nX\x02\0\0\0id\x85R.", "“os.system”"),
  ATTACK ("posix.system", "cposix\nsystem\nX\x02\0\0\0id\x85R.", "“posix.system”"),
  ATTACK ("eval",
          "cbuiltins\neval\nX\x01\0\0\0"
          "1\x85R.",
          "“builtins.eval”"),
  ATTACK ("getattr", "c__builtin__\ngetattr\n.", "“__builtin__.getattr”"),
  ATTACK ("by the stack", "\x8c\x02os\x8c\x06system\x93.", "“os.system”"),
  ATTACK ("by INST", "(ios\nsystem\n.", "“os.system”"),
  ATTACK ("in the optimizer", "}X\x09\0\0\0optimizercmine\nAdam\n)Rs.", "“mine.Adam”"),
  ATTACK ("a class of the collections", "ccollections\nCounter\n)R.", "“collections.Counter”"),
  ATTACK ("terminal codes", "c\x1b[2J\nx\n.", "“\\033[2J.x”"),
  ATTACK ("a long name",
          "caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nb\n.",
          "too long"),
  ATTACK ("unknown operation", "\xff.", "0xff"),
  ATTACK ("an extension", "\x82\x01.", "0x82"),
  ATTACK ("text numbers", "I1\n.", "0x49"),
  ATTACK ("protocol 77", "\x80\x4d.", "77"),
  ATTACK ("no stop", "N", "announced"),
  ATTACK ("nothing", "", "announced"),
  ATTACK ("stop at once", ".", "stack is empty"),
  ATTACK ("pop of nothing", "0.", "stack is empty"),
  ATTACK ("pop of a mark", "(0.", "stack is empty"),
  ATTACK ("tuple of nothing", "\x87.", "stack is empty"),
  ATTACK ("tuple over a mark", "N(N\x87.", "stack is empty"),
  ATTACK ("no mark", "t.", "mark is missing"),
  ATTACK ("append to a number", "K\1K\2a.", "no list"),
  ATTACK ("append to a mark", "(K\2a.", "no list"),
  ATTACK ("appends to nothing", "(K\2e.", "no list"),
  ATTACK ("a key alone", "}(K\1u.", "key without"),
  ATTACK ("a key alone, at once", "(K\1d.", "key without"),
  ATTACK ("set over a mark", "}(K\1s.", "in the midst"),
  ATTACK ("memo of nothing", "h\x07.", "memo has no entry 7"),
  ATTACK ("memo far away", "j\xff\xff\xff\xff.", "memo has no entry 4294967295"),
  ATTACK ("memo at the end of the world", "Nr\xff\xff\xff\xff.", "memo"),
  ATTACK ("memo of a mark", "(q\0.", "stack is empty"),
  ATTACK ("a text of gigabytes",
          "X\xff\xff\xff\x7f"
          "a.",
          "2147483647 bytes"),
  ATTACK ("a text beyond 63 bits",
          "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
          "a.",
          "bytes"),
  ATTACK ("a long number that is cut", "\x8a\x08\1.", "announced"),
  ATTACK ("call of a number", "K\1)R.", "no function"),
  ATTACK ("call of a storage type", "ctorch\nFloatStorage\n)R.", "no function"),
  ATTACK ("call with a list", "ccollections\nOrderedDict\n]R.", "no function"),
  ATTACK ("pairs that are none", "ccollections\nOrderedDict\n]K\1a\x85R.", "arguments"),
  ATTACK ("attributes of a number", "K\1}b.", "attributes"),
  ATTACK ("tensor of nothing", "ctorch._utils\n_rebuild_tensor_v2\n)R.", "arguments"),
  ATTACK ("tensor of a number", "ctorch._utils\n_rebuild_tensor_v2\n(K\1K\0))tR.", "arguments"),
  ATTACK ("parameter of nothing", "ctorch._utils\n_rebuild_parameter\n)R.", "arguments"),
  ATTACK ("size of a number", "ctorch\nSize\nK\1\x85R.", "arguments"),
  ATTACK ("persistent number", "K\1Q.", "arguments"),
  ATTACK ("persistent module", "(X\x06\0\0\0moduleNNNNtQ.", "arguments"),
  ATTACK ("a storage of a negative count", STORAGE ("J\xff\xff\xff\xff") ".", "arguments"),
  ATTACK ("one side, two strides", TENSOR (STORAGE ("K\4"), "K\0K\2\x85K\2K\1\x86"), "arguments"),
  ATTACK ("a negative stride", TENSOR (STORAGE ("K\4"), "K\0K\2\x85J\xff\xff\xff\xff\x85"),
          "negative"),
  ATTACK ("a negative side", TENSOR (STORAGE ("K\4"), "K\0J\xff\xff\xff\xff\x85K\1\x85"),
          "negative"),
  ATTACK ("a negative first", TENSOR (STORAGE ("K\4"), "J\xff\xff\xff\xffK\2\x85K\1\x85"),
          "arguments"),
  ATTACK ("nine sides",
          TENSOR (STORAGE ("K\4"), "K\0(K\1K\1K\1K\1K\1K\1K\1K\1K\1t(K\1K\1K\1K\1K\1K\1K\1K\1K\1t"),
          "more than 8"),
};

/* Places of storages are looked at when the pickle has run. */
static const Attack misplaced[] = {
  ATTACK ("no dictionary", "K\1.", "no state dictionary"),
  ATTACK ("no tensors", "}X\x01\0\0\0aK\1s.", "no state dictionary"),
  ATTACK ("a dictionary in itself", "}q\0X\x05\0\0\0modelh\0s.", "no state dictionary"),
  ATTACK ("beyond the storage", TENSOR (STORAGE ("K\4"), "K\0K\5\x85K\1\x85"), "beyond the end"),
  ATTACK ("first beyond the storage", TENSOR (STORAGE ("K\4"), "K\4K\1\x85K\1\x85"),
          "beyond the end"),
  ATTACK ("a claim beyond the file",
          TENSOR (STORAGE ("J\xff\xff\xff\x7f"), "K\0J\xff\xff\xff\x7f\x85K\1\x85"),
          "beyond the end"),
  ATTACK ("strides beyond the storage", TENSOR (STORAGE ("K\4"), "K\0K\2\x85K\4\x85"),
          "beyond the end"),
  ATTACK ("strides of 0 of much", TENSOR (STORAGE ("K\4"), "K\0J\xff\xff\xff\x7f\x85K\0\x85"),
          "shares its numbers"),
  ATTACK ("a shape beyond 63 bits",
          TENSOR (STORAGE ("K\4"),
                  "K\0J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x87K\0K\0K\0\x87"),
          "beyond all bounds"),
  ATTACK ("an extent beyond 63 bits",
          TENSOR (STORAGE ("K\4"), "K\0K\2\x85\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85"),
          "beyond all bounds"),
};

static char *
write_legacy (const Attack *attack)
{
  static const char keys[] = "\x80\x02]X\x01\0\0\0"
                             "0a.";
  static const char empty[] = "\x80\x02].";
  static const guint8 storage[8 + 16] = { 4 };
  const gboolean has_storage = memmem (attack->program, attack->length, "FloatStorage", 12) != NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) LEGACY_HEAD, sizeof LEGACY_HEAD - 1);
  g_byte_array_append (bytes, (const guint8 *) attack->program, (guint) attack->length);
  if (attack->length == 0 || attack->program[attack->length - 1] == '.')
    {
      if (attack->length > 0)
        g_byte_array_append (bytes, (const guint8 *) (has_storage ? keys : empty),
                             has_storage ? sizeof keys - 1 : sizeof empty - 1);
      if (has_storage)
        g_byte_array_append (bytes, storage, sizeof storage);
    }
  return write_bytes ("attack.pth", bytes->data, bytes->len);
}

typedef struct
{
  const char *name;
  const void *bytes;
  guint32 length;
  gboolean is_packed;
  guint32 claimed; /* 0: the truth */
  guint16 flags;
} Entry;

static void
append_number (GByteArray *bytes, guint64 number, int n)
{
  number = GUINT64_TO_LE (number);
  g_byte_array_append (bytes, (const guint8 *) &number, (guint) n);
}

static void
append_fields (GByteArray *bytes, const Entry *entry, guint32 packed)
{
  append_number (bytes, 20, 2);
  append_number (bytes, entry->flags, 2);
  append_number (bytes, entry->is_packed ? 8 : 0, 2);
  append_number (bytes, 0, 4);
  append_number (bytes, crc32 (0, entry->bytes, entry->length), 4);
  append_number (bytes, packed, 4);
  append_number (bytes, entry->claimed != 0 ? entry->claimed : entry->length, 4);
  append_number (bytes, strlen (entry->name), 2);
  append_number (bytes, 0, 2);
}

static guint32
append_data (GByteArray *bytes, const Entry *entry)
{
  g_autofree guint8 *packed = g_malloc (entry->length + 1000);
  z_stream stream = { 0 };

  if (!entry->is_packed)
    {
      g_byte_array_append (bytes, entry->bytes, entry->length);
      return entry->length;
    }
  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  stream.next_in = (Bytef *) entry->bytes;
  stream.avail_in = entry->length;
  stream.next_out = packed;
  stream.avail_out = entry->length + 1000;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_append (bytes, packed, (guint) stream.total_out);
  deflateEnd (&stream);
  return (guint32) stream.total_out;
}

/* @overlap: the second entry's header is said to be that of the first */
static char *
write_zip (const char *name, const Entry *entries, int n, gboolean overlap)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new (), directory = g_byte_array_new ();

  for (int i = 0; i < n; i++)
    {
      const Entry *entry = &entries[i];
      g_autoptr (GByteArray) data = g_byte_array_new ();
      const guint32 packed = append_data (data, entry), at = bytes->len;

      append_number (bytes, 0x04034b50, 4);
      append_fields (bytes, entry, packed);
      g_byte_array_append (bytes, (const guint8 *) entry->name, (guint) strlen (entry->name));
      g_byte_array_append (bytes, data->data, data->len);
      append_number (directory, 0x02014b50, 4);
      append_number (directory, 20, 2);
      append_fields (directory, entry, packed);
      append_number (directory, 0, 8);
      append_number (directory, 0, 2);
      append_number (directory, overlap ? 0 : at, 4);
      g_byte_array_append (directory, (const guint8 *) entry->name, (guint) strlen (entry->name));
    }
  {
    const guint32 begin = bytes->len, size = directory->len;

    g_byte_array_append (bytes, directory->data, directory->len);
    append_number (bytes, 0x06054b50, 4);
    append_number (bytes, 0, 4);
    append_number (bytes, n, 2);
    append_number (bytes, n, 2);
    append_number (bytes, size, 4);
    append_number (bytes, begin, 4);
    append_number (bytes, 0, 2);
  }
  return write_bytes (name, bytes->data, bytes->len);
}

static void
each_attack_is_refused_by_name (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      const Entry entry = { "a/data.pkl", attacks[i].program, (guint32) attacks[i].length };
      const Entry packed = { "a/data.pkl", attacks[i].program, (guint32) attacks[i].length, TRUE };
      g_autofree char *legacy = write_legacy (&attacks[i]);
      g_autofree char *zip = write_zip ("attack-zip.pt", &entry, 1, FALSE);
      g_autofree char *deflated = write_zip ("attack-packed.pt", &packed, 1, FALSE);

      g_test_message ("%s", attacks[i].name);
      if (attacks[i].length > 1 && attacks[i].program[attacks[i].length - 1] == '.')
        assert_refused (legacy, attacks[i].fragment);
      assert_refused (zip, attacks[i].fragment);
      assert_refused (deflated, attacks[i].fragment);
    }
}

/* A million numbers, then @state under every name that a state may have. Returns: the processor's seconds to refuse it */
static double
refuse_states (const char *state, gsize length)
{
  static const char *const keys[] = { "state_dict", "model_state_dict", "model_state", "model",
                                      "net",        "network",          "module",      "backbone",
                                      "params",     "weights" };
  g_autoptr (GString) program = g_string_new (NULL);
  g_autofree char *legacy = NULL;
  Attack attack = { .name = "states" };
  clock_t begin;

  g_string_append_len (program, "}q\0(X\1\0\0\0aq\1K\1", 14);
  for (int i = 1; i < 1000000; i++)
    g_string_append_len (program, "h\1K\1", 4);
  g_string_append_c (program, 'u');
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char size[4] = { (char) strlen (keys[i]) };

      g_string_append_c (program, 'X');
      g_string_append_len (program, size, sizeof size);
      g_string_append (program, keys[i]);
      g_string_append_len (program, state, (gssize) length);
      g_string_append_c (program, 's');
    }
  g_string_append_c (program, '.');
  attack.program = program->str;
  attack.length = program->len;
  legacy = write_legacy (&attack);
  begin = clock ();
  assert_refused (legacy, "no state dictionary");
  return (double) (clock () - begin) / CLOCKS_PER_SEC;
}

/* Looked into again and again, and in it again there, it would cost a thousand times what it costs without itself. */
static void
a_dictionary_that_is_all_its_own_states_is_looked_at_once (void)
{
  const double without = refuse_states ("N", 1), with = refuse_states ("h\0", 2);

  g_test_message ("%.2f s, and in itself %.2f s", without, with);
  g_assert_cmpfloat (with, <, 20.0 * without);
}

static void
each_tensor_out_of_place_is_refused (void)
{
  static const float numbers[4] = { 1, 2, 3, 4 };

  for (gsize i = 0; i < G_N_ELEMENTS (misplaced); i++)
    {
      const Entry entries[] = {
        { "a/data.pkl", misplaced[i].program, (guint32) misplaced[i].length },
        { "a/data/0", numbers, sizeof numbers },
      };
      g_autofree char *legacy = write_legacy (&misplaced[i]);
      g_autofree char *zip = write_zip ("misplaced.pt", entries, 2, FALSE);

      g_test_message ("%s", misplaced[i].name);
      assert_refused (legacy, misplaced[i].fragment);
      assert_refused (zip, misplaced[i].fragment);
    }
}

#define GOOD TENSOR (STORAGE ("K\4"), "K\0K\2K\2\x86K\1K\2\x86")

/* A tensor that is transposed in its storage, stored and deflated */
static void
a_small_tensor_is_read_in_its_own_order (void)
{
  static const float numbers[4] = { 1, 2, 3, 4 };

  for (int packed = 0; packed < 2; packed++)
    {
      const Entry entries[] = { { "a/data.pkl", GOOD, sizeof GOOD - 1, packed },
                                { "a/data/0", numbers, sizeof numbers, packed } };
      g_autofree char *path = write_zip ("good.pt", entries, 2, FALSE);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnTensorFile) file = rn_torch_file_open (path, &error);
      float read[4];

      g_assert_no_error (error);
      g_assert_true (
          rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "a"), read, &error));
      g_assert_cmpfloat (read[0], ==, 1.0f);
      g_assert_cmpfloat (read[1], ==, 3.0f);
      g_assert_cmpfloat (read[2], ==, 2.0f);
      g_assert_cmpfloat (read[3], ==, 4.0f);
    }
}

static void
broken_zips_are_refused (void)
{
  static const float numbers[4] = { 1, 2, 3, 4 };
  static const guint8 zeros[100000];
  const Entry pickle = { "a/data.pkl", GOOD, sizeof GOOD - 1 };
  const struct
  {
    Entry entries[3];
    int n;
    gboolean overlap;
    const char *fragment;
  } cases[] = {
    { { pickle }, 1, FALSE, "storage that is missing" },
    { { pickle, { "a/data/0", numbers, 8 } }, 2, FALSE, "beyond the end" },
    { { pickle, { "a/data/0", numbers, 16 } }, 2, TRUE, "overlaps" },
    { { pickle, pickle }, 2, FALSE, "twice" },
    { { pickle, { "a/data/0", numbers, 16, FALSE, 0, 1 } }, 2, FALSE, "encrypted" },
    { { pickle, { "a/data/0", numbers, 16, FALSE, 17 } }, 2, FALSE, "two sizes" },
    { { pickle, { "a/data/0", zeros, 100000, TRUE, 4000000000u } }, 2, FALSE, "more than it can" },
    { { pickle, { "a/data/0", zeros, 100000, TRUE, 90000 } }, 2, FALSE, "cannot be unpacked" },
    { { pickle, { "a/byteorder", "big", 3 } }, 2, FALSE, "order of bytes" },
    { { { "a/other", numbers, 16 } }, 1, FALSE, "none of PyTorch" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
          write_zip ("broken.pt", cases[i].entries, cases[i].n, cases[i].overlap);

      assert_refused (path, cases[i].fragment);
    }
}

/* Graphs by hand: field 7 of a model is its graph, whose fields 1, 5, 11 and 12 are node, constant, input and output */

#define ONNX(name, bytes, fragment) ATTACK (name, "\x08\x07" bytes, fragment)
#define INPUT "\x5a\x03\x0a\x01x"
#define OUTPUT "\x62\x03\x0a\x01y"

static const Attack graphs[] = {
  ONNX ("no graph", "", "one input and one output"),
  ONNX ("an empty graph", "\x3a\0", "one input and one output"),
  ONNX ("no nodes", "\x3a\x0a" INPUT OUTPUT, "has no nodes"),
  ONNX ("two inputs", "\x3a\x0f" INPUT "\x5a\x03\x0a\x01z" OUTPUT, "second input"),
  ONNX ("two graphs", "\x3a\0\x3a\0", "there twice"),
  ONNX ("a graph beyond the end", "\x3a\xff\xff\xff\xff\x0f", "beyond the end of its message"),
  ONNX ("a length of 70 bits", "\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", "does not end"),
  ONNX ("a length that is cut", "\x3a\xff", "ends too early"),
  ONNX ("a number that is cut", "\x3d\1\2", "ends too early"),
  ONNX ("a group", "\x3b", "type that is not known"),
  ONNX ("field 0", "\0\0", "no valid number"),
  ONNX ("a graph that is a number", "\x38\1", "a message is missing"),
  ONNX ("a node of nothing", "\x3a\2\x0a\0", "no whole node"),
  ONNX ("a name that is no UTF-8", "\x3a\6\x0a\4\x0a\2\xff\xfe", "not UTF-8"),
  ONNX ("a name with a zero", "\x3a\5\x0a\3\x0a\1\0", "not UTF-8"),
  ONNX ("numbers elsewhere", "\x3a\7\x2a\5\x42\1w\x70\1", "in another file"),
  ONNX ("too few numbers", "\x3a\x0f\x2a\x0d\x08\2\x10\1\x42\1w\x4a\4\0\0\0\0", "number of bytes"),
  ONNX ("a negative side", "\x3a\x10\x2a\x0e\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\x42\1w",
        "beyond all bounds"),
  ONNX ("nine sides", "\x3a\x0d\x2a\x0b\x0a\x09\1\1\1\1\1\1\1\1\1", "more numbers"),
  ONNX (
      "a constant twice",
      "\x3a\x1e\x2a\x0d\x08\1\x10\1\x42\1w\x4a\4\0\0\0\0\x2a\x0d\x08\1\x10\1\x42\1w\x4a\4\0\0\0\0",
      "twice"),
  ONNX ("a circle", "\x3a\x17\x0a\x0b\x0a\1x\x12\1x\x22\3Mul" INPUT OUTPUT, "before it"),
  ONNX (
      "a circle through what has no name",
      "\x3a\x5a\x2a\x0b\x10\1\x42\1w\x4a\4\0\0\x80\x3f\x2a\x13\x08\1\x08\1\x08\1\x08\1\x10\1\x42\1"
      "f\x4a\4\0\0\x80\x3f\x0a\x0d\x0a\1x\x0a\1w\x12\0\x22\3Mul\x0a\x0c\x0a\0\x0a\1w\x12\0\x22\3Mul"
      "\x0a\x0f"
      "\x0a\1q\x0a\1"
      "f\x12\1y\x22\4"
      "Conv" INPUT OUTPUT,
      "no whole node"),
  ONNX ("another operation", "\x3a\x18\x0a\x0c\x0a\1x\x12\1y\x22\4Tanh" INPUT OUTPUT,
        "node “y” (Tanh)"),
  ONNX ("no filter",
        "\x3a\x18\x0a\x0c\x0a\1x\x12\1y\x22\4"
        "Conv" INPUT OUTPUT,
        "(Conv) has no filter"),
  ONNX ("scaled by nothing", "\x3a\x17\x0a\x0b\x0a\1x\x12\1y\x22\3Mul" INPUT OUTPUT, "(Mul)"),
};

static void
each_graph_that_is_none_is_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (graphs); i++)
    {
      g_autofree char *path = write_bytes ("graph.onnx", graphs[i].program, graphs[i].length);

      g_test_message ("%s", graphs[i].name);
      assert_refused (path, graphs[i].fragment);
    }
}

/* Damage anywhere */

static void
damage (const char *source, guint64 seed, int n, gsize within)
{
  g_autofree char *good = NULL, *path = path_of (source), *bad_path = path_of ("damaged");
  RnRandom random;
  gsize length;

  g_assert_true (g_file_get_contents (path, &good, &length, NULL));
  rn_random_start (&random, seed, RN_STREAM_TEST, 0, 0);
  within = MIN (within, length);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *bad = g_memdup2 (good, length), *written = NULL;
      gsize kept = length;
      g_autoptr (RnModel) model = NULL;
      g_autoptr (GError) error = NULL;

      for (guint j = rn_random_below (&random, 4); j > 0 || i % 5 == 0; j--)
        {
          const gsize at = rn_random_below (&random, (guint32) within);

          /* from the front, or from the end, where a zip has its directory */
          bad[i % 2 == 0 ? at : length - 1 - at] = (char) rn_random_below (&random, 256);
          if (j <= 1)
            break;
        }
      if (i % 3 == 0)
        kept = rn_random_below (&random, (guint32) within);
      written = write_bytes ("damaged", bad, kept);
      model = rn_model_load (bad_path, NULL, &error);
      g_assert_true ((model == NULL) == (error != NULL));
    }
}

static void
damaged_files_are_survived (void)
{
  static const float numbers[4] = { 1, 2, 3, 4 };
  const Attack good = ATTACK ("", GOOD, "");
  const Entry entries[] = { { "a/data.pkl", GOOD, sizeof GOOD - 1 },
                            { "a/data/0", numbers, sizeof numbers } };
  g_autofree char *zip = write_zip ("small.pt", entries, 2, FALSE);
  g_autofree char *legacy = write_legacy (&good);

  damage ("small.pt", 1, 1500, 4096);
  damage ("attack.pth", 2, 1500, 4096);
}

/* A network so small that most of its file is names and shapes, as “graph-of-ours.onnx” */
static void
write_graph_of_ours (void)
{
  const RnPreprocess preprocess = { .side = 8, .channels = 1, .std = { 1.0f } };
  const RnBlockSpec blocks[] = { { .channels = 2, .stride = 1 },
                                 { .channels = 4, .stride = 2, .shortcut = RN_SHORTCUT_B } };
  const RnExportOptions options = { .preprocess = TRUE };
  g_autoptr (RnSpec) spec = rn_spec_new ("tiny", 8, 1, RN_STEM_3X3, 2, 2, NULL);
  g_autofree char *path = path_of ("graph-of-ours.onnx");
  g_autoptr (RnModel) model = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    g_assert_true (rn_spec_add_block (spec, (int) i, blocks[i], NULL));
  model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);
  rn_model_export (model, RN_FORMAT_ONNX, &options, path, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
damaged_graphs_are_survived (void)
{
  write_graph_of_ours ();
  damage ("graph-of-ours.onnx", 6, 2000, 100000);
}

/* Refuses our graph with the bytes of the bias' head, from its one side on, changed by @change */
static void
assert_bias_refused (void (*change) (char *head), const char *sentence)
{
  static const char head[] = "\x10\x01\x42\7fc.bias\x4a";
  g_autofree char *path = path_of ("graph-of-ours.onnx"), *bytes = NULL, *written = NULL;
  char *found;
  gsize length;

  write_graph_of_ours ();
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  found = memmem (bytes, length, head, strlen (head));
  g_assert_nonnull (found);
  g_assert_cmpint (found[-2], ==, 8); /* one side, of so many numbers */
  change (found);
  written = write_bytes ("bias.onnx", bytes, length);
  assert_refused (written, sentence);
}

static void
put_numbers_elsewhere (char *head)
{
  head[strlen ("\x10\x01\x42\7fc.bias")] =
      '\x7a'; /* another field than the numbers as they lie in memory */
}

static void
a_bias_that_cannot_be_read_is_not_taken_for_none (void)
{
  assert_bias_refused (put_numbers_elsewhere, "bias that does not fit");
}

/* The same bytes as twice as many numbers of half the size: a bias of more classes than the matrix has */
static void
halve_numbers (char *head)
{
  head[-1] = (char) (2 * head[-1]);
  head[1] = 10; /* half precision */
}

static void
a_bias_of_another_length_is_refused (void)
{
  assert_bias_refused (halve_numbers, "(Gemm) has a bias that does not fit");
}

static void
damaged_files_of_pytorch_are_survived (void)
{
  if (!torch_files_make (folder, "write-models.py"))
    return;
  damage ("f16.pth", 3, 60, 20000);
  damage ("legacy.pth", 4, 60, 20000);
  damage ("folded.onnx", 5, 60, 3000);
}

static void
what_is_no_model_is_told_so (void)
{
  static const char pointer[] = "version https://git-lfs.github.com/spec/v1\noid sha256:1\n";
  g_autofree char *lfs = write_bytes ("lfs.pth", pointer, sizeof pointer - 1);
  g_autofree char *json = write_bytes ("model.safetensors.index.json", "{\"weight_map\": {}}", 18);
  g_autofree char *text = write_bytes ("text.onnx", "hello, world", 12);
  g_autofree char *empty = write_bytes ("empty.pt", "", 0);
  g_autofree char *graph = write_bytes ("tiny.onnx", "\x08\x07", 2);
  const Entry pickle = { "a/data.pkl", GOOD, sizeof GOOD - 1 };
  g_autofree char *part = write_zip ("model-00001-of-00003.pt", &pickle, 1, FALSE);

  assert_refused (lfs, "Git LFS");
  assert_refused (json, "several parts");
  assert_refused (text, "no model file");
  assert_refused (empty, "no model file");
  assert_refused (graph, "one input and one output");
  assert_refused (part, "one of 3 parts");
}

#define ADD(name) g_test_add_func ("/import/" #name, name)

int
main (int argc, char **argv)
{
  g_autofree char *command = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  ADD (a_small_tensor_is_read_in_its_own_order);
  ADD (each_attack_is_refused_by_name);
  ADD (each_tensor_out_of_place_is_refused);
  ADD (a_dictionary_that_is_all_its_own_states_is_looked_at_once);
  ADD (broken_zips_are_refused);
  ADD (each_graph_that_is_none_is_refused);
  ADD (what_is_no_model_is_told_so);
  ADD (damaged_files_are_survived);
  ADD (damaged_graphs_are_survived);
  ADD (a_bias_that_cannot_be_read_is_not_taken_for_none);
  ADD (a_bias_of_another_length_is_refused);
  ADD (networks_of_torchvision_give_pytorch_s_logits);
  ADD (whole_objects_and_other_graphs_are_refused_by_name);
  ADD (damaged_files_of_pytorch_are_survived);
  result = g_test_run ();
  command = g_strdup_printf ("rm -rf '%s'", folder);
  if (system (command) != 0)
    g_test_message ("%s is left", folder);
  g_free (folder);
  return result;
}
