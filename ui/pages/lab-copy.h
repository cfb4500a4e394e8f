#pragma once

#include <residua/lab-results.h>

#include "state/session.h"

G_BEGIN_DECLS

/** Writes @experiment's JSON as a file of its own into @folder, in a task. Returns by rn_lab_copy_finish() the path. */
void rn_lab_copy_async (RnExperiment *experiment, const char *folder, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data);
/** Returns: (transfer full) (nullable) */
char *rn_lab_copy_finish (GAsyncResult *result, GError **error);

/**
 * rn_lab_save_report:
 * @parent: of the dialog
 *
 * Asks where to, and writes what came out as a web page or a PDF, as the name ends; tells it as a "message" or a "problem" of
 * @session.
 */
void rn_lab_save_report (GtkWidget *parent, RnSession *session, RnLabResults *results);
/** Returns: (transfer full): @path with the ending of what is written there: a PDF where it says so, or where the person
 * chose one (@is_pdf) and typed no other ending than the page's that stood there; else a web page */
char *rn_lab_report_name (const char *path, gboolean is_pdf);
/** Without asking: what the dialog does in the end. @overwrites: FALSE where a file that is there is a "problem" */
void rn_lab_save_report_as (RnSession *session, RnLabResults *results, const char *path,
                            gboolean overwrites);

G_END_DECLS
