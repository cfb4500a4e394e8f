#pragma once

#include <glib.h>

/* Ctrl-C (and a terminal that closes, and a polite kill). Until somebody says that they look, it ends the program at
 * once with exit code 130; from then on the first is only noted and the second ends it.
 */

void rn_cli_signals_start (void);
void rn_cli_signals_look (void);
/* Whether somebody asked to stop */
gboolean rn_cli_is_interrupted (void);
/* The same as the core's passes want it: non-zero once somebody asked */
const int *rn_cli_get_interrupt (void);
