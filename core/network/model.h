#pragma once

#include "network/parameters.h"
#include "residua/model.h"

/* What the network's people see of a model. */

/* Takes ownership of @arena (from rn_floats_new(), parameters->n_floats floats in the table's order) where it succeeds,
 * and frees it where it fails. @epsilon: of batch-norm, over 0; @step: -1 where it is not known.
 */
RnModel *rn_model_new_take (const RnSpec *spec, float *arena, const char *const *classes,
                            const RnPreprocess *preprocess, double epsilon, gint64 step,
                            GError **error);

/* At the specification's own input size */
const RnLayout *rn_model_get_layout (const RnModel *model);
const RnParameters *rn_model_get_parameters (const RnModel *model);
/* rn_model_get_parameters()->n_floats floats */
const float *rn_model_get_arena (const RnModel *model);
