#pragma once

#include "charts/axis.h"
#include "charts/confusion.h"

G_BEGIN_DECLS

struct _RnConfusion
{
  RnPlot parent_instance;

  char **names;
  int *counts; /* [n,n] */
  int *sums;   /* [n]: of the rows */
  int n;       /* 0: nothing is shown */
  double most; /* largest share of a row that is wrong in one way; 0 where nothing is */
  int picked_row, picked_column;
};

typedef struct
{
  double x, y; /* upper left corner of the cells */
  double cell; /* side of one */
} RnConfusionPlot;

/* confusion-draw.c */

RnConfusionPlot rn_confusion_get_plot (RnConfusion *self, int width, int height);
void rn_confusion_draw (RnPlot *plot, cairo_t *cr, const RnPalette *palette, int width, int height);

G_END_DECLS
