#include "data/dataset-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/random.h"
#include "data/image.h"
#include "data/picture.h"
#include "residua/error.h"

#define MAX_DECODED_BYTES ((gsize) 256 * 1024 * 1024)
/* Larger pictures are decoded each time: a few would fill the cache. */
#define MAX_CACHED_PICTURE ((gsize) 1024 * 1024)
/* How many headers, spread over the set, tell whether all pictures have one size or are grey */
#define N_PROBES 64
#define TEST_SHARE 6

static const char *const train_names[] = { "train", "training", NULL };
static const char *const test_names[] = { "test", "testing", "val", "valid", "validation", NULL };

/* What was passed over while reading */
typedef struct
{
  const RnProgress *progress;
  int n_found;
  int n_skipped;
  char *first_skipped;
} Walk;

static gboolean
is_folder (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR);
}

static gboolean
has_picture_name (const char *name)
{
  static const char *const endings[] = { ".png", ".jpg", ".jpeg", ".jpe", ".jfif" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

static void
skip (Walk *walk, const char *path)
{
  if (walk->n_skipped++ == 0)
    walk->first_skipped = g_filename_display_name (path);
}

/* Returns: (transfer full) (element-type filename): the names of the folders in a folder; names of files are
 * passed over, with notice where they look like pictures
 */
static GPtrArray *
list_folders (const char *path, Walk *walk, GError **error)
{
  g_autoptr (GPtrArray) names = rn_dataset_list_folder (path, error);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  if (names == NULL)
    return NULL;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);

      if (is_folder (child))
        g_ptr_array_add (folders, g_strdup (names->pdata[i]));
      else if (walk != NULL && has_picture_name (child))
        skip (walk, child);
    }
  return g_steal_pointer (&folders);
}

static gboolean
has_folders (const char *path)
{
  g_autoptr (GPtrArray) folders = list_folders (path, NULL, NULL);

  return folders != NULL && folders->len > 0;
}

/* Returns: (nullable) (transfer full): the first of the names that is a folder with folders in it */
static char *
find_split (const char *root, const char *const *names)
{
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (root, names[i], NULL);

      if (is_folder (path) && has_folders (path))
        return g_strdup (names[i]);
    }
  return NULL;
}

static void
append (RnSplitData *data, gsize *n_room, const char *path, guint64 size, int label)
{
  if ((gsize) data->count == *n_room)
    {
      *n_room = MAX (256, *n_room * 2);
      data->files = g_renew (RnDatasetFile, data->files, *n_room);
      data->labels = g_renew (int, data->labels, *n_room);
    }
  data->files[data->count] = (RnDatasetFile){ g_strdup (path), size };
  data->labels[data->count++] = label;
}

/* The pictures of one class, sorted by name, appended to @data */
static gboolean
read_class (RnSplitData *data, gsize *n_room, const char *root, const char *below, int label,
            Walk *walk, GError **error)
{
  g_autofree char *folder = g_build_filename (root, below, NULL);
  g_autoptr (GPtrArray) names = rn_dataset_list_folder (folder, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (below, names->pdata[i], NULL);
      g_autofree char *whole = g_build_filename (root, path, NULL);
      struct stat info;

      if (!has_picture_name (path) || stat (whole, &info) != 0 || !S_ISREG (info.st_mode) ||
          info.st_size == 0)
        {
          skip (walk, whole);
          continue;
        }
      if (walk->n_found == RN_MAX_DATASET_PICTURES)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has more than %d pictures"), root,
                       RN_MAX_DATASET_PICTURES);
          return FALSE;
        }
      walk->n_found++;
      append (data, n_room, path, (guint64) info.st_size, label);
    }
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Adds the folders of @path to the classes. */
static gboolean
add_classes (RnDataset *dataset, const char *root, const char *below, Walk *walk, GError **error)
{
  g_autofree char *path = g_build_filename (root, below, NULL);
  g_autoptr (GPtrArray) folders = list_folders (path, walk, error);

  if (folders == NULL)
    return FALSE;
  if (folders->len <= RN_MAX_CLASSES)
    {
      g_ptr_array_extend_and_steal (dataset->classes, g_steal_pointer (&folders));
      return TRUE;
    }
  g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has more than %d classes"), root,
               RN_MAX_CLASSES);
  return FALSE;
}

/* Sorts the classes; the same name in training and test is one class. */
static void
unite_classes (GPtrArray *classes)
{
  g_ptr_array_sort (classes, compare_names);
  for (guint i = classes->len; i > 1; i--)
    if (strcmp (classes->pdata[i - 1], classes->pdata[i - 2]) == 0)
      g_ptr_array_remove_index (classes, i - 1);
}

/* Names of files may be any bytes; from here on they are shown and written. */
static void
make_classes_valid (GPtrArray *classes)
{
  for (guint i = 0; i < classes->len; i++)
    {
      char *name = g_filename_display_name (classes->pdata[i]);

      g_free (classes->pdata[i]);
      classes->pdata[i] = name;
    }
}

static gboolean
read_split (RnDataset *dataset, RnSplit split, const char *below, Walk *walk, GError **error)
{
  gsize n_room = 0;

  for (guint c = 0; c < dataset->classes->len; c++)
    {
      g_autofree char *name = g_build_filename (below, dataset->classes->pdata[c], NULL);
      g_autofree char *path = g_build_filename (dataset->source, name, NULL);

      if (!rn_progress_report (walk->progress, (double) c / dataset->classes->len, error))
        return FALSE;
      if (is_folder (path) && !read_class (&dataset->splits[split], &n_room, dataset->source, name,
                                           (int) c, walk, error))
        return FALSE;
    }
  return TRUE;
}

/* Marks which of the @n pictures of class @label go to test: one in six, at least one of two. */
static void
draw_test (guint8 *is_test, int n, int label, guint64 seed)
{
  g_autofree int *order = g_new (int, MAX (n, 1));
  RnRandom random;

  for (int i = 0; i < n; i++)
    order[i] = i;
  rn_random_start (&random, seed, RN_STREAM_SPLIT, (guint64) label, 0);
  rn_random_shuffle (&random, order, n);
  for (int i = 0; i < (n >= 2 ? MAX (n / TEST_SHARE, 1) : 0); i++)
    is_test[order[i]] = 1;
}

/* Moves the test share of each class out of the training split; both stay sorted. */
static void
split_by_seed (RnDataset *dataset, guint64 seed)
{
  RnSplitData whole = dataset->splits[RN_SPLIT_TRAIN];
  g_autofree guint8 *is_test = g_new0 (guint8, MAX (whole.count, 1));
  gsize n_room[2] = { 0, 0 };

  for (int start = 0, end; start < whole.count; start = end)
    {
      for (end = start; end < whole.count && whole.labels[end] == whole.labels[start]; end++)
        ;
      draw_test (is_test + start, end - start, whole.labels[start], seed);
    }
  dataset->splits[RN_SPLIT_TRAIN] = (RnSplitData){ 0 };
  for (int i = 0; i < whole.count; i++)
    {
      const int split = is_test[i] ? RN_SPLIT_TEST : RN_SPLIT_TRAIN;

      append (&dataset->splits[split], &n_room[split], whole.files[i].path, whole.files[i].size,
              whole.labels[i]);
      g_free (whole.files[i].path);
    }
  g_free (whole.files);
  g_free (whole.labels);
}

/* Reads the headers of some pictures to tell channels and size of all. */
static void
probe (RnDataset *dataset)
{
  const int n_train = dataset->splits[RN_SPLIT_TRAIN].count;
  const int n = n_train + dataset->splits[RN_SPLIT_TEST].count, n_probes = MIN (n, N_PROBES);
  gboolean same = TRUE;
  int n_read = 0;

  dataset->channels = 1;
  for (int i = 0; i < n_probes; i++)
    {
      const int at = (int) ((gint64) i * n / n_probes);
      const RnSplitData *data = &dataset->splits[at < n_train ? RN_SPLIT_TRAIN : RN_SPLIT_TEST];
      g_autofree char *path =
          g_build_filename (dataset->source, data->files[at < n_train ? at : at - n_train].path,
                            NULL);
      g_autoptr (GError) error = NULL;
      RnImageInfo info;

      if (!rn_image_probe (path, &info, &error))
        {
          rn_dataset_warn (dataset, _ ("A picture cannot be read: %s"), error->message);
          continue;
        }
      if (n_read++ == 0)
        {
          dataset->width = info.width;
          dataset->height = info.height;
        }
      same = same && info.width == dataset->width && info.height == dataset->height;
      dataset->channels = MAX (dataset->channels, info.channels);
    }
  if (!same)
    dataset->width = dataset->height = 0;
  if (n_read == 0)
    dataset->channels = 3;
}

static gboolean
check_classes (const RnDataset *dataset, GError **error)
{
  g_autofree guint8 *seen = g_new0 (guint8, MAX (dataset->classes->len, 1));
  int n = 0;

  for (int split = 0; split < 2; split++)
    for (int i = 0; i < dataset->splits[split].count; i++)
      {
        guint8 *mark = &seen[dataset->splits[split].labels[i]];

        n += *mark == 0;
        *mark = 1;
      }
  if (n >= 2)
    return TRUE;
  g_set_error (
      error, RN_ERROR, RN_ERROR_DATA,
      _ ("“%s” has %d folders with PNG or JPEG pictures in them; at least 2 are needed, one "
         "for each class"),
      dataset->source, n);
  return FALSE;
}

static gboolean
read_splits (RnDataset *dataset, guint64 seed, Walk *walk, GError **error)
{
  const char *root = dataset->source;
  g_autofree char *train = find_split (root, train_names);
  g_autofree char *test = find_split (root, test_names);
  const gboolean whole = train == NULL && test == NULL;

  if ((train != NULL || whole) &&
      !add_classes (dataset, root, train != NULL ? train : "", walk, error))
    return FALSE;
  if (test != NULL && !add_classes (dataset, root, test, walk, error))
    return FALSE;
  unite_classes (dataset->classes);
  if ((train != NULL || whole) &&
      !read_split (dataset, RN_SPLIT_TRAIN, train != NULL ? train : "", walk, error))
    return FALSE;
  if (test != NULL)
    return read_split (dataset, RN_SPLIT_TEST, test, walk, error);
  split_by_seed (dataset, seed);
  return TRUE;
}

gboolean
rn_folder_read (RnDataset *dataset, const char *path, guint64 seed, const RnProgress *progress,
                GError **error)
{
  Walk walk = { .progress = progress };
  gboolean done = read_splits (dataset, seed, &walk, error) && check_classes (dataset, error);

  if (done && walk.n_skipped > 0)
    rn_dataset_warn (
        dataset,
        g_dngettext (GETTEXT_PACKAGE,
                     "%d file is no PNG or JPEG picture in a class folder and was left "
                     "out: “%s”",
                     "%d files are no PNG or JPEG pictures in class folders and were left "
                     "out, the first “%s”",
                     (gulong) walk.n_skipped),
        walk.n_skipped, walk.first_skipped);
  g_free (walk.first_skipped);
  if (!done)
    return FALSE;
  make_classes_valid (dataset->classes);
  dataset->format = g_strdup (_ ("Folder of pictures"));
  for (int split = 0; split < 2; split++)
    dataset->splits[split].decoded = g_new0 (RnPicture *, MAX (dataset->splits[split].count, 1));
  probe (dataset);
  return rn_progress_report (progress, 1.0, error);
}

/* Keeps what is decoded until the cache is full, and then no more: pictures are asked for in a new random order
 * every epoch, where throwing out old ones would not find more of them.
 */
static void
keep (RnDataset *dataset, RnPicture **slot, RnPicture *picture)
{
  const gsize n = rn_picture_n_bytes (picture);

  if (n > MAX_CACHED_PICTURE)
    return;
  pthread_mutex_lock (&dataset->lock);
  if (*slot == NULL && dataset->n_decoded_bytes + n <= MAX_DECODED_BYTES)
    {
      *slot = rn_picture_ref (picture);
      dataset->n_decoded_bytes += n;
    }
  pthread_mutex_unlock (&dataset->lock);
}

RnPicture *
rn_folder_get_picture (RnDataset *dataset, RnSplit split, int index, GError **error)
{
  RnSplitData *data = &dataset->splits[split];
  RnPicture **slot = &data->decoded[index];
  g_autofree char *path = NULL;
  g_autoptr (RnPicture) loaded = NULL;
  RnPicture *picture;

  pthread_mutex_lock (&dataset->lock);
  picture = *slot != NULL ? rn_picture_ref (*slot) : NULL;
  pthread_mutex_unlock (&dataset->lock);
  if (picture != NULL)
    return picture;

  path = g_build_filename (dataset->source, data->files[index].path, NULL);
  loaded = rn_picture_load (path, error);
  if (loaded == NULL)
    return NULL;
  picture = rn_picture_convert (loaded, dataset->channels, error);
  if (picture == NULL)
    return NULL;
  keep (dataset, slot, picture);
  return picture;
}
