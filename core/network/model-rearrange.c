#include <glib/gi18n-lib.h>
#include <string.h>

#include "compute/memory.h"
#include "network/model.h"
#include "residua/error.h"
#include "residua/study.h"

static RnSpec *
rearrange_spec (const RnSpec *spec, const int *order, int n, GError **error)
{
  g_autoptr (RnSpec) other =
      rn_spec_new (rn_spec_get_name (spec), rn_spec_get_side (spec), rn_spec_get_channels (spec),
                   rn_spec_get_stem (spec), rn_spec_get_stem_channels (spec),
                   rn_spec_get_classes (spec), error);

  for (int i = 0; other != NULL && i < n; i++)
    {
      RnBlockSpec block = *rn_spec_get_block (spec, order[i]);

      for (int j = 0; j < i; j++)
        if (order[j] == order[i])
          block.id = 0; /* an id is of one block */
      if (!rn_spec_add_block (other, i, block, error))
        return NULL;
    }
  return g_steal_pointer (&other);
}

static gboolean
copy_entry (const RnModel *model, int from, const RnParameter *to, float *arena)
{
  const RnParameter *entry = rn_parameters_get (rn_model_get_parameters (model), from, to->kind);

  if (entry->count != to->count || memcmp (entry->dims, to->dims, sizeof to->dims) != 0)
    return FALSE;
  memcpy (arena + to->offset, rn_model_get_arena (model) + entry->offset,
          to->count * sizeof *arena);
  return TRUE;
}

/* Convolution @conv of block @at of @layout in @of, its twin in another layout */
static int
find_conv (const RnLayout *layout, int at, int conv, const RnLayout *of, int block)
{
  if (conv == layout->blocks[at].downsample)
    return of->blocks[block].downsample;
  return of->blocks[block].first_conv + conv - layout->blocks[at].first_conv;
}

static gboolean
copy_all (const RnModel *model, const int *order, float *arena, const RnLayout *layout,
          const RnParameters *parameters, GError **error)
{
  const RnLayout *old = rn_model_get_layout (model);

  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *to = &parameters->items[i];
      const int block = to->conv < 0 ? -1 : layout->convs[to->conv].block;
      const int from =
          block < 0 ? to->conv : find_conv (layout, block, to->conv, old, order[block]);

      if (from >= -1 && (block < 0 || from >= 0) && copy_entry (model, from, to, arena))
        continue;
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("In this order %s would have another shape than it was trained with"),
                   to->name);
      return FALSE;
    }
  return TRUE;
}

RnModel *
rn_model_rearrange (const RnModel *model, const int *order, int n, GError **error)
{
  g_autoptr (RnSpec) spec = rearrange_spec (rn_model_get_spec (model), order, n, error);
  g_autoptr (RnLayout) layout = spec != NULL ? rn_layout_new (spec, 0, 0) : NULL;
  g_autoptr (RnParameters) parameters = layout != NULL ? rn_parameters_new (layout) : NULL;
  float *arena;

  if (parameters == NULL)
    return NULL;
  arena = rn_floats_new (parameters->n_floats);
  if (arena == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for %zu parameters"),
                   parameters->n_floats);
      return NULL;
    }
  if (!copy_all (model, order, arena, layout, parameters, error))
    {
      rn_floats_free (arena);
      return NULL;
    }
  return rn_model_new_take (spec, arena, rn_model_get_classes (model),
                            rn_model_get_preprocess (model), rn_model_get_epsilon (model),
                            rn_model_get_step (model), error);
}
