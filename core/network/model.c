#include "network/model.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "compute/memory.h"
#include "residua/error.h"

struct _RnModel
{
  gatomicrefcount references;
  RnSpec *spec;
  RnLayout *layout;
  RnParameters *parameters;
  float *arena;
  char **classes;
  RnPreprocess preprocess;
  double epsilon;
  gint64 step;
};

static gboolean
check_classes (const RnSpec *spec, const char *const *classes, GError **error)
{
  const guint n = classes == NULL ? 0 : g_strv_length ((char **) classes);

  if (classes == NULL || n == (guint) rn_spec_get_classes (spec))
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
               _ ("There are %u class names for a network of %d classes"), n,
               rn_spec_get_classes (spec));
  return FALSE;
}

static gboolean
check_preprocess (const RnSpec *spec, const RnPreprocess *preprocess, GError **error)
{
  if (preprocess->side != rn_spec_get_side (spec) ||
      preprocess->channels != rn_spec_get_channels (spec))
    {
      g_set_error (
          error, RN_ERROR, RN_ERROR_SHAPE,
          _ ("Preprocessing makes %dx%d pictures of %d channels, the network takes %dx%d of %d"),
          preprocess->side, preprocess->side, preprocess->channels, rn_spec_get_side (spec),
          rn_spec_get_side (spec), rn_spec_get_channels (spec));
      return FALSE;
    }
  for (int i = 0; i < preprocess->channels; i++)
    if (!isfinite (preprocess->mean[i]) || !isfinite (preprocess->std[i]) ||
        preprocess->std[i] <= 0.0f)
      {
        g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                     _ ("Preprocessing has mean %g and standard deviation %g in channel %d"),
                     (double) preprocess->mean[i], (double) preprocess->std[i], i);
        return FALSE;
      }
  return TRUE;
}

/* Names come from files and folders, and go into JSON. */
static char **
copy_classes (const char *const *classes)
{
  GPtrArray *copy;

  if (classes == NULL)
    return NULL;
  copy = g_ptr_array_new ();
  for (; *classes != NULL; classes++)
    g_ptr_array_add (copy, g_utf8_make_valid (*classes, -1));
  g_ptr_array_add (copy, NULL);
  return (char **) g_ptr_array_free (copy, FALSE);
}

RnModel *
rn_model_new_take (const RnSpec *spec, float *arena, const char *const *classes,
                   const RnPreprocess *preprocess, double epsilon, gint64 step, GError **error)
{
  RnModel *model;

  if (!rn_spec_check (spec, error) || !check_classes (spec, classes, error) ||
      !check_preprocess (spec, preprocess, error))
    {
      rn_floats_free (arena);
      return NULL;
    }
  model = g_new0 (RnModel, 1);
  g_atomic_ref_count_init (&model->references);
  model->spec = rn_spec_copy (spec);
  model->layout = rn_layout_new (model->spec, 0, 0);
  model->parameters = rn_parameters_new (model->layout);
  model->arena = arena;
  model->classes = copy_classes (classes);
  rn_preprocess_copy (&model->preprocess, preprocess);
  model->epsilon = epsilon;
  model->step = step;
  return model;
}

RnModel *
rn_model_new (const RnSpec *spec, const float *arena, guint64 seed, const char *const *classes,
              const RnPreprocess *preprocess, GError **error)
{
  g_autoptr (RnLayout) layout = NULL;
  g_autoptr (RnParameters) parameters = NULL;
  float *own;

  if (!rn_spec_check (spec, error))
    return NULL;
  layout = rn_layout_new (spec, 0, 0);
  parameters = rn_parameters_new (layout);
  own = rn_floats_new (parameters->n_floats);
  if (own == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for %zu parameters"),
                   parameters->n_floats);
      return NULL;
    }
  if (arena != NULL)
    memcpy (own, arena, parameters->n_floats * sizeof *own);
  else
    rn_parameters_initialise (parameters, spec, layout, own, seed);
  return rn_model_new_take (spec, own, classes, preprocess, 1e-5, -1, error);
}

RnModel *
rn_model_ref (RnModel *model)
{
  g_atomic_ref_count_inc (&model->references);
  return model;
}

void
rn_model_unref (RnModel *model)
{
  if (model == NULL || !g_atomic_ref_count_dec (&model->references))
    return;
  rn_parameters_free (model->parameters);
  rn_layout_free (model->layout);
  rn_spec_free (model->spec);
  rn_floats_free (model->arena);
  g_strfreev (model->classes);
  rn_preprocess_clear (&model->preprocess);
  g_free (model);
}

const RnSpec *
rn_model_get_spec (const RnModel *model)
{
  return model->spec;
}

const char *const *
rn_model_get_classes (const RnModel *model)
{
  return (const char *const *) model->classes;
}

const RnPreprocess *
rn_model_get_preprocess (const RnModel *model)
{
  return &model->preprocess;
}

gint64
rn_model_get_step (const RnModel *model)
{
  return model->step;
}

double
rn_model_get_epsilon (const RnModel *model)
{
  return model->epsilon;
}

void
rn_model_get_hints (const RnModel *model, RnModelHints *hints)
{
  *hints = (RnModelHints){ .has_mean = TRUE,
                           .has_padding = TRUE,
                           .has_stride = TRUE,
                           .epsilon = model->epsilon,
                           .side = rn_spec_get_side (model->spec),
                           .classes = rn_model_get_classes (model) };
  for (int i = 0; i < 3; i++)
    {
      const gboolean is_there = i < model->preprocess.channels;

      hints->mean[i] = is_there ? model->preprocess.mean[i] : 0.0f;
      hints->std[i] = is_there ? model->preprocess.std[i] : 1.0f;
    }
  for (int i = 0; i < rn_spec_n_blocks (model->spec); i++)
    {
      const RnBlockSpec *block = rn_spec_get_block (model->spec, i);

      hints->pad_end |= block->shortcut == RN_SHORTCUT_A_END;
      hints->stride_in_1x1 |= block->bottleneck_stride == RN_STRIDE_IN_1X1;
    }
}

const RnLayout *
rn_model_get_layout (const RnModel *model)
{
  return model->layout;
}

const RnParameters *
rn_model_get_parameters (const RnModel *model)
{
  return model->parameters;
}

const float *
rn_model_get_arena (const RnModel *model)
{
  return model->arena;
}

RnTensor *
rn_model_get_parameter (const RnModel *model, const char *name)
{
  const RnParameter *parameter = rn_parameters_find (model->parameters, name);
  RnTensor *tensor;

  if (parameter == NULL)
    return NULL;
  tensor = rn_tensor_new (parameter->n_dims, parameter->dims, NULL);
  if (tensor != NULL)
    rn_parameter_to_file_order (parameter, tensor->data, model->arena + parameter->offset);
  return tensor;
}

char **
rn_model_list_parameters (const RnModel *model)
{
  char **names = g_new0 (char *, model->parameters->n + 1);

  for (int i = 0; i < model->parameters->n; i++)
    names[i] = g_strdup (model->parameters->items[i].name);
  return names;
}
