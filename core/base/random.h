#pragma once

#include <glib.h>

/* Random numbers that are a function of (seed, stream, a, b) alone: whoever knows these four can draw them again, so
 * nothing about a generator has to be saved. xoshiro256** (Blackman and Vigna 2018) seeded by splitmix64.
 */

typedef struct
{
  guint64 s[4];
} RnRandom;

/* What the numbers are for; two streams never share a number. */
typedef enum
{
  RN_STREAM_INIT = 1,
  RN_STREAM_SHUFFLE,
  RN_STREAM_AUGMENT,
  RN_STREAM_SPLIT,
  RN_STREAM_SAMPLE,
  RN_STREAM_TEST,
  RN_STREAM_STUDY
} RnStream;

void rn_random_start (RnRandom *random, guint64 seed, RnStream stream, guint64 a, guint64 b);
guint64 rn_random_u64 (RnRandom *random);
/* 0 <= r < bound, unbiased; bound at least 1 */
guint64 rn_random_below (RnRandom *random, guint64 bound);
/* 0 <= r < 1, 53 bits */
double rn_random_uniform (RnRandom *random);
double rn_random_between (RnRandom *random, double low, double high);
/* mean 0, standard deviation 1 (polar method, Marsaglia and Bray 1964) */
double rn_random_normal (RnRandom *random);
/* Fisher and Yates */
void rn_random_shuffle (RnRandom *random, int *items, int n);
