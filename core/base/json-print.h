#pragma once

#include <glib.h>

/* Appends @text as a string of JSON with its quotation marks; what is not UTF-8 becomes U+FFFD. Here because
 * json-glib 1.6 leaves U+001F as it is, which no reader may accept.
 */
void rn_json_print_string (GString *json, const char *text);

/* Appends a NULL-terminated list of strings: ["a","b"] */
void rn_json_print_strings (GString *json, const char *const *texts);
