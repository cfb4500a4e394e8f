#pragma once

#include "formats/tensor-file.h"

/* PyTorch's own files, the zip since version 1.6 and the legacy one before: a pickle that names tensors, and the bytes of
 * their storages. The tensors of its state dictionary are found bare or under one of the customary keys; whatever else a
 * checkpoint holds (epoch, optimizer) is passed over.
 *
 * @error: RN_ERROR_FORMAT naming the file and the byte, entry, tensor or Python name; GIO's for reading
 */
RnTensorFile *rn_torch_file_open (const char *path, GError **error);
