#include <math.h>

#include "random-spec.h"
#include "network/parameters.h"
#include "network/plan.h"
#include "residua/cost.h"

static RnCost
cost_of_preset (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RnSpec) spec = rn_spec_preset (name, &error);
  RnCost cost;

  g_assert_no_error (error);
  rn_cost_of_network (spec, 1, 1, &cost);
  return cost;
}

static void
assert_figures (const char *name, gint64 parameters, double macs, double digit)
{
  const RnCost cost = cost_of_preset (name);

  if (cost.parameters != parameters || fabs ((double) cost.macs - macs) > digit / 2)
    g_error ("%s: %" G_GINT64_FORMAT " parameters, %" G_GINT64_FORMAT
             " multiply-adds, not %" G_GINT64_FORMAT " and %.6g",
             name, cost.parameters, cost.macs, parameters, macs);
}

/* paper-facts.md: the ImageNet table, to the digits that it prints. */
static void
test_imagenet_figures (void)
{
  assert_figures ("resnet18", 11689512, 1.814e9, 1e6);
  assert_figures ("resnet18-a", 11515688, 1.795e9, 1e6);
  assert_figures ("resnet34", 21797672, 3.664e9, 1e6);
  assert_figures ("resnet34-a", 21623848, 3.644e9, 1e6);
  assert_figures ("resnet50-paper", 25557032, 3.858e9, 1e6);
  assert_figures ("resnet50", 25557032, 4.089e9, 1e6);
  assert_figures ("resnet101-paper", 44549160, 7.570e9, 1e6);
  assert_figures ("resnet152-paper", 60192808, 11.282e9, 1e6);
  g_assert_cmpint (cost_of_preset ("resnet34-c").parameters, ==, 22716840);
  g_assert_cmpint (cost_of_preset ("resnet101").parameters, ==, 44549160);
  g_assert_cmpint (cost_of_preset ("resnet152").parameters, ==, 60192808);
}

/* Table 1's own row of FLOPs, where 3.858 is printed as 3.8 and 3.664 as 3.6 */
static void
test_the_papers_flops (void)
{
  static const struct
  {
    const char *name;
    double billions;
  } rows[] = { { "resnet18", 1.8 },
               { "resnet34", 3.6 },
               { "resnet50-paper", 3.8 },
               { "resnet101-paper", 7.6 },
               { "resnet152-paper", 11.3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const double billions = (double) cost_of_preset (rows[i].name).macs / 1e9;

      g_assert_cmpfloat (fabs (billions - rows[i].billions), <, 0.1);
    }
}

/* paper-facts.md: the CIFAR table. */
static void
test_cifar_figures (void)
{
  assert_figures ("resnet20", 269722, 40.55e6, 1e4);
  assert_figures ("resnet32", 464154, 68.86e6, 1e4);
  assert_figures ("resnet44", 658586, 97.17e6, 1e4);
  assert_figures ("resnet56", 853018, 125.49e6, 1e4);
  assert_figures ("resnet110", 1727962, 252.89e6, 1e4);
  assert_figures ("resnet1202", 19421274, 2829.24e6, 1e4);
  g_assert_cmpint (cost_of_preset ("resnet20-b").parameters, ==, 272474);
  g_assert_cmpint (cost_of_preset ("resnet20-c").parameters, ==, 283962);
}

/* ResNet-110 trains in under a gigabyte at batch 128; running it takes the handful of buffers that a shallow one takes, and
 * its parameters.
 */
static void
test_depth_costs_memory_in_training_alone (void)
{
  RnCost costs[2];

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (RnSpec) spec = rn_spec_preset (i == 0 ? "resnet8" : "resnet110", NULL);

      rn_cost_of_network (spec, 128, 2, &costs[i]);
    }
  g_assert_cmpuint (costs[1].train_bytes, <, 1000000000);
  g_assert_cmpuint (costs[1].train_bytes, >, 5 * costs[0].train_bytes);
  /* the filters, and those that Winograd's algorithm transforms: 36 numbers for 9 */
  g_assert_cmpuint (costs[1].run_bytes, <,
                    costs[0].run_bytes + 5 * sizeof (float) * (gsize) costs[1].parameters);
}

/* Every 3x3 convolution costs the same in all stages, and half of it where it strides: a closed form in n. */
static void
test_cifar_counts_follow_a_closed_form (void)
{
  static const struct
  {
    const char *name;
    int n;
  } rows[] = { { "resnet8", 1 },  { "resnet14", 2 }, { "resnet20", 3 },   { "resnet32", 5 },
               { "resnet44", 7 }, { "resnet56", 9 }, { "resnet110", 18 }, { "resnet1202", 200 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const RnCost cost = cost_of_preset (rows[i].name);
      const gint64 n = rows[i].n, conv = 32 * 32 * 9 * 16 * 16;

      g_assert_cmpint (cost.macs, ==, 32 * 32 * 27 * 16 + conv * (6 * n - 1) + 640);
      g_assert_cmpint (cost.parameters, ==,
                       27 * 16 +
                           9 * (16 * 16 * 2 * n + 32 * 32 * (2 * n - 1) + 64 * 64 * (2 * n - 1)) +
                           9 * (16 * 32 + 32 * 64) + 2 * (16 * (2 * n + 1) + (32 + 64) * 2 * n) +
                           650);
    }
}

/* At 224x224 a 1x1 from and to w channels costs u = 56^2 64^2 in every stage, a 3x3 costs 9 u. A bottleneck is 17 u;
 * the first of a stage sees other widths (18 u in stage 1) and strides: 23 u in the first 1x1, 29 u in the 3x3.
 */
static void
test_imagenet_counts_follow_a_closed_form (void)
{
  const gint64 u = 56 * 56 * 64 * 64, stem = 112 * 112 * 147 * 64;
  static const struct
  {
    const char *name;
    int blocks;
    int first;
  } deep[] = { { "resnet50-paper", 16, 23 },  { "resnet50", 16, 29 },
               { "resnet101-paper", 33, 23 }, { "resnet101", 33, 29 },
               { "resnet152-paper", 50, 23 }, { "resnet152", 50, 29 } };

  for (gsize i = 0; i < G_N_ELEMENTS (deep); i++)
    g_assert_cmpint (cost_of_preset (deep[i].name).macs, ==,
                     stem + u * (18 + 3 * deep[i].first + 17 * (deep[i].blocks - 4)) + 2048 * 1000);

  /* basic: two 9 u a block, the three that stride cost 4.5 u, projections u / 2 */
  g_assert_cmpint (cost_of_preset ("resnet18").macs, ==,
                   stem + u * 9 * 16 - 3 * u * 9 / 2 + 3 * u / 2 + 512000);
  g_assert_cmpint (cost_of_preset ("resnet18-a").macs, ==,
                   stem + u * 9 * 16 - 3 * u * 9 / 2 + 512000);
  g_assert_cmpint (cost_of_preset ("resnet34").macs, ==,
                   stem + u * 9 * 32 - 3 * u * 9 / 2 + 3 * u / 2 + 512000);
  g_assert_cmpint (cost_of_preset ("resnet34-a").macs, ==,
                   stem + u * 9 * 32 - 3 * u * 9 / 2 + 512000);
}

static void
test_a_plain_net_costs_what_option_a_does (void)
{
  static const char *const pairs[][2] = {
    { "plain8", "resnet8" },     { "plain14", "resnet14" },     { "plain20", "resnet20" },
    { "plain32", "resnet32" },   { "plain44", "resnet44" },     { "plain56", "resnet56" },
    { "plain110", "resnet110" }, { "plain1202", "resnet1202" }, { "plain18", "resnet18-a" },
    { "plain34", "resnet34-a" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const RnCost plain = cost_of_preset (pairs[i][0]), residual = cost_of_preset (pairs[i][1]);

      g_assert_cmpint (plain.parameters, ==, residual.parameters);
      g_assert_cmpint (plain.macs, ==, residual.macs);
      g_assert_cmpint (plain.receptive_field, ==, residual.receptive_field);
    }
  /* four projections, of 64 to 256, 256 to 512 and so on, with their batch-norm */
  g_assert_cmpint (cost_of_preset ("resnet50").parameters - cost_of_preset ("plain50").parameters,
                   ==,
                   64 * 256 + 256 * 512 + 512 * 1024 + 1024 * 2048 + 2 * (256 + 512 + 1024 + 2048));
}

/* 435, 899 and 483, 1027, 1507 are the figures that others report for these nets. */
static void
test_receptive_fields (void)
{
  g_assert_cmpint (cost_of_preset ("resnet18").receptive_field, ==, 435);
  g_assert_cmpint (cost_of_preset ("resnet34").receptive_field, ==, 899);
  g_assert_cmpint (cost_of_preset ("resnet50-paper").receptive_field, ==, 483);
  g_assert_cmpint (cost_of_preset ("resnet101-paper").receptive_field, ==, 1027);
  g_assert_cmpint (cost_of_preset ("resnet152-paper").receptive_field, ==, 1507);
  g_assert_cmpint (cost_of_preset ("resnet50").receptive_field, ==, 427);
  /* 3x3 everywhere: 1 + 2 (1 + 6) + 2 (1 + 2 x 5) + 4 (1 + 2 x 5) */
  g_assert_cmpint (cost_of_preset ("resnet20").receptive_field, ==,
                   1 + 2 * 7 + (2 + 4 * 5) + (4 + 8 * 5));
}

static void
test_parts_of_a_network (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20-b", NULL);
  RnCost stem, block, head;

  rn_cost_of_stem (spec, 1, &stem);
  g_assert_cmpint (stem.height, ==, 32);
  g_assert_cmpint (stem.channels, ==, 16);
  g_assert_cmpint (stem.parameters, ==, 27 * 16 + 32);
  g_assert_cmpint (stem.macs, ==, 32 * 32 * 27 * 16);
  g_assert_cmpint (stem.receptive_field, ==, 3);

  rn_cost_of_block (spec, 3, 1, &block);
  g_assert_cmpint (block.height, ==, 16);
  g_assert_cmpint (block.width, ==, 16);
  g_assert_cmpint (block.channels, ==, 32);
  g_assert_cmpint (block.parameters, ==, 9 * 16 * 32 + 9 * 32 * 32 + 16 * 32 + 3 * 64);
  g_assert_cmpint (block.macs, ==, 16 * 16 * (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32));
  g_assert_cmpint (block.receptive_field, ==, 3 + 12 + 2 + 4);

  rn_cost_of_head (spec, 1, &head);
  g_assert_cmpint (head.height, ==, 1);
  g_assert_cmpint (head.channels, ==, 10);
  g_assert_cmpint (head.parameters, ==, 650);
  g_assert_cmpint (head.macs, ==, 640);
  g_assert_cmpint (head.receptive_field, ==, 1 + 14 + 22 + 44 + 7 * 4);
}

static void
test_a_pooling_stem_counts_its_pool (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet18", NULL);
  RnCost stem;

  rn_cost_of_stem (spec, 1, &stem);
  g_assert_cmpint (stem.height, ==, 56);
  g_assert_cmpint (stem.macs, ==, 118013952);
  g_assert_cmpint (stem.receptive_field, ==, 11);
}

/* Whatever the network, its parts sum up to it, and its parameters are those of the table that allocates them. */
static void
test_parts_sum_up_in_any_network (void)
{
  RnRandom random;

  rn_random_start (&random, 1, RN_STREAM_TEST, 0, 0);
  for (int run = 0; run < 200; run++)
    {
      g_autoptr (RnSpec) spec = random_spec (&random);
      g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
      g_autoptr (RnParameters) table = rn_parameters_new (layout);
      g_autofree RnCost *blocks = g_new (RnCost, layout->n_blocks);
      RnCost all, part;
      gint64 parameters, macs, learned = 0;

      rn_cost_of_network (spec, 2, 1, &all);
      rn_cost_of_blocks (spec, 2, blocks);
      rn_cost_of_stem (spec, 2, &part);
      parameters = part.parameters;
      macs = part.macs;
      for (int i = 0; i < rn_spec_n_blocks (spec); i++)
        {
          rn_cost_of_block (spec, i, 2, &part);
          g_assert_cmpint (part.height, ==, layout->blocks[i].out_h);
          g_assert_cmpuint (part.train_bytes, >, 0);
          g_assert_cmpint (part.parameters, ==, blocks[i].parameters);
          g_assert_cmpint (part.macs, ==, blocks[i].macs);
          g_assert_cmpint (part.receptive_field, ==, blocks[i].receptive_field);
          g_assert_cmpint (part.width, ==, blocks[i].width);
          g_assert_cmpint (part.channels, ==, blocks[i].channels);
          g_assert_cmpuint (part.train_bytes, ==, blocks[i].train_bytes);
          g_assert_cmpuint (part.run_bytes, ==, blocks[i].run_bytes);
          parameters += part.parameters;
          macs += part.macs;
        }
      g_assert_cmpint (part.receptive_field, ==, all.receptive_field);
      rn_cost_of_head (spec, 2, &part);
      g_assert_cmpint (parameters + part.parameters, ==, all.parameters);
      g_assert_cmpint (macs + part.macs, ==, all.macs);
      for (int i = 0; i < table->n; i++)
        if (table->items[i].offset < table->n_learned)
          learned += (gint64) table->items[i].count;
      g_assert_cmpint (learned, ==, all.parameters);
    }
}

static void
test_memory_is_the_planners (void)
{
  g_autoptr (RnSpec) spec = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  RnPlanSize training, running, test;
  RnCost small, large, part;
  gsize sum = 0;

  rn_plan_training (layout, 128, 2, &training);
  rn_plan_running (layout, 128, 2, &running);
  rn_cost_of_network (spec, 128, 2, &large);
  rn_cost_of_network (spec, 1, 2, &small);
  rn_plan_running (layout, rn_running_batch (layout), 2, &test);
  g_assert_cmpuint (large.train_bytes, ==, training.total_bytes + test.total_bytes);
  g_assert_cmpuint (large.run_bytes, ==, running.total_bytes);
  g_assert_cmpuint (large.train_bytes, >, large.run_bytes);
  g_assert_cmpuint (large.train_bytes, >, small.train_bytes * 10);
  for (int i = 0; i < rn_spec_n_blocks (spec); i++)
    {
      rn_cost_of_block (spec, i, 128, &part);
      g_assert_cmpuint (part.train_bytes, >, part.run_bytes / 2);
      sum += part.train_bytes;
    }
  g_assert_cmpuint (sum, <, large.train_bytes);
  g_assert_cmpuint (sum, >, large.train_bytes / 2);
}

/* Nobody can run this; asking what it costs must still not overflow. */
static void
test_counts_of_a_monster_stop_at_the_top (void)
{
  g_autoptr (RnSpec) spec =
      rn_spec_new ("monster", RN_MAX_SIDE, 3, RN_STEM_3X3, RN_MAX_CHANNELS, 10, NULL);
  RnBlockSpec block = {
    .kind = RN_BLOCK_BASIC, .channels = RN_MAX_CHANNELS, .stride = 1, .shortcut = RN_SHORTCUT_C
  };
  RnCost cost;

  for (int i = 0; i < 1000; i++)
    g_assert_true (rn_spec_add_block (spec, i, block, NULL));
  rn_cost_of_network (spec, 1, 1, &cost);
  g_assert_cmpint (cost.macs, ==, G_MAXINT64);
  g_assert_cmpint (cost.receptive_field, ==, 4003);

  block.stride = 2;
  for (int i = 0; i < 100; i++)
    g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  rn_cost_of_head (spec, 1, &cost);
  g_assert_cmpint (cost.receptive_field, ==, G_MAXINT64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cost/imagenet figures", test_imagenet_figures);
  g_test_add_func ("/cost/the paper's FLOPs", test_the_papers_flops);
  g_test_add_func ("/cost/cifar figures", test_cifar_figures);
  g_test_add_func ("/cost/depth costs memory in training alone",
                   test_depth_costs_memory_in_training_alone);
  g_test_add_func ("/cost/cifar counts follow a closed form",
                   test_cifar_counts_follow_a_closed_form);
  g_test_add_func ("/cost/imagenet counts follow a closed form",
                   test_imagenet_counts_follow_a_closed_form);
  g_test_add_func ("/cost/a plain net costs what option A does",
                   test_a_plain_net_costs_what_option_a_does);
  g_test_add_func ("/cost/receptive fields", test_receptive_fields);
  g_test_add_func ("/cost/parts of a network", test_parts_of_a_network);
  g_test_add_func ("/cost/a pooling stem counts its pool", test_a_pooling_stem_counts_its_pool);
  g_test_add_func ("/cost/parts sum up in any network", test_parts_sum_up_in_any_network);
  g_test_add_func ("/cost/memory is the planner's", test_memory_is_the_planners);
  g_test_add_func ("/cost/counts of a monster stop at the top",
                   test_counts_of_a_monster_stop_at_the_top);
  return g_test_run ();
}
