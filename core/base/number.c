#include "base/number.h"

#include <math.h>
#include <string.h>

const char *
rn_number_print (char text[RN_NUMBER_SIZE], double value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, RN_NUMBER_SIZE, formats[i], value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  return text;
}

const char *
rn_number_print_float (char text[RN_NUMBER_SIZE], float value)
{
  static const char *const formats[] = { "%.6g", "%.7g", "%.8g", "%.9g" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, RN_NUMBER_SIZE, formats[i], (double) value);
      if ((float) g_ascii_strtod (text, NULL) == value)
        break;
    }
  return text;
}

gboolean
rn_number_parse (const char *text, gsize length, double *value)
{
  char copy[64];
  char *end;

  if (length == 0 || length >= sizeof copy)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isdigit (text[i]) && strchr ("+-.eE", text[i]) == NULL)
      return FALSE;
  memcpy (copy, text, length);
  copy[length] = '\0';
  *value = g_ascii_strtod (copy, &end);
  return end == copy + length && isfinite (*value);
}

gboolean
rn_number_parse_whole (const char *text, gsize length, guint64 *value)
{
  guint64 sum = 0;

  if (length == 0)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      const guint digit = (guint) (text[i] - '0');

      if (!g_ascii_isdigit (text[i]) || sum > (G_MAXUINT64 - digit) / 10)
        return FALSE;
      sum = sum * 10 + digit;
    }
  *value = sum;
  return TRUE;
}

int
rn_number_compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}
