#pragma once

#include <residua/study.h>

#include "charts/plot.h"
#include "state/selection.h"

G_BEGIN_DECLS

/* How a network does without some of its residual blocks, or with them in another order (Veit et al. 2016, figures 3, 5a and
 * 5b). The whole network's error is a hairline in each plot. Left and Right (Home, End) go from one place to the next;
 * Ctrl+C copies the picture.
 */

/**
 * RnStudyPlot:
 * @RN_STUDY_PLOT_EACH: the error when each block alone is off, by depth
 * @RN_STUDY_PLOT_MANY: the error against the number of random blocks that are off, a line through the means in the range of
 *   all drawings
 * @RN_STUDY_PLOT_ORDER: the error of each drawing against the rank correlation of its order with the trained one, and a line
 *   through the means of each number of exchanges
 */
typedef enum
{
  RN_STUDY_PLOT_EACH,
  RN_STUDY_PLOT_MANY,
  RN_STUDY_PLOT_ORDER
} RnStudyPlot;

#define RN_TYPE_STUDY_CHART (rn_study_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnStudyChart, rn_study_chart, RN, STUDY_CHART, RnPlot)

/** @selection: (nullable): a click on a block selects it */
GtkWidget *rn_study_chart_new (RnStudyPlot plot, RnSelection *selection);
/**
 * rn_study_chart_set:
 * @spec: (nullable): of the network; NULL shows nothing
 * @points: copied: as rn_study_lesions() tells them, or rn_study_shuffles() for RN_STUDY_PLOT_ORDER
 * @n_pictures: that were asked about
 */
void rn_study_chart_set (RnStudyChart *self, const RnSpec *spec, const RnStudyPoint *points,
                         guint n, int n_pictures);
/** Returns: places along x: residual blocks, numbers of blocks that are off, numbers of exchanges */
int rn_study_chart_count (RnStudyChart *self);
/**
 * rn_study_chart_get:
 * @at: 0 to rn_study_chart_count() - 1
 * @mean, @low, @high: (out): error, 0 to 1, of all drawings there
 *
 * Returns: FALSE where nothing has come yet
 */
gboolean rn_study_chart_get (RnStudyChart *self, int at, double *mean, double *low, double *high);
/** Returns: the mean rank correlation at @at; 1 but in RN_STUDY_PLOT_ORDER */
double rn_study_chart_get_tau (RnStudyChart *self, int at);
/** Returns: (transfer full): "block 3: 12.4 % wrong without it" */
char *rn_study_chart_describe (RnStudyChart *self, int at);
/** Where the mean at @at is in the widget; FALSE where there is none */
gboolean rn_study_chart_get_place (RnStudyChart *self, int at, double *x, double *y);

G_END_DECLS
