#include "formats/torch-file.h"
#include "scratch.h"
#include "tensors.h"

/* A file of PyTorch, zip or legacy. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = scratch_write ("a.pth", data, size);
  g_autoptr (RnTensorFile) file = rn_torch_file_open (path, NULL);

  tensors_read_all (file);
  return 0;
}
