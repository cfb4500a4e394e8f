#include "pages/train-fields.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <residua/spec.h>
#include <string.h>

#define MAX_STEPS 1e9
#define DEFAULT_WARMUP_RATE 0.01
#define DEFAULT_WARMUP_STEPS 400
#define DEFAULT_WARMUP_ERROR 0.8

typedef enum
{
  TYPE_INT,
  TYPE_INT64,
  TYPE_UINT64,
  TYPE_DOUBLE,
  TYPE_BOOLEAN,
  TYPE_OTHER /* by code of its own */
} Type;

typedef struct
{
  const char *id;
  Type type;
  gsize offset;    /* in RnDraft */
  double min, max; /* of numbers */
  gboolean is_min_open, is_max_open;
  const char *title;
  const char *subtitle;
} Field;

#define OF(member) G_STRUCT_OFFSET (RnDraft, member)

static const Field fields[RN_N_FIELDS] = {
  [RN_FIELD_EPOCHS] = { "epochs", TYPE_DOUBLE, OF (epochs), 0.1, 10000, FALSE, FALSE, N_ ("Epochs"),
                        N_ ("How often every picture is seen") },
  [RN_FIELD_BATCH] = { "batch", TYPE_INT, OF (settings.batch), 1, 65536, FALSE, FALSE,
                       N_ ("Batch size"), N_ ("Pictures for one step; more need more memory") },
  [RN_FIELD_DROP_LAST] = { "drop-last", TYPE_BOOLEAN, OF (settings.drop_last), 0, 1, FALSE, FALSE,
                           N_ ("Drop the last batch"),
                           N_ ("Leave out the short one at an epoch’s end") },
  [RN_FIELD_RATE] = { "rate", TYPE_DOUBLE, OF (settings.rate), 0, 1000, TRUE, FALSE,
                      N_ ("Learning rate"), N_ ("How far a step goes along the gradient") },
  [RN_FIELD_SCHEDULE] = { "schedule", TYPE_OTHER, 0, 0, 3, FALSE, FALSE, N_ ("Schedule"),
                          N_ ("How the rate falls") },
  [RN_FIELD_MILESTONES] = { "milestones", TYPE_OTHER, 0, 0, 0, FALSE, FALSE, N_ ("Milestones"),
                            N_ ("When it drops: steps, or shares such as 50%, 75%") },
  [RN_FIELD_FACTOR] = { "factor", TYPE_DOUBLE, OF (settings.schedule.factor), 0, 1, TRUE, TRUE,
                        N_ ("Factor"), N_ ("The rate is multiplied by it at each drop") },
  [RN_FIELD_PATIENCE] = { "patience", TYPE_INT, OF (settings.schedule.patience), 1, 1e6, FALSE,
                          FALSE, N_ ("Patience"), N_ ("Epochs without progress before a drop") },
  [RN_FIELD_WARMUP] = { "warmup", TYPE_OTHER, 0, 0, 2, FALSE, FALSE, N_ ("Warm-up"),
                        N_ ("A gentle beginning for deep networks") },
  [RN_FIELD_WARMUP_STEPS] = { "warmup-steps", TYPE_INT64, OF (settings.schedule.warmup_steps), 1,
                              MAX_STEPS, FALSE, FALSE, N_ ("Warm-up steps"),
                              N_ ("The rate rises evenly over these") },
  [RN_FIELD_WARMUP_ERROR] = { "warmup-error", TYPE_DOUBLE, OF (settings.schedule.warmup_error), 0,
                              1, TRUE, FALSE, N_ ("Until the error is under"),
                              N_ ("Share of the training pictures; 0.8 in the paper") },
  [RN_FIELD_WARMUP_RATE] = { "warmup-rate", TYPE_DOUBLE, OF (settings.schedule.warmup_rate), 0,
                             1000, FALSE, FALSE, N_ ("Warm-up rate"), N_ ("It begins with this") },
  [RN_FIELD_MOMENTUM] = { "momentum", TYPE_DOUBLE, OF (settings.momentum), 0, 1, FALSE, TRUE,
                          N_ ("Momentum"), N_ ("How much of the last step is kept") },
  [RN_FIELD_DECAY] = { "decay", TYPE_DOUBLE, OF (settings.weight_decay), 0, 1, FALSE, FALSE,
                       N_ ("Weight decay"), N_ ("Pulls weights to zero, against overfitting") },
  [RN_FIELD_SPARE_NORMS] = { "spare-norms", TYPE_BOOLEAN, OF (settings.spare_norms), 0, 1, FALSE,
                             FALSE, N_ ("Spare norms and biases"),
                             N_ ("No decay on batch-norm and biases") },
  [RN_FIELD_PAD] = { "pad", TYPE_INT, OF (settings.augment.pad), 0, 64, FALSE, FALSE,
                     N_ ("Shift by up to"), N_ ("Pixels, by a random crop; 0 is off") },
  [RN_FIELD_FLIP] = { "flip", TYPE_BOOLEAN, OF (settings.augment.flip), 0, 1, FALSE, FALSE,
                      N_ ("Mirror"), N_ ("Half of the pictures, left to right") },
  [RN_FIELD_SCALE_MIN] = { "scale-min", TYPE_INT, OF (settings.augment.scale_min), 0, RN_MAX_SIDE,
                           FALSE, FALSE, N_ ("Scale from"),
                           N_ ("Shorter side in pixels; 0 is off") },
  [RN_FIELD_SCALE_MAX] = { "scale-max", TYPE_INT, OF (settings.augment.scale_max), 0, RN_MAX_SIDE,
                           FALSE, FALSE, N_ ("Scale to"), N_ ("Drawn at random between the two") },
  [RN_FIELD_COLOUR] = { "colour", TYPE_DOUBLE, OF (settings.augment.colour), 0, 10, FALSE, FALSE,
                        N_ ("Colour shift"), N_ ("Standard deviation; 0 is off, usually 0.1") },
  [RN_FIELD_PIXEL_MEAN] = { "pixel-mean", TYPE_BOOLEAN, OF (settings.per_pixel_mean), 0, 1, FALSE,
                            FALSE, N_ ("Mean of each pixel"),
                            N_ ("Subtract it instead of each channel’s") },
  [RN_FIELD_SEED] = { "seed", TYPE_UINT64, OF (settings.seed), 0, 18446744073709551615.0, FALSE,
                      FALSE, N_ ("Seed"), N_ ("The same seed gives the same training") },
  [RN_FIELD_EVALUATE] = { "evaluate", TYPE_INT64, OF (settings.evaluate_every), 0, MAX_STEPS, FALSE,
                          FALSE, N_ ("Evaluate every"),
                          N_ ("Steps, on the test pictures; 0 is each epoch") },
  [RN_FIELD_CHECKPOINT] = { "checkpoint", TYPE_INT64, OF (settings.checkpoint_every), 0, MAX_STEPS,
                            FALSE, FALSE, N_ ("Checkpoint every"),
                            N_ ("Steps, kept on disk; 0 is each epoch") },
  [RN_FIELD_MEASURE] = { "measure", TYPE_INT64, OF (settings.measure_every), 0, MAX_STEPS, FALSE,
                         FALSE, N_ ("Measure every"),
                         N_ ("Steps, for spine and strips; 0 is never") },
};

static const char *const schedules[] = { N_ ("Constant"), N_ ("Drops"), N_ ("When progress stops"),
                                         N_ ("Cosine"), NULL };
static const char *const warmups[] = { N_ ("None"), N_ ("For some steps"), N_ ("Until it learns"),
                                       NULL };

gint64
rn_draft_epoch_steps (const RnDraft *draft)
{
  const gint64 n = draft->n_pictures, batch = MAX (draft->settings.batch, 1);

  if (n < 1)
    return 0;
  return MAX (draft->settings.drop_last ? n / batch : (n + batch - 1) / batch, 1);
}

gint64
rn_draft_steps (const RnDraft *draft)
{
  const gint64 epoch_steps = rn_draft_epoch_steps (draft);
  RnSettings usual;

  if (epoch_steps > 0)
    return (gint64) CLAMP (ceil (draft->epochs * (double) epoch_steps - 1e-9), 1, MAX_STEPS);
  rn_settings_init (&usual);
  return draft->settings.steps > 0 ? draft->settings.steps : usual.steps;
}

RnControl
rn_field_get_control (RnField field)
{
  if (field == RN_FIELD_SCHEDULE || field == RN_FIELD_WARMUP)
    return RN_CONTROL_CHOICE;
  return fields[field].type == TYPE_BOOLEAN ? RN_CONTROL_SWITCH : RN_CONTROL_ENTRY;
}

const char *
rn_field_get_title (RnField field)
{
  return _ (fields[field].title);
}

const char *
rn_field_get_subtitle (RnField field)
{
  return _ (fields[field].subtitle);
}

const char *const *
rn_field_get_choices (RnField field)
{
  return field == RN_FIELD_SCHEDULE ? schedules : warmups;
}

static RnWarmup
warmup_of (const RnSchedule *schedule)
{
  return schedule->warmup_error > 0.0 ? RN_WARMUP_ERROR
         : schedule->warmup_steps > 0 ? RN_WARMUP_STEPS
                                      : RN_WARMUP_NONE;
}

gboolean
rn_field_is_used (RnField field, const RnDraft *draft)
{
  const RnSchedule *schedule = &draft->settings.schedule;

  switch (field)
    {
    case RN_FIELD_MILESTONES:
      return schedule->kind == RN_SCHEDULE_STEPS;
    case RN_FIELD_FACTOR:
      return schedule->kind == RN_SCHEDULE_STEPS || schedule->kind == RN_SCHEDULE_PLATEAU;
    case RN_FIELD_PATIENCE:
      return schedule->kind == RN_SCHEDULE_PLATEAU;
    case RN_FIELD_WARMUP_STEPS:
      return warmup_of (schedule) == RN_WARMUP_STEPS;
    case RN_FIELD_WARMUP_ERROR:
      return warmup_of (schedule) == RN_WARMUP_ERROR;
    case RN_FIELD_WARMUP_RATE:
      return warmup_of (schedule) != RN_WARMUP_NONE;
    default:
      return TRUE;
    }
}

/* "50%, 75%" where every milestone is a whole percentage of the training, else the steps. */
static char *
format_milestones (const RnDraft *draft)
{
  const RnSchedule *schedule = &draft->settings.schedule;
  const double steps = (double) rn_draft_steps (draft);
  gboolean is_whole = TRUE;
  GString *text = g_string_new (NULL);

  for (int i = 0; i < schedule->n_milestones; i++)
    {
      const double percent = round (100.0 * (double) schedule->milestones[i] / steps);

      is_whole = is_whole && percent >= 1.0 && percent <= 100.0 &&
                 llround (steps * percent / 100.0) == schedule->milestones[i];
    }
  for (int i = 0; i < schedule->n_milestones; i++)
    {
      const long long milestone = (long long) schedule->milestones[i];

      g_string_append (text, i > 0 ? ", " : "");
      if (is_whole)
        g_string_append_printf (text, "%.0f%%", round (100.0 * (double) milestone / steps));
      else
        g_string_append_printf (text, "%lld", milestone);
    }
  return g_string_free (text, FALSE);
}

static gboolean
parse_milestones (const char *text, RnDraft *draft, char **problem)
{
  RnSchedule parsed;
  g_autoptr (GError) error = NULL;
  g_autofree char *schedule = NULL;
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autofree char *packed = g_strjoinv ("", words);

  /* a plus would begin the schedule's next option */
  schedule = g_strdup_printf ("steps=%s", strchr (packed, '+') != NULL ? "?" : packed);
  if (!rn_schedule_parse (schedule, rn_draft_steps (draft), &parsed, &error))
    {
      *problem = g_strdup (error->message);
      return FALSE;
    }
  draft->settings.schedule.n_milestones = parsed.n_milestones;
  memcpy (draft->settings.schedule.milestones, parsed.milestones, sizeof parsed.milestones);
  return TRUE;
}

char *
rn_field_format (RnField field, const RnDraft *draft)
{
  const Field *f = &fields[field];
  const void *at = G_STRUCT_MEMBER_P (draft, f->offset);

  switch (f->type)
    {
    case TYPE_INT:
      return g_strdup_printf ("%d", *(const int *) at);
    case TYPE_INT64:
      return g_strdup_printf ("%lld", (long long) *(const gint64 *) at);
    case TYPE_UINT64:
      return g_strdup_printf ("%llu", (unsigned long long) *(const guint64 *) at);
    case TYPE_DOUBLE:
      /* a run's may be any fraction, which nobody wants to read in full */
      return g_strdup_printf (field == RN_FIELD_EPOCHS ? "%.6g" : "%.12g", *(const double *) at);
    case TYPE_BOOLEAN:
    case TYPE_OTHER:
    default:
      return format_milestones (draft);
    }
}

static char *
say_bounds (const Field *f)
{
  const char *form;

  if (f->type == TYPE_UINT64)
    return g_strdup (_ ("It must be a whole number that is not negative."));
  if (f->type != TYPE_DOUBLE)
    return g_strdup_printf (_ ("It must be a whole number from %.0f to %.0f."), f->min, f->max);
  if (f->is_min_open && f->is_max_open)
    form = _ ("It must be over %g and under %g.");
  else if (f->is_min_open)
    form = _ ("It must be over %g and at most %g.");
  else if (f->is_max_open)
    form = _ ("It must be at least %g and under %g.");
  else
    form = _ ("It must be from %g to %g.");
  return g_strdup_printf (form, f->min, f->max);
}

static gboolean
is_within (const Field *f, double value)
{
  return (f->is_min_open ? value > f->min : value >= f->min) &&
         (f->is_max_open ? value < f->max : value <= f->max);
}

static gboolean
parse_whole (const Field *f, const char *text, void *at)
{
  char *end = NULL;
  gint64 value;

  if (f->type == TYPE_UINT64)
    return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, at, NULL);
  value = g_ascii_strtoll (text, &end, 10);
  if (*text == '\0' || *end != '\0' || !is_within (f, (double) value))
    return FALSE;
  if (f->type == TYPE_INT)
    *(int *) at = (int) value;
  else
    *(gint64 *) at = value;
  return TRUE;
}

gboolean
rn_field_parse (RnField field, const char *text, RnDraft *draft, char **problem)
{
  const Field *f = &fields[field];
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  void *at = G_STRUCT_MEMBER_P (draft, f->offset);
  char *end = NULL;
  double value;
  gboolean is_good;

  if (field == RN_FIELD_MILESTONES)
    return parse_milestones (stripped, draft, problem);
  if (f->type == TYPE_DOUBLE)
    {
      value = g_strtod (stripped, &end);
      is_good = *stripped != '\0' && *end == '\0' && is_within (f, value);
      if (is_good)
        *(double *) at = value;
    }
  else
    is_good = parse_whole (f, stripped, at);
  if (!is_good)
    *problem = say_bounds (f);
  return is_good;
}

int
rn_field_get (RnField field, const RnDraft *draft)
{
  if (field == RN_FIELD_SCHEDULE)
    return (int) draft->settings.schedule.kind;
  if (field == RN_FIELD_WARMUP)
    return (int) warmup_of (&draft->settings.schedule);
  return *(const gboolean *) G_STRUCT_MEMBER_P (draft, fields[field].offset);
}

static void
set_warmup (RnSchedule *schedule, RnWarmup warmup)
{
  if (warmup == warmup_of (schedule))
    return;
  schedule->warmup_steps = warmup == RN_WARMUP_STEPS ? DEFAULT_WARMUP_STEPS : 0;
  schedule->warmup_error = warmup == RN_WARMUP_ERROR ? DEFAULT_WARMUP_ERROR : 0.0;
  schedule->warmup_rate = warmup == RN_WARMUP_NONE ? 0.0 : DEFAULT_WARMUP_RATE;
}

static void
set_kind (RnDraft *draft, RnScheduleKind kind)
{
  RnSchedule *schedule = &draft->settings.schedule;
  RnSettings usual;

  rn_settings_init (&usual);
  schedule->kind = kind;
  if (kind == RN_SCHEDULE_STEPS && schedule->n_milestones == 0)
    {
      schedule->n_milestones = 2;
      schedule->milestones[0] = MAX (rn_draft_steps (draft) / 2, 1);
      schedule->milestones[1] = MAX (rn_draft_steps (draft) * 3 / 4, 1);
    }
  if (!(schedule->factor > 0.0))
    schedule->factor = usual.schedule.factor;
  schedule->patience = MAX (schedule->patience, 1);
}

void
rn_field_set (RnField field, int value, RnDraft *draft)
{
  if (field == RN_FIELD_SCHEDULE)
    set_kind (draft, (RnScheduleKind) value);
  else if (field == RN_FIELD_WARMUP)
    set_warmup (&draft->settings.schedule, (RnWarmup) value);
  else
    *(gboolean *) G_STRUCT_MEMBER_P (draft, fields[field].offset) = value != 0;
}
