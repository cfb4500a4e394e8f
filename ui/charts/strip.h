#pragma once

#include <gtk/gtk.h>

#include "charts/strip-data.h"
#include "charts/time-axis.h"
#include "state/measures.h"
#include "state/selection.h"

G_BEGIN_DECLS

/* Block by depth, time along x, a measure as colour, its legend at the right. Rows: Up, Down, Home, End (with Shift:
 * extend) select; Left and Right move the time cursor by a column; Ctrl+C copies the picture.
 */

#define RN_TYPE_STRIP (rn_strip_get_type ())
G_DECLARE_FINAL_TYPE (RnStrip, rn_strip, RN, STRIP, GtkWidget)

/** @selection: its blocks are marked; a click on a row selects it and sets the time cursor there */
GtkWidget *rn_strip_new (RnMeasureKind kind, RnTimeAxis *time, RnSelection *selection);
/** @data, @spec: (nullable): NULL shows the empty text. @spec gives the rows' ids; its blocks are as many as rows */
void rn_strip_set_data (RnStrip *self, RnStripData *data, const RnSpec *spec);
/** The data has grown. */
void rn_strip_changed (RnStrip *self);
/** Returns: (transfer full): what the hover card says of (row, step): "block 5, step 800: 0.41" */
char *rn_strip_describe (RnStrip *self, int row, gint64 step);

/** Where the middle of (row, step) is in the widget; FALSE where it is not in view */
gboolean rn_strip_get_place (RnStrip *self, int row, gint64 step, double *x, double *y);
/** Returns: columns of pixels painted so far: little while data comes, nothing while hidden */
guint64 rn_strip_get_n_painted (RnStrip *self);

G_END_DECLS
