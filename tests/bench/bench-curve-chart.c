/* Whole frames of a window with a chart of 1200x500 and 4 series of a million steps, from before-paint to after-paint: the
 * window's thread's time and the clock's, beside those of an empty chart.
 *
 *   tests/ui/with-display build/dev/tests/bench/bench-curve-chart
 */
#include <adwaita.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "charts/curve-chart.h"

#define N_STEPS 1000000
#define N_SERIES 4
#define WARM_UP 5

typedef struct
{
  GtkWidget *chart;
  RnTimeAxis *time;
  RnSeries *series[N_SERIES];
  double cpu_start, wall_start; /* ms */
  gboolean is_painted;
  GArray *cpu, *wall; /* of double, ms */
} Bench;

typedef void (*Change) (Bench *bench, int frame);

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
  bench->is_painted = TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
quantile (GArray *sorted, double q)
{
  return g_array_index (sorted, double, (guint) (q * (sorted->len - 1) + 0.5));
}

/* Paints @n frames, each after a change. Returns: the median of the thread's time */
static double
run (Bench *bench, const char *name, Change change, int n, double empty_ms)
{
  for (int frame = 0; frame < n + WARM_UP; frame++)
    {
      if (frame == WARM_UP)
        {
          g_array_set_size (bench->cpu, 0);
          g_array_set_size (bench->wall, 0);
        }
      bench->is_painted = FALSE;
      change (bench, frame);
      while (!bench->is_painted)
        g_main_context_iteration (NULL, TRUE);
    }
  g_array_sort (bench->cpu, compare);
  g_array_sort (bench->wall, compare);
  g_print ("%-28s thread %6.2f %6.2f %6.2f   above empty %6.2f %6.2f   wall %6.2f %6.2f %6.2f ms\n",
           name, quantile (bench->cpu, 0.5), quantile (bench->cpu, 0.99),
           quantile (bench->cpu, 1.0), quantile (bench->cpu, 0.5) - empty_ms,
           quantile (bench->cpu, 0.99) - empty_ms, quantile (bench->wall, 0.5),
           quantile (bench->wall, 0.99), quantile (bench->wall, 1.0));
  return quantile (bench->cpu, 0.5);
}

static void
change_nothing (Bench *bench, int frame)
{
  gtk_widget_queue_draw (bench->chart);
}

static float
value_at (gint64 step, int series)
{
  return (float) (0.3 + 0.2 * series + 1.6 * exp (-(double) step / 2e5) +
                  0.4 * (g_random_double () - 0.5));
}

static void
append (Bench *bench, int n)
{
  for (int i = 0; i < N_SERIES; i++)
    for (int j = 0; j < n; j++)
      {
        const gint64 step = rn_series_last_step (bench->series[i]) + 1;
        const float value = value_at (step, i);

        rn_series_append (bench->series[i], step, step, value, value, value);
      }
}

static void
change_data (Bench *bench, int frame)
{
  append (bench, 200);
  rn_curve_chart_changed (RN_CURVE_CHART (bench->chart));
}

static void
change_hover (Bench *bench, int frame)
{
  rn_time_axis_set_hover (bench->time, 1000 + 5000 * frame);
}

static void
change_pan (Bench *bench, int frame)
{
  rn_time_axis_set_range (bench->time, 100000 + 997 * frame, 600000 + 997 * frame);
}

static void
change_zoom (Bench *bench, int frame)
{
  const double span = 1000000 * pow (0.95, frame % 180);

  rn_time_axis_set_range (bench->time, 500000 - span / 2, 500000 + span / 2);
}

static void
change_all (Bench *bench, int frame)
{
  g_object_set (bench->chart, "log-scale", frame % 2 == 0, NULL);
}

int
main (void)
{
  static const char *const names[N_SERIES] = { "train", "run 2, train", "run 3, train",
                                               "run 4, train" };
  Bench bench = { .time = rn_time_axis_new (),
                  .cpu = g_array_new (FALSE, FALSE, sizeof (double)),
                  .wall = g_array_new (FALSE, FALSE, sizeof (double)) };
  gsize memory = 0;
  GtkWidget *window;
  double empty_ms;

  gtk_init ();
  adw_init ();
  window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  bench.chart = rn_curve_chart_new ("Loss", "loss", bench.time);
  gtk_widget_set_size_request (bench.chart, 1200, 500);
  gtk_window_set_child (GTK_WINDOW (window), bench.chart);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_widget_get_mapped (bench.chart))
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (gtk_widget_get_frame_clock (bench.chart), "before-paint",
                    G_CALLBACK (before_paint), &bench);
  g_signal_connect (gtk_widget_get_frame_clock (bench.chart), "after-paint",
                    G_CALLBACK (after_paint), &bench);
  g_print ("%-28s p50, p99, max\n", "");
  empty_ms = run (&bench, "empty chart", change_nothing, 200, 0.0);

  for (int i = 0; i < N_SERIES; i++)
    bench.series[i] = rn_series_new ();
  append (&bench, N_STEPS);
  for (int i = 0; i < N_SERIES; i++)
    {
      rn_series_smooth (bench.series[i], 0.9);
      memory += rn_series_memory (bench.series[i]);
      rn_curve_chart_add_line (RN_CURVE_CHART (bench.chart), names[i], bench.series[i], i % 3,
                               i >= 3);
    }
  run (&bench, "200 steps more (10 a second)", change_data, 60, empty_ms);
  run (&bench, "hover", change_hover, 150, empty_ms);
  run (&bench, "pan", change_pan, 200, empty_ms);
  run (&bench, "zoom", change_zoom, 200, empty_ms);
  rn_time_axis_reset (bench.time);
  run (&bench, "all anew (log scale)", change_all, 100, empty_ms);
  g_print ("memory of %d series of %d steps: %.1f MB\n", N_SERIES, N_STEPS, (double) memory / 1e6);
  gtk_window_destroy (GTK_WINDOW (window));
  return 0;
}
