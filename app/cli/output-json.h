#pragma once

#include <json-glib/json-glib.h>

/* What machines read: JSON on stdout, in one line, the same in every locale. */

/* A number; null where it is NaN or infinite, which JSON cannot say */
void rn_cli_json_number (JsonBuilder *builder, const char *key, double value);
void rn_cli_json_int (JsonBuilder *builder, const char *key, gint64 value);
/* Bytes that are no UTF-8 are replaced. NULL is null. */
void rn_cli_json_string (JsonBuilder *builder, const char *key, const char *value);
void rn_cli_json_bool (JsonBuilder *builder, const char *key, gboolean value);
void rn_cli_json_strings (JsonBuilder *builder, const char *key, const char *const *values);
void rn_cli_json_floats (JsonBuilder *builder, const char *key, const float *values, gsize n);

/* One line on stdout, sent off at once */
void rn_cli_json_print (JsonBuilder *builder);
