#include "charts/axis.h"

#include <math.h>

#include "state/format.h"

/* Returns: the least of 1, 2, 5 x 10^k that is not under @least */
static double
nice_step (double least)
{
  const double power = pow (10.0, floor (log10 (least)));
  const double mantissa = least / power;

  if (mantissa <= 1.0 + 1e-9)
    return power;
  if (mantissa <= 2.0 + 1e-9)
    return 2.0 * power;
  return mantissa <= 5.0 + 1e-9 ? 5.0 * power : 10.0 * power;
}

static void
fit_log (RnAxis *axis, double low, double high)
{
  double from, to;

  if (!(high > 0.0))
    high = 1.0;
  if (!(low > 0.0) || low > high)
    low = high / 10.0;
  from = floor (log10 (low) + 1e-9);
  to = ceil (log10 (high) - 1e-9);
  if (to <= from)
    to = from + 1.0;
  *axis = (RnAxis){ pow (10.0, from), pow (10.0, to), pow (10.0, ceil ((to - from) / 6.0)), TRUE };
}

void
rn_axis_fit (RnAxis *axis, double low, double high, gboolean is_log)
{
  double step;

  if (!isfinite (low) || !isfinite (high) || low > high)
    low = 0.0, high = 1.0;
  if (is_log)
    {
      fit_log (axis, low, high);
      return;
    }
  if (low >= 0.0 && low < 0.5 * high)
    low = 0.0;
  if (high <= low)
    high = low + MAX (fabs (low), 1.0) * 0.1;
  step = nice_step ((high - low) / 5.0);
  *axis =
      (RnAxis){ floor (low / step + 1e-9) * step, ceil (high / step - 1e-9) * step, step, FALSE };
}

gboolean
rn_axis_grow (RnAxis *axis, double low, double high)
{
  if (!isfinite (low) || !isfinite (high) || (low >= axis->min && high <= axis->max) ||
      (axis->is_log && !(high > 0.0)))
    return FALSE;
  if (axis->is_log && !(low > 0.0))
    low = axis->min;
  rn_axis_fit (axis, MIN (low, axis->min), MAX (high, axis->max), axis->is_log);
  return TRUE;
}

int
rn_axis_get_ticks (const RnAxis *axis, double ticks[RN_AXIS_MAX_TICKS])
{
  int n = 0;

  if (axis->is_log)
    for (double tick = axis->min; tick <= axis->max * (1.0 + 1e-9) && n < RN_AXIS_MAX_TICKS;
         tick *= axis->step)
      ticks[n++] = tick;
  else
    /* by whole multiples, so that zero is zero */
    for (double i = round (axis->min / axis->step);
         i * axis->step <= axis->max + 1e-6 * axis->step && n < RN_AXIS_MAX_TICKS; i++)
      ticks[n++] = i * axis->step;
  return n;
}

char *
rn_axis_format (const RnAxis *axis, double value)
{
  const int decimals = (int) CLAMP (-floor (log10 (axis->step) + 1e-9), 0.0, 12.0);

  if (axis->is_log)
    return value >= 0.001 && value < 10000.0 ? g_strdup_printf ("%g", value)
                                             : g_strdup_printf ("%.0e", value);
  if (decimals > 4 || fabs (axis->max) >= 1e6)
    return value == 0.0 ? g_strdup ("0") : g_strdup_printf ("%.*e", 1, value);
  return rn_format_fixed (value, decimals);
}

char *
rn_axis_format_percent (const RnAxis *axis, double share)
{
  const RnAxis percent = { .max = 100.0 * axis->max, .step = 100.0 * axis->step };
  g_autofree char *number = rn_axis_format (&percent, 100.0 * share);

  return g_strdup_printf ("%s %%", number);
}

double
rn_axis_fraction (const RnAxis *axis, double value)
{
  if (axis->is_log)
    return value > 0.0 ? log (value / axis->min) / log (axis->max / axis->min) : -INFINITY;
  return (value - axis->min) / (axis->max - axis->min);
}

PangoLayout *
rn_text_layout_in_context (PangoContext *context, RnTextSize size, const char *text)
{
  /* relative to the widget's 11 pt, so that text scaling and presenter mode are followed */
  static const double scales[] = { 13.0 / 11.0, 1.0, 9.0 / 11.0 };
  PangoLayout *layout = pango_layout_new (context);
  PangoFontDescription *font =
      pango_font_description_copy (pango_context_get_font_description (context));
  PangoAttrList *attributes = pango_attr_list_new ();
  const int points = (int) round (pango_font_description_get_size (font) * scales[size]);

  if (pango_font_description_get_size_is_absolute (font))
    pango_font_description_set_absolute_size (font, points);
  else
    pango_font_description_set_size (font, points);
  if (size == RN_TEXT_TITLE)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

PangoLayout *
rn_text_layout (GtkWidget *widget, RnTextSize size, const char *text)
{
  return rn_text_layout_in_context (gtk_widget_get_pango_context (widget), size, text);
}

/* Returns: (transfer full): @n characters of @text around an ellipsis */
static char *
ends_of (const char *text, int n)
{
  g_autofree char *head = g_utf8_substring (text, 0, (n + 1) / 2);

  return g_strconcat (head, "…", g_utf8_offset_to_pointer (text, g_utf8_strlen (text, -1) - n / 2),
                      NULL);
}

char *
rn_text_shorten (PangoContext *context, RnTextSize size, const char *text, double room)
{
  g_autoptr (PangoLayout) layout = rn_text_layout_in_context (context, size, text);
  int least = 0, most = (int) g_utf8_strlen (text, -1), width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  if (width <= room)
    return g_strdup (text);
  /* @least characters fit, @most do not */
  while (most - least > 1)
    {
      const int n = (least + most) / 2;
      g_autofree char *shorter = ends_of (text, n);

      pango_layout_set_text (layout, shorter, -1);
      pango_layout_get_pixel_size (layout, &width, NULL);
      if (width <= room)
        least = n;
      else
        most = n;
    }
  return ends_of (text, least);
}

void
rn_text_draw (cairo_t *cr, GtkWidget *widget, RnTextSize size, const char *text, double x, double y,
              double x_align, const GdkRGBA *colour)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (widget, size, text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  rn_palette_set_source (cr, colour, 1.0);
  cairo_move_to (cr, round (x - x_align * width), round (y - height / 2.0));
  pango_cairo_show_layout (cr, layout);
}

/* A rectangle one device pixel thick: crisp at any whole scale, without antialiasing to blur it */
static void
thin_rectangle (cairo_t *cr, double x, double y, double width, double height)
{
  const cairo_antialias_t before = cairo_get_antialias (cr);

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_rectangle (cr, x, y, width, height);
  cairo_fill (cr);
  cairo_set_antialias (cr, before);
}

static double
on_grid (double at, double scale)
{
  return floor (at * scale) / scale;
}

void
rn_hairline_horizontal (cairo_t *cr, GtkWidget *widget, double x0, double x1, double y)
{
  const double scale = widget != NULL ? gtk_widget_get_scale_factor (widget) : 1.0;

  thin_rectangle (cr, x0, on_grid (y, scale), x1 - x0, 1.0 / scale);
}

void
rn_hairline_vertical (cairo_t *cr, GtkWidget *widget, double x, double y0, double y1)
{
  const double scale = widget != NULL ? gtk_widget_get_scale_factor (widget) : 1.0;

  thin_rectangle (cr, on_grid (x, scale), y0, 1.0 / scale, y1 - y0);
}
