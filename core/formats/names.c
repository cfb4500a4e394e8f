#include "formats/names.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

static const char *
skip_prefixes (const char *name)
{
  static const char *const prefixes[] = { "module.", "model.", "state_dict." };
  guint i = 0;

  while (i < G_N_ELEMENTS (prefixes))
    if (g_str_has_prefix (name, prefixes[i]))
      {
        name += strlen (prefixes[i]);
        i = 0;
      }
    else
      i++;
  return name;
}

char *
rn_names_translate (const char *name)
{
  const char *shortcut;

  name = skip_prefixes (name);
  if (g_str_has_suffix (name, "num_batches_tracked"))
    return NULL;
  if (g_str_has_prefix (name, "linear."))
    return g_strconcat ("fc.", name + strlen ("linear."), NULL);
  shortcut = strstr (name, ".shortcut.");
  if (shortcut != NULL)
    return g_strdup_printf ("%.*s.downsample.%s", (int) (shortcut - name), name,
                            shortcut + strlen (".shortcut."));
  return g_strdup (name);
}

GHashTable *
rn_names_map (const RnSafetensors *file, GError **error)
{
  g_autoptr (GHashTable) map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < file->tensors->len; i++)
    {
      RnStoredTensor *tensor = &g_array_index (file->tensors, RnStoredTensor, i);
      g_autofree char *name = rn_names_translate (tensor->name);
      const RnStoredTensor *other = name == NULL ? NULL : g_hash_table_lookup (map, name);

      if (name == NULL)
        continue;
      if (other != NULL)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                       _ ("“%s”: tensors “%s” and “%s” both mean “%s”"), file->path, other->name,
                       tensor->name, name);
          return NULL;
        }
      g_hash_table_insert (map, g_steal_pointer (&name), tensor);
    }
  return g_steal_pointer (&map);
}
