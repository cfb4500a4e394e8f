#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* What the shown network is compared with where models are measured: the runs that are compared on Runs, and model files that a
 * person adds here; three at most. A row of their names, each with a button that takes it away again, and "Add a model…".
 */

/** Beside the shown network */
#define RN_COMPARED_MODELS_MOST 3

#define RN_TYPE_COMPARED_MODELS (rn_compared_models_get_type ())
G_DECLARE_FINAL_TYPE (RnComparedModels, rn_compared_models, RN, COMPARED_MODELS, GtkWidget)

/* Signal "changed" (no arguments): there are others. */

GtkWidget *rn_compared_models_new (RnSession *session);
/** A model file or the folder of a run. Returns: FALSE where it is there already, or is one too many */
gboolean rn_compared_models_add (RnComparedModels *self, const char *path);
void rn_compared_models_remove (RnComparedModels *self, const char *path);
/** Returns: how many there are */
guint rn_compared_models_count (RnComparedModels *self);
/** @name: (out): what people call it. Returns: (transfer none): its path */
const char *rn_compared_models_get (RnComparedModels *self, guint at, const char **name);

G_END_DECLS
