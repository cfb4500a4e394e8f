#pragma once

#include <glib.h>

/* Chosen at the first call: the processor's instruction set (RESIDUA_ISA=baseline|avx2|avx512 forces a lower one), and
 * OpenBLAS set to one thread. Safe from any thread. */
void rn_compute_start (void);
/* Whether RESIDUA_CONV=plain forbids algorithms that round more than the definition's sums do: a test compares with them. */
gboolean rn_info_is_plain (void);
const char *rn_info_isa (void);
const char *rn_info_blas_core (void);
gboolean rn_info_blas_is_parallel (void);
int rn_info_n_processors (void);
