#include "data/dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "data/sample.h"
#include "residua/error.h"

#define SIDE 32
#define PLANE (SIDE * SIDE)
#define PIXELS (3 * PLANE)
#define MAX_FILE_BYTES ((gsize) 4 * 1024 * 1024 * 1024)

/* A record: @n_labels bytes of which the last counts, then three planes of pixels */
typedef struct
{
  gsize n_labels;
  int n_classes;
  const char *names;
} Kind;

static const Kind cifar10 = { 1, 10, "batches.meta.txt" };
static const Kind cifar100 = { 2, 100, "fine_label_names.txt" };

static const char *const cifar10_classes[] = { "airplane", "automobile", "bird",  "cat",  "deer",
                                               "dog",      "frog",       "horse", "ship", "truck" };

/* data_batch_NUMBER.bin */
static gboolean
is_batch (const char *name)
{
  const char *p = name;

  if (!g_str_has_prefix (name, "data_batch_") || !g_str_has_suffix (name, ".bin"))
    return FALSE;
  for (p = name + strlen ("data_batch_"); g_ascii_isdigit (*p); p++)
    ;
  return p > name + strlen ("data_batch_") && strcmp (p, ".bin") == 0;
}

/* Returns: (nullable): what a file of this name in a folder is */
static const Kind *
kind_of_name (const char *name)
{
  if (is_batch (name) || strcmp (name, "test_batch.bin") == 0)
    return &cifar10;
  if (strcmp (name, "train.bin") == 0 || strcmp (name, "test.bin") == 0)
    return &cifar100;
  return NULL;
}

static RnSplit
split_of_name (const char *name)
{
  return is_batch (name) || g_str_has_prefix (name, "train") ? RN_SPLIT_TRAIN : RN_SPLIT_TEST;
}

/* Returns: (nullable): the kind of a folder: 10 before 100 where both are in it */
static const Kind *
kind_of_folder (const GPtrArray *names)
{
  const Kind *kind = NULL;

  for (guint i = 0; i < names->len && kind != &cifar10; i++)
    {
      const Kind *found = kind_of_name (names->pdata[i]);

      kind = found != NULL ? found : kind;
    }
  return kind;
}

gboolean
rn_cifar_knows (const char *path, gboolean is_folder)
{
  g_autoptr (GPtrArray) names = NULL;

  if (!is_folder)
    return g_str_has_suffix (path, ".bin");
  names = rn_dataset_list_folder (path, NULL);
  return names != NULL && kind_of_folder (names) != NULL;
}

/* Appends the records of a file, or of memory, to @split. */
static gboolean
append_records (RnDataset *dataset, RnSplit split, const Kind *kind, const guint8 *records,
                gsize length, const char *path, GError **error)
{
  const gsize n_record = kind->n_labels + PIXELS, n = length / n_record;
  const int n_classes = (int) dataset->classes->len;
  RnSplitData *data = &dataset->splits[split];
  guint8 *to;

  if (!rn_dataset_grow (dataset, split, n, path, error))
    return FALSE;
  to = data->pixels + (gsize) data->count * PIXELS;
  for (gsize i = 0; i < n; i++)
    {
      const guint8 *planes = records + i * n_record + kind->n_labels;
      const int label = planes[-1];

      if (label >= n_classes)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                       _ ("“%s”: record %zu has label %d; labels are 0 to %d"), path, i, label,
                       n_classes - 1);
          return FALSE;
        }
      data->labels[data->count++] = label;
      for (int p = 0; p < PLANE; p++)
        for (int c = 0; c < 3; c++)
          *to++ = planes[c * PLANE + p];
    }
  return TRUE;
}

static GBytes *
read_records (const char *path, const Kind *kind, GError **error)
{
  g_autoptr (GBytes) file = rn_file_read (path, MAX_FILE_BYTES, error);
  const gsize n_record = kind->n_labels + PIXELS;
  gsize length;

  if (file == NULL)
    return NULL;
  length = g_bytes_get_size (file);
  if (length > 0 && length % n_record == 0)
    return g_steal_pointer (&file);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” has %zu bytes; a CIFAR-%d file is made of records of %zu bytes"), path,
               length, kind->n_classes, n_record);
  return NULL;
}

static void
set_form (RnDataset *dataset)
{
  dataset->channels = 3;
  dataset->width = SIDE;
  dataset->height = SIDE;
}

/* Names beside the files win, and say how many classes there are: a set exported from elsewhere has its own. */
static void
set_classes (RnDataset *dataset, const Kind *kind, const char *folder)
{
  if (kind == &cifar100 && rn_dataset_read_classes (dataset, folder, kind->names, 100, 100))
    return;
  if (kind == &cifar10 && rn_dataset_read_classes (dataset, folder, kind->names, 2, 256))
    return;
  if (kind == &cifar100)
    {
      rn_dataset_number_classes (dataset, kind->n_classes);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (cifar10_classes); i++)
    g_ptr_array_add (dataset->classes, g_strdup (cifar10_classes[i]));
}

static gboolean
append_file (RnDataset *dataset, const char *path, const Kind *kind, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GBytes) file = read_records (path, kind, error);

  return file != NULL &&
         append_records (dataset, split_of_name (name), kind, g_bytes_get_data (file, NULL),
                         g_bytes_get_size (file), path, error);
}

/* data_batch_2 before data_batch_10 */
static int
compare_batches (gconstpointer a, gconstpointer b)
{
  const char *first = *(const char *const *) a, *second = *(const char *const *) b;
  const gsize n_first = strlen (first), n_second = strlen (second);

  if (n_first != n_second)
    return n_first < n_second ? -1 : 1;
  return strcmp (first, second);
}

static gboolean
read_folder (RnDataset *dataset, const char *folder, const RnProgress *progress, GError **error)
{
  g_autoptr (GPtrArray) names = rn_dataset_list_folder (folder, error);
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  const Kind *kind;

  if (names == NULL)
    return FALSE;
  kind = kind_of_folder (names);
  for (guint i = 0; i < names->len; i++)
    if (kind_of_name (names->pdata[i]) == kind)
      g_ptr_array_add (files, names->pdata[i]);
  g_ptr_array_sort (files, compare_batches);

  dataset->format = g_strdup_printf (_ ("CIFAR-%d, binary"), kind->n_classes);
  set_classes (dataset, kind, folder);
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, files->pdata[i], NULL);

      if (!rn_progress_report (progress, (double) i / files->len, error) ||
          !append_file (dataset, path, kind, error))
        return FALSE;
    }
  return rn_progress_report (progress, 1.0, error);
}

/* A file that is named otherwise is what its length fits. */
static gboolean
read_alone (RnDataset *dataset, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  const Kind *kind = kind_of_name (name);

  if (kind == NULL)
    {
      g_autoptr (GBytes) file = rn_file_read (path, MAX_FILE_BYTES, error);
      gsize length;

      if (file == NULL)
        return FALSE;
      length = g_bytes_get_size (file);
      kind = length % (1 + PIXELS) != 0 && length % (2 + PIXELS) == 0 ? &cifar100 : &cifar10;
    }
  dataset->format = g_strdup_printf (_ ("CIFAR-%d, binary"), kind->n_classes);
  set_classes (dataset, kind, folder);
  return append_file (dataset, path, kind, error);
}

gboolean
rn_cifar_read (RnDataset *dataset, const char *path, gboolean is_folder, const RnProgress *progress,
               GError **error)
{
  set_form (dataset);
  return is_folder ? read_folder (dataset, path, progress, error)
                   : read_alone (dataset, path, error);
}

gboolean
rn_cifar_read_sample (RnDataset *dataset, const RnProgress *progress, GError **error)
{
  const gsize n_train = (gsize) RN_SAMPLE_TRAIN * RN_SAMPLE_RECORD;
  const gsize n_test = (gsize) RN_SAMPLE_TEST * RN_SAMPLE_RECORD;
  g_autoptr (GBytes) bytes = rn_sample_load (progress->func, progress->user_data, error);
  const guint8 *records;

  if (bytes == NULL)
    return FALSE;
  g_assert (g_bytes_get_size (bytes) == n_train + n_test);
  records = g_bytes_get_data (bytes, NULL);
  set_form (dataset);
  dataset->format = g_strdup (_ ("Sample scenes, drawn"));
  for (int i = 0; rn_sample_classes[i] != NULL; i++)
    g_ptr_array_add (dataset->classes, g_strdup (rn_sample_classes[i]));
  return append_records (dataset, RN_SPLIT_TRAIN, &cifar10, records, n_train, "sample", error) &&
         append_records (dataset, RN_SPLIT_TEST, &cifar10, records + n_train, n_test, "sample",
                         error);
}
