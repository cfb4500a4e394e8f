#include "state/format.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What is said of a number that is none */
#define NO_NUMBER "–"
/* What typesetters use for minus, as wide as a digit; printf knows the hyphen only */
#define MINUS "−"

char *
rn_format_count (gint64 count)
{
  /* the apostrophe groups by the language's rule; C.UTF-8 has none, so the comma is ours there */
  g_autofree char *digits = g_strdup_printf ("%lld", (long long) count);
  const gsize start = digits[0] == '-' ? 1 : 0, n = strlen (digits);
  GString *text = g_string_new (start > 0 ? MINUS : NULL);
  /* Translators: what stands between thousands, as in 1,240 */
  const char *separator = C_ ("thousands separator", ",");

  for (gsize i = start; i < n; i++)
    {
      if (i > start && (n - i) % 3 == 0)
        g_string_append (text, separator);
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

/* @size: not negative */
static char *
format_size (double size)
{
  if (isinf (size))
    return g_strdup ("∞");
  if (size == 0.0)
    return g_strdup ("0");
  if (size < 1e-3 || size >= 999999.5)
    return g_strdup_printf ("%.2e", size);
  if (size >= 999.5)
    return rn_format_count ((gint64) round (size));
  if (size >= 99.95)
    return g_strdup_printf ("%.0f", size);
  if (size >= 9.995)
    return g_strdup_printf ("%.1f", size);
  if (size >= 0.9995)
    return g_strdup_printf ("%.2f", size);
  return g_strdup_printf (size >= 0.09995 ? "%.3f" : size >= 0.009995 ? "%.4f" : "%.5f", size);
}

char *
rn_format_number (double value)
{
  g_autofree char *size = isnan (value) ? NULL : format_size (fabs (value));

  if (size == NULL)
    return g_strdup (NO_NUMBER);
  return g_strconcat (value < 0.0 ? MINUS : "", size, NULL);
}

char *
rn_format_fixed (double value, int decimals)
{
  g_autofree char *text = g_strdup_printf ("%.*f", decimals, value);

  return text[0] == '-' ? g_strconcat (MINUS, text + 1, NULL) : g_steal_pointer (&text);
}

char *
rn_format_equality (double left, double right)
{
  const gboolean is_large = !(fabs (left) < 999.5 && fabs (right) < 999.5);
  g_autofree char *first = is_large ? rn_format_number (left) : rn_format_fixed (left, 3);
  g_autofree char *second = is_large ? rn_format_number (right) : rn_format_fixed (right, 3);

  return g_strdup_printf ("%s %s %s", first, strcmp (first, second) == 0 ? "=" : "≈", second);
}

char *
rn_format_amount (gint64 amount)
{
  static const struct
  {
    double unit;
    const char *letter;
  } units[] = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" } };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if ((double) amount >= units[i].unit * 0.9995)
      {
        const double value = (double) amount / units[i].unit;

        return g_strdup_printf ("%.*f %s",
                                value < 9.995   ? 2
                                : value < 99.95 ? 1
                                                : 0,
                                value, units[i].letter);
      }
  return rn_format_count (amount);
}

char *
rn_format_duration (double seconds)
{
  gint64 minutes;
  gint64 days;

  if (isnan (seconds) || isinf (seconds) || seconds < 0.0)
    return g_strdup (NO_NUMBER);
  if (seconds < 45.0)
    return g_strdup (_ ("under a minute"));
  minutes = MAX ((gint64) round (seconds / 60.0), 1);
  if (minutes < 60)
    return g_strdup_printf (_ ("%lld min"), (long long) minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf (_ ("%lld h %lld min"), (long long) (minutes / 60),
                            (long long) (minutes % 60));
  days = (minutes + 720) / 1440;
  return g_strdup_printf (ngettext ("%lld day", "%lld days", (gulong) days), (long long) days);
}

char *
rn_format_bytes (gsize bytes)
{
  return g_format_size_full (bytes, G_FORMAT_SIZE_DEFAULT);
}

char *
rn_format_percent (double share)
{
  const double percent = 100.0 * share;

  if (isnan (percent))
    return g_strdup (NO_NUMBER);
  return g_strdup_printf ("%.*f %%", percent >= 9.95 || percent == 0.0 ? 1 : 2, percent);
}

/* "resnet50-paper" with stem "resnet": "ResNet-50 (paper)" */
static char *
title_of_preset (const char *name, const char *stem, const char *title)
{
  const char *digits = name + strlen (stem), *end = digits;

  if (!g_str_has_prefix (name, stem))
    return NULL;
  while (g_ascii_isdigit (*end))
    end++;
  if (end == digits || (*end != '\0' && *end != '-'))
    return NULL;
  if (*end == '\0')
    return g_strdup_printf ("%s-%s", title, digits);
  return g_strdup_printf ("%s-%.*s (%s)", title, (int) (end - digits), digits, end + 1);
}

char *
rn_format_spec_title (const RnSpec *spec)
{
  const char *name = spec != NULL ? rn_spec_get_name (spec) : "";
  char *title = title_of_preset (name, "resnet", "ResNet");

  if (title == NULL)
    title = title_of_preset (name, "plain", "Plain");
  if (title == NULL)
    title = g_strdup (*name != '\0' ? name : _ ("Untitled"));
  return title;
}

const char *
rn_format_block_kind (RnBlockKind kind)
{
  switch (kind)
    {
    case RN_BLOCK_BASIC:
      return _ ("basic");
    case RN_BLOCK_BOTTLENECK:
      return _ ("bottleneck");
    case RN_BLOCK_PLAIN_BASIC:
      return _ ("plain basic");
    case RN_BLOCK_PLAIN_BOTTLENECK:
      return _ ("plain bottleneck");
    default:
      g_return_val_if_reached ("");
    }
}
