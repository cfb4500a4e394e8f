#pragma once

#include <gtk/gtk.h>

#include "spine/spine-scale.h"

G_BEGIN_DECLS

/* The blocks of a network from its stem down as colours of one measure: a spine in small. Columns beside each other have
 * blocks of the same height, so that the deeper network is the longer one.
 */

#define RN_TYPE_HEAT_COLUMN (rn_heat_column_get_type ())
G_DECLARE_FINAL_TYPE (RnHeatColumn, rn_heat_column, RN, HEAT_COLUMN, GtkWidget)

GtkWidget *rn_heat_column_new (void);
/** @values: copied, @n of them, NaN where there is none; @most: blocks of the deepest network beside it; @scale: copied */
void rn_heat_column_set (RnHeatColumn *self, const double *values, int n, int most,
                         const RnSpineScale *scale);

/* The colours of a scale, with its ends named */

#define RN_TYPE_HEAT_SCALE (rn_heat_scale_get_type ())
G_DECLARE_FINAL_TYPE (RnHeatScale, rn_heat_scale, RN, HEAT_SCALE, GtkWidget)

GtkWidget *rn_heat_scale_new (void);
void rn_heat_scale_set (RnHeatScale *self, const RnSpineScale *scale);

G_END_DECLS
