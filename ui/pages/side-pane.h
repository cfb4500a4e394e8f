#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A side beside the content, at its end. Where both do not fit, the side lies over the content instead, until Escape or a
 * click beside it. There it begins closed; each of the two layouts remembers for itself whether it is open.
 *
 * AdwFlap is the same with an animation, but one that is turned back before its first frame makes a width that is no
 * number.
 */

#define RN_TYPE_SIDE_PANE (rn_side_pane_get_type ())
G_DECLARE_FINAL_TYPE (RnSidePane, rn_side_pane, RN, SIDE_PANE, GtkWidget)

/* Property "open" (gboolean) */

GtkWidget *rn_side_pane_new (GtkWidget *content, GtkWidget *side);
void rn_side_pane_set_open (RnSidePane *self, gboolean is_open);
gboolean rn_side_pane_get_open (RnSidePane *self);
/** Whether the side lies over the content where it is open */
gboolean rn_side_pane_is_over (RnSidePane *self);

G_END_DECLS
