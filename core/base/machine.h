#pragma once

#include <glib.h>

/* Bytes that this process may still take: what /proc/meminfo calls available, or what is left of the control group's
 * limit where that is less. G_MAXSIZE where the system does not say.
 */
gsize rn_memory_available (void);

/* Bytes of memory that the process occupies now, and has at most occupied; 0 where the system does not say. */
gsize rn_memory_resident (void);
gsize rn_memory_peak (void);
