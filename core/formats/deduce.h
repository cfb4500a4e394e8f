#pragma once

#include "formats/safetensors.h"
#include "residua/model.h"

/* Which residual network a file of others holds, told from the names and shapes of its tensors.
 *
 * Shapes cannot show strides: the first block of each layer after layer1 has 2, the others 1. A block that changes
 * the shape without "downsample" is option A. Plain networks have the same names and are taken for option A.
 *
 * @tensors: translated name -> RnStoredTensor, from rn_names_map(); @path names the file in errors. Only what it takes
 * to tell the network is looked at; whether every tensor fits is for the reader of the model to see.
 */
RnSpec *rn_deduce_spec (GHashTable *tensors, const char *path, const RnModelHints *hints,
                        GError **error);

/* What one block alone cannot tell: identity blocks beside projections are of option B, and where every block has a
 * projection all are of option C.
 */
void rn_deduce_shortcuts (RnSpec *spec);
/* Names @spec: as the preset that it is, or as the file. */
void rn_deduce_name (RnSpec *spec, const char *path);
