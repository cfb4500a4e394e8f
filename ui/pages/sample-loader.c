#include "pages/sample-loader.h"

#include "pages/thumbnail.h"

/* Tasks at a time: the training needs the processors more. */
#define MAX_TASKS 2
/* Pictures in a task: one visit to the window's thread each */
#define BATCH 8
/* Positions before and after the view that are loaded ahead, besides another view's height */
#define MARGIN 32

struct _RnSampleRequest
{
  gatomicrefcount references;
  int is_cancelled; /* atomic */
  RnSampleItem *item;
  RnSampleFunc func;
  gpointer data;
};

/* A thumbnail that is kept; the link of the queue of their ages is its own */
typedef struct
{
  gint64 key;
  GdkTexture *texture;
  char *problem;
  GList link;
} Kept;

typedef struct
{
  int size_px;
  GPtrArray *requests;
  GdkTexture *textures[BATCH];
  char *problems[BATCH];
} Batch;

struct _RnSampleLoader
{
  GObject parent_instance;

  RnDataset *dataset;
  int size_px;
  guint first;
  guint last;
  GPtrArray *waiting; /* of RnSampleRequest */
  int n_tasks;
  GHashTable *kept; /* key to Kept */
  GQueue ages;      /* newest first */
  gsize n_bytes;
  guint n_made;
};

G_DEFINE_FINAL_TYPE (RnSampleLoader, rn_sample_loader, G_TYPE_OBJECT)

static void
request_unref (gpointer data)
{
  RnSampleRequest *request = data;

  if (!g_atomic_ref_count_dec (&request->references))
    return;
  g_object_unref (request->item);
  g_free (request);
}

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_clear_object (&kept->texture);
  g_free (kept->problem);
  g_free (kept);
}

static void
batch_free (gpointer data)
{
  Batch *batch = data;

  g_ptr_array_unref (batch->requests);
  for (int i = 0; i < BATCH; i++)
    {
      g_clear_object (&batch->textures[i]);
      g_free (batch->problems[i]);
    }
  g_free (batch);
}

static gint64
make_key (RnSampleItem *item)
{
  return ((gint64) rn_sample_item_get_split (item) << 32) | rn_sample_item_get_index (item);
}

static gsize
kept_bytes (const Kept *kept)
{
  return sizeof *kept + (kept->texture == NULL
                             ? 0
                             : (gsize) gdk_texture_get_width (kept->texture) *
                                   (gsize) gdk_texture_get_height (kept->texture) * 3);
}

static void
drop_oldest (RnSampleLoader *self)
{
  GList *link = g_queue_peek_tail_link (&self->ages);
  Kept *kept = link->data;

  g_queue_unlink (&self->ages, link);
  self->n_bytes -= kept_bytes (kept);
  g_hash_table_remove (self->kept, &kept->key);
}

static void
keep (RnSampleLoader *self, RnSampleItem *item, GdkTexture *texture, const char *problem)
{
  const gint64 key = make_key (item);
  Kept *kept;

  if (g_hash_table_contains (self->kept, &key))
    return;
  kept = g_new0 (Kept, 1);
  kept->key = key;
  kept->texture = texture != NULL ? g_object_ref (texture) : NULL;
  kept->problem = g_strdup (problem);
  kept->link.data = kept;
  g_hash_table_insert (self->kept, &kept->key, kept);
  g_queue_push_head_link (&self->ages, &kept->link);
  self->n_bytes += kept_bytes (kept);
  while (self->n_bytes > RN_SAMPLE_LOADER_BYTES)
    drop_oldest (self);
}

static void
make_thumbnails (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Batch *batch = data;

  for (guint i = 0; i < batch->requests->len; i++)
    {
      const RnSampleRequest *request = batch->requests->pdata[i];
      g_autoptr (RnPicture) picture = NULL;
      g_autoptr (GError) error = NULL;

      if (g_atomic_int_get (&request->is_cancelled))
        continue;
      picture = rn_sample_item_load (request->item, &error);
      if (picture != NULL)
        batch->textures[i] = rn_thumbnail_new (picture, batch->size_px, &error);
      if (batch->textures[i] == NULL)
        batch->problems[i] = g_strdup (error->message);
    }
  g_task_return_boolean (task, TRUE);
}

static void start_tasks (RnSampleLoader *self);

static void
on_thumbnails (GObject *object, GAsyncResult *result, gpointer data)
{
  RnSampleLoader *self = RN_SAMPLE_LOADER (object);
  Batch *batch = g_task_get_task_data (G_TASK (result));

  self->n_tasks--;
  for (guint i = 0; i < batch->requests->len; i++)
    {
      RnSampleRequest *request = batch->requests->pdata[i];

      if (batch->textures[i] == NULL && batch->problems[i] == NULL)
        continue;
      self->n_made++;
      if (rn_sample_item_get_dataset (request->item) == self->dataset &&
          batch->size_px == self->size_px)
        keep (self, request->item, batch->textures[i], batch->problems[i]);
      if (!g_atomic_int_get (&request->is_cancelled))
        request->func (batch->textures[i], batch->problems[i], request->data);
    }
  start_tasks (self);
}

/* How far a position is from the view; 0 within it, and there the order is the list's */
static guint
distance (RnSampleLoader *self, guint position)
{
  return position < self->first  ? self->first - position
         : position > self->last ? position - self->last
                                 : 0;
}

/* Within another view's height */
static gboolean
is_near (RnSampleLoader *self, const RnSampleRequest *request)
{
  return distance (self, rn_sample_item_get_position (request->item)) <=
         self->last - self->first + MARGIN;
}

static int
compare_distance (gconstpointer a, gconstpointer b, gpointer data)
{
  const RnSampleRequest *const first = *(const RnSampleRequest *const *) a;
  const RnSampleRequest *const second = *(const RnSampleRequest *const *) b;
  const guint position_a = rn_sample_item_get_position (first->item);
  const guint position_b = rn_sample_item_get_position (second->item);
  const guint distance_a = distance (data, position_a), distance_b = distance (data, position_b);

  if (distance_a != distance_b)
    return distance_a < distance_b ? -1 : 1;
  return position_a < position_b ? -1 : position_a > position_b;
}

static void
start_task (RnSampleLoader *self, guint n)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_thumbnails, NULL);
  Batch *batch = g_new0 (Batch, 1);

  batch->size_px = self->size_px;
  batch->requests = g_ptr_array_new_with_free_func (request_unref);
  for (guint i = 0; i < n; i++)
    {
      RnSampleRequest *request = self->waiting->pdata[i];

      g_atomic_ref_count_inc (&request->references);
      g_ptr_array_add (batch->requests, request);
    }
  g_ptr_array_remove_range (self->waiting, 0, n);
  g_task_set_task_data (task, batch, batch_free);
  self->n_tasks++;
  g_task_run_in_thread (task, make_thumbnails);
}

static void
start_tasks (RnSampleLoader *self)
{
  if (self->n_tasks >= MAX_TASKS || self->waiting->len == 0 || self->size_px == 0)
    return;
  g_ptr_array_sort_with_data (self->waiting, compare_distance, self);
  while (self->n_tasks < MAX_TASKS)
    {
      guint n = 0;

      while (n < BATCH && n < self->waiting->len && is_near (self, self->waiting->pdata[n]))
        n++;
      if (n == 0)
        return;
      start_task (self, n);
    }
}

static void
forget_all (RnSampleLoader *self)
{
  /* the links are part of what the table frees */
  g_queue_init (&self->ages);
  g_hash_table_remove_all (self->kept);
  self->n_bytes = 0;
}

static void
rn_sample_loader_init (RnSampleLoader *self)
{
  self->waiting = g_ptr_array_new_with_free_func (request_unref);
  self->kept = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, kept_free);
  g_queue_init (&self->ages);
}

static void
rn_sample_loader_finalize (GObject *object)
{
  RnSampleLoader *self = RN_SAMPLE_LOADER (object);

  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->kept);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  G_OBJECT_CLASS (rn_sample_loader_parent_class)->finalize (object);
}

static void
rn_sample_loader_class_init (RnSampleLoaderClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_sample_loader_finalize;
}

RnSampleLoader *
rn_sample_loader_new (void)
{
  return g_object_new (RN_TYPE_SAMPLE_LOADER, NULL);
}

void
rn_sample_loader_set_source (RnSampleLoader *self, RnDataset *dataset, int size_px)
{
  g_return_if_fail (RN_IS_SAMPLE_LOADER (self));
  g_return_if_fail (size_px >= 1);

  if (self->dataset == dataset && self->size_px == size_px)
    return;
  if (dataset != NULL)
    rn_dataset_ref (dataset);
  g_clear_pointer (&self->dataset, rn_dataset_unref);
  self->dataset = dataset;
  self->size_px = size_px;
  forget_all (self);
  start_tasks (self);
}

void
rn_sample_loader_set_view (RnSampleLoader *self, guint first, guint last)
{
  g_return_if_fail (RN_IS_SAMPLE_LOADER (self) && first <= last);

  if (self->first == first && self->last == last)
    return;
  self->first = first;
  self->last = last;
  start_tasks (self);
}

RnSampleRequest *
rn_sample_loader_request (RnSampleLoader *self, RnSampleItem *item, RnSampleFunc func,
                          gpointer data)
{
  const gint64 key = make_key (item);
  Kept *kept;
  RnSampleRequest *request;

  g_return_val_if_fail (RN_IS_SAMPLE_LOADER (self), NULL);

  kept = rn_sample_item_get_dataset (item) == self->dataset ? g_hash_table_lookup (self->kept, &key)
                                                            : NULL;
  if (kept != NULL)
    {
      g_queue_unlink (&self->ages, &kept->link);
      g_queue_push_head_link (&self->ages, &kept->link);
      func (kept->texture, kept->problem, data);
      return NULL;
    }
  request = g_new0 (RnSampleRequest, 1);
  g_atomic_ref_count_init (&request->references);
  request->item = g_object_ref (item);
  request->func = func;
  request->data = data;
  g_ptr_array_add (self->waiting, request);
  start_tasks (self);
  return request;
}

void
rn_sample_loader_cancel (RnSampleLoader *self, RnSampleRequest *request)
{
  g_return_if_fail (RN_IS_SAMPLE_LOADER (self) && request != NULL);

  g_atomic_int_set (&request->is_cancelled, TRUE);
  g_ptr_array_remove (self->waiting, request);
}

gsize
rn_sample_loader_get_memory (RnSampleLoader *self)
{
  return self->n_bytes;
}

guint
rn_sample_loader_n_made (RnSampleLoader *self)
{
  return self->n_made;
}
