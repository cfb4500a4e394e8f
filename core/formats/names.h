#pragma once

#include "formats/safetensors.h"

/* What others call the tensors of a residual network, told in torchvision's names. */

/* Returns: (transfer full) (nullable): torchvision's name: prefixes such as "module.", "model." and "backbone." are gone,
 * "linear." and "classifier." are "fc.", "shortcut." is "downsample.", Hugging Face's stages are layers; NULL for what
 * a network does not need ("num_batches_tracked")
 */
char *rn_names_translate (const char *name);

/* Returns: (transfer full): translated name -> RnStoredTensor of @file; RN_ERROR_FORMAT where two mean the same */
GHashTable *rn_names_map (const RnTensorFile *file, GError **error);

/* Whether the head is called "linear", as in the CIFAR repositories */
gboolean rn_names_has_linear (const RnTensorFile *file);
