#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file-writer.h"
#include "residua/error.h"

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static int
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
what_is_written_is_read (void)
{
  static const gsize lengths[] = { 0, 1, 70000 };
  g_autofree char *path = path_of ("a");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree guint8 *bytes = g_malloc0 (lengths[i] + 1);
      g_autoptr (GBytes) right = NULL;
      g_autoptr (GBytes) back = NULL;

      memset (bytes, (int) i + 7, lengths[i]);
      right = g_bytes_new (bytes, lengths[i]);
      g_assert_true (rn_file_replace (path, bytes, lengths[i], &error));
      g_assert_no_error (error);
      back = rn_file_read (path, lengths[i], &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (back, right));
      /* Nothing is left aside. */
      g_assert_cmpint (count_files (), ==, 1);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
a_file_over_the_bound_is_not_read (void)
{
  g_autofree char *path = path_of ("large");
  g_autoptr (GError) error = NULL;

  g_assert_true (rn_file_replace (path, "12345", 5, &error));
  g_assert_null (rn_file_read (path, 4, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "5 bytes"));
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
only_regular_files_are_read_and_at_once (void)
{
  g_autofree char *fifo = path_of ("fifo");
  g_autofree char *absent = path_of ("absent");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_null (rn_file_read (fifo, 100, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_nonnull (strstr (error->message, fifo));
  g_clear_error (&error);
  g_assert_null (rn_file_read (folder, 100, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_clear_error (&error);
  g_assert_null (rn_file_read (absent, 100, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, absent));
  g_assert_cmpint (g_remove (fifo), ==, 0);
}

/* 255 bytes, of characters of three: the name that it is written under at first has room as well. */
static void
the_longest_name_that_a_file_may_have_can_be_written (void)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) read = NULL;
  g_autoptr (RnFileWriter) writer = NULL;
  int fd;

  while (name->len < 255)
    g_string_append (name, "\xec\x8b\xa0");
  path = path_of (name->str);
  fd = g_open (path, O_WRONLY | O_CREAT, 0600);
  if (fd < 0)
    {
      g_test_skip ("names are shorter on this file system");
      return;
    }
  close (fd);
  rn_file_replace (path, "one", 3, &error);
  g_assert_no_error (error);
  writer = rn_file_writer_new (path, &error);
  g_assert_no_error (error);
  rn_file_writer_add (writer, "two!", 4);
  g_assert_true (rn_file_writer_commit (writer, &error));
  read = rn_file_read (path, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (read, NULL), g_bytes_get_size (read), "two!", 4);
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
a_write_that_fails_leaves_the_old_file_and_nothing_aside (void)
{
  g_autofree char *taken = path_of ("taken");
  g_autofree char *inside = path_of ("taken/inside");
  g_autofree char *nowhere = path_of ("absent/file");
  g_autoptr (GError) error = NULL;

  /* A folder that is not empty cannot be renamed over: the last of the steps fails. */
  g_assert_cmpint (g_mkdir (taken, 0777), ==, 0);
  g_assert_true (rn_file_replace (inside, "old", 3, &error));
  g_assert_false (rn_file_replace (taken, "new", 3, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_IO_ERROR);
  g_assert_nonnull (strstr (error->message, taken));
  g_assert_cmpint (count_files (), ==, 1);
  g_clear_error (&error);
  g_assert_false (rn_file_replace (nowhere, "new", 3, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (g_remove (inside), ==, 0);
  g_assert_cmpint (g_remove (taken), ==, 0);
}

static void
a_new_file_has_the_rights_that_the_person_gives (void)
{
  g_autofree char *path = path_of ("rights");
  g_autoptr (GError) error = NULL;
  const mode_t before = umask (027);
  GStatBuf info;

  g_assert_true (rn_file_replace (path, "x", 1, &error));
  umask (before);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
folders_sync_and_errors_say_which (void)
{
  g_autofree char *absent = path_of ("absent");
  g_autoptr (GError) error = NULL;

  g_assert_true (rn_file_sync_folder (folder, &error));
  g_assert_no_error (error);
  g_assert_false (rn_file_sync_folder (absent, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  rn_file_set_error (&error, "some/path", ENOSPC);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, "some/path"));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-file-XXXXXX", NULL);
  g_test_add_func ("/file/what-is-written-is-read", what_is_written_is_read);
  g_test_add_func ("/file/a-file-over-the-bound-is-not-read", a_file_over_the_bound_is_not_read);
  g_test_add_func ("/file/only-regular-files-are-read-and-at-once",
                   only_regular_files_are_read_and_at_once);
  g_test_add_func ("/file/the-longest-name-that-a-file-may-have-can-be-written",
                   the_longest_name_that_a_file_may_have_can_be_written);
  g_test_add_func ("/file/a-write-that-fails-leaves-the-old-file-and-nothing-aside",
                   a_write_that_fails_leaves_the_old_file_and_nothing_aside);
  g_test_add_func ("/file/a-new-file-has-the-rights-that-the-person-gives",
                   a_new_file_has_the_rights_that_the_person_gives);
  g_test_add_func ("/file/folders-sync-and-errors-say-which", folders_sync_and_errors_say_which);
  result = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return result;
}
