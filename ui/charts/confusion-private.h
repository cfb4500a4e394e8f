#pragma once

#include "charts/axis.h"
#include "charts/confusion.h"

G_BEGIN_DECLS

struct _RnConfusion
{
  GtkWidget parent_instance;

  char **names;
  int *counts;     /* [n,n] */
  int *sums;       /* [n]: of the rows */
  int n;           /* 0: nothing is shown */
  double most;     /* largest share of a row that is wrong in one way; 0 where nothing is */
  int row, column; /* pointed at; -1 none */
  int picked_row, picked_column;
  gboolean has_pointer;
  double pointer_x, pointer_y;
  GskRenderNode *base; /* (nullable): all but what follows the pointer */
};

typedef struct
{
  double x, y; /* upper left corner of the cells */
  double cell; /* side of one */
} RnConfusionPlot;

/* confusion-draw.c */

RnConfusionPlot rn_confusion_get_plot (RnConfusion *self, int width, int height);
void rn_confusion_draw (RnConfusion *self, cairo_t *cr, const RnPalette *palette, int width,
                        int height);

G_END_DECLS
