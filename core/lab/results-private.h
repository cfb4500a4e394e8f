#pragma once

#include "lab/outcome.h"
#include "residua/lab-results.h"

struct _RnLabResults
{
  gatomicrefcount references;
  RnLabPlan *plan;
  RnExperiment *experiment; /* the plan's */
  int n_arms;
  int n_seeds;
  gboolean has_studied;   /* trained networks were taken apart where something asks for it */
  RnLabOutcome *outcomes; /* of each run of the plan */
  RnLabVerdict verdicts[RN_LAB_MAX_CHECKS];
  RnLabFigure figures[RN_LAB_MAX_FIGURES];
};

/* Of @arm with the @seed-th seed */
const RnLabOutcome *rn_lab_results_get_outcome (const RnLabResults *self, int arm, int seed);
const RnLabRun *rn_lab_results_get_run (const RnLabResults *self, int arm, int seed);

/* Of those @values that are numbers */
RnLabNumber rn_lab_number_of (const double *values, int n);

/* Weighs @first against @second, @n seeds of each, NaN where a run is not finished */
void rn_lab_verdict_init (RnLabVerdict *verdict, const RnLabCheck *check, const double *first,
                          const double *second, int n);

/* Fills @figure; its series are the owner's to free by rn_lab_figure_clear(). */
void rn_lab_figure_init (RnLabFigure *figure, const RnLabResults *results, RnLabFigureKind kind);
void rn_lab_figure_clear (RnLabFigure *figure);
