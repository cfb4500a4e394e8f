#pragma once

#include <gtk/gtk.h>

#include "pages/property-row.h"
#include "state/session.h"

G_BEGIN_DECLS

/* What the selected blocks share, to be changed for all of them at once; each change is one step of undo. */

#define RN_TYPE_BLOCK_PROPERTIES (rn_block_properties_get_type ())
G_DECLARE_FINAL_TYPE (RnBlockProperties, rn_block_properties, RN, BLOCK_PROPERTIES, GtkWidget)

typedef enum
{
  RN_BLOCK_PROPERTY_KIND,
  RN_BLOCK_PROPERTY_CHANNELS,
  RN_BLOCK_PROPERTY_STRIDE,
  RN_BLOCK_PROPERTY_SHORTCUT,
  RN_BLOCK_PROPERTY_BOTTLENECK_STRIDE,
  RN_BLOCK_PROPERTY_ZERO_GAMMA,
  RN_N_BLOCK_PROPERTIES
} RnBlockProperty;

GtkWidget *rn_block_properties_new (RnSession *session);
/** (transfer none) */
RnPropertyRow *rn_block_properties_get_row (RnBlockProperties *self, RnBlockProperty property);

G_END_DECLS
