#include <glib/gi18n-lib.h>

#include "state/session-private.h"

/* Weights for the views: of the live network, of the checkpoint that is nearest to the time cursor, or of a file. */

gint64
rn_session_weights_step (RnSession *self)
{
  return rn_session_get_record (self) == NULL ? -1 : rn_time_axis_get_cursor (self->time);
}

RnWeights *
rn_session_get_weights (RnSession *self)
{
  RnWeights *weights;

  if (self->document != NULL && rn_document_get_kind (self->document) == RN_DOCUMENT_SKETCH &&
      rn_document_has_weights (self->document))
    {
      weights = rn_weights_new_stored (rn_document_get_origin (self->document));
      weights->changed = rn_spec_copy (rn_session_get_spec (self));
      return weights;
    }
  weights = g_new0 (RnWeights, 1);
  weights->step = rn_session_weights_step (self);
  if (self->document == NULL)
    return weights;
  weights->model = rn_document_get_model (self->document);
  if (weights->model != NULL)
    rn_model_ref (weights->model);
  if (rn_document_get_kind (self->document) == RN_DOCUMENT_RUN)
    weights->run_path = g_strdup (rn_document_get_path (self->document));
  if (self->live == self->document && self->training != NULL && weights->step < 0)
    weights->training = rn_training_ref (self->training);
  return weights;
}

RnWeights *
rn_weights_new_stored (RnDocument *document)
{
  RnWeights *weights;

  if (rn_document_get_kind (document) == RN_DOCUMENT_SKETCH)
    return NULL;
  weights = g_new0 (RnWeights, 1);
  weights->step = -1;
  weights->model = rn_document_get_model (document);
  if (weights->model != NULL)
    rn_model_ref (weights->model);
  else
    weights->run_path = g_strdup (rn_document_get_path (document));
  return weights;
}

void
rn_weights_free (RnWeights *weights)
{
  if (weights == NULL)
    return;
  g_clear_pointer (&weights->model, rn_model_unref);
  g_clear_pointer (&weights->training, rn_training_unref);
  g_clear_pointer (&weights->changed, rn_spec_free);
  g_free (weights->run_path);
  g_free (weights);
}

static gint64
nearest_checkpoint (RnRun *run, gint64 step)
{
  g_autoptr (GArray) steps = rn_run_list_checkpoints (run, NULL);
  gint64 nearest = -1;

  for (guint i = 0; step >= 0 && steps != NULL && i < steps->len; i++)
    {
      const gint64 at = g_array_index (steps, gint64, i);

      if (nearest < 0 || ABS (at - step) < ABS (nearest - step))
        nearest = at;
    }
  return nearest;
}

static RnModel *
load_stored (const RnWeights *weights, GError **error)
{
  g_autoptr (RnRun) run = NULL;
  RnModel *model = NULL;

  if (weights->model != NULL)
    return rn_model_ref (weights->model);
  if (weights->training != NULL)
    model = rn_training_copy_model (weights->training);
  if (model != NULL)
    return model;
  if (weights->run_path == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_DATA,
                           _ ("This network has not been trained yet"));
      return NULL;
    }
  run = rn_run_open (weights->run_path, error);
  return run == NULL ? NULL
                     : rn_run_load_model (run, nearest_checkpoint (run, weights->step), error);
}

RnModel *
rn_weights_load (const RnWeights *weights, GError **error)
{
  g_autoptr (RnModel) model = load_stored (weights, error);

  if (model == NULL || weights->changed == NULL)
    return g_steal_pointer (&model);
  /* what is new gives nothing, whatever its seed */
  return rn_model_carry (model, weights->changed, 1, error);
}

static void
load_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  RnModel *model = rn_weights_load (data, &error);

  if (model != NULL)
    g_task_return_pointer (task, model, (GDestroyNotify) rn_model_unref);
  else
    g_task_return_error (task, error);
}

void
rn_session_get_model_async (RnSession *self, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_task_data (task, rn_session_get_weights (self), (GDestroyNotify) rn_weights_free);
  g_task_run_in_thread (task, load_in_task);
}

RnModel *
rn_session_get_model_finish (RnSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
