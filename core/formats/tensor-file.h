#pragma once

#include <gio/gio.h>

/* What every format of named tensors comes down to: where in an open file the numbers of each lie. Headers are checked
 * by whoever reads the format; numbers are read by pread, straight to where they are wanted, or a part of a tensor at a time
 * where they must be reordered. No file is mapped: with the file in the page cache that would save a few milliseconds, and a file
 * that becomes shorter would be a signal in the midst of a computation. Here it is an error.
 */

#define RN_TENSOR_FILE_MAX_SIZE ((guint64) 16 << 30)
#define RN_STORED_MAX_DIMS 8

typedef enum
{
  RN_DTYPE_F32,
  RN_DTYPE_F64,
  RN_DTYPE_F16,
  RN_DTYPE_BF16,
  RN_DTYPE_I64,
  RN_DTYPE_U64,
  RN_DTYPE_I32,
  RN_DTYPE_I16,
  RN_DTYPE_I8,
  RN_DTYPE_U8
} RnDtype;

/* "F32" and so on */
const char *rn_dtype_name (RnDtype dtype);
gsize rn_dtype_size (RnDtype dtype);

typedef struct
{
  char *name;
  RnDtype dtype;
  int n_dims; /* 0 is a single number */
  gint64 dims[RN_STORED_MAX_DIMS];
  guint64 count; /* the product of the sides */
  guint64 begin,
      end; /* bytes from the start of the data, of all numbers that the tensor may touch */
  gboolean is_strided;
  gint64 strides[RN_STORED_MAX_DIMS]; /* in numbers, at least 0; only where is_strided */
  const guint8 *unpacked; /* (nullable): @begin counts from here, not from the start of the data */
} RnStoredTensor;

typedef struct
{
  char *path;
  int fd;
  guint64 size; /* of the file */
  guint64 data_start;
  GArray *tensors;      /* (element-type RnStoredTensor) */
  GHashTable *by_name;  /* name -> RnStoredTensor, inside @tensors */
  GHashTable *metadata; /* string -> string */
  GPtrArray *unpacked;  /* (element-type GBytes): what was packed in the file */
} RnTensorFile;

/* A regular file without tensors yet; GIO's errors */
RnTensorFile *rn_tensor_file_open (const char *path, GError **error);
void rn_tensor_file_close (RnTensorFile *file);

/* All of @length bytes at @offset of the file; RN_ERROR_FORMAT where it ends before */
gboolean rn_tensor_file_read (const RnTensorFile *file, void *bytes, gsize length, guint64 offset,
                              GError **error);
/* Fills @by_name once @tensors is complete. RN_ERROR_FORMAT where a name is there twice */
gboolean rn_tensor_file_index (RnTensorFile *file, GError **error);

/* Returns: (nullable) */
const RnStoredTensor *rn_tensor_file_find (const RnTensorFile *file, const char *name);
const char *rn_tensor_file_get_metadata (const RnTensorFile *file, const char *key);
/* Returns: (transfer full): "[16, 3, 3, 3]" */
char *rn_tensor_shape_to_string (int n_dims, const gint64 *dims);
/* The product of the sides; FALSE where a side is negative or the product is over G_MAXINT64 / 8 */
gboolean rn_tensor_shape_count (int n_dims, const gint64 *dims, guint64 *count);

/* Names stand in messages, and are sought in C strings. Returns: whether @name is UTF-8 of characters that can be shown */
gboolean rn_tensor_name_is_shown (const char *name);

/* @floats: tensor->count of them. F16, BF16 and F64 are converted; another type, NaN and infinity are errors. */
gboolean rn_tensor_file_read_floats (const RnTensorFile *file, const RnStoredTensor *tensor,
                                     float *floats, GError **error);
/* The same of @count numbers from number @first on; not for strided ones */
gboolean rn_tensor_file_read_part (const RnTensorFile *file, const RnStoredTensor *tensor,
                                   float *floats, guint64 first, guint64 count, GError **error);
/* The bytes as numbers of this machine; @values has room for tensor->count of the tensor's type. Not for strided ones */
gboolean rn_tensor_file_read_raw (const RnTensorFile *file, const RnStoredTensor *tensor,
                                  void *values, GError **error);

/* Exact conversion */
float rn_float_from_f16 (guint16 bits);
float rn_float_from_bf16 (guint16 bits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnTensorFile, rn_tensor_file_close)
