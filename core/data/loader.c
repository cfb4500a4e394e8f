#include "data/loader.h"

#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <time.h>

#include "base/random.h"
#include "compute/memory.h"
#include "data/preprocess.h"
#include "residua/error.h"

#define N_SLOTS 2
#define NOTHING (-1)
/* How often a caller who may be cancelled looks while it waits */
#define LOOK_EVERY_NS (20 * 1000 * 1000)

typedef struct
{
  RnBatch batch;
  gint64 step; /* NOTHING while it is being filled */
  GError *error;
} Slot;

struct _RnLoader
{
  RnDataset *dataset;
  RnPreprocess preprocess;
  RnAugment augment;
  RnByteTable table;
  float colour_axes[9];
  gboolean has_axes;
  int batch;
  guint64 seed;
  int n_pictures; /* in the training split */
  gint64 steps_per_epoch;

  /* The thread's alone */
  int *order;
  gint64 order_epoch;

  pthread_t thread;
  gboolean started;
  /* Of what follows; a slot's content belongs to the thread while its step is NOTHING. */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  Slot slots[N_SLOTS];
  gint64 current; /* what the caller asked for last */
  gboolean quit;
};

static void
draw_order (RnLoader *loader, gint64 epoch)
{
  RnRandom random;

  if (loader->order_epoch == epoch)
    return;
  for (int i = 0; i < loader->n_pictures; i++)
    loader->order[i] = i;
  rn_random_start (&random, loader->seed, RN_STREAM_SHUFFLE, (guint64) epoch, 0);
  rn_random_shuffle (&random, loader->order, loader->n_pictures);
  loader->order_epoch = epoch;
}

/* Makes the batch of @step in @slot. A picture's number decides its augmentation, not its place in the batch. */
static void
fill (RnLoader *loader, Slot *slot, gint64 step)
{
  RnBatch *batch = &slot->batch;
  const int side = loader->preprocess.side;
  const gsize n_picture = (gsize) side * (gsize) side * (gsize) loader->preprocess.channels;
  const int first = (int) (step % loader->steps_per_epoch) * loader->batch;

  g_clear_error (&slot->error);
  batch->epoch = step / loader->steps_per_epoch;
  batch->n = MIN (loader->batch, loader->n_pictures - first);
  draw_order (loader, batch->epoch);
  for (int i = 0; i < batch->n && !__atomic_load_n (&loader->quit, __ATOMIC_RELAXED); i++)
    {
      const int index = loader->order[first + i];
      g_autoptr (RnPicture) picture =
          rn_dataset_get_picture (loader->dataset, RN_SPLIT_TRAIN, index, &slot->error);

      if (picture == NULL)
        return;
      batch->labels[i] = rn_dataset_get_label (loader->dataset, RN_SPLIT_TRAIN, index);
      if (!rn_augment_picture_with_table (&loader->augment, &loader->preprocess, &loader->table,
                                          loader->has_axes ? loader->colour_axes : NULL,
                                          batch->x + (gsize) i * n_picture, picture, loader->seed,
                                          batch->epoch, index, &slot->error))
        return;
    }
}

/* Which slot to fill with which step: first what the caller waits for, then the one after it, and never over the
 * other of these two. Returns: NULL when both are there, or nothing was asked for yet
 */
static Slot *
choose_locked (RnLoader *loader, gint64 *step)
{
  Slot *slots = loader->slots;

  for (int ahead = 0; ahead < 2 && loader->current != NOTHING; ahead++)
    {
      const gint64 other = loader->current + 1 - ahead;

      *step = loader->current + ahead;
      if (slots[0].step != *step && slots[1].step != *step)
        return slots[0].step != other ? &slots[0] : &slots[1];
    }
  return NULL;
}

static void *
run (void *user_data)
{
  RnLoader *loader = user_data;

  pthread_setname_np (pthread_self (), "residua-loader");
  pthread_mutex_lock (&loader->lock);
  while (!loader->quit)
    {
      gint64 step;
      Slot *slot = choose_locked (loader, &step);

      if (slot == NULL)
        {
          pthread_cond_wait (&loader->changed, &loader->lock);
          continue;
        }
      slot->step = NOTHING;
      pthread_mutex_unlock (&loader->lock);
      fill (loader, slot, step);
      pthread_mutex_lock (&loader->lock);
      slot->step = step;
      pthread_cond_broadcast (&loader->changed);
    }
  pthread_mutex_unlock (&loader->lock);
  return NULL;
}

static gboolean
check_settings (RnLoader *loader, gboolean drop_last, GError **error)
{
  const int n = rn_dataset_count (loader->dataset, RN_SPLIT_TRAIN);

  loader->steps_per_epoch =
      drop_last ? n / loader->batch : ((gint64) n + loader->batch - 1) / loader->batch;
  loader->n_pictures = n;
  if (loader->steps_per_epoch >= 1)
    return TRUE;
  if (n == 0)
    g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has no training pictures"),
                 rn_dataset_get_source (loader->dataset));
  else
    g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                 _ ("“%s” has %d training pictures: not one whole batch of %d"),
                 rn_dataset_get_source (loader->dataset), n, loader->batch);
  return FALSE;
}

static gboolean
allocate (RnLoader *loader, GError **error)
{
  const int n = MIN (loader->batch, loader->n_pictures);
  const gsize side = (gsize) loader->preprocess.side;
  gsize n_floats;
  gboolean done =
      rn_checked_product (&n_floats, (gsize) n, side, side, (gsize) loader->preprocess.channels);

  for (int i = 0; i < N_SLOTS && done; i++)
    {
      RnBatch *batch = &loader->slots[i].batch;

      batch->x = rn_floats_new (n_floats);
      batch->labels = g_try_new (int, (gsize) n);
      done = batch->x != NULL && batch->labels != NULL;
    }
  loader->order = g_try_new (int, (gsize) loader->n_pictures);
  if (done && loader->order != NULL)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
               _ ("There is no memory for batches of %d pictures of %d×%d"), n,
               loader->preprocess.side, loader->preprocess.side);
  return FALSE;
}

static gboolean
measure_colours (RnLoader *loader, GError **error)
{
  loader->has_axes = loader->augment.colour > 0.0 && loader->preprocess.channels == 3 &&
                     rn_dataset_get_channels (loader->dataset) == 3;
  return !loader->has_axes || rn_colour_axes_measure (loader->colour_axes, loader->dataset,
                                                      loader->preprocess.side, error);
}

static gboolean
start_thread (RnLoader *loader, GError **error)
{
  const int result = pthread_create (&loader->thread, NULL, run, loader);

  loader->started = result == 0;
  if (!loader->started)
    g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("The loader's thread does not start: %s"),
                 g_strerror (result));
  return loader->started;
}

RnLoader *
rn_loader_new (RnDataset *dataset, const RnPreprocess *preprocess, const RnAugment *augment,
               int batch, gboolean drop_last, guint64 seed, GError **error)
{
  g_autoptr (RnLoader) loader = NULL;
  pthread_condattr_t attributes;

  g_return_val_if_fail (batch >= 1, NULL);

  loader = g_new0 (RnLoader, 1);
  pthread_mutex_init (&loader->lock, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&loader->changed, &attributes);
  pthread_condattr_destroy (&attributes);
  loader->dataset = rn_dataset_ref (dataset);
  rn_preprocess_copy (&loader->preprocess, preprocess);
  rn_byte_table_fill (&loader->table, preprocess);
  loader->augment = *augment;
  loader->batch = batch;
  loader->seed = seed;
  loader->order_epoch = NOTHING;
  loader->current = NOTHING;
  for (int i = 0; i < N_SLOTS; i++)
    loader->slots[i].step = NOTHING;
  if (!check_settings (loader, drop_last, error) || !allocate (loader, error) ||
      !measure_colours (loader, error) || !start_thread (loader, error))
    return NULL;
  return g_steal_pointer (&loader);
}

void
rn_loader_free (RnLoader *loader)
{
  if (loader == NULL)
    return;
  if (loader->started)
    {
      pthread_mutex_lock (&loader->lock);
      __atomic_store_n (&loader->quit, TRUE, __ATOMIC_RELAXED);
      pthread_cond_broadcast (&loader->changed);
      pthread_mutex_unlock (&loader->lock);
      pthread_join (loader->thread, NULL);
    }
  for (int i = 0; i < N_SLOTS; i++)
    {
      rn_floats_free (loader->slots[i].batch.x);
      g_free (loader->slots[i].batch.labels);
      g_clear_error (&loader->slots[i].error);
    }
  g_free (loader->order);
  rn_preprocess_clear (&loader->preprocess);
  rn_dataset_unref (loader->dataset);
  pthread_cond_destroy (&loader->changed);
  pthread_mutex_destroy (&loader->lock);
  g_free (loader);
}

gint64
rn_loader_steps_per_epoch (RnLoader *loader)
{
  return loader->steps_per_epoch;
}

/* Returns: FALSE where @cancel is set */
static gboolean
wait_locked (RnLoader *loader, const int *cancel)
{
  struct timespec until;

  if (cancel == NULL)
    {
      pthread_cond_wait (&loader->changed, &loader->lock);
      return TRUE;
    }
  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_nsec += LOOK_EVERY_NS;
  until.tv_sec += until.tv_nsec / (1000 * 1000 * 1000);
  until.tv_nsec %= 1000 * 1000 * 1000;
  pthread_cond_timedwait (&loader->changed, &loader->lock, &until);
  return __atomic_load_n (cancel, __ATOMIC_RELAXED) == 0;
}

const RnBatch *
rn_loader_get (RnLoader *loader, gint64 step, GError **error)
{
  return rn_loader_get_cancellable (loader, step, NULL, error);
}

const RnBatch *
rn_loader_get_cancellable (RnLoader *loader, gint64 step, const int *cancel, GError **error)
{
  gboolean goes_on = TRUE;
  Slot *slot = NULL;

  g_return_val_if_fail (step >= 0 && step < G_MAXINT64, NULL);

  pthread_mutex_lock (&loader->lock);
  loader->current = step;
  pthread_cond_broadcast (&loader->changed);
  while (slot == NULL && goes_on)
    {
      for (int i = 0; i < N_SLOTS; i++)
        if (loader->slots[i].step == step)
          slot = &loader->slots[i];
      if (slot == NULL)
        goes_on = wait_locked (loader, cancel);
    }
  pthread_mutex_unlock (&loader->lock);
  if (slot == NULL)
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return NULL;
    }
  /* The thread leaves a slot alone that holds the current step. */
  if (slot->error == NULL)
    return &slot->batch;
  g_propagate_error (error, g_error_copy (slot->error));
  return NULL;
}
