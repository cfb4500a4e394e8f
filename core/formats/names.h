#pragma once

#include "formats/safetensors.h"

/* What others call the tensors of a residual network, told in torchvision's names. */

/* Returns: (transfer full) (nullable): torchvision's name: prefixes "module.", "model." and "state_dict." are gone,
 * "linear." is "fc.", "shortcut." is "downsample."; NULL for what a network does not need ("num_batches_tracked")
 */
char *rn_names_translate (const char *name);

/* Returns: (transfer full): translated name -> RnStoredTensor of @file; RN_ERROR_FORMAT where two mean the same */
GHashTable *rn_names_map (const RnSafetensors *file, GError **error);
