#include "residua/settings.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/json-print.h"
#include "base/json.h"
#include "base/number.h"
#include "residua/error.h"
#include "residua/spec.h"

#define MAX_STEPS G_GINT64_CONSTANT (1000000000)
#define DEFAULT_FACTOR 0.1
#define DEFAULT_PATIENCE 10
#define DEFAULT_WARMUP_RATE 0.01

/* Schedules as text */

static gboolean
fail_word (const char *word, gsize length, const char *expected, GError **error)
{
  g_autofree char *copy = g_strndup (word, MIN (length, 80));
  g_autofree char *shown = g_utf8_make_valid (copy, -1);

  g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, _ ("Schedule: “%s”: %s"), shown, expected);
  return FALSE;
}

/* "32000", or "50%" of @steps. A percentage of a short training may round to 0, and is then the first step. */
static gboolean
parse_milestone (const char *word, gint64 steps, gint64 *milestone, GError **error)
{
  const gsize length = strlen (word);
  double percent;
  guint64 whole;

  if (rn_number_parse_whole (word, length, &whole) && whole >= 1 && whole <= (guint64) MAX_STEPS)
    {
      *milestone = (gint64) whole;
      return TRUE;
    }
  if (length > 1 && word[length - 1] == '%' && rn_number_parse (word, length - 1, &percent) &&
      percent > 0.0 && percent <= 100.0)
    {
      *milestone = MAX (llround ((double) steps * percent / 100.0), 1);
      return TRUE;
    }
  return fail_word (word, length,
                    _ ("a milestone is a step from 1 to 1000000000 or a percentage, such as 50%"),
                    error);
}

static gboolean
parse_milestones (const char *text, gint64 steps, RnSchedule *schedule, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", RN_MAX_MILESTONES + 1);

  for (int i = 0; words[i] != NULL; i++)
    {
      if (i == RN_MAX_MILESTONES)
        return fail_word (words[i], strlen (words[i]), _ ("at most 16 milestones are possible"),
                          error);
      if (!parse_milestone (words[i], steps, &schedule->milestones[i], error))
        return FALSE;
      if (i > 0 && schedule->milestones[i] < schedule->milestones[i - 1])
        return fail_word (words[i], strlen (words[i]), _ ("milestones must not fall"), error);
      schedule->n_milestones = i + 1;
    }
  if (schedule->n_milestones == 0)
    return fail_word (text, 0, _ ("“steps=” needs milestones, such as steps=50%,75%"), error);
  return TRUE;
}

static gboolean
parse_kind (const char *word, gint64 steps, RnSchedule *schedule, GError **error)
{
  guint64 patience;

  if (strcmp (word, "constant") == 0)
    schedule->kind = RN_SCHEDULE_CONSTANT;
  else if (strcmp (word, "cosine") == 0)
    schedule->kind = RN_SCHEDULE_COSINE;
  else if (g_str_has_prefix (word, "steps="))
    {
      schedule->kind = RN_SCHEDULE_STEPS;
      return parse_milestones (word + strlen ("steps="), steps, schedule, error);
    }
  else if (strcmp (word, "plateau") == 0)
    schedule->kind = RN_SCHEDULE_PLATEAU;
  else if (g_str_has_prefix (word, "plateau="))
    {
      const char *number = word + strlen ("plateau=");

      schedule->kind = RN_SCHEDULE_PLATEAU;
      if (!rn_number_parse_whole (number, strlen (number), &patience) || patience < 1 ||
          patience > 1000000)
        return fail_word (word, strlen (word), _ ("the patience is 1 to 1000000 evaluations"),
                          error);
      schedule->patience = (int) patience;
    }
  else
    return fail_word (
        word, strlen (word),
        _ ("a schedule is constant, steps=STEP,STEP, plateau, plateau=PATIENCE or cosine"), error);
  return TRUE;
}

/* "VALUE@RATE" or "VALUE": the part before the at sign, and the rate where there is one */
static gboolean
split_rate (const char *text, gsize *value_length, double *rate)
{
  const char *at = strchr (text, '@');

  *value_length = at == NULL ? strlen (text) : (gsize) (at - text);
  return at == NULL ||
         (rn_number_parse (at + 1, strlen (at + 1), rate) && *rate >= 0.0 && *rate <= 1000.0);
}

static gboolean
parse_option (const char *word, RnSchedule *schedule, GError **error)
{
  gsize length;
  guint64 whole;

  if (g_str_has_prefix (word, "factor="))
    {
      const char *number = word + strlen ("factor=");

      if (rn_number_parse (number, strlen (number), &schedule->factor) && schedule->factor > 0.0 &&
          schedule->factor < 1.0)
        return TRUE;
      return fail_word (word, strlen (word), _ ("the factor is between 0 and 1"), error);
    }
  if (schedule->warmup_steps > 0 || schedule->warmup_error > 0.0)
    return fail_word (word, strlen (word),
                      _ ("only one warm-up is possible, and nothing else here"), error);
  if (g_str_has_prefix (word, "warmup="))
    {
      const char *value = word + strlen ("warmup=");

      schedule->warmup_rate = 0.0;
      if (!split_rate (value, &length, &schedule->warmup_rate) ||
          !rn_number_parse_whole (value, length, &whole) || whole < 1 ||
          whole > (guint64) MAX_STEPS)
        return fail_word (word, strlen (word), _ ("a warm-up is warmup=STEPS or warmup=STEPS@RATE"),
                          error);
      schedule->warmup_steps = (gint64) whole;
      return TRUE;
    }
  if (g_str_has_prefix (word, "warmup-error="))
    {
      const char *value = word + strlen ("warmup-error=");

      schedule->warmup_rate = DEFAULT_WARMUP_RATE;
      if (!split_rate (value, &length, &schedule->warmup_rate) ||
          !rn_number_parse (value, length, &schedule->warmup_error) ||
          schedule->warmup_error <= 0.0 || schedule->warmup_error > 1.0)
        return fail_word (word, strlen (word),
                          _ ("a warm-up is warmup-error=SHARE or warmup-error=SHARE@RATE"), error);
      return TRUE;
    }
  return fail_word (word, strlen (word),
                    _ ("after a plus stands factor=, warmup= or warmup-error="), error);
}

gboolean
rn_schedule_parse (const char *text, gint64 steps, RnSchedule *schedule, GError **error)
{
  RnSchedule parsed = { .factor = DEFAULT_FACTOR, .patience = DEFAULT_PATIENCE };
  g_auto (GStrv) words = g_strsplit (text, "+", 8);

  if (!parse_kind (words[0] == NULL ? "" : words[0], steps, &parsed, error))
    return FALSE;
  for (int i = 1; words[0] != NULL && words[i] != NULL; i++)
    if (!parse_option (words[i], &parsed, error))
      return FALSE;
  *schedule = parsed;
  return TRUE;
}

char *
rn_schedule_to_string (const RnSchedule *schedule)
{
  static const char *const kinds[] = { "constant", "steps=", "plateau=", "cosine" };
  GString *text = g_string_new (kinds[schedule->kind]);
  char number[RN_NUMBER_SIZE], rate[RN_NUMBER_SIZE];

  if (schedule->kind == RN_SCHEDULE_STEPS)
    for (int i = 0; i < schedule->n_milestones; i++)
      g_string_append_printf (text, i == 0 ? "%" G_GINT64_FORMAT : ",%" G_GINT64_FORMAT,
                              schedule->milestones[i]);
  if (schedule->kind == RN_SCHEDULE_PLATEAU)
    g_string_append_printf (text, "%d", schedule->patience);
  if (schedule->factor != DEFAULT_FACTOR)
    g_string_append_printf (text, "+factor=%s", rn_number_print (number, schedule->factor));
  rn_number_print (rate, schedule->warmup_rate);
  if (schedule->warmup_steps > 0)
    g_string_append_printf (text, "+warmup=%" G_GINT64_FORMAT "@%s", schedule->warmup_steps, rate);
  if (schedule->warmup_error > 0.0)
    g_string_append_printf (text, "+warmup-error=%s@%s",
                            rn_number_print (number, schedule->warmup_error), rate);
  return g_string_free (text, FALSE);
}

/* Settings */

void
rn_settings_init (RnSettings *settings)
{
  memset (settings, 0, sizeof *settings);
  settings->steps = 64000;
  settings->batch = 128;
  settings->rate = 0.1;
  settings->schedule = (RnSchedule){
    .kind = RN_SCHEDULE_STEPS,
    .factor = DEFAULT_FACTOR,
    .n_milestones = 2,
    .milestones = { 32000, 48000 },
    .patience = DEFAULT_PATIENCE,
  };
  settings->momentum = 0.9;
  settings->weight_decay = 1e-4;
  settings->augment.pad = 4;
  settings->augment.flip = TRUE;
  settings->measure_every = 50;
  settings->seed = 1;
}

static gboolean
out_of_bounds (const char *name, double value, const char *bounds, GError **error)
{
  char text[RN_NUMBER_SIZE];

  g_set_error (error, RN_ERROR, RN_ERROR_DATA, _ ("“%s” is %s; it must be %s"), name,
               rn_number_print (text, value), bounds);
  return FALSE;
}

static gboolean
check_schedule (const RnSchedule *schedule, GError **error)
{
  if (schedule->kind < RN_SCHEDULE_CONSTANT || schedule->kind > RN_SCHEDULE_COSINE)
    return out_of_bounds ("schedule", schedule->kind, _ ("constant, steps, plateau or cosine"),
                          error);
  if (!(schedule->factor > 0.0 && schedule->factor < 1.0))
    return out_of_bounds ("schedule factor", schedule->factor, _ ("between 0 and 1"), error);
  if (schedule->n_milestones < (schedule->kind == RN_SCHEDULE_STEPS) ||
      schedule->n_milestones > RN_MAX_MILESTONES)
    return out_of_bounds ("schedule milestones", schedule->n_milestones, _ ("1 to 16"), error);
  for (int i = 0; i < schedule->n_milestones; i++)
    if (schedule->milestones[i] < (i == 0 ? 1 : schedule->milestones[i - 1]) ||
        schedule->milestones[i] > MAX_STEPS)
      return out_of_bounds ("schedule milestone", (double) schedule->milestones[i],
                            _ ("1 to 1000000000 and no less than the one before"), error);
  if (schedule->patience < 1 || schedule->patience > 1000000)
    return out_of_bounds ("schedule patience", schedule->patience, _ ("1 to 1000000"), error);
  if (schedule->warmup_steps < 0 || schedule->warmup_steps > MAX_STEPS)
    return out_of_bounds ("schedule warmup", (double) schedule->warmup_steps, _ ("0 to 1000000000"),
                          error);
  if (!(schedule->warmup_rate >= 0.0 && schedule->warmup_rate <= 1000.0))
    return out_of_bounds ("schedule warmup rate", schedule->warmup_rate, _ ("0 to 1000"), error);
  if (!(schedule->warmup_error >= 0.0 && schedule->warmup_error <= 1.0))
    return out_of_bounds ("schedule warmup-error", schedule->warmup_error, _ ("0 to 1"), error);
  if (schedule->warmup_steps > 0 && schedule->warmup_error > 0.0)
    return out_of_bounds ("schedule warmup-error", schedule->warmup_error,
                          _ ("0 beside a warm-up by steps"), error);
  return TRUE;
}

static gboolean
check_augment (const RnAugment *augment, GError **error)
{
  if (augment->pad < 0 || augment->pad > 64)
    return out_of_bounds ("augment crop", augment->pad, _ ("0 to 64"), error);
  if (augment->scale_min < 0 || augment->scale_min > RN_MAX_SIDE)
    return out_of_bounds ("augment scale", augment->scale_min, _ ("0 to 4096"), error);
  if (augment->scale_max < augment->scale_min || augment->scale_max > RN_MAX_SIDE)
    return out_of_bounds ("augment scale", augment->scale_max, _ ("from the smaller to 4096"),
                          error);
  if (!(augment->colour >= 0.0 && augment->colour <= 10.0))
    return out_of_bounds ("augment colour", augment->colour, _ ("0 to 10"), error);
  return TRUE;
}

gboolean
rn_settings_check (const RnSettings *settings, GError **error)
{
  const struct
  {
    const char *name;
    gint64 value;
  } intervals[] = {
    { "evaluate_every", settings->evaluate_every },
    { "checkpoint_every", settings->checkpoint_every },
    { "measure_every", settings->measure_every },
  };

  if (settings->steps < 1 || settings->steps > MAX_STEPS)
    return out_of_bounds ("steps", (double) settings->steps, _ ("1 to 1000000000"), error);
  if (settings->batch < 1 || settings->batch > 65536)
    return out_of_bounds ("batch", settings->batch, _ ("1 to 65536"), error);
  if (!(settings->rate > 0.0 && settings->rate <= 1000.0))
    return out_of_bounds ("rate", settings->rate, _ ("over 0 and at most 1000"), error);
  if (!(settings->momentum >= 0.0 && settings->momentum < 1.0))
    return out_of_bounds ("momentum", settings->momentum, _ ("0 to under 1"), error);
  if (!(settings->weight_decay >= 0.0 && settings->weight_decay <= 1.0))
    return out_of_bounds ("weight_decay", settings->weight_decay, _ ("0 to 1"), error);
  for (guint i = 0; i < G_N_ELEMENTS (intervals); i++)
    if (intervals[i].value < 0 || intervals[i].value > MAX_STEPS)
      return out_of_bounds (intervals[i].name, (double) intervals[i].value, _ ("0 to 1000000000"),
                            error);
  return check_schedule (&settings->schedule, error) && check_augment (&settings->augment, error);
}

/* Settings as JSON */

static const char *const keys[] = {
  "version",          "steps",         "batch",     "rate",           "schedule", "momentum",
  "weight_decay",     "spare_norms",   "drop_last", "per_pixel_mean", "augment",  "evaluate_every",
  "checkpoint_every", "measure_every", "seed",      "data",           "digest",   NULL,
};

static void
append_double (GString *json, const char *key, double value)
{
  char text[RN_NUMBER_SIZE];

  g_string_append_printf (json, "  \"%s\": %s,\n", key, rn_number_print (text, value));
}

static void
append_int (GString *json, const char *key, gint64 value)
{
  g_string_append_printf (json, "  \"%s\": %" G_GINT64_FORMAT ",\n", key, value);
}

static void
append_bool (GString *json, const char *key, gboolean value)
{
  g_string_append_printf (json, "  \"%s\": %s,\n", key, value ? "true" : "false");
}

static void
append_string (GString *json, const char *key, const char *value, const char *end)
{
  g_string_append_printf (json, "  \"%s\": ", key);
  rn_json_print_string (json, value);
  g_string_append_printf (json, "%s\n", end);
}

char *
rn_settings_to_json (const RnSettings *settings, const char *data, const char *digest)
{
  GString *json = g_string_new ("{\n");
  g_autofree char *schedule = rn_schedule_to_string (&settings->schedule);
  g_autofree char *augment = rn_augment_to_string (&settings->augment);
  /* Text, as a number of 64 bits without sign is more than JSON's readers take */
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, settings->seed);

  append_int (json, "version", 1);
  append_int (json, "steps", settings->steps);
  append_int (json, "batch", settings->batch);
  append_double (json, "rate", settings->rate);
  append_string (json, "schedule", schedule, ",");
  append_double (json, "momentum", settings->momentum);
  append_double (json, "weight_decay", settings->weight_decay);
  append_bool (json, "spare_norms", settings->spare_norms);
  append_bool (json, "drop_last", settings->drop_last);
  append_bool (json, "per_pixel_mean", settings->per_pixel_mean);
  append_string (json, "augment", augment, ",");
  append_int (json, "evaluate_every", settings->evaluate_every);
  append_int (json, "checkpoint_every", settings->checkpoint_every);
  append_int (json, "measure_every", settings->measure_every);
  append_string (json, "seed", seed, ",");
  append_string (json, "data", data == NULL ? "" : data, ",");
  append_string (json, "digest", digest == NULL ? "" : digest, "");
  g_string_append (json, "}\n");
  return g_string_free (json, FALSE);
}

static gboolean
read_numbers (const RnJsonReader *reader, RnSettings *settings, GError **error)
{
  gint64 version, batch;

  if (!rn_json_reader_get_int (reader, "version", 1, 1, &version, error) ||
      !rn_json_reader_get_int (reader, "steps", 1, MAX_STEPS, &settings->steps, error) ||
      !rn_json_reader_get_int (reader, "batch", 1, 65536, &batch, error) ||
      !rn_json_reader_get_double (reader, "rate", &settings->rate, error) ||
      !rn_json_reader_get_double (reader, "momentum", &settings->momentum, error) ||
      !rn_json_reader_get_double (reader, "weight_decay", &settings->weight_decay, error) ||
      !rn_json_reader_get_bool (reader, "spare_norms", &settings->spare_norms, error) ||
      !rn_json_reader_get_bool (reader, "drop_last", &settings->drop_last, error) ||
      !rn_json_reader_get_bool (reader, "per_pixel_mean", &settings->per_pixel_mean, error) ||
      !rn_json_reader_get_int (reader, "evaluate_every", 0, MAX_STEPS, &settings->evaluate_every,
                               error) ||
      !rn_json_reader_get_int (reader, "checkpoint_every", 0, MAX_STEPS,
                               &settings->checkpoint_every, error) ||
      !rn_json_reader_get_int (reader, "measure_every", 0, MAX_STEPS, &settings->measure_every,
                               error))
    return FALSE;
  settings->batch = (int) batch;
  return TRUE;
}

static gboolean
read_words (const RnJsonReader *reader, RnSettings *settings, char **data, char **digest,
            GError **error)
{
  const char *schedule, *augment, *seed, *source, *sum;

  if (!rn_json_reader_get_string (reader, "schedule", &schedule, error) ||
      !rn_json_reader_get_string (reader, "augment", &augment, error) ||
      !rn_json_reader_get_string (reader, "seed", &seed, error) ||
      !rn_json_reader_get_string (reader, "data", &source, error) ||
      !rn_json_reader_get_string (reader, "digest", &sum, error))
    return FALSE;
  if (!rn_number_parse_whole (seed, strlen (seed), &settings->seed))
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("%s: “seed” is “%.60s”, which is no number of 64 bits"), reader->where, seed);
      return FALSE;
    }
  if (!rn_schedule_parse (schedule, settings->steps, &settings->schedule, error) ||
      !rn_augment_parse (augment, &settings->augment, error) ||
      !rn_settings_check (settings, error))
    {
      g_prefix_error (error, "%s: ", reader->where);
      return FALSE;
    }
  if (data != NULL)
    *data = g_strdup (source);
  if (digest != NULL)
    *digest = g_strdup (sum);
  return TRUE;
}

gboolean
rn_settings_from_json (RnSettings *settings, const char *text, gssize length, const char *where,
                       char **data, char **digest, GError **error)
{
  g_autoptr (JsonNode) root = rn_json_parse (text, length, where, error);
  RnSettings read = { 0 };
  RnJsonReader reader;

  if (root == NULL || !rn_json_reader_init (&reader, root, where, NULL, error) ||
      !rn_json_reader_check_keys (&reader, keys, error) || !read_numbers (&reader, &read, error) ||
      !read_words (&reader, &read, data, digest, error))
    return FALSE;
  *settings = read;
  return TRUE;
}
