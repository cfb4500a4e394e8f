#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((gsize) 2 << 20)

/* Kernels walk over several rows at once, each in pages of its own: large blocks ask for large pages, which need fewer
 * look-ups. */
static void *
allocate (gsize bytes)
{
  void *block = NULL;

  if (posix_memalign (&block, bytes >= HUGE_PAGE ? HUGE_PAGE : 64, bytes) != 0)
    return NULL;
#ifdef MADV_HUGEPAGE
  if (bytes >= HUGE_PAGE)
    madvise (block, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
  return block;
}

float *
rn_floats_new_unset (gsize n_floats)
{
  if (n_floats > G_MAXSIZE / sizeof (float) - 64)
    return NULL;
  return allocate ((MAX (n_floats, 1) * sizeof (float) + 63) & ~(gsize) 63);
}

float *
rn_floats_new (gsize n_floats)
{
  float *floats = rn_floats_new_unset (n_floats);

  if (floats != NULL)
    memset (floats, 0, MAX (n_floats, 1) * sizeof (float));
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
