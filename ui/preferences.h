#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/** @remembered: (nullable): changed at once, as everything here takes effect at once */
GtkWidget *rn_preferences_new (GtkWindow *parent, RnSession *session, GSettings *remembered);
/** Applies the remembered style now and whenever it changes. @remembered: (nullable) */
void rn_preferences_follow_style (GSettings *remembered);

G_END_DECLS
