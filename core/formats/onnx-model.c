#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "compute/memory.h"
#include "formats/deduce.h"
#include "formats/hints.h"
#include "formats/model-file.h"
#include "formats/onnx-graph.h"
#include "formats/onnx.h"
#include "residua/error.h"

/* Standard deviations over this are on the scale where white is 255. */
#define LARGEST_STD 2.0

typedef struct
{
  const RnOnnx *onnx;
  const RnOnnxNetwork *network;
  const RnParameters *parameters;
  double epsilon;
  float *arena;
  float *scratch; /* of the largest parameter */
  GError **error;
} Filling;

static gboolean
read_floats (const Filling *filling, const RnStoredTensor *tensor, float *values)
{
  return rn_tensor_file_read_floats (filling->onnx->file, tensor, values, filling->error);
}

static void
fill (float *values, gsize n, float value)
{
  for (gsize i = 0; i < n; i++)
    values[i] = value;
}

static gboolean
check_variance (const Filling *filling, const RnStoredTensor *tensor, const float *values)
{
  for (guint64 i = 0; i < tensor->count; i++)
    if (values[i] < 0.0f)
      {
        g_set_error (filling->error, RN_ERROR, RN_ERROR_FORMAT,
                     _ ("“%s”: tensor “%s” holds a negative variance at position %llu"),
                     filling->onnx->file->path, tensor->name, (unsigned long long) i);
        return FALSE;
      }
  return TRUE;
}

/* A batch-norm that was folded into its convolution comes back as one that does nothing but add the bias:
 * y = 1 (x - 0) / sqrt (1 - eps + eps) + bias.
 */
static gboolean
fill_folded (const Filling *filling, const RnOnnxConv *conv, float *const norm[4], gsize n)
{
  fill (norm[0], n, 1.0f);
  fill (norm[1], n, 0.0f);
  fill (norm[2], n, 0.0f);
  fill (norm[3], n, (float) (1.0 - filling->epsilon));
  return conv->bias == NULL || read_floats (filling, conv->bias, norm[1]);
}

/* A bias before a batch-norm is taken from its mean: (x + bias) - mean = x - (mean - bias). */
static gboolean
fill_norm (const Filling *filling, const RnOnnxConv *conv, float *const norm[4], gsize n)
{
  for (int i = 0; i < 4; i++)
    if (!read_floats (filling, conv->norm[i], norm[i]))
      return FALSE;
  if (!check_variance (filling, conv->norm[3], norm[3]))
    return FALSE;
  if (conv->bias == NULL)
    return TRUE;
  if (!read_floats (filling, conv->bias, filling->scratch))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    norm[2][i] -= filling->scratch[i];
  return TRUE;
}

static gboolean
fill_conv (const Filling *filling, int index)
{
  static const RnParameterKind kinds[] = { RN_PARAMETER_GAMMA, RN_PARAMETER_BETA, RN_PARAMETER_MEAN,
                                           RN_PARAMETER_VARIANCE };
  const RnOnnxConv *conv = &g_array_index (filling->network->convs, RnOnnxConv, index);
  const RnParameter *filter = rn_parameters_get (filling->parameters, index, RN_PARAMETER_FILTER);
  const gsize n = (gsize) filter->dims[0];
  float *norm[4];

  /* The specification was made of these very shapes. */
  g_assert (conv->filter->count == filter->count);
  if (!read_floats (filling, conv->filter, filling->scratch))
    return FALSE;
  rn_parameter_from_file_order (filter, filling->arena + filter->offset, filling->scratch);
  for (int i = 0; i < 4; i++)
    norm[i] = filling->arena + rn_parameters_get (filling->parameters, index, kinds[i])->offset;
  return conv->norm[0] != NULL ? fill_norm (filling, conv, norm, n)
                               : fill_folded (filling, conv, norm, n);
}

static gboolean
fill_linear (const Filling *filling)
{
  const RnOnnxNetwork *network = filling->network;
  const RnParameter *weight = rn_parameters_get (filling->parameters, -1, RN_PARAMETER_FC_WEIGHT);
  const RnParameter *bias = rn_parameters_get (filling->parameters, -1, RN_PARAMETER_FC_BIAS);
  const gsize classes = (gsize) weight->dims[0], channels = (gsize) weight->dims[1];
  float *values = filling->arena + weight->offset;

  g_assert (network->fc_weight->count == weight->count);
  if (!read_floats (filling, network->fc_weight, filling->scratch))
    return FALSE;
  for (gsize k = 0; k < classes; k++)
    for (gsize c = 0; c < channels; c++)
      values[k * channels + c] =
          filling->scratch[network->fc_is_transposed ? c * classes + k : k * channels + c];
  return network->fc_bias == NULL ||
         read_floats (filling, network->fc_bias, filling->arena + bias->offset);
}

static gboolean
fill_all (Filling *filling)
{
  for (guint i = 0; i < filling->network->convs->len; i++)
    if (!fill_conv (filling, (int) i))
      return FALSE;
  return fill_linear (filling);
}

/* Returns: (nullable): from rn_floats_new() */
static float *
make_arena (const RnOnnx *onnx, const RnOnnxNetwork *network, const RnSpec *spec, double epsilon,
            GError **error)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  Filling filling = { onnx, network, parameters, epsilon, NULL, NULL, error };
  g_autofree float *scratch = NULL;
  gsize largest = 1;

  for (int i = 0; i < parameters->n; i++)
    largest = MAX (largest, parameters->items[i].count);
  filling.scratch = scratch = g_try_new (float, largest);
  filling.arena = scratch == NULL ? NULL : rn_floats_new (parameters->n_floats);
  if (filling.arena == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory for the %zu parameters of “%s”"), parameters->n_floats,
                   onnx->file->path);
      return NULL;
    }
  if (fill_all (&filling))
    return filling.arena;
  rn_floats_free (filling.arena);
  return NULL;
}

/* What brings pictures to scale in the graph: y = scale x + shift is (x - mean) / std. */
static void
apply_affine (const RnOnnxNetwork *network, RnPreprocess *preprocess)
{
  double white = 1.0;

  if (1.0 / network->scale[0] > LARGEST_STD)
    white = 255.0;
  for (int i = 0; i < preprocess->channels; i++)
    {
      preprocess->mean[i] = (float) (-network->shift[i] / network->scale[i] / white);
      preprocess->std[i] = (float) (1.0 / network->scale[i] / white);
    }
}

static gboolean
describe_foreign (const RnOnnx *onnx, const RnOnnxNetwork *network, const RnModelHints *hints,
                  RnModelDescription *description, RnModelGuess *guesses, GError **error)
{
  description->spec = rn_spec_copy (network->spec);
  description->step = -1;
  rn_deduce_name (description->spec, onnx->file->path);
  if (!rn_hints_apply (hints, network->spec, FALSE, &description->preprocess, &description->epsilon,
                       &description->classes, guesses, error))
    return FALSE;
  if (network->epsilon > 0.0)
    description->epsilon = network->epsilon;
  if (network->has_affine)
    {
      apply_affine (network, &description->preprocess);
      *guesses &= ~RN_GUESS_MEAN;
    }
  if (onnx->input_dims->len == 4 && g_array_index (onnx->input_dims, gint64, 2) > 0)
    *guesses &= ~RN_GUESS_SIDE;
  /* Nodes say where the stride and the zero channels are; epsilon is theirs, or folded */
  *guesses &= ~(RN_GUESS_PADDING | RN_GUESS_STRIDE | RN_GUESS_EPSILON);
  return TRUE;
}

/* How a network began to learn does not show in its nodes. */
static void
copy_zero_gamma (RnSpec *to, const RnSpec *from)
{
  for (int i = 0; i < rn_spec_n_blocks (to) && i < rn_spec_n_blocks (from); i++)
    {
      RnBlockSpec block = *rn_spec_get_block (to, i);

      block.zero_gamma = rn_spec_get_block (from, i)->zero_gamma;
      rn_spec_set_block (to, i, block, NULL);
    }
}

/* What Residua wrote describes itself; the nodes must say the same. */
static gboolean
describe_own (const RnOnnx *onnx, const RnOnnxNetwork *network, RnModelDescription *description,
              GError **error)
{
  g_autoptr (RnSpec) same_size = NULL;

  if (!rn_model_description_read (onnx->file, description, error))
    return FALSE;
  same_size = rn_spec_copy (network->spec);
  copy_zero_gamma (same_size, description->spec);
  if (rn_spec_set_input (same_size, rn_spec_get_side (description->spec),
                         rn_spec_get_channels (same_size), NULL) &&
      rn_spec_equal (same_size, description->spec))
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("“%s”: its metadata describe another network than its nodes"), onnx->file->path);
  return FALSE;
}

RnModel *
rn_onnx_load (const char *path, const RnModelHints *hints, RnModelGuess *guesses, GError **error)
{
  g_autoptr (RnOnnx) onnx = rn_onnx_open (path, error);
  g_auto (RnOnnxNetwork) network = { NULL };
  RnModelDescription description = { NULL };
  RnModel *model = NULL;
  gboolean done = TRUE;
  float *arena;

  if (onnx == NULL || !rn_onnx_follow (onnx, hints, &network, error))
    return NULL;
  rn_deduce_shortcuts (network.spec);
  if (rn_tensor_file_get_metadata (onnx->file, "residua.version") != NULL)
    done = describe_own (onnx, &network, &description, error);
  else
    done = describe_foreign (onnx, &network, hints, &description, guesses, error);
  arena = done ? make_arena (onnx, &network, description.spec, description.epsilon, error) : NULL;
  if (arena != NULL)
    model =
        rn_model_new_take (description.spec, arena, (const char *const *) description.classes,
                           &description.preprocess, description.epsilon, description.step, error);
  rn_model_description_clear (&description);
  return model;
}
