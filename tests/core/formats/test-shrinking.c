#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "../spec/random-spec.h"
#include "residua/error.h"
#include "residua/formats.h"
#include "truth.h"

/* Somebody shortens a model file while it is being read: at each of its reads in turn, whatever the file is. */

/* What the reader gets when it asks for bytes; pread() below does it. */
static struct
{
  const char *path;
  int n;         /* reads so far */
  int shrink_at; /* the read before which the file loses its bytes; -1 for none */
  goffset left;  /* that stay */
} reads;

/* Stands in for the C library's, in this program. */
ssize_t
pread (int fd, void *bytes, size_t n, off_t at)
{
  if (reads.n++ == reads.shrink_at)
    g_assert_cmpint (truncate (reads.path, (off_t) reads.left), ==, 0);
  return lseek (fd, at, SEEK_SET) < 0 ? -1 : read (fd, bytes, n);
}

static RnModel *
load (const char *path, int shrink_at, goffset left, GError **error)
{
  reads.path = path;
  reads.n = 0;
  reads.shrink_at = shrink_at;
  reads.left = left;
  return rn_model_load (path, NULL, error);
}

static void
put_back (const char *path, const char *bytes, gsize length)
{
  g_unlink (path); /* it would be written over, and synced */
  g_assert_true (g_file_set_contents_full (path, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
}

static void
check_shrinking (const char *path)
{
  g_autofree char *bytes = NULL;
  g_autoptr (RnModel) whole = load (path, -1, 0, NULL);
  const int n = reads.n;
  gsize length;

  g_assert_nonnull (whole);
  g_assert_cmpint (n, >, 3);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load (path, i, 0, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_cmpint (reads.n, >, i);
      put_back (path, bytes, length);
    }
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      /* what lies in the half that is lost may have been read already */
      g_autoptr (RnModel) model = load (path, i, (goffset) length / 2, &error);

      g_assert_true ((model == NULL) == (error != NULL));
      put_back (path, bytes, length);
    }
  g_test_message ("%d reads", n);
}

static void
a_file_that_shrinks_while_it_is_read_is_an_error (gconstpointer data)
{
  const RnFormat format = (RnFormat) GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("residua-shrinking-XXXXXX", &error);
  g_autofree char *name = g_strconcat ("model", rn_format_get_suffix (format), NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (RnSpec) spec = NULL;
  g_autoptr (RnModel) model = NULL;
  RnRandom random;

  g_assert_no_error (error);
  rn_random_start (&random, 21, RN_STREAM_TEST, 0, 0);
  spec = random_spec (&random);
  model = truth_model (spec, &random, FALSE);
  g_assert_true (rn_model_export (model, format, NULL, path, NULL, NULL, &error));
  check_shrinking (path);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    RnFormat format;
    const char *name;
  } formats[] = {
    { RN_FORMAT_SAFETENSORS, "/shrinking/safetensors" },
    { RN_FORMAT_ONNX, "/shrinking/onnx" },
    { RN_FORMAT_TORCH_STATE, "/shrinking/torch-state" },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    g_test_add_data_func (formats[i].name, GINT_TO_POINTER (formats[i].format),
                          a_file_that_shrinks_while_it_is_read_is_an_error);
  return g_test_run ();
}
