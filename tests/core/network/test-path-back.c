#include "fixture.h"

/* The gradient at the pictures, through chosen paths. What holds whatever the weights are: ReLUs and statistics stay as they
 * were on the way forward, so the way back is linear in what each block hands on, and the gradients of all 2^n paths add up to
 * the whole gradient.
 */

static gsize
count_x (const Fixture *self)
{
  const RnLayout *layout = rn_network_get_layout (self->network);

  return (gsize) self->n * layout->in_h * layout->in_w * layout->in_c;
}

/* Returns: (transfer full): [n,H,W,C] */
static float *
back (Fixture *self, const RnRoute *routes)
{
  float *dx = g_new (float, count_x (self));

  g_assert_true (rn_network_back_to_pictures (self->network, dx, routes, NULL));
  return dx;
}

#define N_SLOPES 24

static void
test_whole_gradient_is_the_slope (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_of_case (data, 2);
  const gsize count = count_x (self);
  g_autofree float *dx = NULL;
  float found[N_SLOPES];
  double slopes[N_SLOPES];
  const double h = 1e-6;

  compute (self, FALSE);
  dx = back (self, NULL);
  for (gsize i = 0; i < N_SLOPES; i++)
    {
      const gsize at = i * (count - 1) / (N_SLOPES - 1);
      const double before = self->ref->x[at];
      double up, down;

      self->ref->x[at] = before + h;
      ref_network_train (self->ref, self->labels);
      up = self->ref->loss;
      self->ref->x[at] = before - h;
      ref_network_train (self->ref, self->labels);
      down = self->ref->loss;
      self->ref->x[at] = before;
      slopes[i] = (up - down) / (2.0 * h);
      found[i] = dx[at];
    }
  assert_near ("dx", found, slopes, N_SLOPES, 1e-4);
}

static void
test_paths_add_up_to_the_whole (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_of_case (data, 2);
  const RnLayout *layout = rn_network_get_layout (self->network);
  const gsize count = count_x (self);
  g_autofree double *sum = g_new0 (double, count);
  g_autofree float *whole = NULL;
  RnRoute routes[8];

  g_assert_cmpint (layout->n_blocks, <=, (int) G_N_ELEMENTS (routes));
  compute (self, FALSE);
  whole = back (self, NULL);
  for (int path = 0; path < 1 << layout->n_blocks; path++)
    {
      g_autofree float *dx = NULL;
      gboolean is_another = TRUE;

      for (int b = 0; b < layout->n_blocks; b++)
        {
          routes[b] = path >> b & 1 ? RN_ROUTE_BRANCH : RN_ROUTE_SHORTCUT;
          /* a plain block has one way: counted once */
          if (layout->blocks[b].shortcut == RN_PATH_NONE && routes[b] == RN_ROUTE_SHORTCUT)
            is_another = FALSE;
        }
      if (!is_another)
        continue;
      dx = back (self, routes);
      for (gsize i = 0; i < count; i++)
        sum[i] += dx[i];
    }
  assert_near ("sum of all paths", whole, sum, count, 1e-5);
}

static void
test_same_bits_with_any_number_of_threads (gconstpointer data)
{
  float *dx[2];
  gsize count = 0;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (Fixture) self = fixture_of_case (data, i == 0 ? 1 : 3);
      RnRoute routes[8] = { RN_ROUTE_BRANCH, RN_ROUTE_SHORTCUT };

      count = count_x (self);
      compute (self, FALSE);
      dx[i] = back (self, routes);
    }
  assert_same_bits ("dx", dx[0], dx[1], count);
  for (int i = 0; i < 2; i++)
    g_free (dx[i]);
}

static void
test_the_way_back_can_be_cancelled (void)
{
  g_autoptr (Fixture) self = fixture_of_case (&cases[0], 2);
  g_autofree float *dx = g_new (float, count_x (self));
  const int cancel = 1;

  compute (self, FALSE);
  g_assert_false (rn_network_back_to_pictures (self->network, dx, NULL, &cancel));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_every_case ("whole gradient is the slope", test_whole_gradient_is_the_slope);
  add_for_every_case ("paths add up to the whole", test_paths_add_up_to_the_whole);
  add_for_every_case ("same bits with any number of threads",
                      test_same_bits_with_any_number_of_threads);
  g_test_add_func ("/network/the way back can be cancelled", test_the_way_back_can_be_cancelled);
  return g_test_run ();
}
