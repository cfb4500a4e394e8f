#include "charts/palette.h"

#include <adwaita.h>
#include <math.h>

#include "state/measures.h"

#define RGB(hex)                                                                                   \
  {                                                                                                \
    (float) ((hex) >> 16 & 0xff) / 255.0f, (float) ((hex) >> 8 & 0xff) / 255.0f,                   \
        (float) ((hex) &0xff) / 255.0f, 1.0f                                                       \
  }

static const GdkRGBA light_series[] = { RGB (0x2a78b5), RGB (0xb3540a), RGB (0x3d3846) };
static const GdkRGBA dark_series[] = { RGB (0x78aeed), RGB (0xffa348), RGB (0xf6f5f4) };
static const GdkRGBA gradient_ends[][2] = { { RGB (0xeef3f8), RGB (0x0f3d6e) },
                                            { RGB (0x20262d), RGB (0xa8cdf0) } };
static const GdkRGBA signed_negative = RGB (0x2b62a8), signed_positive = RGB (0xb3540a);

/* Nine stops of viridis, evenly spaced; between them straight lines in sRGB stay within 2 of 255. */
static const GdkRGBA viridis[] = { RGB (0x440154), RGB (0x472d7b), RGB (0x3b528b),
                                   RGB (0x2c728e), RGB (0x21918c), RGB (0x28ae80),
                                   RGB (0x5ec962), RGB (0xaddc30), RGB (0xfde725) };

static GdkRGBA
mix (const GdkRGBA *a, const GdkRGBA *b, double t)
{
  const float u = (float) t;

  return (GdkRGBA){ a->red + (b->red - a->red) * u, a->green + (b->green - a->green) * u,
                    a->blue + (b->blue - a->blue) * u, a->alpha + (b->alpha - a->alpha) * u };
}

static GdkRGBA
faded (const GdkRGBA *colour, double alpha)
{
  GdkRGBA result = *colour;

  result.alpha *= (float) alpha;
  return result;
}

static GdkRGBA
look_up (GtkWidget *widget, const char *name, GdkRGBA otherwise)
{
  GdkRGBA colour;

  return gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &colour)
             ? colour
             : otherwise;
}

static void
fill (RnPalette *palette)
{
  const gboolean strong = palette->is_high_contrast;
  const GdkRGBA *series = palette->is_dark ? dark_series : light_series;

  palette->dim = faded (&palette->text, strong ? 0.9 : palette->is_dark ? 0.65 : 0.7);
  palette->grid = faded (&palette->text, strong ? 0.3 : 0.1);
  palette->baseline = faded (&palette->text, strong ? 0.6 : 0.25);
  palette->tint = faded (&palette->text, 0.04);
  palette->track = faded (&palette->text, strong ? 0.25 : 0.12);
  for (int i = 0; i < RN_N_SERIES_COLOURS; i++)
    palette->series[i] = series[i];
  palette->negative = signed_negative;
  palette->positive = signed_positive;
}

void
rn_palette_get (GtkWidget *widget, RnPalette *palette)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  const GdkRGBA black = { 0, 0, 0, 0.8f }, white = { 1, 1, 1, 1 };

  palette->is_dark = adw_style_manager_get_dark (style);
  palette->is_high_contrast = adw_style_manager_get_high_contrast (style);
  palette->text = look_up (widget, "window_fg_color", palette->is_dark ? white : black);
  palette->ground = look_up (widget, "window_bg_color", palette->is_dark ? black : white);
  palette->card = look_up (widget, "card_bg_color", palette->ground);
  palette->accent = look_up (widget, "accent_color", light_series[0]);
  palette->warning = look_up (widget, "warning_color", light_series[1]);
  fill (palette);
}

void
rn_palette_get_for_print (RnPalette *palette)
{
  *palette = (RnPalette){ .text = { 0, 0, 0, 0.85f },
                          .ground = { 1, 1, 1, 1 },
                          .card = { 1, 1, 1, 1 },
                          .accent = light_series[0],
                          .warning = light_series[1] };
  fill (palette);
}

GdkRGBA
rn_palette_viridis (double t)
{
  const int last = (int) G_N_ELEMENTS (viridis) - 1;
  const double at = isnan (t) ? 0.0 : CLAMP (t, 0.0, 1.0) * last;
  const int i = MIN ((int) at, last - 1);

  return mix (&viridis[i], &viridis[i + 1], at - i);
}

GdkRGBA
rn_palette_ratio (double ratio)
{
  if (ratio <= RN_RATIO_MIN)
    return rn_palette_viridis (0.0);
  return rn_palette_viridis (log (ratio / RN_RATIO_MIN) / log (RN_RATIO_MAX / RN_RATIO_MIN));
}

GdkRGBA
rn_palette_gradient (const RnPalette *palette, double t)
{
  const GdkRGBA *ends = gradient_ends[palette->is_dark ? 1 : 0];

  return mix (&ends[0], &ends[1], CLAMP (t, 0.0, 1.0));
}

GdkRGBA
rn_palette_signed (const RnPalette *palette, double t)
{
  return mix (&palette->ground, t < 0.0 ? &palette->negative : &palette->positive,
              MIN (fabs (t), 1.0));
}

guint32
rn_palette_argb (const GdkRGBA *colour)
{
  const double a = CLAMP (colour->alpha, 0.0f, 1.0f);

  return (guint32) lround (a * 255.0) << 24 |
         (guint32) lround (CLAMP (colour->red, 0.0f, 1.0f) * a * 255.0) << 16 |
         (guint32) lround (CLAMP (colour->green, 0.0f, 1.0f) * a * 255.0) << 8 |
         (guint32) lround (CLAMP (colour->blue, 0.0f, 1.0f) * a * 255.0);
}

void
rn_palette_set_source (cairo_t *cr, const GdkRGBA *colour, double alpha)
{
  cairo_set_source_rgba (cr, colour->red, colour->green, colour->blue, colour->alpha * alpha);
}

static void
set_hatch_source (cairo_t *cr, const RnPalette *palette)
{
  rn_palette_set_source (cr, &palette->text, palette->is_high_contrast ? 0.6 : 0.2);
}

/* Lines x + y = constant that cross a rectangle: on one grid wherever it stands */
static void
path_hatch (cairo_t *cr, double x, double y, double width, double height)
{
  for (double c = floor ((x + y) / RN_HATCH_PX) * RN_HATCH_PX; c < x + y + width + height;
       c += RN_HATCH_PX)
    {
      cairo_move_to (cr, c - y, y);
      cairo_line_to (cr, c - y - height, y + height);
    }
}

void
rn_palette_hatch (cairo_t *cr, const RnPalette *palette, double x, double y, double width,
                  double height)
{
  if (width <= 0.0 || height <= 0.0)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  cairo_set_line_width (cr, 1.0);
  set_hatch_source (cr, palette);
  path_hatch (cr, x, y, width, height);
  cairo_stroke (cr);
  cairo_restore (cr);
}

void
rn_palette_append_hatch (GtkSnapshot *snapshot, const RnPalette *palette,
                         const graphene_rect_t *place)
{
  const graphene_rect_t tile = GRAPHENE_RECT_INIT (0.0f, 0.0f, RN_HATCH_PX, RN_HATCH_PX);
  cairo_t *cr;

  gtk_snapshot_push_repeat (snapshot, place, &tile);
  cr = gtk_snapshot_append_cairo (snapshot, &tile);
  cairo_set_line_width (cr, 1.0);
  set_hatch_source (cr, palette);
  /* no line ends in the tile */
  path_hatch (cr, -RN_HATCH_PX, -RN_HATCH_PX, 3.0 * RN_HATCH_PX, 3.0 * RN_HATCH_PX);
  cairo_stroke (cr);
  cairo_destroy (cr);
  gtk_snapshot_pop (snapshot);
}
