#pragma once

#include "charts/plot.h"
#include "charts/strip-data.h"
#include "state/selection.h"

G_BEGIN_DECLS

/* The paper's Figure 7: the standard deviation of each 3x3 layer's response, by depth. Left and Right (Home, End) go from
 * layer to layer and select its block; Ctrl+C copies the picture.
 */

/** Of a layer of a network that is not shown: nothing can be selected */
#define RN_RESPONSE_NO_BLOCK G_MAXUINT32

typedef struct
{
  const char *name; /* "layer1.0.bn1" */
  guint32 block;    /* 0 for the stem, or RN_RESPONSE_NO_BLOCK */
  double std;
} RnResponsePoint;

#define RN_TYPE_RESPONSE_CHART (rn_response_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnResponseChart, rn_response_chart, RN, RESPONSE_CHART, RnPlot)

/** @selection: (nullable): a click on a point selects its block */
GtkWidget *rn_response_chart_new (RnSelection *selection);
/** Curve @at (0, 1, ...): copied; @n 0 removes it. @name: "ResNet-20" */
void rn_response_chart_set_curve (RnResponseChart *self, int at, const char *name,
                                  const RnResponsePoint *points, guint n);
/** What stands in its place while there is no curve: one sentence */
void rn_response_chart_set_empty (RnResponseChart *self, const char *text);
/** Sorted by size, as the paper's lower figure, or in order of depth */
void rn_response_chart_set_sorted (RnResponseChart *self, gboolean sorted);

/** Returns: (transfer full): what the hover card says of layer @at (0, 1, ... along x): the number, then a line per
 * curve, "ResNet-20, layer2.0.bn1: 0.58"; "" where there is none */
char *rn_response_chart_describe (RnResponseChart *self, int at);
/** Where point @at of curve @curve is in the widget, as it is sorted; FALSE where there is none */
gboolean rn_response_chart_get_place (RnResponseChart *self, int curve, int at, double *x,
                                      double *y);

G_END_DECLS
