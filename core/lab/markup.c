#include "lab/markup.h"

#include <math.h>

#include "base/number.h"

void
rn_markup_append (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      const gunichar c = g_utf8_get_char (at);

      if (c == '&')
        g_string_append (out, "&amp;");
      else if (c == '<')
        g_string_append (out, "&lt;");
      else if (c == '>')
        g_string_append (out, "&gt;");
      else if (c == '"')
        g_string_append (out, "&quot;");
      else if (c == '\'')
        g_string_append (out, "&#39;");
      else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff))
        g_string_append_unichar (out, c);
      else
        g_string_append_unichar (out, 0xfffd);
    }
}

void
rn_markup_printf (GString *out, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  for (const char *at = format; *at != '\0'; at++)
    {
      if (at[0] == '%' && at[1] == 's')
        {
          rn_markup_append (out, va_arg (arguments, const char *));
          at++;
        }
      else if (at[0] == '%' && at[1] == 'd')
        {
          g_string_append_printf (out, "%d", va_arg (arguments, int));
          at++;
        }
      else if (at[0] == '%' && at[1] == 'g')
        {
          rn_markup_number (out, va_arg (arguments, double));
          at++;
        }
      else
        g_string_append_c (out, *at);
    }
  va_end (arguments);
}

void
rn_markup_number (GString *out, double value)
{
  char text[RN_NUMBER_SIZE];

  g_string_append (out, rn_number_print (text, round (value * 100.0) / 100.0));
}
