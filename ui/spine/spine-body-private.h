#pragma once

#include <adwaita.h>

#include "spine/cargo.h"
#include "spine/spine-body.h"
#include "spine/spine-place.h"

G_BEGIN_DECLS

struct _RnSpineBody
{
  GtkWidget parent_instance;

  RnSpineView view;
  double zoom;
  GArray *folded; /* of int: stages */
  GArray *unfolded;

  GtkAdjustment *adjustments[2]; /* by GtkOrientation */
  GtkScrollablePolicy policies[2];
  gboolean keeps_scroll; /* the next layout is of an edited network */
  gboolean is_placing;   /* the adjustment changes by ourselves */
  int pending;           /* a block to reveal at the next allocation; INT_MIN: none */

  GPtrArray *rows;  /* RnBlockRow in view, in order */
  GPtrArray *spare; /* RnBlockRow that wait */
  GPtrArray *folds; /* GtkButton, one per stage */

  int marked_block; /* where the worker is; INT_MIN: unknown */
  gboolean is_backward;

  gboolean is_press_held; /* the press selects when the button comes up */
  RnCargo *cargo;         /* (nullable): being dragged out */
  gboolean is_hovering;   /* something is dragged over it */
  double hover_y;         /* in the widget */
  RnSpinePlace hover;
  guint unfold_id;
  guint scroll_id; /* a tick callback */
  gint64 scrolled_us;

  gboolean is_pointed;
  double pointer_y;   /* in the widget */
  GtkWidget *seam;    /* GtkMenuButton */
  int seam_at;        /* -1: not seen */
  GtkWidget *menu;    /* (nullable): made when it is asked for */
  GtkWidget *repeat;  /* (nullable): the popover that asks how often */
  GtkWidget *times;   /* in it */
  GtkWidget *popover; /* (nullable): the one of the two that is open */

  GHashTable
      *slide_from; /* (nullable): where each block stood in the widget before it moved, by id */
  double slide_share;
  AdwAnimation *slide; /* (nullable) */
  AdwAnimation *glow;  /* (nullable): of the selection */

  GskRenderNode *backdrop; /* (nullable): brackets and seams as drawn last */
  PangoLayout *text;

  gint64 updated_us;
  gint64 labelled_us;
  guint renew_id; /* a tick callback */
  guint update_id;
  guint label_id;
  guint position_id;
};

/** Binds rows and buttons to what is in view. @may_make: new widgets too, which is not allowed within size_allocate ().
 * Returns: whether nothing is missing */
gboolean rn_spine_body_show (RnSpineBody *self, gboolean may_make);
/** Allocates the children. */
void rn_spine_body_place (RnSpineBody *self);
/** Rows for a network whose size in the window is not known yet, so that the first frame is whole */
void rn_spine_body_make_spare (RnSpineBody *self);
/** All rows go to the spare ones: the layout is another. They stay in view until rn_spine_body_hide_spare(). */
void rn_spine_body_drop_rows (RnSpineBody *self);
/** What rn_spine_body_show() has found no use for, or all where there is nothing to show. */
void rn_spine_body_hide_spare (RnSpineBody *self);
void rn_spine_body_forget_backdrop (RnSpineBody *self);
void rn_spine_body_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
/** Everything that a change asks for, outside of allocation: widgets may be made here. */
void rn_spine_body_renew (RnSpineBody *self);
/** From now on what the session tells is shown. */
void rn_spine_body_follow_session (RnSpineBody *self);
/** Looks where the worker is, ten times a second while it trains and the spine is mapped. */
void rn_spine_body_follow_worker (RnSpineBody *self);
/** Clicks, keys, wheel and tooltips */
void rn_spine_body_add_controllers (RnSpineBody *self);
/** Of a click on block @index: with Shift from the lead to it, with Ctrl it or not */
void rn_spine_body_select (RnSpineBody *self, int index, GdkModifierType state);

/* spine-body-keys.c */

void rn_spine_body_add_keys (RnSpineBody *self);
gboolean rn_spine_body_focus (GtkWidget *widget, GtkDirectionType direction);

/* spine-actions.c */

void rn_spine_body_install_actions (GtkWidgetClass *class);
void rn_spine_body_open_menu (RnSpineBody *self, double x, double y);
/** Returns: whether there is text to paste, which is then asked for */
gboolean rn_spine_body_paste (RnSpineBody *self);

/* spine-drag.c */

void rn_spine_body_add_drag (RnSpineBody *self);
/** The marker of the place where what hovers would go in */
void rn_spine_body_append_hover (RnSpineBody *self, GtkSnapshot *snapshot);

/* spine-seam.c */

void rn_spine_body_add_seam (RnSpineBody *self);
/** The button goes where pointer and focus want it. */
void rn_spine_body_update_seam (RnSpineBody *self);
void rn_spine_body_place_seam (RnSpineBody *self);
/** Returns: (nullable): the button, at the seam below the lead */
GtkWidget *rn_spine_body_show_seam_of_lead (RnSpineBody *self);
/** Returns: where the button is, -1 where it is not seen */
int rn_spine_body_get_seam (RnSpineBody *self);

/* spine-motion.c */

/** Before a change of the layout: where all blocks stand. */
void rn_spine_body_note_places (RnSpineBody *self);
/** After it: they go from there to where they stand now. */
void rn_spine_body_play_slide (RnSpineBody *self);
/** Where @row is drawn on its way. Returns: whether it is on one */
gboolean rn_spine_body_get_slide (RnSpineBody *self, RnBlockRow *row, double *dy, double *opacity);
/** The selection's light goes to where it belongs. */
void rn_spine_body_play_glow (RnSpineBody *self);
void rn_spine_body_stop_motion (RnSpineBody *self);

/** The block where the selection's lead is: -1 the stem, n the head, INT_MIN none */
int rn_spine_body_find_lead (RnSpineBody *self);

G_END_DECLS
