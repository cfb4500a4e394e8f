#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The colours of all charts (design: visual.md): few, safe for the colour-blind, made for light and dark. */

#define RN_N_SERIES_COLOURS 3

typedef struct
{
  gboolean is_dark;
  gboolean is_high_contrast;
  GdkRGBA text;
  GdkRGBA dim;      /* captions: never under 4.5:1 */
  GdkRGBA grid;     /* text at 10 % (30 % in high contrast) */
  GdkRGBA baseline; /* text at 25 % (60 %) */
  GdkRGBA tint;     /* text at 4 % */
  GdkRGBA ground;   /* what lies under a card */
  GdkRGBA card;
  GdkRGBA track; /* the empty part of a bar */
  GdkRGBA accent;
  GdkRGBA warning; /* outlines of what does not fit */
  GdkRGBA series[RN_N_SERIES_COLOURS];
  GdkRGBA negative; /* of signed maps */
  GdkRGBA positive;
} RnPalette;

/** Of the widget's style manager and theme; cheap enough for each frame. */
void rn_palette_get (GtkWidget *widget, RnPalette *palette);
/** For exports: light, on white. */
void rn_palette_get_for_print (RnPalette *palette);

/** viridis: @t from 0 to 1 */
GdkRGBA rn_palette_viridis (double t);
/** The fixed scale of F(x) / x: log from RN_RATIO_MIN to RN_RATIO_MAX onto viridis; clamped */
GdkRGBA rn_palette_ratio (double ratio);
/** One hue for the gradient: @t from 0 to 1 */
GdkRGBA rn_palette_gradient (const RnPalette *palette, double t);
/** Signed: @t from -1 to 1 */
GdkRGBA rn_palette_signed (const RnPalette *palette, double t);

/** 0xAARRGGBB, premultiplied, as CAIRO_FORMAT_ARGB32 has it */
guint32 rn_palette_argb (const GdkRGBA *colour);
/** gdk_cairo_set_source_rgba() with its alpha times @alpha */
void rn_palette_set_source (cairo_t *cr, const GdkRGBA *colour, double alpha);
/** The period of the hatch across and down, in logical pixels */
#define RN_HATCH_PX 4
/** The 45-degree hatch that means "missing", clipped to the rectangle; text colour at 20 %, in high
 * contrast at 60 */
void rn_palette_hatch (cairo_t *cr, const RnPalette *palette, double x, double y, double width,
                       double height);
/** The same as a node: what is drawn anew in frame after frame has its lines drawn in one tile alone. @place: on whole
 * pixels */
void rn_palette_append_hatch (GtkSnapshot *snapshot, const RnPalette *palette,
                              const graphene_rect_t *place);

G_END_DECLS
