#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A curve in small, without axes: a run in a list. */

#define RN_TYPE_SPARKLINE (rn_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (RnSparkline, rn_sparkline, RN, SPARKLINE, GtkWidget)

GtkWidget *rn_sparkline_new (void);
/** @values: copied; NaN is a gap. Scaled to their own range. @name: for assistive technology */
void rn_sparkline_set_values (RnSparkline *self, const float *values, guint n, const char *name);

G_END_DECLS
