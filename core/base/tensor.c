#include "residua/tensor.h"

#include <glib/gi18n-lib.h>

#include "compute/memory.h"
#include "residua/error.h"

#define MAX_COUNT ((gsize) 1 << 34)

typedef struct
{
  RnTensor tensor;
  gatomicrefcount references;
} Counted;

RnTensor *
rn_tensor_new (int n_dims, const int *dims, GError **error)
{
  Counted *counted;
  gsize count = 1;

  g_return_val_if_fail (n_dims >= 1 && n_dims <= RN_TENSOR_MAX_DIMS, NULL);

  counted = g_new0 (Counted, 1);
  g_atomic_ref_count_init (&counted->references);
  counted->tensor.n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    {
      g_assert (dims[i] >= 1);
      counted->tensor.dims[i] = dims[i];
      count = MIN (count * (gsize) dims[i], MAX_COUNT + 1);
    }
  if (count <= MAX_COUNT)
    counted->tensor.data = rn_floats_new (count);
  if (counted->tensor.data == NULL)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_MEMORY,
                   _ ("There is no memory for a tensor of %zu numbers"), count);
      g_free (counted);
      return NULL;
    }
  return &counted->tensor;
}

RnTensor *
rn_tensor_ref (RnTensor *tensor)
{
  g_atomic_ref_count_inc (&((Counted *) tensor)->references);
  return tensor;
}

void
rn_tensor_unref (RnTensor *tensor)
{
  Counted *counted = (Counted *) tensor;

  if (counted == NULL || !g_atomic_ref_count_dec (&counted->references))
    return;
  rn_floats_free (tensor->data);
  g_free (counted);
}

gsize
rn_tensor_count (const RnTensor *tensor)
{
  gsize count = 1;

  for (int i = 0; i < tensor->n_dims; i++)
    count *= (gsize) tensor->dims[i];
  return count;
}
