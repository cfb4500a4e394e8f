#include "places.h"

#include <string.h>

/* Returns: (transfer full): the folder of the running program; NULL where the system does not tell */
static char *
program_folder (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL ? g_path_get_dirname (program) : NULL;
}

char *
rn_places_get_locale (void)
{
  const char *wish = g_getenv ("RESIDUA_LOCALEDIR");
  g_autofree char *folder = program_folder ();

  if (wish != NULL)
    return g_strdup (wish);
  if (folder == NULL)
    return g_build_filename (RN_PREFIX, RN_LOCALEDIR, NULL);
  /* PREFIX/bin and PREFIX/share/locale move together. */
  if (g_str_has_suffix (folder, "/" RN_BINDIR))
    {
      g_autofree char *prefix = g_strndup (folder, strlen (folder) - strlen ("/" RN_BINDIR));

      return g_build_filename (prefix, RN_LOCALEDIR, NULL);
    }
  return g_build_filename (folder, "..", "po", NULL);
}

char *
rn_places_get_runs (void)
{
  return g_build_filename (g_get_user_data_dir (), "residua", "runs", NULL);
}
