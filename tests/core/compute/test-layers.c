#include "compute/layers.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "compute/memory.h"

/* One call of a layer, both ways. The meaning of from and to is each test's. */
typedef struct
{
  int n, h, w, p, q, c, k, stride, before;
  float *x, *y, *dx, *dy, *weights, *bias, *dw, *db;
  float *dy2; /* (nullable) */
  guint8 *arg;
  gsize n_x, n_y;
} Case;

static Case
case_new (int n, int h, int w, int c, int k, int stride, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Case t = { .n = n, .h = h, .w = w, .c = c, .k = k, .stride = stride };

  t.p = (h + stride - 1) / stride;
  t.q = (w + stride - 1) / stride;
  t.n_x = (gsize) (n * h * w * c);
  t.n_y = (gsize) (n * t.p * t.q * k);
  t.x = check_random (random, t.n_x);
  t.dy = check_random (random, t.n_y);
  t.weights = check_random (random, (gsize) (c * k));
  t.bias = check_random (random, (gsize) k);
  t.dw = check_random (random, (gsize) (c * k));
  t.db = check_random (random, (gsize) k);
  t.y = check_garbage (t.n_y);
  t.dx = check_garbage (t.n_x);
  t.arg = g_malloc (t.n_y);
  return t;
}

static void
case_clear (Case *t)
{
  float *all[] = { t->x, t->y, t->dx, t->dy, t->weights, t->bias, t->dw, t->db, t->dy2 };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    rn_floats_free (all[i]);
  g_free (t->arg);
}

/* The same call with each number of threads gives y, dx, dw and db to the bit. */
static void
check_bits (Case (*make) (void), RnTeamFunc func)
{
  Case alone = make ();

  check_run (1, 0, func, &alone);
  for (gsize i = 0; i < G_N_ELEMENTS (check_threads); i++)
    {
      Case team = make ();
      gsize n_w = (gsize) (team.c * team.k);

      check_run (check_threads[i], 0, func, &team);
      check_same_bits (team.y, alone.y, team.n_y);
      check_same_bits (team.dx, alone.dx, team.n_x);
      check_same_bits (team.dw, alone.dw, n_w);
      check_same_bits (team.db, alone.db, (gsize) team.k);
      case_clear (&team);
    }
  case_clear (&alone);
}

static void
pool (RnWorker *worker, gpointer data)
{
  Case *t = data;

  rn_pool_forward (worker, t->y, t->arg, t->x, t->n, t->h, t->w, t->c);
  rn_pool_backward (worker, t->dx, t->dy, t->dy2, t->arg, t->n, t->h, t->w, t->c);
}

static double
pool_loss (const double *x, gpointer data)
{
  const Case *t = data;
  double loss = 0.0;

  for (int n = 0; n < t->n; n++)
    for (int p = 0; p < t->p; p++)
      for (int q = 0; q < t->q; q++)
        for (int c = 0; c < t->c; c++)
          {
            double best = -INFINITY;

            for (int i = MAX (2 * p - 1, 0); i <= MIN (2 * p + 1, t->h - 1); i++)
              for (int j = MAX (2 * q - 1, 0); j <= MIN (2 * q + 1, t->w - 1); j++)
                best = fmax (best, x[((n * t->h + i) * t->w + j) * t->c + c]);
            loss += best * (double) t->dy[((n * t->p + p) * t->q + q) * t->c + c];
            if (t->dy2 != NULL)
              loss += best * (double) t->dy2[((n * t->p + p) * t->q + q) * t->c + c];
          }
  return loss;
}

/* y is checked one element at a time through the same reference: dy is one there and zero elsewhere. */
static void
test_pooling_takes_the_largest_and_sends_its_gradient_back (void)
{
  static const int shapes[][4] = {
    { 1, 1, 1, 1 }, { 2, 5, 4, 3 }, { 1, 8, 8, 65 }, { 3, 7, 2, 17 }, { 2, 2, 9, 16 }
  };

  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      const int *shape = shapes[s];
      Case t = case_new (shape[0], shape[1], shape[2], shape[3], shape[3], 2, 3);
      g_autoptr (GRand) random = g_rand_new_with_seed (4);
      g_autofree double *x = check_widen (t.x, t.n_x);

      check_run (2, 0, pool, &t);
      check_gradient (t.dx, t.x, t.n_x, pool_loss, &t, 1e-5, "pool dx");
      t.dy2 = check_random (random, t.n_y);
      check_run (2, 0, pool, &t);
      check_gradient (t.dx, t.x, t.n_x, pool_loss, &t, 1e-5, "pool dx of two gradients");
      g_clear_pointer (&t.dy2, rn_floats_free);
      memset (t.dy, 0, t.n_y * sizeof (float));
      for (gsize i = 0; i<t.n_y; i += t.n_y> 100 ? 13 : 1)
        {
          t.dy[i] = 1.0f;
          g_assert_cmpfloat (t.y[i], ==, (float) pool_loss (x, &t));
          t.dy[i] = 0.0f;
        }
      case_clear (&t);
    }
}

static void
test_pooling_never_lets_the_padding_win (void)
{
  Case t = case_new (1, 5, 5, 9, 9, 2, 1);

  for (gsize i = 0; i < t.n_x; i++)
    t.x[i] = -FLT_MAX;
  check_run (1, 0, pool, &t);
  for (gsize i = 0; i < t.n_y; i++)
    g_assert_cmpfloat (t.y[i], ==, -FLT_MAX);
  for (gsize i = 0; i < t.n_x; i++)
    t.x[i] = -INFINITY;
  check_run (1, 0, pool, &t);
  for (gsize i = 0; i < t.n_y; i++)
    g_assert_cmpfloat (t.y[i], ==, -INFINITY);
  case_clear (&t);
}

static void
test_the_first_of_equals_and_nan_win_in_pooling (void)
{
  Case t = case_new (1, 4, 4, 20, 20, 2, 1);

  for (gsize i = 0; i < t.n_x; i++)
    t.x[i] = 1.0f;
  t.x[(2 * 4 + 2) * 20 + 7] = NAN;
  check_run (1, 0, pool, &t);
  for (int c = 0; c < 20; c++)
    {
      /* The window of (0,0) begins above the picture: its first tap is number 4. */
      g_assert_cmpint (t.arg[c], ==, 4);
      g_assert_cmpint (t.arg[3 * 20 + c], ==, c == 7 ? 4 : 0);
      g_assert_true (isnan (t.y[3 * 20 + c]) == (c == 7));
    }
  case_clear (&t);
}

static Case
make_pool_case (void)
{
  return case_new (3, 17, 15, 70, 70, 2, 9);
}

static void
test_pooling_gives_the_same_bits_with_any_number_of_threads (void)
{
  check_bits (make_pool_case, pool);
}

static void
average (RnWorker *worker, gpointer data)
{
  Case *t = data;

  rn_average_forward (worker, t->y, t->x, t->n, t->h * t->w, t->c);
  rn_average_backward (worker, t->dx, t->dy, t->n, t->h * t->w, t->c);
}

/* y [N,C] uses the first n c elements; make it so that p = q = 1. */
static Case
make_average_case (void)
{
  Case t = case_new (5, 6, 6, 130, 130, 6, 2);

  return t;
}

static double
average_loss (const double *x, gpointer data)
{
  const Case *t = data;
  double loss = 0.0;

  for (int n = 0; n < t->n; n++)
    for (int i = 0; i < t->h * t->w; i++)
      for (int c = 0; c < t->c; c++)
        loss += x[(n * t->h * t->w + i) * t->c + c] / (t->h * t->w) * (double) t->dy[n * t->c + c];
  return loss;
}

static void
test_the_average_and_its_gradient_agree_with_the_definition (void)
{
  static const int channels[] = { 1, 3, 16, 63, 64, 65, 200 };

  for (gsize s = 0; s < G_N_ELEMENTS (channels); s++)
    {
      int k = channels[s];
      Case t = case_new (3, 7, 7, k, k, 7, 4);
      g_autofree double *y = g_new0 (double, t.n_y);

      check_run (2, 0, average, &t);
      for (gsize i = 0; i < t.n_x; i++)
        y[i / (gsize) (49 * k) * (gsize) k + i % (gsize) k] += (double) t.x[i] / 49.0;
      check_close (t.y, y, t.n_y, 1e-7, "average");
      check_gradient (t.dx, t.x, t.n_x, average_loss, &t, 1e-6, "average dx");
      case_clear (&t);
    }
  check_bits (make_average_case, average);
}

static void
linear (RnWorker *worker, gpointer data)
{
  Case *t = data;

  rn_linear_forward (worker, t->y, t->x, t->weights, t->bias, t->n, t->c, t->k);
  rn_linear_backward (worker, t->dx, t->dw, t->db, t->dy, t->x, t->weights, t->n, t->c, t->k);
}

static Case
make_linear_case (void)
{
  return case_new (67, 1, 1, 300, 101, 1, 6);
}

static void
check_linear (int n, int c, int k)
{
  Case t = case_new (n, 1, 1, c, k, 1, 8);
  g_autofree double *y = g_new0 (double, t.n_y), *dx = g_new0 (double, t.n_x);
  g_autofree double *dw = check_widen (t.dw, (gsize) (c * k)), *db = check_widen (t.db, (gsize) k);

  check_run (3, 0, linear, &t);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < k; j++)
      {
        double dy = (double) t.dy[i * k + j];

        y[i * k + j] += (double) t.bias[j];
        db[j] += dy;
        for (int l = 0; l < c; l++)
          {
            y[i * k + j] += (double) t.x[i * c + l] * (double) t.weights[j * c + l];
            dx[i * c + l] += dy * (double) t.weights[j * c + l];
            dw[j * c + l] += dy * (double) t.x[i * c + l];
          }
      }
  check_close (t.y, y, t.n_y, 1e-5, "linear y");
  check_close (t.dx, dx, t.n_x, 1e-5, "linear dx");
  check_close (t.dw, dw, (gsize) (c * k), 1e-5, "linear dw");
  check_close (t.db, db, (gsize) k, 1e-5, "linear db");
  case_clear (&t);
}

static void
test_the_linear_layer_agrees_with_the_definition (void)
{
  static const int shapes[][3] = {
    { 1, 1, 1 }, { 1, 64, 10 }, { 33, 17, 5 }, { 128, 64, 100 }, { 5, 513, 300 }
  };

  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++)
    check_linear (shapes[s][0], shapes[s][1], shapes[s][2]);
  check_bits (make_linear_case, linear);
}

static double
linear_loss_of_x (const double *x, gpointer data)
{
  const Case *t = data;
  double loss = 0.0;

  for (int i = 0; i < t->n; i++)
    for (int j = 0; j < t->k; j++)
      for (int l = 0; l < t->c; l++)
        loss += x[i * t->c + l] * (double) t->weights[j * t->c + l] * (double) t->dy[i * t->k + j];
  return loss;
}

static double
linear_loss_of_w (const double *w, gpointer data)
{
  const Case *t = data;
  double loss = 0.0;

  for (int i = 0; i < t->n; i++)
    for (int j = 0; j < t->k; j++)
      for (int l = 0; l < t->c; l++)
        loss += (double) t->x[i * t->c + l] * w[j * t->c + l] * (double) t->dy[i * t->k + j];
  return loss;
}

static void
test_gradients_of_the_linear_layer_are_slopes (void)
{
  Case t = case_new (4, 1, 1, 13, 7, 1, 8);

  memset (t.dw, 0, 13 * 7 * sizeof (float));
  memset (t.db, 0, 7 * sizeof (float));
  check_run (1, 0, linear, &t);
  check_gradient (t.dx, t.x, t.n_x, linear_loss_of_x, &t, 1e-5, "linear dx");
  check_gradient (t.dw, t.weights, 13 * 7, linear_loss_of_w, &t, 1e-5, "linear dw");
  for (int j = 0; j < 7; j++)
    g_assert_cmpfloat_with_epsilon (t.db[j], t.dy[j] + t.dy[7 + j] + t.dy[14 + j] + t.dy[21 + j],
                                    1e-6f);
  case_clear (&t);
}

static void
linear_without_dx (RnWorker *worker, gpointer data)
{
  Case *t = data;

  rn_linear_backward (worker, NULL, t->dw, t->db, t->dy, t->x, t->weights, t->n, t->c, t->k);
}

static void
test_the_linear_layer_can_do_without_dx (void)
{
  Case with = case_new (9, 1, 1, 20, 6, 1, 8), without = case_new (9, 1, 1, 20, 6, 1, 8);

  check_run (1, 0, linear, &with);
  check_run (1, 0, linear_without_dx, &without);
  check_same_bits (with.dw, without.dw, 120);
  check_same_bits (with.db, without.db, 6);
  case_clear (&with);
  case_clear (&without);
}

static void
subsample (RnWorker *worker, gpointer data)
{
  Case *t = data;

  rn_subsample_forward (worker, t->y, t->x, t->n, t->h, t->w, t->c, t->k, t->stride, t->before);
  rn_subsample_backward (worker, t->dx, t->dy, t->n, t->h, t->w, t->c, t->k, t->stride, t->before);
}

static void
test_subsampling_takes_every_second_pixel_and_pads_channels (void)
{
  static const int shapes[][7] = { { 2, 5, 6, 3, 8, 2, 0 },
                                   { 1, 1, 1, 1, 1, 1, 0 },
                                   { 3, 4, 4, 16, 32, 2, 8 },
                                   { 2, 3, 5, 7, 7, 2, 0 },
                                   { 2, 7, 3, 5, 12, 1, 7 } };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      const int *s = shapes[i];
      Case t = case_new (s[0], s[1], s[2], s[3], s[4], s[5], 1);
      g_autofree double *y = g_new0 (double, t.n_y), *dx = g_new0 (double, t.n_x);

      t.before = s[6];
      for (int n = 0; n < t.n; n++)
        for (int p = 0; p < t.p; p++)
          for (int q = 0; q < t.q; q++)
            for (int c = 0; c < t.c; c++)
              {
                int from = ((n * t.h + p * t.stride) * t.w + q * t.stride) * t.c + c;
                int to = ((n * t.p + p) * t.q + q) * t.k + t.before + c;

                y[to] = (double) t.x[from];
                dx[from] = (double) t.dy[to];
              }
      check_run (2, 0, subsample, &t);
      check_close (t.y, y, t.n_y, 0.0, "subsample y");
      check_close (t.dx, dx, t.n_x, 0.0, "subsample dx");
      case_clear (&t);
    }
}

typedef struct
{
  const int *labels;
  int n, k;
} Labels;

static double
entropy (const double *logits, gpointer data)
{
  const Labels *t = data;
  double loss = 0.0;

  for (int i = 0; i < t->n; i++, logits += t->k)
    {
      double sum = 0.0;

      for (int j = 0; j < t->k; j++)
        sum += exp (logits[j]);
      loss += (log (sum) - logits[t->labels[i]]) / t->n;
    }
  return loss;
}

static void
test_cross_entropy_and_its_gradient_agree_with_the_definition (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 2 }, { 7, 10 }, { 33, 101 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      int n = sizes[s][0], k = sizes[s][1], wrong, want_wrong = 0;
      g_autoptr (GRand) random = g_rand_new_with_seed (3);
      float *logits = check_random (random, (gsize) (n * k)),
            *dlogits = check_garbage ((gsize) (n * k));
      g_autofree double *wide = check_widen (logits, (gsize) (n * k));
      g_autofree int *labels = g_new (int, n);
      Labels t = { labels, n, k };
      double loss, without;

      for (int i = 0; i < n; i++)
        {
          int largest = 0;

          labels[i] = g_rand_int_range (random, 0, k);
          for (int j = 1; j < k; j++)
            if (logits[i * k + j] > logits[i * k + largest])
              largest = j;
          want_wrong += largest != labels[i];
        }
      rn_cross_entropy (&loss, &wrong, dlogits, logits, labels, n, k);
      g_assert_cmpfloat_with_epsilon (loss, entropy (wide, &t), 1e-12);
      g_assert_cmpint (wrong, ==, want_wrong);
      check_gradient (dlogits, logits, (gsize) (n * k), entropy, &t, 1e-6, "dlogits");
      rn_cross_entropy (&without, &wrong, NULL, logits, labels, n, k);
      g_assert_cmpfloat (without, ==, loss);
      rn_floats_free (logits);
      rn_floats_free (dlogits);
    }
}

static void
test_cross_entropy_bears_huge_logits_equals_and_nan (void)
{
  const float logits[4][3] = {
    { 1e4f, -1e4f, 0.0f }, { 2.0f, 2.0f, 1.0f }, { 2.0f, 2.0f, 1.0f }, { 0.0f, NAN, 0.0f }
  };
  const int labels[] = { 1, 0, 1, 0 };
  float d[12];
  double loss;
  int wrong;

  rn_cross_entropy (&loss, &wrong, d, logits[0], labels, 3, 3);
  g_assert_cmpfloat_with_epsilon (loss, (2e4 + 2.0 * log (2.0 + exp (-1.0))) / 3.0, 1e-9);
  g_assert_cmpint (wrong, ==, 2);
  g_assert_cmpfloat (d[1], ==, -1.0f / 3.0f);
  rn_cross_entropy (&loss, &wrong, d, logits[0], labels, 4, 3);
  g_assert_true (isnan (loss));
  g_assert_cmpint (wrong, ==, 3);
}

static void
test_softmax_sums_to_one (void)
{
  const float logits[] = { 1000.0f, 999.0f, -1000.0f, 1000.0f };
  float p[4];

  rn_softmax (p, logits, 4);
  g_assert_cmpfloat_with_epsilon (p[0] + p[1] + p[2] + p[3], 1.0f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (p[1], 1.0f / (2.0f * expf (1.0f) + 1.0f), 1e-6f);
  g_assert_cmpfloat (p[0], ==, p[3]);
  g_assert_cmpfloat (p[2], ==, 0.0f);
}

typedef struct
{
  float *w, *v, *g;
  gsize count;
} Update;

static void
update (RnWorker *worker, gpointer data)
{
  Update *u = data;

  rn_sgd_update (worker, u->w, u->v, u->g, u->count, 0.1f, 0.9f, 1e-4f);
}

static Update
update_new (gsize count)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  return (Update){ check_random (random, count), check_random (random, count),
                   check_random (random, count), count };
}

static void
update_clear (Update *u)
{
  rn_floats_free (u->w);
  rn_floats_free (u->v);
  rn_floats_free (u->g);
}

static void
test_a_step_of_descent_follows_its_formula_in_the_same_bits_everywhere (void)
{
  static const gsize counts[] = { 1, 7, 16, 100, 16385, 100001 };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      Update alone = update_new (counts[i]), team = update_new (counts[i]);
      g_autofree double *w = check_widen (alone.w, counts[i]),
                        *v = check_widen (alone.v, counts[i]);

      for (gsize j = 0; j < counts[i]; j++)
        {
          v[j] = 0.9 * v[j] + (double) alone.g[j] + 1e-4 * w[j];
          w[j] -= 0.1 * v[j];
        }
      check_run (1, 0, update, &alone);
      check_run (5, 0, update, &team);
      check_close (alone.v, v, counts[i], 2e-7, "v");
      check_close (alone.w, w, counts[i], 2e-7, "w");
      check_same_bits (team.w, alone.w, counts[i]);
      check_same_bits (team.v, alone.v, counts[i]);
      update_clear (&alone);
      update_clear (&team);
    }
}

static void
test_sums_of_squares_are_in_double (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  float *x = check_random (random, 100003);

  for (gsize count = 0; count <= 100003; count = count < 40 ? count + 1 : count * 3 + 1)
    {
      double sum = 0.0;

      for (gsize i = 0; i < count; i++)
        sum += (double) x[i] * (double) x[i];
      g_assert_cmpfloat_with_epsilon (rn_sum_squares (x, count), sum, 1e-12 * (sum + 1.0));
    }
  rn_floats_free (x);
}

static void
test_one_bad_float_is_found_wherever_it_is (void)
{
  const float bad[] = { NAN, INFINITY, -INFINITY };
  float *x = rn_floats_new (9001);

  x[5] = FLT_MAX;
  x[6] = -FLT_MAX;
  x[7] = FLT_TRUE_MIN;
  g_assert_true (rn_all_finite (x, 0));
  g_assert_true (rn_all_finite (x, 9001));
  for (gsize i = 0; i < 9001; i += i < 100 || i > 8900 ? 1 : 61)
    {
      x[i] = bad[i % 3];
      g_assert_false (rn_all_finite (x, 9001));
      g_assert_false (rn_all_finite (x, i + 1));
      g_assert_true (rn_all_finite (x, i));
      x[i] = 0.0f;
    }
  rn_floats_free (x);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layers/pooling takes the largest and sends its gradient back",
                   test_pooling_takes_the_largest_and_sends_its_gradient_back);
  g_test_add_func ("/layers/pooling never lets the padding win",
                   test_pooling_never_lets_the_padding_win);
  g_test_add_func ("/layers/the first of equals and NaN win in pooling",
                   test_the_first_of_equals_and_nan_win_in_pooling);
  g_test_add_func ("/layers/pooling gives the same bits with any number of threads",
                   test_pooling_gives_the_same_bits_with_any_number_of_threads);
  g_test_add_func ("/layers/the average and its gradient agree with the definition",
                   test_the_average_and_its_gradient_agree_with_the_definition);
  g_test_add_func ("/layers/the linear layer agrees with the definition",
                   test_the_linear_layer_agrees_with_the_definition);
  g_test_add_func ("/layers/gradients of the linear layer are slopes",
                   test_gradients_of_the_linear_layer_are_slopes);
  g_test_add_func ("/layers/the linear layer can do without dx",
                   test_the_linear_layer_can_do_without_dx);
  g_test_add_func ("/layers/subsampling takes every second pixel and pads channels",
                   test_subsampling_takes_every_second_pixel_and_pads_channels);
  g_test_add_func ("/layers/cross-entropy and its gradient agree with the definition",
                   test_cross_entropy_and_its_gradient_agree_with_the_definition);
  g_test_add_func ("/layers/cross-entropy bears huge logits, equals and NaN",
                   test_cross_entropy_bears_huge_logits_equals_and_nan);
  g_test_add_func ("/layers/softmax sums to one", test_softmax_sums_to_one);
  g_test_add_func ("/layers/a step of descent follows its formula, in the same bits everywhere",
                   test_a_step_of_descent_follows_its_formula_in_the_same_bits_everywhere);
  g_test_add_func ("/layers/sums of squares are in double", test_sums_of_squares_are_in_double);
  g_test_add_func ("/layers/one bad float is found wherever it is",
                   test_one_bad_float_is_found_wherever_it_is);
  return g_test_run ();
}
