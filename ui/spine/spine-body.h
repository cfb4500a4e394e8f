#pragma once

#include <gtk/gtk.h>

#include "spine/block-row.h"
#include "spine/spine-view.h"

G_BEGIN_DECLS

/* The rows of the spine: a GtkScrollable with real children for the rows in view alone. It follows the session's
 * document, measures, gates and selection. */

#define RN_TYPE_SPINE_BODY (rn_spine_body_get_type ())
G_DECLARE_FINAL_TYPE (RnSpineBody, rn_spine_body, RN, SPINE_BODY, GtkWidget)

#define RN_SPINE_MIN_ZOOM 6.0
#define RN_SPINE_MAX_ZOOM 120.0

/* Signals, without arguments: "data" (measures or their scale), "view" (layout, scroll position or network) */

GtkWidget *rn_spine_body_new (RnSession *session);
const RnSpineView *rn_spine_body_get_view (RnSpineBody *self);

/** 0 fits; otherwise the height of a row, RN_SPINE_MIN_ZOOM to RN_SPINE_MAX_ZOOM. @anchor_y: in the widget, what stays
 * where it is; negative: the middle */
void rn_spine_body_set_zoom (RnSpineBody *self, double zoom, double anchor_y);
/** One step larger (@steps > 0) or smaller; smaller than the smallest fits. */
void rn_spine_body_zoom_by (RnSpineBody *self, int steps, double anchor_y);
void rn_spine_body_set_folded (RnSpineBody *self, int stage, gboolean is_folded);
void rn_spine_body_reveal (RnSpineBody *self, int index);

/** The part of the layout in view */
void rn_spine_body_get_visible (RnSpineBody *self, double *from, double *to);
/** Scrolls so that @y of the layout is in the middle. */
void rn_spine_body_scroll_to (RnSpineBody *self, double y);

/** Returns: (nullable): the row in view that shows block @index (-1 the stem, n the head) */
RnBlockRow *rn_spine_body_get_row (RnSpineBody *self, int index);
/** Selects what is at (@x, @y) as a click does. */
void rn_spine_body_click (RnSpineBody *self, double x, double y, GdkModifierType state);
/** What is at (@x, @y), in the words of rn_block_row_pick(). Returns: FALSE where no row is */
gboolean rn_spine_body_pick (RnSpineBody *self, double x, double y, RnPart *part, int *index,
                             int *layer);
/** The seam where what is dragged at @y of the widget would go in, marked from now on */
void rn_spine_body_hover (RnSpineBody *self, double y);
void rn_spine_body_end_hover (RnSpineBody *self);
/** Whether rows are on their way to where they belong */
gboolean rn_spine_body_is_moving (RnSpineBody *self);
/** Takes what the session has now, without waiting for the next tenth of a second. */
void rn_spine_body_refresh (RnSpineBody *self);

G_END_DECLS
