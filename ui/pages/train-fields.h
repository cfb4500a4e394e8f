#pragma once

#include <residua/settings.h>

G_BEGIN_DECLS

/* The settings of a training as a person edits them: each with its name, bounds and explanation, read from text and
 * written as text. Without widgets.
 */

typedef enum
{
  RN_FIELD_EPOCHS,
  RN_FIELD_BATCH,
  RN_FIELD_DROP_LAST,
  RN_FIELD_RATE,
  RN_FIELD_SCHEDULE,
  RN_FIELD_MILESTONES,
  RN_FIELD_FACTOR,
  RN_FIELD_PATIENCE,
  RN_FIELD_WARMUP,
  RN_FIELD_WARMUP_STEPS,
  RN_FIELD_WARMUP_ERROR,
  RN_FIELD_WARMUP_RATE,
  RN_FIELD_MOMENTUM,
  RN_FIELD_DECAY,
  RN_FIELD_SPARE_NORMS,
  RN_FIELD_PAD,
  RN_FIELD_FLIP,
  RN_FIELD_SCALE_MIN,
  RN_FIELD_SCALE_MAX,
  RN_FIELD_COLOUR,
  RN_FIELD_PIXEL_MEAN,
  RN_FIELD_SEED,
  RN_FIELD_EVALUATE,
  RN_FIELD_CHECKPOINT,
  RN_FIELD_MEASURE,
  RN_N_FIELDS
} RnField;

typedef enum
{
  RN_CONTROL_ENTRY,
  RN_CONTROL_SWITCH,
  RN_CONTROL_CHOICE
} RnControl;

/* What a warm-up is until; RN_FIELD_WARMUP's choices in order */
typedef enum
{
  RN_WARMUP_NONE,
  RN_WARMUP_STEPS,
  RN_WARMUP_ERROR
} RnWarmup;

/* The settings while they are edited */
typedef struct
{
  RnSettings settings;
  double epochs;
  int n_pictures; /* for training; 0 while the data set is not there */
} RnDraft;

/** Returns: of the data set of @draft, short last batch counted unless it is dropped; 0 where it is not known */
gint64 rn_draft_epoch_steps (const RnDraft *draft);
/** Returns: the whole training's; where the data set is not known, the settings' own or the default's */
gint64 rn_draft_steps (const RnDraft *draft);

RnControl rn_field_get_control (RnField field);
const char *rn_field_get_title (RnField field);
const char *rn_field_get_subtitle (RnField field);
/** (transfer none) NULL-terminated, untranslated words to be passed through gettext: of a choice */
const char *const *rn_field_get_choices (RnField field);
/** Returns: whether it says anything with the schedule and the warm-up of @draft */
gboolean rn_field_is_used (RnField field, const RnDraft *draft);

/** Of an entry. Returns: (transfer full): what rn_field_parse() reads back */
char *rn_field_format (RnField field, const RnDraft *draft);
/** Of an entry. @problem: (out) (transfer full): one sentence for people; @draft is then as it was */
gboolean rn_field_parse (RnField field, const char *text, RnDraft *draft, char **problem);
/** Of a switch (0 or 1) or a choice (its place) */
int rn_field_get (RnField field, const RnDraft *draft);
void rn_field_set (RnField field, int value, RnDraft *draft);

G_END_DECLS
