#include "train/checkpoint.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "compute/memory.h"
#include "formats/model-file.h"
#include "residua/error.h"

#define MOMENTUM_PREFIX RN_TRAIN_PREFIX "momentum."
#define STATE_STEP RN_TRAIN_PREFIX "state.step"
#define STATE_RATE RN_TRAIN_PREFIX "state.rate"
#define STATE_SCHEDULE RN_TRAIN_PREFIX "state.schedule"

#define MAX_STATE 65536

gboolean
rn_checkpoint_save (const RnCheckpoint *checkpoint, const char *path, GError **error)
{
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  const RnParameters *parameters = rn_model_get_parameters (checkpoint->model);
  const gint64 one = 1, n_state = checkpoint->n_state;

  g_return_val_if_fail (n_state >= 1 && n_state <= MAX_STATE, FALSE);

  rn_model_file_add_metadata (writer, checkpoint->model, checkpoint->step);
  /* First, as they have eight bytes each and the rest only four */
  rn_safetensors_writer_add (writer, STATE_STEP, RN_DTYPE_I64, 1, &one, NULL, &checkpoint->step,
                             NULL);
  rn_safetensors_writer_add (writer, STATE_RATE, RN_DTYPE_F64, 1, &one, NULL, &checkpoint->rate,
                             NULL);
  rn_safetensors_writer_add (writer, STATE_SCHEDULE, RN_DTYPE_F64, 1, &n_state, NULL,
                             checkpoint->state, NULL);
  rn_model_file_add_parameters (writer, parameters, rn_model_get_arena (checkpoint->model), "",
                                FALSE);
  rn_model_file_add_parameters (writer, parameters, checkpoint->momentum, MOMENTUM_PREFIX, TRUE);
  return rn_safetensors_writer_save (writer, path, NULL, NULL, error);
}

void
rn_loaded_checkpoint_free (RnLoadedCheckpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  rn_model_unref (checkpoint->model);
  rn_floats_free (checkpoint->momentum);
  g_free (checkpoint->state);
  g_free (checkpoint);
}

/* A list of @min to @max numbers of eight bytes */
static const RnStoredTensor *
find_state (const RnTensorFile *file, const char *name, RnDtype dtype, guint64 min, guint64 max,
            GError **error)
{
  const RnStoredTensor *tensor = rn_tensor_file_find (file, name);

  if (tensor != NULL && tensor->dtype == dtype && tensor->n_dims == 1 && tensor->count >= min &&
      tensor->count <= max)
    return tensor;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               tensor == NULL
                   ? _ ("“%s” is no checkpoint: it has no tensor “%s”")
                   : _ ("“%s”: tensor “%s” has another type or size than in a checkpoint"),
               file->path, name);
  return NULL;
}

static gboolean
read_state (const RnTensorFile *file, RnLoadedCheckpoint *checkpoint, GError **error)
{
  const RnStoredTensor *step, *rate, *state;

  step = find_state (file, STATE_STEP, RN_DTYPE_I64, 1, 1, error);
  rate = step == NULL ? NULL : find_state (file, STATE_RATE, RN_DTYPE_F64, 1, 1, error);
  state =
      rate == NULL ? NULL : find_state (file, STATE_SCHEDULE, RN_DTYPE_F64, 1, MAX_STATE, error);
  if (state == NULL)
    return FALSE;
  checkpoint->n_state = (int) state->count;
  checkpoint->state = g_new0 (double, state->count);
  if (!rn_tensor_file_read_raw (file, step, &checkpoint->step, error) ||
      !rn_tensor_file_read_raw (file, rate, &checkpoint->rate, error) ||
      !rn_tensor_file_read_raw (file, state, checkpoint->state, error))
    return FALSE;
  if (checkpoint->step == rn_model_get_step (checkpoint->model) && checkpoint->step >= 0 &&
      isfinite (checkpoint->rate) && checkpoint->rate > 0.0)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is damaged: step %lld (metadata: %lld), rate %g"), file->path,
               (long long) checkpoint->step, (long long) rn_model_get_step (checkpoint->model),
               checkpoint->rate);
  return FALSE;
}

RnLoadedCheckpoint *
rn_checkpoint_load (const char *path, GError **error)
{
  g_autoptr (RnTensorFile) file = rn_safetensors_open (path, error);
  g_autoptr (RnLoadedCheckpoint) checkpoint = g_new0 (RnLoadedCheckpoint, 1);
  const RnParameters *parameters;

  checkpoint->model = file == NULL ? NULL : rn_model_file_read (file, NULL, NULL, error);
  if (checkpoint->model == NULL || !read_state (file, checkpoint, error))
    return NULL;
  parameters = rn_model_get_parameters (checkpoint->model);
  checkpoint->momentum = rn_floats_new (parameters->n_learned);
  if (checkpoint->momentum == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory for the momentum of “%s”"), path);
      return NULL;
    }
  if (!rn_model_file_read_parameters (file, parameters, MOMENTUM_PREFIX, TRUE, checkpoint->momentum,
                                      error))
    return NULL;
  return g_steal_pointer (&checkpoint);
}
