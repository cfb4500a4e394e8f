#include "state/fit.h"

#include <residua/trainer.h>

RnSpec *
rn_fit_spec (const RnSpec *spec, RnDataset *dataset, GError **error)
{
  g_autoptr (RnSpec) fitted = rn_spec_copy (spec);

  if (!rn_spec_set_draft (fitted, FALSE, error) ||
      (dataset != NULL && !rn_trainer_fit_spec (fitted, dataset, error)))
    return NULL;
  return g_steal_pointer (&fitted);
}

RnSpec *
rn_fit_spec_or_copy (const RnSpec *spec, RnDataset *dataset)
{
  RnSpec *fitted = rn_fit_spec (spec, dataset, NULL);

  return fitted != NULL ? fitted : rn_spec_copy (spec);
}
