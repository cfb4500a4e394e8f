#include "charts/palette.h"

void
rn_palette_get (GtkWidget *widget, RnPalette *palette)
{
}

void
rn_palette_get_for_print (RnPalette *palette)
{
}

GdkRGBA
rn_palette_viridis (double t)
{
  return (GdkRGBA){ 0 };
}

GdkRGBA
rn_palette_ratio (double ratio)
{
  return (GdkRGBA){ 0 };
}

GdkRGBA
rn_palette_gradient (const RnPalette *palette, double t)
{
  return (GdkRGBA){ 0 };
}

GdkRGBA
rn_palette_signed (const RnPalette *palette, double t)
{
  return (GdkRGBA){ 0 };
}

guint32
rn_palette_argb (const GdkRGBA *colour)
{
  return 0;
}

void
rn_palette_set_source (cairo_t *cr, const GdkRGBA *colour, double alpha)
{
}

void
rn_palette_hatch (cairo_t *cr, const RnPalette *palette, double x, double y, double width,
                  double height)
{
}
