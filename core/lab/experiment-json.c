#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/json.h"
#include "lab/experiment-private.h"
#include "residua/error.h"
#include "residua/sketch.h"

#define MAX_LENGTH (1024 * 1024)
#define MAX_STEPS 1000000000
#define MAX_EPOCHS 1e6
#define MAX_PATH 4096

static const char *const keys[] = { "version", "title", "question", "claim",   "source", "data",
                                    "seeds",   "arms",  "settings", "figures", "checks", NULL };
static const char *const arm_keys[] = { "id",         "name", "net",      "shortcut",
                                        "zero_gamma", "grow", "settings", NULL };
static const char *const grow_keys[] = { "from", "at", NULL };
static const char *const settings_keys[] = {
  "steps",         "epochs",           "batch",     "rate",           "schedule", "momentum",
  "weight_decay",  "spare_norms",      "drop_last", "per_pixel_mean", "augment",  "evaluate_every",
  "measure_every", "checkpoint_every", NULL,
};
static const char *const check_keys[] = { "text",     "quantity", "at",     "arms",
                                          "relation", "than",     "within", NULL };

/* In the order of their enumerations */
static const char *const quantities[] = {
  "train_loss", "train_error",    "test_loss",  "test_error", "response", "lesion",
  "shuffle",    "shortcut_share", "parameters", "macs",       NULL
};
static const char *const figures[] = {
  "train_loss",   "train_error",       "test_loss",
  "test_error",   "final_train_error", "final_test_error",
  "responses",    "responses_sorted",  "lesions",
  "lesions_many", "shuffles",          "shortcut_share",
  NULL,
};
static const char *const relations[] = { "greater", "less", "within", NULL };
static const char *const shortcuts[] = { "A-split", "A-end", "B", "C", NULL };

/* What is being read */
typedef struct
{
  RnExperiment *experiment;
  const char *where;
  RnLabTranslate translate;
  RnLabSettings settings; /* of all arms that say nothing else */
} Reading;

static gboolean fail (const RnJsonReader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
fail (const RnJsonReader *reader, GError **error, const char *format, ...)
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

/* Puts where it was before what the core says of a value. */
static gboolean
name_place (const RnJsonReader *reader, const char *key, GError **error)
{
  if (reader->path != NULL)
    g_prefix_error (error, "%s: %s: “%s”: ", reader->where, reader->path, key);
  else
    g_prefix_error (error, "%s: “%s”: ", reader->where, key);
  return FALSE;
}

/* A text of at most @most bytes; @is_needed: it has to be there and to say something, else it is "" */
static gboolean
read_text (const Reading *self, const RnJsonReader *reader, const char *key, gsize most,
           gboolean is_needed, char **text, GError **error)
{
  const char *value = "";

  if ((is_needed || rn_json_reader_has (reader, key)) &&
      !rn_json_reader_get_string (reader, key, &value, error))
    return FALSE;
  if (strlen (value) > most)
    return fail (reader, error, _ ("“%s” has %zu bytes; %zu is the most"), key, strlen (value),
                 most);
  if (is_needed && *value == '\0')
    return fail (reader, error, _ ("“%s” says nothing"), key);
  /* gettext answers an empty text with the head of its file */
  *text = g_strdup (*value != '\0' && self->translate != NULL ? self->translate (value) : value);
  return TRUE;
}

/* Settings */

/* As the getters of RnJsonReader, but what is not there stays as it is. */
static gboolean
take_int (const RnJsonReader *reader, const char *key, gint64 min, gint64 max, gint64 *value,
          GError **error)
{
  return !rn_json_reader_has (reader, key) ||
         rn_json_reader_get_int (reader, key, min, max, value, error);
}

static gboolean
take_double (const RnJsonReader *reader, const char *key, double *value, GError **error)
{
  return !rn_json_reader_has (reader, key) || rn_json_reader_get_double (reader, key, value, error);
}

static gboolean
take_bool (const RnJsonReader *reader, const char *key, gboolean *value, GError **error)
{
  return !rn_json_reader_has (reader, key) || rn_json_reader_get_bool (reader, key, value, error);
}

static gboolean
read_length (const RnJsonReader *reader, RnLabSettings *settings, GError **error)
{
  const gboolean has_steps = rn_json_reader_has (reader, "steps");
  const gboolean has_epochs = rn_json_reader_has (reader, "epochs");

  if (has_steps && has_epochs)
    return fail (reader, error, _ ("“steps” and “epochs” exclude each other"));
  if (!take_int (reader, "steps", 1, MAX_STEPS, &settings->base.steps, error) ||
      !take_double (reader, "epochs", &settings->epochs, error))
    return FALSE;
  if (has_steps)
    settings->epochs = 0.0;
  if (has_epochs && !(settings->epochs > 0.0 && settings->epochs <= MAX_EPOCHS))
    return fail (reader, error, _ ("“epochs” must be over 0 and at most a million"));
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
  if (!rn_schedule_parse (text, MAX_STEPS, &schedule, error))
    return name_place (reader, "schedule", error);
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
          name_place (reader, "augment", error));
}

static gboolean
read_settings (const RnJsonReader *outer, const char *path, RnLabSettings *settings, GError **error)
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
      !take_int (&reader, "batch", 1, 65536, &batch, error) ||
      !take_double (&reader, "rate", &base->rate, error) ||
      !take_double (&reader, "momentum", &base->momentum, error) ||
      !take_double (&reader, "weight_decay", &base->weight_decay, error) ||
      !take_bool (&reader, "spare_norms", &base->spare_norms, error) ||
      !take_bool (&reader, "drop_last", &base->drop_last, error) ||
      !take_bool (&reader, "per_pixel_mean", &base->per_pixel_mean, error) ||
      !take_int (&reader, "evaluate_every", 0, MAX_STEPS, &base->evaluate_every, error) ||
      !take_int (&reader, "checkpoint_every", 0, MAX_STEPS, &base->checkpoint_every, error) ||
      !take_int (&reader, "measure_every", 0, MAX_STEPS, &base->measure_every, error) ||
      !read_schedule (&reader, settings, error) || !read_augment (&reader, base, error))
    return FALSE;
  base->batch = (int) batch;
  /* all that does not hang on the data */
  checked = *base;
  if (!rn_settings_check (&checked, error))
    {
      g_prefix_error (error, "%s: %s: ", reader.where, path);
      return FALSE;
    }
  return TRUE;
}

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
read_id (const Reading *self, const RnJsonReader *reader, const char **id, GError **error)
{
  if (!rn_json_reader_get_string (reader, "id", id, error))
    return FALSE;
  if (!is_id (*id))
    {
      g_autofree char *shown = rn_json_quote (*id);

      return fail (reader, error,
                   _ ("“id” is %s, but must be 1 to %d letters, digits, “-”, “_” or “.”"), shown,
                   RN_LAB_MAX_ID);
    }
  if (rn_experiment_find_arm (self->experiment, *id) >= 0)
    return fail (reader, error, _ ("there is an arm “%s” already"), *id);
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
    name_place (reader, "net", error);
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
      !take_bool (reader, "zero_gamma", &zero_gamma, error))
    return FALSE;
  for (int i = 0; (has_shortcut || has_gamma) && i < rn_spec_n_blocks (spec); i++)
    {
      RnBlockSpec block = *rn_spec_get_block (spec, i);

      if (has_shortcut)
        block.shortcut = (RnShortcut) shortcut;
      if (has_gamma)
        block.zero_gamma = zero_gamma;
      if (!rn_spec_set_block (spec, i, block, error))
        return name_place (reader, "shortcut", error);
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
        return fail (reader, error, _ ("“at” has %s at place %u; it must be 0 to %d"),
                     JSON_NODE_HOLDS_VALUE (node) ? _ ("another value") : _ ("no number"), i + 1,
                     n_blocks);
      if (!rn_sketch_deepen (sketch, (int) at, NULL, error))
        return name_place (reader, "at", error);
    }
  return TRUE;
}

/* "grow": the network of an earlier arm with identity blocks put in. @origin: (out): that arm */
static RnSpec *
read_grown (const Reading *self, const RnJsonReader *outer, const char *id, int *origin,
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

      fail (&reader, error, _ ("“from” is %s; there is no such arm before this one"), shown);
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
read_spec (const Reading *self, const RnJsonReader *reader, const char *id, int *origin,
           GError **error)
{
  g_autoptr (RnSpec) spec = NULL;

  *origin = -1;
  if (rn_json_reader_has (reader, "net") == rn_json_reader_has (reader, "grow"))
    {
      fail (reader, error, _ ("an arm has either “net” or “grow”"));
      return NULL;
    }
  spec = rn_json_reader_has (reader, "net") ? read_net (reader, error)
                                            : read_grown (self, reader, id, origin, error);
  if (spec == NULL || !read_options (reader, spec, error))
    return NULL;
  return g_steal_pointer (&spec);
}

static gboolean
read_arm (Reading *self, JsonNode *node, guint index, GError **error)
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
      !read_text (self, &reader, "name", RN_MAX_NAME, TRUE, &name, error) ||
      (spec = read_spec (self, &reader, id, &origin, error)) == NULL)
    return FALSE;
  arm = rn_experiment_add_arm (self->experiment, id, name, spec, origin);
  rn_lab_settings_copy (&arm->settings, &self->settings);
  return read_settings (&reader, settings_path, &arm->settings, error);
}

static gboolean
read_arms (Reading *self, const RnJsonReader *reader, GError **error)
{
  JsonArray *list;

  if (!rn_json_reader_get_array (reader, "arms", RN_LAB_MAX_ARMS, &list, error))
    return FALSE;
  if (json_array_get_length (list) < 1)
    return fail (reader, error, _ ("“arms” is empty"));
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!read_arm (self, json_array_get_element (list, i), i, error))
      return FALSE;
  return TRUE;
}

/* Figures and checks */

/* One of @words, which is element @index of the list @key */
static gboolean
read_word_of (const RnJsonReader *reader, const char *key, JsonArray *list, guint index,
              const char *const *words, int *value, GError **error)
{
  JsonNode *node = json_array_get_element (list, index);
  const char *text =
      JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
          ? json_node_get_string (node)
          : "";
  g_autofree char *shown = NULL, *all = NULL;

  for (int i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], text) == 0)
      {
        *value = i;
        return TRUE;
      }
  shown = rn_json_quote (text);
  all = g_strjoinv ("”, “", (char **) words);
  return fail (reader, error, _ ("“%s” has %s at place %u; there are “%s”"), key, shown, index + 1,
               all);
}

static gboolean
read_figures (Reading *self, const RnJsonReader *reader, GError **error)
{
  JsonArray *list;

  if (!rn_json_reader_has (reader, "figures"))
    return TRUE;
  if (!rn_json_reader_get_array (reader, "figures", RN_LAB_MAX_FIGURES, &list, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      int kind;

      if (!read_word_of (reader, "figures", list, i, figures, &kind, error))
        return FALSE;
      self->experiment->figures[self->experiment->n_figures++] = (RnLabFigureKind) kind;
    }
  return TRUE;
}

/* "quantity": a word for both sides, or a list of one for each */
static gboolean
read_quantity (const RnJsonReader *reader, RnLabCheck *check, GError **error)
{
  JsonNode *node = json_object_get_member (reader->object, "quantity");
  JsonArray *list;
  int words[2];

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    {
      if (!rn_json_reader_get_word (reader, "quantity", quantities, &words[0], error))
        return FALSE;
      words[1] = words[0];
    }
  else
    {
      if (!rn_json_reader_get_array (reader, "quantity", 2, &list, error))
        return FALSE;
      if (json_array_get_length (list) != 2)
        return fail (reader, error, _ ("“quantity” is a word, or a list of two"));
      for (guint i = 0; i < 2; i++)
        if (!read_word_of (reader, "quantity", list, i, quantities, &words[i], error))
          return FALSE;
    }
  check->quantity[0] = (RnLabQuantity) words[0];
  check->quantity[1] = (RnLabQuantity) words[1];
  return TRUE;
}

static gboolean
read_sides (const Reading *self, const RnJsonReader *reader, RnLabCheck *check, GError **error)
{
  const gboolean has_than = rn_json_reader_has (reader, "than");
  const guint n_wanted = has_than ? 1 : 2;
  JsonArray *list;

  check->arm[1] = -1;
  if (!rn_json_reader_get_array (reader, "arms", 2, &list, error) ||
      (has_than && !rn_json_reader_get_double (reader, "than", &check->than, error)))
    return FALSE;
  if (json_array_get_length (list) != n_wanted)
    return fail (reader, error, _ ("“arms” must name two arms, or one beside “than”"));
  for (guint i = 0; i < n_wanted; i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      g_autofree char *text = rn_json_print (node, FALSE);
      g_autofree char *shown = rn_json_quote (text);

      check->arm[i] =
          JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
              ? rn_experiment_find_arm (self->experiment, json_node_get_string (node))
              : -1;
      if (check->arm[i] < 0)
        return fail (reader, error, _ ("“arms” names %s; there is no such arm"), shown);
    }
  return TRUE;
}

/* "at": a share of the steps; "end" is 1 */
static gboolean
read_at (const RnJsonReader *reader, RnLabCheck *check, GError **error)
{
  JsonNode *node = json_object_get_member (reader->object, "at");

  check->at = 1.0;
  if (node == NULL ||
      (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
       strcmp (json_node_get_string (node), "end") == 0))
    return TRUE;
  if (!rn_json_reader_get_double (reader, "at", &check->at, error))
    return FALSE;
  if (!(check->at > 0.0 && check->at <= 1.0))
    return fail (reader, error, _ ("“at” must be “end”, or over 0 and at most 1"));
  for (int i = 0; i < 2; i++)
    if (check->at < 1.0 && check->quantity[i] > RN_LAB_TEST_ERROR)
      return fail (reader, error, _ ("“%s” is known at the end only"),
                   quantities[check->quantity[i]]);
  return TRUE;
}

static gboolean
read_relation (const RnJsonReader *reader, RnLabCheck *check, GError **error)
{
  const gboolean has_within = rn_json_reader_has (reader, "within");
  int relation;

  if (!rn_json_reader_get_word (reader, "relation", relations, &relation, error) ||
      !take_double (reader, "within", &check->within, error))
    return FALSE;
  check->relation = (RnLabRelation) relation;
  if (has_within != (check->relation == RN_LAB_WITHIN))
    return fail (reader, error, _ ("“within” is of the relation “within”, and of no other"));
  if (has_within && !(check->within > 0.0))
    return fail (reader, error, _ ("“within” must be over 0"));
  return TRUE;
}

static gboolean
read_check (Reading *self, JsonNode *node, guint index, GError **error)
{
  g_autofree char *path = g_strdup_printf (_ ("check %u"), index + 1), *text = NULL;
  RnExperiment *experiment = self->experiment;
  RnLabCheck check = { 0 };
  RnJsonReader reader;

  if (!rn_json_reader_init (&reader, node, self->where, path, error) ||
      !rn_json_reader_check_keys (&reader, check_keys, error) ||
      !read_text (self, &reader, "text", RN_LAB_MAX_TEXT, TRUE, &text, error) ||
      !read_quantity (&reader, &check, error) || !read_sides (self, &reader, &check, error) ||
      !read_at (&reader, &check, error) || !read_relation (&reader, &check, error))
    return FALSE;
  experiment->check_texts[experiment->n_checks] = g_steal_pointer (&text);
  check.text = experiment->check_texts[experiment->n_checks];
  experiment->checks[experiment->n_checks++] = check;
  return TRUE;
}

static gboolean
read_checks (Reading *self, const RnJsonReader *reader, GError **error)
{
  JsonArray *list;

  if (!rn_json_reader_has (reader, "checks"))
    return TRUE;
  if (!rn_json_reader_get_array (reader, "checks", RN_LAB_MAX_CHECKS, &list, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!read_check (self, json_array_get_element (list, i), i, error))
      return FALSE;
  return TRUE;
}

/* The whole */

static gboolean
read_head (Reading *self, const RnJsonReader *reader, GError **error)
{
  RnExperiment *experiment = self->experiment;
  gint64 version, n_seeds = 3;
  const char *data = "sample";

  if (!rn_json_reader_get_int (reader, "version", 1, 1, &version, error) ||
      !read_text (self, reader, "title", RN_MAX_NAME, TRUE, &experiment->title, error) ||
      !read_text (self, reader, "question", RN_LAB_MAX_TEXT, FALSE, &experiment->question, error) ||
      !read_text (self, reader, "claim", RN_LAB_MAX_TEXT, FALSE, &experiment->claim, error) ||
      !read_text (self, reader, "source", RN_LAB_MAX_TEXT, FALSE, &experiment->source, error) ||
      !take_int (reader, "seeds", 1, RN_LAB_MAX_SEEDS, &n_seeds, error) ||
      (rn_json_reader_has (reader, "data") &&
       !rn_json_reader_get_string (reader, "data", &data, error)))
    return FALSE;
  if (*data == '\0' || strlen (data) > MAX_PATH)
    return fail (reader, error, _ ("“data” must be “sample” or a path of at most %d bytes"),
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
  Reading reading = { .where = where, .translate = translate };
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
            read_settings (&reader, _ ("settings"), &reading.settings, error) &&
            read_arms (&reading, &reader, error) && read_figures (&reading, &reader, error) &&
            read_checks (&reading, &reader, error);
  rn_lab_settings_clear (&reading.settings);
  return is_read ? g_steal_pointer (&experiment) : NULL;
}
