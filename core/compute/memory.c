#include "memory.h"

#include <stdlib.h>
#include <string.h>

float *
rn_floats_new (gsize n_floats)
{
  gsize bytes;
  float *floats;

  if (n_floats > G_MAXSIZE / sizeof (float) - 64)
    return NULL;
  bytes = (MAX (n_floats, 1) * sizeof (float) + 63) & ~(gsize) 63;
  floats = aligned_alloc (64, bytes);
  if (floats != NULL)
    memset (floats, 0, bytes);
  return floats;
}

void
rn_floats_free (float *floats)
{
  free (floats);
}

gboolean
rn_checked_product (gsize *product, gsize a, gsize b, gsize c, gsize d)
{
  gsize result = 1;
  const gsize factors[4] = { a, b, c, d };

  for (int i = 0; i < 4; i++)
    if (__builtin_mul_overflow (result, factors[i], &result) || result > (gsize) 1 << 40)
      return FALSE;
  *product = result;
  return TRUE;
}
