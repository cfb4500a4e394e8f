#include "residua/dataset.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "residua/error.h"
#include "scratch.h"

/* Broken files, each made from a good one by one change: every one must be an error of the right kind that names
 * the file, soon and in little memory.
 */

#define MAX_CPU_SECONDS 1.0
#define MAX_EXTRA_KB (16 * 1024)

typedef enum
{
  BASE_NOTHING,
  BASE_CIFAR10,  /* data_batch_1.bin and test_batch.bin of 3 records */
  BASE_CIFAR100, /* train.bin and test.bin of 3 records */
  BASE_IDX,      /* 5 + 5 pictures of 6x5 */
  BASE_GZ,       /* the same, packed */
  BASE_PNG,      /* 16x16 RGB, "p.png" */
  BASE_PALETTE,  /* its palette chunk first */
  BASE_JPEG,     /* 48x32 RGB, "p.jpg" */
  BASE_SCANS,    /* 200 scans */
} Base;

typedef enum
{
  KEEP,
  CUT, /* to @at bytes; below 0: from the end */
  SET, /* @bytes at @at */
  APPEND,
  DELETE,
  FOLDER, /* in the file's place */
  FIFO,
  LINK,      /* to nowhere */
  REPLACE,   /* the whole content */
  INSIDE,    /* SET before packing */
  SET_CHUNK, /* SET in a PNG's first chunk, whose checksum is mended */
  SET_AFTER, /* SET counted from the JPEG marker that @bytes begins with, the rest of @bytes is written */
} Act;

typedef struct
{
  const char *what;
  Base base;
  const char *file;
  Act act;
  int at;
  const char *bytes;
  int n;
  int code; /* of RN_ERROR, or -1 - a code of G_IO_ERROR */
  const char *said;
} Case;

#define IO(code) (-1 - (G_IO_ERROR_##code))
#define B(literal) literal, sizeof literal - 1
#define FORMAT RN_ERROR_FORMAT
#define DATA RN_ERROR_DATA
#define TRAIN3 "train-images-idx3-ubyte"
#define TRAIN1 "train-labels-idx1-ubyte"
#define TEST3 "t10k-images-idx3-ubyte"
#define TEST1 "t10k-labels-idx1-ubyte"

static const Case cases[] = {
  /* CIFAR */
  { "a record a byte short", BASE_CIFAR10, "test_batch.bin", CUT, 3072, B (""), FORMAT, "3073" },
  { "the last byte missing", BASE_CIFAR10, "data_batch_1.bin", CUT, -1, B (""), FORMAT, "3073" },
  { "a byte too many", BASE_CIFAR10, "data_batch_1.bin", APPEND, 0, B ("x"), FORMAT, "3073" },
  { "an empty batch", BASE_CIFAR10, "test_batch.bin", CUT, 0, B (""), FORMAT, "0 bytes" },
  { "label 10 of 10", BASE_CIFAR10, "test_batch.bin", SET, 3073, B ("\x0a"), DATA,
    "record 1 has label 10" },
  { "label 255", BASE_CIFAR10, "data_batch_1.bin", SET, 6146, B ("\xff"), DATA,
    "record 2 has label 255" },
  { "a folder for a batch", BASE_CIFAR10, "test_batch.bin", FOLDER, 0, B (""), IO (IS_DIRECTORY),
    "" },
  { "a FIFO for a batch", BASE_CIFAR10, "test_batch.bin", FIFO, 0, B (""), IO (NOT_REGULAR_FILE),
    "" },
  { "a link to nowhere", BASE_CIFAR10, "data_batch_1.bin", LINK, 0, B (""), IO (NOT_FOUND), "" },
  { "CIFAR-100 cut", BASE_CIFAR100, "train.bin", CUT, -5, B (""), FORMAT, "3074" },
  { "CIFAR-100 and a byte", BASE_CIFAR100, "test.bin", APPEND, 0, B ("x"), FORMAT, "3074" },
  { "fine label 100", BASE_CIFAR100, "train.bin", SET, 1, B ("\x64"), DATA,
    "record 0 has label 100" },
  { "CIFAR-100 of the length of CIFAR-10", BASE_CIFAR100, "test.bin", CUT, 3073, B (""), FORMAT,
    "3074" },
  { "text as CIFAR", BASE_CIFAR10, "test_batch.bin", REPLACE, 0, B ("hello\n"), FORMAT, "6 bytes" },

  /* IDX */
  { "pictures that say labels", BASE_IDX, TRAIN3, SET, 3, B ("\x01"), FORMAT, "0x00000801" },
  { "pictures of floats", BASE_IDX, TRAIN3, SET, 2, B ("\x0d"), FORMAT, "0x00000d03" },
  { "magic of zeros", BASE_IDX, TEST3, SET, 0, B ("\0\0\0\0"), FORMAT, "0x00000000" },
  { "the other byte order", BASE_IDX, TEST3, SET, 0, B ("\x03\x08\0\0"), FORMAT, "0x03080000" },
  { "cut in the magic", BASE_IDX, TRAIN3, CUT, 3, B (""), FORMAT, "truncated" },
  { "cut in the count", BASE_IDX, TRAIN3, CUT, 7, B (""), FORMAT, "truncated" },
  { "cut in the sides", BASE_IDX, TRAIN3, CUT, 15, B (""), FORMAT, "truncated" },
  { "cut after the header", BASE_IDX, TRAIN3, CUT, 16, B (""), FORMAT, "truncated" },
  { "cut by a byte", BASE_IDX, TRAIN3, CUT, -1, B (""), FORMAT, "truncated" },
  { "a byte after the end", BASE_IDX, TRAIN3, APPEND, 0, B ("x"), FORMAT, "more data" },
  { "empty pictures", BASE_IDX, TEST3, CUT, 0, B (""), FORMAT, "truncated" },
  { "empty labels", BASE_IDX, TEST1, CUT, 0, B (""), FORMAT, "truncated" },
  { "no picture", BASE_IDX, TEST3, SET, 4, B ("\0\0\0\0"), FORMAT, "0 entries" },
  { "4 billion pictures", BASE_IDX, TEST3, SET, 4, B ("\xff\xff\xff\xff"), FORMAT, "4294967295" },
  { "height 0", BASE_IDX, TRAIN3, SET, 8, B ("\0\0\0\0"), FORMAT, "5×0" },
  { "width 0", BASE_IDX, TRAIN3, SET, 12, B ("\0\0\0\0"), FORMAT, "0×6" },
  { "20000x20000", BASE_IDX, TRAIN3, SET, 4, B ("\0\0\0\1\0\0\x4e\x20\0\0\x4e\x20"), FORMAT,
    "400000000" },
  { "65536 cubed", BASE_IDX, TRAIN3, SET, 4, B ("\0\1\0\0\0\1\0\0\0\1\0\0"), FORMAT,
    "65536 entries" },
  { "every dimension at its most", BASE_IDX, TRAIN3, SET, 4,
    B ("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), FORMAT, "4294967295" },
  { "a product that wraps to 0", BASE_IDX, TRAIN3, SET, 4, B ("\0\1\0\0\x80\0\0\0\0\2\0\0"), FORMAT,
    "65536 entries" },
  { "fewer labels than pictures", BASE_IDX, TRAIN1, SET, 7, B ("\x04"), DATA, "4 labels" },
  { "fewer pictures than labels", BASE_IDX, TEST3, SET, 7, B ("\x04"), DATA, "4 pictures" },
  { "labels cut", BASE_IDX, TRAIN1, CUT, -1, B (""), FORMAT, "truncated" },
  { "labels and a byte", BASE_IDX, TRAIN1, APPEND, 0, B ("x"), FORMAT, "more data" },
  { "labels that say pictures", BASE_IDX, TRAIN1, SET, 3, B ("\x03"), FORMAT, "0x00000803" },
  { "labels missing", BASE_IDX, TRAIN1, DELETE, 0, B (""), DATA, "train-images" },
  { "pictures missing", BASE_IDX, TEST3, DELETE, 0, B (""), DATA, "t10k-labels" },
  { "a folder for labels", BASE_IDX, TEST1, FOLDER, 0, B (""), IO (IS_DIRECTORY), "" },
  { "splits of different sides", BASE_IDX, TEST3, SET, 8, B ("\0\0\0\5\0\0\0\6"), FORMAT, "6×5" },

  /* gzip */
  { "a gzip of 1 byte", BASE_GZ, TRAIN3 ".gz", CUT, 1, B (""), FORMAT, "truncated" },
  { "a gzip cut in its header", BASE_GZ, TRAIN3 ".gz", CUT, 5, B (""), FORMAT, "truncated" },
  { "a gzip cut in its data", BASE_GZ, TRAIN3 ".gz", CUT, 40, B (""), FORMAT, "truncated" },
  { "a gzip without its last byte", BASE_GZ, TRAIN3 ".gz", CUT, -1, B (""), FORMAT, "truncated" },
  { "a gzip without its trailer", BASE_GZ, TRAIN3 ".gz", CUT, -8, B (""), FORMAT, "truncated" },
  { "a wrong checksum", BASE_GZ, TRAIN3 ".gz", SET, -8, B ("\0\0\0\0"), FORMAT, "damaged" },
  { "a wrong length", BASE_GZ, TRAIN3 ".gz", SET, -4, B ("\x7f\0\0\0"), FORMAT, "damaged" },
  { "bytes after the gzip", BASE_GZ, TRAIN3 ".gz", APPEND, 0, B ("garbage"), FORMAT, "more data" },
  { "an unknown method", BASE_GZ, TRAIN3 ".gz", SET, 2, B ("\x07"), FORMAT, "damaged" },
  { "reserved flags", BASE_GZ, TRAIN3 ".gz", SET, 3, B ("\xe0"), FORMAT, "damaged" },
  { "a bad block", BASE_GZ, TRAIN3 ".gz", SET, 10, B ("\xff\xff\xff"), FORMAT, "damaged" },
  { "more announced than can be inside", BASE_GZ, TRAIN3 ".gz", INSIDE, 8,
    B ("\0\0\x27\x10\0\0\x27\x10"), FORMAT, "500000000" },
  { "more announced than is inside", BASE_GZ, TRAIN3 ".gz", INSIDE, 11, B ("\x07"), FORMAT,
    "truncated" },
  { "less announced than is inside", BASE_GZ, TRAIN3 ".gz", INSIDE, 11, B ("\x05"), FORMAT,
    "more data" },
  { "a packed wrong magic", BASE_GZ, TEST1 ".gz", INSIDE, 2, B ("\x09"), FORMAT, "0x00000901" },

  /* PNG */
  { "an empty picture", BASE_PNG, "p.png", CUT, 0, B (""), FORMAT, "empty" },
  { "half a signature", BASE_PNG, "p.png", CUT, 4, B (""), FORMAT, "neither" },
  { "a signature alone", BASE_PNG, "p.png", CUT, 8, B (""), FORMAT, "too early" },
  { "cut in the header", BASE_PNG, "p.png", CUT, 20, B (""), FORMAT, "too early" },
  { "a header alone", BASE_PNG, "p.png", CUT, 33, B (""), FORMAT, "too early" },
  { "cut in the pixels", BASE_PNG, "p.png", CUT, 300, B (""), FORMAT, "too early" },
  { "no end chunk", BASE_PNG, "p.png", CUT, -12, B (""), FORMAT, "too early" },
  { "a cut end chunk", BASE_PNG, "p.png", CUT, -1, B (""), FORMAT, "too early" },
  { "a header with a bad CRC", BASE_PNG, "p.png", SET, 29, B ("\0\0\0\0"), FORMAT, "CRC" },
  { "pixels with a bad CRC", BASE_PNG, "p.png", SET, -16, B ("\0\0\0\0"), FORMAT, "CRC" },
  { "pixels changed", BASE_PNG, "p.png", SET, 200, B ("\0\0\0\0"), FORMAT, "" },
  { "PNG of 20000x20000", BASE_PNG, "p.png", SET_CHUNK, 16, B ("\0\0\x4e\x20\0\0\x4e\x20"), FORMAT,
    "20000×20000" },
  { "PNG of 2^31 - 1", BASE_PNG, "p.png", SET_CHUNK, 16, B ("\x7f\xff\xff\xff\x7f\xff\xff\xff"),
    FORMAT, "" },
  { "PNG of 2^32 - 1", BASE_PNG, "p.png", SET_CHUNK, 16, B ("\xff\xff\xff\xff\xff\xff\xff\xff"),
    FORMAT, "" },
  { "PNG of width 0", BASE_PNG, "p.png", SET_CHUNK, 16, B ("\0\0\0\0"), FORMAT, "" },
  { "PNG of height 0", BASE_PNG, "p.png", SET_CHUNK, 20, B ("\0\0\0\0"), FORMAT, "" },
  { "16000x4000 in 900 bytes", BASE_PNG, "p.png", SET_CHUNK, 16, B ("\0\0\x3e\x80\0\0\x0f\xa0"),
    FORMAT, "16000×4000" },
  { "more rows than pixels", BASE_PNG, "p.png", SET_CHUNK, 20, B ("\0\0\0\x20"), FORMAT, "" },
  { "a depth of 3 bits", BASE_PNG, "p.png", SET_CHUNK, 24, B ("\3"), FORMAT, "IHDR" },
  { "colour type 5", BASE_PNG, "p.png", SET_CHUNK, 25, B ("\5"), FORMAT, "IHDR" },
  { "interlace method 2", BASE_PNG, "p.png", SET_CHUNK, 28, B ("\2"), FORMAT, "IHDR" },
  { "RGB that says palette", BASE_PNG, "p.png", SET_CHUNK, 25, B ("\3"), FORMAT, "PLTE" },
  { "an unknown critical chunk", BASE_PNG, "p.png", SET, 37, B ("JDAT"), FORMAT, "" },
  { "a chunk of 2^32 - 1 bytes", BASE_PNG, "p.png", SET, 33, B ("\xff\xff\xff\xff"), FORMAT, "" },
  { "a palette of 2^31 bytes", BASE_PALETTE, "p.png", SET, 33, B ("\x7f\xff\xff\xff"), FORMAT, "" },
  { "a palette of 5 bytes", BASE_PALETTE, "p.png", SET, 33, B ("\0\0\0\5"), FORMAT, "" },

  /* JPEG */
  { "a start marker alone", BASE_JPEG, "p.jpg", CUT, 3, B (""), FORMAT, "damaged JPEG" },
  { "JPEG cut in its header", BASE_JPEG, "p.jpg", CUT, 100, B (""), FORMAT, "damaged JPEG" },
  { "JPEG cut in its pixels", BASE_JPEG, "p.jpg", CUT, -200, B (""), FORMAT, "damaged JPEG" },
  { "JPEG without its end", BASE_JPEG, "p.jpg", CUT, -2, B (""), FORMAT, "damaged JPEG" },
  { "JPEG that ends too early", BASE_JPEG, "p.jpg", SET, -300, B ("\xff\xd9"), FORMAT,
    "damaged JPEG" },
  { "JPEG of 65535x65535", BASE_JPEG, "p.jpg", SET_AFTER, 5, B ("\xc0\xff\xff\xff\xff"), FORMAT,
    "" },
  { "JPEG of 20000x20000", BASE_JPEG, "p.jpg", SET_AFTER, 5, B ("\xc0\x4e\x20\x4e\x20"), FORMAT,
    "20000×20000" },
  { "JPEG of more rows than pixels", BASE_JPEG, "p.jpg", SET_AFTER, 5, B ("\xc0\x00\x40"), FORMAT,
    "" },
  { "JPEG of height 0", BASE_JPEG, "p.jpg", SET_AFTER, 5, B ("\xc0\0\0"), FORMAT, "damaged JPEG" },
  { "JPEG of width 0", BASE_JPEG, "p.jpg", SET_AFTER, 7, B ("\xc0\0\0"), FORMAT, "damaged JPEG" },
  { "JPEG of 12 bits", BASE_JPEG, "p.jpg", SET_AFTER, 4, B ("\xc0\x0c"), FORMAT, "damaged JPEG" },
  { "JPEG of 200 components", BASE_JPEG, "p.jpg", SET_AFTER, 9, B ("\xc0\xc8"), FORMAT,
    "damaged JPEG" },
  { "sampling factors of 15", BASE_JPEG, "p.jpg", SET_AFTER, 11, B ("\xc0\xff"), FORMAT,
    "damaged JPEG" },
  { "an APP0 beyond the end", BASE_JPEG, "p.jpg", SET_AFTER, 2, B ("\xe0\xff\xff"), FORMAT,
    "damaged JPEG" },
  { "an EXIF beyond the end", BASE_JPEG, "p.jpg", SET_AFTER, 2, B ("\xe1\xff\xff"), FORMAT,
    "damaged JPEG" },
  { "an EXIF of length 0", BASE_JPEG, "p.jpg", SET_AFTER, 2, B ("\xe1\0\0"), FORMAT,
    "damaged JPEG" },
  { "a quantisation table of length 1", BASE_JPEG, "p.jpg", SET_AFTER, 2, B ("\xdb\0\1"), FORMAT,
    "damaged JPEG" },
  { "a Huffman table too long", BASE_JPEG, "p.jpg", SET_AFTER, 5, B ("\xc4\xff\xff\xff"), FORMAT,
    "damaged JPEG" },
  { "no Huffman table", BASE_JPEG, "p.jpg", SET_AFTER, 4, B ("\xc4\x07"), FORMAT, "damaged JPEG" },
  { "a scan of no component", BASE_JPEG, "p.jpg", SET_AFTER, 4, B ("\xda\0"), FORMAT,
    "damaged JPEG" },
  { "200 scans", BASE_SCANS, "p.jpg", KEEP, 0, B (""), FORMAT, "100 scans" },

  /* Others */
  { "text named PNG", BASE_NOTHING, "p.png", REPLACE, 0, B ("hello"), FORMAT, "neither" },
  { "a GIF", BASE_NOTHING, "p.png", REPLACE, 0, B ("GIF89a\1\0\1\0"), FORMAT, "neither" },
  { "a folder for a picture", BASE_NOTHING, "p.png", FOLDER, 0, B (""), IO (IS_DIRECTORY), "" },
  { "a picture that is not there", BASE_NOTHING, "p.png", LINK, 0, B (""), IO (NOT_FOUND), "" },
  { "a FIFO for a picture", BASE_NOTHING, "p.png", FIFO, 0, B (""), IO (NOT_REGULAR_FILE), "" },
};

static gboolean
is_picture (const Case *c)
{
  return g_str_has_prefix (c->file, "p.");
}

/* Repeats a JPEG's first scan. */
static GByteArray *
make_scans (const RnPicture *picture, int n)
{
  g_autoptr (GByteArray) good = make_jpeg (picture, JPEG_KIND_TWO_SCANS, NULL);
  GByteArray *bytes = g_byte_array_new ();
  guint start = 2, end;

  while (good->data[start] != 0xff || good->data[start + 1] != 0xda)
    start++;
  for (end = start + 2; good->data[end] != 0xff || good->data[end + 1] == 0; end++)
    ;
  g_byte_array_append (bytes, good->data, start);
  for (int i = 0; i < n; i++)
    g_byte_array_append (bytes, good->data + start, end - start);
  g_byte_array_append (bytes, good->data + end, good->len - end);
  return bytes;
}

static GByteArray *
make_palette_png (void)
{
  static const guint8 palette[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
  static const guint8 rows[4] = { 0, 1, 2, 3 };

  return make_png (&(PngForm){ .width = 2,
                               .height = 2,
                               .depth = 8,
                               .colour = 3,
                               .rows = rows,
                               .n_palette = 4,
                               .palette = palette,
                               .clear_grey = -1 });
}

static GByteArray *
make_file (Base base, const char *name)
{
  g_autoptr (RnPicture) noise = make_noise (16, 16, 3, 9);
  g_autoptr (RnPicture) larger = make_noise (48, 32, 3, 9);
  g_autoptr (RnPicture) grey = make_quarters (16, 16, 1);
  g_autoptr (GByteArray) exif = make_exif (6, TRUE);

  switch (base)
    {
    case BASE_CIFAR10:
      return make_cifar (3, 1, 10);
    case BASE_CIFAR100:
      return make_cifar (3, 2, 100);
    case BASE_IDX:
    case BASE_GZ:
      return strstr (name, "idx3") != NULL ? make_idx_pictures (5, 6, 5) : make_idx_labels (5, 5);
    case BASE_PNG:
      return make_plain_png (noise);
    case BASE_PALETTE:
      return make_palette_png ();
    case BASE_JPEG:
      return make_jpeg (larger, JPEG_KIND_PLAIN, exif);
    case BASE_SCANS:
      return make_scans (grey, 200);
    case BASE_NOTHING:
    default:
      return g_byte_array_new ();
    }
}

static void
write_good_files (Base base, const char *folder)
{
  static const char *const names[][5] = {
    [BASE_NOTHING] = { NULL },
    [BASE_CIFAR10] = { "data_batch_1.bin", "test_batch.bin" },
    [BASE_CIFAR100] = { "train.bin", "test.bin" },
    [BASE_IDX] = { TRAIN3, TRAIN1, TEST3, TEST1 },
    [BASE_GZ] = { TRAIN3 ".gz", TRAIN1 ".gz", TEST3 ".gz", TEST1 ".gz" },
    [BASE_PNG] = { "p.png" },
    [BASE_PALETTE] = { "p.png" },
    [BASE_JPEG] = { "p.jpg" },
    [BASE_SCANS] = { "p.jpg" },
  };

  for (int i = 0; names[base][i] != NULL; i++)
    {
      g_autoptr (GByteArray) plain = make_file (base, names[base][i]);
      g_autoptr (GByteArray) bytes =
          base == BASE_GZ ? make_packed (plain) : g_byte_array_ref (plain);

      g_free (scratch_write_array (folder, names[base][i], bytes));
    }
}

static void
set_bytes (GByteArray *bytes, int at, const char *with, int n)
{
  const int from = at >= 0 ? at : (int) bytes->len + at;

  g_assert_cmpint (from, >=, 0);
  g_assert_cmpint (from + n, <=, (int) bytes->len);
  memcpy (bytes->data + from, with, (gsize) n);
}

static int
find_marker (const GByteArray *bytes, char marker)
{
  for (guint i = 0; i + 1 < bytes->len; i++)
    if (bytes->data[i] == 0xff && bytes->data[i + 1] == (guint8) marker)
      return (int) i;
  g_assert_not_reached ();
}

/* Puts the checksum of a PNG's header right again. */
static void
mend_header (GByteArray *bytes)
{
  g_autoptr (GByteArray) chunk = g_byte_array_new ();

  append_png_chunk (chunk, "IHDR", bytes->data + 16, 13);
  memcpy (bytes->data + 29, chunk->data + chunk->len - 4, 4);
}

static GByteArray *
change (const Case *c, GByteArray *good)
{
  GByteArray *bytes = g_byte_array_ref (good);

  if (c->act == CUT)
    g_byte_array_set_size (bytes, (guint) (c->at >= 0 ? c->at : (int) bytes->len + c->at));
  if (c->act == REPLACE)
    g_byte_array_set_size (bytes, 0);
  if (c->act == APPEND || c->act == REPLACE)
    g_byte_array_append (bytes, (const guint8 *) c->bytes, (guint) c->n);
  if (c->act == SET || c->act == INSIDE || c->act == SET_CHUNK)
    set_bytes (bytes, c->at, c->bytes, c->n);
  if (c->act == SET_CHUNK)
    mend_header (bytes);
  if (c->act == SET_AFTER)
    set_bytes (bytes, find_marker (bytes, c->bytes[0]) + c->at, c->bytes + 1, c->n - 1);
  return bytes;
}

static void
break_file (const Case *c, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, c->file, NULL);
  g_autoptr (GByteArray) plain = make_file (c->base, c->file);
  g_autoptr (GByteArray) whole = NULL;
  g_autoptr (GByteArray) broken = NULL;

  g_remove (path);
  switch (c->act)
    {
    case DELETE:
      return;
    case FOLDER:
      g_assert_cmpint (g_mkdir (path, 0777), ==, 0);
      return;
    case FIFO:
      g_assert_cmpint (mkfifo (path, 0600), ==, 0);
      return;
    case LINK:
      g_assert_cmpint (symlink ("/nonexistent/file", path), ==, 0);
      return;
    case KEEP:
    case CUT:
    case SET:
    case APPEND:
    case REPLACE:
    case INSIDE:
    case SET_CHUNK:
    case SET_AFTER:
    default:
      break;
    }
  if (c->act == INSIDE)
    {
      broken = change (c, plain);
      whole = make_packed (broken);
    }
  else
    {
      broken = c->base == BASE_GZ ? make_packed (plain) : g_byte_array_ref (plain);
      whole = change (c, broken);
    }
  g_free (scratch_write_array (folder, c->file, whole));
}

/* Time that this process computed, whatever else the machine does */
static gint64
cpu_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void
check_error (const Case *c, const GError *error, const char *file)
{
  g_assert_nonnull (error);
  g_test_message ("%s: %s", c->what, error->message);
  if (c->code >= 0)
    g_assert_error (error, RN_ERROR, c->code);
  else
    g_assert_error (error, G_IO_ERROR, -1 - c->code);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_nonnull (strstr (error->message, c->said));
}

static void
open_broken (gconstpointer data)
{
  const Case *c = data;
  char *folder = scratch_new ();
  g_autofree char *path = g_build_filename (folder, c->file, NULL);
  const glong before_kb = peak_kb ();
  const gint64 start_us = cpu_us ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = NULL;
  g_autoptr (RnDataset) dataset = NULL;

  write_good_files (c->base, folder);
  break_file (c, folder);
  if (is_picture (c))
    picture = rn_picture_load (path, &error);
  else
    dataset = rn_dataset_open (folder, 1, NULL, NULL, &error);
  g_assert_null (picture);
  g_assert_null (dataset);
  /* A missing half of a pair is told by the half that is there, which stands in what is said. */
  check_error (c, error, c->act == DELETE ? folder : path);
  g_assert_cmpfloat ((double) (cpu_us () - start_us) / 1e6, <, MAX_CPU_SECONDS);
  g_assert_cmpint (peak_kb () - before_kb, <, MAX_EXTRA_KB);
  scratch_free (folder);
}

/* The same tables' good files must open, or the cases above would prove nothing. */
static void
the_files_before_they_are_broken_are_good (void)
{
  static const Base sets[] = { BASE_CIFAR10, BASE_CIFAR100, BASE_IDX, BASE_GZ };
  static const Base pictures[] = { BASE_PNG, BASE_PALETTE, BASE_JPEG };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      char *folder = scratch_new ();
      g_autoptr (RnDataset) dataset = NULL;

      write_good_files (sets[i], folder);
      dataset = rn_dataset_open (folder, 1, NULL, NULL, &error);
      g_assert_no_error (error);
      scratch_free (folder);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autoptr (GByteArray) bytes = make_file (pictures[i], "p");
      g_autoptr (RnPicture) picture = rn_picture_decode (bytes->data, bytes->len, "p", &error);

      g_assert_no_error (error);
    }
  {
    g_autoptr (RnPicture) grey = make_quarters (16, 16, 1);
    g_autoptr (GByteArray) bytes = make_scans (grey, 20);
    g_autoptr (RnPicture) picture = rn_picture_decode (bytes->data, bytes->len, "p", &error);

    g_assert_no_error (error);
  }
}

/* A header that announces little before a flood of zeros: no more than announced is unpacked. */
static void
a_gzip_bomb_is_not_unpacked (void)
{
  char *folder = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) head = make_idx_pictures (5, 6, 5);
  g_autoptr (GByteArray) packed = make_flood (head->data, head->len, 300 * 1000 * 1000, TRUE);
  RnDataset *dataset;
  glong before_kb;
  gint64 start_us;

  write_good_files (BASE_GZ, folder);
  g_free (scratch_write_array (folder, TRAIN3 ".gz", packed));
  before_kb = peak_kb ();
  start_us = cpu_us ();
  dataset = rn_dataset_open (folder, 1, NULL, NULL, &error);
  g_assert_null (dataset);
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, TRAIN3));
  g_assert_nonnull (strstr (error->message, "more data"));
  /* Unpacking all would take over a quarter of a second. */
  g_assert_cmpint (cpu_us () - start_us, <, 100000);
  g_assert_cmpint (peak_kb () - before_kb, <, 8 * 1024);
  scratch_free (folder);
}

/* Metadata that would unpack to much more than the picture is passed over. */
static void
a_png_with_a_bomb_of_metadata_opens_in_little_memory (void)
{
  /* zlib's stored form of the filter byte and one pixel */
  static const guint8 pixel[] = { 0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 99, 0, 0x65, 0, 0x64 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = make_png_header (1, 1, 8, 0);
  g_autoptr (GByteArray) packed = make_flood ("", 0, 7 * 1000 * 1000, FALSE);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autoptr (RnPicture) picture = NULL;
  glong before_kb;

  g_byte_array_append (text, (const guint8 *) "Comment\0\0", 9);
  g_byte_array_append (text, packed->data, packed->len);
  for (int i = 0; i < 20; i++)
    append_png_chunk (bytes, "zTXt", text->data, text->len);
  append_png_chunk (bytes, "IDAT", pixel, sizeof pixel);
  append_png_chunk (bytes, "IEND", NULL, 0);
  before_kb = peak_kb ();
  picture = rn_picture_decode (bytes->data, bytes->len, "bomb", &error);
  g_assert_no_error (error);
  g_assert_cmpint (picture->pixels[0], ==, 99);
  g_assert_cmpint (peak_kb () - before_kb, <, 4 * 1024);
}

static void
assert_no_set (const char *path, int code, const char *said)
{
  g_autoptr (GError) error = NULL;
  RnDataset *dataset = rn_dataset_open (path, 1, NULL, NULL, &error);

  g_assert_null (dataset);
  if (code >= 0)
    g_assert_error (error, RN_ERROR, code);
  else
    g_assert_error (error, G_IO_ERROR, -1 - code);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, said));
}

static void
folders_that_are_no_set_say_why (void)
{
  char *folder = scratch_new ();
  g_autofree char *absent = g_build_filename (folder, "absent", NULL);
  g_autofree char *text = scratch_write (folder, "text/a.txt", "x", 1);
  g_autofree char *bin = scratch_write (folder, "bin/some.bin", "xyz", 3);
  g_autofree char *empty = g_build_filename (folder, "empty", NULL);
  g_autofree char *one = g_build_filename (folder, "one", NULL);
  g_autofree char *deep = g_build_filename (folder, "deep", NULL);
  g_autofree char *flat = g_build_filename (folder, "flat", NULL);

  g_assert_cmpint (g_mkdir (empty, 0777), ==, 0);
  g_free (scratch_write (folder, "one/a/1.png", "x", 1));
  g_free (scratch_write (folder, "deep/a/b/1.png", "x", 1));
  g_free (scratch_write (folder, "deep/c/d/1.png", "x", 1));
  g_free (scratch_write (folder, "flat/1.png", "x", 1));
  g_free (scratch_write (folder, "flat/2.png", "x", 1));
  assert_no_set (absent, IO (NOT_FOUND), "");
  assert_no_set (text, FORMAT, "no data set");
  assert_no_set (bin, FORMAT, "3073");
  assert_no_set (empty, DATA, "0 folders");
  assert_no_set (one, DATA, "1 folder");
  assert_no_set (deep, DATA, "0 folders");
  assert_no_set (flat, DATA, "0 folders");
  scratch_free (folder);
}

/* A few random changes of a good file: it opens, or the error names it. What the sanitizer finds is the point. */
static void
random_damage_is_an_error_or_a_picture (void)
{
  static const Base bases[] = { BASE_PNG, BASE_PALETTE, BASE_JPEG, BASE_SCANS };
  RnRandom random;

  rn_random_start (&random, 1, RN_STREAM_TEST, 0, 0);
  for (int round = 0; round < 1200; round++)
    {
      const Base base = bases[round % (int) G_N_ELEMENTS (bases)];
      g_autoptr (GByteArray) bytes = make_file (base, "p");
      g_autoptr (GError) error = NULL;
      g_autoptr (RnPicture) picture = NULL;
      const int n_changes = 1 + (int) rn_random_below (&random, 6);

      for (int i = 0; i < n_changes; i++)
        bytes->data[rn_random_below (&random, bytes->len)] =
            (guint8) rn_random_below (&random, 256);
      if (rn_random_below (&random, 4) == 0)
        g_byte_array_set_size (bytes, (guint) rn_random_below (&random, bytes->len));
      picture = rn_picture_decode (bytes->data, bytes->len, "damaged one", &error);
      g_assert_true ((picture == NULL) == (error != NULL));
      if (error != NULL)
        g_assert_nonnull (strstr (error->message, "damaged one"));
    }
}

static void
random_damage_of_idx_is_an_error_or_a_set (void)
{
  RnRandom random;

  rn_random_start (&random, 2, RN_STREAM_TEST, 0, 0);
  for (int round = 0; round < 300; round++)
    {
      const Base base = round % 2 == 0 ? BASE_IDX : BASE_GZ;
      char *folder = scratch_new ();
      const char *name = base == BASE_IDX ? TEST3 : TEST3 ".gz";
      g_autoptr (GByteArray) plain = make_file (base, name);
      g_autoptr (GByteArray) bytes =
          base == BASE_GZ ? make_packed (plain) : g_byte_array_ref (plain);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnDataset) dataset = NULL;

      write_good_files (base, folder);
      /* Most of it in the header */
      for (int i = 0; i < 3; i++)
        bytes->data[rn_random_below (&random, i < 2 ? 20 : bytes->len)] =
            (guint8) rn_random_below (&random, 256);
      g_free (scratch_write_array (folder, name, bytes));
      dataset = rn_dataset_open (folder, 1, NULL, NULL, &error);
      g_assert_true ((dataset == NULL) == (error != NULL));
      if (error != NULL)
        g_assert_nonnull (strstr (error->message, name));
      scratch_free (folder);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = g_strdelimit (g_strdup (cases[i].what), " ", '-');
      g_autofree char *name = g_strdup_printf ("/hostile/%s", words);

      g_test_add_data_func (name, &cases[i], open_broken);
    }
  g_test_add_func ("/hostile/the-files-before-they-are-broken-are-good",
                   the_files_before_they_are_broken_are_good);
  g_test_add_func ("/hostile/a-gzip-bomb-is-not-unpacked", a_gzip_bomb_is_not_unpacked);
  g_test_add_func ("/hostile/a-png-with-a-bomb-of-metadata-opens-in-little-memory",
                   a_png_with_a_bomb_of_metadata_opens_in_little_memory);
  g_test_add_func ("/hostile/folders-that-are-no-set-say-why", folders_that_are_no_set_say_why);
  g_test_add_func ("/hostile/random-damage-is-an-error-or-a-picture",
                   random_damage_is_an_error_or_a_picture);
  g_test_add_func ("/hostile/random-damage-of-idx-is-an-error-or-a-set",
                   random_damage_of_idx_is_an_error_or_a_set);
  return g_test_run ();
}
