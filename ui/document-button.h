#pragma once

#include <gtk/gtk.h>

#include "state/session.h"

G_BEGIN_DECLS

/* Names the shown document, "ResNet-20, run 3, step 1,240", and lists those that are open and the presets to begin with.
 * Its menu acts through "win.document", "win.close-document", "win.preset" and "win.open". */

#define RN_TYPE_DOCUMENT_BUTTON (rn_document_button_get_type ())
G_DECLARE_FINAL_TYPE (RnDocumentButton, rn_document_button, RN, DOCUMENT_BUTTON, GtkWidget)

GtkWidget *rn_document_button_new (RnSession *session);

G_END_DECLS
