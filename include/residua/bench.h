#pragma once

#include "residua/dataset.h"
#include "residua/settings.h"
#include "residua/spec.h"

G_BEGIN_DECLS

/** What a step's time is spent on, see #RnBenchResult. */
typedef enum
{
  RN_BENCH_WORK_TRANSFORMS, /* Winograd's, of filters, too */
  RN_BENCH_WORK_PRODUCTS,   /* of matrices in convolutions */
  RN_BENCH_WORK_DIRECT,     /* convolution in registers */
  RN_BENCH_WORK_PASSES,     /* everything else */
  RN_BENCH_WORK_WAITING,    /* of threads for one another */
  RN_BENCH_N_WORKS
} RnBenchWork;

/**
 * RnBenchResult:
 * @batch: pictures a step
 * @threads: that worked
 * @steps: measured, after three to warm up
 * @pictures_per_s: at the median step
 * @peak_rss_bytes: the most memory that the process has occupied; a case's own where it ran alone in its process
 * @macs: multiply-adds of one picture, forward
 * @split: the share of each #RnBenchWork in all threads' time, 1 together; zeros where that was not asked for
 */
typedef struct
{
  int batch;
  int threads;
  int steps;
  double pictures_per_s;
  double median_step_ms;
  double min_step_ms;
  gsize peak_rss_bytes;
  gint64 macs;
  double split[RN_BENCH_N_WORKS];
} RnBenchResult;

/** Returns: (transfer none): names such as "train_r20_b128", "infer_r50_b1" (what, network, batch), NULL-terminated */
const char *const *rn_bench_cases (void);

/**
 * rn_bench_run:
 * @case_name: one of rn_bench_cases()
 * @threads: 1 to 256; 0 for as many as there are processors
 * @seconds: to measure for; at least five steps are measured however long they take
 * @split: whether @result's split is wanted, too: looking at the clock so often makes small networks slower
 * @cancel: (nullable): becomes non-zero, from any thread or signal handler, to make it fail with RN_ERROR_CANCELLED soon
 * @error: RN_ERROR_DATA for an unknown name, RN_ERROR_MEMORY
 *
 * Measures whole steps on random pictures: of training (forward, backward and update), or of running (batch-norm
 * folded). The CIFAR networks have option A with the zero channels at the end.
 */
gboolean rn_bench_run (const char *case_name, int threads, double seconds, gboolean split,
                       const int *cancel, RnBenchResult *result, GError **error);

/**
 * rn_bench_estimate_epoch:
 * @settings: batch, augmentation, how often it is tested, whether the last short batch is left out
 * @dataset: whose pictures it would learn; colours and classes of @spec may be others
 * @threads: 1 to 256; 0 for as many as there are processors
 * @cancel: (nullable): as in rn_bench_run()
 * @seconds: (out): that an epoch of training would take here: drawing the pictures, the steps, and the evaluations
 *   of the test split that fall into it. Checkpoints are not counted
 * @error: RN_ERROR_SHAPE for a draft that does not fit, RN_ERROR_DATA, RN_ERROR_MEMORY, RN_ERROR_CANCELLED
 *
 * Trains @spec itself for about a second on pictures of @dataset, in smaller batches where a step would take too long
 * or too much memory, and tests it on some. The pace of a network, batch, augmentation, data set and number of threads
 * is kept, so that asking again takes no time. For a thread that may wait; what else the computer does meanwhile makes
 * the answer longer.
 */
gboolean rn_bench_estimate_epoch (const RnSpec *spec, const RnSettings *settings,
                                  RnDataset *dataset, int threads, const int *cancel,
                                  double *seconds, GError **error);

G_END_DECLS
