#pragma once

#include "residua/dataset.h"
#include "residua/spec.h"

/* What the data decides where nobody says otherwise: for those who train, and those who ask what it would cost. */

gboolean rn_cli_is_preset (const char *name);
/* Returns: (transfer none): for rn_augment_parse() */
const char *rn_cli_usual_augment (RnDataset *dataset);
