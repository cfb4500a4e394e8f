#pragma once

#include <gtk/gtk.h>

#include "charts/figure.h"
#include "charts/palette.h"

G_BEGIN_DECLS

/* What charts of a few hundred values share: a picture that is drawn once and kept, a place that the pointer or the keys are
 * at and a card that describes it, focus, copying, and saving as PNG, SVG, PDF and CSV. What is shown stands at places 0,
 * 1, ..; a subclass says where they are and what is there.
 */

#define RN_TYPE_PLOT (rn_plot_get_type ())
G_DECLARE_DERIVABLE_TYPE (RnPlot, rn_plot, RN, PLOT, GtkWidget)

/**
 * RnPlotClass:
 * @figure: a subclass says its name
 * @minimum_width, @minimum_height, @natural_width, @natural_height: logical pixels
 * @count: places
 * @find: Returns: the place at (@x, @y) in the widget, -1 for none
 * @locate: (nullable): where the line through place @at stands: at @x, from @top to @bottom
 * @describe: Returns: (transfer full): what the card says of place @at; "" for nothing
 * @choose: (nullable): a person pressed place @at (-1: none) at height @y, or came there by keys (@y: NAN)
 * @draw: all but what follows the pointer, on the screen or for print
 * @draw_pointed: (nullable): that, of place @at; the line and the card unless said
 * @write_csv: appends the numbers
 *
 * To be set in class_init(), and the CSS name of the widget.
 */
struct _RnPlotClass
{
  GtkWidgetClass parent_class;

  RnFigure figure;
  int minimum_width, minimum_height;
  int natural_width, natural_height;
  int (*count) (RnPlot *self);
  int (*find) (RnPlot *self, double x, double y);
  void (*locate) (RnPlot *self, int at, double *x, double *top, double *bottom);
  char *(*describe) (RnPlot *self, int at);
  void (*choose) (RnPlot *self, int at, double y);
  void (*draw) (RnPlot *self, cairo_t *cr, const RnPalette *palette, int width, int height);
  void (*draw_pointed) (RnPlot *self, GtkSnapshot *snapshot, const RnPalette *palette, int at);
  void (*write_csv) (RnPlot *self, GString *text);
};

/** From class_init(): Left and Right, Home and End go from place to place and choose. */
void rn_plot_class_step_by_keys (RnPlotClass *class);

/** Draws it anew: what it shows is another. */
void rn_plot_invalidate (RnPlot *self);
/** Says what it shows to those who do not see it. */
void rn_plot_say (RnPlot *self, const char *text);
/** The place that the pointer or the keys are at, -1 for none */
int rn_plot_get_pointed (RnPlot *self);
/** By keys: the card stands at the place, not at the pointer. */
void rn_plot_point_at (RnPlot *self, int at);
/** Returns: FALSE where the keys were last, or nobody points */
gboolean rn_plot_get_pointer (RnPlot *self, double *x, double *y);

G_END_DECLS
