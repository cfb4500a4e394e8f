#include <math.h>

#include "state/fit.h"
#include "state/session-private.h"

/* Settings of the next new run. What the person has not chosen follows from the data and the network, as residua-cli
 * does it.
 */

#define DEFAULT_EPOCHS 15.0
#define DEFAULT_SCHEDULE "steps=50%,75%"
#define MIN_EPOCHS 0.1
#define MAX_EPOCHS 10000.0
#define MAX_STEPS 1000000000
/* Pictures up to this side are cropped and flipped */
#define MAX_SMALL_SIDE 64
/* What the measures of a run may take on disk, 36 bytes a block and step */
#define MAX_MEASURE_BYTES 64e6
#define MEASURE_BYTES 36.0

void
rn_session_init_settings (RnSession *self)
{
  self->epochs = DEFAULT_EPOCHS;
  rn_settings_init (&self->settings);
  rn_schedule_parse (DEFAULT_SCHEDULE, self->settings.steps, &self->settings.schedule, NULL);
  rn_session_derive_settings (self);
}

RnSpec *
rn_session_fit_sketch (RnSession *self, RnDocument *sketch, GError **error)
{
  return rn_fit_spec (rn_document_get_spec (sketch), self->dataset, error);
}

RnSpec *
rn_session_fit (RnSession *self, RnDocument *document)
{
  return rn_document_get_kind (document) == RN_DOCUMENT_SKETCH
             ? rn_session_fit_sketch (self, document, NULL)
             : NULL;
}

GArray *
rn_session_list_carry (RnSession *self)
{
  RnDocument *origin = self->document == NULL ? NULL : rn_document_get_origin (self->document);
  g_autoptr (RnSpec) spec =
      origin == NULL ? NULL : rn_session_fit_sketch (self, self->document, NULL);

  return spec == NULL ? NULL : rn_carry_list (rn_document_get_spec (origin), spec);
}

gint64
rn_session_epoch_steps (RnSession *self, const RnSettings *settings)
{
  double batches;

  if (self->dataset == NULL)
    return 0;
  batches = (double) rn_dataset_count (self->dataset, RN_SPLIT_TRAIN) / settings->batch;
  return (gint64) MAX (settings->drop_last ? floor (batches) : ceil (batches), 1.0);
}

/* Milestones stay at their share of the training. A share is taken as a whole percentage where that is the same step. */
static void
rescale_milestones (RnSchedule *schedule, gint64 from, gint64 to)
{
  for (int i = 0; i < schedule->n_milestones && from > 0; i++)
    {
      const double share = (double) schedule->milestones[i] / (double) from;
      const double percent = round (share * 100.0) / 100.0;
      const gboolean is_percent =
          MAX (llround (percent * (double) from), 1) == schedule->milestones[i];

      schedule->milestones[i] = MAX (llround ((is_percent ? percent : share) * (double) to), 1);
    }
}

static void
set_steps (RnSession *self, gint64 steps)
{
  RnSettings *settings = &self->settings;

  if (steps == settings->steps)
    return;
  rescale_milestones (&settings->schedule, settings->steps, steps);
  settings->steps = steps;
}

static void
derive_augment (RnSession *self)
{
  const int side = rn_dataset_get_side (self->dataset);
  const gboolean is_small =
      rn_dataset_get_channels (self->dataset) == 3 && side > 0 && side <= MAX_SMALL_SIDE;

  rn_augment_parse (is_small ? "crop,flip" : "none", &self->settings.augment, NULL);
}

static gint64
measure_every (const RnSpec *spec, gint64 steps)
{
  const double bytes = (double) steps * rn_spec_n_blocks (spec) * MEASURE_BYTES;

  return (gint64) MAX (ceil (bytes / MAX_MEASURE_BYTES), 1.0);
}

gboolean
rn_session_derive_settings (RnSession *self)
{
  g_autofree char *before = rn_settings_to_json (&self->settings, "", ""), *after = NULL;
  const gint64 epoch_steps = rn_session_epoch_steps (self, &self->settings);

  if (epoch_steps > 0)
    set_steps (self,
               (gint64) CLAMP (ceil (self->epochs * (double) epoch_steps - 1e-9), 1.0, MAX_STEPS));
  if (self->dataset != NULL && !(self->choices & RN_CHOICE_AUGMENT))
    derive_augment (self);
  if (self->document != NULL && !(self->choices & RN_CHOICE_MEASURE_EVERY))
    self->settings.measure_every =
        measure_every (rn_document_get_spec (self->document), self->settings.steps);
  after = rn_settings_to_json (&self->settings, "", "");
  return g_strcmp0 (before, after) != 0;
}

const RnSettings *
rn_session_get_settings (RnSession *self)
{
  RnRecord *record = rn_session_get_record (self);

  return record != NULL ? rn_record_get_settings (record) : &self->settings;
}

const RnSettings *
rn_session_get_next_settings (RnSession *self, double *epochs, RnChoices *choices)
{
  *epochs = self->epochs;
  *choices = self->choices;
  return &self->settings;
}

static gboolean
is_same_augment (const RnAugment *a, const RnAugment *b)
{
  return a->pad == b->pad && a->flip == b->flip && a->scale_min == b->scale_min &&
         a->scale_max == b->scale_max && a->colour == b->colour;
}

void
rn_session_set_settings (RnSession *self, const RnSettings *settings)
{
  const RnSettings before = self->settings;

  if (!is_same_augment (&settings->augment, &before.augment))
    self->choices |= RN_CHOICE_AUGMENT;
  if (settings->measure_every != before.measure_every)
    self->choices |= RN_CHOICE_MEASURE_EVERY;
  self->settings = *settings;
  if (self->settings.steps < 1)
    self->settings.steps = before.steps;
  rn_session_derive_settings (self);
  rn_session_emit (self, RN_SIGNAL_SETTINGS);
}

void
rn_session_restore_settings (RnSession *self, const RnSettings *settings, double epochs,
                             RnChoices choices)
{
  rn_session_set_settings (self, settings);
  self->choices = choices;
  rn_session_set_epochs (self, epochs);
}

double
rn_session_get_epochs (RnSession *self)
{
  RnRecord *record = rn_session_get_record (self);
  double epoch_steps;

  if (record == NULL)
    return self->epochs;
  if (self->run_epochs > 0.0)
    return self->run_epochs;
  epoch_steps = rn_record_get_epoch_steps (record);
  if (epoch_steps < 1.0)
    epoch_steps = (double) rn_session_epoch_steps (self, rn_record_get_settings (record));
  return epoch_steps < 1.0 ? self->epochs
                           : (double) rn_record_get_settings (record)->steps / epoch_steps;
}

void
rn_session_set_epochs (RnSession *self, double epochs)
{
  const double bounded = CLAMP (epochs, MIN_EPOCHS, MAX_EPOCHS);

  if (bounded == rn_session_get_epochs (self))
    return;
  if (rn_session_get_record (self) != NULL)
    self->run_epochs = bounded;
  else
    self->epochs = bounded;
  rn_session_derive_settings (self);
  rn_session_emit (self, RN_SIGNAL_SETTINGS);
}
