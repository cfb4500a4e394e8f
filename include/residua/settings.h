#pragma once

#include "residua/augment.h"

G_BEGIN_DECLS

/**
 * RnScheduleKind:
 * @RN_SCHEDULE_CONSTANT: always the base rate
 * @RN_SCHEDULE_STEPS: multiplied by the factor at each milestone
 * @RN_SCHEDULE_PLATEAU: multiplied by the factor when the test error (the training error where there is no test
 *   split) has not improved for some epochs
 * @RN_SCHEDULE_COSINE: half a cosine from the base rate to 0 at the last step (Loshchilov and Hutter 2017, without
 *   restarts)
 */
typedef enum
{
  RN_SCHEDULE_CONSTANT,
  RN_SCHEDULE_STEPS,
  RN_SCHEDULE_PLATEAU,
  RN_SCHEDULE_COSINE
} RnScheduleKind;

#define RN_MAX_MILESTONES 16

/**
 * RnSchedule:
 * @factor: of RN_SCHEDULE_STEPS and RN_SCHEDULE_PLATEAU, 0 < factor < 1, usually 0.1
 * @milestones: steps done, in rising order, for RN_SCHEDULE_STEPS; of equal ones each counts
 * @patience: evaluations without improvement before RN_SCHEDULE_PLATEAU drops, at least 1
 * @warmup_steps: the first step has @warmup_rate, and from there the rate rises linearly to the base rate after this
 *   many; RN_SCHEDULE_COSINE begins then. 0 is off
 * @warmup_error: while the training error of the last epoch's worth of steps (at most 100) is at or over this share,
 *   the rate stays at @warmup_rate; 0 is off. It excludes @warmup_steps. The paper's 110 layers: 0.8 at rate
 *   0.01 (section 4.2)
 */
typedef struct
{
  RnScheduleKind kind;
  double factor;
  int n_milestones;
  gint64 milestones[RN_MAX_MILESTONES];
  int patience;
  gint64 warmup_steps;
  double warmup_rate;
  double warmup_error;
} RnSchedule;

/**
 * rn_schedule_parse:
 * @text: "constant", "steps=32000,48000", "steps=50%,75%" (of @steps), "plateau", "plateau=5" (patience), "cosine";
 *   then, after a plus, "factor=0.2" (0.1 unless said), "warmup=400" (steps, from rate 0), "warmup=400@0.01" (from
 *   that rate), "warmup-error=0.8" or "warmup-error=0.8@0.01" (at that rate, 0.01 unless said)
 * @steps: the length of the training, for percentages
 * @error: RN_ERROR_FORMAT naming the word
 */
gboolean rn_schedule_parse (const char *text, gint64 steps, RnSchedule *schedule, GError **error);
/** Returns: (transfer full): what rn_schedule_parse() reads back exactly */
char *rn_schedule_to_string (const RnSchedule *schedule);

/**
 * RnSettings:
 * @steps: to train in all, 1 to 1e9
 * @batch: pictures a step, 1 to 65536
 * @rate: base learning rate, over 0
 * @momentum: 0 to under 1
 * @weight_decay: at least 0, on every parameter unless @spare_norms
 * @spare_norms: no decay on batch-norm's gamma and beta, nor on biases
 * @drop_last: leave out the last short batch of an epoch
 * @per_pixel_mean: subtract each pixel's mean instead of the channel's
 * @evaluate_every: steps between evaluations on the test split; 0 is each epoch
 * @checkpoint_every: steps between checkpoints; 0 is each epoch
 * @measure_every: steps between the measures of each block; 0 is never
 * @seed: decides initial parameters, order and augmentation
 *
 * Everything that decides the result of a training besides network and data; a run keeps it in settings.json.
 */
typedef struct
{
  gint64 steps;
  int batch;
  double rate;
  RnSchedule schedule;
  double momentum;
  double weight_decay;
  gboolean spare_norms;
  gboolean drop_last;
  gboolean per_pixel_mean;
  RnAugment augment;
  gint64 evaluate_every;
  gint64 checkpoint_every;
  gint64 measure_every;
  guint64 seed;
} RnSettings;

/** The paper's for CIFAR: 64,000 steps, batch 128, rate 0.1 to a tenth at a half and at three quarters, momentum 0.9,
 * decay 1e-4, "crop,flip"; evaluation and checkpoint each epoch, measures each 50 steps, seed 1. */
void rn_settings_init (RnSettings *settings);
/** Returns: whether every field is in its bounds; RN_ERROR_DATA names the first that is not, and its bounds */
gboolean rn_settings_check (const RnSettings *settings, GError **error);

/** Returns: (transfer full): JSON, every key in a fixed order; the same bytes for the same settings. Doubles come back
 *   to the bit */
char *rn_settings_to_json (const RnSettings *settings, const char *data, const char *digest);
/** @data and @digest: (out) (optional) (transfer full): what the run was trained on */
gboolean rn_settings_from_json (RnSettings *settings, const char *text, gssize length,
                                const char *where, char **data, char **digest, GError **error);

G_END_DECLS
