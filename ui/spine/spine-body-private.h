#pragma once

#include "spine/spine-body.h"

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
  gboolean is_placing; /* the adjustment changes by ourselves */
  int pending;         /* a block to reveal at the next allocation; INT_MIN: none */

  GPtrArray *rows;  /* RnBlockRow in view, in order */
  GPtrArray *spare; /* RnBlockRow that wait */
  GPtrArray *folds; /* GtkButton, one per stage */

  int marked_block; /* where the worker is; INT_MIN: unknown */
  gboolean is_backward;

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
/** All rows go to the spare ones: the layout is another. */
void rn_spine_body_drop_rows (RnSpineBody *self);
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
/** The block where the selection's lead is: -1 the stem, n the head, INT_MIN none */
int rn_spine_body_find_lead (RnSpineBody *self);

G_END_DECLS
