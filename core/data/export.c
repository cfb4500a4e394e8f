#include "data/dataset-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/file.h"
#include "residua/error.h"

#define SIDE 32
#define PLANE (SIDE * SIDE)
#define RECORD (1 + 3 * PLANE)
#define N_BATCHES 5
#define MAX_LABELS 256

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  rn_file_set_error (error, path, errno);
  return FALSE;
}

static gboolean
refuse_existing (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _ ("“%s” is there already and is not overwritten"), path);
  return FALSE;
}

static gboolean
check_exportable (RnDataset *dataset, GError **error)
{
  if (dataset->width == SIDE && dataset->height == SIDE && dataset->channels == 3 &&
      rn_dataset_n_classes (dataset) <= MAX_LABELS)
    return TRUE;
  g_set_error (
      error, RN_ERROR, RN_ERROR_SHAPE,
      _ ("“%s” does not fit CIFAR-10 binary: %d×%d pixels of %d channels in %d classes; %d×%d of 3 "
         "in at most %d are needed"),
      dataset->source, dataset->width, dataset->height, dataset->channels,
      rn_dataset_n_classes (dataset), SIDE, SIDE, MAX_LABELS);
  return FALSE;
}

/* Record: the label, then the planes */
static gboolean
fill_record (RnDataset *dataset, RnSplit split, int index, guint8 *record, GError **error)
{
  g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, split, index, error);

  if (picture == NULL)
    return FALSE;
  if (picture->width != SIDE || picture->height != SIDE)
    {
      g_autofree char *name = rn_dataset_get_name (dataset, split, index);

      g_set_error (error, RN_ERROR, RN_ERROR_SHAPE, _ ("“%s” in “%s” is %d×%d, not %d×%d"), name,
                   dataset->source, picture->width, picture->height, SIDE, SIDE);
      return FALSE;
    }
  *record++ = (guint8) rn_dataset_get_label (dataset, split, index);
  for (int c = 0; c < 3; c++)
    for (int p = 0; p < PLANE; p++)
      *record++ = picture->pixels[p * 3 + c];
  return TRUE;
}

/* Pictures @first to @end of @split; no file where there are none */
static gboolean
write_records (RnDataset *dataset, RnSplit split, int first, int end, const char *path,
               GError **error)
{
  g_autofree guint8 *records = NULL;

  if (first == end)
    return TRUE;
  records = g_try_malloc_n ((gsize) (end - first), RECORD);
  if (records == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory to write “%s”"), path);
      return FALSE;
    }
  for (int i = first; i < end; i++)
    if (!fill_record (dataset, split, i, records + (gsize) (i - first) * RECORD, error))
      return FALSE;
  return rn_file_replace (path, records, (gsize) (end - first) * RECORD, error);
}

static gboolean
write_class_names (RnDataset *dataset, const char *path, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *const *classes = rn_dataset_get_classes (dataset);

  for (int i = 0; classes[i] != NULL; i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (classes[i]), "\r\n", ' ');

      g_string_append_printf (text, "%s\n", name);
    }
  return rn_file_replace (path, text->str, text->len, error);
}

gboolean
rn_dataset_export_cifar (RnDataset *dataset, const char *folder, GError **error)
{
  const int n_train = rn_dataset_count (dataset, RN_SPLIT_TRAIN);
  g_autofree char *test = g_build_filename (folder, "test_batch.bin", NULL);
  g_autofree char *names = g_build_filename (folder, "batches.meta.txt", NULL);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func (g_free);

  if (!check_exportable (dataset, error) || !make_folder (folder, error) ||
      !refuse_existing (test, error) || !refuse_existing (names, error))
    return FALSE;
  for (int i = 0; i < N_BATCHES; i++)
    {
      g_autofree char *name = g_strdup_printf ("data_batch_%d.bin", i + 1);

      g_ptr_array_add (batches, g_build_filename (folder, name, NULL));
      if (!refuse_existing (batches->pdata[i], error))
        return FALSE;
    }
  for (int i = 0; i < N_BATCHES; i++)
    if (!write_records (dataset, RN_SPLIT_TRAIN, (int) ((gint64) n_train * i / N_BATCHES),
                        (int) ((gint64) n_train * (i + 1) / N_BATCHES), batches->pdata[i], error))
      return FALSE;
  return write_records (dataset, RN_SPLIT_TEST, 0, rn_dataset_count (dataset, RN_SPLIT_TEST), test,
                        error) &&
         write_class_names (dataset, names, error);
}

/* A class's name as that of a folder: names come from files and must not lead elsewhere. */
static char *
folder_of_class (const char *name, int label)
{
  char *safe = g_strdelimit (g_strdup (name), "/\\", '_');

  if (safe[0] == '.')
    safe[0] = '_';
  if (safe[0] != '\0')
    return safe;
  g_free (safe);
  return g_strdup_printf ("%d", label);
}

gboolean
rn_dataset_export_png (RnDataset *dataset, RnSplit split, int count, const char *folder,
                       GError **error)
{
  const int n_there = rn_dataset_count (dataset, split);
  const int n = count > 0 ? MIN (count, n_there) : n_there;

  for (int i = 0; i < n; i++)
    {
      const int label = rn_dataset_get_label (dataset, split, i);
      g_autofree char *name = folder_of_class (rn_dataset_get_classes (dataset)[label], label);
      g_autofree char *class_folder = g_build_filename (folder, name, NULL);
      g_autofree char *file = g_strdup_printf ("%s-%05d.png", rn_split_name (split), i);
      g_autofree char *path = g_build_filename (class_folder, file, NULL);
      g_autoptr (RnPicture) picture = NULL;

      if (!make_folder (class_folder, error) || !refuse_existing (path, error))
        return FALSE;
      picture = rn_dataset_get_picture (dataset, split, i, error);
      if (picture == NULL || !rn_picture_save_png (picture, path, error))
        return FALSE;
    }
  return TRUE;
}
