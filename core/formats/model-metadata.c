#include "formats/model-metadata.h"

#include <string.h>

#include "base/json-print.h"
#include "base/number.h"

static void
append_floats (GString *json, const char *key, const float *values, int n)
{
  char text[RN_NUMBER_SIZE];

  g_string_append_printf (json, "\"%s\":[", key);
  for (int i = 0; i < n; i++)
    g_string_append_printf (json, "%s%s", i == 0 ? "" : ",",
                            rn_number_print_float (text, values[i]));
  g_string_append_c (json, ']');
}

static char *
preprocess_to_json (const RnPreprocess *preprocess)
{
  GString *json = g_string_new (NULL);

  g_string_append_printf (json, "{\"side\":%d,\"channels\":%d,", preprocess->side,
                          preprocess->channels);
  append_floats (json, "mean", preprocess->mean, preprocess->channels);
  g_string_append_c (json, ',');
  append_floats (json, "std", preprocess->std, preprocess->channels);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static gsize
n_pixels (const RnPreprocess *preprocess)
{
  return (gsize) preprocess->side * (gsize) preprocess->side * (gsize) preprocess->channels;
}

/* Little-endian float32 in base 64 */
static char *
pixel_mean_to_text (const RnPreprocess *preprocess)
{
  const gsize n = n_pixels (preprocess);
  g_autofree guint32 *bits = g_new (guint32, n);

  memcpy (bits, preprocess->pixel_mean, n * sizeof *bits);
  for (gsize i = 0; i < n; i++)
    bits[i] = GUINT32_TO_LE (bits[i]);
  return g_base64_encode ((const guchar *) bits, n * sizeof *bits);
}

void
rn_model_metadata_foreach (const RnModel *model, gint64 step, RnMetadataFunc func,
                           gpointer user_data)
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const char *const *classes = rn_model_get_classes (model);
  g_autofree char *spec_json = rn_spec_to_json (rn_model_get_spec (model));
  g_autofree char *preprocess_json = preprocess_to_json (preprocess);
  g_autofree char *step_text = g_strdup_printf ("%" G_GINT64_FORMAT, step);
  char epsilon[RN_NUMBER_SIZE];

  func ("residua.version", RN_METADATA_VERSION, user_data);
  func ("residua.spec", spec_json, user_data);
  if (classes != NULL)
    {
      g_autoptr (GString) json = g_string_new (NULL);

      rn_json_print_strings (json, classes);
      func ("residua.classes", json->str, user_data);
    }
  func ("residua.preprocess", preprocess_json, user_data);
  if (preprocess->pixel_mean != NULL)
    {
      g_autofree char *pixels = pixel_mean_to_text (preprocess);

      func ("residua.pixel_mean", pixels, user_data);
    }
  func ("residua.step", step_text, user_data);
  func ("residua.epsilon", rn_number_print (epsilon, rn_model_get_epsilon (model)), user_data);
}
