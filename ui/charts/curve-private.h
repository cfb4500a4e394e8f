#pragma once

#include "charts/curve-scene.h"
#include "charts/pace.h"

G_BEGIN_DECLS

/* What the files of the curve chart share: curve-chart.c (life, data), curve-view.c (what is on the screen),
 * curve-input.c (pointer, keys, menu), curve-export.c (files, clipboard).
 */

struct _RnCurveChart
{
  GtkWidget parent_instance;

  RnCurveModel model;
  double smoothing;
  gboolean is_smoothing; /* a task is on its way */

  /* view */
  RnCurveScene *scene; /* NULL while there is no data */
  RnCurveFit fit;      /* how the next scene fits its axis */
  gboolean is_stale;
  gboolean was_following;
  RnPalette palette;
  guint text_serial;
  GskRenderNode *frame;
  GskRenderNode *names;
  GPtrArray *tiles; /* of GskRenderNode, left to right; NULL where they must be drawn */
  RnPace draw_pace;

  /* read-out */
  gboolean has_readout; /* the card is in this chart: the pointer is, or the keys move it */
  guint summary_id;
  gint64 summarized_us;

  /* gestures */
  double drag_from, drag_to; /* steps of the range as a drag began */
  double band_x0, band_x1;   /* pixels of the stretch that is drawn up, NaN: none */
  double pointer_x;
  gint64 cursor_before;
  GtkWidget *menu;
};

/** Redraws with the newest data. */
void rn_curve_view_redraw (GtkWidget *widget);
/** Makes the scene right for the widget's size, theme and data. Returns: (nullable) (transfer none) */
RnCurveScene *rn_curve_view_update (RnCurveChart *self);
void rn_curve_view_snapshot (RnCurveChart *self, GtkSnapshot *snapshot);
void rn_curve_view_clear (RnCurveChart *self);
/** The axis of time has another range or unit. */
void rn_curve_view_time_changed (RnCurveChart *self);

void rn_curve_input_class_init (GtkWidgetClass *class);
void rn_curve_input_init (RnCurveChart *self);

/** Asks where to, then saves. */
void rn_curve_export_ask (RnCurveChart *self, const char *ending);

G_END_DECLS
