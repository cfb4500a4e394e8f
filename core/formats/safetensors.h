#pragma once

#include <gio/gio.h>

/* The safetensors file: eight bytes with the length of a JSON header, little-endian; the header, which names each
 * tensor with its type, shape and place; the tensors' bytes without holes. Reading checks all of the header before it
 * asks for memory, and reads one tensor at a time.
 */

#define RN_SAFETENSORS_MAX_FILE ((guint64) 16 << 30)
#define RN_SAFETENSORS_MAX_HEADER ((guint64) 100000000)
#define RN_SAFETENSORS_MAX_DIMS 8

typedef enum
{
  RN_DTYPE_F32,
  RN_DTYPE_F64,
  RN_DTYPE_F16,
  RN_DTYPE_BF16,
  RN_DTYPE_I64,
  RN_DTYPE_U64,
  RN_DTYPE_I32,
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
  gint64 dims[RN_SAFETENSORS_MAX_DIMS];
  guint64 count;      /* the product of the sides */
  guint64 begin, end; /* bytes from the start of the data */
} RnStoredTensor;

typedef struct
{
  char *path;
  int fd;
  guint64 data_start;
  GArray *tensors;      /* (element-type RnStoredTensor): in the order of their bytes */
  GHashTable *by_name;  /* name -> RnStoredTensor, inside @tensors */
  GHashTable *metadata; /* string -> string */
} RnSafetensors;

/* @error: RN_ERROR_FORMAT naming the file and the tensor or byte; GIO's for reading */
RnSafetensors *rn_safetensors_open (const char *path, GError **error);
void rn_safetensors_close (RnSafetensors *file);

/* Returns: (nullable) */
const RnStoredTensor *rn_safetensors_find (const RnSafetensors *file, const char *name);
const char *rn_safetensors_get_metadata (const RnSafetensors *file, const char *key);
/* Returns: (transfer full): "[16, 3, 3, 3]" */
char *rn_safetensors_shape_to_string (int n_dims, const gint64 *dims);

/* @floats: tensor->count of them. F16, BF16 and F64 are converted; another type, NaN and infinity are errors. */
gboolean rn_safetensors_read_floats (const RnSafetensors *file, const RnStoredTensor *tensor,
                                     float *floats, GError **error);
/* The bytes as numbers of this machine; @values has room for tensor->count of the tensor's type. */
gboolean rn_safetensors_read_raw (const RnSafetensors *file, const RnStoredTensor *tensor,
                                  void *values, GError **error);

/* Exact conversion */
float rn_float_from_f16 (guint16 bits);
float rn_float_from_bf16 (guint16 bits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSafetensors, rn_safetensors_close)

/* Fills @values, a tensor's numbers in its own type, at the time of writing. */
typedef void (*RnSafetensorsFill) (void *values, gconstpointer source, gconstpointer how);

typedef struct _RnSafetensorsWriter RnSafetensorsWriter;

RnSafetensorsWriter *rn_safetensors_writer_new (void);
void rn_safetensors_writer_free (RnSafetensorsWriter *writer);
/* Entries are written in the order in which they are added. @value: UTF-8 */
void rn_safetensors_writer_add_metadata (RnSafetensorsWriter *writer, const char *key,
                                         const char *value);
/* @source lives until the file is written; without @fill its bytes are the values. */
void rn_safetensors_writer_add (RnSafetensorsWriter *writer, const char *name, RnDtype dtype,
                                int n_dims, const gint64 *dims, RnSafetensorsFill fill,
                                gconstpointer source, gconstpointer how);
/* Bytes of the whole file */
guint64 rn_safetensors_writer_get_size (const RnSafetensorsWriter *writer);
/* Writes aside, syncs, renames over @path; memory for the largest tensor. The same entries give the same bytes. */
gboolean rn_safetensors_writer_save (RnSafetensorsWriter *writer, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSafetensorsWriter, rn_safetensors_writer_free)
