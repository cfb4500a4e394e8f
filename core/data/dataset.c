#include "data/dataset-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/picture.h"
#include "residua/error.h"

#define MAX_NAMES_BYTES (4 * 1024 * 1024)
/* The largest class has so many times the pictures of the smallest before a warning says so. */
#define UNBALANCED 10
/* Pictures up to this side decide the side of a network's input. */
#define MAX_ADOPTED_SIDE 256

gboolean
rn_progress_report (const RnProgress *progress, double done, GError **error)
{
  if (progress->func == NULL || progress->func (CLAMP (done, 0.0, 1.0), progress->user_data))
    return TRUE;
  g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Opening the data was cancelled"));
  return FALSE;
}

void
rn_dataset_warn (RnDataset *dataset, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (dataset->warnings, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

const char *
rn_split_name (RnSplit split)
{
  return split == RN_SPLIT_TRAIN ? "train" : "test";
}

gboolean
rn_dataset_grow (RnDataset *dataset, RnSplit split, gsize n_more, const char *path, GError **error)
{
  RnSplitData *data = &dataset->splits[split];
  const gsize n = (gsize) data->count + MIN (n_more, RN_MAX_DATASET_PICTURES);
  const gsize n_picture =
      (gsize) dataset->width * (gsize) dataset->height * (gsize) dataset->channels;
  guint8 *pixels = NULL;
  int *labels = NULL;

  if (n_more <= RN_MAX_DATASET_PICTURES && n <= RN_MAX_DATASET_PICTURES)
    {
      labels = g_try_renew (int, data->labels, n);
      data->labels = labels != NULL ? labels : data->labels;
      pixels = g_try_realloc_n (data->pixels, n, n_picture);
      data->pixels = pixels != NULL ? pixels : data->pixels;
    }
  if (pixels != NULL && labels != NULL)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
               _ ("“%s” has too many pictures: there is no memory for %zu of %d×%d"), path, n_more,
               dataset->width, dataset->height);
  return FALSE;
}

gboolean
rn_dataset_read_classes (RnDataset *dataset, const char *folder, const char *name, int min, int max)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  bytes = rn_file_read (path, MAX_NAMES_BYTES, &error);
  if (bytes == NULL)
    {
      rn_dataset_warn (dataset, _ ("The names of the classes are not read: %s"), error->message);
      return FALSE;
    }
  text = g_utf8_make_valid (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines[i] != NULL; i++)
    if (g_strstrip (lines[i])[0] != '\0')
      g_ptr_array_add (dataset->classes, g_strdup (lines[i]));
  if ((int) dataset->classes->len >= min && (int) dataset->classes->len <= max)
    return TRUE;
  rn_dataset_warn (dataset, _ ("“%s” has %u names where %d to %d are needed; it is not used"), path,
                   dataset->classes->len, min, max);
  g_ptr_array_set_size (dataset->classes, 0);
  return FALSE;
}

void
rn_dataset_number_classes (RnDataset *dataset, int n)
{
  for (int i = 0; i < n; i++)
    g_ptr_array_add (dataset->classes, g_strdup_printf ("%d", i));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
rn_dataset_list_folder (const char *path, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  GDir *folder;

  errno = 0;
  folder = g_dir_open (path, 0, NULL);
  if (folder == NULL)
    {
      rn_file_set_error (error, path, errno != 0 ? errno : EIO);
      return NULL;
    }
  while ((name = g_dir_read_name (folder)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_dir_close (folder);
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

/* Bearable faults of balance */
static void
warn_about_balance (RnDataset *dataset)
{
  const guint n_classes = dataset->classes->len;
  g_autofree int *counts = g_new0 (int, n_classes);
  const RnSplitData *train = &dataset->splits[RN_SPLIT_TRAIN];
  int least = G_MAXINT, most = 0;

  for (int split = 0; split < 2; split++)
    if (dataset->splits[split].count == 0)
      rn_dataset_warn (dataset, split == RN_SPLIT_TRAIN ? _ ("There are no training pictures")
                                                        : _ ("There are no test pictures"));
  for (int i = 0; i < train->count; i++)
    counts[train->labels[i]]++;
  for (guint c = 0; c < n_classes && train->count > 0; c++)
    {
      if (counts[c] == 0)
        rn_dataset_warn (dataset, _ ("Class “%s” has no training pictures"),
                         (char *) dataset->classes->pdata[c]);
      else
        least = MIN (least, counts[c]);
      most = MAX (most, counts[c]);
    }
  if (most > 0 && most / UNBALANCED >= least)
    rn_dataset_warn (dataset,
                     _ ("The classes are unbalanced: from %d to %d training pictures in a class"),
                     least, most);
}

/* What every reader must have left, whatever the files said */
static gboolean
check_whole (const RnDataset *dataset, GError **error)
{
  if (dataset->splits[0].count == 0 && dataset->splits[1].count == 0)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has no pictures"), dataset->source);
      return FALSE;
    }
  if (dataset->classes->len < 2)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has %u class; at least 2 are needed"),
                   dataset->source, dataset->classes->len);
      return FALSE;
    }
  return TRUE;
}

/* Tells what @path is and hands it to its reader. */
static gboolean
read_path (RnDataset *dataset, const char *path, guint64 seed, const RnProgress *progress,
           GError **error)
{
  struct stat info;
  gboolean is_folder;

  if (stat (path, &info) != 0)
    {
      rn_file_set_error (error, path, errno);
      return FALSE;
    }
  is_folder = S_ISDIR (info.st_mode);
  if (rn_cifar_knows (path, is_folder))
    return rn_cifar_read (dataset, path, is_folder, progress, error);
  if (rn_idx_knows (path, is_folder))
    return rn_idx_read (dataset, path, is_folder, progress, error);
  if (is_folder)
    return rn_folder_read (dataset, path, seed, progress, error);
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” is no data set: CIFAR binary (.bin), IDX (also .gz) or a folder with one "
                  "folder of pictures per class is expected"),
               path);
  return FALSE;
}

RnDataset *
rn_dataset_open (const char *what, guint64 seed, RnProgressFunc progress, gpointer user_data,
                 GError **error)
{
  g_autoptr (RnDataset) dataset = g_new0 (RnDataset, 1);
  const RnProgress report = { progress, user_data };
  gboolean done;

  g_return_val_if_fail (what != NULL, NULL);

  g_atomic_ref_count_init (&dataset->references);
  pthread_mutex_init (&dataset->lock, NULL);
  dataset->source = g_strdup (what);
  dataset->classes = g_ptr_array_new_with_free_func (g_free);
  dataset->warnings = g_ptr_array_new_with_free_func (g_free);
  if (strcmp (what, "sample") == 0)
    done = rn_cifar_read_sample (dataset, &report, error);
  else
    done = read_path (dataset, what, seed, &report, error);
  if (!done || !check_whole (dataset, error))
    return NULL;
  warn_about_balance (dataset);
  g_ptr_array_add (dataset->classes, NULL);
  g_ptr_array_add (dataset->warnings, NULL);
  return g_steal_pointer (&dataset);
}

RnDataset *
rn_dataset_ref (RnDataset *dataset)
{
  g_atomic_ref_count_inc (&dataset->references);
  return dataset;
}

static void
clear_split (RnSplitData *data)
{
  for (int i = 0; i < data->count; i++)
    {
      if (data->files != NULL)
        g_free (data->files[i].path);
      if (data->decoded != NULL)
        rn_picture_unref (data->decoded[i]);
    }
  g_free (data->labels);
  g_free (data->pixels);
  g_free (data->files);
  g_free (data->decoded);
}

void
rn_dataset_unref (RnDataset *dataset)
{
  if (dataset == NULL || !g_atomic_ref_count_dec (&dataset->references))
    return;
  clear_split (&dataset->splits[RN_SPLIT_TRAIN]);
  clear_split (&dataset->splits[RN_SPLIT_TEST]);
  g_ptr_array_unref (dataset->classes);
  g_ptr_array_unref (dataset->warnings);
  g_free (dataset->source);
  g_free (dataset->format);
  g_free (dataset->digest);
  pthread_mutex_destroy (&dataset->lock);
  g_free (dataset);
}

const char *
rn_dataset_get_source (const RnDataset *dataset)
{
  return dataset->source;
}

const char *
rn_dataset_get_format (const RnDataset *dataset)
{
  return dataset->format;
}

/* A number as 8 bytes, lowest first: the same digest on every machine */
static void
digest_number (GChecksum *checksum, guint64 number)
{
  const guint64 bytes = GUINT64_TO_LE (number);

  g_checksum_update (checksum, (const guchar *) &bytes, sizeof bytes);
}

static void
digest_split (GChecksum *checksum, const RnDataset *dataset, const RnSplitData *data)
{
  const gsize n_picture =
      (gsize) dataset->width * (gsize) dataset->height * (gsize) dataset->channels;

  digest_number (checksum, (guint64) data->count);
  for (int i = 0; i < data->count; i++)
    {
      digest_number (checksum, (guint64) data->labels[i]);
      if (data->files != NULL)
        {
          digest_number (checksum, strlen (data->files[i].path));
          g_checksum_update (checksum, (const guchar *) data->files[i].path, -1);
          digest_number (checksum, data->files[i].size);
        }
      else
        g_checksum_update (checksum, data->pixels + (gsize) i * n_picture, (gssize) n_picture);
    }
}

static char *
compute_digest (const RnDataset *dataset)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  digest_number (checksum, (guint64) dataset->width);
  digest_number (checksum, (guint64) dataset->height);
  digest_number (checksum, (guint64) dataset->channels);
  digest_split (checksum, dataset, &dataset->splits[RN_SPLIT_TRAIN]);
  digest_split (checksum, dataset, &dataset->splits[RN_SPLIT_TEST]);
  return g_strdup (g_checksum_get_string (checksum));
}

/* A second for a large set, so it is computed when first asked for; the set looks unchanged from outside. */
const char *
rn_dataset_get_digest (const RnDataset *dataset)
{
  RnDataset *self = (RnDataset *) dataset;

  pthread_mutex_lock (&self->lock);
  if (self->digest == NULL)
    self->digest = compute_digest (dataset);
  pthread_mutex_unlock (&self->lock);
  return self->digest;
}

const char *const *
rn_dataset_get_classes (const RnDataset *dataset)
{
  return (const char *const *) dataset->classes->pdata;
}

int
rn_dataset_n_classes (const RnDataset *dataset)
{
  return (int) dataset->classes->len - 1;
}

const char *const *
rn_dataset_get_warnings (const RnDataset *dataset)
{
  return (const char *const *) dataset->warnings->pdata;
}

int
rn_dataset_count (const RnDataset *dataset, RnSplit split)
{
  return dataset->splits[split].count;
}

int
rn_dataset_get_channels (const RnDataset *dataset)
{
  return dataset->channels;
}

void
rn_dataset_get_size (const RnDataset *dataset, int *width, int *height)
{
  *width = dataset->width;
  *height = dataset->height;
}

int
rn_dataset_get_side (const RnDataset *dataset)
{
  return dataset->width == dataset->height && dataset->width <= MAX_ADOPTED_SIDE ? dataset->width
                                                                                 : 0;
}

int
rn_dataset_get_label (const RnDataset *dataset, RnSplit split, int index)
{
  g_return_val_if_fail (index >= 0 && index < dataset->splits[split].count, 0);

  return dataset->splits[split].labels[index];
}

char *
rn_dataset_get_name (const RnDataset *dataset, RnSplit split, int index)
{
  const RnSplitData *data = &dataset->splits[split];

  g_return_val_if_fail (index >= 0 && index < data->count, NULL);

  if (data->files != NULL)
    return g_filename_display_name (data->files[index].path);
  return g_strdup_printf (split == RN_SPLIT_TRAIN ? _ ("train %d") : _ ("test %d"), index);
}

RnPicture *
rn_dataset_get_picture (RnDataset *dataset, RnSplit split, int index, GError **error)
{
  const RnSplitData *data = &dataset->splits[split];
  RnPicture *picture;
  gsize n;

  g_return_val_if_fail (index >= 0 && index < data->count, NULL);

  if (data->files != NULL)
    return rn_folder_get_picture (dataset, split, index, error);
  picture = rn_picture_new (dataset->width, dataset->height, dataset->channels, error);
  if (picture == NULL)
    return NULL;
  n = rn_picture_n_bytes (picture);
  memcpy (picture->pixels, data->pixels + (gsize) index * n, n);
  return picture;
}
