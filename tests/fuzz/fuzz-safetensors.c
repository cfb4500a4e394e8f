#include "formats/model-file.h"
#include "scratch.h"
#include "tensors.h"

/* A safetensors file: its tensors, and the model that they may be. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = scratch_write ("a.safetensors", data, size);
  g_autoptr (RnTensorFile) file = rn_safetensors_open (path, NULL);
  g_autoptr (RnModel) model = NULL;
  RnModelGuess guesses = 0;

  if (file == NULL)
    return 0;
  tensors_read_all (file);
  model = rn_model_file_read (file, NULL, &guesses, NULL);
  return 0;
}
