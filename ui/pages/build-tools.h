#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* What can be done with the whole network, above the Build page: new, open, save, undo, redo, plain twin, deepen, fit to the
 * data, the figure and the table. Each is an action "build.NAME" of this widget with a key that the whole window hears.
 */

#define RN_TYPE_BUILD_TOOLS (rn_build_tools_get_type ())
G_DECLARE_FINAL_TYPE (RnBuildTools, rn_build_tools, RN, BUILD_TOOLS, GtkWidget)

GtkWidget *rn_build_tools_new (RnSession *session);
/** @name: an action without its parameter, "deepen". Returns: whether it can be done now */
gboolean rn_build_tools_is_enabled (RnBuildTools *self, const char *name);
/** Returns: (transfer full): what the button of action @name tells when it is pointed at; NULL where there is none */
char *rn_build_tools_get_tooltip (RnBuildTools *self, const char *name);
/** @name: "undo". As if its button were pressed; nothing where it cannot be done. */
void rn_build_tools_activate (RnBuildTools *self, const char *name);

G_END_DECLS
