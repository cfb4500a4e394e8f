#pragma once

#include <pthread.h>

#include "residua/dataset.h"

/* How the readers of the single formats fill a data set. */

#define RN_MAX_CLASSES 65536
/* Over all files of a set */
#define RN_MAX_DATASET_PICTURES 5000000

typedef struct
{
  char *path; /* below the set's folder */
  guint64 size;
} RnDatasetFile;

typedef struct
{
  int count;
  int *labels;
  guint8 *
      pixels; /* count pictures of height x width x channels, one after another; NULL for a folder's */
  RnDatasetFile *files; /* of a folder */
  RnPicture **decoded;  /* of a folder: those that the cache holds, under the lock */
} RnSplitData;

struct _RnDataset
{
  gatomicrefcount references;
  char *source;
  char *format;
  GPtrArray *classes;  /* of char *, NULL-terminated once it is open */
  GPtrArray *warnings; /* the same */
  int channels;
  int width;
  int height;
  RnSplitData splits[2];

  pthread_mutex_t lock; /* of what follows and of each split's @decoded */
  gsize n_decoded_bytes;
  char *digest; /* NULL until it is asked for */
};

typedef struct
{
  RnProgressFunc func; /* (nullable) */
  gpointer user_data;
} RnProgress;

/* FALSE with RN_ERROR_CANCELLED where the caller wants no more */
gboolean rn_progress_report (const RnProgress *progress, double done, GError **error);

void rn_dataset_warn (RnDataset *dataset, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Returns: "train" or "test", not translated */
const char *rn_split_name (RnSplit split);

/* Makes room for @n_more pictures in @split; count stays. @path is who asks. */
gboolean rn_dataset_grow (RnDataset *dataset, RnSplit split, gsize n_more, const char *path,
                          GError **error);
/* The names in a file of one name a line become the classes where the file is there and there are @min to @max of
 * them; a wrong number is a warning. Returns: FALSE where nothing was set
 */
gboolean rn_dataset_read_classes (RnDataset *dataset, const char *folder, const char *name, int min,
                                  int max);
/* "0", "1", ... */
void rn_dataset_number_classes (RnDataset *dataset, int n);
/* Returns: (transfer full) (element-type filename): the names in a folder, sorted by bytes, without hidden ones */
GPtrArray *rn_dataset_list_folder (const char *path, GError **error);

/* Each format: whether @path (@is_folder or a file) looks like it by its names, and reading it. */
gboolean rn_cifar_knows (const char *path, gboolean is_folder);
gboolean rn_cifar_read (RnDataset *dataset, const char *path, gboolean is_folder,
                        const RnProgress *progress, GError **error);
gboolean rn_cifar_read_sample (RnDataset *dataset, const RnProgress *progress, GError **error);
gboolean rn_idx_knows (const char *path, gboolean is_folder);
gboolean rn_idx_read (RnDataset *dataset, const char *path, gboolean is_folder,
                      const RnProgress *progress, GError **error);
gboolean rn_folder_read (RnDataset *dataset, const char *path, guint64 seed,
                         const RnProgress *progress, GError **error);
RnPicture *rn_folder_get_picture (RnDataset *dataset, RnSplit split, int index, GError **error);
