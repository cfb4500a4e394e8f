#pragma once

#include <glib.h>

/* Numbers as text, the same in every locale, and back to the bit. */

#define RN_NUMBER_SIZE 32

/* The shortest text that reads back as @value. Returns: @text */
const char *rn_number_print (char text[RN_NUMBER_SIZE], double value);
/* The same for a float: the shortest text that reads back as this float */
const char *rn_number_print_float (char text[RN_NUMBER_SIZE], float value);
/* Returns: FALSE unless all @length bytes of @text are one finite decimal number (no spaces, no hexadecimal) */
gboolean rn_number_parse (const char *text, gsize length, double *value);
/* The same for an integer of 0 to 2^64 - 1 in plain digits */
gboolean rn_number_parse_whole (const char *text, gsize length, guint64 *value);

/* For qsort() and g_array_sort(): doubles, smallest first */
int rn_number_compare (gconstpointer a, gconstpointer b);
