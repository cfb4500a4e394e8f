#pragma once

#include <gtk/gtk.h>

#include "spine/overview.h"
#include "spine/spine-body.h"
#include "spine/spine-head.h"
#include "state/session.h"

G_BEGIN_DECLS

/* The network, drawn once: at the left of every page. Editor, instrument, navigator, knife. */

#define RN_TYPE_SPINE (rn_spine_get_type ())
G_DECLARE_FINAL_TYPE (RnSpine, rn_spine, RN, SPINE, GtkWidget)

GtkWidget *rn_spine_new (RnSession *session);
/** Scrolls so that block @index is in view. */
void rn_spine_reveal (RnSpine *self, int index);
/** Returns: (transfer full): "Block 7 of 54, basic, 32 channels, ratio 0.31, branch on" as its row tells it to
 * assistive technology, whether or not the row is in view */
char *rn_spine_describe_block (RnSpine *self, int index);

/** (transfer none): its parts, for tests */
RnSpineBody *rn_spine_get_body (RnSpine *self);
RnSpineHead *rn_spine_get_head (RnSpine *self);
RnOverview *rn_spine_get_overview (RnSpine *self);

G_END_DECLS
