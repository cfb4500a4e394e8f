#pragma once

#include "compute/parallel.h"
#include "residua/evaluator.h"

/* An evaluator that works on somebody else's team, which must outlive it and be idle whenever the evaluator runs. */
RnEvaluator *rn_evaluator_new_on_team (RnModel *model, RnPath path, RnTeam *team, GError **error);

/* Pictures of this size that one pass should hold, so that its buffers stay within about 64 MB; 1 to 128. */
int rn_evaluator_batch_for (RnEvaluator *evaluator, int height, int width);
