#pragma once

#include "charts/axis.h"
#include "charts/lesion-chart.h"

G_BEGIN_DECLS

/* One place along x */
typedef struct
{
  int number;    /* of the block, from 1, or how many are off */
  guint32 block; /* id; 0 where chance chose */
  gboolean changes_shape;
  int n;                 /* measurements; 0: none yet */
  double sum, low, high; /* of errors, 0 to 1 */
} RnLesionPlace;

struct _RnLesionChart
{
  GtkWidget parent_instance;

  RnLesionPlot plot;
  RnSelection *selection; /* (nullable) */
  GArray *places;         /* of RnLesionPlace */
  double whole;           /* error of the whole network, NAN: none yet */
  RnAxis axis;            /* of errors */
  GskRenderNode *base;    /* (nullable): all but what follows the pointer */
  int hover;              /* -1 none */
  gboolean has_pointer;
  double pointer_x, pointer_y;
};

typedef struct
{
  double x, y, width, height;
} RnLesionFrame;

/* lesion-draw.c */

RnLesionFrame rn_lesion_get_frame (RnLesionChart *self, int width, int height);
double rn_lesion_get_x (RnLesionChart *self, const RnLesionFrame *frame, int at);
double rn_lesion_get_y (RnLesionChart *self, const RnLesionFrame *frame, double error);
void rn_lesion_draw (RnLesionChart *self, cairo_t *cr, const RnPalette *palette, int width,
                     int height);

G_END_DECLS
