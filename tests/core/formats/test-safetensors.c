#include "formats/safetensors.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "residua/error.h"

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A file of a header and zeros for data; @claimed: the header's length as the file states it */
static char *
write_file (const char *name, const char *header, gsize header_size, guint64 claimed,
            gsize data_size)
{
  char *path = path_of (name);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint64 length = GUINT64_TO_LE (claimed);
  g_autofree guint8 *zeros = g_malloc0 (data_size + 1);

  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) header_size);
  g_byte_array_append (bytes, zeros, (guint) data_size);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

/* The error names the file, is of the kind, and says @fragment. */
static void
assert_error (const GError *error, GQuark domain, int code, const char *path, const char *fragment)
{
  g_assert_error (error, domain, code);
  if (strstr (error->message, path) == NULL || strstr (error->message, fragment) == NULL)
    g_error ("“%s” does not name %s and say “%s”", error->message, path, fragment);
}

#define ONE "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"

typedef struct
{
  const char *name;
  const char *header;
  gsize data_size;
  const char *fragment;
} BrokenHeader;

static const BrokenHeader broken_headers[] = {
  { "no header at all", "", 0, "“{” was expected" },
  { "only spaces", "        ", 0, "“{” was expected" },
  { "a list", "[]", 0, "“{” was expected" },
  { "not closed", "{" ONE, 8, "“}” was expected" },
  { "closed twice", "{" ONE "}}", 8, "follows" },
  { "two documents", "{} {}", 0, "follows" },
  { "comma at the end", "{" ONE ",}", 8, "a string was expected" },
  { "comment", "{/* */" ONE "}", 8, "a string was expected" },
  { "single quotes", "{'a':{}}", 0, "a string was expected" },
  { "key is no string", "{1:{}}", 0, "a string was expected" },
  { "no colon", "{\"a\" {}}", 0, "“:” was expected" },
  { "tensor is a number", "{\"a\":1}", 0, "“{” was expected" },
  { "tensor is empty", "{\"a\":{}}", 0, "a string was expected" },
  { "string does not end", "{\"a", 0, "does not end" },
  { "line feed in a string", "{\"a\n\":{}}", 0, "character or escape" },
  { "unknown escape", "{\"\\x\":{}}", 0, "character or escape" },
  { "escape is cut", "{\"\\u00", 0, "character or escape" },
  { "zero character", "{\"a\\u0000b\":{}}", 0, "character or escape" },
  { "half of a pair", "{\"\\ud800\":{}}", 0, "character or escape" },
  { "second half alone", "{\"\\udc00\":{}}", 0, "character or escape" },
  { "pair of two first halves", "{\"\\ud800\\ud800\":{}}", 0, "character or escape" },
  { "no UTF-8", "{\"\xff\xfe\":{}}", 0, "not UTF-8" },
  { "terminal codes in a name", "{\"\\u001b[2J\":{}}", 0, "cannot be shown" },
  { "duplicate tensor", "{" ONE "," ONE "}", 8, "twice" },
  { "duplicate key", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "says “dtype” twice" },
  { "duplicate metadata", "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "twice" },
  { "duplicate key of metadata", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "twice" },
  { "metadata is a list", "{\"__metadata__\":[]}", 0, "“{” was expected" },
  { "metadata is a number", "{\"__metadata__\":{\"a\":1}}", 0, "a string was expected" },
  { "metadata is nested", "{\"__metadata__\":{\"a\":{}}}", 0, "a string was expected" },
  { "unknown key", "{\"a\":{\"dtype\":\"F32\",\"size\":4}}", 0, "should not have: “size”" },
  { "no dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "has no “dtype”" },
  { "no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "has no “shape”" },
  { "no offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "has no “data_offsets”" },
  { "unknown dtype", "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
    "“F8_E4M3”" },
  { "dtype is a number", "{\"a\":{\"dtype\":32}}", 0, "a string was expected" },
  { "negative side", "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1]}}", 0, "“-1”" },
  { "side with a fraction", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5]}}", 0, "“1.5”" },
  { "side in words", "{\"a\":{\"dtype\":\"F32\",\"shape\":[NaN]}}", 0, "“NaN”" },
  { "side over 64 bits", "{\"a\":{\"dtype\":\"F32\",\"shape\":[18446744073709551616]}}", 0,
    "18446744073709551616" },
  { "side over 63 bits", "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808]}}", 0,
    "9223372036854775808" },
  { "product over 64 bits",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4294967296]}}", 0,
    "[4294967296, 4294967296, 4294967296]" },
  { "bytes over 64 bits", "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952]}}", 0,
    "beyond all bounds" },
  { "nine sides", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1]}}", 0, "more than 8" },
  { "nested shape", "{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]]}}", 0, "place of “”" },
  { "shape is a string", "{\"a\":{\"dtype\":\"F32\",\"shape\":\"[1]\"}}", 0, "list of numbers" },
  { "shape is not closed", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1", 0, "“]” was expected" },
  { "one offset", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4,
    "two data_offsets" },
  { "three offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4,
    "more than 2" },
  { "offsets turned round", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4,
    "ends before" },
  { "huge offset",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775807]}}", 4,
    "beyond the end" },
  { "begins late", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8,
    "belong to no tensor" },
  { "data are cut", "{" ONE "}", 7, "beyond the end" },
  { "data go on", "{" ONE "}", 9, "1 bytes at its end" },
  { "data without tensors", "{}", 4, "4 bytes at its end" },
  { "another size than the shape",
    "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "number of bytes" },
  { "overlap", "{" ONE ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12,
    "“b”" },
  { "same place", "{" ONE ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
    "overlaps" },
  { "hole", "{" ONE ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16,
    "“b”" },
};

static void
each_broken_header_is_refused_by_name (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken_headers); i++)
    {
      const BrokenHeader *broken = &broken_headers[i];
      const gsize length = strlen (broken->header);
      g_autofree char *path =
          write_file ("broken.safetensors", broken->header, length, length, broken->data_size);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnTensorFile) file = rn_safetensors_open (path, &error);

      g_test_message ("%s", broken->name);
      g_assert_null (file);
      assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, broken->fragment);
    }
}

static void
a_wrong_length_of_the_header_is_refused (void)
{
  const char *header = "{" ONE "}";
  const guint64 claims[] = { 0,
                             1,
                             7,
                             strlen (header) - 1,
                             strlen (header) + 1,
                             strlen (header) + 9,
                             100000001,
                             G_MAXINT64,
                             G_MAXUINT64 - 7,
                             G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      g_autofree char *path =
          write_file ("length.safetensors", header, strlen (header), claims[i], 8);
      g_autoptr (GError) error = NULL;

      g_assert_null (rn_safetensors_open (path, &error));
      assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, "damaged");
    }
}

static void
a_file_cut_anywhere_is_refused (void)
{
  const char *header = "{\"__metadata__\":{\"format\":\"pt\"}," ONE "}";
  const gsize length = strlen (header), whole = 8 + length + 8;
  g_autofree char *path = write_file ("cut.safetensors", header, length, length, 8);

  for (gsize size = whole; size-- > 0;)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (truncate (path, (off_t) size), ==, 0);
      g_assert_null (rn_safetensors_open (path, &error));
      assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, "");
    }
}

static void
deep_nesting_takes_no_stack (void)
{
  const gsize depth = 20000000;
  g_autofree char *header = g_malloc (depth + 5);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (header, "{\"a\":", 5);
  memset (header + 5, '[', depth);
  path = write_file ("deep.safetensors", header, depth + 5, depth + 5, 0);
  g_assert_null (rn_safetensors_open (path, &error));
  assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, "“{” was expected");
}

/* Many small entries cost more memory than bytes of the file. */
static void
headers_of_too_many_entries_are_refused (void)
{
  g_autoptr (GString) tensors = g_string_new ("{"), metadata = g_string_new ("{\"__metadata__\":{");
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (GError) many_tensors = NULL, many_metadata = NULL;

  for (int i = 0; i < 300000; i++)
    g_string_append_printf (tensors,
                            "%s\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}",
                            i == 0 ? "" : ",", i);
  for (int i = 0; i < 5000; i++)
    g_string_append_printf (metadata, "%s\"%d\":\"\"", i == 0 ? "" : ",", i);
  g_string_append (tensors, "}");
  g_string_append (metadata, "}}");
  first = write_file ("tensors.safetensors", tensors->str, tensors->len, tensors->len, 0);
  g_assert_null (rn_safetensors_open (first, &many_tensors));
  assert_error (many_tensors, RN_ERROR, RN_ERROR_FORMAT, first, "more tensors");
  second = write_file ("metadata.safetensors", metadata->str, metadata->len, metadata->len, 0);
  g_assert_null (rn_safetensors_open (second, &many_metadata));
  assert_error (many_metadata, RN_ERROR, RN_ERROR_FORMAT, second, "more entries");
}

static void
what_is_no_file_is_refused (void)
{
  g_autofree char *absent = path_of ("absent.safetensors"), *pipe = path_of ("pipe.safetensors");
  g_autoptr (GError) no_file = NULL, is_folder = NULL, is_pipe = NULL, is_device = NULL;

  g_assert_null (rn_safetensors_open (absent, &no_file));
  assert_error (no_file, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, absent, "");
  g_assert_null (rn_safetensors_open (folder, &is_folder));
  assert_error (is_folder, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, folder, "");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_null (rn_safetensors_open (pipe, &is_pipe));
  assert_error (is_pipe, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, pipe, "");
  g_assert_null (rn_safetensors_open ("/dev/zero", &is_device));
  assert_error (is_device, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "/dev/zero", "");
}

/* A sparse file, which needs no room on disk */
static void
a_file_over_the_bound_is_refused_before_it_is_read (void)
{
  g_autofree char *path = write_file ("huge.safetensors", "{}", 2, 2, 0);
  g_autoptr (GError) error = NULL;

  if (truncate (path, (off_t) RN_TENSOR_FILE_MAX_SIZE + 1) != 0)
    {
      g_test_skip ("the file system has no files of 16 GiB");
      return;
    }
  g_assert_null (rn_safetensors_open (path, &error));
  assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, "17179869185");
  g_unlink (path);
}

static void
a_file_that_shrinks_while_it_is_open_is_an_error (void)
{
  g_autofree char *path = write_file ("shrinks.safetensors", "{" ONE "}", strlen ("{" ONE "}"),
                                      strlen ("{" ONE "}"), 8);
  g_autoptr (RnTensorFile) file = rn_safetensors_open (path, NULL);
  g_autoptr (GError) error = NULL;
  float values[2];

  g_assert_nonnull (file);
  g_assert_cmpint (truncate (path, 20), ==, 0);
  g_assert_false (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "a"), values, &error));
  assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, "too early");
}

/* By the definition: sign, exponent of 5 bits, fraction of 10 */
static double
f16_by_definition (guint bits)
{
  const int exponent = (int) (bits >> 10) & 31;
  const double fraction = (bits & 1023) / 1024.0, sign = bits >> 15 ? -1.0 : 1.0;

  return exponent == 0 ? sign * pow (2.0, -14.0) * fraction
                       : sign * pow (2.0, exponent - 15) * (1.0 + fraction);
}

static void
every_half_float_is_converted_exactly (void)
{
  for (guint bits = 0; bits < 65536; bits++)
    {
      const float value = rn_float_from_f16 ((guint16) bits);

      if (((bits >> 10) & 31) == 31)
        g_assert_true ((bits & 1023) == 0 ? isinf (value) : isnan (value));
      else
        g_assert_cmpfloat ((double) value, ==, f16_by_definition (bits));
      g_assert_true (isnan (value) || (signbit (value) != 0) == (bits >> 15 != 0));
    }
}

static void
every_bfloat_is_the_upper_half_of_a_float (void)
{
  for (guint bits = 0; bits < 65536; bits++)
    {
      const float value = rn_float_from_bf16 ((guint16) bits);
      guint32 wide;

      memcpy (&wide, &value, sizeof wide);
      g_assert_cmphex (wide, ==, bits << 16);
    }
  g_assert_cmpfloat (rn_float_from_bf16 (0x3f80), ==, 1.0f);
  g_assert_cmpfloat (rn_float_from_bf16 (0xc049), ==, -3.140625f);
}

static void
add (RnSafetensorsWriter *writer, const char *name, RnDtype dtype, gint64 n, const void *values)
{
  rn_safetensors_writer_add (writer, name, dtype, 1, &n, NULL, values, NULL);
}

static void
all_types_are_read_as_they_were_written (void)
{
  static const float f32[] = { 1.5f, -0.0f, 0x1p-149f };
  static const double f64[] = { 1.5, -2.25, 1e-30 };
  static const guint16 f16[] = { 0x3c00, 0xc000, 0x0001 }, bf16[] = { 0x3f80, 0xc000, 0x0001 };
  static const gint64 i64[] = { 1, -2, G_MAXINT64 };
  static const guint64 u64[] = { 1, 2, G_MAXUINT64 };
  static const gint32 i32[] = { 1, -2, G_MININT32 };
  static const guint8 u8[] = { 1, 2, 255 };
  g_autofree char *path = path_of ("types.safetensors");
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  g_autoptr (RnTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  float floats[3];
  guint64 raw[3];

  add (writer, "u8", RN_DTYPE_U8, 3, u8);
  add (writer, "f32", RN_DTYPE_F32, 3, f32);
  add (writer, "f64", RN_DTYPE_F64, 3, f64);
  add (writer, "f16", RN_DTYPE_F16, 3, f16);
  add (writer, "bf16", RN_DTYPE_BF16, 3, bf16);
  add (writer, "i64", RN_DTYPE_I64, 3, i64);
  add (writer, "u64", RN_DTYPE_U64, 3, u64);
  add (writer, "i32", RN_DTYPE_I32, 3, i32);
  rn_safetensors_writer_add (writer, "single", RN_DTYPE_I64, 0, NULL, NULL, i64, NULL);
  g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
  file = rn_safetensors_open (path, NULL);
  g_assert_nonnull (file);
  g_assert_cmpuint (file->data_start % 8, ==, 0);

  g_assert_true (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "f32"), floats, NULL));
  g_assert_cmpmem (floats, sizeof floats, f32, sizeof f32);
  g_assert_true (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "f64"), floats, NULL));
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat (floats[i], ==, (float) f64[i]);
  g_assert_true (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "f16"), floats, NULL));
  g_assert_true (floats[0] == 1.0f && floats[1] == -2.0f && floats[2] == 0x1p-24f);
  g_assert_true (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "bf16"), floats, NULL));
  g_assert_true (floats[0] == 1.0f && floats[1] == -2.0f && floats[2] == 0x1p-133f);
  g_assert_true (rn_tensor_file_read_raw (file, rn_tensor_file_find (file, "i64"), raw, NULL));
  g_assert_cmpmem (raw, sizeof i64, i64, sizeof i64);
  g_assert_true (rn_tensor_file_read_raw (file, rn_tensor_file_find (file, "u64"), raw, NULL));
  g_assert_cmpmem (raw, sizeof u64, u64, sizeof u64);
  g_assert_true (rn_tensor_file_read_raw (file, rn_tensor_file_find (file, "i32"), raw, NULL));
  g_assert_cmpmem (raw, sizeof i32, i32, sizeof i32);
  g_assert_true (rn_tensor_file_read_raw (file, rn_tensor_file_find (file, "u8"), raw, NULL));
  g_assert_cmpmem (raw, sizeof u8, u8, sizeof u8);
  g_assert_cmpint (rn_tensor_file_find (file, "single")->n_dims, ==, 0);
  g_assert_cmpuint (rn_tensor_file_find (file, "single")->count, ==, 1);
  g_assert_false (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "i32"), floats, &error));
  assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, "“i32” is of type I32");
}

static void
a_part_is_a_part_of_the_whole (void)
{
  enum
  {
    N = 50000,
    FIRST = 40000,
    COUNT = 9999
  };
  g_autofree char *path = path_of ("part.safetensors");
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  g_autofree float *values = g_new (float, N);
  g_autofree guint16 *halves = g_new (guint16, N);
  g_autofree float *part = g_new (float, COUNT);
  g_autoptr (RnTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < N; i++)
    {
      values[i] = i == FIRST + COUNT ? NAN : 0.5f * (float) i;
      halves[i] = (guint16) (i % 0x7c00);
    }
  add (writer, "f32", RN_DTYPE_F32, N, values);
  add (writer, "f16", RN_DTYPE_F16, N, halves);
  g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
  file = rn_safetensors_open (path, NULL);
  g_assert_nonnull (file);

  g_assert_true (
      rn_tensor_file_read_part (file, rn_tensor_file_find (file, "f32"), part, FIRST, COUNT, NULL));
  g_assert_cmpmem (part, COUNT * sizeof *part, values + FIRST, COUNT * sizeof *values);
  g_assert_true (
      rn_tensor_file_read_part (file, rn_tensor_file_find (file, "f16"), part, FIRST, COUNT, NULL));
  for (int i = 0; i < COUNT; i++)
    g_assert_cmpfloat (part[i], ==, rn_float_from_f16 (halves[FIRST + i]));
  g_assert_false (rn_tensor_file_read_part (file, rn_tensor_file_find (file, "f32"), part,
                                            FIRST + 1, COUNT, &error));
  assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, "position 49999");
}

static void
numbers_that_are_none_are_refused_in_every_type (void)
{
  static const float nan32[] = { 0.0f, NAN }, inf32[] = { -INFINITY, 0.0f };
  static const double large64[] = { 0.0, 1e300 };
  static const guint16 nan16[] = { 0, 0x7e00 }, inf16[] = { 0, 0xfc00 };
  static const guint16 nan_b[] = { 0, 0x7fc0 };
  const struct
  {
    RnDtype dtype;
    const void *values;
    const char *where;
  } cases[] = {
    { RN_DTYPE_F32, nan32, "position 1" },   { RN_DTYPE_F32, inf32, "position 0" },
    { RN_DTYPE_F64, large64, "position 1" }, { RN_DTYPE_F16, nan16, "position 1" },
    { RN_DTYPE_F16, inf16, "position 1" },   { RN_DTYPE_BF16, nan_b, "position 1" },
  };
  g_autofree char *path = path_of ("nan.safetensors");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
      g_autoptr (RnTensorFile) file = NULL;
      g_autoptr (GError) error = NULL;
      float floats[2];

      add (writer, "weights", cases[i].dtype, 2, cases[i].values);
      g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
      file = rn_safetensors_open (path, NULL);
      g_assert_false (
          rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "weights"), floats, &error));
      assert_error (error, RN_ERROR, RN_ERROR_FORMAT, path, cases[i].where);
      g_assert_nonnull (strstr (error->message, "“weights”"));
    }
}

static void
large_tensors_are_converted_whole (void)
{
  const gint64 n = 100001;
  g_autofree double *doubles = g_new (double, n);
  g_autofree float *floats = g_new (float, n);
  g_autofree char *path = path_of ("large.safetensors");
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  g_autoptr (RnTensorFile) file = NULL;

  for (gint64 i = 0; i < n; i++)
    doubles[i] = (double) i / 3.0;
  add (writer, "a", RN_DTYPE_F64, n, doubles);
  g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
  file = rn_safetensors_open (path, NULL);
  g_assert_true (rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "a"), floats, NULL));
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat (floats[i], ==, (float) doubles[i]);
}

static void
metadata_come_back_whatever_they_hold (void)
{
  static const char text[] = "\"quoted\" \\ / \b\f\n\r\t \x01\x1f\x7f ä 猫 😀 </script>";
  g_autofree char *path = path_of ("metadata.safetensors");
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  g_autoptr (RnTensorFile) file = NULL;

  rn_safetensors_writer_add_metadata (writer, "format", "pt");
  rn_safetensors_writer_add_metadata (writer, text, text);
  g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
  file = rn_safetensors_open (path, NULL);
  g_assert_nonnull (file);
  g_assert_cmpstr (rn_tensor_file_get_metadata (file, "format"), ==, "pt");
  g_assert_cmpstr (rn_tensor_file_get_metadata (file, text), ==, text);
  g_assert_null (rn_tensor_file_get_metadata (file, "absent"));
}

static void
escapes_of_others_are_understood (void)
{
  static const char header[] =
      " \t{ \"__metadata__\" :\r\n{ \"\\u0041\\/\\ud83d\\ude00\" : \"\\u00e4\\\"\" } } \n";
  g_autofree char *path =
      write_file ("escapes.safetensors", header, strlen (header), strlen (header), 0);
  g_autoptr (RnTensorFile) file = rn_safetensors_open (path, NULL);

  g_assert_nonnull (file);
  g_assert_cmpstr (rn_tensor_file_get_metadata (file, "A/😀"), ==, "ä\"");
}

/* The bytes of a small file, worked out by hand from the format's description */
static void
the_file_is_what_the_format_says (void)
{
  static const char header[] = "{\"__metadata__\":{\"format\":\"pt\"},"
                               "\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                               "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]}}";
  static const guint8 data[] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7 };
  static const float b[] = { 1.0f, -2.0f };
  static const guint8 a[] = { 7 };
  static const gint64 dims[] = { 1, 2 };
  const gsize padded = (strlen (header) + 7) / 8 * 8;
  g_autofree char *path = path_of ("exact.safetensors"), *contents = NULL;
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  gsize length;

  rn_safetensors_writer_add_metadata (writer, "format", "pt");
  rn_safetensors_writer_add (writer, "b", RN_DTYPE_F32, 2, dims, NULL, b, NULL);
  add (writer, "a", RN_DTYPE_U8, 1, a);
  g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint (length, ==, 8 + padded + sizeof data);
  g_assert_cmpuint ((guint8) contents[0], ==, padded);
  g_assert_cmpmem (contents + 1, 7, "\0\0\0\0\0\0", 7);
  g_assert_true (strncmp (contents + 8, header, strlen (header)) == 0);
  for (gsize i = strlen (header); i < padded; i++)
    g_assert_cmpint (contents[8 + i], ==, ' ');
  g_assert_cmpmem (contents + 8 + padded, sizeof data, data, sizeof data);
}

static void
a_failed_write_leaves_the_old_file_and_nothing_else (void)
{
  static const float values[] = { 1.0f };
  g_autofree char *inside = path_of ("no/such/folder.safetensors"),
                  *over = path_of ("folder.safetensors");
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  g_autoptr (GError) absent = NULL, taken = NULL, device = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  add (writer, "a", RN_DTYPE_F32, 1, values);
  g_assert_false (rn_safetensors_writer_save (writer, inside, NULL, NULL, &absent));
  assert_error (absent, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, inside, "");
  g_assert_cmpint (g_mkdir (over, 0700), ==, 0);
  g_assert_false (rn_safetensors_writer_save (writer, over, NULL, NULL, &taken));
  assert_error (taken, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, over, "");
  g_assert_false (
      rn_safetensors_writer_save (writer, "/proc/self/model.safetensors", NULL, NULL, &device));
  g_assert_nonnull (strstr (device->message, "/proc/self/model.safetensors"));
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_null (strstr (name, ".tmp-"));
}

/* Any byte of a good file may be anything: an error or a file, never more. What sanitizers and limits would see. */
static void
random_damage_is_survived (void)
{
  static const char header[] =
      "{\"__metadata__\":{\"format\":\"pt\"}," ONE
      ",\"b\":{\"dtype\":\"F16\",\"shape\":[1,3],\"data_offsets\":[8,14]}}";
  const gsize length = 8 + sizeof header - 1 + 14;
  g_autofree char *path =
      write_file ("damage.safetensors", header, strlen (header), strlen (header), 14);
  g_autofree char *good = NULL;
  RnRandom random;
  int n_refused = 0;

  g_assert_true (g_file_get_contents (path, &good, NULL, NULL));
  rn_random_start (&random, 1, RN_STREAM_TEST, 0, 0);
  for (int i = 0; i < 4000; i++)
    {
      g_autofree char *bad = g_memdup2 (good, length);
      g_autoptr (RnTensorFile) file = NULL;
      g_autoptr (GError) error = NULL;

      for (guint64 n = 1 + rn_random_below (&random, 3); n > 0; n--)
        bad[rn_random_below (&random, length)] = (char) rn_random_below (&random, 256);
      g_assert_true (g_file_set_contents_full (path, bad, (gssize) length, G_FILE_SET_CONTENTS_NONE,
                                               0600, NULL));
      file = rn_safetensors_open (path, &error);
      g_assert_true ((file == NULL) == (error != NULL));
      n_refused += file == NULL;
    }
  g_assert_cmpint (n_refused, >, 2000);
}

static void
remove_tree (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", folder);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  g_test_add_func ("/safetensors/each-broken-header-is-refused-by-name",
                   each_broken_header_is_refused_by_name);
  g_test_add_func ("/safetensors/a-wrong-length-of-the-header-is-refused",
                   a_wrong_length_of_the_header_is_refused);
  g_test_add_func ("/safetensors/a-file-cut-anywhere-is-refused", a_file_cut_anywhere_is_refused);
  g_test_add_func ("/safetensors/deep-nesting-takes-no-stack", deep_nesting_takes_no_stack);
  g_test_add_func ("/safetensors/headers-of-too-many-entries-are-refused",
                   headers_of_too_many_entries_are_refused);
  g_test_add_func ("/safetensors/what-is-no-file-is-refused", what_is_no_file_is_refused);
  g_test_add_func ("/safetensors/a-file-over-the-bound-is-refused-before-it-is-read",
                   a_file_over_the_bound_is_refused_before_it_is_read);
  g_test_add_func ("/safetensors/a-file-that-shrinks-while-it-is-open-is-an-error",
                   a_file_that_shrinks_while_it_is_open_is_an_error);
  g_test_add_func ("/safetensors/every-half-float-is-converted-exactly",
                   every_half_float_is_converted_exactly);
  g_test_add_func ("/safetensors/every-bfloat-is-the-upper-half-of-a-float",
                   every_bfloat_is_the_upper_half_of_a_float);
  g_test_add_func ("/safetensors/all-types-are-read-as-they-were-written",
                   all_types_are_read_as_they_were_written);
  g_test_add_func ("/safetensors/a-part-is-a-part-of-the-whole", a_part_is_a_part_of_the_whole);
  g_test_add_func ("/safetensors/numbers-that-are-none-are-refused-in-every-type",
                   numbers_that_are_none_are_refused_in_every_type);
  g_test_add_func ("/safetensors/large-tensors-are-converted-whole",
                   large_tensors_are_converted_whole);
  g_test_add_func ("/safetensors/metadata-come-back-whatever-they-hold",
                   metadata_come_back_whatever_they_hold);
  g_test_add_func ("/safetensors/escapes-of-others-are-understood",
                   escapes_of_others_are_understood);
  g_test_add_func ("/safetensors/the-file-is-what-the-format-says",
                   the_file_is_what_the_format_says);
  g_test_add_func ("/safetensors/a-failed-write-leaves-the-old-file-and-nothing-else",
                   a_failed_write_leaves_the_old_file_and_nothing_else);
  g_test_add_func ("/safetensors/random-damage-is-survived", random_damage_is_survived);
  result = g_test_run ();
  remove_tree ();
  g_free (folder);
  return result;
}
