#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/** What a page offers that needs a network with weights while a sketch is shown: to train it, or to open the trained
 * example that comes with the program. */
GtkWidget *rn_untrained_offer_new (RnSession *session);

G_END_DECLS
