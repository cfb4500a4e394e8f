#pragma once

#include <residua/lab-results.h>

G_BEGIN_DECLS

/**
 * rn_lab_report_write_pdf:
 * @path: written aside and renamed when it is whole
 * @error: GIO's, naming @path
 *
 * An experiment on sheets of A4, fit to hand to a class: question and claim, verdicts, numbers, figures as on the screen but
 * light, networks and settings, seeds, versions, machine and time. For a task.
 */
gboolean rn_lab_report_write_pdf (RnLabResults *results, const char *path, GError **error);

G_END_DECLS
