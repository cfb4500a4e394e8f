#include "base/json.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "residua/error.h"

#define MAX_QUOTED 60

char *
rn_json_quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *shown = g_string_new (NULL);
  int n = 0;

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      const gunichar character = g_utf8_get_char (c);

      if (n++ == MAX_QUOTED)
        {
          g_string_append (shown, "…");
          break;
        }
      g_string_append_unichar (shown, g_unichar_isprint (character) ? character : 0xfffd);
    }
  return g_string_free (shown, FALSE);
}

char *
rn_json_print (JsonNode *root, gboolean pretty)
{
  g_autofree char *text = json_to_string (root, pretty);
  g_auto (GStrv) parts = g_strsplit (text, "\x1f", -1);

  return g_strjoinv ("\\u001f", parts);
}

static void set_error (const RnJsonReader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* "WHERE: PATH: message" */
static void
set_error (const RnJsonReader *reader, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (reader->path != NULL)
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, "%s: %s: %s", reader->where, reader->path,
                 message);
  else
    g_set_error (error, RN_ERROR, RN_ERROR_FORMAT, "%s: %s", reader->where, message);
}

/* Returns: (transfer full): @node for people */
static char *
describe (JsonNode *node)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup (_ ("an object"));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return g_strdup_printf (_ ("a list of %u"), json_array_get_length (json_node_get_array (node)));
  text = rn_json_print (node, FALSE);
  return rn_json_quote (text);
}

static void
set_value_error (const RnJsonReader *reader, const char *key, JsonNode *node, const char *wanted,
                 GError **error)
{
  g_autofree char *value = describe (node);

  set_error (reader, error, _ ("“%s” is %s, but must be %s"), key, value, wanted);
}

gboolean
rn_json_reader_init (RnJsonReader *reader, JsonNode *node, const char *where, const char *path,
                     GError **error)
{
  reader->where = where;
  reader->path = path;
  reader->object = NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autofree char *value = describe (node);

      set_error (reader, error, _ ("there is %s where an object should be"), value);
      return FALSE;
    }
  reader->object = json_node_get_object (node);
  return TRUE;
}

gboolean
rn_json_reader_check_keys (const RnJsonReader *reader, const char *const *known, GError **error)
{
  g_autoptr (GList) keys = json_object_get_members (reader->object);

  for (GList *l = keys; l != NULL; l = l->next)
    if (!g_strv_contains (known, l->data))
      {
        g_autofree char *shown = rn_json_quote (l->data);
        g_autofree char *list = g_strjoinv ("”, “", (char **) known);

        set_error (reader, error, _ ("“%s” is not known here; these are: “%s”"), shown, list);
        return FALSE;
      }
  return TRUE;
}

gboolean
rn_json_reader_has (const RnJsonReader *reader, const char *key)
{
  return json_object_has_member (reader->object, key);
}

static JsonNode *
find (const RnJsonReader *reader, const char *key, GError **error)
{
  JsonNode *node = json_object_get_member (reader->object, key);

  if (node == NULL)
    set_error (reader, error, _ ("“%s” is missing"), key);
  return node;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

gboolean
rn_json_reader_get_int (const RnJsonReader *reader, const char *key, gint64 min, gint64 max,
                        gint64 *value, GError **error)
{
  g_autofree char *wanted = NULL;
  JsonNode *node = find (reader, key, error);

  if (node == NULL)
    return FALSE;
  if (holds (node, G_TYPE_INT64) && json_node_get_int (node) >= min &&
      json_node_get_int (node) <= max)
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  wanted = min == max ? g_strdup_printf ("%" G_GINT64_FORMAT, min)
                      : g_strdup_printf (_ ("%lld to %lld"), (long long) min, (long long) max);
  set_value_error (reader, key, node, wanted, error);
  return FALSE;
}

gboolean
rn_json_reader_get_double (const RnJsonReader *reader, const char *key, double *value,
                           GError **error)
{
  JsonNode *node = find (reader, key, error);

  if (node == NULL)
    return FALSE;
  if (!holds (node, G_TYPE_DOUBLE) && !holds (node, G_TYPE_INT64))
    {
      set_value_error (reader, key, node, _ ("a number"), error);
      return FALSE;
    }
  *value = json_node_get_double (node); /* an integer's too */
  return TRUE;
}

gboolean
rn_json_reader_get_bool (const RnJsonReader *reader, const char *key, gboolean *value,
                         GError **error)
{
  JsonNode *node = find (reader, key, error);

  if (node == NULL)
    return FALSE;
  if (!holds (node, G_TYPE_BOOLEAN))
    {
      set_value_error (reader, key, node, _ ("true or false"), error);
      return FALSE;
    }
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
rn_json_reader_get_string (const RnJsonReader *reader, const char *key, const char **value,
                           GError **error)
{
  JsonNode *node = find (reader, key, error);

  if (node == NULL)
    return FALSE;
  if (!holds (node, G_TYPE_STRING))
    {
      set_value_error (reader, key, node, _ ("text in quotes"), error);
      return FALSE;
    }
  *value = json_node_get_string (node);
  return TRUE;
}

gboolean
rn_json_reader_get_word (const RnJsonReader *reader, const char *key, const char *const *words,
                         int *value, GError **error)
{
  g_autofree char *list = NULL;
  g_autofree char *wanted = NULL;
  JsonNode *node = find (reader, key, error);

  if (node == NULL)
    return FALSE;
  for (int i = 0; holds (node, G_TYPE_STRING) && words[i] != NULL; i++)
    if (strcmp (words[i], json_node_get_string (node)) == 0)
      {
        *value = i;
        return TRUE;
      }
  list = g_strjoinv ("”, “", (char **) words);
  wanted = g_strdup_printf (_ ("one of “%s”"), list);
  set_value_error (reader, key, node, wanted, error);
  return FALSE;
}

gboolean
rn_json_reader_get_array (const RnJsonReader *reader, const char *key, guint max_length,
                          JsonArray **value, GError **error)
{
  g_autofree char *wanted = NULL;
  JsonNode *node = find (reader, key, error);

  if (node == NULL)
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node) &&
      json_array_get_length (json_node_get_array (node)) <= max_length)
    {
      *value = json_node_get_array (node);
      return TRUE;
    }
  wanted = g_strdup_printf (_ ("a list of at most %u"), max_length);
  set_value_error (reader, key, node, wanted, error);
  return FALSE;
}

gboolean
rn_json_reader_get_object (const RnJsonReader *reader, const char *key, JsonNode **value,
                           GError **error)
{
  JsonNode *node = find (reader, key, error);

  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      set_value_error (reader, key, node, _ ("an object"), error);
      return FALSE;
    }
  *value = node;
  return TRUE;
}

void
rn_json_add_int (JsonBuilder *builder, const char *key, gint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

void
rn_json_add_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}
