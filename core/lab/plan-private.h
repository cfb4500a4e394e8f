#pragma once

#include "residua/lab.h"

/* Whether @on_disk, which has the name of run @run, is that run: RN_ERROR_DATA naming it where somebody has changed it */
gboolean rn_lab_plan_check_run (const RnLabPlan *self, int run, RnRun *on_disk, GError **error);
