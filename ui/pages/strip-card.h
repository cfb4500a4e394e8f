#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* A strip of a measure that can be chosen. */

#define RN_TYPE_STRIP_CARD (rn_strip_card_get_type ())
G_DECLARE_FINAL_TYPE (RnStripCard, rn_strip_card, RN, STRIP_CARD, GtkWidget)

GtkWidget *rn_strip_card_new (RnSession *session, RnMeasureKind kind);
/** Another document is shown. */
void rn_strip_card_rebuild (RnStripCard *self);
/** The measures have grown. */
void rn_strip_card_update (RnStripCard *self);

G_END_DECLS
