#pragma once

#include "residua/classify.h"

/* rn_evaluate() for those who can be interrupted at any moment: @cancel as in RnPass. */
RnEvaluation *rn_evaluate_cancellable (RnEvaluator *evaluator, RnDataset *dataset, RnSplit split,
                                       const RnViews *views, int limit, int n_logits,
                                       RnProgressFunc progress, gpointer user_data,
                                       const int *cancel, GError **error);
