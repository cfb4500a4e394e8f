#pragma once

#include "residua/study.h"

/* rn_study_answers() of another model of the same input: the study's in another order, say. */
gboolean rn_study_answers_of (RnStudy *study, RnEvaluator *evaluator, RnAnswer *answers,
                              const gboolean *gates, RnProgressFunc progress, gpointer user_data,
                              const int *cancel, GError **error);
/* As rn_study_new() was told */
int rn_study_get_threads (RnStudy *study);
/* Sets RN_ERROR_CANCELLED. Returns: FALSE */
gboolean rn_study_cancelled (GError **error);
