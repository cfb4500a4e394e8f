#pragma once

#include "../train/tiny.h"
#include "residua/lab-results.h"

/* An experiment that takes a second: two arms of two blocks and one that grows, on the small world of tiny.h. */

RnExperiment *little_experiment_new (void);
/* In @folder / runs, on @dataset */
RnLabPlan *little_plan_new (const char *folder, RnDataset *dataset, int n_seeds);
/* Trains it to the end. */
void little_plan_train (RnLabPlan *plan, RnLabOrder order);
