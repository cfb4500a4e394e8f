#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How malloc() keeps what pictures, curves and weights take while they come and go on many threads for days: without its own
 * habits the window's memory would rise for hours, though what is in use does not.
 */

/** Before the first thread. */
void rn_heaps_share (void);
/** To be called while something is at work, as often as one likes: once a minute holes in the heaps go back to the system.
 * At once; the work is done on a thread of its own. */
void rn_heaps_tidy (void);

G_END_DECLS
