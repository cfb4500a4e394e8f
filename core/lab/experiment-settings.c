#include <glib/gi18n-lib.h>
#include <string.h>

#include "lab/experiment-reader.h"
#include "residua/error.h"

#define MAX_EPOCHS 1e6

static const char *const settings_keys[] = {
  "steps",         "epochs",           "batch",     "rate",           "schedule", "momentum",
  "weight_decay",  "spare_norms",      "drop_last", "per_pixel_mean", "augment",  "evaluate_every",
  "measure_every", "checkpoint_every", NULL,
};

gboolean
rn_lab_fail (const RnJsonReader *reader, GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (reader->path != NULL)
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, "%s: %s: %s", reader->where, reader->path, text);
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, "%s: %s", reader->where, text);
  return FALSE;
}

gboolean
rn_lab_name_place (const RnJsonReader *reader, const char *key, GError **error)
{
  if (error != NULL && *error != NULL)
    (*error)->code = RN_ERROR_FORMAT; /* whatever it is to those who do not read a file */
  if (key == NULL)
    g_prefix_error (error, "%s: %s: ", reader->where, reader->path);
  else if (reader->path != NULL)
    g_prefix_error (error, "%s: %s: “%s”: ", reader->where, reader->path, key);
  else
    g_prefix_error (error, "%s: “%s”: ", reader->where, key);
  return FALSE;
}

static gboolean
has_control (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_iscntrl (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

gboolean
rn_lab_read_text (const RnLabReading *self, const RnJsonReader *reader, const char *key, gsize most,
                  gboolean is_needed, char **text, GError **error)
{
  const char *value = "";

  if ((is_needed || rn_json_reader_has (reader, key)) &&
      !rn_json_reader_get_string (reader, key, &value, error))
    return FALSE;
  if (strlen (value) > most)
    return rn_lab_fail (reader, error, _ ("“%s” has %zu bytes; %zu is the most"), key,
                        strlen (value), most);
  if (is_needed && *value == '\0')
    return rn_lab_fail (reader, error, _ ("“%s” says nothing"), key);
  if (has_control (value)) /* a terminal would obey them */
    return rn_lab_fail (reader, error, _ ("“%s” has control characters in it"), key);
  /* gettext answers an empty text with the head of its file */
  *text = g_strdup (*value != '\0' && self->translate != NULL ? self->translate (value) : value);
  return TRUE;
}

gboolean
rn_lab_take_int (const RnJsonReader *reader, const char *key, gint64 min, gint64 max, gint64 *value,
                 GError **error)
{
  return !rn_json_reader_has (reader, key) ||
         rn_json_reader_get_int (reader, key, min, max, value, error);
}

gboolean
rn_lab_take_double (const RnJsonReader *reader, const char *key, double *value, GError **error)
{
  return !rn_json_reader_has (reader, key) || rn_json_reader_get_double (reader, key, value, error);
}

gboolean
rn_lab_take_bool (const RnJsonReader *reader, const char *key, gboolean *value, GError **error)
{
  return !rn_json_reader_has (reader, key) || rn_json_reader_get_bool (reader, key, value, error);
}

/* Settings */

static gboolean
read_length (const RnJsonReader *reader, RnLabSettings *settings, GError **error)
{
  const gboolean has_steps = rn_json_reader_has (reader, "steps");
  const gboolean has_epochs = rn_json_reader_has (reader, "epochs");

  if (has_steps && has_epochs)
    return rn_lab_fail (reader, error, _ ("“steps” and “epochs” exclude each other"));
  if (!rn_lab_take_int (reader, "steps", 1, RN_LAB_MAX_STEPS, &settings->base.steps, error) ||
      !rn_lab_take_double (reader, "epochs", &settings->epochs, error))
    return FALSE;
  if (has_steps)
    settings->epochs = 0.0;
  if (has_epochs && !(settings->epochs > 0.0 && settings->epochs <= MAX_EPOCHS))
    return rn_lab_fail (reader, error, _ ("“epochs” must be over 0 and at most a million"));
  return TRUE;
}

static gboolean
read_schedule (const RnJsonReader *reader, RnLabSettings *settings, GError **error)
{
  RnSchedule schedule;
  const char *text;

  if (!rn_json_reader_has (reader, "schedule"))
    return TRUE;
  if (!rn_json_reader_get_string (reader, "schedule", &text, error))
    return FALSE;
  /* of any length of training: percentages are right for all or none */
  if (!rn_schedule_parse (text, RN_LAB_MAX_STEPS, &schedule, error))
    return rn_lab_name_place (reader, "schedule", error);
  g_free (settings->schedule);
  settings->schedule = g_strdup (text);
  return TRUE;
}

static gboolean
read_augment (const RnJsonReader *reader, RnSettings *settings, GError **error)
{
  const char *text;

  if (!rn_json_reader_has (reader, "augment"))
    return TRUE;
  return rn_json_reader_get_string (reader, "augment", &text, error) &&
         (rn_augment_parse (text, &settings->augment, error) ||
          rn_lab_name_place (reader, "augment", error));
}

gboolean
rn_lab_read_settings (const RnJsonReader *outer, const char *path, RnLabSettings *settings,
                      GError **error)
{
  RnSettings *base = &settings->base, checked;
  gint64 batch = base->batch;
  RnJsonReader reader;
  JsonNode *node;

  if (!rn_json_reader_has (outer, "settings"))
    return TRUE;
  if (!rn_json_reader_get_object (outer, "settings", &node, error) ||
      !rn_json_reader_init (&reader, node, outer->where, path, error) ||
      !rn_json_reader_check_keys (&reader, settings_keys, error) ||
      !read_length (&reader, settings, error) ||
      !rn_lab_take_int (&reader, "batch", 1, 65536, &batch, error) ||
      !rn_lab_take_double (&reader, "rate", &base->rate, error) ||
      !rn_lab_take_double (&reader, "momentum", &base->momentum, error) ||
      !rn_lab_take_double (&reader, "weight_decay", &base->weight_decay, error) ||
      !rn_lab_take_bool (&reader, "spare_norms", &base->spare_norms, error) ||
      !rn_lab_take_bool (&reader, "drop_last", &base->drop_last, error) ||
      !rn_lab_take_bool (&reader, "per_pixel_mean", &base->per_pixel_mean, error) ||
      !rn_lab_take_int (&reader, "evaluate_every", 0, RN_LAB_MAX_STEPS, &base->evaluate_every,
                        error) ||
      !rn_lab_take_int (&reader, "checkpoint_every", 0, RN_LAB_MAX_STEPS, &base->checkpoint_every,
                        error) ||
      !rn_lab_take_int (&reader, "measure_every", 0, RN_LAB_MAX_STEPS, &base->measure_every,
                        error) ||
      !read_schedule (&reader, settings, error) || !read_augment (&reader, base, error))
    return FALSE;
  base->batch = (int) batch;
  /* all that does not hang on the data */
  checked = *base;
  return rn_settings_check (&checked, error) || rn_lab_name_place (&reader, NULL, error);
}
