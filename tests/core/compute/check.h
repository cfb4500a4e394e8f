#pragma once

#include <glib.h>

#include "compute/parallel.h"

/* What the tests of the compute ring share. */

/* Uniform in [-1,1), the same from the same generator state. Freed with rn_floats_free(). */
float *check_random (GRand *random, gsize count);
/* @count floats that no function may leave as they are: a huge value. */
float *check_garbage (gsize count);
double *check_widen (const float *x, gsize count);

/* Every |got - want| <= tolerance max (1, |want|). @what is printed with the first that is not. */
void check_close (const float *got, const double *want, gsize count, double tolerance,
                  const char *what);

/* @count floats are the same to the bit. */
void check_same_bits (const float *got, const float *want, gsize count);

/* A scalar function of x [count] for finite differences. */
typedef double (*CheckFunction) (const double *x, gpointer data);
/* gradient[i] against (f (x + h e_i) - f (x - h e_i)) / 2 h, for all i, or for at most 60 drawn ones. */
void check_gradient (const float *gradient, const float *x, gsize count, CheckFunction function,
                     gpointer data, double tolerance, const char *what);

/* Calls @func on every member of a team of @n_threads with @scratch floats each. */
void check_run (int n_threads, gsize scratch, RnTeamFunc func, gpointer data);

/* Thread counts that must all give the same bits. */
extern const int check_threads[4];
