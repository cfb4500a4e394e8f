#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "compute/memory.h"
#include "formats/export.h"
#include "network/model.h"
#include "residua/error.h"

/* The way back of c-source.c, for the check after an export: just the arrays, in the order in which they are written. */

#define MAX_FILE ((gsize) 256 << 20)
#define LANES 16

typedef struct
{
  const char *path;
  const char *at; /* NUL-terminated */
} Reader;

static gboolean
fail (const Reader *reader, const char *name, GError **error)
{
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s”, read back, does not hold the numbers of “%s”"), reader->path, name);
  return FALSE;
}

/* The next array: it is called @name and has @count numbers. */
static gboolean
read_array (Reader *reader, const char *name, float *values, gsize count, GError **error)
{
  g_autofree char *head = g_strdup_printf ("static const float %s[%zu] = {", name, count);

  reader->at = strstr (reader->at, head);
  if (reader->at == NULL)
    return fail (reader, name, error);
  reader->at += strlen (head);
  for (gsize i = 0; i < count; i++)
    {
      gsize length;
      double value;

      reader->at += strspn (reader->at, " \n,");
      length = strspn (reader->at, "0123456789.e+-");
      if (!rn_number_parse (reader->at, length, &value))
        return fail (reader, name, error);
      values[i] = (float) value;
      reader->at += length;
      if (*reader->at == 'f')
        reader->at++;
    }
  reader->at += strspn (reader->at, " \n");
  return *reader->at == '}' || fail (reader, name, error);
}

static gsize
pad_up (int channels)
{
  return ((gsize) channels + LANES - 1) / LANES * LANES;
}

/* filter [K,RS,C] and bias [K] of the layer called @name */
static gboolean
read_layer (Reader *reader, const char *name, float *filter, float *bias, int k_n, gsize rs_c,
            GError **error)
{
  g_autofree char *weight_name = g_strdelimit (g_strconcat (name, "_weight", NULL), ".", '_');
  g_autofree char *bias_name = g_strdelimit (g_strconcat (name, "_bias", NULL), ".", '_');
  g_autofree float *packed = g_try_new (float, pad_up (k_n) * rs_c);
  g_autofree float *padded = g_new (float, pad_up (k_n));

  if (packed == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory to read “%s” back"),
                   reader->path);
      return FALSE;
    }
  if (!read_array (reader, weight_name, packed, pad_up (k_n) * rs_c, error) ||
      !read_array (reader, bias_name, padded, pad_up (k_n), error))
    return FALSE;
  for (gsize k = 0; k < (gsize) k_n; k++)
    for (gsize i = 0; i < rs_c; i++)
      filter[k * rs_c + i] = packed[(k / LANES * rs_c + i) * LANES + k % LANES];
  memcpy (bias, padded, (gsize) k_n * sizeof *bias);
  return TRUE;
}

static float *
place_of (const RnParameters *parameters, float *arena, int conv, RnParameterKind kind)
{
  return arena + rn_parameters_get (parameters, conv, kind)->offset;
}

static gboolean
read_numbers (Reader *reader, const RnModel *model, float *arena, GError **error)
{
  const RnLayout *layout = rn_model_get_layout (model);
  const RnParameters *parameters = rn_model_get_parameters (model);

  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];
      float *gamma = place_of (parameters, arena, i, RN_PARAMETER_GAMMA);
      float *variance = place_of (parameters, arena, i, RN_PARAMETER_VARIANCE);

      if (!read_layer (reader, conv->conv_name,
                       place_of (parameters, arena, i, RN_PARAMETER_FILTER),
                       place_of (parameters, arena, i, RN_PARAMETER_BETA), conv->out_c,
                       (gsize) (conv->kernel * conv->kernel) * (gsize) conv->in_c, error))
        return FALSE;
      for (int k = 0; k < conv->out_c; k++)
        gamma[k] = variance[k] = 1.0f;
    }
  return read_layer (reader, "fc", place_of (parameters, arena, -1, RN_PARAMETER_FC_WEIGHT),
                     place_of (parameters, arena, -1, RN_PARAMETER_FC_BIAS), layout->classes,
                     (gsize) layout->out_c, error);
}

/* The file normalises as @model does. */
static gboolean
check_preprocess (Reader *reader, const RnPreprocess *preprocess, GError **error)
{
  const gsize channels = (gsize) preprocess->channels;
  const gsize n = preprocess->pixel_mean == NULL
                      ? channels
                      : channels * (gsize) preprocess->side * (gsize) preprocess->side;
  const float *mean = preprocess->pixel_mean == NULL ? preprocess->mean : preprocess->pixel_mean;
  g_autofree float *read = g_new (float, n);

  if (!read_array (reader, "mean", read, n, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (read[i] != mean[i])
      return fail (reader, "mean", error);
  if (!read_array (reader, "deviation", read, channels, error))
    return FALSE;
  for (gsize i = 0; i < channels; i++)
    if (read[i] != preprocess->std[i])
      return fail (reader, "deviation", error);
  return TRUE;
}

RnModel *
rn_c_source_read (const char *path, const RnModel *model, GError **error)
{
  g_autoptr (GBytes) bytes = rn_file_read (path, MAX_FILE, error);
  g_autofree char *text = NULL;
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  Reader reader = { path, NULL };
  float *arena;

  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  reader.at = text;
  arena = rn_floats_new (rn_model_get_parameters (model)->n_floats);
  if (arena == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory to read “%s” back"),
                   path);
      return NULL;
    }
  if (!check_preprocess (&reader, preprocess, error) ||
      !read_numbers (&reader, model, arena, error))
    {
      rn_floats_free (arena);
      return NULL;
    }
  /* so small an epsilon leaves a variance of 1 what it is */
  return rn_model_new_take (rn_model_get_spec (model), arena, rn_model_get_classes (model),
                            preprocess, G_MINDOUBLE, -1, error);
}
