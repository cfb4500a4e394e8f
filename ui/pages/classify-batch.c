#include "pages/classify-batch.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <pthread.h>
#include <residua/compute-info.h>
#include <residua/error.h>
#include <string.h>

#define DRAIN_MS 100

/* A row */

struct _RnClassified
{
  GObject parent_instance;

  char *path;
  char *name;
  const char *classes[2]; /* interned */
  double shares[2];
  char *problem;
};

G_DEFINE_FINAL_TYPE (RnClassified, rn_classified, G_TYPE_OBJECT)

static void
rn_classified_finalize (GObject *object)
{
  RnClassified *self = RN_CLASSIFIED (object);

  g_free (self->path);
  g_free (self->name);
  g_free (self->problem);
  G_OBJECT_CLASS (rn_classified_parent_class)->finalize (object);
}

static void
rn_classified_init (RnClassified *self)
{
  self->shares[0] = self->shares[1] = NAN;
}

static void
rn_classified_class_init (RnClassifiedClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rn_classified_finalize;
}

const char *
rn_classified_get_path (RnClassified *self)
{
  return self->path;
}

const char *
rn_classified_get_name (RnClassified *self)
{
  return self->name;
}

const char *
rn_classified_get_class (RnClassified *self, int rank, double *share)
{
  g_return_val_if_fail (rank == 0 || rank == 1, NULL);

  if (share != NULL)
    *share = self->shares[rank];
  return self->classes[rank];
}

const char *
rn_classified_get_problem (RnClassified *self)
{
  return self->problem;
}

/* What thread and window share. The lock guards the queue, the rows and is_running; the rest is not written after the
 * start. */
typedef struct
{
  pthread_mutex_t lock;
  GQueue waiting;  /* of char * */
  GPtrArray *rows; /* of RnClassified, finished, not yet taken */
  gboolean is_running;
  int cancel; /* atomic */

  RnModel *model;
  const char **classes; /* interned */
  RnViews views;
} Shared;

static void
shared_clear (gpointer data)
{
  Shared *shared = data;

  g_queue_clear_full (&shared->waiting, g_free);
  g_ptr_array_unref (shared->rows);
  rn_model_unref (shared->model);
  g_free (shared->classes);
  pthread_mutex_destroy (&shared->lock);
}

static void
shared_unref (Shared *shared)
{
  g_atomic_rc_box_release_full (shared, shared_clear);
}

/* The thread */

/* Returns: (transfer full) (nullable): the next file; NULL ends the thread */
static char *
take_path (Shared *shared)
{
  char *path;

  pthread_mutex_lock (&shared->lock);
  path = g_queue_pop_head (&shared->waiting);
  if (path == NULL)
    shared->is_running = FALSE;
  pthread_mutex_unlock (&shared->lock);
  return path;
}

static void
fill_row (RnClassified *row, const Shared *shared, const float *p, int n)
{
  int best = 0, second = -1;

  for (int k = 1; k < n; k++)
    if (p[k] > p[best])
      best = k;
  for (int k = 0; k < n; k++)
    if (k != best && (second < 0 || p[k] > p[second]))
      second = k;
  row->classes[0] = shared->classes[best];
  row->shares[0] = (double) p[best];
  if (second < 0)
    return;
  row->classes[1] = shared->classes[second];
  row->shares[1] = (double) p[second];
}

/* Returns: (transfer full) (nullable): NULL where it was cancelled */
static RnClassified *
classify (Shared *shared, RnEvaluator *evaluator, const GError *no_evaluator, const char *path)
{
  const int n = rn_spec_get_classes (rn_model_get_spec (shared->model));
  g_autoptr (RnClassified) row = g_object_new (RN_TYPE_CLASSIFIED, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnPicture) picture = evaluator != NULL ? rn_picture_load (path, &error) : NULL;
  g_autofree float *p = g_new (float, n);

  row->path = g_strdup (path);
  row->name = g_filename_display_basename (path);
  if (picture != NULL && rn_classify_picture (evaluator, picture, &shared->views, p, NULL, NULL,
                                              &shared->cancel, &error))
    fill_row (row, shared, p, n);
  else if (g_error_matches (error, RN_ERROR, RN_ERROR_CANCELLED))
    return NULL;
  else
    row->problem = g_strdup (error != NULL ? error->message : no_evaluator->message);
  return g_steal_pointer (&row);
}

static gpointer
work (gpointer data)
{
  Shared *shared = data;
  g_autoptr (GError) error = NULL;
  RnEvaluator *evaluator;
  char *path;

  rn_compute_lower_priority ();
  evaluator = rn_evaluator_new (shared->model, RN_PATH_RUN, 1, &error);
  while ((path = take_path (shared)) != NULL)
    {
      RnClassified *row = classify (shared, evaluator, error, path);

      if (row != NULL)
        {
          pthread_mutex_lock (&shared->lock);
          g_ptr_array_add (shared->rows, row);
          pthread_mutex_unlock (&shared->lock);
        }
      g_free (path);
    }
  g_clear_pointer (&evaluator, rn_evaluator_free);
  shared_unref (shared);
  return NULL;
}

/* The window's side */

struct _RnClassifyBatch
{
  GObject parent_instance;

  Shared *shared;
  GListStore *rows;
  guint n_files;
  guint n_problems;
  guint drain_id;
};

G_DEFINE_FINAL_TYPE (RnClassifyBatch, rn_classify_batch, G_TYPE_OBJECT)

enum
{
  PROGRESS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
drain (gpointer data)
{
  RnClassifyBatch *self = data;
  Shared *shared = self->shared;
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *taken;
  gboolean is_running;

  pthread_mutex_lock (&shared->lock);
  taken = shared->rows;
  if (taken->len > 0)
    shared->rows = g_steal_pointer (&fresh);
  is_running = shared->is_running;
  pthread_mutex_unlock (&shared->lock);
  if (fresh == NULL)
    {
      for (guint i = 0; i < taken->len; i++)
        if (rn_classified_get_problem (g_ptr_array_index (taken, i)) != NULL)
          self->n_problems++;
      g_list_store_splice (self->rows, g_list_model_get_n_items (G_LIST_MODEL (self->rows)), 0,
                           taken->pdata, taken->len);
      g_ptr_array_unref (taken);
    }
  if (!is_running)
    {
      self->drain_id = 0;
      self->n_files = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
    }
  if (!is_running || fresh == NULL)
    g_signal_emit (self, signals[PROGRESS], 0);
  return is_running ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
rn_classify_batch_add (RnClassifyBatch *self, GPtrArray *paths)
{
  Shared *shared = self->shared;
  gboolean was_running;

  g_return_if_fail (RN_IS_CLASSIFY_BATCH (self));

  if (paths->len == 0)
    return;
  pthread_mutex_lock (&shared->lock);
  for (guint i = 0; i < paths->len; i++)
    g_queue_push_tail (&shared->waiting, g_strdup (g_ptr_array_index (paths, i)));
  was_running = shared->is_running;
  shared->is_running = TRUE;
  __atomic_store_n (&shared->cancel, 0, __ATOMIC_RELAXED);
  pthread_mutex_unlock (&shared->lock);
  self->n_files += paths->len;
  if (!was_running)
    g_thread_unref (g_thread_new ("classify", work, g_atomic_rc_box_acquire (shared)));
  if (self->drain_id == 0)
    self->drain_id = g_timeout_add (DRAIN_MS, drain, self);
  g_signal_emit (self, signals[PROGRESS], 0);
}

void
rn_classify_batch_cancel (RnClassifyBatch *self)
{
  g_return_if_fail (RN_IS_CLASSIFY_BATCH (self));

  pthread_mutex_lock (&self->shared->lock);
  self->n_files -= g_queue_get_length (&self->shared->waiting);
  g_queue_clear_full (&self->shared->waiting, g_free);
  __atomic_store_n (&self->shared->cancel, 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock (&self->shared->lock);
}

/* Until the last rows have been taken */
gboolean
rn_classify_batch_is_running (RnClassifyBatch *self)
{
  return self->drain_id != 0;
}

GListModel *
rn_classify_batch_get_rows (RnClassifyBatch *self)
{
  return G_LIST_MODEL (self->rows);
}

guint
rn_classify_batch_count (RnClassifyBatch *self, guint *n_problems)
{
  if (n_problems != NULL)
    *n_problems = self->n_problems;
  return self->n_files;
}

/* CSV */

static void
append_field (GString *text, const char *field)
{
  const gboolean is_quoted = field != NULL && strpbrk (field, ",\"\r\n") != NULL;

  if (is_quoted)
    g_string_append_c (text, '"');
  for (const char *c = field != NULL ? field : ""; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, *c);
    }
  if (is_quoted)
    g_string_append_c (text, '"');
}

static void
append_class (GString *text, RnClassified *row, int rank)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE] = "";
  double share;
  const char *class = rn_classified_get_class (row, rank, &share);

  g_string_append_c (text, ',');
  append_field (text, class);
  if (class != NULL)
    g_ascii_formatd (number, sizeof number, "%.6f", share);
  g_string_append_printf (text, ",%s", number);
}

static void
save_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const GPtrArray *rows = g_object_get_data (G_OBJECT (task), "rows");
  g_autoptr (GString) text =
      g_string_new ("file,class,confidence,second,second confidence,problem\n");
  GError *error = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      RnClassified *row = g_ptr_array_index (rows, i);

      append_field (text, row->path);
      append_class (text, row, 0);
      append_class (text, row, 1);
      g_string_append_c (text, ',');
      append_field (text, row->problem);
      g_string_append_c (text, '\n');
    }
  if (g_file_set_contents (data, text->str, (gssize) text->len, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rn_classify_batch_save_async (RnClassifyBatch *self, const char *path, GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (rows, g_list_model_get_item (G_LIST_MODEL (self->rows), i));
  g_object_set_data_full (G_OBJECT (task), "rows", rows, (GDestroyNotify) g_ptr_array_unref);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, save_thread);
}

gboolean
rn_classify_batch_save_finish (RnClassifyBatch *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rn_classify_batch_dispose (GObject *object)
{
  RnClassifyBatch *self = RN_CLASSIFY_BATCH (object);

  if (self->shared != NULL)
    rn_classify_batch_cancel (self);
  g_clear_handle_id (&self->drain_id, g_source_remove);
  g_clear_pointer (&self->shared, shared_unref);
  g_clear_object (&self->rows);
  G_OBJECT_CLASS (rn_classify_batch_parent_class)->dispose (object);
}

static void
rn_classify_batch_init (RnClassifyBatch *self)
{
  self->rows = g_list_store_new (RN_TYPE_CLASSIFIED);
  self->shared = g_atomic_rc_box_new0 (Shared);
  pthread_mutex_init (&self->shared->lock, NULL);
  g_queue_init (&self->shared->waiting);
  self->shared->rows = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
rn_classify_batch_class_init (RnClassifyBatchClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_classify_batch_dispose;
  signals[PROGRESS] = g_signal_new ("progress", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

RnClassifyBatch *
rn_classify_batch_new (RnModel *model, const char *const *classes, const RnViews *views)
{
  RnClassifyBatch *self = g_object_new (RN_TYPE_CLASSIFY_BATCH, NULL);
  const int n = rn_spec_get_classes (rn_model_get_spec (model));

  self->shared->model = rn_model_ref (model);
  self->shared->views = *views;
  self->shared->classes = g_new (const char *, n);
  for (int k = 0; k < n; k++)
    self->shared->classes[k] = g_intern_string (classes[k]);
  return self;
}
