#pragma once

#include <adwaita.h>

#include "state/session.h"

G_BEGIN_DECLS

/* Writes the network that is shown as a file for others: format, what the format lets one choose, a preview of what will
 * be written. Afterwards the file is read back and run, and “done” says how far its outputs are from the model's.
 */

#define RN_TYPE_EXPORT_DIALOG (rn_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (RnExportDialog, rn_export_dialog, RN, EXPORT_DIALOG, AdwWindow)

/* Signal "done" (text): a sentence on what was written; the dialog closes itself then */

GtkWidget *rn_export_dialog_new (GtkWindow *parent, RnSession *session);

/* What the file chooser leads to: writes to @path, once the dialog has its model and while nothing else is written. */
void rn_export_dialog_write (RnExportDialog *self, const char *path);

G_END_DECLS
