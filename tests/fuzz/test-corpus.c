#include <glib.h>
#include <string.h>

#include "scratch.h"

/* Hands every file of a fuzz target's corpus to it: test-corpus FOLDER. What was once found stays mended. */

static void
replay (gconstpointer data)
{
  const char *path = data;
  g_autofree char *bytes = NULL;
  g_autofree guint8 *exact = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  /* without the zero that GLib puts behind: AddressSanitizer shall see the end */
  exact = g_memdup2 (bytes, length);
  LLVMFuzzerTestOneInput (exact, length);
}

static void
an_empty_file (void)
{
  LLVMFuzzerTestOneInput ((const uint8_t *) "", 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  int n = 0;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  g_test_add_func ("/corpus/an_empty_file", an_empty_file);
  dir = g_dir_open (argv[1], 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *test = g_strdup_printf ("/corpus/%s", name);

      g_test_add_data_func_full (test, g_build_filename (argv[1], name, NULL), replay, g_free);
      n++;
    }
  /* A corpus that is not found would pass. */
  g_assert_cmpint (n, >, 0);
  return g_test_run ();
}
