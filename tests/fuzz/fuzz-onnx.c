#include "formats/onnx-file.h"
#include "formats/onnx.h"
#include "scratch.h"
#include "tensors.h"

/* An ONNX file: its graph, its constants, and the network that they may be. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = scratch_write ("a.onnx", data, size);
  g_autoptr (RnOnnx) onnx = rn_onnx_open (path, NULL);
  g_autoptr (RnModel) model = NULL;
  RnModelGuess guesses = 0;

  if (onnx == NULL)
    return 0;
  tensors_read_all (onnx->file);
  model = rn_onnx_load (path, NULL, &guesses, NULL);
  return 0;
}
