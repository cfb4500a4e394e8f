#include "network/parameters.h"

#include <math.h>
#include <string.h>

#include "../spec/random-spec.h"

/* A table with what it was made from. */
typedef struct
{
  RnSpec *spec;
  RnLayout *layout;
  RnParameters *table;
} Fixture;

static Fixture
fixture_of (RnSpec *spec)
{
  Fixture fixture = { .spec = spec, .layout = rn_layout_new (spec, 0, 0) };

  fixture.table = rn_parameters_new (fixture.layout);
  return fixture;
}

static Fixture
fixture_of_preset (const char *name)
{
  g_autoptr (GError) error = NULL;
  RnSpec *spec = rn_spec_preset (name, &error);

  g_assert_no_error (error);
  return fixture_of (spec);
}

static void
fixture_clear (Fixture *fixture)
{
  rn_parameters_free (fixture->table);
  rn_layout_free (fixture->layout);
  rn_spec_free (fixture->spec);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* Checks that entries from *@at on are a filter of that shape and its batch-norm; moves *@at on. */
static void
assert_conv (const RnParameters *table, int *at, const char *conv, const char *norm, int o, int i,
             int side)
{
  static const char *const of_norm[] = { "weight", "bias", "running_mean", "running_var" };
  g_autofree char *name = g_strconcat (conv, ".weight", NULL);
  const RnParameter *filter = &table->items[(*at)++];

  g_assert_cmpstr (filter->name, ==, name);
  g_assert_cmpint (filter->kind, ==, RN_PARAMETER_FILTER);
  g_assert_cmpint (filter->n_dims, ==, 4);
  g_assert_true (filter->dims[0] == o && filter->dims[1] == i && filter->dims[2] == side &&
                 filter->dims[3] == side);
  g_assert_cmpuint (filter->count, ==, (gsize) o * i * side * side);
  for (gsize j = 0; j < G_N_ELEMENTS (of_norm); j++)
    {
      const RnParameter *item = &table->items[(*at)++];
      g_autofree char *norm_name = g_strconcat (norm, ".", of_norm[j], NULL);

      g_assert_cmpstr (item->name, ==, norm_name);
      g_assert_cmpint (item->n_dims, ==, 1);
      g_assert_cmpint (item->dims[0], ==, o);
      g_assert_cmpuint (item->count, ==, o);
    }
}

static void
assert_fc (const RnParameters *table, int at, int classes, int channels)
{
  g_assert_cmpint (table->n, ==, at + 2);
  g_assert_cmpstr (table->items[at].name, ==, "fc.weight");
  g_assert_cmpint (table->items[at].n_dims, ==, 2);
  g_assert_cmpint (table->items[at].dims[0], ==, classes);
  g_assert_cmpint (table->items[at].dims[1], ==, channels);
  g_assert_cmpstr (table->items[at + 1].name, ==, "fc.bias");
  g_assert_cmpint (table->items[at + 1].dims[0], ==, classes);
  g_assert_cmpint (table->items[at].conv, ==, -1);
}

static void
test_the_entries_of_resnet20_with_option_b (void)
{
  g_auto (Fixture) fixture = fixture_of_preset ("resnet20-b");
  const RnParameters *table = fixture.table;
  int at = 0;

  assert_conv (table, &at, "conv1", "bn1", 16, 3, 3);
  assert_conv (table, &at, "layer1.0.conv1", "layer1.0.bn1", 16, 16, 3);
  assert_conv (table, &at, "layer1.0.conv2", "layer1.0.bn2", 16, 16, 3);
  assert_conv (table, &at, "layer1.1.conv1", "layer1.1.bn1", 16, 16, 3);
  assert_conv (table, &at, "layer1.1.conv2", "layer1.1.bn2", 16, 16, 3);
  assert_conv (table, &at, "layer1.2.conv1", "layer1.2.bn1", 16, 16, 3);
  assert_conv (table, &at, "layer1.2.conv2", "layer1.2.bn2", 16, 16, 3);
  assert_conv (table, &at, "layer2.0.conv1", "layer2.0.bn1", 32, 16, 3);
  assert_conv (table, &at, "layer2.0.conv2", "layer2.0.bn2", 32, 32, 3);
  assert_conv (table, &at, "layer2.0.downsample.0", "layer2.0.downsample.1", 32, 16, 1);
  assert_conv (table, &at, "layer2.1.conv1", "layer2.1.bn1", 32, 32, 3);
  assert_conv (table, &at, "layer2.1.conv2", "layer2.1.bn2", 32, 32, 3);
  assert_conv (table, &at, "layer2.2.conv1", "layer2.2.bn1", 32, 32, 3);
  assert_conv (table, &at, "layer2.2.conv2", "layer2.2.bn2", 32, 32, 3);
  assert_conv (table, &at, "layer3.0.conv1", "layer3.0.bn1", 64, 32, 3);
  assert_conv (table, &at, "layer3.0.conv2", "layer3.0.bn2", 64, 64, 3);
  assert_conv (table, &at, "layer3.0.downsample.0", "layer3.0.downsample.1", 64, 32, 1);
  assert_conv (table, &at, "layer3.1.conv1", "layer3.1.bn1", 64, 64, 3);
  assert_conv (table, &at, "layer3.1.conv2", "layer3.1.bn2", 64, 64, 3);
  assert_conv (table, &at, "layer3.2.conv1", "layer3.2.bn1", 64, 64, 3);
  assert_conv (table, &at, "layer3.2.conv2", "layer3.2.bn2", 64, 64, 3);
  assert_fc (table, at, 10, 64);
}

static void
test_the_entries_of_bottlenecks (void)
{
  RnSpec *spec = rn_spec_new (NULL, 16, 1, RN_STEM_7X7_POOL, 8, 5, NULL);
  RnBlockSpec block = {
    .kind = RN_BLOCK_BOTTLENECK, .channels = 32, .stride = 1, .shortcut = RN_SHORTCUT_B
  };
  g_auto (Fixture) fixture = { NULL };
  int at = 0;

  g_assert_true (rn_spec_add_block (spec, 0, block, NULL));
  g_assert_true (rn_spec_add_block (spec, 1, block, NULL));
  fixture = fixture_of (spec);
  assert_conv (fixture.table, &at, "conv1", "bn1", 8, 1, 7);
  assert_conv (fixture.table, &at, "layer1.0.conv1", "layer1.0.bn1", 8, 8, 1);
  assert_conv (fixture.table, &at, "layer1.0.conv2", "layer1.0.bn2", 8, 8, 3);
  assert_conv (fixture.table, &at, "layer1.0.conv3", "layer1.0.bn3", 32, 8, 1);
  assert_conv (fixture.table, &at, "layer1.0.downsample.0", "layer1.0.downsample.1", 32, 8, 1);
  assert_conv (fixture.table, &at, "layer1.1.conv1", "layer1.1.bn1", 8, 32, 1);
  assert_conv (fixture.table, &at, "layer1.1.conv2", "layer1.1.bn2", 8, 8, 3);
  assert_conv (fixture.table, &at, "layer1.1.conv3", "layer1.1.bn3", 32, 8, 1);
  assert_fc (fixture.table, at, 5, 32);
}

static void
test_option_a_and_plain_nets_have_no_entries_of_shortcuts (void)
{
  static const char *const names[] = { "resnet20", "plain20" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (Fixture) fixture = fixture_of_preset (names[i]);

      g_assert_cmpint (fixture.table->n, ==, 19 * 5 + 2);
      for (int j = 0; j < fixture.table->n; j++)
        g_assert_null (strstr (fixture.table->items[j].name, "downsample"));
    }
}

/* Marks each float of the arena by the entry that lies there. */
static void
assert_arena (const RnParameters *table)
{
  g_autofree int *owner = g_new0 (int, table->n_floats);
  gsize learned_end = 0;

  for (int i = 0; i < table->n; i++)
    {
      const RnParameter *item = &table->items[i];
      const gboolean is_statistic =
          item->kind == RN_PARAMETER_MEAN || item->kind == RN_PARAMETER_VARIANCE;

      g_assert_cmpuint (item->offset % 16, ==, 0);
      g_assert_cmpuint (item->offset + item->count, <=, table->n_floats);
      g_assert_true (is_statistic == (item->offset >= table->n_learned));
      if (!is_statistic)
        learned_end = MAX (learned_end, item->offset + item->count);
      for (gsize j = 0; j < item->count; j++)
        {
          g_assert_cmpint (owner[item->offset + j], ==, 0);
          owner[item->offset + j] = i + 1;
        }
    }
  g_assert_cmpuint (table->n_learned % 16, ==, 0);
  g_assert_cmpuint (table->n_learned, >=, learned_end);
  g_assert_cmpuint (table->n_learned - learned_end, <, 16);
}

static void
test_no_two_entries_of_any_network_overlap (void)
{
  RnRandom random;

  rn_random_start (&random, 5, RN_STREAM_TEST, 0, 0);
  for (int run = 0; run < 200; run++)
    {
      g_auto (Fixture) fixture = fixture_of (random_spec (&random));

      assert_arena (fixture.table);
    }
}

static void
test_entries_are_found_by_name_and_by_place (void)
{
  static const RnParameterKind kinds[] = { RN_PARAMETER_FILTER, RN_PARAMETER_GAMMA,
                                           RN_PARAMETER_BETA, RN_PARAMETER_MEAN,
                                           RN_PARAMETER_VARIANCE };
  static const char *const ends[] = { "weight", "weight", "bias", "running_mean", "running_var" };
  g_auto (Fixture) fixture = fixture_of_preset ("resnet50");

  for (int i = 0; i < fixture.layout->n_convs; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (kinds); j++)
      {
        const RnLayoutConv *conv = &fixture.layout->convs[i];
        g_autofree char *name =
            g_strdup_printf ("%s.%s",
                             kinds[j] == RN_PARAMETER_FILTER ? conv->conv_name : conv->norm_name,
                             ends[j]);
        const RnParameter *item = rn_parameters_get (fixture.table, i, kinds[j]);

        g_assert_cmpstr (item->name, ==, name);
        g_assert_cmpint (item->kind, ==, kinds[j]);
        g_assert_cmpint (item->conv, ==, i);
        g_assert_true (rn_parameters_find (fixture.table, name) == item);
      }
  g_assert_cmpstr (rn_parameters_get (fixture.table, -1, RN_PARAMETER_FC_WEIGHT)->name, ==,
                   "fc.weight");
  g_assert_cmpstr (rn_parameters_get (fixture.table, -1, RN_PARAMETER_FC_BIAS)->name, ==,
                   "fc.bias");
  g_assert_null (rn_parameters_find (fixture.table, "bn1.num_batches_tracked"));
}

/* Each number says its own place: file [O,I,H,W], arena [K,R,S,C]. */
static void
test_filters_change_their_order_and_come_back (void)
{
  const RnParameter filter = {
    .kind = RN_PARAMETER_FILTER, .n_dims = 4, .dims = { 4, 5, 3, 2 }, .count = 120
  };
  float file[120], arena[120], back[120];

  for (int o = 0, at = 0; o < 4; o++)
    for (int i = 0; i < 5; i++)
      for (int h = 0; h < 3; h++)
        for (int w = 0; w < 2; w++)
          file[at++] = (float) (o * 1000 + i * 100 + h * 10 + w);
  rn_parameter_from_file_order (&filter, arena, file);
  for (int k = 0, at = 0; k < 4; k++)
    for (int r = 0; r < 3; r++)
      for (int s = 0; s < 2; s++)
        for (int c = 0; c < 5; c++)
          g_assert_cmpfloat (arena[at++], ==, (float) (k * 1000 + c * 100 + r * 10 + s));
  rn_parameter_to_file_order (&filter, back, arena);
  g_assert_cmpmem (back, sizeof back, file, sizeof file);
}

static void
test_other_entries_keep_their_order (void)
{
  const RnParameter weight = {
    .kind = RN_PARAMETER_FC_WEIGHT, .n_dims = 2, .dims = { 2, 3 }, .count = 6
  };
  const RnParameter gamma = { .kind = RN_PARAMETER_GAMMA, .n_dims = 1, .dims = { 6 }, .count = 6 };
  const float numbers[6] = { 1, 2, 3, 4, 5, 6 };
  float copy[6];

  rn_parameter_from_file_order (&weight, copy, numbers);
  g_assert_cmpmem (copy, sizeof copy, numbers, sizeof numbers);
  memset (copy, 0, sizeof copy);
  rn_parameter_to_file_order (&gamma, copy, numbers);
  g_assert_cmpmem (copy, sizeof copy, numbers, sizeof numbers);
}

static float *
initialised (const Fixture *fixture, guint64 seed)
{
  float *arena = g_new (float, fixture->table->n_floats);

  memset (arena, 0xff, fixture->table->n_floats * sizeof *arena);
  rn_parameters_initialise (fixture->table, fixture->spec, fixture->layout, arena, seed);
  return arena;
}

/* Mean, standard deviation and excess kurtosis of a normal sample of n: within 5 of their own standard deviations. */
static void
assert_normal (const float *values, gsize n, double deviation)
{
  double sum = 0.0, squares = 0.0, fourth = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  for (gsize i = 0; i < n; i++)
    squares += pow (values[i] - sum / (double) n, 2.0);
  for (gsize i = 0; i < n; i++)
    fourth += pow (values[i] - sum / (double) n, 4.0);
  g_assert_cmpfloat (fabs (sum / (double) n), <, 5.0 * deviation / sqrt ((double) n));
  g_assert_cmpfloat (fabs (sqrt (squares / (double) n) / deviation - 1.0), <,
                     5.0 / sqrt (2.0 * (double) n));
  g_assert_cmpfloat (fabs (fourth * (double) n / (squares * squares) - 3.0), <,
                     5.0 * sqrt (24.0 / (double) n));
}

static void
test_filters_start_as_he_says (void)
{
  g_auto (Fixture) fixture = fixture_of_preset ("resnet20-b");
  g_autofree float *arena = initialised (&fixture, 1);

  for (int i = 0; i < fixture.layout->n_convs; i++)
    {
      const RnLayoutConv *conv = &fixture.layout->convs[i];
      const RnParameter *filter = rn_parameters_get (fixture.table, i, RN_PARAMETER_FILTER);

      assert_normal (arena + filter->offset, filter->count,
                     sqrt (2.0 / (conv->kernel * conv->kernel * conv->in_c)));
    }
}

static void
test_the_classifier_starts_uniform (void)
{
  g_auto (Fixture) fixture = fixture_of_preset ("resnet18");
  g_autofree float *arena = initialised (&fixture, 1);
  const RnParameter *weight = rn_parameters_get (fixture.table, -1, RN_PARAMETER_FC_WEIGHT);
  const RnParameter *bias = rn_parameters_get (fixture.table, -1, RN_PARAMETER_FC_BIAS);
  const double bound = 1.0 / sqrt (512.0);
  double squares = 0.0, sum = 0.0, most = 0.0, most_bias = 0.0;

  for (gsize i = 0; i < weight->count; i++)
    {
      const double w = arena[weight->offset + i];

      sum += w;
      squares += w * w;
      most = MAX (most, fabs (w));
    }
  for (gsize i = 0; i < bias->count; i++)
    most_bias = MAX (most_bias, fabs (arena[bias->offset + i]));
  g_assert_cmpfloat (most, <=, bound * (1.0 + 1e-6));
  g_assert_cmpfloat (most, >, bound * 0.999);
  g_assert_cmpfloat (most_bias, <=, bound * (1.0 + 1e-6));
  g_assert_cmpfloat (most_bias, >, bound * 0.9);
  g_assert_cmpfloat (fabs (sum / (double) weight->count), <, bound * 0.01);
  g_assert_cmpfloat (fabs (sqrt (3.0 * squares / (double) weight->count) / bound - 1.0), <, 0.01);
}

static void
assert_all (const Fixture *fixture, const float *arena, int conv, RnParameterKind kind, float value)
{
  const RnParameter *item = rn_parameters_get (fixture->table, conv, kind);

  for (gsize i = 0; i < item->count; i++)
    g_assert_cmpfloat (arena[item->offset + i], ==, value);
}

/* zero_gamma is the last of the branch, not of the projection behind it, and nothing in plain blocks. */
static void
test_batch_norm_starts_as_identity_but_for_zero_gamma (void)
{
  static const RnBlockSpec blocks[] = {
    { .kind = RN_BLOCK_BASIC,
      .channels = 8,
      .stride = 1,
      .shortcut = RN_SHORTCUT_B,
      .zero_gamma = TRUE },
    { .kind = RN_BLOCK_BOTTLENECK,
      .channels = 16,
      .stride = 2,
      .shortcut = RN_SHORTCUT_B,
      .zero_gamma = TRUE },
    { .kind = RN_BLOCK_BASIC, .channels = 16, .stride = 1, .shortcut = RN_SHORTCUT_B },
    { .kind = RN_BLOCK_PLAIN_BASIC, .channels = 16, .stride = 1, .zero_gamma = TRUE },
  };
  RnSpec *spec = rn_spec_new (NULL, 8, 3, RN_STEM_3X3, 8, 2, NULL);
  g_auto (Fixture) fixture = { NULL };
  g_autofree float *arena = NULL;

  for (int i = 0; i < (int) G_N_ELEMENTS (blocks); i++)
    g_assert_true (rn_spec_add_block (spec, i, blocks[i], NULL));
  fixture = fixture_of (spec);
  arena = initialised (&fixture, 9);
  for (int i = 0; i < fixture.layout->n_convs; i++)
    {
      const char *name = fixture.layout->convs[i].norm_name;
      const gboolean is_zero =
          strcmp (name, "layer1.0.bn2") == 0 || strcmp (name, "layer2.0.bn3") == 0;

      assert_all (&fixture, arena, i, RN_PARAMETER_GAMMA, is_zero ? 0.0f : 1.0f);
      assert_all (&fixture, arena, i, RN_PARAMETER_BETA, 0.0f);
      assert_all (&fixture, arena, i, RN_PARAMETER_MEAN, 0.0f);
      assert_all (&fixture, arena, i, RN_PARAMETER_VARIANCE, 1.0f);
    }
}

/* The arena came full of NaN: what is not an entry has been cleared. */
static void
test_gaps_are_zero (void)
{
  RnSpec *spec = rn_spec_new (NULL, 8, 3, RN_STEM_3X3, 5, 3, NULL);
  g_auto (Fixture) fixture = fixture_of (spec);
  g_autofree float *arena = initialised (&fixture, 1);
  gsize n_gaps = 0;

  for (int i = 0; i < fixture.table->n; i++)
    for (gsize j = 0; j < fixture.table->items[i].count; j++)
      {
        float *value = &arena[fixture.table->items[i].offset + j];

        g_assert_true (isfinite (*value));
        *value = 0.0f;
      }
  for (gsize i = 0; i < fixture.table->n_floats; i++)
    {
      g_assert_cmpfloat (arena[i], ==, 0.0f);
      n_gaps++;
    }
  for (int i = 0; i < fixture.table->n; i++)
    n_gaps -= fixture.table->items[i].count;
  g_assert_cmpuint (n_gaps, >, 0);
}

/* The same seed gives the same bits, another one others; and an entry does not depend on what else the network has. */
static void
test_the_start_is_decided_by_seed_and_name (void)
{
  g_auto (Fixture) a = fixture_of_preset ("resnet8-b");
  g_auto (Fixture) b = fixture_of_preset ("resnet20-b");
  g_autofree float *first = initialised (&a, 1);
  g_autofree float *again = initialised (&a, 1);
  g_autofree float *other = initialised (&a, 2);
  g_autofree float *deep = initialised (&b, 1);
  const RnParameter *in_a = rn_parameters_find (a.table, "layer3.0.conv2.weight");
  const RnParameter *in_b = rn_parameters_find (b.table, "layer3.0.conv2.weight");
  const RnParameter *twin_a = rn_parameters_find (b.table, "layer1.0.conv1.weight");
  const RnParameter *twin_b = rn_parameters_find (b.table, "layer1.0.conv2.weight");

  g_assert_cmpint (memcmp (first, again, a.table->n_floats * sizeof (float)), ==, 0);
  g_assert_cmpuint (in_a->count, ==, in_b->count);
  g_assert_cmpint (memcmp (first + in_a->offset, deep + in_b->offset, in_b->count * sizeof (float)),
                   ==, 0);
  g_assert_cmpint (memcmp (first + in_a->offset, other + in_a->offset,
                           in_a->count * sizeof (float)),
                   !=, 0);
  g_assert_cmpint (memcmp (deep + twin_a->offset, deep + twin_b->offset,
                           twin_a->count * sizeof (float)),
                   !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parameters/the entries of resnet20 with option B",
                   test_the_entries_of_resnet20_with_option_b);
  g_test_add_func ("/parameters/the entries of bottlenecks", test_the_entries_of_bottlenecks);
  g_test_add_func ("/parameters/option A and plain nets have no entries of shortcuts",
                   test_option_a_and_plain_nets_have_no_entries_of_shortcuts);
  g_test_add_func ("/parameters/no two entries of any network overlap",
                   test_no_two_entries_of_any_network_overlap);
  g_test_add_func ("/parameters/entries are found by name and by place",
                   test_entries_are_found_by_name_and_by_place);
  g_test_add_func ("/parameters/filters change their order and come back",
                   test_filters_change_their_order_and_come_back);
  g_test_add_func ("/parameters/other entries keep their order",
                   test_other_entries_keep_their_order);
  g_test_add_func ("/parameters/filters start as He says", test_filters_start_as_he_says);
  g_test_add_func ("/parameters/the classifier starts uniform", test_the_classifier_starts_uniform);
  g_test_add_func ("/parameters/batch-norm starts as identity but for zero_gamma",
                   test_batch_norm_starts_as_identity_but_for_zero_gamma);
  g_test_add_func ("/parameters/gaps are zero", test_gaps_are_zero);
  g_test_add_func ("/parameters/the start is decided by seed and name",
                   test_the_start_is_decided_by_seed_and_name);
  return g_test_run ();
}
