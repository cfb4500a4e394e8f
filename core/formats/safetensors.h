#pragma once

#include "formats/tensor-file.h"
#include "residua/dataset.h"

/* The safetensors file: eight bytes with the length of a JSON header, little-endian; the header, which names each
 * tensor with its type, shape and place; the tensors' bytes without holes. Reading checks all of the header before it
 * asks for memory, and reads one tensor at a time.
 */

#define RN_SAFETENSORS_MAX_HEADER ((guint64) 100000000)

/* @error: RN_ERROR_FORMAT naming the file and the tensor or byte; GIO's for reading */
RnTensorFile *rn_safetensors_open (const char *path, GError **error);

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
/* Writes aside, syncs, renames over @path; memory for the largest tensor. The same entries give the same bytes.
 * @progress: (nullable): asked before each tensor; RN_ERROR_CANCELLED where it says so */
gboolean rn_safetensors_writer_save (RnSafetensorsWriter *writer, const char *path,
                                     RnProgressFunc progress, gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSafetensorsWriter, rn_safetensors_writer_free)
