#pragma once

#include "pages/lab-reader.h"

G_BEGIN_DECLS

/* The figures of an experiment, a card for each, two beside each other where there is room. They show what came out, and the
 * runs under way as these grow.
 */

#define RN_TYPE_LAB_FIGURES (rn_lab_figures_get_type ())
G_DECLARE_FINAL_TYPE (RnLabFigures, rn_lab_figures, RN, LAB_FIGURES, GtkWidget)

GtkWidget *rn_lab_figures_new (RnLabDesk *desk);
/** Another experiment: @experiment: (nullable) */
void rn_lab_figures_show (RnLabFigures *self, RnExperiment *experiment);
/** @results: (nullable); @plan: (nullable); @is_live: whether what the desk has are the runs of this plan */
void rn_lab_figures_update (RnLabFigures *self, RnLabPlan *plan, RnLabResults *results,
                            gboolean is_live);
/** The records of the desk have grown. */
void rn_lab_figures_grow (RnLabFigures *self);
/** Returns: (transfer none): what a figure is called: "Training error" */
const char *rn_lab_figure_title (RnLabFigureKind kind);

G_END_DECLS
