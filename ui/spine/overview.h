#pragma once

#include "spine/spine-body.h"

G_BEGIN_DECLS

/* The whole network as a heat strip, 24 px wide, with the frame of what the body shows; a click or drag goes there. */

#define RN_TYPE_OVERVIEW (rn_overview_get_type ())
G_DECLARE_FINAL_TYPE (RnOverview, rn_overview, RN, OVERVIEW, GtkWidget)

#define RN_OVERVIEW_WIDTH_PX 24

GtkWidget *rn_overview_new (RnSpineBody *body);
/** Scrolls the body to what is at @y; a click does the same. Returns: the block there, -1 where there is none */
int rn_overview_go (RnOverview *self, double y);
/** Returns: (transfer none): the colours of the strip's pixels from the top, 0xAARRGGBB, 0 for none. @n: (out) */
const guint32 *rn_overview_get_pixels (RnOverview *self, int *n);

G_END_DECLS
