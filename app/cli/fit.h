#pragma once

#include "residua/dataset.h"
#include "residua/spec.h"

/* What the data decides where nobody says otherwise: for those who train, and those who ask what it would cost. */

gboolean rn_cli_is_preset (const char *name);
/* Gives @spec, a preset, the colours and classes of @dataset, and its side where all pictures are squares of one small one. */
gboolean rn_cli_fit_preset (RnSpec *spec, RnDataset *dataset, GError **error);
/* Returns: (transfer none): for rn_augment_parse() */
const char *rn_cli_usual_augment (RnDataset *dataset);
