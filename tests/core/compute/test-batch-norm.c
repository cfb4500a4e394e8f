#include "compute/batch-norm.h"

#include <math.h>
#include <string.h>

#include "check.h"
#include "compute/memory.h"

#define EPS 1e-5

static const int channel_counts[] = { 1, 3, 5, 16, 17, 30, 64, 100, 1025 };
static const int pixel_counts[] = { 1, 2, 7, 64, 1531 };

/* y = relu (batch-norm (z) + s), forward and backward, as one step of training does it. */
typedef struct
{
  gsize pixels;
  int channels;
  gsize count;
  gboolean relu;
  float *z, *s, *dy, *dy2; /* s, dy2 nullable */
  float *gamma, *beta;
  float *mean, *var, *inv_std, *scale, *shift;
  float *y, *d, *dz, *dgamma, *dbeta;
  double *partials;
  RnNormMeasures measures;
} Case;

static Case
case_new (gsize pixels, int channels, gboolean with_s, gboolean with_dy2, gboolean relu)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  gsize count = pixels * (gsize) channels, n = (gsize) channels;
  Case c = { .pixels = pixels, .channels = channels, .count = count, .relu = relu };

  c.z = check_random (random, count);
  c.s = check_random (random, count);
  c.dy = check_random (random, count);
  c.dy2 = check_random (random, count);
  if (!with_s)
    g_clear_pointer (&c.s, rn_floats_free);
  if (!with_dy2)
    g_clear_pointer (&c.dy2, rn_floats_free);
  c.gamma = check_random (random, n);
  c.beta = check_random (random, n);
  c.dgamma = check_random (random, n);
  c.dbeta = check_random (random, n);
  c.mean = check_garbage (n);
  c.var = check_garbage (n);
  c.inv_std = check_garbage (n);
  c.scale = check_garbage (n);
  c.shift = check_garbage (n);
  c.y = check_garbage (count);
  c.d = check_garbage (count);
  c.dz = check_garbage (count);
  c.partials = g_new (double, rn_norm_slots (rn_norm_count_slots (pixels, channels), channels));
  return c;
}

static void
case_clear (Case *c)
{
  float *all[] = { c->z,       c->s,     c->dy,    c->dy2, c->gamma, c->beta, c->mean,   c->var,
                   c->inv_std, c->scale, c->shift, c->y,   c->d,     c->dz,   c->dgamma, c->dbeta };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    rn_floats_free (all[i]);
  g_free (c->partials);
}

static void
statistics (RnWorker *worker, gpointer data)
{
  Case *c = data;
  const RnNormGather gather = { .z = c->z, .channels = c->channels, .slots = c->partials };

  rn_norm_statistics (worker, c->mean, c->var, &gather,
                      rn_norm_gather_all (worker, &gather, c->pixels));
}

static void
forward (RnWorker *worker, gpointer data)
{
  Case *c = data;

  statistics (worker, data);
  if (rn_worker_index (worker) == 0)
    for (int i = 0; i < c->channels; i++)
      {
        c->inv_std[i] = (float) (1.0 / sqrt ((double) c->var[i] + EPS));
        c->scale[i] = c->gamma[i] * c->inv_std[i];
        c->shift[i] = c->beta[i] - c->mean[i] * c->scale[i];
      }
  rn_worker_barrier (worker);
  rn_norm_apply (worker, c->y, c->z, c->s, c->scale, c->shift, c->relu, NULL, NULL, c->pixels,
                 c->channels);
}

/* Where there is no s, what the ReLU let through is told by z. */
static RnNormGather
gather_backward (const Case *c)
{
  return (RnNormGather){
    .z = c->z,
    .channels = c->channels,
    .slots = c->partials,
    .d = c->d,
    .dy2 = c->dy2,
    .y = c->relu && c->s != NULL ? c->y : NULL,
    .scale = c->relu && c->s == NULL ? c->scale : NULL,
    .shift = c->relu && c->s == NULL ? c->shift : NULL,
    .mean = c->mean,
  };
}

static void
backward (RnWorker *worker, gpointer data)
{
  Case *c = data;
  const RnNormGather gather = gather_backward (c);

  if (rn_worker_index (worker) == 0 && c->d != c->dy)
    memcpy (c->d, c->dy, c->count * sizeof (float));
  rn_worker_barrier (worker);
  rn_norm_backward (worker, c->dz, &gather, rn_norm_gather_all (worker, &gather, c->pixels),
                    c->inv_std, c->gamma, c->dgamma, c->dbeta, c->pixels);
}

static void
both_ways (RnWorker *worker, gpointer data)
{
  forward (worker, data);
  backward (worker, data);
}

/* One channel, in double, by the formulas of the header; the mask is taken from the given y. */
static void
reference_channel (const Case *c, int channel, double *y, double *d, double *dz, double *dgamma,
                   double *dbeta)
{
  gsize stride = (gsize) c->channels, n = c->pixels;
  double mean = 0.0, var = 0.0, inv_std, sum = 0.0, sum_xhat = 0.0;

  for (gsize p = 0, i = (gsize) channel; p < n; p++, i += stride)
    mean += (double) c->z[i] / (double) n;
  for (gsize p = 0, i = (gsize) channel; p < n; p++, i += stride)
    var += ((double) c->z[i] - mean) * ((double) c->z[i] - mean) / (double) n;
  inv_std = 1.0 / sqrt (var + EPS);
  for (gsize p = 0, i = (gsize) channel; p < n; p++, i += stride)
    {
      double xhat = ((double) c->z[i] - mean) * inv_std;

      y[i] = xhat * (double) c->gamma[channel] + (double) c->beta[channel] +
             (c->s ? (double) c->s[i] : 0.0);
      if (c->relu)
        y[i] = fmax (y[i], 0.0);
      d[i] = (double) c->dy[i] + (c->dy2 ? (double) c->dy2[i] : 0.0);
      if (c->relu && !(c->y[i] > 0.0f))
        d[i] = 0.0;
      sum += d[i];
      sum_xhat += d[i] * xhat;
    }
  for (gsize p = 0, i = (gsize) channel; p < n; p++, i += stride)
    dz[i] = (double) c->gamma[channel] * inv_std *
            (d[i] - sum / (double) n - ((double) c->z[i] - mean) * inv_std * sum_xhat / (double) n);
  dgamma[channel] += sum_xhat;
  dbeta[channel] += sum;
}

/* The terms of dz cancel, with two pixels up to eps: what is left is as exact as the largest of them is rounded. */
static void
check_dz (const Case *c, const double *dz, const char *what)
{
  for (gsize i = 0; i < c->count; i++)
    {
      const gsize channel = i % (gsize) c->channels;
      const double term =
          c->pixels > 2 ? 0.0 : fabs ((double) c->gamma[channel] * (double) c->inv_std[channel]);
      const double bound = MAX (2e-4 * MAX (1.0, fabs (dz[i])), 1e-6 * term);

      if (!(fabs ((double) c->dz[i] - dz[i]) <= bound))
        g_error ("%s: dz %zu is %.9g, not %.9g", what, i, (double) c->dz[i], dz[i]);
    }
}

static void
check_case (gsize pixels, int channels, gboolean with_s, gboolean with_dy2, gboolean relu)
{
  Case c = case_new (pixels, channels, with_s, with_dy2, relu);
  g_autofree double *y = g_new (double, c.count), *d = g_new (double, c.count),
                    *dz = g_new (double, c.count);
  g_autofree double *dgamma = check_widen (c.dgamma, (gsize) channels);
  g_autofree double *dbeta = check_widen (c.dbeta, (gsize) channels);
  g_autofree char *what = g_strdup_printf ("%zu pixels, %d channels, s %d, dy2 %d, relu %d", pixels,
                                           channels, with_s, with_dy2, relu);

  check_run (2, 0, both_ways, &c);
  for (int i = 0; i < channels; i++)
    reference_channel (&c, i, y, d, dz, dgamma, dbeta);
  check_close (c.y, y, c.count, 1e-4, what);
  check_close (c.d, d, c.count, 1e-5, what);
  check_dz (&c, dz, what);
  check_close (c.dgamma, dgamma, (gsize) channels, 2e-4, what);
  check_close (c.dbeta, dbeta, (gsize) channels, 2e-5, what);
  case_clear (&c);
}

static void
test_every_variant_agrees_with_the_formulas (void)
{
  for (gsize p = 0; p < G_N_ELEMENTS (pixel_counts); p++)
    for (gsize k = 0; k < G_N_ELEMENTS (channel_counts); k++)
      for (int variant = 0; variant < 8; variant++)
        if (channel_counts[k] * pixel_counts[p] < 100000 || variant == 7)
          check_case ((gsize) pixel_counts[p], channel_counts[k], variant & 1, variant & 2,
                      variant & 4);
}

/* L = sum dy y, with the network's function in double; z is one tensor, the rest is fixed. */
static double
loss_of_z (const double *z, gpointer data)
{
  const Case *c = data;
  double loss = 0.0;

  for (int channel = 0; channel < c->channels; channel++)
    {
      gsize stride = (gsize) c->channels;
      double mean = 0.0, var = 0.0;

      for (gsize i = (gsize) channel; i < c->count; i += stride)
        mean += z[i] / (double) c->pixels;
      for (gsize i = (gsize) channel; i < c->count; i += stride)
        var += (z[i] - mean) * (z[i] - mean) / (double) c->pixels;
      for (gsize i = (gsize) channel; i < c->count; i += stride)
        {
          double y = (z[i] - mean) / sqrt (var + EPS) * (double) c->gamma[channel] +
                     (double) c->beta[channel];

          y += (double) c->s[i];
          loss += fmax (y, 0.0) * ((double) c->dy[i] + (double) c->dy2[i]);
        }
    }
  return loss;
}

static void
test_the_gradient_is_the_slope_of_finite_differences (void)
{
  for (gsize k = 0; k < 6; k++)
    {
      Case c = case_new (29, channel_counts[k], TRUE, TRUE, TRUE);

      check_run (1, 0, both_ways, &c);
      check_gradient (c.dz, c.z, c.count, loss_of_z, &c, 2e-4, "dz");
      case_clear (&c);
    }
}

static void
test_a_large_mean_does_not_cancel_the_variance (void)
{
  Case c = case_new (40000, 6, FALSE, FALSE, FALSE);

  for (gsize i = 0; i < c.count; i++)
    c.z[i] += 1000.0f;
  check_run (2, 0, statistics, &c);
  for (int i = 0; i < c.channels; i++)
    {
      double mean = 0.0, var = 0.0;

      for (gsize j = (gsize) i; j < c.count; j += (gsize) c.channels)
        mean += (double) c.z[j] / (double) c.pixels;
      for (gsize j = (gsize) i; j < c.count; j += (gsize) c.channels)
        var += ((double) c.z[j] - mean) * ((double) c.z[j] - mean) / (double) c.pixels;
      g_assert_cmpfloat_with_epsilon ((double) c.mean[i], mean, 1e-4);
      g_assert_cmpfloat_with_epsilon ((double) c.var[i], var, 1e-5);
    }
  case_clear (&c);
}

static void
test_a_constant_channel_has_no_variance (void)
{
  Case c = case_new (1000, 3, FALSE, FALSE, FALSE);

  for (gsize i = 0; i < c.count; i++)
    c.z[i] = 3.7f;
  check_run (1, 0, statistics, &c);
  for (int i = 0; i < c.channels; i++)
    {
      g_assert_cmpfloat (c.mean[i], ==, 3.7f);
      g_assert_cmpfloat (c.var[i], ==, 0.0f);
    }
  case_clear (&c);
}

static void
apply_measured (RnWorker *worker, gpointer data)
{
  Case *c = data;

  rn_norm_apply (worker, c->d, c->z, c->s, c->scale, c->shift, c->relu, &c->measures, c->partials,
                 c->pixels, c->channels);
}

static void
test_measures_count_dead_channels_and_change_no_bit (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (channel_counts); k++)
    {
      Case c = case_new (811, channel_counts[k], TRUE, FALSE, TRUE);
      double sum = 0.0;

      /* Every third channel is pushed under zero, but for one pixel of channel 3. */
      for (int i = 0; i < c.channels; i += 3)
        c.beta[i] = -100.0f;
      if (c.channels > 3)
        c.s[3 + 700 * (gsize) c.channels] = 200.0f;
      check_run (2, 0, forward, &c);
      check_run (3, 0, apply_measured, &c);
      for (gsize i = 0; i < c.count; i++)
        sum += (double) c.s[i] * (double) c.s[i];
      g_assert_cmpfloat_with_epsilon (c.measures.sum_s2 / sum, 1.0, 1e-5);
      g_assert_cmpint (c.measures.n_dead, ==, (c.channels + 2) / 3 - (c.channels > 3));
      check_same_bits (c.d, c.y, c.count);
      case_clear (&c);
    }
}

static void
test_outputs_may_alias_inputs_as_the_header_says (void)
{
  Case c = case_new (531, 20, TRUE, TRUE, TRUE);
  Case same = case_new (531, 20, TRUE, TRUE, TRUE);
  float *d = same.d, *dz = same.dz, *dy = same.dy;

  check_run (2, 0, both_ways, &c);
  check_run (2, 0, forward, &same);
  same.d = same.dz = dy;
  check_run (2, 0, backward, &same);
  check_same_bits (dy, c.dz, c.count);

  same.d = d;
  same.dz = dz;
  rn_floats_free (same.y);
  same.y = same.s;
  check_run (2, 0, forward, &same);
  check_same_bits (same.s, c.y, c.count);
  same.y = NULL;
  case_clear (&same);
  case_clear (&c);
}

static void
test_bits_do_not_depend_on_the_number_of_threads (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (channel_counts); k++)
    {
      Case alone = case_new (2311, channel_counts[k], TRUE, TRUE, TRUE);

      check_run (1, 0, both_ways, &alone);
      for (gsize j = 0; j < G_N_ELEMENTS (check_threads); j++)
        {
          Case team = case_new (2311, channel_counts[k], TRUE, TRUE, TRUE);

          check_run (check_threads[j], 0, both_ways, &team);
          check_same_bits (team.mean, alone.mean, (gsize) team.channels);
          check_same_bits (team.var, alone.var, (gsize) team.channels);
          check_same_bits (team.y, alone.y, team.count);
          check_same_bits (team.dz, alone.dz, team.count);
          check_same_bits (team.dgamma, alone.dgamma, (gsize) team.channels);
          check_same_bits (team.dbeta, alone.dbeta, (gsize) team.channels);
          case_clear (&team);
        }
      case_clear (&alone);
    }
}

/* All pixels as rectangles of a picture 40 pixels wide, each with a slot of its own */
static void
gather_areas (const RnNormGather *gather)
{
  static const int columns[] = { 0, 3, 40 }, rows[] = { 0, 4, 5, 30 };

  for (int i = 0, slot = 0; i < 3; i++)
    for (int j = 0; j < 2; j++, slot++)
      {
        const RnNormArea area = { .pixel = (gsize) (rows[i] * 40 + columns[j]),
                                  .rows = rows[i + 1] - rows[i],
                                  .run = columns[j + 1] - columns[j],
                                  .width = 40 };
        const int half = gather->channels / 2;

        /* channels by themselves, too */
        rn_norm_gather_begin (gather, slot, 0, gather->channels);
        rn_norm_gather (gather, slot, half, gather->channels - half, &area);
        if (half > 0)
          rn_norm_gather (gather, slot, 0, half, &area);
      }
}

#define N_AREAS 6

static void
areas_both_ways (RnWorker *worker, gpointer data)
{
  Case *c = data;
  const RnNormGather statistics = { .z = c->z, .channels = c->channels, .slots = c->partials };
  const RnNormGather sums = gather_backward (c);

  gather_areas (&statistics);
  rn_norm_statistics (worker, c->mean, c->var, &statistics, N_AREAS);
  memcpy (c->d, c->dy, c->count * sizeof (float));
  gather_areas (&sums);
  rn_norm_backward (worker, c->dz, &sums, N_AREAS, c->inv_std, c->gamma, c->dgamma, c->dbeta,
                    c->pixels);
}

static void
test_sums_may_be_gathered_in_any_areas (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (channel_counts); k++)
    {
      Case whole = case_new (1200, channel_counts[k], FALSE, TRUE, TRUE);
      Case parts = case_new (1200, channel_counts[k], FALSE, TRUE, TRUE);
      const gsize n = (gsize) channel_counts[k];
      g_autofree double *mean = NULL, *var = NULL, *dz = NULL, *dgamma = NULL, *dbeta = NULL;

      g_free (parts.partials);
      parts.partials = g_new (double, rn_norm_slots (N_AREAS, parts.channels));
      check_run (1, 0, both_ways, &whole);
      memcpy (parts.scale, whole.scale, n * sizeof (float));
      memcpy (parts.shift, whole.shift, n * sizeof (float));
      memcpy (parts.inv_std, whole.inv_std, n * sizeof (float));
      check_run (1, 0, areas_both_ways, &parts);
      mean = check_widen (whole.mean, n);
      var = check_widen (whole.var, n);
      dz = check_widen (whole.dz, whole.count);
      dgamma = check_widen (whole.dgamma, n);
      dbeta = check_widen (whole.dbeta, n);
      check_close (parts.mean, mean, n, 1e-6, "mean");
      check_close (parts.var, var, n, 1e-6, "variance");
      check_same_bits (parts.d, whole.d, whole.count);
      check_close (parts.dz, dz, whole.count, 1e-5, "dz");
      check_close (parts.dgamma, dgamma, n, 1e-4, "dgamma");
      check_close (parts.dbeta, dbeta, n, 2e-5, "dbeta");
      case_clear (&whole);
      case_clear (&parts);
    }
}

static void
test_nan_goes_through_relu (void)
{
  Case c = case_new (50, 7, FALSE, FALSE, TRUE);

  check_run (1, 0, forward, &c);
  c.z[10 * 7 + 2] = NAN;
  check_run (1, 0, statistics, &c);
  g_assert_true (isnan (c.mean[2]));
  g_assert_true (isnan (c.var[2]));
  g_assert_false (isnan (c.var[3]));
  check_run (1, 0, forward, &c);
  g_assert_true (isnan (c.y[10 * 7 + 2]));
  case_clear (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch-norm/every variant agrees with the formulas",
                   test_every_variant_agrees_with_the_formulas);
  g_test_add_func ("/batch-norm/the gradient is the slope of finite differences",
                   test_the_gradient_is_the_slope_of_finite_differences);
  g_test_add_func ("/batch-norm/a large mean does not cancel the variance",
                   test_a_large_mean_does_not_cancel_the_variance);
  g_test_add_func ("/batch-norm/a constant channel has no variance",
                   test_a_constant_channel_has_no_variance);
  g_test_add_func ("/batch-norm/measures count dead channels and change no bit",
                   test_measures_count_dead_channels_and_change_no_bit);
  g_test_add_func ("/batch-norm/outputs may alias inputs as the header says",
                   test_outputs_may_alias_inputs_as_the_header_says);
  g_test_add_func ("/batch-norm/bits do not depend on the number of threads",
                   test_bits_do_not_depend_on_the_number_of_threads);
  g_test_add_func ("/batch-norm/sums may be gathered in any areas",
                   test_sums_may_be_gathered_in_any_areas);
  g_test_add_func ("/batch-norm/NaN goes through ReLU", test_nan_goes_through_relu);
  return g_test_run ();
}
