#pragma once

#include "residua/study.h"

/* rn_study_answers() of another model of the same input: the study's in another order, say. */
gboolean rn_study_answers_of (RnStudy *study, RnEvaluator *evaluator, RnAnswer *answers,
                              const gboolean *gates, RnProgressFunc progress, gpointer user_data,
                              const int *cancel, GError **error);
/* Copies of what the study keeps: @x [n,side,side,channels] of the pictures at @which in it, and their classes */
void rn_study_gather (RnStudy *study, float *x, int *labels, const int *which, int n);
/* As rn_study_new() was told */
int rn_study_get_threads (RnStudy *study);
/* Sets RN_ERROR_CANCELLED. Returns: FALSE */
gboolean rn_study_cancelled (GError **error);
