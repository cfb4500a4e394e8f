#include "info.h"

#include <cblas.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "parallel.h"

#define OPENBLAS_PTHREAD 1 /* what openblas_get_parallel() says of that build */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const RnKernels *kernels;
static gboolean blas_is_parallel, is_plain;

/* Best first. */
static const RnKernels *const sets[] = {
#if defined(__x86_64__)
  &rn_kernels_avx512,
  &rn_kernels_avx2,
#endif
  &rn_kernels_baseline,
};

static gboolean
is_supported (const RnKernels *set)
{
#if defined(__x86_64__)
  if (set == &rn_kernels_avx512)
    return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl") &&
           __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512bw") &&
           __builtin_cpu_supports ("fma");
  if (set == &rn_kernels_avx2)
    return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#endif
  return TRUE;
}

/* The best that the processor has and that is not above what RESIDUA_ISA asks for. */
static const RnKernels *
choose (const char *wanted)
{
  gboolean allowed = TRUE;

  for (gsize i = 0; wanted != NULL && i < G_N_ELEMENTS (sets); i++)
    if (strcmp (wanted, sets[i]->name) == 0)
      allowed = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      if (wanted != NULL && strcmp (wanted, sets[i]->name) == 0)
        allowed = TRUE;
      if (allowed && is_supported (sets[i]))
        return sets[i];
    }
  return &rn_kernels_baseline;
}

static void
start (void)
{
  kernels = choose (getenv ("RESIDUA_ISA"));
  is_plain = g_strcmp0 (getenv ("RESIDUA_CONV"), "plain") == 0;
  openblas_set_num_threads (1);
  blas_is_parallel = openblas_get_parallel () == OPENBLAS_PTHREAD;
}

void
rn_compute_start (void)
{
  pthread_once (&once, start);
}

const RnKernels *
rn_kernels (void)
{
  rn_compute_start ();
  return kernels;
}

const char *
rn_info_isa (void)
{
#if defined(__aarch64__)
  return "neon"; /* what the baseline is there */
#else
  return rn_kernels ()->name;
#endif
}

gboolean
rn_info_is_plain (void)
{
  rn_compute_start ();
  return is_plain;
}

const char *
rn_info_blas_core (void)
{
  return openblas_get_corename ();
}

gboolean
rn_info_blas_is_parallel (void)
{
  rn_compute_start ();
  return blas_is_parallel;
}

int
rn_info_n_processors (void)
{
  cpu_set_t set;

  CPU_ZERO (&set);
  if (sched_getaffinity (0, sizeof set, &set) != 0)
    return CLAMP ((int) g_get_num_processors (), 1, RN_TEAM_MAX_THREADS);
  return CLAMP (CPU_COUNT (&set), 1, RN_TEAM_MAX_THREADS);
}
