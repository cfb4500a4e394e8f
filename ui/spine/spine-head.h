#pragma once

#include "spine/spine-body.h"

G_BEGIN_DECLS

/* Above the spine: the document's title, what it costs, which measure is shown, zoom, the legend, and the bars that say
 * that another network is in training, that an earlier step is shown or that branches are off. */

#define RN_TYPE_SPINE_HEAD (rn_spine_head_get_type ())
G_DECLARE_FINAL_TYPE (RnSpineHead, rn_spine_head, RN, SPINE_HEAD, GtkWidget)

GtkWidget *rn_spine_head_new (RnSession *session, RnSpineBody *body);

/* What is shown, for tests: NULL where the bar is hidden */
const char *rn_spine_head_get_live_text (RnSpineHead *self);
const char *rn_spine_head_get_time_text (RnSpineHead *self);
const char *rn_spine_head_get_gates_text (RnSpineHead *self);

G_END_DECLS
