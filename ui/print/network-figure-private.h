#pragma once

#include <pango/pangocairo.h>

#include "print/network-figure.h"

/* Points */
#define RN_FIGURE_EDGE 12.0 /* white around everything */
#define RN_FIGURE_BOX_WIDTH 102.0
#define RN_FIGURE_BOX_HEIGHT 15.0
#define RN_FIGURE_GAP 9.0    /* between boxes: a line and its arrow */
#define RN_FIGURE_SEAM 14.0  /* the line beside which a shape stands */
#define RN_FIGURE_JOIN 4.5   /* radius of the circled plus */
#define RN_FIGURE_ARC 15.0   /* how far an arc goes beyond the boxes */
#define RN_FIGURE_RIGHT 30.0 /* for arcs and the way to the next column */
#define RN_FIGURE_TURN 10.0  /* above and below the columns, for the ways between them */
#define RN_FIGURE_TITLE_SIZE 11.0
#define RN_FIGURE_TEXT_SIZE 7.5
#define RN_FIGURE_SMALL_SIZE 6.5
#define RN_FIGURE_LEGEND_LINE 13.0
#define RN_FIGURE_SAMPLE 26.0 /* width of a sample in the legend, its gap included */

/* What the legend explains */
typedef enum
{
  RN_LEGEND_IDENTITY,
  RN_LEGEND_ZEROS,
  RN_LEGEND_PROJECTION,
  RN_LEGEND_JOIN,
  RN_LEGEND_STRIDE,
  RN_LEGEND_COUNT,
  RN_N_LEGENDS
} RnLegend;

typedef struct
{
  RnLegend what;
  double x, y; /* of its sample's left end, at its middle */
} RnLegendEntry;

struct _RnNetworkFigure
{
  char *title;
  char *caption;
  GPtrArray *parts; /* of RnFigurePart */
  int n_columns;
  double left;  /* of a column's boxes: more where the number of blocks stands there */
  double pitch; /* from a column to the next */
  double top;   /* of the columns */
  double columns_height;
  double width, height;
  RnLegendEntry legend[RN_N_LEGENDS];
  int n_legend;
  double note_y;
};

/* Returns: (transfer full): @text at @size points; its metrics do not depend on what it is drawn on */
PangoLayout *rn_figure_layout_new (const char *text, double size, gboolean is_bold);
const char *rn_legend_text (RnLegend what);
const char *rn_figure_note (void);
/* Returns: x of the middle of column @column */
double rn_figure_middle (const RnNetworkFigure *self, int column);
