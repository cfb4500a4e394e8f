#pragma once

#include <gtk/gtk.h>
#include <residua/study.h>

#include "state/selection.h"

G_BEGIN_DECLS

/* How a network does without some of its residual blocks (Veit et al. 2016, figures 3 and 5a). One of two plots of the same
 * points: the error when each block alone is off, by depth; or the error against the number of random blocks that are off, a
 * line through the means in the range of all drawings. The whole network's error is a hairline in both. Left and Right
 * (Home, End) go from one to the next; Ctrl+C copies the picture.
 */

typedef enum
{
  RN_LESION_EACH,
  RN_LESION_MANY
} RnLesionPlot;

#define RN_TYPE_LESION_CHART (rn_lesion_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnLesionChart, rn_lesion_chart, RN, LESION_CHART, GtkWidget)

/** @selection: (nullable): a click on a block selects it */
GtkWidget *rn_lesion_chart_new (RnLesionPlot plot, RnSelection *selection);
/**
 * rn_lesion_chart_set:
 * @spec: (nullable): of the network; NULL shows nothing
 * @points: copied: as rn_study_lesions() tells them
 * @n_pictures: that were asked about
 */
void rn_lesion_chart_set (RnLesionChart *self, const RnSpec *spec, const RnStudyPoint *points,
                          guint n, int n_pictures);
/** Returns: places along x: residual blocks, or numbers of blocks that are off */
int rn_lesion_chart_count (RnLesionChart *self);
/**
 * rn_lesion_chart_get:
 * @at: 0 to rn_lesion_chart_count() - 1
 * @mean, @low, @high: (out): error, 0 to 1, of all drawings there
 *
 * Returns: FALSE where nothing has come yet
 */
gboolean rn_lesion_chart_get (RnLesionChart *self, int at, double *mean, double *low, double *high);
/** Returns: (transfer full): "block 3: 12.4 % wrong without it" */
char *rn_lesion_chart_describe (RnLesionChart *self, int at);
/** Where the mean at @at is in the widget; FALSE where there is none */
gboolean rn_lesion_chart_get_place (RnLesionChart *self, int at, double *x, double *y);

G_END_DECLS
