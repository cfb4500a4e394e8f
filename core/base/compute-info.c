#include "residua/compute-info.h"

#ifdef __linux__
#include <sys/resource.h>
#endif

#include "compute/info.h"

const char *
rn_compute_isa (void)
{
  return rn_info_isa ();
}

const char *
rn_compute_blas_core (void)
{
  return rn_info_blas_core ();
}

gboolean
rn_compute_blas_is_parallel (void)
{
  return rn_info_blas_is_parallel ();
}

int
rn_compute_n_processors (void)
{
  return rn_info_n_processors ();
}

#define STUDY_NICENESS 12 /* a training has 10, and more would starve beside other programs */

void
rn_compute_lower_priority (void)
{
#ifdef __linux__
  /* Linux counts priorities by thread: 0 is the calling one, whose children inherit it. */
  setpriority (PRIO_PROCESS, 0, STUDY_NICENESS);
#endif
}
