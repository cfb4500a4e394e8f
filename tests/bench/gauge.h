#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a window costs, told from inside its process: whole frames, turns of the main loop, processor time by thread,
 * wake-ups and memory. One gauge at a time, on the window's thread.
 */

typedef struct
{
  GArray *values; /* of double, ms */
} RnTimes;

void rn_times_add (RnTimes *self, double ms);
void rn_times_clear (RnTimes *self);
/** Prints p50, p99 and the largest, and their number. */
void rn_times_tell (RnTimes *self, const char *name);
/** Returns: the largest; 0 where there is none */
double rn_times_max (const RnTimes *self);

/** ms of CLOCK_MONOTONIC, or of the calling thread */
double rn_gauge_now_ms (void);
double rn_gauge_thread_ms (void);

typedef struct
{
  RnTimes frame_cpu, frame_wall; /* from before-paint to after-paint */
  RnTimes turn_cpu, turn_wall;   /* what the main loop does from one poll to the next */
  gint64 n_polls;                /* that slept */
  gint64 n_layouts;              /* of the window */
  double wall_ms, process_ms, core_ms;
  gint64 n_switches, n_own_switches;
  double resident_mb, heap_mb;
} RnGauge;

/** Listens to the main loop of the calling thread from now on. */
RnGauge *rn_gauge_get (void);
void rn_gauge_watch_frames (RnGauge *self, GtkNative *window);
/** Begins a measurement. */
void rn_gauge_start (RnGauge *self);
/** s since rn_gauge_start() */
double rn_gauge_elapsed (RnGauge *self);
/** % of one processor since rn_gauge_start(): of the core's threads, which are those at nice 10 and more, or of all others, those
 * that have ended included */
double rn_gauge_percent (RnGauge *self, gboolean of_core);
/** Wake-ups since rn_gauge_start(), by the thread's own will: of the window's thread, or of all but the core's */
gint64 rn_gauge_wakeups (RnGauge *self, gboolean of_window);
double rn_gauge_resident_mb (void);
/** What malloc() has given out */
double rn_gauge_heap_mb (void);
/** s that this machine's host gave to others while something here wanted to run, all processors since the machine began: a
 * thread's time counts what was taken from it */
double rn_gauge_stolen_s (void);
/** Prints all of it. */
void rn_gauge_tell (RnGauge *self, const char *name);

G_END_DECLS
