/* The real window while ResNet-20 trains on all processors: whole frames of the window's thread from before-paint to
 * after-paint, the longest gap of its main loop, what it takes of a processor beside the core's threads, and its memory.
 *
 *   tests/ui/with-display build/release/tests/bench/bench-window [SECONDS [PRESET]]
 *
 * Threads of the core are those at nice 10. First nobody touches the window; then, for as long, something is clicked, zoomed,
 * hovered or turned to each quarter of a second.
 */
#include <adwaita.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "application.h"
#include "window.h"

#define BEAT_MS 5

typedef struct
{
  RnWindow *window;
  double cpu_start, wall_start; /* ms */
  GArray *cpu, *wall, *gaps;    /* of double, ms */
  double beat;
  int n_acts;
} Bench;

static double
now_ms (clockid_t clock)
{
  struct timespec at;

  clock_gettime (clock, &at);
  return (double) at.tv_sec * 1e3 + (double) at.tv_nsec / 1e6;
}

static void
before_paint (GdkFrameClock *clock, Bench *bench)
{
  bench->cpu_start = now_ms (CLOCK_THREAD_CPUTIME_ID);
  bench->wall_start = now_ms (CLOCK_MONOTONIC);
}

static void
after_paint (GdkFrameClock *clock, Bench *bench)
{
  const double cpu = now_ms (CLOCK_THREAD_CPUTIME_ID) - bench->cpu_start,
               wall = now_ms (CLOCK_MONOTONIC) - bench->wall_start;

  g_array_append_val (bench->cpu, cpu);
  g_array_append_val (bench->wall, wall);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
tell (const char *name, GArray *values)
{
  double quantiles[3] = { 0.0 };

  g_array_sort (values, compare);
  for (int i = 0; i < 3 && values->len > 0; i++)
    quantiles[i] = g_array_index (values, double,
                                  (guint) ((double[]){ 0.5, 0.99, 1.0 }[i] * (values->len - 1)));
  g_print ("  %-34s %7.2f %7.2f %7.2f ms  of %u\n", name, quantiles[0], quantiles[1], quantiles[2],
           values->len);
  g_array_set_size (values, 0);
}

/* Processor time, seconds: of the core's threads where @of_core, else of all others */
static double
thread_seconds (gboolean of_core)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/task", 0, NULL);
  double ticks = 0.0;
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "stat", NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv) fields = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      /* after the name in brackets: state is field 3 of proc(5), so utime is [11], stime [12], nice [16] */
      fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);
      if ((atoi (fields[16]) >= 10) == of_core)
        ticks += atof (fields[11]) + atof (fields[12]);
    }
  return ticks / (double) sysconf (_SC_CLK_TCK);
}

static double
resident_mb (void)
{
  g_autofree char *text = NULL;

  g_file_get_contents ("/proc/self/statm", &text, NULL, NULL);
  return atof (strchr (text, ' ')) * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

static gboolean
beat (gpointer data)
{
  Bench *bench = data;
  const double now = now_ms (CLOCK_MONOTONIC), gap = now - bench->beat - BEAT_MS;

  bench->beat = now;
  g_array_append_val (bench->gaps, gap);
  return G_SOURCE_CONTINUE;
}

/* What a person does, one thing after the other */
static gboolean
act (gpointer data)
{
  static const char *const pages[] = { "train", "data", "train", "inspect",
                                       "train", "runs", "train", "build" };
  Bench *bench = data;
  RnSession *session = rn_window_get_session (bench->window);
  RnTimeAxis *axis = rn_session_get_time (session);
  const RnSpec *spec = rn_session_get_spec (session);
  const int n = bench->n_acts++;
  const double middle = (double) rn_time_axis_get_extent (axis) / 2.0;

  switch (n % 5)
    {
    case 0:
      rn_selection_select (rn_session_get_selection (session), RN_PART_BLOCK,
                           rn_spec_get_block (spec, n / 5 % rn_spec_n_blocks (spec))->id, NULL);
      break;
    case 1:
      rn_time_axis_set_hover (axis, (gint64) (middle * (1.0 + sin (n))));
      break;
    case 2:
      rn_time_axis_zoom (axis, middle, n % 2 ? 0.5 : 4.0);
      break;
    case 3:
      rn_session_set_measure (session, (RnMeasureKind) (n / 5 % RN_N_MEASURES));
      break;
    default:
      rn_window_show_page (bench->window, pages[n / 5 % G_N_ELEMENTS (pages)]);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
set_done (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate_for (double seconds)
{
  gboolean is_done = FALSE;

  g_timeout_add ((guint) (seconds * 1e3), set_done, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

static void
measure (Bench *bench, const char *name, double seconds)
{
  const double before = thread_seconds (FALSE), core_before = thread_seconds (TRUE);
  const double started = now_ms (CLOCK_MONOTONIC), memory = resident_mb ();
  const gint64 step = rn_session_get_status (rn_window_get_session (bench->window))->step;
  double elapsed;

  g_array_set_size (bench->cpu, 0);
  g_array_set_size (bench->wall, 0);
  g_array_set_size (bench->gaps, 0);
  bench->beat = now_ms (CLOCK_MONOTONIC);
  iterate_for (seconds);
  elapsed = (now_ms (CLOCK_MONOTONIC) - started) * 1e-3;
  g_print ("%s, %.0f s, %lld steps: p50, p99, max\n", name, elapsed,
           (long long) (rn_session_get_status (rn_window_get_session (bench->window))->step -
                        step));
  tell ("frame, time of the window's thread", bench->cpu);
  tell ("frame, by the clock", bench->wall);
  tell ("gap of the main loop", bench->gaps);
  g_print ("  window %.1f %% of a processor, core %.0f %%; resident %.1f MB, %+.1f\n",
           100.0 * (thread_seconds (FALSE) - before) / elapsed,
           100.0 * (thread_seconds (TRUE) - core_before) / elapsed, resident_mb (),
           resident_mb () - memory);
}

int
main (int argc, char **argv)
{
  const double seconds = argc > 1 ? atof (argv[1]) : 60.0;
  g_autoptr (RnApplication) application = rn_application_new ();
  g_autoptr (RnSpec) spec = rn_spec_preset (argc > 2 ? argv[2] : "resnet20", NULL);
  Bench bench = { .cpu = g_array_new (FALSE, FALSE, sizeof (double)),
                  .wall = g_array_new (FALSE, FALSE, sizeof (double)),
                  .gaps = g_array_new (FALSE, FALSE, sizeof (double)) };
  RnSession *session;
  guint acts, beats;

  if (spec == NULL || !g_application_register (G_APPLICATION (application), NULL, NULL))
    return 1;
  g_application_activate (G_APPLICATION (application));
  bench.window = RN_WINDOW (gtk_application_get_windows (GTK_APPLICATION (application))->data);
  gtk_window_set_default_size (GTK_WINDOW (bench.window), 1600, 1000);
  session = rn_window_get_session (bench.window);
  rn_session_show_sketch (session, spec, NULL);
  rn_session_set_epochs (session, 1000.0);
  rn_window_show_page (bench.window, "train");
  rn_session_start (session);
  while (rn_session_get_status (session)->step < 10)
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (bench.window)), "before-paint",
                    G_CALLBACK (before_paint), &bench);
  g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (bench.window)), "after-paint",
                    G_CALLBACK (after_paint), &bench);

  measure (&bench, "nobody touches it", seconds);
  acts = g_timeout_add (250, act, &bench);
  beats = g_timeout_add (BEAT_MS, beat, &bench);
  measure (&bench, "clicks, four a second", seconds);
  g_source_remove (acts);
  g_source_remove (beats);
  gtk_window_close (GTK_WINDOW (bench.window));
  while (gtk_application_get_windows (GTK_APPLICATION (application)) != NULL)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}
