#include <glib/gi18n-lib.h>
#include <string.h>

#include "lab/experiment-reader.h"

static const char *const check_keys[] = { "text",     "quantity", "at",     "arms",
                                          "relation", "than",     "within", NULL };

/* In the order of their enumerations */
static const char *const quantities[RN_LAB_N_QUANTITIES + 1] = {
  "train_loss", "train_error", "test_loss",      "test_error", "response", "intact",
  "lesion",     "shuffle",     "shortcut_share", "parameters", "macs",     NULL,
};
static const char *const figures[] = {
  "train_loss",   "train_error",       "test_loss",
  "test_error",   "final_train_error", "final_test_error",
  "responses",    "responses_sorted",  "lesions",
  "lesions_many", "shuffles",          "shortcut_share",
  NULL,
};
static const char *const relations[] = { "greater", "less", "within", NULL };

const char *
rn_lab_quantity_get_key (RnLabQuantity quantity)
{
  g_return_val_if_fail (quantity >= 0 && quantity < RN_LAB_N_QUANTITIES, NULL);

  return quantities[quantity];
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
  return rn_lab_fail (reader, error, _ ("“%s” has %s at place %u; there are “%s”"), key, shown,
                      index + 1, all);
}

gboolean
rn_lab_read_figures (RnLabReading *self, const RnJsonReader *reader, GError **error)
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
        return rn_lab_fail (reader, error, _ ("“quantity” is a word, or a list of two"));
      for (guint i = 0; i < 2; i++)
        if (!read_word_of (reader, "quantity", list, i, quantities, &words[i], error))
          return FALSE;
    }
  check->quantity[0] = (RnLabQuantity) words[0];
  check->quantity[1] = (RnLabQuantity) words[1];
  if (words[0] != words[1] && !(rn_lab_quantity_is_share (check->quantity[0]) &&
                                rn_lab_quantity_is_share (check->quantity[1])))
    return rn_lab_fail (reader, error,
                        _ ("“quantity” compares “%s” with “%s”, which have not one unit"),
                        quantities[words[0]], quantities[words[1]]);
  return TRUE;
}

static gboolean
read_sides (const RnLabReading *self, const RnJsonReader *reader, RnLabCheck *check, GError **error)
{
  const gboolean has_than = rn_json_reader_has (reader, "than");
  const guint n_wanted = has_than ? 1 : 2;
  JsonArray *list;

  check->arm[1] = -1;
  if (!rn_json_reader_get_array (reader, "arms", 2, &list, error) ||
      (has_than && !rn_json_reader_get_double (reader, "than", &check->than, error)))
    return FALSE;
  if (json_array_get_length (list) != n_wanted)
    return rn_lab_fail (reader, error, _ ("“arms” must name two arms, or one beside “than”"));
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
        return rn_lab_fail (reader, error, _ ("“arms” names %s; there is no such arm"), shown);
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
    return rn_lab_fail (reader, error, _ ("“at” must be “end”, or over 0 and at most 1"));
  for (int i = 0; i < 2; i++)
    if (check->at < 1.0 && check->quantity[i] > RN_LAB_TEST_ERROR)
      return rn_lab_fail (reader, error, _ ("“%s” is known at the end only"),
                          quantities[check->quantity[i]]);
  return TRUE;
}

static gboolean
read_relation (const RnJsonReader *reader, RnLabCheck *check, GError **error)
{
  const gboolean has_within = rn_json_reader_has (reader, "within");
  int relation;

  if (!rn_json_reader_get_word (reader, "relation", relations, &relation, error) ||
      !rn_lab_take_double (reader, "within", &check->within, error))
    return FALSE;
  check->relation = (RnLabRelation) relation;
  if (has_within != (check->relation == RN_LAB_WITHIN))
    return rn_lab_fail (reader, error, _ ("“within” is of the relation “within”, and of no other"));
  if (has_within && !(check->within > 0.0))
    return rn_lab_fail (reader, error, _ ("“within” must be over 0"));
  return TRUE;
}

static gboolean
read_check (RnLabReading *self, JsonNode *node, guint index, GError **error)
{
  g_autofree char *path = g_strdup_printf (_ ("check %u"), index + 1), *text = NULL;
  RnExperiment *experiment = self->experiment;
  RnLabCheck check = { 0 };
  RnJsonReader reader;

  if (!rn_json_reader_init (&reader, node, self->where, path, error) ||
      !rn_json_reader_check_keys (&reader, check_keys, error) ||
      !rn_lab_read_text (self, &reader, "text", RN_LAB_MAX_TEXT, TRUE, &text, error) ||
      !read_quantity (&reader, &check, error) || !read_sides (self, &reader, &check, error) ||
      !read_at (&reader, &check, error) || !read_relation (&reader, &check, error))
    return FALSE;
  experiment->check_texts[experiment->n_checks] = g_steal_pointer (&text);
  check.text = experiment->check_texts[experiment->n_checks];
  experiment->checks[experiment->n_checks++] = check;
  return TRUE;
}

gboolean
rn_lab_read_checks (RnLabReading *self, const RnJsonReader *reader, GError **error)
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
