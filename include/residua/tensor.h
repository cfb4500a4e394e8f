#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RN_TENSOR_MAX_DIMS 4

/**
 * RnTensor:
 * @n_dims: 1 to 4
 * @dims: the sides, outermost first; activations are [N,H,W,C], channels innermost
 * @data: the product of @dims floats, 64-byte aligned
 *
 * An array of float32 that crosses threads: reference counted, and not written once it has been handed over.
 */
typedef struct
{
  int n_dims;
  int dims[RN_TENSOR_MAX_DIMS];
  float *data;
} RnTensor;

/**
 * rn_tensor_new:
 * @n_dims: 1 to 4
 * @dims: sides, each at least 1
 * @error: RN_ERROR_MEMORY where the product is over 2^34 or the memory is not to be had
 *
 * Returns: (transfer full): a tensor of zeros, or NULL
 */
RnTensor *rn_tensor_new (int n_dims, const int *dims, GError **error);
RnTensor *rn_tensor_ref (RnTensor *tensor);
void rn_tensor_unref (RnTensor *tensor);

/** Returns: the number of elements, the product of the sides. */
gsize rn_tensor_count (const RnTensor *tensor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnTensor, rn_tensor_unref)

G_END_DECLS
