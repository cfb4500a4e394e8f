#include "residua/trainer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/machine.h"
#include "compute/info.h"
#include "network/model.h"
#include "network/plan.h"
#include "residua/carry.h"
#include "residua/error.h"
#include "train/feed.h"
#include "train/worker.h"

void
rn_command_free (RnCommand *command)
{
  g_clear_pointer (&command->picture, rn_tensor_unref);
  g_strfreev (command->taps);
  g_free (command);
}

static RnTrainer *
trainer_new (const RnSpec *spec, const RnSettings *settings, RnDataset *dataset, int threads)
{
  RnTrainer *self = g_new0 (RnTrainer, 1);

  rn_compute_start ();
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  g_queue_init (&self->commands);
  self->state = RN_STATE_IDLE;
  self->settings = *settings;
  self->spec = rn_spec_copy (spec);
  self->dataset = rn_dataset_ref (dataset);
  self->threads = threads > 0 ? threads : rn_info_n_processors ();
  self->feed = rn_feed_new ();
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->measures = g_array_new (FALSE, TRUE, sizeof (RnBlockMeasure));
  self->responses = g_array_new (FALSE, TRUE, sizeof (RnLayerResponse));
  self->rate = settings->rate;
  self->saved_step = -1;
  self->best_error = 2.0;
  rn_schedule_init (&self->schedule);
  return self;
}

gboolean
rn_trainer_fit_spec (RnSpec *spec, RnDataset *dataset, GError **error)
{
  const int side = rn_dataset_get_side (dataset);

  return rn_spec_set_input (spec, side > 0 ? side : rn_spec_get_side (spec),
                            rn_dataset_get_channels (dataset), error) &&
         rn_spec_set_classes (spec, rn_dataset_n_classes (dataset), error);
}

/* Batch-norm of a single value is its beta, whatever the value: nothing before it would learn, and there is no variance. */
static gboolean
check_values_per_channel (const RnLayout *layout, int batch, GError **error)
{
  for (int i = 0; batch == 1 && i < layout->n_convs; i++)
    if (layout->convs[i].out_h * layout->convs[i].out_w == 1)
      {
        g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                     _ ("Batch-norm cannot work on one value per channel, which is all that “%s” "
                        "has with batches of one picture; it needs batches of at least 2"),
                     layout->convs[i].norm_name);
        return FALSE;
      }
  return TRUE;
}

/* What can be known to be wrong before anything is made. */
static gboolean
check_fit (const RnTrainer *self, GError **error)
{
  const char *source = rn_dataset_get_source (self->dataset);
  RnPlanSize size;
  gsize available = rn_memory_available (), needed;
  g_autoptr (RnLayout) layout = rn_layout_new (self->spec, 0, 0);

  if (!rn_settings_check (&self->settings, error))
    return FALSE;
  if (rn_dataset_count (self->dataset, RN_SPLIT_TRAIN) < 1)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has no training pictures"), source);
      return FALSE;
    }
  if (rn_dataset_get_channels (self->dataset) != rn_spec_get_channels (self->spec))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("The network takes %d channels, the pictures of “%s” have %d"),
                   rn_spec_get_channels (self->spec), source,
                   rn_dataset_get_channels (self->dataset));
      return FALSE;
    }
  if (rn_dataset_n_classes (self->dataset) != rn_spec_get_classes (self->spec))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE,
                   _ ("The network tells %d classes apart, “%s” has %d"),
                   rn_spec_get_classes (self->spec), source, rn_dataset_n_classes (self->dataset));
      return FALSE;
    }
  if (!check_values_per_channel (layout,
                                 MIN (self->settings.batch,
                                      rn_dataset_count (self->dataset, RN_SPLIT_TRAIN)),
                                 error))
    return FALSE;
  rn_plan_training (layout, self->settings.batch, self->threads, &size);
  needed = rn_dataset_count (self->dataset, RN_SPLIT_TEST) == 0
               ? size.total_bytes
               : rn_plan_training_and_test (layout, self->settings.batch, self->threads);
  if (needed > available)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("Training with batches of %d needs %.1f GB of memory, and %.1f GB are free; "
                      "smaller batches or a "
                      "smaller network need less"),
                   self->settings.batch, (double) needed * 1e-9, (double) available * 1e-9);
      return FALSE;
    }
  return TRUE;
}

/* Network, loader and threads. */
static gboolean
build (RnTrainer *self, GError **error)
{
  if (!check_fit (self, error))
    return FALSE;
  self->team = rn_team_new (self->threads);
  if (self->team == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("%d threads are more than the system gives"), self->threads);
      return FALSE;
    }
  self->network =
      rn_network_new (self->spec, self->settings.batch, self->team, self->settings.seed, error);
  if (self->network == NULL)
    return FALSE;
  if (self->preprocess.side == 0 &&
      !rn_preprocess_measure (&self->preprocess, self->dataset, rn_spec_get_side (self->spec),
                              self->settings.per_pixel_mean, error))
    return FALSE;
  self->loader =
      rn_loader_new (self->dataset, &self->preprocess, &self->settings.augment,
                     self->settings.batch, self->settings.drop_last, self->settings.seed, error);
  if (self->loader == NULL)
    return FALSE;
  self->epoch_steps = rn_loader_steps_per_epoch (self->loader);
  return TRUE;
}

static void
start (RnTrainer *self)
{
  g_ptr_array_add (self->warnings, NULL);
  self->thread = g_thread_new ("residua-worker", rn_worker_thread, self);
}

/* The weights that the network begins with in the place of the seed's, and a record of where they are from. */
static gboolean
carry_over (RnTrainer *self, RnModel *origin, const char *name, GError **error)
{
  g_autoptr (RnModel) carried = rn_model_carry (origin, self->spec, self->settings.seed, error);

  if (carried == NULL)
    return FALSE;
  rn_network_load (self->network, carried);
  return rn_run_writer_set_origin (self->writer, rn_model_get_spec (origin), name,
                                   rn_model_get_step (origin), error);
}

RnTrainer *
rn_trainer_new_from (const char *run_path, const RnSpec *spec, const RnSettings *settings,
                     RnDataset *dataset, int threads, RnModel *origin, const char *origin_name,
                     GError **error)
{
  g_autoptr (RnTrainer) self = NULL;

  if (!rn_spec_check (spec, error))
    return NULL;
  self = trainer_new (spec, settings, dataset, threads);
  /* the folder first: a name that is taken is told at once */
  self->writer = rn_run_writer_create (run_path, spec, settings, rn_dataset_get_source (dataset),
                                       rn_dataset_get_digest (dataset),
                                       rn_dataset_get_classes (dataset), error);
  if (self->writer == NULL || !build (self, error) ||
      (origin != NULL && !carry_over (self, origin, origin_name, error)) ||
      !rn_worker_save (self, error))
    return NULL;
  start (self);
  return g_steal_pointer (&self);
}

RnTrainer *
rn_trainer_new (const char *run_path, const RnSpec *spec, const RnSettings *settings,
                RnDataset *dataset, int threads, GError **error)
{
  return rn_trainer_new_from (run_path, spec, settings, dataset, threads, NULL, NULL, error);
}

/* Bits depend on the instruction set and on OpenBLAS's choice for this processor. */
static void
warn_of_other_machine (RnTrainer *self)
{
  g_autofree char *isa = NULL, *core = NULL;

  if (rn_run_writer_get_machine (self->writer, &isa, &core) &&
      (g_strcmp0 (isa, rn_info_isa ()) != 0 || g_strcmp0 (core, rn_info_blas_core ()) != 0))
    g_ptr_array_add (
        self->warnings,
        g_strdup_printf (
            _ ("The run was trained with %s and OpenBLAS for %s so far; here they are %s and "
               "%s, so its numbers will differ in their last bits"),
            isa, core, rn_info_isa (), rn_info_blas_core ()));
}

static gboolean
adopt_data (RnTrainer *self, RnRun *run, GError **error)
{
  if (g_strcmp0 (rn_run_get_data_digest (run), rn_dataset_get_digest (self->dataset)) == 0)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_DATA,
               _ ("“%s” is not what “%s” was trained on: its pictures have changed"),
               rn_dataset_get_source (self->dataset), rn_run_get_path (run));
  return FALSE;
}

/* The lowest test error so far, so that a better one is noticed. */
static gboolean
recall_best (RnTrainer *self, RnRun *run, GError **error)
{
  g_autoptr (GArray) history = rn_run_read_history (run, error);

  if (history == NULL)
    return FALSE;
  for (guint i = 0; i < history->len; i++)
    {
      const RnHistoryRow *row = &g_array_index (history, RnHistoryRow, i);

      if (row->step <= self->step && row->test_error < self->best_error)
        self->best_error = row->test_error;
    }
  return TRUE;
}

RnTrainer *
rn_trainer_resume (const char *run_path, RnDataset *dataset, gint64 steps, int threads,
                   GError **error)
{
  g_autoptr (RnTrainer) self = NULL;
  g_autoptr (RnRunWriter) writer = rn_run_writer_open (run_path, error);
  g_autoptr (RnRun) run = NULL;
  g_autoptr (RnDataset) opened = NULL;
  g_autoptr (RnLoadedCheckpoint) checkpoint = NULL;
  RnSettings settings;

  if (writer == NULL || (run = rn_run_open (run_path, error)) == NULL)
    return NULL;
  settings = *rn_run_get_settings (run);
  if (dataset == NULL &&
      (opened = rn_dataset_open (rn_run_get_data (run), settings.seed, NULL, NULL, error)) == NULL)
    return NULL;
  checkpoint = rn_run_writer_load_newest (writer, error);
  if (checkpoint == NULL)
    return NULL;
  if (steps > 0 && steps < checkpoint->step)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                   _ ("“%s” has done %lld steps already; %lld in all cannot be"), run_path,
                   (long long) checkpoint->step, (long long) steps);
      return NULL;
    }
  if (steps > 0)
    settings.steps = steps;

  self =
      trainer_new (rn_run_get_spec (run), &settings, dataset != NULL ? dataset : opened, threads);
  self->writer = g_steal_pointer (&writer);
  rn_preprocess_copy (&self->preprocess, rn_model_get_preprocess (checkpoint->model));
  if (!adopt_data (self, run, error) || !build (self, error) ||
      !rn_worker_restore (self, checkpoint, error) || !recall_best (self, run, error))
    return NULL;
  self->events = rn_run_writer_read_events (self->writer, self->step, error);
  if (self->events == NULL || (settings.steps != rn_run_get_settings (run)->steps &&
                               !rn_run_writer_set_steps (self->writer, settings.steps, error)))
    return NULL;
  warn_of_other_machine (self);
  if (rn_run_writer_get_damage (self->writer) != NULL)
    g_ptr_array_add (self->warnings, g_strdup (rn_run_writer_get_damage (self->writer)));
  start (self);
  return g_steal_pointer (&self);
}

/* Returns: FALSE where nobody will do it any more */
static gboolean
send (RnTrainer *self, RnCommand command)
{
  pthread_mutex_lock (&self->lock);
  if (self->ended)
    {
      pthread_mutex_unlock (&self->lock);
      g_clear_pointer (&command.picture, rn_tensor_unref);
      g_clear_pointer (&command.taps, g_strfreev);
      return FALSE;
    }
  g_queue_push_tail (&self->commands, g_memdup2 (&command, sizeof command));
  self->busy = TRUE;
  if (command.kind == RN_COMMAND_PAUSE || command.kind == RN_COMMAND_STOP)
    __atomic_store_n (&self->interrupt, 1, __ATOMIC_RELEASE);
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

void
rn_trainer_free (RnTrainer *self)
{
  RnCommand *command;

  if (self == NULL)
    return;
  if (self->thread != NULL)
    {
      rn_trainer_stop (self);
      g_thread_join (self->thread);
    }
  while ((command = g_queue_pop_head (&self->commands)) != NULL)
    rn_command_free (command);
  g_clear_pointer (&self->loader, rn_loader_free);
  g_clear_pointer (&self->network, rn_network_free);
  g_clear_pointer (&self->team, rn_team_free);
  g_clear_pointer (&self->writer, rn_run_writer_free);
  g_clear_pointer (&self->spec, rn_spec_free);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  g_clear_pointer (&self->feed, rn_feed_unref);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_clear_pointer (&self->measures, g_array_unref);
  g_clear_pointer (&self->responses, g_array_unref);
  g_clear_pointer (&self->events, g_array_unref);
  g_clear_pointer (&self->watched, rn_tensor_unref);
  g_clear_pointer (&self->watched_taps, g_strfreev);
  rn_preprocess_clear (&self->preprocess);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RnFeed *
rn_trainer_get_feed (RnTrainer *self)
{
  return self->feed;
}

const char *
rn_trainer_get_run_path (RnTrainer *self)
{
  return rn_run_writer_get_path (self->writer);
}

const RnPreprocess *
rn_trainer_get_preprocess (RnTrainer *self)
{
  return &self->preprocess;
}

const char *const *
rn_trainer_get_warnings (RnTrainer *self)
{
  return (const char *const *) self->warnings->pdata;
}

void
rn_trainer_run (RnTrainer *self, gint64 n_steps)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_RUN, .steps = n_steps });
}

void
rn_trainer_pause (RnTrainer *self)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_PAUSE });
}

void
rn_trainer_stop (RnTrainer *self)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_STOP });
}

void
rn_trainer_set_rate (RnTrainer *self, double rate)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_RATE, .rate = rate });
}

void
rn_trainer_checkpoint (RnTrainer *self)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_CHECKPOINT });
}

void
rn_trainer_evaluate (RnTrainer *self)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_EVALUATE });
}

void
rn_trainer_watch (RnTrainer *self, RnTensor *x, const char *const *tap_names, gint64 every)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_WATCH,
                           .steps = MAX (every, 1),
                           .picture = rn_tensor_ref (x),
                           .taps = g_strdupv ((char **) tap_names) });
}

void
rn_trainer_unwatch (RnTrainer *self)
{
  send (self, (RnCommand){ .kind = RN_COMMAND_UNWATCH });
}

RnModel *
rn_trainer_copy_model (RnTrainer *self)
{
  RnCopyReply reply = { NULL, FALSE };

  if (!send (self, (RnCommand){ .kind = RN_COMMAND_COPY, .reply = &reply }))
    return NULL;
  pthread_mutex_lock (&self->lock);
  while (!reply.done)
    pthread_cond_wait (&self->changed, &self->lock);
  pthread_mutex_unlock (&self->lock);
  return reply.model;
}

void
rn_trainer_get_position (RnTrainer *self, int *block, gboolean *backward)
{
  rn_network_get_position (self->network, block, backward);
}

gboolean
rn_trainer_is_saving (RnTrainer *self)
{
  return atomic_load (&self->is_saving);
}

RnState
rn_trainer_wait (RnTrainer *self)
{
  RnState state;

  pthread_mutex_lock (&self->lock);
  while (self->busy)
    pthread_cond_wait (&self->changed, &self->lock);
  state = self->state;
  pthread_mutex_unlock (&self->lock);
  return state;
}
