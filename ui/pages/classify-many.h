#pragma once

#include <gtk/gtk.h>

#include "pages/classify-batch.h"
#include "state/session.h"

G_BEGIN_DECLS

/* The table of many pictures, which fills as they are classified. A row that is activated becomes the session's picture. */

#define RN_TYPE_CLASSIFY_MANY (rn_classify_many_get_type ())
G_DECLARE_FINAL_TYPE (RnClassifyMany, rn_classify_many, RN, CLASSIFY_MANY, GtkWidget)

/* Signals "opened": a row was activated; "changed": rows came, or it began or ended. No arguments. */

GtkWidget *rn_classify_many_new (RnSession *session);
/** Adds files to the table: to the batch under way, or as a new one with the shown document's newest weights. */
void rn_classify_many_take (RnClassifyMany *self, GPtrArray *paths);
void rn_classify_many_cancel (RnClassifyMany *self);
void rn_classify_many_clear (RnClassifyMany *self);
/** Returns: whether there is anything in the table, or about to be */
gboolean rn_classify_many_has_any (RnClassifyMany *self);
/** Returns: (nullable): what fills the table */
RnClassifyBatch *rn_classify_many_get_batch (RnClassifyMany *self);

G_END_DECLS
