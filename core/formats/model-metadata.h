#pragma once

#include "network/model.h"

/* What a file says of a model beside its numbers, in every format under the same keys: "residua.version", ".spec",
 * ".classes", ".preprocess", ".pixel_mean", ".step", ".epsilon". Values are UTF-8, most of them JSON.
 */

#define RN_METADATA_VERSION "1"

typedef void (*RnMetadataFunc) (const char *key, const char *value, gpointer user_data);

/* Calls @func for each entry that @model has; @step is said in place of the model's own. */
void rn_model_metadata_foreach (const RnModel *model, gint64 step, RnMetadataFunc func,
                                gpointer user_data);
