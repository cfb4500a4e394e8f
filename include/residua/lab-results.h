#pragma once

#include "residua/lab.h"

G_BEGIN_DECLS

/** Returns: whether figures or checks of @experiment ask for its trained networks to be taken apart */
gboolean rn_lab_needs_studies (const RnExperiment *experiment);

/**
 * RnLabResults:
 *
 * What came out of an experiment: computed from its runs on disk and nothing else, so that it can be asked while they
 * train, too. Immutable and reference counted.
 */
typedef struct _RnLabResults RnLabResults;

/**
 * rn_lab_results_new:
 * @threads: for the studies: 1 to 256; 0 for as many as there are processors
 * @studies: whether to take finished networks apart where figures and checks ask for it (responses, lesions, shuffles,
 *   gradients), which takes from seconds to a minute; FALSE leaves those figures empty
 * @progress: (nullable)
 * @cancel: (nullable): as in RnPass
 * @error: what reading a run says; RN_ERROR_CANCELLED
 *
 * For a thread that may wait. Runs that are not there, or not finished, count as far as they are.
 */
RnLabResults *rn_lab_results_new (RnLabPlan *plan, int threads, gboolean studies,
                                  RnProgressFunc progress, gpointer user_data, const int *cancel,
                                  GError **error);
RnLabResults *rn_lab_results_ref (RnLabResults *results);
void rn_lab_results_unref (RnLabResults *results);
RnLabPlan *rn_lab_results_get_plan (RnLabResults *results);
/** Returns: runs of the plan that have done all their steps */
int rn_lab_results_n_finished (const RnLabResults *results);
/** Returns: runs of the plan that are finished or never will be, as rn_lab_plan_is_over() has it */
int rn_lab_results_n_ended (const RnLabResults *results);
/** Returns: whether run @run of the plan is one of those */
gboolean rn_lab_results_is_over (const RnLabResults *results, int run);
/** Returns: whether nothing more will come of these runs: all have ended, and what asks for a study has had it */
gboolean rn_lab_results_is_final (const RnLabResults *results);
/** Returns: the step at which run @run of the plan diverged; 0 where it did not */
gint64 rn_lab_results_get_divergence (const RnLabResults *results, int run);
/** Returns: (transfer full) (nullable): "Diverged: ResNet-56, seed 2 of 3, at step 431.", and after it those that cannot
 *   begin without it; NULL where none did */
char *rn_lab_results_describe_divergences (const RnLabResults *results);
/** Returns: seconds of training, over all runs, from the speeds in their timing.csv, evaluations left out */
double rn_lab_results_get_seconds (const RnLabResults *results);

/**
 * RnLabNumber:
 * @n: seeds that it is of; 0 where there is none yet, and the rest is NaN
 * @spread: standard deviation over the seeds, n - 1 in the denominator; NaN of one seed
 */
typedef struct
{
  int n;
  double mean;
  double spread;
} RnLabNumber;

/** The end of finished runs. */
RnLabNumber rn_lab_results_get_number (const RnLabResults *results, int arm,
                                       RnLabQuantity quantity);

/**
 * RnLabAnswer:
 * @RN_LAB_NOT_YET: a run that it needs is not finished, and may be, or has not been studied
 * @RN_LAB_AGREES: the relation holds for the mean by more than the spread, and for every seed
 * @RN_LAB_DIFFERS: it fails for the mean by more than the spread, and for every seed
 * @RN_LAB_CANNOT_TELL: the spread is as large as the difference, or the seeds do not say the same, or there is one seed
 *   only and no spread, or a run that it needs diverged before the point that it is about, or the networks have no such number
 */
typedef enum
{
  RN_LAB_NOT_YET,
  RN_LAB_AGREES,
  RN_LAB_DIFFERS,
  RN_LAB_CANNOT_TELL
} RnLabAnswer;

/**
 * RnLabVerdict:
 * @side: the number on either side; the second's n is 1 where it is a number of the file
 * @difference: first less second, seed by seed: twins share what chance decides, so it says more than the two spreads
 * @n_as_said: seeds in which the relation holds
 */
typedef struct
{
  RnLabAnswer answer;
  RnLabNumber side[2];
  RnLabNumber difference;
  int n_as_said;
} RnLabVerdict;

const RnLabVerdict *rn_lab_results_get_verdict (const RnLabResults *results, int check);
/** Returns: (transfer none): "agrees", "does not agree", "cannot tell", "not yet" */
const char *rn_lab_answer_get_label (RnLabAnswer answer);
/** Returns: (transfer full): the numbers of check @check: "62.1 ± 2.0 % against 40.3 ± 1.1 %: a difference of 21.8 ± 1.7 %;
 *   as said in 3 of 3 seeds" */
char *rn_lab_results_describe (const RnLabResults *results, int check);
/** Returns: (transfer full): "12.3 ± 0.4 %", "0.52 ± 0.03", "269,722"; "–" where there is none yet; in
 *   one piece, by spaces that break no line */
char *rn_lab_number_to_string (const RnLabNumber *number, RnLabQuantity quantity);

/**
 * RnLabSeries:
 * @label: the arm's name
 * @arm: its index: decides the colour
 * @x, @mean, @low, @high: @n of each; low and high are mean - and + spread over the seeds, equal to the mean where
 *   there is one seed
 * @dots_x, @dots: @n_dots single measurements
 */
typedef struct
{
  char *label;
  int arm;
  int n;
  double *x;
  double *mean;
  double *low;
  double *high;
  int n_dots;
  double *dots_x;
  double *dots;
} RnLabSeries;

/**
 * RnLabFigure:
 * @x_is_arm: x is an arm's index, to be labelled with its name
 * @x_is_whole: x is a count: ticks stand at whole numbers
 * @y_is_share: y is a share, to be labelled in percent
 * @line: whether the means are joined by a line, with a band between low and high; else each is a mark of its own
 * @y_min, @y_max: what to show, round numbers; 0 and 1 where there is nothing yet
 * @series: (element-type RnLabSeries): in the order of the arms; those without any point are left out
 *
 * A figure, ready to be drawn by whoever can draw.
 */
typedef struct
{
  RnLabFigureKind kind;
  const char *title;
  const char *x_label;
  const char *y_label;
  gboolean x_is_arm;
  gboolean x_is_whole;
  gboolean y_is_share;
  gboolean line;
  double x_min, x_max;
  double y_min, y_max;
  GPtrArray *series;
} RnLabFigure;

/** Returns: (transfer none): figure @figure of the experiment; it may be empty */
const RnLabFigure *rn_lab_results_get_figure (const RnLabResults *results, int figure);
/**
 * rn_lab_figure_to_svg:
 * @experiment: whose arms it is of
 * @width, @height: pixels of CSS, at least 200 and 120
 *
 * Returns: (transfer full): an SVG element: title, axes with units, a legend, and texts as texts; light, on white
 */
char *rn_lab_figure_to_svg (const RnLabFigure *figure, const RnExperiment *experiment, int width,
                            int height);
/** Returns: (transfer full) (element-type double): round numbers from @min to @max, about @wanted of them; whole ones where
 *   @is_whole */
GArray *rn_lab_find_ticks (double min, double max, int wanted, gboolean is_whole);

/**
 * rn_lab_write_report:
 * @path: of the HTML file, written aside, synced and renamed
 * @error: GIO's, naming @path
 *
 * Writes the experiment as one page that needs nothing else: claim, figures, numbers, verdicts, settings, seeds, versions,
 * machine and time. Also while runs are missing; it then says so.
 */
gboolean rn_lab_write_report (RnLabResults *results, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnLabResults, rn_lab_results_unref)

G_END_DECLS
