#include "charts/overlay.h"

#include <math.h>

#include "charts/axis.h"

#define PADDING_PX 6.0
#define DISTANCE_PX 12.0 /* from the pointer */
#define RADIUS_PX 6.0f

void
rn_overlay_card (GtkSnapshot *snapshot, GtkWidget *widget, const RnPalette *palette,
                 const char *text, double x, double y)
{
  g_autoptr (PangoLayout) layout = rn_text_layout (widget, RN_TEXT_CAPTION, text);
  const GdkRGBA paper = palette->is_dark ? (GdkRGBA){ 0.93f, 0.93f, 0.93f, 0.96f }
                                         : (GdkRGBA){ 0.18f, 0.18f, 0.18f, 0.94f };
  const GdkRGBA ink = palette->is_dark ? (GdkRGBA){ 0, 0, 0, 0.9f } : (GdkRGBA){ 1, 1, 1, 1 };
  const double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int text_width, text_height;
  GskRoundedRect shape;
  double w, h;

  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  w = text_width + 2.0 * PADDING_PX;
  h = text_height + 2.0 * PADDING_PX;
  x = round (x + DISTANCE_PX + w <= width ? x + DISTANCE_PX : MAX (x - DISTANCE_PX - w, 0.0));
  y = round (CLAMP (y - h / 2.0, 0.0, MAX (height - h, 0.0)));
  gsk_rounded_rect_init_from_rect (&shape,
                                   &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) w, (float) h),
                                   RADIUS_PX);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, &paper, &shape.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (x + PADDING_PX),
                                                          (float) (y + PADDING_PX)));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
}

void
rn_overlay_line (GtkSnapshot *snapshot, GtkWidget *widget, const GdkRGBA *colour,
                 const RnPalette *palette, int thickness, double x, double y0, double y1)
{
  const double scale = gtk_widget_get_scale_factor (widget), one = 1.0 / scale;
  const double at = (floor (x * scale) - thickness / 2) / scale;
  GdkRGBA seam = palette->ground;

  seam.alpha = 0.5f;
  gtk_snapshot_append_color (snapshot, &seam,
                             &GRAPHENE_RECT_INIT ((float) (at - one), (float) y0,
                                                  (float) ((thickness + 2) * one),
                                                  (float) (y1 - y0)));
  gtk_snapshot_append_color (snapshot, colour,
                             &GRAPHENE_RECT_INIT ((float) at, (float) y0, (float) (thickness * one),
                                                  (float) (y1 - y0)));
}

void
rn_overlay_focus (GtkSnapshot *snapshot, GtkWidget *widget, const RnPalette *palette)
{
  const float widths[] = { 2, 2, 2, 2 };
  const float width = (float) gtk_widget_get_width (widget);
  const float height = (float) gtk_widget_get_height (widget);
  GdkRGBA colour = palette->accent;
  GskRoundedRect shape;

  if (!gtk_widget_has_visible_focus (widget))
    return;
  colour.alpha = palette->is_high_contrast ? 1.0f : 0.5f;
  gsk_rounded_rect_init_from_rect (&shape, &GRAPHENE_RECT_INIT (0, 0, width, height), RADIUS_PX);
  gtk_snapshot_append_border (snapshot, &shape, widths,
                              (GdkRGBA[]){ colour, colour, colour, colour });
}
