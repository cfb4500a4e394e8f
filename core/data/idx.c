#include "data/dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/file.h"
#include "data/gunzip.h"
#include "data/picture.h"
#include "residua/error.h"

/* Two zeros, 8: unsigned bytes, and the number of dimensions; then each as 32 bits, highest first */
#define MAGIC_LABELS 0x00000801u
#define MAGIC_PICTURES 0x00000803u

#define MAX_BYTES ((gsize) 2 * 1024 * 1024 * 1024)
#define MNIST_CLASSES 10

static const char *const fashion_classes[] = { "T-shirt/top", "Trouser",   "Pullover", "Dress",
                                               "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                               "Bag",         "Ankle boot" };

/* An open file, past its header */
typedef struct
{
  GBytes *file;
  RnGunzip *gunzip;
  guint32 dims[3];
} Source;

static void
source_clear (Source *source)
{
  g_clear_pointer (&source->gunzip, rn_gunzip_free);
  g_clear_pointer (&source->file, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static gboolean
read_number (Source *source, guint32 *number, GError **error)
{
  guint8 bytes[4];

  if (!rn_gunzip_read (source->gunzip, bytes, sizeof bytes, error))
    return FALSE;
  *number =
      (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
  return TRUE;
}

/* Opens and reads the header; what it announces must be there, or could be once unpacked. */
static gboolean
source_open (Source *source, const char *path, guint32 magic, GError **error)
{
  const int n_dims = (int) (magic & 0xff);
  guint64 announced = 1;
  guint32 found;

  source->file = rn_file_read (path, MAX_BYTES, error);
  if (source->file == NULL)
    return FALSE;
  source->gunzip = rn_gunzip_new (g_bytes_get_data (source->file, NULL),
                                  g_bytes_get_size (source->file), path, error);
  if (source->gunzip == NULL || !read_number (source, &found, error))
    return FALSE;
  if (found != magic)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” begins with 0x%08x; an IDX file of %s begins with 0x%08x"), path, found,
                   magic == MAGIC_LABELS ? _ ("labels") : _ ("pictures"), magic);
      return FALSE;
    }
  for (int i = 0; i < n_dims; i++)
    {
      if (!read_number (source, &source->dims[i], error))
        return FALSE;
      /* Saturates far above the bound, far below an overflow. */
      announced = MIN (announced * MIN (source->dims[i], 0x10000000u), (guint64) 1 << 34);
    }
  if (source->dims[0] == 0 || source->dims[0] > RN_MAX_DATASET_PICTURES || announced > MAX_BYTES)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("“%s” announces %u entries, %llu bytes or more; 1 to %d entries in at most "
                      "%zu bytes are read"),
                   path, source->dims[0], (unsigned long long) announced, RN_MAX_DATASET_PICTURES,
                   MAX_BYTES);
      return FALSE;
    }
  if (announced > rn_gunzip_get_bound (source->gunzip))
    {
      g_set_error (
          error, RN_ERROR, RN_ERROR_FORMAT,
          _ ("“%s” is truncated: its header announces %llu bytes, more than %zu bytes can hold"),
          path, (unsigned long long) announced, g_bytes_get_size (source->file));
      return FALSE;
    }
  return TRUE;
}

/* The sides of a first file set those of the data set; a second must agree. */
static gboolean
check_sides (RnDataset *dataset, const Source *pictures, const char *path, GError **error)
{
  const guint32 height = pictures->dims[1], width = pictures->dims[2];

  if (!rn_picture_check_size (width, height, path, error))
    return FALSE;
  if (dataset->width == 0)
    {
      dataset->channels = 1;
      dataset->width = (int) width;
      dataset->height = (int) height;
    }
  if ((int) width == dataset->width && (int) height == dataset->height)
    return TRUE;
  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
               _ ("“%s” has pictures of %u×%u; those of the other split are %d×%d"), path, width,
               height, dataset->width, dataset->height);
  return FALSE;
}

static gboolean
read_labels (RnSplitData *data, Source *labels, guint32 n, GError **error)
{
  g_autofree guint8 *bytes = g_try_malloc (n);

  if (bytes == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY, _ ("There is no memory for %u labels"), n);
      return FALSE;
    }
  if (!rn_gunzip_read (labels->gunzip, bytes, n, error) ||
      !rn_gunzip_finish (labels->gunzip, error))
    return FALSE;
  for (guint32 i = 0; i < n; i++)
    data->labels[i] = bytes[i];
  return TRUE;
}

static gboolean
read_pair (RnDataset *dataset, RnSplit split, const char *pictures_path, const char *labels_path,
           GError **error)
{
  RnSplitData *data = &dataset->splits[split];
  g_auto (Source) labels = { NULL }, pictures = { NULL };
  gsize n_bytes;

  if (!source_open (&labels, labels_path, MAGIC_LABELS, error) ||
      !source_open (&pictures, pictures_path, MAGIC_PICTURES, error) ||
      !check_sides (dataset, &pictures, pictures_path, error))
    return FALSE;
  if (labels.dims[0] != pictures.dims[0])
    {
      g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has %u pictures, but “%s” %u labels"),
                   pictures_path, pictures.dims[0], labels_path, labels.dims[0]);
      return FALSE;
    }
  if (!rn_dataset_grow (dataset, split, labels.dims[0], pictures_path, error) ||
      !read_labels (data, &labels, labels.dims[0], error))
    return FALSE;
  n_bytes = (gsize) pictures.dims[0] * (gsize) dataset->width * (gsize) dataset->height;
  if (!rn_gunzip_read (pictures.gunzip, data->pixels, n_bytes, error) ||
      !rn_gunzip_finish (pictures.gunzip, error))
    return FALSE;
  data->count = (int) labels.dims[0];
  return TRUE;
}

/* "train-images-idx3-ubyte.gz" gives "train", with @what "images". Returns: (nullable) (transfer full) */
static char *
prefix_of_name (const char *name, const char *what)
{
  g_autofree char *middle = g_strconcat ("-", what, NULL);
  const char *at = strstr (name, middle);
  const char *rest = at != NULL ? at + strlen (middle) : NULL;

  if (rest == NULL || (rest[0] != '-' && rest[0] != '.'))
    return NULL;
  rest++;
  if (!g_str_has_prefix (rest, strcmp (what, "images") == 0 ? "idx3-ubyte" : "idx1-ubyte"))
    return NULL;
  rest += strlen ("idx3-ubyte");
  if (rest[0] != '\0' && strcmp (rest, ".gz") != 0)
    return NULL;
  return g_strndup (name, (gsize) (at - name));
}

/* Returns: (nullable) (transfer full): the path of PREFIX's pictures or labels among the names of a folder; plain
 * before packed
 */
static char *
find_file (const char *folder, const GPtrArray *names, const char *prefix, const char *what)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *found = prefix_of_name (names->pdata[i], what);

      /* Sorted, so that NAME comes before NAME.gz */
      if (g_strcmp0 (found, prefix) == 0)
        return g_build_filename (folder, names->pdata[i], NULL);
    }
  return NULL;
}

static gboolean
read_split (RnDataset *dataset, RnSplit split, const char *folder, const GPtrArray *names,
            const char *prefix, GError **error)
{
  g_autofree char *pictures = find_file (folder, names, prefix, "images");
  g_autofree char *labels = find_file (folder, names, prefix, "labels");

  if (pictures != NULL && labels != NULL)
    return read_pair (dataset, split, pictures, labels, error);
  g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” has no %s beside it in the same folder"),
               pictures != NULL ? pictures : labels,
               pictures != NULL ? "labels-idx1-ubyte" : "images-idx3-ubyte");
  return FALSE;
}

/* Returns: (nullable) (transfer full): whose file this is */
static char *
prefix_of_either (const char *name)
{
  char *prefix = prefix_of_name (name, "images");

  return prefix != NULL ? prefix : prefix_of_name (name, "labels");
}

static RnSplit
split_of_prefix (const char *prefix)
{
  return g_str_has_suffix (prefix, "train") ? RN_SPLIT_TRAIN : RN_SPLIT_TEST;
}

gboolean
rn_idx_knows (const char *path, gboolean is_folder)
{
  g_autoptr (GPtrArray) names = NULL;
  gboolean known = FALSE;

  if (!is_folder)
    {
      g_autofree char *name = g_path_get_basename (path);
      g_autofree char *prefix = prefix_of_either (name);

      return prefix != NULL;
    }
  names = rn_dataset_list_folder (path, NULL);
  for (guint i = 0; names != NULL && i < names->len && !known; i++)
    {
      g_autofree char *prefix = prefix_of_either (names->pdata[i]);

      known = prefix != NULL;
    }
  return known;
}

/* Returns: (transfer full): the prefix of each split, or NULL; an error where two contend for one, as in a folder
 * of all EMNIST files
 */
static gboolean
find_prefixes (const char *folder, const GPtrArray *names, char *prefixes[2], GError **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *prefix = prefix_of_either (names->pdata[i]);
      RnSplit split;

      if (prefix == NULL)
        continue;
      split = split_of_prefix (prefix);
      if (prefixes[split] != NULL && strcmp (prefixes[split], prefix) != 0)
        {
          g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                       _ ("“%s” has several sets, “%s” and “%s”; open one of their files"), folder,
                       prefixes[split], prefix);
          return FALSE;
        }
      g_free (prefixes[split]);
      prefixes[split] = g_steal_pointer (&prefix);
    }
  return TRUE;
}

/* Says so where the classes that a file names are fewer than the labels. */
static gboolean
set_classes (RnDataset *dataset, const char *folder, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (folder, -1);
  int most = 0;

  for (int split = 0; split < 2; split++)
    for (int i = 0; i < dataset->splits[split].count; i++)
      most = MAX (most, dataset->splits[split].labels[i]);
  if (rn_dataset_read_classes (dataset, folder, "classes.txt", 2, 256))
    {
      if (most < (int) dataset->classes->len)
        return TRUE;
      g_set_error (error, RN_ERROR, RN_ERROR_DATA,
                   _ ("“%s” has label %d, but “classes.txt” beside it names %u classes"), folder,
                   most, dataset->classes->len);
      return FALSE;
    }
  if (strstr (lower, "fashion") != NULL && most < MNIST_CLASSES)
    for (int i = 0; i < MNIST_CLASSES; i++)
      g_ptr_array_add (dataset->classes, g_strdup (fashion_classes[i]));
  else
    rn_dataset_number_classes (dataset, MAX (most + 1, MNIST_CLASSES));
  return TRUE;
}

gboolean
rn_idx_read (RnDataset *dataset, const char *path, gboolean is_folder, const RnProgress *progress,
             GError **error)
{
  g_autofree char *folder = is_folder ? g_strdup (path) : g_path_get_dirname (path);
  g_autoptr (GPtrArray) names = rn_dataset_list_folder (folder, error);
  char *prefixes[2] = { NULL, NULL };
  gboolean done;

  if (names == NULL)
    return FALSE;
  dataset->format = g_strdup (_ ("IDX, grey"));
  if (is_folder)
    done = find_prefixes (folder, names, prefixes, error);
  else
    {
      g_autofree char *name = g_path_get_basename (path);
      g_autofree char *prefix = prefix_of_either (name);
      const RnSplit split = split_of_prefix (prefix);

      prefixes[split] = g_steal_pointer (&prefix);
      done = TRUE;
    }
  for (int split = 0; split < 2 && done; split++)
    done = rn_progress_report (progress, split * 0.8, error) &&
           (prefixes[split] == NULL ||
            read_split (dataset, (RnSplit) split, folder, names, prefixes[split], error));
  g_free (prefixes[RN_SPLIT_TRAIN]);
  g_free (prefixes[RN_SPLIT_TEST]);
  return done && set_classes (dataset, folder, error) && rn_progress_report (progress, 1.0, error);
}
