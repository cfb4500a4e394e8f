#pragma once

#include <glib.h>
#include <string.h>

/* Vectors of the instruction set that a source is compiled for. meson.build gives RN_SET, the set's name, and the compiler's
 * flags. */

#define PASTE_NAMES(name, set) rn_##name##_##set
#define PASTE(name, set) PASTE_NAMES (name, set)
#define IN_SET(name) PASTE (name, RN_SET) /* what the linker sees bears the name of the set */

#if defined(__AVX512F__)
#define VECTOR 16
#elif defined(__AVX2__)
#define VECTOR 8
#else
#define VECTOR 4
#endif
#define INLINE static inline __attribute__ ((always_inline))

typedef float Vec __attribute__ ((vector_size (VECTOR * sizeof (float))));
typedef gint32 Bits __attribute__ ((vector_size (VECTOR * sizeof (float))));
typedef float Half __attribute__ ((vector_size (VECTOR / 2 * sizeof (float))));
typedef double Wide __attribute__ ((vector_size (VECTOR / 2 * sizeof (double))));
typedef Vec LooseVec __attribute__ ((aligned (4), may_alias));
typedef Bits LooseBits __attribute__ ((aligned (4), may_alias));
typedef Half LooseHalf __attribute__ ((aligned (4), may_alias));

/* @part: 0 for a whole vector, else so many floats, and zeros behind them */
INLINE Vec
load (const float *x, int part)
{
  Vec v = { 0 };

  if (part == 0)
    return *(const LooseVec *) x;
  memcpy (&v, x, (gsize) part * sizeof (float));
  return v;
}

INLINE void
store (float *x, Vec v, int part)
{
  if (part == 0)
    *(LooseVec *) x = v;
  else
    memcpy (x, &v, (gsize) part * sizeof (float));
}

INLINE Vec
splat (float x)
{
  return x - (Vec){ 0 }; /* minus leaves even -0 as it is, so that nothing is computed */
}

/* NaN stays NaN: a network that diverged must not look healthy. */
INLINE Vec
relu_of (Vec v)
{
  return (Vec) ((Bits) v & ~(v < splat (0.0f)));
}
