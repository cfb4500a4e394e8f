#pragma once

#include "state/selection.h"

G_BEGIN_DECLS

/* What can be looked at in a network, by the names of RnPass: which taps belong to a part of the spine, what people call
 * them, and what a block's shortcut is in words. */

typedef struct
{
  char *tap;   /* "layer1.0.f", "conv1", "pool" */
  char *title; /* "F(x)", "conv1": for a list to choose from */
} RnTapChoice;

/** Returns: (transfer full): the name of block @at, "layer1.0": a new layer begins with a block of stride 2 or of
 * another width than its input's */
char *rn_tap_block_name (const RnSpec *spec, int at);
/** Returns: (transfer full): "layer1.0.sum" */
char *rn_tap_of_block (const RnSpec *spec, int at, const char *part);
/** Returns: the index of the block with this id, -1 where there is none */
int rn_tap_find_block (const RnSpec *spec, guint32 id);
/** Channels that come into block @at. */
int rn_tap_channels_before (const RnSpec *spec, int at);
/** Whether block @at has a 1x1 convolution in its shortcut. */
gboolean rn_tap_has_projection (const RnSpec *spec, int at);
/** Returns: (transfer full) (element-type RnTapChoice): what can be chosen where @part is selected, in forward order.
 * @at: the block's index; it is looked at where @part is neither stem nor head */
GPtrArray *rn_taps_of_part (const RnSpec *spec, RnPart part, int at);
/** Returns: (transfer full): the tap to begin with */
char *rn_tap_of_part (const RnSpec *spec, RnPart part, int at, const char *layer);
/** Returns: (transfer full): "basic, 32 channels, 16×16, shortcut A" */
char *rn_tap_describe_block (const RnSpec *spec, int at);

G_END_DECLS
