#pragma once

#include "state/session.h"

G_BEGIN_DECLS

/**
 * rn_recent_data_new:
 *
 * Returns: (transfer floating): a menu button with the data sets that were opened before, newest first; the settings
 *   remember them (remembered.h). It cannot be pressed where there is none. Its actions are "recent.open" (a path) and
 *   "recent.clear".
 */
GtkWidget *rn_recent_data_new (RnSession *session);

G_END_DECLS
