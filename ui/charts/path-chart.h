#pragma once

#include <residua/study.h>

#include "charts/plot.h"

G_BEGIN_DECLS

/* The paths through a residual network by their length (Veit et al. 2016, figure 6). Left and Right (Home, End) go from length
 * to length; Ctrl+C copies the picture.
 */

/**
 * RnPathPlot:
 * @RN_PATH_PLOT_SHARES: the share of all paths that have a length, and the share of the gradient that they carry
 * @RN_PATH_PLOT_GRADIENT: the gradient that one path of a length carries: mean and range of the drawings, logarithmic
 */
typedef enum
{
  RN_PATH_PLOT_SHARES,
  RN_PATH_PLOT_GRADIENT
} RnPathPlot;

#define RN_TYPE_PATH_CHART (rn_path_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnPathChart, rn_path_chart, RN, PATH_CHART, RnPlot)

GtkWidget *rn_path_chart_new (RnPathPlot plot);
/**
 * rn_path_chart_set:
 * @n_blocks: residual blocks, the longest path; -1 shows nothing
 * @gradients: copied: as rn_study_path_gradients() tells them
 */
void rn_path_chart_set (RnPathChart *self, int n_blocks, const RnPathGradient *gradients, guint n);
/**
 * rn_path_chart_get:
 * @length: 0 to the residual blocks
 * @paths: (out): share of all paths, 0 to 1
 * @gradient: (out): mean of one path's; NAN where nothing has come yet
 * @share: (out): of the gradient, 0 to 1; NAN until every length has one
 *
 * Returns: FALSE where there is no such length
 */
gboolean rn_path_chart_get (RnPathChart *self, int length, double *paths, double *gradient,
                            double *share);
/** Returns: (transfer full): "length 3: 11.7 % of the paths, 24.1 % of the gradient" */
char *rn_path_chart_describe (RnPathChart *self, int length);

G_END_DECLS
