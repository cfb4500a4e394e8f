#pragma once

#include <glib.h>

/* Float memory, 64-byte aligned, zero-filled. Returns: (nullable): NULL where it cannot be had. */
float *rn_floats_new (gsize n_floats);
/* The same without the zeros: the system gives pages as they are first written. */
float *rn_floats_new_unset (gsize n_floats);
void rn_floats_free (float *floats);
/* @n_floats rounded up to whole cache lines, and so to whole vectors: where what comes next in the same memory may begin */
static inline gsize
rn_floats_aligned (gsize n_floats)
{
  return (n_floats + 15) & ~(gsize) 15;
}
/* a * b * c * d. Returns: FALSE where the product is over 2^40 */
gboolean rn_checked_product (gsize *product, gsize a, gsize b, gsize c, gsize d);
