#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "residua/model.h"

/* Bytes as a model file of whatever kind they look like: safetensors, PyTorch's zip and legacy files, ONNX. */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static int fd = -1;
  g_autofree char *path = NULL;
  g_autoptr (RnModel) model = NULL;

  if (fd < 0)
    fd = memfd_create ("model", 0);
  if (ftruncate (fd, 0) != 0 || pwrite (fd, data, size, 0) != (ssize_t) size)
    return 0;
  path = g_strdup_printf ("/proc/self/fd/%d", fd);
  model = rn_model_load (path, NULL, NULL);
  return 0;
}
