#include "compute/info.h"

#include <cblas.h>
#include <sched.h>
#include <string.h>

#include "compute/layers.h"
#include "compute/parallel.h"

static int
rank (const char *isa)
{
  static const char *const names[] = { "baseline", "avx2", "avx512" };

  for (int i = 0; i < 3; i++)
    if (strcmp (isa, names[i]) == 0)
      return i;
  return -1;
}

static void
test_the_instruction_set_is_not_above_the_one_asked_for (void)
{
  const char *isa = rn_info_isa (), *asked_for = g_getenv ("RESIDUA_ISA");

  if (asked_for == NULL)
    {
      g_test_skip ("RESIDUA_ISA asks for none");
      return;
    }
  if (strcmp (isa, "neon") == 0)
    {
      g_test_skip ("there is one instruction set on arm64");
      return;
    }
  g_assert_cmpint (rank (isa), >=, 0);
  g_assert_cmpint (rank (isa), <=, rank (asked_for));
  if (strcmp (asked_for, "baseline") == 0)
    g_assert_cmpstr (isa, ==, "baseline");
}

static void
test_openblas_is_left_with_one_thread (void)
{
  rn_compute_start ();
  g_assert_cmpint (openblas_get_num_threads (), ==, 1);
  g_assert_cmpstr (rn_info_blas_core (), ==, openblas_get_corename ());
  g_assert_cmpint (rn_info_blas_is_parallel (), ==, openblas_get_parallel () == 1);
}

static void
test_processors_are_those_that_the_process_may_use (void)
{
  cpu_set_t before, one;
  int n = rn_info_n_processors ();

  g_assert_cmpint (sched_getaffinity (0, sizeof before, &before), ==, 0);
  g_assert_cmpint (n, ==, MIN (CPU_COUNT (&before), RN_TEAM_MAX_THREADS));
  CPU_ZERO (&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT (&one) == 0; i++)
    if (CPU_ISSET (i, &before))
      CPU_SET (i, &one);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
  g_assert_cmpint (rn_info_n_processors (), ==, 1);
  sched_setaffinity (0, sizeof before, &before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/info/the instruction set is not above the one asked for",
                   test_the_instruction_set_is_not_above_the_one_asked_for);
  g_test_add_func ("/info/OpenBLAS is left with one thread", test_openblas_is_left_with_one_thread);
  g_test_add_func ("/info/processors are those that the process may use",
                   test_processors_are_those_that_the_process_may_use);
  return g_test_run ();
}
