#include "models.h"

#include <glib/gi18n.h>
#include <string.h>

#include "arguments.h"

char *
rn_cli_run_part (const char *what)
{
  const char *at = strrchr (what, '@');
  g_autofree char *folder = NULL;

  if (g_file_test (what, G_FILE_TEST_IS_DIR))
    return g_strdup (what);
  folder = at != NULL ? g_strndup (what, (gsize) (at - what)) : NULL;
  return folder != NULL && g_file_test (folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&folder)
                                                                    : NULL;
}

RnModel *
rn_cli_load_model (const char *what, GError **error)
{
  RnModelHints hints;

  return rn_cli_get_hints (&hints, error) ? rn_model_load_any (what, &hints, error) : NULL;
}

gboolean
rn_cli_split_seed (const char *given, const char *what, guint64 *seed, GError **error)
{
  g_autofree char *folder = rn_cli_run_part (what);
  g_autoptr (RnRun) run = folder != NULL ? rn_run_open (folder, NULL) : NULL;

  if (given != NULL)
    return rn_cli_parse_whole ("--seed", given, seed, error);
  *seed = run != NULL ? rn_run_get_settings (run)->seed : 1;
  return TRUE;
}

char *
rn_cli_class_name (RnModel *model, int index)
{
  const char *const *names = rn_model_get_classes (model);

  return names != NULL ? g_strdup (names[index]) : g_strdup_printf ("%d", index);
}
