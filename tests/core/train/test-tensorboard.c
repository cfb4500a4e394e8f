#include "residua/tensorboard.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/file-writer.h"
#include "formats/event-file.h"

/* The event file is taken apart by hand: framing, checksums, fields. */

static void
crc32c_is_castagnolis (void)
{
  const guint8 zeros[32] = { 0 };

  /* RFC 3720, section B.4, and the customary check value */
  g_assert_cmphex (rn_crc32c ("123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (rn_crc32c (zeros, sizeof zeros), ==, 0x8a9136aa);
}

static guint32
mask (guint32 crc)
{
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static guint32
read_32 (const guint8 *at)
{
  return at[0] | (guint32) at[1] << 8 | (guint32) at[2] << 16 | (guint32) at[3] << 24;
}

/* Returns: the bytes of the next record; checks its frame */
static const guint8 *
next_record (const guint8 **at, const guint8 *end, gsize *length)
{
  const guint8 *record = *at + 12;

  g_assert_cmpint (end - *at, >=, 16);
  *length = read_32 (*at);
  g_assert_cmpuint (read_32 (*at + 4), ==, 0);
  g_assert_cmphex (read_32 (*at + 8), ==, mask (rn_crc32c (*at, 8)));
  g_assert_cmpuint (*length, <=, (gsize) (end - record - 4));
  g_assert_cmphex (read_32 (record + *length), ==, mask (rn_crc32c (record, *length)));
  *at = record + *length + 4;
  return record;
}

static char *
write_events (void)
{
  char *folder = g_dir_make_tmp ("residua-events-XXXXXX", NULL);
  char *path = g_build_filename (folder, "events", NULL);
  g_autoptr (RnFileWriter) writer = rn_file_writer_new (path, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  rn_event_file_begin (bytes, 1.5);
  rn_event_file_add_scalar (bytes, 2.5, 300, "loss/train", 0.75);
  rn_file_writer_add (writer, bytes->data, bytes->len);
  g_assert_true (rn_file_writer_commit (writer, NULL));
  g_free (folder);
  return path;
}

static void
records_are_framed_and_hold_the_scalar (void)
{
  /* wall time 2.5, step 300, summary of one value with its tag and float 0.75 */
  static const guint8 scalar[] = { 0x09, 0,    0,   0,    0,   0,    0,    0x04, 0x40, 0x10, 0xac,
                                   0x02, 0x2a, 19,  0x0a, 17,  0x0a, 10,   'l',  'o',  's',  's',
                                   '/',  't',  'r', 'a',  'i', 'n',  0x15, 0,    0,    0x40, 0x3f };
  static const char version[] = "brain.Event:2";
  g_autofree char *path = write_events (), *content = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  const guint8 *at, *end, *record;
  gsize length;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  at = (const guint8 *) content;
  end = at + length;
  record = next_record (&at, end, &length);
  g_assert_cmpmem (record + length - strlen (version), strlen (version), version, strlen (version));
  record = next_record (&at, end, &length);
  g_assert_cmpmem (record, length, scalar, sizeof scalar);
  g_assert_true (at == end);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/tensorboard/crc32c-is-castagnolis", crc32c_is_castagnolis);
  g_test_add_func ("/train/tensorboard/records-are-framed", records_are_framed_and_hold_the_scalar);
  return g_test_run ();
}
