#pragma once

#include <gtk/gtk.h>

#include "charts/curve-chart.h"
#include "state/session.h"

G_BEGIN_DECLS

/* Loss and error over time, one of them shown, with the tools of a chart. */

#define RN_TYPE_CURVE_CARD (rn_curve_card_get_type ())
G_DECLARE_FINAL_TYPE (RnCurveCard, rn_curve_card, RN, CURVE_CARD, GtkWidget)

typedef enum
{
  RN_CURVE_LOSS,
  RN_CURVE_ERROR,
  RN_N_CURVES
} RnCurve;

GtkWidget *rn_curve_card_new (RnSession *session);
/** Another document, or other runs to compare with. */
void rn_curve_card_rebuild (RnCurveCard *self);
/** @flags: of RnRecordChange: redraws what they concern */
void rn_curve_card_update (RnCurveCard *self, guint flags);
/** @text: (nullable): in the place of the chart; @button: (nullable) */
void rn_curve_card_set_empty (RnCurveCard *self, const char *text, GtkWidget *button);

RnCurve rn_curve_card_get_shown (RnCurveCard *self);
/** (transfer none) */
RnCurveChart *rn_curve_card_get_chart (RnCurveCard *self, RnCurve curve);
/** Returns: (transfer none) (nullable): the name of line @at of either chart, "run 2, test" */
const char *rn_curve_card_get_line (RnCurveCard *self, guint at);

G_END_DECLS
