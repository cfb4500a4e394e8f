#pragma once

#include "charts/pace.h"
#include "charts/strip.h"
#include "charts/strip-image.h"
#include "charts/strip-scale.h"

G_BEGIN_DECLS

struct _RnStrip
{
  GtkWidget parent_instance;

  RnMeasureKind kind;
  RnTimeAxis *time;
  RnSelection *selection; /* (nullable) */
  RnStripData *data;      /* (nullable) */
  RnSpec *spec;           /* (nullable): a copy */
  gboolean *stage_ends;   /* [n_rows]: whether the next block begins a stage */
  char *empty_text;

  RnStripScale scale;
  RnStripImage image;
  GskRenderNode *base; /* (nullable): all but what follows the pointer and the cursor */
  RnPace draw_pace, text_pace;
  gboolean has_pointer;
  double pointer_x, pointer_y;

  /* of texts, pixels; -1 where they are to be measured */
  int names_width, legend_width, text_height;
};

/* The rectangle of the heat, whole pixels */
typedef struct
{
  int x, y, width, height;
} RnStripPlot;

/* strip-draw.c */

void rn_strip_measure_texts (RnStrip *self);
RnStripPlot rn_strip_get_plot (RnStrip *self, int width, int height);
int rn_strip_get_min_height (RnStrip *self);
int rn_strip_get_min_width (RnStrip *self);
/* Draws all that does not follow the pointer, with @scale's palette; @image is brought up to date. */
void rn_strip_draw (RnStrip *self, cairo_t *cr, const RnStripScale *scale, RnStripImage *image,
                    int device_scale, int width, int height);
gboolean rn_strip_has_columns (RnStrip *self);
/* Returns: rows, 0 where there are none */
int rn_strip_n_rows (RnStrip *self);

/* strip-input.c */

/* Returns: the row at @y, -1 outside the heat */
int rn_strip_row_under (RnStrip *self, double y);
/* Returns: the step whose cell is at @x, -1 outside the plot */
gint64 rn_strip_step_under (RnStrip *self, double x);
void rn_strip_bind_keys (GtkWidgetClass *class);
void rn_strip_add_controllers (RnStrip *self);

/* strip-text.c */

/* Returns: (transfer full): the newest column in a sentence */
char *rn_strip_summarise (RnStrip *self);
/* @numbers: an RnStripData. A line for each column: its steps, then the blocks; NaN is left empty. */
char *rn_strip_format_csv (gconstpointer numbers);

G_END_DECLS
