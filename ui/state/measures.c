#include "state/measures.h"

#include <glib/gi18n-lib.h>
#include <math.h>

double
rn_measure_get (const RnBlockMeasure *measure, RnMeasureKind kind)
{
  switch (kind)
    {
    case RN_MEASURE_RATIO:
      return isnan (measure->rms_s) ? NAN : (double) measure->ratio;
    case RN_MEASURE_GRADIENT:
      return measure->gradient;
    case RN_MEASURE_DEAD:
      return measure->dead;
    case RN_MEASURE_RESPONSE:
      return measure->response;
    default:
      g_return_val_if_reached (NAN);
    }
}

const char *
rn_measure_title (RnMeasureKind kind)
{
  switch (kind)
    {
    case RN_MEASURE_RATIO:
      return "F(x) / x";
    case RN_MEASURE_GRADIENT:
      return _ ("Gradient");
    case RN_MEASURE_DEAD:
      return _ ("Dead ReLUs");
    case RN_MEASURE_RESPONSE:
      return _ ("Layer response");
    default:
      g_return_val_if_reached ("");
    }
}

const char *
rn_measure_word (RnMeasureKind kind)
{
  switch (kind)
    {
    case RN_MEASURE_RATIO:
      return C_ ("measure", "ratio");
    case RN_MEASURE_GRADIENT:
      return C_ ("measure", "gradient");
    case RN_MEASURE_DEAD:
      return C_ ("measure", "dead ReLUs");
    case RN_MEASURE_RESPONSE:
      return C_ ("measure", "response");
    default:
      g_return_val_if_reached ("");
    }
}

char *
rn_measure_format (RnMeasureKind kind, double value)
{
  if (isnan (value))
    return g_strdup ("–");
  if (isinf (value))
    return g_strdup ("∞");
  if (kind == RN_MEASURE_DEAD)
    return g_strdup_printf ("%.0f %%", 100.0 * value);
  if (value == 0.0)
    return g_strdup ("0");
  if (value < 0.00995 || value >= 999.5)
    return g_strdup_printf ("%.1e", value);
  return g_strdup_printf ("%.*f", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value);
}
