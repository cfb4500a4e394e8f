#pragma once

#include "spine/spine-body.h"

G_BEGIN_DECLS

/* The colours of the measure that the spine shows, with their ticks: 0.05, 0.2, F = x and 4 for the ratio. */

#define RN_TYPE_SPINE_LEGEND (rn_spine_legend_get_type ())
G_DECLARE_FINAL_TYPE (RnSpineLegend, rn_spine_legend, RN, SPINE_LEGEND, GtkWidget)

GtkWidget *rn_spine_legend_new (RnSpineBody *body);

G_END_DECLS
