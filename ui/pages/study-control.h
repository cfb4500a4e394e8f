#pragma once

#include <gtk/gtk.h>

#include "pages/study-runner.h"

G_BEGIN_DECLS

/* How a person runs a study: the button "Measure", and while it runs a progress bar and "Cancel" in its place. */

#define RN_TYPE_STUDY_CONTROL (rn_study_control_get_type ())
G_DECLARE_FINAL_TYPE (RnStudyControl, rn_study_control, RN, STUDY_CONTROL, GtkWidget)

/* Signal "start" (no arguments): "Measure" was pressed. */

/** @about: what is measured, for assistive technology */
GtkWidget *rn_study_control_new (RnStudyRunner *runner, const char *about);

G_END_DECLS
