#pragma once

#include <gtk/gtk.h>
#include <residua/lab-results.h>

#include "state/record.h"

G_BEGIN_DECLS

/* A figure of an experiment, as lab-plot.h draws it: what came out so far, and the runs that train now. Left and Right
 * (Home, End) move the read-out; Ctrl+C copies the picture.
 */

#define RN_TYPE_LAB_CHART (rn_lab_chart_get_type ())
G_DECLARE_FINAL_TYPE (RnLabChart, rn_lab_chart, RN, LAB_CHART, GtkWidget)

/** @title: names it for assistive technology */
GtkWidget *rn_lab_chart_new (RnExperiment *experiment, RnLabFigureKind kind, const char *title);
/** @results: (nullable): its figure @figure is drawn; kept while it is shown. @steps: how far curves will reach */
void rn_lab_chart_set_results (RnLabChart *self, RnLabResults *results, int figure, double steps);
/** @record: (nullable): of arm @arm's run that trains now; @offset: steps that were done before it */
void rn_lab_chart_set_live (RnLabChart *self, int arm, RnRecord *record, gint64 offset);
/** Records have grown: redraws, at most ten times a second, not at all while nobody sees it. */
void rn_lab_chart_changed (RnLabChart *self);
/** In the plot's place while there is nothing to draw */
void rn_lab_chart_set_empty_text (RnLabChart *self, const char *text);

/** Returns: (transfer full): what the hover card says at @x, as the figure counts it */
char *rn_lab_chart_describe (RnLabChart *self, double x);
/** Returns: times that it was drawn anew */
guint rn_lab_chart_n_drawn (RnLabChart *self);

G_END_DECLS
