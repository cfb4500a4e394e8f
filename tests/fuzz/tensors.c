#include "tensors.h"

#define MAX_COUNT 1000000

void
tensors_read_all (const RnTensorFile *file)
{
  for (guint i = 0; file != NULL && i < file->tensors->len; i++)
    {
      const RnStoredTensor *tensor = &g_array_index (file->tensors, RnStoredTensor, i);
      g_autofree guint8 *values = NULL;

      if (tensor->count > MAX_COUNT)
        continue;
      values = g_malloc (tensor->count * MAX (rn_dtype_size (tensor->dtype), sizeof (float)) + 1);
      rn_tensor_file_read_floats (file, tensor, (float *) values, NULL);
      if (!tensor->is_strided)
        rn_tensor_file_read_raw (file, tensor, values, NULL);
    }
}
