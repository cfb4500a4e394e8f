#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Algorithms that a convolution may be computed by. */
typedef enum
{
  RN_BENCH_DIRECT,
  RN_BENCH_WINOGRAD,
  RN_BENCH_PRODUCT,
  RN_BENCH_N_METHODS
} RnBenchMethod;

/** What a convolution computes: its output, and the gradients of its input and of its filters. */
typedef enum
{
  RN_BENCH_FORWARD,
  RN_BENCH_DATA,
  RN_BENCH_FILTERS
} RnBenchDirection;

/**
 * RnBenchKernel:
 * @n: pictures that are computed at once; where running deals out groups of pictures, by each thread
 * @count: how many convolutions of the network are like this one
 * @ms: a call by each #RnBenchMethod takes, the median; NAN where it cannot
 * @gflops: by each #RnBenchMethod, effective: 2 operations for each multiply-add of the definition, whatever the algorithm
 *   does; NAN where it cannot
 * @taken: what is taken for this shape
 * @fastest: what was the fastest
 */
typedef struct
{
  RnBenchDirection direction;
  int n, h, w, c, k, kernel, stride;
  int count;
  double ms[RN_BENCH_N_METHODS];
  double gflops[RN_BENCH_N_METHODS];
  RnBenchMethod taken, fastest;
} RnBenchKernel;

typedef struct _RnKernelBench RnKernelBench;

/**
 * rn_kernel_bench_new:
 * @case_name: one of rn_bench_cases(), whose network's convolutions are measured as that case computes them
 * @threads: 1 to 256; 0 for as many as there are processors
 * @cancel: (nullable): as in rn_bench_run(); is looked at while measuring
 * @error: RN_ERROR_DATA, RN_ERROR_MEMORY
 */
RnKernelBench *rn_kernel_bench_new (const char *case_name, int threads, const int *cancel,
                                    GError **error);
void rn_kernel_bench_free (RnKernelBench *bench);

/** Returns: how many kernels there are to measure: each shape once in each direction */
int rn_kernel_bench_count (const RnKernelBench *bench);
/** Returns: what all threads together multiply and add in registers, in GFLOP/s: the best of several tries */
double rn_kernel_bench_peak (RnKernelBench *bench);
/**
 * rn_kernel_bench_measure:
 * @at: 0 to rn_kernel_bench_count()
 * @seconds: for each algorithm, at least; they take turns, three at least, and medians count
 * @error: RN_ERROR_MEMORY, RN_ERROR_CANCELLED
 */
gboolean rn_kernel_bench_measure (RnKernelBench *bench, int at, double seconds,
                                  RnBenchKernel *kernel, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnKernelBench, rn_kernel_bench_free)

G_END_DECLS
