#pragma once

#include "charts/axis.h"
#include "charts/pace.h"
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
  GtkWidget parent_instance;

  RnSelection *selection; /* (nullable) */
  GPtrArray *curves;      /* of RnResponseCurve; NULL where one was removed */
  gboolean is_sorted;
  RnAxis axis;
  gboolean is_fitted; /* the axis has seen data */
  char *empty_text;
  GskRenderNode *base; /* (nullable): all but what follows the pointer */
  RnPace draw_pace, text_pace;
  int hover; /* layer along x, -1 none */
  gboolean has_pointer;
  double pointer_x, pointer_y;
};

typedef struct
{
  double x, y, width, height;
} RnResponsePlot;

/* response-draw.c */

/* Returns: (transfer full): the indices of @points by size, the largest first, NaN last */
int *rn_response_sort (const RnResponsePoint *points, guint n);
/* Returns: (nullable) */
RnResponseCurve *rn_response_get_curve (RnResponseChart *self, int curve);
/* Returns: (nullable): the point at place @at along x, as it is sorted */
const RnResponsePoint *rn_response_get_point (RnResponseChart *self, int curve, int at);
/* Returns: layers of the longest curve */
int rn_response_n_layers (RnResponseChart *self);

RnResponsePlot rn_response_get_plot (RnResponseChart *self, int width, int height);
double rn_response_get_x (RnResponseChart *self, const RnResponsePlot *plot, int at);
double rn_response_get_y (RnResponseChart *self, const RnResponsePlot *plot, double std);
/* Returns: the layer nearest to (@x, @y), -1 outside the plot */
int rn_response_find_layer (RnResponseChart *self, double x, double y);
/* Returns: the curve whose point @at is nearest to @y, -1 where none has one */
int rn_response_find_curve (RnResponseChart *self, int at, double y);

void rn_response_draw (RnResponseChart *self, cairo_t *cr, const RnPalette *palette, int width,
                       int height);

G_END_DECLS
