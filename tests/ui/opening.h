#pragma once

#include "application.h"
#include "window.h"

/* The whole window, as the program opens it, for tests that need all of it. One program at a time. */

/* Returns: (transfer full): registered, without a window */
RnApplication *opening_program (void);
/* Opens the window, and waits until it is mapped. */
RnWindow *opening_window (RnApplication *program);
/* Returns: (transfer none) (nullable): the window that is there */
RnWindow *opening_find_window (RnApplication *program);
/* Closes the window, and waits for its end; what it keeps of sketches is not for the next test. */
void opening_close (RnApplication *program, RnWindow *window);
/* Waits until there is no window. */
void opening_wait_for_end (RnApplication *program);
/* Waits until the sample set is there. */
void opening_wait_for_data (RnWindow *window);
/* Returns: (transfer none) (nullable): a window over @window */
GtkWindow *opening_find_dialog (RnWindow *window);
