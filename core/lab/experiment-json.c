#include <glib/gi18n-lib.h>
#include <string.h>

#include "lab/experiment-reader.h"
#include "residua/error.h"
#include "residua/sketch.h"

#define MAX_LENGTH (1024 * 1024)
#define MAX_PATH 4096

static const char *const keys[] = { "version", "title", "question", "claim",   "source", "data",
                                    "seeds",   "arms",  "settings", "figures", "checks", NULL };
static const char *const arm_keys[] = { "id",         "name", "net",      "shortcut",
                                        "zero_gamma", "grow", "settings", NULL };
static const char *const grow_keys[] = { "from", "at", NULL };
static const char *const shortcuts[] = { "A-split", "A-end", "B", "C", NULL };

/* Arms */

static gboolean
is_id (const char *text)
{
  const gsize length = strlen (text);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-_.", text[i]) == NULL)
      return FALSE;
  return length >= 1 && length <= RN_LAB_MAX_ID;
}

static gboolean
read_id (const RnLabReading *self, const RnJsonReader *reader, const char **id, GError **error)
{
  if (!rn_json_reader_get_string (reader, "id", id, error))
    return FALSE;
  if (!is_id (*id))
    {
      g_autofree char *shown = rn_json_quote (*id);

      return rn_lab_fail (reader, error,
                          _ ("“id” is %s, but must be 1 to %d letters, digits, “-”, “_” or “.”"),
                          shown, RN_LAB_MAX_ID);
    }
  if (rn_experiment_find_arm (self->experiment, *id) >= 0)
    return rn_lab_fail (reader, error, _ ("there is an arm “%s” already"), *id);
  return TRUE;
}

/* "net": the name of a preset, or an architecture as in a file of its own */
static RnSpec *
read_net (const RnJsonReader *reader, GError **error)
{
  JsonNode *node = json_object_get_member (reader->object, "net");
  g_autofree char *text = NULL, *where = NULL;
  const char *name;
  RnSpec *spec;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      text = rn_json_print (node, FALSE);
      where = g_strdup_printf ("%s: %s: net", reader->where, reader->path);
      return rn_spec_from_json (text, -1, where, error);
    }
  if (!rn_json_reader_get_string (reader, "net", &name, error))
    return NULL;
  spec = rn_spec_preset (name, error);
  if (spec == NULL)
    rn_lab_name_place (reader, "net", error);
  return spec;
}

/* Gives every residual block what the arm says of all of them. */
static gboolean
read_options (const RnJsonReader *reader, RnSpec *spec, GError **error)
{
  const gboolean has_shortcut = rn_json_reader_has (reader, "shortcut");
  const gboolean has_gamma = rn_json_reader_has (reader, "zero_gamma");
  gboolean zero_gamma = FALSE;
  int shortcut = 0;

  if ((has_shortcut &&
       !rn_json_reader_get_word (reader, "shortcut", shortcuts, &shortcut, error)) ||
      !rn_lab_take_bool (reader, "zero_gamma", &zero_gamma, error))
    return FALSE;
  for (int i = 0; (has_shortcut || has_gamma) && i < rn_spec_n_blocks (spec); i++)
    {
      RnBlockSpec block = *rn_spec_get_block (spec, i);

      if (has_shortcut)
        block.shortcut = (RnShortcut) shortcut;
      if (has_gamma)
        block.zero_gamma = zero_gamma;
      if (!rn_spec_set_block (spec, i, block, error))
        return rn_lab_name_place (reader, "shortcut", error);
    }
  return TRUE;
}

static gboolean
deepen (const RnJsonReader *reader, RnSketch *sketch, JsonArray *places, GError **error)
{
  for (guint i = 0; i < json_array_get_length (places); i++)
    {
      JsonNode *node = json_array_get_element (places, i);
      const int n_blocks = rn_spec_n_blocks (rn_sketch_get_spec (sketch));
      const gint64 at =
          JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
              ? json_node_get_int (node)
              : -1;

      if (at < 0 || at > n_blocks)
        return rn_lab_fail (reader, error, _ ("“at” has %s at place %u; it must be 0 to %d"),
                            JSON_NODE_HOLDS_VALUE (node) ? _ ("another value") : _ ("no number"),
                            i + 1, n_blocks);
      if (!rn_sketch_deepen (sketch, (int) at, NULL, error))
        return rn_lab_name_place (reader, "at", error);
    }
  return TRUE;
}

/* "grow": the network of an earlier arm with identity blocks put in. @origin: (out): that arm */
static RnSpec *
read_grown (const RnLabReading *self, const RnJsonReader *outer, const char *id, int *origin,
            GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s: grow", outer->path);
  g_autoptr (RnSketch) sketch = NULL;
  RnJsonReader reader;
  const char *from;
  JsonArray *places;
  JsonNode *node;
  RnSpec *spec;

  if (!rn_json_reader_get_object (outer, "grow", &node, error) ||
      !rn_json_reader_init (&reader, node, outer->where, path, error) ||
      !rn_json_reader_check_keys (&reader, grow_keys, error) ||
      !rn_json_reader_get_string (&reader, "from", &from, error) ||
      !rn_json_reader_get_array (&reader, "at", RN_LAB_MAX_GROWN, &places, error))
    return NULL;
  *origin = rn_experiment_find_arm (self->experiment, from);
  if (*origin < 0)
    {
      g_autofree char *shown = rn_json_quote (from);

      rn_lab_fail (&reader, error, _ ("“from” is %s; there is no such arm before this one"), shown);
      return NULL;
    }
  sketch = rn_sketch_new (self->experiment->arms[*origin].spec);
  rn_sketch_set_origin (sketch, self->experiment->arms[*origin].spec);
  if (!deepen (&reader, sketch, places, error))
    return NULL;
  spec = rn_spec_copy (rn_sketch_get_spec (sketch));
  rn_spec_set_name (spec, id);
  if (rn_spec_set_draft (spec, FALSE, error))
    return spec;
  rn_spec_free (spec);
  return NULL;
}

static RnSpec *
read_spec (const RnLabReading *self, const RnJsonReader *reader, const char *id, int *origin,
           GError **error)
{
  g_autoptr (RnSpec) spec = NULL;

  *origin = -1;
  if (rn_json_reader_has (reader, "net") == rn_json_reader_has (reader, "grow"))
    {
      rn_lab_fail (reader, error, _ ("an arm has either “net” or “grow”"));
      return NULL;
    }
  spec = rn_json_reader_has (reader, "net") ? read_net (reader, error)
                                            : read_grown (self, reader, id, origin, error);
  if (spec == NULL || !read_options (reader, spec, error))
    return NULL;
  return g_steal_pointer (&spec);
}

static gboolean
read_arm (RnLabReading *self, JsonNode *node, guint index, GError **error)
{
  g_autofree char *path = g_strdup_printf (_ ("arm %u"), index + 1), *name = NULL;
  g_autofree char *settings_path = g_strdup_printf (_ ("arm %u: settings"), index + 1);
  RnExperimentArm *arm;
  RnJsonReader reader;
  const char *id;
  RnSpec *spec;
  int origin;

  if (!rn_json_reader_init (&reader, node, self->where, path, error) ||
      !rn_json_reader_check_keys (&reader, arm_keys, error) ||
      !read_id (self, &reader, &id, error) ||
      !rn_lab_read_text (self, &reader, "name", RN_MAX_NAME, TRUE, &name, error) ||
      (spec = read_spec (self, &reader, id, &origin, error)) == NULL)
    return FALSE;
  arm = rn_experiment_add_arm (self->experiment, id, name, spec, origin);
  rn_lab_settings_copy (&arm->settings, &self->settings);
  return rn_lab_read_settings (&reader, settings_path, &arm->settings, error);
}

static gboolean
read_arms (RnLabReading *self, const RnJsonReader *reader, GError **error)
{
  JsonArray *list;

  if (!rn_json_reader_get_array (reader, "arms", RN_LAB_MAX_ARMS, &list, error))
    return FALSE;
  if (json_array_get_length (list) < 1)
    return rn_lab_fail (reader, error, _ ("“arms” is empty"));
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!read_arm (self, json_array_get_element (list, i), i, error))
      return FALSE;
  return TRUE;
}

/* The whole */

static gboolean
read_head (RnLabReading *self, const RnJsonReader *reader, GError **error)
{
  RnExperiment *experiment = self->experiment;
  gint64 version, n_seeds = 3;
  const char *data = "sample";

  if (!rn_json_reader_get_int (reader, "version", 1, 1, &version, error) ||
      !rn_lab_read_text (self, reader, "title", RN_MAX_NAME, TRUE, &experiment->title, error) ||
      !rn_lab_read_text (self, reader, "question", RN_LAB_MAX_TEXT, FALSE, &experiment->question,
                         error) ||
      !rn_lab_read_text (self, reader, "claim", RN_LAB_MAX_TEXT, FALSE, &experiment->claim,
                         error) ||
      !rn_lab_read_text (self, reader, "source", RN_LAB_MAX_TEXT, FALSE, &experiment->source,
                         error) ||
      !rn_lab_take_int (reader, "seeds", 1, RN_LAB_MAX_SEEDS, &n_seeds, error) ||
      (rn_json_reader_has (reader, "data") &&
       !rn_json_reader_get_string (reader, "data", &data, error)))
    return FALSE;
  if (*data == '\0' || strlen (data) > MAX_PATH)
    return rn_lab_fail (reader, error, _ ("“data” must be “sample” or a path of at most %d bytes"),
                        MAX_PATH);
  experiment->n_seeds = (int) n_seeds;
  experiment->data = g_strdup (data);
  return TRUE;
}

RnExperiment *
rn_experiment_parse (const char *text, gssize length, const char *where, const char *name,
                     RnLabTranslate translate, GError **error)
{
  g_autoptr (RnExperiment) experiment = NULL;
  g_autoptr (JsonNode) root = NULL;
  RnLabReading reading = { .where = where, .translate = translate };
  RnJsonReader reader;
  gboolean is_read;

  if (length < 0)
    length = (gssize) strlen (text);
  if (length > MAX_LENGTH)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("%s: %zd bytes are too many; %d is the most"), where, length, MAX_LENGTH);
      return NULL;
    }
  root = rn_json_parse (text, length, where, error);
  if (root == NULL || !rn_json_reader_init (&reader, root, where, NULL, error) ||
      !rn_json_reader_check_keys (&reader, keys, error))
    return NULL;
  experiment = rn_experiment_new_empty (name);
  experiment->json = g_strndup (text, (gsize) length);
  reading.experiment = experiment;
  rn_lab_settings_init (&reading.settings);
  is_read = read_head (&reading, &reader, error) &&
            rn_lab_read_settings (&reader, _ ("settings"), &reading.settings, error) &&
            read_arms (&reading, &reader, error) &&
            rn_lab_read_figures (&reading, &reader, error) &&
            rn_lab_read_checks (&reading, &reader, error);
  rn_lab_settings_clear (&reading.settings);
  return is_read ? g_steal_pointer (&experiment) : NULL;
}
