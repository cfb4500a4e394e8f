#include <glib/gstdio.h>
#include <string.h>

#include "residua/model.h"
#include "torch-files.h"

/* Graphs of others, as PyTorch's exporter and hands write them: option A by slices and paddings, every kind of head. */

static char *folder;

/* Returns: (transfer full): the lines of a list that the script wrote */
static char **
read_list (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *text = NULL;
  char **lines;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >=, 5);
  return lines;
}

static void
graphs_of_others_give_their_logits (void)
{
  g_auto (GStrv) names = NULL;

  if (!torch_files_make (folder, "write-graphs.py"))
    return;
  names = read_list ("good");
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *file = g_strconcat (names[i], ".onnx", NULL);
      g_autofree char *logits = g_strconcat ("logits-", names[i], NULL);

      g_test_message ("%s", file);
      torch_files_assert_logits (folder, file, logits);
    }
}

/* Which of the two paddings it is, the graph says: nobody need be asked. */
static void
the_padding_of_option_a_is_told_by_the_graph (void)
{
  static const struct
  {
    const char *name;
    RnShortcut shortcut;
  } cases[] = { { "avgpool-11.onnx", RN_SHORTCUT_A_SPLIT },
                { "global-11.onnx", RN_SHORTCUT_A_END } };

  if (!torch_files_make (folder, "write-graphs.py"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (folder, cases[i].name, NULL);
      RnModelGuess guesses = 0;
      g_autoptr (GError) error = NULL;
      g_autoptr (RnModel) model = rn_model_import (path, NULL, &guesses, &error);
      const RnSpec *spec;

      g_assert_no_error (error);
      spec = rn_model_get_spec (model);
      g_assert_cmpint (rn_spec_n_blocks (spec), ==, 3);
      for (int b = 1; b < 3; b++)
        {
          g_assert_cmpint (rn_spec_get_block (spec, b)->shortcut, ==, cases[i].shortcut);
          g_assert_cmpint (rn_spec_get_block (spec, b)->stride, ==, 2);
        }
      g_assert_false (guesses & (RN_GUESS_PADDING | RN_GUESS_STRIDE | RN_GUESS_EPSILON));
    }
}

static void
graphs_that_only_look_alike_are_refused_by_their_node (void)
{
  g_auto (GStrv) lines = NULL;

  if (!torch_files_make (folder, "write-graphs.py"))
    return;
  lines = read_list ("bad");
  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 2);
      g_autofree char *file = g_strconcat (words[0], ".onnx", NULL);
      g_autofree char *path = g_build_filename (folder, file, NULL);
      g_autofree char *node = g_strdup_printf ("node “%s”", words[1]);
      g_autoptr (GError) error = NULL;
      g_autoptr (RnModel) model = rn_model_load (path, NULL, &error);

      g_assert_null (model);
      g_assert_nonnull (error);
      if (strstr (error->message, path) == NULL || strstr (error->message, node) == NULL)
        g_test_fail_printf ("“%s” does not name %s and %s", error->message, path, node);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-graphs-XXXXXX", NULL);
  g_test_add_func ("/graphs/graphs-of-others-give-their-logits",
                   graphs_of_others_give_their_logits);
  g_test_add_func ("/graphs/the-padding-of-option-a-is-told",
                   the_padding_of_option_a_is_told_by_the_graph);
  g_test_add_func ("/graphs/what-only-looks-alike-is-refused-by-its-node",
                   graphs_that_only_look_alike_are_refused_by_their_node);
  result = g_test_run ();
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
