#include "residua/bench-kernels.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/random.h"
#include "compute/conv-direct.h"
#include "compute/conv-gemm.h"
#include "compute/conv-winograd.h"
#include "compute/info.h"
#include "compute/memory.h"
#include "network/plan.h"
#include "residua/error.h"
#include "train/bench-case.h"

/* A case's convolutions one by one, each by every algorithm that can do it, whatever conv.c would take: what it should take is
 * seen from that. As in the case: training packs filters at each call; running has them packed, and meets those of all layers
 * before it meets the same again, so they come from where that network's filters come from; and where running deals out
 * groups of pictures, each member convolves its own. */

#define LEAST_TURNS 3
#define PEAK_US 200000 /* to try for: at first, threads may share a processor */
#define PEAK_ROUNDS 100000

/* What a call needs, in floats */
typedef struct
{
  gsize packed, shared, scratch;
} Needs;

typedef struct
{
  RnConvShape shape;
  RnBenchDirection direction;
  int count; /* convolutions like this one */
} Kernel;

struct _RnKernelBench
{
  const RnBenchCase *kind;
  const int *cancel;
  RnTeam *team;
  GArray *kernels;   /* of Kernel */
  gboolean is_alone; /* each member has pictures of its own */
  gsize filters;     /* floats of the whole network's, packed */
};

static RnConvMethod
to_conv_method (RnBenchMethod method)
{
  static const RnConvMethod methods[] = {
    [RN_BENCH_DIRECT] = RN_CONV_DIRECT,
    [RN_BENCH_WINOGRAD] = RN_CONV_WINOGRAD,
    [RN_BENCH_PRODUCT] = RN_CONV_PRODUCT,
  };

  return methods[method];
}

static RnBenchMethod
from_conv_method (RnConvMethod method)
{
  for (int i = 0; i < RN_BENCH_N_METHODS; i++)
    if (to_conv_method (i) == method)
      return i;
  g_return_val_if_reached (RN_BENCH_DIRECT);
}

static RnBenchMethod
taken_for (const RnConvShape *shape, RnBenchDirection direction)
{
  switch (direction)
    {
    case RN_BENCH_FORWARD:
      return from_conv_method (rn_conv_forward_method (shape));
    case RN_BENCH_DATA:
      return from_conv_method (rn_conv_data_method (shape));
    case RN_BENCH_FILTERS:
    default:
      return from_conv_method (rn_conv_filters_method (shape));
    }
}

static gboolean
is_able (const RnConvShape *shape, RnBenchDirection direction, RnBenchMethod method)
{
  switch (method)
    {
    case RN_BENCH_WINOGRAD:
      return rn_conv_winograd_fits (shape);
    case RN_BENCH_PRODUCT:
      return direction == RN_BENCH_FILTERS;
    default:
      return TRUE;
    }
}

static Needs
needs_of (const RnConvShape *shape, RnBenchDirection direction, RnBenchMethod method)
{
  const gboolean is_winograd = method == RN_BENCH_WINOGRAD;

  switch (direction)
    {
    case RN_BENCH_FORWARD:
      return is_winograd
                 ? (Needs){ rn_conv_winograd_packed (shape), rn_conv_winograd_shared (shape),
                            rn_conv_winograd_scratch (shape) }
                 : (Needs){ rn_conv_direct_packed (shape), 0, rn_conv_direct_scratch (shape) };
    case RN_BENCH_DATA:
      return is_winograd
                 ? (Needs){ rn_conv_winograd_packed (shape), rn_conv_winograd_shared (shape),
                            rn_conv_winograd_train_scratch (shape) }
                 : (Needs){ rn_conv_direct_data_packed (shape), 0,
                            rn_conv_direct_data_scratch (shape) };
    case RN_BENCH_FILTERS:
    default:
      if (method == RN_BENCH_PRODUCT)
        return (Needs){ 0, rn_conv_gemm_partials (shape), rn_conv_gemm_scratch (shape) };
      return is_winograd ? (Needs){ 0, rn_conv_winograd_filters_shared (shape),
                                    rn_conv_winograd_filters_scratch (shape) }
                         : (Needs){ 0, rn_conv_direct_partials (shape),
                                    rn_conv_direct_filters_scratch (shape) };
    }
}

/* One convolution in one direction; members that are alone have all but the filters for themselves. */
typedef struct
{
  const RnConvShape *shape;
  RnBenchDirection direction;
  RnBenchMethod method;
  gboolean packs; /* at each call */
  int copies;     /* of all but the filters */

  gsize n_x, n_y, n_w;
  float *x, *y; /* inputs and outputs, or their gradients */
  float *w;     /* filters, or their gradient */
  float *shared[RN_BENCH_N_METHODS];
  Needs needs[RN_BENCH_N_METHODS];
  float *packed[RN_BENCH_N_METHODS]; /* as often as it takes to be as many as the network's */
  int n_packed[RN_BENCH_N_METHODS];
  int next[RN_BENCH_N_METHODS];
} Call;

static void
pack (RnWorker *worker, const Call *call, float *packed)
{
  if (call->method == RN_BENCH_WINOGRAD)
    rn_conv_winograd_pack (worker, packed, call->w, NULL, call->shape);
  else
    rn_conv_direct_pack (worker, packed, call->w, NULL, call->shape);
}

static void
call_forward (RnWorker *worker, const Call *call, float *y, const float *x, float *packed,
              float *shared)
{
  if (call->packs)
    pack (worker, call, packed);
  if (call->method == RN_BENCH_WINOGRAD)
    rn_conv_winograd_run (worker, y, x, packed, shared, call->shape, NULL, NULL, NULL);
  else
    rn_conv_direct_run (worker, y, x, packed, call->shape, NULL, NULL, NULL);
}

static void
call_filters (RnWorker *worker, const Call *call, float *shared)
{
  switch (call->method)
    {
    case RN_BENCH_WINOGRAD:
      rn_conv_winograd_backward_filters (worker, call->w, call->x, call->y, shared, call->shape,
                                         NULL);
      break;
    case RN_BENCH_PRODUCT:
      rn_conv_gemm_backward_filters (worker, call->w, call->x, call->y, shared, call->shape, NULL);
      break;
    default:
      rn_conv_direct_backward_filters (worker, call->w, call->x, call->y, shared, call->shape,
                                       NULL);
    }
}

static void
run_call (RnWorker *worker, gpointer data)
{
  const Call *call = data;
  const RnBenchMethod method = call->method;
  const Needs *needs = &call->needs[method];
  const gsize copy = call->copies > 1 ? (gsize) rn_worker_index (worker) : 0;
  float *shared = call->shared[method] + copy * needs->shared;
  float *packed = call->packed[method] + (gsize) call->next[method] * needs->packed;
  float *x = call->x + copy * call->n_x, *y = call->y + copy * call->n_y;

  if (call->copies > 1)
    rn_worker_begin_alone (worker);
  if (call->direction == RN_BENCH_FORWARD)
    call_forward (worker, call, y, x, packed, shared);
  else if (call->direction == RN_BENCH_FILTERS)
    call_filters (worker, call, shared);
  else if (method == RN_BENCH_WINOGRAD)
    rn_conv_winograd_backward_data (worker, x, y, call->w, packed, shared, call->shape, NULL);
  else
    rn_conv_direct_backward_data (worker, x, y, call->w, packed, call->shape, NULL);
  if (call->copies > 1)
    rn_worker_end_alone (worker);
}

static void
call_clear (Call *call)
{
  rn_floats_free (call->x);
  rn_floats_free (call->y);
  rn_floats_free (call->w);
  for (int i = 0; i < RN_BENCH_N_METHODS; i++)
    {
      rn_floats_free (call->shared[i]);
      rn_floats_free (call->packed[i]);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static float *
random_floats (gsize count, guint64 stream)
{
  float *x = rn_floats_new (count);
  RnRandom random;

  rn_random_start (&random, 1, RN_STREAM_TEST, stream, 0);
  for (gsize i = 0; x != NULL && i < count; i++)
    x[i] = (float) rn_random_normal (&random);
  return x;
}

static void
pack_all (RnWorker *worker, gpointer data)
{
  const Call *call = data;

  for (int i = 0; i < call->n_packed[call->method]; i++)
    pack (worker, call, call->packed[call->method] + (gsize) i * call->needs[call->method].packed);
}

/* Returns: FALSE without memory */
static gboolean
prepare_method (RnKernelBench *bench, Call *call, RnBenchMethod method)
{
  Needs *needs = &call->needs[method];

  *needs = needs_of (call->shape, call->direction, method);
  call->n_packed[method] = 1;
  if (!call->packs && needs->packed > 0)
    call->n_packed[method] = (int) MAX (bench->filters / needs->packed, 1);
  call->shared[method] = rn_floats_new (needs->shared * (gsize) call->copies + 1);
  call->packed[method] = rn_floats_new (needs->packed * (gsize) call->n_packed[method] + 1);
  if (call->shared[method] == NULL || call->packed[method] == NULL ||
      !rn_team_reserve (bench->team, needs->scratch))
    return FALSE;
  call->method = method;
  if (call->direction == RN_BENCH_FORWARD)
    rn_team_run (bench->team, pack_all, call, NULL);
  return TRUE;
}

static gboolean
prepare (RnKernelBench *bench, Call *call)
{
  const RnConvShape *shape = call->shape;

  call->n_x = (gsize) shape->n * (gsize) (shape->h * shape->w) * (gsize) shape->c;
  call->n_y = (gsize) shape->n * (gsize) (shape->p * shape->q) * (gsize) shape->k;
  call->n_w = (gsize) (shape->kernel * shape->kernel) * (gsize) shape->c * (gsize) shape->k;
  call->x = random_floats (call->n_x * (gsize) call->copies, 1);
  call->y = random_floats (call->n_y * (gsize) call->copies, 2);
  call->w = random_floats (call->n_w, 3);
  if (call->x == NULL || call->y == NULL || call->w == NULL)
    return FALSE;
  for (int i = 0; i < RN_BENCH_N_METHODS; i++)
    if (is_able (shape, call->direction, i) && !prepare_method (bench, call, i))
      return FALSE;
  return TRUE;
}

/* One call. Returns: how long it took */
static double
time_call (RnKernelBench *bench, Call *call, RnBenchMethod method)
{
  const gint64 began_us = g_get_monotonic_time ();

  call->method = method;
  rn_team_run (bench->team, run_call, call, NULL);
  call->next[method] = (call->next[method] + 1) % call->n_packed[method];
  return (double) (g_get_monotonic_time () - began_us) * 1e-6;
}

static double
median_of (GArray *times)
{
  const double *sorted = (const double *) (gconstpointer) times->data;

  g_array_sort (times, rn_number_compare);
  return 0.5 * (sorted[(times->len - 1) / 2] + sorted[times->len / 2]);
}

/* A turn of a method: as many calls as a clock of microseconds can tell, about. Returns: seconds for one */
static double
take_turn (RnKernelBench *bench, Call *call, RnBenchMethod method)
{
  double spent = 0.0;
  int calls = 0;

  do
    {
      spent += time_call (bench, call, method);
      calls++;
    }
  while (spent < 1e-3);
  return spent / calls;
}

/* @seconds for each method, who take turns, so that what else the machine does befalls them all. Returns: FALSE when cancelled */
static gboolean
take_turns (RnKernelBench *bench, Call *call, double seconds, double medians[RN_BENCH_N_METHODS])
{
  GArray *times[RN_BENCH_N_METHODS];
  const gint64 began_us = g_get_monotonic_time ();
  int n_able = 0;
  gboolean goes_on = TRUE;

  for (int i = 0; i < RN_BENCH_N_METHODS; i++)
    {
      times[i] = g_array_new (FALSE, FALSE, sizeof (double));
      n_able += is_able (call->shape, call->direction, i) ? 1 : 0;
    }
  for (int turn = -1; goes_on; turn++)
    {
      for (int i = 0; i < RN_BENCH_N_METHODS && goes_on; i++)
        if (is_able (call->shape, call->direction, i))
          {
            const double time = take_turn (bench, call, i);

            if (turn >= 0) /* the first warms up */
              g_array_append_val (times[i], time);
            goes_on = bench->cancel == NULL || g_atomic_int_get (bench->cancel) == 0;
          }
      if (turn + 1 >= LEAST_TURNS &&
          (double) (g_get_monotonic_time () - began_us) * 1e-6 >= seconds * n_able)
        break;
    }
  for (int i = 0; i < RN_BENCH_N_METHODS; i++)
    {
      medians[i] = goes_on && times[i]->len > 0 ? median_of (times[i]) : NAN;
      g_array_unref (times[i]);
    }
  return goes_on;
}

static RnBenchKernel
describe (const Kernel *kernel)
{
  const RnConvShape *shape = &kernel->shape;
  const RnBenchMethod taken = taken_for (shape, kernel->direction);

  return (RnBenchKernel){
    .direction = kernel->direction,
    .n = shape->n,
    .h = shape->h,
    .w = shape->w,
    .c = shape->c,
    .k = shape->k,
    .kernel = shape->kernel,
    .stride = shape->stride,
    .count = kernel->count,
    .taken = taken,
    .fastest = taken,
  };
}

gboolean
rn_kernel_bench_measure (RnKernelBench *bench, int at, double seconds, RnBenchKernel *kernel,
                         GError **error)
{
  g_auto (Call) call = { 0 };
  const Kernel *asked;
  const RnConvShape *shape;
  double medians[RN_BENCH_N_METHODS], operations;

  g_return_val_if_fail (at >= 0 && at < rn_kernel_bench_count (bench), FALSE);

  asked = &g_array_index (bench->kernels, Kernel, at);
  shape = &asked->shape;
  call.shape = shape;
  call.direction = asked->direction;
  call.packs = bench->kind->trains;
  call.copies = bench->is_alone ? rn_team_n_threads (bench->team) : 1;
  if (!prepare (bench, &call))
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_MEMORY,
                           _ ("There is no memory for this convolution"));
      return FALSE;
    }
  if (!take_turns (bench, &call, seconds, medians))
    {
      g_set_error_literal (error, RN_ERROR, RN_ERROR_CANCELLED, _ ("Cancelled"));
      return FALSE;
    }
  operations = 2.0 * (double) call.n_y * (double) call.copies *
               (double) (shape->kernel * shape->kernel) * (double) shape->c;
  *kernel = describe (asked);
  for (int i = 0; i < RN_BENCH_N_METHODS; i++)
    {
      kernel->ms[i] = medians[i] * 1e3;
      kernel->gflops[i] = operations / medians[i] * 1e-9;
      if (kernel->gflops[i] > kernel->gflops[kernel->fastest])
        kernel->fastest = i;
    }
  return TRUE;
}

static void
add_kernel (GArray *kernels, const RnConvShape *shape, RnBenchDirection direction)
{
  const Kernel added = { *shape, direction, 1 };

  for (guint i = 0; i < kernels->len; i++)
    {
      Kernel *kernel = &g_array_index (kernels, Kernel, i);

      if (kernel->direction == direction && memcmp (&kernel->shape, shape, sizeof *shape) == 0)
        {
          kernel->count++;
          return;
        }
    }
  g_array_append_val (kernels, added);
}

/* All forward, then all gradients of inputs, then all of filters */
static void
list_kernels (RnKernelBench *bench, const RnLayout *layout)
{
  const int group = bench->kind->trains ? 0 : rn_running_group (layout, bench->kind->batch);
  const int directions = bench->kind->trains ? RN_BENCH_FILTERS + 1 : 1;

  bench->is_alone = group > 0;
  for (int direction = 0; direction < directions; direction++)
    for (int i = 0; i < layout->n_convs; i++)
      {
        const RnConvShape shape =
            rn_conv_shape_of (&layout->convs[i], group > 0 ? group : bench->kind->batch);

        if (direction == RN_BENCH_FORWARD)
          bench->filters += rn_conv_packed (&shape);
        if (i > 0 || direction != RN_BENCH_DATA) /* the stem's input are pictures */
          add_kernel (bench->kernels, &shape, (RnBenchDirection) direction);
      }
}

RnKernelBench *
rn_kernel_bench_new (const char *case_name, int threads, const int *cancel, GError **error)
{
  const RnBenchCase *kind = rn_bench_find_case (case_name, error);
  g_autoptr (RnSpec) spec = kind == NULL ? NULL : rn_bench_case_spec (kind, error);
  g_autoptr (RnLayout) layout = spec == NULL ? NULL : rn_layout_new (spec, 0, 0);
  g_autoptr (RnKernelBench) bench = NULL;

  if (layout == NULL)
    return NULL;
  rn_compute_start ();
  bench = g_new0 (RnKernelBench, 1);
  bench->kind = kind;
  bench->cancel = cancel;
  bench->kernels = g_array_new (FALSE, FALSE, sizeof (Kernel));
  bench->team = rn_bench_new_team (threads, error);
  if (bench->team == NULL)
    return NULL;
  list_kernels (bench, layout);
  return g_steal_pointer (&bench);
}

void
rn_kernel_bench_free (RnKernelBench *bench)
{
  if (bench == NULL)
    return;
  g_clear_pointer (&bench->team, rn_team_free);
  g_array_unref (bench->kernels);
  g_free (bench);
}

int
rn_kernel_bench_count (const RnKernelBench *bench)
{
  return (int) bench->kernels->len;
}

static void
run_peak (RnWorker *worker, gpointer data)
{
  float x[2] = { 1.0f, 0.0f };
  const gsize operations = rn_kernels ()->peak (x, PEAK_ROUNDS);

  if (rn_worker_index (worker) == 0)
    *(double *) data = (double) operations * (double) PEAK_ROUNDS * (double) x[0];
}

double
rn_kernel_bench_peak (RnKernelBench *bench)
{
  const gint64 end_us = g_get_monotonic_time () + PEAK_US;
  double best = 0.0;

  do
    {
      const gint64 began_us = g_get_monotonic_time ();
      double operations;

      rn_team_run (bench->team, run_peak, &operations, NULL);
      best = MAX (best, operations * (double) rn_team_n_threads (bench->team) /
                            MAX ((double) (g_get_monotonic_time () - began_us), 1.0) * 1e-3);
    }
  while (g_get_monotonic_time () < end_us);
  return best;
}
