#include "base/random.h"

#include <math.h>

static guint64
splitmix (guint64 *state)
{
  guint64 z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static guint64
rotate_left (guint64 x, int k)
{
  return (x << k) | (x >> (64 - k));
}

void
rn_random_start (RnRandom *random, guint64 seed, RnStream stream, guint64 a, guint64 b)
{
  const guint64 key[4] = { seed, (guint64) stream, a, b };
  guint64 state = 0;

  for (int i = 0; i < 4; i++)
    {
      state ^= key[i];
      state = splitmix (&state);
    }
  for (int i = 0; i < 4; i++)
    random->s[i] = splitmix (&state);
}

guint64
rn_random_u64 (RnRandom *random)
{
  guint64 *s = random->s;
  const guint64 result = rotate_left (s[1] * 5, 7) * 9, t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left (s[3], 45);
  return result;
}

guint64
rn_random_below (RnRandom *random, guint64 bound)
{
  const guint64 first_unfair = G_MAXUINT64 - G_MAXUINT64 % bound;
  guint64 r;

  do
    r = rn_random_u64 (random);
  while (r >= first_unfair);
  return r % bound;
}

double
rn_random_uniform (RnRandom *random)
{
  return (double) (rn_random_u64 (random) >> 11) * 0x1p-53;
}

double
rn_random_between (RnRandom *random, double low, double high)
{
  return low + (high - low) * rn_random_uniform (random);
}

double
rn_random_normal (RnRandom *random)
{
  double u, v, s;

  do
    {
      u = rn_random_between (random, -1.0, 1.0);
      v = rn_random_between (random, -1.0, 1.0);
      s = u * u + v * v;
    }
  while (s >= 1.0 || s == 0.0);
  return u * sqrt (-2.0 * log (s) / s);
}

void
rn_random_shuffle (RnRandom *random, int *items, int n)
{
  for (int i = n - 1; i > 0; i--)
    {
      const int j = (int) rn_random_below (random, (guint64) i + 1);
      const int kept = items[i];

      items[i] = items[j];
      items[j] = kept;
    }
}
