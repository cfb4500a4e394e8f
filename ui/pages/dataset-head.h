#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* What data is open, or being opened, or why it could not be; and the buttons that open other data. */

#define RN_TYPE_DATASET_HEAD (rn_dataset_head_get_type ())
G_DECLARE_FINAL_TYPE (RnDatasetHead, rn_dataset_head, RN, DATASET_HEAD, GtkWidget)

GtkWidget *rn_dataset_head_new (RnSession *session);
/** After the session's "dataset" signal. */
void rn_dataset_head_update (RnDatasetHead *self);
/** Returns: (transfer full): a name for a data set: "Sample set", or the folder's or file's own */
char *rn_dataset_head_make_title (const char *source);

G_END_DECLS
