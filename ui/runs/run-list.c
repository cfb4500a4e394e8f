#include "runs/run-list.h"

#include <residua/run.h>
#include <string.h>

/* Changes in the folder come in bursts. */
#define SETTLE_MS 400

struct _RnRunItem
{
  GObject parent_instance;

  RnRunDigest *digest;
};

G_DEFINE_FINAL_TYPE (RnRunItem, rn_run_item, G_TYPE_OBJECT)

static guint item_changed_signal;

static void
rn_run_item_init (RnRunItem *self)
{
}

static void
item_finalize (GObject *object)
{
  g_clear_pointer (&RN_RUN_ITEM (object)->digest, rn_run_digest_unref);
  G_OBJECT_CLASS (rn_run_item_parent_class)->finalize (object);
}

static void
rn_run_item_class_init (RnRunItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = item_finalize;
  item_changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 0);
}

RnRunDigest *
rn_run_item_get_digest (RnRunItem *self)
{
  return self->digest;
}

struct _RnRunList
{
  GObject parent_instance;

  char *folder;
  GFileMonitor *monitor;
  GPtrArray *items; /* of RnRunItem */
  guint settle_id;
  gboolean is_scanning;
  gboolean is_stale; /* what is being read is of the past */
  gboolean is_known;
};

static GType
get_item_type (GListModel *model)
{
  return RN_TYPE_RUN_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return RN_RUN_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *items = RN_RUN_LIST (model)->items;

  return position < items->len ? g_object_ref (items->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RnRunList, rn_run_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint scanned_signal;

/* Reading */

typedef struct
{
  char *folder;
  GHashTable *before;  /* path to RnRunDigest */
  GHashTable *digests; /* the same, as they are now */
  GPtrArray *order;    /* of the paths in @digests */
} Scan;

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify) rn_run_digest_unref);
}

static void
scan_free (gpointer data)
{
  Scan *scan = data;

  g_free (scan->folder);
  g_hash_table_unref (scan->before);
  g_hash_table_unref (scan->digests);
  g_ptr_array_unref (scan->order);
  g_free (scan);
}

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
looks_like_run (const char *path, const char *name)
{
  return name[0] != '.' && !rn_run_is_in_making (name) &&
         (has_file (path, "spec.json") || has_file (path, "history.csv"));
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
scan_folder (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Scan *scan = data;
  g_autoptr (GDir) dir = g_dir_open (scan->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (scan->folder, name, NULL);

      if (!looks_like_run (path, name))
        continue;
      g_hash_table_insert (scan->digests, g_strdup (path),
                           rn_run_digest_read (path, g_hash_table_lookup (scan->before, path)));
      g_ptr_array_add (scan->order, g_steal_pointer (&path));
    }
  g_ptr_array_sort (scan->order, compare_paths);
  g_task_return_boolean (task, TRUE);
}

static void
update_item (RnRunItem *item, RnRunDigest *digest)
{
  if (item->digest == digest)
    return;
  g_clear_pointer (&item->digest, rn_run_digest_unref);
  item->digest = rn_run_digest_ref (digest);
  g_signal_emit (item, item_changed_signal, 0);
}

/* Those that are there already stay the same objects; what is taken from @digests is left over for appending. */
static void
take_old (RnRunList *self, Scan *scan)
{
  for (guint i = 0; i < self->items->len;)
    {
      RnRunItem *item = self->items->pdata[i];
      const char *path = rn_run_digest_get_path (item->digest);
      RnRunDigest *digest = g_hash_table_lookup (scan->digests, path);

      if (digest == NULL)
        {
          g_ptr_array_remove_index (self->items, i);
          g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
          continue;
        }
      rn_run_digest_ref (digest);
      g_hash_table_remove (scan->digests, path);
      update_item (item, digest);
      rn_run_digest_unref (digest);
      i++;
    }
}

static void
take_new (RnRunList *self, Scan *scan)
{
  const guint n_before = self->items->len;

  for (guint i = 0; i < scan->order->len; i++)
    {
      RnRunDigest *digest = g_hash_table_lookup (scan->digests, scan->order->pdata[i]);
      RnRunItem *item;

      if (digest == NULL)
        continue;
      item = g_object_new (RN_TYPE_RUN_ITEM, NULL);
      item->digest = rn_run_digest_ref (digest);
      g_ptr_array_add (self->items, item);
    }
  if (self->items->len > n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->items->len - n_before);
}

static void
on_scanned (GObject *object, GAsyncResult *result, gpointer data)
{
  RnRunList *self = RN_RUN_LIST (object);
  Scan *scan = g_task_get_task_data (G_TASK (result));

  self->is_scanning = FALSE;
  if (g_strcmp0 (scan->folder, self->folder) == 0)
    {
      self->is_known = TRUE;
      take_old (self, scan);
      take_new (self, scan);
      g_signal_emit (self, scanned_signal, 0);
    }
  if (self->is_stale)
    rn_run_list_refresh (self);
}

void
rn_run_list_refresh (RnRunList *self)
{
  g_autoptr (GTask) task = NULL;
  Scan *scan;

  g_return_if_fail (RN_IS_RUN_LIST (self));

  self->is_stale = self->is_scanning;
  if (self->is_scanning || self->folder == NULL)
    return;
  scan = g_new0 (Scan, 1);
  scan->folder = g_strdup (self->folder);
  scan->before = new_table ();
  scan->digests = new_table ();
  scan->order = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->items->len; i++)
    {
      RnRunDigest *digest = RN_RUN_ITEM (self->items->pdata[i])->digest;

      g_hash_table_insert (scan->before, g_strdup (rn_run_digest_get_path (digest)),
                           rn_run_digest_ref (digest));
    }
  task = g_task_new (self, NULL, on_scanned, NULL);
  g_task_set_task_data (task, scan, scan_free);
  self->is_scanning = TRUE;
  g_task_run_in_thread (task, scan_folder);
}

/* Watching */

static gboolean
on_settled (gpointer data)
{
  RnRunList *self = data;

  self->settle_id = 0;
  rn_run_list_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
on_folder_changed (RnRunList *self)
{
  if (self->settle_id == 0)
    self->settle_id = g_timeout_add (SETTLE_MS, on_settled, self);
}

static void
stop_watching (RnRunList *self)
{
  g_clear_handle_id (&self->settle_id, g_source_remove);
  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
}

void
rn_run_list_set_folder (RnRunList *self, const char *folder)
{
  const guint n_before = self->items->len;
  g_autofree char *whole = folder != NULL ? g_canonicalize_filename (folder, NULL) : NULL;
  g_autoptr (GFile) file = NULL;

  g_return_if_fail (RN_IS_RUN_LIST (self));

  if (g_strcmp0 (self->folder, whole) == 0)
    return;
  stop_watching (self);
  g_free (self->folder);
  self->folder = g_steal_pointer (&whole);
  self->is_known = FALSE;
  g_ptr_array_set_size (self->items, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, 0);
  if (folder == NULL)
    return;
  file = g_file_new_for_path (folder);
  self->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (on_folder_changed), self,
                             G_CONNECT_SWAPPED);
  rn_run_list_refresh (self);
}

gboolean
rn_run_list_is_known (RnRunList *self)
{
  return self->is_known;
}

gboolean
rn_run_list_is_any_training (RnRunList *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (rn_run_digest_get_state (RN_RUN_ITEM (self->items->pdata[i])->digest) == RN_RUN_TRAINING)
      return TRUE;
  return FALSE;
}

static void
rn_run_list_init (RnRunList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
finalize (GObject *object)
{
  RnRunList *self = RN_RUN_LIST (object);

  stop_watching (self);
  g_ptr_array_unref (self->items);
  g_free (self->folder);
  G_OBJECT_CLASS (rn_run_list_parent_class)->finalize (object);
}

static void
rn_run_list_class_init (RnRunListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  scanned_signal = g_signal_new ("scanned", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

RnRunList *
rn_run_list_new (void)
{
  return g_object_new (RN_TYPE_RUN_LIST, NULL);
}
