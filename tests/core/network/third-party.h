#pragma once

#include <json-glib/json-glib.h>

#include "residua/dataset.h"
#include "residua/model.h"

/* A ResNet-20 that others trained, its pictures, and what PyTorch says of them: see data/README.md of the shared
 * folder. All return NULL after g_test_skip() where the folder is absent.
 */

#define THIRD_PARTY_COUNT 16 /* pictures that the reference files are about */

RnModel *third_party_model (void);
/* The same in a file of that name, of another format */
RnModel *third_party_model_in (const char *name);
RnDataset *third_party_dataset (void);
/* The first pictures of the test split as the network sees them, and their labels */
float *third_party_pictures (const RnModel *model, int labels[THIRD_PARTY_COUNT]);
JsonNode *third_party_json (const char *name);
