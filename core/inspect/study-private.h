#pragma once

#include "residua/study.h"

/* rn_study_answers() of another model of the same input: the study's in another order, say. */
gboolean rn_study_answers_of (RnStudy *study, RnEvaluator *evaluator, RnAnswer *answers,
                              const gboolean *gates, RnProgressFunc progress, gpointer user_data,
                              const int *cancel, GError **error);
/* rn_study_new() that keeps no more than @most_bytes of pictures decoded */
RnStudy *rn_study_new_within (RnModel *model, RnDataset *dataset, RnSplit split, int count,
                              int threads, gsize most_bytes, RnProgressFunc progress,
                              gpointer user_data, const int *cancel, GError **error);
/* Returns: how many of the pictures are kept decoded */
int rn_study_n_kept (RnStudy *study);
/* @x: [n,side,side,channels], the pictures at @which in the study; @labels: their classes */
gboolean rn_study_gather (RnStudy *study, float *x, int *labels, const int *which, int n,
                          const int *cancel, GError **error);
/* As rn_study_new() was told */
int rn_study_get_threads (RnStudy *study);
/* Sets RN_ERROR_CANCELLED. Returns: FALSE */
gboolean rn_study_cancelled (GError **error);
