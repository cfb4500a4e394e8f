#include "formats/names.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "residua/error.h"

static const char *
skip_prefixes (const char *name)
{
  static const char *const prefixes[] = { "module.",    "model.", "state_dict.", "backbone.",
                                          "_orig_mod.", "net.",   "network.",    "resnet." };
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

/* "convolution.weight" after a convolution's name, "normalization.bias" after a batch-norm's */
static char *
translate_part (const char *owner, const char *conv, const char *norm, const char *rest)
{
  if (g_str_has_prefix (rest, "convolution."))
    return g_strconcat (owner, conv, strchr (rest, '.'), NULL);
  if (g_str_has_prefix (rest, "normalization."))
    return g_strconcat (owner, norm, strchr (rest, '.'), NULL);
  return NULL;
}

/* Hugging Face's names: "embedder.embedder.convolution.weight",
 * "encoder.stages.0.layers.1.layer.0.normalization.bias", "encoder.stages.1.layers.0.shortcut.convolution.weight"
 */
static char *
translate_stages (const char *name)
{
  static const char stem[] = "embedder.embedder.";
  guint stage, block, layer;
  int length = 0;
  g_autofree char *owner = NULL, *conv = NULL, *norm = NULL;

  if (g_str_has_prefix (name, stem))
    return translate_part ("", "conv1", "bn1", name + strlen (stem));
  if (sscanf (name, "encoder.stages.%3u.layers.%5u.%n", &stage, &block, &length) != 2 ||
      length == 0)
    return NULL;
  owner = g_strdup_printf ("layer%u.%u.", stage + 1, block);
  name += length;
  if (g_str_has_prefix (name, "shortcut."))
    return translate_part (owner, "downsample.0", "downsample.1", name + strlen ("shortcut."));
  length = 0;
  if (sscanf (name, "layer.%2u.%n", &layer, &length) != 1 || length == 0)
    return NULL;
  conv = g_strdup_printf ("conv%u", layer + 1);
  norm = g_strdup_printf ("bn%u", layer + 1);
  return translate_part (owner, conv, norm, name + length);
}

char *
rn_names_translate (const char *name)
{
  static const char *const heads[] = { "linear.", "classifier.1.", "classifier." };
  const char *shortcut;
  char *translated;

  name = skip_prefixes (name);
  if (g_str_has_suffix (name, "num_batches_tracked"))
    return NULL;
  translated = translate_stages (name);
  if (translated != NULL)
    return translated;
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_has_prefix (name, heads[i]))
      return g_strconcat ("fc.", name + strlen (heads[i]), NULL);
  shortcut = strstr (name, ".shortcut.");
  if (shortcut != NULL)
    return g_strdup_printf ("%.*s.downsample.%s", (int) (shortcut - name), name,
                            shortcut + strlen (".shortcut."));
  return g_strdup (name);
}

GHashTable *
rn_names_map (const RnTensorFile *file, GError **error)
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

gboolean
rn_names_has_linear (const RnTensorFile *file)
{
  for (guint i = 0; i < file->tensors->len; i++)
    if (g_str_has_prefix (skip_prefixes (g_array_index (file->tensors, RnStoredTensor, i).name),
                          "linear."))
      return TRUE;
  return FALSE;
}
