#include "base/json-print.h"

#include <string.h>

void
rn_json_print_string (GString *json, const char *text)
{
  static const char letters[] = "\"\\bfnrt", meanings[] = "\"\\\b\f\n\r\t";

  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (json, '"');
  for (text = valid; *text != '\0'; text++)
    {
      const char *special = strchr (meanings, *text);

      if (special != NULL)
        g_string_append_printf (json, "\\%c", letters[special - meanings]);
      else if ((guchar) *text < 0x20 || *text == 0x7f)
        g_string_append_printf (json, "\\u%04x", (guint) *text);
      else
        g_string_append_c (json, *text);
    }
  g_string_append_c (json, '"');
}

void
rn_json_print_strings (GString *json, const char *const *texts)
{
  g_string_append_c (json, '[');
  for (int i = 0; texts[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      rn_json_print_string (json, texts[i]);
    }
  g_string_append_c (json, ']');
}
