#pragma once

#include "charts/plot-frame.h"
#include "charts/study-chart.h"

G_BEGIN_DECLS

/* One place along x */
typedef struct
{
  int number;    /* of the block, from 1, or how many are off or exchanged */
  guint32 block; /* id; 0 where chance chose */
  gboolean changes_shape;
  int n;                          /* measurements; 0: none yet */
  double sum, low, high, sum_tau; /* of errors, 0 to 1, and of rank correlations */
} RnStudyPlace;

/* One measurement */
typedef struct
{
  int number, draw;
  double tau, error;
} RnStudyDot;

struct _RnStudyChart
{
  RnPlot parent_instance;

  RnStudyPlot plot;
  RnSelection *selection; /* (nullable) */
  GArray *places;         /* of RnStudyPlace */
  GArray *dots;           /* of RnStudyDot: all drawings; of RN_STUDY_PLOT_ORDER */
  double whole;           /* error of the whole network, NAN: none yet */
  RnAxis axis;            /* of errors */
  RnAxis order_axis;      /* of rank correlations, 1 at the left */
};

/* study-draw.c */

RnPlotFrame rn_study_chart_get_frame (RnStudyChart *self, int width, int height);
double rn_study_chart_get_x (RnStudyChart *self, const RnPlotFrame *frame, int at);
double rn_study_chart_get_y (RnStudyChart *self, const RnPlotFrame *frame, double error);
void rn_study_chart_draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width,
                          int height);

G_END_DECLS
