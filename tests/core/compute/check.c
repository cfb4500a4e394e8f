#include "check.h"

#include <math.h>
#include <string.h>

#include "compute/memory.h"

#define MOST_DIFFERENCES 60

const int check_threads[4] = { 1, 2, 3, 5 };

float *
check_random (GRand *random, gsize count)
{
  float *x = rn_floats_new (count);

  for (gsize i = 0; i < count; i++)
    x[i] = (float) g_rand_double_range (random, -1.0, 1.0);
  return x;
}

float *
check_garbage (gsize count)
{
  float *x = rn_floats_new (count);

  for (gsize i = 0; i < count; i++)
    x[i] = 1e30f;
  return x;
}

double *
check_widen (const float *x, gsize count)
{
  double *wide = g_new (double, count);

  for (gsize i = 0; i < count; i++)
    wide[i] = (double) x[i];
  return wide;
}

void
check_close (const float *got, const double *want, gsize count, double tolerance, const char *what)
{
  for (gsize i = 0; i < count; i++)
    if (!(fabs ((double) got[i] - want[i]) <= tolerance * MAX (1.0, fabs (want[i]))))
      g_error ("%s: element %zu of %zu is %.9g, not %.9g", what, i, count, (double) got[i],
               want[i]);
}

void
check_same_bits (const float *got, const float *want, gsize count)
{
  for (gsize i = 0; i < count; i++)
    if (memcmp (&got[i], &want[i], sizeof (float)) != 0)
      g_error ("element %zu of %zu is %.9g, not %.9g", i, count, (double) got[i], (double) want[i]);
}

void
check_gradient (const float *gradient, const float *x, gsize count, CheckFunction function,
                gpointer data, double tolerance, const char *what)
{
  const double h = 1e-5;
  g_autofree double *wide = check_widen (x, count);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  gsize n = MIN (count, MOST_DIFFERENCES);

  for (gsize j = 0; j < n; j++)
    {
      gsize i = n == count ? j : (gsize) g_rand_int_range (random, 0, (gint32) count);
      double here = wide[i], up, down, slope;

      wide[i] = here + h;
      up = function (wide, data);
      wide[i] = here - h;
      down = function (wide, data);
      wide[i] = here;
      slope = (up - down) / (2.0 * h);
      if (!(fabs ((double) gradient[i] - slope) <= tolerance * MAX (1.0, fabs (slope))))
        g_error ("%s: gradient %zu is %.9g, the slope %.9g", what, i, (double) gradient[i], slope);
    }
}

void
check_run (int n_threads, gsize scratch, RnTeamFunc func, gpointer data)
{
  RnTeam *team = rn_team_new (n_threads);

  g_assert_nonnull (team);
  g_assert_true (rn_team_reserve (team, scratch));
  g_assert_true (rn_team_run (team, func, data, NULL));
  rn_team_free (team);
}
