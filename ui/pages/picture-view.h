#pragma once

#include <gtk/gtk.h>
#include <residua/dataset.h>
#include <residua/tensor.h>

G_BEGIN_DECLS

/* A picture as large as its place allows: a small one enlarged by a whole number with its pixels to be seen, a large one
 * brought down in a task. Over it, if wanted, a map in colours, or the outlines of views. */

#define RN_TYPE_PICTURE_VIEW (rn_picture_view_get_type ())
G_DECLARE_FINAL_TYPE (RnPictureView, rn_picture_view, RN, PICTURE_VIEW, GtkWidget)

GtkWidget *rn_picture_view_new (void);
/** @picture: (nullable); @name: (nullable): what assistive technology calls it */
void rn_picture_view_set_picture (RnPictureView *self, RnPicture *picture, const char *name);
/** Returns: (transfer none) (nullable) */
RnPicture *rn_picture_view_get_picture (RnPictureView *self);
/** The side that is asked for where there is room, in logical pixels; 288 at first. */
void rn_picture_view_set_natural_side (RnPictureView *self, int side);
/** Whether it may be lower than it is wide where its place is low; at first it makes its page scroll instead. */
void rn_picture_view_set_can_shrink (RnPictureView *self, gboolean can_shrink);
/** Only the square in the middle, which is what a network's single view is cut from. */
void rn_picture_view_set_square (RnPictureView *self, gboolean is_square);
/** @map: (nullable): `[H,W]`, laid over all that is shown, smoothly: what is positive in viridis up to the map's largest
 * value, the weaker the more transparent */
void rn_picture_view_set_overlay (RnPictureView *self, RnTensor *map);
/** 0 to 1 */
void rn_picture_view_set_overlay_opacity (RnPictureView *self, double opacity);
/**
 * rn_picture_view_read:
 * @x, @y: in the widget
 * @column, @row: (out): of the map that is laid over
 * @value: (out): there
 *
 * Returns: FALSE outside, and where there is no map
 */
gboolean rn_picture_view_read (RnPictureView *self, double x, double y, int *column, int *row,
                               double *value);
/** Lets a person copy and save the picture as it is drawn, and the map's values as CSV. Once */
void rn_picture_view_make_figure (RnPictureView *self);
/** Outlines of views, as shares of the picture's sides; copied. @marked: which of them stands out, -1 none */
void rn_picture_view_set_outlines (RnPictureView *self, const graphene_rect_t *outlines, int n,
                                   int marked);
/** Returns: how many outlines there are; @marked: (out) (nullable) */
int rn_picture_view_n_outlines (RnPictureView *self, int *marked);

/** Returns: (transfer full): @picture as Cairo has it. Walks all of it. */
cairo_surface_t *rn_picture_view_surface_of (const RnPicture *picture);

G_END_DECLS
