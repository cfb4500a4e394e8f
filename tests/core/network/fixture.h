#pragma once

#include "cases.h"
#include "network/network.h"

/* One network, its team and its reference, with the same parameters */
typedef struct
{
  RnSpec *spec;
  RnTeam *team;
  RnNetwork *network;
  RefNetwork *ref;
  const RnParameters *parameters;
  int n;
  int *labels;
  float *x;
} Fixture;

/* Takes @spec. Parameters, labels and pictures come from @seed; the reference has done its step with them. */
Fixture *fixture_new (RnSpec *spec, int batch, int n, int threads, guint64 seed);
Fixture *fixture_of_case (const Case *c, int threads);
void fixture_free (Fixture *self);

/* One forward and backward. Returns: the loss */
double compute (Fixture *self, gboolean measure);

gboolean is_learned (const RnParameter *parameter);
float *copy_floats (const float *floats, gsize count);

/* Adds "/network/PATH/CASE" for each. */
void add_for_every_case (const char *path, void (*func) (gconstpointer));

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)
