#include "charts/strip-scale.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
paint_colours (RnStripScale *self)
{
  for (int i = 0; i < RN_STRIP_N_COLOURS; i++)
    {
      const double t = (double) i / (RN_STRIP_N_COLOURS - 1);
      const GdkRGBA colour = self->kind == RN_MEASURE_RATIO
                                 ? rn_palette_viridis (t)
                                 : rn_palette_gradient (&self->palette, t);

      self->argb[i] = rn_palette_argb (&colour);
    }
  self->serial++;
}

void
rn_strip_scale_init (RnStripScale *self, RnMeasureKind kind)
{
  *self = (RnStripScale){ .kind = kind };
  rn_palette_get_for_print (&self->palette);
  paint_colours (self);
  rn_strip_scale_reset (self);
}

void
rn_strip_scale_reset (RnStripScale *self)
{
  switch (self->kind)
    {
    case RN_MEASURE_RATIO:
      self->axis = (RnAxis){ RN_RATIO_MIN, RN_RATIO_MAX, 10.0, TRUE };
      break;
    case RN_MEASURE_GRADIENT:
      rn_axis_fit (&self->axis, 1e-4, 1e-2, TRUE);
      break;
    case RN_MEASURE_DEAD:
    case RN_MEASURE_RESPONSE:
    default:
      rn_axis_fit (&self->axis, 0.0, 1.0, FALSE);
    }
  self->is_fitted = self->kind == RN_MEASURE_RATIO || self->kind == RN_MEASURE_DEAD;
  self->serial++;
}

void
rn_strip_scale_set_palette (RnStripScale *self, const RnPalette *palette)
{
  if (memcmp (&self->palette, palette, sizeof *palette) == 0)
    return;
  self->palette = *palette;
  paint_colours (self);
}

void
rn_strip_scale_grow (RnStripScale *self, double min, double max)
{
  if (self->kind == RN_MEASURE_RATIO || self->kind == RN_MEASURE_DEAD)
    return;
  if (self->kind == RN_MEASURE_RESPONSE)
    min = 0.0;
  if (self->is_fitted)
    {
      if (rn_axis_grow (&self->axis, min, max))
        self->serial++;
      return;
    }
  rn_axis_fit (&self->axis, min, max, self->kind == RN_MEASURE_GRADIENT);
  self->is_fitted = TRUE;
  self->serial++;
}

double
rn_strip_scale_fraction (const RnStripScale *self, double value)
{
  return rn_axis_fraction (&self->axis, value);
}

guint32
rn_strip_scale_get_argb (const RnStripScale *self, double value)
{
  const double t = CLAMP (rn_strip_scale_fraction (self, value), 0.0, 1.0);

  return self->argb[(int) (t * (RN_STRIP_N_COLOURS - 1) + 0.5)];
}

double
rn_strip_scale_more_extreme (const RnStripScale *self, double a, double b)
{
  if (a == b || isnan (b))
    return a;
  if (isnan (a))
    return b;
  if (self->kind == RN_MEASURE_DEAD || self->kind == RN_MEASURE_RESPONSE)
    return MAX (a, b);
  return fabs (rn_strip_scale_fraction (self, a) - 0.5) >=
                 fabs (rn_strip_scale_fraction (self, b) - 0.5)
             ? a
             : b;
}

static int
get_ratio_ticks (double values[RN_AXIS_MAX_TICKS], char *labels[RN_AXIS_MAX_TICKS])
{
  values[0] = RN_RATIO_MIN;
  labels[0] = g_strdup ("0.05");
  values[1] = 0.2;
  labels[1] = g_strdup ("0.2");
  values[2] = 1.0;
  labels[2] = g_strdup ("1  F = x");
  values[3] = RN_RATIO_MAX;
  labels[3] = g_strdup ("4");
  return 4;
}

int
rn_strip_scale_get_ticks (const RnStripScale *self, double values[RN_AXIS_MAX_TICKS],
                          char *labels[RN_AXIS_MAX_TICKS])
{
  int n;

  if (self->kind == RN_MEASURE_RATIO)
    return get_ratio_ticks (values, labels);
  n = rn_axis_get_ticks (&self->axis, values);
  for (int i = 0; i < n; i++)
    labels[i] = self->kind == RN_MEASURE_DEAD ? rn_measure_format (RN_MEASURE_DEAD, values[i])
                : self->axis.is_log ? g_strdup_printf ("1e%d", (int) lround (log10 (values[i])))
                                    : rn_axis_format (&self->axis, values[i]);
  return n;
}
