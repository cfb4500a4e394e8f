#include "gauge.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CORE_NICE 10

static RnGauge the_gauge;
static double frame_cpu, frame_wall, turn_cpu, turn_wall;

static double
now_ms (clockid_t clock)
{
  struct timespec at;

  clock_gettime (clock, &at);
  return (double) at.tv_sec * 1e3 + (double) at.tv_nsec / 1e6;
}

double
rn_gauge_now_ms (void)
{
  return now_ms (CLOCK_MONOTONIC);
}

double
rn_gauge_thread_ms (void)
{
  return now_ms (CLOCK_THREAD_CPUTIME_ID);
}

/* Times */

void
rn_times_add (RnTimes *self, double ms)
{
  if (self->values == NULL)
    self->values = g_array_new (FALSE, FALSE, sizeof (double));
  g_array_append_val (self->values, ms);
}

void
rn_times_clear (RnTimes *self)
{
  if (self->values != NULL)
    g_array_set_size (self->values, 0);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

void
rn_times_tell (RnTimes *self, const char *name)
{
  static const double places[] = { 0.5, 0.99, 1.0 };
  const guint n = self->values != NULL ? self->values->len : 0;

  g_print ("  %-36s", name);
  if (n > 0)
    g_array_sort (self->values, compare);
  for (gsize i = 0; i < G_N_ELEMENTS (places) && n > 0; i++)
    g_print (" %8.2f", g_array_index (self->values, double, (guint) (places[i] * (n - 1))));
  g_print (" ms  of %u\n", n);
}

double
rn_times_max (const RnTimes *self)
{
  double max = 0.0;

  for (guint i = 0; self->values != NULL && i < self->values->len; i++)
    max = MAX (max, g_array_index (self->values, double, i));
  return max;
}

/* Threads and memory */

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename ("/proc/self/task", folder, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static gint64
voluntary_switches (const char *thread)
{
  g_autofree char *text = read_file (thread, "status");
  const char *line = text != NULL ? strstr (text, "\nvoluntary_ctxt_switches:") : NULL;

  return line != NULL ? g_ascii_strtoll (strchr (line, ':') + 1, NULL, 10) : 0;
}

/* Sums over the threads: the core's time, and how often the others slept. */
static void
read_threads (double *core_ms, gint64 *n_switches)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/task", 0, NULL);
  double ticks = 0.0;
  const char *name;

  *n_switches = 0;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *text = read_file (name, "stat");
      g_auto (GStrv) fields = NULL;

      if (text == NULL)
        continue;
      /* after the name in brackets: state is field 3 of proc(5), so utime is [11], stime [12], nice [16] */
      fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
      if (atoi (fields[16]) >= CORE_NICE)
        ticks += atof (fields[11]) + atof (fields[12]);
      else
        *n_switches += voluntary_switches (name);
    }
  *core_ms = 1e3 * ticks / (double) sysconf (_SC_CLK_TCK);
}

static gint64
own_switches (void)
{
  g_autofree char *self = g_strdup_printf ("%d", (int) getpid ());

  return voluntary_switches (self);
}

double
rn_gauge_resident_mb (void)
{
  g_autofree char *text = NULL;

  g_file_get_contents ("/proc/self/statm", &text, NULL, NULL);
  return atof (strchr (text, ' ')) * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

double
rn_gauge_heap_mb (void)
{
  const struct mallinfo2 info = mallinfo2 ();

  return (double) (info.uordblks + info.hblkhd) / 1e6;
}

/* /proc/stat begins with "cpu", user, nice, system, idle, iowait, irq, softirq, steal (proc(5)). */
double
rn_gauge_stolen_s (void)
{
  double stolen = 0.0;
  FILE *file = fopen ("/proc/stat", "r");

  if (file == NULL)
    return 0.0;
  if (fscanf (file, "cpu %*f %*f %*f %*f %*f %*f %*f %lf", &stolen) != 1)
    stolen = 0.0;
  fclose (file);
  return stolen / (double) sysconf (_SC_CLK_TCK);
}

/* The main loop */

static int
poll_between_turns (GPollFD *fds, guint n, int timeout)
{
  const double now = rn_gauge_now_ms ();
  int answer;

  if (turn_wall > 0.0)
    {
      rn_times_add (&the_gauge.turn_cpu, rn_gauge_thread_ms () - turn_cpu);
      rn_times_add (&the_gauge.turn_wall, now - turn_wall);
    }
  answer = g_poll (fds, n, timeout);
  the_gauge.n_polls += timeout != 0;
  turn_wall = rn_gauge_now_ms ();
  turn_cpu = rn_gauge_thread_ms ();
  return answer;
}

RnGauge *
rn_gauge_get (void)
{
  g_main_context_set_poll_func (NULL, poll_between_turns);
  return &the_gauge;
}

static void
before_paint (GdkFrameClock *clock, RnGauge *self)
{
  frame_cpu = rn_gauge_thread_ms ();
  frame_wall = rn_gauge_now_ms ();
}

static void
after_paint (GdkFrameClock *clock, RnGauge *self)
{
  rn_times_add (&self->frame_cpu, rn_gauge_thread_ms () - frame_cpu);
  rn_times_add (&self->frame_wall, rn_gauge_now_ms () - frame_wall);
}

static void
laid_out (GdkSurface *surface, int width, int height, RnGauge *self)
{
  self->n_layouts++;
}

void
rn_gauge_watch_frames (RnGauge *self, GtkNative *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));

  g_signal_connect (gtk_native_get_surface (window), "layout", G_CALLBACK (laid_out), self);
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint), self);
  g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint), self);
}

/* A measurement */

void
rn_gauge_start (RnGauge *self)
{
  rn_times_clear (&self->frame_cpu);
  rn_times_clear (&self->frame_wall);
  rn_times_clear (&self->turn_cpu);
  rn_times_clear (&self->turn_wall);
  self->n_polls = 0;
  self->n_layouts = 0;
  self->resident_mb = rn_gauge_resident_mb ();
  self->heap_mb = rn_gauge_heap_mb ();
  read_threads (&self->core_ms, &self->n_switches);
  self->n_own_switches = own_switches ();
  self->process_ms = now_ms (CLOCK_PROCESS_CPUTIME_ID);
  self->wall_ms = rn_gauge_now_ms ();
}

double
rn_gauge_elapsed (RnGauge *self)
{
  return 1e-3 * (rn_gauge_now_ms () - self->wall_ms);
}

double
rn_gauge_percent (RnGauge *self, gboolean of_core)
{
  const double process_ms = now_ms (CLOCK_PROCESS_CPUTIME_ID) - self->process_ms;
  double core_ms;
  gint64 n_switches;

  read_threads (&core_ms, &n_switches);
  core_ms -= self->core_ms;
  return 0.1 * (of_core ? core_ms : process_ms - core_ms) / rn_gauge_elapsed (self);
}

gint64
rn_gauge_wakeups (RnGauge *self, gboolean of_window)
{
  double core_ms;
  gint64 n_switches;

  if (of_window)
    return own_switches () - self->n_own_switches;
  read_threads (&core_ms, &n_switches);
  return n_switches - self->n_switches;
}

void
rn_gauge_tell (RnGauge *self, const char *name)
{
  const double seconds = rn_gauge_elapsed (self), window = rn_gauge_percent (self, FALSE);
  const double core = rn_gauge_percent (self, TRUE);
  const gint64 own = rn_gauge_wakeups (self, TRUE), all = rn_gauge_wakeups (self, FALSE);

  g_print ("%s, %.0f s: p50, p99, max\n", name, seconds);
  rn_times_tell (&self->frame_cpu, "frame, time of the window's thread");
  rn_times_tell (&self->frame_wall, "frame, by the clock");
  rn_times_tell (&self->turn_cpu, "turn of the main loop, its thread");
  rn_times_tell (&self->turn_wall, "turn of the main loop, by the clock");
  g_print ("  laid out %lld times\n", (long long) self->n_layouts);
  g_print ("  window %.1f %% of a processor, core %.0f %%; wake-ups a second: main loop %.2f, its "
           "thread %.2f, all but the core's %.2f\n",
           window, core, (double) self->n_polls / seconds, (double) own / seconds,
           (double) all / seconds);
  g_print ("  resident %.1f MB, %+.1f; heap %.1f MB, %+.1f\n", rn_gauge_resident_mb (),
           rn_gauge_resident_mb () - self->resident_mb, rn_gauge_heap_mb (),
           rn_gauge_heap_mb () - self->heap_mb);
}
