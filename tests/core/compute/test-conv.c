#include "compute/conv.h"

#include <math.h>
#include <string.h>

#include "check.h"
#include "compute/conv-direct.h"
#include "compute/conv-gemm.h"
#include "compute/conv-winograd.h"
#include "compute/memory.h"

/* The loops of the definition are most of the work, and what they read they made themselves: sanitizers watch what is
 * tested. The optimised build tries all shapes for their numbers; under a sanitizer some are enough. */
#define UNWATCHED __attribute__ ((no_sanitize ("address", "undefined", "thread")))
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define N_RANDOM 40
#define N_SMALL 8
#else
#define N_RANDOM 120
#define N_SMALL 20
#endif

/* What conv.c chooses, and each of what it chooses from: all of them must do any shape that they fit. */
typedef struct
{
  gsize (*scratch) (const RnConvShape *shape);
  gsize (*shared) (const RnConvShape *shape);
  void (*forward) (RnWorker *worker, float *y, const float *x, const float *w, float *shared,
                   const RnConvShape *shape, const RnFinish *finish, const RnConvInput *input,
                   const RnNormGather *gather);
  void (*backward_data) (RnWorker *worker, float *dx, const float *dy, const float *w,
                         float *shared, const RnConvShape *shape, const RnNormGather *gather);
  void (*backward_filters) (RnWorker *worker, float *dw, const float *x, const float *dy,
                            float *shared, const RnConvShape *shape, const RnConvInput *input);
  int (*forward_slots) (const RnConvShape *shape);
  int (*data_slots) (const RnConvShape *shape);
  /* what it can do, where that is not everything */
  gboolean (*fits) (const RnConvShape *shape);
  /* the largest error, as a share of the RMS of the exact result, beside that of plain sums */
  double error;
} Algorithm;

/* Finished or gathered, as running and training do it. */
static void
forward_chosen (RnWorker *worker, float *y, const float *x, const float *w, float *shared,
                const RnConvShape *shape, const RnFinish *finish, const RnConvInput *input,
                const RnNormGather *gather)
{
  if (finish == NULL)
    {
      rn_conv_forward (worker, y, x, w, shared, shape, input, gather);
      return;
    }
  rn_conv_pack (worker, shared, w, NULL, shape);
  rn_conv_run (worker, y, x, shared, shared + rn_conv_packed (shape), shape, finish);
}

/* Direct; its gradient of filters is one of two. */

static gsize
scratch_of_direct (const RnConvShape *shape)
{
  return MAX (MAX (rn_conv_direct_scratch (shape), rn_conv_direct_data_scratch (shape)),
              rn_conv_direct_filters_scratch (shape));
}

static gsize
shared_of_direct (const RnConvShape *shape)
{
  return MAX (MAX (rn_conv_direct_packed (shape), rn_conv_direct_data_packed (shape)),
              rn_conv_direct_partials (shape));
}

static void
forward_direct (RnWorker *worker, float *y, const float *x, const float *w, float *shared,
                const RnConvShape *shape, const RnFinish *finish, const RnConvInput *input,
                const RnNormGather *gather)
{
  rn_conv_direct_pack (worker, shared, w, NULL, shape);
  rn_conv_direct_run (worker, y, x, shared, shape, finish, input, gather);
}

static gsize
scratch_of_product (const RnConvShape *shape)
{
  return MAX (scratch_of_direct (shape), rn_conv_gemm_scratch (shape));
}

static gsize
shared_of_product (const RnConvShape *shape)
{
  return MAX (shared_of_direct (shape), rn_conv_gemm_partials (shape));
}

/* Winograd's */

static gsize
scratch_of_winograd (const RnConvShape *shape)
{
  return MAX (rn_conv_winograd_train_scratch (shape), rn_conv_winograd_filters_scratch (shape));
}

static gsize
shared_of_winograd (const RnConvShape *shape)
{
  return MAX (rn_conv_winograd_packed (shape) + rn_conv_winograd_shared (shape),
              rn_conv_winograd_filters_shared (shape));
}

static void
forward_winograd (RnWorker *worker, float *y, const float *x, const float *w, float *shared,
                  const RnConvShape *shape, const RnFinish *finish, const RnConvInput *input,
                  const RnNormGather *gather)
{
  rn_conv_winograd_pack (worker, shared, w, NULL, shape);
  rn_conv_winograd_run (worker, y, x, shared, shared + rn_conv_winograd_packed (shape), shape,
                        finish, input, gather);
}

static void
data_winograd (RnWorker *worker, float *dx, const float *dy, const float *w, float *shared,
               const RnConvShape *shape, const RnNormGather *gather)
{
  rn_conv_winograd_backward_data (worker, dx, dy, w, shared,
                                  shared + rn_conv_winograd_packed (shape), shape, gather);
}

static int
forward_slots_winograd (const RnConvShape *shape)
{
  return rn_conv_winograd_slots (shape, shape->c, shape->k);
}

static int
data_slots_winograd (const RnConvShape *shape)
{
  return rn_conv_winograd_slots (shape, shape->k, shape->c);
}

/* Transforms add up numbers that are larger than the result. */
#define WINOGRAD_ERROR 6e-5

static const Algorithm algorithms[] = {
  { rn_conv_scratch, rn_conv_shared, forward_chosen, rn_conv_backward_data,
    rn_conv_backward_filters, rn_conv_forward_slots, rn_conv_data_slots, NULL, WINOGRAD_ERROR },
  { scratch_of_product, shared_of_product, forward_direct, rn_conv_direct_backward_data,
    rn_conv_gemm_backward_filters, rn_conv_direct_slots, rn_conv_direct_data_slots },
  { scratch_of_direct, shared_of_direct, forward_direct, rn_conv_direct_backward_data,
    rn_conv_direct_backward_filters, rn_conv_direct_slots, rn_conv_direct_data_slots },
  { scratch_of_winograd, shared_of_winograd, forward_winograd, data_winograd,
    rn_conv_winograd_backward_filters, forward_slots_winograd, data_slots_winograd,
    rn_conv_winograd_fits, WINOGRAD_ERROR },
};

static gboolean
fits (const Algorithm *algorithm, const RnConvShape *shape)
{
  return algorithm->fits == NULL || algorithm->fits (shape);
}

typedef struct
{
  const Algorithm *algorithm;
  RnConvShape shape;
  gsize n_x, n_w, n_y;
  float *x, *w, *dy, *bias, *add, *dw_before;
  float *y, *fused, *dx, *dw, *shared;

  /* gathered on the way: statistics of y; dx masked and summed, as if x were the output of a convolution */
  float *mean, *var;
  float *scale, *shift, *ones, *dx2, *d, *dgamma, *dbeta;
  double *slots;
} Case;

static RnConvShape
make_shape (int n, int h, int w, int c, int k, int kernel, int stride, int pad)
{
  return (RnConvShape){
    .n = n,
    .h = h,
    .w = w,
    .c = c,
    .k = k,
    .kernel = kernel,
    .stride = stride,
    .pad = pad,
    .p = (h + 2 * pad - kernel) / stride + 1,
    .q = (w + 2 * pad - kernel) / stride + 1,
  };
}

static Case
case_new (const Algorithm *algorithm, RnConvShape s, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Case c = { .algorithm = algorithm, .shape = s };

  c.n_x = (gsize) (s.n * s.h * s.w * s.c);
  c.n_w = (gsize) (s.k * s.kernel * s.kernel * s.c);
  c.n_y = (gsize) (s.n * s.p * s.q * s.k);
  c.x = check_random (random, c.n_x);
  c.w = check_random (random, c.n_w);
  c.dy = check_random (random, c.n_y);
  c.bias = check_random (random, (gsize) s.k);
  c.add = check_random (random, c.n_y);
  c.dw_before = check_random (random, c.n_w);
  c.y = check_garbage (c.n_y);
  c.fused = check_garbage (c.n_y);
  c.dx = check_garbage (c.n_x);
  c.dw = check_garbage (c.n_w);
  c.shared = check_garbage (algorithm->shared (&s));
  c.mean = check_garbage ((gsize) s.k);
  c.var = check_garbage ((gsize) s.k);
  c.scale = check_random (random, (gsize) s.c);
  c.shift = check_random (random, (gsize) s.c);
  c.ones = check_garbage ((gsize) s.c);
  c.dgamma = check_garbage ((gsize) s.c);
  c.dbeta = check_garbage ((gsize) s.c);
  for (int i = 0; i < s.c; i++)
    {
      c.ones[i] = 1.0f;
      c.dgamma[i] = c.dbeta[i] = 0.0f;
    }
  c.dx2 = check_random (random, c.n_x);
  c.d = check_garbage (c.n_x);
  c.slots = g_new (double, MAX (rn_norm_slots (algorithm->forward_slots (&s), s.k),
                                rn_norm_slots (algorithm->data_slots (&s), s.c)));
  return c;
}

static void
case_clear (Case *c)
{
  float *all[] = { c->x,     c->w,    c->dy,  c->bias,   c->add,    c->dw_before, c->y,
                   c->fused, c->dx,   c->dw,  c->shared, c->mean,   c->var,       c->scale,
                   c->shift, c->ones, c->dx2, c->d,      c->dgamma, c->dbeta };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    rn_floats_free (all[i]);
  g_free (c->slots);
}

static void
convolve (RnWorker *worker, gpointer data)
{
  Case *c = data;
  RnFinish finish = { c->bias, c->add, TRUE };

  const RnNormGather statistics = { .z = c->y, .channels = c->shape.k, .slots = c->slots };
  const RnNormGather sums = { .z = c->x,
                              .channels = c->shape.c,
                              .slots = c->slots,
                              .d = c->d,
                              .dy2 = c->dx2,
                              .scale = c->scale,
                              .shift = c->shift,
                              .mean = c->shift };

  c->algorithm->forward (worker, c->y, c->x, c->w, c->shared, &c->shape, NULL, NULL, &statistics);
  rn_norm_statistics (worker, c->mean, c->var, &statistics,
                      c->algorithm->forward_slots (&c->shape));
  c->algorithm->forward (worker, c->fused, c->x, c->w, c->shared, &c->shape, &finish, NULL, NULL);
  c->algorithm->backward_data (worker, c->dx, c->dy, c->w, c->shared, &c->shape, NULL);
  c->algorithm->backward_data (worker, c->d, c->dy, c->w, c->shared, &c->shape, &sums);
  rn_norm_backward (worker, c->d, &sums, c->algorithm->data_slots (&c->shape), c->ones, c->ones,
                    c->dgamma, c->dbeta, c->n_x / (gsize) c->shape.c);
  c->algorithm->backward_filters (worker, c->dw, c->x, c->dy, c->shared, &c->shape, NULL);
}

/* Runs everything; dw starts from dw_before. */
static void
case_run (Case *c, int n_threads)
{
  memcpy (c->dw, c->dw_before, c->n_w * sizeof (float));
  check_run (n_threads, c->algorithm->scratch (&c->shape), convolve, c);
}

/* Calls back for every product that the definition has: y[iy] += x[ix] w[iw]. */
typedef void (*Term) (gsize iy, gsize ix, gsize iw, gpointer data);

UNWATCHED static void
for_each_term (const RnConvShape *s, Term term, gpointer data)
{
  for (int n = 0; n < s->n; n++)
    for (int p = 0; p < s->p; p++)
      for (int q = 0; q < s->q; q++)
        for (int k = 0; k < s->k; k++)
          for (int r = 0; r < s->kernel; r++)
            for (int t = 0; t < s->kernel; t++)
              {
                int i = p * s->stride + r - s->pad, j = q * s->stride + t - s->pad;

                if (i < 0 || i >= s->h || j < 0 || j >= s->w)
                  continue;
                for (int c = 0; c < s->c; c++)
                  term ((gsize) (((n * s->p + p) * s->q + q) * s->k + k),
                        (gsize) (((n * s->h + i) * s->w + j) * s->c + c),
                        (gsize) (((k * s->kernel + r) * s->kernel + t) * s->c + c), data);
              }
}

typedef struct
{
  const double *x, *w, *dy;
  double *y, *dx, *dw;
} Reference;

UNWATCHED static void
add_term (gsize iy, gsize ix, gsize iw, gpointer data)
{
  Reference *r = data;

  r->y[iy] += r->x[ix] * r->w[iw];
  r->dx[ix] += r->dy[iy] * r->w[iw];
  r->dw[iw] += r->dy[iy] * r->x[ix];
}

static double
rms_of (const double *x, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += x[i] * x[i];
  return sqrt (sum / (double) n);
}

/* Sums of so many products of numbers below 1, rounded after each; and what the algorithm adds. */
static double
bound_of (const Algorithm *algorithm, const RnConvShape *shape, int n_terms, const double *exact,
          gsize n)
{
  const gboolean transforms = algorithm->error > 0.0 && rn_conv_winograd_fits (shape);

  return 1e-5 + 1e-6 * sqrt (n_terms) + (transforms ? algorithm->error * rms_of (exact, n) : 0.0);
}

/* Statistics of what was written, in double */
static void
check_statistics (const Case *c, const char *what)
{
  const gsize k = (gsize) c->shape.k, pixels = c->n_y / k;
  g_autofree double *mean = g_new0 (double, k), *var = g_new0 (double, k);

  for (gsize i = 0; i < c->n_y; i++)
    mean[i % k] += (double) c->y[i] / (double) pixels;
  for (gsize i = 0; i < c->n_y; i++)
    var[i % k] += pow ((double) c->y[i] - mean[i % k], 2.0) / (double) pixels;
  check_close (c->mean, mean, k, 1e-5, what);
  check_close (c->var, var, k, 1e-5, what);
}

/* The gradient of what x would be made of, by the formulas of batch-norm.h, from dx as it is without gathering */
static void
check_sums (const Case *c, const char *what)
{
  const gsize channels = (gsize) c->shape.c, pixels = c->n_x / channels;
  /* of sums of single floats, which cancel out: more of them are rounded more often */
  const double bound = 1e-4 * sqrt (MAX ((double) pixels / 4096.0, 1.0));
  g_autofree double *sum = g_new0 (double, channels), *sum_x = g_new0 (double, channels);
  g_autofree double *dz = g_new (double, c->n_x);

  for (gsize i = 0; i < c->n_x; i++)
    {
      const gsize k = i % channels;
      const gboolean passes = (double) c->x[i] * (double) c->scale[k] + (double) c->shift[k] > 0.0;

      dz[i] = passes ? (double) c->dx[i] + (double) c->dx2[i] : 0.0;
      sum[k] += dz[i];
      sum_x[k] += dz[i] * ((double) c->x[i] - (double) c->shift[k]);
    }
  for (gsize i = 0; i < c->n_x; i++)
    dz[i] -= (sum[i % channels] +
              ((double) c->x[i] - (double) c->shift[i % channels]) * sum_x[i % channels]) /
             (double) pixels;
  check_close (c->dbeta, sum, channels, bound, what);
  check_close (c->dgamma, sum_x, channels, bound, what);
  check_close (c->d, dz, c->n_x, 1e-4, what);
}

static void
check_outputs (const Algorithm *algorithm, RnConvShape s, guint32 seed, Reference *reference,
               const char *what)
{
  Case c = case_new (algorithm, s, seed);
  g_autofree double *fused = g_memdup2 (reference->y, c.n_y * sizeof (double));
  int window = s.kernel * s.kernel;

  case_run (&c, 2);
  check_close (c.y, reference->y, c.n_y,
               bound_of (algorithm, &s, window * s.c, reference->y, c.n_y), what);
  check_close (c.dx, reference->dx, c.n_x,
               bound_of (algorithm, &s, window * s.k, reference->dx, c.n_x), what);
  check_close (c.dw, reference->dw, c.n_w,
               bound_of (algorithm, &s, s.n * s.p * s.q, reference->dw, c.n_w), what);
  for (gsize i = 0; i < c.n_y; i++)
    fused[i] = fmax (fused[i] + (double) c.bias[i % (gsize) s.k] + (double) c.add[i], 0.0);
  check_close (c.fused, fused, c.n_y, bound_of (algorithm, &s, window * s.c, reference->y, c.n_y),
               what);
  check_statistics (&c, what);
  check_sums (&c, what);
  case_clear (&c);
}

static void
check_case (RnConvShape s, guint32 seed)
{
  Case c = case_new (&algorithms[0], s, seed);
  g_autofree double *x = check_widen (c.x, c.n_x), *w = check_widen (c.w, c.n_w);
  g_autofree double *dy = check_widen (c.dy, c.n_y), *y = g_new0 (double, c.n_y);
  g_autofree double *dx = g_new0 (double, c.n_x), *dw = check_widen (c.dw_before, c.n_w);
  Reference reference = { x, w, dy, y, dx, dw };

  for_each_term (&s, add_term, &reference);
  for (gsize i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      g_autofree char *what =
          g_strdup_printf ("algorithm %zu, n %d, %dx%dx%d to %d, kernel %d, stride %d, pad %d", i,
                           s.n, s.h, s.w, s.c, s.k, s.kernel, s.stride, s.pad);

      if (fits (&algorithms[i], &s))
        check_outputs (&algorithms[i], s, seed, &reference, what);
    }
  case_clear (&c);
}

static void
test_shapes_of_residual_networks_agree_with_the_definition (void)
{
  /* The last five have rows so short that the direct kernel joins them. Those before them leave lanes of blocks over. */
  static const int shapes[][8] = {
    { 3, 32, 32, 3, 16, 3, 1, 1 },   { 3, 16, 16, 16, 16, 3, 1, 1 },
    { 20, 8, 8, 16, 32, 3, 2, 1 },   { 3, 8, 8, 64, 64, 3, 1, 1 },
    { 17, 4, 4, 32, 64, 3, 2, 1 },   { 2, 30, 34, 3, 64, 7, 2, 3 },
    { 2, 7, 7, 64, 256, 1, 1, 0 },   { 2, 8, 8, 128, 64, 1, 2, 0 },
    { 1, 7, 7, 128, 96, 3, 1, 1 },   { 33, 8, 8, 16, 16, 3, 1, 1 },
    { 40, 5, 5, 30, 17, 3, 1, 1 },   { 2, 9, 9, 24, 20, 5, 1, 2 },
    { 1, 7, 7, 16, 16, 3, 3, 1 },    { 2, 7, 9, 32, 48, 3, 1, 1 },
    { 5, 1, 1, 16, 32, 3, 1, 1 },    { 1, 9, 6, 80, 64, 3, 1, 1 },
    { 3, 5, 5, 64, 144, 3, 1, 1 },   { 1, 3, 3, 80, 40, 1, 1, 0 },
    { 3, 3, 6, 48, 16, 3, 1, 1 },    { 2, 13, 5, 64, 32, 3, 1, 1 },
    { 2, 9, 9, 24, 40, 3, 1, 1 },    { 1, 11, 7, 17, 31, 3, 1, 1 },
    { 1, 8, 9, 72, 65, 3, 1, 1 },    { 3, 6, 6, 16, 100, 3, 1, 1 },
    { 30, 8, 8, 32, 32, 3, 1, 1 },   { 2, 7, 7, 240, 40, 3, 1, 1 },
    { 1, 15, 13, 256, 33, 3, 2, 1 }, { 1, 23, 21, 240, 17, 3, 1, 0 },
    { 3, 27, 19, 40, 96, 1, 2, 0 },  { 1, 5, 6, 96, 24, 5, 2, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    check_case (make_shape (shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3], shapes[i][4],
                            shapes[i][5], shapes[i][6], shapes[i][7]),
                (guint32) i);
}

/* Of so many tiles that Winograd's takes them in parts, which follow one another */
static RnConvShape
shape_in_runs (void)
{
  /* 832 tiles with few filters, as ResNet-20 has them: 70 parts in 64 runs, filters summed in 5 groups */
  return make_shape (13, 32, 32, 16, 16, 3, 1, 1);
}

static RnConvShape
shape_in_shared_parts (void)
{
  /* 314 tiles with many filters: members share parts of 104, 105 and 105, so the first is written in a piece fewer */
  return make_shape (157, 2, 5, 128, 256, 3, 1, 1);
}

static void
test_many_tiles_agree_with_the_definition (void)
{
  check_case (shape_in_runs (), 1);
  check_case (shape_in_shared_parts (), 2);
}

static void
test_random_shapes_agree_with_the_definition (void)
{
  static const int channels[] = { 1, 2, 3, 5, 8, 15, 16, 17, 30, 32, 33, 48, 64 };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < N_RANDOM; i++)
    {
      int kernel = 1 + 2 * g_rand_int_range (random, 0, 4);
      int pad = g_rand_int_range (random, 0, 4) ? kernel / 2 : g_rand_int_range (random, 0, kernel);
      int least = MAX (kernel - 2 * pad, 1);
      int c = channels[g_rand_int_range (random, 0, G_N_ELEMENTS (channels))];
      int k = channels[g_rand_int_range (random, 0, G_N_ELEMENTS (channels))];
      int side = c * k * kernel * kernel > 10000 ? 6 : 14;

      check_case (make_shape (g_rand_int_range (random, 1, 5),
                              g_rand_int_range (random, least, least + side),
                              g_rand_int_range (random, least, least + side), c, k, kernel,
                              g_rand_int_range (random, 1, 3), pad),
                  (guint32) i);
    }
}

static void
test_many_small_pictures_agree_with_the_definition (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (int i = 0; i < N_SMALL; i++)
    check_case (make_shape (g_rand_int_range (random, 16, 70), g_rand_int_range (random, 1, 6),
                            g_rand_int_range (random, 1, 6), g_rand_int_range (random, 1, 20),
                            g_rand_int_range (random, 1, 20), 3, g_rand_int_range (random, 1, 3),
                            1),
                (guint32) i);
}

/* L = sum dy y as a function of x or of w. */
typedef struct
{
  const RnConvShape *shape;
  const double *x, *w, *dy;
  double sum;
} Loss;

UNWATCHED static void
add_to_loss (gsize iy, gsize ix, gsize iw, gpointer data)
{
  Loss *loss = data;

  loss->sum += loss->dy[iy] * loss->x[ix] * loss->w[iw];
}

static double
loss_of_x (const double *x, gpointer data)
{
  Loss loss = *(Loss *) data;

  loss.x = x;
  for_each_term (loss.shape, add_to_loss, &loss);
  return loss.sum;
}

static double
loss_of_w (const double *w, gpointer data)
{
  Loss loss = *(Loss *) data;

  loss.w = w;
  for_each_term (loss.shape, add_to_loss, &loss);
  return loss.sum;
}

static void
check_slopes (const Algorithm *algorithm, RnConvShape shape)
{
  Case c = case_new (algorithm, shape, 5);
  g_autofree double *x = check_widen (c.x, c.n_x), *w = check_widen (c.w, c.n_w);
  g_autofree double *dy = check_widen (c.dy, c.n_y);
  Loss loss = { &c.shape, x, w, dy, 0.0 };
  const double bound = 2e-5 + (rn_conv_winograd_fits (&shape) ? algorithm->error : 0.0);

  memset (c.dw_before, 0, c.n_w * sizeof (float));
  case_run (&c, 1);
  check_gradient (c.dx, c.x, c.n_x, loss_of_x, &loss, bound, "dx");
  check_gradient (c.dw, c.w, c.n_w, loss_of_w, &loss, bound, "dw");
  case_clear (&c);
}

static void
test_gradients_are_the_slopes_of_finite_differences (void)
{
  const RnConvShape shapes[] = {
    make_shape (2, 5, 6, 3, 4, 3, 1, 1), make_shape (2, 7, 5, 2, 3, 3, 2, 1),
    make_shape (1, 9, 8, 2, 3, 7, 2, 3), make_shape (2, 4, 4, 5, 3, 1, 1, 0),
    make_shape (2, 5, 4, 3, 2, 1, 2, 0), make_shape (1, 6, 7, 16, 16, 3, 1, 1),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (algorithms); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (shapes); j++)
      if (fits (&algorithms[i], &shapes[j]))
        check_slopes (&algorithms[i], shapes[j]);
}

static void
check_bits (const Algorithm *algorithm, RnConvShape shape)
{
  Case alone = case_new (algorithm, shape, 3);

  case_run (&alone, 1);
  for (gsize j = 0; j < G_N_ELEMENTS (check_threads); j++)
    {
      Case team = case_new (algorithm, shape, 3);

      case_run (&team, check_threads[j]);
      check_same_bits (team.y, alone.y, team.n_y);
      check_same_bits (team.fused, alone.fused, team.n_y);
      check_same_bits (team.dx, alone.dx, team.n_x);
      check_same_bits (team.d, alone.d, team.n_x);
      check_same_bits (team.mean, alone.mean, (gsize) team.shape.k);
      check_same_bits (team.var, alone.var, (gsize) team.shape.k);
      check_same_bits (team.dgamma, alone.dgamma, (gsize) team.shape.c);
      check_same_bits (team.dbeta, alone.dbeta, (gsize) team.shape.c);
      check_same_bits (team.dw, alone.dw, team.n_w);
      case_clear (&team);
    }
  case_clear (&alone);
}

static void
test_bits_do_not_depend_on_the_number_of_threads (void)
{
  const RnConvShape shapes[] = {
    make_shape (32, 16, 16, 16, 16, 3, 1, 1),
    make_shape (24, 8, 8, 64, 64, 3, 1, 1),
    make_shape (20, 9, 7, 17, 30, 3, 2, 1),
    make_shape (1, 14, 14, 128, 160, 3, 1, 1),
    make_shape (3, 28, 28, 64, 128, 1, 1, 0),
    make_shape (2, 33, 33, 3, 32, 7, 2, 3),
    make_shape (1, 7, 7, 240, 48, 3, 1, 1),
    make_shape (1, 8, 8, 64, 64, 3, 1, 1),
    make_shape (1, 12, 12, 32, 128, 3, 1, 1),
    make_shape (1, 12, 12, 128, 32, 3, 1, 1),
    make_shape (1, 20, 20, 64, 64, 3, 1, 1),
    make_shape (1, 9, 9, 24, 40, 3, 1, 1),
    make_shape (1, 12, 12, 40, 100, 3, 1, 1),
    make_shape (2, 10, 10, 72, 90, 3, 1, 1),
    shape_in_runs (),
    shape_in_shared_parts (),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (algorithms); j++)
      if (fits (&algorithms[j], &shapes[i]))
        check_bits (&algorithms[j], shapes[i]);
}

/* y and dw of what x stands for: written down before, or made while it is read */
typedef struct
{
  Case c;
  float *seen, *y, *dw;
} Raw;

static void
convolve_raw (RnWorker *worker, gpointer data)
{
  Raw *raw = data;
  Case *c = &raw->c;
  const RnConvShape *shape = &c->shape;
  const RnConvInput input = { c->scale, c->shift };

  rn_norm_apply (worker, raw->seen, c->x, NULL, c->scale, c->shift, TRUE, NULL, NULL,
                 c->n_x / (gsize) shape->c, shape->c);
  c->algorithm->forward (worker, c->y, raw->seen, c->w, c->shared, shape, NULL, NULL, NULL);
  c->algorithm->forward (worker, raw->y, c->x, c->w, c->shared, shape, NULL, &input, NULL);
  c->algorithm->backward_filters (worker, c->dw, raw->seen, c->dy, c->shared, shape, NULL);
  c->algorithm->backward_filters (worker, raw->dw, c->x, c->dy, c->shared, shape, &input);
}

static void
check_raw (const Algorithm *algorithm, RnConvShape shape, guint32 seed)
{
  Raw raw = { .c = case_new (algorithm, shape, seed) };

  raw.seen = check_garbage (raw.c.n_x);
  raw.y = check_garbage (raw.c.n_y);
  raw.dw = check_garbage (raw.c.n_w);
  memcpy (raw.c.dw, raw.c.dw_before, raw.c.n_w * sizeof (float));
  memcpy (raw.dw, raw.c.dw_before, raw.c.n_w * sizeof (float));
  check_run (2, algorithm->scratch (&shape), convolve_raw, &raw);
  check_same_bits (raw.y, raw.c.y, raw.c.n_y);
  check_same_bits (raw.dw, raw.c.dw, raw.c.n_w);
  rn_floats_free (raw.seen);
  rn_floats_free (raw.y);
  rn_floats_free (raw.dw);
  case_clear (&raw.c);
}

static void
test_an_input_may_be_made_while_it_is_read (void)
{
  static const int channels[] = { 3, 16, 17, 32, 80, 144 };
  g_autoptr (GRand) random = g_rand_new_with_seed (6);

  for (guint32 i = 0; i < 60; i++)
    {
      const int kernel = 3 + 2 * g_rand_int_range (random, 0, 2);
      const RnConvShape shape =
          make_shape (g_rand_int_range (random, 1, 20), g_rand_int_range (random, 3, 20),
                      g_rand_int_range (random, 3, 60), channels[g_rand_int_range (random, 0, 6)],
                      channels[g_rand_int_range (random, 0, 6)], kernel,
                      g_rand_int_range (random, 1, 3), kernel / 2);

      for (gsize j = 0; j < G_N_ELEMENTS (algorithms); j++)
        if (fits (&algorithms[j], &shape))
          check_raw (&algorithms[j], shape, i);
      check_raw (&algorithms[3], make_shape (2, 3 + (int) i, 70 - (int) i, 16, 32, 3, 1, 1), i);
      if (i % 12 == 0)
        check_raw (&algorithms[3], make_shape (1, 4, 21 + (int) i, 21, 35, 3, 1, 1), i);
    }
}

static void
test_shared_memory_is_bounded_by_the_filters (void)
{
  static const int channels[] = { 3, 16, 64, 512, 2048 };

  for (gsize i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      RnConvShape shape = make_shape (256, 56, 56, channels[i], channels[i], 3, 1, 1);

      g_assert_cmpuint (rn_conv_shared (&shape), <=,
                        (gsize) (4 << 20) + (gsize) (36 * channels[i] * channels[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conv/shapes of residual networks agree with the definition",
                   test_shapes_of_residual_networks_agree_with_the_definition);
  g_test_add_func ("/conv/many tiles agree with the definition",
                   test_many_tiles_agree_with_the_definition);
  g_test_add_func ("/conv/random shapes agree with the definition",
                   test_random_shapes_agree_with_the_definition);
  g_test_add_func ("/conv/many small pictures agree with the definition",
                   test_many_small_pictures_agree_with_the_definition);
  g_test_add_func ("/conv/gradients are the slopes of finite differences",
                   test_gradients_are_the_slopes_of_finite_differences);
  g_test_add_func ("/conv/bits do not depend on the number of threads",
                   test_bits_do_not_depend_on_the_number_of_threads);
  g_test_add_func ("/conv/an input may be made while it is read",
                   test_an_input_may_be_made_while_it_is_read);
  g_test_add_func ("/conv/shared memory is bounded by the filters",
                   test_shared_memory_is_bounded_by_the_filters);
  return g_test_run ();
}
