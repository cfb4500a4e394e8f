#include "network/plan.h"

#include "base/machine.h"
#include "cases.h"
#include "network/evaluator-private.h"
#include "network/network.h"
#include "residua/cost.h"
#include "residua/evaluator.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_DISTORTED TRUE
#else
#define MEMORY_IS_DISTORTED FALSE
#endif

/* Floats [at, at + count), and who lies there */
typedef struct
{
  gsize at;
  gsize count;
  const char *who;
} Range;

static void
add_range (GArray *ranges, gsize at, gsize count, const char *who)
{
  const Range range = { at, count, who };

  g_assert_cmpuint (at % 16, ==, 0);
  g_array_append_val (ranges, range);
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const gsize x = ((const Range *) a)->at, y = ((const Range *) b)->at;

  return x < y ? -1 : x > y;
}

static void
assert_apart (GArray *ranges, gsize end)
{
  g_array_sort (ranges, compare_ranges);
  for (guint i = 0; i < ranges->len; i++)
    {
      const Range *range = &g_array_index (ranges, Range, i);
      const gsize limit = i + 1 < ranges->len ? range[1].at : end;

      if (range->at + range->count > limit)
        g_error ("%s reaches into %s", range->who, i + 1 < ranges->len ? range[1].who : "nowhere");
    }
}

static gsize
out_of (const RnLayoutConv *conv, int batch)
{
  return (gsize) batch * conv->out_h * conv->out_w * conv->out_c;
}

/* The largest that a gradient buffer holds (what blocks see and give), and a branch buffer (what convolutions give) */
static void
needs_of_way_back (const RnLayout *layout, int batch, gsize *gradient, gsize *branch)
{
  *gradient = (gsize) batch * layout->stem_h * layout->stem_w * layout->convs[0].out_c;
  *branch = layout->pool ? out_of (&layout->convs[0], batch) : 0;
  for (int b = 0; b < layout->n_blocks; b++)
    {
      const RnLayoutBlock *block = &layout->blocks[b];
      const gsize in = (gsize) batch * block->in_h * block->in_w * block->in_c;

      *gradient =
          MAX (*gradient, MAX (in, (gsize) batch * block->out_h * block->out_w * block->out_c));
      for (int i = 0; i < block->n_convs; i++)
        *branch = MAX (*branch, out_of (&layout->convs[block->first_conv + i], batch));
    }
}

/* A projection has no ReLU; what precedes a 3x3 convolution inside a branch is made of z. */
static void
assert_needs_no_y (const RnLayout *layout, int index)
{
  const RnLayoutBlock *block = &layout->blocks[layout->convs[index].block];

  if (index == block->downsample)
    return;
  g_assert_cmpint (index, <, block->first_conv + block->n_convs - 1);
  g_assert_cmpint (layout->convs[index + 1].kernel, ==, 3);
}

/* Everything that training places lives until the step ends. */
static void
assert_training_plan (const RnLayout *layout, int batch)
{
  g_autoptr (RnTrainingPlan) plan = rn_training_plan_new (layout, batch);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  const gsize stem_out = (gsize) batch * layout->stem_h * layout->stem_w * layout->convs[0].out_c;
  gsize gradient, branch;

  needs_of_way_back (layout, batch, &gradient, &branch);
  for (int i = 0; i < layout->n_convs; i++)
    {
      add_range (ranges, plan->z[i], out_of (&layout->convs[i], batch), layout->convs[i].conv_name);
      if (plan->y[i] != RN_PLAN_NOWHERE)
        add_range (ranges, plan->y[i], out_of (&layout->convs[i], batch),
                   layout->convs[i].norm_name);
      else
        assert_needs_no_y (layout, i);
    }
  if (layout->pool)
    {
      add_range (ranges, plan->stem_out, stem_out, "max-pool");
      add_range (ranges, plan->pool_arg, (stem_out + 3) / 4, "max-pool's winners");
    }
  else
    g_assert_cmpuint (plan->stem_out, ==, plan->y[0]);
  for (int i = 0; i < 2; i++)
    {
      add_range (ranges, plan->gradient[i], gradient, "gradient");
      add_range (ranges, plan->branch[i], branch, "branch");
    }
  add_range (ranges, plan->pooled, (gsize) batch * layout->out_c, "pooled");
  add_range (ranges, plan->dpooled, (gsize) batch * layout->out_c, "dpooled");
  add_range (ranges, plan->logits, (gsize) batch * layout->classes, "logits");
  add_range (ranges, plan->dlogits, (gsize) batch * layout->classes, "dlogits");
  assert_apart (ranges, plan->n_floats);
}

static void
assert_running_plan (const RnLayout *layout, int batch)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  gsize turn = 0, shortcut = 0;
  RnRunningPlan plan;

  rn_running_plan_init (&plan, layout, batch);
  for (int i = 0; i < layout->n_convs; i++)
    turn = MAX (turn, out_of (&layout->convs[i], batch));
  for (int b = 0; b < layout->n_blocks; b++)
    if (layout->blocks[b].shortcut != RN_PATH_NONE &&
        layout->blocks[b].shortcut != RN_PATH_IDENTITY)
      shortcut =
          MAX (shortcut,
               out_of (&layout->convs[layout->blocks[b].first_conv + layout->blocks[b].n_convs - 1],
                       batch));
  for (int i = 0; i < 3; i++)
    add_range (ranges, plan.turn[i], turn, "turn");
  if (shortcut > 0)
    add_range (ranges, plan.shortcut, shortcut, "shortcut");
  add_range (ranges, plan.pooled, (gsize) batch * layout->out_c, "pooled");
  assert_apart (ranges, plan.n_floats);
}

static void
test_nothing_overlaps (void)
{
  for (int i = 0; i < n_cases + 100; i++)
    {
      g_autoptr (RnSpec) spec = i < n_cases ? case_spec (&cases[i]) : random_spec (i);
      g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);

      for (int batch = 1; batch <= 7; batch += 3)
        {
          assert_training_plan (layout, batch);
          assert_running_plan (layout, batch);
        }
    }
}

static void
assert_within_a_tenth (double a, double b)
{
  g_assert_cmpfloat (a, >=, 0.9 * b);
  g_assert_cmpfloat (a, <=, 1.1 * b);
}

/* The plan counts two batches of the loader, which the network does not own. */
static void
test_the_plan_is_what_a_network_allocates (void)
{
  static const struct
  {
    const char *preset;
    int batch, threads;
  } nets[] = {
    { "resnet20", 16, 2 }, { "resnet20-b", 3, 1 }, { "plain20", 8, 3 }, { "resnet18", 1, 2 }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (nets); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RnSpec) spec = rn_spec_preset (nets[i].preset, &error);
      g_autoptr (RnNetwork) network = NULL;
      RnTeam *team = rn_team_new (nets[i].threads);
      const RnLayout *layout;
      RnPlanSize size;
      gsize input;

      g_assert_no_error (error);
      network = rn_network_new (spec, nets[i].batch, team, 1, &error);
      g_assert_no_error (error);
      layout = rn_network_get_layout (network);
      input =
          2 * sizeof (float) * (gsize) nets[i].batch * layout->in_h * layout->in_w * layout->in_c;
      rn_plan_training (layout, nets[i].batch, nets[i].threads, &size);
      assert_within_a_tenth ((double) size.total_bytes,
                             (double) (rn_network_get_memory (network) + input));
      g_assert_cmpuint (size.total_bytes, ==,
                        (size.activations + size.parameters + size.workspace) * sizeof (float));
      g_clear_pointer (&network, rn_network_free);
      rn_team_free (team);
    }
}

/* What blocks keep, and the four buffers of the way back, is all that there is. */
static void
test_blocks_add_up_to_the_whole (void)
{
  for (int i = 0; i < n_cases; i++)
    {
      const int batch = cases[i].batch;
      g_autoptr (RnSpec) spec = case_spec (&cases[i]);
      g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
      g_autoptr (RnTrainingPlan) plan = rn_training_plan_new (layout, batch);
      const gsize way_back = plan->pooled - plan->gradient[0];
      gsize sum = 0;

      for (int b = -1; b <= layout->n_blocks; b++)
        {
          gsize train, run;

          rn_plan_block (layout, b, batch, &train, &run);
          g_assert_cmpuint (train, >, 0);
          g_assert_cmpuint (run, >, 0);
          sum += train;
        }
      /* places are rounded up to 16 floats each */
      g_assert_cmpuint (sum, <=, (plan->n_floats - way_back) * sizeof (float));
      g_assert_cmpuint (sum + (gsize) (2 * layout->n_convs + 8) * 64, >=,
                        (plan->n_floats - way_back) * sizeof (float));
    }
}

/* Measured, each in a process of its own: its peak must not know of other tests. */

#define BATCH 128
#define THREADS 2

static void
train_in_this_process (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  RnTeam *team = rn_team_new (THREADS);
  const gsize before = rn_memory_resident ();
  /* the loader's two batches */
  g_autofree float *x = random_pictures (1, BATCH, 32, 32, 3),
                   *next = random_pictures (2, BATCH, 32, 32, 3);
  g_autofree int *labels = random_labels (1, BATCH, 10);
  g_autoptr (RnNetwork) network = rn_network_new (spec, BATCH, team, 1, NULL);
  RnPlanSize size;
  double loss, peak;
  int wrong;

  for (int step = 0; step < 2; step++)
    {
      g_assert_true (rn_network_compute (network, step == 0 ? x : next, labels, BATCH, TRUE, NULL,
                                         &loss, &wrong));
      rn_network_commit (network, 0.1, 0.9, 1e-4, FALSE);
    }
  peak = (double) (rn_memory_peak () - before);
  rn_plan_training (layout, BATCH, THREADS, &size);
  g_test_message ("planned %.1f MB, measured %.1f MB", (double) size.total_bytes * 1e-6,
                  peak * 1e-6);
  assert_within_a_tenth ((double) size.total_bytes, peak);
  g_assert_cmpfloat (peak, <, 300e6);
  g_clear_pointer (&network, rn_network_free);
  rn_team_free (team);
}

static void
run_in_this_process (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  const gsize before = rn_memory_resident ();
  g_autofree float *x = random_pictures (1, 2 * BATCH, 32, 32, 3),
                   *logits = g_new (float, 2 * BATCH * 10);
  g_autoptr (RnModel) model = random_model (spec, 1);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, THREADS, NULL);
  RnPlanSize size;
  double peak;

  g_assert_true (rn_evaluator_run (evaluator, logits, x, 2 * BATCH, 32, 32, NULL, NULL));
  peak = (double) (rn_memory_peak () - before);
  rn_plan_running (layout, 2 * BATCH, THREADS, &size);
  g_test_message ("planned %.1f MB, measured %.1f MB", (double) size.total_bytes * 1e-6,
                  peak * 1e-6);
  assert_within_a_tenth ((double) size.total_bytes, peak);
}

static void
measure (void (*func) (void))
{
  if (MEMORY_IS_DISTORTED)
    {
      g_test_skip ("A sanitizer takes memory of its own");
      return;
    }
  if (g_test_subprocess ())
    {
      func ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
test_training_peaks_where_it_was_planned (void)
{
  measure (train_in_this_process);
}

static void
test_running_peaks_where_it_was_planned (void)
{
  measure (run_in_this_process);
}

/* The largest network that a file may ask for: what it needs is told as more than there is, not wrapped to less. */
static void
test_more_than_there_can_be_is_not_wrapped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec =
      rn_spec_new ("absurd", RN_MAX_SIDE, 3, RN_STEM_3X3, RN_MAX_CHANNELS, 10, &error);
  gsize before = 0;

  g_assert_no_error (error);
  for (int i = 0; i < 2048; i++)
    {
      const RnBlockSpec block = { .kind = RN_BLOCK_BASIC,
                                  .channels = RN_MAX_CHANNELS,
                                  .stride = 1 };

      g_assert_true (rn_spec_add_block (spec, i, block, &error));
      if ((i & (i + 1)) == 0)
        {
          RnCost cost;

          rn_cost_of_network (spec, 65536, 2, &cost);
          g_assert_cmpuint (cost.train_bytes, >=, before);
          g_assert_cmpuint (cost.train_bytes, >, (gsize) 1 << 55);
          g_assert_cmpuint (cost.run_bytes, >, (gsize) 1 << 50);
          before = cost.train_bytes;
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/nothing overlaps", test_nothing_overlaps);
  g_test_add_func ("/plan/the plan is what a network allocates",
                   test_the_plan_is_what_a_network_allocates);
  g_test_add_func ("/plan/blocks add up to the whole", test_blocks_add_up_to_the_whole);
  g_test_add_func ("/plan/more than there can be is not wrapped",
                   test_more_than_there_can_be_is_not_wrapped);
  g_test_add_func ("/plan/training peaks where it was planned",
                   test_training_peaks_where_it_was_planned);
  g_test_add_func ("/plan/running peaks where it was planned",
                   test_running_peaks_where_it_was_planned);
  return g_test_run ();
}
