#include "spine/spine-scale.h"

#include <math.h>

void
rn_spine_scale_init (RnSpineScale *scale, RnMeasureKind kind)
{
  static const RnSpineScale scales[RN_N_MEASURES] = {
    [RN_MEASURE_RATIO] = { RN_MEASURE_RATIO, RN_RATIO_MIN, RN_RATIO_MAX, TRUE },
    [RN_MEASURE_GRADIENT] = { RN_MEASURE_GRADIENT, 1e-4, 1e-2, TRUE },
    [RN_MEASURE_DEAD] = { RN_MEASURE_DEAD, 0.0, 1.0, FALSE },
    [RN_MEASURE_RESPONSE] = { RN_MEASURE_RESPONSE, 0.0, 1.0, FALSE },
  };

  g_return_if_fail (kind < RN_N_MEASURES);
  *scale = scales[kind];
}

/* The least of 1, 2, 5 x 10^k that holds @value */
static double
rounded_up (double value)
{
  const double decade = pow (10.0, floor (log10 (value)));

  return value <= decade         ? decade
         : value <= 2.0 * decade ? 2.0 * decade
         : value <= 5.0 * decade ? 5.0 * decade
                                 : 10.0 * decade;
}

gboolean
rn_spine_scale_grow (RnSpineScale *scale, const RnBlockMeasure *measures, int n)
{
  const RnSpineScale before = *scale;

  if (scale->kind != RN_MEASURE_GRADIENT && scale->kind != RN_MEASURE_RESPONSE)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      const double value = rn_measure_get (&measures[i], scale->kind);

      if (!isfinite (value) || value <= 0.0)
        continue;
      if (value > scale->max)
        scale->max = scale->is_log ? pow (10.0, ceil (log10 (value))) : rounded_up (value);
      /* a gradient of nothing would stretch the scale until it told nothing */
      if (scale->is_log && value < scale->min)
        scale->min = MAX (pow (10.0, floor (log10 (value))), 1e-9);
    }
  return scale->min < before.min || scale->max > before.max;
}

double
rn_spine_scale_place (const RnSpineScale *scale, double value)
{
  if (!scale->is_log)
    return (value - scale->min) / (scale->max - scale->min);
  if (value <= 0.0)
    return -1.0;
  return log (value / scale->min) / log (scale->max / scale->min);
}

GdkRGBA
rn_spine_scale_colour (const RnSpineScale *scale, const RnPalette *palette, double value)
{
  if (isnan (value))
    return palette->track;
  if (scale->kind == RN_MEASURE_RATIO)
    return rn_palette_ratio (value);
  return rn_palette_gradient (palette, rn_spine_scale_place (scale, value));
}

double
rn_spine_scale_extremity (const RnSpineScale *scale, double value)
{
  const double place = rn_spine_scale_place (scale, value);

  if (isnan (place))
    return -1.0;
  if (scale->kind == RN_MEASURE_RATIO)
    return fabs (place - rn_spine_scale_place (scale, 1.0));
  return scale->is_log ? fabs (place - 0.5) : fabs (place);
}

double
rn_spine_branch_width (double ratio)
{
  return isnan (ratio) ? 1.5 : 1.0 + 2.0 * sqrt (CLAMP (ratio, 0.0, 4.0));
}
