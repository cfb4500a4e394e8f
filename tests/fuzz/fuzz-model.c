#include "residua/model.h"
#include "scratch.h"

/* Bytes as a model file of whatever kind they look like, up to the network that they hold. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = scratch_write ("model", data, size);
  g_autoptr (RnModel) model = rn_model_load (path, NULL, NULL);

  g_assert_true (model == NULL || rn_spec_get_classes (rn_model_get_spec (model)) > 0);
  return 0;
}
