#pragma once

#include "residua/compute-info.h" /* rn_memory_available () */

/* Bytes of memory that the process occupies now, and has at most occupied; 0 where the system does not say. */
gsize rn_memory_resident (void);
gsize rn_memory_peak (void);
