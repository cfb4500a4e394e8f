#include "state/fit.h"

RnSpec *
rn_fit_spec (const RnSpec *spec, RnDataset *dataset, GError **error)
{
  g_autoptr (RnSpec) fitted = rn_spec_copy (spec);
  int side;

  if (!rn_spec_set_draft (fitted, FALSE, error))
    return NULL;
  if (dataset == NULL)
    return g_steal_pointer (&fitted);
  side = rn_dataset_get_side (dataset);
  if (!rn_spec_set_input (fitted, side > 0 ? side : rn_spec_get_side (fitted),
                          rn_dataset_get_channels (dataset), error) ||
      !rn_spec_set_classes (fitted, rn_dataset_n_classes (dataset), error))
    return NULL;
  return g_steal_pointer (&fitted);
}

RnSpec *
rn_fit_spec_or_copy (const RnSpec *spec, RnDataset *dataset)
{
  RnSpec *fitted = rn_fit_spec (spec, dataset, NULL);

  return fitted != NULL ? fitted : rn_spec_copy (spec);
}
