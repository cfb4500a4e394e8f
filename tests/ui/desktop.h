#pragma once

/* Stands in for the desktop that shows notifications: without one GLib warns of each. Once, on the session's bus. */
void desktop_start (void);
