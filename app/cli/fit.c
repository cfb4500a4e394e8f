#include "fit.h"

/* Pictures up to this side are cropped and flipped */
#define MAX_SMALL_SIDE 64

gboolean
rn_cli_is_preset (const char *name)
{
  return g_strv_contains (rn_spec_preset_names (), name);
}

const char *
rn_cli_usual_augment (RnDataset *dataset)
{
  const int side = rn_dataset_get_side (dataset);
  const gboolean is_small =
      rn_dataset_get_channels (dataset) == 3 && side > 0 && side <= MAX_SMALL_SIDE;

  return is_small ? "crop,flip" : "none";
}
