#include "lab/experiment-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "residua/error.h"

/* Settings */

void
rn_lab_settings_init (RnLabSettings *settings)
{
  memset (settings, 0, sizeof *settings);
  rn_settings_init (&settings->base);
}

void
rn_lab_settings_copy (RnLabSettings *to, const RnLabSettings *from)
{
  *to = *from;
  to->schedule = g_strdup (from->schedule);
}

void
rn_lab_settings_clear (RnLabSettings *settings)
{
  g_clear_pointer (&settings->schedule, g_free);
}

static gint64
steps_of_epoch (const RnSettings *settings, int n_pictures)
{
  const int rest = settings->drop_last ? 0 : settings->batch - 1;

  return MAX (((gint64) n_pictures + rest) / settings->batch, 1);
}

gboolean
rn_lab_settings_resolve (const RnLabSettings *settings, int n_pictures, guint64 seed,
                         RnSettings *resolved, GError **error)
{
  *resolved = settings->base;
  resolved->seed = seed;
  if (settings->epochs > 0.0)
    {
      const double steps = settings->epochs * (double) steps_of_epoch (&settings->base, n_pictures);

      resolved->steps =
          (gint64) CLAMP (ceil (steps - 1e-9), 1.0, 1e18); /* too many are refused below */
    }
  return (settings->schedule == NULL ||
          rn_schedule_parse (settings->schedule, resolved->steps, &resolved->schedule, error)) &&
         rn_settings_check (resolved, error);
}

/* Making */

RnExperiment *
rn_experiment_new_empty (const char *name)
{
  RnExperiment *self = g_new0 (RnExperiment, 1);

  g_atomic_ref_count_init (&self->references);
  self->name = g_strdup (name);
  self->n_seeds = 1;
  return self;
}

RnExperimentArm *
rn_experiment_add_arm (RnExperiment *self, const char *id, const char *name, RnSpec *spec,
                       int origin)
{
  RnExperimentArm *arm = &self->arms[self->n_arms];

  g_return_val_if_fail (self->n_arms < RN_LAB_MAX_ARMS, NULL);

  arm->id = g_strdup (id);
  arm->name = g_strdup (name);
  arm->spec = spec;
  arm->arm = (RnLabArm){ arm->id, arm->name, arm->spec, origin };
  rn_lab_settings_init (&arm->settings);
  self->n_arms++;
  return arm;
}

int
rn_experiment_find_arm (const RnExperiment *self, const char *id)
{
  for (int i = 0; i < self->n_arms; i++)
    if (strcmp (self->arms[i].id, id) == 0)
      return i;
  return -1;
}

static void
add_twin (RnExperiment *self, const RnSpec *spec, const RnSettings *settings)
{
  g_autofree char *id = g_strdup_printf ("arm-%d", self->n_arms + 1);
  const char *name = rn_spec_get_name (spec);
  RnExperimentArm *arm =
      rn_experiment_add_arm (self, id, *name != '\0' ? name : id, rn_spec_copy (spec), -1);

  arm->settings.base = *settings;
}

RnExperiment *
rn_experiment_new_twins (const RnSpec *const *specs, int n, const RnSettings *settings, int n_seeds,
                         GError **error)
{
  static const RnLabFigureKind figures[] = { RN_LAB_FIGURE_TRAIN_ERROR, RN_LAB_FIGURE_TRAIN_LOSS,
                                             RN_LAB_FIGURE_TEST_ERROR };
  g_autoptr (RnExperiment) self = NULL;

  g_return_val_if_fail (n >= 2 && n <= RN_LAB_MAX_ARMS, NULL);
  g_return_val_if_fail (n_seeds >= 1 && n_seeds <= RN_LAB_MAX_SEEDS, NULL);

  for (int i = 0; i < n; i++)
    if (!rn_spec_check (specs[i], error))
      return NULL;
  if (!rn_settings_check (settings, error))
    return NULL;
  self = rn_experiment_new_empty ("twins");
  self->title = g_strdup (_ ("Twins"));
  self->question = g_strdup ("");
  self->claim = g_strdup ("");
  self->source = g_strdup ("");
  self->data = g_strdup ("sample");
  self->n_seeds = n_seeds;
  for (int i = 0; i < n; i++)
    add_twin (self, specs[i], settings);
  for (gsize i = 0; i < G_N_ELEMENTS (figures); i++)
    self->figures[self->n_figures++] = figures[i];
  return g_steal_pointer (&self);
}

RnExperiment *
rn_experiment_ref (RnExperiment *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rn_experiment_unref (RnExperiment *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  for (int i = 0; i < self->n_arms; i++)
    {
      g_free (self->arms[i].id);
      g_free (self->arms[i].name);
      rn_spec_free (self->arms[i].spec);
      rn_lab_settings_clear (&self->arms[i].settings);
    }
  for (int i = 0; i < self->n_checks; i++)
    g_free (self->check_texts[i]);
  g_free (self->name);
  g_free (self->title);
  g_free (self->question);
  g_free (self->claim);
  g_free (self->source);
  g_free (self->data);
  g_free (self->json);
  g_free (self);
}

/* Looking */

const char *
rn_experiment_get_name (const RnExperiment *self)
{
  return self->name;
}

const char *
rn_experiment_get_title (const RnExperiment *self)
{
  return self->title;
}

const char *
rn_experiment_get_question (const RnExperiment *self)
{
  return self->question;
}

const char *
rn_experiment_get_claim (const RnExperiment *self)
{
  return self->claim;
}

const char *
rn_experiment_get_source (const RnExperiment *self)
{
  return self->source;
}

const char *
rn_experiment_get_data (const RnExperiment *self)
{
  return self->data;
}

const char *
rn_experiment_get_json (const RnExperiment *self)
{
  return self->json;
}

int
rn_experiment_get_n_seeds (const RnExperiment *self)
{
  return self->n_seeds;
}

int
rn_experiment_n_arms (const RnExperiment *self)
{
  return self->n_arms;
}

const RnLabArm *
rn_experiment_get_arm (const RnExperiment *self, int arm)
{
  g_return_val_if_fail (arm >= 0 && arm < self->n_arms, NULL);

  return &self->arms[arm].arm;
}

int
rn_experiment_n_figures (const RnExperiment *self)
{
  return self->n_figures;
}

RnLabFigureKind
rn_experiment_get_figure (const RnExperiment *self, int figure)
{
  g_return_val_if_fail (figure >= 0 && figure < self->n_figures, RN_LAB_FIGURE_TRAIN_LOSS);

  return self->figures[figure];
}

int
rn_experiment_n_checks (const RnExperiment *self)
{
  return self->n_checks;
}

const RnLabCheck *
rn_experiment_get_check (const RnExperiment *self, int check)
{
  g_return_val_if_fail (check >= 0 && check < self->n_checks, NULL);

  return &self->checks[check];
}

/* Quantities */

const char *
rn_lab_quantity_get_label (RnLabQuantity quantity)
{
  static const char *const labels[RN_LAB_N_QUANTITIES] = {
    [RN_LAB_TRAIN_LOSS] = N_ ("training loss"),
    [RN_LAB_TRAIN_ERROR] = N_ ("training error"),
    [RN_LAB_TEST_LOSS] = N_ ("test loss"),
    [RN_LAB_TEST_ERROR] = N_ ("test error"),
    [RN_LAB_RESPONSE] = N_ ("layer response"),
    [RN_LAB_INTACT] = N_ ("test error with all blocks"),
    [RN_LAB_LESION] = N_ ("test error without a block"),
    [RN_LAB_SHUFFLE] = N_ ("test error in another order"),
    [RN_LAB_SHORTCUT_SHARE] = N_ ("gradient through the shortcut"),
    [RN_LAB_PARAMETERS] = N_ ("parameters"),
    [RN_LAB_MACS] = N_ ("multiply-adds"),
  };

  g_return_val_if_fail (quantity >= 0 && quantity < RN_LAB_N_QUANTITIES, NULL);

  return _ (labels[quantity]);
}

gboolean
rn_lab_quantity_is_share (RnLabQuantity quantity)
{
  return quantity == RN_LAB_TRAIN_ERROR || quantity == RN_LAB_TEST_ERROR ||
         quantity == RN_LAB_INTACT || quantity == RN_LAB_LESION || quantity == RN_LAB_SHUFFLE ||
         quantity == RN_LAB_SHORTCUT_SHARE;
}
