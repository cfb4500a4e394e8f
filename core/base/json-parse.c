#include "base/json.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "residua/error.h"

/* JsonParser takes comments, "var x =", a comma too many and a key twice, and calls itself as deep as the text says.
 * So the text is read here, by RFC 8259's letter, into json-glib's nodes.
 */

/* A node weighs some hundred bytes, a value in the text can be two: unbounded, 16 MiB of text would become 1 GiB. */
#define MAX_VALUES (2 * 1024 * 1024)

typedef struct
{
  const char *where;
  const char *text;
  const char *at;
  const char *end;
  int depth;
  int n_values;
  GError **error;
} Parser;

static JsonNode *parse_value (Parser *parser);

static void fail (Parser *parser, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Sets the error, naming the line of parser->at. */
static void
fail (Parser *parser, const char *format, ...)
{
  g_autofree char *message = NULL;
  int line = 1;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  for (const char *c = parser->text; c < parser->at; c++)
    line += *c == '\n';
  g_set_error (parser->error, RN_ERROR, RN_ERROR_FORMAT, _ ("%s: line %d: %s"), parser->where, line,
               message);
}

/* Says that what stands here cannot. */
static void
fail_here (Parser *parser, const char *expected)
{
  if (parser->at >= parser->end)
    fail (parser, _ ("the text ends where %s should follow"), expected);
  else if ((guchar) *parser->at < 0x20)
    fail (parser, _ ("there is byte 0x%02x where %s should be"), (guint) (guchar) *parser->at,
          expected);
  else
    fail (parser, _ ("there is “%.*s” where %s should be"),
          (int) (g_utf8_next_char (parser->at) - parser->at), parser->at, expected);
}

static void
skip_space (Parser *parser)
{
  while (parser->at < parser->end && strchr (" \t\r\n", *parser->at) != NULL && *parser->at != '\0')
    parser->at++;
}

static gboolean
is_next (const Parser *parser, char c)
{
  return parser->at < parser->end && *parser->at == c;
}

/* Passes over @c where it comes next. */
static gboolean
accept (Parser *parser, char c)
{
  if (!is_next (parser, c))
    return FALSE;
  parser->at++;
  return TRUE;
}

static gboolean
accept_word (Parser *parser, const char *word)
{
  const gsize length = strlen (word);

  if ((gsize) (parser->end - parser->at) < length || memcmp (parser->at, word, length) != 0)
    return FALSE;
  parser->at += length;
  return TRUE;
}

/* Passes over decimal digits. Returns: how many */
static int
accept_digits (Parser *parser)
{
  const char *start = parser->at;

  while (parser->at < parser->end && g_ascii_isdigit (*parser->at))
    parser->at++;
  return (int) (parser->at - start);
}

/* Reads four hexadecimal digits. Returns: their value, or -1 */
static int
accept_hex (Parser *parser)
{
  int value = 0;

  for (int i = 0; i < 4; i++, parser->at++)
    {
      if (parser->at >= parser->end || !g_ascii_isxdigit (*parser->at))
        return -1;
      value = value * 16 + g_ascii_xdigit_value (*parser->at);
    }
  return value;
}

/* What follows "\u": one UTF-16 unit, or two that make a pair. */
static gboolean
parse_unicode (Parser *parser, GString *string)
{
  const int first = accept_hex (parser);
  int second;

  if (first > 0 && (first < 0xd800 || first > 0xdfff))
    {
      g_string_append_unichar (string, (gunichar) first);
      return TRUE;
    }
  if (first >= 0xd800 && first < 0xdc00 && accept_word (parser, "\\u"))
    {
      second = accept_hex (parser);
      if (second >= 0xdc00 && second <= 0xdfff)
        {
          g_string_append_unichar (string, 0x10000u + ((gunichar) (first - 0xd800) << 10) +
                                               (gunichar) (second - 0xdc00));
          return TRUE;
        }
    }
  fail (parser, _ ("“\\u” is followed by no character"));
  return FALSE;
}

static gboolean
parse_escape (Parser *parser, GString *string)
{
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (accept (parser, 'u'))
    return parse_unicode (parser, string);
  found = parser->at < parser->end && *parser->at != '\0' ? strchr (names, *parser->at) : NULL;
  if (found == NULL)
    {
      fail_here (parser, _ ("an escaped character"));
      return FALSE;
    }
  g_string_append_c (string, values[found - names]);
  parser->at++;
  return TRUE;
}

/* Returns: (transfer full) (nullable): the string whose opening quote comes next */
static char *
parse_string (Parser *parser)
{
  g_autoptr (GString) string = g_string_new (NULL);

  parser->at++;
  while (!accept (parser, '"'))
    {
      if (accept (parser, '\\'))
        {
          if (!parse_escape (parser, string))
            return NULL;
        }
      else if (parser->at >= parser->end || (guchar) *parser->at < 0x20)
        {
          fail_here (parser, _ ("the end of a string"));
          return NULL;
        }
      else
        {
          g_string_append_c (string, *parser->at++);
        }
    }
  return g_string_free (g_steal_pointer (&string), FALSE);
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?; Returns: FALSE where it is something else */
static gboolean
accept_number (Parser *parser, gboolean *is_integer)
{
  *is_integer = TRUE;
  accept (parser, '-');
  if (!accept (parser, '0') && accept_digits (parser) == 0)
    return FALSE;
  if (accept (parser, '.'))
    {
      *is_integer = FALSE;
      if (accept_digits (parser) == 0)
        return FALSE;
    }
  if (accept (parser, 'e') || accept (parser, 'E'))
    {
      *is_integer = FALSE;
      if (!accept (parser, '+'))
        accept (parser, '-');
      if (accept_digits (parser) == 0)
        return FALSE;
    }
  return TRUE;
}

/* An integer beyond 64 bits becomes a double, which nobody takes for an integer. */
static JsonNode *
parse_number (Parser *parser)
{
  const char *start = parser->at;
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;
  gboolean is_integer;
  gint64 integer;
  double value;

  if (!accept_number (parser, &is_integer))
    {
      fail_here (parser, _ ("a digit"));
      return NULL;
    }
  text = g_strndup (start, (gsize) (parser->at - start));
  errno = 0;
  integer = g_ascii_strtoll (text, NULL, 10);
  if (is_integer && errno == 0)
    return json_node_init_int (json_node_alloc (), integer);
  value = g_ascii_strtod (text, NULL);
  if (isfinite (value))
    return json_node_init_double (json_node_alloc (), value);
  shown = rn_json_quote (text);
  fail (parser, _ ("the number %s is too large"), shown);
  return NULL;
}

static JsonNode *
parse_array (Parser *parser)
{
  g_autoptr (JsonArray) array = json_array_new ();

  parser->at++;
  skip_space (parser);
  if (!accept (parser, ']'))
    {
      do
        {
          JsonNode *element = parse_value (parser);

          if (element == NULL)
            return NULL;
          json_array_add_element (array, element);
        }
      while (accept (parser, ','));
      if (!accept (parser, ']'))
        {
          fail_here (parser, _ ("“,” or “]”"));
          return NULL;
        }
    }
  return json_node_init_array (json_node_alloc (), array);
}

/* One "key": value of @object. */
static gboolean
parse_member (Parser *parser, JsonObject *object)
{
  g_autofree char *key = NULL;
  JsonNode *value;

  skip_space (parser);
  if (!is_next (parser, '"'))
    {
      fail_here (parser, _ ("a key in quotes"));
      return FALSE;
    }
  key = parse_string (parser);
  if (key == NULL)
    return FALSE;
  if (json_object_has_member (object, key))
    {
      g_autofree char *shown = rn_json_quote (key);

      fail (parser, _ ("the key “%s” stands twice in one object"), shown);
      return FALSE;
    }
  skip_space (parser);
  if (!accept (parser, ':'))
    {
      fail_here (parser, _ ("“:”"));
      return FALSE;
    }
  value = parse_value (parser);
  if (value == NULL)
    return FALSE;
  json_object_set_member (object, key, value);
  return TRUE;
}

static JsonNode *
parse_object (Parser *parser)
{
  g_autoptr (JsonObject) object = json_object_new ();

  parser->at++;
  skip_space (parser);
  if (!accept (parser, '}'))
    {
      do
        if (!parse_member (parser, object))
          return NULL;
      while (accept (parser, ','));
      if (!accept (parser, '}'))
        {
          fail_here (parser, _ ("“,” or “}”"));
          return NULL;
        }
    }
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
parse_string_value (Parser *parser)
{
  g_autofree char *string = parse_string (parser);

  return string != NULL ? json_node_init_string (json_node_alloc (), string) : NULL;
}

static JsonNode *
parse_word (Parser *parser)
{
  if (accept_word (parser, "true"))
    return json_node_init_boolean (json_node_alloc (), TRUE);
  if (accept_word (parser, "false"))
    return json_node_init_boolean (json_node_alloc (), FALSE);
  if (accept_word (parser, "null"))
    return json_node_init_null (json_node_alloc ());
  fail_here (parser, _ ("a value"));
  return NULL;
}

static JsonNode *
parse_container (Parser *parser)
{
  JsonNode *node;

  if (parser->depth == RN_JSON_MAX_DEPTH)
    {
      fail (parser, _ ("lists and objects are more than %d deep"), RN_JSON_MAX_DEPTH);
      return NULL;
    }
  parser->depth++;
  node = is_next (parser, '[') ? parse_array (parser) : parse_object (parser);
  parser->depth--;
  return node;
}

/* A value and the space on both sides of it. Calls itself at most RN_JSON_MAX_DEPTH deep. */
static JsonNode *
parse_value (Parser *parser)
{
  JsonNode *node;

  skip_space (parser);
  if (++parser->n_values > MAX_VALUES)
    {
      fail (parser, _ ("there are more than %d values"), MAX_VALUES);
      return NULL;
    }
  if (is_next (parser, '{') || is_next (parser, '['))
    node = parse_container (parser);
  else if (is_next (parser, '"'))
    node = parse_string_value (parser);
  else if (parser->at < parser->end && (g_ascii_isdigit (*parser->at) || *parser->at == '-'))
    node = parse_number (parser);
  else
    node = parse_word (parser);
  if (node != NULL)
    skip_space (parser);
  return node;
}

JsonNode *
rn_json_parse (const char *text, gssize length, const char *where, GError **error)
{
  const gsize n = length < 0 ? strlen (text) : (gsize) length;
  Parser parser = { where, text, text, text + n, 0, 0, error };
  g_autoptr (JsonNode) root = NULL;

  if (n > RN_JSON_MAX_BYTES)
    {
      g_set_error (error, RN_ERROR, RN_ERROR_FORMAT,
                   _ ("%s: the text has %zu bytes, at most %d are read"), where, n,
                   RN_JSON_MAX_BYTES);
      return NULL;
    }
  if (!g_utf8_validate_len (text, n, &parser.at))
    {
      fail (&parser, _ ("byte 0x%02x is not UTF-8 text"), (guint) (guchar) *parser.at);
      return NULL;
    }
  parser.at = text;
  root = parse_value (&parser);
  if (root == NULL)
    return NULL;
  if (parser.at < parser.end)
    {
      fail_here (&parser, _ ("the end of the text"));
      return NULL;
    }
  return g_steal_pointer (&root);
}
