#pragma once

#include "spine/spine-view.h"

G_BEGIN_DECLS

/* The strokes that the spine is made of, in Cairo. */

#define RN_SPINE_TRUNK_PX 3.0

/** The colour of trunk, joins and brackets: opaque, so that pieces may overlap */
GdkRGBA rn_spine_line_colour (const RnPalette *palette);

/** @is_dashed: option A where the shape changes */
void rn_spine_draw_trunk (cairo_t *cr, const GdkRGBA *colour, double x, double from, double to,
                          gboolean is_dashed);
/** A circled plus on @ground; under 3.5 px a dot */
void rn_spine_draw_join (cairo_t *cr, const RnPalette *palette, double x, double y, double radius);
/** The 1x1 projection of options B and C, 10 px */
void rn_spine_draw_diamond (cairo_t *cr, const RnPalette *palette, double x, double y, double size);
/** A path with round corners */
void rn_spine_path_box (cairo_t *cr, double x, double y, double width, double height,
                        double radius);
/** A box that hides the trunk. @outline: (nullable): its colour */
void rn_spine_draw_box (cairo_t *cr, const RnPalette *palette, double x, double y, double width,
                        double height, const GdkRGBA *outline, double line, gboolean is_dashed);

/* Where a branch leaves the trunk, meets its box and comes back to the join */
typedef struct
{
  double trunk_x, box_x;
  double from_y, in_y, out_y, join_y;
  double radius; /* of the join */
} RnSpineBranch;

/** @is_cut: off: a visible gap in both halves */
void rn_spine_draw_branch (cairo_t *cr, const RnSpineBranch *branch, const GdkRGBA *colour,
                           double width, gboolean is_cut);
/** The bar of a measure on its track, with a small triangle where @place is out of range. @alpha: of the filled part */
void rn_spine_draw_bar (cairo_t *cr, const RnPalette *palette, double x, double y, double width,
                        double height, double place, const GdkRGBA *colour, double alpha);

G_END_DECLS
