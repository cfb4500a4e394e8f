#include "places.h"

#include <string.h>

#define EXAMPLE "resnet20-sample.safetensors"

/* Returns: (transfer full): the folder of the running program; NULL where the system does not tell */
static char *
program_folder (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL ? g_path_get_dirname (program) : NULL;
}

/* @installed: below the prefix; @built: from the folder of the program in the build folder. Both move with the program. */
static char *
find (const char *installed, const char *built)
{
  g_autofree char *folder = program_folder ();

  if (folder == NULL)
    return g_build_filename (RN_PREFIX, installed, NULL);
  if (g_str_has_suffix (folder, "/" RN_BINDIR))
    {
      g_autofree char *prefix = g_strndup (folder, strlen (folder) - strlen ("/" RN_BINDIR));

      return g_build_filename (prefix, installed, NULL);
    }
  return g_build_filename (folder, "..", built, NULL);
}

char *
rn_places_get_locale (void)
{
  const char *wish = g_getenv ("RESIDUA_LOCALEDIR");

  return wish != NULL ? g_strdup (wish) : find (RN_LOCALEDIR, "po");
}

char *
rn_places_get_example (void)
{
  return find (RN_DATADIR "/residua/models/" EXAMPLE, "data/" EXAMPLE);
}

char *
rn_places_get_runs (void)
{
  return g_build_filename (g_get_user_data_dir (), "residua", "runs", NULL);
}

char *
rn_places_get_sketches (void)
{
  return g_build_filename (g_get_user_data_dir (), "residua", "sketches", NULL);
}

char *
rn_places_get_experiments (void)
{
  return g_build_filename (g_get_user_data_dir (), "residua", "experiments", NULL);
}
