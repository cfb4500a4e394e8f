#pragma once

#include <cairo.h>
#include <pango/pango.h>

#include "charts/axis.h"
#include "charts/curve-chart.h"

G_BEGIN_DECLS

/* Between the chart's data and its drawing: a scene is a plain picture of what is in view, laid out in pixels, with
 * nothing of GTK and nothing that grows. The widget draws from it, and so does a task that writes a file.
 */

/* One line of a chart, as it was given */
typedef struct
{
  char *name;
  RnSeries *series; /* (nullable) */
  GArray *dots;     /* of RnDot, by step */
  int colour;
  gboolean is_dashed;
} RnCurveLine;

/* All that a chart shows */
typedef struct
{
  char *title;
  char *unit;
  char *empty_text;
  GPtrArray *lines; /* of RnCurveLine */
  GArray *marks;    /* of RnChartMark */
  RnTimeAxis *time;
  RnAxis y; /* in what is shown: percent where the unit is */
  gboolean has_y;
  gboolean is_log;
  double factor; /* from a value to what is shown: 1, or 100 where the unit is in percent */
} RnCurveModel;

void rn_curve_model_init (RnCurveModel *model, const char *title, const char *unit,
                          RnTimeAxis *time);
void rn_curve_model_clear (RnCurveModel *model);
RnCurveLine *rn_curve_model_get_line (const RnCurveModel *model, int line);
gboolean rn_curve_model_has_data (const RnCurveModel *model);
/** Returns: the newest step of all lines; 0 where there is none */
gint64 rn_curve_model_get_last_step (const RnCurveModel *model);
/** What line @at says of @step: "0.486", "0.602 (step 3,120)", "NaN", "–". Returns: (transfer full) */
char *rn_curve_model_read (const RnCurveModel *model, int at, gint64 step);
/** Returns: (transfer full): the step as the hover card heads it, "step 3,386" */
char *rn_curve_model_read_step (const RnCurveModel *model, gint64 step);
/** Returns: (transfer full): "Loss: 2 lines; train 0.486 at step 5,462; test 0.602 at step 5,460" */
char *rn_curve_model_summarize (const RnCurveModel *model);

typedef struct
{
  double x, y;
  gint64 step;
} RnScenePoint;

typedef struct
{
  char *name;
  int colour;
  gboolean is_dashed;
  RnColumn *columns; /* one per device pixel of the plot; NULL without a series */
  float *xs;         /* where each column's newest step stands */
  GArray *points;    /* of RnScenePoint: the dots in view and one more on each side */
  double name_width;
  double name_height;
  double end_x, end_y; /* of the line, NaN where nothing of it is in view */
  double name_x, name_y;
} RnSceneLine;

typedef struct
{
  double x;
  char *label;
} RnSceneMark;

typedef struct
{
  double width, height;
  double scale; /* device pixels per pixel */
  cairo_rectangle_t plot;
  int n_columns;
  gboolean is_sparse; /* steps are wider than two columns */
  RnAxis y;
  char *title; /* NULL: not drawn */
  char *unit;
  char *x_unit;
  int n_y_ticks, n_x_ticks;
  double y_ticks[RN_AXIS_MAX_TICKS], x_ticks[RN_MAX_TICKS]; /* in pixels */
  char *y_labels[RN_AXIS_MAX_TICKS], *x_labels[RN_MAX_TICKS];
  gboolean has_legend;
  double caption_height; /* of the highest: the unit's letters may be of another font */
  double unit_y;         /* the middle of the unit, and of the names of marks */
  GPtrArray *lines;      /* of RnSceneLine */
  GArray *marks;         /* of RnSceneMark */
} RnCurveScene;

typedef enum
{
  RN_FIT_GROW,   /* the axis holds what is in view and never shrinks */
  RN_FIT_LOOSE,  /* the person looks elsewhere: shrinks only where most of it would stay empty */
  RN_FIT_EXACTLY /* the person asked for it */
} RnCurveFit;

/**
 * rn_curve_scene_new:
 * @model: its axis of y is fitted to what is in view
 * @pango: measures text
 * @has_title: whether the title stands above, as in files
 */
RnCurveScene *rn_curve_scene_new (RnCurveModel *model, RnCurveFit fit, PangoContext *pango,
                                  double width, double height, double scale, gboolean has_title);
void rn_curve_scene_free (RnCurveScene *scene);
double rn_curve_scene_y (const RnCurveScene *scene, double shown_value);
/**
 * rn_curve_scene_diff:
 * @from: (out), @to: (out): the stretch of x in pixels where lines differ
 *
 * Returns: FALSE where all is different, because axes, size or lines are others
 */
gboolean rn_curve_scene_diff (const RnCurveScene *a, const RnCurveScene *b, double *from,
                              double *to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnCurveScene, rn_curve_scene_free)

/* Where it is drawn to */
typedef struct
{
  cairo_t *cr;
  PangoContext *pango;
  const RnPalette *palette;
  double scale;
  graphene_point_t origin; /* where the target's first pixel lies; of images only */
  gboolean is_vector;      /* bands are shapes instead of pixels */
  GString *svg_text;       /* (nullable): text goes here, as SVG has it, instead of being drawn */
} RnCanvas;

/** Grid, ticks, units, title and legend */
void rn_curve_draw_frame (const RnCurveScene *scene, const RnCanvas *canvas);
/** Bands, lines and dots between @from and @to (pixels), for a surface that is clipped there */
void rn_curve_draw_lines (const RnCurveScene *scene, const RnCanvas *canvas, double from,
                          double to);
/** Marks and the lines' names */
void rn_curve_draw_names (const RnCurveScene *scene, const RnCanvas *canvas);
void rn_curve_draw_text (const RnCanvas *canvas, RnTextSize size, const char *text, double x,
                         double y, double x_align, const GdkRGBA *colour);

/** The card's colour, opaque: cards of dark themes are a tint over their ground */
GdkRGBA rn_curve_card_colour (const RnPalette *palette);

/** How far lines and dots reach beyond the plot, pixels */
#define RN_CURVE_BLEED 4
/** More lines than this have a legend instead of names at their ends. */
#define RN_CURVE_MAX_NAMES 6

G_END_DECLS
