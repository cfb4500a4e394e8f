#include "residua/compute-info.h"

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
