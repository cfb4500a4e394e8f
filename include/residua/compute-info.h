#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: the instruction set that the kernels were chosen for: "avx512", "avx2", "baseline", "neon" */
const char *rn_compute_isa (void);
/** Returns: what OpenBLAS calls the processor, such as "Zen" */
const char *rn_compute_blas_core (void);
/** Returns: whether products of several threads run side by side (the pthread build of OpenBLAS) */
gboolean rn_compute_blas_is_parallel (void);
/** Returns: processors this process may use, at least 1; no more than a team can have threads */
int rn_compute_n_processors (void);
/** Returns: bytes that this process may still take: what /proc/meminfo calls available, or what is left of the control
 *   group's limit where that is less; G_MAXSIZE where the system does not say */
gsize rn_memory_available (void);
/** Lets training go first: lowers the priority of the calling thread and of the threads that it makes from here on, for
 * good. For a thread that is one's own, not one of a pool. */
void rn_compute_lower_priority (void);

G_END_DECLS
