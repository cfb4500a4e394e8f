#include "bench-kernels.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>

#include "output-json.h"
#include "residua/bench-kernels.h"
#include "residua/compute-info.h"
#include "signals.h"
#include "terminal.h"

/* Closer than this two medians on a machine that others use, too, are the same. */
#define ALIKE 1.05

/* Words of --json, and of options */
static const char *const direction_words[] = {
  [RN_BENCH_FORWARD] = "forward",
  [RN_BENCH_DATA] = "data",
  [RN_BENCH_FILTERS] = "filters",
};
static const char *const method_words[] = {
  [RN_BENCH_DIRECT] = "direct",
  [RN_BENCH_WINOGRAD] = "winograd",
  [RN_BENCH_PRODUCT] = "product",
};

static const char *const direction_names[] = {
  [RN_BENCH_FORWARD] = N_ ("forward"),
  [RN_BENCH_DATA] = N_ ("to the data"),
  [RN_BENCH_FILTERS] = N_ ("to the filters"),
};
static const char *const method_names[] = {
  [RN_BENCH_DIRECT] = N_ ("direct"),
  [RN_BENCH_WINOGRAD] = N_ ("Winograd"),
  [RN_BENCH_PRODUCT] = N_ ("product"),
};

typedef struct
{
  double peak;
  JsonBuilder *builder; /* (nullable) */

  /* of the case under way: time by what is taken and by the fastest, in no unit, and how many agree */
  double taken, fastest;
  int n_kernels, n_alike;
} Output;

static double
gain_of (const RnBenchKernel *kernel)
{
  return kernel->gflops[kernel->fastest] / kernel->gflops[kernel->taken];
}

/* Operations of all convolutions like this one */
static double
work_of (const RnBenchKernel *kernel)
{
  return (double) kernel->count * kernel->n * ceil ((double) kernel->h / kernel->stride) *
         ceil ((double) kernel->w / kernel->stride) * kernel->c * kernel->k * kernel->kernel *
         kernel->kernel;
}

static void
add_up (Output *output, const RnBenchKernel *kernel)
{
  output->taken += work_of (kernel) / kernel->gflops[kernel->taken];
  output->fastest += work_of (kernel) / kernel->gflops[kernel->fastest];
  output->n_kernels++;
  output->n_alike += gain_of (kernel) < ALIKE ? 1 : 0;
}

static void
print_head (const char *name, const Output *output, int threads)
{
  const RnCliCell cells[] = {
    { "", -15 },
    { _ ("pictures"), 9 },
    { _ ("in"), 13 },
    { _ ("out"), 5 },
    { _ ("window"), 9 },
    { _ ("times"), 6 },
    { _ (method_names[RN_BENCH_DIRECT]), 14 },
    { _ (method_names[RN_BENCH_WINOGRAD]), 14 },
    { _ (method_names[RN_BENCH_PRODUCT]), 14 },
    { _ ("taken"), -10 },
    { _ ("fastest"), -10 },
  };

  rn_cli_print (_ ("%s, threads: %d, peak: %.1f GFLOP/s (%s)"), name, threads, output->peak,
                rn_compute_isa ());
  rn_cli_print_cells (cells, G_N_ELEMENTS (cells));
}

/* Returns: (transfer full): "312.4 (133 %)" */
static char *
speed_text (const RnBenchKernel *kernel, RnBenchMethod method, double peak)
{
  if (isnan (kernel->gflops[method]))
    return g_strdup ("–");
  return g_strdup_printf ("%.1f (%.0f %%)", kernel->gflops[method],
                          100.0 * kernel->gflops[method] / peak);
}

static void
print_kernel (const Output *output, const RnBenchKernel *kernel)
{
  g_autofree char *n = g_strdup_printf ("%d", kernel->n), *k = g_strdup_printf ("%d", kernel->k);
  g_autofree char *in = g_strdup_printf ("%dx%dx%d", kernel->h, kernel->w, kernel->c);
  g_autofree char *window =
      g_strdup_printf ("%dx%d /%d", kernel->kernel, kernel->kernel, kernel->stride);
  g_autofree char *count = g_strdup_printf ("%d", kernel->count);
  g_autofree char *direct = speed_text (kernel, RN_BENCH_DIRECT, output->peak);
  g_autofree char *winograd = speed_text (kernel, RN_BENCH_WINOGRAD, output->peak);
  g_autofree char *product = speed_text (kernel, RN_BENCH_PRODUCT, output->peak);
  g_autofree char *gain =
      gain_of (kernel) < ALIKE ? g_strdup ("") : g_strdup_printf (_ ("by %.2f"), gain_of (kernel));
  const RnCliCell cells[] = {
    { _ (direction_names[kernel->direction]), -15 },
    { n, 9 },
    { in, 13 },
    { k, 5 },
    { window, 9 },
    { count, 6 },
    { direct, 14 },
    { winograd, 14 },
    { product, 14 },
    { _ (method_names[kernel->taken]), -10 },
    { _ (method_names[gain_of (kernel) < ALIKE ? kernel->taken : kernel->fastest]), -10 },
    { gain, 0 },
  };

  rn_cli_print_cells (cells, G_N_ELEMENTS (cells));
}

static void
print_foot (const Output *output)
{
  rn_cli_print (_ ("What is taken is the fastest, or within %.0f %% of it, for %d of %d. With the "
                   "fastest for all, the convolutions would take %.1f %% of their time."),
                100.0 * (ALIKE - 1.0), output->n_alike, output->n_kernels,
                100.0 * output->fastest / output->taken);
}

/* Opens and closes an object of its own */
static void
add_by_method (JsonBuilder *builder, const char *name, const double values[RN_BENCH_N_METHODS])
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  for (int i = 0; i < RN_BENCH_N_METHODS; i++)
    rn_cli_json_number (builder, method_words[i], values[i]);
  json_builder_end_object (builder);
}

static void
add_kernel (JsonBuilder *builder, const char *name, const RnBenchKernel *kernel)
{
  json_builder_begin_object (builder);
  rn_cli_json_string (builder, "case", name);
  rn_cli_json_string (builder, "direction", direction_words[kernel->direction]);
  rn_cli_json_int (builder, "n", kernel->n);
  rn_cli_json_int (builder, "h", kernel->h);
  rn_cli_json_int (builder, "w", kernel->w);
  rn_cli_json_int (builder, "c", kernel->c);
  rn_cli_json_int (builder, "k", kernel->k);
  rn_cli_json_int (builder, "kernel", kernel->kernel);
  rn_cli_json_int (builder, "stride", kernel->stride);
  rn_cli_json_int (builder, "count", kernel->count);
  add_by_method (builder, "ms", kernel->ms);
  add_by_method (builder, "gflops", kernel->gflops);
  rn_cli_json_string (builder, "taken", method_words[kernel->taken]);
  rn_cli_json_string (builder, "fastest", method_words[kernel->fastest]);
  json_builder_end_object (builder);
}

static gboolean
measure_case (Output *output, const char *name, int threads, double seconds, GError **error)
{
  g_autoptr (RnKernelBench) bench =
      rn_kernel_bench_new (name, threads, rn_cli_get_interrupt (), error);

  if (bench == NULL)
    return FALSE;
  if (output->peak == 0.0)
    output->peak = rn_kernel_bench_peak (bench);
  output->taken = output->fastest = 0.0;
  output->n_kernels = output->n_alike = 0;
  if (output->builder == NULL)
    print_head (name, output, threads > 0 ? threads : rn_compute_n_processors ());
  for (int i = 0; i < rn_kernel_bench_count (bench); i++)
    {
      RnBenchKernel kernel;

      if (!rn_kernel_bench_measure (bench, i, seconds, &kernel, error))
        return FALSE;
      add_up (output, &kernel);
      if (output->builder != NULL)
        add_kernel (output->builder, name, &kernel);
      else
        print_kernel (output, &kernel);
    }
  if (output->builder == NULL)
    print_foot (output);
  return TRUE;
}

gboolean
rn_cli_bench_kernels (char **cases, int threads, double seconds, gboolean json, GError **error)
{
  g_autoptr (JsonBuilder) builder = json ? json_builder_new () : NULL;
  Output output = { .builder = builder };

  rn_cli_signals_look ();
  if (json)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "kernels");
      json_builder_begin_array (builder);
    }
  for (int i = 0; cases[i] != NULL; i++)
    if (!measure_case (&output, cases[i], threads, seconds, error))
      return FALSE;
  if (json)
    {
      json_builder_end_array (builder);
      rn_cli_json_string (builder, "isa", rn_compute_isa ());
      rn_cli_json_string (builder, "blas_core", rn_compute_blas_core ());
      rn_cli_json_int (builder, "threads", threads > 0 ? threads : rn_compute_n_processors ());
      rn_cli_json_number (builder, "peak_gflops", output.peak);
      json_builder_end_object (builder);
      rn_cli_json_print (builder);
    }
  return TRUE;
}
