#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The five most likely classes with a bar each, and where branches are switched off a second bar below the first.
 * Ctrl+C copies them as a picture; the CSV has every class. */

#define RN_PREDICTION_ROWS 5

#define RN_TYPE_PREDICTION_BARS (rn_prediction_bars_get_type ())
G_DECLARE_FINAL_TYPE (RnPredictionBars, rn_prediction_bars, RN, PREDICTION_BARS, GtkWidget)

GtkWidget *rn_prediction_bars_new (void);
/**
 * rn_prediction_bars_set:
 * @classes: (array length=n): names
 * @trained: (nullable): probabilities, which decide the order; NULL shows nothing
 * @gated: (nullable): with the switched-off branches
 * @truth: the true class, which is marked; -1 where it is unknown
 */
void rn_prediction_bars_set (RnPredictionBars *self, const char *const *classes, int n,
                             const double *trained, const double *gated, int truth);
/** Returns: how many rows are shown */
int rn_prediction_bars_n_rows (RnPredictionBars *self);
/** @class: (out); @trained, @gated: (out): the numbers whose bars row @at draws; gated is NaN where there are none */
void rn_prediction_bars_get_row (RnPredictionBars *self, int at, int *class, double *trained,
                                 double *gated);

G_END_DECLS
