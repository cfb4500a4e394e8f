#include "remembered.h"

#include <glib/gstdio.h>
#include <string.h>

#include "application.h"
#include "places.h"
#include "residua-resources.h"

#define SCHEMA_RESOURCE "/io/github/residua/Residua/gschemas.compiled"
#define DEFAULT_EPOCHS 15.0
#define MAX_DATA 8

/* Unpacks the schema to a new folder below @above, for as long as it takes to open it: GSettings opens folders only. */
static GSettingsSchema *
unpack_schema (const char *above)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (residua_get_resource (), SCHEMA_RESOURCE,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *folder = g_build_filename (above, "residua-schema-XXXXXX", NULL);
  g_autofree char *file = NULL;
  g_autoptr (GSettingsSchemaSource) source = NULL;

  if (bytes == NULL || g_mkdir_with_parents (above, 0700) != 0 || g_mkdtemp (folder) == NULL)
    return NULL;
  file = g_build_filename (folder, "gschemas.compiled", NULL);
  if (g_file_set_contents (file, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                           NULL))
    source = g_settings_schema_source_new_from_directory (folder,
                                                          g_settings_schema_source_get_default (),
                                                          TRUE, NULL);
  g_unlink (file);
  g_rmdir (folder);
  return source != NULL ? g_settings_schema_source_lookup (source, RN_APPLICATION_ID, FALSE) : NULL;
}

GSettings *
rn_remembered (void)
{
  static GSettings *settings;
  static gsize is_made;

  if (g_once_init_enter (&is_made))
    {
      const char *const folders[] = { g_get_user_runtime_dir (), g_get_tmp_dir (),
                                      g_get_user_cache_dir () };
      g_autoptr (GSettingsSchema) schema = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (folders) && schema == NULL; i++)
        schema = unpack_schema (folders[i]);
      if (schema != NULL)
        settings = g_settings_new_full (schema, NULL, NULL);
      g_once_init_leave (&is_made, 1);
    }
  return settings;
}

void
rn_remembered_get_training (GSettings *remembered, RnSettings *settings, double *epochs,
                            guint *choices)
{
  g_autofree char *text =
      remembered != NULL ? g_settings_get_string (remembered, "training") : NULL;

  *epochs = remembered != NULL ? g_settings_get_double (remembered, "epochs") : DEFAULT_EPOCHS;
  *choices = remembered != NULL ? g_settings_get_flags (remembered, "choices") : 0;
  if (text != NULL && text[0] != '\0' &&
      rn_settings_from_json (settings, text, (gssize) strlen (text), "training", NULL, NULL,
                             NULL) &&
      rn_settings_check (settings, NULL))
    return;
  rn_settings_init (settings);
  *choices = 0;
}

void
rn_remembered_set_training (GSettings *remembered, const RnSettings *settings, double epochs,
                            guint choices)
{
  g_autofree char *text = rn_settings_to_json (settings, NULL, NULL);

  if (remembered == NULL)
    return;
  g_settings_set_string (remembered, "training", text);
  g_settings_set_flags (remembered, "choices", choices);
  g_settings_set_double (remembered, "epochs", CLAMP (epochs, 0.1, 10000.0));
}

char *
rn_remembered_get_runs_folder (GSettings *remembered)
{
  g_autofree char *folder =
      remembered != NULL ? g_settings_get_string (remembered, "runs-folder") : NULL;

  return folder != NULL && g_path_is_absolute (folder) ? g_steal_pointer (&folder)
                                                       : rn_places_get_runs ();
}

/* Another program may have written the setting: what does not belong is left out. */
static void
add_path (GStrvBuilder *paths, guint *n, const char *path)
{
  if (*n == MAX_DATA || !g_path_is_absolute (path))
    return;
  g_strv_builder_add (paths, path);
  (*n)++;
}

GStrv
rn_remembered_get_data (GSettings *remembered)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) stored =
      remembered != NULL ? g_settings_get_strv (remembered, "recent-data") : NULL;
  guint n = 0;

  for (int i = 0; stored != NULL && stored[i] != NULL; i++)
    add_path (paths, &n, stored[i]);
  return g_strv_builder_end (paths);
}

void
rn_remembered_note_data (GSettings *remembered, const char *path)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) before = rn_remembered_get_data (remembered), after = NULL;
  guint n = 0;

  g_return_if_fail (path != NULL);

  if (remembered == NULL || !g_path_is_absolute (path) || !g_utf8_validate (path, -1, NULL) ||
      g_strcmp0 (before[0], path) == 0)
    return;
  add_path (paths, &n, path);
  for (int i = 0; before[i] != NULL; i++)
    if (!g_str_equal (before[i], path))
      add_path (paths, &n, before[i]);
  after = g_strv_builder_end (paths);
  g_settings_set_strv (remembered, "recent-data", (const char *const *) after);
}

void
rn_remembered_clear_data (GSettings *remembered)
{
  if (remembered != NULL)
    g_settings_reset (remembered, "recent-data");
}
