#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The largest side of a picture that is decoded; larger headers are refused before memory is asked for. */
#define RN_MAX_PICTURE_SIDE 16384
#define RN_MAX_PICTURE_PIXELS (64 * 1024 * 1024)

/**
 * RnPicture:
 * @pixels: @height rows of @width pixels of @channels bytes, row after row without padding
 *
 * A picture of bytes: grey (1) or RGB (3). Reference counted and immutable.
 */
typedef struct
{
  int width;
  int height;
  int channels;
  guint8 *pixels;
} RnPicture;

/** Returns: (transfer full): a picture of zeros; RN_ERROR_MEMORY where it is over RN_MAX_PICTURE_PIXELS */
RnPicture *rn_picture_new (int width, int height, int channels, GError **error);
RnPicture *rn_picture_ref (RnPicture *picture);
void rn_picture_unref (RnPicture *picture);

/**
 * rn_picture_load:
 * @path: a PNG or JPEG file; told by its first bytes, not its name
 * @error: RN_ERROR_FORMAT for other kinds, damaged or truncated files and too large sizes; GIO's for reading
 *
 * EXIF orientation is applied, transparency is laid over white, 16 bits become 8, palettes and CMYK become
 * RGB, grey stays grey.
 */
RnPicture *rn_picture_load (const char *path, GError **error);
/** The same from memory; @where is what errors call it. */
RnPicture *rn_picture_decode (const guint8 *bytes, gsize length, const char *where, GError **error);
/** Writes a PNG aside and renames it over @path. */
gboolean rn_picture_save_png (const RnPicture *picture, const char *path, GError **error);
/** Returns: (transfer full): the same picture with 1 or 3 channels (grey is ITU-R 601 luma) */
RnPicture *rn_picture_convert (RnPicture *picture, int channels, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnPicture, rn_picture_unref)

typedef enum
{
  RN_SPLIT_TRAIN,
  RN_SPLIT_TEST
} RnSplit;

/**
 * RnDataset:
 *
 * Labelled pictures in two splits; reference counted, immutable, safe from any thread. Small sets stay in
 * memory as bytes; pictures of a folder are decoded when they are asked for, with a bounded cache.
 */
typedef struct _RnDataset RnDataset;

/**
 * RnProgressFunc:
 * @done: 0 to 1
 *
 * Returns: FALSE to cancel: the call then fails with RN_ERROR_CANCELLED
 */
typedef gboolean (*RnProgressFunc) (double done, gpointer user_data);

/**
 * rn_dataset_open:
 * @what: "sample" for the built-in set, a folder or a file of: CIFAR-10 or -100 binary, IDX of the MNIST
 *   family (also .gz), or a folder with one folder per class of PNG and JPEG (with optional train and test
 *   above). A CIFAR file alone is test pictures unless it is named as a training batch; an IDX file alone
 *   brings the labels or pictures that belong to it
 * @seed: splits a folder that has no test pictures of its own (one picture in six goes to test, per class)
 * @progress: (nullable): called now and then on the calling thread
 * @error: RN_ERROR_FORMAT or RN_ERROR_DATA naming the file, or GIO's
 *
 * Returns: (transfer full): the data set
 */
RnDataset *rn_dataset_open (const char *what, guint64 seed, RnProgressFunc progress,
                            gpointer user_data, GError **error);
RnDataset *rn_dataset_ref (RnDataset *dataset);
void rn_dataset_unref (RnDataset *dataset);

/** Returns: what was opened: "sample" or the path */
const char *rn_dataset_get_source (const RnDataset *dataset);
/** Returns: such as "CIFAR-10, binary" */
const char *rn_dataset_get_format (const RnDataset *dataset);
/** Returns: SHA-256 in hexadecimal of all pictures and labels (of a folder: of names, sizes and labels) */
const char *rn_dataset_get_digest (const RnDataset *dataset);
/** Returns: (transfer none): NULL-terminated names; numbers where the files do not name them */
const char *const *rn_dataset_get_classes (const RnDataset *dataset);
int rn_dataset_n_classes (const RnDataset *dataset);
int rn_dataset_count (const RnDataset *dataset, RnSplit split);
/** Returns: 1 or 3; pictures are handed out converted to it */
int rn_dataset_get_channels (const RnDataset *dataset);
/** Sides of all pictures, or 0 and 0 where they differ. Of a folder, these and the channels are told from 64
 * headers spread over the set, not from all files; a picture that is otherwise is handed out as it is, in the
 * set's channels. */
void rn_dataset_get_size (const RnDataset *dataset, int *width, int *height);
/** Returns: the side that the data decides for a network's input: that of all pictures, where they are squares of one of at
 *   most 256; 0 where the network has to say it */
int rn_dataset_get_side (const RnDataset *dataset);
int rn_dataset_get_label (const RnDataset *dataset, RnSplit split, int index);
/** Returns: (transfer full): a name to show: the file's, or "test 12" */
char *rn_dataset_get_name (const RnDataset *dataset, RnSplit split, int index);
/** Returns: (transfer full): picture @index, or NULL where a folder's file is unreadable */
RnPicture *rn_dataset_get_picture (RnDataset *dataset, RnSplit split, int index, GError **error);
/** Returns: (transfer none): sentences on what is wrong but bearable (an unbalanced or empty class, skipped
 *   files), NULL-terminated */
const char *const *rn_dataset_get_warnings (const RnDataset *dataset);

/**
 * rn_dataset_export:
 * @folder: made when absent; existing files in it are an error
 * @error: G_IO_ERROR_EXISTS and others
 *
 * Writes 32x32 RGB sets as CIFAR-10 binary (data_batch_1.bin .. 5, test_batch.bin, batches.meta.txt).
 */
gboolean rn_dataset_export_cifar (RnDataset *dataset, const char *folder, GError **error);
/** Writes @count pictures (0: all) of @split as class/NAME.png below @folder. */
gboolean rn_dataset_export_png (RnDataset *dataset, RnSplit split, int count, const char *folder,
                                GError **error);

/**
 * rn_sample_render:
 * @split: training and test scenes differ
 * @index: of the scene, as in the sample set (its class is @index modulo 10)
 * @side: 16 to 2048 pixels; 32 gives the sample set's own pixels
 *
 * Returns: (transfer full): the scene, RGB
 */
RnPicture *rn_sample_render (RnSplit split, int index, int side, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnDataset, rn_dataset_unref)

G_END_DECLS
