#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "state/behind.h"
#include "state/session-private.h"

/* The picture that is watched, and its maps. The trainer answers while the shown document is in training and all
 * branches are on; else a task evaluates a copy, one at a time, and while one is under way only the newest request is
 * remembered.
 */

/* Answers of the trainer come at most about twice a second, and cost little of its time. */
#define ANSWERS_PER_S 2.0
#define MAX_WATCH_EVERY 1000000
/* A copy of the live network is looked at this often while it learns. */
#define LOOK_EVERY_US 1000000

/* Picture */

const RnSubject *
rn_session_get_picture (RnSession *self)
{
  return self->picture.picture == NULL ? NULL : &self->picture;
}

static void
clear_picture (RnSession *self)
{
  g_clear_pointer (&self->picture.picture, rn_picture_unref);
  g_clear_pointer (&self->picture.name, g_free);
  self->picture.true_class = -1;
}

void
rn_session_set_picture (RnSession *self, RnPicture *picture, const char *name, int true_class)
{
  RnPicture *kept = picture == NULL ? NULL : rn_picture_ref (picture);
  char *kept_name = g_strdup (name);

  clear_picture (self);
  self->picture.picture = kept;
  self->picture.name = kept_name;
  self->picture.true_class = true_class;
  rn_session_forget_watched (self);
  rn_session_emit (self, RN_SIGNAL_PICTURE);
  rn_session_rewatch (self);
}

const GPtrArray *
rn_session_get_watched (RnSession *self)
{
  return self->watched;
}

static void
set_watched (RnSession *self, GPtrArray *watched)
{
  if (self->watched == watched)
    return;
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  self->watched = watched == NULL ? NULL : g_ptr_array_ref (watched);
  rn_session_emit (self, RN_SIGNAL_WATCHED);
}

void
rn_session_forget_watched (RnSession *self)
{
  set_watched (self, NULL);
}

void
rn_session_watch (RnSession *self, const char *const *tap_names)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_clear_pointer (&self->taps, g_strfreev);
  if (tap_names != NULL)
    {
      for (int i = 0; tap_names[i] != NULL; i++)
        if (strcmp (tap_names[i], "fc") != 0)
          g_strv_builder_add (builder, tap_names[i]);
      g_strv_builder_add (builder, "fc");
      self->taps = g_strv_builder_end (builder);
    }
  rn_session_rewatch (self);
}

/* Gates */

static gboolean
has_branch (const RnSpec *spec, guint32 block)
{
  for (int i = 0; spec != NULL && i < rn_spec_n_blocks (spec); i++)
    if (rn_spec_get_block (spec, i)->id == block)
      return !rn_block_kind_is_plain (rn_spec_get_block (spec, i)->kind);
  return FALSE;
}

gboolean
rn_session_get_gate (RnSession *self, guint32 block)
{
  return !g_hash_table_contains (self->gates_off, GUINT_TO_POINTER (block)) ||
         !has_branch (rn_session_get_spec (self), block);
}

void
rn_session_set_gate (RnSession *self, guint32 block, gboolean is_on)
{
  if (!has_branch (rn_session_get_spec (self), block) || rn_session_get_gate (self, block) == is_on)
    return;
  if (is_on)
    g_hash_table_remove (self->gates_off, GUINT_TO_POINTER (block));
  else
    g_hash_table_add (self->gates_off, GUINT_TO_POINTER (block));
  rn_session_emit (self, RN_SIGNAL_GATES);
  rn_session_rewatch (self);
}

int
rn_session_n_gates_off (RnSession *self)
{
  const RnSpec *spec = rn_session_get_spec (self);
  int n = 0;

  for (int i = 0; spec != NULL && i < rn_spec_n_blocks (spec); i++)
    n += !rn_session_get_gate (self, rn_spec_get_block (spec, i)->id);
  return n;
}

void
rn_session_restore_gates (RnSession *self)
{
  if (g_hash_table_size (self->gates_off) == 0)
    return;
  g_hash_table_remove_all (self->gates_off);
  rn_session_emit (self, RN_SIGNAL_GATES);
  rn_session_rewatch (self);
}

/* Normalising, for the trainer */

typedef struct
{
  RnTraining *training;
  RnPreprocess preprocess;
  RnPicture *picture;
  guint serial;
} Prepare;

static void
prepare_free (gpointer data)
{
  Prepare *prepare = data;

  rn_training_unref (prepare->training);
  rn_preprocess_clear (&prepare->preprocess);
  rn_picture_unref (prepare->picture);
  g_free (prepare);
}

/* Returns: (transfer full): [1,S,S,C] */
static RnTensor *
input_of (RnPicture *picture, const RnPreprocess *preprocess, GError **error)
{
  g_autoptr (RnPicture) view = rn_view_single (picture, preprocess, error);
  RnTensor *x;

  if (view == NULL)
    return NULL;
  x = rn_tensor_new (4, (const int[]){ 1, view->height, view->width, view->channels }, error);
  if (x != NULL)
    rn_preprocess_apply (preprocess, x->data, view);
  return x;
}

static void
prepare_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Prepare *prepare = data;
  GError *error = NULL;
  RnTensor *x = input_of (prepare->picture, &prepare->preprocess, &error);

  if (x != NULL)
    g_task_return_pointer (task, x, (GDestroyNotify) rn_tensor_unref);
  else
    g_task_return_error (task, error);
}

/* Steps between answers. A look at one picture costs a third of its share of a step, and a copy of the network. */
static gint64
wanted_every (RnSession *self)
{
  const int batch = rn_record_get_settings (rn_document_get_record (self->live))->batch;
  const double steps_per_s = self->status.pictures_per_s / batch;
  const double by_cost = 10.0 / batch, by_time = steps_per_s / ANSWERS_PER_S;

  return (gint64) ceil (CLAMP (MAX (by_cost, by_time), 1.0, MAX_WATCH_EVERY));
}

static void
ask_trainer (RnSession *self)
{
  self->watch_every = wanted_every (self);
  rn_trainer_watch (rn_training_get_trainer (self->training), self->watch_input,
                    (const char *const *) self->taps, self->watch_every);
}

static void
was_prepared (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  const Prepare *prepare = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (RnTensor) x = g_task_propagate_pointer (G_TASK (result), &error);

  /* answers to an earlier request end here */
  if (self->training == prepare->training)
    rn_session_drain (self);
  if (prepare->serial != self->watch_serial || self->training != prepare->training)
    return;
  if (x == NULL)
    {
      rn_session_tell (self, error->message);
      return;
    }
  g_clear_pointer (&self->watch_input, rn_tensor_unref);
  self->watch_input = g_steal_pointer (&x);
  ask_trainer (self);
}

static void
prepare (RnSession *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, was_prepared, NULL);
  Prepare *prepare = g_new0 (Prepare, 1);

  prepare->training = rn_training_ref (self->training);
  rn_preprocess_copy (&prepare->preprocess,
                      rn_trainer_get_preprocess (rn_training_get_trainer (self->training)));
  prepare->picture = rn_picture_ref (self->picture.picture);
  prepare->serial = self->watch_serial;
  g_task_set_task_data (task, prepare, prepare_free);
  g_task_run_in_thread (task, prepare_in_task);
}

/* Looking, at a copy */

typedef struct
{
  RnDocument *document;
  RnWeights *weights;
  int threads;
  RnPicture *picture;
  char **taps;
  gboolean *gates;
  RnEvaluator *evaluator; /* of the last look where its weights are the same; NULL otherwise */
  guint serial;
  guint64 state; /* of the sketch */
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_clear_object (&look->document);
  rn_weights_free (look->weights);
  rn_picture_unref (look->picture);
  g_strfreev (look->taps);
  g_free (look->gates);
  g_clear_pointer (&look->evaluator, rn_evaluator_free);
  g_free (look);
}

static void
watched_free (gpointer data)
{
  RnWatched *watched = data;

  g_free (watched->tap);
  g_clear_pointer (&watched->values, rn_tensor_unref);
  g_free (watched);
}

static GPtrArray *
evaluate (const Look *look, GError **error)
{
  const RnModel *model = rn_evaluator_get_model (look->evaluator);
  const int n = (int) g_strv_length (look->taps);
  g_autoptr (RnTensor) x = input_of (look->picture, rn_model_get_preprocess (model), error);
  g_autofree float *logits = g_new (float, rn_spec_get_classes (rn_model_get_spec (model)));
  g_autofree RnTensor **taps = g_new0 (RnTensor *, n + 1);
  const RnPass pass = { .gates = look->gates,
                        .tap_names = (const char *const *) look->taps,
                        .taps = taps };
  GPtrArray *watched;

  if (x == NULL ||
      !rn_evaluator_run (look->evaluator, logits, x->data, 1, x->dims[1], x->dims[2], &pass, error))
    return NULL;
  watched = g_ptr_array_new_with_free_func (watched_free);
  for (int i = 0; i < n; i++)
    {
      RnWatched *tap = g_new0 (RnWatched, 1);

      tap->tap = g_strdup (look->taps[i]);
      tap->step = rn_model_get_step (model);
      tap->values = taps[i];
      g_ptr_array_add (watched, tap);
    }
  return watched;
}

guint64
rn_session_get_state (RnSession *self)
{
  RnSketch *sketch = self->document == NULL ? NULL : rn_document_get_sketch (self->document);

  return sketch == NULL ? 0 : rn_sketch_get_state (sketch);
}

static void
look_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *look = data;
  GError *error = NULL;
  GPtrArray *watched = NULL;

  if (look->evaluator == NULL)
    {
      g_autoptr (RnModel) model = rn_weights_load (look->weights, &error);

      if (model != NULL)
        look->evaluator = rn_evaluator_new (model, RN_PATH_TAPS, look->threads, &error);
    }
  if (look->evaluator != NULL)
    watched = evaluate (look, &error);
  if (watched != NULL)
    g_task_return_pointer (task, watched, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void start_look (RnSession *self);

static void
has_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  RnSession *self = RN_SESSION (source);
  Look *look = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) watched = g_task_propagate_pointer (G_TASK (result), &error);

  self->is_looking = FALSE;
  if (look->serial == self->watch_serial)
    {
      if (error != NULL)
        rn_session_tell (self, error->message);
      set_watched (self, watched);
    }
  /* weights that stand still are kept for the next look */
  if (look->evaluator != NULL && look->document == self->document && self->live != self->document &&
      look->state == rn_session_get_state (self))
    {
      g_clear_pointer (&self->looker, rn_evaluator_free);
      self->looker = g_steal_pointer (&look->evaluator);
      g_set_object (&self->looker_document, look->document);
      self->looker_threads = look->threads;
      self->looker_step = look->weights->step;
      self->looker_state = look->state;
    }
  if (self->looks_again)
    start_look (self);
}

static gboolean *
gates_of (RnSession *self)
{
  const RnSpec *spec = rn_session_get_spec (self);
  const int n = rn_spec_n_blocks (spec);
  gboolean *gates;

  if (rn_session_n_gates_off (self) == 0)
    return NULL;
  gates = g_new (gboolean, n);
  for (int i = 0; i < n; i++)
    gates[i] = rn_session_get_gate (self, rn_spec_get_block (spec, i)->id);
  return gates;
}

static gboolean
can_watch (RnSession *self)
{
  return self->picture.picture != NULL && self->taps != NULL && self->document != NULL &&
         rn_document_has_weights (self->document);
}

static void
start_look (RnSession *self)
{
  g_autoptr (GTask) task = NULL;
  Look *look;

  g_clear_handle_id (&self->look_source, g_source_remove);
  self->looks_again = self->is_looking;
  if (self->is_looking || !can_watch (self))
    return;
  self->is_looking = TRUE;
  self->looked_us = g_get_monotonic_time ();
  look = g_new0 (Look, 1);
  look->document = g_object_ref (self->document);
  look->weights = rn_session_get_weights (self);
  /* beside a training one thread is enough for one picture */
  look->threads = self->training != NULL ? 1 : self->threads;
  look->picture = rn_picture_ref (self->picture.picture);
  look->taps = g_strdupv (self->taps);
  look->gates = gates_of (self);
  look->serial = self->watch_serial;
  look->state = rn_session_get_state (self);
  if (look->weights->training == NULL && self->looker_document == self->document &&
      self->looker_step == look->weights->step && self->looker_state == look->state &&
      self->looker_threads == look->threads)
    look->evaluator = g_steal_pointer (&self->looker);
  task = g_task_new (self, NULL, has_looked, NULL);
  g_task_set_task_data (task, look, look_free);
  rn_task_run_behind (task, look_in_task);
}

static gboolean
look_is_due (gpointer data)
{
  RnSession *self = data;

  self->look_source = 0;
  start_look (self);
  return G_SOURCE_REMOVE;
}

/* The copy follows the network that learns, once a second. */
static void
look_later (RnSession *self)
{
  const gint64 wait_us = self->looked_us + LOOK_EVERY_US - g_get_monotonic_time ();

  if (self->look_source == 0 && !self->is_looking)
    self->look_source = g_timeout_add ((guint) (MAX (wait_us, 0) / 1000 + 1), look_is_due, self);
}

/* Deciding who answers */

static gboolean
trainer_answers (RnSession *self)
{
  return can_watch (self) && self->training != NULL && self->live == self->document &&
         rn_session_n_gates_off (self) == 0 && rn_session_weights_step (self) < 0;
}

void
rn_session_rewatch (RnSession *self)
{
  self->watch_serial++;
  g_clear_handle_id (&self->look_source, g_source_remove);
  g_clear_pointer (&self->watch_input, rn_tensor_unref);
  if (self->looker_document != self->document ||
      self->looker_state != rn_session_get_state (self) || self->live == self->document)
    {
      g_clear_pointer (&self->looker, rn_evaluator_free);
      g_clear_object (&self->looker_document);
    }
  if (trainer_answers (self))
    {
      prepare (self);
      return;
    }
  if (self->watch_every != 0 && self->training != NULL)
    rn_trainer_unwatch (rn_training_get_trainer (self->training));
  self->watch_every = 0;
  if (can_watch (self))
    start_look (self);
  else
    set_watched (self, NULL);
}

void
rn_session_take_watched (RnSession *self, const RnSnapshot *snapshot)
{
  if (self->live != self->document || !can_watch (self))
    return;
  if (!trainer_answers (self))
    {
      if (snapshot->points->len > 0 && rn_session_weights_step (self) < 0)
        look_later (self);
      return;
    }
  if (snapshot->watched->len > 0 && self->watch_input != NULL)
    set_watched (self, snapshot->watched);
  if (self->watch_input != NULL && self->watch_every > 0 && snapshot->points->len > 0)
    {
      const gint64 every = wanted_every (self);

      if (every > 2 * self->watch_every || 2 * every < self->watch_every)
        ask_trainer (self);
    }
}

void
rn_session_dispose_picture (RnSession *self)
{
  g_clear_handle_id (&self->look_source, g_source_remove);
  clear_picture (self);
  g_clear_pointer (&self->taps, g_strfreev);
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  g_clear_pointer (&self->watch_input, rn_tensor_unref);
  g_clear_pointer (&self->looker, rn_evaluator_free);
  g_clear_object (&self->looker_document);
  g_clear_pointer (&self->gates_off, g_hash_table_unref);
}
