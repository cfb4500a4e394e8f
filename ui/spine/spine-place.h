#pragma once

#include "spine/spine-layout.h"

G_BEGIN_DECLS

/* Where blocks can go in: seams, numbered by the block below them. Pure numbers, as the layout's. */

typedef struct
{
  int at;    /* index that the first block would get, 0 to the number of blocks */
  int stage; /* the folded stage that is under the pointer; -1: none */
} RnSpinePlace;

/** Of all that may be pointed at: on a block the seam above or below by its half, on the stem the first, on the head the
 * last, within a folded stage that between the nearest two of its lines. @y: of the layout, any number */
RnSpinePlace rn_spine_place_at (const RnSpineLayout *layout, double y);
/** Where seam @at is drawn: below the block before it, below the stem where it is the first */
double rn_spine_place_y (const RnSpineLayout *layout, int at);
/** Returns: the top of a tag of @height that says what goes through seam @at: on its line, but clear of the boxes of stem and
 * head, which stand at the first line and the last. @layout: of a network with blocks */
double rn_spine_place_tag_y (const RnSpineLayout *layout, int at, double height);
/** The map that goes through seam @at: "side" × side × "channels". @spec: that of @layout */
void rn_spine_place_shape (const RnSpineLayout *layout, const RnSpec *spec, int at, int *side,
                           int *channels);

G_END_DECLS
