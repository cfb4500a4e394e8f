#pragma once

#include "formats/safetensors.h"

/* The JSON of a safetensors header is one object of small objects, up to 100 MB of it. It is read by a scanner of its
 * own that knows just this grammar: no tree, no recursion, so memory is bounded by what the tensors need.
 *
 * Appends to @tensors and @metadata what stands in the @length bytes of @text; @path names the file in errors. Types,
 * shapes and their products are checked here, places are not.
 */
gboolean rn_safetensors_header_parse (const char *text, gsize length, const char *path,
                                      GArray *tensors, GHashTable *metadata, GError **error);
