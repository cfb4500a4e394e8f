#include "fixture.h"

Fixture *
fixture_new (RnSpec *spec, int batch, int n, int threads, guint64 seed)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr (GError) error = NULL;

  self->spec = spec;
  self->team = rn_team_new (threads);
  self->network = rn_network_new (spec, batch, self->team, seed, &error);
  g_assert_no_error (error);
  self->parameters = rn_network_get_parameters (self->network);
  self->n = n;
  self->ref = ref_network_new (spec, n, 0, 0);
  self->labels = random_labels (seed, n, rn_spec_get_classes (spec));
  randomise_arena (rn_network_get_arena (self->network), spec, self->parameters, seed);
  ref_network_set_arena (self->ref, rn_network_get_arena (self->network));
  self->x = clear_pictures (self->ref, seed, self->labels);
  return self;
}

Fixture *
fixture_of_case (const Case *c, int threads)
{
  return fixture_new (case_spec (c), c->batch, c->n, threads, 17);
}

void
fixture_free (Fixture *self)
{
  rn_network_free (self->network);
  rn_team_free (self->team);
  ref_network_free (self->ref);
  rn_spec_free (self->spec);
  g_free (self->labels);
  g_free (self->x);
  g_free (self);
}

double
compute (Fixture *self, gboolean measure)
{
  double loss;
  int wrong;

  g_assert_true (rn_network_compute (self->network, self->x, self->labels, self->n, measure, NULL,
                                     &loss, &wrong));
  return loss;
}

float *
copy_floats (const float *floats, gsize count)
{
  return g_memdup2 (floats, count * sizeof *floats);
}

gboolean
is_learned (const RnParameter *parameter)
{
  return parameter->kind != RN_PARAMETER_MEAN && parameter->kind != RN_PARAMETER_VARIANCE;
}

void
add_for_every_case (const char *path, void (*func) (gconstpointer))
{
  for (int i = 0; i < n_cases; i++)
    {
      g_autofree char *full = g_strdup_printf ("/network/%s/%s", path, cases[i].name);

      g_test_add_data_func (full, &cases[i], func);
    }
}
