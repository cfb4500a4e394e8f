#include "network/network.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "compute/memory.h"
#include "fixture.h"
#include "residua/error.h"
#include "third-party.h"

#define N_RANDOM 16

static Fixture *
fixture_of_random (int i)
{
  return fixture_new (random_spec (i), 4, 2 + i % 3, 1 + i % 2, 100 + i);
}

static void
assert_forward (Fixture *self, const char *what)
{
  const gsize count = (gsize) self->n * rn_spec_get_classes (self->spec);
  double loss;
  int wrong;

  g_assert_true (rn_network_compute (self->network, self->x, self->labels, self->n, FALSE, NULL,
                                     &loss, &wrong));
  assert_agree (what, rn_network_get_logits (self->network), self->ref->logits, count, 2e-5);
  g_assert_cmpfloat_with_epsilon (loss, self->ref->loss, 2e-5 * MAX (1.0, self->ref->loss));
  g_assert_cmpint (wrong, ==, self->ref->wrong);
  g_assert_true (rn_network_is_finite (self->network));
}

/* Each tensor's, to @tolerance of its norm */
static void
assert_gradients (Fixture *self, const char *what, double tolerance)
{
  compute (self, FALSE);
  for (int i = 0; i < self->parameters->n; i++)
    {
      const RnParameter *p = &self->parameters->items[i];
      g_autofree char *name = g_strconcat (what, ": ", p->name, NULL);

      if (is_learned (p))
        assert_near (name, rn_network_get_gradients (self->network) + p->offset,
                     self->ref->gradients + p->offset, p->count, tolerance);
    }
}

static void
test_forward (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Fixture) self = fixture_of_case (c, 2);

  assert_forward (self, c->name);
}

static void
test_gradients (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Fixture) self = fixture_of_case (c, 2);

  assert_gradients (self, c->name, 3e-4);
}

static void
test_random_specs (void)
{
  for (int i = 0; i < N_RANDOM; i++)
    {
      g_autoptr (Fixture) self = fixture_of_random (i);
      g_autofree char *what = g_strdup_printf ("random %d", i);

      assert_forward (self, what);
      /* chance makes last maps of few pixels, where batch-norm cancels most of a gradient */
      assert_gradients (self, what, 1e-3);
    }
}

/* Batch-norms of others have another epsilon than ours */
static void
test_the_epsilon_of_a_model_counts (void)
{
  const double epsilon = 0.25;
  g_autoptr (Fixture) self = fixture_of_random (1);
  const RnPreprocess preprocess = { .side = rn_spec_get_side (self->spec),
                                    .channels = rn_spec_get_channels (self->spec),
                                    .std = { 1.0f, 1.0f, 1.0f } };
  float *arena = rn_floats_new (self->parameters->n_floats);
  g_autoptr (GError) error = NULL;
  g_autoptr (RnModel) model = NULL;

  memcpy (arena, rn_network_get_arena (self->network), self->parameters->n_floats * sizeof *arena);
  model = rn_model_new_take (self->spec, arena, NULL, &preprocess, epsilon, -1, &error);
  g_assert_no_error (error);
  rn_network_load (self->network, model);
  g_assert_cmpfloat (rn_network_get_epsilon (self->network), ==, epsilon);
  self->ref->epsilon = epsilon;
  g_free (self->x);
  self->x = clear_pictures (self->ref, 17, self->labels);
  assert_forward (self, "epsilon");
  assert_gradients (self, "epsilon", 1e-3);
}

/* The reference's own gradient, as a slope of its loss: central differences in double precision. */

static double
loss_at (Fixture *self, gsize offset, gsize count, const double *direction, double step)
{
  double *values = self->ref->arena + offset;
  g_autofree double *before = g_memdup2 (values, count * sizeof *values);

  for (gsize i = 0; i < count; i++)
    values[i] += step * direction[i];
  ref_network_train (self->ref, self->labels);
  memcpy (values, before, count * sizeof *values);
  return self->ref->loss;
}

static void
assert_slope (Fixture *self, const RnParameter *p, const double *direction)
{
  const double step = 1e-6;
  const double *gradient = self->ref->gradients + p->offset;
  double expected = 0.0, norm = 0.0, slope;

  for (gsize i = 0; i < p->count; i++)
    {
      expected += gradient[i] * direction[i];
      norm += gradient[i] * gradient[i];
    }
  slope = (loss_at (self, p->offset, p->count, direction, step) -
           loss_at (self, p->offset, p->count, direction, -step)) /
          (2.0 * step);
  if (!(fabs (slope - expected) <= 1e-6 * MAX (1.0, sqrt (norm))))
    g_error ("%s: slope %.9g, backward says %.9g", p->name, slope, expected);
}

static void
assert_slopes (Fixture *self)
{
  RnRandom random;

  rn_random_start (&random, 5, RN_STREAM_TEST, 0, 0);
  for (int i = 0; i < self->parameters->n; i++)
    {
      const RnParameter *p = &self->parameters->items[i];
      g_autofree double *direction = g_new0 (double, p->count);
      double norm = 0.0;

      if (!is_learned (p))
        continue;
      for (int j = 0; j < 2; j++)
        {
          const gsize at = rn_random_below (&random, p->count);

          direction[at] = 1.0;
          assert_slope (self, p, direction);
          direction[at] = 0.0;
        }
      for (gsize j = 0; j < p->count; j++)
        {
          direction[j] = rn_random_normal (&random);
          norm += direction[j] * direction[j];
        }
      for (gsize j = 0; j < p->count; j++)
        direction[j] /= sqrt (norm);
      assert_slope (self, p, direction);
    }
}

/* Minutes of one thread's arithmetic */
static gboolean
skips_slopes (void)
{
#ifdef __SANITIZE_THREAD__
  g_test_skip ("there is nothing in it for ThreadSanitizer to see");
  return TRUE;
#else
  return FALSE;
#endif
}

static void
test_finite_differences (gconstpointer data)
{
  g_autoptr (Fixture) self = NULL;

  if (skips_slopes ())
    return;
  self = fixture_of_case (data, 1);
  assert_slopes (self);
}

static void
test_finite_differences_of_random_specs (void)
{
  if (skips_slopes ())
    return;
  for (int i = 0; i < N_RANDOM; i += 2)
    {
      g_autoptr (Fixture) self = fixture_of_random (i);

      assert_slopes (self);
    }
}

/* Small things */

static void
test_what_is_not_finite_is_noticed (void)
{
  g_autoptr (Fixture) self = fixture_of_case (case_find ("C"), 2);
  float *arena = rn_network_get_arena (self->network);
  const gsize at = rn_parameters_get (self->parameters, 2, RN_PARAMETER_FILTER)->offset;
  const float before = arena[at];
  static const float bad[] = { NAN, INFINITY };

  for (int i = 0; i < 2; i++)
    {
      arena[at] = bad[i];
      compute (self, FALSE);
      g_assert_false (rn_network_is_finite (self->network));
      arena[at] = before;
      compute (self, FALSE);
      g_assert_true (rn_network_is_finite (self->network));
    }
  rn_network_get_gradients (self->network)[self->parameters->n_learned - 16] = NAN;
  g_assert_false (rn_network_is_finite (self->network));
}

static void
test_the_position_ends_in_the_stem_going_back (void)
{
  g_autoptr (Fixture) self = fixture_of_case (case_find ("C"), 2);
  gboolean backward;
  int block;

  compute (self, FALSE);
  rn_network_get_position (self->network, &block, &backward);
  g_assert_cmpint (block, ==, -1);
  g_assert_true (backward);
}

static void
test_too_much_memory_is_an_error (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new (NULL, 4096, 3, RN_STEM_3X3, 8192, 10, NULL);
  g_autoptr (GError) error = NULL;
  RnTeam *team = rn_team_new (1);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  g_test_skip ("a sanitizer ends the program where memory cannot be had");
#else
  g_assert_null (rn_network_new (spec, 65536, team, 1, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "65536"));
#endif
  rn_team_free (team);
}

/* A network that others trained, and what PyTorch made of five steps of it in double precision */

static RnNetwork *
third_party_network (RnTeam *team, const RnModel *model)
{
  RnNetwork *network = rn_network_new (rn_model_get_spec (model), THIRD_PARTY_COUNT, team, 0, NULL);
  const RnParameters *parameters = rn_network_get_parameters (network);

  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *p = &parameters->items[i];
      g_autoptr (RnTensor) tensor = rn_model_get_parameter (model, p->name);

      rn_parameter_from_file_order (p, rn_network_get_arena (network) + p->offset, tensor->data);
    }
  return network;
}

/* first values, norm and (of gradients) sum of each tensor that the file lists, in the order of files */
static void
assert_tensors (JsonObject *expected, const RnParameters *parameters, const float *values,
                double tolerance)
{
  g_assert_cmpint (json_object_get_size (expected), >, 0);
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *p = &parameters->items[i];
      JsonObject *entry = json_object_has_member (expected, p->name)
                              ? json_object_get_object_member (expected, p->name)
                              : NULL;
      g_autofree float *file = g_new (float, p->count);
      double norm = 0.0, sum = 0.0, l2;
      JsonArray *first;

      if (entry == NULL)
        continue;
      rn_parameter_to_file_order (p, file, values + p->offset);
      for (gsize j = 0; j < p->count; j++)
        {
          norm += (double) file[j] * file[j];
          sum += file[j];
        }
      l2 = json_object_get_double_member (entry, "l2");
      g_assert_cmpfloat_with_epsilon (sqrt (norm), l2, tolerance * l2);
      if (json_object_has_member (entry, "sum"))
        g_assert_cmpfloat_with_epsilon (sum, json_object_get_double_member (entry, "sum"),
                                        tolerance * l2);
      first = json_object_get_array_member (entry, "first5");
      for (guint j = 0; j < json_array_get_length (first); j++)
        g_assert_cmpfloat_with_epsilon (file[j], json_array_get_double_element (first, j),
                                        tolerance * l2);
    }
}

static void
test_third_party_training (void)
{
  g_autoptr (JsonNode) root = third_party_json ("reference_train_resnet20.json");
  g_autoptr (RnModel) model = root != NULL ? third_party_model () : NULL;
  g_autofree float *x = NULL;
  int labels[THIRD_PARTY_COUNT];
  RnTeam *team;
  RnNetwork *network;
  JsonArray *steps;

  if (model == NULL || (x = third_party_pictures (model, labels)) == NULL)
    return;
  team = rn_team_new (2);
  network = third_party_network (team, model);
  steps = json_object_get_array_member (json_node_get_object (root), "steps");
  g_assert_cmpuint (json_array_get_length (steps), ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      JsonObject *step = json_array_get_object_element (steps, i);
      const RnParameters *parameters = rn_network_get_parameters (network);
      double loss;
      int wrong;

      g_assert_true (
          rn_network_compute (network, x, labels, THIRD_PARTY_COUNT, FALSE, NULL, &loss, &wrong));
      g_assert_cmpfloat_with_epsilon (loss, json_object_get_double_member (step, "loss"), 1e-4);
      if (json_object_has_member (step, "grads"))
        assert_tensors (json_object_get_object_member (step, "grads"), parameters,
                        rn_network_get_gradients (network), 1e-3);
      rn_network_commit (network, 0.1, 0.9, 1e-4, FALSE);
      if (json_object_has_member (step, "after_step"))
        assert_tensors (json_object_get_object_member (step, "after_step"), parameters,
                        rn_network_get_arena (network), 1e-4);
    }
  rn_network_free (network);
  rn_team_free (team);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_every_case ("training gives the reference's loss and logits", test_forward);
  add_for_every_case ("backward gives the reference's gradients", test_gradients);
  g_test_add_func ("/network/random specifications give the reference's loss and gradients",
                   test_random_specs);
  add_for_every_case ("the reference's gradients are slopes of its loss", test_finite_differences);
  g_test_add_func (
      "/network/the reference's gradients are slopes of its loss for random specifications",
      test_finite_differences_of_random_specs);
  g_test_add_func ("/network/the epsilon of a model counts", test_the_epsilon_of_a_model_counts);
  g_test_add_func ("/network/what is not finite is noticed", test_what_is_not_finite_is_noticed);
  g_test_add_func ("/network/the position ends in the stem going back",
                   test_the_position_ends_in_the_stem_going_back);
  g_test_add_func ("/network/too much memory is an error", test_too_much_memory_is_an_error);
  g_test_add_func ("/network/third party/five steps are PyTorch's", test_third_party_training);
  return g_test_run ();
}
