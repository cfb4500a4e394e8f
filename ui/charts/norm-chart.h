#pragma once

#include <residua/model.h>

#include "charts/plot.h"

G_BEGIN_DECLS

/* What a batch-norm does, channel by channel: gamma and beta, which are learned, and the running mean and deviation that it takes
 * away and divides by. Left and Right (Home, End) go from channel to channel; Ctrl+C copies the picture.
 */

typedef enum
{
  RN_NORM_GAMMA,
  RN_NORM_BETA,
  RN_NORM_MEAN,
  RN_NORM_DEVIATION, /* square root of the running variance */
  RN_N_NORM_FIGURES
} RnNormFigure;

#define RN_TYPE_NORM_CHART (rn_norm_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnNormChart, rn_norm_chart, RN, NORM_CHART, RnPlot)

GtkWidget *rn_norm_chart_new (void);
/** @model: (nullable); @name: (nullable): of a batch-norm in it, "layer1.0.bn1". Returns: whether there is one */
gboolean rn_norm_chart_set (RnNormChart *self, const RnModel *model, const char *name);
int rn_norm_chart_n_channels (RnNormChart *self);
double rn_norm_chart_get (RnNormChart *self, RnNormFigure figure, int channel);

G_END_DECLS
