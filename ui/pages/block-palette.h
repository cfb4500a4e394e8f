#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* What a network is built of: the four kinds of blocks and a whole stage, each a button that can be dragged into the spine.
 * Pressed, it puts its block in after the selection's lead, or last where nothing is selected. */

#define RN_TYPE_BLOCK_PALETTE (rn_block_palette_get_type ())
G_DECLARE_FINAL_TYPE (RnBlockPalette, rn_block_palette, RN, BLOCK_PALETTE, GtkWidget)

GtkWidget *rn_block_palette_new (RnSession *session);
/** Returns: (transfer none): button @at, 0 to 4: basic, bottleneck, plain basic, plain bottleneck, whole stage; for tests */
GtkWidget *rn_block_palette_get_button (RnBlockPalette *self, int at);

G_END_DECLS
