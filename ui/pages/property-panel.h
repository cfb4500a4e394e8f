#pragma once

#include <gtk/gtk.h>

#include "pages/block-properties.h"
#include "pages/network-properties.h"
#include "state/session.h"

G_BEGIN_DECLS

/* The properties of what is selected, under its name: of blocks, the stem, the head, or the whole network where nothing is
 * selected.
 */

#define RN_TYPE_PROPERTY_PANEL (rn_property_panel_get_type ())
G_DECLARE_FINAL_TYPE (RnPropertyPanel, rn_property_panel, RN, PROPERTY_PANEL, GtkWidget)

GtkWidget *rn_property_panel_new (RnSession *session);
/** (transfer none) */
RnBlockProperties *rn_property_panel_get_blocks (RnPropertyPanel *self);
RnNetworkProperties *rn_property_panel_get_network (RnPropertyPanel *self);
/** (transfer none): "Block 7 of 9", "3 blocks", "Stem", "Whole network" */
const char *rn_property_panel_get_title (RnPropertyPanel *self);

G_END_DECLS
