#pragma once

#include <gtk/gtk.h>

#include "spine/spine-view.h"

G_BEGIN_DECLS

/* A row of the spine: stem, block, folded stage or head. Recycled: bound to one row of the layout after another. It draws
 * its piece of trunk, its branch and join, box, bar and number; as high as a card it has a switch for the gate. */

#define RN_TYPE_BLOCK_ROW (rn_block_row_get_type ())
G_DECLARE_FINAL_TYPE (RnBlockRow, rn_block_row, RN, BLOCK_ROW, GtkWidget)

/** @view: outlives the row */
GtkWidget *rn_block_row_new (const RnSpineView *view);
/** Shows row @at of the layout and all that is known of it. */
void rn_block_row_bind (RnBlockRow *self, int at);
/** Takes the newest measures; draws only where something visible changed. Returns: whether it did */
gboolean rn_block_row_update (RnBlockRow *self);
/** Gate and selection. */
void rn_block_row_update_state (RnBlockRow *self);
/** How far the selection's light has gone from where it was to where it belongs, 0 to 1. */
void rn_block_row_set_glow (RnBlockRow *self, double share);
/** Tells assistive technology; apart from update() as it may be rarer. */
void rn_block_row_update_label (RnBlockRow *self);

/** Which part is at (@x, @y): RN_PART_BLOCK, RN_PART_LAYER, RN_PART_SHORTCUT, RN_PART_STEM or RN_PART_HEAD.
 * @index: (out): of the block; @layer: (out): for a layer its place */
RnPart rn_block_row_pick (RnBlockRow *self, double x, double y, int *index, int *layer);

/* What is shown, for tests */
int rn_block_row_get_block (RnBlockRow *self); /* the first one's index; -1 for the stem */
RnRowKind rn_block_row_get_kind (RnBlockRow *self);
const char *rn_block_row_get_number (RnBlockRow *self); /* "0.31" */
const char *rn_block_row_get_label (RnBlockRow *self);
gboolean rn_block_row_has_branch (RnBlockRow *self);   /* an arc is drawn */
GtkWidget *rn_block_row_get_switch (RnBlockRow *self); /* (nullable): where it is shown */
GtkWidget *rn_block_row_get_mend (RnBlockRow *self); /* (nullable): the button, where it is shown */

/** Shows a child of the spine or takes it out of view without asking for another layout, for assistive technology as well,
 * which sees children that are not drawn. */
void rn_spine_set_shown (GtkWidget *child, gboolean is_shown);

G_END_DECLS
