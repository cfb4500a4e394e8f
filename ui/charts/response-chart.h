#pragma once

#include <gtk/gtk.h>

#include "charts/strip-data.h"
#include "state/selection.h"

G_BEGIN_DECLS

/* The paper's Figure 7: the standard deviation of each 3x3 layer's response, by depth. */

typedef struct
{
  const char *name; /* "layer1.0.bn1" */
  guint32 block;    /* 0 for the stem */
  double std;
} RnResponsePoint;

#define RN_TYPE_RESPONSE_CHART (rn_response_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnResponseChart, rn_response_chart, RN, RESPONSE_CHART, GtkWidget)

/** @selection: (nullable): a click on a point selects its block */
GtkWidget *rn_response_chart_new (RnSelection *selection);
/** Curve @at (0, 1, ...): copied; @n 0 removes it. @name: "ResNet-20" */
void rn_response_chart_set_curve (RnResponseChart *self, int at, const char *name,
                                  const RnResponsePoint *points, guint n);
/** Sorted by size, as the paper's lower figure, or in order of depth */
void rn_response_chart_set_sorted (RnResponseChart *self, gboolean sorted);

G_END_DECLS
