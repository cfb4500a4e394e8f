#include "base/json.h"

#include <string.h>

#include "residua/error.h"

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = rn_json_parse (text, -1, "file.json", &error);

  g_assert_no_error (error);
  return node;
}

static void
assert_message (GError *error, const char *part)
{
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
}

static void
test_every_kind_of_value (void)
{
  g_autoptr (JsonNode) root = parse (
      " \t\r\n{\"a\": [1, -0, 2.5e1, true, false, null], \"b\": {\"\": \"x\"}, \"c\": []}\n");
  JsonObject *object = json_node_get_object (root);
  JsonArray *array = json_object_get_array_member (object, "a");

  g_assert_cmpuint (json_object_get_size (object), ==, 3);
  g_assert_cmpuint (json_array_get_length (array), ==, 6);
  g_assert_cmpint (json_array_get_int_element (array, 0), ==, 1);
  g_assert_cmpint (json_array_get_int_element (array, 1), ==, 0);
  g_assert_cmpfloat (json_array_get_double_element (array, 2), ==, 25.0);
  g_assert_true (json_array_get_boolean_element (array, 3));
  g_assert_false (json_array_get_boolean_element (array, 4));
  g_assert_true (json_array_get_null_element (array, 5));
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (object, "b"), ""),
                   ==, "x");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "c")), ==, 0);
}

static void
test_a_value_may_stand_alone (void)
{
  static const char *const texts[] = { "0",    "-1", "1e-7", "\"\"",  "true",
                                       "null", "[]", "{}",   " [ ] ", "9223372036854775807" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = parse (texts[i]);

      g_assert_nonnull (node);
    }
}

static void
test_escapes (void)
{
  g_autoptr (JsonNode) node =
      parse ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD55c\\ud83d\\ude00\\u0001한\"");

  g_assert_cmpstr (json_node_get_string (node), ==, "\"\\/\b\f\n\r\tAé한😀\001한");
}

/* What is refused, and what the message says after "file.json: line N: ". */
static void
test_hostile_texts_are_refused (void)
{
  static const struct
  {
    const char *text;
    const char *part;
  } rows[] = {
    { "", "line 1: the text ends where a value should follow" },
    { "  \n ", "line 2: the text ends where a value should follow" },
    { "{\"a\":1,\n\"b\":2,\n\"a\":3}", "line 3: the key “a” stands twice" },
    { "{\"a\":1,\"\\u0061\":2}", "the key “a” stands twice" },
    { "[{\"k\":[{\"x\":1,\"x\":1}]}]", "the key “x” stands twice" },
    { "{\"a\":1,}", "there is “}” where a key in quotes should be" },
    { "[1,]", "there is “]” where a value should be" },
    { "[1 2]", "there is “2” where “,” or “]” should be" },
    { "{\"a\" 1}", "there is “1” where “:” should be" },
    { "{a:1}", "there is “a” where a key in quotes" },
    { "{'a':1}", "there is “'” where a key in quotes" },
    { "{\"a\":1", "the text ends where “,” or “}” should follow" },
    { "[", "the text ends where a value should follow" },
    { "]", "there is “]” where a value should be" },
    { "{} {}", "there is “{” where the end of the text should be" },
    { "{}x", "there is “x” where the end of the text should be" },
    { "{}한", "there is “한” where the end of the text should be" },
    { "/* \" */ {}", "there is “/” where a value should be" },
    { "{} // end", "there is “/” where the end" },
    { "var x = {}", "there is “v” where a value should be" },
    { "NaN", "there is “N” where a value should be" },
    { "-NaN", "there is “N” where a digit should be" },
    { "Infinity", "there is “I” where a value should be" },
    { "-Infinity", "there is “I” where a digit should be" },
    { "nul", "there is “n” where a value should be" },
    { "True", "there is “T” where a value should be" },
    { "1e400", "the number 1e400 is too large" },
    { "01", "there is “1” where the end of the text should be" },
    { "0x10", "there is “x” where the end of the text should be" },
    { "+1", "there is “+” where a value should be" },
    { ".5", "there is “.” where a value should be" },
    { "1.", "the text ends where a digit should follow" },
    { "1.e5", "there is “e” where a digit should be" },
    { "1e", "the text ends where a digit should follow" },
    { "-", "the text ends where a digit should follow" },
    { "\"abc", "the text ends where the end of a string should follow" },
    { "\"a\nb\"", "there is byte 0x0a where the end of a string should be" },
    { "\"\\x\"", "there is “x” where an escaped character should be" },
    { "\"\\", "the text ends where an escaped character should follow" },
    { "\"\\u0000\"", "“\\u” is followed by no character" },
    { "\"\\u12\"", "“\\u” is followed by no character" },
    { "\"\\u12g4\"", "“\\u” is followed by no character" },
    { "\"\\ud800\"", "“\\u” is followed by no character" },
    { "\"\\ud800\\u0041\"", "“\\u” is followed by no character" },
    { "\"\\udc00\"", "“\\u” is followed by no character" },
    { "\xef\xbb\xbf{}", "where a value should be" },
    { "[\n\"\xff\"]", "line 2: byte 0xff is not UTF-8" },
    { "\"\xc0\xaf\"", "byte 0xc0 is not UTF-8" },
    { "\"\xed\xa0\x80\"", "byte 0xed is not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rn_json_parse (rows[i].text, -1, "file.json", &error));
      assert_message (error, rows[i].part);
      g_assert_true (g_str_has_prefix (error->message, "file.json: line "));
    }
}

/* Every byte before @length counts, NUL too, and none behind it. */
static void
test_the_length_is_kept_to (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *exact = g_memdup2 ("[1]x", 3);
  g_autoptr (JsonNode) node = rn_json_parse (exact, 3, "file.json", &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  g_assert_null (rn_json_parse ("[1]\0", 4, "file.json", &error));
  assert_message (error, "byte 0x00 is not UTF-8");
  g_clear_error (&error);
  g_assert_null (rn_json_parse ("\"a\0b\"", 5, "file.json", &error));
  assert_message (error, "byte 0x00 is not UTF-8");
  g_clear_error (&error);
  for (gssize length = 0; length < 15; length++)
    {
      g_autofree char *part = g_memdup2 ("[1.5e1,\"\\u00e9\"]", (gsize) length + (length == 0));

      g_assert_null (rn_json_parse (part, length, "file.json", &error));
      assert_message (error, "file.json: line 1: ");
      g_clear_error (&error);
    }
}

static void
test_depth_is_bounded (void)
{
  static const char openings[] = { '[', '{' };
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (openings); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *bomb = g_strnfill (100000, openings[i]);

      g_assert_null (rn_json_parse (bomb, -1, "file.json", &error));
      assert_message (error, i == 0 ? "more than 32 deep" : "a key in quotes");
    }
  for (int depth = RN_JSON_MAX_DEPTH; depth <= RN_JSON_MAX_DEPTH + 1; depth++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      g_string_truncate (text, 0);
      for (int i = 1; i < depth; i++)
        g_string_append (text, "{\"a\":");
      g_string_append (text, "[]");
      for (int i = 1; i < depth; i++)
        g_string_append (text, "}");
      node = rn_json_parse (text->str, -1, "file.json", &error);
      g_assert_true ((node != NULL) == (depth == RN_JSON_MAX_DEPTH));
      if (depth > RN_JSON_MAX_DEPTH)
        assert_message (error, "lists and objects are more than 32 deep");
    }
}

/* Side by side is not one in another. */
static void
test_many_lists_side_by_side_are_not_deep (void)
{
  g_autoptr (GString) text = g_string_new ("[[]");
  g_autoptr (JsonNode) node = NULL;

  for (int i = 1; i < 1000; i++)
    g_string_append (text, ",[]");
  g_string_append_c (text, ']');
  node = parse (text->str);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), ==, 1000);
}

static void
test_length_and_count_are_bounded (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *spaces = g_strnfill (RN_JSON_MAX_BYTES + 1, ' ');
  g_autofree char *zeros = g_strnfill (RN_JSON_MAX_BYTES, '0');
  JsonNode *node;

  spaces[0] = '1';
  node = rn_json_parse (spaces, RN_JSON_MAX_BYTES, "file.json", &error);
  g_assert_no_error (error);
  json_node_unref (node);
  g_assert_null (rn_json_parse (spaces, -1, "file.json", &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==,
                   "file.json: the text has 16777217 bytes, at most 16777216 are read");
  g_clear_error (&error);

  zeros[0] = '[';
  for (int i = 2; i < RN_JSON_MAX_BYTES; i += 2)
    zeros[i] = ',';
  g_assert_null (rn_json_parse (zeros, RN_JSON_MAX_BYTES, "file.json", &error));
  assert_message (error, "there are more than 2097152 values");
}

static void
test_printed_text_is_read_back (void)
{
  g_autoptr (JsonNode) number = json_node_init_int (json_node_alloc (), 5);
  g_autofree char *line = rn_json_print (number, FALSE);

  g_assert_cmpstr (line, ==, "5");
  for (int c = 1; c < 0x180; c++)
    {
      char string[8] = "";
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (JsonNode) back = NULL;
      g_autofree char *text = NULL;

      string[g_unichar_to_utf8 ((gunichar) c, string)] = '\0';
      node = json_node_init_string (json_node_alloc (), string);
      text = rn_json_print (node, TRUE);
      back = parse (text);
      g_assert_cmpstr (json_node_get_string (back), ==, string);
    }
}

static void
test_a_message_quotes_no_more_than_it_must (void)
{
  g_autofree char *key = g_strnfill (100000, 'k');
  g_autofree char *text = g_strdup_printf ("{\"%s\":1,\"%s\":2}", key, key);
  g_autofree char *quoted = rn_json_quote ("\033[31mred\n\xff");
  g_autoptr (GError) error = NULL;

  g_assert_null (rn_json_parse (text, -1, "file.json", &error));
  assert_message (error, "kkk…” stands twice");
  g_assert_cmpuint (strlen (error->message), <, 200);
  g_assert_cmpstr (quoted, ==, "\xef\xbf\xbd[31mred\xef\xbf\xbd\xef\xbf\xbd");
}

/* Opens the object in *node, for the time that the test lasts. */
static RnJsonReader
open_text (const char *text, JsonNode **node)
{
  g_autoptr (GError) error = NULL;
  RnJsonReader reader;

  *node = parse (text);
  rn_json_reader_init (&reader, *node, "file.json", "block 3", &error);
  g_assert_no_error (error);
  return reader;
}

static void
test_values_that_are_right_are_read (void)
{
  static const char *const keys[] = { "i", "d", "b", "s", "w", "a", "o", NULL };
  static const char *const words[] = { "one", "two", NULL };
  g_autoptr (JsonNode) root = NULL;
  const RnJsonReader reader = open_text (
      "{\"i\":-5,\"d\":0.5,\"b\":true,\"s\":\"text\",\"w\":\"two\",\"a\":[1,2],\"o\":{}}", &root);
  gint64 integer;
  double number;
  gboolean flag;
  const char *string;
  int word;
  JsonArray *array;
  JsonNode *node;

  g_assert_true (rn_json_reader_check_keys (&reader, keys, NULL));
  g_assert_true (rn_json_reader_has (&reader, "i"));
  g_assert_false (rn_json_reader_has (&reader, "x"));
  g_assert_true (rn_json_reader_get_int (&reader, "i", -5, 5, &integer, NULL));
  g_assert_cmpint (integer, ==, -5);
  g_assert_true (rn_json_reader_get_double (&reader, "d", &number, NULL));
  g_assert_cmpfloat (number, ==, 0.5);
  g_assert_true (rn_json_reader_get_double (&reader, "i", &number, NULL));
  g_assert_cmpfloat (number, ==, -5.0);
  g_assert_true (rn_json_reader_get_bool (&reader, "b", &flag, NULL));
  g_assert_true (flag);
  g_assert_true (rn_json_reader_get_string (&reader, "s", &string, NULL));
  g_assert_cmpstr (string, ==, "text");
  g_assert_true (rn_json_reader_get_word (&reader, "w", words, &word, NULL));
  g_assert_cmpint (word, ==, 1);
  g_assert_true (rn_json_reader_get_array (&reader, "a", 2, &array, NULL));
  g_assert_cmpuint (json_array_get_length (array), ==, 2);
  g_assert_true (rn_json_reader_get_object (&reader, "o", &node, NULL));
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
}

static void
test_integers_are_integers (void)
{
  static const struct
  {
    const char *value;
    const char *message;
  } rows[] = {
    { "5", "file.json: block 3: “v” is 5, but must be 1 to 2" },
    { "0", "file.json: block 3: “v” is 0, but must be 1 to 2" },
    { "-1", "file.json: block 3: “v” is -1, but must be 1 to 2" },
    { "1.5", "file.json: block 3: “v” is 1.5, but must be 1 to 2" },
    { "1.0", "file.json: block 3: “v” is 1.0, but must be 1 to 2" },
    { "1e30", "file.json: block 3: “v” is 1" },
    { "18446744073709551617", "file.json: block 3: “v” is 1" },
    { "true", "file.json: block 3: “v” is true, but must be 1 to 2" },
    { "null", "file.json: block 3: “v” is null, but must be 1 to 2" },
    { "\"1\"", "file.json: block 3: “v” is \"1\", but must be 1 to 2" },
    { "[1]", "file.json: block 3: “v” is a list of 1, but must be 1 to 2" },
    { "{\"a\":1}", "file.json: block 3: “v” is an object, but must be 1 to 2" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"v\":%s}", rows[i].value);
      g_autoptr (JsonNode) root = NULL;
      const RnJsonReader reader = open_text (text, &root);
      g_autoptr (GError) error = NULL;
      gint64 value = 77;

      g_assert_false (rn_json_reader_get_int (&reader, "v", 1, 2, &value, &error));
      assert_message (error, rows[i].message);
      g_assert_cmpint (value, ==, 77);
    }
}

static void
test_other_types_and_absent_keys_are_refused (void)
{
  static const char *const words[] = { "one", "two", NULL };
  static const char *const known[] = { "a", "b", NULL };
  g_autoptr (JsonNode) root = NULL;
  RnJsonReader reader = open_text ("{\"s\":\"three\",\"n\":null,\"a\":[1,2,3]}", &root);
  GError *error = NULL;
  double number;
  gboolean flag;
  const char *string;
  int word;
  JsonArray *array;
  JsonNode *node;

#define REFUSED(call, message)                                                                     \
  g_assert_false (call);                                                                           \
  assert_message (error, "file.json: block 3: " message);                                          \
  g_clear_error (&error)

  REFUSED (rn_json_reader_get_double (&reader, "s", &number, &error),
           "“s” is \"three\", but must be a number");
  REFUSED (rn_json_reader_get_double (&reader, "x", &number, &error), "“x” is missing");
  REFUSED (rn_json_reader_get_bool (&reader, "n", &flag, &error),
           "“n” is null, but must be true or false");
  REFUSED (rn_json_reader_get_string (&reader, "n", &string, &error),
           "“n” is null, but must be text in quotes");
  REFUSED (rn_json_reader_get_word (&reader, "s", words, &word, &error),
           "“s” is \"three\", but must be one of “one”, “two”");
  REFUSED (rn_json_reader_get_word (&reader, "n", words, &word, &error),
           "“n” is null, but must be one of");
  REFUSED (rn_json_reader_get_array (&reader, "a", 2, &array, &error),
           "“a” is a list of 3, but must be a list of at most 2");
  REFUSED (rn_json_reader_get_array (&reader, "s", 2, &array, &error),
           "“s” is \"three\", but must be a list");
  REFUSED (rn_json_reader_get_object (&reader, "a", &node, &error),
           "“a” is a list of 3, but must be an object");
  REFUSED (rn_json_reader_check_keys (&reader, known, &error),
           "“s” is not known here; these are: “a”, “b”");
  REFUSED (rn_json_reader_init (&reader, json_object_get_member (json_node_get_object (root), "a"),
                                "file.json", "block 3", &error),
           "there is a list of 3 where an object should be");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/every kind of value", test_every_kind_of_value);
  g_test_add_func ("/json/a value may stand alone", test_a_value_may_stand_alone);
  g_test_add_func ("/json/escapes", test_escapes);
  g_test_add_func ("/json/hostile texts are refused", test_hostile_texts_are_refused);
  g_test_add_func ("/json/the length is kept to", test_the_length_is_kept_to);
  g_test_add_func ("/json/depth is bounded", test_depth_is_bounded);
  g_test_add_func ("/json/many lists side by side are not deep",
                   test_many_lists_side_by_side_are_not_deep);
  g_test_add_func ("/json/length and count are bounded", test_length_and_count_are_bounded);
  g_test_add_func ("/json/printed text is read back", test_printed_text_is_read_back);
  g_test_add_func ("/json/a message quotes no more than it must",
                   test_a_message_quotes_no_more_than_it_must);
  g_test_add_func ("/json/values that are right are read", test_values_that_are_right_are_read);
  g_test_add_func ("/json/integers are integers", test_integers_are_integers);
  g_test_add_func ("/json/other types and absent keys are refused",
                   test_other_types_and_absent_keys_are_refused);
  return g_test_run ();
}
