#pragma once

#include <gtk/gtk.h>

#include "pages/property-row.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Input, stem and head of the shown network, and its name; each change is one step of undo. */

#define RN_TYPE_NETWORK_PROPERTIES (rn_network_properties_get_type ())
G_DECLARE_FINAL_TYPE (RnNetworkProperties, rn_network_properties, RN, NETWORK_PROPERTIES, GtkWidget)

typedef enum
{
  RN_NETWORK_PROPERTY_SIDE,
  RN_NETWORK_PROPERTY_COLOUR, /* 0 grey, 1 RGB */
  RN_NETWORK_PROPERTY_STEM,   /* RnStemKind */
  RN_NETWORK_PROPERTY_STEM_CHANNELS,
  RN_NETWORK_PROPERTY_CLASSES,
  RN_N_NETWORK_PROPERTIES
} RnNetworkProperty;

GtkWidget *rn_network_properties_new (RnSession *session);
/** (transfer none) */
RnPropertyRow *rn_network_properties_get_row (RnNetworkProperties *self,
                                              RnNetworkProperty property);
/** Which are shown: those of the stem (with the input), of the head, or all with RN_PART_NONE */
void rn_network_properties_show_part (RnNetworkProperties *self, RnPart part);

G_END_DECLS
