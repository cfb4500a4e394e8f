#include "residua/evaluator.h"

#include <math.h>
#include <string.h>

#include "cases.h"
#include "compute/memory.h"
#include "network/evaluator-private.h"
#include "network/model.h"
#include "network/plan.h"
#include "residua/error.h"
#include "third-party.h"

/* A model, pictures, and the reference that has evaluated them */
typedef struct
{
  RnSpec *spec;
  RnModel *model;
  RefNetwork *ref;
  int n, height, width;
  float *x;
  gsize n_logits;
} Fixture;

static Fixture *
fixture_new_sized (RnSpec *spec, int n, int height, int width)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->spec = spec;
  self->model = random_model (spec, 23);
  self->n = n;
  self->height = height;
  self->width = width;
  self->ref = ref_network_new (spec, n, height, width);
  self->x = random_pictures (7, n, height, width, rn_spec_get_channels (spec));
  self->n_logits = (gsize) n * rn_spec_get_classes (spec);
  ref_network_set_arena (self->ref, rn_model_get_arena (self->model));
  ref_network_set_x (self->ref, self->x);
  ref_network_evaluate (self->ref, NULL);
  return self;
}

static Fixture *
fixture_new (const Case *c)
{
  return fixture_new_sized (case_spec (c), c->n, c->side, c->side);
}

static void
fixture_free (Fixture *self)
{
  rn_model_unref (self->model);
  ref_network_free (self->ref);
  rn_spec_free (self->spec);
  g_free (self->x);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static RnEvaluator *
evaluator_new (Fixture *self, RnPath path, int threads)
{
  g_autoptr (GError) error = NULL;
  RnEvaluator *evaluator = rn_evaluator_new (self->model, path, threads, &error);

  g_assert_no_error (error);
  return evaluator;
}

/* Returns: the logits */
static float *
run (Fixture *self, RnEvaluator *evaluator, const RnPass *pass)
{
  g_autoptr (GError) error = NULL;
  float *logits = g_new (float, self->n_logits);

  for (gsize i = 0; i < self->n_logits; i++)
    logits[i] = NAN;
  rn_evaluator_run (evaluator, logits, self->x, self->n, self->height, self->width, pass, &error);
  g_assert_no_error (error);
  return logits;
}

static void
assert_refused (Fixture *self, RnEvaluator *evaluator, const RnPass *pass, int code,
                const char *word)
{
  g_autofree float *logits = g_new0 (float, self->n_logits);
  g_autoptr (GError) error = NULL;

  g_assert_false (rn_evaluator_run (evaluator, logits, self->x, self->n, self->height, self->width,
                                    pass, &error));
  g_assert_error (error, RN_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_logits (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Fixture) self = fixture_new (c);

  for (RnPath path = RN_PATH_TAPS; path <= RN_PATH_RUN; path++)
    {
      g_autoptr (RnEvaluator) evaluator = evaluator_new (self, path, 2);
      g_autofree float *logits = run (self, evaluator, NULL);

      assert_agree (c->name, logits, self->ref->logits, self->n_logits, 2e-5);
      g_assert_true (rn_evaluator_get_model (evaluator) == self->model);
    }
}

static void
test_random_specs (void)
{
  for (guint64 i = 0; i < 40; i++)
    {
      RnSpec *spec = random_spec (i + 1000);
      const int side = rn_spec_get_side (spec);
      g_autoptr (Fixture) self = fixture_new_sized (spec, 1 + (int) i % 3, side, side);

      for (RnPath path = RN_PATH_TAPS; path <= RN_PATH_RUN; path++)
        {
          g_autoptr (RnEvaluator) evaluator = evaluator_new (self, path, 1 + (int) i % 2);
          g_autofree float *logits = run (self, evaluator, NULL);

          assert_agree ("random", logits, self->ref->logits, self->n_logits, 2e-5);
        }
    }
}

/* Sizes that the specification does not speak of, oblong and down to a pixel; one evaluator for all, as its buffers
 * grow. */
static void
test_other_sizes (gconstpointer data)
{
  static const int sizes[][3] = { { 2, 5, 9 }, { 1, 1, 1 },  { 1, 17, 33 },
                                  { 3, 2, 1 }, { 1, 3, 40 }, { 4, 12, 12 } };
  const Case *c = data;
  g_autoptr (Fixture) first = fixture_new (c);

  for (RnPath path = RN_PATH_TAPS; path <= RN_PATH_RUN; path++)
    {
      g_autoptr (RnEvaluator) evaluator = evaluator_new (first, path, 2);

      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          g_autoptr (Fixture) self =
              fixture_new_sized (case_spec (c), sizes[i][0], sizes[i][1], sizes[i][2]);
          g_autofree float *logits = run (self, evaluator, NULL);

          assert_agree (c->name, logits, self->ref->logits, self->n_logits, 2e-5);
        }
    }
}

/* So many small pictures that each thread takes groups of them through the network by itself. */
static void
test_groups (void)
{
  static const int threads[] = { 2, 3, 5 };
  static const Case c = {
    .name = "groups",
    .side = 16,
    .channels = 3,
    .stem = RN_STEM_3X3,
    .stem_channels = 16,
    .classes = 10,
    .n = 35,
    .n_blocks = 2,
    .blocks = { { .kind = RN_BLOCK_BASIC, .channels = 16, .stride = 1 },
                { .kind = RN_BLOCK_BASIC, .channels = 32, .stride = 2, .shortcut = RN_SHORTCUT_B } }
  };
  g_autoptr (Fixture) self = fixture_new (&c);
  g_autoptr (RnEvaluator) alone = evaluator_new (self, RN_PATH_RUN, 1);
  g_autofree float *expected = run (self, alone, NULL);
  const int group = rn_running_group (self->ref->layout, c.n);

  g_assert_cmpint (group, >, 1);
  g_assert_cmpint (c.n % group, >, 0);
  assert_agree ("alone", expected, self->ref->logits, self->n_logits, 2e-5);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (RnEvaluator) many = evaluator_new (self, RN_PATH_RUN, threads[i]);
      g_autofree float *logits = run (self, many, NULL);

      assert_same_bits ("logits", logits, expected, self->n_logits);
    }
}

/* Taps */

/* Every name that there is */
static GPtrArray *
all_names (const RnLayout *layout)
{
  static const char *const parts[] = { "in", "shortcut", "f", "sum", "out" };
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < layout->n_convs; i++)
    {
      g_ptr_array_add (names, g_strdup (layout->convs[i].conv_name));
      g_ptr_array_add (names, g_strdup (layout->convs[i].norm_name));
    }
  for (int b = 0; b < layout->n_blocks; b++)
    for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
      if (layout->blocks[b].shortcut != RN_PATH_NONE || !g_str_equal (parts[i], "shortcut"))
        g_ptr_array_add (names, g_strdup_printf ("%s.%s", layout->blocks[b].name, parts[i]));
  g_ptr_array_add (names, g_strdup ("pool"));
  g_ptr_array_add (names, g_strdup ("fc"));
  g_ptr_array_add (names, NULL);
  return names;
}

static void
taps_free (RnTensor **taps, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&taps[i], rn_tensor_unref);
  g_free (taps);
}

static void
assert_tap (Fixture *self, const char *name, const RnTensor *tap)
{
  int dims[4];
  const double *expected = ref_network_find (self->ref, name, dims);

  g_assert_nonnull (expected);
  g_assert_cmpint (tap->n_dims, ==, 4);
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (tap->dims[i], ==, dims[i]);
  assert_agree (name, tap->data, expected, rn_tensor_count (tap), 2e-5);
}

static void
test_taps (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_new (data);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 2);
  g_autoptr (GPtrArray) names = all_names (self->ref->layout);
  RnTensor **taps = g_new0 (RnTensor *, names->len);
  const RnPass pass = { .tap_names = (const char *const *) names->pdata, .taps = taps };
  g_autofree float *quiet = run (self, evaluator, NULL), *tapped = run (self, evaluator, &pass);

  assert_same_bits ("logits", tapped, quiet, self->n_logits);
  for (guint i = 0; i + 1 < names->len; i++)
    assert_tap (self, names->pdata[i], taps[i]);
  taps_free (taps, names->len);
}

static void
test_a_single_tap_gives_the_same_bits_as_all_and_changes_none (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_new (data);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 2);
  g_autoptr (GPtrArray) names = all_names (self->ref->layout);
  RnTensor **all = g_new0 (RnTensor *, names->len);
  const RnPass pass = { .tap_names = (const char *const *) names->pdata, .taps = all };
  g_autofree float *logits = run (self, evaluator, &pass);

  for (guint i = 0; i + 1 < names->len; i++)
    {
      const char *one[2] = { names->pdata[i], NULL };
      RnTensor *tap = NULL;
      const RnPass single = { .tap_names = one, .taps = &tap };
      g_autofree float *again = run (self, evaluator, &single);

      assert_same_bits ("logits", again, logits, self->n_logits);
      assert_same_bits (one[0], tap->data, all[i]->data, rn_tensor_count (tap));
      rn_tensor_unref (tap);
    }
  taps_free (all, names->len);
}

static void
test_a_name_that_stands_twice_is_answered_twice (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("B"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 1);
  const char *names[] = { "layer1.0.f", "pool", "layer1.0.f", "pool", NULL };
  RnTensor *taps[4];
  const RnPass pass = { .tap_names = names, .taps = taps };
  g_autofree float *logits = run (self, evaluator, &pass);

  for (int i = 0; i < 4; i++)
    assert_tap (self, names[i], taps[i]);
  for (int i = 0; i < 4; i++)
    rn_tensor_unref (taps[i]);
}

static void
test_an_unknown_tap_is_an_error (void)
{
  static const char *const unknown[] = { "",
                                         "conv",
                                         "conv2",
                                         "layer1.0",
                                         "layer1.0.",
                                         "layer1.0.ins",
                                         "layer1.0.in.",
                                         "layer1.1.in",
                                         "layer9.0.out",
                                         "layer1.0.bn3",
                                         "layer1.0.downsample.1",
                                         "layer2.0.shortcut",
                                         "POOL",
                                         ".in" };
  g_autoptr (Fixture) self = fixture_new (case_find ("plain among others"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 1);
  RnTensor *const garbage = (RnTensor *) &unknown;

  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      const char *names[] = { "conv1", unknown[i], NULL };
      RnTensor *taps[2] = { garbage, garbage };
      const RnPass pass = { .tap_names = names, .taps = taps };
      g_autofree char *quoted = g_strdup_printf ("“%s”", unknown[i]);

      assert_refused (self, evaluator, &pass, RN_ERROR_SHAPE, quoted);
      g_assert_null (taps[0]);
      g_assert_null (taps[1]);
    }
}

static void
test_the_folded_network_has_no_taps_and_gates (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("identity"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_RUN, 1);
  const gboolean gates[2] = { TRUE, TRUE };
  const char *names[] = { "conv1", NULL };
  RnTensor *tap = NULL;
  const RnPass tapped = { .tap_names = names, .taps = &tap }, gated = { .gates = gates };

  assert_refused (self, evaluator, &tapped, RN_ERROR_SHAPE, "folded");
  assert_refused (self, evaluator, &gated, RN_ERROR_SHAPE, "folded");
}

/* Gates */

static gboolean
is_plain (Fixture *self, int b)
{
  return self->ref->layout->blocks[b].shortcut == RN_PATH_NONE;
}

static void
test_all_gates_on_change_no_bit (gconstpointer data)
{
  g_autoptr (Fixture) self = fixture_new (data);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 2);
  const gboolean gates[5] = { TRUE, TRUE, TRUE, TRUE, TRUE };
  const RnPass pass = { .gates = gates };
  g_autofree float *without = run (self, evaluator, NULL), *with = run (self, evaluator, &pass);

  assert_same_bits ("logits", with, without, self->n_logits);
}

/* Block @b gives relu (shortcut) to the bit, and all that follows what the reference says. */
static void
assert_off (Fixture *self, RnEvaluator *evaluator, int b, const gboolean *gates)
{
  const char *block = self->ref->layout->blocks[b].name;
  g_autofree char *out = g_strconcat (block, ".out", NULL),
                  *shortcut = g_strconcat (block, ".shortcut", NULL);
  g_autofree char *sum = g_strconcat (block, ".sum", NULL);
  const char *names[] = { out, shortcut, sum, NULL };
  RnTensor *taps[3];
  const RnPass pass = { .gates = gates, .tap_names = names, .taps = taps },
               quiet = { .gates = gates };
  g_autofree float *logits = run (self, evaluator, &pass), *again = run (self, evaluator, &quiet);
  const gsize count = (rn_tensor_count (taps[0]));
  g_autofree float *expected = g_new (float, count);

  for (gsize i = 0; i < count; i++)
    expected[i] = taps[1]->data[i] > 0.0f ? taps[1]->data[i] : 0.0f;
  assert_same_bits (out, taps[0]->data, expected, count);
  assert_same_bits (sum, taps[2]->data, taps[1]->data, count);
  assert_same_bits ("logits", again, logits, self->n_logits);
  ref_network_evaluate (self->ref, gates);
  assert_agree ("logits", logits, self->ref->logits, self->n_logits, 2e-5);
  for (int i = 0; i < 3; i++)
    {
      assert_tap (self, names[i], taps[i]);
      rn_tensor_unref (taps[i]);
    }
}

static void
test_an_off_block_gives_its_shortcut (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Fixture) self = fixture_new (c);
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 2);
  gboolean none[5] = { TRUE, TRUE, TRUE, TRUE, TRUE };
  int last = -1;

  for (int b = 0; b < c->n_blocks; b++)
    {
      gboolean gates[5] = { TRUE, TRUE, TRUE, TRUE, TRUE };

      gates[b] = FALSE;
      if (is_plain (self, b))
        {
          const RnPass pass = { .gates = gates };
          g_autofree char *number = g_strdup_printf ("%d", b + 1);

          assert_refused (self, evaluator, &pass, RN_ERROR_SHAPE, number);
          continue;
        }
      assert_off (self, evaluator, b, gates);
      none[b] = FALSE;
      last = b;
    }
  if (last >= 0)
    assert_off (self, evaluator, last, none);
}

/* What a damaged model gives is not made to look whole. */
static void
test_an_off_block_passes_on_what_is_no_number (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("identity"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 2);
  const gboolean off[2] = { FALSE, FALSE };
  const char *names[] = { "layer1.0.in", "layer1.0.out", NULL };
  RnTensor *taps[2];
  const RnPass pass = { .gates = off, .tap_names = names, .taps = taps };
  g_autofree float *logits = NULL;
  int n_nan = 0;

  self->x[0] = NAN;
  logits = run (self, evaluator, &pass);
  for (gsize i = 0; i < rn_tensor_count (taps[0]); i++)
    {
      n_nan += isnan (taps[0]->data[i]) != 0;
      g_assert_cmpint (isnan (taps[1]->data[i]) != 0, ==, isnan (taps[0]->data[i]) != 0);
    }
  g_assert_cmpint (n_nan, >, 0);
  for (int i = 0; i < 2; i++)
    rn_tensor_unref (taps[i]);
}

/* Looking into a branch that is off shows what it would have given, and changes nothing. */
static void
test_a_tap_in_an_off_branch (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("large stem"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_TAPS, 2);
  static const char *const inside[] = { "layer2.0.conv1", "layer2.0.bn2", "layer2.0.bn3",
                                        "layer2.0.f",     "layer2.0.out", "layer2.0.sum" };
  const gboolean gates[4] = { TRUE, FALSE, TRUE, TRUE };
  const RnPass quiet = { .gates = gates };
  g_autofree float *expected = run (self, evaluator, &quiet);

  ref_network_evaluate (self->ref, gates);
  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      const char *names[] = { inside[i], "layer2.0.sum", NULL };
      RnTensor *taps[2];
      const RnPass pass = { .gates = gates, .tap_names = names, .taps = taps };
      g_autofree float *logits = run (self, evaluator, &pass);

      assert_same_bits (inside[i], logits, expected, self->n_logits);
      assert_tap (self, names[0], taps[0]);
      assert_tap (self, names[1], taps[1]);
      rn_tensor_unref (taps[0]);
      rn_tensor_unref (taps[1]);
    }
}

/* The same specification with every branch's last gamma and beta at 0 */
static RnModel *
idle_model (Fixture *self)
{
  const RnParameters *parameters = rn_model_get_parameters (self->model);
  const RnLayout *layout = rn_model_get_layout (self->model);
  float *arena = rn_floats_new (parameters->n_floats);
  g_autoptr (GError) error = NULL;
  RnModel *model;

  memcpy (arena, rn_model_get_arena (self->model), parameters->n_floats * sizeof *arena);
  for (int b = 0; b < layout->n_blocks; b++)
    {
      const int last = layout->blocks[b].first_conv + layout->blocks[b].n_convs - 1;

      for (int c = 0; c < layout->convs[last].out_c; c++)
        {
          arena[rn_parameters_get (parameters, last, RN_PARAMETER_GAMMA)->offset + c] = 0.0f;
          arena[rn_parameters_get (parameters, last, RN_PARAMETER_BETA)->offset + c] = 0.0f;
        }
    }
  model = rn_model_new_take (self->spec, arena, NULL, rn_model_get_preprocess (self->model), 1e-5,
                             -1, &error);
  g_assert_no_error (error);
  return model;
}

static void
test_lesions_of_idle_branches_change_no_bit (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Fixture) self = fixture_new (c);
  g_autoptr (RnModel) model = idle_model (self);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 2, NULL);
  g_autofree float *whole = run (self, evaluator, NULL);

  for (int lesion = 1; lesion < 1 << c->n_blocks; lesion++)
    {
      gboolean gates[5], is_possible = TRUE;
      const RnPass pass = { .gates = gates };
      g_autofree float *logits = NULL;

      for (int b = 0; b < c->n_blocks; b++)
        {
          gates[b] = (lesion >> b & 1) == 0;
          is_possible = is_possible && (gates[b] || !is_plain (self, b));
        }
      if (!is_possible)
        continue;
      logits = run (self, evaluator, &pass);
      assert_same_bits (c->name, logits, whole, self->n_logits);
    }
}

/* Cancelling, threads, memory */

static void
test_a_cancelled_pass (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("bottlenecks"));

  for (RnPath path = RN_PATH_TAPS; path <= RN_PATH_RUN; path++)
    {
      g_autoptr (RnEvaluator) evaluator = evaluator_new (self, path, 2);
      const char *names[] = { "conv1", NULL };
      const int cancel = 1;
      RnTensor *tap = NULL;
      RnPass pass = { .cancel = &cancel };
      g_autofree float *before = run (self, evaluator, NULL), *after = NULL;

      if (path == RN_PATH_TAPS)
        {
          pass.tap_names = names;
          pass.taps = &tap;
        }
      assert_refused (self, evaluator, &pass, RN_ERROR_CANCELLED, "");
      g_assert_null (tap);
      after = run (self, evaluator, NULL);
      assert_same_bits ("logits", after, before, self->n_logits);
    }
}

typedef struct
{
  int cancel;
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

static void
test_cancelling_from_another_thread (void)
{
  const Case c = {
    "wide",
    64,
    3,
    RN_STEM_3X3,
    16,
    10,
    4,
    4,
    2,
    { { .kind = RN_BLOCK_BASIC, .channels = 16, .stride = 1 },
      { .kind = RN_BLOCK_BASIC, .channels = 32, .stride = 2, .shortcut = RN_SHORTCUT_B } }
  };
  g_autoptr (RnSpec) spec = case_spec (&c);
  g_autoptr (RnModel) model = random_model (spec, 1);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_TAPS, 2, NULL);
  g_autofree float *x = random_pictures (1, c.n, c.side, c.side, 3);
  float before[40], after[40];
  gint64 took;
  int n_cancelled = 0;

  g_assert_true (rn_evaluator_run (evaluator, before, x, c.n, c.side, c.side, NULL, NULL));
  took = g_get_monotonic_time ();
  g_assert_true (rn_evaluator_run (evaluator, after, x, c.n, c.side, c.side, NULL, NULL));
  took = g_get_monotonic_time () - took;
  /* on a busy machine the other thread comes too late, many times in a row */
  for (int i = 0; i < 2000 && n_cancelled < 6; i++)
    {
      Disturber disturber = { .delay_us = (gulong) (took * (i % 10) / 10) };
      const RnPass pass = { .cancel = &disturber.cancel };
      GThread *thread = g_thread_new ("disturber", disturb, &disturber);

      n_cancelled += !rn_evaluator_run (evaluator, after, x, c.n, c.side, c.side, &pass, NULL);
      g_thread_join (thread);
    }
  g_assert_cmpint (n_cancelled, >, 0);
  g_assert_true (rn_evaluator_run (evaluator, after, x, c.n, c.side, c.side, NULL, NULL));
  assert_same_bits ("logits", after, before, 40);
}

static void
test_threads_change_no_bit (gconstpointer data)
{
  static const int threads[] = { 2, 3, 5 };
  g_autoptr (Fixture) self = fixture_new (data);

  for (RnPath path = RN_PATH_TAPS; path <= RN_PATH_RUN; path++)
    {
      g_autoptr (RnEvaluator) alone = evaluator_new (self, path, 1);
      g_autofree float *expected = run (self, alone, NULL);

      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        {
          g_autoptr (RnEvaluator) many = evaluator_new (self, path, threads[i]);
          g_autofree float *logits = run (self, many, NULL);

          assert_same_bits ("logits", logits, expected, self->n_logits);
        }
    }
}

typedef struct
{
  Fixture *fixture;
  RnPath path;
  const float *expected;
} Sharer;

static gpointer
share_model (gpointer data)
{
  const Sharer *self = data;
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self->fixture, self->path, 2);

  for (int i = 0; i < 20; i++)
    {
      g_autofree float *logits = run (self->fixture, evaluator, NULL);

      assert_same_bits ("logits", logits, self->expected, self->fixture->n_logits);
    }
  return NULL;
}

static void
test_evaluators_in_two_threads_share_a_model (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("large stem"));
  g_autoptr (RnEvaluator) taps = evaluator_new (self, RN_PATH_TAPS, 1),
                          folded = evaluator_new (self, RN_PATH_RUN, 1);
  g_autofree float *with_taps = run (self, taps, NULL), *with_folded = run (self, folded, NULL);
  Sharer sharers[2] = { { self, RN_PATH_TAPS, with_taps }, { self, RN_PATH_RUN, with_folded } };
  GThread *threads[2];

  for (int i = 0; i < 2; i++)
    threads[i] = g_thread_new ("sharer", share_model, &sharers[i]);
  for (int i = 0; i < 2; i++)
    g_thread_join (threads[i]);
}

static void
test_an_evaluator_keeps_its_model (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("identity"));
  RnModel *model = random_model (self->spec, 23);
  g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, RN_PATH_RUN, 0, NULL);
  g_autofree float *logits = NULL;

  rn_model_unref (model);
  logits = run (self, evaluator, NULL);
  assert_agree ("logits", logits, self->ref->logits, self->n_logits, 2e-5);
}

static void
test_a_borrowed_team_serves_several (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("bottlenecks"));
  RnTeam *team = rn_team_new (3);
  RnEvaluator *first = rn_evaluator_new_on_team (self->model, RN_PATH_TAPS, team, NULL);
  RnEvaluator *second = rn_evaluator_new_on_team (self->model, RN_PATH_RUN, team, NULL);
  g_autoptr (RnEvaluator) own = evaluator_new (self, RN_PATH_RUN, 1);
  g_autofree float *a = run (self, first, NULL), *b = run (self, second, NULL),
                   *c = run (self, own, NULL), *d = NULL;

  assert_agree ("logits", a, self->ref->logits, self->n_logits, 2e-5);
  rn_evaluator_free (first);
  d = run (self, second, NULL);
  assert_same_bits ("logits", b, c, self->n_logits);
  assert_same_bits ("logits", b, d, self->n_logits);
  rn_evaluator_free (second);
  rn_team_free (team);
}

static void
test_a_models_epsilon_counts (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("B"));
  const gsize n_floats = rn_model_get_parameters (self->model)->n_floats;
  float *arena = rn_floats_new (n_floats);
  g_autoptr (RnModel) model = NULL;

  memcpy (arena, rn_model_get_arena (self->model), n_floats * sizeof *arena);
  model = rn_model_new_take (self->spec, arena, NULL, rn_model_get_preprocess (self->model), 0.1,
                             -1, NULL);
  self->ref->epsilon = 0.1;
  ref_network_evaluate (self->ref, NULL);
  for (RnPath path = RN_PATH_TAPS; path <= RN_PATH_RUN; path++)
    {
      g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, path, 1, NULL);
      g_autofree float *logits = run (self, evaluator, NULL);

      assert_agree ("logits", logits, self->ref->logits, self->n_logits, 2e-5);
    }
}

static void
test_a_batch_stays_within_64_mb (void)
{
  static const int sides[] = { 1, 32, 100, 224, 640, 2000, 4096 };
  g_autoptr (Fixture) self = fixture_new (case_find ("bottlenecks"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_RUN, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      const int batch = rn_evaluator_batch_for (evaluator, sides[i], sides[i]);
      g_autoptr (RnLayout) layout = rn_layout_new (self->spec, sides[i], sides[i]);
      RnRunningPlan plan, larger;

      rn_running_plan_init (&plan, layout, batch);
      rn_running_plan_init (&larger, layout, batch + 1);
      g_assert_cmpint (batch, >=, 1);
      g_assert_cmpint (batch, <=, 128);
      g_assert_true (batch == 1 || plan.n_floats * sizeof (float) <= 64 << 20);
      /* not fewer than would fit, but for rounding */
      g_assert_true (batch == 128 || larger.n_floats * sizeof (float) > 63 << 20);
    }
}

static void
test_too_large_a_picture_is_an_error (void)
{
  g_autoptr (Fixture) self = fixture_new (case_find ("identity"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_RUN, 1);
  g_autoptr (GError) error = NULL;
  float logits[4];

  g_assert_false (
      rn_evaluator_run (evaluator, logits, self->x, 1, 1, RN_MAX_SIDE + 1, NULL, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "4097"));
}

static void
test_too_much_memory_is_an_error (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  g_test_skip ("a sanitizer ends the program where memory cannot be had");
#else
  g_autoptr (Fixture) self = fixture_new (case_find ("identity"));
  g_autoptr (RnEvaluator) evaluator = evaluator_new (self, RN_PATH_RUN, 1);
  g_autofree float *logits = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RnLayout) layout = rn_layout_new (self->spec, RN_MAX_SIDE, RN_MAX_SIDE);
  g_autofree char *gigabytes = NULL;
  RnPlanSize size;

  rn_plan_running (layout, 1 << 20, 1, &size);
  gigabytes = g_strdup_printf (" %.1f GB", (double) size.total_bytes * 1e-9);
  g_assert_false (
      rn_evaluator_run (evaluator, NULL, NULL, 1 << 20, RN_MAX_SIDE, RN_MAX_SIDE, NULL, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, gigabytes));
  logits = run (self, evaluator, NULL);
  assert_agree ("logits", logits, self->ref->logits, self->n_logits, 2e-5);
#endif
}

static void
test_third_party_logits (void)
{
  g_autoptr (JsonNode) root = third_party_json ("reference_logits_resnet20.json");
  g_autoptr (RnModel) model = root != NULL ? third_party_model () : NULL;
  int labels[THIRD_PARTY_COUNT];
  g_autofree float *x = model != NULL ? third_party_pictures (model, labels) : NULL;
  JsonObject *object;
  JsonArray *expected;

  if (x == NULL)
    return;
  object = json_node_get_object (root);
  expected = json_object_get_array_member (object, "logits_f64");
  for (RnPath path = RN_PATH_TAPS; path <= RN_PATH_RUN; path++)
    {
      g_autoptr (RnEvaluator) evaluator = rn_evaluator_new (model, path, 2, NULL);
      float logits[THIRD_PARTY_COUNT * 10];

      g_assert_true (
          rn_evaluator_run (evaluator, logits, x, THIRD_PARTY_COUNT, 32, 32, NULL, NULL));
      for (guint i = 0; i < THIRD_PARTY_COUNT; i++)
        {
          JsonArray *row = json_array_get_array_element (expected, i);

          g_assert_cmpint (labels[i], ==,
                           json_array_get_int_element (json_object_get_array_member (object,
                                                                                     "labels"),
                                                       i));
          for (guint k = 0; k < 10; k++)
            g_assert_cmpfloat_with_epsilon (logits[10 * i + k],
                                            json_array_get_double_element (row, k), 1e-4);
        }
    }
}

static void
add_for_every_case (const char *path, void (*func) (gconstpointer))
{
  for (int i = 0; i < n_cases; i++)
    {
      g_autofree char *full = g_strdup_printf ("/evaluator/%s/%s", path, cases[i].name);

      g_test_add_data_func (full, &cases[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_every_case ("both paths give the reference's logits", test_logits);
  g_test_add_func ("/evaluator/random specifications give the reference's logits",
                   test_random_specs);
  add_for_every_case ("other sizes give the reference's logits", test_other_sizes);
  g_test_add_func ("/evaluator/groups of pictures give the reference's logits", test_groups);
  add_for_every_case ("taps are the reference's tensors and change no bit", test_taps);
  add_for_every_case ("a single tap gives the same bits as all and changes none",
                      test_a_single_tap_gives_the_same_bits_as_all_and_changes_none);
  g_test_add_func ("/evaluator/a name that stands twice is answered twice",
                   test_a_name_that_stands_twice_is_answered_twice);
  g_test_add_func ("/evaluator/an unknown tap is an error that names it",
                   test_an_unknown_tap_is_an_error);
  g_test_add_func ("/evaluator/the folded network has no taps and gates",
                   test_the_folded_network_has_no_taps_and_gates);
  add_for_every_case ("all gates on change no bit", test_all_gates_on_change_no_bit);
  add_for_every_case ("an off block gives exactly its shortcut",
                      test_an_off_block_gives_its_shortcut);
  g_test_add_func ("/evaluator/an off block passes on what is no number",
                   test_an_off_block_passes_on_what_is_no_number);
  g_test_add_func ("/evaluator/a tap in an off branch shows what it would have given",
                   test_a_tap_in_an_off_branch);
  add_for_every_case ("lesions of idle branches change no bit",
                      test_lesions_of_idle_branches_change_no_bit);
  g_test_add_func ("/evaluator/a cancelled pass leaves no trace", test_a_cancelled_pass);
  g_test_add_func ("/evaluator/cancelling from another thread leaves no trace",
                   test_cancelling_from_another_thread);
  add_for_every_case ("threads change no bit", test_threads_change_no_bit);
  g_test_add_func ("/evaluator/evaluators in two threads share a model",
                   test_evaluators_in_two_threads_share_a_model);
  g_test_add_func ("/evaluator/an evaluator keeps its model", test_an_evaluator_keeps_its_model);
  g_test_add_func ("/evaluator/a borrowed team serves several",
                   test_a_borrowed_team_serves_several);
  g_test_add_func ("/evaluator/a model's epsilon counts", test_a_models_epsilon_counts);
  g_test_add_func ("/evaluator/a batch stays within 64 MB", test_a_batch_stays_within_64_mb);
  g_test_add_func ("/evaluator/too large a picture is an error",
                   test_too_large_a_picture_is_an_error);
  g_test_add_func ("/evaluator/too much memory is an error", test_too_much_memory_is_an_error);
  g_test_add_func ("/evaluator/third party/logits are PyTorch's", test_third_party_logits);
  return g_test_run ();
}
