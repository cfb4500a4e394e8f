#include "output-json.h"

#include <math.h>
#include <stdio.h>

/* @key NULL: an element of an array */
static void
add_key (JsonBuilder *builder, const char *key)
{
  if (key != NULL)
    json_builder_set_member_name (builder, key);
}

void
rn_cli_json_number (JsonBuilder *builder, const char *key, double value)
{
  add_key (builder, key);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
rn_cli_json_int (JsonBuilder *builder, const char *key, gint64 value)
{
  add_key (builder, key);
  json_builder_add_int_value (builder, value);
}

void
rn_cli_json_string (JsonBuilder *builder, const char *key, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  add_key (builder, key);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

void
rn_cli_json_bool (JsonBuilder *builder, const char *key, gboolean value)
{
  add_key (builder, key);
  json_builder_add_boolean_value (builder, value);
}

void
rn_cli_json_strings (JsonBuilder *builder, const char *key, const char *const *values)
{
  add_key (builder, key);
  json_builder_begin_array (builder);
  for (gsize i = 0; values != NULL && values[i] != NULL; i++)
    rn_cli_json_string (builder, NULL, values[i]);
  json_builder_end_array (builder);
}

void
rn_cli_json_floats (JsonBuilder *builder, const char *key, const float *values, gsize n)
{
  add_key (builder, key);
  json_builder_begin_array (builder);
  for (gsize i = 0; i < n; i++)
    rn_cli_json_number (builder, NULL, (double) values[i]);
  json_builder_end_array (builder);
}

void
rn_cli_json_print (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);

  fputs (text, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}
