#include "network/network.h"

#include <math.h>
#include <string.h>

#include "fixture.h"

/* Steps as transactions: what a commit changes, what an abandoned one leaves, and what is measured on the way. */

/* Commit */

#define RATE 0.1
#define MOMENTUM 0.9
#define DECAY 1e-2

/* v = momentum v + g + decay w;  w -= rate v, for one entry, from copies made before the step */
static void
assert_updated (Fixture *self, const RnParameter *p, const float *w0, const float *v0, double decay)
{
  const float *w = rn_network_get_arena (self->network),
              *v = rn_network_get_momentum (self->network);
  const float *g = rn_network_get_gradients (self->network);

  for (gsize i = p->offset; i < p->offset + p->count; i++)
    {
      const double velocity = MOMENTUM * v0[i] + g[i] + decay * w0[i];
      const double size =
          fabs (MOMENTUM * v0[i]) + fabs ((double) g[i]) + fabs (decay * w0[i]) + 1e-30;

      g_assert_cmpfloat_with_epsilon (v[i], velocity, 3e-7 * size);
      g_assert_cmpfloat_with_epsilon (w[i], w0[i] - RATE * velocity,
                                      2e-7 * (fabs ((double) w0[i]) + size));
    }
}

static void
step_and_check (Fixture *self, gboolean spare_norms)
{
  g_autofree float *w0 = NULL, *v0 = NULL;

  compute (self, FALSE);
  w0 = copy_floats (rn_network_get_arena (self->network), self->parameters->n_floats);
  v0 = copy_floats (rn_network_get_momentum (self->network), self->parameters->n_learned);
  rn_network_commit (self->network, RATE, MOMENTUM, DECAY, spare_norms);
  for (int i = 0; i < self->parameters->n; i++)
    {
      const RnParameter *p = &self->parameters->items[i];
      const gboolean is_weight =
          p->kind == RN_PARAMETER_FILTER || p->kind == RN_PARAMETER_FC_WEIGHT;

      if (is_learned (p))
        assert_updated (self, p, w0, v0, is_weight || !spare_norms ? DECAY : 0.0);
    }
}

static void
test_commit (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Fixture) all = fixture_of_case (c, 2), spared = fixture_of_case (c, 2);

  for (int step = 0; step < 3; step++)
    {
      step_and_check (all, FALSE);
      step_and_check (spared, TRUE);
    }
  g_assert_true (memcmp (rn_network_get_arena (all->network),
                         rn_network_get_arena (spared->network),
                         all->parameters->n_learned * sizeof (float)) != 0);
}

/* running = 0.9 running + 0.1 of the batch's, the variance over count - 1 */
static void
test_running_statistics (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_of_case (data, 2);
  g_autofree float *before =
      copy_floats (rn_network_get_arena (self->network), self->parameters->n_floats);
  const RnLayout *layout = rn_network_get_layout (self->network);

  compute (self, FALSE);
  rn_network_commit (self->network, RATE, MOMENTUM, DECAY, FALSE);
  for (int i = 0; i < layout->n_convs; i++)
    {
      const gsize mean = rn_parameters_get (self->parameters, i, RN_PARAMETER_MEAN)->offset;
      const gsize var = rn_parameters_get (self->parameters, i, RN_PARAMETER_VARIANCE)->offset;
      const double count = (double) self->n * layout->convs[i].out_h * layout->convs[i].out_w;
      const float *after = rn_network_get_arena (self->network);

      for (int c = 0; c < layout->convs[i].out_c; c++)
        {
          const double batch_mean = self->ref->convs[i].mean[c];
          const double batch_var = self->ref->convs[i].var[c] * count / (count - 1.0);

          g_assert_cmpfloat_with_epsilon (after[mean + c],
                                          0.9 * before[mean + c] + 0.1 * batch_mean, 1e-5);
          g_assert_cmpfloat_with_epsilon (after[var + c], 0.9 * before[var + c] + 0.1 * batch_var,
                                          1e-5 * MAX (1.0, batch_var));
        }
    }
}

/* A batch of one picture whose last maps are of one pixel has no variance, and so none that could be taken for new. */
static void
test_one_pixel_leaves_the_running_variance (void)
{
  const RnBlockSpec block = {
    .kind = RN_BLOCK_BASIC, .channels = 6, .stride = 2, .shortcut = RN_SHORTCUT_B
  };
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 2, 1, RN_STEM_3X3, 4, 3, NULL);
  RnTeam *team = rn_team_new (2);
  const float x[4] = { 1.0f, -0.5f, 0.25f, 2.0f };
  const int label = 1;
  g_autoptr (RnNetwork) network = NULL;
  const RnLayout *layout;
  double loss;
  int wrong;

  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  network = rn_network_new (spec, 1, team, 3, NULL);
  layout = rn_network_get_layout (network);
  for (int step = 0; step < 3; step++)
    {
      g_assert_true (rn_network_compute (network, x, &label, 1, FALSE, NULL, &loss, &wrong));
      g_assert_true (rn_network_is_finite (network));
      rn_network_commit (network, RATE, MOMENTUM, DECAY, FALSE);
    }
  for (gsize i = 0; i < rn_network_get_parameters (network)->n_floats; i++)
    g_assert_true (isfinite (rn_network_get_arena (network)[i]));
  for (int i = 0; i < layout->n_convs; i++)
    {
      const float *var =
          rn_network_get_arena (network) +
          rn_parameters_get (rn_network_get_parameters (network), i, RN_PARAMETER_VARIANCE)->offset;

      /* it starts at 1; the stem's maps are of 2x2 pixels */
      for (int c = 0; c < layout->convs[i].out_c; c++)
        g_assert_true (i == 0 ? var[c] != 1.0f : var[c] == 1.0f);
    }
  g_clear_pointer (&network, rn_network_free);
  rn_team_free (team);
}

static void
test_compute_changes_nothing_that_lasts (void)
{
  g_autoptr (Fixture) self = fixture_of_case (case_find ("large stem"), 2);
  const gsize n_floats = self->parameters->n_floats, n_learned = self->parameters->n_learned;
  g_autofree float *arena = NULL, *momentum = NULL;

  compute (self, FALSE);
  rn_network_commit (self->network, RATE, MOMENTUM, DECAY, FALSE);
  arena = copy_floats (rn_network_get_arena (self->network), n_floats);
  momentum = copy_floats (rn_network_get_momentum (self->network), n_learned);
  compute (self, FALSE);
  compute (self, TRUE);
  assert_same_bits ("arena", rn_network_get_arena (self->network), arena, n_floats);
  assert_same_bits ("momentum", rn_network_get_momentum (self->network), momentum, n_learned);
}

static void
assert_same_state (Fixture *a, Fixture *b)
{
  assert_same_bits ("arena", rn_network_get_arena (a->network), rn_network_get_arena (b->network),
                    a->parameters->n_floats);
  assert_same_bits ("momentum", rn_network_get_momentum (a->network),
                    rn_network_get_momentum (b->network), a->parameters->n_learned);
}

static void
assert_same_step (Fixture *a, Fixture *b)
{
  const gsize n_logits = (gsize) a->n * rn_spec_get_classes (a->spec);
  const double loss_a = compute (a, FALSE), loss_b = compute (b, FALSE);

  g_assert_cmpmem (&loss_a, sizeof loss_a, &loss_b, sizeof loss_b);
  assert_same_bits ("logits", rn_network_get_logits (a->network),
                    rn_network_get_logits (b->network), n_logits);
  assert_same_bits ("gradients", rn_network_get_gradients (a->network),
                    rn_network_get_gradients (b->network), a->parameters->n_learned);
  rn_network_commit (a->network, RATE, MOMENTUM, DECAY, FALSE);
  rn_network_commit (b->network, RATE, MOMENTUM, DECAY, FALSE);
  assert_same_state (a, b);
}

static void
test_measuring_changes_no_bit (void)
{
  g_autoptr (Fixture) a = fixture_of_case (case_find ("large stem"), 2);
  g_autoptr (Fixture) b = fixture_of_case (case_find ("large stem"), 2);

  for (int step = 0; step < 2; step++)
    {
      compute (a, TRUE);
      rn_network_commit (a->network, RATE, MOMENTUM, DECAY, FALSE);
      compute (b, FALSE);
      rn_network_commit (b->network, RATE, MOMENTUM, DECAY, FALSE);
      assert_same_state (a, b);
    }
}

/* Abandoning */

static void
test_a_cancelled_step_leaves_no_trace (void)
{
  g_autoptr (Fixture) disturbed = fixture_of_case (case_find ("large stem"), 2);
  g_autoptr (Fixture) quiet = fixture_of_case (case_find ("large stem"), 2);
  const int cancel = 1;
  double loss = -1.0;
  int wrong = -1;

  assert_same_step (disturbed, quiet);
  g_assert_false (rn_network_compute (disturbed->network, disturbed->x, disturbed->labels,
                                      disturbed->n, TRUE, &cancel, &loss, &wrong));
  g_assert_cmpfloat (loss, ==, -1.0);
  g_assert_cmpint (wrong, ==, -1);
  assert_same_state (disturbed, quiet);
  assert_same_step (disturbed, quiet);
}

typedef struct
{
  int cancel;
  int quit;
  gulong delay_us;
} Disturber;

static gpointer
disturb (gpointer data)
{
  Disturber *self = data;

  g_usleep (self->delay_us);
  g_atomic_int_set (&self->cancel, 1);
  return NULL;
}

/* A network whose step takes some milliseconds, cancelled at many moments of it */
static void
test_cancelling_during_a_step_leaves_no_trace (void)
{
  const Case c = {
    "wide",
    32,
    3,
    RN_STEM_3X3,
    16,
    10,
    8,
    8,
    2,
    { { .kind = RN_BLOCK_BASIC, .channels = 16, .stride = 1 },
      { .kind = RN_BLOCK_BASIC, .channels = 32, .stride = 2, .shortcut = RN_SHORTCUT_B } }
  };
  RnSpec *spec = case_spec (&c);
  g_autofree float *x = random_pictures (1, c.n, c.side, c.side, c.channels);
  g_autofree int *labels = random_labels (1, c.n, c.classes);
  RnTeam *teams[2] = { rn_team_new (2), rn_team_new (2) };
  RnNetwork *networks[2];
  const gsize learned =
      rn_network_get_parameters (networks[0] = rn_network_new (spec, c.n, teams[0], 9, NULL))
          ->n_learned;
  double loss;
  int wrong, n_cancelled = 0;
  gint64 took;

  networks[1] = rn_network_new (spec, c.n, teams[1], 9, NULL);
  took = g_get_monotonic_time ();
  rn_network_compute (networks[1], x, labels, c.n, FALSE, NULL, &loss, &wrong);
  took = g_get_monotonic_time () - took;
  for (int i = 0; i < 24; i++)
    {
      Disturber disturber = { .delay_us = (gulong) (took * i / 20) };
      GThread *thread = g_thread_new ("disturber", disturb, &disturber);

      n_cancelled += !rn_network_compute (networks[0], x, labels, c.n, FALSE, &disturber.cancel,
                                          &loss, &wrong);
      g_thread_join (thread);
    }
  g_assert_cmpint (n_cancelled, >, 0);
  g_assert_true (rn_network_compute (networks[0], x, labels, c.n, FALSE, NULL, &loss, &wrong));
  assert_same_bits ("gradients", rn_network_get_gradients (networks[0]),
                    rn_network_get_gradients (networks[1]), learned);
  assert_same_bits ("arena", rn_network_get_arena (networks[0]), rn_network_get_arena (networks[1]),
                    learned);
  for (int i = 0; i < 2; i++)
    {
      rn_network_free (networks[i]);
      rn_team_free (teams[i]);
    }
  rn_spec_free (spec);
}

static void
test_threads_change_no_bit (gconstpointer data)
{
  static const int threads[] = { 2, 3, 5 };

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (Fixture) alone = fixture_of_case (data, 1),
                          many = fixture_of_case (data, threads[i]);

      for (int step = 0; step < 3; step++)
        assert_same_step (alone, many);
    }
}

/* A larger one, of which every kernel has many pieces */
static void
test_threads_change_no_bit_of_a_larger_network (void)
{
  static const Case c = {
    "larger",
    57,
    3,
    RN_STEM_7X7_POOL,
    24,
    10,
    6,
    6,
    3,
    { { .kind = RN_BLOCK_BOTTLENECK, .channels = 64, .stride = 1, .shortcut = RN_SHORTCUT_B },
      { .kind = RN_BLOCK_BOTTLENECK, .channels = 96, .stride = 2, .shortcut = RN_SHORTCUT_A_SPLIT },
      { .kind = RN_BLOCK_BASIC, .channels = 96, .stride = 2, .shortcut = RN_SHORTCUT_C } }
  };
  static const int threads[] = { 1, 2, 3, 5 };
  g_autofree float *x = random_pictures (2, c.n, c.side, c.side, c.channels);
  g_autofree int *labels = random_labels (2, c.n, c.classes);
  g_autoptr (RnSpec) spec = case_spec (&c);
  g_autofree float *arena = NULL, *momentum = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      RnTeam *team = rn_team_new (threads[i]);
      RnNetwork *network = rn_network_new (spec, c.batch, team, 4, NULL);
      const gsize n_floats = rn_network_get_parameters (network)->n_floats;
      const gsize n_learned = rn_network_get_parameters (network)->n_learned;
      double loss;
      int wrong;

      for (int step = 0; step < 3; step++)
        {
          g_assert_true (
              rn_network_compute (network, x, labels, c.n - step, step == 1, NULL, &loss, &wrong));
          rn_network_commit (network, RATE, MOMENTUM, DECAY, FALSE);
        }
      if (i == 0)
        {
          arena = copy_floats (rn_network_get_arena (network), n_floats);
          momentum = copy_floats (rn_network_get_momentum (network), n_learned);
        }
      assert_same_bits ("arena", rn_network_get_arena (network), arena, n_floats);
      assert_same_bits ("momentum", rn_network_get_momentum (network), momentum, n_learned);
      rn_network_free (network);
      rn_team_free (team);
    }
}

/* The batch that a network was made for is only the most: every smaller one must find enough room, too. */
static void
test_every_short_batch_computes_as_a_network_of_its_own_size (void)
{
  const Case *c = case_find ("bottlenecks");

  for (int batch = 1; batch <= 12; batch++)
    for (int n = 1; n <= batch; n += 3)
      {
        g_autoptr (Fixture) large = fixture_new (case_spec (c), batch, n, 2, 5);
        g_autoptr (Fixture) own = fixture_new (case_spec (c), n, n, 2, 5);

        assert_same_step (large, own);
      }
}

/* Measures */

static double
deviation (const double *x, gsize count)
{
  double mean = 0.0, squares = 0.0;

  for (gsize i = 0; i < count; i++)
    mean += x[i] / (double) count;
  for (gsize i = 0; i < count; i++)
    squares += (x[i] - mean) * (x[i] - mean);
  return sqrt (squares / (double) count);
}

static gsize
count_out (const RefNetwork *ref, int conv)
{
  const RnLayoutConv *c = &ref->layout->convs[conv];

  return (gsize) ref->n * c->out_h * c->out_w * c->out_c;
}

/* Mean over the block's ReLUs of the share of channels that are zero everywhere */
static double
dead_share (const RefNetwork *ref, const RnLayoutBlock *block)
{
  double share = 0.0;

  for (int i = block->first_conv; i < block->first_conv + block->n_convs; i++)
    {
      const gsize channels = (gsize) ref->layout->convs[i].out_c, count = count_out (ref, i);
      int n_dead = 0;

      for (gsize c = 0; c < channels; c++)
        {
          gboolean is_dead = TRUE;

          for (gsize j = c; j < count; j += channels)
            is_dead = is_dead && ref->convs[i].y[j] == 0.0;
          n_dead += is_dead;
        }
      share += (double) n_dead / (double) channels / block->n_convs;
    }
  return share;
}

/* RMS of the gradients of all filters of the block, the projection's too */
static double
gradient_rms (const RefNetwork *ref, int b)
{
  double squares = 0.0, count = 0.0;

  for (int i = 0; i < ref->layout->n_convs; i++)
    if (ref->layout->convs[i].block == b)
      {
        const RnParameter *p = rn_parameters_get (ref->parameters, i, RN_PARAMETER_FILTER);

        squares += pow (ref_rms (ref->gradients + p->offset, p->count), 2.0) * (double) p->count;
        count += (double) p->count;
      }
  return sqrt (squares / count);
}

static void
assert_close (double a, double b)
{
  g_assert_cmpfloat_with_epsilon (a, b, 1e-4 * fabs (b) + 1e-9);
}

static void
assert_measures (Fixture *self)
{
  const RnLayout *layout = self->ref->layout;
  g_autofree RnBlockMeasure *measures = g_new0 (RnBlockMeasure, MAX (layout->n_blocks, 1));

  compute (self, TRUE);
  rn_network_get_measures (self->network, measures);
  for (int b = 0; b < layout->n_blocks; b++)
    {
      const RnLayoutBlock *block = &layout->blocks[b];
      const gsize count = (gsize) self->n * block->out_h * block->out_w * block->out_c;
      const RefBlock *ref = &self->ref->blocks[b];

      g_assert_cmpint (measures[b].block, ==, rn_spec_get_block (self->spec, b)->id);
      assert_close (measures[b].rms_f, ref_rms (ref->f, count));
      assert_close (measures[b].gradient, gradient_rms (self->ref, b));
      assert_close (measures[b].dead, dead_share (self->ref, block));
      assert_close (measures[b].response, deviation (self->ref->convs[block->first_conv + 1].norm,
                                                     count_out (self->ref, block->first_conv + 1)));
      g_assert_true (isnan (measures[b].rms_s) == (ref->s == NULL));
      g_assert_true (isnan (measures[b].ratio) == (ref->s == NULL));
      if (ref->s == NULL)
        continue;
      assert_close (measures[b].rms_s, ref_rms (ref->s, count));
      assert_close (measures[b].ratio, ref_rms (ref->f, count) / ref_rms (ref->s, count));
    }
}

static void
test_measures (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_of_case (data, 2);

  assert_measures (self);
}

static void
test_responses (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_of_case (data, 2);
  const RnLayout *layout = self->ref->layout;
  g_autofree RnLayerResponse *responses = g_new0 (RnLayerResponse, layout->n_convs);

  compute (self, TRUE);
  rn_network_get_responses (self->network, responses);
  for (int i = 0; i < layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &layout->convs[i];

      g_assert_cmpstr (responses[i].name, ==, conv->norm_name);
      g_assert_cmpint (responses[i].kernel, ==, conv->kernel);
      g_assert_cmpuint (responses[i].block, ==,
                        conv->block < 0 ? 0 : rn_spec_get_block (self->spec, conv->block)->id);
      assert_close (responses[i].std,
                    deviation (self->ref->convs[i].norm, count_out (self->ref, i)));
    }
}

/* Channels whose gamma is 0 and whose beta is negative are dead behind their ReLU. */
static void
test_dead_channels_are_counted (void)
{
  g_autoptr (Fixture) self = fixture_of_case (case_find ("plain among others"), 2);
  float *arena = rn_network_get_arena (self->network);
  RnBlockMeasure measures[5];

  for (int conv = 1; conv < 8; conv++)
    {
      arena[rn_parameters_get (self->parameters, conv, RN_PARAMETER_GAMMA)->offset + 1] = 0.0f;
      arena[rn_parameters_get (self->parameters, conv, RN_PARAMETER_BETA)->offset + 1] = -100.0f;
    }
  ref_network_set_arena (self->ref, arena);
  ref_network_train (self->ref, self->labels);
  ref_network_backward (self->ref, self->labels);
  compute (self, TRUE);
  rn_network_get_measures (self->network, measures);
  for (int b = 0; b < 5; b++)
    assert_close (measures[b].dead, dead_share (self->ref, &self->ref->layout->blocks[b]));
  g_assert_cmpfloat (measures[0].dead, >, 0.0f);
}

static void
test_a_branch_that_ends_in_zero_measures_zero (void)
{
  g_autoptr (Fixture) self = fixture_of_case (case_find ("B"), 2);
  const RnLayoutBlock *block = &rn_network_get_layout (self->network)->blocks[1];
  const int last = block->first_conv + block->n_convs - 1;
  float *arena = rn_network_get_arena (self->network);
  RnBlockMeasure measures[3];

  for (int c = 0; c < block->out_c; c++)
    {
      arena[rn_parameters_get (self->parameters, last, RN_PARAMETER_GAMMA)->offset + c] = 0.0f;
      arena[rn_parameters_get (self->parameters, last, RN_PARAMETER_BETA)->offset + c] = 0.0f;
    }
  compute (self, TRUE);
  rn_network_get_measures (self->network, measures);
  g_assert_cmpfloat (measures[1].rms_f, ==, 0.0f);
  g_assert_cmpfloat (measures[1].ratio, ==, 0.0f);
  g_assert_cmpfloat (measures[1].rms_s, >, 0.0f);
  g_assert_cmpfloat (measures[0].rms_f, >, 0.0f);
}

static void
test_zero_gamma_starts_every_branch_at_zero (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 8, 3, RN_STEM_3X3, 8, 3, NULL);
  const RnBlockSpec blocks[] = {
    { .kind = RN_BLOCK_BASIC, .channels = 8, .stride = 1, .zero_gamma = TRUE },
    { .kind = RN_BLOCK_BOTTLENECK,
      .channels = 16,
      .stride = 2,
      .shortcut = RN_SHORTCUT_B,
      .zero_gamma = TRUE }
  };
  RnTeam *team = rn_team_new (1);
  g_autofree float *x = random_pictures (1, 2, 8, 8, 3);
  const int labels[2] = { 0, 2 };
  RnBlockMeasure measures[2];
  RnNetwork *network;
  double loss;
  int wrong;

  for (int i = 0; i < 2; i++)
    g_assert_true (rn_spec_add_block (spec, i, blocks[i], NULL));
  network = rn_network_new (spec, 2, team, 1, NULL);
  g_assert_true (rn_network_compute (network, x, labels, 2, TRUE, NULL, &loss, &wrong));
  rn_network_get_measures (network, measures);
  for (int i = 0; i < 2; i++)
    g_assert_cmpfloat (measures[i].rms_f, ==, 0.0f);
  rn_network_free (network);
  rn_team_free (team);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_every_case ("commit follows the formula", test_commit);
  add_for_every_case ("running statistics follow the formula", test_running_statistics);
  g_test_add_func ("/network/one pixel leaves the running variance",
                   test_one_pixel_leaves_the_running_variance);
  g_test_add_func ("/network/compute changes nothing that lasts",
                   test_compute_changes_nothing_that_lasts);
  g_test_add_func ("/network/measuring changes no bit", test_measuring_changes_no_bit);
  g_test_add_func ("/network/a cancelled step leaves no trace",
                   test_a_cancelled_step_leaves_no_trace);
  g_test_add_func ("/network/cancelling during a step leaves no trace",
                   test_cancelling_during_a_step_leaves_no_trace);
  add_for_every_case ("threads change no bit", test_threads_change_no_bit);
  g_test_add_func ("/network/threads change no bit of a larger network",
                   test_threads_change_no_bit_of_a_larger_network);
  g_test_add_func ("/network/every short batch computes as a network of its own size",
                   test_every_short_batch_computes_as_a_network_of_its_own_size);
  add_for_every_case ("measures are the reference's", test_measures);
  add_for_every_case ("responses are the reference's", test_responses);
  g_test_add_func ("/network/dead channels are counted", test_dead_channels_are_counted);
  g_test_add_func ("/network/a branch that ends in zero measures zero",
                   test_a_branch_that_ends_in_zero_measures_zero);
  g_test_add_func ("/network/zero gamma starts every branch at zero",
                   test_zero_gamma_starts_every_branch_at_zero);
  return g_test_run ();
}
