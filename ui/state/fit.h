#pragma once

#include <residua/dataset.h>
#include <residua/spec.h>

G_BEGIN_DECLS

/**
 * rn_fit_spec:
 * @dataset: (nullable): that it is to be trained on
 * @error: RN_ERROR_SHAPE where it cannot be trained
 *
 * Returns: (transfer full): @spec as a training takes it: with the colours and classes of @dataset, and with its side
 *   where the pictures have one; others are scaled to the input
 */
RnSpec *rn_fit_spec (const RnSpec *spec, RnDataset *dataset, GError **error);
/** Returns: (transfer full): the same; @spec as it is where it cannot be trained */
RnSpec *rn_fit_spec_or_copy (const RnSpec *spec, RnDataset *dataset);

G_END_DECLS
