#include "formats/model-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "compute/memory.h"
#include "formats/deduce.h"
#include "formats/hints.h"
#include "formats/model-metadata.h"
#include "formats/names.h"
#include "residua/error.h"

#define BAND_FLOATS ((gsize) 64 * 1024)

/* Writing */

static gsize
n_pixels (const RnPreprocess *preprocess)
{
  return (gsize) preprocess->side * (gsize) preprocess->side * (gsize) preprocess->channels;
}

static void
add_metadata (const char *key, const char *value, gpointer writer)
{
  rn_safetensors_writer_add_metadata (writer, key, value);
}

void
rn_model_file_add_metadata (RnSafetensorsWriter *writer, const RnModel *model, gint64 step)
{
  rn_safetensors_writer_add_metadata (writer, "format", "pt");
  rn_model_metadata_foreach (model, step, add_metadata, writer);
}

static void
fill_parameter (void *values, gconstpointer source, gconstpointer how)
{
  rn_parameter_to_file_order (how, values, source);
}

static gboolean
is_learned (const RnParameter *parameter)
{
  return parameter->kind != RN_PARAMETER_MEAN && parameter->kind != RN_PARAMETER_VARIANCE;
}

void
rn_model_file_add_parameters (RnSafetensorsWriter *writer, const RnParameters *parameters,
                              const float *arena, const char *prefix, gboolean learned)
{
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];
      g_autofree char *name = g_strconcat (prefix, parameter->name, NULL);
      gint64 dims[4];

      if (learned && !is_learned (parameter))
        continue;
      for (int j = 0; j < parameter->n_dims; j++)
        dims[j] = parameter->dims[j];
      rn_safetensors_writer_add (writer, name, RN_DTYPE_F32, parameter->n_dims, dims,
                                 fill_parameter, arena + parameter->offset, parameter);
    }
}

static RnSafetensorsWriter *
make_writer (const RnModel *model)
{
  RnSafetensorsWriter *writer = rn_safetensors_writer_new ();

  rn_model_file_add_metadata (writer, model, rn_model_get_step (model));
  rn_model_file_add_parameters (writer, rn_model_get_parameters (model), rn_model_get_arena (model),
                                "", FALSE);
  return writer;
}

gboolean
rn_model_file_write (const RnModel *model, const char *path, RnProgressFunc progress,
                     gpointer user_data, GError **error)
{
  g_autoptr (RnSafetensorsWriter) writer = make_writer (model);

  return rn_safetensors_writer_save (writer, path, progress, user_data, error);
}

gboolean
rn_model_save (const RnModel *model, const char *path, GError **error)
{
  return rn_model_file_write (model, path, NULL, NULL, error);
}

guint64
rn_model_file_get_size (const RnModel *model)
{
  g_autoptr (RnSafetensorsWriter) writer = make_writer (model);

  return rn_safetensors_writer_get_size (writer);
}

/* Reading tensors */

static gboolean
check_shape (const RnTensorFile *file, const RnStoredTensor *tensor, const RnParameter *parameter,
             GError **error)
{
  gboolean same = tensor->n_dims == parameter->n_dims;
  gint64 dims[4];
  g_autofree char *found = NULL, *wanted = NULL;

  for (int i = 0; i < parameter->n_dims; i++)
    {
      dims[i] = parameter->dims[i];
      same = same && tensor->dims[i] == dims[i];
    }
  if (same)
    return TRUE;
  found = rn_tensor_shape_to_string (tensor->n_dims, tensor->dims);
  wanted = rn_tensor_shape_to_string (parameter->n_dims, dims);
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“%s”: tensor “%s” has shape %s where the network needs %s"), file->path,
               tensor->name, found, wanted);
  return FALSE;
}

/* Every tensor that the network needs is there and fits. */
static gboolean
check_needed (const RnTensorFile *file, const RnParameters *parameters, GHashTable *tensors,
              const char *prefix, gboolean learned, GError **error)
{
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];
      g_autofree char *name = g_strconcat (prefix, parameter->name, NULL);
      const RnStoredTensor *tensor = g_hash_table_lookup (tensors, name);

      if (learned && !is_learned (parameter))
        continue;
      if (tensor == NULL)
        {
          gint64 dims[4] = { parameter->dims[0], parameter->dims[1], parameter->dims[2],
                             parameter->dims[3] };
          g_autofree char *wanted = rn_tensor_shape_to_string (parameter->n_dims, dims);

          g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                       _ ("“%s” has no tensor “%s”, of shape %s, that the network needs"),
                       file->path, name, wanted);
          return FALSE;
        }
      if (!check_shape (file, tensor, parameter, error))
        return FALSE;
    }
  return TRUE;
}

/* Every tensor of the file is one that the network has. In the file's order, so that the first is named. */
static gboolean
check_extra (const RnTensorFile *file, const RnParameters *parameters, gboolean ours,
             GError **error)
{
  for (guint i = 0; i < file->tensors->len; i++)
    {
      const RnStoredTensor *tensor = &g_array_index (file->tensors, RnStoredTensor, i);
      g_autofree char *name = ours ? g_strdup (tensor->name) : rn_names_translate (tensor->name);
      g_autofree char *shape = NULL;

      if (name == NULL || (ours && g_str_has_prefix (name, RN_TRAIN_PREFIX)) ||
          (ours && g_str_has_suffix (name, ".num_batches_tracked")) ||
          rn_parameters_find (parameters, name) != NULL)
        continue;
      shape = rn_tensor_shape_to_string (tensor->n_dims, tensor->dims);
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("“%s”: tensor “%s”, of shape %s, has no place in the network"), file->path,
                   tensor->name, shape);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_variance (const RnTensorFile *file, const RnStoredTensor *tensor, const float *values,
                GError **error)
{
  for (guint64 i = 0; i < tensor->count; i++)
    if (values[i] < 0.0f)
      {
        g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                     _ ("“%s”: tensor “%s” holds a negative variance at position %llu"), file->path,
                     tensor->name, (unsigned long long) i);
        return FALSE;
      }
  return TRUE;
}

/* Filters of more than a pixel, from the file's order to the arena's, so many at a time that the second cache holds them */
static gboolean
read_filters (const RnTensorFile *file, const RnStoredTensor *tensor, const RnParameter *parameter,
              float *arena, GError **error)
{
  const gsize n = (gsize) parameter->dims[0], filter = parameter->count / n;
  const gsize most = tensor->is_strided ? n : CLAMP (BAND_FLOATS / filter, 1, n);
  g_autofree float *band = g_try_malloc_n (most * filter, sizeof *band);

  if (band == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory to read tensor “%s” of “%s”"), tensor->name, file->path);
      return FALSE;
    }
  for (gsize first = 0; first < n; first += most)
    {
      RnParameter part = *parameter;

      part.dims[0] = (int) MIN (most, n - first);
      if (!(tensor->is_strided ? rn_tensor_file_read_floats (file, tensor, band, error)
                               : rn_tensor_file_read_part (file, tensor, band, first * filter,
                                                           (gsize) part.dims[0] * filter, error)))
        return FALSE;
      rn_parameter_from_file_order (&part, arena + first * filter, band);
    }
  return TRUE;
}

static gboolean
read_parameter (const RnTensorFile *file, const RnStoredTensor *tensor,
                const RnParameter *parameter, float *values, GError **error)
{
  if (parameter->kind == RN_PARAMETER_FILTER && parameter->dims[2] * parameter->dims[3] > 1)
    return read_filters (file, tensor, parameter, values, error);
  return rn_tensor_file_read_floats (file, tensor, values, error) &&
         (parameter->kind != RN_PARAMETER_VARIANCE || check_variance (file, tensor, values, error));
}

static gboolean
read_parameters (const RnTensorFile *file, const RnParameters *parameters, GHashTable *tensors,
                 const char *prefix, gboolean learned, float *arena, GError **error)
{
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];
      g_autofree char *name = g_strconcat (prefix, parameter->name, NULL);

      if (learned && !is_learned (parameter))
        continue;
      if (!read_parameter (file, g_hash_table_lookup (tensors, name), parameter,
                           arena + parameter->offset, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rn_model_file_read_parameters (const RnTensorFile *file, const RnParameters *parameters,
                               const char *prefix, gboolean learned, float *arena, GError **error)
{
  return check_needed (file, parameters, file->by_name, prefix, learned, error) &&
         read_parameters (file, parameters, file->by_name, prefix, learned, arena, error);
}

/* Reading what our own metadata say */

void
rn_model_description_clear (RnModelDescription *description)
{
  g_clear_pointer (&description->spec, rn_spec_free);
  g_clear_pointer (&description->classes, g_strfreev);
  rn_preprocess_clear (&description->preprocess);
}

static gboolean
fail (const RnTensorFile *file, const char *key, GError **error)
{
  const char *value = rn_tensor_file_get_metadata (file, key);
  g_autofree char *shown = value == NULL ? NULL : rn_json_quote (value);

  if (value == NULL)
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("“%s”: its metadata have no “%s”"),
                 file->path, key);
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                 _ ("“%s”: its metadata have “%s” of “%s”, which is not understood"), file->path,
                 key, shown);
  return FALSE;
}

static gboolean
read_classes (const RnTensorFile *file, RnModelDescription *description, GError **error)
{
  const char *text = rn_tensor_file_get_metadata (file, "residua.classes");
  g_autofree char *where = g_strconcat (file->path, ": residua.classes", NULL);
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array;

  if (text == NULL)
    return TRUE;
  root = rn_json_parse (text, -1, where, error);
  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_ARRAY (root))
    return fail (file, "residua.classes", error);
  array = json_node_get_array (root);
  if (json_array_get_length (array) != (guint) rn_spec_get_classes (description->spec))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("“%s” has %u class names for a network of %d classes"), file->path,
                   json_array_get_length (array), rn_spec_get_classes (description->spec));
      return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return fail (file, "residua.classes", error);
      g_ptr_array_add (names, json_node_dup_string (node));
    }
  g_ptr_array_add (names, NULL);
  description->classes = (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
  return TRUE;
}

/* @lowest: what every value is over */
static gboolean
read_floats (const RnJsonReader *reader, const char *key, int n, double lowest, float *values,
             GError **error)
{
  JsonArray *array;

  if (!rn_json_reader_get_array (reader, key, 3, &array, error))
    return FALSE;
  if (json_array_get_length (array) == (guint) n)
    {
      int i = 0;

      for (; i < n; i++)
        {
          JsonNode *node = json_array_get_element (array, (guint) i);
          const GType type =
              JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

          if (type != G_TYPE_DOUBLE && type != G_TYPE_INT64)
            break;
          values[i] = (float) json_node_get_double (node);
          if (!isfinite (values[i]) || (double) values[i] <= lowest)
            break;
        }
      if (i == n)
        return TRUE;
    }
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("%s: “%s” is not a list of %d fitting numbers"),
               reader->where, key, n);
  return FALSE;
}

static gboolean
read_pixel_mean (const RnTensorFile *file, RnPreprocess *preprocess, GError **error)
{
  const char *text = rn_tensor_file_get_metadata (file, "residua.pixel_mean");
  const gsize n = n_pixels (preprocess);
  g_autofree guchar *bytes = NULL;
  gsize length;

  if (text == NULL)
    return TRUE;
  bytes = g_base64_decode (text, &length);
  if (length != n * sizeof (float))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s”: residua.pixel_mean has %zu bytes and not %zu"), file->path, length,
                   n * sizeof (float));
      return FALSE;
    }
  preprocess->pixel_mean = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, bytes + i * sizeof bits, sizeof bits);
      bits = GUINT32_FROM_LE (bits);
      memcpy (&preprocess->pixel_mean[i], &bits, sizeof bits);
      if (!isfinite (preprocess->pixel_mean[i]))
        {
          g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                       _ ("“%s”: residua.pixel_mean holds NaN or infinity at position %zu"),
                       file->path, i);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_preprocess (const RnTensorFile *file, RnModelDescription *description, GError **error)
{
  static const char *const keys[] = { "side", "channels", "mean", "std", NULL };
  const char *text = rn_tensor_file_get_metadata (file, "residua.preprocess");
  const int side = rn_spec_get_side (description->spec),
            channels = rn_spec_get_channels (description->spec);
  g_autofree char *where = g_strconcat (file->path, ": residua.preprocess", NULL);
  g_autoptr (JsonNode) root = NULL;
  RnJsonReader reader;
  gint64 number;

  if (text == NULL)
    return fail (file, "residua.preprocess", error);
  root = rn_json_parse (text, -1, where, error);
  if (root == NULL || !rn_json_reader_init (&reader, root, where, NULL, error) ||
      !rn_json_reader_check_keys (&reader, keys, error) ||
      !rn_json_reader_get_int (&reader, "side", side, side, &number, error) ||
      !rn_json_reader_get_int (&reader, "channels", channels, channels, &number, error))
    return FALSE;
  description->preprocess.side = side;
  description->preprocess.channels = channels;
  return read_floats (&reader, "mean", channels, -G_MAXDOUBLE, description->preprocess.mean,
                      error) &&
         read_floats (&reader, "std", channels, 0.0, description->preprocess.std, error) &&
         read_pixel_mean (file, &description->preprocess, error);
}

gboolean
rn_model_description_read (const RnTensorFile *file, RnModelDescription *description,
                           GError **error)
{
  const char *version = rn_tensor_file_get_metadata (file, "residua.version");
  const char *spec = rn_tensor_file_get_metadata (file, "residua.spec");
  const char *step = rn_tensor_file_get_metadata (file, "residua.step");
  const char *epsilon = rn_tensor_file_get_metadata (file, "residua.epsilon");
  g_autofree char *where = g_strconcat (file->path, ": residua.spec", NULL);
  guint64 whole;

  if (strcmp (version, RN_METADATA_VERSION) != 0)
    {
      g_autofree char *shown = rn_json_quote (version);

      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” is of version “%s”; this program reads version %s"), file->path, shown,
                   RN_METADATA_VERSION);
      return FALSE;
    }
  if (spec == NULL)
    return fail (file, "residua.spec", error);
  description->spec = rn_spec_from_json (spec, -1, where, error);
  if (description->spec == NULL || !read_classes (file, description, error) ||
      !read_preprocess (file, description, error))
    return FALSE;
  if (epsilon == NULL || !rn_number_parse (epsilon, strlen (epsilon), &description->epsilon) ||
      description->epsilon <= 0.0)
    return fail (file, "residua.epsilon", error);
  description->step = -1;
  if (step == NULL || strcmp (step, "-1") == 0)
    return TRUE;
  if (!rn_number_parse_whole (step, strlen (step), &whole) || whole > G_MAXINT64)
    return fail (file, "residua.step", error);
  description->step = (gint64) whole;
  return TRUE;
}

/* Files of others */

static gboolean
read_foreign (const RnTensorFile *file, GHashTable *tensors, const RnModelHints *hints,
              RnModelDescription *description, RnModelGuess *guesses, GError **error)
{
  /* Akamaster's ResNets for CIFAR have this head, and option A; they were trained with ImageNet's mean. */
  const gboolean is_linear = rn_names_has_linear (file);

  description->spec = rn_deduce_spec (tensors, file->path, hints, error);
  if (description->spec == NULL)
    return FALSE;
  description->step = -1;
  return rn_hints_apply (hints, description->spec, is_linear, &description->preprocess,
                         &description->epsilon, &description->classes, guesses, error);
}

/* Memory for the numbers is asked for when the file is known to hold them. */
static RnModel *
read_described (const RnTensorFile *file, GHashTable *tensors,
                const RnModelDescription *description, gboolean ours, GError **error)
{
  g_autoptr (RnLayout) layout = rn_layout_new (description->spec, 0, 0);
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  float *arena;

  if (!check_needed (file, parameters, tensors, "", FALSE, error) ||
      !check_extra (file, parameters, ours, error))
    return NULL;
  arena = rn_floats_new (parameters->n_floats);
  if (arena == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory for the %zu parameters of “%s”"), parameters->n_floats,
                   file->path);
      return NULL;
    }
  if (!read_parameters (file, parameters, tensors, "", FALSE, arena, error))
    {
      rn_floats_free (arena);
      return NULL;
    }
  return rn_model_new_take (description->spec, arena, (const char *const *) description->classes,
                            &description->preprocess, description->epsilon, description->step,
                            error);
}

RnModel *
rn_model_file_read (const RnTensorFile *file, const RnModelHints *hints, RnModelGuess *guesses,
                    GError **error)
{
  const gboolean ours = rn_tensor_file_get_metadata (file, "residua.version") != NULL;
  g_autoptr (GHashTable) tensors =
      ours ? g_hash_table_ref (file->by_name) : rn_names_map (file, error);
  RnModelDescription description = { NULL };
  RnModelGuess unasked = 0;
  RnModel *model = NULL;

  if (tensors == NULL)
    return NULL;
  if (ours ? rn_model_description_read (file, &description, error)
           : read_foreign (file, tensors, hints, &description, guesses != NULL ? guesses : &unasked,
                           error))
    model = read_described (file, tensors, &description, ours, error);
  rn_model_description_clear (&description);
  return model;
}
