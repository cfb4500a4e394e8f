#pragma once

#include "charts/pace.h"
#include "charts/plot-frame.h"
#include "charts/response-chart.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  GArray *points; /* of RnResponsePoint, by depth */
  int *order;     /* their indices by size, the largest first */
} RnResponseCurve;

struct _RnResponseChart
{
  RnPlot parent_instance;

  RnSelection *selection; /* (nullable) */
  GPtrArray *curves;      /* of RnResponseCurve; NULL where one was removed */
  gboolean is_sorted;
  RnAxis axis;
  gboolean is_fitted; /* the axis has seen data */
  char *empty_text;
  RnPace draw_pace, text_pace;
};

/* response-draw.c */

/* Returns: (transfer full): the indices of @points by size, the largest first, NaN last */
int *rn_response_sort (const RnResponsePoint *points, guint n);
/* Returns: (nullable) */
RnResponseCurve *rn_response_get_curve (RnResponseChart *self, int curve);
/* Returns: (nullable): the point at place @at along x, as it is sorted */
const RnResponsePoint *rn_response_get_point (RnResponseChart *self, int curve, int at);
/* Returns: layers of the longest curve */
int rn_response_n_layers (RnResponseChart *self);

RnPlotFrame rn_response_get_frame (RnResponseChart *self, int width, int height);
double rn_response_get_x (RnResponseChart *self, const RnPlotFrame *frame, int at);
double rn_response_get_y (RnResponseChart *self, const RnPlotFrame *frame, double std);
/* Returns: the curve whose point @at is nearest to @y, -1 where none has one */
int rn_response_find_curve (RnResponseChart *self, int at, double y);

void rn_response_draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width, int height);

G_END_DECLS
